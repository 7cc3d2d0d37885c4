/* SPDX-License-Identifier: MIT */
/* branch - see branch.h. */
#include "core/rt/branch.h"

#include <string.h>

int branch_new(uint32_t id, uint32_t rate, uint32_t ring_frames, struct branch **ret)
{
	SCOPED(branch_freep) struct branch *b = calloc(1, sizeof(*b));
	uint64_t longest = (uint64_t)rate * BRANCH_DELAY_MAX_MS / 1000;
	int r;

	if (!b)
		return -ENOMEM;
	b->id = id;
	gain_init(&b->gain, 1.0f);
	limiter_init(&b->limiter, rate);
	level_init(&b->level, rate);
	b->delay = delay_new((uint32_t)longest);
	if (!b->delay)
		return -ENOMEM;
	r = ring_new(ring_frames, &b->ring);
	if (r < 0)
		return r;

	*ret = TAKE(b);
	return 0;
}

void branch_free(struct branch *b)
{
	if (!b)
		return;
	ring_free(b->ring);
	delay_free(b->delay);
	free(b);
}

/* A new map over the length of one block: half a block's worth of both at its middle. */
static void change_map(struct branch *b, const float *mix, uint32_t n, enum channel_map map,
		       float *work, float *spare)
{
	map_apply(b->map, work, mix, n);
	map_apply(map, spare, mix, n);
	gain_cross(work, work, spare, n);
	b->map = map;
}

/* A speaker that comes back does not begin in the middle of a wave. */
static void fade_in(struct branch *b, float *buf, uint32_t n)
{
	float step = 1000.0f / (BRANCH_FADE_MS * (float)b->level.rate);

	for (uint32_t i = 0; i < n && b->presence < 1.0f; i++) {
		float share = gain_ease(b->presence);

		buf[2 * i] *= share;
		buf[2 * i + 1] *= share;
		b->presence = b->presence + step < 1.0f ? b->presence + step : 1.0f;
	}
}

bool branch_run(struct branch *b, uint64_t frame, const float *mix, uint32_t n,
		enum channel_map map, bool flowing, float *work, float *spare)
{
	/* what the line holds belongs to frames long gone: it must not be heard here */
	if (b->next != frame)
		delay_reset(b->delay);
	b->next = frame + n;

	if (map == b->map)
		map_apply(map, work, mix, n);
	else
		change_map(b, mix, n, map, work, spare);
	gain_apply(&b->gain, work, n);
	limiter_apply(&b->limiter, work, n);
	level_measure(&b->level, work, n);
	delay_apply(b->delay, work, n);
	if (!flowing) {
		b->presence = 0.0f;
		return true;
	}
	fade_in(b, work, n);
	return ring_write(b->ring, frame, work, n) == n;
}
