/* SPDX-License-Identifier: MIT */
/* kernel - see kernel.h. */
#include "core/dsp/kernel.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#define PI 3.14159265358979323846

/* The modified Bessel function of order 0, by its power series. */
static double bessel(double x)
{
	double q = x * x / 4.0, sum = 1.0, term = 1.0;

	for (double k = 1.0; term > 1e-17 * sum; k += 1.0) {
		term *= q / (k * k);
		sum += term;
	}
	return sum;
}

/* The windowed sinc at distance x (frames), which reaches ±half. */
static double kernel_at(double x, double half, double cutoff, double beta)
{
	double r = x / half;
	double sinc = x == 0.0 ? 1.0 : sin(PI * cutoff * x) / (PI * cutoff * x);

	return r * r >= 1.0 ? 0.0 : sinc * bessel(beta * sqrt(1.0 - r * r));
}

/* A sum of exactly 1 keeps a constant constant, whatever the phase. */
static void fill_row(float *row, uint32_t taps, double part, double cutoff, double beta)
{
	double half = taps / 2.0, sum = 0.0, exact[KERNEL_TAPS_MAX];

	for (uint32_t k = 0; k < taps; k++) {
		exact[k] = kernel_at((double)k - (half - 1.0) - part, half, cutoff, beta);
		sum += exact[k];
	}
	for (uint32_t k = 0; k < taps; k++)
		row[k] = (float)(exact[k] / sum);
}

struct resample_table *kernel_new(uint32_t taps, uint32_t phases, double cutoff, double beta)
{
	struct resample_table *t;

	assert(taps % 8 == 0 && taps <= KERNEL_TAPS_MAX && phases > 0);
	t = malloc(sizeof(*t) + (size_t)(phases + 1) * taps * sizeof(float));
	if (!t)
		return NULL;
	t->taps = taps;
	t->phases = phases;
	for (uint32_t p = 0; p <= phases - p; p++) {
		float *row = t->rows + (size_t)p * taps;
		float *mirror = t->rows + (size_t)(phases - p) * taps;

		fill_row(row, taps, (double)p / phases, cutoff, beta);
		for (uint32_t k = 0; k < taps; k++)
			mirror[taps - 1 - k] = row[k];
	}
	return t;
}
