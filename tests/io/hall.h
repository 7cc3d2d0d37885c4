/* SPDX-License-Identifier: MIT */
/*
 * hall - sinks on a virtual timeline without an engine's work: the test plays
 * a function of the frame number straight into their rings, cycle by cycle.
 */
#ifndef TESTS_IO_HALL_H
#define TESTS_IO_HALL_H

#include "core/io/sink.h"

#define HALL_RATE   44100u
#define HALL_PERIOD 512u
#define HALL_T0	    5000000000ull
#define HALL_SINKS  8u
#define HALL_RING   16384u

typedef float (*hall_wave)(uint64_t n, int channel);

struct hall {
	struct engine *engine;
	struct sink *sink[HALL_SINKS];
	struct ring *ring[HALL_SINKS];
	uint32_t sinks;
	hall_wave wave;
};

void hall_init(struct hall *h, hall_wave wave);
void hall_done(struct hall *h);

/* Another sink; its number. */
uint32_t hall_add(struct hall *h, const struct sink_config *config);

/* When the next cycle is due, ns, and its first frame. */
uint64_t hall_now(const struct hall *h);
uint64_t hall_frame(const struct hall *h);

/* One cycle: the engine's part for every sink that flows, then serve all, in turn. */
void hall_cycle(struct hall *h);

/* The engine's part only, as while the sender sleeps. */
void hall_play(struct hall *h);

/* A music-like wave: many partials, different in left and right, never repeating soon. */
float hall_music(uint64_t n, int channel);
float hall_silence(uint64_t n, int channel);

#endif
