/* SPDX-License-Identifier: MIT */
/*
 * op - something asked of BlueZ that ends exactly once.
 *
 * Ends by an answer, by its own time-out, because what it is about vanished,
 * because it was cancelled, or with bluez_free(). A late answer finds nobody:
 * the slot of the call goes with the operation.
 */
#ifndef FANFARE_BLUEZ_OP_H
#define FANFARE_BLUEZ_OP_H

#include <systemd/sd-bus.h>

#include "core/bluez/tree.h"

enum op_kind {
	OP_DISCOVER,
	OP_PAIR,
	OP_CONNECT,
	OP_DISCONNECT,
	OP_FORGET,
	OP_SET, /* one property */
	OP_ACQUIRE,
	OP_RELEASE,
};

struct bluez;
struct op;
typedef void (*op_fn)(struct op *op);

struct op {
	struct op *next;
	struct bluez *b;
	enum op_kind kind;
	bool ending; /* decided, waits to be told */

	char path[BLUEZ_PATH_MAX];	  /* D-Bus object it is about */
	char device_path[BLUEZ_PATH_MAX]; /* "" = about no device */
	char adapter_path[BLUEZ_PATH_MAX];
	char device[BLUEZ_NAME_MAX + 24], adapter[BLUEZ_NAME_MAX]; /* labels */

	bluez_done_fn done; /* one of the two */
	bluez_fd_fn fd_done;
	void *arg;

	sd_bus_slot *slot;	   /* the call under way */
	sd_event_source *deadline; /* ms of struct times */
	sd_event_source *later;	   /* runs step */
	op_fn step;

	uint32_t tries; /* answered "busy" so far */
	bool waiting;	/* OP_ACQUIRE: for idle; OP_RELEASE: answered, for idle */
	bool polite;	/* OP_ACQUIRE: only where the other side has begun */
	bool in_use;	/* OP_CONNECT: it had a stream before; leave its link alone */
	bool blocked;	/* OP_CONNECT: we have blocked it, and must not leave it so */
	bool cured;	/* OP_CONNECT: by blocking it; once is enough */
	bool leaving;	/* OP_CONNECT: failed; ends with error once disconnected … */
	bool stays;	/* … or begins anew then */
	bool expected;	/* OP_DISCOVER: the deadline is its good end */
	int error;	/* of ending */
	char words[BLUEZ_WORDS_MAX];
};

/*
 * [ctl] Make one about the object of node, NULL when there is none: then it
 * ends by itself, soon, with -ENODEV and words. -ENOMEM.
 */
int op_new(struct bluez *b, enum op_kind kind, const struct tree_node *node,
	   const char *missing, struct op **ret);

/* [ctl] It takes too long after so many ms. */
void op_deadline(struct op *op, uint32_t ms);
/* [ctl] Do step after so many ms. */
void op_later(struct op *op, uint32_t ms, op_fn step);

/* [ctl] Call a method of the op's object (or of path); fn(m, op). types as in sd-bus. */
void op_call(struct op *op, const char *path, const char *interface, const char *member,
	     sd_bus_message_handler_t fn, const char *types, ...);
/* [ctl] As a reply handler: an error ends the op, anything else ends it well. */
int op_on_reply(sd_bus_message *m, void *op, sd_bus_error *ret_error);

/* [ctl] End it now; op is gone afterwards. fd is handed on. */
void op_end(struct op *op, int error, const char *words);
void op_end_fd(struct op *op, int fd, uint16_t read_mtu, uint16_t write_mtu);
void op_end_error(struct op *op, const sd_bus_error *error);
/* [ctl] End it once control is back in sd_event: safe while the mirror speaks. */
void op_end_later(struct op *op, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* [ctl] Take back at bluetoothd what was begun there. */
void op_undo(struct op *op);

/* [ctl] The first of a kind about that object that is not ending; NULL. */
struct op *op_find(struct bluez *b, enum op_kind kind, const char *path);

/* [ctl] What the mirror says, for the operations it concerns. */
void op_tree_changed(struct bluez *b, enum bluez_event event, const struct tree_node *node);
/* [ctl] All of them end: soon with error, or right now with -ECANCELED. */
void op_fail_all(struct bluez *b, int error, const char *words);
void op_cancel_all(struct bluez *b);

/* [ctl] connect.c: end with that error, but leave the device disconnected first. */
void connect_give_up(struct op *op, int error, const char *words);

/* [ctl] acquire.c: a transport changed its state. */
void acquire_transport_changed(struct op *op, const struct bluez_transport *t);

#endif
