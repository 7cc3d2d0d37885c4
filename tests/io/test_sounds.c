/* SPDX-License-Identifier: MIT */
/*
 * Tests of core/io/sounds.h: what a real PulseAudio and ALSA's configuration
 * have is found; a server that hangs or is away costs nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/base/clock.h"
#include "core/io/sounds.h"
#include "tests/io/pulse_server.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static struct pulse_server server;
static struct sounds found;

static void look(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct sounds_look *l;

	assert_int_equal(sounds_look_new(fd, &l), 0);
	assert_int_equal(poll(&p, 1, 10000), 1); /* it rings when it is over */
	assert_true(sounds_look_done(l, &found));
	sounds_look_free(l);
	close(fd);
}

static const struct sound *sound(const char *device, bool capture)
{
	for (uint32_t i = 0; i < found.n; i++) {
		if (!strcmp(found.list[i].device, device) && found.list[i].capture == capture)
			return &found.list[i];
	}
	return NULL;
}

static bool any_of_pulse(void)
{
	for (uint32_t i = 0; i < found.n; i++) {
		if (found.list[i].pulse)
			return true;
	}
	return false;
}

static void without_a_server_only_alsa_is_listed(void **state)
{
	(void)state;
	look();
	assert_false(any_of_pulse());
	assert_non_null(sound("attic", true));
	assert_string_equal(sound("attic", true)->name, "The attic's old card");
	assert_non_null(sound("attic", false));
	assert_null(sound("null", false)); /* parts to build with are none */
}

static void sinks_sources_and_monitors_are_listed(void **state)
{
	(void)state;
	assert_true(pulse_server_start(&server));
	for (int i = 0; i < 50 && !sound("pipe", false); i++) {
		look(); /* its modules come one after the other */
		clock_sleep_until(clock_now() + 100 * NS_PER_MS);
	}
	assert_non_null(sound("speaker", false));
	assert_true(sound("speaker", false)->pulse);
	assert_non_null(sound("pipe", false));
	assert_non_null(sound("tone.monitor", true));
	assert_true(strlen(sound("tone.monitor", true)->name) > 0);
	assert_null(sound("speaker", true));
	assert_non_null(sound("attic", true));
}

static void a_server_that_hangs_holds_up_nobody(void **state)
{
	struct sounds_look *l;
	uint64_t begun;

	(void)state;
	pulse_server_hang(&server, true);
	begun = clock_now();
	assert_int_equal(sounds_look_new(-1, &l), 0);
	clock_sleep_until(begun + 300 * NS_PER_MS);
	assert_false(sounds_look_done(l, &found));
	begun = clock_now();
	sounds_look_free(l);
	assert_true(clock_now() - begun < 2 * NS_PER_SEC);
	look(); /* gives up by itself, with what ALSA has */
	assert_non_null(sound("attic", true));
	assert_false(any_of_pulse());
	pulse_server_hang(&server, false);
}

static int setup(void **state)
{
	char path[128];
	FILE *f;

	(void)state;
	pulse_server_init(&server, false);
	snprintf(path, sizeof(path), "%s/asound.conf", server.folder);
	f = fopen(path, "w");
	if (!f)
		return -1;
	fputs("</usr/share/alsa/alsa.conf>\n"
	      "pcm.attic { type null\n"
	      " hint { show on description \"The attic's old card\" } }\n",
	      f);
	fclose(f);
	return setenv("ALSA_CONFIG_PATH", path, 1);
}

static int teardown(void **state)
{
	(void)state;
	pulse_server_done(&server);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_server_only_alsa_is_listed),
		cmocka_unit_test(sinks_sources_and_monitors_are_listed),
		cmocka_unit_test(a_server_that_hangs_holds_up_nobody),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
