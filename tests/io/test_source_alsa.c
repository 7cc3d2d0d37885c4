/* SPDX-License-Identifier: MIT */
/*
 * test_source_alsa - capturing from ALSA, on its plugins that need no card.
 *
 * "file" and "null" have no clock and give any amount at once; "pulse" has a
 * sound server's. Real cards and their xruns are the lab's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/io/alsa_words.h"
#include "tests/io/live.h"
#include "tests/io/pulse_server.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static struct pulse_server server;
static struct live l;

static struct source *open_source(const char *device)
{
	struct source_config c = { .type = SOURCE_IS_ALSA, .device = device };
	struct source *s = NULL;

	assert_int_equal(source_new(&c, &l.time, l.engine, -1, &s), 0);
	return s;
}

static double cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void a_card_that_is_not_there_is_named_and_waited_for(void **state)
{
	const char *const names[] = { "hw:CARD=Nowhere,DEV=0", "plughw:31", "no_such_pcm" };
	struct health_report h;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct source *s = open_source(names[i]);
		uint64_t before;

		assert_true(live_wait_source(s, HEALTH_WAITING, names[i], 5));
		source_health(s, &h);
		assert_non_null(strstr(h.reason, "arecord -l"));
		assert_true(h.retry_at > 0);
		before = clock_now();
		source_free(s);
		assert_true(clock_now() - before < 500 * NS_PER_MS);
	}
}

static void nobody_holds_a_card_that_is_not_there(void **state)
{
	char name[32];
	int pid;

	(void)state;
	assert_false(alsa_words_holder("hw:CARD=Nowhere", true, name, sizeof(name), &pid));
	assert_false(alsa_words_holder("hw:31,0", false, name, sizeof(name), &pid));
}

static void a_device_without_a_clock_is_read_in_real_time(void **state)
{
	struct source *s = open_source("nothing");
	struct health_report h;
	double before;

	(void)state;
	assert_true(live_wait_source(s, HEALTH_RUNNING, "", 5));
	live_sleep(0.2);
	before = cpu_seconds();
	live_listen(&l, s, 1);
	assert_true(cpu_seconds() - before < 0.5); /* it could be read without end */
	live_listen(&l, s, 1);
	source_health(s, &h);
	print_message("latency %.1f ms, %u missing\n", h.latency_ms, l.missing);
	assert_int_equal(h.state, HEALTH_RUNNING);
	assert_true(fabs(h.ppm) < 50);
	assert_true(h.latency_ms <= 25);
	source_free(s);
}

/* A tone for "reel", as the widest format it has: 32 bits. */
static void write_reel(double seconds)
{
	FILE *f = fopen(live_path(&l, "reel"), "w");

	assert_non_null(f);
	for (uint32_t i = 0; i < seconds * 44100; i++) {
		double v = 0.5 * sin(2 * M_PI * 997 * i / 44100);
		int32_t x[2] = { (int32_t)(v * 0x1p31), (int32_t)(v * 0x1p31) };

		fwrite(x, sizeof(x), 1, f);
	}
	fclose(f);
}

static double latency_of(struct source *s)
{
	struct health_report h;

	source_health(s, &h);
	return h.latency_ms;
}

static void a_file_is_heard_whole_and_even(void **state)
{
	struct evenness e;
	struct source *s;
	double before;

	(void)state;
	write_reel(20);
	s = open_source("reel");
	assert_true(live_wait_sound(&l, s, 0.1f, 5));
	live_listen(&l, s, 0.5);
	/* on a machine that keeps it waiting it takes more time, and then it stays there */
	for (int i = 0; i < 3; i++) {
		before = latency_of(s);
		live_listen(&l, s, 3);
		e = evenness_of(l.heard, l.heard_n, 997, 44100);
		if (fabs(latency_of(s) - before) < 0.01)
			break;
	}
	source_free(s);
	assert_judged(fabs(e.hz / 997 - 1) < 1e-4);
	assert_judged(e.wander < 2e-4);
	assert_judged(e.rest < 0.02 && e.spoilt < LIVE_SPOILT);
}

static void a_card_of_another_rate_is_taken_at_its_own(void **state)
{
	struct source *s = open_source("narrow");
	struct health_report h;

	(void)state;
	assert_true(live_wait_source(s, HEALTH_RUNNING, "", 5));
	live_listen(&l, s, 1);
	source_health(s, &h);
	assert_int_equal(h.rate, 32000);
	source_free(s);
}

static void a_server_behind_a_plugin_is_followed(void **state)
{
	struct evenness e;
	struct source *s;

	(void)state;
	s = open_source("server");
	assert_true(live_wait_source(s, HEALTH_WAITING, "server", 5));
	assert_true(pulse_server_start(&server));
	assert_true(live_wait_sound(&l, s, 0.1f, 10));
	live_listen(&l, s, 4); /* the plugin's position runs wild for two seconds */
	live_listen(&l, s, 2);
	e = evenness_of(l.heard, l.heard_n, 997, 44100);
	assert_judged(fabs(e.hz - 997) < 2);
	assert_judged(e.wander < 2e-3);
	assert_judged(e.spoilt < 0.2 + LIVE_SPOILT); /* and jumps by 5 ms later */

	pulse_server_kill(&server);
	assert_true(live_wait_source(s, HEALTH_WAITING, "server", 8));
	assert_true(pulse_server_start(&server));
	assert_true(live_wait_sound(&l, s, 0.1f, 10));
	source_free(s);
}

static void write_config(void)
{
	FILE *f = fopen(live_path(&l, "asound.conf"), "w");

	assert_non_null(f);
	fprintf(f,
		"</usr/share/alsa/alsa.conf>\n" /* "hw" and all that, as everywhere */
		"pcm.nothing { type null }\n"
		"pcm.reel { type file slave.pcm nothing file /dev/null infile %s/reel format "
		"raw }\n"
		"pcm.narrow { type plug slave { pcm nothing rate 32000 channels 1 } }\n"
		"pcm.server { type pulse device tone.monitor }\n",
		l.folder);
	fclose(f);
	setenv("ALSA_CONFIG_PATH", live_path(&l, "asound.conf"), 1);
}

static int set_up(void **state)
{
	(void)state;
	pulse_server_init(&server, false);
	live_init(&l, 44100);
	write_config();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pulse_server_done(&server);
	live_done(&l);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_card_that_is_not_there_is_named_and_waited_for),
		cmocka_unit_test(nobody_holds_a_card_that_is_not_there),
		cmocka_unit_test(a_device_without_a_clock_is_read_in_real_time),
		cmocka_unit_test(a_file_is_heard_whole_and_even),
		cmocka_unit_test(a_card_of_another_rate_is_taken_at_its_own),
		cmocka_unit_test(a_server_behind_a_plugin_is_followed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
