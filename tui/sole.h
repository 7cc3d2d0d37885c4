/* SPDX-License-Identifier: MIT */
/*
 * sole - one Fanfare for one user: two would fight over the speakers.
 *
 * Whoever plays holds a name in the abstract socket namespace, made of the
 * user and the home; the kernel takes it back when the process ends, however
 * it does, and tells others its process id.
 */
#ifndef FANFARE_TUI_SOLE_H
#define FANFARE_TUI_SOLE_H

#include <stdbool.h>
#include <sys/types.h>

/* [ui] The process of this user that plays already; 0 = none. */
pid_t sole_other(void);

/*
 * [ui] If another one plays, ask at the terminal whether to stop it, and do
 * so. True when we may play; else why not has been said.
 */
bool sole_ask(void);

/* [ui] Take the name for this process: a descriptor to keep, or -errno (it is taken). */
int sole_hold(void);

/* [ui] Somebody asks who has the name: let the kernel tell. Call when it is readable. */
void sole_answer(int fd);

#endif
