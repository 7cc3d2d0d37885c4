/* SPDX-License-Identifier: MIT */
/*
 * listing - the sound devices of this computer, looked for when asked, by a
 * thread of their own.
 */
#ifndef FANFARE_CONTROL_LISTING_H
#define FANFARE_CONTROL_LISTING_H

#include "core/control/model.h"

/* [ctl] Look (again); what is there already stands until it is found. */
void listing_ask(struct control *c);

/* [ctl] Once a loop: take what was found. */
void listing_step(struct control *c);

/* [ctl] Stop looking. */
void listing_stop(struct control *c);

/* [any with the lock] For the door. */
void listing_write(const struct control *c, struct ff_snapshot *ret);

#endif
