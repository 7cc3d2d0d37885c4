/* SPDX-License-Identifier: MIT */
/*
 * allowance - how many calls each caller may make, so that one that floods
 * is refused and the others are not.
 *
 * Each caller has a bucket of ALLOWANCE_BURST calls that fills again at
 * ALLOWANCE_RATE a second; who called longest ago makes room for a new one. A
 * value: embed it, nothing to release. The clock is passed in.
 */
#ifndef FANFARE_SERVICE_ALLOWANCE_H
#define FANFARE_SERVICE_ALLOWANCE_H

#include <stdbool.h>
#include <stdint.h>

#define ALLOWANCE_RATE	  200 /* calls a second; a held key sends some 30 */
#define ALLOWANCE_BURST	  200 /* calls at once: undoing a whole profile */
#define ALLOWANCE_CALLERS 64
#define ALLOWANCE_NAME	  64 /* bytes of a caller's name, with its terminator */

struct allowance_caller {
	char name[ALLOWANCE_NAME]; /* "" = unused */
	uint64_t at;		   /* ns of the latest call */
	uint64_t left;		   /* in the bucket, ns worth of filling */
};

struct allowance {
	struct allowance_caller callers[ALLOWANCE_CALLERS];
};

/* [any] May caller (its unique name) make one more call at time now (ns)? */
bool allowance_take(struct allowance *a, const char *caller, uint64_t now);

#endif
