/* SPDX-License-Identifier: MIT */
/* convert - see convert.h. */
#include "core/dsp/convert.h"

#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "sample formats are read as little-endian words"
#endif

size_t sample_size(enum sample_format format)
{
	switch (format) {
	case SAMPLE_S16:
		return 2;
	case SAMPLE_S24:
		return 3;
	case SAMPLE_S24_32:
	case SAMPLE_S32:
	case SAMPLE_FLOAT:
		return 4;
	}
	return 0;
}

/* Words are copied, never cast to: what comes from a pipe may lie anywhere. */
static void from_s16(float *restrict dst, const uint8_t *restrict src, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int16_t x;

		memcpy(&x, src + 2 * i, sizeof(x));
		dst[i] = (float)x * (1.0f / 32768.0f);
	}
}

static void from_s24(float *restrict dst, const uint8_t *restrict src, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const uint8_t *b = src + 3 * i;
		uint32_t u = (uint32_t)b[0] << 8 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 24;

		/* at the top of the word the sign is right by itself */
		dst[i] = (float)(int32_t)u * (1.0f / 2147483648.0f);
	}
}

/* 32-bit words, shifted up first (by 8 to drop the unused byte of 24 in 32). */
static void from_s32(float *restrict dst, const uint8_t *restrict src, size_t n,
		     unsigned int up)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t u;

		memcpy(&u, src + 4 * i, sizeof(u));
		dst[i] = (float)(int32_t)(u << up) * (1.0f / 2147483648.0f);
	}
}

static float number(float x)
{
	return x == x ? x : 0.0f; /* NaN is not equal to itself */
}

static void from_float(float *restrict dst, const uint8_t *restrict src, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		float x;

		memcpy(&x, src + 4 * i, sizeof(x));
		dst[i] = number(x);
	}
}

void convert_to_float(float *restrict dst, const void *restrict src, enum sample_format format,
		      size_t samples)
{
	switch (format) {
	case SAMPLE_S16:
		from_s16(dst, src, samples);
		return;
	case SAMPLE_S24:
		from_s24(dst, src, samples);
		return;
	case SAMPLE_S24_32:
		from_s32(dst, src, samples, 8);
		return;
	case SAMPLE_S32:
		from_s32(dst, src, samples, 0);
		return;
	case SAMPLE_FLOAT:
		from_float(dst, src, samples);
		return;
	}
}

/*
 * To a whole step, halves away from zero: a plain truncation after adding a
 * half of the same sign, which is one vector instruction everywhere.
 */
static int32_t round_to_16(float x)
{
	x = number(x) * 32768.0f;
	x = x > 32767.0f ? 32767.0f : x;
	x = x < -32768.0f ? -32768.0f : x;
	return (int32_t)(x + (x < 0.0f ? -0.5f : 0.5f));
}

static void to_s16(uint8_t *restrict dst, const float *restrict src, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int16_t x = (int16_t)round_to_16(src[i]);

		memcpy(dst + 2 * i, &x, sizeof(x));
	}
}

/* In double, because a float cannot hold the largest 32-bit integer. */
static int32_t round_to(float x, double scale)
{
	double y = (double)number(x) * scale;

	y = y > scale - 1.0 ? scale - 1.0 : y;
	y = y < -scale ? -scale : y;
	return (int32_t)(y + (y < 0.0 ? -0.5 : 0.5));
}

static void to_s24(uint8_t *restrict dst, const float *restrict src, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t u = (uint32_t)round_to(src[i], 8388608.0);

		dst[3 * i] = (uint8_t)u;
		dst[3 * i + 1] = (uint8_t)(u >> 8);
		dst[3 * i + 2] = (uint8_t)(u >> 16);
	}
}

static void to_s32(uint8_t *restrict dst, const float *restrict src, size_t n, double scale)
{
	for (size_t i = 0; i < n; i++) {
		int32_t x = round_to(src[i], scale);

		memcpy(dst + 4 * i, &x, sizeof(x));
	}
}

static void to_float(uint8_t *restrict dst, const float *restrict src, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		float x = number(src[i]);

		memcpy(dst + 4 * i, &x, sizeof(x));
	}
}

void convert_from_float(void *restrict dst, const float *restrict src,
			enum sample_format format, size_t samples)
{
	switch (format) {
	case SAMPLE_S16:
		to_s16(dst, src, samples);
		return;
	case SAMPLE_S24:
		to_s24(dst, src, samples);
		return;
	case SAMPLE_S24_32: /* sign-extended into the top byte */
		to_s32(dst, src, samples, 8388608.0);
		return;
	case SAMPLE_S32:
		to_s32(dst, src, samples, 2147483648.0);
		return;
	case SAMPLE_FLOAT:
		to_float(dst, src, samples);
		return;
	}
}

void convert_to_s16_dither(int16_t *restrict dst, const float *restrict src, size_t samples,
			   uint32_t *state)
{
	uint32_t s = *state;

	for (size_t i = 0; i < samples; i++) {
		/* the two halves of one draw, each 0..1 step: their difference is
		 * triangular, ±1 step */
		float dither;

		s = s * 1664525u + 1013904223u;
		s ^= s >> 15; /* the low bits of a congruential generator repeat soon */
		dither =
			((float)(s >> 16) - (float)(s & 0xffff)) * (1.0f / 65536.0f / 32768.0f);
		dst[i] = (int16_t)round_to_16(number(src[i]) + dither);
	}
	*state = s;
}

#define S 0.70710678f /* centre and surrounds, -3 dB */

/* Share of each channel in left and right, by the number of channels. */
static const float shares[9][8][2] = {
	[1] = { { 1, 1 } },
	[2] = { { 1, 0 }, { 0, 1 } },
	[3] = { { 1, 0 }, { 0, 1 }, { S, S } },
	[4] = { { 1, 0 }, { 0, 1 }, { S, 0 }, { 0, S } },
	[5] = { { 1, 0 }, { 0, 1 }, { S, 0 }, { 0, S }, { S, S } },
	[6] = { { 1, 0 }, { 0, 1 }, { S, 0 }, { 0, S }, { S, S }, { 0, 0 } },
	[7] = { { 1, 0 }, { 0, 1 }, { S, 0 }, { 0, S }, { S, S }, { 0, 0 }, { 0.5f, 0.5f } },
	[8] = { { 1, 0 },
		{ 0, 1 },
		{ S, 0 },
		{ 0, S },
		{ S, S },
		{ 0, 0 },
		{ S, 0 },
		{ 0, S } },
};

void downmix_to_stereo(float *restrict dst, const float *restrict src, unsigned int channels,
		       size_t frames)
{
	float left[8] = { 0 }, right[8] = { 0 }, sum = 0.0f;

	if (channels < 1 || channels > 8) {
		memset(dst, 0, 2 * sizeof(float) * frames);
		return;
	}
	if (channels == 2) {
		memcpy(dst, src, 2 * sizeof(float) * frames);
		return;
	}
	for (unsigned int c = 0; c < channels; c++)
		sum += shares[channels][c][0];
	for (unsigned int c = 0; c < channels; c++) {
		left[c] = shares[channels][c][0] / sum;
		right[c] = shares[channels][c][1] / sum;
	}
	for (size_t i = 0; i < frames; i++) {
		float l = 0.0f, r = 0.0f;

		for (unsigned int c = 0; c < channels; c++) {
			l += src[i * channels + c] * left[c];
			r += src[i * channels + c] * right[c];
		}
		dst[2 * i] = l;
		dst[2 * i + 1] = r;
	}
}
