/* SPDX-License-Identifier: MIT */
/*
 * pace - a device's own clock: how far it has come when, from many looks at it.
 *
 * A device goes on in steps, and whoever looks at it may be late: it is never further than
 * it is seen to be by who looks just after a step. So of the looks of one second that counts
 * by which it is furthest ahead, and a line through the last eight of those is its clock.
 */
#ifndef FANFARE_LAB_PACE_H
#define FANFARE_LAB_PACE_H

#include <stdint.h>

#define PACE_SECONDS 8u

struct pace {
	double rate;	  /* frames per ns it should make */
	int64_t began;	  /* ns of the first look; 0: none yet */
	unsigned seconds; /* that are over, of those that count: ..PACE_SECONDS */
	uint64_t second;  /* the one now, from the first look on */
	double best;	  /* frames it is ahead of rate: the most that it was seen in it … */
	double best_at;	  /* … at so many ns after the first look */
	double ahead[PACE_SECONDS], at[PACE_SECONDS];
	double offset, slope; /* of the line: frames ahead at the first look, and per ns */
};

/* [any] A device that should make rate (frames/s). */
void pace_init(struct pace *p, double rate);

/* [any] At ns (CLOCK_MONOTONIC, never less than the last) it had come frames far. */
void pace_see(struct pace *p, int64_t ns, double frames);

/* [any] How far it has come at ns, and when it has come so far; 0 before the first look. */
double pace_frames(const struct pace *p, double ns);
double pace_ns(const struct pace *p, double frames);

#endif
