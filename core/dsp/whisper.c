/* SPDX-License-Identifier: MIT */
/* whisper - see whisper.h. */
#include "core/dsp/whisper.h"

#include <stdbool.h>
#include <string.h>

/*
 * Added to a float of less than 2^22 it leaves no room for a fraction: the sum
 * is rounded, and the low bits of its pattern are the whole number. 1.5 x 2^23.
 */
#define ROUNDER 12582912.0f

#define CHUNK 64 /* samples; loops of a known length become vectors everywhere */

/* A chunk; returns the bits of all its samples together, 0 = silent. */
static uint32_t chunk_to_s16(int16_t *restrict dst, const float *restrict src)
{
	float x[CHUNK];
	uint32_t bits[CHUNK], any = 0;

	for (int i = 0; i < CHUNK; i++) {
		float y = src[i] * 32768.0f;

		/* as compared, NaN passes, and its low bits are 0 */
		x[i] = y > 32767.0f ? 32767.0f : y;
	}
	/* apart: each of the two is then one instruction, together they are ten */
	for (int i = 0; i < CHUNK; i++)
		x[i] = (x[i] < -32768.0f ? -32768.0f : x[i]) + ROUNDER;
	memcpy(bits, x, sizeof(bits));
	for (int i = 0; i < CHUNK; i++) {
		any |= bits[i];
		dst[i] = (int16_t)(uint16_t)bits[i];
	}
	return any & 0xffffu;
}

/* True when anything was not 0. */
static bool to_s16(int16_t *restrict dst, const float *restrict src, size_t n)
{
	uint32_t any = 0;

	for (; n >= CHUNK; n -= CHUNK, dst += CHUNK, src += CHUNK)
		any |= chunk_to_s16(dst, src);
	if (n > 0) {
		float rest[CHUNK] = { 0 };
		int16_t out[CHUNK];

		memcpy(rest, src, n * sizeof(*src));
		any |= chunk_to_s16(out, rest);
		memcpy(dst, out, n * sizeof(*dst));
	}
	return any != 0;
}

void whisper_to_s16(struct whisper *w, int16_t *restrict dst, const float *restrict src,
		    size_t n)
{
	uint32_t s = w->state;

	if (to_s16(dst, src, n))
		return;
	for (size_t i = 0; i < n; i++) {
		s = s * 1664525u + 1013904223u;
		/* two even draws of a bit; their difference is -1, 0, 0 or 1 */
		dst[i] = (int16_t)((int)(s >> 31) - (int)(s >> 27 & 1u));
	}
	w->state = s;
}
