/* SPDX-License-Identifier: MIT */
/*
 * source_impl - what every kind of source has, for the files source_*.c only.
 *
 * A kind is one function, the main of its thread: it looks for its device,
 * listens until that is lost, and looks again, until runner_stopping(). What
 * it hears it places in the ring through source_write() (it knows the frames
 * itself) or through an intake (a device with a clock of its own).
 */
#ifndef FANFARE_IO_SOURCE_IMPL_H
#define FANFARE_IO_SOURCE_IMPL_H

#include "core/base/clock.h"
#include "core/io/runner.h"
#include "core/io/source.h"

#define SOURCE_BLOCK 512u /* frames worked on at once */

/* The body of the runner: shared by the owner and the thread. */
struct source {
	struct runner runner;
	struct source_config config; /* device points to the next */
	char device[256];
	struct timeline time;
	struct ring *ring; /* owned */
	struct tap *tap;   /* owned; NULL = nobody wants it */
	struct health health;
	struct inlet *inlet; /* owned; A2DP only */
};

/* [io] The main functions of the threads. */
void source_alsa_run(struct source *s);
void source_pulse_run(struct source *s);
void source_command_run(struct source *s);
void source_fifo_run(struct source *s);
void source_stdin_run(struct source *s);
void source_tone_run(struct source *s);
void source_a2dp_run(struct source *s);

/* [ctl] A2DP: where control puts what its thread is to read. -ENOMEM, -EMFILE. NULL is fine. */
int inlet_new(struct inlet **ret);
void inlet_free(struct inlet *i);

/* [any] The frame of the timeline that is due at t (ns); 0 before it begins. */
static inline uint64_t source_frame_at(const struct source *s, uint64_t t)
{
	return t > s->time.t0 ? clock_to_frame(s->time.t0, t, s->time.rate) : 0;
}

/* [any] ns of so many frames of the zone. */
static inline uint64_t source_ns(const struct source *s, uint64_t frames)
{
	return clock_of_frame(0, frames, s->time.rate);
}

/*
 * [io] Put frames stereo frames at frame at of the timeline; false when the
 * ring is full because nobody listens: they are lost, which is no error.
 */
bool source_write(struct source *s, uint64_t at, const float *stereo, uint32_t frames);

#endif
