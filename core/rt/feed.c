/* SPDX-License-Identifier: MIT */
/*
 * feed - see branch.h.
 *
 * A source that stops in the middle of a wave would click. So its last frame
 * is held and faded away, and what comes later is faded in; both overlap, so
 * that a gap of any length is continuous at both ends.
 */
#include "core/rt/branch.h"

#include <string.h>

int feed_new(uint32_t id, uint32_t rate, struct ring *ring, struct feed **ret)
{
	struct feed *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->id = id;
	f->ring = ring;
	gain_init(&f->gain, 1.0f);
	level_init(&f->level, rate);

	*ret = f;
	return 0;
}

void feed_free(struct feed *f)
{
	free(f);
}

void feed_cut(struct feed *f)
{
	f->presence = 0.0f;
	f->tail = 0.0f;
}

/* Frames [from, to) of out become what they are, faded in, over the tail's rest. */
static void fade_in(struct feed *f, float *out, uint32_t from, uint32_t to, float step)
{
	for (uint32_t i = from; i < to; i++) {
		float in = gain_ease(f->presence), hold = gain_ease(f->tail);

		out[2 * i] = out[2 * i] * in + f->last[0] * hold;
		out[2 * i + 1] = out[2 * i + 1] * in + f->last[1] * hold;
		f->presence = f->presence + step < 1.0f ? f->presence + step : 1.0f;
		f->tail = f->tail > step ? f->tail - step : 0.0f;
	}
}

/* Frames [from, to) of out become the last one, fading away. */
static void fade_out(struct feed *f, float *out, uint32_t from, uint32_t to, float step)
{
	uint32_t i = from;

	for (; i < to && f->tail > 0.0f; i++) {
		float hold = gain_ease(f->tail);

		out[2 * i] = f->last[0] * hold;
		out[2 * i + 1] = f->last[1] * hold;
		f->tail = f->tail > step ? f->tail - step : 0.0f;
	}
	memset(out + 2 * i, 0, 2 * sizeof(float) * (to - i));
}

bool feed_read(struct feed *f, uint64_t frame, float *out, uint32_t n)
{
	float step = 1000.0f / (BRANCH_FADE_MS * (float)f->level.rate);
	uint32_t got = ring_read(f->ring, frame, out, n);
	bool sound = got > 0 || f->tail > 0.0f;

	if (got > 0 && (f->presence < 1.0f || f->tail > 0.0f))
		fade_in(f, out, 0, got, step);
	if (got > 0) {
		f->last[0] = out[2 * (got - 1)];
		f->last[1] = out[2 * (got - 1) + 1];
		f->heard = true;
	}
	if (got < n) {
		if (got > 0 || f->presence > 0.0f)
			f->tail = 1.0f; /* of what was heard last, faded in or not */
		f->presence = 0.0f;
		fade_out(f, out, got, n, step);
		sound = sound || f->tail > 0.0f;
	}
	gain_apply(&f->gain, out, n);
	level_measure(&f->level, out, n);
	return sound;
}
