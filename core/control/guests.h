/* SPDX-License-Identifier: MIT */
/*
 * guests - phones that play to this computer: from "somebody has begun" to a
 * source that is heard.
 *
 *	(the phone connects, and plays) ─► take up ─► flow ─► (it pauses, or goes)
 *
 * The other way round from links: nobody is paged and nothing is asked for. An
 * adapter offers itself as a loudspeaker while the profile has a source that
 * may be played to there. Level-driven like links_step(): one way to recover
 * from everything, which is to look again.
 */
#ifndef FANFARE_CONTROL_GUESTS_H
#define FANFARE_CONTROL_GUESTS_H

#include "core/control/model.h"

/* [ctl] Offer the adapters that are to be offered, and take up who plays. */
void guests_step(struct control *c);

/* [ctl] BlueZ told of a transport of ours that is not to a speaker. */
void guests_told(struct control *c, enum bluez_event event, const struct bluez_transport *t);

/* [ctl] Whether a source of the profile may be played to over that adapter ("" = any). */
bool guests_hear(const struct control *c, const char *adapter);

/* [ctl] Whether a source of the profile wants what that device plays over that adapter. */
bool guests_want(const struct control *c, const char *adapter, const char *address);

/* [ctl] It leaves the profile: what it heard is told to stop. */
void guests_leave(struct control *c, struct source_run *s);

/* [any with the lock] Linear, 0..1: what the phone's own volume asks for. */
float guests_gain(const struct source_run *s);

/* [any with the lock] Its state for the screen; reason "" or up to FF_TEXT_MAX bytes. */
enum ff_state guests_state(const struct control *c, const struct source_run *s,
			   char *ret_reason);

#endif
