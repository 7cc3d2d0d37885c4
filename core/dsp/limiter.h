/* SPDX-License-Identifier: MIT */
/*
 * limiter - so that gain never wraps.
 *
 * No latency: the gain falls at the very frame that would exceed full scale,
 * stays for 20 ms so that low notes are not bent, and returns smoothly. Both
 * channels share it, so that the image stays. Up to ±1.0 not a bit is touched.
 * A value: embed it, nothing to release.
 */
#ifndef FANFARE_DSP_LIMITER_H
#define FANFARE_DSP_LIMITER_H

#include <stdint.h>

struct limiter {
	float lack;    /* 1 - gain, 0..1; kept so because it is what shrinks smoothly */
	float shrink;  /* of lack, each frame on the way back */
	uint32_t hold; /* frames for which gain may not rise */
	uint32_t keep; /* frames of a fresh hold */
};

/* [any] At rest, for rate (Hz). */
void limiter_init(struct limiter *l, uint32_t rate);

/*
 * [rt] Limit stereo frames in place. Never leaves anything outside ±1.0, nor
 * anything that is not a number: NaN and infinities become silence.
 */
void limiter_apply(struct limiter *l, float *buf, uint32_t frames);

#endif
