/* SPDX-License-Identifier: MIT */
/*
 * live - a zone for tests of sources and sinks that run in real time.
 *
 * It stands where the engine stands: it reads a source's ring, or writes a
 * sink's, cycle by cycle at the frames that are due, and keeps what it heard.
 * Plus the arithmetic that judges a recording.
 */
#ifndef TESTS_IO_LIVE_H
#define TESTS_IO_LIVE_H

#include "core/base/clock.h"
#include "core/io/sink.h"
#include "core/io/source.h"
#include "tests/judged.h"

#include <stdbool.h>
#include <stdint.h>

#define LIVE_SPOILT 0.2 /* share of blocks that a normal thread on a busy machine may spoil */

struct live {
	struct timeline time;
	struct engine *engine; /* its frame counter is what sinks go by */
	struct ring *ring;     /* to a sink */
	float *heard;	       /* stereo, from a source */
	uint32_t heard_n, heard_max;
	uint64_t first;	  /* frame of the timeline of heard[0] */
	uint32_t missing; /* frames of it that were not there when due */
	/* what a sink is sent: a function of the frame, or NULL for silence */
	void (*play)(uint64_t frame, float *out, uint32_t n);
	pthread_t thread;
	_Atomic bool stop;
	char folder[40]; /* of this zone's own, removed with it */
};

/* A timeline of rate, 512 frames a cycle, that begins now. */
void live_init(struct live *l, uint32_t rate);
void live_done(struct live *l);

/* A path in its folder, good until the next call. */
const char *live_path(struct live *l, const char *name);

/* A source of type command, FIFO or stdin; rate 0 = the zone's. */
struct source *live_pipe(struct live *l, enum source_type type, const char *device,
			 enum sample_format format, uint32_t rate, uint32_t channels);

/* Listen to source for seconds; what it gave is then in heard (from nothing). */
void live_listen(struct live *l, struct source *s, double seconds);

/* The same until it gives sound of at least level (peak), at most seconds; false = never. */
bool live_wait_sound(struct live *l, struct source *s, float level, double seconds);

/* Send play() down the ring from a thread of its own, as the engine would, until live_quiet().
 */
void live_play(struct live *l, void (*play)(uint64_t frame, float *out, uint32_t n));
void live_quiet(struct live *l);

/* Wait until the state is as asked and the reason contains words ("" = any); false = never. */
bool live_wait_source(struct source *s, enum health_state state, const char *words,
		      double seconds);
bool live_wait_sink(struct sink *s, enum health_state state, const char *words, double seconds);

/* ns from now. */
uint64_t live_in(double seconds);
void live_sleep(double seconds);

/* ---- judging, one channel: every second value from x on ---------------------------------- */

float peak_of(const float *x, uint32_t n);
double rms_of(const float *x, uint32_t n);

/* The first frame whose magnitude reaches level, n = none. */
uint32_t onset_of(const float *x, uint32_t n, float level);

/* A sine of hz at rate fitted to n frames: its amplitude and phase (radians), and the rest's
 * RMS. */
struct fit {
	double amplitude, phase, rest;
};
struct fit fit_sine(const float *x, uint32_t n, double hz, double rate);

/*
 * How evenly a sine of about hz runs, from fits to blocks of 50 ms. A block
 * whose rest is over 5 % of the sine is spoilt: on a busy machine the odd one
 * may be. The others lie on one line, before and after it.
 */
struct evenness {
	double hz;     /* what it really was */
	double wander; /* s; how far its phase strays from that */
	double rest;   /* of the worst block that is not spoilt, to its amplitude */
	double spoilt; /* share of blocks, 0..1 */
};

/* Prints it, too. */
struct evenness evenness_of(const float *x, uint32_t n, double hz, double rate);

#endif
