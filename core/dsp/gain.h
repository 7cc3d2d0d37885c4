/* SPDX-License-Identifier: MIT */
/*
 * gain - click-free level for one branch.
 *
 * Moves in a straight line to a target over a given number of frames, so a
 * volume key never clicks. A value: embed it, nothing to release.
 */
#ifndef FANFARE_DSP_GAIN_H
#define FANFARE_DSP_GAIN_H

#include <stdint.h>

struct gain {
	float level;   /* linear, 0..4; applied to the latest frame */
	float target;  /* linear, 0..4 */
	float step;    /* linear per frame, signed */
	uint32_t left; /* frames still to glide; 0 = steady */
};

/* [any] Steady at level (linear, 0..4). */
void gain_init(struct gain *g, float level);

/*
 * [rt] Head for target (linear, 0..4), arriving in frames (1..2^24; 0 is taken
 * as 1). From wherever an earlier glide has got to.
 */
void gain_glide(struct gain *g, float target, uint32_t frames);

/*
 * [rt] Apply to stereo frames in place. The last frame of a glide has exactly
 * the target. Steady at 1 does nothing, steady at 0 writes silence.
 */
void gain_apply(struct gain *g, float *buf, uint32_t frames);

/* [rt] 0..1 with level ends, of 0..1: a fade without corners. */
static inline float gain_ease(float t)
{
	return t * t * (3.0f - 2.0f * t);
}

/*
 * [rt] From one stereo sound over to another, eased, in frames (1..); the last
 * one is to's own. ret may be either of them.
 */
void gain_cross(float *ret, const float *from, const float *to, uint32_t frames);

/* [any] Amplitude of db; -INFINITY gives 0. */
float db_to_linear(float db);

/* [any] Decibels of an amplitude (>= 0); 0 gives -INFINITY. */
float linear_to_db(float linear);

#endif
