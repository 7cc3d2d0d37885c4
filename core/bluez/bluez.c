/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/scope.h"
#include "core/bluez/private.h"
#include "core/bluez/rival.h"
#include "core/bluez/words.h"

#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"

static const struct times usual_times = {
	.call = 20000,
	.pair = 90000,
	.connect = 40000,
	.acquire = 10000,
	.release = 5000,
	.question = 28000,
	.again = 250,
	.reload = 2000,
};

void bluez_trouble(struct bluez *b, int error, const char *format, ...)
{
	char words[BLUEZ_WORDS_MAX];
	va_list args;

	if (!b->owner.trouble)
		return;
	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	b->owner.trouble(b->arg, error, words);
}

static void say_state(struct bluez *b, enum bluez_state state, const char *words)
{
	bool news = !b->said || b->told != state || strcmp(b->words, words) != 0;

	b->state = b->told = state;
	b->said = true;
	words_copy(b->words, sizeof(b->words), words);
	if (news && b->owner.state)
		b->owner.state(b->arg, state, b->words);
}

/* ---- the mirror ----------------------------------------------------------- */

static void tell_owner(struct bluez *b, enum bluez_event event, const struct tree_node *n)
{
	switch (n->kind) {
	case TREE_ADAPTER:
		if (b->owner.adapter)
			b->owner.adapter(b->arg, event, &n->adapter);
		break;
	case TREE_DEVICE:
		if (b->owner.device)
			b->owner.device(b->arg, event, &n->device.dev);
		break;
	case TREE_TRANSPORT:
		if (b->owner.transport)
			b->owner.transport(b->arg, event, &n->transport);
		break;
	}
}

/* Control hears of it last, when all of ours is in order. */
static void on_tree(void *arg, enum bluez_event event, const struct tree_node *n)
{
	struct bluez *b = arg;
	const struct tree_node *adapter;

	op_tree_changed(b, event, n);
	switch (n->kind) {
	case TREE_ADAPTER:
		if (event == BLUEZ_REMOVED)
			media_adapter_removed(&b->media, n->path);
		break;
	case TREE_DEVICE:
		if (event == BLUEZ_REMOVED)
			agent_pairing_over(&b->agent, n->path);
		break;
	case TREE_TRANSPORT:
		break;
	}
	tell_owner(b, event, n);
	if (n->kind == TREE_ADAPTER && event == BLUEZ_ADDED) {
		media_balance(&b->media, n->path);
	} else if (n->kind == TREE_TRANSPORT && n->transport.ours && event != BLUEZ_CHANGED) {
		adapter = tree_adapter(&b->tree, n->transport.adapter);
		if (adapter)
			media_balance(&b->media, adapter->path);
	}
}

static int on_added(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct bluez *b = arg;

	(void)ret_error;
	/* before the mirror is loaded it is contained in what will be loaded */
	if (b->state == BLUEZ_READY && tree_interfaces_added(&b->tree, m) < 0)
		bluez_trouble(b, -EPROTO, "BlueZ announced an object in a malformed way");
	return 0;
}

static int on_removed(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct bluez *b = arg;

	(void)ret_error;
	if (b->state == BLUEZ_READY && tree_interfaces_removed(&b->tree, m) < 0)
		bluez_trouble(b, -EPROTO, "BlueZ removed an object in a malformed way");
	return 0;
}

static int on_properties(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct bluez *b = arg;

	(void)ret_error;
	if (b->state == BLUEZ_READY && tree_properties_changed(&b->tree, m) < 0)
		bluez_trouble(b, -EPROTO, "BlueZ told changes of %s in a malformed way",
			      sd_bus_message_get_path(m));
	return 0;
}

static int on_loaded(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct bluez *b = arg;
	const sd_bus_error *e = sd_bus_message_get_error(m);
	char words[BLUEZ_WORDS_MAX];

	(void)ret_error;
	b->loading = sd_bus_slot_unref(b->loading);
	if (e) {
		words_of_error(e, "", "BlueZ", words);
		say_state(b, BLUEZ_NO_BLUETOOTHD, words);
		sd_event_source_set_time_relative(b->reload, b->times.reload * 1000ull);
		sd_event_source_set_enabled(b->reload, SD_EVENT_ONESHOT);
		return 0;
	}
	if (tree_load(&b->tree, m) < 0)
		bluez_trouble(b, -EPROTO, "BlueZ listed its objects in a malformed way");
	say_state(b, BLUEZ_READY, "");
	agent_begin(&b->agent);
	tree_announce(&b->tree);
	return 0;
}

static int load(struct bluez *b)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	r = bus_new_call(&b->bus, "/", OBJECT_MANAGER, "GetManagedObjects", &m);
	return r < 0 ? r : bus_send(&b->bus, m, b->times.call, on_loaded, b, &b->loading);
}

static int on_reload(sd_event_source *source, uint64_t usec, void *arg)
{
	struct bluez *b = arg;

	(void)source;
	(void)usec;
	if (!b->loading)
		(void)load(b); /* fails with the bus only, which says so itself */
	return 0;
}

/* Signals of this bluetoothd, then all it has: nothing can be missed in between. */
static int follow(struct bluez *b)
{
	sd_bus *bus = b->bus.bus;
	int r;

	r = sd_bus_match_signal_async(bus, &b->follows[0], b->bus.bluez, "/", OBJECT_MANAGER,
				      "InterfacesAdded", on_added, NULL, b);
	if (r >= 0)
		r = sd_bus_match_signal_async(bus, &b->follows[1], b->bus.bluez, "/",
					      OBJECT_MANAGER, "InterfacesRemoved", on_removed,
					      NULL, b);
	if (r >= 0)
		r = sd_bus_match_signal_async(bus, &b->follows[2], b->bus.bluez, NULL,
					      DBUS_PROPERTIES, "PropertiesChanged",
					      on_properties, NULL, b);
	return r < 0 ? r : load(b);
}

static void unfollow(struct bluez *b)
{
	for (size_t i = 0; i < ARRAY_SIZE(b->follows); i++)
		b->follows[i] = sd_bus_slot_unref(b->follows[i]);
	b->loading = sd_bus_slot_unref(b->loading);
	if (b->reload)
		sd_event_source_set_enabled(b->reload, SD_EVENT_OFF);
}

static void on_bus(void *arg, enum bluez_state state, const char *words)
{
	struct bluez *b = arg;

	switch (state) {
	case BLUEZ_READY: /* somebody is org.bluez: it counts once the mirror is loaded */
		if (follow(b) < 0)
			bluez_trouble(b, -EIO, "cannot follow what BlueZ does");
		break;
	case BLUEZ_NO_BUS:
	case BLUEZ_NO_BLUETOOTHD:
		b->state = state; /* what is begun from now on fails */
		unfollow(b);
		op_fail_all(b, -ECONNRESET, words);
		agent_clear(&b->agent);
		media_clear(&b->media);
		tree_clear(&b->tree);
		say_state(b, state, words);
		break;
	}
}

/* ---- beginning and end ---------------------------------------------------- */

int bluez_new(sd_event *event, const struct bluez_owner *owner, void *arg, struct bluez **ret)
{
	struct bluez *b;
	int r;

	if (owner->caps_len > BLUEZ_CONFIG_MAX || (owner->caps_len > 0 && !owner->caps) ||
	    owner->hear_caps_len > BLUEZ_CONFIG_MAX ||
	    (owner->hear_caps_len > 0 && !owner->hear_caps))
		return -EINVAL;
	b = calloc(1, sizeof(*b));
	if (!b)
		return -ENOMEM;
	b->event = sd_event_ref(event);
	b->owner = *owner;
	b->arg = arg;
	b->times = usual_times;
	b->state = BLUEZ_NO_BUS;
	if (owner->caps_len > 0)
		memcpy(b->caps, owner->caps, owner->caps_len);
	b->owner.caps = b->caps;
	if (owner->hear_caps_len > 0)
		memcpy(b->hear_caps, owner->hear_caps, owner->hear_caps_len);
	b->owner.hear_caps = b->hear_caps;

	r = tree_init(&b->tree, event, on_tree, b);
	if (r >= 0)
		r = media_init(&b->media, b);
	if (r >= 0)
		r = agent_init(&b->agent, b);
	if (r >= 0)
		r = sd_event_add_time_relative(event, &b->reload, CLOCK_MONOTONIC, 0, 0,
					       on_reload, b);
	if (r >= 0)
		r = sd_event_source_set_enabled(b->reload, SD_EVENT_OFF);
	if (r >= 0)
		r = bus_init(&b->bus, event, on_bus, b);
	if (r < 0) {
		bluez_free(b);
		return r;
	}
	*ret = b;
	return 0;
}

void bluez_free(struct bluez *b)
{
	if (!b)
		return;
	b->owner.adapter = NULL; /* from here on only operations are told of their end */
	b->owner.device = NULL;
	b->owner.transport = NULL;
	b->owner.question_over = NULL;
	op_cancel_all(b);
	unfollow(b);
	agent_done(&b->agent);
	media_done(&b->media);
	tree_done(&b->tree);
	bus_done(&b->bus);
	sd_event_source_disable_unref(b->reload);
	sd_event_unref(b->event);
	free(b);
}

/* ---- what we know --------------------------------------------------------- */

enum bluez_state bluez_get_state(const struct bluez *b)
{
	return b->state;
}

const struct bluez_adapter *bluez_nth_adapter(const struct bluez *b, size_t i)
{
	const struct tree_node *n = tree_nth(&b->tree, TREE_ADAPTER, i);

	return n ? &n->adapter : NULL;
}

const struct bluez_device *bluez_nth_device(const struct bluez *b, size_t i)
{
	const struct tree_node *n = tree_nth(&b->tree, TREE_DEVICE, i);

	return n ? &n->device.dev : NULL;
}

const struct bluez_transport *bluez_nth_transport(const struct bluez *b, size_t i)
{
	const struct tree_node *n = tree_nth(&b->tree, TREE_TRANSPORT, i);

	return n ? &n->transport : NULL;
}

const struct bluez_adapter *bluez_get_adapter(const struct bluez *b, const char *adapter)
{
	const struct tree_node *n;
	char at[BLUEZ_ADDR_MAX];

	if (words_address(adapter, at) < 0)
		return NULL;
	n = tree_adapter(&b->tree, at);
	return n ? &n->adapter : NULL;
}

const struct bluez_device *bluez_get_device(const struct bluez *b, const char *adapter,
					    const char *address)
{
	char on[BLUEZ_ADDR_MAX] = "", at[BLUEZ_ADDR_MAX];
	const struct tree_node *n;

	if (words_address(address, at) < 0 ||
	    (adapter && *adapter && words_address(adapter, on) < 0))
		return NULL;
	n = tree_device(&b->tree, on, at);
	return n ? &n->device.dev : NULL;
}

const struct bluez_transport *bluez_get_transport(const struct bluez *b, const char *adapter,
						  const char *address)
{
	char on[BLUEZ_ADDR_MAX] = "", at[BLUEZ_ADDR_MAX];
	const struct tree_node *best = NULL;

	if (words_address(address, at) < 0 ||
	    (adapter && *adapter && words_address(adapter, on) < 0))
		return NULL;
	for (struct tree_node *n = b->tree.first[TREE_TRANSPORT]; n; n = n->next) {
		const struct bluez_transport *t = &n->transport;

		if (!n->shown || strcmp(t->address, at) != 0 ||
		    (on[0] && strcmp(t->adapter, on) != 0) ||
		    strcasecmp(t->uuid, BLUEZ_UUID_A2DP_SOURCE) != 0)
			continue;
		if (!best || (t->ours && !best->transport.ours))
			best = n;
	}
	return best ? &best->transport : NULL;
}

void bluez_rival(const struct bluez *b, char *ret, size_t len)
{
	(void)b;
	rival_find(ret, len);
}
