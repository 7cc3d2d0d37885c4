/* SPDX-License-Identifier: MIT */
/*
 * far - the console in another room: a real sshd of the test's own on
 * 127.0.0.1, and real ssh clients that log in to it as whoever runs the test.
 *
 * Its keys, configuration and log are in a folder of its own; nothing of this
 * machine's or this user's SSH is read or changed.
 */
#ifndef TESTS_SERVICE_FAR_H
#define TESTS_SERVICE_FAR_H

#include "tests/tui/terminal.h"

#include <stdint.h>

/* Make keys and configuration and start the sshd; the test fails with words where it cannot. */
void far_prepare(void);
void far_clean(void);

/* A console over there, and the processes that it is made of. */
struct far {
	struct terminal *line; /* where its ssh client runs */
	pid_t sshd;	       /* holds its session */
	pid_t waits;	       /* what the shell over there started: session.h's parent */
	pid_t draws;	       /* its child, which is attached */
	double whole_ms;       /* from the start of ssh to the first full picture */
	double attach_ms;      /* from the start of program over there, to the same */
};

/*
 * Log in with ssh -tt, run program (a path) there with the test's own environment for
 * Fanfare, and wait until all of these texts (NULL ends them) stand on the screen.
 */
void far_attach(struct far *f, const char *program, const char *const *picture);

/* Whether the console over there has ended, both its processes, before ms are over. */
bool far_gone(struct far *f, int ms);

/* Time that the console over there has computed, ms. */
double far_computed(const struct far *f);

/* Close our end; the rest of it must have gone already. */
void far_free(struct far *f);

#endif
