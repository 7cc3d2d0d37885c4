/* SPDX-License-Identifier: MIT */
#include "tests/lab/peer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/base/clock.h"
#include "core/base/scope.h"

#define AGENT_PATH "/lab/agent"
#define MANAGER	   "org.bluez.AgentManager1"
#define LOOK_USEC  500000u /* how often to look for an adapter that is missing */

void peer_say(const char *format, ...)
{
	va_list args;

	printf("%.6f ", (double)clock_now() / (double)NS_PER_SEC);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

/* ---- the agent ------------------------------------------------------------------------ */

static int on_agree(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	(void)userdata;
	(void)error;
	peer_say("agreed to %s", sd_bus_message_get_member(m));
	return sd_bus_reply_method_return(m, "");
}

static const sd_bus_vtable agent_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Release", "", "", on_agree, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RequestConfirmation", "ou", "", on_agree, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RequestAuthorization", "o", "", on_agree, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("AuthorizeService", "os", "", on_agree, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Cancel", "", "", on_agree, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

/* Refused when a bluetoothd that stayed knows it already. */
static void register_agent(struct peer *p)
{
	(void)sd_bus_call_method(p->bus, "org.bluez", "/org/bluez", MANAGER, "RegisterAgent",
				 NULL, NULL, "os", AGENT_PATH, "NoInputNoOutput");
	(void)sd_bus_call_method(p->bus, "org.bluez", "/org/bluez", MANAGER,
				 "RequestDefaultAgent", NULL, NULL, "o", AGENT_PATH);
}

/* ---- the adapter ---------------------------------------------------------------------- */

/* One value of the D-Bus type. */
static int set_adapter(struct peer *p, const char *path, const char *key, const char *type, ...)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	va_list args;
	int r;

	r = sd_bus_message_new_method_call(p->bus, &m, "org.bluez", path,
					   "org.freedesktop.DBus.Properties", "Set");
	if (r < 0)
		return r;
	r = sd_bus_message_append(m, "ss", "org.bluez.Adapter1", key);
	if (r < 0)
		return r;
	r = sd_bus_message_open_container(m, 'v', type);
	if (r < 0)
		return r;
	va_start(args, type);
	r = sd_bus_message_appendv(m, type, args);
	va_end(args);
	if (r < 0)
		return r;
	r = sd_bus_message_close_container(m);
	if (r < 0)
		return r;
	return sd_bus_call(p->bus, m, 0, NULL, NULL);
}

/* 0 and its object path (at most size - 1 bytes), -ENODEV, or -errno. */
static int find_adapter(struct peer *p, char *ret_path, size_t size)
{
	for (int i = 0; i < 16; i++) {
		char path[64];
		SCOPED(freep) char *address = NULL;

		snprintf(path, sizeof(path), "/org/bluez/hci%d", i);
		if (sd_bus_get_property_string(p->bus, "org.bluez", path, "org.bluez.Adapter1",
					       "Address", NULL, &address) < 0)
			continue;
		if (strcasecmp(p->where, address) != 0 &&
		    strcmp(p->where, path + strlen("/org/bluez/")) != 0)
			continue;
		snprintf(ret_path, size, "%s", path);
		return 0;
	}
	return -ENODEV;
}

/* Everything a device needs of bluetoothd; found only when it has all it offers. */
static int make_ready(struct peer *p)
{
	char path[sizeof(p->adapter)];
	int r;

	r = find_adapter(p, path, sizeof(path));
	if (r < 0)
		return r;
	r = set_adapter(p, path, "Powered", "b", 1);
	if (r < 0)
		return r;
	r = p->serve(p->user, path);
	if (r < 0)
		return r;
	register_agent(p);
	if (p->name)
		(void)set_adapter(p, path, "Alias", "s", p->name);
	(void)set_adapter(p, path, "DiscoverableTimeout", "u", 0u);
	(void)set_adapter(p, path, "Pairable", "b", 1);
	r = set_adapter(p, path, "Discoverable", "b", 1);
	if (r < 0)
		return r;
	snprintf(p->adapter, sizeof(p->adapter), "%s", path);
	peer_say("ready on %s", path);
	return 0;
}

static int on_look(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct peer *p = userdata;

	(void)usec;
	if (p->adapter[0] == '\0') {
		int r = make_ready(p);

		if (r < 0 && r != p->refused)
			peer_say("not ready: %s", strerror(-r));
		p->refused = r;
	}
	sd_event_source_set_time_relative(source, LOOK_USEC);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

void peer_again(struct peer *p)
{
	p->adapter[0] = '\0';
}

static void lose(struct peer *p, const char *why)
{
	p->lost(p->user);
	peer_again(p);
	peer_say("%s", why);
}

static int on_owner(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	(void)m;
	(void)error;
	lose(userdata, "bluetoothd came or went");
	return 0;
}

static int on_removed(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct peer *p = userdata;
	const char *path;

	(void)error;
	if (sd_bus_message_read(m, "o", &path) >= 0 && strcmp(path, p->adapter) == 0)
		lose(p, "adapter gone");
	return 0;
}

int peer_open(struct peer *p)
{
	int r;

	r = sd_event_default(&p->event);
	if (r < 0)
		return r;
	r = sd_bus_open_system(&p->bus);
	if (r < 0)
		return r;
	r = sd_bus_attach_event(p->bus, p->event, 0);
	if (r < 0)
		return r;
	r = sd_bus_add_object_vtable(p->bus, NULL, AGENT_PATH, "org.bluez.Agent1", agent_vtable,
				     p);
	if (r < 0)
		return r;
	r = sd_bus_match_signal(p->bus, NULL, "org.bluez", "/",
				"org.freedesktop.DBus.ObjectManager", "InterfacesRemoved",
				on_removed, p);
	if (r < 0)
		return r;
	r = sd_bus_add_match(p->bus, NULL,
			     "type='signal',sender='org.freedesktop.DBus',"
			     "member='NameOwnerChanged',arg0='org.bluez'",
			     on_owner, p);
	if (r < 0)
		return r;
	return sd_event_add_time_relative(p->event, NULL, CLOCK_MONOTONIC, 0, 1000, on_look, p);
}
