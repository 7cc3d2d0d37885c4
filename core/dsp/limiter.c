/* SPDX-License-Identifier: MIT */
/* limiter - see limiter.h. */
#include "core/dsp/limiter.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define HOLD_S 0.020f /* a half wave of 25 Hz: its gain stays one straight line */
#define BACK_S 0.150f /* time constant of the return */
#define RESTED 1e-5f  /* lack of gain that is let go: a step of -100 dB */

void limiter_init(struct limiter *l, uint32_t rate)
{
	*l = (struct limiter){
		.shrink = expf(-1.0f / (BACK_S * (float)rate)),
		.keep = (uint32_t)(HOLD_S * (float)rate),
	};
}

/*
 * True when every sample is within ±1.0. The bits of a float without its sign
 * are ordered as its size, and NaN lies above infinity: an integer maximum
 * finds all that is too large or not a number in one pass.
 */
static bool within(const float *buf, uint32_t frames)
{
	uint32_t beyond = 0;

	for (uint32_t i = 0; i < 2 * frames; i++) {
		uint32_t bits;

		memcpy(&bits, &buf[i], sizeof(bits));
		/* 0x3f800000 is 1.0f; the difference is negative beyond it */
		beyond |= 0x3f800000u - (bits & 0x7fffffffu);
	}
	return (beyond >> 31) == 0;
}

static float clamp(float x)
{
	return x > 1.0f ? 1.0f : x < -1.0f ? -1.0f : x;
}

static void limit_frame(struct limiter *l, float *frame)
{
	float left = isfinite(frame[0]) ? frame[0] : 0.0f;
	float right = isfinite(frame[1]) ? frame[1] : 0.0f;
	float size = fabsf(left) > fabsf(right) ? fabsf(left) : fabsf(right);

	float gain = 1.0f - l->lack;

	if (size * gain > 1.0f) {
		gain = 1.0f / size;
		l->lack = 1.0f - gain;
		l->hold = l->keep;
	} else if (size > 1.0f && size * gain > 0.99f) {
		l->hold = l->keep; /* the next crest of the same note */
	} else if (l->hold > 0) {
		l->hold--;
	} else {
		l->lack *= l->shrink;
		gain = 1.0f - l->lack;
	}
	/* the product may round to just above 1 */
	frame[0] = clamp(left * gain);
	frame[1] = clamp(right * gain);
}

void limiter_apply(struct limiter *l, float *buf, uint32_t frames)
{
	if (l->lack == 0.0f && within(buf, frames))
		return;
	for (uint32_t i = 0; i < frames; i++)
		limit_frame(l, buf + 2 * i);
	if (l->hold == 0 && l->lack < RESTED)
		l->lack = 0.0f;
}
