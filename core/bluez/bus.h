/* SPDX-License-Identifier: MIT */
/*
 * bus - one connection to the system bus, and who is org.bluez on it.
 *
 * Embedded in struct bluez. Connects by itself, again with back-off after the
 * bus went away, and follows NameOwnerChanged of org.bluez. Calls go to the
 * unique name of that bluetoothd, so that an answer never comes from its
 * successor.
 */
#ifndef FANFARE_BLUEZ_BUS_H
#define FANFARE_BLUEZ_BUS_H

#include <systemd/sd-bus.h>

#include "core/bluez/bluez.h"

/* [ctl] BLUEZ_READY means here: somebody owns org.bluez. words: why not. */
typedef void (*bus_fn)(void *arg, enum bluez_state state, const char *words);

struct bus {
	sd_event *event;
	bus_fn changed;
	void *arg;

	sd_bus *bus;	  /* NULL = not connected */
	char bluez[64];	  /* unique name of org.bluez; "" = nobody */
	bool running;	  /* Hello is answered */
	uint64_t wait_us; /* before the next try to connect */

	sd_event_source *timer; /* next try, or the clearing away of a lost connection */
	sd_bus_slot *connected, *disconnected, *owner_changed, *owner_asked;
};

/* [ctl] Begin to connect once control is back in event. */
int bus_init(struct bus *b, sd_event *event, bus_fn changed, void *arg);
void bus_done(struct bus *b);

/* [ctl] A call to bluetoothd; *ret is the caller's. -ENOTCONN while there is none. */
int bus_new_call(struct bus *b, const char *path, const char *interface, const char *member,
		 sd_bus_message **ret);

/*
 * [ctl] Send it; fn gets the answer, or SD_BUS_ERROR_TIMEOUT after so many ms
 * (0 = never), unless *ret_slot is given up before.
 */
int bus_send(struct bus *b, sd_bus_message *m, uint32_t ms, sd_bus_message_handler_t fn,
	     void *arg, sd_bus_slot **ret_slot);

/* [ctl] Call without arguments whose answer interests nobody; errors neither. */
void bus_tell(struct bus *b, const char *path, const char *interface, const char *member);

/* [ctl] Set a property; whether it worked interests nobody. */
void bus_tell_bool(struct bus *b, const char *path, const char *interface, const char *property,
		   bool value);

/* [ctl] Does this message come from bluetoothd? */
bool bus_is_from_bluez(const struct bus *b, sd_bus_message *m);

#endif
