/* SPDX-License-Identifier: MIT */
/*
 * What the console costs a line and a processor: bytes and writes at a pty,
 * and CPU, while eight speakers' stereo meters move; other full-screen programs
 * beside it where they are installed. Exits with 1 when a bound is not kept.
 */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/scope.h"
#include "tests/tui/console.h"

enum { LOOK_MS = 5000 };

struct cost {
	double bytes;  /* a second */
	double writes; /* a frame: to the terminal, and before that into our memory */
	double frames; /* a second */
	double cpu;    /* percent of one core */
};

static int missed;

/* Nanoseconds that pid has run, one thread or all; 0 = it is gone. */
static double run_ns(pid_t pid)
{
	char path[64];
	double ns = 0;
	FILE *f;

	snprintf(path, sizeof(path), "cat /proc/%d/task/*/schedstat 2>/dev/null", (int)pid);
	f = popen(path, "r");
	for (double one; f && fscanf(f, "%lf %*s %*s", &one) == 1;)
		ns += one;
	if (f)
		pclose(f);
	return ns;
}

/* write() calls of pid so far. */
static double writes_of(pid_t pid)
{
	char path[64], line[128];
	double n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/io", (int)pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "syscw: %lf", &n);
	if (f)
		fclose(f);
	return n;
}

static struct cost watch(struct terminal *t, pid_t pid, const atomic_int *snapshots)
{
	uint64_t began;
	double ns, writes, s;
	int frames;
	struct cost c = { 0 };

	terminal_pump(t, 1500); /* the first picture is not what is asked */
	terminal_bytes(t);
	frames = snapshots ? *snapshots : 0;
	ns = run_ns(pid), writes = writes_of(pid), began = clock_now();
	terminal_pump(t, LOOK_MS);
	s = (double)(clock_now() - began) / NS_PER_SEC;
	frames = snapshots ? *snapshots - frames : 0;
	c.cpu = (run_ns(pid) - ns) / s / 1e7;
	c.frames = frames / s;
	/* to a tenth: the looking may begin or end within a frame */
	c.writes = frames ? round((writes_of(pid) - writes) * 10 / frames) / 10 : 0;
	c.bytes = (double)terminal_bytes(t) / s;
	return c;
}

static struct cost ours(int rows, int cols, const struct setting *s, bool moving)
{
	struct fake_door *f = console_party(8);
	struct terminal *t;
	struct cost c;

	for (uint32_t i = 0; i < 8; i++) { /* all of them play, or none does */
		struct ff_speaker *p = &f->snap.speakers[i];

		p->state = moving ? FF_PLAYING : FF_OFF;
		p->retry_ms = 0;
		p->drop_age_ms = UINT32_MAX;
		p->level.peak_db[0] = p->level.peak_db[1] = moving ? -20 : FF_SILENT;
	}
	if (!moving) {
		f->snap.sources[0].state = FF_WAITING;
		f->snap.zones[0].level.peak_db[0] = f->snap.zones[0].level.peak_db[1] =
			FF_SILENT;
	}
	f->moving = moving;
	t = console_new(rows, cols, s);
	if (!terminal_shows(t, "leave", SOON))
		exit(1);
	c = watch(t, f->pid, &f->snapshots);
	console_end(f, t);
	return c;
}

static void say(const char *what, int rows, int cols, struct cost c)
{
	char writes[16] = "-", frames[16] = "-"; /* not to be told from outside */

	if (c.frames > 0) {
		snprintf(writes, sizeof(writes), "%.1f", c.writes);
		snprintf(frames, sizeof(frames), "%.1f", c.frames);
	}
	printf("%-22s %3dx%-2d %8.0f %8s %8s %7.2f\n", what, cols, rows, c.bytes, writes,
	       frames, c.cpu);
	fflush(stdout);
}

static void reached(const char *what, double value, double bound)
{
	printf("  %-60s %8.2f of %-8g %s\n", what, value, bound,
	       value <= bound ? "reached" : "MISSED");
	missed += !(value <= bound);
}

static int run_shell(void *command)
{
	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	return 127;
}

/* Another program with a screen of its own that moves, where it is installed. */
static void other(const char *program, const char *command)
{
	static const int sizes[][2] = { { 24, 80 }, { 50, 200 } };
	char line[128];

	snprintf(line, sizeof(line), "command -v %s >/dev/null", program);
	if (system(line) != 0) {
		printf("%-22s is not installed: not compared\n", command);
		return;
	}
	snprintf(line, sizeof(line), "exec %s", command);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct terminal *t = terminal_new(sizes[i][0], sizes[i][1], run_shell, line);

		say(command, sizes[i][0], sizes[i][1], watch(t, terminal_pid(t), NULL));
		terminal_free(t);
	}
}

int main(void)
{
	static const struct setting remote = { "xterm-256color", "C.UTF-8",
					       "192.0.2.1 5000 192.0.2.2 22", NULL };
	static const struct {
		int rows, cols;
		bool ssh;
		double bytes;
	} runs[] = { { 24, 80, true, 3000 },
		     { 50, 200, true, 10000 },
		     { 24, 80, false, 5200 },
		     { 50, 200, false, 15600 } };
	struct cost c[ARRAY_SIZE(runs)], idle;
	char what[80], home[] = "/tmp/fanfare-bench-XXXXXX";

	if (!console_prepare())
		return 1;
	printf("%-22s %6s %8s %8s %8s %7s\n", "8 speakers, stereo", "size", "bytes/s",
	       "writes/f", "frames/s", "CPU %");
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		c[i] = ours(runs[i].rows, runs[i].cols, runs[i].ssh ? &remote : &console_local,
			    true);
		say(runs[i].ssh ? "fanfare, 10 Hz (ssh)" : "fanfare, 20 Hz", runs[i].rows,
		    runs[i].cols, c[i]);
	}
	idle = ours(24, 80, &console_local, false);
	say("fanfare, nothing plays", 24, 80, idle);
	if (!mkdtemp(home))
		return 1;
	setenv("HOME", home, 1);
	other("htop", "htop -d 5");
	other("btop", "btop --utf-force");
	snprintf(what, sizeof(what), "rm -rf %s", home);
	if (system(what) != 0)
		return 1;

	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		snprintf(what, sizeof(what), "bytes a second, %dx%d at %d Hz", runs[i].cols,
			 runs[i].rows, runs[i].ssh ? 10 : 20);
		reached(what, c[i].bytes, runs[i].bytes);
		snprintf(what, sizeof(what), "writes a frame, %dx%d at %d Hz", runs[i].cols,
			 runs[i].rows, runs[i].ssh ? 10 : 20);
		reached(what, c[i].writes, 2);
	}
	reached("bytes a second while nothing moves", idle.bytes, 0);
	reached("percent of a core, 80x24 at 10 Hz", c[0].cpu, 1);
	return missed > 0;
}
