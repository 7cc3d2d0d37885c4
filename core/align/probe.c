/* SPDX-License-Identifier: MIT */
/* probe - see probe.h. */
#include "core/align/probe.h"

#include "core/align/peak.h"

#include <errno.h>
#include <kissfft/kiss_fftr.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TAU  6.283185307179586
#define BINS (PROBE_BLOCK / 2 + 1)
#define WIDE 0.12 /* of a frequency, to both sides: a third of an octave; what it hides in */

struct probe {
	uint32_t rate;
	uint64_t random;
	kiss_fftr_cfg forward, inverse;
	float window[PROBE_BLOCK]; /* half a sine: two that overlap add up to even power */
	float last[PROBE_HOP];	   /* the latter half of the last piece */
	float time[PROBE_BLOCK];
	kiss_fft_cpx spectrum[BINS];
	double sum[BINS + 1]; /* of the music's power in all bins below */
};

int probe_new(uint32_t rate, uint64_t seed, struct probe **ret)
{
	SCOPED(probe_freep) struct probe *p = NULL;

	if (rate < 8000 || rate > 192000)
		return -EINVAL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->rate = rate;
	p->random = (seed + 1) * 0x9e3779b97f4a7c15u;
	for (uint32_t i = 0; i < PROBE_BLOCK; i++)
		p->window[i] = (float)sin(TAU / 2 * (i + 0.5) / PROBE_BLOCK);
	p->forward = kiss_fftr_alloc(PROBE_BLOCK, 0, NULL, NULL);
	p->inverse = kiss_fftr_alloc(PROBE_BLOCK, 1, NULL, NULL);
	if (!p->forward || !p->inverse)
		return -ENOMEM;
	*ret = TAKE(p);
	return 0;
}

void probe_free(struct probe *p)
{
	if (!p)
		return;
	kiss_fftr_free(p->forward);
	kiss_fftr_free(p->inverse);
	free(p);
}

/* Uniform in 0..1. */
static double chance(struct probe *p)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return (double)(p->random >> 11) * 0x1p-53;
}

/* The music's power in each bin, into the running sum. */
static void look_at(struct probe *p, const float *music)
{
	for (uint32_t i = 0; i < PROBE_BLOCK; i++)
		p->time[i] = music[i] * p->window[i] * p->window[i];
	kiss_fftr(p->forward, p->time, p->spectrum);
	for (uint32_t k = 0; k < BINS; k++) {
		kiss_fft_cpx x = p->spectrum[k];

		p->sum[k + 1] = p->sum[k] + (double)(x.r * x.r + x.i * x.i);
	}
}

/* Mean power around bin k. */
static double power_near(const struct probe *p, uint32_t k)
{
	uint32_t half = (uint32_t)(WIDE * k) + 1;
	uint32_t from = k > half ? k - half : 0, to = k + half + 1 < BINS ? k + half + 1 : BINS;

	return (p->sum[to] - p->sum[from]) / (to - from);
}

/* One piece, as strong as the music less PROBE_UNDER_DB, any tone at any moment of it. */
static void make_piece(struct probe *p)
{
	/* the music was seen through a window that keeps 3/8 of its power */
	double gain = peak_from_db(-PROBE_UNDER_DB) / sqrt(3.0 / 8) / PROBE_BLOCK;

	for (uint32_t k = 0; k < BINS; k++) {
		double hz = (double)k * p->rate / PROBE_BLOCK, turn = TAU * chance(p);
		double size = 0;

		if (hz >= PROBE_FROM && hz <= PROBE_TO && k + 1 < BINS)
			size = gain * sqrt(power_near(p, k));
		p->spectrum[k] = (kiss_fft_cpx){ .r = (float)(size * cos(turn)),
						 .i = (float)(size * sin(turn)) };
	}
	kiss_fftri(p->inverse, p->spectrum, p->time);
	for (uint32_t i = 0; i < PROBE_BLOCK; i++)
		p->time[i] *= p->window[i];
}

void probe_next(struct probe *p, const float *music, float *out)
{
	if (music) {
		look_at(p, music);
		make_piece(p);
	} else {
		memset(p->time, 0, sizeof(p->time));
	}
	for (uint32_t i = 0; i < PROBE_HOP; i++)
		out[i] = p->last[i] + p->time[i];
	memcpy(p->last, p->time + PROBE_HOP, sizeof(p->last));
}
