/* SPDX-License-Identifier: MIT */
/* lmp - the messages between two link managers, other than pairing's. */
#include "link.h"

#include <string.h>

#include "air.h"
#include "pairing.h"

#define DETACH_NS (240 * (uint64_t)SLOT_NS) /* six polls without an answer */

#define ROLE_NOT_ALLOWED 0x21

void lmp_send(struct end *e, enum lmp op, const void *data, size_t n)
{
	uint8_t message[1 + 255];

	message[0] = (uint8_t)op;
	if (n)
		memcpy(message + 1, data, n);
	if (queue_push(&e->lmp, message, 1 + n, HCI_PB_FIRST, e->link->world->now))
		air_kick(e->link);
}

void end_tell_role(struct end *e, uint8_t status)
{
	struct hci_packet p;

	hci_event(&p, EV_ROLE_CHANGE);
	hci_put8(&p, status);
	hci_put_addr(&p, end_other(e)->ctl->addr);
	hci_put8(&p, !end_is_master(e));
	controller_event(e->ctl, &p);
}

/* A call has come in: full, or ask the host. */
static void called(struct end *e, const uint8_t *device_class)
{
	struct hci_packet p;

	if (end_count(e->ctl) > ACTIVE_MAX) {
		uint8_t reason = HCI_LIMITED_RESOURCES;

		lmp_send(e, LMP_REFUSE, &reason, 1);
		return;
	}
	e->state = END_ASKED;
	hci_event(&p, EV_CONNECTION_REQUEST);
	hci_put_addr(&p, end_other(e)->ctl->addr);
	hci_put(&p, device_class, 3);
	hci_put8(&p, 1); /* ACL */
	controller_event(e->ctl, &p);
	link_patience(e->link, (uint64_t)hci_get16(e->ctl->set.accept_timeout) * SLOT_NS);
}

void end_accept(struct end *e, bool become_master)
{
	uint8_t want = become_master;

	deadline_disarm(&e->link->world->deadlines, &e->link->patience);
	e->state = END_ACCEPTED;
	lmp_send(e, LMP_ACCEPT, &want, 1);
}

void end_refuse(struct end *e, uint8_t reason)
{
	deadline_disarm(&e->link->world->deadlines, &e->link->patience);
	e->state = END_CALLED; /* for its host this is over */
	link_failed(e->ctl, end_other(e)->ctl->addr, reason);
	lmp_send(e, LMP_REFUSE, &reason, 1);
}

static void accepted(struct end *e, bool other_leads)
{
	struct end *other = end_other(e);

	if (other_leads && e->may_switch && !e->ctl->central) {
		e->link->master ^= 1;
		other->switched = true;
		end_tell_role(e, HCI_OK);
	}
	e->state = END_OPEN;
	link_complete(e->ctl, HCI_OK, e->handle, other->ctl->addr);
	lmp_send(e, LMP_OPENED, NULL, 0);
}

static void opened(struct end *e)
{
	if (e->switched)
		end_tell_role(e, HCI_OK);
	e->state = END_OPEN;
	link_complete(e->ctl, HCI_OK, e->handle, end_other(e)->ctl->addr);
}

static void refused(struct end *e, uint8_t reason)
{
	link_close(e->link, (const uint8_t[2]){ reason, reason });
}

void end_detach(struct end *e, uint8_t reason)
{
	e->detaching = true;
	lmp_send(e, LMP_DETACH, &reason, 1);
	link_patience(e->link, DETACH_NS);
}

/* The other side has ended it; our answer, in the same exchange, tells it that we know. */
static void detached(struct end *e, uint8_t reason)
{
	uint8_t why[2] = { HCI_LOCAL_ENDED, HCI_LOCAL_ENDED };

	why[e == &e->link->end[1]] = reason;
	link_close(e->link, why);
}

void end_query(struct end *e, enum hci_event_code what, uint8_t page)
{
	lmp_send(e, LMP_QUERY, (const uint8_t[2]){ (uint8_t)what, page }, 2);
}

static void queried(struct end *e, uint8_t what, uint8_t page)
{
	uint8_t answer[1 + HCI_NAME_SIZE] = { what };
	size_t n = 1;

	switch (what) {
	case EV_REMOTE_FEATURES:
		controller_features(e->ctl, 0, answer + 1);
		n += 8;
		break;
	case EV_REMOTE_EXT_FEATURES:
		answer[1] = page;
		answer[2] = 1; /* the last page there is */
		controller_features(e->ctl, page, answer + 3);
		n += 10;
		break;
	case EV_REMOTE_VERSION:
		answer[1] = RADIO_VERSION;
		hci_set16(answer + 2, RADIO_MANUFACTURER);
		hci_set16(answer + 4, 0);
		n += 5;
		break;
	case EV_CLOCK_OFFSET:
		hci_set16(answer + 1, (uint16_t)(e->ctl->index * 0x0123 & 0x7fff));
		n += 2;
		break;
	case EV_REMOTE_NAME:
		memcpy(answer + 1, e->ctl->set.name, HCI_NAME_SIZE);
		n += HCI_NAME_SIZE;
		break;
	default:
		return;
	}
	lmp_send(e, LMP_ANSWER, answer, n);
}

static void answered(struct end *e, const uint8_t *data, size_t n)
{
	struct hci_packet p;

	hci_event(&p, (enum hci_event_code)data[0]);
	hci_put8(&p, HCI_OK);
	if (data[0] == EV_REMOTE_NAME)
		hci_put_addr(&p, end_other(e)->ctl->addr);
	else
		hci_put16(&p, e->handle);
	hci_put(&p, data + 1, n - 1);
	controller_event(e->ctl, &p);
}

static void switch_roles(struct end *e)
{
	if (!(e->policy & POLICY_SWITCH) || (end_is_master(e) && e->ctl->central)) {
		lmp_send(e, LMP_SWITCH_NO, NULL, 0);
		return;
	}
	e->link->master ^= 1;
	end_tell_role(e, HCI_OK);
	end_tell_role(end_other(e), HCI_OK);
}

static void change_mode(struct end *e, uint16_t interval)
{
	e->link->sniff = interval;
	for (unsigned s = 0; s < 2; s++) {
		struct end *x = &e->link->end[s];
		struct hci_packet p;

		hci_event(&p, EV_MODE_CHANGE);
		hci_put8(&p, HCI_OK);
		hci_put16(&p, x->handle);
		hci_put8(&p, interval ? 2 : 0);
		hci_put16(&p, interval);
		controller_event(x->ctl, &p);
	}
}

static void supervise(struct end *e, uint16_t slots)
{
	struct hci_packet p;

	e->link->supervision = slots;
	hci_event(&p, EV_SUPERVISION_CHANGED);
	hci_put16(&p, e->handle);
	hci_put16(&p, slots);
	controller_event(e->ctl, &p);
}

void lmp_receive(struct end *e, const uint8_t *data, size_t n)
{
	enum lmp op = (enum lmp)data[0];

	world_trace(e->link->world, "%u>%u lmp %u, %zu bytes", end_other(e)->ctl->index,
		    e->ctl->index, op, n - 1);
	data++;
	n--;
	if (op >= LMP_PAIR_FIRST) {
		pairing_receive(e, op, data, n);
		return;
	}
	if (op == LMP_CALL)
		called(e, data);
	else if (op == LMP_ACCEPT)
		accepted(e, data[0]);
	else if (op == LMP_REFUSE)
		refused(e, data[0]);
	else if (op == LMP_OPENED)
		opened(e);
	else if (op == LMP_DETACH)
		detached(e, data[0]);
	else if (op == LMP_QUERY)
		queried(e, data[0], data[1]);
	else if (op == LMP_ANSWER)
		answered(e, data, n);
	else if (op == LMP_SWITCH)
		switch_roles(e);
	else if (op == LMP_SWITCH_NO)
		end_tell_role(e, ROLE_NOT_ALLOWED);
	else if (op == LMP_SNIFF)
		change_mode(e, hci_get16(data));
	else if (op == LMP_SUPERVISE)
		supervise(e, hci_get16(data));
}
