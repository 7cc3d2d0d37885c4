/* SPDX-License-Identifier: MIT */
/*
 * room - speakers in a room that does not exist, and what a microphone hears.
 *
 *	sweep ─► SBC there and back ─► drop-outs ─► its own clock ─► cone ─┐
 *	                     microphone's own clock ◄─ noise ◄─ reflections ◄┘
 *
 * Reflections are those of a box (image sources), then a tail that dies away as
 * the box's do. All of it is drawn from one seed; the truth comes with it.
 */
#ifndef FANFARE_TESTS_ROOM_H
#define FANFARE_TESTS_ROOM_H

#include "core/align/sweep.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROOM_SPEAKERS 6
#define ROOM_EXPECTED 0.17 /* s, of latency, by who does not know better */
#define ROOM_LEAD     1.0  /* s of recording before what room_hear() lets sound */

struct room_speaker {
	double place[3];   /* m */
	double latency;	   /* s, hidden: 0.08..0.3 */
	double truth;	   /* s, latency and the straight way to the microphone */
	double ppm;	   /* of its clock */
	double blocked_db; /* what stands in the straight way takes, 0 = nothing */
	double blocked_hz; /* and from where on it takes more */
	double crossover;  /* Hz, 0 = one cone */
	double low, high;  /* Hz, what it can do */
	double gain;	   /* linear */
	double lost;	   /* 0..1 of its 10 ms packets */
	bool sbc;
};

struct room {
	uint64_t random;
	double size[3], mic[3]; /* m */
	double rt60;		/* s */
	double reflect;		/* of a wall, linear */
	double snr_db;		/* sweep against noise, at the microphone */
	double mic_ppm;
	uint32_t mic_rate; /* Hz */
	struct sweep_run run;
	struct room_speaker speaker[ROOM_SPEAKERS];
};

/* Draw a room from a seed, with 1..ROOM_SPEAKERS speakers; speakers = 0: 2 to 5 of them. */
void room_draw(struct room *r, uint64_t seed, uint32_t speakers);

/* Uniform in from..to, the next of the room's numbers. */
double room_random(struct room *r, double from, double to);

/*
 * What of an impulse at a speaker (one of run.speakers) reaches the microphone: n frames at
 * mic_rate, its own cone and the way through the room in them, latency and gain not.
 */
void room_response(struct room *r, uint32_t speaker, float *to, size_t n);

/* What the microphone hears of the whole run: *ret_frames frames, to be freed. */
float *room_record(struct room *r, size_t *ret_frames);

/*
 * Let a speaker play n frames at 44,100 Hz, and add what the microphone hears of them to its
 * recording. Its clock is right at the middle of them.
 */
void room_hear(struct room *r, uint32_t speaker, const float *sent, size_t n, float *record,
	       size_t frames);

/* Add noise so far (dB) under what the recording holds, and leave headroom. */
void room_noise(struct room *r, double under_db, float *record, size_t frames);

#endif
