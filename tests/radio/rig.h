/* SPDX-License-Identifier: MIT */
/*
 * rig - a world without a kernel: its hosts are the test.
 *
 * What each host hears is kept; time passes only when the test says so.
 */
#ifndef RADIO_RIG_H
#define RADIO_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "air.h"
#include "link.h"
#include "world.h"

#define HEARD_MAX 4096

struct heard {
	size_t len;
	uint8_t data[HCI_PACKET_MAX];
};

struct host {
	struct heard *heard;
	unsigned count, read; /* packets so far, and how many the test has looked past */
	unsigned credits;     /* packets completed since the test last set it to 0 */
	uint64_t bytes;	      /* of ACL data received */
};

struct rig {
	struct world w;
	struct host host[CONTROLLERS_MAX];
	unsigned plugged, unplugged;
	unsigned logged;
};

static inline void rig_send(void *user, struct controller *c, const uint8_t *packet, size_t n)
{
	struct host *h = &((struct rig *)user)->host[c->index];

	assert_true(h->count < HEARD_MAX);
	memcpy(h->heard[h->count].data, packet, n);
	h->heard[h->count++].len = n;
	if (packet[0] == HCI_EVENT && packet[1] == EV_COMPLETED_PACKETS)
		h->credits += hci_get16(packet + 6);
	if (packet[0] == HCI_ACL)
		h->bytes += n - 5;
}

static inline void rig_log(void *user, const char *line)
{
	(void)line;
	((struct rig *)user)->logged++;
}

static inline void rig_plug(void *user, struct controller *c, bool in)
{
	struct rig *r = user;

	(void)c;
	if (in)
		r->plugged++;
	else
		r->unplugged++;
}

static inline struct bdaddr rig_addr(unsigned i)
{
	return (struct bdaddr){ { (uint8_t)(0x10 + i), 0, 0, 0, 0, 2 } };
}

static inline void rig_command_n(struct rig *r, unsigned i, uint16_t opcode, const void *data,
				 size_t n)
{
	uint8_t p[4 + 255] = { HCI_COMMAND, (uint8_t)opcode, (uint8_t)(opcode >> 8),
			       (uint8_t)n };

	memcpy(p + 4, data, n);
	controller_packet(&r->w.controller[i], p, 4 + n);
}

#define rig_command(r, i, op, ...)                                      \
	rig_command_n((r), (i), (op), (const uint8_t[]){ __VA_ARGS__ }, \
		      sizeof((const uint8_t[]){ __VA_ARGS__ }))

/* A command whose parameters are an address, then these bytes. */
#define rig_to(r, i, op, peer, ...)                                 \
	do {                                                        \
		uint8_t all_[] = { 0, 0, 0, 0, 0, 0, __VA_ARGS__ }; \
		memcpy(all_, rig_addr(peer).b, 6);                  \
		rig_command_n((r), (i), (op), all_, sizeof(all_));  \
	} while (0)

/* count controllers, their hosts powered up as a kernel would: SSP, all scans, all events. */
static inline struct rig *rig_new(unsigned count)
{
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	world_init(&r->w, SECOND_NS, 7);
	r->w.send = rig_send;
	r->w.log = rig_log;
	r->w.plug = rig_plug;
	r->w.user = r;
	for (unsigned i = 0; i < count; i++) {
		r->host[i].heard = malloc(HEARD_MAX * sizeof(struct heard));
		assert_non_null(r->host[i].heard);
		assert_non_null(world_add(&r->w, rig_addr(i), 3));
		rig_command(r, i, OP_SET_EVENT_MASK, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			    0x3f);
		rig_command(r, i, OP_WRITE_SSP_MODE, 1);
		rig_command(r, i, OP_WRITE_DEFAULT_POLICY, 5, 0);
		rig_command(r, i, OP_WRITE_SCAN_ENABLE, 3);
		rig_command(r, i, OP_WRITE_CLASS, 0x14, 0x04, 0x24);
		r->host[i].read = r->host[i].count;
	}
	return r;
}

static inline void rig_free(struct rig *r)
{
	world_done(&r->w);
	for (unsigned i = 0; i < CONTROLLERS_MAX; i++)
		free(r->host[i].heard);
	free(r);
}

/* Let ns go by, waking when the world asks to be woken. */
static inline void rig_run(struct rig *r, uint64_t ns)
{
	uint64_t end = r->w.now + ns;

	while (world_next(&r->w) <= end)
		world_run(&r->w, world_next(&r->w));
	world_run(&r->w, end);
}

/* The next unread event of that code, and what lies before it is past; NULL if there is none.
 */
static inline const uint8_t *rig_find(struct rig *r, unsigned i, uint8_t code)
{
	struct host *h = &r->host[i];

	for (unsigned k = h->read; k < h->count; k++) {
		if (h->heard[k].data[0] != HCI_EVENT || h->heard[k].data[1] != code)
			continue;
		h->read = k + 1;
		return h->heard[k].data + 3;
	}
	return NULL;
}

/* The same, waiting for it up to 30 s; its parameters. */
static inline const uint8_t *rig_event(struct rig *r, unsigned i, uint8_t code)
{
	uint64_t end = r->w.now + 30 * SECOND_NS;
	const uint8_t *p;

	while (!(p = rig_find(r, i, code))) {
		if (world_next(&r->w) > end)
			fail_msg("host %u never heard event %02x", i, code);
		world_run(&r->w, world_next(&r->w));
	}
	return p;
}

/* Is there such an unread event? Nothing is passed over. */
static inline bool rig_heard(struct rig *r, unsigned i, uint8_t code)
{
	unsigned was = r->host[i].read;
	bool found = rig_find(r, i, code) != NULL;

	r->host[i].read = was;
	return found;
}

/* a calls b, whose host accepts with that wish for a role. Returns a's handle. */
static inline uint16_t rig_connect_role(struct rig *r, unsigned a, unsigned b, uint8_t role)
{
	const uint8_t *p;
	uint16_t handle;

	/* DM and DH of all lengths, no EDR forbidden */
	rig_to(r, a, OP_CREATE_CONNECTION, b, 0x18, 0xcc, 1, 0, 0, 0, 1);
	rig_event(r, b, EV_CONNECTION_REQUEST);
	rig_to(r, b, OP_ACCEPT_CONNECTION, a, role);
	p = rig_event(r, a, EV_CONNECTION_COMPLETE);
	assert_int_equal(p[0], HCI_OK);
	handle = hci_get16(p + 1);
	p = rig_event(r, b, EV_CONNECTION_COMPLETE);
	assert_int_equal(p[0], HCI_OK);
	return handle;
}

static inline uint16_t rig_connect(struct rig *r, unsigned a, unsigned b)
{
	return rig_connect_role(r, a, b, 1);
}

/* The handle that i's host has for its link to peer. */
static inline uint16_t rig_handle(struct rig *r, unsigned i, unsigned peer)
{
	struct end *e = end_by_addr(&r->w.controller[i], rig_addr(peer));

	assert_non_null(e);
	return e->handle;
}

static inline struct end *rig_end(struct rig *r, unsigned i, unsigned peer)
{
	struct end *e = end_by_addr(&r->w.controller[i], rig_addr(peer));

	assert_non_null(e);
	return e;
}

/* i's host sends n bytes to peer in one packet. */
static inline void rig_data(struct rig *r, unsigned i, unsigned peer, size_t n)
{
	uint8_t bytes[HCI_ACL_SIZE];
	struct hci_packet p;

	for (size_t k = 0; k < n; k++)
		bytes[k] = (uint8_t)(k * 7 + n);
	hci_acl(&p, rig_handle(r, i, peer), HCI_PB_FIRST_HARD, bytes, n);
	controller_packet(&r->w.controller[i], p.data, p.len);
}

#endif
