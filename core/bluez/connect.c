/* SPDX-License-Identifier: MIT */
/*
 * connect - bringing a speaker's A2DP sink about, and finding out for which
 * one bluetoothd asks.
 */
#include <errno.h>
#include <string.h>

#include "core/bluez/ops.h"
#include "core/bluez/private.h"
#include "core/bluez/words.h"

static void connect_profile(struct op *op);

static bool has_transport(const struct bluez *b, const char *device_path)
{
	for (struct tree_node *n = b->tree.first[TREE_TRANSPORT]; n; n = n->next)
		if (words_below(n->path, device_path))
			return true;
	return false;
}

static int on_unblocked(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct op *op = arg;
	const sd_bus_error *e = sd_bus_message_get_error(m);

	(void)ret_error;
	if (e) {
		op_end_error(op, e);
		return 0;
	}
	op->blocked = false;
	op->slot = sd_bus_slot_unref(op->slot);
	op_later(op, op->b->times.again, connect_profile);
	return 0;
}

static void unblock(struct op *op)
{
	op_call(op, op->path, DBUS_PROPERTIES, "Set", on_unblocked, "ssv", BLUEZ_DEVICE,
		"Blocked", "b", 0);
}

static int on_blocked(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct op *op = arg;

	(void)m; /* refused or not: undone in any case */
	(void)ret_error;
	unblock(op);
	return 0;
}

/*
 * BlueZ up to 5.66 forgets to end its stream set-up when the link breaks in
 * the middle of it, and calls the device busy ever after. Blocking makes it
 * drop what it keeps for the device's profiles, unblocking builds that anew;
 * keys and trust stay.
 */
static void cure(struct op *op)
{
	op->cured = op->blocked = true;
	op_call(op, op->path, DBUS_PROPERTIES, "Set", on_blocked, "ssv", BLUEZ_DEVICE,
		"Blocked", "b", 1);
}

static int on_left(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct op *op = arg;

	(void)m; /* refused: it was not connected any more */
	(void)ret_error;
	op->leaving = false;
	if (op->stays && ops_again(op, connect_profile))
		op_deadline(op, op->b->times.connect);
	else
		op_end(op, op->error, op->words);
	return 0;
}

/*
 * A failed one keeps the device busy for BlueZ, unless it is taken back. And
 * BlueZ disconnects two seconds after it was told to: who connects before the
 * answer is cut off in the middle.
 */
void connect_give_up(struct op *op, int error, const char *words)
{
	if (op->leaving || op->in_use) {
		if (op->leaving) /* no answer to that either */
			op_end(op, op->error, op->words);
		else
			op_end(op, error, words);
		return;
	}
	sd_event_source_set_enabled(op->later, SD_EVENT_OFF); /* no further try meanwhile */
	op->leaving = true;
	op->stays = false;
	op->error = error;
	words_copy(op->words, sizeof(op->words), words);
	if (op->blocked)
		bus_tell_bool(&op->b->bus, op->path, BLUEZ_DEVICE, "Blocked", false);
	op->blocked = false;
	op_deadline(op, op->b->times.release);
	op_call(op, op->path, BLUEZ_DEVICE, "Disconnect", on_left, "");
}

static bool says(const sd_bus_error *e, const char *part)
{
	return e->message && strstr(e->message, part);
}

static int on_connect(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct op *op = arg;
	const sd_bus_error *e = sd_bus_message_get_error(m);
	char words[BLUEZ_WORDS_MAX];
	bool stays;
	int error;

	(void)ret_error;
	if (!e || sd_bus_error_has_name(e, "org.bluez.Error.AlreadyConnected") ||
	    says(e, "already-connected")) {
		op_end(op, 0, "");
		return 0;
	}
	if (says(e, "connection-busy") && !op->cured && !op->in_use) {
		cure(op);
		return 0;
	}
	/* services are still being looked up, or the device connects by itself */
	if (sd_bus_error_has_name(e, "org.bluez.Error.InProgress") &&
	    ops_again(op, connect_profile))
		return 0;
	/* its end-points were not as BlueZ remembered them; now it has asked anew */
	if (says(e, "connection-create-socket") && op->tries == 0 &&
	    ops_again(op, connect_profile))
		return 0;
	stays = says(e, "connection-canceled") && !op->in_use;
	error = words_of_error(e, op->device, op->adapter, words);
	connect_give_up(op, error, words);
	if (stays) /* so it was not ended yet */
		op->stays = true;
	return 0;
}

/* Whether it is one that plays, and no speaker, where somebody listens. */
static bool plays_to_us(const struct op *op)
{
	const struct tree_node *n = tree_at(&op->b->tree, op->path);
	const struct tree_node *a = tree_at(&op->b->tree, op->adapter_path);

	return n && a && n->device.dev.audio_source && !n->device.dev.audio_sink &&
	       a->adapter.hears;
}

/* The profile, not all of them: speakers that are sources too would play to us. */
static void connect_profile(struct op *op)
{
	op_call(op, op->path, BLUEZ_DEVICE, "ConnectProfile", on_connect, "s",
		plays_to_us(op) ? BLUEZ_UUID_A2DP_SOURCE : BLUEZ_UUID_A2DP_SINK);
}

int bluez_connect(struct bluez *b, const char *adapter, const char *address, bluez_done_fn done,
		  void *arg)
{
	struct op *op;
	int r = ops_begin_device(b, OP_CONNECT, adapter, address, done, arg, &op);

	if (r < 0 || op->ending)
		return r;
	op->in_use = has_transport(b, op->path);
	op_deadline(op, b->times.connect);
	if (tree_at(&b->tree, op->path)->device.dev.blocked)
		unblock(op);
	else
		connect_profile(op);
	return 0;
}

/* The more likely it is that bluetoothd means this one; 0 = it cannot be. */
static uint32_t likeliness(const struct bluez *b, const struct tree_node *n)
{
	const struct bluez_device *d = &n->device.dev;
	bool asked = false;

	if (has_transport(b, n->path))
		return 0;
	for (const struct op *op = b->ops; op; op = op->next)
		asked |=
			!op->ending && op->kind == OP_CONNECT && strcmp(op->path, n->path) == 0;
	if (asked) /* by us; the link stands, or it is paged still */
		return d->connected ? 3 : 2;
	return d->connected && d->audio_sink ? 1 : 0; /* came by itself */
}

void ops_who_connects(const struct bluez *b, const char *adapter, char ret[BLUEZ_ADDR_MAX])
{
	const struct tree_node *best = NULL;
	uint32_t best_rank = 0;
	bool unique = false;

	for (struct tree_node *n = b->tree.first[TREE_DEVICE]; n; n = n->next) {
		uint32_t rank;

		if (!n->shown || strcmp(n->device.dev.adapter, adapter) != 0)
			continue;
		rank = likeliness(b, n);
		if (rank > best_rank) {
			best = n;
			best_rank = rank;
			unique = true;
		} else if (rank == best_rank) {
			unique = false;
		}
	}
	words_copy(ret, BLUEZ_ADDR_MAX, best && unique ? best->device.dev.address : "");
}
