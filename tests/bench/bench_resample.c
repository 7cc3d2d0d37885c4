/* SPDX-License-Identifier: MIT */
/*
 * bench_resample - what matching a clock costs: an edge with its drift loop,
 * and its resampler alone, against libsamplerate's sinc grades.
 *
 * All carry the same stereo sound at 44.1 kHz in blocks of 10 ms, at ratios
 * that change a little from block to block. Measured is the CPU time of this
 * process, the least of three runs.
 */
#include <math.h>
#include <samplerate.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/dsp/edge.h"

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
	printf("%-38s %10s %10s\n", "matching a clock, 44.1 kHz stereo", "% of core", "x edge");
	for (int way = 0; way < WAYS; way++)
		printf("%-38s %10.3f %10.2f\n", names[way], 100 * cost[way] / SECONDS,
		       cost[way] / cost[EDGE]);
	return EXIT_SUCCESS;
}
