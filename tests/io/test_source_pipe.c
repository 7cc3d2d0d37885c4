/* SPDX-License-Identifier: MIT */
/* test_source_pipe - commands, FIFOs, files and standard input as sources. */
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
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct live l;
static char folder[] = "/tmp/fanfare-pipe-XXXXXX";

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

static struct source *open_source(enum source_type type, const char *device,
				  enum sample_format format, uint32_t rate, uint32_t channels)
{
	struct source_config c = {
		.type = type,
		.device = device,
		.format = format,
		.rate = rate,
		.channels = channels,
	};
	struct source *s = NULL;

	assert_int_equal(source_new(&c, &l.time, l.engine, -1, &s), 0);
	return s;
}

static char *in_folder(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
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

static int open_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

/* ---- bad ones first ---------------------------------------------------------------------- */

static void a_command_that_is_not_there_says_so(void **state)
{
	struct source *s =
		open_source(SOURCE_IS_COMMAND, "fanfare-no-such-program -x", SAMPLE_S16, 0, 2);
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
		 "echo x >> %s/tries; echo one >&2; echo the card is gone >&2; exit 3", folder);
	s = open_source(SOURCE_IS_COMMAND, command, SAMPLE_S16, 0, 2);
	assert_true(live_wait_source(s, HEALTH_WAITING, "status 3: the card is gone", 5));
	live_sleep(1.5);
	source_free(s);
	assert_int_equal(stat(in_folder("tries"), &st), 0);
	assert_int_equal(st.st_size, 4); /* twice by now: at once and after 1 s, not more */
}

static void a_command_that_is_killed_names_the_signal(void **state)
{
	struct source *s = open_source(SOURCE_IS_COMMAND, "kill -SEGV $$", SAMPLE_S16, 0, 2);

	(void)state;
	assert_true(live_wait_source(s, HEALTH_WAITING, "signal 11", 5));
	source_free(s);
}

static void garbage_is_noise_and_no_more_than_that(void **state)
{
	struct source *s =
		open_source(SOURCE_IS_COMMAND, "cat /dev/urandom", SAMPLE_FLOAT, 0, 2);

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
	struct source *s = open_source(
		SOURCE_IS_COMMAND, "trap '' TERM; (trap '' TERM; sleep 543.21) & sleep 543.21",
		SAMPLE_S16, 0, 2);
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
	snprintf(command, sizeof(command),
		 "{ [ -e /proc/self/fd/%d ] && echo leak; grep -E 'Sig(Blk|Ign)' "
		 "/proc/self/status; } > %s/inherited",
		 fd, folder);
	s = open_source(SOURCE_IS_COMMAND, command, SAMPLE_S16, 0, 2);
	assert_true(live_wait_source(s, HEALTH_WAITING, "came to its end", 5));
	source_free(s);
	close(fd);
	close(null);

	f = fopen(in_folder("inherited"), "r");
	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(text, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

static void a_fifo_that_is_missing_or_is_a_folder(void **state)
{
	struct source *s = open_source(SOURCE_IS_FIFO, in_folder("missing"), SAMPLE_S16, 0, 2);

	(void)state;
	assert_true(live_wait_source(s, HEALTH_WAITING, "There is no \"/tmp/fanfare-pipe", 5));
	/* it comes into being, and nobody has to be told */
	assert_int_equal(mkfifo(in_folder("missing"), 0600), 0);
	assert_true(live_wait_source(s, HEALTH_WAITING, "No one writes to", 5));
	assert_int_equal(unlink(in_folder("missing")), 0);
	assert_true(live_wait_source(s, HEALTH_WAITING, "There is no", 5));
	source_free(s);

	s = open_source(SOURCE_IS_FIFO, folder, SAMPLE_S16, 0, 2);
	assert_true(live_wait_source(s, HEALTH_WAITING, "neither a FIFO nor a file", 5));
	source_free(s);
}

/* ---- good ones --------------------------------------------------------------------------- */

static void a_fast_command_is_held_back_and_comes_through_whole(void **state)
{
	double hz, rest, wander;
	struct source *s =
		open_source(SOURCE_IS_COMMAND,
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
	assert_int_equal(l.missing, 0);
	wander = wander_of(l.heard, l.heard_n, 997, 44100, &hz, &rest);
	print_message("%.4f Hz, wanders %.3f us, rest %.1f dB\n", hz, wander * 1e6,
		      20 * log10(rest));
	assert_true(fabs(hz / 997 - 1) < 1e-7); /* not resampled: to the sample */
	assert_true(wander < 1e-6);
	assert_true(rest < 1e-3);
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
		{ "-t f32 -r 192000 -c 8", SAMPLE_FLOAT, 192000, 8 },
		{ "-t f32 -r 22050 -c 2", SAMPLE_FLOAT, 22050, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char command[128];
		double hz, rest, wander;
		struct source *s;

		snprintf(command, sizeof(command), "sox -q -n %s - synth 600 sine 997 gain -6",
			 kinds[i].sox);
		s = open_source(SOURCE_IS_COMMAND, command, kinds[i].format, kinds[i].rate,
				kinds[i].channels);
		assert_true(live_wait_sound(&l, s, 0.05f, 10));
		live_sleep(0.1); /* the resampler's first moment is in there */
		live_listen(&l, s, 0.2);
		live_listen(&l, s, 1);
		source_free(s);
		assert_int_equal(l.missing, 0);
		wander = wander_of(l.heard, l.heard_n, 997, 44100, &hz, &rest);
		print_message("%s: %.4f Hz, wanders %.3f us, rest %.1f dB, peak %.2f\n",
			      kinds[i].sox, hz, wander * 1e6, 20 * log10(rest),
			      (double)peak_of(l.heard, l.heard_n));
		assert_true(fabs(hz / 997 - 1) < 1e-6);
		assert_true(wander < 2e-6);
		assert_true(rest < 2e-3);
	}
}

/* A writer that keeps real time by its own clock, ppm off, in chunks of 1,024 frames. */
static pid_t write_live(const char *path, double ppm, double seconds)
{
	pid_t pid = fork();

	if (pid == 0) {
		double rate = 44100 * (1 + ppm * 1e-6);
		uint64_t start = clock_now(), n = 0;
		int fd = open(path, O_WRONLY);

		while (fd >= 0 && (double)n < seconds * rate) {
			int16_t chunk[2 * 1024];

			for (uint32_t i = 0; i < 1024; i++, n++)
				chunk[2 * i] = chunk[2 * i + 1] = (int16_t)lrint(
					16384 * sin(2 * M_PI * 997 * (double)n / 44100));
			clock_sleep_until(start + (uint64_t)((double)n / rate * 1e9));
			if (write(fd, chunk, sizeof(chunk)) != sizeof(chunk))
				_exit(1);
		}
		_exit(0);
	}
	return pid;
}

static void a_live_writer_is_followed_and_may_leave_and_come_back(void **state)
{
	struct source *s;
	double hz, rest, wander;
	uint64_t before;

	(void)state;
	assert_int_equal(mkfifo(in_folder("live"), 0600), 0);
	s = open_source(SOURCE_IS_FIFO, in_folder("live"), SAMPLE_S16, 44100, 2);
	assert_true(live_wait_source(s, HEALTH_WAITING, "No one writes to", 5));
	for (int round = 0; round < 2; round++) {
		pid_t pid = write_live(in_folder("live"), 300, 4.2);

		assert_true(live_wait_sound(&l, s, 0.3f, 5));
		live_listen(&l, s, 2.5);
		assert_int_equal(l.missing, 0);
		wander = wander_of(l.heard + 44100, l.heard_n - 22050, 997, 44100, &hz, &rest);
		print_message("live: %.3f Hz, wanders %.0f us, rest %.1f dB\n", hz,
			      wander * 1e6, 20 * log10(rest));
		/* faster by 0.3 Hz, not held back; and even */
		assert_true(fabs(hz - 997.3) < 3);
		assert_true(wander < 2e-3);
		assert_true(rest < 0.1);
		waitpid(pid, NULL, 0);
		assert_true(live_wait_source(s, HEALTH_WAITING, "No one writes to", 5));
	}
	before = clock_now();
	source_free(s);
	assert_true(clock_now() - before < 500 * NS_PER_MS);
}

static void odd_pieces_keep_their_bytes_in_line(void **state)
{
	int16_t frame[2] = { 8192, -4096 };
	struct source *s;
	uint32_t start, i;
	int fd;

	(void)state;
	assert_int_equal(mkfifo(in_folder("odd"), 0600), 0);
	s = open_source(SOURCE_IS_FIFO, in_folder("odd"), SAMPLE_S16, 44100, 2);
	assert_true(live_wait_source(s, HEALTH_WAITING, "No one writes to", 5));
	fd = open(in_folder("odd"), O_WRONLY);
	assert_true(fd >= 0);
	if (fork() == 0) {
		char bytes[4 * 50000];

		for (i = 0; i < 50000; i++)
			memcpy(bytes + 4 * i, frame, 4);
		for (size_t at = 0, k = 1; at < sizeof(bytes); at += k, k = k % 1201 + 14)
			if (write(fd, bytes + at,
				  at + k < sizeof(bytes) ? k : sizeof(bytes) - at) < 0)
				_exit(1);
		_exit(0);
	}
	close(fd);
	live_listen(&l, s, 2.5);
	source_free(s);
	wait(NULL);
	start = onset_of(l.heard, l.heard_n, 0.2f);
	assert_true(start + 40000 < l.heard_n);
	for (i = start; i < start + 40000; i++) {
		assert_float_equal(l.heard[2 * i], 0.25, 0);
		assert_float_equal(l.heard[2 * i + 1], -0.125, 0);
	}
}

static void a_raw_file_is_played_once(void **state)
{
	int16_t *x = calloc(2 * 22050, sizeof(*x));
	struct source *s;
	uint32_t start;
	FILE *f = fopen(in_folder("raw"), "w");

	(void)state;
	assert_non_null(x);
	assert_non_null(f);
	for (int i = 0; i < 22050; i++)
		x[2 * i] = x[2 * i + 1] = (int16_t)(i + 1);
	fwrite(x, 4, 22050, f);
	fclose(f);
	s = open_source(SOURCE_IS_FIFO, in_folder("raw"), SAMPLE_S16, 44100, 2);
	live_listen(&l, s, 1);
	assert_true(live_wait_source(s, HEALTH_ENDED, "at its end", 5));
	source_free(s);
	start = onset_of(l.heard, l.heard_n, 1e-6f);
	assert_true(start + 22050 < l.heard_n);
	for (uint32_t i = 0; i < 22050; i++)
		assert_int_equal(lrintf(l.heard[2 * (start + i)] * 32768), i + 1);
	assert_float_equal(peak_of(l.heard + 2 * (start + 22050), 512), 0, 0);
	free(x);
}

static void standard_input_is_heard_to_its_end(void **state)
{
	int saved = dup(STDIN_FILENO), ends[2];
	struct source *s;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	s = open_source(SOURCE_IS_STDIN, "", SAMPLE_S16, 44100, 2);
	assert_true(
		live_wait_source(s, HEALTH_WAITING, "Nothing comes from standard input", 5));
	if (fork() == 0) {
		int16_t x[2 * 1000];

		for (int i = 0; i < 2000; i++)
			x[i] = 16384;
		for (int i = 0; i < 44; i++)
			if (write(ends[1], x, sizeof(x)) < 0)
				_exit(1);
		_exit(0);
	}
	close(ends[1]);
	assert_true(live_wait_sound(&l, s, 0.4f, 5));
	assert_true(live_wait_source(s, HEALTH_ENDED, "came to its end", 5));
	source_free(s);
	wait(NULL);
	dup2(saved, STDIN_FILENO);
	close(saved);
}

static void nothing_is_left_open(void **state)
{
	int before = open_descriptors();

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct source *s =
			open_source(SOURCE_IS_COMMAND, "sleep 100", SAMPLE_S16, 0, 2);

		live_sleep(0.05);
		source_free(s);
		s = open_source(SOURCE_IS_FIFO, in_folder("live"), SAMPLE_S16, 0, 2);
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
		cmocka_unit_test(a_command_that_is_killed_names_the_signal),
		cmocka_unit_test(garbage_is_noise_and_no_more_than_that),
		cmocka_unit_test(a_stubborn_command_is_ended_in_time_with_all_its_children),
		cmocka_unit_test(a_command_inherits_nothing),
		cmocka_unit_test(a_fifo_that_is_missing_or_is_a_folder),
		cmocka_unit_test(a_fast_command_is_held_back_and_comes_through_whole),
		cmocka_unit_test(any_format_rate_and_channels),
		cmocka_unit_test(a_live_writer_is_followed_and_may_leave_and_come_back),
		cmocka_unit_test(odd_pieces_keep_their_bytes_in_line),
		cmocka_unit_test(a_raw_file_is_played_once),
		cmocka_unit_test(standard_input_is_heard_to_its_end),
		cmocka_unit_test(nothing_is_left_open),
	};
	char command[64];
	int r;

	if (!mkdtemp(folder))
		return 1;
	r = cmocka_run_group_tests(tests, set_up, tear_down);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command) == 0 ? r : 1;
}
