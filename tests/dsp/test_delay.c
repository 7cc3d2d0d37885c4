/* SPDX-License-Identifier: MIT */
/* test_delay - what a delay does, and what changing it splashes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "core/dsp/delay.h"
#include "tests/dsp/measure.h"

#define RATE 44100
#define N    (4 * RATE)
#define TAU  6.28318530717958647692

static float in[2 * N], out[2 * N];

/* Different in both channels, and in every frame. */
static void make_ramp(void)
{
	for (int i = 0; i < N; i++) {
		in[2 * i] = (float)(i + 1);
		in[2 * i + 1] = -(float)(i + 1);
	}
}

static void make_tone(double hz)
{
	for (int i = 0; i < N; i++)
		in[2 * i] = in[2 * i + 1] = (float)(0.5 * sin(TAU * hz / RATE * i));
}

/* Frames from..to of in through the line to out, in blocks. */
static void run(struct delay *d, uint32_t from, uint32_t to, uint32_t block)
{
	memcpy(out + 2 * from, in + 2 * from, 2 * sizeof(float) * (to - from));
	for (uint32_t i = from; i < to; i += block)
		delay_apply(d, out + 2 * i, to - i < block ? to - i : block);
}

static void expect_delayed(uint32_t from, uint32_t to, uint32_t delay)
{
	for (uint32_t i = from; i < to; i++) {
		assert_true(out[2 * i] == (i < delay ? 0.0f : in[2 * (i - delay)]));
		assert_true(out[2 * i + 1] == (i < delay ? 0.0f : in[2 * (i - delay) + 1]));
	}
}

static void longer_than_the_line_is_as_long_as_the_line(void **state)
{
	struct delay *d = delay_new(1000);

	(void)state;
	make_ramp();
	delay_jump(d, 5000);
	assert_true(delay_now(d) == 1000.0);
	run(d, 0, 4000, 512);
	expect_delayed(0, 4000, 1000);
	delay_set(d, UINT32_MAX, RATE);
	assert_true(delay_settled(d));
	delay_apply(d, out, 0);
	delay_free(d);
	delay_free(NULL);
	d = delay_new(0);
	run(d, 0, 4000, 512);
	expect_delayed(0, 4000, 0);
	delay_free(d);
}

static void a_steady_delay_is_exact_whatever_the_blocks(void **state)
{
	static const uint32_t delays[] = { 0, 1, 23, 24, 441, 1023, 1024, 16383, 16384, 60000 };
	static const uint32_t blocks[] = { 1, 64, 441, 1024, 5000 };

	(void)state;
	make_ramp();
	for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		for (size_t k = 0; k < sizeof(blocks) / sizeof(blocks[0]); k++) {
			struct delay *d = delay_new(60000);

			delay_set(d, delays[i], RATE); /* nothing has flowed: at once */
			assert_true(delay_settled(d));
			run(d, 0, 100000, blocks[k]);
			expect_delayed(0, 100000, delays[i]);
			delay_free(d);
		}
	}
}

static void reset_forgets_the_sound_and_keeps_the_length(void **state)
{
	struct delay *d = delay_new(2000);

	(void)state;
	make_ramp();
	delay_jump(d, 700);
	run(d, 0, 3000, 512);
	delay_set(d, 1500, RATE);
	run(d, 3000, 3100, 100);
	delay_reset(d);
	assert_true(delay_settled(d));
	run(d, 0, 3000, 512);
	expect_delayed(0, 3000, 1500);
	delay_free(d);
}

static void a_small_change_slews_and_lands_on_the_frame(void **state)
{
	struct delay *d = delay_new(2000);
	uint32_t at;

	(void)state;
	make_ramp();
	delay_jump(d, 100);
	run(d, 0, 10000, 512);
	delay_set(d, 110, RATE);
	assert_false(delay_settled(d));
	for (at = 10000; !delay_settled(d); at += 100) {
		run(d, at, at + 100, 100);
		assert_true(delay_now(d) >= 100.0 && delay_now(d) <= 110.0);
	}
	/* ten frames at 500 ppm */
	assert_in_range(at - 10000, 19900, 20100);
	/* on a ramp, what is read between two frames lies between them */
	for (uint32_t i = 10000; i < at; i++)
		assert_true(fabsf((float)i + 1 - 100 - out[2 * i] -
				  0.0005f * (float)(i - 9999)) < 0.05f ||
			    i + 100 > at);
	run(d, at, at + 10000, 512);
	expect_delayed(at, at + 10000, 110);
	delay_free(d);
}

static void a_large_change_fades_and_lands_within_20_ms(void **state)
{
	static const uint32_t to[] = { 1500, 0, 10, 24, 300, 5 };
	struct delay *d = delay_new(2000);
	uint32_t at = 10000;

	(void)state;
	make_ramp();
	delay_jump(d, 400);
	run(d, 0, at, 512);
	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		delay_set(d, to[i], RATE);
		run(d, at, at + 882, 441);
		assert_true(delay_settled(d));
		run(d, at + 882, at + 5000, 512);
		expect_delayed(at + 882, at + 5000, to[i]);
		at += 5000;
	}
	delay_free(d);
}

static void the_newest_wish_wins_after_the_running_change(void **state)
{
	struct delay *d = delay_new(2000);

	(void)state;
	make_ramp();
	delay_jump(d, 400);
	run(d, 0, 10000, 512);
	delay_set(d, 1000, RATE); /* a fade */
	run(d, 10000, 10100, 100);
	delay_set(d, 500, RATE);
	delay_set(d, 1990, RATE);
	delay_set(d, 700, RATE);
	run(d, 10100, 12000, 100);
	expect_delayed(11800, 12000, 700);
	delay_set(d, 710, RATE); /* a slew, */
	run(d, 12000, 13000, 100);
	delay_set(d, 1200, RATE); /* that is left for a fade at the next frame */
	run(d, 13000, 17000, 100);
	assert_true(delay_settled(d));
	expect_delayed(16900, 17000, 1200);
	delay_set(d, 1210, RATE);
	run(d, 17000, 18100, 100);
	delay_set(d, 1195, RATE); /* and one that turns round */
	run(d, 18100, 70000, 100);
	expect_delayed(69900, 70000, 1195);
	delay_free(d);
}

/* Memory grows with the delay: what is not there yet is waited for, not missed. */
static void a_delay_beyond_what_was_held_comes_without_a_click(void **state)
{
	struct delay *d = delay_new(2 * RATE);
	float steepest = 0;

	(void)state;
	make_tone(200);
	delay_jump(d, 1000);
	run(d, 0, RATE, 512);
	delay_set(d, 2 * RATE, RATE);
	run(d, RATE, N, 512);
	assert_true(delay_settled(d));
	expect_delayed(N - 1000, N, 2 * RATE);
	for (int i = 2000; i < N; i++)
		steepest = fmaxf(steepest, fabsf(out[2 * i] - out[2 * i - 2]));
	assert_true(steepest < 1.2f * 0.5f * (float)TAU * 200 / RATE);
	delay_free(d);
}

/*
 * A tone is changed by a slew and nothing else is heard: against the same tone
 * read at the times it says, all the rest is the artefact.
 */
static void a_slew_splashes_less_than_95_decibels_down(void **state)
{
	static const double hz[] = { 1000, 5000, 10000, 15000 };

	(void)state;
	for (int k = 0; k < 4; k++) {
		struct delay *d = delay_new(2000);
		double delay = 100, sum = 0, rest = 0;

		make_tone(hz[k]);
		delay_jump(d, 100);
		run(d, 0, 10000, 512);
		delay_set(d, 144, RATE); /* the whole millisecond */
		run(d, 10000, 120000, 512);
		for (int i = 10000; i < 120000; i++) {
			double want, e;

			delay = delay + 500e-6 < 144 ? delay + 500e-6 : 144;
			want = 0.5 * sin(TAU * hz[k] / RATE * (i - delay));
			e = (double)out[2 * i] - want;
			sum += want * want;
			rest += e * e;
		}
		print_message("           slew by 1 ms, %5.0f Hz: artefact %6.1f dB\n", hz[k],
			      10 * log10(rest / sum));
		assert_true(10 * log10(rest / sum) < -95);
		delay_free(d);
	}
}

/* A jump splashes over all frequencies; a fade stays out of sight 4 kHz away. */
static double splash(double hz, uint32_t from)
{
	return measure_splash(out + 2 * from, 2, hz, RATE, 4000, 0.5);
}

static void a_crossfade_splashes_less_than_100_decibels_down(void **state)
{
	struct delay *d = delay_new(2000);
	double fade, jump;

	(void)state;
	make_tone(1000);
	delay_jump(d, 100);
	run(d, 0, 20000, 512);
	delay_set(d, 1022, RATE); /* by 20.9 ms: the tone is turned over */
	run(d, 20000, 40000, 512);
	fade = splash(1000, 18000);
	delay_jump(d, 80);
	run(d, 40000, 60000, 512);
	jump = splash(1000, 38000);
	print_message("           crossfade %6.1f dB, jump %6.1f dB\n", fade, jump);
	assert_true(fade < -100);
	assert_true(jump > -65); /* the measure sees what there is to see */
	delay_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(longer_than_the_line_is_as_long_as_the_line),
		cmocka_unit_test(a_steady_delay_is_exact_whatever_the_blocks),
		cmocka_unit_test(reset_forgets_the_sound_and_keeps_the_length),
		cmocka_unit_test(a_small_change_slews_and_lands_on_the_frame),
		cmocka_unit_test(a_large_change_fades_and_lands_within_20_ms),
		cmocka_unit_test(the_newest_wish_wins_after_the_running_change),
		cmocka_unit_test(a_delay_beyond_what_was_held_comes_without_a_click),
		cmocka_unit_test(a_slew_splashes_less_than_95_decibels_down),
		cmocka_unit_test(a_crossfade_splashes_less_than_100_decibels_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
