/* SPDX-License-Identifier: MIT */
/* command_info - what a controller is, and how its links are doing. */
#include "command.h"

#include "link.h"

static void read_version(struct controller *c, const uint8_t *p, size_t n)
{
	struct hci_packet out;

	(void)p;
	(void)n;
	answer_begin(c, &out, HCI_OK);
	hci_put8(&out, RADIO_VERSION);
	hci_put16(&out, 0); /* revision */
	hci_put8(&out, RADIO_VERSION);
	hci_put16(&out, RADIO_MANUFACTURER);
	hci_put16(&out, 0); /* subversion */
	controller_event(c, &out);
}

static void read_commands(struct controller *c, const uint8_t *p, size_t n)
{
	uint8_t mask[COMMAND_MASK_SIZE];
	struct hci_packet out;

	(void)p;
	(void)n;
	command_mask(mask);
	answer_begin(c, &out, HCI_OK);
	hci_put(&out, mask, sizeof(mask));
	controller_event(c, &out);
}

static void read_features(struct controller *c, const uint8_t *p, size_t n)
{
	uint8_t features[8];
	struct hci_packet out;

	(void)p;
	(void)n;
	controller_features(c, 0, features);
	answer_begin(c, &out, HCI_OK);
	hci_put(&out, features, sizeof(features));
	controller_event(c, &out);
}

static void read_ext_features(struct controller *c, const uint8_t *p, size_t n)
{
	uint8_t features[8];
	struct hci_packet out;

	(void)n;
	controller_features(c, p[0], features);
	answer_begin(c, &out, p[0] > 1 ? HCI_INVALID : HCI_OK);
	hci_put8(&out, p[0]);
	hci_put8(&out, 1); /* the last page */
	hci_put(&out, features, sizeof(features));
	controller_event(c, &out);
}

static void read_buffer_size(struct controller *c, const uint8_t *p, size_t n)
{
	struct hci_packet out;

	(void)p;
	(void)n;
	answer_begin(c, &out, HCI_OK);
	hci_put16(&out, HCI_ACL_SIZE);
	hci_put8(&out, 0); /* SCO: none */
	hci_put16(&out, HCI_ACL_BUFFERS);
	hci_put16(&out, 0);
	controller_event(c, &out);
}

static void read_address(struct controller *c, const uint8_t *p, size_t n)
{
	(void)p;
	(void)n;
	answer_addr(c, HCI_OK, c->addr.b);
}

/* Status, handle, and one byte about it. */
static void answer_byte(struct controller *c, struct end *e, uint8_t value)
{
	struct hci_packet out;

	answer_begin(c, &out, HCI_OK);
	hci_put16(&out, e->handle);
	hci_put8(&out, value);
	controller_event(c, &out);
}

static void read_quality(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end_now(c, p);
	uint32_t loss;

	(void)n;
	if (!e)
		return;
	loss = c->world->loss[end_other(e)->ctl->index][c->index];
	answer_byte(c, e, (uint8_t)(255 - (uint64_t)loss * 255 / LOSS_WHOLE));
}

static void read_rssi(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end_now(c, p);

	(void)n;
	if (e)
		answer_byte(c, e, 0); /* within the golden range */
}

static void read_tx_power(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end_now(c, p);

	(void)n;
	if (e)
		answer_byte(c, e, 4); /* dBm */
}

static void read_key_size(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end_now(c, p);

	(void)n;
	if (e)
		answer_byte(c, e, HCI_KEY_SIZE);
}

static void read_afh_map(struct controller *c, const uint8_t *p, size_t n)
{
	static const uint8_t all[10] = { 0xff, 0xff, 0xff, 0xff, 0xff,
					 0xff, 0xff, 0xff, 0xff, 0x7f };
	struct end *e = command_end_now(c, p);
	struct hci_packet out;

	(void)n;
	if (!e)
		return;
	answer_begin(c, &out, HCI_OK);
	hci_put16(&out, e->handle);
	hci_put8(&out, 1); /* AFH is on */
	hci_put(&out, all, sizeof(all));
	controller_event(c, &out);
}

/* The clock ticks in half slots. Which = 0 is the controller's own, 1 the piconet's. */
static void read_clock(struct controller *c, const uint8_t *p, size_t n)
{
	struct hci_packet out;

	(void)n;
	if (p[2] && !end_by_handle(c, hci_get16(p))) {
		answer_handle(c, HCI_UNKNOWN_CONNECTION, hci_get16(p));
		return;
	}
	answer_begin(c, &out, HCI_OK);
	hci_put16(&out, hci_get16(p));
	hci_put32(&out, (uint32_t)(c->world->now / (SLOT_NS / 2) & 0x0fffffff));
	hci_put16(&out, 0); /* accuracy */
	controller_event(c, &out);
}

static const struct command commands[] = {
	{ OP_READ_TX_POWER, COMMAND_BIT(10, 2), 3, false, read_tx_power },
	{ OP_READ_VERSION, COMMAND_BIT(14, 3), 0, false, read_version },
	{ OP_READ_COMMANDS, COMMAND_BIT(14, 4), 0, false, read_commands },
	{ OP_READ_FEATURES, COMMAND_BIT(14, 5), 0, false, read_features },
	{ OP_READ_EXT_FEATURES, COMMAND_BIT(14, 6), 1, false, read_ext_features },
	{ OP_READ_BUFFER_SIZE, COMMAND_BIT(14, 7), 0, false, read_buffer_size },
	{ OP_READ_ADDRESS, COMMAND_BIT(15, 1), 0, false, read_address },
	{ OP_READ_LINK_QUALITY, COMMAND_BIT(15, 4), 2, false, read_quality },
	{ OP_READ_RSSI, COMMAND_BIT(15, 5), 2, false, read_rssi },
	{ OP_READ_AFH_MAP, COMMAND_BIT(15, 6), 2, false, read_afh_map },
	{ OP_READ_CLOCK, COMMAND_BIT(15, 7), 3, false, read_clock },
	{ OP_READ_KEY_SIZE, COMMAND_BIT(20, 4), 2, false, read_key_size },
};

const struct command_group command_info = { commands, sizeof(commands) / sizeof(commands[0]) };
