/* SPDX-License-Identifier: MIT */
/*
 * doctor - looks at this computer for what keeps Fanfare from playing well.
 *
 * Each finding says what there is, and where that is a fault what mends it.
 */
#ifndef FANFARE_CONTROL_DOCTOR_H
#define FANFARE_CONTROL_DOCTOR_H

#include "core/fanfare.h"

#include <stddef.h>

struct doctor {
	const char *root; /* "" in life; a test's folder with sys, proc, dev in it */
	struct ff_finding *found;
	uint32_t max, n;
};

/* [any] All of it; seconds at most, where a daemon does not answer. */
void doctor_examine(struct doctor *d);

/* ---- the parts -------------------------------------------------------------------------- */

/* [any] Another finding; todo "" = nothing to do. */
void doctor_find(struct doctor *d, enum ff_verdict verdict, const char *todo, const char *what,
		 ...) __attribute__((format(printf, 4, 5)));

/* [any] The first line of a file under root into ret, without its end; false = none. */
bool doctor_line(const struct doctor *d, char *ret, size_t size, const char *path, ...)
	__attribute__((format(printf, 4, 5)));

/* [any] From sysfs, and of each adapter what the kernel knows: radio, switches, Wi-Fi beside.
 */
void doctor_radio(struct doctor *d);

/* What the kernel says of an adapter, as of "Read Controller Information" of its mgmt API. */
struct doctor_adapter {
	char address[FF_ADDR_MAX];
	uint8_t version; /* of HCI; 9 is Bluetooth 5.0 */
	bool powered;
};

/* [any] Take that event (len bytes) apart; 0, or -EBADMSG, -EIO (the kernel refuses). */
int doctor_parse(const uint8_t *event, size_t len, struct doctor_adapter *ret);

/* [any] What to think of the adapter hci ("hci0") that is like that. */
void doctor_adapter(struct doctor *d, const char *hci, const struct doctor_adapter *a);

/* [any] "5.0" for 9, "newer than 6.0" for what came later. */
const char *doctor_version(uint8_t hci);

#endif
