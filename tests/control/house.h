/* SPDX-License-Identifier: MIT */
/*
 * house - the whole core in this process, with a folder of its own for
 * profiles, state and recordings; no Bluetooth. Time is the machine's, so
 * tests wait for a state with a generous end, never for a time.
 */
#ifndef FANFARE_TESTS_CONTROL_HOUSE_H
#define FANFARE_TESTS_CONTROL_HOUSE_H

#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/fanfare.h"

#include <setjmp.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

extern struct ff_snapshot now; /* as looked at last */

/* For cmocka: the folder, as $XDG_CONFIG_HOME and $XDG_STATE_HOME too, and away with it. */
int house_begin(void **state);
int house_end(void **state);

/* A path in the folder; two live at a time. */
const char *path_of(const char *name);
void write_file(const char *name, const char *text);

/* Open the core with that profile of the folder, or fail the test. */
struct ff *open_profile(const char *name);

/* Of now, by name; NULL = none. */
struct ff_speaker *speaker(const char *name);
struct ff_source *source(const char *name);

/* Look until until() says yes; fails the test when it never does. */
void wait_for(struct ff *ff, bool (*until)(void), const char *what);
#define WAIT_FOR(ff, expr)                                           \
	do {                                                         \
		uint64_t end_ = clock_now() + 20 * NS_PER_SEC;       \
		while (play_on((ff), 20 * NS_PER_MS), !(expr))       \
			if (clock_now() > end_)                      \
				fail_msg("never came true: " #expr); \
	} while (0)

/* Let time go by, and look. */
void play_on(struct ff *ff, uint64_t ns);

/* Submit, or fail the test. */
void submit(struct ff *ff, struct ff_command command);

/* Whether a line of the log in now has part in it. */
bool log_has(const char *part);

/* The longest run of frames that are exactly zero, after sound began and before it ended. */
sf_count_t longest_silence(const char *path, sf_count_t *ret_frames);

#define RATE 44100

/* Read up to most stereo frames of a tape; returns how many. */
sf_count_t read_tape(const char *path, float *ret, sf_count_t most);

/* Frame of the timeline at which frame 0 of a tape lies: by the pink noise at its frame at. */
uint64_t find_start(const float *tape, sf_count_t at);

#endif
