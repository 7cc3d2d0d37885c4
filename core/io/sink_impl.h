/* SPDX-License-Identifier: MIT */
/*
 * sink_impl - what every kind of sink has, for the files sink_*.c only.
 *
 * A kind embeds struct sink as its first member and fills in a table of
 * operations. The dispatch (sink.c) makes the base and takes it apart; a kind
 * only ever sees its own device. None of this is reached from the engine.
 */
#ifndef FANFARE_IO_SINK_IMPL_H
#define FANFARE_IO_SINK_IMPL_H

#include "core/io/sink.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct sink_ops {
	/*
	 * [ctl] Stop, join, close, within 0.5 s; then sink_done() and free().
	 * A served sink has left the sender before this is called.
	 */
	void (*free)(struct sink *s);

	/*
	 * [io sender] Only for those that never block, NULL for the others. All
	 * served sinks prepare (read the ring, encode), then all of them send,
	 * so that the sends stand close together. now is ns on the timeline's
	 * clock. send says whether it had anything to send; it may be NULL.
	 */
	void (*prepare)(struct sink *s, uint64_t now);
	bool (*send)(struct sink *s, uint64_t now);

	/* [any] Add what the device's own thread cannot say: that it hangs. May be NULL. */
	void (*look)(struct sink *s, struct health_report *report);

	/* [ctl] A2DP only, else NULL; see sink.h. */
	int (*attach)(struct sink *s, const struct a2dp_stream *stream);
	void (*detach)(struct sink *s);
	void (*dropped)(struct sink *s, uint32_t n, uint64_t now);
	void (*set_bitpool)(struct sink *s, uint32_t bitpool);
	void (*set_share)(struct sink *s, double slots);
};

struct sink {
	const struct sink_ops *ops;
	struct timeline time;
	const struct engine *engine; /* for sink_frame_now() */
	struct ring *ring;	     /* the branch's; outlives the sink */
	struct sender *sender;	     /* NULL: not served by one */
	struct sink *next_served;    /* the sender's */
	uint32_t patience;	     /* cycles it may wait to be served; 1 as it is made */
	uint32_t turn;		     /* how many sent before it in this round; the sender's */
	struct health health;
	_Atomic bool flowing; /* what sink_flowing() says; any thread of the kind sets it */
	char name[64];	      /* the speaker's, cut */
	char device[256];
};

/* What sink_new() was given; pointers hold only during the call. */
struct sink_args {
	const struct sink_config *config;
	const struct timeline *time;
	const struct engine *engine;
	struct ring *ring;
	struct sender *sender;
	int notify_fd;
};

/* [ctl] Fill in the base: copies, health at STARTING, not flowing. */
void sink_init(struct sink *s, const struct sink_ops *ops, const struct sink_args *args);
void sink_done(struct sink *s);

/* [io] First frame of the engine's next cycle: all before it is in the ring or lost. */
uint64_t sink_frame_now(const struct sink *s);

/*
 * [io] Read [at, at + n) out of the ring whole: what the engine left out is
 * silence. Returns how many of the n frames were really there.
 */
uint32_t sink_read(struct sink *s, uint64_t at, float *dst, uint32_t n);

/*
 * [any] Take frames from now on, in a ring that has room for them: one that
 * nobody read for a while looks full. The reader's side, as sink_skip_to().
 */
void sink_flow(struct sink *s);

/*
 * [io] Give up all before frame at, so that the ring has room from there on.
 * The reader's side: nobody else may be reading.
 */
void sink_skip_to(struct sink *s, uint64_t at);

/* [io] One round of a served sink by hand: for a sink_new() without a sender. */
void sink_serve(struct sink *s, uint64_t now);

/*
 * [ctl] The kinds. Each allocates its own struct, calls sink_init() and starts
 * its thread if it has one. -ENOMEM, -EAGAIN. *ret is the caller's.
 */
int sink_a2dp_new(const struct sink_args *args, struct sink **ret);
int sink_alsa_new(const struct sink_args *args, struct sink **ret);
int sink_pulse_new(const struct sink_args *args, struct sink **ret);
int sink_file_new(const struct sink_args *args, struct sink **ret);
int sink_simulated_new(const struct sink_args *args, struct sink **ret);
int sink_null_new(const struct sink_args *args, struct sink **ret);

#endif
