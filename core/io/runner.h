/* SPDX-License-Identifier: MIT */
/*
 * runner - the thread of one device that can block.
 *
 * A device may hang in the kernel or in a sound server for as long as it
 * likes; whoever stops it may not. So what the thread works on, its body, has
 * two holders, the owner and the thread, and is released by the later one. A
 * thread that does not come back within RUNNER_PATIENCE_MS is left alone: it
 * finds out that it is over when its call returns, and clears up after itself.
 *
 * What belongs to the owner (the branch's ring, the engine) is touched only
 * between runner_enter() and runner_leave(): once runner_stop() has begun,
 * runner_enter() says no.
 */
#ifndef FANFARE_IO_RUNNER_H
#define FANFARE_IO_RUNNER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define RUNNER_PATIENCE_MS 300 /* how long runner_stop() waits for the thread */

/* Embedded in the body; release() frees both. */
struct runner {
	void (*run)(void *body);     /* [io] the thread's main function */
	void (*release)(void *body); /* [any] by the last holder */
	void *body;
	pthread_t thread;
	pthread_mutex_t lock; /* guards the flags */
	pthread_cond_t gone;
	bool stopping, done;
	int stop_fd;	       /* eventfd, readable for good once stopping */
	_Atomic int holders;   /* owner and thread */
	_Atomic uint64_t beat; /* ns; the thread last said that it gets on, 0 = never */
	_Atomic bool realtime; /* it got SCHED_FIFO */
	bool wants_realtime;
};

/*
 * [ctl] Start run(body) in a thread called name (15 bytes), with all signals
 * blocked. realtime asks for SCHED_FIFO, well below the engine's, and goes on
 * without. -EAGAIN, -EMFILE: then the body stays the caller's.
 */
int runner_start(struct runner *r, const char *name, bool realtime, void (*run)(void *body),
		 void (*release)(void *body), void *body);

/* [ctl] End the thread, or leave it behind; the body is not the caller's any more. */
void runner_stop(struct runner *r);

/* [io] Whether to leave. */
bool runner_stopping(struct runner *r);

/* [io] For poll(): readable once runner_stop() has begun. */
int runner_fd(const struct runner *r);

/* [io] Sleep until t (ns of CLOCK_MONOTONIC); false at once when stopping. */
bool runner_sleep_until(struct runner *r, uint64_t t);

/*
 * [io] Wait until fd has events (poll's), or t comes. >0 = its revents, 0 =
 * time is up, -ECANCELED = stopping, else -errno.
 */
int runner_poll(struct runner *r, int fd, short events, uint64_t t);

/* [io] Hold the owner's things for a moment; false = they are gone, leave. */
bool runner_enter(struct runner *r);
void runner_leave(struct runner *r);

/* [io] The thread gets on. */
void runner_beat(struct runner *r, uint64_t now);

/* [any] ns since the last beat, 0 when it has never had one. */
uint64_t runner_silent_for(struct runner *r, uint64_t now);

/* Waits between tries that double from first to most. A value. */
struct backoff {
	uint64_t first, most; /* ns */
	uint64_t wait;	      /* ns; the next one, 0 = first */
};

/* [io] The wait before the next try, ns. */
uint64_t backoff_next(struct backoff *b);

/* [io] It went well: begin anew. */
void backoff_reset(struct backoff *b);

#endif
