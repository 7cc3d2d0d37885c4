/* SPDX-License-Identifier: MIT */
/*
 * cone - a Bluetooth speaker on a clock of its own, in a time that only tests know.
 *
 *	socket ─► SBC decoder ─► buffer, by time stamp ─► its crystal ─► cone
 *
 * As real ones do it learns from the packets' arrivals how fast it has to play,
 * with a slow loop of its own about which nobody else has a say. So it is
 * judged twice (tests/dsp/virtual.h): the sound at the frames that the packets
 * name, which is what software answers for, and what comes out of the cone.
 */
#ifndef TESTS_IO_CONE_H
#define TESTS_IO_CONE_H

#include "tests/dsp/virtual.h"

#include <sbc/sbc.h>
#include <stdbool.h>
#include <stdint.h>

#define CONE_BUFFER 32768u /* frames, a power of two */
#define CONE_CODEC  73.0   /* frames by which SBC delays */

struct cone {
	uint8_t config[4];
	bool mono;
	uint32_t rate;	    /* Hz, nominal */
	int fd;		    /* -EBADF = no connection */
	sbc_t sbc;	    /* of this connection */
	double delay;	    /* s; that the sound is sent late by, on purpose */
	struct judge air;   /* at the frames that the packets name */
	struct judge sound; /* at the cone */
	struct crystal crystal;

	bool deaf;	    /* out of range: it takes no packets */
	uint32_t connected; /* ticks since it was */
	uint32_t packets, garbled;
	double least_age,
		most_age; /* s; from a packet's first frame being due to its arrival */

	bool playing;
	uint64_t end;	/* frame after the latest received */
	double place;	/* frame at the cone now */
	double error;	/* s; of the arrivals, smoothed */
	double correct; /* of its speed, learnt */
	uint32_t odd;	/* packets in a row that came at another time */
	float buffer[2 * CONE_BUFFER];
};

/* A speaker that is off by ppm, not connected; seconds are to be judged. */
void cone_init(struct cone *c, const uint8_t config[4], uint32_t rate, double ppm,
	       double seconds, uint64_t seed);
void cone_done(struct cone *c);

/* Connect it; returns the sink's end, the caller's. */
int cone_connect(struct cone *c);
void cone_disconnect(struct cone *c);

/* The sound is sent so much later (s) from now on. */
void cone_expect_delay(struct cone *c, double delay);

/* What it adds by itself is what it was late by, on average from..to (s): not judged from now
 * on. */
void cone_measure(struct cone *c, double from, double to);

/* One tick: take the packets that wait, then play. */
void cone_tick(struct cone *c);

#endif
