/* SPDX-License-Identifier: MIT */
/*
 * solve - from what was heard, turn by turn, to what each speaker is late by.
 *
 * Each speaker was heard twice. One line runs through all of it: arrival =
 * the speaker's own time + p·t, p being what the microphone's clock is off by.
 * What does not lie on that line is refused, in words, and never guessed.
 */
#ifndef FANFARE_ALIGN_SOLVE_H
#define FANFARE_ALIGN_SOLVE_H

#include "core/align/arrival.h"
#include "core/align/sweep.h"

#define SOLVE_PPM_MAX	 300.0	 /* no microphone's clock is off by more */
#define SOLVE_REPEAT_S	 0.0003	 /* two turns of a speaker agree to this, or neither counts */
#define SOLVE_VERIFIED_S 0.00015 /* skew that a second pass may show */
#define SOLVE_TRIES	 3

enum solve_refusal {
	REFUSAL_NONE,
	REFUSAL_MICROPHONE, /* gives no sound at all */
	REFUSAL_NOISY,	    /* nothing, or nothing steady, stands out of the noise */
	REFUSAL_CLIPPED,    /* the recording is at its limit */
	REFUSAL_BLOCKED,    /* heard, but perhaps not on the straight way: a warning */
	REFUSAL_SILENT,	    /* this speaker did not sound while others did */
	REFUSAL_UNSTEADY,   /* its two turns do not agree */
};

struct solved_speaker {
	enum solve_refusal refusal; /* NONE, or BLOCKED: the figures hold; else they do not */
	double late;		    /* s after it was expected, at the middle of the run */
	double level_db;	    /* 500 to 2,000 Hz, of the louder turn */
	double confidence;	    /* 0..1 */
};

struct solution {
	enum solve_refusal refusal; /* of the run: NONE when any speaker was accepted */
	double ppm;		    /* the microphone's clock against ours */
	bool louder;		    /* another try is worth it, a step louder */
	uint32_t accepted;	    /* speakers without a refusal, warned ones among them */
	struct solved_speaker speaker[SWEEP_MOST];
};

/*
 * [any] Solve a run from what was heard in each of its slots (sweep_slots() of
 * them). Fills all of *ret.
 */
void solve(const struct sweep_run *run, const struct arrival *heard, struct solution *ret);

/* [any] Largest difference (s) between the accepted speakers' times; 0 with fewer than two. */
double solve_skew(uint32_t speakers, const struct solution *s);

/* [any] What is wrong, and what to do about it, each a clause; "" for NONE. */
const char *refusal_words(enum solve_refusal r);
const char *refusal_advice(enum solve_refusal r);

#endif
