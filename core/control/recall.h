/* SPDX-License-Identifier: MIT */
/*
 * recall - what was set by hand and not saved is kept, and taken up again by
 * the next start with the same profile.
 *
 * Written a few seconds after a change by a thread of its own, as a worn card
 * may take long, and once more at the end.
 */
#ifndef FANFARE_CONTROL_RECALL_H
#define FANFARE_CONTROL_RECALL_H

#include "core/control/model.h"

/*
 * [ctl] After the last profile was loaded at a start: set what was kept for it.
 * What is torn, of another version, or for another text of the profile is told
 * in the log and ignored.
 */
void recall_take_up(struct control *c);

/* [ctl] Once a loop: keep what changed, when it is time. */
void recall_step(struct control *c);

/* [ctl] At the end, while all is still there: keep it now. */
void recall_end(struct control *c);

#endif
