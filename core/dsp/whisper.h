/* SPDX-License-Identifier: MIT */
/*
 * whisper - to 16 bits, never quite silent.
 *
 * Triangular dither of ±1 step (about -96 dBFS) under every sample: what
 * rounding to 16 bits should have anyhow, and what keeps speakers awake that
 * switch themselves off at digital silence. Generators side by side, no
 * branches: it costs a fraction of encoding what it makes. A value.
 */
#ifndef FANFARE_DSP_WHISPER_H
#define FANFARE_DSP_WHISPER_H

#include <stddef.h>
#include <stdint.h>

#define WHISPER_LANES 32 /* enough for any compiler to see a loop worth vectors */

struct whisper {
	uint32_t lane[WHISPER_LANES]; /* xorshift generators, none of them 0 */
};

/* [any] Another noise for every seed. */
void whisper_init(struct whisper *w, uint32_t seed);

/* [rt] n samples, clamped to full scale; NaN becomes 0. */
void whisper_to_s16(struct whisper *w, int16_t *restrict dst, const float *restrict src,
		    size_t n);

#endif
