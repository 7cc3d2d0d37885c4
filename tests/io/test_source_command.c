/* SPDX-License-Identifier: MIT */
/* test_source_command - what a command writes, and how it fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/io/live.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct live l;

static int set_up(void **state)
{
	(void)state;
	live_init(&l, 44100);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	live_done(&l);
	return 0;
}

/* How many processes have text in their command line. */
static int processes_with(const char *text)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	int n = 0;

	while ((e = readdir(d))) {
		char path[280], line[512] = "";
		FILE *f;
		size_t got;

		snprintf(path, sizeof(path), "/proc/%.20s/cmdline", e->d_name);
		f = atoi(e->d_name) > 0 ? fopen(path, "r") : NULL;
		if (!f)
			continue;
		got = fread(line, 1, sizeof(line) - 1, f);
		for (size_t i = 0; i < got; i++)
			if (!line[i])
				line[i] = ' ';
		fclose(f);
		n += strstr(line, text) != NULL;
	}
	closedir(d);
	return n;
}

static void a_command_that_is_not_there_says_so(void **state)
{
	struct source *s = live_pipe(&l, SOURCE_IS_COMMAND, "fanfare-no-such-program -x",
				     SAMPLE_S16, 0, 2);
	struct health_report h;

	(void)state;
	assert_true(live_wait_source(s, HEALTH_WAITING, "was not found", 5));
	source_health(s, &h);
	assert_non_null(strstr(h.reason, "fanfare-no-such-program"));
	assert_true(h.retry_at > 0);
	source_free(s);
}

static void a_command_that_fails_gives_status_and_last_words_and_is_retried(void **state)
{
	char command[256];
	struct source *s;
	struct stat st;

	(void)state;
	snprintf(command, sizeof(command),
		 "echo x >> %s/tries; echo one >&2; echo the card is gone >&2; exit 3",
		 l.folder);
	s = live_pipe(&l, SOURCE_IS_COMMAND, command, SAMPLE_S16, 0, 2);
	assert_true(live_wait_source(s, HEALTH_WAITING, "status 3: the card is gone", 5));
	live_sleep(1.5);
	source_free(s);
	assert_int_equal(stat(live_path(&l, "tries"), &st), 0);
	assert_int_equal(st.st_size, 4); /* twice by now: at once and after 1 s, not more */
}

static void last_words_move_no_cursor(void **state)
{
	struct source *s =
		live_pipe(&l, SOURCE_IS_COMMAND, "printf 'a\\tb\\033[2Jc\\377\\n' >&2; exit 4",
			  SAMPLE_S16, 0, 2);

	(void)state;
	assert_true(live_wait_source(s, HEALTH_WAITING, "status 4: a b?[2Jc?", 5));
	source_free(s);
}

static void a_command_that_is_killed_names_the_signal(void **state)
{
	struct source *s = live_pipe(&l, SOURCE_IS_COMMAND, "kill -SEGV $$", SAMPLE_S16, 0, 2);

	(void)state;
	assert_true(live_wait_source(s, HEALTH_WAITING, "signal 11", 5));
	source_free(s);
}

static void garbage_is_noise_and_no_more_than_that(void **state)
{
	struct source *s =
		live_pipe(&l, SOURCE_IS_COMMAND, "cat /dev/urandom", SAMPLE_FLOAT, 0, 2);

	(void)state;
	assert_true(live_wait_source(s, HEALTH_RUNNING, "", 5));
	live_listen(&l, s, 1.0);
	source_free(s);
	for (uint32_t i = 0; i < 2 * l.heard_n; i++)
		assert_true(fabsf(l.heard[i]) <= 4.0f); /* and never NaN */
	assert_true(rms_of(l.heard, l.heard_n) > 0.1);
}

static void a_stubborn_command_is_ended_in_time_with_all_its_children(void **state)
{
	struct source *s = live_pipe(
		&l, SOURCE_IS_COMMAND,
		"trap '' TERM; (trap '' TERM; sleep 543.21) & sleep 543.21", SAMPLE_S16, 0, 2);
	uint64_t before;

	(void)state;
	assert_true(live_wait_source(s, HEALTH_WAITING, "writes no sound", 5));
	assert_true(processes_with("sleep 543.21") >= 2);
	before = clock_now();
	source_free(s);
	assert_true(clock_now() - before < 500 * NS_PER_MS);
	for (int i = 0; i < 100 && processes_with("sleep 543.21"); i++)
		live_sleep(0.02);
	assert_int_equal(processes_with("sleep 543.21"), 0);
	assert_true(waitpid(-1, NULL, WNOHANG) < 0); /* nor a zombie */
}

static void a_command_inherits_nothing(void **state)
{
	int null = open("/dev/null", O_RDWR);
	int fd = fcntl(null, F_DUPFD, 77); /* some library's, without close-on-exec */
	char command[256], text[256] = "";
	struct source *s;
	FILE *f;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	/* the upper ones are the C library's */
	snprintf(command, sizeof(command),
		 "{ [ -e /proc/self/fd/%d ] && echo leak; sed -nE "
		 "'s/^(Sig(Blk|Ign)):.{10}/\\1 /p' /proc/self/status; } > %s/inherited",
		 fd, l.folder);
	s = live_pipe(&l, SOURCE_IS_COMMAND, command, SAMPLE_S16, 0, 2);
	assert_true(live_wait_source(s, HEALTH_WAITING, "ended, and starts again", 5));
	source_free(s);
	close(fd);
	close(null);

	f = fopen(live_path(&l, "inherited"), "r");
	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(text, "SigBlk 0000000\nSigIgn 0000000\n");
}

static void a_fast_command_is_held_back_and_comes_through_whole(void **state)
{
	struct evenness e;
	struct source *s =
		live_pipe(&l, SOURCE_IS_COMMAND,
			  "sox -q -n -t s16 -r 44100 -c 2 - synth 600 sine 997 gain -6",
			  SAMPLE_S16, 44100, 2);
	struct health_report h;

	(void)state;
	assert_true(live_wait_sound(&l, s, 0.3f, 10));
	live_listen(&l, s, 3);
	source_health(s, &h);
	assert_int_equal(h.state, HEALTH_RUNNING);
	assert_int_equal(h.rate, 44100);
	source_free(s);
	e = evenness_of(l.heard, l.heard_n, 997, 44100);
	assert_judged(fabs(e.hz / 997 - 1) < 1e-7); /* not resampled: to the sample */
	assert_judged(e.wander < 1e-6);
	assert_judged(e.rest < 1e-3 && e.spoilt < 0.2);
}

struct kind {
	const char *sox; /* what sox is asked to write */
	enum sample_format format;
	uint32_t rate, channels;
};

static void any_format_rate_and_channels(void **state)
{
	const struct kind kinds[] = {
		{ "-t s16 -r 8000 -c 1", SAMPLE_S16, 8000, 1 },
		{ "-t s24 -r 48000 -c 2", SAMPLE_S24, 48000, 2 },
		{ "-t s32 -r 96000 -c 6", SAMPLE_S32, 96000, 6 },
		{ "-t f32 -r 48000 -c 8", SAMPLE_FLOAT, 48000, 8 },
		{ "-t f32 -r 192000 -c 2", SAMPLE_FLOAT, 192000, 2 },
		{ "-t f32 -r 22050 -c 2", SAMPLE_FLOAT, 22050, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char command[128];
		struct evenness e;
		struct source *s;

		snprintf(command, sizeof(command), "sox -q -n %s - synth 600 sine 997 gain -6",
			 kinds[i].sox);
		s = live_pipe(&l, SOURCE_IS_COMMAND, command, kinds[i].format, kinds[i].rate,
			      kinds[i].channels);
		assert_true(live_wait_sound(&l, s, 0.05f, 10));
		live_sleep(0.1); /* the resampler's first moment is in there */
		live_listen(&l, s, 0.2);
		/* a writer kept waiting goes on where it was, later: no flaw of ours */
		for (int try = 0; try < 3; try++) {
			live_listen(&l, s, 1);
			e = evenness_of(l.heard, l.heard_n, 997, 44100);
			if (e.spoilt == 0)
				break;
		}
		source_free(s);
		assert_judged(fabs(e.hz / 997 - 1) < 1e-6);
		assert_judged(e.wander < 2e-6);
		assert_judged(e.rest < 2e-3 && e.spoilt < 0.2);
	}
}

static int open_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void nothing_is_left_open(void **state)
{
	int before = open_descriptors();

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct source *s =
			live_pipe(&l, SOURCE_IS_COMMAND, "sleep 100", SAMPLE_S16, 0, 2);

		live_sleep(0.05);
		source_free(s);
		s = live_pipe(&l, SOURCE_IS_FIFO, live_path(&l, "missing"), SAMPLE_S16, 0, 2);
		live_sleep(0.05);
		source_free(s);
	}
	assert_int_equal(open_descriptors(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_that_is_not_there_says_so),
		cmocka_unit_test(
			a_command_that_fails_gives_status_and_last_words_and_is_retried),
		cmocka_unit_test(last_words_move_no_cursor),
		cmocka_unit_test(a_command_that_is_killed_names_the_signal),
		cmocka_unit_test(garbage_is_noise_and_no_more_than_that),
		cmocka_unit_test(a_stubborn_command_is_ended_in_time_with_all_its_children),
		cmocka_unit_test(a_command_inherits_nothing),
		cmocka_unit_test(a_fast_command_is_held_back_and_comes_through_whole),
		cmocka_unit_test(any_format_rate_and_channels),
		cmocka_unit_test(nothing_is_left_open),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
