/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/scope.h"
#include "core/bluez/tree.h"
#include "core/bluez/words.h"

/*
 * bluetoothd announces a transport and then configures the end-point, in one
 * breath. What nobody claimed after this long belongs to another daemon.
 */
#define GRACE_US (500 * 1000ull)

static const enum tree_kind kind_of[PROPS_OTHER] = {
	[PROPS_ADAPTER] = TREE_ADAPTER,
	[PROPS_DEVICE] = TREE_DEVICE,
	[PROPS_BATTERY] = TREE_DEVICE,
	[PROPS_TRANSPORT] = TREE_TRANSPORT,
};

static struct tree_node *find(const struct tree *t, enum tree_kind kind, const char *path)
{
	struct tree_node *n;

	for (n = t->first[kind]; n; n = n->next)
		if (strcmp(n->path, path) == 0)
			return n;
	return NULL;
}

/* The object of a kind that path lies below. */
static struct tree_node *above(const struct tree *t, enum tree_kind kind, const char *path)
{
	struct tree_node *n;

	for (n = t->first[kind]; n; n = n->next)
		if (words_below(path, n->path))
			return n;
	return NULL;
}

static struct tree_node *add(struct tree *t, enum tree_kind kind, const char *path)
{
	struct tree_node **end = &t->first[kind], *n;
	const char *last = strrchr(path, '/');

	if (strlen(path) >= BLUEZ_PATH_MAX)
		return NULL;
	n = calloc(1, sizeof(*n));
	if (!n)
		return NULL;
	n->kind = kind;
	words_copy(n->path, sizeof(n->path), path);
	switch (kind) {
	case TREE_ADAPTER:
		props_clear_adapter(&n->adapter);
		words_copy(n->adapter.path, BLUEZ_PATH_MAX, path);
		words_copy(n->adapter.name, sizeof(n->adapter.name), last ? last + 1 : path);
		break;
	case TREE_DEVICE:
		props_clear_device(&n->device);
		words_copy(n->device.dev.path, BLUEZ_PATH_MAX, path);
		break;
	case TREE_TRANSPORT:
		props_clear_transport(&n->transport);
		words_copy(n->transport.path, BLUEZ_PATH_MAX, path);
		break;
	}
	while (*end)
		end = &(*end)->next;
	*end = n;
	return n;
}

/* Fill in what comes from the objects above; true when it can be shown. */
static bool complete(const struct tree *t, struct tree_node *n)
{
	struct bluez_device *d = &n->device.dev;
	const struct tree_node *up;

	switch (n->kind) {
	case TREE_ADAPTER:
		return n->adapter.address[0];
	case TREE_DEVICE:
		up = above(t, TREE_ADAPTER, n->path);
		if (!up || !up->shown || !d->address[0])
			return false;
		words_copy(d->adapter, sizeof(d->adapter), up->adapter.address);
		if (!d->alias[0])
			words_copy(d->alias, sizeof(d->alias),
				   d->name[0] ? d->name : d->address);
		return true;
	case TREE_TRANSPORT:
		up = above(t, TREE_DEVICE, n->path);
		if (!up || !up->shown || !n->known)
			return false;
		words_copy(n->transport.address, BLUEZ_ADDR_MAX, up->device.dev.address);
		words_copy(n->transport.adapter, BLUEZ_ADDR_MAX, up->device.dev.adapter);
		return true;
	}
	return false;
}

/* Tell of a node that was touched; before is its union as it was, NULL = new. */
static void tell(struct tree *t, struct tree_node *n, const struct tree_node *before)
{
	bool ok = complete(t, n);
	size_t from = offsetof(struct tree_node, adapter);

	if (!n->shown && ok) {
		n->shown = true;
		if (!t->loading)
			t->changed(t->arg, BLUEZ_ADDED, n);
		/* what waited for it; copied paths, as callbacks may not touch the tree */
		for (enum tree_kind k = TREE_DEVICE; k <= TREE_TRANSPORT; k++)
			for (struct tree_node *c = t->first[k]; c; c = c->next)
				if (!c->shown && words_below(c->path, n->path))
					tell(t, c, NULL);
	} else if (n->shown && before && !t->loading &&
		   memcmp((const char *)n + from, (const char *)before + from,
			  sizeof(*n) - from) != 0) {
		t->changed(t->arg, BLUEZ_CHANGED, n);
	}
}

/* Forget one node, which must be linked in. */
static void drop(struct tree *t, struct tree_node *n)
{
	struct tree_node **at = &t->first[n->kind];

	while (*at != n)
		at = &(*at)->next;
	*at = n->next;
	if (n->shown)
		t->changed(t->arg, BLUEZ_REMOVED, n);
	free(n);
}

static void drop_below(struct tree *t, enum tree_kind kind, const char *path)
{
	struct tree_node *n = t->first[kind];

	while (n) {
		if (words_below(n->path, path)) {
			drop(t, n);
			n = t->first[kind]; /* anew: the list is short */
		} else {
			n = n->next;
		}
	}
}

static int on_grace(sd_event_source *source, uint64_t usec, void *arg)
{
	struct tree *t = arg;

	(void)source;
	(void)usec;
	for (struct tree_node *n = t->first[TREE_TRANSPORT]; n; n = n->next) {
		if (n->known)
			continue;
		n->known = true;
		tell(t, n, NULL);
	}
	return 0;
}

int tree_init(struct tree *t, sd_event *event, tree_fn changed, void *arg)
{
	int r;

	*t = (struct tree){ .changed = changed, .arg = arg };
	r = sd_event_add_time_relative(event, &t->grace, CLOCK_MONOTONIC, GRACE_US, 0, on_grace,
				       t);
	if (r < 0)
		return r;
	return sd_event_source_set_enabled(t->grace, SD_EVENT_OFF);
}

void tree_done(struct tree *t)
{
	for (enum tree_kind k = TREE_ADAPTER; k <= TREE_TRANSPORT; k++) {
		while (t->first[k]) {
			struct tree_node *n = t->first[k];

			t->first[k] = n->next;
			free(n);
		}
	}
	t->grace = sd_event_source_disable_unref(t->grace);
}

static void *fields(struct tree_node *n)
{
	switch (n->kind) {
	case TREE_ADAPTER:
		return &n->adapter;
	case TREE_DEVICE:
		return &n->device;
	case TREE_TRANSPORT:
		return &n->transport;
	}
	return NULL;
}

/* Read one interface's properties, where m stands, into the object at path. */
static int read_interface(struct tree *t, const char *path, enum props_interface which,
			  sd_bus_message *m)
{
	struct tree_node *n, before;
	bool fresh = false;
	int r;

	n = find(t, kind_of[which], path);
	if (!n && which == PROPS_BATTERY)
		return props_read(PROPS_OTHER, NULL, m); /* of a device we do not know */
	if (!n) {
		n = add(t, kind_of[which], path);
		if (!n)
			return props_read(PROPS_OTHER, NULL, m);
		fresh = true;
	}
	memcpy(&before, n, sizeof(before));
	r = props_read(which, fields(n), m);
	if (fresh && n->kind == TREE_TRANSPORT && !n->known &&
	    sd_event_source_set_time_relative(t->grace, GRACE_US) >= 0)
		sd_event_source_set_enabled(t->grace, SD_EVENT_ONESHOT);
	tell(t, n, &before);
	return r;
}

/* a{sa{sv}} of one object; only the interfaces of kind pass. */
static int read_object(struct tree *t, const char *path, enum tree_kind pass, sd_bus_message *m)
{
	const char *name;
	int r;

	if (sd_bus_message_enter_container(m, 'a', "{sa{sv}}") <= 0)
		return -EPROTO;
	while ((r = sd_bus_message_enter_container(m, 'e', "sa{sv}")) > 0) {
		enum props_interface which;

		if (sd_bus_message_read_basic(m, 's', &name) < 0)
			return -EPROTO;
		which = props_of(name);
		if (which == PROPS_OTHER || kind_of[which] != pass)
			r = props_read(PROPS_OTHER, NULL, m);
		else
			r = read_interface(t, path, which, m);
		if (r < 0 || sd_bus_message_exit_container(m) < 0)
			return -EPROTO;
	}
	return r < 0 || sd_bus_message_exit_container(m) < 0 ? -EPROTO : 0;
}

static int load_pass(struct tree *t, enum tree_kind pass, sd_bus_message *m)
{
	const char *path;
	int r;

	if (sd_bus_message_rewind(m, true) < 0 ||
	    sd_bus_message_enter_container(m, 'a', "{oa{sa{sv}}}") <= 0)
		return -EPROTO;
	while ((r = sd_bus_message_enter_container(m, 'e', "oa{sa{sv}}")) > 0) {
		if (sd_bus_message_read_basic(m, 'o', &path) < 0 ||
		    read_object(t, path, pass, m) < 0 || sd_bus_message_exit_container(m) < 0)
			return -EPROTO;
	}
	return r < 0 ? -EPROTO : 0;
}

int tree_load(struct tree *t, sd_bus_message *m)
{
	int r = 0;

	t->loading = true;
	/* adapters before devices before transports, whatever order they come in */
	for (enum tree_kind k = TREE_ADAPTER; k <= TREE_TRANSPORT && r >= 0; k++)
		r = load_pass(t, k, m);
	/* what was there before our end-points is somebody else's */
	sd_event_source_set_enabled(t->grace, SD_EVENT_OFF);
	on_grace(NULL, 0, t);
	t->loading = false;
	return r;
}

void tree_announce(struct tree *t)
{
	for (enum tree_kind k = TREE_ADAPTER; k <= TREE_TRANSPORT; k++)
		for (struct tree_node *n = t->first[k]; n; n = n->next)
			if (n->shown)
				t->changed(t->arg, BLUEZ_ADDED, n);
}

int tree_interfaces_added(struct tree *t, sd_bus_message *m)
{
	const char *path;
	int r = 0;

	for (enum tree_kind k = TREE_ADAPTER; k <= TREE_TRANSPORT && r >= 0; k++) {
		if (sd_bus_message_rewind(m, true) < 0 ||
		    sd_bus_message_read_basic(m, 'o', &path) <= 0)
			return -EPROTO;
		r = read_object(t, path, k, m);
	}
	return r;
}

int tree_interfaces_removed(struct tree *t, sd_bus_message *m)
{
	const char *path, *name;
	struct tree_node *n;

	if (sd_bus_message_read_basic(m, 'o', &path) <= 0 ||
	    sd_bus_message_enter_container(m, 'a', "s") <= 0)
		return -EPROTO;
	while (sd_bus_message_read_basic(m, 's', &name) > 0) {
		enum props_interface which = props_of(name);

		if (which == PROPS_OTHER)
			continue;
		n = find(t, kind_of[which], path);
		if (!n)
			continue;
		if (which == PROPS_BATTERY) {
			struct tree_node before;

			memcpy(&before, n, sizeof(before));
			n->device.dev.battery = -1;
			tell(t, n, &before);
		} else {
			tree_remove(t, path);
		}
	}
	return 0;
}

int tree_properties_changed(struct tree *t, sd_bus_message *m)
{
	const char *path = sd_bus_message_get_path(m), *name;
	enum props_interface which;
	struct tree_node *n, before;
	int r;

	if (!path || sd_bus_message_read_basic(m, 's', &name) <= 0)
		return -EPROTO;
	which = props_of(name);
	if (which == PROPS_OTHER)
		return 0;
	n = find(t, kind_of[which], path);
	if (!n)
		return 0;
	memcpy(&before, n, sizeof(before));
	r = props_read(which, fields(n), m);
	if (r >= 0)
		r = props_invalidate(which, fields(n), m);
	tell(t, n, &before);
	return r;
}

int tree_claim(struct tree *t, const char *path, const char *endpoint, sd_bus_message *m)
{
	struct tree_node *n = find(t, TREE_TRANSPORT, path), before;
	int r;

	if (!tree_device_above(t, path))
		return -ENODEV;
	if (!n)
		n = add(t, TREE_TRANSPORT, path);
	if (!n)
		return -ENOMEM;
	memcpy(&before, n, sizeof(before));
	n->known = true;
	n->transport.ours = true;
	words_copy(n->endpoint, sizeof(n->endpoint), endpoint);
	r = props_read(PROPS_TRANSPORT, &n->transport, m);
	tell(t, n, &before);
	return r;
}

uint32_t tree_claims(const struct tree *t, const char *endpoint)
{
	uint32_t count = 0;

	for (struct tree_node *n = t->first[TREE_TRANSPORT]; n; n = n->next)
		count += strcmp(n->endpoint, endpoint) == 0;
	return count;
}

struct tree_node *tree_device_above(const struct tree *t, const char *path)
{
	struct tree_node *n = above(t, TREE_DEVICE, path);

	return n && n->shown ? n : NULL;
}

void tree_remove(struct tree *t, const char *path)
{
	char copy[BLUEZ_PATH_MAX]; /* path may belong to what is freed */
	struct tree_node *n;

	words_copy(copy, sizeof(copy), path);
	drop_below(t, TREE_TRANSPORT, copy);
	drop_below(t, TREE_DEVICE, copy);
	for (enum tree_kind k = TREE_ADAPTER; k <= TREE_TRANSPORT; k++)
		if ((n = find(t, k, copy)))
			drop(t, n);
}

void tree_clear(struct tree *t)
{
	sd_event_source_set_enabled(t->grace, SD_EVENT_OFF);
	while (t->first[TREE_TRANSPORT])
		drop(t, t->first[TREE_TRANSPORT]);
	while (t->first[TREE_DEVICE])
		drop(t, t->first[TREE_DEVICE]);
	while (t->first[TREE_ADAPTER])
		drop(t, t->first[TREE_ADAPTER]);
}

struct tree_node *tree_at(const struct tree *t, const char *path)
{
	for (enum tree_kind k = TREE_ADAPTER; k <= TREE_TRANSPORT; k++) {
		struct tree_node *n = find(t, k, path);

		if (n && n->shown)
			return n;
	}
	return NULL;
}

struct tree_node *tree_adapter(const struct tree *t, const char *address)
{
	struct tree_node *n;

	for (n = t->first[TREE_ADAPTER]; n; n = n->next)
		if (n->shown && strcmp(n->adapter.address, address) == 0)
			return n;
	return NULL;
}

struct tree_node *tree_device(const struct tree *t, const char *adapter, const char *address)
{
	struct tree_node *n, *best = NULL;
	int best_rank = -1;

	for (n = t->first[TREE_DEVICE]; n; n = n->next) {
		const struct bluez_device *d = &n->device.dev;
		int rank = d->connected ? 2 : d->paired ? 1 : 0;

		if (!n->shown || strcmp(d->address, address) != 0)
			continue;
		if (adapter && *adapter && strcmp(d->adapter, adapter) != 0)
			continue;
		if (rank > best_rank) {
			best = n;
			best_rank = rank;
		}
	}
	return best;
}

struct tree_node *tree_nth(const struct tree *t, enum tree_kind kind, size_t i)
{
	struct tree_node *n;

	for (n = t->first[kind]; n; n = n->next)
		if (n->shown && i-- == 0)
			return n;
	return NULL;
}

void tree_set_busy(struct tree *t, const char *path, bool busy)
{
	struct tree_node *n = find(t, TREE_DEVICE, path);

	if (!n || n->device.dev.busy == busy)
		return;
	n->device.dev.busy = busy;
	if (n->shown && !busy)
		t->changed(t->arg, BLUEZ_CHANGED, n);
}

void tree_set_hears(struct tree *t, const char *path, bool hears)
{
	struct tree_node *n = find(t, TREE_ADAPTER, path);

	if (!n || n->adapter.hears == hears)
		return;
	n->adapter.hears = hears;
	if (n->shown)
		t->changed(t->arg, BLUEZ_CHANGED, n);
}

void tree_set_endpoints(struct tree *t, const char *path, uint32_t count, uint32_t used)
{
	struct tree_node *n = find(t, TREE_ADAPTER, path);

	if (!n || (n->adapter.endpoints == count && n->adapter.endpoints_used == used))
		return;
	n->adapter.endpoints = count;
	n->adapter.endpoints_used = used;
	if (n->shown)
		t->changed(t->arg, BLUEZ_CHANGED, n);
}
