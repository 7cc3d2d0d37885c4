/* SPDX-License-Identifier: MIT */
/*
 * sweep - the test sound of a measurement, a pure function of the time.
 *
 *	 lead     slot 0   slot 1          slot 2n-1    tail
 *	|~~~~~~~~|/A------|/B------| … ~ … |/A---------|~~~~~~~|
 *
 * For a second all speakers get a quiet low tone only, so that those wake that
 * switch off without sound; it stays beneath the sweeps. Then each has its
 * turn, A B C D and back D C B A: what the microphone's clock is off by cancels
 * in the mean of a speaker's two turns. A sweep rises evenly in octaves.
 */
#ifndef FANFARE_ALIGN_SWEEP_H
#define FANFARE_ALIGN_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#define SWEEP_FROM    150.0   /* Hz */
#define SWEEP_TO      16000.0 /* Hz, where the rates allow */
#define SWEEP_S	      0.5     /* how long one lasts: longer, and a speaker's clock smears it */
#define SWEEP_FADE_S  0.01
#define SWEEP_LEVEL   0.251f /* linear: -12 dBFS */
#define SWEEP_LOUDER  1.995f /* a step of 6 dB, for another try */
#define SWEEP_LEAD_S  1.0
#define SWEEP_SLOT_S  1.25
#define SWEEP_BRIEF_S 1.0     /* a slot of two speakers of which one is checked */
#define SWEEP_TAIL_S  1.25    /* until the last one has come and died away */
#define SWEEP_CARRIER 200.0   /* Hz, under what is analysed */
#define SWEEP_QUIET   0.0056f /* linear, of the carrier: -45 dBFS */
#define SWEEP_MOST    64u     /* speakers of one run */

/* One measurement. A value. */
struct sweep_run {
	uint32_t speakers; /* 1..SWEEP_MOST */
	double slot;	   /* s from one turn to the next, SWEEP_BRIEF_S.. */
	double top;	   /* Hz; see sweep_top() */
	float level;	   /* linear, 0..1 */
};

/* [any] Where a sweep ends (Hz) that must pass both rates (frames/s, 8000..). */
double sweep_top(uint32_t rate_played, uint32_t rate_heard);

/* [any] The sweep t seconds after its beginning, -1..1; 0 outside of it. */
double sweep_at(double t, double top);

/* [any] Turns there are, and whose turn a slot (0..slots-1) is (0..speakers-1). */
uint32_t sweep_slots(uint32_t speakers);
uint32_t sweep_turn(uint32_t speakers, uint32_t slot);

/* [any] When a slot begins, and how long the run lasts, in seconds from the run's beginning. */
double sweep_slot_at(const struct sweep_run *run, uint32_t slot);
double sweep_length(const struct sweep_run *run);

/*
 * [any] n mono frames at rate, from frame number from of the run on: the quiet
 * tone, and with sweeps the sweeps of all slots, for whoever has its turn.
 * Silence after the run's end.
 */
void sweep_render(const struct sweep_run *run, bool sweeps, uint32_t rate, uint64_t from,
		  float *out, uint32_t n);

#endif
