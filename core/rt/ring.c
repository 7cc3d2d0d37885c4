/* SPDX-License-Identifier: MIT */
/* ring - see ring.h. */
#include "core/rt/ring.h"

#include <string.h>

#define RING_FRAMES_MIN 64u
#define RING_FRAMES_MAX (1u << 22)

int ring_new(uint32_t frames, struct ring **ret)
{
	SCOPED(ring_freep) struct ring *r = NULL;
	uint32_t capacity = RING_FRAMES_MIN;

	while (capacity < frames && capacity < RING_FRAMES_MAX)
		capacity *= 2;

	r = aligned_alloc(_Alignof(struct ring), sizeof(*r));
	if (!r)
		return -ENOMEM;
	memset(r, 0, sizeof(*r));
	r->capacity = capacity;
	r->frames = malloc(2 * sizeof(float) * capacity);
	if (!r->frames)
		return -ENOMEM;
	/* written to, so that the pages are there before the engine needs them */
	memset(r->frames, 0, 2 * sizeof(float) * capacity);

	*ret = TAKE(r);
	return 0;
}

void ring_free(struct ring *r)
{
	if (!r)
		return;
	free(r->frames);
	free(r);
}

void ring_start(struct ring *r, uint64_t at)
{
	atomic_store(&r->written, at);
	atomic_store(&r->taken, at);
}

/* The frames up to the ring's end, n at most. */
static uint32_t run(const struct ring *r, uint64_t at, uint32_t n)
{
	uint32_t to_end = r->capacity - (uint32_t)(at & (r->capacity - 1));

	return n < to_end ? n : to_end;
}

static float *place(const struct ring *r, uint64_t at)
{
	return r->frames + 2 * (at & (r->capacity - 1));
}

static void put(struct ring *r, uint64_t at, const float *src, uint32_t n)
{
	uint32_t first = run(r, at, n);

	memcpy(place(r, at), src, 2 * sizeof(float) * first);
	memcpy(r->frames, src + 2 * first, 2 * sizeof(float) * (n - first));
}

static void put_silence(struct ring *r, uint64_t at, uint32_t n)
{
	uint32_t first = run(r, at, n);

	memset(place(r, at), 0, 2 * sizeof(float) * first);
	memset(r->frames, 0, 2 * sizeof(float) * (n - first));
}

uint32_t ring_write(struct ring *r, uint64_t at, const float *src, uint32_t n)
{
	uint64_t written = atomic_load_explicit(&r->written, memory_order_relaxed);
	/* acquire: the reader has finished with the frames it gave up */
	uint64_t taken = atomic_load_explicit(&r->taken, memory_order_acquire);
	uint64_t gap = written > taken ? written : taken;

	/* signed: the reader may be far ahead, having given up what is to come */
	if ((int64_t)(at + n - taken) > (int64_t)r->capacity) {
		atomic_fetch_add_explicit(&r->lost, n, memory_order_relaxed);
		return 0;
	}
	/* before the gap nobody will read; its length is bounded by the test above */
	if (at > gap)
		put_silence(r, gap, (uint32_t)(at - gap));
	if (at + n > taken)
		put(r, at, src, n);
	/* release: publish the samples before the count that reveals them */
	atomic_store_explicit(&r->written, at + n, memory_order_release);
	return n;
}

/* Written frames from at on; nothing once the reader has gone past at. */
static uint32_t readable(uint64_t at, uint64_t written, uint64_t taken)
{
	return at < taken || at >= written ? 0 : (uint32_t)(written - at);
}

uint32_t ring_read(struct ring *r, uint64_t at, float *dst, uint32_t n)
{
	/* acquire: the samples before the count that revealed them */
	uint64_t written = atomic_load_explicit(&r->written, memory_order_acquire);
	uint64_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed);
	uint32_t there = readable(at, written, taken);
	uint32_t first;

	if (at < taken)
		return 0;
	there = there < n ? there : n;
	first = run(r, at, there);
	memcpy(dst, place(r, at), 2 * sizeof(float) * first);
	memcpy(dst + 2 * first, r->frames, 2 * sizeof(float) * (there - first));
	/* release: finished with these frames before the writer may reuse them */
	atomic_store_explicit(&r->taken, at + there, memory_order_release);
	return there;
}

const float *ring_peek(const struct ring *r, uint64_t at, uint32_t n)
{
	return ring_readable(r, at) >= n && run(r, at, n) == n ? place(r, at) : NULL;
}

uint32_t ring_readable(const struct ring *r, uint64_t at)
{
	uint64_t written = atomic_load_explicit(&r->written, memory_order_acquire);

	return readable(at, written, atomic_load_explicit(&r->taken, memory_order_relaxed));
}

uint64_t ring_head(const struct ring *r)
{
	return atomic_load_explicit(&r->written, memory_order_acquire);
}
