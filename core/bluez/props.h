/* SPDX-License-Identifier: MIT */
/*
 * props - the properties of BlueZ's objects, read into our plain structs.
 *
 * One table for each interface says which property of which D-Bus type goes
 * where. A property that is unknown, or of another type than BlueZ documents,
 * is left out; one that is no longer valid goes back to "not told".
 */
#ifndef FANFARE_BLUEZ_PROPS_H
#define FANFARE_BLUEZ_PROPS_H

#include <systemd/sd-bus.h>

#include "core/bluez/bluez.h"

enum props_interface {
	PROPS_ADAPTER,
	PROPS_DEVICE,
	PROPS_BATTERY, /* into a device too */
	PROPS_TRANSPORT,
	PROPS_OTHER, /* nothing of ours */
};

/* What is read, with what only the mirror needs. */
struct props_device {
	struct bluez_device dev;
	bool uuids_known; /* its list of services is not empty */
	bool lists_a2dp;  /* and names the A2DP sink */
};

/* [any] Which table belongs to an interface's name. */
enum props_interface props_of(const char *interface);

/* [any] All fields as they are before anything was told. */
void props_clear_adapter(struct bluez_adapter *a);
void props_clear_device(struct props_device *d);
void props_clear_transport(struct bluez_transport *t);

/*
 * [ctl] Read a{sv}, where m stands, into object: a struct bluez_adapter,
 * props_device, props_device or bluez_transport, NULL to skip it. 0, or
 * -EPROTO when it is no a{sv}.
 */
int props_read(enum props_interface which, void *object, sd_bus_message *m);

/* [ctl] Read the "as" of properties that are no longer valid. As props_read(). */
int props_invalidate(enum props_interface which, void *object, sd_bus_message *m);

#endif
