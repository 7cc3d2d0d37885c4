/* SPDX-License-Identifier: MIT */
/*
 * links - Bluetooth speakers, from "never seen" to "playing", step by step.
 *
 *	search ─► pair ─► trust ─► connect ─► (BlueZ tells the transport) ─► acquire ─► flow
 *
 * Level-driven: links_step() looks at what is wanted and what BlueZ shows, and
 * begins what is next; it is called after anything changed and is harmless
 * when nothing did. So there is one way to recover from everything, which is
 * to look again. Pairing and connecting page, and paging takes air from those
 * that play: one at a time.
 */
#ifndef FANFARE_CONTROL_LINKS_H
#define FANFARE_CONTROL_LINKS_H

#include "core/control/model.h"

/* [ctl] Begin whatever is next for any speaker. */
void links_step(struct control *c);

/* [ctl] A person wants this speaker, or no longer. */
void links_want(struct speaker *s, bool wanted);

/* [ctl] It leaves the profile: end what is under way for it and let go of it. */
void links_leave(struct speaker *s);

/* [ctl] Its channel map changed: reconnect if what was agreed cannot carry it. */
void links_map_changed(struct speaker *s);

/* [ctl] Ask it for absolute_wanted, if that is said and it is there and offers a volume. */
void links_send_volume(struct speaker *s);

/* [any with the lock] The word for what BlueZ does for it now, "" = nothing. */
const char *links_doing(const struct speaker *s);

/* [any with the lock] Its state for the screen; reason "" or up to FF_TEXT_MAX bytes. */
enum ff_state links_state(const struct speaker *s, char *ret_reason);

#endif
