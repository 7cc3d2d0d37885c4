/* SPDX-License-Identifier: MIT */
/*
 * peer - what the far side's devices share: an adapter made ready to be found, and an
 * agent without buttons that agrees to everything.
 *
 * The device says which adapter and under what name, and registers what it offers when it
 * is asked to. A peer outlives bluetoothd and its adapter, and asks again when they return.
 */
#ifndef FANFARE_LAB_PEER_H
#define FANFARE_LAB_PEER_H

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

/* Fill in the first five, leave the rest zero. */
struct peer {
	const char *where; /* hciN or an address */
	const char *name;  /* alias to take; NULL: leave */
	/*
	 * [ctl] Register what the device offers with the adapter at this path, which is
	 * powered. 0, or -errno: tried again until it holds.
	 */
	int (*serve)(void *user, const char *adapter);
	/* [ctl] The adapter or bluetoothd is gone, and with it all that was registered. */
	void (*lost)(void *user);
	void *user;

	sd_bus *bus;	  /* the system bus, once opened */
	sd_event *event;  /* the program's default one, likewise */
	char adapter[64]; /* object path while served, else empty */
	int refused;	  /* -errno of the last try, so that it is said once */
};

/* [any] A line on standard output, with CLOCK_MONOTONIC in seconds before it. */
void peer_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* [ctl] Open bus and event, and see to the adapter from then on. 0 or -errno. */
int peer_open(struct peer *p);

/* [ctl] What was registered is gone: ask the device to serve again. */
void peer_again(struct peer *p);

#endif
