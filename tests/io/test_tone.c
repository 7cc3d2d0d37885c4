/* SPDX-License-Identifier: MIT */
/* test_tone - the test sounds are what they say, and functions of the frame number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/io/tone.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define RATE 44100u

static float *render(enum source_tone tone, uint32_t rate, uint64_t at, uint32_t frames)
{
	float *x = malloc(2 * sizeof(float) * frames);

	assert_non_null(x);
	tone_render(tone, rate, at, x, frames);
	return x;
}

static double level_db(const float *x, uint32_t n, unsigned int channel)
{
	double sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += (double)x[2 * i + channel] * (double)x[2 * i + channel];
	return 10 * log10(sum / n + 1e-20);
}

static float peak(const float *x, uint32_t n)
{
	float p = 0;

	for (uint32_t i = 0; i < 2 * n; i++)
		p = fmaxf(p, fabsf(x[i]));
	return p;
}

static void the_same_frames_in_any_blocks(void **state)
{
	const enum source_tone tones[] = { SOURCE_TUNE, SOURCE_CLICKS, SOURCE_PINK,
					   SOURCE_SWEEP, SOURCE_SILENCE };
	const uint32_t blocks[] = { 1, 63, 64, 65, 512, 7, 300 };
	const uint64_t starts[] = { 0, 44000, 846700, 1ull << 40 };

	(void)state;
	for (size_t t = 0; t < 5; t++) {
		for (size_t s = 0; s < 4; s++) {
			float *whole = render(tones[t], RATE, starts[s], 1012);
			float part[2 * 512];
			uint32_t at = 0;

			for (size_t b = 0; b < 7; b++) {
				tone_render(tones[t], RATE, starts[s] + at, part, blocks[b]);
				assert_memory_equal(part, whole + 2 * at,
						    2 * sizeof(float) * blocks[b]);
				at += blocks[b];
			}
			free(whole);
		}
	}
}

static void silence_is_silence(void **state)
{
	float *x = render(SOURCE_SILENCE, RATE, 12345, 1000);

	(void)state;
	assert_float_equal(peak(x, 1000), 0, 0);
	free(x);
}

static void a_click_stands_on_each_full_second(void **state)
{
	const uint32_t rates[] = { 8000, 44100, 48000, 192000 };

	(void)state;
	for (size_t r = 0; r < 4; r++) {
		float *x = render(SOURCE_CLICKS, rates[r], 0, 3 * rates[r]);
		uint32_t half_ms = rates[r] / 2000 + 1;

		for (uint32_t i = 0; i < 3 * rates[r]; i++) {
			uint32_t p = i % rates[r], away = p < rates[r] - p ? p : rates[r] - p;

			assert_float_equal(x[2 * i], x[2 * i + 1], 0);
			if (away == 0)
				assert_float_equal(x[2 * i], 0.5f, 1e-6);
			else
				assert_true(x[2 * i] < 0.5f);
			if (away > 2 * half_ms)
				assert_float_equal(x[2 * i], 0, 1e-6);
		}
		/* the same on both sides of its middle: where it is can be told exactly */
		for (uint32_t i = 1; i < half_ms; i++)
			assert_float_equal(x[2 * (rates[r] + i)], x[2 * (rates[r] - i)], 1e-6);
		free(x);
	}
}

/* The power within an octave above hz, dB, by a bank of fitted sines over short pieces. */
static double octave_db(const float *x, uint32_t n, double hz)
{
	double power = 0;
	uint32_t piece = RATE / 10, bins = 0;

	for (double f = hz; f < 2 * hz - 1; f += 10) {
		for (uint32_t at = 0; at + piece <= n; at += piece) {
			double s = 0, c = 0;

			for (uint32_t i = 0; i < piece; i++) {
				double w = 2 * M_PI * f * i / RATE;

				s += (double)x[2 * (at + i)] * sin(w);
				c += (double)x[2 * (at + i)] * cos(w);
			}
			power += s * s + c * c;
		}
		bins++;
		if (bins > 40 && hz > 400)
			f += hz / 40; /* enough of them to know the mean */
	}
	return 10 * log10(power / bins * hz);
}

static void pink_noise_has_equal_power_in_every_octave(void **state)
{
	uint32_t n = 4 * RATE;
	float *x = render(SOURCE_PINK, RATE, 1000000, n);
	const double octaves[] = { 80, 160, 320, 640, 1280, 2560, 5120 };
	double low = INFINITY, high = -INFINITY, both = 0;

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		double db = octave_db(x, n, octaves[i]);

		low = fmin(low, db);
		high = fmax(high, db);
	}
	print_message("octaves within %.1f dB\n", high - low);
	assert_true(high - low < 4.0);
	for (unsigned int c = 0; c < 2; c++)
		assert_float_equal(level_db(x, n, c), -20, 2);
	assert_true(peak(x, n) < 1.0f);
	for (uint32_t i = 0; i < n; i++)
		both += (double)x[2 * i] * (double)x[2 * i + 1];
	assert_true(fabs(both / n) < 0.2 * 0.01); /* two channels, not one twice */
	free(x);
}

/* Its frequency about frame at, by the zeroes it crosses upwards. */
static double hz_about(const float *x, uint32_t at, uint32_t n)
{
	double first = -1, last = -1;
	uint32_t count = 0;

	for (uint32_t i = at; i < at + n; i++) {
		double a = (double)x[2 * i], b = (double)x[2 * i + 2];

		if (a < 0 && b >= 0) {
			last = i + a / (a - b);
			if (count++ == 0)
				first = last;
		}
	}
	return count > 1 ? (count - 1) * RATE / (last - first) : 0;
}

static void the_sweep_rises_evenly_from_150_to_16000(void **state)
{
	float *x = render(SOURCE_SWEEP, RATE, 0, 5 * RATE);

	(void)state;
	for (double t = 0.1; t < 3.9; t += 0.2) {
		double want = 150 * pow(16000.0 / 150.0, t / 4);
		/* few periods about that time */
		uint32_t n = (uint32_t)(6 * RATE / want), at = (uint32_t)(t * RATE) - n / 2;

		assert_true(fabs(hz_about(x, at, n) / want - 1) < 0.02);
	}
	assert_float_equal(peak(x, 4 * RATE), 0.25, 0.001); /* -12 dBFS */
	assert_float_equal(peak(x + 8 * RATE, RATE), 0, 0); /* then a second of nothing */
	free(x);
}

static void the_tune_is_moderate_moves_and_never_clicks(void **state)
{
	uint32_t loop = (uint32_t)(19.2 * RATE);
	float *x = render(SOURCE_TUNE, RATE, 0, loop + RATE);
	bool left = false, right = false;

	(void)state;
	assert_true(peak(x, loop) < 0.5f && peak(x, loop) > 0.15f);
	for (uint32_t s = 0; s < 19; s++) {
		double l = level_db(x + 2 * s * RATE, RATE, 0);
		double r = level_db(x + 2 * s * RATE, RATE, 1);

		assert_true(l > -40 && r > -40); /* no hole in it */
		left |= l > r + 0.5;
		right |= r > l + 0.5;
	}
	assert_true(left && right);
	/* no step from one frame to the next that a partial of its own could not make */
	for (uint32_t i = 1; i < loop + RATE; i++)
		assert_true(fabsf(x[2 * i] - x[2 * i - 2]) < 0.15f);
	/* over and over, to the frame */
	assert_memory_equal(x, x + 2 * loop, 2 * sizeof(float) * RATE);
	free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_frames_in_any_blocks),
		cmocka_unit_test(silence_is_silence),
		cmocka_unit_test(a_click_stands_on_each_full_second),
		cmocka_unit_test(pink_noise_has_equal_power_in_every_octave),
		cmocka_unit_test(the_sweep_rises_evenly_from_150_to_16000),
		cmocka_unit_test(the_tune_is_moderate_moves_and_never_clicks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
