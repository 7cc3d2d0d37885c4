/* SPDX-License-Identifier: MIT */
/*
 * bench_resample - what matching a clock costs: an edge with its drift loop,
 * and its resampler alone, against libsamplerate's sinc grades.
 *
 * All carry the same stereo sound at 44.1 kHz in blocks of 10 ms, at ratios
 * that change a little from block to block. Measured is the CPU time of this
 * process, the least of three runs. And what becomes of a tone when the clock
 * is off by a steady 100 ppm: distortion and noise at 1 and 10 kHz, and how
 * much of it is left where the filters end. The edge finds the ratio itself.
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

static struct edge_out *edge_new(double ppm)
{
	struct edge_setup setup = {
		.device_rate = RATE,
		.zone_rate = RATE,
		.t0 = T0,
		.latency = 60000000,
		.class = DRIFT_ALSA,
		.ppm = ppm,
	};

	return edge_out_new(&setup, NULL);
}

static bool run_edge(void)
{
	struct edge_out *e = edge_new(100);
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

/* ---- a tone ------------------------------------------------------------------------------ */

#define TONE_RATIO  1.0001
#define TONE_BLOCKS 3000
#define TONE_SKIP   (2800 * BLOCK) /* 28 s: by then the edge knows the clock */
#define TONE_FRAMES (100 * BLOCK)

static float tone[2 * TONE_BLOCKS * BLOCK], carried[2 * (TONE_BLOCKS + 2) * BLOCK];

/* The frames of carried that each way gave. */
static long carry_by_edge(void)
{
	struct edge_out *e = edge_new(0);

	for (uint64_t i = 0; i < TONE_BLOCKS && e; i++) {
		double played = (double)((i + 1) * BLOCK) / TONE_RATIO;

		edge_out_push(e, i * BLOCK, tone + 2 * i * BLOCK, BLOCK);
		edge_out_report(e, T0 + (i + 1) * TICK_NS, played - 2 * BLOCK);
		edge_out_pull(e, carried + 2 * i * BLOCK, BLOCK);
	}
	edge_out_free(e);
	return TONE_BLOCKS * BLOCK;
}

static long carry_by_resampler(void)
{
	struct resampler *r = resampler_new(RATE, RATE);
	long given = 0;
	uint32_t used;

	for (int i = 0; i < TONE_BLOCKS && r; i++)
		given += resampler_process(r, tone + 2 * i * BLOCK, BLOCK, &used,
					   carried + 2 * given, 2 * BLOCK, TONE_RATIO);
	resampler_free(r);
	return given;
}

static long carry_by_samplerate(int grade)
{
	SRC_STATE *s = src_new(grade, 2, NULL);
	long given = 0;

	for (int i = 0; i < TONE_BLOCKS && s; i++) {
		SRC_DATA d = {
			.data_in = tone + 2 * i * BLOCK,
			.data_out = carried + 2 * given,
			.input_frames = BLOCK,
			.output_frames = 2 * BLOCK,
			.src_ratio = 1 / TONE_RATIO,
		};

		if (src_process(s, &d) == 0)
			given += d.output_frames_gen;
	}
	src_delete(s);
	return given;
}

static long carry(enum way way)
{
	switch (way) {
	case EDGE:
		return carry_by_edge();
	case RESAMPLER:
		return carry_by_resampler();
	case FASTEST:
		return carry_by_samplerate(SRC_SINC_FASTEST);
	case MEDIUM:
		return carry_by_samplerate(SRC_SINC_MEDIUM_QUALITY);
	case BEST:
		return carry_by_samplerate(SRC_SINC_BEST_QUALITY);
	case WAYS:
		break;
	}
	return 0;
}

/* What is left of a tone of 0.5 (its level, dB), and all that is not it; NAN: too little. */
static struct tone carry_tone(enum way way, double hz)
{
	struct tone t;

	for (int i = 0; i < TONE_BLOCKS * BLOCK; i++)
		tone[2 * i] = tone[2 * i + 1] = (float)(0.5 * sin(2 * M_PI * hz / RATE * i));
	if (carry(way) < TONE_SKIP + TONE_FRAMES)
		return (struct tone){ NAN, NAN };
	t = measure_tone(carried + 2 * TONE_SKIP, TONE_FRAMES, 2,
			 2 * M_PI * hz / RATE * TONE_RATIO);
	t.level += 20 * log10(2);
	return t;
}

/* One row: the cost, that of the edge, and the tones. */
static void print_row(enum way way, const char *name, double cost, double edge)
{
	static const double rests[] = { 1000, 10000 }, gains[] = { 15000, 18000, 20000 };

	printf("%-36s %9.3f %6.2f ", name, 100 * cost / SECONDS, cost / edge);
	for (int i = 0; i < 2; i++)
		printf(" %7.1f", carry_tone(way, rests[i]).rest);
	printf(" ");
	for (int i = 0; i < 3; i++)
		printf(" %6.2f", carry_tone(way, gains[i]).level);
	printf("\n");
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
	printf("%-36s %9s %6s  %7s %7s  %20s\n", "", "% of", "x", "THD+N, dB", "",
	       "gain, dB, at");
	printf("%-36s %9s %6s  %7s %7s  %6s %6s %6s\n", "matching a clock, 44.1 kHz stereo",
	       "a core", "edge", "1 kHz", "10 kHz", "15 kHz", "18 kHz", "20 kHz");
	for (int way = 0; way < WAYS; way++)
		print_row((enum way)way, names[way], cost[way], cost[EDGE]);
	return EXIT_SUCCESS;
}
