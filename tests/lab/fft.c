/* SPDX-License-Identifier: MIT */
/* fft - see fft.h. */
#include "tests/lab/fft.h"

#include <math.h>

static void reorder(float complex *x, size_t n)
{
	for (size_t i = 1, j = 0; i < n; i++) {
		size_t bit = n >> 1;

		for (; j & bit; bit >>= 1)
			j ^= bit;
		j ^= bit;
		if (i < j) {
			float complex t = x[i];

			x[i] = x[j];
			x[j] = t;
		}
	}
}

static void transform(float complex *x, size_t n, double sign)
{
	reorder(x, n);
	for (size_t half = 1; half < n; half *= 2) {
		double step = sign * M_PI / (double)half, cr = cos(step), ci = sin(step);

		for (size_t block = 0; block < n; block += 2 * half) {
			double wr = 1.0, wi = 0.0, next;

			/* the angle goes on by multiplying; doubles keep it straight for 2^24
			 * steps */
			for (size_t i = block; i < block + half; i++) {
				float ar = crealf(x[i + half]), ai = cimagf(x[i + half]);
				float fr = (float)wr, fi = (float)wi;
				float complex t = ar * fr - ai * fi + (ar * fi + ai * fr) * I;

				x[i + half] = x[i] - t;
				x[i] += t;
				next = wr * cr - wi * ci;
				wi = wr * ci + wi * cr;
				wr = next;
			}
		}
	}
}

void fft_forward(float complex *x, size_t n)
{
	transform(x, n, -1.0);
}

void fft_inverse(float complex *x, size_t n)
{
	transform(x, n, 1.0);
}
