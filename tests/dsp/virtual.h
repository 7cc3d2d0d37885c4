/* SPDX-License-Identifier: MIT */
/*
 * virtual - devices on clocks of their own, in a time that only tests know.
 *
 * Each has a crystal that is off and wanders, and gives noisy reports; the
 * edge under test sees those and nothing else. What it plays or gives is
 * judged by the samples: a tone of 250 Hz left (and one of 20 Hz right, so
 * that whole periods cannot go unseen) is compared with what true time says,
 * in windows of 100 ms.
 */
#ifndef FANFARE_TESTS_DSP_VIRTUAL_H
#define FANFARE_TESTS_DSP_VIRTUAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dsp/delay.h"
#include "core/dsp/edge.h"

#define VIRTUAL_TICK   0.01	     /* s; everything happens on ticks */
#define VIRTUAL_WINDOW 0.1	     /* s */
#define VIRTUAL_T0     5000000000ull /* ns; time 0 of a test, and of its zone */
#define VIRTUAL_FIFO   16384	     /* frames */

/* By class of reports: how far they are off at most (s), what alignment.md promises (s). */
extern const double virtual_noise[3];
extern const double virtual_bar[3];
extern const char *const virtual_name[3];

struct random {
	uint64_t state;
};

/*
 * Hours of sound to run: FANFARE_HOURS, or one; where a sanitizer looks on, which looks for
 * other things than time and takes ten times as long, so many.
 */
double virtual_hours(double watched);

/* A number in -1..1, evenly. */
double random_next(struct random *r);

/* What has been judged, window by window. */
struct judge {
	double latency; /* s; what is expected between the sound and its time */
	double re[2], im[2], weight;
	uint64_t window; /* the running one; they count from time 0 */
	double *late;	 /* s by which each window was late; NAN = silent or broken */
	float *loud;	 /* amplitude of each, of the left tone; 1 = as it should be */
	size_t count, room;
	float last[2];	/* the latest frame, to see jumps */
	float steepest; /* largest difference between two frames next to each other */
};

void judge_init(struct judge *j, double latency, double seconds);
void judge_done(struct judge *j);

/* Windows in from..to (s) that are silent or broken. */
size_t judge_silent(const struct judge *j, double from, double to);

/* The largest error (s) of a window in from..to (s). */
double judge_worst(const struct judge *j, double from, double to);

/* Stereo frames, the first at true time t (s), the others step (s) apart. */
void judge_listen(struct judge *j, const float *stereo, uint32_t frames, double t, double step);

/* The two tones at true time t (s), step (s) apart. */
void tone_make(float *stereo, uint32_t frames, double t, double step);

/* Crystal and reports. */
struct crystal {
	double nominal;	 /* Hz */
	double ppm;	 /* off by */
	double wander;	 /* ppm that it wanders, slowly */
	double noise;	 /* s; reports are off by up to that much, evenly */
	double bias;	 /* s; and by this */
	uint64_t ticks;	 /* since the start */
	double t;	 /* s; true time */
	double position; /* frames; true position */
	double rate;	 /* Hz; from t on, for a tick */
	double walk;	 /* ppm */
	struct random random;
};

void crystal_init(struct crystal *c, double nominal, double ppm, double noise, uint64_t seed);

/* On by a tick. */
void crystal_tick(struct crystal *c);

/* A playing device behind an edge_out. */
struct virtual_sink {
	struct crystal crystal;
	struct edge_out *edge;
	struct judge judge;
	double ahead;	     /* s it buffers */
	uint64_t played;     /* frames */
	bool stalled;	     /* its runner does not get to run */
	bool off;	     /* it is not there */
	bool stuck;	     /* its reports repeat the last one */
	double reported;     /* frames; the last one */
	struct delay *delay; /* before the edge; NULL = none */
	float fifo[2 * VIRTUAL_FIFO];
};

void virtual_sink_init(struct virtual_sink *s, const struct edge_setup *setup, double ppm,
		       double noise, double seconds, uint64_t seed);
void virtual_sink_done(struct virtual_sink *s);

/* The zone's frames, through the delay if there is one. */
void virtual_sink_push(struct virtual_sink *s, uint64_t zone_frame, const float *stereo,
		       uint32_t frames);

/* One tick: play what is due and judge it; then report and refill. */
void virtual_sink_tick(struct virtual_sink *s);

/* It ran dry or went and starts again: what was in its buffer is lost. */
void virtual_sink_restart(struct virtual_sink *s);

/* An edge with a latency of 100 ms whose zone begins at time 0. */
struct edge_setup virtual_setup(double device, uint32_t zone, enum drift_class class);

/* The zone's frames of a tick: *first is their number; returns how many. */
uint32_t virtual_zone_block(uint64_t tick, uint32_t rate, uint64_t *first, float *block);

/* Run n sinks on one zone from one time to another (s). */
void virtual_run(struct virtual_sink *s, size_t n, uint32_t rate, double from, double to);

/* A capture device behind an edge_in, and the zone frames pulled from it. */
struct virtual_source {
	struct crystal crystal;
	struct edge_in *edge;
	struct judge judge;
	uint32_t zone_rate;
	double missed;	   /* frames the device did not capture */
	uint64_t captured; /* frames it has */
	uint64_t zone;	   /* next zone frame */
	bool stalled;	   /* its runner does not get to run: it reads the rest later */
	bool broken;	   /* it does not capture: what is played to it is lost */
	float held[2 * VIRTUAL_FIFO]; /* captured and not read yet */
	uint32_t holding;	      /* frames */
};

void virtual_source_init(struct virtual_source *s, const struct edge_setup *setup, double ppm,
			 double noise, double seconds, uint64_t seed);
void virtual_source_done(struct virtual_source *s);
void virtual_source_tick(struct virtual_source *s);

/* The size below which the given share (0..1) of n values lies; sorts them. NANs at the end. */
double percentile(double *values, size_t n, double share);

#endif
