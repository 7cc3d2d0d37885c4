/* SPDX-License-Identifier: MIT */
/*
 * measure - what this process uses, and the other ends of its sockets.
 *
 * CPU is taken in windows of half a second and their median reported: what
 * else happens on the machine hits some windows and not the figure.
 */
#ifndef TESTS_BENCH_MEASURE_H
#define TESTS_BENCH_MEASURE_H

#include "core/base/clock.h"

#include <stdint.h>
#include <sys/types.h>

#define BENCH_RATE    44100u
#define BENCH_PERIOD  512u
#define BENCH_OUTPUTS 64u	 /* at most */
#define BENCH_WARM_UP NS_PER_SEC /* not measured */
#define BENCH_WINDOW  (NS_PER_SEC / 2)

#define BENCH_MUSIC 65536u /* frames; the loop that everybody plays */

/*
 * PERIOD stereo frames of it from frame at on: a chord over some noise. As
 * music does, it never asks the same of an encoder twice.
 */
const int16_t *bench_music(uint64_t at);

struct usage {
	double cpu; /* s */
	long switches;
	uint64_t at; /* ns */
};

#define WINDOWS_MAX 256u

struct windows {
	struct usage first, last;
	double cpu[WINDOWS_MAX]; /* percent of a core */
	uint32_t n;
};

/*
 * The instrument must be on time where the machine is not: SCHED_FIFO for the
 * calling thread, under ours, where it is allowed.
 */
void be_punctual(void);

/* End the bench, saying what failed and errno. */
_Noreturn void die(const char *what);

void windows_begin(struct windows *w);
void windows_next(struct windows *w);

/* Print "KIND OUTPUTS CPU-PERCENT RSS-KB SWITCHES-PER-SECOND". */
void windows_report(struct windows *w, const char *kind, unsigned int outputs);

/* Sort n values, smallest first. */
void sort_doubles(double *x, uint32_t n);

/*
 * Take packets off n sockets in another process, whose time is not counted.
 * It comes every 5 ms and not for every packet, as a controller would leave us
 * alone.
 */
pid_t drain_begin(const int *far, unsigned int n);
void drain_end(pid_t pid);

#endif
