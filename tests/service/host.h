/* SPDX-License-Identifier: MIT */
/*
 * host - a Fanfare in a process of its own that serves others, on the private
 * bus of tests/bluez/rig.h.
 *
 * Two speakers that play into nothing and a tone, no Bluetooth. To be started
 * while the test has no threads of its own.
 */
#ifndef TESTS_SERVICE_HOST_H
#define TESTS_SERVICE_HOST_H

#include "core/fanfare.h"

#include <sys/types.h>

/*
 * Fixtures of a group: folders and profile for this program, where HOME and XDG_* point from
 * now on, and the bus, which runs. They use no state.
 */
int host_prepare(void **state);
int host_clean(void **state);

/* Start it; does not wait for it to be on the bus. */
pid_t host_start(void);

/* The program that make built, whole. */
const char *host_program(void);

/* Start the program itself, headless, with this profile instead. */
pid_t host_start_program(const char *profile_text);

/* Of a file beside its profile. */
const char *host_path(const char *name);

/* End it and wait for that; its exit status, or -signal. */
int host_end(pid_t pid, int sig);

/* Attach, for up to 20 s; fails the test when there is no way in. */
struct ff *host_attach(void);

/* Look until until(snapshot, arg) holds, for up to 20 s. */
typedef bool (*host_until)(const struct ff_snapshot *s, const void *arg);
void host_wait(struct ff *ff, struct ff_snapshot *ret, host_until until, const void *arg,
	       const char *what);

/*
 * No gap from one look to a later one: no speaker lost a frame, no source ran dry. Where the
 * clock thread itself was not woken in time, the machine stood still, which is none of the
 * door's doing.
 */
void host_no_gap(const struct ff_snapshot *before, const struct ff_snapshot *now);

/* Resident memory of a process, kB. */
long host_memory(pid_t pid);

/* Descriptors it has open. */
int host_descriptors(pid_t pid);

#endif
