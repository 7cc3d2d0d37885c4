/* SPDX-License-Identifier: MIT */
/* The console at a real pty: keys, sizes, bytes, and terminals that fail. */
#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/scope.h"
#include "tests/tui/console.h"
#include "tests/tui/fake_door.h"
#include "tests/tui/golden.h"
#include "tests/tui/scene.h"
#include "tests/tui/terminal.h"

/* Clock ticks of processor time that pid has used. */
static unsigned long ticks(pid_t pid)
{
	unsigned long user = 0, sys = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_int_equal(
		fscanf(f, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
		       &user, &sys),
		2);
	fclose(f);
	return user + sys;
}

static bool soon(atomic_int *value, int least)
{
	for (int i = 0; i < SOON / 10 && *value < least; i++)
		usleep(10000);
	return *value >= least;
}

static void keys_change_what_they_should(void **state)
{
	struct fake_door *f = console_party(8);
	struct terminal *t = console_new(24, 80, &console_local);

	(void)state;
	assert_true(terminal_shows(t, ">● Kitchen", SOON));
	terminal_send(t, "\033[B"); /* the very first key counts */
	assert_true(terminal_shows(t, ">● Den left", SOON));
	terminal_send(t, "\033OC"); /* right, as sent in application mode */
	assert_true(terminal_shows(t, "volume 95% -> 96%", SOON));
	terminal_send(t, "hhH");
	assert_true(terminal_shows(t, "-> 84%", SOON));
	terminal_send(t, "5");
	assert_true(terminal_shows(t, "-> 50%", SOON));
	terminal_send(t, "=-12dB\r");
	assert_true(terminal_shows(t, "-> 70%", SOON));
	terminal_send(t, "m");
	assert_true(terminal_shows(t, "mute off -> on", SOON));
	assert_int_equal(f->command[f->commands - 1].verb, FF_SET_MUTE);
	assert_int_equal(f->command[f->commands - 1].id, 2);
	terminal_send(t, "z");
	assert_true(terminal_shows(t, "mute on -> off", SOON));
	terminal_send(t, "\033[999;7q"); /* nobody's key: taken whole */
	terminal_send(t, "?");
	assert_true(terminal_shows(t, "Keys in Mixer", SOON));
	terminal_send(t, "\033");
	assert_true(terminal_loses(t, "Keys in Mixer", SOON));
	terminal_send(t, "\t");
	assert_true(terminal_shows(t, "─ Devices ─", SOON) ||
		    terminal_shows(t, " Devices ", SOON));
	terminal_send(t, "\033OQ"); /* F2 */
	assert_true(terminal_shows(t, "SPEAKER", SOON));
	console_end(f, t);
}

static void ten_steps_pressed_at_once_are_ten_steps(void **state)
{
	struct fake_door *f = console_party(2);
	struct terminal *t = console_new(24, 80, &console_local);

	(void)state;
	assert_true(terminal_shows(t, ">● Kitchen", SOON));
	terminal_send(t, "hhhhhhhhhh");
	assert_true(terminal_shows(t, "100% -> 90%", SOON));
	assert_int_equal(f->commands, 10);
	terminal_send(t, "z"); /* and one change to undo */
	assert_true(terminal_shows(t, "90% -> 100%", SOON));
	console_end(f, t);
}

static void leaving_plays_on_and_says_how_to_stop(void **state)
{
	struct fake_door *f = console_party(2);
	struct terminal *t = console_new(24, 80, &console_local);
	struct termios modes;
	char text[64];
	int status;

	(void)state;
	assert_true(terminal_shows(t, "Kitchen", SOON));
	modes = terminal_modes(t);
	assert_false(modes.c_lflag & (ICANON | ECHO | ISIG));
	assert_false(modes.c_iflag & IXON);
	terminal_send(t, "q");
	snprintf(text, sizeof(text), "kill %d", (int)f->pid);
	assert_true(terminal_shows(t, text, SOON));
	status = terminal_status(t, 0, SOON);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_true(console_alive(f->pid));
	assert_int_equal(getsid(f->pid), f->pid); /* no terminal can hang it up */
	assert_int_equal(f->closed, 0);
	kill(f->pid, SIGTERM);
	assert_true(soon(&f->closed, 1));
	console_end(f, t);
}

static void the_terminal_is_given_back_as_it_was_found(void **state)
{
	struct fake_door *f = console_party(2);
	struct terminal *t = console_new(24, 80, &console_local);
	struct termios modes;

	(void)state;
	assert_true(terminal_shows(t, "Kitchen", SOON));
	terminal_send(t, "Q");
	assert_true(terminal_shows(t, "Stop the music and leave? y/N", SOON));
	terminal_send(t, "x"); /* anything but y is no */
	assert_true(terminal_loses(t, "Stop the music", SOON));
	assert_int_equal(f->closed, 0);
	terminal_send(t, "Qy");
	assert_true(terminal_loses(t, "Kitchen", SOON));
	assert_true(soon(&f->closed, 1));
	modes = terminal_modes(t);
	assert_true(modes.c_lflag & ICANON && modes.c_lflag & ECHO && modes.c_lflag & ISIG);
	assert_int_equal(terminal_status(t, 0, SOON), 0);
	console_end(f, t);
}

static void suspended_it_plays_and_fg_brings_it_back(void **state)
{
	struct fake_door *f = console_party(2);
	struct terminal *t = console_new(24, 80, &console_local);
	int status;

	(void)state;
	assert_true(terminal_shows(t, "Kitchen", SOON));
	terminal_send(t, "\032");
	status = terminal_status(t, WUNTRACED, SOON);
	assert_true(WIFSTOPPED(status));
	assert_true(terminal_loses(t, "Kitchen", SOON));
	assert_true(terminal_modes(t).c_lflag & ICANON);
	assert_true(console_alive(f->pid));
	kill(terminal_pid(t), SIGCONT);
	assert_true(terminal_shows(t, "Kitchen", SOON));
	terminal_send(t, "j");
	assert_true(terminal_shows(t, ">● Den left", SOON));
	console_end(f, t);
}

/* What a shell with job control does for "fanfare &", and then fg. */
static int run_behind(void *arg)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		setpgid(0, 0);
		_exit(console_run(arg));
	}
	setpgid(pid, pid);
	if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
		return 1;
	printf("stopped behind\n");
	fflush(stdout);
	if (getchar() == EOF)
		return 1;
	signal(SIGTTOU, SIG_IGN);
	tcsetpgrp(STDIN_FILENO, pid);
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static void started_behind_it_waits_for_its_turn(void **state)
{
	struct fake_door *f = console_party(2);
	struct terminal *t =
		terminal_new(24, 80, run_behind, (void *)(uintptr_t)&console_local);

	(void)state;
	assert_true(terminal_shows(t, "stopped behind", SOON));
	assert_true(terminal_modes(t).c_lflag & ICANON);
	assert_int_equal(f->pid, 0);
	terminal_send(t, "\r");
	assert_true(terminal_shows(t, "Kitchen", SOON));
	terminal_send(t, "Qy");
	assert_int_equal(terminal_status(t, 0, SOON), 0);
	console_end(f, t);
}

static void a_lost_terminal_neither_stops_nor_spins_it(void **state)
{
	struct fake_door *f = console_party(8);
	struct terminal *t = console_new(24, 80, &console_local);
	unsigned long before;

	(void)state;
	f->moving = true;
	assert_true(terminal_shows(t, "Kitchen", SOON));
	terminal_hang_up(t);
	for (int i = 0; i < SOON / 10 && getsid(f->pid) != f->pid; i++)
		usleep(10000);
	assert_int_equal(getsid(f->pid), f->pid); /* it has noticed */
	before = ticks(f->pid);
	usleep(1000000);
	assert_true(ticks(f->pid) - before <= 2); /* of 100 */
	assert_true(console_alive(f->pid));
	assert_int_equal(f->closed, 0);
	kill(f->pid, SIGHUP);
	usleep(50000);
	assert_true(console_alive(f->pid));
	kill(f->pid, SIGTERM);
	assert_true(soon(&f->closed, 1));
	console_end(f, t);
}

static void a_stopped_terminal_costs_frames_and_no_waiting(void **state)
{
	struct fake_door *f = console_party(8);
	struct terminal *t = console_new(50, 200, &console_local);
	unsigned long before;
	int frames;

	(void)state;
	f->moving = true;
	assert_true(terminal_shows(t, "Kitchen", SOON));
	for (int i = 0; i < 60; i++) { /* read nothing: the pty fills up */
		terminal_send(t, "\f");
		usleep(25000);
	}
	frames = f->snapshots;
	before = ticks(f->pid);
	usleep(1000000);
	assert_true(f->snapshots - frames <= 2); /* no work for nobody */
	assert_true(ticks(f->pid) - before <= 3);
	terminal_send(t, "jj");
	assert_true(terminal_shows(t, ">● Patio", SOON)); /* read again: all is well */
	for (int i = 0; i < 60; i++) {
		terminal_send(t, "\f");
		usleep(25000);
	}
	kill(f->pid, SIGTERM); /* stuck once more, it still obeys */
	assert_true(soon(&f->closed, 1));
	console_end(f, t);
}

static void a_killed_console_leaves_a_usable_terminal(void **state)
{
	struct fake_door *f = console_party(2);
	struct terminal *t = console_new(24, 80, &console_local);
	int status;

	(void)state;
	assert_true(terminal_shows(t, "Kitchen", SOON));
	kill(f->pid, SIGKILL);
	f->pid = 0;
	assert_true(terminal_shows(t, "ended by signal 9", SOON));
	status = terminal_status(t, 0, SOON);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGKILL);
	assert_true(terminal_modes(t).c_lflag & ICANON);
	console_end(f, t);
}

static void a_profile_that_fails_is_said_on_the_terminal(void **state)
{
	struct fake_door *f = console_party(2);
	struct terminal *t;
	int status;

	(void)state;
	f->fail = -EBADMSG;
	t = console_new(24, 80, &console_local);
	assert_true(terminal_shows(t, "fanfare: party.conf:3: expected a number", SOON));
	status = terminal_status(t, 0, SOON);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	console_end(f, t);
}

static void a_storm_of_sizes_ends_in_a_whole_screen(void **state)
{
	struct fake_door *f = console_party(8);
	struct terminal *t = console_new(24, 80, &console_local);
	unsigned seed = 1;

	(void)state;
	f->moving = true;
	assert_true(terminal_shows(t, "Kitchen", SOON));
	for (int i = 0; i < 500; i++) {
		seed = seed * 1103515245 + 12345;
		terminal_resize(t, 1 + (int)(seed >> 16) % 60, 1 + (int)(seed >> 8) % 220);
		terminal_pump(t, 2);
	}
	terminal_resize(t, 1, 1);
	terminal_pump(t, 50);
	terminal_resize(t, 24, 80);
	assert_true(terminal_shows(t, "fanfare@", SOON));
	assert_true(terminal_shows(t, "q leave", SOON));
	assert_true(terminal_shows(t, ">● Kitchen", SOON));
	console_end(f, t);
}

/* Bytes a second while eight speakers move. */
static size_t rate_of(int rows, int cols, const struct setting *s)
{
	struct fake_door *f = console_party(8);
	struct terminal *t = console_new(rows, cols, s);
	const int ms = 4000;
	size_t bytes;

	for (uint32_t i = 4; i < 6; i++) { /* all of them */
		f->snap.speakers[i].state = FF_PLAYING;
		f->snap.speakers[i].retry_ms = 0;
		f->snap.speakers[i].level.peak_db[0] = -20;
	}
	f->moving = true;
	assert_true(terminal_shows(t, "Cellar", SOON));
	terminal_pump(t, 500);
	terminal_bytes(t);
	f->snapshots = 0;
	terminal_pump(t, ms);
	bytes = terminal_bytes(t) * 1000 / (size_t)ms;
	printf("%dx%d %s: %zu bytes a second, %d frames a second\n", cols, rows,
	       s->ssh ? "remote" : "local", bytes, f->snapshots * 1000 / ms);
	assert_true(f->snapshots > ms / 250); /* it did move */
	console_end(f, t);
	return bytes;
}

static void meters_keep_to_their_share_of_the_line(void **state)
{
	static const struct setting remote = { "xterm-256color", "C.UTF-8",
					       "192.0.2.1 5000 192.0.2.2 22", NULL };

	(void)state;
	assert_in_range(rate_of(24, 80, &remote), 1, 3000);
	assert_in_range(rate_of(50, 200, &remote), 1, 10000);
	assert_in_range(rate_of(24, 80, &console_local), 1, 5200);
	assert_in_range(rate_of(50, 200, &console_local), 1, 15600);
}

static void a_still_screen_costs_nothing(void **state)
{
	struct fake_door *f = console_party(8);
	struct terminal *t;
	int frames;

	(void)state;
	for (uint32_t i = 0; i < 8; i++) {
		f->snap.speakers[i].state = FF_OFF;
		f->snap.speakers[i].retry_ms = 0;
		f->snap.speakers[i].drop_age_ms = UINT32_MAX;
	}
	f->snap.sources[0].state = FF_WAITING;
	f->snap.zones[0].level.peak_db[0] = f->snap.zones[0].level.peak_db[1] = FF_SILENT;
	t = console_new(24, 80, &console_local);
	assert_true(terminal_shows(t, "q leave", SOON));
	terminal_pump(t, 300);
	terminal_bytes(t);
	frames = f->snapshots;
	terminal_pump(t, 1500);
	assert_int_equal(terminal_bytes(t), 0);
	assert_int_equal(f->snapshots, frames); /* no timer either */
	snprintf(f->snap.notice, FF_TEXT_MAX, "something happened");
	fake_door_news(f);
	assert_true(terminal_shows(t, "something happened", SOON)); /* and it is awake */
	console_end(f, t);
}

/* Line number row of text, into line. */
static void line_of(const char *text, int row, char *line, size_t size)
{
	while (row-- > 0)
		text += strcspn(text, "\n") + 1;
	snprintf(line, size, "%.*s", (int)strcspn(text, "\n|"), text);
}

static void what_is_drawn_is_what_is_seen(void **state)
{
	struct scene_sent sent = { .n = 0 };
	struct fake_door *f = console_door();
	struct terminal *t;
	struct ui *ui;
	struct cells c;
	char *drawn;

	(void)state;
	scene_hostile(&f->snap);
	ui = scene_ui(&f->snap, &sent);
	assert_int_equal(cells_init(&c, 24, 80, GLYPHS_FULL), 0);
	ui_draw(ui, &c);
	drawn = golden_text(&c, false);
	t = console_new(24, 80, &console_local);
	assert_true(terminal_shows(t, "a name th", SOON));
	assert_true(terminal_shows(t, "blinking", SOON));
	for (int row = 2; row < 22; row++) { /* above them stands the host's name */
		char is[1024], was[1024];

		line_of(drawn, row, was, sizeof(was));
		line_of(terminal_text(t), row, is, sizeof(is));
		assert_string_equal(is, was);
	}
	console_end(f, t);
	free(drawn);
	cells_done(&c);
	free(ui);
}

static void colour_and_glyphs_only_where_they_are_wanted(void **state)
{
	static const struct setting mono = { "xterm-256color", "C.UTF-8", NULL, "1" };
	static const struct setting ascii = { "xterm-256color", "C", NULL, NULL };
	struct fake_door *f = console_party(8);
	struct terminal *t = console_new(24, 80, &console_local);

	(void)state;
	assert_true(terminal_shows(t, "q leave", SOON));
	assert_true(terminal_coloured(t));
	console_end(f, t);

	f = console_party(8);
	t = console_new(24, 80, &mono);
	assert_true(terminal_shows(t, "q leave", SOON));
	assert_false(terminal_coloured(t));
	console_end(f, t);

	f = console_party(8);
	t = console_new(24, 80, &ascii);
	assert_true(terminal_shows(t, "q leave", SOON));
	for (const char *p = terminal_text(t); *p; p++)
		assert_in_range((unsigned char)*p, '\n', '~');
	assert_true(terminal_shows(t, "\n  fader 100%", SOON)); /* nothing wrapped into it */
	console_end(f, t);
}

static void every_terminal_gets_a_screen_or_a_reason(void **state)
{
	static const struct setting settings[] = {
		{ "xterm-256color", "C.UTF-8", NULL, NULL },
		{ "xterm-256color", "C.UTF-8", NULL, "1" },
		{ "xterm-256color", "C", NULL, NULL },
		{ "xterm", "C.UTF-8", NULL, NULL },
		{ "screen", "C.UTF-8", NULL, NULL },
		{ "screen-256color", "C.UTF-8", NULL, NULL },
		{ "tmux", "C.UTF-8", NULL, NULL },
		{ "tmux-256color", "C.UTF-8", NULL, NULL },
		{ "linux", "C.UTF-8", NULL, NULL },
		{ "vt100", "C", NULL, NULL },
		{ "vt220", "C.UTF-8", NULL, NULL },
		{ "no-such-terminal", "C.UTF-8", NULL, NULL },
		{ "", "C.UTF-8", NULL, NULL },
		{ NULL, "C.UTF-8", NULL, NULL },
	};
	static const struct setting dumb = { "dumb", "C.UTF-8", NULL, NULL };
	struct fake_door *f;
	struct terminal *t;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		f = console_party(8);
		t = console_new(24, 80, &settings[i]);
		assert_true(terminal_shows(t, "Kitchen", SOON));
		terminal_send(t, "j5");
		assert_true(terminal_shows(t, "-> 50%", SOON));
		terminal_send(t, "\033[A");
		terminal_send(t, "6");
		assert_true(terminal_shows(t, "-> 60%", SOON));
		console_end(f, t);
	}
	f = console_party(8);
	t = console_new(24, 80, &dumb);
	assert_true(terminal_shows(t, "cannot place its cursor", SOON));
	assert_true(WEXITSTATUS(terminal_status(t, 0, SOON)) == 1);
	console_end(f, t);
}

static void a_newcomer_with_an_adapter_is_told_the_next_key(void **state)
{
	struct fake_door *f = console_door();
	struct terminal *t;

	(void)state;
	scene_party(&f->snap, 0);
	f->snap.sources_n = 0;
	t = console_new(24, 80, &console_local);
	/* a profile was named: the mixer, with the way to go on */
	assert_true(terminal_shows(t, "F3 opens the devices", SOON));
	terminal_send(t, "\033OR");
	assert_true(terminal_shows(t, "then press s to look", SOON));
	terminal_send(t, "s");
	assert_true(terminal_shows(t, "pairing mode on now", SOON));
	assert_int_equal(f->command[0].verb, FF_SCAN);
	console_end(f, t);
}

#define T(test) cmocka_unit_test_teardown(test, console_sweep)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(keys_change_what_they_should),
		T(ten_steps_pressed_at_once_are_ten_steps),
		T(leaving_plays_on_and_says_how_to_stop),
		T(the_terminal_is_given_back_as_it_was_found),
		T(suspended_it_plays_and_fg_brings_it_back),
		T(started_behind_it_waits_for_its_turn),
		T(a_lost_terminal_neither_stops_nor_spins_it),
		T(a_stopped_terminal_costs_frames_and_no_waiting),
		T(a_killed_console_leaves_a_usable_terminal),
		T(a_profile_that_fails_is_said_on_the_terminal),
		T(a_storm_of_sizes_ends_in_a_whole_screen),
		T(meters_keep_to_their_share_of_the_line),
		T(a_still_screen_costs_nothing),
		T(what_is_drawn_is_what_is_seen),
		T(colour_and_glyphs_only_where_they_are_wanted),
		T(every_terminal_gets_a_screen_or_a_reason),
		T(a_newcomer_with_an_adapter_is_told_the_next_key),
	};

	if (!console_prepare())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
