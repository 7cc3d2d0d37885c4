/* SPDX-License-Identifier: MIT */
/*
 * bench_door - what it takes to attach, to command, and to be looked at.
 *
 * A Fanfare in a process of its own plays a tone into two null speakers, on a
 * private bus. Of costs the median of several windows is told, with none, one
 * and ten consoles taking turns: other work on the machine hits some windows
 * and not the figure.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "core/base/clock.h"
#include "tests/service/host.h"

#define ATTACHES  100
#define COMMANDS  150 /* fewer than one caller may send at once */
#define WINDOWS	  5
#define WINDOW_NS NS_PER_SEC
#define FRAME_MS  50 /* of a console that shows meters */
#define CONSOLES  10

static struct ff_snapshot now;

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Sorts x. */
static void tell(const char *what, double *x, size_t n, const char *unit)
{
	qsort(x, n, sizeof(*x), by_size);
	printf("%-44s median %7.2f, 95 %% within %7.2f, most %7.2f %s\n", what, x[n / 2],
	       x[n * 95 / 100], x[n - 1], unit);
}

static bool plays(const struct ff_snapshot *s, const void *arg)
{
	(void)arg;
	return s->speakers_n == 2 && s->speakers[0].state == FF_PLAYING &&
	       s->speakers[1].state == FF_PLAYING;
}

static void bench_attach(void)
{
	const struct ff_options options = { .where = FF_ATTACHED };
	double ms[ATTACHES];

	for (int i = 0; i < ATTACHES; i++) {
		uint64_t began = clock_now();
		struct ff *ff = NULL;

		if (ff_open(&options, &ff, NULL) < 0)
			abort();
		ff_snapshot(ff, &now);
		ms[i] = (double)(clock_now() - began) / 1e6;
		ff_close(ff);
	}
	tell("attach until the first snapshot", ms, ATTACHES, "ms");
}

static void bench_command(struct ff *ff)
{
	double us[COMMANDS], seen[20];
	struct ff_command c = { .verb = FF_SET_VOLUME, .id = now.speakers[0].id };

	poll(NULL, 0, 1500); /* until this caller may send as many as ever */
	for (int i = 0; i < COMMANDS; i++) {
		uint64_t began = clock_now();

		c.value = -(float)(i % 40);
		if (ff_submit(ff, &c) < 0)
			abort();
		us[i] = (double)(clock_now() - began) / 1e3;
	}
	tell("a command and its answer", us, COMMANDS, "us");
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
		uint64_t began;

		poll(NULL, 0, 100);
		began = clock_now();
		c.value = -(float)(i + 41);
		if (ff_submit(ff, &c) < 0)
			abort();
		do {
			struct pollfd p = { .fd = ff_fd(ff), .events = POLLIN };

			poll(&p, 1, 1000);
			ff_snapshot(ff, &now);
		} while (now.speakers[0].volume_db != c.value);
		seen[i] = (double)(clock_now() - began) / 1e6;
	}
	tell("a command until its effect is seen", seen, sizeof(seen) / sizeof(seen[0]), "ms");
}

/* ---- what consoles cost ----------------------------------------------------------------- */

static pid_t console(void)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);

	struct ff *ff = host_attach();

	for (;;) {
		ff_snapshot(ff, &now);
		poll(NULL, 0, FRAME_MS);
	}
}

/* Seconds of CPU that a process has used. */
static double used(pid_t pid)
{
	struct timespec t = { 0 };
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
		abort();
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void bench_consoles(pid_t host)
{
	static const int counts[] = { 0, 1, CONSOLES };
	double percent[3][WINDOWS], own[WINDOWS];
	pid_t pids[CONSOLES];

	for (int w = 0; w < WINDOWS; w++) {
		for (int k = 0; k < 3; k++) {
			double before, mine = 0;
			uint64_t began;

			for (int i = 0; i < counts[k]; i++)
				pids[i] = console();
			poll(NULL, 0, 500);
			before = used(host);
			if (k)
				mine = used(pids[0]);
			began = clock_now();
			clock_sleep_until(began + WINDOW_NS);
			percent[k][w] =
				(used(host) - before) * 1e11 / (double)(clock_now() - began);
			if (k)
				own[w] = (used(pids[0]) - mine) * 1e11 /
					 (double)(clock_now() - began);
			for (int i = 0; i < counts[k]; i++)
				host_end(pids[i], SIGKILL);
		}
	}
	for (int k = 0; k < 3; k++)
		qsort(percent[k], WINDOWS, sizeof(double), by_size);
	qsort(own, WINDOWS, sizeof(double), by_size);
	printf("%-44s none %.2f, one %.2f, ten %.2f %% of a core\n",
	       "who plays, by consoles that look 20 times a second", percent[0][WINDOWS / 2],
	       percent[1][WINDOWS / 2], percent[2][WINDOWS / 2]);
	printf("%-44s %.2f %% of a core, but for drawing\n", "such a console itself",
	       own[WINDOWS / 2]);
}

int main(void)
{
	struct ff *ff;
	pid_t host;

	host_prepare(NULL);
	host = host_start();
	ff = host_attach();
	host_wait(ff, &now, plays, NULL, "music");
	bench_attach();
	bench_command(ff);
	ff_close(ff);
	bench_consoles(host);
	printf("%-44s %ld kB\n", "memory of who plays", host_memory(host));
	host_end(host, SIGTERM);
	host_clean(NULL);
	return EXIT_SUCCESS;
}
