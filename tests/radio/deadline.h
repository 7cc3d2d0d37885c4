/* SPDX-License-Identifier: MIT */
/*
 * deadline - things that are to happen at a time.
 *
 * A deadline is embedded in whatever it belongs to; the list only links them,
 * earliest first, and owns nothing. Times are nanoseconds of the caller's clock,
 * handed in: nobody here reads a clock.
 */
#ifndef RADIO_DEADLINE_H
#define RADIO_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#define DEADLINE_NEVER UINT64_MAX

struct deadline {
	struct deadline *next;
	uint64_t at; /* ns; valid while armed */
	bool armed;
	void (*fire)(void *owner); /* called once, disarmed; may arm again */
	void *owner;
};

struct deadlines {
	struct deadline *first;
};

/* [any] A disarmed deadline that will call fire(owner). */
void deadline_init(struct deadline *d, void (*fire)(void *owner), void *owner);

/* [any] Arm for at (ns), whatever it was armed for before. Equal times fire in order. */
void deadline_arm(struct deadlines *list, struct deadline *d, uint64_t at);

/* [any] Disarm; a disarmed one stays so. */
void deadline_disarm(struct deadlines *list, struct deadline *d);

/* [any] When the earliest is due, or DEADLINE_NEVER. */
uint64_t deadlines_next(const struct deadlines *list);

/* [any] Take the earliest off the list if it is due at now; NULL when none is. */
struct deadline *deadlines_pop(struct deadlines *list, uint64_t now);

#endif
