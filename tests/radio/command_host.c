/* SPDX-License-Identifier: MIT */
/* command_host - what a host sets and reads back: names, scans, time-outs, masks. */
#include "command.h"

#include <stddef.h>
#include <string.h>

#include "air.h"
#include "link.h"

/* Settings that are no more than bytes kept: one line here instead of two functions. */
static const struct kept {
	uint16_t read, write; /* opcodes */
	uint16_t at;	      /* in struct settings */
	uint8_t size;
} kept[] = {
#define KEPT(r, w, field)                                                                     \
	{                                                                                     \
		r, w, offsetof(struct settings, field), sizeof(((struct settings *)0)->field) \
	}
	KEPT(OP_READ_NAME, OP_WRITE_NAME, name),
	KEPT(OP_READ_ACCEPT_TIMEOUT, OP_WRITE_ACCEPT_TIMEOUT, accept_timeout),
	KEPT(OP_READ_PAGE_TIMEOUT, OP_WRITE_PAGE_TIMEOUT, page_timeout),
	KEPT(OP_READ_SCAN_ENABLE, OP_WRITE_SCAN_ENABLE, scan_enable),
	KEPT(OP_READ_PAGE_SCAN, OP_WRITE_PAGE_SCAN, page_scan),
	KEPT(OP_READ_INQUIRY_SCAN, OP_WRITE_INQUIRY_SCAN, inquiry_scan),
	KEPT(OP_READ_AUTH_ENABLE, OP_WRITE_AUTH_ENABLE, auth_enable),
	KEPT(OP_READ_CLASS, OP_WRITE_CLASS, device_class),
	KEPT(OP_READ_VOICE, OP_WRITE_VOICE, voice),
	KEPT(OP_READ_INQUIRY_SCAN_TYPE, OP_WRITE_INQUIRY_SCAN_TYPE, inquiry_scan_type),
	KEPT(OP_READ_INQUIRY_MODE, OP_WRITE_INQUIRY_MODE, inquiry_mode),
	KEPT(OP_READ_PAGE_SCAN_TYPE, OP_WRITE_PAGE_SCAN_TYPE, page_scan_type),
	KEPT(OP_READ_AFH_ASSESSMENT, OP_WRITE_AFH_ASSESSMENT, afh_assessment),
	KEPT(OP_READ_EIR, OP_WRITE_EIR, eir),
	KEPT(OP_READ_SSP_MODE, OP_WRITE_SSP_MODE, ssp_mode),
	KEPT(OP_READ_DEFAULT_POLICY, OP_WRITE_DEFAULT_POLICY, default_policy),
	KEPT(0, OP_SET_EVENT_MASK, event_mask),
#undef KEPT
};

static const struct kept *kept_by(uint16_t opcode)
{
	const struct kept *k = kept;

	while (k->read != opcode && k->write != opcode)
		k++; /* the tables agree: every user of these two functions stands above */
	return k;
}

static void read_kept(struct controller *c, const uint8_t *p, size_t n)
{
	const struct kept *k = kept_by(c->opcode);
	struct hci_packet out;

	(void)p;
	(void)n;
	answer_begin(c, &out, HCI_OK);
	hci_put(&out, (const uint8_t *)&c->set + k->at, k->size);
	controller_event(c, &out);
}

static void write_kept(struct controller *c, const uint8_t *p, size_t n)
{
	const struct kept *k = kept_by(c->opcode);

	memcpy((uint8_t *)&c->set + k->at, p, n < k->size ? n : k->size);
	answer_done(c, HCI_OK);
}

static void accept_only(struct controller *c, const uint8_t *p, size_t n)
{
	(void)p;
	(void)n;
	answer_done(c, HCI_OK);
}

static void reset(struct controller *c, const uint8_t *p, size_t n)
{
	(void)p;
	(void)n;
	controller_reset(c);
	answer_done(c, HCI_OK);
}

/* This controller stores no keys: there are none to read, and none to delete. */
static void read_stored_key(struct controller *c, const uint8_t *p, size_t n)
{
	struct hci_packet out;

	(void)p;
	(void)n;
	answer_begin(c, &out, HCI_OK);
	hci_put16(&out, 0); /* room for */
	hci_put16(&out, 0); /* read */
	controller_event(c, &out);
}

static void delete_stored_key(struct controller *c, const uint8_t *p, size_t n)
{
	struct hci_packet out;

	(void)p;
	(void)n;
	answer_begin(c, &out, HCI_OK);
	hci_put16(&out, 0);
	controller_event(c, &out);
}

static void read_iac_count(struct controller *c, const uint8_t *p, size_t n)
{
	struct hci_packet out;

	(void)p;
	(void)n;
	answer_begin(c, &out, HCI_OK);
	hci_put8(&out, IAC_MAX);
	controller_event(c, &out);
}

static void read_iac(struct controller *c, const uint8_t *p, size_t n)
{
	struct hci_packet out;

	(void)p;
	(void)n;
	answer_begin(c, &out, HCI_OK);
	hci_put8(&out, c->set.iac_count);
	hci_put(&out, c->set.iac, 3u * c->set.iac_count);
	controller_event(c, &out);
}

static void write_iac(struct controller *c, const uint8_t *p, size_t n)
{
	if (p[0] < 1 || p[0] > IAC_MAX || n != 1u + 3u * p[0]) {
		answer_done(c, HCI_INVALID);
		return;
	}
	c->set.iac_count = p[0];
	memcpy(c->set.iac, p + 1, n - 1);
	answer_done(c, HCI_OK);
}

static void read_inquiry_power(struct controller *c, const uint8_t *p, size_t n)
{
	struct hci_packet out;

	(void)p;
	(void)n;
	answer_begin(c, &out, HCI_OK);
	hci_put8(&out, 4); /* dBm */
	controller_event(c, &out);
}

#define KEPT_PAIR(name, size, octet, read_bit)                                               \
	{ OP_READ_##name, COMMAND_BIT(octet, read_bit), 0, false, read_kept },               \
	{                                                                                    \
		OP_WRITE_##name, COMMAND_BIT(octet, (read_bit) + 1), size, false, write_kept \
	}

static const struct command commands[] = {
	{ OP_SET_EVENT_MASK, COMMAND_BIT(5, 6), 8, false, write_kept },
	{ OP_RESET, COMMAND_BIT(5, 7), 0, false, reset },
	/* no connection is accepted without its host, no answer is hidden: no filter changes
	 * what a host of ours needs, so one that clears or sets them is told yes */
	{ OP_SET_EVENT_FILTER, COMMAND_BIT(6, 0), 1, true, accept_only },
	{ OP_READ_STORED_KEY, COMMAND_BIT(6, 5), 7, false, read_stored_key },
	{ OP_DELETE_STORED_KEY, COMMAND_BIT(6, 7), 7, false, delete_stored_key },
	{ OP_WRITE_NAME, COMMAND_BIT(7, 0), HCI_NAME_SIZE, false, write_kept },
	{ OP_READ_NAME, COMMAND_BIT(7, 1), 0, false, read_kept },
	KEPT_PAIR(ACCEPT_TIMEOUT, 2, 7, 2),
	KEPT_PAIR(PAGE_TIMEOUT, 2, 7, 4),
	KEPT_PAIR(SCAN_ENABLE, 1, 7, 6),
	KEPT_PAIR(PAGE_SCAN, 4, 8, 0),
	KEPT_PAIR(INQUIRY_SCAN, 4, 8, 2),
	KEPT_PAIR(AUTH_ENABLE, 1, 8, 4),
	KEPT_PAIR(CLASS, 3, 9, 0),
	KEPT_PAIR(VOICE, 2, 9, 2),
	{ OP_HOST_BUFFER_SIZE, COMMAND_BIT(10, 6), 7, false, accept_only },
	{ OP_READ_IAC_COUNT, COMMAND_BIT(11, 2), 0, false, read_iac_count },
	{ OP_READ_IAC, COMMAND_BIT(11, 3), 0, false, read_iac },
	{ OP_WRITE_IAC, COMMAND_BIT(11, 4), 4, true, write_iac },
	/* every channel is as good as any other here */
	{ OP_SET_AFH_CLASSES, COMMAND_BIT(12, 1), 10, false, accept_only },
	KEPT_PAIR(INQUIRY_SCAN_TYPE, 1, 12, 4),
	KEPT_PAIR(INQUIRY_MODE, 1, 12, 6),
	KEPT_PAIR(PAGE_SCAN_TYPE, 1, 13, 0),
	KEPT_PAIR(AFH_ASSESSMENT, 1, 13, 2),
	KEPT_PAIR(EIR, 1 + HCI_EIR_SIZE, 17, 0),
	KEPT_PAIR(SSP_MODE, 1, 17, 5),
	{ OP_READ_INQUIRY_POWER, COMMAND_BIT(18, 0), 0, false, read_inquiry_power },
	KEPT_PAIR(DEFAULT_POLICY, 2, 5, 3),
};

const struct command_group command_host = { commands, sizeof(commands) / sizeof(commands[0]) };
