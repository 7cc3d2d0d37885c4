/* SPDX-License-Identifier: MIT */
/*
 * stage - an engine on a clock of the test's own, with sources that play a
 * function of the frame number and sinks that write down what they get.
 */
#ifndef TESTS_RT_STAGE_H
#define TESTS_RT_STAGE_H

#include "core/rt/engine.h"

#define STAGE_RATE     44100u
#define STAGE_PERIOD   512u
#define STAGE_T0       1000000000ull
#define STAGE_FRAMES   (6u * STAGE_RATE) /* the longest that a recording gets */
#define STAGE_FEEDS    3u
#define STAGE_BRANCHES 4u
#define STAGE_RING     8192u

/* Sample of frame n, channel 0 or 1. */
typedef float (*stage_wave)(uint64_t n, int channel);

struct stage {
	struct engine *engine;
	uint64_t due; /* ns; when the engine wants to be called */
	uint64_t serial;
	struct ring *source[STAGE_FEEDS];
	struct feed *feed[STAGE_FEEDS];
	stage_wave wave[STAGE_FEEDS]; /* NULL: the source has nothing */
	struct branch *branch[STAGE_BRANCHES];
	bool stuck[STAGE_BRANCHES];    /* this sink does not read */
	uint64_t next[STAGE_BRANCHES]; /* the frame each reads next */
	float *heard[STAGE_BRANCHES];  /* STAGE_FRAMES stereo frames, silence where nothing came
					*/
};

void stage_init(struct stage *s);
void stage_done(struct stage *s);

/* A plan with feeds and branches of those numbers, all in zone 0, stereo, level 1. */
struct plan *stage_plan(struct stage *s, uint32_t feeds, uint32_t branches);

/* Send it; the test fails when the queue is full. */
void stage_send(struct stage *s, struct plan *p);

/* Free the plans that came back; returns how many. */
uint32_t stage_collect(struct stage *s);

/* Run so many cycles, each when it is due. */
void stage_run(struct stage *s, uint32_t cycles);

/* Let ns pass in which nobody runs, and then one call of the engine. */
void stage_stall(struct stage *s, uint64_t ns);

/* The next event of that kind, skipping others; false when there is none. */
bool stage_event(struct stage *s, enum trace_kind kind, struct trace_event *ret);

/* Waves */
float stage_sine(uint64_t n, int channel);    /* 441 Hz, 0.5, the same in both */
float stage_counter(uint64_t n, int channel); /* another value for every frame and channel */

#endif
