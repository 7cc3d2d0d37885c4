/* SPDX-License-Identifier: MIT */
/*
 * child - a shell command whose standard output we read.
 *
 * It runs in a process group of its own, as an ordinary process: default
 * signals, none blocked, no real-time priority, no descriptor but its three.
 * What it says on standard error is kept by its last line.
 */
#ifndef FANFARE_IO_CHILD_H
#define FANFARE_IO_CHILD_H

#include "core/io/runner.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct child {
	pid_t pid;	/* also its group's; 0 = none */
	int out;	/* its standard output, non-blocking; ours */
	int err;	/* its standard error, likewise */
	char last[80];	/* the last line of it that is not empty */
	char line[80];	/* the line being read */
	size_t line_n;	/* bytes of it */
	uint64_t since; /* ns; when it was started */
};

/* [io] Start /bin/sh -c command. -errno (no process, no descriptor). */
int child_start(struct child *c, const char *command);

/* [io] Take in what it has said on standard error. */
void child_listen(struct child *c);

/* [io] Whether it is over; its status stays to be had by child_end(). */
bool child_over(const struct child *c);

/*
 * [io] End it: SIGTERM to its group, SIGKILL to what is left after patience
 * (ns), reap it, close all. At once when it is over already. *ret_status is
 * waitpid()'s.
 */
void child_end(struct child *c, uint64_t patience, int *ret_status);

#endif
