/* SPDX-License-Identifier: MIT */
/* test_source_pulse - listening to a real PulseAudio that comes, goes and hangs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/io/live.h"
#include "tests/io/pulse_server.h"

#include <math.h>
#include <string.h>

static struct pulse_server server;
static bool pipewire; /* the server that is tried now */
static struct live l;

static struct source *open_source(const char *device, uint32_t rate, uint32_t channels)
{
	struct source_config c = {
		.type = SOURCE_IS_PULSE,
		.device = device,
		.rate = rate,
		.channels = channels,
	};
	struct source *s = NULL;

	assert_int_equal(source_new(&c, &l.time, l.engine, -1, &s), 0);
	return s;
}

static void no_server_is_waited_for(void **state)
{
	struct source *s = open_source("tone.monitor", 0, 2);
	struct health_report h;

	(void)state;
	assert_true(
		live_wait_source(s, HEALTH_WAITING, "No PulseAudio or PipeWire answers", 5));
	source_health(s, &h);
	assert_non_null(strstr(h.reason, "tone.monitor"));
	assert_true(h.retry_at > 0);
	/* it comes, and is found without being told */
	assert_true(pulse_server_start(&server));
	assert_true(live_wait_source(s, HEALTH_RUNNING, "", 8));
	source_free(s);
}

static void a_source_that_is_not_there_is_named(void **state)
{
	struct source *s = open_source("attic", 0, 2);

	(void)state;
	assert_true(live_wait_source(s, HEALTH_WAITING, "no source \"attic\"", 5));
	source_free(s);
}

static void a_monitor_is_heard_evenly(void **state)
{
	struct source *s = open_source("tone.monitor", 48000, 1);
	struct health_report h;
	struct evenness e;

	(void)state;
	assert_true(live_wait_sound(&l, s, 0.1f, 8));
	live_listen(&l, s, 3);
	/* a player kept waiting leaves holes that are not ours, and a first report that
	 * misleads */
	for (int try = 0; try < 5; try++) {
		live_listen(&l, s, 2);
		e = evenness_of(l.heard, l.heard_n, 997, l.time.rate);
		if (fabs(e.hz - 997) < 2 && e.spoilt < LIVE_SPOILT)
			break;
	}
	source_health(s, &h);
	assert_int_equal(h.state, HEALTH_RUNNING);
	assert_int_equal(h.rate, 48000);
	source_free(s);
	assert_judged(fabs(e.hz - 997) < 2);
	assert_judged(e.wander < 2e-3);
	assert_judged(e.spoilt < LIVE_SPOILT);
}

static void a_server_that_dies_comes_back(void **state)
{
	struct source *s = open_source("tone.monitor", 0, 2);

	(void)state;
	assert_true(live_wait_sound(&l, s, 0.1f, 8));
	pulse_server_kill(&server);
	assert_true(live_wait_source(s, HEALTH_WAITING, "", 5));
	live_listen(&l, s, 0.5);
	live_listen(&l, s, 0.2);
	assert_float_equal(peak_of(l.heard, l.heard_n), 0,
			   0); /* silence, no last block over and over */
	assert_true(pulse_server_start(&server));
	assert_true(live_wait_sound(&l, s, 0.1f, 8));
	assert_true(live_wait_source(s, HEALTH_RUNNING, "", 1));
	source_free(s);
}

static void a_server_that_hangs_does_not_hold_us_up(void **state)
{
	struct source *s = open_source("tone.monitor", 0, 2);
	uint64_t before;

	(void)state;
	assert_true(live_wait_sound(&l, s, 0.1f, 8));
	pulse_server_hang(&server, true);
	assert_true(live_wait_source(s, HEALTH_WAITING, "hangs", 6));
	before = clock_now();
	source_free(s);
	assert_true(clock_now() - before < 500 * NS_PER_MS);

	/* nor one that hangs while we connect */
	s = open_source("tone.monitor", 0, 2);
	live_sleep(0.2);
	before = clock_now();
	source_free(s);
	assert_true(clock_now() - before < 500 * NS_PER_MS);
	pulse_server_hang(&server, false);
	live_sleep(0.5); /* what was left behind clears up */
}

static int set_up(void **state)
{
	(void)state;
	pulse_server_init(&server, pipewire);
	live_init(&l, 44100);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pulse_server_done(&server);
	live_sleep(0.3);
	live_done(&l);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_server_is_waited_for),
		cmocka_unit_test(a_source_that_is_not_there_is_named),
		cmocka_unit_test(a_monitor_is_heard_evenly),
		cmocka_unit_test(a_server_that_dies_comes_back),
		cmocka_unit_test(a_server_that_hangs_does_not_hold_us_up),
	};

	int failed = cmocka_run_group_tests_name("PulseAudio", tests, set_up, tear_down);

	pipewire = true;
	return failed + cmocka_run_group_tests_name("PipeWire", tests, set_up, tear_down);
}
