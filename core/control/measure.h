/* SPDX-License-Identifier: MIT */
/*
 * measure - the speakers of a zone measured with a microphone, and aligned.
 *
 *	open ─► fade ─► turns ─► solve ─► in force ─► turns ─► verified ─► music
 *	                 ▲         │ 6 dB louder, twice at most
 *	                 └─────────┘
 *
 * The music of the zone fades away. All its speakers play a quiet tone, and one
 * after the other leaves for a mix of its own to play the sweep. A microphone
 * that no source of the profile is hears it; each slot is looked at as soon as
 * it is over.
 *
 * The check of one speaker is the same with two: a measured one, R, and the one
 * that is in doubt, S, in the turns R S S R. When S is in time with R all stays
 * as it is, and there is no second pass.
 */
#ifndef FANFARE_CONTROL_MEASURE_H
#define FANFARE_CONTROL_MEASURE_H

#include "core/control/model.h"

/* [ctl] FF_MEASURE, FF_MEASURE_ONE, FF_MEASURE_CANCEL, FF_MEASURE_RESULT, FF_MEASURE_LEVELS. */
void measure_command(struct control *c, const struct ff_command *cmd);

/* [ctl] Go on with what is under way, and be woken when there is more to do. */
void measure_step(struct control *c);

/* [ctl] Put into a plan what is to sound for it. */
void measure_plan(struct control *c, struct plan *p);

/* [any with the lock] */
void measure_status(const struct control *c, struct ff_measure *ret);

/* [ctl] Whether a measurement is under way, so that its zone is the microphone's alone. */
bool measure_is_on(const struct control *c);

/* [ctl] Break off what is under way: its speakers are about to go. */
void measure_end(struct control *c);

/* [ctl] Release all of it: no plan names its feeds any more. */
void measure_free(struct control *c);

#endif
