/* SPDX-License-Identifier: MIT */
/*
 * airloss - what a speaker's adapter gives up of its sound.
 *
 * The adapter is told to drop what it could not deliver in time (io/flush.h);
 * each packet so lost is counted as the speaker's, as one is for which the
 * socket had no room. Nothing wakes but such a loss.
 */
#ifndef FANFARE_CONTROL_AIRLOSS_H
#define FANFARE_CONTROL_AIRLOSS_H

#include "core/control/model.h"

/*
 * [ctl] From now on, for the stream over socket fd on adapter (NULL: none
 * known). Goes without, and says so once, where the adapter cannot be reached.
 */
void airloss_begin(struct speaker *s, int fd, const struct bluez_adapter *adapter);

/* [ctl] The stream is over. More than once is fine. */
void airloss_end(struct speaker *s);

#endif
