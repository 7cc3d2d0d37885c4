/* SPDX-License-Identifier: MIT */
/*
 * fake_door - a core that only pretends, behind the real door's functions.
 *
 * A program that calls fake_door_new() is linked with this instead of
 * core/fanfare.c. It lies in shared memory, so that a test sees what the
 * console, in a process of its own, asks for.
 */
#ifndef FANFARE_TESTS_TUI_FAKE_DOOR_H
#define FANFARE_TESTS_TUI_FAKE_DOOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "core/fanfare.h"

struct fake_door {
	struct ff_snapshot snap;
	atomic_bool moving; /* levels change with every snapshot, as music's do */
	atomic_int snapshots, closed, commands, stops;
	_Atomic pid_t pid; /* of the process that opened it */
	struct ff_command command[64];
	int news; /* eventfd */
	int fail; /* -errno for ff_open() */
};

/* The one fake of this program, empty. */
struct fake_door *fake_door_new(void);

/* Let the console know that snap was changed. */
void fake_door_news(struct fake_door *f);

#endif
