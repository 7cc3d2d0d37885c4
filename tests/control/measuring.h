/* SPDX-License-Identifier: MIT */
/*
 * measuring - the whole core in the parlour, told to measure and waited for.
 */
#ifndef FANFARE_TESTS_CONTROL_MEASURING_H
#define FANFARE_TESTS_CONTROL_MEASURING_H

#include "core/base/clock.h"
#include "tests/control/parlour.h"

extern struct control *core;

/* Three speakers that differ in all they can, and a little noise. */
extern const struct parlour_setup usual;

/* The first two of them. */
struct parlour_setup two(void);

/* The last of a test: the parlour is closed. */
int leave(void **state);

/* A moment later, into now. */
void look(void);

/* A measurement goes through up to four runs of ten seconds. */
#define LOOK_UNTIL(expr)                                                               \
	do {                                                                           \
		uint64_t end_ = clock_now() + 90 * NS_PER_SEC;                         \
		while (look(), !(expr))                                                \
			if (clock_now() > end_)                                        \
				fail_msg("never came true: " #expr ", at step %d: %s", \
					 (int)now.measure.step, now.measure.words);    \
	} while (0)

void ask(enum ff_verb verb, bool flag);
void measure_with(enum ff_verb verb, uint32_t id, const char *type, const char *device);

/* Open the parlour, and wait until there is music in it. */
void enter(const struct parlour_setup *setup);

/* The measurement asked for last has ended. */
bool over(void);

/* What was seen of the latest one on its way. */
extern struct seen {
	uint64_t began, ended; /* ns: somebody had a turn, all was known */
	float third; /* dBFS: the loudest the speaker was that has none, C in checks */
} seen;

/*
 * Measure to the end; which of the speakers were seen to have a turn in the first
 * pass. A machine that stands still tears the microphone's sound: then again.
 */
uint32_t through(enum ff_verb verb, uint32_t id);
uint32_t measure_through(void);

/* How loud the first speaker is, dBFS. */
double music_db(void);

/* It ends with a refusal that says part; nothing is changed, and the music comes back. */
void refused(const char *part);

#endif
