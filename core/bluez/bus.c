/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/scope.h"
#include "core/bluez/bus.h"
#include "core/bluez/words.h"

#define DBUS_NAME	"org.freedesktop.DBus"
#define DBUS_PATH	"/org/freedesktop/DBus"
#define LOCAL_NAME	"org.freedesktop.DBus.Local"
#define LOCAL_PATH	"/org/freedesktop/DBus/Local"
#define SYSTEM_BUS	"unix:path=/run/dbus/system_bus_socket"
#define FIRST_WAIT_US	(250 * 1000ull)
#define LONGEST_WAIT_US (8 * 1000 * 1000ull)

static int on_timer(sd_event_source *source, uint64_t usec, void *arg);

static void clear(struct bus *b)
{
	b->connected = sd_bus_slot_unref(b->connected);
	b->disconnected = sd_bus_slot_unref(b->disconnected);
	b->owner_changed = sd_bus_slot_unref(b->owner_changed);
	b->owner_asked = sd_bus_slot_unref(b->owner_asked);
	if (b->bus)
		sd_bus_detach_event(b->bus);
	b->bus = sd_bus_close_unref(b->bus);
	b->bluez[0] = '\0';
	b->running = false;
}

static void wake_in(struct bus *b, uint64_t usec)
{
	if (b->timer && sd_event_source_set_time_relative(b->timer, usec) >= 0)
		sd_event_source_set_enabled(b->timer, SD_EVENT_ONESHOT);
}

static void try_later(struct bus *b)
{
	wake_in(b, b->wait_us);
	b->wait_us = b->wait_us * 2 < LONGEST_WAIT_US ? b->wait_us * 2 : LONGEST_WAIT_US;
}

static void set_owner(struct bus *b, const char *name)
{
	if (strcmp(b->bluez, name) == 0)
		return;
	if (b->bluez[0]) { /* also when another takes over at once: all is new there */
		b->bluez[0] = '\0';
		b->changed(b->arg, BLUEZ_NO_BLUETOOTHD,
			   "bluetoothd stopped: waiting for it to come back, or start it with "
			   "\"sudo systemctl start bluetooth\"");
	}
	if (name[0]) {
		words_copy(b->bluez, sizeof(b->bluez), name);
		b->changed(b->arg, BLUEZ_READY, "");
	}
}

static int on_owner_changed(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	const char *name, *before, *now;
	struct bus *b = arg;

	(void)ret_error;
	if (sd_bus_message_read(m, "sss", &name, &before, &now) < 0)
		return 0;
	b->owner_asked = sd_bus_slot_unref(b->owner_asked); /* this is newer */
	set_owner(b, now);
	return 0;
}

static int on_owner_asked(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct bus *b = arg;
	const char *name;

	(void)ret_error;
	b->owner_asked = sd_bus_slot_unref(b->owner_asked);
	if (sd_bus_message_is_method_error(m, SD_BUS_ERROR_NAME_HAS_NO_OWNER))
		b->changed(b->arg, BLUEZ_NO_BLUETOOTHD,
			   "bluetoothd is not running: start it with \"sudo systemctl start "
			   "bluetooth\" (Debian: package bluez)");
	else if (!sd_bus_message_is_method_error(m, NULL) &&
		 sd_bus_message_read(m, "s", &name) >= 0)
		set_owner(b, name);
	return 0;
}

/* Hello is answered: from here on the connection counts. */
static int on_connected(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct bus *b = arg;
	int r;

	(void)m;
	(void)ret_error;
	b->running = true;
	b->wait_us = FIRST_WAIT_US;
	/* followed first, asked second: no change can slip through between them */
	r = sd_bus_add_match_async(b->bus, &b->owner_changed,
				   "type='signal',sender='" DBUS_NAME "',path='" DBUS_PATH
				   "',interface='" DBUS_NAME
				   "',member='NameOwnerChanged',arg0='org.bluez'",
				   on_owner_changed, NULL, b);
	if (r >= 0)
		r = sd_bus_call_method_async(b->bus, &b->owner_asked, DBUS_NAME, DBUS_PATH,
					     DBUS_NAME, "GetNameOwner", on_owner_asked, b, "s",
					     "org.bluez");
	if (r < 0)
		wake_in(b, 0);
	return 0;
}

static int on_disconnected(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct bus *b = arg;

	(void)m;
	(void)ret_error;
	wake_in(b, 0); /* cleared away from outside of its own dispatch */
	return 0;
}

static int open_bus(struct bus *b)
{
	const char *address = secure_getenv("DBUS_SYSTEM_BUS_ADDRESS");
	int r;

	r = sd_bus_new(&b->bus);
	if (r < 0)
		return r;
	r = sd_bus_set_address(b->bus, address && *address ? address : SYSTEM_BUS);
	if (r >= 0)
		r = sd_bus_set_bus_client(b->bus, true);
	if (r >= 0)
		r = sd_bus_negotiate_fds(b->bus, true);
	if (r >= 0)
		r = sd_bus_set_connected_signal(b->bus, true);
	if (r >= 0)
		r = sd_bus_match_signal_async(b->bus, &b->connected, LOCAL_NAME, LOCAL_PATH,
					      LOCAL_NAME, "Connected", on_connected, NULL, b);
	if (r >= 0)
		r = sd_bus_match_signal_async(b->bus, &b->disconnected, LOCAL_NAME, LOCAL_PATH,
					      LOCAL_NAME, "Disconnected", on_disconnected, NULL,
					      b);
	if (r >= 0)
		r = sd_bus_start(b->bus);
	if (r >= 0)
		r = sd_bus_attach_event(b->bus, b->event, SD_EVENT_PRIORITY_NORMAL);
	return r;
}

/* Either a lost connection has to be cleared away, or it is time for a new one. */
static int on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	char words[BLUEZ_WORDS_MAX];
	struct bus *b = arg;
	int r;

	(void)source;
	(void)usec;
	if (b->bus) {
		bool had = b->running;

		/* while slots and objects of it can still be given up in good order */
		b->running = false;
		b->bluez[0] = '\0';
		b->changed(b->arg, BLUEZ_NO_BUS,
			   had ? "D-Bus went away: waiting for it to come back"
			       : "D-Bus does not accept us: trying again");
		clear(b);
		try_later(b);
		return 0;
	}
	r = open_bus(b);
	if (r < 0) {
		clear(b);
		snprintf(words, sizeof(words),
			 "no D-Bus system bus: %s (Debian: apt install dbus)", strerror(-r));
		b->changed(b->arg, BLUEZ_NO_BUS, words);
		try_later(b);
	}
	return 0;
}

int bus_init(struct bus *b, sd_event *event, bus_fn changed, void *arg)
{
	*b = (struct bus){
		.event = event, .changed = changed, .arg = arg, .wait_us = FIRST_WAIT_US
	};
	return sd_event_add_time_relative(event, &b->timer, CLOCK_MONOTONIC, 0, 0, on_timer, b);
}

void bus_done(struct bus *b)
{
	clear(b);
	b->timer = sd_event_source_disable_unref(b->timer);
}

int bus_new_call(struct bus *b, const char *path, const char *interface, const char *member,
		 sd_bus_message **ret)
{
	if (!b->bus || !b->bluez[0])
		return -ENOTCONN;
	return sd_bus_message_new_method_call(b->bus, ret, b->bluez, path, interface, member);
}

int bus_send(struct bus *b, sd_bus_message *m, uint32_t ms, sd_bus_message_handler_t fn,
	     void *arg, sd_bus_slot **ret_slot)
{
	if (!b->bus)
		return -ENOTCONN;
	return sd_bus_call_async(b->bus, ret_slot, m, fn, arg, ms ? ms * 1000ull : UINT64_MAX);
}

void bus_tell(struct bus *b, const char *path, const char *interface, const char *member)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;

	if (bus_new_call(b, path, interface, member, &m) >= 0 &&
	    sd_bus_message_set_expect_reply(m, false) >= 0)
		sd_bus_send(b->bus, m, NULL);
}

void bus_tell_bool(struct bus *b, const char *path, const char *interface, const char *property,
		   bool value)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;

	if (bus_new_call(b, path, "org.freedesktop.DBus.Properties", "Set", &m) >= 0 &&
	    sd_bus_message_set_expect_reply(m, false) >= 0 &&
	    sd_bus_message_append(m, "ssv", interface, property, "b", (int)value) >= 0)
		sd_bus_send(b->bus, m, NULL);
}

bool bus_is_from_bluez(const struct bus *b, sd_bus_message *m)
{
	const char *sender = sd_bus_message_get_sender(m);

	return sender && b->bluez[0] && strcmp(sender, b->bluez) == 0;
}
