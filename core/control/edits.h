/* SPDX-License-Identifier: MIT */
/*
 * edits - what differs between what plays and what the file says, in words.
 */
#ifndef FANFARE_CONTROL_EDITS_H
#define FANFARE_CONTROL_EDITS_H

#include "core/control/model.h"

/* [ctl] After a change: write the lines to c->edits and find out c->modified. */
void edits_compare(struct control *c);

/* [ctl] All of the model stands in the file now, in the same order. */
void edits_filed(struct control *c);

#endif
