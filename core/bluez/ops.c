/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/scope.h"
#include "core/bluez/ops.h"
#include "core/bluez/private.h"
#include "core/bluez/words.h"

#define BUSY_TRIES 6 /* "busy" answers before we give up */

/* Both addresses in capitals; adapter "" for any. -EINVAL. */
static int addresses(const char *adapter, const char *address, char ret_adapter[BLUEZ_ADDR_MAX],
		     char ret_address[BLUEZ_ADDR_MAX])
{
	ret_adapter[0] = '\0';
	if (adapter && *adapter && words_address(adapter, ret_adapter) < 0)
		return -EINVAL;
	return words_address(address, ret_address);
}

int ops_begin_device(struct bluez *b, enum op_kind kind, const char *adapter,
		     const char *address, bluez_done_fn done, void *arg, struct op **ret)
{
	char on[BLUEZ_ADDR_MAX], at[BLUEZ_ADDR_MAX], missing[BLUEZ_WORDS_MAX];
	const struct tree_node *n, *a;
	struct op *op;
	int r;

	r = addresses(adapter, address, on, at);
	if (r < 0)
		return r;
	n = tree_device(&b->tree, on, at);
	if (on[0] && !tree_adapter(&b->tree, on))
		snprintf(missing, sizeof(missing), "adapter %s is not there", on);
	else
		snprintf(missing, sizeof(missing),
			 "%s has not been found yet: put it in pairing mode and search", at);
	r = op_new(b, kind, n, missing, &op);
	if (r < 0)
		return r;
	op->done = done;
	op->arg = arg;
	a = n ? tree_adapter(&b->tree, n->device.dev.adapter) : NULL;
	if (a && !a->adapter.powered && kind != OP_FORGET && kind != OP_SET)
		op_end_later(op, -ENONET, "%s is switched off", op->adapter);
	op_deadline(op, b->times.call);
	*ret = op;
	return 0;
}

static int begin_adapter(struct bluez *b, enum op_kind kind, const char *adapter,
			 bluez_done_fn done, void *arg, struct op **ret)
{
	char on[BLUEZ_ADDR_MAX] = "", missing[BLUEZ_WORDS_MAX];
	const struct tree_node *n;
	struct op *op;
	int r;

	if (adapter && *adapter) {
		r = words_address(adapter, on);
		if (r < 0)
			return r;
		n = tree_adapter(&b->tree, on);
		snprintf(missing, sizeof(missing), "adapter %s is not there", on);
	} else {
		n = tree_nth(&b->tree, TREE_ADAPTER, 0);
		snprintf(missing, sizeof(missing), "there is no Bluetooth adapter");
	}
	r = op_new(b, kind, n, missing, &op);
	if (r < 0)
		return r;
	op->done = done;
	op->arg = arg;
	op_deadline(op, b->times.call);
	*ret = op;
	return 0;
}

bool ops_again(struct op *op, op_fn step)
{
	if (op->tries >= BUSY_TRIES)
		return false;
	op->slot = sd_bus_slot_unref(op->slot);
	op_later(op, op->b->times.again << (op->tries < 3 ? op->tries : 3), step);
	op->tries++;
	return true;
}

/* ---- discovery ------------------------------------------------------------ */

static void discover_start(struct op *op);

static int on_discovering(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct op *op = arg;
	const sd_bus_error *e = sd_bus_message_get_error(m);

	(void)ret_error;
	/* the end of the search before this one may still be under way */
	if (sd_bus_error_has_name(e, "org.bluez.Error.InProgress") &&
	    ops_again(op, discover_start))
		return 0;
	if (e)
		op_end_error(op, e);
	else
		op->expected = true;
	return 0;
}

static void discover_start(struct op *op)
{
	op_call(op, op->path, BLUEZ_ADAPTER, "StartDiscovery", on_discovering, "");
}

static int on_filter(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct op *op = arg;
	const sd_bus_error *e = sd_bus_message_get_error(m);

	(void)ret_error;
	if (e)
		op_end_error(op, e);
	else
		discover_start(op);
	return 0;
}

int bluez_discover(struct bluez *b, const char *adapter, uint32_t seconds, bluez_done_fn done,
		   void *arg)
{
	struct op *op, *other = NULL;
	int r;

	if (seconds < 1 || seconds > 300)
		return -EINVAL;
	r = begin_adapter(b, OP_DISCOVER, adapter, done, arg, &op);
	if (r < 0 || op->ending)
		return r;
	for (other = b->ops; other; other = other->next)
		if (other != op && !other->ending && other->kind == OP_DISCOVER &&
		    strcmp(other->path, op->path) == 0)
			break;
	if (other) {
		op_end_later(op, -EBUSY, "%s is searching already", op->adapter);
		return 0;
	}
	if (!tree_at(&b->tree, op->path)->adapter.powered) {
		op_end_later(op, -ENONET, "%s is switched off", op->adapter);
		return 0;
	}
	op_deadline(op, seconds * 1000);
	op_call(op, op->path, BLUEZ_ADAPTER, "SetDiscoveryFilter", on_filter, "a{sv}", 1,
		"Transport", "s", "bredr");
	return 0;
}

int bluez_discover_stop(struct bluez *b, const char *adapter)
{
	char on[BLUEZ_ADDR_MAX];
	const struct tree_node *n;
	struct op *op;

	if (adapter && *adapter) {
		if (words_address(adapter, on) < 0)
			return -EINVAL;
		n = tree_adapter(&b->tree, on);
	} else {
		n = tree_nth(&b->tree, TREE_ADAPTER, 0);
	}
	op = n ? op_find(b, OP_DISCOVER, n->path) : NULL;
	if (!op)
		return -ENOENT;
	op_undo(op);
	op_end_later(op, 0, "%s", "");
	return 0;
}

/* ---- one device ----------------------------------------------------------- */

static int on_paired(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct op *op = arg;
	const sd_bus_error *e = sd_bus_message_get_error(m);

	(void)ret_error;
	if (e && !sd_bus_error_has_name(e, "org.bluez.Error.AlreadyExists"))
		op_end_error(op, e);
	else
		op_end(op, 0, "");
	return 0;
}

int bluez_pair(struct bluez *b, const char *adapter, const char *address, bluez_done_fn done,
	       void *arg)
{
	struct op *op;
	int r = ops_begin_device(b, OP_PAIR, adapter, address, done, arg, &op);

	if (r < 0 || op->ending)
		return r;
	op_deadline(op, b->times.pair);
	op_call(op, op->path, BLUEZ_DEVICE, "Pair", on_paired, "");
	return 0;
}

static int on_disconnected(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	const sd_bus_error *e = sd_bus_message_get_error(m);

	if (!sd_bus_error_has_name(e, "org.bluez.Error.NotConnected"))
		return op_on_reply(m, arg, ret_error);
	op_end(arg, 0, ""); /* what was wanted */
	return 0;
}

int bluez_disconnect(struct bluez *b, const char *adapter, const char *address,
		     bluez_done_fn done, void *arg)
{
	struct op *op;
	int r = ops_begin_device(b, OP_DISCONNECT, adapter, address, done, arg, &op);

	if (r < 0 || op->ending)
		return r;
	op_call(op, op->path, BLUEZ_DEVICE, "Disconnect", on_disconnected, "");
	return 0;
}

int bluez_forget(struct bluez *b, const char *adapter, const char *address, bluez_done_fn done,
		 void *arg)
{
	struct op *op;
	int r = ops_begin_device(b, OP_FORGET, adapter, address, done, arg, &op);

	if (r < 0)
		return r;
	if (op->ending) {
		if (op->error == -ENODEV) { /* what was wanted */
			op->error = 0;
			op->words[0] = '\0';
		}
		return 0;
	}
	op_call(op, op->adapter_path, BLUEZ_ADAPTER, "RemoveDevice", op_on_reply, "o",
		op->path);
	return 0;
}

int bluez_trust(struct bluez *b, const char *adapter, const char *address, bool trusted,
		bluez_done_fn done, void *arg)
{
	struct op *op;
	int r = ops_begin_device(b, OP_SET, adapter, address, done, arg, &op);

	if (r < 0 || op->ending)
		return r;
	op_call(op, op->path, DBUS_PROPERTIES, "Set", op_on_reply, "ssv", BLUEZ_DEVICE,
		"Trusted", "b", (int)trusted);
	return 0;
}

int bluez_rename(struct bluez *b, const char *adapter, const char *address, const char *alias,
		 bluez_done_fn done, void *arg)
{
	struct op *op;
	int r;

	if (!alias)
		return -EINVAL;
	r = ops_begin_device(b, OP_SET, adapter, address, done, arg, &op);
	if (r < 0 || op->ending)
		return r;
	op_call(op, op->path, DBUS_PROPERTIES, "Set", op_on_reply, "ssv", BLUEZ_DEVICE, "Alias",
		"s", alias);
	return 0;
}

int bluez_cancel(struct bluez *b, const char *adapter, const char *address)
{
	char on[BLUEZ_ADDR_MAX], at[BLUEZ_ADDR_MAX];
	const struct tree_node *n;
	int found = -ENOENT, r;

	r = addresses(adapter, address, on, at);
	if (r < 0)
		return r;
	n = tree_device(&b->tree, on, at);
	for (struct op *op = b->ops; n && op; op = op->next) {
		if (op->ending || strcmp(op->path, n->path) != 0 ||
		    (op->kind != OP_PAIR && op->kind != OP_CONNECT))
			continue;
		if (op->leaving && !op->stays) /* failed already, and on its way out */
			continue;
		found = 0;
		if (op->leaving) {
			op->stays = false;
			op->error = -ECANCELED;
			continue;
		}
		if (op->kind == OP_CONNECT && !op->in_use) {
			connect_give_up(op, -ECANCELED, "cancelled");
			continue;
		}
		op_undo(op);
		op_end_later(op, -ECANCELED, "%s", "cancelled");
	}
	return found;
}

/* ---- one adapter ---------------------------------------------------------- */

static int set_adapter_bool(struct bluez *b, const char *adapter, const char *property, bool on,
			    bluez_done_fn done, void *arg)
{
	struct op *op;
	int r = begin_adapter(b, OP_SET, adapter, done, arg, &op);

	if (r < 0 || op->ending)
		return r;
	op_call(op, op->path, DBUS_PROPERTIES, "Set", op_on_reply, "ssv", BLUEZ_ADAPTER,
		property, "b", (int)on);
	return 0;
}

int bluez_adapter_power(struct bluez *b, const char *adapter, bool on, bluez_done_fn done,
			void *arg)
{
	return set_adapter_bool(b, adapter, "Powered", on, done, arg);
}

int bluez_adapter_pairable(struct bluez *b, const char *adapter, bool on, bluez_done_fn done,
			   void *arg)
{
	return set_adapter_bool(b, adapter, "Pairable", on, done, arg);
}

int bluez_adapter_discoverable(struct bluez *b, const char *adapter, bool on,
			       bluez_done_fn done, void *arg)
{
	return set_adapter_bool(b, adapter, "Discoverable", on, done, arg);
}

int bluez_adapter_rename(struct bluez *b, const char *adapter, const char *alias,
			 bluez_done_fn done, void *arg)
{
	struct op *op;
	int r;

	if (!alias)
		return -EINVAL;
	r = begin_adapter(b, OP_SET, adapter, done, arg, &op);
	if (r < 0 || op->ending)
		return r;
	op_call(op, op->path, DBUS_PROPERTIES, "Set", op_on_reply, "ssv", BLUEZ_ADAPTER,
		"Alias", "s", alias);
	return 0;
}
