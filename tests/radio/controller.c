/* SPDX-License-Identifier: MIT */
/* controller - what one is, apart from its links: features, settings, its host's packets. */
#include "world.h"

#include <stdio.h>
#include <string.h>

#include "air.h"
#include "command.h"
#include "link.h"
#include "page.h"

void controller_features(const struct controller *c, unsigned page, uint8_t ret[8])
{
	/* 3- and 5-slot packets, encryption, role switch, sniff; power control; EDR with
	 * enhanced and interlaced scans and RSSI; AFH; 3- and 5-slot EDR, sniff subrating,
	 * pausing encryption; EIR, SSP, encapsulated PDUs, non-flushable flag; supervision
	 * event, inquiry power, extended features. No SCO, no LE. */
	static const uint8_t first[8] = { 0xa7, 0x02, 0x04, 0x7a, 0x98, 0x1f, 0x59, 0x83 };

	memset(ret, 0, 8);
	if (page == 0) {
		memcpy(ret, first, sizeof(first));
		if (c->rate == 3)
			ret[3] |= 0x04; /* 3 Mbit/s */
	} else if (page == 1) {
		ret[0] = c->set.ssp_mode & 1;
	}
}

/* Is the event with that code wanted? Those that answer commands always are. */
static bool wanted(const struct controller *c, uint8_t code)
{
	unsigned bit = code - 1u;

	if (code == EV_COMMAND_COMPLETE || code == EV_COMMAND_STATUS ||
	    code == EV_COMPLETED_PACKETS)
		return true;
	return bit < 64 && c->set.event_mask[bit / 8] & 1u << bit % 8;
}

void controller_event(struct controller *c, const struct hci_packet *event)
{
	if (!c->plugged || !wanted(c, event->data[1]))
		return;
	if (event->data[1] != EV_COMPLETED_PACKETS)
		world_trace(c->world, "%u event %02x, %zu bytes", c->index, event->data[1],
			    event->len - 3);
	c->world->send(c->world->user, c, event->data, event->len);
}

/* As the specification has it after a reset. */
static void default_settings(struct controller *c)
{
	static const struct settings fresh = {
		.page_timeout = { 0x00, 0x20 },
		.accept_timeout = { 0xa0, 0x1f },
		.page_scan = { 0x00, 0x08, 0x12, 0x00 },
		.inquiry_scan = { 0x00, 0x10, 0x12, 0x00 },
		.voice = { 0x60, 0x00 },
		.event_mask = { 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0x00, 0x00 },
		.iac_count = 1,
		.iac = { 0x33, 0x8b, 0x9e },
	};

	c->set = fresh;
	snprintf((char *)c->set.name, sizeof(c->set.name), "radio %u", c->index);
}

void controller_reset(struct controller *c)
{
	struct world *w = c->world;

	for (unsigned i = 0; i < LINKS_MAX; i++) {
		for (unsigned s = 0; w->link[i].serial && s < 2; s++) {
			struct end *e = &w->link[i].end[s];

			if (e->ctl == c && e->state != END_GONE)
				end_drop(e, HCI_CONNECTION_TIMEOUT, true);
		}
	}
	page_reset(c);
	default_settings(c);
}

/* Data for a link that is none, or that cannot take it, is lost; the host knows by its credits.
 */
static void take_data(struct controller *c, const struct hci_view *v)
{
	struct end *e = end_by_handle(c, v->handle);

	if (!e || e->detaching || v->len == 0 || v->len > HCI_ACL_SIZE) {
		world_trace(c->world, "%u data for handle %u dropped", c->index, v->handle);
		return;
	}
	if (e->acl.count >= HCI_ACL_BUFFERS)
		world_log(c->world, "%u: host sends more than its credit on handle %u",
			  c->index, v->handle);
	air_send(e, v->boundary, v->data, v->len);
}

void controller_packet(struct controller *c, const uint8_t *packet, size_t n)
{
	struct hci_view v;

	if (hci_parse(packet, n, &v) < 0) {
		world_log(c->world, "%u: bad packet from host, type %u, %zu bytes", c->index,
			  n ? packet[0] : 0u, n);
		return;
	}
	if (v.type == HCI_COMMAND)
		command_run(c, v.opcode, v.data, v.len);
	else
		take_data(c, &v);
}
