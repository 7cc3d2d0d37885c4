/* SPDX-License-Identifier: MIT */
/* command - finding a command's function, and the shapes of answers. */
#include "command.h"

#include <string.h>

#include "link.h"

static const struct command_group *const groups[] = { &command_host, &command_link,
						      &command_pairing, &command_info };

#define GROUPS (sizeof(groups) / sizeof(groups[0]))

static const struct command *find(uint16_t opcode)
{
	for (size_t g = 0; g < GROUPS; g++) {
		for (size_t i = 0; i < groups[g]->count; i++) {
			if (groups[g]->command[i].opcode == opcode)
				return &groups[g]->command[i];
		}
	}
	return NULL;
}

void command_mask(uint8_t ret[COMMAND_MASK_SIZE])
{
	memset(ret, 0, COMMAND_MASK_SIZE);
	for (size_t g = 0; g < GROUPS; g++) {
		for (size_t i = 0; i < groups[g]->count; i++) {
			unsigned bit = groups[g]->command[i].bit;

			ret[bit / 8] |= (uint8_t)(1u << bit % 8);
		}
	}
}

void command_run(struct controller *c, uint16_t opcode, const uint8_t *p, size_t n)
{
	const struct command *k = find(opcode);

	c->opcode = opcode;
	world_trace(c->world, "%u command %04x, %zu bytes", c->index, opcode, n);
	if (!k) {
		world_log(c->world, "%u: unknown command %04x refused", c->index, opcode);
		answer_done(c, HCI_UNKNOWN_COMMAND);
	} else if (n < k->len || (n > k->len && !k->longer)) {
		world_log(c->world, "%u: command %04x with %zu bytes refused", c->index, opcode,
			  n);
		answer_done(c, HCI_INVALID);
	} else {
		k->run(c, p, n);
	}
}

void answer_status(struct controller *c, uint8_t status)
{
	struct hci_packet p;

	hci_event(&p, EV_COMMAND_STATUS);
	hci_put8(&p, status);
	hci_put8(&p, 1); /* one more command may come */
	hci_put16(&p, c->opcode);
	controller_event(c, &p);
}

void answer_begin(struct controller *c, struct hci_packet *p, uint8_t status)
{
	hci_event(p, EV_COMMAND_COMPLETE);
	hci_put8(p, 1);
	hci_put16(p, c->opcode);
	hci_put8(p, status);
}

void answer_done(struct controller *c, uint8_t status)
{
	struct hci_packet p;

	answer_begin(c, &p, status);
	controller_event(c, &p);
}

void answer_addr(struct controller *c, uint8_t status, const uint8_t *addr)
{
	struct hci_packet p;

	answer_begin(c, &p, status);
	hci_put_addr(&p, hci_get_addr(addr));
	controller_event(c, &p);
}

void answer_handle(struct controller *c, uint8_t status, uint16_t handle)
{
	struct hci_packet p;

	answer_begin(c, &p, status);
	hci_put16(&p, handle);
	controller_event(c, &p);
}

struct end *command_end(struct controller *c, const uint8_t *p)
{
	struct end *e = end_by_handle(c, hci_get16(p));

	if (!e)
		answer_status(c, HCI_UNKNOWN_CONNECTION);
	return e;
}

struct end *command_end_now(struct controller *c, const uint8_t *p)
{
	struct end *e = end_by_handle(c, hci_get16(p));

	if (!e)
		answer_handle(c, HCI_UNKNOWN_CONNECTION, hci_get16(p));
	return e;
}

struct end *command_peer(struct controller *c, const uint8_t *p)
{
	struct end *e = end_by_addr(c, hci_get_addr(p));

	if (e && e->state == END_OPEN)
		return e;
	answer_addr(c, HCI_UNKNOWN_CONNECTION, p);
	return NULL;
}
