/* SPDX-License-Identifier: MIT */
/* The judge's arithmetic, on sounds whose answer is known. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/scope.h"
#include "tests/lab/figures.h"
#include "tests/lab/sound.h"

#define assert_near(a, b, within) assert_true(fabs((double)(a) - (double)(b)) <= (within))

#define SECONDS 8u

static struct sound source; /* the programme; every test reads it */

static int make_source(void **state)
{
	(void)state;
	return sound_programme(SECONDS, &source);
}

static int drop_source(void **state)
{
	(void)state;
	sound_done(&source);
	return 0;
}

/* count frames of the source from skip on, as left' = ll*l + lr*r, right' = rl*l + rr*r. */
static struct sound derive(size_t skip, size_t count, const float w[4])
{
	struct sound s = { .rate = 44100, .count = count };

	s.frames = calloc(count, 2 * sizeof(float));
	assert_non_null(s.frames);
	for (size_t i = 0; i < count && skip + i < source.count; i++) {
		float l = source.frames[2 * (skip + i)], r = source.frames[2 * (skip + i) + 1];

		s.frames[2 * i] = w[0] * l + w[1] * r;
		s.frames[2 * i + 1] = w[2] * l + w[3] * r;
	}
	return s;
}

static const float as_it_is[4] = { 1, 0, 0, 1 };

static void median_of_none_is_zero_and_of_even_counts_the_mean(void **state)
{
	double v[] = { 4, 1, 3, 2 };

	(void)state;
	assert_near(figures_median(NULL, 0), 0.0, 0.0);
	assert_near(figures_median(v, 4), 2.5, 0.0);
	assert_near(figures_quantile(v, 4, 1.0), 4.0, 0.0);
	assert_near(figures_db(0.5), -6.0206, 1e-3);
	assert_near(figures_db(0.0), -200.0, 0.0);
}

static void the_middle_of_what_lies_on_levels_does_not_jump(void **state)
{
	double few[] = { 5 }, even[200], odd[202] = { 0 };

	(void)state;
	assert_near(figures_middle(NULL, 0), 0.0, 0.0);
	assert_near(figures_middle(few, 1), 5.0, 0.0);
	/* two levels, as often each; then one packet more, and one that came far too late */
	for (size_t i = 0; i < 200; i++)
		even[i] = odd[i] = i % 2 ? 10 : -10;
	odd[200] = 10;
	odd[201] = 1e6;
	assert_near(figures_middle(even, 200), 0.0, 1e-9);
	assert_near(figures_middle(odd, 202), 0.0, 0.2);
}

/* Three in turn, 4 ms apart, in windows that hold any number of turns. */
static void turns_cut_off_anywhere_have_one_mean(void **state)
{
	enum { N = 430 };
	double when[N], v[N], got, least = 1e9, most = -1e9;

	(void)state;
	assert_int_equal(figures_steady(NULL, NULL, 0, &got), 0);
	assert_near(got, 0.0, 0.0);
	for (size_t from = 0; from < 40; from++) {
		for (size_t i = 0; i < N; i++) {
			when[i] = ((double)i + 0.5) / N;
			v[i] = 4e6 * (double)((from + i) / (1 + from % 5) % 3);
		}
		v[from] = 1e9; /* one that was held up */
		assert_int_equal(figures_steady(when, v, N, &got), 0);
		least = fmin(least, got);
		most = fmax(most, got);
	}
	assert_near(least, 4e6, 10e3);
	assert_near(most, 4e6, 10e3); /* ns: half a frame */
}

static void at_another_rate_it_is_the_same_sound(void **state)
{
	SCOPED(sound_done) struct sound there = { 0 };
	SCOPED(sound_done) struct sound back = { 0 };
	struct match m;

	(void)state;
	assert_int_equal(sound_resample(&source, 48000, &there), 0);
	assert_in_range(there.count, 48000 * SECONDS - 100, 48000 * SECONDS);
	assert_int_equal(sound_resample(&there, 44100, &back), 0);
	assert_int_equal(figures_match(&source, &back, &m), 0);
	assert_true(m.worst > 0.9999);
	assert_near(m.lag_last_ms, 0.0, 0.01);
	assert_near(m.gain[0][0], 1.0, 1e-3);
}

static void silence_and_foreign_sound_do_not_match(void **state)
{
	static const float nothing[4] = { 0 };
	SCOPED(sound_done) struct sound quiet = derive(0, 5 * 44100, nothing);
	SCOPED(sound_done) struct sound noise = derive(0, 5 * 44100, as_it_is);
	SCOPED(sound_done) struct sound other_rate = derive(0, 5 * 44100, as_it_is);
	struct match m;
	uint32_t dice = 1;

	(void)state;
	assert_int_equal(figures_match(&source, &quiet, &m), -ENODATA);
	other_rate.rate = 48000;
	assert_int_equal(figures_match(&source, &other_rate, &m), -EINVAL);
	for (size_t i = 0; i < 2 * noise.count; i++) {
		dice = dice * 1664525u + 1013904223u;
		noise.frames[i] = (float)(dice >> 8) / 16777216.0f - 0.5f;
	}
	if (figures_match(&source, &noise, &m) == 0)
		assert_true(m.correlation < 0.7);
}

static void lag_is_found_to_the_frame_either_way(void **state)
{
	SCOPED(sound_done) struct sound later = derive(12345, 5 * 44100, as_it_is);
	struct match m;

	(void)state;
	assert_int_equal(figures_match(&source, &later, &m), 0);
	assert_near(m.lag_ms, -1e3 * 12345 / 44100, 0.002);
	assert_near(m.correlation, 1.0, 1e-3);
	assert_int_equal(m.jumps, 0);
	assert_int_equal(figures_match(&later, &source, &m), 0);
	assert_near(m.lag_ms, 1e3 * 12345 / 44100, 0.002);
}

static void gains_and_channels_are_told_apart(void **state)
{
	static const float swapped[4] = { 0, 0.5f, 2.0f, 0 };
	static const float left[4] = { 1, 0, 1, 0 };
	SCOPED(sound_done) struct sound a = derive(1000, 5 * 44100, swapped);
	SCOPED(sound_done) struct sound b = derive(1000, 5 * 44100, left);
	struct match m;

	(void)state;
	assert_int_equal(figures_match(&source, &a, &m), 0);
	assert_near(figures_db(m.gain[0][1]), -6.02, 0.02);
	assert_near(figures_db(m.gain[1][0]), 6.02, 0.02);
	assert_true(figures_db(m.gain[0][0]) < -50.0);
	assert_int_equal(figures_match(&source, &b, &m), 0);
	assert_near(figures_db(m.gain[0][0]), 0.0, 0.02);
	assert_near(figures_db(m.gain[1][0]), 0.0, 0.02);
	assert_true(figures_db(m.gain[1][1]) < -50.0);
}

static void half_a_frame_of_lag_is_no_mismatch(void **state)
{
	SCOPED(sound_done) struct sound s = derive(500, 5 * 44100, as_it_is);
	struct match m;

	(void)state;
	for (size_t i = 0; i + 1 < s.count; i++) {
		s.frames[2 * i] = 0.5f * (s.frames[2 * i] + s.frames[2 * i + 2]);
		s.frames[2 * i + 1] = 0.5f * (s.frames[2 * i + 1] + s.frames[2 * i + 3]);
	}
	assert_int_equal(figures_match(&source, &s, &m), 0);
	assert_true(m.correlation > 0.999);
	assert_near(m.lag_ms * 44.1, -500.5, 0.1);
	assert_near(figures_db(m.gain[0][0]), 0.0, 0.05);
}

static void lost_frames_that_shift_the_rest_show_as_a_jump(void **state)
{
	SCOPED(sound_done) struct sound s = derive(0, 6 * 44100, as_it_is);
	size_t cut = 3 * 44100, lost = 900;
	struct match m;

	(void)state;
	memmove(s.frames + 2 * cut, s.frames + 2 * (cut + lost),
		2 * (s.count - cut - lost) * sizeof(float));
	s.count -= lost;
	assert_int_equal(figures_match(&source, &s, &m), 0);
	assert_true(m.jumps >= 1 && m.jumps <= 2);
	assert_near(m.lag_last_ms - m.lag_first_ms, -1e3 * 900 / 44100, 0.03);
}

static void a_dead_second_is_counted_as_missing_and_as_a_gap(void **state)
{
	SCOPED(sound_done) struct sound s = derive(0, 7 * 44100, as_it_is);
	size_t longest = 0;
	struct match m;

	(void)state;
	assert_int_equal(figures_gaps(&s, 132, 1e-4f, NULL), 0);
	memset(s.frames + (size_t)2 * 3 * 44100, 0, (size_t)2 * 2 * 44100 * sizeof(float));
	assert_int_equal(figures_gaps(&s, 132, 1e-4f, &longest), 1);
	assert_in_range(longest, 2 * 44100, 2 * 44100 + 4);
	assert_int_equal(figures_match(&source, &s, &m), 0);
	assert_true(m.missing >= 1);
	assert_near(m.worst, 0.0, 0.0);
	assert_true(m.correlation > 0.99);
}

static void a_wrong_clock_shows_as_drift(void **state)
{
	SCOPED(sound_done) struct sound s = derive(0, 7 * 44100, as_it_is);
	struct match m;

	(void)state;
	for (size_t i = 0; i < s.count; i++) { /* 200 ppm slow, linear between frames */
		double at = (double)i * 0.9998;
		size_t k = (size_t)at;
		float f = (float)(at - (double)k);

		for (size_t c = 0; c < 2; c++)
			s.frames[2 * i + c] = (1 - f) * source.frames[2 * k + c] +
					      f * source.frames[2 * k + 2 + c];
	}
	assert_int_equal(figures_match(&source, &s, &m), 0);
	assert_true(m.lag_last_ms - m.lag_first_ms > 0.8);
	assert_true(m.lag_last_ms - m.lag_first_ms < 1.4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(median_of_none_is_zero_and_of_even_counts_the_mean),
		cmocka_unit_test(the_middle_of_what_lies_on_levels_does_not_jump),
		cmocka_unit_test(turns_cut_off_anywhere_have_one_mean),
		cmocka_unit_test(at_another_rate_it_is_the_same_sound),
		cmocka_unit_test(silence_and_foreign_sound_do_not_match),
		cmocka_unit_test(lag_is_found_to_the_frame_either_way),
		cmocka_unit_test(gains_and_channels_are_told_apart),
		cmocka_unit_test(half_a_frame_of_lag_is_no_mismatch),
		cmocka_unit_test(lost_frames_that_shift_the_rest_show_as_a_jump),
		cmocka_unit_test(a_dead_second_is_counted_as_missing_and_as_a_gap),
		cmocka_unit_test(a_wrong_clock_shows_as_drift),
	};

	return cmocka_run_group_tests(tests, make_source, drop_source);
}
