/* SPDX-License-Identifier: MIT */
/*
 * convert - sample formats in and out of the engine's float, and fewer
 * channels out of many.
 *
 * Inside, sound is float, nominally ±1.0, stereo interleaved. Integer formats
 * are little-endian, as every device and pipe here delivers them. Full scale
 * is 2^(bits-1): +1.0 is one step above the largest integer and is clamped.
 */
#ifndef FANFARE_DSP_CONVERT_H
#define FANFARE_DSP_CONVERT_H

#include <stddef.h>
#include <stdint.h>

enum sample_format {
	SAMPLE_S16,
	SAMPLE_S24,    /* packed: 3 bytes a sample */
	SAMPLE_S24_32, /* the low 3 of 4 bytes; the top one is ignored when read */
	SAMPLE_S32,
	SAMPLE_FLOAT,
};

/* [any] Bytes of one sample of one channel. */
size_t sample_size(enum sample_format format);

/*
 * [rt] Convert samples (count of single values, so 2 a stereo frame). src
 * need not be aligned. Floats pass through, except that NaN becomes 0.
 */
void convert_to_float(float *restrict dst, const void *restrict src, enum sample_format format,
		      size_t samples);

/*
 * [rt] The way back: rounded to nearest, clamped to full scale, NaN becomes 0.
 * SAMPLE_FLOAT is not clamped. dst need not be aligned.
 */
void convert_from_float(void *restrict dst, const float *restrict src,
			enum sample_format format, size_t samples);

/*
 * [rt] To 16 bits with triangular dither of ±1 step, for sources of more bits.
 * *state is the noise generator's: any value at the start, kept by the caller.
 */
void convert_to_s16_dither(int16_t *restrict dst, const float *restrict src, size_t samples,
			   uint32_t *state);

/*
 * [rt] Fold channels (1..8, interleaved, in ALSA's order FL FR RL RR FC LFE SL
 * SR; 3 is FL FR FC, 7 ends in a rear centre) down to two. Mono goes to both.
 * Centre and surrounds count 0.707 (ITU-R BS.775), LFE is left out, and the
 * sum is scaled so that it cannot clip. Channels outside 1..8 give silence.
 */
void downmix_to_stereo(float *restrict dst, const float *restrict src, unsigned int channels,
		       size_t frames);

#endif
