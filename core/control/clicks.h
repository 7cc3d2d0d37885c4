/* SPDX-License-Identifier: MIT */
/*
 * clicks - two speakers aligned by ear: a click a second on both, the others
 * silent.
 *
 * They get a mix of their own in the plan. A change of their delays takes
 * effect between two clicks, when nothing sounds in their lines, at once and
 * whole: whoever listens hears each click at the old distance or the new.
 */
#ifndef FANFARE_CONTROL_CLICKS_H
#define FANFARE_CONTROL_CLICKS_H

#include "core/control/model.h"

#define CLICKS_SLOT FF_ZONES /* the mix of a plan that no zone has */

/*
 * [ctl] Begin with these two (ids), instead of any before. -ENOENT one of them
 * is not there, -EINVAL both are one, -EXDEV they are in different zones, which
 * are not aligned with each other, -ENOMEM, -EAGAIN.
 */
int clicks_on(struct control *c, uint32_t speaker, uint32_t reference);

/* [ctl] Music again, if there were clicks. */
void clicks_off(struct control *c);

/* [ctl] End it when one of the two has left, or moved away from the other. */
void clicks_step(struct control *c);

/* [any with the lock] Whether s is one of the two. */
bool clicks_has(const struct control *c, const struct speaker *s);

/* When the delays of the two may change, by the next plan. */
enum clicks_turn {
	CLICKS_ANY,    /* as ever: nothing changes, or there is no better moment */
	CLICKS_SETTLE, /* now, at once */
	CLICKS_HOLD,   /* not yet */
};

/* [ctl] The turn of a plan sent now. With CLICKS_HOLD the loop is woken when it is time. */
enum clicks_turn clicks_turn(struct control *c);

/*
 * [any] The first frame, frame or later, from which on for an eighth of a
 * second no click is in a line of longest frames at rate (frames/s), to within
 * 2 ms. UINT64_MAX = never: the line is too long.
 */
uint64_t clicks_quiet_at(uint64_t frame, uint32_t rate, uint32_t longest);

#endif
