/* SPDX-License-Identifier: MIT */
/*
 * clock - the one time of this program, CLOCK_MONOTONIC in nanoseconds.
 *
 * Nothing below control reads it by itself: time is passed in as an
 * argument, so that tests run on a clock of their own.
 */
#ifndef FANFARE_BASE_CLOCK_H
#define FANFARE_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_SEC 1000000000ull
#define NS_PER_MS  1000000ull

/* [any] Nanoseconds of CLOCK_MONOTONIC. */
static inline uint64_t clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_SEC + (uint64_t)t.tv_nsec;
}

/* [any] Sleep until t (ns of CLOCK_MONOTONIC); a signal does not end it. */
static inline void clock_sleep_until(uint64_t t)
{
	struct timespec ts = {
		.tv_sec = (time_t)(t / NS_PER_SEC),
		.tv_nsec = (long)(t % NS_PER_SEC),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) != 0)
		;
}

/*
 * [any] Time (ns) of frame n on a timeline that starts at t0 (ns) and runs at
 * rate (frames per second). Exact to the nanosecond for years: whole seconds
 * and the rest are counted apart so that nothing overflows.
 */
static inline uint64_t clock_of_frame(uint64_t t0, uint64_t n, uint32_t rate)
{
	return t0 + n / rate * NS_PER_SEC + n % rate * NS_PER_SEC / rate;
}

/* [any] The first frame of that timeline at or after time t (ns, >= t0). */
static inline uint64_t clock_to_frame(uint64_t t0, uint64_t t, uint32_t rate)
{
	uint64_t d = t - t0;
	uint64_t rest = d % NS_PER_SEC * rate;

	return d / NS_PER_SEC * rate + (rest + NS_PER_SEC - 1) / NS_PER_SEC;
}

#endif
