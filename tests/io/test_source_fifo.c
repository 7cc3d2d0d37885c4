/* SPDX-License-Identifier: MIT */
/* test_source_fifo - FIFOs, files and standard input as sources. */
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

static void a_fifo_that_is_missing_or_is_a_folder(void **state)
{
	struct source *s =
		live_pipe(&l, SOURCE_IS_FIFO, live_path(&l, "missing"), SAMPLE_S16, 0, 2);

	(void)state;
	assert_true(live_wait_source(s, HEALTH_WAITING, "There is no \"/tmp/fanfare-io", 5));
	/* it comes into being, and nobody has to be told */
	assert_int_equal(mkfifo(live_path(&l, "missing"), 0600), 0);
	assert_true(live_wait_source(s, HEALTH_WAITING, "No one writes to", 5));
	assert_int_equal(unlink(live_path(&l, "missing")), 0);
	assert_true(live_wait_source(s, HEALTH_WAITING, "There is no", 5));
	source_free(s);

	s = live_pipe(&l, SOURCE_IS_FIFO, l.folder, SAMPLE_S16, 0, 2);
	assert_true(live_wait_source(s, HEALTH_WAITING, "neither a FIFO nor a file", 5));
	source_free(s);
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
	struct evenness e;
	uint64_t before;

	(void)state;
	assert_int_equal(mkfifo(live_path(&l, "live"), 0600), 0);
	s = live_pipe(&l, SOURCE_IS_FIFO, live_path(&l, "live"), SAMPLE_S16, 44100, 2);
	assert_true(live_wait_source(s, HEALTH_WAITING, "No one writes to", 5));
	for (int round = 0; round < 2; round++) {
		pid_t pid = write_live(live_path(&l, "live"), 300, 4.2);

		assert_true(live_wait_sound(&l, s, 0.3f, 5));
		live_listen(&l, s, 2.5);
		e = evenness_of(l.heard + 44100, l.heard_n - 22050, 997, 44100);
		/* faster by 0.3 Hz, not held back; and even */
		assert_judged(fabs(e.hz - 997.3) < 3);
		assert_judged(e.wander < 2e-3);
		assert_judged(e.spoilt < LIVE_SPOILT);
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
	uint32_t sound = 0, i;
	int fd;

	(void)state;
	assert_int_equal(mkfifo(live_path(&l, "odd"), 0600), 0);
	s = live_pipe(&l, SOURCE_IS_FIFO, live_path(&l, "odd"), SAMPLE_S16, 44100, 2);
	assert_true(live_wait_source(s, HEALTH_WAITING, "No one writes to", 5));
	fd = open(live_path(&l, "odd"), O_WRONLY);
	assert_true(fd >= 0);
	if (fork() == 0) {
		char bytes[4 * 50000];

		live_sleep(0.2); /* until someone listens */
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
	/* all of it, in order, whatever silence a busy machine puts in between */
	for (i = 0; i < l.heard_n; i++) {
		if (l.heard[2 * i] == 0)
			continue;
		assert_float_equal(l.heard[2 * i], 0.25, 0);
		assert_float_equal(l.heard[2 * i + 1], -0.125, 0);
		sound++;
	}
	assert_int_equal(sound, 50000);
}

static void a_raw_file_is_played_once(void **state)
{
	int16_t *x = calloc(2 * 22050, sizeof(*x));
	struct source *s;
	uint32_t frame = 0;
	FILE *f = fopen(live_path(&l, "raw"), "w");

	(void)state;
	assert_non_null(x);
	assert_non_null(f);
	for (int i = 0; i < 22050; i++)
		x[2 * i] = x[2 * i + 1] = (int16_t)(i + 1);
	fwrite(x, 4, 22050, f);
	fclose(f);
	s = live_pipe(&l, SOURCE_IS_FIFO, live_path(&l, "raw"), SAMPLE_S16, 44100, 2);
	live_listen(&l, s, 1);
	assert_true(live_wait_source(s, HEALTH_ENDED, "at its end", 5));
	source_free(s);
	for (uint32_t i = 0; i < l.heard_n; i++)
		if (l.heard[2 * i] != 0)
			assert_int_equal(lrintf(l.heard[2 * i] * 32768), ++frame);
	assert_int_equal(frame, 22050);
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
	s = live_pipe(&l, SOURCE_IS_STDIN, "", SAMPLE_S16, 44100, 2);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fifo_that_is_missing_or_is_a_folder),
		cmocka_unit_test(a_live_writer_is_followed_and_may_leave_and_come_back),
		cmocka_unit_test(odd_pieces_keep_their_bytes_in_line),
		cmocka_unit_test(a_raw_file_is_played_once),
		cmocka_unit_test(standard_input_is_heard_to_its_end),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
