/* SPDX-License-Identifier: MIT */
/*
 * stalls - does this machine get its time?
 *
 * An emulated machine stands still while the computer outside does something else, and then
 * nothing in it can be in time. Sleeps for 10 ms at the highest priority, over and over, and
 * on SIGTERM prints how often it slept over 20 ms too long, and the worst: "COUNT WORST_MS".
 * Each such time is a line on standard error: CLOCK_MONOTONIC in seconds, and ms too long.
 */
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>

#define SLEEP_NS INT64_C(10000000)
#define STALL_NS INT64_C(20000000)

static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

int main(void)
{
	struct sched_param priority = { .sched_priority = sched_get_priority_max(SCHED_FIFO) };
	const struct timespec nap = { .tv_nsec = SLEEP_NS };
	int64_t worst = 0;
	unsigned count = 0;

	signal(SIGTERM, end);
	(void)mlockall(MCL_CURRENT | MCL_FUTURE);
	if (sched_setscheduler(0, SCHED_FIFO, &priority) < 0) {
		perror("stalls: SCHED_FIFO");
		return 1;
	}
	while (!ended) {
		int64_t from = now_ns(), late;

		if (nanosleep(&nap, NULL) < 0)
			break; /* the signal */
		late = now_ns() - from - SLEEP_NS;
		if (late > STALL_NS) {
			count++;
			fprintf(stderr, "%.3f %lld\n", (double)now_ns() / 1e9,
				(long long)(late / 1000000));
		}
		worst = late > worst ? late : worst;
	}
	printf("%u %lld\n", count, (long long)(worst / 1000000));
	return 0;
}
