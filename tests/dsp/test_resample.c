/* SPDX-License-Identifier: MIT */
/* test_resample - what the resampler does to tones, against libsamplerate's best. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <math.h>
#include <samplerate.h>
#include <string.h>

#include "core/dsp/resample.h"
#include "tests/dsp/measure.h"

#define N    32768 /* frames in */
#define STEP 1.0001
#define TAU  6.28318530717958647692

static float in[2 * N], out[2 * 200000], other[2 * 200000];

static void make_tone(double hz, double rate, double amplitude)
{
	for (size_t i = 0; i < N; i++)
		in[2 * i] = in[2 * i + 1] =
			(float)(amplitude * sin(TAU * hz / rate * (double)i));
}

/* All of in through a resampler, the step held; returns the frames in out. */
static uint32_t run(double in_rate, double out_rate, double step)
{
	struct resampler *r = resampler_new_shared(NULL, in_rate, out_rate, N);
	uint32_t n;

	assert_non_null(r);
	assert_int_equal(resampler_push(r, in, N), N);
	n = resampler_pull(r, out, 1, step);
	n += resampler_pull(r, out + 2, 199999, 0);
	resampler_free(r);
	return n;
}

static struct tone ours(double hz, double rate, double step)
{
	uint32_t n;

	make_tone(hz, rate, 0.5);
	n = run(rate, rate, step);
	return measure_tone(out + 2000, n - 2000, 2, TAU * hz / rate * step);
}

static struct tone theirs(double hz, double rate, double step, int grade)
{
	SRC_DATA d = {
		.data_in = in,
		.data_out = other,
		.input_frames = N,
		.output_frames = 200000,
		.src_ratio = 1 / step,
	};

	make_tone(hz, rate, 0.5);
	assert_int_equal(src_simple(&d, grade, 2), 0);
	return measure_tone(other + 2000, (size_t)d.output_frames_gen - 3000, 2,
			    TAU * hz / rate * step);
}

static void ratios_that_are_none_are_refused(void **state)
{
	(void)state;
	assert_null(resampler_new(44100, 0));
	assert_null(resampler_new(NAN, 44100));
	assert_null(resampler_new(-44100, 44100));
	assert_null(resampler_new(44100 * 25.0, 44100));
	assert_null(resample_table_new(44100, 44100 * 25.0));
	resampler_free(NULL);
	resample_table_free(NULL);
}

static void no_input_gives_no_output(void **state)
{
	struct resampler *r = resampler_new(44100, 48000);
	float few[2 * 40] = { 0 };
	uint32_t used;

	(void)state;
	assert_int_equal(resampler_pull(r, out, 100, 0), 0);
	assert_int_equal(resampler_ready(r), 0);
	assert_int_equal(resampler_process(r, few, 20, &used, out, 100, 0), 0);
	assert_int_equal(used, 20);
	/* the first frame needs what lies half a sinc ahead of it */
	assert_int_equal(resampler_push(r, few, resampler_latency(r) - 20), 12);
	assert_int_equal(resampler_pull(r, out, 100, 0), 0);
	assert_int_equal(resampler_push(r, few, 1), 1);
	assert_int_equal(resampler_ready(r), 2);
	assert_int_equal(resampler_pull(r, out, 100, 0), 2);
	resampler_free(r);
}

static void a_full_resampler_takes_no_more_than_it_says(void **state)
{
	struct resampler *r = resampler_new_shared(NULL, 44100, 44100, 100);
	uint32_t space = resampler_space(r);

	(void)state;
	assert_true(space >= 100);
	assert_int_equal(resampler_push(r, in, N), space);
	assert_int_equal(resampler_push(r, in, 1), 0);
	assert_int_equal(resampler_pull(r, out, 50, 0), 50);
	assert_int_equal(resampler_space(r), 50);
	assert_int_equal(resampler_push(r, in, N), 50);
	resampler_free(r);
}

static void what_is_forgotten_cannot_be_sought(void **state)
{
	struct resampler *r = resampler_new_shared(NULL, 44100, 44100, 1000);

	(void)state;
	for (int i = 0; i < 10; i++) {
		resampler_push(r, in, 441);
		resampler_pull(r, out, 441, 0);
	}
	assert_false(resampler_seek(r, 10));
	assert_true(resampler_seek(r, resampler_position(r) + 5000.25)); /* ahead of all */
	assert_true(resampler_position(r) > 9000);
	assert_int_equal(resampler_pull(r, out, 441, 0), 0);
	for (int i = 0; i < 13; i++)
		assert_int_equal(resampler_push(r, in, 441), 441); /* drops what lies before */
	assert_true(resampler_pull(r, out, 441, 0) > 0);
	resampler_free(r);
}

static void at_the_same_rate_the_sound_is_the_same(void **state)
{
	uint32_t n;

	(void)state;
	make_tone(997, 44100, 0.5);
	n = run(44100, 44100, 1.0);
	assert_true(n > N - 100);
	for (uint32_t i = 100; i < n; i++) /* a cut-off of 0.98 is no exact copy */
		assert_true(fabsf(out[2 * i] - in[2 * i]) < 1e-6f);
}

static void the_channels_stay_apart(void **state)
{
	uint32_t n;

	(void)state;
	make_tone(997, 44100, 0.5);
	for (size_t i = 0; i < N; i++)
		in[2 * i + 1] = 0.25f;
	n = run(44100, 44100, STEP);
	for (uint32_t i = 100; i < n; i++)
		assert_true(fabsf(out[2 * i + 1] - 0.25f) < 1e-6f);
}

static void distortion_and_gain_are_as_good_as_the_best(void **state)
{
	static const struct {
		double hz, least, rest;
	} rows[] = {
		{ 1000, -0.01, -130 },	{ 10000, -0.01, -130 }, { 15000, -0.01, -125 },
		{ 18000, -0.01, -125 }, { 20000, -0.2, -60 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tone a = ours(rows[i].hz, 44100, STEP);
		struct tone b = theirs(rows[i].hz, 44100, STEP, SRC_SINC_BEST_QUALITY);

		print_message("           %5.0f Hz  gain %+6.2f dB  THD+N %6.1f dB   "
			      "(libsamplerate best %+6.2f dB %6.1f dB)\n",
			      rows[i].hz, a.level + 6.0206, a.rest, b.level + 6.0206, b.rest);
		assert_true(a.level + 6.0206 > rows[i].least);
		assert_true(a.level + 6.0206 < 0.01);
		assert_true(a.rest < rows[i].rest);
		assert_true(fabs(a.level - b.level) < 0.2);
	}
	/* the ratio of a real device, either way */
	for (int ppm = -20; ppm <= 20; ppm += 20) {
		assert_true(ours(1000, 44100, STEP + ppm * 1e-6).rest < -130);
		assert_true(ours(10000, 44100, STEP + ppm * 1e-6).rest < -130);
	}
}

static void it_gives_what_libsamplerates_best_gives(void **state)
{
	SRC_DATA d = { .data_in = in, .data_out = other, .input_frames = N };
	double sum = 0, diff = 0;
	uint32_t n;

	(void)state;
	/* many tones at once, up to 17 kHz, from 48 to 44.1 kHz */
	memset(in, 0, sizeof(in));
	for (double hz = 60; hz < 17000; hz *= 1.17)
		for (size_t i = 0; i < N; i++)
			in[2 * i] += 0.02f * (float)sin(TAU * hz / 48000 * (double)i + hz);
	n = run(48000, 44100, 48000.0 / 44100);
	d.output_frames = 200000;
	d.src_ratio = 44100.0 / 48000;
	assert_int_equal(src_simple(&d, SRC_SINC_BEST_QUALITY, 2), 0);
	for (uint32_t i = 1000; i < n - 1000; i++) {
		double e = (double)out[2 * i] - (double)other[2 * i];

		sum += (double)other[2 * i] * (double)other[2 * i];
		diff += e * e;
	}
	print_message("           48 to 44.1 kHz, differs by %.1f dB\n",
		      10 * log10(diff / sum));
	assert_true(10 * log10(diff / sum) < -100);
}

static void slower_output_lets_nothing_fold_back(void **state)
{
	/* what folds back from 23.9 kHz lies at 20.2 kHz */
	static const struct {
		double from, to, pass, stop, least;
	} rows[] = {
		{ 48000, 44100, 17000, 23900, -50 },
		{ 96000, 44100, 17000, 25500, -110 },
		{ 192000, 44100, 17000, 25500, -110 },
		{ 192000, 8000, 3000, 4700, -110 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		double step = rows[i].from / rows[i].to;
		struct tone t;
		uint32_t n;

		make_tone(rows[i].pass, rows[i].from, 0.5);
		n = run(rows[i].from, rows[i].to, step);
		t = measure_tone(out + 200, n - 200, 2, TAU * rows[i].pass / rows[i].to);
		assert_true(fabs(t.level + 6.0206) < 0.01);
		assert_true(t.rest < -120);

		make_tone(rows[i].stop, rows[i].from, 0.5);
		n = run(rows[i].from, rows[i].to, step);
		assert_true(measure_db(out + 200, n - 200, 2) < rows[i].least);
	}
}

static void faster_output_has_no_images(void **state)
{
	static const double rates[] = { 48000, 96000, 192000 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct tone t;
		uint32_t n;

		make_tone(3000, 8000, 0.5);
		n = run(8000, rates[i], 8000 / rates[i]);
		assert_true(n > 100000);
		t = measure_tone(out + 2000, 100000, 2, TAU * 3000 / rates[i]);
		assert_true(fabs(t.level + 6.0206) < 0.01);
		assert_true(t.rest < -110);
	}
}

static void the_position_is_that_of_the_sound(void **state)
{
	struct resampler *r = resampler_new_shared(NULL, 44100, 44100, N);

	(void)state;
	make_tone(100, 44100, 0.5);
	resampler_push(r, in, N);
	for (int i = 0; i < 300; i++) {
		double at = resampler_position(r);

		/* the step ramps up and down by 300 ppm */
		assert_int_equal(resampler_pull(r, out, 97, i & 1 ? 1.0003 : 0.9997), 97);
		assert_true(fabs((double)out[0] - 0.5 * sin(TAU * 100 / 44100 * at)) < 1e-6 ||
			    at < 32);
	}
	/* half way between two ends, all along */
	assert_true(fabs(resampler_position(r) - 300 * 97) < 0.1);
	assert_true(resampler_seek(r, 1234.5));
	assert_int_equal(resampler_pull(r, out, 1, 0), 1);
	assert_true(fabs((double)out[0] - 0.5 * sin(TAU * 100 / 44100 * 1234.5)) < 1e-6);
	resampler_free(r);
}

static void a_day_loses_no_precision(void **state)
{
	struct resampler *r = resampler_new(44100, 44100);
	double first = 0.25, at;

	(void)state;
	/* as if ten days had gone by */
	assert_true(resampler_seek(r, 4e10 + first));
	at = resampler_position(r);
	assert_true(fabs(at - 4e10 - first) < 1e-5);
	while (resampler_pushed(r) < 50000)
		resampler_push_silence(r, 4096); /* all of it lies before: dropped */
	assert_true(resampler_position(r) == at);
	resampler_free(r);
}

static void a_shared_table_serves_many(void **state)
{
	struct resample_table *t = resample_table_new(44100, 44100);
	struct resampler *a = resampler_new_shared(t, 44100, 44100, 1000);
	struct resampler *b = resampler_new_shared(t, 44100, 44100, 1000);
	float x[2 * 500];

	(void)state;
	make_tone(997, 44100, 0.5);
	resampler_push(a, in, 1000);
	resampler_push(b, in, 1000);
	assert_int_equal(resampler_pull(a, out, 500, STEP), 500);
	resampler_free(a);
	assert_int_equal(resampler_pull(b, x, 500, STEP), 500);
	assert_memory_equal(out, x, sizeof(x));
	resampler_free(b);
	resample_table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ratios_that_are_none_are_refused),
		cmocka_unit_test(no_input_gives_no_output),
		cmocka_unit_test(a_full_resampler_takes_no_more_than_it_says),
		cmocka_unit_test(what_is_forgotten_cannot_be_sought),
		cmocka_unit_test(at_the_same_rate_the_sound_is_the_same),
		cmocka_unit_test(the_channels_stay_apart),
		cmocka_unit_test(distortion_and_gain_are_as_good_as_the_best),
		cmocka_unit_test(it_gives_what_libsamplerates_best_gives),
		cmocka_unit_test(slower_output_lets_nothing_fold_back),
		cmocka_unit_test(faster_output_has_no_images),
		cmocka_unit_test(the_position_is_that_of_the_sound),
		cmocka_unit_test(a_day_loses_no_precision),
		cmocka_unit_test(a_shared_table_serves_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
