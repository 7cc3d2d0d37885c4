/* SPDX-License-Identifier: MIT */
/*
 * trace - what happened in the real-time room, told later.
 *
 * Fixed records in a ring; the engine writes, control reads and finds the
 * words. When control does not keep up the newest are left out and counted.
 */
#ifndef FANFARE_RT_TRACE_H
#define FANFARE_RT_TRACE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum trace_kind {
	TRACE_PLAN,	   /* a = serial of the plan taken up */
	TRACE_LATE,	   /* a = ns behind the deadline (over a period) */
	TRACE_SKIPPED,	   /* a = frames given up after a long stall */
	TRACE_FEED_EMPTY,  /* a = source id; it had nothing when it was due */
	TRACE_FEED_BACK,   /* a = source id; b = frames it was away */
	TRACE_BRANCH_LOST, /* a = speaker id; its ring was full: its sink stalls */
	TRACE_BRANCH_BACK, /* a = speaker id; b = frames lost */
};

struct trace_event {
	uint64_t t; /* ns */
	enum trace_kind kind;
	uint64_t a, b;
};

#define TRACE_SLOTS 256u

struct trace {
	struct trace_event slot[TRACE_SLOTS];
	_Alignas(64) _Atomic uint32_t head; /* publishes the record */
	_Atomic uint32_t left_out;	    /* records that found no room */
	_Alignas(64) _Atomic uint32_t tail;
};

/* [rt writer] */
void trace_put(struct trace *t, uint64_t now, enum trace_kind kind, uint64_t a, uint64_t b);

/* [ctl reader] false when there is none. */
bool trace_get(struct trace *t, struct trace_event *ret);

#endif
