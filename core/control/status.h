/* SPDX-License-Identifier: MIT */
/*
 * status - from the model to a snapshot, and from states to log lines.
 */
#ifndef FANFARE_CONTROL_STATUS_H
#define FANFARE_CONTROL_STATUS_H

#include "core/control/model.h"

/* [any with the lock] Fill in all of *ret. */
void status_write(struct control *c, struct ff_snapshot *ret);

/*
 * [ctl] Look at every device: log what changed state, take up what they report
 * of their latency, and what the engine traced.
 */
void status_watch(struct control *c);

#endif
