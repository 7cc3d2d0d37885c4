/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/scope.h"
#include "core/bluez/ops.h"
#include "core/bluez/private.h"
#include "core/bluez/words.h"

#define RETRY_FIRST_MS 1000
#define RETRY_LAST_MS  60000

struct endpoint {
	struct endpoint *next;
	struct media *m;
	char adapter[BLUEZ_PATH_MAX]; /* path of the adapter it is for */
	char path[BLUEZ_PATH_MAX];    /* ours */
	bool hears;		      /* a sink; else a source */
	sd_bus_slot *object;
	sd_bus_slot *call; /* RegisterEndpoint under way */
	bool registered;
	bool with_delay; /* the last try offered DelayReporting */
};

static int refuse(sd_bus_error *ret_error, const char *why)
{
	return sd_bus_error_set(ret_error, "org.bluez.Error.Rejected", why);
}

/* The profile it is for. */
static const char *uuid_of(const struct endpoint *e)
{
	return e->hears ? BLUEZ_UUID_A2DP_SINK : BLUEZ_UUID_A2DP_SOURCE;
}

static const char *adapter_address(const struct endpoint *e)
{
	const struct tree_node *n = tree_at(&e->m->b->tree, e->adapter);

	return n ? n->adapter.address : "";
}

static int on_select(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct endpoint *e = arg;
	struct bluez *b = e->m->b;
	uint8_t config[BLUEZ_CONFIG_MAX];
	char address[BLUEZ_ADDR_MAX];
	size_t len = 0, config_len = 0;
	const void *caps;
	int r;

	if (!bus_is_from_bluez(&b->bus, m))
		return sd_bus_error_set(ret_error, SD_BUS_ERROR_ACCESS_DENIED, "not for you");
	if (sd_bus_message_read_array(m, 'y', &caps, &len) < 0 || len == 0 ||
	    len > BLUEZ_CONFIG_MAX)
		return refuse(ret_error, "capabilities of a length no codec has");
	if (!b->owner.select)
		return refuse(ret_error, "nobody here chooses");
	ops_who_connects(b, adapter_address(e), address);
	r = b->owner.select(b->arg, uuid_of(e), adapter_address(e), address, caps, len, config,
			    &config_len);
	if (r < 0 || config_len == 0 || config_len > sizeof(config))
		return refuse(ret_error, "no configuration suits");
	r = sd_bus_message_new_method_return(m, &reply);
	if (r >= 0)
		r = sd_bus_message_append_array(reply, 'y', config, config_len);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	return r < 0 ? r : 1;
}

/* What was configured, before it is believed; m stands at the dictionary. */
static int preview(struct endpoint *e, const char *path, sd_bus_message *m,
		   struct bluez_transport *ret)
{
	struct tree_node *device = tree_device_above(&e->m->b->tree, path);
	struct bluez_transport t;

	if (!device || strlen(path) >= sizeof(t.path))
		return -ENODEV;
	props_clear_transport(&t);
	words_copy(t.path, sizeof(t.path), path);
	words_copy(t.address, sizeof(t.address), device->device.dev.address);
	words_copy(t.adapter, sizeof(t.adapter), device->device.dev.adapter);
	t.ours = true;
	if (props_read(PROPS_TRANSPORT, &t, m) < 0)
		return -EPROTO;
	words_copy(t.uuid, sizeof(t.uuid), uuid_of(e));
	*ret = t;
	return 0;
}

static int on_set(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct endpoint *e = arg;
	struct bluez *b = e->m->b;
	struct bluez_transport t;
	const char *path;

	if (!bus_is_from_bluez(&b->bus, m))
		return sd_bus_error_set(ret_error, SD_BUS_ERROR_ACCESS_DENIED, "not for you");
	if (sd_bus_message_read_basic(m, 'o', &path) < 0 || preview(e, path, m, &t) < 0)
		return refuse(ret_error, "no transport of a device that is known here");
	if (t.config_len == 0 || t.codec != b->owner.codec)
		return refuse(ret_error, "no configuration of our codec");
	if (b->owner.accept && b->owner.accept(b->arg, &t) < 0)
		return refuse(ret_error, "this configuration does not suit");

	if (sd_bus_message_rewind(m, true) < 0 ||
	    sd_bus_message_read_basic(m, 'o', &path) < 0 ||
	    tree_claim(&b->tree, path, e->path, m) < 0)
		return refuse(ret_error, "out of memory");
	media_balance(e->m, e->adapter);
	return sd_bus_reply_method_return(m, "");
}

static int on_clear(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct endpoint *e = arg;
	struct bluez *b = e->m->b;
	const struct tree_node *n;
	const char *path;

	if (!bus_is_from_bluez(&b->bus, m))
		return sd_bus_error_set(ret_error, SD_BUS_ERROR_ACCESS_DENIED, "not for you");
	if (sd_bus_message_read_basic(m, 'o', &path) < 0)
		return refuse(ret_error, "no transport");
	n = tree_at(&b->tree, path);
	if (n && n->kind == TREE_TRANSPORT && strcmp(n->endpoint, e->path) == 0)
		tree_remove(&b->tree, path);
	return sd_bus_reply_method_return(m, "");
}

/* bluetoothd let go of the end-point: it is about to end, or the adapter to go. */
static int on_release(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct endpoint *e = arg;
	struct media *media = e->m;

	if (!bus_is_from_bluez(&media->b->bus, m))
		return sd_bus_error_set(ret_error, SD_BUS_ERROR_ACCESS_DENIED, "not for you");
	e->registered = false;
	sd_event_source_set_time_relative(media->retry, media->retry_ms * 1000ull);
	sd_event_source_set_enabled(media->retry, SD_EVENT_ONESHOT);
	return sd_bus_reply_method_return(m, "");
}

/* Unprivileged as sd-bus sees it: who may call is checked above. */
static const sd_bus_vtable endpoint_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("SelectConfiguration", "ay", "ay", on_select, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("SetConfiguration", "oa{sv}", "", on_set, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("ClearConfiguration", "o", "", on_clear, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Release", "", "", on_release, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

static void endpoint_free(struct endpoint *e)
{
	if (!e)
		return;
	sd_bus_slot_unref(e->call);
	sd_bus_slot_unref(e->object);
	free(e);
}
SCOPED_FN(struct endpoint, endpoint_free)

/* The adapter's figures, for the owner. */
static void count_up(struct media *m, const char *adapter)
{
	uint32_t n = 0, used = 0;

	for (struct endpoint *e = m->first; e; e = e->next) {
		if (!e->registered || e->hears || strcmp(e->adapter, adapter) != 0)
			continue;
		n++;
		used += tree_claims(&m->b->tree, e->path) > 0;
	}
	tree_set_endpoints(&m->b->tree, adapter, n, used);
}

static int register_endpoint(struct endpoint *e);

static void registering_failed(struct endpoint *e, const sd_bus_error *error)
{
	struct media *m = e->m;

	/* one that knows no DelayReporting may refuse the whole */
	if (e->with_delay && sd_bus_error_has_name(error, "org.bluez.Error.InvalidArguments")) {
		m->no_delay = true;
		if (register_endpoint(e) >= 0)
			return;
	}
	if (!m->complained && !words_is_gone(error)) {
		const struct tree_node *n = tree_at(&m->b->tree, e->adapter);

		m->complained = true;
		bluez_trouble(m->b, -EIO,
			      "adapter %s does not take our A2DP end-point: %s (%s)",
			      n ? n->adapter.name : e->adapter,
			      error->message ? error->message : "", error->name);
	}
	sd_event_source_set_time_relative(m->retry, m->retry_ms * 1000ull);
	sd_event_source_set_enabled(m->retry, SD_EVENT_ONESHOT);
	m->retry_ms = m->retry_ms * 2 < RETRY_LAST_MS ? m->retry_ms * 2 : RETRY_LAST_MS;
}

static int on_registered(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct endpoint *e = arg;
	const sd_bus_error *error = sd_bus_message_get_error(m);

	(void)ret_error;
	e->call = sd_bus_slot_unref(e->call);
	if (error) {
		registering_failed(e, error);
		return 0;
	}
	e->registered = true;
	e->m->retry_ms = RETRY_FIRST_MS;
	e->m->complained = false;
	count_up(e->m, e->adapter);
	return 0;
}

static int append_properties(const struct endpoint *e, sd_bus_message *call)
{
	const struct bluez_owner *o = &e->m->b->owner;
	int r;

	r = sd_bus_message_open_container(call, 'a', "{sv}");
	if (r >= 0)
		r = sd_bus_message_append(call, "{sv}{sv}", "UUID", "s", uuid_of(e), "Codec",
					  "y", (int)o->codec);
	if (r >= 0)
		r = sd_bus_message_open_container(call, 'e', "sv");
	if (r >= 0)
		r = sd_bus_message_append(call, "s", "Capabilities");
	if (r >= 0)
		r = sd_bus_message_open_container(call, 'v', "ay");
	if (r >= 0)
		r = e->hears ? sd_bus_message_append_array(call, 'y', o->hear_caps,
							   o->hear_caps_len)
			     : sd_bus_message_append_array(call, 'y', o->caps, o->caps_len);
	if (r >= 0)
		r = sd_bus_message_close_container(call);
	if (r >= 0)
		r = sd_bus_message_close_container(call);
	if (r >= 0 && e->with_delay)
		r = sd_bus_message_append(call, "{sv}", "DelayReporting", "b", 1);
	if (r >= 0)
		r = sd_bus_message_close_container(call);
	return r;
}

static int register_endpoint(struct endpoint *e)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	struct bus *bus = &e->m->b->bus;
	int r;

	e->with_delay = !e->hears && !e->m->no_delay;
	r = bus_new_call(bus, e->adapter, "org.bluez.Media1", "RegisterEndpoint", &call);
	if (r >= 0)
		r = sd_bus_message_append(call, "o", e->path);
	if (r >= 0)
		r = append_properties(e, call);
	if (r >= 0)
		r = bus_send(bus, call, e->m->b->times.call, on_registered, e, &e->call);
	return r;
}

/* Also while it is being registered: bluetoothd takes one after the other. */
static void unregister(const struct endpoint *e)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	struct bus *bus = &e->m->b->bus;

	if (bus_new_call(bus, e->adapter, "org.bluez.Media1", "UnregisterEndpoint", &call) >=
		    0 &&
	    sd_bus_message_set_expect_reply(call, false) >= 0 &&
	    sd_bus_message_append(call, "o", e->path) >= 0)
		sd_bus_send(bus->bus, call, NULL);
}

static int add_endpoint(struct media *m, const char *adapter, bool hears)
{
	SCOPED(endpoint_freep) struct endpoint *e = calloc(1, sizeof(*e));
	const char *hci = strrchr(adapter, '/');
	int r;

	if (!e || !hci)
		return -ENOMEM;
	e->m = m;
	e->hears = hears;
	words_copy(e->adapter, sizeof(e->adapter), adapter);
	snprintf(e->path, sizeof(e->path), "/org/fanfare/%.32s/%s%u", hci + 1,
		 hears ? "sink" : "source", m->count++);
	r = sd_bus_add_object_vtable(m->b->bus.bus, &e->object, e->path,
				     "org.bluez.MediaEndpoint1", endpoint_vtable, e);
	if (r >= 0)
		r = register_endpoint(e);
	if (r < 0)
		return r;
	e->next = m->first;
	m->first = TAKE(e);
	return 0;
}

/* At least spare end-points of that role that have no transport, and no more than most. */
static void balance(struct media *m, const char *adapter, bool hears, uint32_t spare,
		    uint32_t most)
{
	uint32_t total = 0, unused = 0;

	for (struct endpoint *e = m->first; e; e = e->next) {
		if (e->hears != hears || strcmp(e->adapter, adapter) != 0)
			continue;
		total++;
		unused += tree_claims(&m->b->tree, e->path) == 0;
	}
	for (; unused < spare && total < most; unused++, total++)
		if (add_endpoint(m, adapter, hears) < 0)
			break;
}

void media_balance(struct media *m, const char *adapter)
{
	const struct tree_node *n = tree_at(&m->b->tree, adapter);

	if (m->b->state != BLUEZ_READY)
		return;
	if (m->b->owner.caps_len > 0)
		balance(m, adapter, false, MEDIA_SPARE, MEDIA_MOST);
	if (m->b->owner.hear_caps_len > 0 && n && n->adapter.hears)
		balance(m, adapter, true, 1, MEDIA_EARS);
	count_up(m, adapter);
}

/* Out of the list, those of one role only or all; bluetoothd is told where it stays. */
static void remove_endpoints(struct media *m, const char *adapter, bool sinks_only)
{
	struct endpoint **at = &m->first;

	while (*at) {
		struct endpoint *e = *at;

		if (strcmp(e->adapter, adapter) != 0 || (sinks_only && !e->hears)) {
			at = &e->next;
			continue;
		}
		*at = e->next;
		if (sinks_only)
			unregister(e);
		endpoint_free(e);
	}
}

void media_hear(struct media *m, const char *adapter, bool on)
{
	if (on)
		media_balance(m, adapter);
	else
		remove_endpoints(m, adapter, true);
}

static int on_retry(sd_event_source *source, uint64_t usec, void *arg)
{
	struct media *m = arg;

	(void)source;
	(void)usec;
	for (struct endpoint *e = m->first; e; e = e->next)
		if (!e->registered && !e->call)
			(void)register_endpoint(
				e); /* fails with the bus: all is done anew then */
	return 0;
}

int media_init(struct media *m, struct bluez *b)
{
	int r;

	*m = (struct media){ .b = b, .retry_ms = RETRY_FIRST_MS };
	r = sd_event_add_time_relative(b->event, &m->retry, CLOCK_MONOTONIC, 0, 0, on_retry, m);
	return r < 0 ? r : sd_event_source_set_enabled(m->retry, SD_EVENT_OFF);
}

void media_adapter_removed(struct media *m, const char *adapter)
{
	remove_endpoints(m, adapter, false);
}

void media_clear(struct media *m)
{
	while (m->first) {
		struct endpoint *e = m->first;

		m->first = e->next;
		endpoint_free(e);
	}
	m->retry_ms = RETRY_FIRST_MS;
	m->no_delay = m->complained = false;
	sd_event_source_set_enabled(m->retry, SD_EVENT_OFF);
}

void bluez_hear(struct bluez *b, const char *adapter, bool on)
{
	const struct tree_node *n = tree_adapter(&b->tree, adapter);

	if (!n || n->adapter.hears == on || b->state != BLUEZ_READY)
		return;
	tree_set_hears(&b->tree, n->path, on);
	media_hear(&b->media, n->path, on);
}

void media_done(struct media *m)
{
	if (m->retry)
		media_clear(m);
	m->retry = sd_event_source_disable_unref(m->retry);
}
