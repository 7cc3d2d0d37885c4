/* SPDX-License-Identifier: MIT */
/* The program's console, attached to a Fanfare that plays in another process. */
#include "core/base/clock.h"
#include "tests/bluez/rig.h"
#include "tests/service/host.h"
#include "tests/tui/terminal.h"

#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SOON 20000 /* ms a busy machine may take */

static struct ff_snapshot now;

static int run(void *arg)
{
	char *const argv[] = { (char[]){ "fanfare" }, NULL };

	(void)arg;
	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	execv(host_program(), argv);
	return 127;
}

static bool fader_is_at_half(const struct ff_snapshot *s, const void *arg)
{
	(void)arg;
	return s->speakers_n == 2 && s->speakers[1].volume_db == -20.0f;
}

static void the_console_shows_what_plays_elsewhere_and_leaves_it_playing(void **state)
{
	pid_t host = host_start();
	struct ff *ff = host_attach();
	struct terminal *t = terminal_new(24, 80, run, NULL);

	(void)state;
	assert_true(terminal_shows(t, "(attached)", SOON));
	assert_true(terminal_shows(t, "2/2 up", SOON));
	assert_true(terminal_shows(t, "███", SOON)); /* levels come, too */
	terminal_send(t, "j=50\r");
	host_wait(ff, &now, fader_is_at_half, NULL, "the volume that was typed");
	terminal_send(t, "q");
	assert_true(terminal_shows(t, "Fanfare plays on", SOON));
	assert_int_equal(terminal_status(t, 0, SOON), 0);
	terminal_free(t);
	ff_snapshot(ff, &now);
	assert_false(now.lost);
	ff_close(ff);
	assert_int_equal(host_end(host, SIGTERM), 0);
}

static void the_console_waits_for_a_service_that_starts_anew(void **state)
{
	pid_t host = host_start();
	struct ff *ff = host_attach();
	struct terminal *t = terminal_new(24, 80, run, NULL);

	(void)state;
	assert_true(terminal_shows(t, "2/2 up", SOON));
	assert_int_equal(host_end(host, SIGKILL), -SIGKILL);
	assert_true(terminal_shows(t, "(attached: gone)", SOON));
	assert_true(terminal_shows(t, "waiting for it", SOON));
	host = host_start();
	assert_true(terminal_shows(t, "(attached)", SOON));
	assert_true(terminal_shows(t, "2/2 up", SOON));
	terminal_send(t, "Qy"); /* asked, then it stops what plays */
	assert_int_equal(terminal_status(t, 0, SOON), 0);
	terminal_free(t);
	ff_close(ff);
	assert_int_equal(host_end(host, 0), 0);
}

/* SIGHUP, a closed window: what plays is in another process. */
static void a_line_that_drops_ends_the_console_alone(void **state)
{
	pid_t host = host_start();
	struct ff *ff = host_attach();
	struct terminal *t = terminal_new(24, 80, run, NULL);
	uint64_t cycles, late;

	(void)state;
	assert_true(terminal_shows(t, "2/2 up", SOON));
	ff_snapshot(ff, &now);
	cycles = now.cycles;
	late = now.late_cycles;
	terminal_free(t);
	do {
		poll(NULL, 0, 50);
		ff_snapshot(ff, &now);
		assert_false(now.lost);
	} while (now.cycles < cycles + 100);
	if (now.late_cycles == late) /* else the machine stood still, not the music */
		assert_int_equal(now.speakers[0].frames_lost + now.speakers[1].frames_lost, 0);
	ff_close(ff);
	assert_int_equal(host_end(host, SIGTERM), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_console_shows_what_plays_elsewhere_and_leaves_it_playing),
		cmocka_unit_test(the_console_waits_for_a_service_that_starts_anew),
		cmocka_unit_test(a_line_that_drops_ends_the_console_alone),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, host_prepare, host_clean);
}
