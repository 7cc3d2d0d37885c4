/* SPDX-License-Identifier: MIT */
/*
 * peers - control's side of BlueZ: what it tells us, what it asks us, and the
 * operations a person asks for on a device that need not be a speaker of ours.
 */
#ifndef FANFARE_CONTROL_PEERS_H
#define FANFARE_CONTROL_PEERS_H

#include "core/control/model.h"

/* [ctl] Begin with BlueZ. 0 or -errno (no memory); no bus is a state. */
int peers_start(struct control *c, bool person);

/* [ctl] Leave it all; every operation has ended when this returns. */
void peers_stop(struct control *c);

/*
 * [ctl] After the zone rate changed, offer the new one: our end-points are
 * registered anew. Not from a callback of BlueZ.
 */
void peers_check_rate(struct control *c);

/* [ctl] Whether pairing or connecting is under way for any speaker or device. */
bool peers_paging(const struct control *c);

/* [ctl] Whether adapter (by address) is there, switched on and has our end-points. */
bool peers_adapter_ready(const struct control *c, const char *adapter);

/* [ctl] The one with the fewest speakers, NULL = none. */
const struct bluez_adapter *peers_idlest_adapter(const struct control *c);

/* [ctl] Where s is to be looked for: its own, else the idlest; NULL = none. */
const struct bluez_adapter *peers_adapter_for(const struct control *c, const struct speaker *s);

/*
 * [any with the lock] What keeps that adapter ("" = any) from being used, in words with
 * what mends it; "" = nothing. At most FF_TEXT_MAX bytes.
 */
void peers_missing(const struct control *c, const char *adapter, char *ret);

/* [ctl] What the person in front of us, if any, can answer. */
enum bluez_agent peers_agent(const struct control *c);

/* [any] Whether an SBC configuration carries one channel. */
bool peers_is_mono(const uint8_t config[4]);

/* [ctl] The speaker with that Bluetooth address, NULL = none in this profile. */
struct speaker *peers_speaker(const struct control *c, const char *address);

/* [any with the lock] Whether rfkill keeps that adapter silent. */
bool peers_blocked(const struct control *c, const struct bluez_adapter *a);

/* [ctl] Once a loop: see what rfkill does; an adapter that it lets go is switched on. */
void peers_watch(struct control *c);

#endif
