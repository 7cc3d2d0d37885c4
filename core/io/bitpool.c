/* SPDX-License-Identifier: MIT */
/* bitpool - see bitpool.h. */
#include "core/io/bitpool.h"

#include "core/base/clock.h"
#include "core/io/airtime.h"
#include "core/io/rtp.h"

#include <errno.h>
#include <math.h>

#define CROWDED	      2.0 /* packets waiting */
#define CALM	      0.75
#define AVERAGE	      8.0  /* packets */
#define LESS	      0.9  /* of the slots */
#define MUCH_LESS     0.75 /* when less was not enough */
#define HOLD	      (600 * NS_PER_MS)
#define HOLD_DROPPING (200 * NS_PER_MS)
#define SOON	      (1500 * NS_PER_MS)
#define WAIT_MIN      (8 * NS_PER_SEC)
#define WAIT_MAX      (120 * NS_PER_SEC)

/* ---- what a bitpool costs ------------------------------------------------------------ */

static uint32_t frames_at(const struct bitpool *b, uint32_t bitpool)
{
	uint32_t bytes = a2dp_sbc_frame_bytes(&b->stream.config, bitpool);
	uint32_t most = (b->stream.mtu - RTP_HEADER_BYTES) / bytes;

	if (most > RTP_FRAMES_MAX)
		most = RTP_FRAMES_MAX;
	if (bitpool == b->top && most > b->stream.relaxed)
		most = b->stream.relaxed;
	return air_best_frames(RTP_HEADER_BYTES, bytes, most, b->stream.edr);
}

static double slots_at(const struct bitpool *b, uint32_t bitpool)
{
	const struct a2dp_sbc *c = &b->stream.config;
	uint32_t n = frames_at(b, bitpool);
	uint32_t bytes = RTP_HEADER_BYTES + n * a2dp_sbc_frame_bytes(c, bitpool);
	double packets = (double)c->rate / (a2dp_sbc_pcm_frames(c) * n);

	return packets * air_slots(bytes, b->stream.edr);
}

/* The best one from low to high that costs at most slots; low when none does. */
static uint32_t best_within(const struct bitpool *b, uint32_t low, uint32_t high, double slots)
{
	for (uint32_t x = high; x > low; x--)
		if (slots_at(b, x) <= slots)
			return x;
	return low;
}

/* Go to a bitpool, and reckon once what is asked for every packet. */
static void use(struct bitpool *b, uint32_t bitpool)
{
	b->now = bitpool;
	b->frames = frames_at(b, bitpool);
	b->slots = slots_at(b, bitpool);
}

/* ---- bounds -------------------------------------------------------------------------- */

static void set_bounds(struct bitpool *b, uint32_t ceiling)
{
	const struct a2dp_sbc *c = &b->stream.config;
	uint32_t room = b->stream.mtu - RTP_HEADER_BYTES;

	b->top = a2dp_sbc_top(c);
	if (ceiling > 0 && ceiling < b->top)
		b->top = ceiling;
	if (b->top < c->bitpool_min)
		b->top = c->bitpool_min;
	while (b->top > c->bitpool_min && a2dp_sbc_frame_bytes(c, b->top) > room)
		b->top--;
	b->bottom = a2dp_sbc_bottom(c);
	if (b->bottom > b->top)
		b->bottom = b->top;
	b->wanted = slots_at(b, b->top);
	b->limit = best_within(b, b->bottom, b->top, b->share);
}

/* After the bounds have changed: who was at the limit goes to the new one. */
static void fit_bounds(struct bitpool *b, bool at_limit)
{
	uint32_t to = b->now;

	if (to > b->limit || at_limit)
		to = b->limit;
	use(b, to < b->bottom ? b->bottom : to);
}

int bitpool_init(struct bitpool *b, const struct bitpool_stream *stream, uint32_t ceiling)
{
	uint32_t least = RTP_HEADER_BYTES +
			 a2dp_sbc_frame_bytes(&stream->config, stream->config.bitpool_min);

	if (stream->mtu < least)
		return -EMSGSIZE;
	*b = (struct bitpool){
		.stream = *stream,
		.share = INFINITY,
		.wait = WAIT_MIN,
		.taken = true,
	};
	set_bounds(b, ceiling);
	use(b, b->top);
	return 0;
}

void bitpool_set_ceiling(struct bitpool *b, uint32_t ceiling)
{
	bool at_limit = b->now == b->limit;

	set_bounds(b, ceiling);
	fit_bounds(b, at_limit);
}

void bitpool_set_share(struct bitpool *b, double slots)
{
	bool at_limit = b->now == b->limit;

	b->share = slots;
	b->limit = best_within(b, b->bottom, b->top, slots);
	fit_bounds(b, at_limit);
}

/* ---- the law ------------------------------------------------------------------------- */

/* Whether to give way now; what waits from before the last time does not count again. */
static bool crowded(const struct bitpool *b, uint64_t now, bool taken)
{
	uint64_t since = b->lowered_at > 0 ? now - b->lowered_at : UINT64_MAX;

	if (!taken)
		return b->taken && since >= HOLD_DROPPING;
	return b->queue >= CROWDED && since >= HOLD;
}

/* Until the next try. Who has least tries first, so those who share an adapter draw level. */
static uint64_t patience(const struct bitpool *b)
{
	double share = b->slots / b->wanted;

	return (uint64_t)((double)b->wait * share * share);
}

static bool lower(struct bitpool *b, uint64_t now, bool taken)
{
	bool again = !taken && b->lowered_at > 0 && now - b->lowered_at < SOON;
	double share = again ? MUCH_LESS : LESS;
	uint32_t before = b->now;

	if (b->raised_at > 0) { /* that was too much */
		b->wait = b->wait * 2 < WAIT_MAX ? b->wait * 2 : WAIT_MAX;
		b->raised_at = 0;
	}
	if (before > b->bottom)
		use(b, best_within(b, b->bottom, before - 1, share * b->slots));
	b->taken = false;
	b->queue = 0.0; /* what waits now was sent before the change */
	b->lowered_at = now;
	b->raise_at = now + patience(b);
	return b->now != before;
}

static bool raise(struct bitpool *b, uint64_t now)
{
	uint32_t next = b->now;

	if (b->raised_at > 0) /* the last one held */
		b->wait = b->wait / 2 > WAIT_MIN ? b->wait / 2 : WAIT_MIN;
	b->raised_at = 0;
	b->raise_at = now + patience(b);
	while (next < b->limit && slots_at(b, next) <= b->slots)
		next++;
	if (next == b->now)
		return false;
	use(b, best_within(b, next, b->limit, slots_at(b, next)));
	b->raised_at = now;
	return true;
}

bool bitpool_offered(struct bitpool *b, uint64_t now, uint32_t queue, bool taken)
{
	if (taken) { /* a link that stands still tells nothing about the air */
		b->queue += ((double)queue - b->queue) / AVERAGE;
		b->taken = true;
	}

	if (crowded(b, now, taken))
		return lower(b, now, taken);
	if (b->queue >= CALM || !taken)
		return false;
	if (b->raise_at == 0)
		b->raise_at = now + patience(b);
	return now >= b->raise_at && b->now < b->limit && raise(b, now);
}
