/* SPDX-License-Identifier: MIT */
/*
 * whisper - to 16 bits, never quite silent.
 *
 * Many speakers switch themselves off at digital silence. Where there is none
 * but silence, triangular noise of ±1 step is put instead, about -93 dBFS:
 * nobody hears it, and it keeps them awake. Sound is left as it is: what
 * encodes it adds far more noise than rounding does. A value.
 */
#ifndef FANFARE_DSP_WHISPER_H
#define FANFARE_DSP_WHISPER_H

#include <stddef.h>
#include <stdint.h>

struct whisper {
	uint32_t state; /* of the noise; any value */
};

/*
 * [rt] n samples, rounded and clamped to full scale; NaN becomes 0. When all
 * of them are silent, noise.
 */
void whisper_to_s16(struct whisper *w, int16_t *restrict dst, const float *restrict src,
		    size_t n);

#endif
