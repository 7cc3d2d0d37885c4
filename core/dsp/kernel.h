/* SPDX-License-Identifier: MIT */
/*
 * kernel - reading sound between its frames, for resample and delay.
 *
 * A Kaiser-windowed sinc in a table: one row of taps for each phase, and one
 * row more so that a fraction can be taken between any row and the next.
 * Read only once made; may be shared by any number of threads.
 */
#ifndef FANFARE_DSP_KERNEL_H
#define FANFARE_DSP_KERNEL_H

#include <stdint.h>
#include <string.h>

#define KERNEL_TAPS_MAX 1536

struct resample_table {
	uint32_t taps;	 /* a multiple of 8 */
	uint32_t phases; /* rows, without the one at the end */
	float rows[];	 /* (phases + 1) rows of taps; each sums to 1 */
};

/*
 * [ctl] taps a multiple of 8, up to KERNEL_TAPS_MAX; cutoff (0..1, of the input's Nyquist
 * frequency) is where the gain is one half; beta is Kaiser's. NULL = no memory.
 */
struct resample_table *kernel_new(uint32_t taps, uint32_t phases, double cutoff, double beta);

/* Four floats side by side: a vector register here and on arm64 alike. */
typedef float kernel_lanes __attribute__((vector_size(16)));

static inline kernel_lanes kernel_load(const float *p)
{
	kernel_lanes v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline float kernel_sum(kernel_lanes v)
{
	return (v[0] + v[2]) + (v[1] + v[3]);
}

/*
 * [rt] The stereo sound part (0..1) of a frame after the frame left[half - 1],
 * right[half - 1], half being taps / 2: all taps frames there are read.
 */
static inline void kernel_read(const struct resample_table *t, double part,
			       const float *restrict left, const float *restrict right,
			       float *restrict frame)
{
	double at = part * (double)t->phases;
	uint32_t row = (uint32_t)at;
	float mix = (float)(at - (double)row);
	const float *a = t->rows + (size_t)row * t->taps;
	const float *b = a + t->taps;
	kernel_lanes m = { mix, mix, mix, mix };
	kernel_lanes l0 = { 0 }, l1 = { 0 }, r0 = { 0 }, r1 = { 0 };

	/* two sums a channel, so that one need not wait for the other */
	for (uint32_t k = 0; k < t->taps; k += 8) {
		kernel_lanes c0 = kernel_load(a + k), c1 = kernel_load(a + k + 4);

		c0 += m * (kernel_load(b + k) - c0);
		c1 += m * (kernel_load(b + k + 4) - c1);
		l0 += c0 * kernel_load(left + k);
		l1 += c1 * kernel_load(left + k + 4);
		r0 += c0 * kernel_load(right + k);
		r1 += c1 * kernel_load(right + k + 4);
	}
	frame[0] = kernel_sum(l0 + l1);
	frame[1] = kernel_sum(r0 + r1);
}

#endif
