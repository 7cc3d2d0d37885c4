/* SPDX-License-Identifier: MIT */
/*
 * acquire - taking and giving back the socket of a transport, its volume.
 *
 * BlueZ (5.66 above all) reports "idle" while the stream is still being set
 * up, and answers Acquire with Failed or NotAuthorized then; the same answer
 * means later that somebody else has it. So a few tries, then words.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "core/base/scope.h"
#include "core/bluez/private.h"
#include "core/bluez/rival.h"
#include "core/bluez/words.h"

#define TRIES 5

static void ask(struct op *op);

static void words_of_rival(const struct op *op, char ret[BLUEZ_WORDS_MAX])
{
	char rival[BLUEZ_NAME_MAX];

	rival_find(rival, sizeof(rival));
	if (rival[0])
		snprintf(ret, BLUEZ_WORDS_MAX,
			 "%s is held by another sound program; running here: %s", op->device,
			 rival);
	else
		snprintf(ret, BLUEZ_WORDS_MAX, "%s is held by another sound program",
			 op->device);
}

/* Our own copy of the descriptor, the message keeps its own. */
static int take_fd(sd_bus_message *m, int *ret_fd, uint16_t *ret_read, uint16_t *ret_write)
{
	SCOPED(closep) int fd = -EBADF;
	uint16_t r_mtu, w_mtu;
	int theirs, flags;

	if (!sd_bus_message_has_signature(m, "hqq") ||
	    sd_bus_message_read(m, "hqq", &theirs, &r_mtu, &w_mtu) < 0 || w_mtu == 0)
		return -EPROTO;
	fd = fcntl(theirs, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return -errno;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	*ret_fd = TAKE_FD(fd);
	*ret_read = r_mtu;
	*ret_write = w_mtu;
	return 0;
}

static void refused(struct op *op, const sd_bus_error *e)
{
	char words[BLUEZ_WORDS_MAX];
	bool denied = sd_bus_error_has_name(e, "org.bluez.Error.NotAuthorized");
	bool early = denied || sd_bus_error_has_name(e, "org.bluez.Error.Failed") ||
		     sd_bus_error_has_name(e, "org.bluez.Error.NotAvailable") ||
		     sd_bus_error_has_name(e, "org.bluez.Error.InProgress");

	op->slot = sd_bus_slot_unref(op->slot);
	if (op->polite && sd_bus_error_has_name(e, "org.bluez.Error.NotAvailable")) {
		op_end(op, -EAGAIN, "it does not play any more");
	} else if (early && op->tries < TRIES) {
		op_later(op, op->b->times.again << op->tries, ask);
		op->tries++;
	} else if (denied) {
		words_of_rival(op, words);
		op_end(op, -EPERM, words);
	} else {
		op_end_error(op, e);
	}
}

static int on_acquired(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	const sd_bus_error *e = sd_bus_message_get_error(m);
	char words[BLUEZ_WORDS_MAX];
	uint16_t r_mtu = 0, w_mtu = 0;
	struct op *op = arg;
	int fd = -EBADF, r;

	(void)ret_error;
	if (e) {
		refused(op, e);
		return 0;
	}
	r = take_fd(m, &fd, &r_mtu, &w_mtu);
	if (r < 0) {
		op_undo(op);
		snprintf(words, sizeof(words), "%s: BlueZ gave no usable socket", op->device);
		op_end(op, r, words);
		return 0;
	}
	op_end_fd(op, fd, r_mtu, w_mtu);
	return 0;
}

static void ask(struct op *op)
{
	const struct tree_node *n = tree_at(&op->b->tree, op->path);

	if (n && n->transport.state == BLUEZ_ACTIVE) {
		op->waiting = true; /* acquire_transport_changed() goes on */
		return;
	}
	op->waiting = false;
	op_call(op, op->path, BLUEZ_TRANSPORT, op->polite ? "TryAcquire" : "Acquire",
		on_acquired, "");
}

static int begin(struct bluez *b, enum op_kind kind, const char *transport, struct op **ret)
{
	const struct tree_node *n;

	if (!transport || !*transport)
		return -EINVAL;
	n = tree_at(&b->tree, transport);
	if (n && n->kind != TREE_TRANSPORT)
		return -EINVAL;
	return op_new(b, kind, n, "the stream is closed", ret);
}

static int acquire(struct bluez *b, const char *transport, bool polite, bluez_fd_fn done,
		   void *arg)
{
	char words[BLUEZ_WORDS_MAX];
	const struct tree_node *n;
	struct op *op, *other;
	int r = begin(b, OP_ACQUIRE, transport, &op);

	if (r < 0)
		return r;
	op->fd_done = done;
	op->arg = arg;
	op->polite = polite;
	if (op->ending)
		return 0;
	n = tree_at(&b->tree, transport);
	other = op_find(b, OP_ACQUIRE, transport);
	if (!n->transport.ours) {
		words_of_rival(op, words);
		op_end_later(op, -EPERM, "%s", words);
	} else if (other != op) {
		op_end_later(op, -EBUSY, "%s is being acquired already", op->device);
	} else {
		op_deadline(op, b->times.acquire);
		ask(op);
	}
	return 0;
}

int bluez_acquire(struct bluez *b, const char *transport, bluez_fd_fn done, void *arg)
{
	return acquire(b, transport, false, done, arg);
}

int bluez_take_up(struct bluez *b, const char *transport, bluez_fd_fn done, void *arg)
{
	return acquire(b, transport, true, done, arg);
}

static int on_released(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct op *op = arg;
	const sd_bus_error *e = sd_bus_message_get_error(m);
	const struct tree_node *n = tree_at(&op->b->tree, op->path);

	(void)ret_error;
	/* NotAuthorized: it was not ours any more, which is what was wanted */
	if (e && !sd_bus_error_has_name(e, "org.bluez.Error.NotAuthorized"))
		op_end_error(op, e);
	else if (!n || n->transport.state != BLUEZ_ACTIVE)
		op_end(op, 0, "");
	else
		op->waiting = true;
	return 0;
}

int bluez_release(struct bluez *b, const char *transport, bluez_done_fn done, void *arg)
{
	struct op *op;
	int r = begin(b, OP_RELEASE, transport, &op);

	if (r < 0)
		return r;
	op->done = done;
	op->arg = arg;
	if (op->ending) {
		if (op->error == -ENODEV) {
			op->error = 0;
			op->words[0] = '\0';
		}
		return 0;
	}
	op_deadline(op, b->times.release);
	op_call(op, op->path, BLUEZ_TRANSPORT, "Release", on_released, "");
	return 0;
}

void acquire_transport_changed(struct op *op, const struct bluez_transport *t)
{
	if (!op->waiting || t->state == BLUEZ_ACTIVE)
		return;
	op->waiting = false;
	if (op->kind == OP_RELEASE)
		op_end_later(op, 0, "%s", "");
	else if (op->kind == OP_ACQUIRE)
		op_later(op, 0, ask);
}

int bluez_set_volume(struct bluez *b, const char *transport, uint8_t volume, bluez_done_fn done,
		     void *arg)
{
	struct op *op;
	int r;

	if (volume > 127)
		return -EINVAL;
	r = begin(b, OP_SET, transport, &op);
	if (r < 0)
		return r;
	op->done = done;
	op->arg = arg;
	if (op->ending)
		return 0;
	if (tree_at(&b->tree, transport)->transport.volume < 0) {
		op_end_later(op, -EOPNOTSUPP, "%s has no absolute volume", op->device);
		return 0;
	}
	op_deadline(op, b->times.call);
	op_call(op, op->path, DBUS_PROPERTIES, "Set", op_on_reply, "ssv", BLUEZ_TRANSPORT,
		"Volume", "q", (int)volume);
	return 0;
}
