/* SPDX-License-Identifier: MIT */
/*
 * ring - stereo frames on their way between two threads, each at its place on
 * the timeline.
 *
 *	writer ──► [ … frame n-2, n-1, n ] ──► reader
 *
 * One writer, one reader, no lock. A frame is stored at its timeline number
 * modulo the capacity, and both sides say which frame they mean. So nothing
 * can shift: what the writer could not place because the reader is behind is
 * lost, reads as silence, and the next frame is again at its own place.
 */
#ifndef FANFARE_RT_RING_H
#define FANFARE_RT_RING_H

#include "core/base/scope.h"

#include <stdatomic.h>
#include <stdint.h>

struct ring {
	uint32_t capacity; /* frames, a power of two */
	float *frames;	   /* capacity x 2 samples */
	_Alignas(64) _Atomic uint64_t
		written;       /* first frame not yet written; publishes samples */
	_Atomic uint64_t lost; /* frames that found no room; statistics only */
	_Alignas(64) _Atomic uint64_t taken; /* first frame the reader still needs */
};

/* [ctl] Room for at least frames (64..2^22). -ENOMEM. *ret is the caller's. */
int ring_new(uint32_t frames, struct ring **ret);
void ring_free(struct ring *r);
SCOPED_FN(struct ring, ring_free)

/*
 * [ctl] Empty, with the next frame expected at number at on both sides. Only
 * while neither side is at work.
 */
void ring_start(struct ring *r, uint64_t at);

/*
 * [rt writer] Place n frames (n <= capacity) beginning at frame at, which is
 * never before what was written; a gap since the last write reads as silence.
 * All or nothing: returns n, or 0 when the reader has not made room, and then
 * counts n as lost.
 */
uint32_t ring_write(struct ring *r, uint64_t at, const float *src, uint32_t n);

/*
 * [rt reader] Take the frames from number at on, giving up all before. Copies
 * up to n to dst and returns how many were there, counted from at; the rest
 * of dst is untouched. at may be ahead of the writer: then 0.
 */
uint32_t ring_read(struct ring *r, uint64_t at, float *dst, uint32_t n);

/*
 * [rt reader] The n frames from number at on, where they lie: nothing is
 * copied, nothing given up, and the writer leaves them alone until
 * ring_read() has gone past them. NULL when they are not all there, or not in
 * one piece.
 */
const float *ring_peek(const struct ring *r, uint64_t at, uint32_t n);

/* [any] Frames from at on that are written and not yet given up. */
uint32_t ring_readable(const struct ring *r, uint64_t at);

/* [any] First frame number not yet written. */
uint64_t ring_head(const struct ring *r);

#endif
