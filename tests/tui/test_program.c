/* SPDX-License-Identifier: MIT */
/* The program itself, with its core: the demonstration, headless, its arguments. */
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "tests/tui/tape.h"
#include "tests/tui/terminal.h"

#define SOON 20000 /* ms a busy machine may take */

static char program[256], home[] = "/tmp/fanfare-test-XXXXXX";

static int run(void *arg)
{
	char *const *argv = arg;

	setenv("TERM", "xterm-256color", 1);
	execv(program, argv);
	return 127;
}

static char *const demo[] = { "fanfare", "--profile", "Demo", NULL };

/* Run to its end; its output, both kinds, into text. Returns the exit status. */
static int outcome(char *const argv[], char *text, size_t size)
{
	size_t used = 0;
	ssize_t n;
	int out[2], status;
	pid_t pid;

	assert_int_equal(pipe(out), 0);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		setsid(); /* no terminal anywhere */
		dup2(out[1], STDOUT_FILENO);
		dup2(out[1], STDERR_FILENO);
		close(STDIN_FILENO);
		_exit(run((void *)(uintptr_t)argv));
	}
	close(out[1]);
	while ((n = read(out[0], text + used, size - 1 - used)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	close(out[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void the_demonstration_plays_and_says_that_it_is_simulated(void **state)
{
	struct terminal *t = terminal_new(24, 80, run, (void *)(uintptr_t)demo);

	(void)state;
	assert_true(terminal_shows(t, "SIMULATED", SOON));
	assert_true(terminal_shows(t, "3/3 up", SOON));
	assert_true(terminal_shows(t, "██████", SOON)); /* and it sounds */
	terminal_send(t, "j=50\r");
	assert_true(terminal_shows(t, "-> 50%", SOON));
	assert_true(terminal_shows(t, "Demo*", SOON)); /* the core has heard it */
	terminal_send(t, "m");
	assert_true(terminal_shows(t, "mute off -> on", SOON));
	terminal_send(t, "Qy");
	assert_int_equal(terminal_status(t, 0, SOON), 0);
	terminal_free(t);
}

/* A file in the user's own folder for settings. */
static void put_setting(const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "mkdir -p %s/.config/fanfare/themes", home);
	assert_int_equal(system(path), 0);
	snprintf(path, sizeof(path), "%s/.config/fanfare/%s", home, name);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void drop_settings(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s/.config", home);
	assert_int_equal(system(command), 0);
}

static void a_theme_is_tried_chosen_and_remembered(void **state)
{
	struct terminal *t = terminal_new(24, 80, run, (void *)(uintptr_t)demo);

	(void)state;
	assert_true(terminal_shows(t, "3/3 up", SOON));
	terminal_send(t, "T");
	assert_true(terminal_shows(t, "base", SOON));
	assert_true(terminal_shows(t, "worn now", SOON));
	terminal_send(t, "mono\r");
	assert_true(terminal_loses(t, "worn now", SOON));
	for (int i = 0; i < SOON / 20 && terminal_coloured(t); i++)
		terminal_pump(t, 20);
	assert_false(terminal_coloured(t));
	terminal_send(t, "Qy");
	assert_int_equal(terminal_status(t, 0, SOON), 0);
	terminal_free(t);

	t = terminal_new(24, 80, run, (void *)(uintptr_t)demo);
	assert_true(terminal_shows(t, "3/3 up", SOON));
	assert_false(terminal_coloured(t)); /* as it was left */
	terminal_send(t, "Tdark");
	assert_true(terminal_shows(t, "/dark", SOON));
	for (int i = 0; i < SOON / 20 && !terminal_coloured(t); i++)
		terminal_pump(t, 20);
	assert_true(terminal_coloured(t)); /* only tried */
	terminal_send(t, "\033");
	assert_true(terminal_loses(t, "/dark", SOON));
	for (int i = 0; i < SOON / 20 && terminal_coloured(t); i++)
		terminal_pump(t, 20);
	assert_false(terminal_coloured(t));
	terminal_send(t, ":theme dark\r"); /* typed, it is kept as well */
	for (int i = 0; i < SOON / 20 && !terminal_coloured(t); i++)
		terminal_pump(t, 20);
	assert_true(terminal_coloured(t));
	terminal_send(t, ":theme drak\r");
	assert_true(terminal_shows(t, "no theme is called \"drak\"", SOON));
	assert_true(terminal_coloured(t)); /* it keeps what it wears */
	terminal_send(t, "Qy");
	assert_int_equal(terminal_status(t, 0, SOON), 0);
	terminal_free(t);

	t = terminal_new(24, 80, run, (void *)(uintptr_t)demo);
	assert_true(terminal_shows(t, "3/3 up", SOON));
	assert_true(terminal_coloured(t));
	terminal_send(t, "Qy");
	assert_int_equal(terminal_status(t, 0, SOON), 0);
	terminal_free(t);
	drop_settings();
}

static void bad_files_are_named_and_done_without(void **state)
{
	struct terminal *t;

	(void)state;
	put_setting("theme", "broken\n");
	put_setting("themes/broken.theme", "dim = default dim\nselect = sparkling\n");
	t = terminal_new(24, 120, run, (void *)(uintptr_t)demo);
	assert_true(terminal_shows(t, "broken.theme:2: \"sparkling\"", SOON));
	assert_true(terminal_shows(t, "the base theme is used", SOON));
	assert_true(terminal_shows(t, "3/3 up", SOON)); /* and it goes on */
	terminal_send(t, "\033");			/* the toast goes, the log has it */
	assert_true(terminal_loses(t, "✗", SOON));
	terminal_send(t, "E");
	assert_true(terminal_shows(t, "broken.theme:2: \"sparkling\"", SOON));
	terminal_send(t, "EQy");
	assert_int_equal(terminal_status(t, 0, SOON), 0);
	terminal_free(t);
	drop_settings();

	put_setting("keys.conf", "mixer.mute = m\nmixer.solo = m\n");
	t = terminal_new(24, 120, run, (void *)(uintptr_t)demo);
	assert_true(terminal_shows(t, "keys.conf:2: ", SOON));
	assert_true(terminal_shows(t, "✗ ", SOON));
	terminal_send(t, "jm");
	assert_true(terminal_shows(t, "mute off -> on", SOON));
	terminal_send(t, "E"); /* the log has it, whatever came after */
	assert_true(terminal_shows(t, "keys.conf:2: ", SOON));
	terminal_send(t, "EQy");
	assert_int_equal(terminal_status(t, 0, SOON), 0);
	terminal_free(t);
	drop_settings();
}

static int run_on_linux(void *argv)
{
	setenv("TERM", "linux", 1); /* the Pi's own screen: no second page to go back from */
	execv(program, argv);
	return 127;
}

static void its_last_line_does_not_stay_behind(void **state)
{
	struct terminal *t = terminal_new(24, 80, run_on_linux, (void *)(uintptr_t)demo);

	(void)state;
	assert_true(terminal_shows(t, "q leave", SOON));
	terminal_send(t, "Qy");
	assert_int_equal(terminal_status(t, 0, SOON), 0);
	assert_true(terminal_loses(t, "q leave", SOON));
	terminal_free(t);
}

static void a_second_one_asks_before_it_takes_over(void **state)
{
	struct terminal *t = terminal_new(24, 80, run, (void *)(uintptr_t)demo), *u;
	const char *told;
	char text[4096];
	pid_t old;

	(void)state;
	assert_true(terminal_shows(t, "3/3 up", SOON));
	terminal_send(t, "q");
	assert_true(terminal_shows(t, "To stop it: kill ", SOON));
	told = strstr(terminal_text(t), "kill ");
	old = (pid_t)strtol(told + 5, NULL, 10);
	assert_int_equal(terminal_status(t, 0, SOON), 0);
	terminal_free(t); /* the line is gone; the music is not */
	assert_int_equal(waitpid(old, NULL, WNOHANG), 0);

	assert_int_equal(outcome(demo, text, sizeof(text)), 1); /* nobody there to ask */
	assert_non_null(strstr(text, "plays already"));
	assert_int_equal(waitpid(old, NULL, WNOHANG), 0);

	u = terminal_new(24, 80, run, (void *)(uintptr_t)demo);
	assert_true(terminal_shows(u, "Stop it and play here instead? y/N", SOON));
	terminal_send(u, "n");
	assert_int_equal(WEXITSTATUS(terminal_status(u, 0, SOON)), 1);
	assert_true(terminal_modes(u).c_lflag & ICANON); /* as it was found */
	terminal_free(u);
	assert_int_equal(waitpid(old, NULL, WNOHANG), 0);

	u = terminal_new(24, 80, run, (void *)(uintptr_t)demo);
	assert_true(terminal_shows(u, "Stop it and play here instead? y/N", SOON));
	terminal_send(u, "y"); /* without Enter */
	assert_true(terminal_shows(u, "3/3 up", SOON));
	assert_int_equal(waitpid(old, NULL, 0), old);
	terminal_send(u, "Qy");
	assert_int_equal(terminal_status(u, 0, SOON), 0);
	terminal_free(u);
}

static void arguments_that_make_no_sense_are_named(void **state)
{
	char text[4096];

	(void)state;
	assert_int_equal(outcome((char *[]){ "fanfare", "--frob", NULL }, text, sizeof(text)),
			 2);
	assert_non_null(strstr(text, "\"--frob\""));
	assert_int_equal(
		outcome((char *[]){ "fanfare", "--profile", NULL }, text, sizeof(text)), 2);
	assert_non_null(strstr(text, "--profile"));
	assert_int_equal(
		outcome((char *[]){ "fanfare", "profile", "sing", NULL }, text, sizeof(text)),
		2);
	assert_non_null(strstr(text, "\"sing\""));
	assert_int_equal(
		outcome((char *[]){ "fanfare", "--version", NULL }, text, sizeof(text)), 0);
	assert_non_null(strstr(text, "fanfare 0."));
	assert_int_equal(outcome((char *[]){ "fanfare", "--help", NULL }, text, sizeof(text)),
			 0);
	assert_non_null(strstr(text, "--headless"));
}

static void without_a_terminal_it_says_what_to_do(void **state)
{
	char text[4096];

	(void)state;
	assert_int_equal(outcome((char *[]){ "fanfare", NULL }, text, sizeof(text)), 1);
	assert_non_null(strstr(text, "--headless"));
}

static void profiles_are_listed_and_checked(void **state)
{
	char text[8192], path[64];
	FILE *f;

	(void)state;
	assert_int_equal(
		outcome((char *[]){ "fanfare", "profile", "list", NULL }, text, sizeof(text)),
		0);
	assert_non_null(strstr(text, "Demo\t"));
	assert_int_equal(
		outcome((char *[]){ "fanfare", "profile", "check", "profiles/Demo.conf", NULL },
			text, sizeof(text)),
		0);
	snprintf(path, sizeof(path), "%s/bad.conf", home);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs("version = 1;\nzones = ( { name = 5; } );\n", f);
	fclose(f);
	assert_int_equal(outcome((char *[]){ "fanfare", "profile", "check", path, NULL }, text,
				 sizeof(text)),
			 1);
	assert_non_null(strstr(text, "bad.conf:2"));
	assert_int_equal(outcome((char *[]){ "fanfare", "--headless", "--profile", path, NULL },
				 text, sizeof(text)),
			 1);
	assert_non_null(strstr(text, "bad.conf:2"));
	assert_int_equal(
		outcome((char *[]){ "fanfare", "--headless", "--profile", "No Such", NULL },
			text, sizeof(text)),
		1);
	assert_non_null(strstr(text, "No Such"));
}

static void headless_it_logs_and_only_stops_when_told_to(void **state)
{
	char *const argv[] = { "fanfare", "--headless", "--profile", "Demo", NULL };
	struct terminal *t = terminal_new(24, 80, run, (void *)(uintptr_t)argv);
	pid_t pid = terminal_pid(t);
	char text[4096], told[64];

	(void)state;
	assert_true(terminal_shows(t, "Demo", SOON));
	/* without D-Bus, too, a second one leaves it alone */
	assert_int_equal(outcome(argv, text, sizeof(text)), 3);
	snprintf(told, sizeof(told), "plays already, in process %d", (int)pid);
	assert_non_null(strstr(text, told));
	kill(pid, SIGHUP);
	terminal_hang_up(t); /* its terminal goes, its log with it */
	assert_int_equal(terminal_status(t, 0, 1000), -1);
	assert_int_equal(kill(pid, 0), 0);
	kill(pid, SIGTERM);
	assert_int_equal(terminal_status(t, 0, SOON), 0);
	terminal_free(t);
}

static int run_without_stdin(void *argv)
{
	close(STDIN_FILENO);
	return run(argv);
}

static void without_a_standard_input_nothing_else_takes_its_place(void **state)
{
	char *const argv[] = { "fanfare", "--headless", "--profile", "Demo", NULL };
	struct terminal *t = terminal_new(24, 80, run_without_stdin, (void *)(uintptr_t)argv);
	char path[32], at[64] = "";

	(void)state;
	assert_true(terminal_shows(t, "Demo", SOON));
	snprintf(path, sizeof(path), "/proc/%d/fd/0", (int)terminal_pid(t));
	assert_true(readlink(path, at, sizeof(at) - 1) > 0);
	assert_string_equal(at, "/dev/null");
	kill(terminal_pid(t), SIGTERM);
	assert_int_equal(terminal_status(t, 0, SOON), 0);
	terminal_free(t);
}

/* ---- whatever becomes of the terminal, the sound goes on
 * ------------------------------------- */

/* A speaker that is a recording, of noise that is the same in every run. */
static void write_recording_profile(const char *path, const char *wav)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fprintf(f,
		"version = 1;\nzones = ( { name = \"House\";\n"
		"sources = ( { type = \"tone\"; tone = \"pink\"; } );\n"
		"speakers = ( { name = \"Tape\"; output = \"file\"; path = \"%s\"; } ); } );\n",
		wav);
	assert_int_equal(fclose(f), 0);
}

/* The process that plays: the one that the shell's own forked. */
static pid_t player_of(pid_t parent)
{
	char path[64];
	int pid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)parent, (int)parent);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", &pid), 1);
	fclose(f);
	return pid;
}

/* Frames in the file so far. */
static long frames_of(const char *wav)
{
	struct stat st;

	return stat(wav, &st) == 0 ? (long)st.st_size / 6 : 0;
}

/* Whether the recording grew by what ms of sound are, give or take what is written at once. */
static void grew(const char *wav, long before, uint64_t since)
{
	uint64_t ms = (clock_now() - since) / NS_PER_MS;
	long grown = (frames_of(wav) - before) * 10 / 441;

	assert_in_range(grown + 450, ms, ms + 900);
}

static void the_sound_goes_on_whatever_becomes_of_the_terminal(void **state)
{
	char profile[64], wav[64];
	char *const argv[] = { "fanfare", "--profile", profile, NULL };
	struct terminal *t;
	uint64_t since;
	pid_t pid;
	long before;

	(void)state;
	snprintf(profile, sizeof(profile), "%s/tape.conf", home);
	snprintf(wav, sizeof(wav), "%s/tape.wav", home);
	write_recording_profile(profile, wav);
	t = terminal_new(50, 200, run, (void *)(uintptr_t)argv);
	assert_true(terminal_shows(t, "1/1 up", SOON));
	pid = player_of(terminal_pid(t));

	before = frames_of(wav), since = clock_now();
	for (int i = 0; i < 80; i++) { /* a reader that stops reading */
		terminal_send(t, "\f");
		usleep(25000);
	}
	grew(wav, before, since);
	terminal_send(t, "j");
	assert_true(terminal_shows(t, "q leave", SOON));

	before = frames_of(wav), since = clock_now();
	terminal_stop(t, true); /* a terminal that was told to stop */
	for (int i = 0; i < 80; i++) {
		terminal_send(t, "\f");
		terminal_pump(t, 25);
	}
	grew(wav, before, since);
	terminal_stop(t, false);

	before = frames_of(wav), since = clock_now();
	terminal_send(t, "\032"); /* the shell's for a while */
	assert_true(WIFSTOPPED(terminal_status(t, WUNTRACED, SOON)));
	usleep(1000000);
	grew(wav, before, since);
	kill(terminal_pid(t), SIGCONT);
	assert_true(terminal_shows(t, "1/1 up", SOON));

	before = frames_of(wav), since = clock_now();
	terminal_hang_up(t); /* the line drops */
	usleep(2000000);
	grew(wav, before, since);
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	terminal_free(t);
	tape_whole(wav, 1, 7, NULL, 0);
}

/* After a test that failed, what it started would play on, and be in the next one's way. */
static int sweep(void **state)
{
	char path[64];
	FILE *f;
	int pid;

	(void)state;
	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	for (int i = 0; i < 200; i++) { /* those that lose their parent become ours */
		f = fopen(path, "re");
		pid = 0;
		if (!f || fscanf(f, "%d", &pid) != 1)
			pid = 0;
		if (f)
			fclose(f);
		if (pid <= 0)
			break;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return 0;
}

#define T(test) cmocka_unit_test_teardown(test, sweep)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_demonstration_plays_and_says_that_it_is_simulated),
		T(a_theme_is_tried_chosen_and_remembered),
		T(its_last_line_does_not_stay_behind),
		T(bad_files_are_named_and_done_without),
		T(a_second_one_asks_before_it_takes_over),
		T(the_sound_goes_on_whatever_becomes_of_the_terminal),
		T(arguments_that_make_no_sense_are_named),
		T(without_a_terminal_it_says_what_to_do),
		T(profiles_are_listed_and_checked),
		T(headless_it_logs_and_only_stops_when_told_to),
		T(without_a_standard_input_nothing_else_takes_its_place),
	};
	const char *build = getenv("BUILD");
	char command[64];
	int r;

	snprintf(program, sizeof(program), "%s/fanfare", build ? build : "build");
	if (access(program, X_OK) < 0 || !mkdtemp(home) || !setlocale(LC_CTYPE, "C.UTF-8")) {
		printf("%s is not there: make builds it, BUILD says where\n", program);
		return 1;
	}
	/* nothing of whoever runs this, and no Bluetooth of this machine */
	setenv("HOME", home, 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("FANFARE_THEME");
	unsetenv("COLORFGBG");
	unsetenv("NO_COLOR");
	unsetenv("XDG_STATE_HOME");
	unsetenv("STATE_DIRECTORY");
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/fanfare", 1);
	setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/fanfare", 1);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof(command), "rm -rf %s", home);
	return system(command) == 0 ? r : 1;
}
