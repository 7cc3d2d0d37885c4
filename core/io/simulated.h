/* SPDX-License-Identifier: MIT */
/*
 * simulated - what only a simulated speaker can do: say what it played, when.
 *
 * A recorder hears the speaker at its cone, in true time, not as the speaker
 * believes. It is how tests judge skew.
 */
#ifndef FANFARE_IO_SIMULATED_H
#define FANFARE_IO_SIMULATED_H

#include "core/io/sink.h"

/* A run of frames as they left the cone. */
struct simulated_sound {
	double at;	     /* ns of true time of the first frame */
	double apart;	     /* ns between two frames, by the speaker's own clock */
	const float *frames; /* stereo, as the speaker plays them */
	uint32_t n;	     /* frames */
};

/* [io] Hears one run; runs follow each other, a gap between two is silence. */
typedef void (*simulated_hear)(const struct simulated_sound *sound, void *arg);

/* [ctl] Let hear(…, arg) listen to a simulated sink, before its first cycle. */
void sink_simulated_record(struct sink *s, simulated_hear hear, void *arg);

#endif
