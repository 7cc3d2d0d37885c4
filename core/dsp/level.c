/* SPDX-License-Identifier: MIT */
/* level - see level.h. */
#include "core/dsp/level.h"

#include <math.h>
#include <string.h>

#define AVERAGE_S     0.3f
#define FALL_DB_PER_S 20.0f
#define LN10_20	      0.115129255f /* ln(10) / 20 */

/* What one block holds, left and right. */
struct block {
	uint32_t peak[2]; /* bits of the largest size */
	float square[2];  /* sum */
	uint32_t beyond;  /* samples over full scale */
};

void level_init(struct level *l, uint32_t rate)
{
	memset(l, 0, sizeof(*l));
	l->rate = rate;
}

/*
 * Sizes are compared by their bits (ordered alike without the sign, NaN on
 * top), and four sums a channel run side by side: so the compiler may use
 * vectors without being allowed to reorder floating-point sums.
 */
static void measure(struct block *b, const float *buf, uint32_t frames)
{
	uint32_t peak[8] = { 0 }, beyond[8] = { 0 };
	float square[8] = { 0 };
	uint32_t n = 2 * frames, i = 0;

	for (; i + 8 <= n; i += 8) {
		uint32_t bits[8];

		memcpy(bits, buf + i, sizeof(bits));
		for (uint32_t k = 0; k < 8; k++) {
			bits[k] &= 0x7fffffffu;
			peak[k] = bits[k] > peak[k] ? bits[k] : peak[k];
			/* 0x3f800000 is 1.0f */
			beyond[k] += (0x3f800000u - bits[k]) >> 31;
			square[k] += buf[i + k] * buf[i + k];
		}
	}
	for (; i < n; i++) {
		uint32_t bits;

		memcpy(&bits, buf + i, sizeof(bits));
		bits &= 0x7fffffffu;
		peak[i & 1] = bits > peak[i & 1] ? bits : peak[i & 1];
		beyond[i & 1] += (0x3f800000u - bits) >> 31;
		square[i & 1] += buf[i] * buf[i];
	}
	*b = (struct block){ 0 };
	for (uint32_t k = 0; k < 8; k++) {
		b->peak[k & 1] = peak[k] > b->peak[k & 1] ? peak[k] : b->peak[k & 1];
		b->square[k & 1] += square[k];
		b->beyond += beyond[k];
	}
}

/* A peak at least as high starts a new hold; else the old one waits, then falls. */
static float hold_peak(struct level *l, int channel, uint32_t bits, uint32_t frames)
{
	float peak, seconds;

	memcpy(&peak, &bits, sizeof(peak));
	if (!isfinite(peak))
		peak = 4.0f; /* nothing sensible: show it as far over */

	if (peak >= l->held[channel]) {
		l->held[channel] = peak;
		l->hold[channel] = l->rate * LEVEL_HOLD_MS / 1000;
	} else if (l->hold[channel] > frames) {
		l->hold[channel] -= frames;
	} else {
		seconds = (float)(frames - l->hold[channel]) / (float)l->rate;
		l->hold[channel] = 0;
		l->held[channel] *= expf(-FALL_DB_PER_S * LN10_20 * seconds);
		if (l->held[channel] < peak)
			l->held[channel] = peak;
	}
	return l->held[channel];
}

void level_measure(struct level *l, const float *buf, uint32_t frames)
{
	struct block b;
	float share;

	if (frames == 0)
		return;
	measure(&b, buf, frames);
	share = 1.0f - expf(-(float)frames / (AVERAGE_S * (float)l->rate));

	/* relaxed: each value stands for itself, nothing else is published with it */
	for (int c = 0; c < 2; c++) {
		float mean = b.square[c] / (float)frames;

		if (!isfinite(mean))
			mean = 1.0f;
		l->square[c] += (mean - l->square[c]) * share;
		atomic_store_explicit(&l->peak[c], hold_peak(l, c, b.peak[c], frames),
				      memory_order_relaxed);
		atomic_store_explicit(&l->rms[c], sqrtf(l->square[c]), memory_order_relaxed);
	}
	if (b.beyond > 0) /* only this thread writes: a plain sum is enough */
		atomic_store_explicit(&l->clips,
				      atomic_load_explicit(&l->clips, memory_order_relaxed) +
					      b.beyond,
				      memory_order_relaxed);
}

void level_read(const struct level *l, struct level_reading *ret)
{
	for (int c = 0; c < 2; c++) {
		ret->peak[c] = atomic_load_explicit(&l->peak[c], memory_order_relaxed);
		ret->rms[c] = atomic_load_explicit(&l->rms[c], memory_order_relaxed);
	}
	ret->clips = atomic_load_explicit(&l->clips, memory_order_relaxed);
}
