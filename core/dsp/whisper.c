/* SPDX-License-Identifier: MIT */
/* whisper - see whisper.h. */
#include "core/dsp/whisper.h"

#include <string.h>

/*
 * Added to a float of less than 2^22 it leaves no room for a fraction: the sum
 * is rounded, and the low bits of its pattern are the whole number. 1.5 x 2^23.
 */
#define ROUNDER 12582912.0f

void whisper_init(struct whisper *w, uint32_t seed)
{
	for (uint32_t i = 0; i < WHISPER_LANES; i++) {
		seed = seed * 1664525u + 1013904223u;
		w->lane[i] = seed | 1u;
	}
}

/* The next triangular noise of every lane, -1..1 step. */
static void next_noise(uint32_t *restrict lane, float *restrict noise)
{
	for (int k = 0; k < WHISPER_LANES; k++) {
		uint32_t s = lane[k];

		s ^= s << 13;
		s ^= s >> 17;
		s ^= s << 5;
		lane[k] = s;
		/* two even draws of a step; their difference is triangular */
		noise[k] = ((float)(int32_t)(s >> 16) - (float)(int32_t)(s & 0xffffu)) *
			   (1.0f / 65536.0f);
	}
}

/* A lane's worth, noise and all; the patterns are left in bits. */
static void to_bits(uint32_t *restrict bits, const float *restrict noise,
		    const float *restrict src)
{
	float x[WHISPER_LANES];

	for (int k = 0; k < WHISPER_LANES; k++) {
		float y = noise[k] + src[k] * 32768.0f;

		/* as compared, NaN passes, and its low bits are 0 */
		y = y > 32767.0f ? 32767.0f : y;
		y = y < -32768.0f ? -32768.0f : y;
		x[k] = y + ROUNDER;
	}
	memcpy(bits, x, sizeof(x));
}

void whisper_to_s16(struct whisper *w, int16_t *restrict dst, const float *restrict src,
		    size_t n)
{
	float noise[WHISPER_LANES], rest[WHISPER_LANES] = { 0 };
	uint32_t bits[WHISPER_LANES];

	for (; n >= WHISPER_LANES; n -= WHISPER_LANES) {
		next_noise(w->lane, noise);
		to_bits(bits, noise, src);
		for (int k = 0; k < WHISPER_LANES; k++)
			dst[k] = (int16_t)(uint16_t)bits[k];
		dst += WHISPER_LANES;
		src += WHISPER_LANES;
	}
	if (n == 0)
		return;
	memcpy(rest, src, n * sizeof(*src));
	next_noise(w->lane, noise);
	to_bits(bits, noise, rest);
	for (size_t k = 0; k < n; k++)
		dst[k] = (int16_t)(uint16_t)bits[k];
}
