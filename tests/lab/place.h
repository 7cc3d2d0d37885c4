/* SPDX-License-Identifier: MIT */
/*
 * place - what sounds at the cone of one speaker of the lab, and when.
 *
 *	packets from a FIFO ─► SBC ──────────┐
 *	an ALSA card's far end ─► its clock ─┼─► ring ─► between its frames ─► at any time
 *	raw sound from a FIFO ─► its clock ──┘
 *
 * Packets (speaker -t) sound some ms after they came, as whatever speaker does it: by their
 * RTP time from when the first hundred came on. What a sound card or a sound server plays
 * sounds some ms after its own clock has come to it.
 */
#ifndef FANFARE_LAB_PLACE_H
#define FANFARE_LAB_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <alsa/asoundlib.h>

#include "tests/lab/pace.h"
#include "tests/lab/sound.h"

#define PLACE_RATE     44100u  /* Hz, everywhere */
#define PLACE_RING     131072u /* frames, a power of two: the longest latency and more */
#define PLACE_FIRST    100u    /* packets that tell when a stream began */
#define PLACE_NS_FRAME (1e9 / PLACE_RATE)

struct place {
	unsigned number;
	double latency_ms;
	int fifo;	   /* -1: it is a card */
	snd_pcm_t *card;   /* NULL: it is a FIFO */
	uint64_t overruns; /* times its far end was not read in time */
	uint64_t late;	   /* frames that came after their time */

	/* packets */
	bool packets;
	uint8_t bytes[65536]; /* of them, or of raw frames */
	size_t held;
	bool headed; /* the capture's head was read */
	sbc_t sbc;
	unsigned came;		  /* packets of the stream, up to PLACE_FIRST: then it sounds */
	double wait[PLACE_FIRST]; /* ns after the first of them, less their RTP time */
	int64_t first_ns, at; /* of the first of them; frame of the ring at which it sounds */
	uint32_t base, last;  /* RTP time */

	/* a clock of its own */
	struct pace pace;
	uint64_t taken; /* frames of it */

	int64_t origin; /* ns: frame 0 of packets' ring */
	double next;	/* frame of the ring to be played next */
	bool plays;	/* next holds */
	float ring[PLACE_RING];
};

/*
 * [any] "N=MS": packets from PREFIXN.fifo, which is made; "N=MS@raw": 16 bits, two channels,
 * from there; "N=MS@PCM": what that ALSA device captures. 0, -EINVAL or -errno.
 */
int place_open(struct place *p, const char *prefix, const char *word, int64_t origin);

/* [any] Whatever became of opening it. */
void place_close(struct place *p);

/* [any] Take all that has come by now. 0, -EBADMSG or -errno. */
int place_listen(struct place *p, int64_t now);

/* [any] What sounds there from from to to (ns of CLOCK_MONOTONIC): n frames, once. */
void place_play(struct place *p, double from, double to, float *out, size_t n);

#endif
