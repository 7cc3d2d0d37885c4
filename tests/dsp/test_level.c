/* SPDX-License-Identifier: MIT */
/* test_level - what the meters show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "core/dsp/level.h"

#define RATE  44100
#define BLOCK 441

static float buf[2 * BLOCK];

static void fill(float left, float right)
{
	for (int i = 0; i < BLOCK; i++) {
		buf[2 * i] = left;
		buf[2 * i + 1] = right;
	}
}

static void what_is_no_number_counts_as_a_clip_and_passes(void **state)
{
	struct level_reading r;
	struct level l;

	(void)state;
	level_init(&l, RATE);
	fill(0, 0);
	buf[6] = NAN;
	buf[9] = -INFINITY;
	level_measure(&l, buf, BLOCK);
	level_read(&l, &r);
	assert_int_equal(r.clips, 2);
	assert_true(isfinite(r.peak[0]) && r.peak[0] > 1.0f);
	assert_true(isfinite(r.rms[0]) && isfinite(r.rms[1]));
	fill(0.5f, 0.5f);
	for (int i = 0; i < 500; i++)
		level_measure(&l, buf, BLOCK);
	level_read(&l, &r);
	assert_true(fabsf(r.peak[0] - 0.5f) < 1e-6f);
	assert_true(fabsf(r.rms[1] - 0.5f) < 1e-3f);
	level_measure(&l, buf, 0);
}

static void silence_reads_nothing(void **state)
{
	struct level_reading r;
	struct level l;

	(void)state;
	level_init(&l, RATE);
	level_read(&l, &r);
	assert_true(r.peak[0] == 0 && r.peak[1] == 0 && r.rms[0] == 0 && r.clips == 0);
}

static void peak_and_rms_are_those_of_a_sine(void **state)
{
	struct level_reading r;
	struct level l;

	(void)state;
	level_init(&l, RATE);
	for (int i = 0; i < BLOCK; i++) { /* 10 periods a block */
		buf[2 * i] = 0.8f * (float)sin(6.283185307 * i * 10 / BLOCK);
		buf[2 * i + 1] = 0.5f * buf[2 * i];
	}
	for (int i = 0; i < 300; i++)
		level_measure(&l, buf, BLOCK);
	level_read(&l, &r);
	assert_true(fabsf(r.peak[0] - 0.8f) < 0.01f);
	assert_true(fabsf(r.peak[1] - 0.4f) < 0.01f);
	assert_true(fabsf(r.rms[0] - 0.8f * 0.70711f) < 0.005f);
	assert_true(fabsf(r.rms[1] - 0.4f * 0.70711f) < 0.005f);
}

/* However the readers take turns, each that looks every 100 ms sees every peak. */
static void no_reader_misses_a_peak(void **state)
{
	struct level_reading r;
	struct level l;

	(void)state;
	for (int at = 0; at < BLOCK; at++) {
		level_init(&l, RATE);
		fill(0, 0);
		buf[2 * at] = -0.9f;
		level_measure(&l, buf, BLOCK);
		fill(0, 0);
		for (int i = 0; i < 10; i++) { /* 100 ms of reading by all sorts of others */
			level_measure(&l, buf, BLOCK);
			level_read(&l, &r);
		}
		assert_true(r.peak[0] == 0.9f);
		assert_true(r.peak[1] == 0.0f);
	}
}

static void a_peak_falls_by_twenty_decibels_a_second(void **state)
{
	struct level_reading r;
	struct level l;

	(void)state;
	level_init(&l, RATE);
	fill(1, 1);
	level_measure(&l, buf, BLOCK);
	fill(0, 0);
	for (int i = 0; i < 100 + LEVEL_HOLD_MS / 10; i++)
		level_measure(&l, buf, BLOCK);
	level_read(&l, &r);
	assert_true(fabsf(r.peak[0] - 0.1f) < 0.003f);
}

static void clips_are_those_beyond_full_scale_only(void **state)
{
	struct level_reading r;
	struct level l;

	(void)state;
	level_init(&l, RATE);
	fill(1.0f, -1.0f);
	level_measure(&l, buf, BLOCK);
	level_read(&l, &r);
	assert_int_equal(r.clips, 0);
	buf[0] = 1.000001f;
	buf[2 * BLOCK - 1] = -1.5f; /* in the odd rest of the block */
	level_measure(&l, buf, BLOCK);
	level_measure(&l, buf, BLOCK);
	level_read(&l, &r);
	assert_int_equal(r.clips, 4); /* they stay */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_number_counts_as_a_clip_and_passes),
		cmocka_unit_test(silence_reads_nothing),
		cmocka_unit_test(peak_and_rms_are_those_of_a_sine),
		cmocka_unit_test(no_reader_misses_a_peak),
		cmocka_unit_test(a_peak_falls_by_twenty_decibels_a_second),
		cmocka_unit_test(clips_are_those_beyond_full_scale_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
