/* SPDX-License-Identifier: MIT */
/* A faint echo beside a loud one, where half of the tones are missing. */
#include "core/align/clean.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define N     4096
#define TAU   6.283185307179586
#define LOUD  900
#define FAINT 860
#define KEEP  6

static float weight[N];
static kiss_fft_cpx tones[N], x[N], beam[N], room[N];
static float envelope[N];

/* As music leaves them: whole stretches of tones, a few of them, hardly count. */
static void draw_weights(void)
{
	uint32_t random = 1;

	for (int k = 0; k < N / 4; k++) {
		if (k % 32 == 0)
			random = random * 1664525u + 1013904223u;
		weight[k] = random >> 31 ? 1 : 0.05f;
	}
}

static void add_echo(double at, double size)
{
	for (int k = 0; k < N / 4; k++) {
		double turn = -TAU * fmod((double)k * at / N, 1), by = size * (double)weight[k];

		tones[k].r += (float)(by * cos(turn));
		tones[k].i += (float)(by * sin(turn));
	}
}

static void to_time(kiss_fft_cpx *to)
{
	kiss_fft_cfg inverse = kiss_fft_alloc(N, 1, NULL, NULL);
	double sum = 0;

	for (int k = 0; k < N / 4; k++)
		sum += (double)weight[k];
	kiss_fft(inverse, tones, to);
	for (int i = 0; i < N; i++) {
		to[i].r /= (float)sum;
		to[i].i /= (float)sum;
	}
	kiss_fft_free(inverse);
	memset(tones, 0, sizeof(tones));
}

static double highest_but_loud(void)
{
	double most = 0;

	for (int i = 0; i < LOUD - 8; i++)
		if (i < FAINT - 8 || i > FAINT + 8)
			most = fmax(most, (double)envelope[i]);
	return most;
}

static void a_faint_echo_stands_out_once_the_loud_ones_ripples_are_gone(void **state)
{
	(void)state;
	draw_weights();
	add_echo(0, 1);
	to_time(beam);
	add_echo(LOUD + 0.4, 1);
	add_echo(FAINT - 0.3, 0.02);
	to_time(x);
	for (int i = 0; i < N / 2; i++)
		envelope[i] = hypotf(x[i].r, x[i].i);
	assert_true(highest_but_loud() > 0.02); /* a ripple is more than the echo */
	clean(x, N / 2, beam, N, KEEP, 0.004f, room, envelope);
	assert_true(highest_but_loud() < 0.01);
	assert_true(fabs((double)envelope[LOUD] - 1) < 0.2);
	assert_true(fabs((double)envelope[FAINT] - 0.02) < 0.01);
}

static void noise_below_the_stop_is_left_as_it_is(void **state)
{
	(void)state;
	draw_weights();
	add_echo(0, 1);
	to_time(beam);
	for (int i = 0; i < N / 2; i++)
		x[i] = (kiss_fft_cpx){ .r = 0.3f * sinf((float)i), .i = 0 };
	clean(x, N / 2, beam, N, KEEP, 0.31f, room, envelope);
	for (int i = 0; i < N / 2; i++)
		assert_true(envelope[i] == fabsf(0.3f * sinf((float)i)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_faint_echo_stands_out_once_the_loud_ones_ripples_are_gone),
		cmocka_unit_test(noise_below_the_stop_is_left_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
