/* SPDX-License-Identifier: MIT */
/*
 * tone - the test sounds, each a pure function of the frame number.
 *
 * The same frame of the same sound at the same rate has always the same
 * samples, whoever asks, in whatever blocks: two machines, or a recording and
 * its model, can be compared frame by frame.
 *
 *	tune     a little melody of our own, 19.2 s, over and over, wandering
 *		 gently between left and right; peaks at about -8 dBFS
 *	clicks   one a second, centred on the frame of the full second, 0.5 ms,
 *		 band-limited, -6 dBFS, both channels alike
 *	pink     noise with equal power in every octave, -20 dBFS RMS, the two
 *		 channels independent
 *	sweep    150 Hz to 16 kHz in 4 s, rising evenly in octaves, -12 dBFS,
 *		 then 1 s of silence
 *	silence
 */
#ifndef FANFARE_IO_TONE_H
#define FANFARE_IO_TONE_H

#include "core/io/source.h"

/* [any] Write frames stereo frames from number at on, at rate (8000..192000 Hz). */
void tone_render(enum source_tone tone, uint32_t rate, uint64_t at, float *out,
		 uint32_t frames);

#endif
