/* SPDX-License-Identifier: MIT */
/* command_link - finding, connecting, and the policies of a link. */
#include "command.h"

#include <string.h>

#include "air.h"
#include "link.h"
#include "page.h"

#define INQUIRY_UNIT_NS (2048 * (uint64_t)SLOT_NS) /* 1.28 s */

static void inquiry(struct controller *c, const uint8_t *p, size_t n)
{
	(void)n;
	if (c->inquiry.on) {
		answer_status(c, HCI_DISALLOWED);
	} else if (p[3] < 1 || p[3] > 0x30) {
		answer_status(c, HCI_INVALID);
	} else {
		answer_status(c, HCI_OK);
		inquiry_start(c, p, p[3] * INQUIRY_UNIT_NS, p[4]);
	}
}

static void inquiry_cancel(struct controller *c, const uint8_t *p, size_t n)
{
	bool was = c->inquiry.on;

	(void)p;
	(void)n;
	inquiry_stop(c);
	answer_done(c, was ? HCI_OK : HCI_DISALLOWED);
}

static void create_connection(struct controller *c, const uint8_t *p, size_t n)
{
	struct page page = { .to = hci_get_addr(p),
			     .hci_types = hci_get16(p + 6),
			     .may_switch = p[12] };

	(void)n;
	if (end_by_addr(c, page.to))
		answer_status(c, HCI_ALREADY_CONNECTED);
	else if (end_count(c) >= ACTIVE_MAX)
		answer_status(c, HCI_CONNECTION_LIMIT);
	else if (c->pager.count == PAGES_MAX)
		answer_status(c, HCI_DISALLOWED);
	else {
		answer_status(c, HCI_OK);
		page_start(c, &page);
	}
}

static void create_cancel(struct controller *c, const uint8_t *p, size_t n)
{
	struct bdaddr to = hci_get_addr(p);
	bool waits = false;

	(void)n;
	for (unsigned i = 0; i < c->pager.count; i++)
		waits |= !c->pager.queue[i].for_name && bdaddr_same(c->pager.queue[i].to, to);
	answer_addr(c, waits ? HCI_OK : HCI_UNKNOWN_CONNECTION, p);
	page_cancel(c, to, false);
}

/* The end whose call this host has been asked about; else the command is answered. */
static struct end *asked(struct controller *c, const uint8_t *p)
{
	struct end *e = end_by_addr(c, hci_get_addr(p));

	if (e && e->state == END_ASKED) {
		answer_status(c, HCI_OK);
		return e;
	}
	answer_status(c, HCI_UNKNOWN_CONNECTION);
	return NULL;
}

static void accept_connection(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = asked(c, p);

	(void)n;
	if (e)
		end_accept(e, p[6] == 0);
}

static void reject_connection(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = asked(c, p);

	(void)n;
	if (e)
		end_refuse(e, p[6]);
}

static void disconnect(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end(c, p);

	(void)n;
	if (!e)
		return;
	answer_status(c, HCI_OK);
	if (!e->detaching)
		end_detach(e, p[2]);
}

static void change_packet_type(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end(c, p);
	struct hci_packet out;

	(void)n;
	if (!e)
		return;
	answer_status(c, HCI_OK);
	end_set_types(e, hci_get16(p + 2));
	hci_event(&out, EV_PACKET_TYPE_CHANGED);
	hci_put8(&out, HCI_OK);
	hci_put16(&out, e->handle);
	hci_put16(&out, e->hci_types);
	controller_event(c, &out);
}

/* ---- asking the other side -------------------------------------------------------------- */

static void query(struct controller *c, const uint8_t *p, enum hci_event_code what,
		  uint8_t page)
{
	struct end *e = command_end(c, p);

	if (!e)
		return;
	answer_status(c, HCI_OK);
	end_query(e, what, page);
}

static void remote_features(struct controller *c, const uint8_t *p, size_t n)
{
	(void)n;
	query(c, p, EV_REMOTE_FEATURES, 0);
}

static void remote_ext_features(struct controller *c, const uint8_t *p, size_t n)
{
	(void)n;
	query(c, p, EV_REMOTE_EXT_FEATURES, p[2]);
}

static void remote_version(struct controller *c, const uint8_t *p, size_t n)
{
	(void)n;
	query(c, p, EV_REMOTE_VERSION, 0);
}

static void clock_offset(struct controller *c, const uint8_t *p, size_t n)
{
	(void)n;
	query(c, p, EV_CLOCK_OFFSET, 0);
}

static void remote_name(struct controller *c, const uint8_t *p, size_t n)
{
	struct page page = { .to = hci_get_addr(p), .for_name = true };
	struct end *e = end_by_addr(c, page.to);

	(void)n;
	if (!e && c->pager.count == PAGES_MAX) {
		answer_status(c, HCI_DISALLOWED);
		return;
	}
	answer_status(c, HCI_OK);
	if (e)
		end_query(e, EV_REMOTE_NAME, 0);
	else
		page_start(c, &page);
}

static void remote_name_cancel(struct controller *c, const uint8_t *p, size_t n)
{
	struct bdaddr to = hci_get_addr(p);
	bool waits = false;

	(void)n;
	for (unsigned i = 0; i < c->pager.count; i++)
		waits |= c->pager.queue[i].for_name && bdaddr_same(c->pager.queue[i].to, to);
	answer_addr(c, waits ? HCI_OK : HCI_INVALID, p);
	page_cancel(c, to, true);
}

/* ---- policies --------------------------------------------------------------------------- */

static void sniff(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = end_by_handle(c, hci_get16(p));
	uint16_t interval = n > 2 ? hci_get16(p + 2) : 0; /* the longest it allows */

	if (!e || (interval != 0) == (e->link->sniff != 0)) {
		answer_status(c, e ? HCI_DISALLOWED : HCI_UNKNOWN_CONNECTION);
		return;
	}
	answer_status(c, HCI_OK);
	lmp_send(e, LMP_SNIFF, (uint8_t[2]){ (uint8_t)interval, (uint8_t)(interval >> 8) }, 2);
}

static void sniff_subrating(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end_now(c, p);

	(void)n;
	if (e)
		answer_handle(c, HCI_OK, e->handle);
}

/* Every link gets what the air has: the flow asked for is granted as asked. */
static void qos_setup(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end(c, p);
	struct hci_packet out;

	if (!e)
		return;
	answer_status(c, HCI_OK);
	hci_event(&out, EV_QOS_COMPLETE);
	hci_put8(&out, HCI_OK);
	hci_put(&out, p, n);
	controller_event(c, &out);
}

static void role_discovery(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end_now(c, p);
	struct hci_packet out;

	(void)n;
	if (!e)
		return;
	answer_begin(c, &out, HCI_OK);
	hci_put16(&out, e->handle);
	hci_put8(&out, !end_is_master(e));
	controller_event(c, &out);
}

static void switch_role(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = end_by_addr(c, hci_get_addr(p));

	(void)n;
	if (!e || e->state != END_OPEN) {
		answer_status(c, HCI_UNKNOWN_CONNECTION);
		return;
	}
	answer_status(c, HCI_OK);
	if ((p[6] == 0) == end_is_master(e))
		end_tell_role(e, HCI_OK); /* it is so already */
	else
		lmp_send(e, LMP_SWITCH, NULL, 0);
}

static void answer_value(struct controller *c, const struct end *e, uint16_t value)
{
	struct hci_packet out;

	answer_begin(c, &out, HCI_OK);
	hci_put16(&out, e->handle);
	hci_put16(&out, value);
	controller_event(c, &out);
}

static void read_link_policy(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end_now(c, p);

	(void)n;
	if (e)
		answer_value(c, e, e->policy);
}

static void write_link_policy(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end_now(c, p);

	(void)n;
	if (!e)
		return;
	e->policy = hci_get16(p + 2);
	answer_handle(c, HCI_OK, e->handle);
}

static void flush(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end_now(c, p);

	(void)n;
	if (!e)
		return;
	air_flush(e);
	answer_handle(c, HCI_OK, e->handle);
}

static void read_flush_timeout(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end_now(c, p);

	(void)n;
	if (e)
		answer_value(c, e, e->flush);
}

static void write_flush_timeout(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end_now(c, p);

	(void)n;
	if (!e)
		return;
	air_flush_after(e, hci_get16(p + 2));
	answer_handle(c, HCI_OK, e->handle);
}

static void read_supervision(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end_now(c, p);

	(void)n;
	if (e)
		answer_value(c, e, e->link->supervision);
}

/* The master decides; its slave hears of it. */
static void write_supervision(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end_now(c, p);

	(void)n;
	if (!e)
		return;
	if (!end_is_master(e)) {
		answer_handle(c, HCI_DISALLOWED, e->handle);
		return;
	}
	e->link->supervision = hci_get16(p + 2);
	answer_handle(c, HCI_OK, e->handle);
	lmp_send(e, LMP_SUPERVISE, p + 2, 2);
}

static const struct command commands[] = {
	{ OP_INQUIRY, COMMAND_BIT(0, 0), 5, false, inquiry },
	{ OP_INQUIRY_CANCEL, COMMAND_BIT(0, 1), 0, false, inquiry_cancel },
	{ OP_CREATE_CONNECTION, COMMAND_BIT(0, 4), 13, false, create_connection },
	{ OP_DISCONNECT, COMMAND_BIT(0, 5), 3, false, disconnect },
	{ OP_CREATE_CONNECTION_CANCEL, COMMAND_BIT(0, 7), 6, false, create_cancel },
	{ OP_ACCEPT_CONNECTION, COMMAND_BIT(1, 0), 7, false, accept_connection },
	{ OP_REJECT_CONNECTION, COMMAND_BIT(1, 1), 7, false, reject_connection },
	{ OP_CHANGE_PACKET_TYPE, COMMAND_BIT(1, 6), 4, false, change_packet_type },
	{ OP_REMOTE_NAME, COMMAND_BIT(2, 3), 10, false, remote_name },
	{ OP_REMOTE_NAME_CANCEL, COMMAND_BIT(2, 4), 6, false, remote_name_cancel },
	{ OP_REMOTE_FEATURES, COMMAND_BIT(2, 5), 2, false, remote_features },
	{ OP_REMOTE_EXT_FEATURES, COMMAND_BIT(2, 6), 3, false, remote_ext_features },
	{ OP_REMOTE_VERSION, COMMAND_BIT(2, 7), 2, false, remote_version },
	{ OP_CLOCK_OFFSET, COMMAND_BIT(3, 0), 2, false, clock_offset },
	{ OP_SNIFF, COMMAND_BIT(4, 2), 10, false, sniff },
	{ OP_EXIT_SNIFF, COMMAND_BIT(4, 3), 2, false, sniff },
	{ OP_QOS_SETUP, COMMAND_BIT(4, 6), 20, false, qos_setup },
	{ OP_ROLE_DISCOVERY, COMMAND_BIT(4, 7), 2, false, role_discovery },
	{ OP_SWITCH_ROLE, COMMAND_BIT(5, 0), 7, false, switch_role },
	{ OP_READ_LINK_POLICY, COMMAND_BIT(5, 1), 2, false, read_link_policy },
	{ OP_WRITE_LINK_POLICY, COMMAND_BIT(5, 2), 4, false, write_link_policy },
	{ OP_FLUSH, COMMAND_BIT(6, 1), 2, false, flush },
	{ OP_READ_FLUSH_TIMEOUT, COMMAND_BIT(9, 4), 2, false, read_flush_timeout },
	{ OP_WRITE_FLUSH_TIMEOUT, COMMAND_BIT(9, 5), 4, false, write_flush_timeout },
	{ OP_READ_SUPERVISION, COMMAND_BIT(11, 0), 2, false, read_supervision },
	{ OP_WRITE_SUPERVISION, COMMAND_BIT(11, 1), 4, false, write_supervision },
	{ OP_SNIFF_SUBRATING, COMMAND_BIT(17, 4), 8, false, sniff_subrating },
};

const struct command_group command_link = { commands, sizeof(commands) / sizeof(commands[0]) };
