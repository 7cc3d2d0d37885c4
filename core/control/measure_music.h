/* SPDX-License-Identifier: MIT */
/*
 * measure_music - one speaker timed against another while the music goes on.
 *
 *	open ─► a probe under the music in each, half a minute ─► reckoning ─► found
 *
 * The two probes lie 20 dB under what their speakers play (probe.h); a microphone
 * hears them, the music is taken away, and what remains says how much later the
 * one comes than the other (overhear.h). That is offered, and applied when asked.
 */
#ifndef FANFARE_CONTROL_MEASURE_MUSIC_H
#define FANFARE_CONTROL_MEASURE_MUSIC_H

#include "core/control/model.h"

/* [ctl] FF_CHECK_UNDER_MUSIC, FF_CANCEL_UNDER_MUSIC, FF_APPLY_UNDER_MUSIC. */
void measure_music_command(struct control *c, const struct ff_command *cmd);

/* [ctl] Go on with what is under way, and be woken when there is more to do. */
void measure_music_step(struct control *c);

/* [ctl] Put the probes into a plan. */
void measure_music_plan(struct control *c, struct plan *p);

/* [any with the lock] */
void measure_music_status(const struct control *c, struct ff_music_check *ret);

/* [ctl] Break off what is under way. */
void measure_music_end(struct control *c);

/* [ctl] Release all of it: no plan names its feeds any more. */
void measure_music_free(struct control *c);

#endif
