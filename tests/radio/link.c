/* SPDX-License-Identifier: MIT */
/* link - from the first call to the last event, as both hosts see it. */
#include "link.h"

#include <string.h>

#include "air.h"
#include "pairing.h"

struct end *end_other(struct end *e)
{
	return e == &e->link->end[0] ? &e->link->end[1] : &e->link->end[0];
}

bool end_is_master(const struct end *e)
{
	return e == &e->link->end[e->link->master];
}

/* This controller's living ends, one after the other; start with NULL. */
static struct end *next_end(struct controller *c, const struct end *after)
{
	struct world *w = c->world;
	unsigned i = after ? (unsigned)(after->link - w->link) + 1 : 0;

	for (; i < LINKS_MAX; i++) {
		struct link *l = &w->link[i];

		for (unsigned s = 0; l->serial && s < 2; s++) {
			if (l->end[s].ctl == c && l->end[s].state != END_GONE)
				return &l->end[s];
		}
	}
	return NULL;
}

struct end *end_by_handle(struct controller *c, uint16_t handle)
{
	struct end *e = NULL;

	while ((e = next_end(c, e)) && (e->handle != handle || e->state != END_OPEN))
		;
	return e;
}

struct end *end_by_addr(struct controller *c, struct bdaddr addr)
{
	struct end *e = NULL;

	while ((e = next_end(c, e)) && !bdaddr_same(end_other(e)->ctl->addr, addr))
		;
	return e;
}

unsigned end_count(struct controller *c)
{
	struct end *e = NULL;
	unsigned n = 0;

	while ((e = next_end(c, e)))
		n++;
	return n;
}

bool link_hears(const struct link *l)
{
	return l->end[0].state != END_GONE && l->end[1].state != END_GONE &&
	       world_hears(l->world, l->end[0].ctl, l->end[1].ctl);
}

void end_set_types(struct end *e, uint16_t hci_types)
{
	unsigned rate = e->ctl->rate;
	unsigned other = end_other(e)->ctl->rate;

	e->hci_types = hci_types;
	e->types = bb_allowed(hci_types, rate < other ? rate : other);
}

void link_complete(struct controller *c, uint8_t status, uint16_t handle, struct bdaddr to)
{
	struct hci_packet p;

	hci_event(&p, EV_CONNECTION_COMPLETE);
	hci_put8(&p, status);
	hci_put16(&p, handle);
	hci_put_addr(&p, to);
	hci_put8(&p, 1); /* ACL */
	hci_put8(&p, 0); /* not encrypted */
	controller_event(c, &p);
}

void link_failed(struct controller *c, struct bdaddr to, uint8_t status)
{
	link_complete(c, status, 0, to);
}

static void disconnected(struct end *e, uint8_t reason)
{
	struct hci_packet p;

	hci_event(&p, EV_DISCONNECTED);
	hci_put8(&p, HCI_OK);
	hci_put16(&p, e->handle);
	hci_put8(&p, reason);
	controller_event(e->ctl, &p);
}

static void free_link(struct link *l)
{
	struct deadlines *d = &l->world->deadlines;

	air_forget(l);
	deadline_disarm(d, &l->lost);
	deadline_disarm(d, &l->patience);
	air_drop(&l->end[0]);
	air_drop(&l->end[1]);
	l->serial = 0;
}

/* Tell the host, in the words its state asks for, that this end is over. */
static void tell_gone(struct end *e, uint8_t reason)
{
	enum end_state was = e->state;

	e->state = END_GONE;
	switch (was) {
	case END_OPEN:
		disconnected(e, reason);
		break;
	case END_CALLING:
	case END_ASKED:
	case END_ACCEPTED:
		link_failed(e->ctl, end_other(e)->ctl->addr, reason);
		break;
	case END_CALLED:
	case END_GONE:
		break;
	}
}

void end_drop(struct end *e, uint8_t reason, bool quiet)
{
	struct link *l = e->link;

	if (quiet)
		e->state = END_GONE;
	else
		tell_gone(e, reason);
	air_drop(e);
	if (end_other(e)->state == END_GONE)
		free_link(l);
	else
		link_watch(l);
}

void link_close(struct link *l, const uint8_t reason[2])
{
	tell_gone(&l->end[0], reason[0]);
	tell_gone(&l->end[1], reason[1]);
	free_link(l);
}

static void supervision_over(void *owner)
{
	static const uint8_t reason[2] = { HCI_CONNECTION_TIMEOUT, HCI_CONNECTION_TIMEOUT };
	struct link *l = owner;

	world_trace(l->world, "link %u-%u: supervision timeout", l->end[0].ctl->index,
		    l->end[1].ctl->index);
	link_close(l, reason);
}

void link_watch(struct link *l)
{
	struct deadlines *d = &l->world->deadlines;

	if (link_hears(l))
		deadline_disarm(d, &l->lost);
	else if (!l->lost.armed)
		deadline_arm(d, &l->lost, l->world->now + (uint64_t)l->supervision * SLOT_NS);
}

void link_patience(struct link *l, uint64_t ns)
{
	deadline_arm(&l->world->deadlines, &l->patience, l->world->now + ns);
}

static void patience_over(void *owner)
{
	struct link *l = owner;
	struct end *called = &l->end[1];

	if (called->state == END_ASKED) {
		static const uint8_t reason[2] = { HCI_ACCEPT_TIMEOUT, HCI_ACCEPT_TIMEOUT };

		link_close(l, reason);
		return;
	}
	for (unsigned s = 0; s < 2; s++) {
		/* a detach that nobody answers ends this side alone */
		if (l->end[s].detaching) {
			end_drop(&l->end[s], HCI_LOCAL_ENDED, false);
			return;
		}
	}
	pairing_expired(l);
}

static bool handle_taken(struct controller *c, uint16_t handle)
{
	struct end *e = NULL;

	while ((e = next_end(c, e)) && e->handle != handle)
		;
	return e != NULL;
}

static void init_end(struct link *l, unsigned s, struct controller *c)
{
	struct end *e = &l->end[s];

	*e = (struct end){ .link = l, .ctl = c, .state = END_GONE };
	air_init_end(e);
	e->policy = hci_get16(c->set.default_policy);
	/* each controller counts from elsewhere, so that no handle fits by accident */
	e->handle = (uint16_t)(1 + 16 * c->index);
	while (handle_taken(c, e->handle))
		e->handle++;
}

void link_call(struct controller *from, struct controller *to, const struct page *p)
{
	struct world *w = from->world;
	struct link *l = w->link;
	uint64_t serial = ++w->serial;

	while (l->serial) /* there are as many as all controllers together may hold */
		l++;
	memset(l, 0, sizeof(*l));
	l->world = w;
	init_end(l, 0, from);
	init_end(l, 1, to);
	l->serial = serial;
	l->end[0].state = END_CALLING;
	l->end[1].state = END_CALLED;
	l->end[0].may_switch = p->may_switch;
	end_set_types(&l->end[0], p->hci_types);
	end_set_types(&l->end[1], HCI_ALL_TYPES);
	l->supervision = w->supervision;
	deadline_init(&l->lost, supervision_over, l);
	deadline_init(&l->patience, patience_over, l);
	lmp_send(&l->end[0], LMP_CALL, from->set.device_class, 3);
}
