/* SPDX-License-Identifier: MIT */
/* test_limiter - nothing leaves full scale, and nothing else is touched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "core/dsp/limiter.h"
#include "tests/dsp/measure.h"

#define RATE 44100
#define TAU  6.28318530717958647692

static float buf[2 * RATE];

static void make_tone(double hz, double amplitude, uint32_t frames)
{
	for (uint32_t i = 0; i < frames; i++)
		buf[2 * i] = buf[2 * i + 1] =
			(float)(amplitude * sin(TAU * hz / RATE * (double)i));
}

static void apply_in_blocks(struct limiter *l, uint32_t frames, uint32_t block)
{
	for (uint32_t i = 0; i < frames; i += block)
		limiter_apply(l, buf + 2 * i, frames - i < block ? frames - i : block);
}

static void what_is_no_number_becomes_silence(void **state)
{
	const float bad[] = { NAN, INFINITY, -INFINITY, -NAN };
	struct limiter l;

	(void)state;
	limiter_init(&l, RATE);
	for (int i = 0; i < 4; i++) {
		make_tone(1000, 0.5, 64);
		buf[2 * 10] = bad[i];
		buf[2 * 63 + 1] = bad[i];
		limiter_apply(&l, buf, 64);
		for (int k = 0; k < 128; k++)
			assert_true(fabsf(buf[k]) <= 1.0f);
		assert_true(buf[20] == 0.0f && buf[127] == 0.0f);
		assert_true(buf[21] != 0.0f); /* the other channel goes on */
	}
	limiter_apply(&l, buf, 0);
}

static void nothing_ever_exceeds_full_scale(void **state)
{
	uint32_t seed = 1;
	struct limiter l;

	(void)state;
	limiter_init(&l, RATE);
	for (int round = 0; round < 50; round++) {
		uint32_t frames = 1 + seed % 700;

		for (uint32_t i = 0; i < 2 * frames; i++) {
			uint32_t bits;

			seed = seed * 1664525u + 1013904223u;
			/* any bits whatever in odd rounds: denormals, huge ones, NaN */
			bits = seed ^ seed >> 11;
			if (round & 1)
				memcpy(&buf[i], &bits, sizeof(bits));
			else
				buf[i] = 6.0f * (float)(seed >> 8) / 16777216.0f - 3.0f;
		}
		limiter_apply(&l, buf, frames);
		for (uint32_t i = 0; i < 2 * frames; i++)
			assert_true(fabsf(buf[i]) <= 1.0f);
	}
}

static void up_to_full_scale_not_a_bit_is_touched(void **state)
{
	static float was[2 * RATE];
	struct limiter l;

	(void)state;
	limiter_init(&l, RATE);
	make_tone(997, 1.0, RATE);
	buf[100] = -0.0f;
	buf[101] = 1e-42f;
	memcpy(was, buf, sizeof(buf));
	apply_in_blocks(&l, RATE, 512);
	assert_memory_equal(buf, was, sizeof(buf));
}

static void a_loud_note_stays_a_note(void **state)
{
	static const double hz[] = { 40, 100, 1000, 5000 };
	struct limiter l;

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct tone t;

		limiter_init(&l, RATE);
		make_tone(hz[i], 2.0, RATE); /* 6 dB over */
		apply_in_blocks(&l, RATE, 512);
		/* after the first crest: one straight line, as if it had been quieter */
		t = measure_tone(buf + RATE, RATE / 2, 2, TAU * hz[i] / RATE);
		assert_true(fabs(t.level) < 0.1);
		assert_true(t.rest < -60);
	}
}

static void it_lets_go_smoothly_and_entirely(void **state)
{
	struct limiter l;
	float last = 0;

	(void)state;
	limiter_init(&l, RATE);
	for (int i = 0; i < 2 * RATE; i++)
		buf[i] = 0.5f;
	buf[0] = 4.0f;
	limiter_apply(&l, buf, RATE / 2);
	for (int i = 2; i < RATE; i += 2) {
		assert_true(buf[i] >= last - 1e-7f);
		assert_true(buf[i] - last < 1e-3f || i == 2);
		last = buf[i];
	}
	assert_true(buf[2] < 0.13f); /* held at first */
	for (int i = 0; i < 4; i++) {
		for (int k = 0; k < RATE; k++)
			buf[k] = 0.5f;
		limiter_apply(&l, buf, RATE / 2);
	}
	assert_true(l.lack == 0.0f);
	assert_true(buf[RATE - 1] == 0.5f);
}

static void both_channels_share_the_gain(void **state)
{
	struct limiter l;

	(void)state;
	limiter_init(&l, RATE);
	buf[0] = 2.0f;
	buf[1] = 0.5f;
	limiter_apply(&l, buf, 1);
	assert_true(fabsf(buf[0] - 1.0f) < 1e-6f);
	assert_true(fabsf(buf[1] - 0.25f) < 1e-6f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_number_becomes_silence),
		cmocka_unit_test(nothing_ever_exceeds_full_scale),
		cmocka_unit_test(up_to_full_scale_not_a_bit_is_touched),
		cmocka_unit_test(a_loud_note_stays_a_note),
		cmocka_unit_test(it_lets_go_smoothly_and_entirely),
		cmocka_unit_test(both_channels_share_the_gain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
