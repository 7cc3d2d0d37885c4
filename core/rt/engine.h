/* SPDX-License-Identifier: MIT */
/*
 * engine - one cycle of everything: mix the sources of each zone, and send
 * each speaker its own version of it.
 *
 *	feeds ─► zone mix ─┬─► map ─► gain ─► limiter ─► meter ─► delay ─► ring ─► sink
 *	                   ├─► map ─► gain ─► …
 *
 * The timeline: frame n is due at t0 + n / rate on CLOCK_MONOTONIC, for ever.
 * A cycle at time t works on the frames [n, n + period) whose first is due at
 * t. Sources place samples at the frame numbers of the timeline; sinks find
 * theirs there. Everything here is [rt]: no system call, lock, allocation,
 * logging or call through a pointer.
 */
#ifndef FANFARE_RT_ENGINE_H
#define FANFARE_RT_ENGINE_H

#include "core/rt/cmdq.h"
#include "core/rt/plan.h"
#include "core/rt/trace.h"

#define ENGINE_PERIOD_MAX 4096

/* What everyone on one timeline agrees on; copied freely. */
struct timeline {
	uint64_t t0;	 /* ns of CLOCK_MONOTONIC at frame 0 */
	uint32_t rate;	 /* frames per second */
	uint32_t period; /* frames a cycle */
};

struct engine {
	struct timeline time;
	struct cmdq plans;   /* from control */
	struct cmdq retired; /* back to control */
	struct trace trace;
	struct plan *plan;	/* the engine's while it is here; NULL before the first */
	struct plan *old;	/* the one before, while its last sources fade */
	_Atomic uint64_t frame; /* first frame of the next cycle; read by all */
	_Atomic uint64_t cycles, late; /* counted for the screen */
	uint64_t skip_after; /* frames behind at which it jumps instead of catching up */
	float mix[PLAN_ZONES][2 * ENGINE_PERIOD_MAX];
	float blend[2 *
		    ENGINE_PERIOD_MAX]; /* of two mixes, for who moves from one to another */
	float work[2 * ENGINE_PERIOD_MAX], spare[2 * ENGINE_PERIOD_MAX];
};

/*
 * [ctl] An engine whose frame 0 is due at time->t0. -EINVAL (period over
 * ENGINE_PERIOD_MAX or 0, rate 0), -ENOMEM. *ret is the caller's.
 */
int engine_new(const struct timeline *time, struct engine **ret);

/* [ctl] After its thread has ended. Gives back no plan: see engine_last_plan(). */
void engine_free(struct engine *e);

/*
 * [ctl] After its thread has ended: a plan it still held or had not taken up
 * yet, the caller's; call until NULL.
 */
struct plan *engine_last_plan(struct engine *e);

/* [ctl] Send a plan; -EAGAIN when the queue is full and the plan stays the caller's. */
int engine_send(struct engine *e, struct plan *p);

/* [ctl] A plan no longer used, in the order they were sent; the caller's. NULL = none now. */
struct plan *engine_retired(struct engine *e);

/*
 * [rt] Do every cycle that is due at now (ns): normally one; after a stall as
 * many as were missed, so that frames stay where they belong; after a stall of
 * over a second those frames are given up and the timeline goes on. Returns
 * the time (ns) at which to call next.
 */
uint64_t engine_cycle(struct engine *e, uint64_t now);

#endif
