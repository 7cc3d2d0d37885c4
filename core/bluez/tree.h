/* SPDX-License-Identifier: MIT */
/*
 * tree - our mirror of BlueZ's adapters, devices and transports.
 *
 * Fed with what the ObjectManager tells, whatever its order; says what was
 * added, what changed, what was removed. An object without a usable address
 * is not shown until it has one. Embedded in struct bluez.
 */
#ifndef FANFARE_BLUEZ_TREE_H
#define FANFARE_BLUEZ_TREE_H

#include <systemd/sd-bus.h>

#include "core/bluez/props.h"

enum tree_kind { TREE_ADAPTER, TREE_DEVICE, TREE_TRANSPORT };
#define TREE_KINDS 3

struct tree_node {
	struct tree_node *next;
	enum tree_kind kind;
	char path[BLUEZ_PATH_MAX];
	bool shown;		       /* the owner was told of it */
	bool known;		       /* a transport: it is clear whose it is */
	char endpoint[BLUEZ_PATH_MAX]; /* a transport: ours it was configured through */
	union {
		struct bluez_adapter adapter;
		struct props_device device;
		struct bluez_transport transport;
	};
};

/* [ctl] Something happened to node; on BLUEZ_REMOVED it is freed afterwards. */
typedef void (*tree_fn)(void *arg, enum bluez_event event, const struct tree_node *node);

struct tree {
	struct tree_node *first[TREE_KINDS]; /* oldest first */
	sd_event_source *grace;		     /* until unclaimed transports are another's */
	tree_fn changed;
	void *arg;
	bool loading; /* nothing is told before tree_announce() */
};

/* [ctl] Empty tree. -errno of sd-event. */
int tree_init(struct tree *t, sd_event *event, tree_fn changed, void *arg);
void tree_done(struct tree *t); /* says nothing */

/*
 * [ctl] Read the answer to GetManagedObjects into an empty tree, still silent;
 * then say ADDED for all of it. 0 or -EPROTO; what could be read is kept.
 */
int tree_load(struct tree *t, sd_bus_message *m);
void tree_announce(struct tree *t);
/* [ctl] Feed in the three signals. 0 or -EPROTO; what could be read is kept. */
int tree_interfaces_added(struct tree *t, sd_bus_message *m);
int tree_interfaces_removed(struct tree *t, sd_bus_message *m);
int tree_properties_changed(struct tree *t, sd_bus_message *m);

/*
 * [ctl] The transport at path was configured through our endpoint; m stands at
 * its a{sv}. -EPROTO, -ENOMEM, or -ENODEV when its device is not known.
 */
int tree_claim(struct tree *t, const char *path, const char *endpoint, sd_bus_message *m);

/* [ctl] How many transports were configured through that endpoint. */
uint32_t tree_claims(const struct tree *t, const char *endpoint);
/* [ctl] The device that path lies below, if it is shown. */
struct tree_node *tree_device_above(const struct tree *t, const char *path);

/* [ctl] Remove the object at path and all below it; or everything. */
void tree_remove(struct tree *t, const char *path);
void tree_clear(struct tree *t);

/* [ctl] What is shown at that path; what is found by address (""/NULL: any adapter). */
struct tree_node *tree_at(const struct tree *t, const char *path);
struct tree_node *tree_adapter(const struct tree *t, const char *address);
struct tree_node *tree_device(const struct tree *t, const char *adapter, const char *address);
/* [ctl] Among those shown, the i-th of a kind; NULL past the end. */
struct tree_node *tree_nth(const struct tree *t, enum tree_kind kind, size_t i);

/*
 * [ctl] Set fields that are ours and not BlueZ's; says CHANGED where they did,
 * but for busy = true: whoever began the operation knows.
 */
void tree_set_busy(struct tree *t, const char *path, bool busy);
void tree_set_hears(struct tree *t, const char *path, bool hears);
void tree_set_endpoints(struct tree *t, const char *path, uint32_t n, uint32_t used);

#endif
