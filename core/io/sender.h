/* SPDX-License-Identifier: MIT */
/*
 * sender - one thread for all sinks that never block, woken once a cycle.
 * pacer  - the thread that keeps the timeline: engine_cycle() on deadlines.
 */
#ifndef FANFARE_IO_SENDER_H
#define FANFARE_IO_SENDER_H

#include "core/rt/engine.h"

struct sender;
struct sink;

/* [ctl] Starts its thread. -ENOMEM, -EAGAIN. *ret is the caller's, freed after its sinks. */
int sender_new(struct sender **ret);
void sender_free(struct sender *s);

/*
 * [rt thread, between cycles] Wake it if one of its sinks cannot wait; one
 * futex call at most, never blocks.
 */
void sender_wake(struct sender *s);

/*
 * [ctl] Serve sink from the next cycle on, or no more; sink_new() and
 * sink_free() do it. Once removed, the sender does not touch it again.
 */
void sender_add(struct sender *s, struct sink *sink);
void sender_remove(struct sender *s, struct sink *sink);

struct pacer;

/*
 * [ctl] Start the thread that runs e on CLOCK_MONOTONIC and wakes sender after
 * each cycle (NULL: nobody). Asks for SCHED_FIFO and locked memory, and goes
 * on without.
 * -ENOMEM, -EAGAIN. *ret is the caller's.
 */
int pacer_new(struct engine *e, struct sender *sender, struct pacer **ret);

/* [ctl] Ends the thread; the engine is then control's again. */
void pacer_free(struct pacer *p);

/* [any] Whether the thread got real-time scheduling. */
bool pacer_realtime(const struct pacer *p);

#endif
