/* SPDX-License-Identifier: MIT */
/*
 * tap - the last seconds of what a device gave, as its own clock counted it.
 *
 * A source matches its device to the timeline, a little faster or slower from
 * moment to moment. Who measures time by sound needs it unmatched: frame after
 * frame, so that whatever the clock is off by is the same all along. One thread
 * fills it, another reads; nobody waits for long.
 */
#ifndef FANFARE_IO_TAP_H
#define FANFARE_IO_TAP_H

#include "core/base/scope.h"

#include <stdint.h>

struct tap;

/* How far a tap has got. */
struct tap_state {
	uint32_t rate;	 /* frames/s of the device; 0 = none came yet */
	uint64_t frames; /* that came so far */
	uint64_t origin; /* ns at which the first was heard, or a little later; reckoned anew
			    after a break */
	uint64_t breaks; /* times that frames were lost */
};

/* [ctl] A tap that keeps seconds (1..60). -ENOMEM. *ret is the caller's. */
int tap_new(double seconds, struct tap **ret);
void tap_free(struct tap *t);
SCOPED_FN(struct tap, tap_free)

/*
 * [io] frames stereo frames of a device at rate were read at now (ns); it is
 * kept as one channel, the mean. Another rate than before begins anew, and
 * counts as a break.
 */
void tap_push(struct tap *t, uint64_t now, uint32_t rate, const float *stereo, uint32_t frames);

/* [io] What comes next does not continue what was. */
void tap_break(struct tap *t);

/* [any] */
void tap_look(struct tap *t, struct tap_state *ret);

/* [any] Copy n frames from number from on. -ERANGE: not all there yet, or not any more. */
int tap_read(struct tap *t, uint64_t from, float *ret, uint32_t n);

#endif
