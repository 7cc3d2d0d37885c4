/* SPDX-License-Identifier: MIT */
/*
 * level - peak and RMS of one place in the chain, for any number of readers.
 *
 * One thread measures, others read whenever they like without being noticed.
 * A peak is held for LEVEL_HOLD_MS and then falls at 20 dB a second, so that
 * every reader that looks at least that often sees every peak in full,
 * however many readers there are. RMS is averaged over 300 ms.
 */
#ifndef FANFARE_DSP_LEVEL_H
#define FANFARE_DSP_LEVEL_H

#include <stdatomic.h>
#include <stdint.h>

#define LEVEL_HOLD_MS 150

struct level {
	_Atomic float peak[2];	/* linear; publishes the held peak of left, right */
	_Atomic float rms[2];	/* linear; publishes the averaged RMS */
	_Atomic uint32_t clips; /* publishes how many samples were beyond ±1.0 */
	/* of the measuring thread alone: */
	float square[2];  /* averaged square */
	float held[2];	  /* linear */
	uint32_t hold[2]; /* frames for which held stays */
	uint32_t rate;	  /* Hz */
};

/* What a reader gets. */
struct level_reading {
	float peak[2];	/* linear, left and right, 0.. */
	float rms[2];	/* linear, 0..; a full-scale sine is 0.707 */
	uint32_t clips; /* samples beyond ±1.0 since level_init(); wraps */
};

/* [ctl] Silence, at rate (Hz). Before anybody reads. */
void level_init(struct level *l, uint32_t rate);

/* [rt] Take stereo frames in; buf is not changed. NaN counts as a clip. */
void level_measure(struct level *l, const float *buf, uint32_t frames);

/* [any] The latest values; each is whole, they may be of neighbouring blocks. */
void level_read(const struct level *l, struct level_reading *ret);

#endif
