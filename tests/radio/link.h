/* SPDX-License-Identifier: MIT */
/*
 * link - the life of a link between two controllers, and what its two link
 * managers say to each other.
 *
 * A message is a first byte (enum lmp) and what belongs to it. It travels
 * through the air like data does and takes its slots there.
 */
#ifndef RADIO_LINK_H
#define RADIO_LINK_H

#include "world.h"

#define HCI_ALL_TYPES 0xcc18 /* every DM and DH, no EDR forbidden */

#define POLICY_SWITCH 0x01 /* link policy bits */
#define POLICY_SNIFF  0x04

enum lmp {
	LMP_CALL,   /* class 3: may I connect? */
	LMP_ACCEPT, /* switch 1: yes; switch = I want to be master */
	LMP_REFUSE, /* reason 1 */
	LMP_OPENED, /* the caller's host knows */
	LMP_DETACH, /* reason 1 */
	LMP_QUERY,  /* what 1 (an event code), page 1 */
	LMP_ANSWER, /* what 1, then the parameters that event ends with */
	LMP_SWITCH, /* let us change roles */
	LMP_SWITCH_NO,
	LMP_SNIFF,     /* interval 2, 0 = active again */
	LMP_SUPERVISE, /* slots 2 */
	/* pairing.c */
	LMP_PAIR_FIRST,
	LMP_CHALLENGE = LMP_PAIR_FIRST, /* key 16: prove that you have it too */
	LMP_PROVEN,
	LMP_PAIR_NO,	   /* reason 1: the pairing or check is off */
	LMP_IO_CAPABILITY, /* io 1, oob 1, auth 1 */
	LMP_IO_ANSWER,	   /* the same */
	LMP_NUMBER,	   /* half 4 */
	LMP_NUMBER_ANSWER, /* half 4 */
	LMP_CONFIRMED,
	LMP_PASSKEY,	    /* typed 4 */
	LMP_LINK_KEY,	    /* type 1, key 16 */
	LMP_LINK_KEY_TAKEN, /* type 1 */
	LMP_ENCRYPT,	    /* on 1 */
	LMP_ENCRYPTED,	    /* on 1 */
};

/* [io] The other end of the same link. */
struct end *end_other(struct end *e);

/* [io] Is this end the master? */
bool end_is_master(const struct end *e);

/* [io] This controller's living end with that handle, or to that address; NULL if none. */
struct end *end_by_handle(struct controller *c, uint16_t handle);
struct end *end_by_addr(struct controller *c, struct bdaddr addr);

/* [io] How many links this controller holds. */
unsigned end_count(struct controller *c);

/* [io] A page has reached the other: make the link and ask there. */
void link_call(struct controller *from, struct controller *to, const struct page *p);

/* [io] Do its ends hear each other now? */
bool link_hears(const struct link *l);

/* [io] Something about range, power or loss has changed: watch or stop watching. */
void link_watch(struct link *l);

/* [io] This end is over for its host, which is told the reason unless quiet; the
 * other side notices when its supervision runs out. */
void end_drop(struct end *e, uint8_t reason, bool quiet);

/* [io] Both ends are over, each with its reason (indexed like link.end). */
void link_close(struct link *l, const uint8_t reason[2]);

/* [io] Queue a message of op and n bytes of data for the other end. */
void lmp_send(struct end *e, enum lmp op, const void *data, size_t n);

/* [io] A message has arrived at e. May close the link. */
void lmp_receive(struct end *e, const uint8_t *data, size_t n);

/* [io] Own host wants this. */
void end_accept(struct end *e, bool become_master);
void end_refuse(struct end *e, uint8_t reason);
void end_detach(struct end *e, uint8_t reason);
void end_query(struct end *e, enum hci_event_code what, uint8_t page);

/* [io] Say Role Change to this end's host. */
void end_tell_role(struct end *e, uint8_t status);

/* [io] Recompute the packet types an end may use. */
void end_set_types(struct end *e, uint16_t hci_types);

/* [io] Say Connection Complete: with a handle, or for a connection that never came to be. */
void link_complete(struct controller *c, uint8_t status, uint16_t handle, struct bdaddr to);
void link_failed(struct controller *c, struct bdaddr to, uint8_t status);

/* [io] Wait at most ns for what must come next on this link. */
void link_patience(struct link *l, uint64_t ns);

/* [any] Append a copy of n bytes; false when memory is out. */
bool queue_push(struct queue *q, const void *data, size_t n, uint8_t boundary, uint64_t now);

/* [any] Free the first, or all. */
void queue_pop(struct queue *q);
void queue_clear(struct queue *q);

#endif
