/* SPDX-License-Identifier: MIT */
/*
 * parlour - the whole core with simulated speakers in a room, and a microphone
 * in it that the core can listen to: a FIFO.
 *
 * Each speaker is heard at its cone in true time, by its hidden latency and its
 * own clock, and again from two walls. The microphone has a clock of its own.
 */
#ifndef FANFARE_TESTS_CONTROL_PARLOUR_H
#define FANFARE_TESTS_CONTROL_PARLOUR_H

#include "core/control/control.h"

#define PARLOUR_SPEAKERS 4

struct parlour_speaker {
	double latency_ms; /* hidden, 40..300 */
	double away_m;	   /* from the microphone */
	double ppm;
	float gain; /* linear; 0 = it does not sound */
	float held; /* 0..1 of what comes straight: something stands in the way */
	/* what its profile says was measured, 0 = nothing; and what it reported then, as now */
	double filed_ms, filed_report_ms, report_ms;
};

struct parlour_setup {
	struct parlour_speaker speaker[PARLOUR_SPEAKERS];
	uint32_t speakers;
	double mic_ppm;
	float mic_gain; /* linear, then cut at 1 */
	float noise;	/* linear, at the microphone */
	bool resume;	/* go on as the last one was left */
};

/* Open it with music in every speaker; the microphone hears. */
struct control *parlour_open(const struct parlour_setup *setup);
void parlour_close(void);

/* The FIFO that the microphone writes. */
const char *parlour_microphone(void);

/* True largest difference between arrivals at the microphone, by the delays of now, ms. */
double parlour_skew_ms(const struct ff_snapshot *s);

#endif
