/* SPDX-License-Identifier: MIT */
/*
 * branch - the way to one speaker: map, gain, limiter, delay, meter, ring.
 * feed   - the way in from one source: ring, gain, meter.
 *
 * Both belong to control, which makes them, names them in plans and frees
 * them when the last plan that names them has come back. While a plan names
 * one, only the engine touches it, but for the ring's other side and the
 * meter's reading.
 */
#ifndef FANFARE_RT_BRANCH_H
#define FANFARE_RT_BRANCH_H

#include "core/dsp/delay.h"
#include "core/dsp/gain.h"
#include "core/dsp/level.h"
#include "core/dsp/limiter.h"
#include "core/dsp/map.h"
#include "core/rt/ring.h"

#include <stdbool.h>
#include <stdint.h>

struct feed {
	uint32_t id;	   /* of the source, for the trace */
	struct ring *ring; /* the source's; outlives the feed */
	struct gain gain;
	struct level level;
	float last[2];	/* the last frame heard, held and faded when the source stops short */
	float tail;	/* 1..0, how much of last is still heard */
	float presence; /* 0..1, how far faded in */
	uint64_t away;	/* frames it has been away */
	bool started;	/* has been in a plan: changes glide from here on */
	bool heard;	/* has ever given sound: only then is it missed */
};

struct branch {
	uint32_t id;   /* of the speaker, for the trace */
	uint32_t zone; /* whose mix it got last */
	uint32_t over; /* what was added to it, as struct plan_branch counts */
	enum channel_map map;
	struct gain gain;
	struct limiter limiter;
	struct delay *delay; /* owned */
	struct level level;
	struct ring *ring; /* owned; the sink reads it */
	uint64_t next;	   /* frame at which it goes on; elsewhere its delay line is stale */
	uint64_t lost;	   /* frames in the present run of losses */
	float presence;	   /* 0..1, how far faded in since sound flows to it */
	bool started;	   /* has been in a plan: changes glide from here on */
};

#define BRANCH_DELAY_MAX_MS 2000u
#define BRANCH_GLIDE_MS	    20u /* a volume key, heard as a step without a click */
#define BRANCH_FADE_MS	    5u /* where a source's sound begins or ends, or a speaker's begins */

/*
 * [ctl] A branch for speaker id at rate (frames/s), its ring holding
 * ring_frames. -ENOMEM. *ret is the caller's; no plan may name it any more
 * when it is freed.
 */
int branch_new(uint32_t id, uint32_t rate, uint32_t ring_frames, struct branch **ret);
void branch_free(struct branch *b);
SCOPED_FN(struct branch, branch_free)

/* [ctl] A feed for source id out of its ring, at rate (frames/s). -ENOMEM. */
int feed_new(uint32_t id, uint32_t rate, struct ring *ring, struct feed **ret);
void feed_free(struct feed *f);
SCOPED_FN(struct feed, feed_free)

/*
 * [rt] What the source has for [frame, frame + n), gain and meter applied, in
 * out (2n samples). Short of sound it fades out from its last frame, and in
 * again when it returns. Returns false when all of out is silence.
 */
bool feed_read(struct feed *f, uint64_t frame, float *out, uint32_t n);

/* [rt] The source's sound is cut here: fade in from silence. */
void feed_cut(struct feed *f);

/*
 * [rt] Send mix (n frames from frame on) its way; map is the one wanted, a
 * change of it is crossfaded over the block. work and spare are room for n
 * frames each. With flowing the ring is written; false then means that it had
 * no room and the block is lost. Where it begins to flow it is faded in.
 */
bool branch_run(struct branch *b, uint64_t frame, const float *mix, uint32_t n,
		enum channel_map map, bool flowing, float *work, float *spare);

#endif
