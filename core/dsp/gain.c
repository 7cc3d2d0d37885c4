/* SPDX-License-Identifier: MIT */
/* gain - see gain.h. */
#include "core/dsp/gain.h"

#include <math.h>
#include <string.h>

void gain_init(struct gain *g, float level)
{
	*g = (struct gain){ .level = level, .target = level };
}

void gain_glide(struct gain *g, float target, uint32_t frames)
{
	if (target == g->level && g->left == 0)
		return;
	if (frames == 0)
		frames = 1;
	g->target = target;
	g->step = (target - g->level) / (float)frames;
	g->left = frames;
}

/*
 * The level is taken from the distance to the target, not summed up frame by
 * frame: it lands exactly, whatever the length, and each frame stands alone.
 */
static void glide(struct gain *g, float *buf, uint32_t frames)
{
	float target = g->target, step = g->step;
	int32_t left = (int32_t)g->left - 1;

	for (int32_t i = 0; i < (int32_t)frames; i++) {
		float level = target - step * (float)(left - i);

		buf[2 * i] *= level;
		buf[2 * i + 1] *= level;
	}
	g->left -= frames;
	g->level = target - step * (float)g->left;
}

static void steady(float level, float *buf, uint32_t frames)
{
	if (level == 1.0f)
		return;
	if (level == 0.0f) {
		memset(buf, 0, 2 * sizeof(float) * frames);
		return;
	}
	for (uint32_t i = 0; i < 2 * frames; i++)
		buf[i] *= level;
}

void gain_apply(struct gain *g, float *buf, uint32_t frames)
{
	uint32_t n = g->left < frames ? g->left : frames;

	if (n > 0)
		glide(g, buf, n);
	if (n < frames)
		steady(g->level, buf + 2 * n, frames - n);
}

void gain_cross(float *ret, const float *from, const float *to, uint32_t frames)
{
	for (uint32_t i = 0; i < frames; i++) {
		float share = gain_ease((float)(i + 1) / (float)frames);

		ret[2 * i] = from[2 * i] + share * (to[2 * i] - from[2 * i]);
		ret[2 * i + 1] = from[2 * i + 1] + share * (to[2 * i + 1] - from[2 * i + 1]);
	}
}

float db_to_linear(float db)
{
	return powf(10.0f, db / 20.0f);
}

float linear_to_db(float linear)
{
	return 20.0f * log10f(linear);
}
