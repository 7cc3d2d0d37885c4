/* SPDX-License-Identifier: MIT */
/*
 * source_pipe - raw samples from a command's standard output, a FIFO, a file
 * or our own standard input. How they flow is told in flow.h; here is what
 * becomes of each when it is not there, ends and comes back.
 */
#include "core/io/child.h"
#include "core/io/flow.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define LOOK	 (250 * NS_PER_MS) /* longest time in one flow_step() */
#define WHY	 160
#define PATIENCE (200 * NS_PER_MS) /* for a command to end by itself */

/* ---- command ----------------------------------------------------------------------------- */

/* How it ended, as a clause: "ended with status 2: no such file". */
static void say_end(const struct child *c, int status, char *to, size_t size)
{
	int n;

	if (WIFSIGNALED(status))
		n = snprintf(to, size, "was ended by signal %d (%s)", WTERMSIG(status),
			     strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == 127)
		n = snprintf(to, size, "was not found");
	else if (WEXITSTATUS(status))
		n = snprintf(to, size, "ended with status %d", WEXITSTATUS(status));
	else
		n = snprintf(to, size, "ended, and starts again");
	if (c->last[0] && n > 0 && (size_t)n < size)
		snprintf(to + n, size - (size_t)n, ": %s", c->last);
}

/* Run it once. 0 = it ended, end says how; -ECANCELED = stopping; else -errno. */
static int run_once(struct source *s, char *end, size_t size, uint64_t *ret_ran)
{
	char quiet[WHY];
	struct child c;
	struct flow f;
	int status = 0, r;

	r = child_start(&c, s->device);
	if (r < 0)
		return r;
	snprintf(quiet, sizeof(quiet), "The command \"%.80s\" runs but writes no sound now.",
		 s->device);
	r = flow_open(&f, s, c.out, false, quiet);
	while (r == 0) {
		r = flow_step(&f, clock_now() + LOOK);
		child_listen(&c);
	}
	/* its output is closed: it is ending, and may say why for a moment */
	for (int i = 0; r == 1 && !child_over(&c) && i < 20; i++)
		if (!runner_sleep_until(&s->runner, clock_now() + 10 * NS_PER_MS))
			break;
	*ret_ran = clock_now() - c.since;
	flow_close(&f);
	child_end(&c, PATIENCE, &status);
	say_end(&c, status, end, size);
	return r == 1 ? 0 : r;
}

void source_command_run(struct source *s)
{
	struct backoff wait = { .first = NS_PER_SEC, .most = 30 * NS_PER_SEC };
	uint64_t retry;

	do {
		char end[100] = "";
		uint64_t ran = 0;
		int r = run_once(s, end, sizeof(end), &ran);

		if (r == -ECANCELED)
			return;
		if (ran > 10 * NS_PER_SEC)
			backoff_reset(&wait);
		retry = clock_now() + backoff_next(&wait);
		if (r < 0)
			health_set(&s->health, HEALTH_WAITING, retry,
				   "The command \"%.60s\" cannot be run: %s.", s->device,
				   strerror(-r));
		else
			health_set(&s->health, HEALTH_WAITING, retry,
				   "The command \"%.50s\" %.95s.", s->device, end);
	} while (runner_sleep_until(&s->runner, retry));
}

/* ---- FIFO and file ----------------------------------------------------------------------- */

/* The path opened and looked at; -errno, with why. */
static int open_path(struct source *s, bool *ret_file, char why[WHY])
{
	/* a FIFO opened like this does not wait for its writer */
	int fd = open(s->device, O_RDONLY | O_NONBLOCK | O_CLOEXEC), e = errno;
	struct stat st;

	if (fd < 0) {
		if (e == ENOENT || e == ENOTDIR)
			snprintf(why, WHY, "There is no \"%.80s\": make it with mkfifo.",
				 s->device);
		else
			snprintf(why, WHY, "\"%.80s\" cannot be read: %s.", s->device,
				 strerror(e));
		return -e;
	}
	if (fstat(fd, &st) < 0 ||
	    (!S_ISFIFO(st.st_mode) && !S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))) {
		snprintf(why, WHY, "\"%.80s\" is neither a FIFO nor a file: name one.",
			 s->device);
		close(fd);
		return -EINVAL;
	}
	*ret_file = S_ISREG(st.st_mode);
	return fd;
}

/* Whether the path still leads to what we have open. */
static bool still_there(const char *path, int fd)
{
	struct stat a, b;

	return stat(path, &a) == 0 && fstat(fd, &b) == 0 && a.st_ino == b.st_ino &&
	       a.st_dev == b.st_dev;
}

/* Read fd until its end: 1, -ECANCELED, -ESTALE (another thing is there now), -errno. */
static int read_path(struct source *s, int fd, bool file)
{
	char quiet[WHY];
	struct flow f;
	int r;

	snprintf(quiet, sizeof(quiet),
		 "No one writes to \"%.80s\" now; it is heard when someone does.", s->device);
	r = flow_open(&f, s, fd, file, quiet);
	while (r == 0) {
		r = flow_step(&f, clock_now() + 2 * LOOK);
		if (r == 0 && f.mode == FLOW_QUIET && !still_there(s->device, fd))
			r = -ESTALE;
	}
	flow_close(&f);
	return r;
}

void source_fifo_run(struct source *s)
{
	struct backoff wait = { .first = NS_PER_SEC / 2, .most = 2 * NS_PER_SEC };
	char why[WHY];
	uint64_t retry;

	for (;;) {
		bool file = false;
		int fd = open_path(s, &file, why), r = fd;

		/* a writer that leaves and the next one: opened anew, before the old is
		 * closed, so that no writer ever finds nobody reading */
		while (r >= 0) {
			int next;

			r = read_path(s, fd, file);
			if (r != 1 || file)
				break;
			next = open_path(s, &file, why);
			close(fd);
			fd = r = next;
			backoff_reset(&wait);
		}
		if (fd >= 0)
			close(fd);
		if (r == -ECANCELED || runner_stopping(&s->runner))
			return;
		if (r == 1) {
			health_set(&s->health, HEALTH_ENDED, 0,
				   "The file \"%.80s\" is at its end.", s->device);
			return;
		}
		if (fd >= 0)
			snprintf(why, WHY, "\"%.80s\" is not there any more: %s.", s->device,
				 strerror(-r));
		retry = clock_now() + backoff_next(&wait);
		health_set(&s->health, HEALTH_WAITING, retry, "%s", why);
		if (!runner_sleep_until(&s->runner, retry))
			return;
	}
}

/* ---- standard input ---------------------------------------------------------------------- */

void source_stdin_run(struct source *s)
{
	struct flow f;
	struct stat st;
	int r;

	if (isatty(STDIN_FILENO)) {
		health_set(&s->health, HEALTH_ENDED, 0,
			   "Standard input is a terminal: start Fanfare with sound piped into "
			   "it.");
		return;
	}
	if (fstat(STDIN_FILENO, &st) < 0) {
		health_set(&s->health, HEALTH_ENDED, 0,
			   "Standard input is closed: start Fanfare with sound piped into it.");
		return;
	}
	r = flow_open(&f, s, STDIN_FILENO, S_ISREG(st.st_mode),
		      "Nothing comes from standard input now.");
	while (r == 0)
		r = flow_step(&f, clock_now() + 2 * LOOK);
	flow_close(&f);
	if (r == 1)
		health_set(&s->health, HEALTH_ENDED, 0, "Standard input came to its end.");
	else if (r != -ECANCELED)
		health_set(&s->health, HEALTH_ENDED, 0, "Standard input cannot be read: %s.",
			   strerror(-r));
}
