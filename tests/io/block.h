/* SPDX-License-Identifier: MIT */
/*
 * block - a zone of mixed outputs in a time that only tests know: the engine,
 * two Bluetooth speakers behind real A2DP sinks and sockets, and an ALSA, a
 * USB and a PulseAudio output behind edges.
 *
 *	tone ─► engine ─┬─► delay ─► ring ─► sink_a2dp ─► socket ─► cone      x 2
 *	                └─► delay ─► ring ─► edge ─► virtual sink             x 3
 *
 * A cycle is a tick of the virtual devices, 10 ms. Everything happens on the
 * tick, so that a run is the same every time.
 */
#ifndef TESTS_IO_BLOCK_H
#define TESTS_IO_BLOCK_H

#include "core/io/sink.h"
#include "tests/io/cone.h"

#define BLOCK_CONES   2u
#define BLOCK_EDGES   3u
#define BLOCK_DEVICES (BLOCK_CONES + BLOCK_EDGES)

struct block {
	uint32_t rate;
	uint64_t tick;
	struct engine *engine;
	struct ring *source;
	struct feed *feed;
	struct branch *branch[BLOCK_DEVICES];
	uint32_t delay[BLOCK_DEVICES]; /* frames */
	uint64_t serial;
	struct sink *sink[BLOCK_CONES];
	struct cone cone[BLOCK_CONES];
	struct virtual_sink edge[BLOCK_EDGES];
	uint64_t fed[BLOCK_EDGES]; /* frame that each edge is given next */
	bool sender_held;	   /* that thread does not get to run */
	bool machine_held;	   /* none of ours does */
};

/* At rate (16000 or 44100 Hz), for seconds; everybody plays. The first cone is mono. */
void block_init(struct block *b, uint32_t rate, double seconds);
void block_done(struct block *b);

/* True time, s. */
double block_now(const struct block *b);

void block_run(struct block *b, double seconds);

/* Device i goes (its transport ends, its plug is pulled), or comes back. */
void block_leave(struct block *b, uint32_t i);
void block_return(struct block *b, uint32_t i);

/* Another delay for device i, as a trim that is changed while it plays. */
void block_set_delay(struct block *b, uint32_t i, uint32_t frames);

/* What came out of device i. */
struct judge *block_heard(struct block *b, uint32_t i);

#endif
