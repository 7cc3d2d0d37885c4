/* SPDX-License-Identifier: MIT */
/* measure - see measure.h. */
#include "tests/bench/measure.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MUSIC_SAMPLES (2 * (BENCH_MUSIC + BENCH_PERIOD))

static int16_t music[MUSIC_SAMPLES];

static void compose(void)
{
	static const double tone[2][4] = { { 0.0313, 0.0471, 0.1173, 0.4391 },
					   { 0.0313, 0.0527, 0.0939, 0.6113 } };
	uint32_t noise = 1;

	for (uint32_t i = 0; i < MUSIC_SAMPLES; i++) {
		double x = 0.0, t = i / 2 % BENCH_MUSIC;

		for (int k = 0; k < 4; k++)
			x += 3000.0 / (k + 1) * sin(tone[i & 1][k] * t);
		noise = noise * 1664525u + 1013904223u;
		music[i] = (int16_t)(x + (double)(noise >> 23) - 256.0);
	}
}

const int16_t *bench_music(uint64_t at)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, compose);
	return music + 2 * (at % BENCH_MUSIC);
}

void be_punctual(void)
{
	struct sched_param p = { .sched_priority = 40 };

	if (sched_setscheduler(0, SCHED_FIFO, &p) < 0)
		return; /* then what is measured includes our own delay */
}

_Noreturn void die(const char *what)
{
	perror(what);
	exit(1);
}

static struct usage usage_now(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (struct usage){
		.cpu = (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
		       1e-6 * (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec),
		.switches = r.ru_nvcsw + r.ru_nivcsw,
		.at = clock_now(),
	};
}

/* What is resident now, kB. */
static long resident(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%*d %ld", &pages) != 1)
		die("/proc/self/statm");
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE) / 1024;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void sort_doubles(double *x, uint32_t n)
{
	qsort(x, n, sizeof(*x), by_size);
}

void windows_begin(struct windows *w)
{
	w->first = w->last = usage_now();
	w->n = 0;
}

void windows_next(struct windows *w)
{
	struct usage now = usage_now();

	if (w->n < WINDOWS_MAX)
		w->cpu[w->n++] =
			100.0 * (now.cpu - w->last.cpu) * 1e9 / (double)(now.at - w->last.at);
	w->last = now;
}

void windows_report(struct windows *w, const char *kind, unsigned int outputs)
{
	double seconds = (double)(w->last.at - w->first.at) * 1e-9;

	sort_doubles(w->cpu, w->n);
	printf("%s %u %.3f %ld %.0f\n", kind, outputs, w->cpu[w->n / 2], resident(),
	       (double)(w->last.switches - w->first.switches) / seconds);
}

pid_t drain_begin(const int *far, unsigned int n)
{
	pid_t pid = fork();
	uint8_t buf[2048];

	if (pid != 0)
		return pid;
	be_punctual();
	for (;;) {
		clock_sleep_until(clock_now() + 5 * NS_PER_MS);
		for (unsigned int i = 0; i < n; i++)
			while (recv(far[i], buf, sizeof(buf), MSG_DONTWAIT) > 0)
				;
	}
}

void drain_end(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
}
