/* SPDX-License-Identifier: MIT */
/* test_sink_file - a recording lies on the timeline, and outlives full disks and kills. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/io/tone.h"
#include "tests/io/live.h"

#include <math.h>
#include <signal.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
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

static void play_pink(uint64_t frame, float *out, uint32_t n)
{
	tone_render(SOURCE_PINK, 44100, frame, out, n);
}

static struct sink *open_sink(const char *path)
{
	struct sink_config c = { .type = SINK_IS_FILE, .device = path, .name = "Recorder" };
	struct sink *s = NULL;

	assert_int_equal(sink_new(&c, &l.time, l.engine, l.ring, NULL, -1, &s), 0);
	return s;
}

/* The whole file as stereo floats, the caller's; its length in frames. */
static float *load(const char *path, uint32_t *ret_n, int *ret_format)
{
	SF_INFO info = { 0 };
	SNDFILE *f = sf_open(path, SFM_READ, &info);
	float *x;

	assert_non_null(f);
	assert_int_equal(info.samplerate, 44100);
	assert_int_equal(info.channels, 2);
	x = malloc(8 * (size_t)info.frames + 8);
	assert_non_null(x);
	*ret_n = (uint32_t)sf_readf_float(f, x, info.frames);
	if (ret_format)
		*ret_format = info.format;
	sf_close(f);
	return x;
}

/* The frame of the timeline whose pink noise stands at x; the match must be of the same bits.
 */
static uint64_t frame_of(const float *x, uint64_t from, uint64_t to)
{
	float *model = malloc(8 * (size_t)(to - from + 64));
	uint64_t found = UINT64_MAX;

	assert_non_null(model);
	tone_render(SOURCE_PINK, 44100, from, model, (uint32_t)(to - from + 64));
	for (uint64_t n = 0; n < to - from && found == UINT64_MAX; n++) {
		uint32_t i = 0;

		while (i < 64 && fabsf(model[2 * (n + i)] - x[2 * i]) < 1e-6f)
			i++;
		if (i == 64)
			found = from + n;
	}
	free(model);
	return found;
}

static void a_folder_that_is_not_there_is_waited_for(void **state)
{
	struct sink *s = open_sink(live_path(&l, "later/a.wav"));

	(void)state;
	assert_true(live_wait_sink(s, HEALTH_WAITING, "There is no folder for", 5));
	assert_false(sink_flowing(s));
	assert_int_equal(mkdir(live_path(&l, "later"), 0700), 0);
	assert_true(live_wait_sink(s, HEALTH_RUNNING, "", 8));
	assert_true(sink_flowing(s));
	sink_free(s);
	assert_int_equal(access(live_path(&l, "later/a.wav"), R_OK), 0);
}

static void record(const char *name, int format)
{
	uint64_t before, at;
	uint32_t n, start;
	float *x, *model;
	int got;
	struct sink *s;

	live_play(&l, play_pink);
	live_sleep(0.1);
	s = open_sink(live_path(&l, name));
	assert_true(live_wait_sink(s, HEALTH_RUNNING, "", 5));
	before = clock_to_frame(l.time.t0, clock_now(), 44100);
	live_sleep(1.5);
	sink_free(s);
	live_quiet(&l);

	x = load(live_path(&l, name), &n, &got);
	assert_int_equal(got & (SF_FORMAT_TYPEMASK | SF_FORMAT_SUBMASK), format);
	assert_true(n > 44100);
	start = onset_of(x, n, 1e-4f);
	assert_true(start < n - 44100);
	at = frame_of(x + 2 * start, before > 44100 ? before - 44100 : 0, before + 44100);
	assert_true(at != UINT64_MAX);
	model = malloc(8 * (size_t)(n - start));
	assert_non_null(model);
	tone_render(SOURCE_PINK, 44100, at, model, n - start);
	for (uint32_t i = 0; i < 2 * (n - start); i++)
		assert_true(fabsf(x[2 * start + i] - model[i]) < 0x1p-22f);
	free(model);
	free(x);
}

static void a_wav_has_each_frame_in_its_place(void **state)
{
	(void)state;
	record("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24);
}

static void a_flac_has_each_frame_in_its_place(void **state)
{
	(void)state;
	record("a.FLAC", SF_FORMAT_FLAC | SF_FORMAT_PCM_24);
}

static void a_killed_program_leaves_a_wav_that_can_be_read(void **state)
{
	uint32_t n;
	float *x;
	pid_t pid;

	(void)state;
	pid = fork();
	if (pid == 0) { /* its own threads, in a process that is going to be killed */
		struct live mine = l;

		live_init(&mine, 44100);
		l = mine;
		live_play(&l, play_pink);
		open_sink("/tmp/fanfare-killed.wav");
		live_sleep(60);
		_exit(0);
	}
	live_sleep(3.2);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	x = load("/tmp/fanfare-killed.wav", &n, NULL);
	unlink("/tmp/fanfare-killed.wav");
	assert_in_range(n, 44100, 4 * 44100); /* to the second before */
	assert_true(peak_of(x, n) > 0.1f);
	free(x);
}

static void a_full_disk_is_waited_for_and_the_time_kept(void **state)
{
	struct rlimit all, few = { .rlim_cur = 700000 };
	uint64_t a, b;
	uint32_t n, gap, after;
	float *x;
	struct sink *s;
	struct health_report h;

	(void)state;
	getrlimit(RLIMIT_FSIZE, &all);
	few.rlim_max = all.rlim_max;
	live_play(&l, play_pink);
	live_sleep(0.1); /* the engine runs before its sinks do */
	s = open_sink(live_path(&l, "full.wav"));
	assert_true(live_wait_sink(s, HEALTH_RUNNING, "", 5));
	setrlimit(RLIMIT_FSIZE, &few); /* 2.6 s of it */
	assert_true(live_wait_sink(s, HEALTH_WAITING, "cannot be written", 10));
	assert_true(sink_flowing(s));
	live_sleep(1);
	setrlimit(RLIMIT_FSIZE, &all);
	assert_true(live_wait_sink(s, HEALTH_RUNNING, "", 10));
	sink_health(s, &h);
	assert_true(h.drops > 0);
	live_sleep(0.7);
	sink_free(s);
	live_quiet(&l);

	x = load(live_path(&l, "full.wav"), &n, NULL);
	/* sound, then silence, then sound, all of it as far from the start as it was in time */
	gap = 2 * 44100;
	while (gap + 64 < n && peak_of(x + 2 * gap, 64) > 0)
		gap++;
	assert_true(gap + 64 < n);
	after = gap + onset_of(x + 2 * gap, n - gap, 1e-4f);
	assert_true(after > gap + 22050 && after + 8192 < n);
	a = frame_of(x + 2 * 44100, 0, 20 * 44100);
	b = frame_of(x + 2 * (after + 1), a, a + 20 * 44100);
	assert_true(a != UINT64_MAX && b != UINT64_MAX);
	assert_int_equal(b - a, after + 1 - 44100);
	free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_that_is_not_there_is_waited_for),
		cmocka_unit_test(a_wav_has_each_frame_in_its_place),
		cmocka_unit_test(a_flac_has_each_frame_in_its_place),
		cmocka_unit_test(a_killed_program_leaves_a_wav_that_can_be_read),
		cmocka_unit_test(a_full_disk_is_waited_for_and_the_time_kept),
	};

	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
