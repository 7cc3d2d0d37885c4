/* SPDX-License-Identifier: MIT */
/*
 * bench_resample - what matching a clock costs: an edge with its drift loop,
 * and its resampler alone, against libsamplerate's sinc grades.
 *
 * All carry the same stereo sound at 44.1 kHz in blocks of 10 ms, at ratios
 * that change a little from block to block. Measured is the CPU time of this
 * process, the least of three runs; and, at one ratio, what comes to a tone:
 * distortion and noise.
 */
#include <math.h>
#include <samplerate.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/dsp/edge.h"
#include "tests/dsp/measure.h"

#define RATE	44100
#define BLOCK	441
#define SECONDS 20
#define BLOCKS	(SECONDS * RATE / BLOCK)
#define TICK_NS 10000000ull
#define T0	1000000000ull

static float in[2 * BLOCK], out[2 * 2 * BLOCK];

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The ratio of block i: 1.0001, ±20 ppm. */
static double ratio(int i)
{
	return 1.0001 + 20e-6 * sin(i * 0.01);
}

static bool run_edge(void)
{
	struct edge_setup setup = {
		.device_rate = RATE,
		.zone_rate = RATE,
		.t0 = T0,
		.latency = 60000000,
		.class = DRIFT_ALSA,
		.ppm = 100,
	};
	struct edge_out *e = edge_out_new(&setup, NULL);
	struct edge_status status;

	if (!e)
		return false;
	for (uint64_t i = 0; i < BLOCKS; i++) {
		uint64_t now = T0 + (i + 1) * TICK_NS;

		edge_out_push(e, i * BLOCK, in, BLOCK);
		edge_out_report(e, now, (double)((i + 1) * BLOCK) * 1.0001 - 2 * BLOCK);
		edge_out_pull(e, out, BLOCK);
	}
	edge_out_status(e, &status);
	edge_out_free(e);
	return status.playing;
}

#define TONE_RATIO  1.0001
#define TONE_BLOCKS 200
#define TONE_SKIP   (20 * BLOCK)
#define TONE_FRAMES (100 * BLOCK)

static float tone[2 * TONE_BLOCKS * BLOCK], carried[2 * (TONE_BLOCKS + 2) * BLOCK];

static void make_tone(double hz)
{
	for (int i = 0; i < TONE_BLOCKS * BLOCK; i++)
		tone[2 * i] = tone[2 * i + 1] = (float)(0.5 * sin(2 * M_PI * hz / RATE * i));
}

/* A grade of libsamplerate, or -1: our resampler. Frames carried. */
static long carry_tone(int grade)
{
	struct resampler *r = grade < 0 ? resampler_new(RATE, RATE) : NULL;
	SRC_STATE *s = grade < 0 ? NULL : src_new(grade, 2, NULL);
	long given = 0;

	for (int i = 0; i < TONE_BLOCKS && (r || s); i++) {
		SRC_DATA d = {
			.data_in = tone + 2 * i * BLOCK,
			.data_out = carried + 2 * given,
			.input_frames = BLOCK,
			.output_frames = 2 * BLOCK,
			.src_ratio = 1 / TONE_RATIO,
		};
		uint32_t used;

		if (r)
			given += resampler_process(r, d.data_in, BLOCK, &used, d.data_out,
						   2 * BLOCK, TONE_RATIO);
		else if (src_process(s, &d) == 0)
			given += d.output_frames_gen;
	}
	resampler_free(r);
	if (s)
		src_delete(s);
	return given;
}

/* dB of all that is not the tone; NAN when too little came out. */
static double spoilt(int grade, double hz)
{
	make_tone(hz);
	if (carry_tone(grade) < TONE_SKIP + TONE_FRAMES)
		return NAN;
	return measure_tone(carried + 2 * TONE_SKIP, TONE_FRAMES, 2,
			    2 * M_PI * hz / RATE * TONE_RATIO)
		.rest;
}

static bool run_resampler(void)
{
	struct resampler *r = resampler_new(RATE, RATE);
	uint32_t used, given = 0;

	if (!r)
		return false;
	for (int i = 0; i < BLOCKS; i++)
		given += resampler_process(r, in, BLOCK, &used, out, 2 * BLOCK, ratio(i));
	resampler_free(r);
	return given > BLOCKS * (BLOCK - 1);
}

static bool run_samplerate(int grade)
{
	SRC_STATE *s = src_new(grade, 2, NULL);
	long given = 0;

	if (!s)
		return false;
	for (int i = 0; i < BLOCKS; i++) {
		SRC_DATA d = {
			.data_in = in,
			.data_out = out,
			.input_frames = BLOCK,
			.output_frames = 2 * BLOCK,
			.src_ratio = 1 / ratio(i),
		};

		if (src_process(s, &d) != 0)
			break;
		given += d.output_frames_gen;
	}
	src_delete(s);
	return given > BLOCKS * (BLOCK - 1);
}

enum way { EDGE, RESAMPLER, FASTEST, MEDIUM, BEST, WAYS };

static bool run(enum way way)
{
	switch (way) {
	case EDGE:
		return run_edge();
	case RESAMPLER:
		return run_resampler();
	case FASTEST:
		return run_samplerate(SRC_SINC_FASTEST);
	case MEDIUM:
		return run_samplerate(SRC_SINC_MEDIUM_QUALITY);
	case BEST:
		return run_samplerate(SRC_SINC_BEST_QUALITY);
	case WAYS:
		break;
	}
	return false;
}

int main(void)
{
	static const char *const names[WAYS] = {
		[EDGE] = "edge (drift loop, resampler, fades)",
		[RESAMPLER] = "its resampler alone",
		[FASTEST] = "libsamplerate, sinc fastest",
		[MEDIUM] = "libsamplerate, sinc medium",
		[BEST] = "libsamplerate, sinc best",
	};
	static const int grades[WAYS] = {
		[EDGE] = -1,
		[RESAMPLER] = -1,
		[FASTEST] = SRC_SINC_FASTEST,
		[MEDIUM] = SRC_SINC_MEDIUM_QUALITY,
		[BEST] = SRC_SINC_BEST_QUALITY,
	};
	double cost[WAYS];

	for (int i = 0; i < 2 * BLOCK; i++)
		in[i] = 0.5f * sinf((float)(i / 2) * 0.1f);

	for (int way = 0; way < WAYS; way++) {
		cost[way] = INFINITY;
		for (int round = 0; round < 3; round++) {
			double start = cpu_seconds();

			if (!run((enum way)way)) {
				fprintf(stderr, "bench_resample: %s gave no sound\n",
					names[way]);
				return EXIT_FAILURE;
			}
			cost[way] = fmin(cost[way], cpu_seconds() - start);
		}
	}
	printf("%-36s %10s %8s %18s\n", "matching a clock, 44.1 kHz stereo", "% of core",
	       "x edge", "THD+N 1, 10 kHz dB");
	for (int way = 0; way < WAYS; way++)
		printf("%-36s %10.3f %8.2f %9.1f %8.1f\n", names[way],
		       100 * cost[way] / SECONDS, cost[way] / cost[EDGE],
		       spoilt(grades[way], 1000), spoilt(grades[way], 10000));
	return EXIT_SUCCESS;
}
