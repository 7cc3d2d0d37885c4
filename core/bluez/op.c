/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/scope.h"
#include "core/bluez/private.h"
#include "core/bluez/words.h"

static void settle(struct op *op)
{
	op->slot = sd_bus_slot_unref(op->slot);
	sd_event_source_set_enabled(op->deadline, SD_EVENT_OFF);
	sd_event_source_set_enabled(op->later, SD_EVENT_OFF);
}

static void op_free(struct op *op)
{
	if (!op)
		return;
	sd_bus_slot_unref(op->slot);
	sd_event_source_disable_unref(op->deadline);
	sd_event_source_disable_unref(op->later);
	free(op);
}
SCOPED_FN(struct op, op_free)

static bool device_is_busy(struct bluez *b, const char *path)
{
	for (struct op *op = b->ops; op; op = op->next)
		if (!op->ending && strcmp(op->device_path, path) == 0)
			return true;
	return false;
}

/* Unlink; what is told afterwards may begin new operations. */
static void take_out(struct op *op)
{
	struct op **at = &op->b->ops;

	while (*at != op)
		at = &(*at)->next;
	*at = op->next;
	if (op->kind == OP_PAIR)
		agent_pairing_over(&op->b->agent, op->path);
	if (op->device_path[0])
		tree_set_busy(&op->b->tree, op->device_path,
			      device_is_busy(op->b, op->device_path));
}

static void tell(struct op *op, int error, const char *words, int fd, uint16_t r, uint16_t w)
{
	take_out(op);
	if (op->fd_done)
		op->fd_done(op->arg, error, words, fd, r, w);
	else if (op->done)
		op->done(op->arg, error, words);
	op_free(op);
}

void op_end(struct op *op, int error, const char *words)
{
	tell(op, error, words, -1, 0, 0);
}

void op_end_fd(struct op *op, int fd, uint16_t read_mtu, uint16_t write_mtu)
{
	tell(op, 0, "", fd, read_mtu, write_mtu);
}

void op_end_error(struct op *op, const sd_bus_error *error)
{
	int r = words_of_error(error, op->device, op->adapter, op->words);

	op_end(op, r, op->words);
}

static void end_now(struct op *op)
{
	op_end(op, op->error, op->words);
}

void op_end_later(struct op *op, int error, const char *format, ...)
{
	va_list args;

	if (op->ending)
		return;
	settle(op);
	op->ending = true;
	op->error = error;
	va_start(args, format);
	vsnprintf(op->words, sizeof(op->words), format, args);
	va_end(args);
	op_later(op, 0, end_now);
}

static int on_later(sd_event_source *source, uint64_t usec, void *arg)
{
	struct op *op = arg;

	(void)source;
	(void)usec;
	op->step(op);
	return 0;
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *arg)
{
	char words[BLUEZ_WORDS_MAX];
	struct op *op = arg;

	(void)source;
	(void)usec;
	snprintf(words, sizeof(words), "%s: no answer in time",
		 op->device[0] ? op->device : op->adapter);
	if (op->kind == OP_CONNECT) {
		connect_give_up(op, -ETIMEDOUT, words);
		return 0;
	}
	op_undo(op);
	if (op->expected)
		op_end(op, 0, "");
	else
		op_end(op, -ETIMEDOUT, words);
	return 0;
}

static int new_timer(struct op *op, sd_event_time_handler_t fn, sd_event_source **ret)
{
	int r = sd_event_add_time_relative(op->b->event, ret, CLOCK_MONOTONIC, 0, 0, fn, op);

	return r < 0 ? r : sd_event_source_set_enabled(*ret, SD_EVENT_OFF);
}

/* Names and paths of the object, its device and its adapter. */
static void describe(struct op *op, const struct tree_node *node)
{
	const struct tree *t = &op->b->tree;
	const struct tree_node *device = NULL, *adapter = NULL;

	words_copy(op->path, sizeof(op->path), node->path);
	switch (node->kind) {
	case TREE_ADAPTER:
		adapter = node;
		break;
	case TREE_DEVICE:
		device = node;
		break;
	case TREE_TRANSPORT:
		device = tree_device_above(t, node->path);
		break;
	}
	if (device) {
		const struct bluez_device *d = &device->device.dev;

		words_copy(op->device_path, sizeof(op->device_path), device->path);
		words_label(op->device, sizeof(op->device), d->alias, d->address);
		adapter = tree_adapter(t, d->adapter);
	}
	if (adapter) {
		words_copy(op->adapter_path, sizeof(op->adapter_path), adapter->path);
		snprintf(op->adapter, sizeof(op->adapter), "adapter %s (%s)",
			 adapter->adapter.name, adapter->adapter.address);
	}
}

int op_new(struct bluez *b, enum op_kind kind, const struct tree_node *node,
	   const char *missing, struct op **ret)
{
	SCOPED(op_freep) struct op *op = calloc(1, sizeof(*op));
	struct op **end = &b->ops;

	if (!op)
		return -ENOMEM;
	op->b = b;
	op->kind = kind;
	if (new_timer(op, on_deadline, &op->deadline) < 0 ||
	    new_timer(op, on_later, &op->later) < 0)
		return -ENOMEM;
	while (*end)
		end = &(*end)->next;
	*end = op;
	if (b->state != BLUEZ_READY)
		op_end_later(op, -ECONNRESET, "%s",
			     b->state == BLUEZ_NO_BUS ? "D-Bus is not there"
						      : "bluetoothd is not running");
	else if (!node)
		op_end_later(op, -ENODEV, "%s", missing);
	else
		describe(op, node);
	if (op->device_path[0] && !op->ending)
		tree_set_busy(&b->tree, op->device_path, true);
	*ret = TAKE(op);
	return 0;
}

void op_deadline(struct op *op, uint32_t ms)
{
	if (op->ending)
		return;
	sd_event_source_set_time_relative(op->deadline, ms * 1000ull);
	sd_event_source_set_enabled(op->deadline, SD_EVENT_ONESHOT);
}

void op_later(struct op *op, uint32_t ms, op_fn step)
{
	op->step = step;
	sd_event_source_set_time_relative(op->later, ms * 1000ull);
	sd_event_source_set_enabled(op->later, SD_EVENT_ONESHOT);
}

void op_call(struct op *op, const char *path, const char *interface, const char *member,
	     sd_bus_message_handler_t fn, const char *types, ...)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	va_list args;
	int r;

	op->slot = sd_bus_slot_unref(op->slot);
	r = bus_new_call(&op->b->bus, path, interface, member, &m);
	if (r >= 0 && *types) {
		va_start(args, types);
		r = sd_bus_message_appendv(m, types, args);
		va_end(args);
	}
	if (r >= 0)
		r = bus_send(&op->b->bus, m, 0, fn, op, &op->slot);
	if (r < 0)
		op_end_later(op, r == -ENOMEM ? r : -ECONNRESET, "%s", "D-Bus went away");
}

int op_on_reply(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct op *op = arg;
	const sd_bus_error *e = sd_bus_message_get_error(m);

	(void)ret_error;
	if (e)
		op_end_error(op, e);
	else
		op_end(op, 0, "");
	return 0;
}

void op_undo(struct op *op)
{
	struct bus *bus = &op->b->bus;

	switch (op->kind) {
	case OP_DISCOVER:
		bus_tell(bus, op->path, BLUEZ_ADAPTER, "StopDiscovery");
		break;
	case OP_PAIR:
		bus_tell(bus, op->path, BLUEZ_DEVICE, "CancelPairing");
		break;
	case OP_CONNECT:
		if (op->blocked)
			bus_tell_bool(bus, op->path, BLUEZ_DEVICE, "Blocked", false);
		if (!op->in_use)
			bus_tell(bus, op->path, BLUEZ_DEVICE, "Disconnect");
		break;
	case OP_ACQUIRE:
		/* else bluetoothd believes that we hold it, and nobody gets it again */
		if (op->slot)
			bus_tell(bus, op->path, BLUEZ_TRANSPORT, "Release");
		break;
	case OP_DISCONNECT:
	case OP_FORGET:
	case OP_SET:
	case OP_RELEASE:
		break;
	}
}

struct op *op_find(struct bluez *b, enum op_kind kind, const char *path)
{
	for (struct op *op = b->ops; op; op = op->next)
		if (!op->ending && op->kind == kind && strcmp(op->path, path) == 0)
			return op;
	return NULL;
}

static void object_removed(struct op *op)
{
	switch (op->kind) {
	case OP_FORGET:
	case OP_RELEASE:
	case OP_DISCONNECT:
		op_end_later(op, 0, "%s", ""); /* what was wanted */
		break;
	case OP_ACQUIRE:
		op_end_later(op, -ENODEV, "%s closed the stream", op->device);
		break;
	case OP_DISCOVER:
	case OP_PAIR:
	case OP_CONNECT:
	case OP_SET:
		op_end_later(op, -ENODEV, "%s is gone",
			     op->device[0] ? op->device : op->adapter);
		break;
	}
}

void op_tree_changed(struct bluez *b, enum bluez_event event, const struct tree_node *node)
{
	for (struct op *op = b->ops; op; op = op->next) {
		if (op->ending || strcmp(op->path, node->path) != 0)
			continue;
		if (event == BLUEZ_REMOVED)
			object_removed(op);
		else if (node->kind == TREE_TRANSPORT)
			acquire_transport_changed(op, &node->transport);
		else if (node->kind == TREE_ADAPTER && op->kind == OP_DISCOVER &&
			 !node->adapter.powered)
			op_end_later(op, -ENONET, "%s was switched off", op->adapter);
	}
}

void op_fail_all(struct bluez *b, int error, const char *words)
{
	for (struct op *op = b->ops; op; op = op->next)
		op_end_later(op, error, "%s", words);
}

void op_cancel_all(struct bluez *b)
{
	while (b->ops) {
		op_undo(b->ops);
		op_end(b->ops, -ECANCELED, "Fanfare stops");
	}
}
