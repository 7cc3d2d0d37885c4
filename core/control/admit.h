/* SPDX-License-Identifier: MIT */
/*
 * admit - letting a phone in that has never been here.
 *
 * For some minutes, and only when a person asked for it, the adapters that
 * hear are found by whoever looks, and may be paired with: at once where there
 * is nothing to compare, else by the numbers that the person confirms. Who has
 * come in is trusted, and the door is shut behind it.
 */
#ifndef FANFARE_CONTROL_ADMIT_H
#define FANFARE_CONTROL_ADMIT_H

#include "core/control/model.h"

/*
 * [ctl] For seconds (10..600), at adapter ("" = all that hear); 0 seconds shuts
 * the door. -ENOTCONN no bluetoothd, -ENODEV no such adapter is on, -ENOENT no
 * source of the profile could be played to.
 */
int admit_ask(struct control *c, const char *adapter, uint32_t seconds);

/* [ctl] Keep it open as long as it is to be, and shut it then. */
void admit_step(struct control *c);

/* [ctl] Whether a device that wants to pair over that adapter is let in; it is at the door
 * then.
 */
bool admit_knocks(struct control *c, const char *adapter, const char *address);

/* [ctl] BlueZ told of a device: is that the one, and in? */
void admit_told(struct control *c, const struct bluez_device *d);

#endif
