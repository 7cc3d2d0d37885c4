/* SPDX-License-Identifier: MIT */
/*
 * command - what a host orders, and how it is answered.
 *
 * Each group has a table of its own; the mask of supported commands that a
 * host reads is made of the same tables, so it says what is there.
 */
#ifndef RADIO_COMMAND_H
#define RADIO_COMMAND_H

#include "world.h"

#define COMMAND_MASK_SIZE 64

struct command {
	uint16_t opcode;
	uint16_t bit; /* octet * 8 + bit in the mask of supported commands */
	uint8_t len;  /* bytes of parameters: exactly, or at least */
	bool longer;  /* at least */
	void (*run)(struct controller *c, const uint8_t *p, size_t n);
};

#define COMMAND_BIT(octet, bit) ((octet)*8 + (bit))

struct command_group {
	const struct command *command;
	size_t count;
};

extern const struct command_group command_host, command_link, command_pairing, command_info;

/* [io] Carry out one command; an unknown one is refused with 0x01 and logged. */
void command_run(struct controller *c, uint16_t opcode, const uint8_t *p, size_t n);

/* [any] The mask of supported commands. */
void command_mask(uint8_t ret[COMMAND_MASK_SIZE]);

/* [io] Answer the command under way: Command Status, or Command Complete with what
 * answer_begin() opened and hci_put*() added. */
void answer_status(struct controller *c, uint8_t status);
void answer_begin(struct controller *c, struct hci_packet *p, uint8_t status);
void answer_done(struct controller *c, uint8_t status);

/* [io] Command Complete with a status and the address or handle that was given. */
void answer_addr(struct controller *c, uint8_t status, const uint8_t *addr);
void answer_handle(struct controller *c, uint8_t status, uint16_t handle);

/*
 * [io] The end that parameters begin with (a handle, an address). NULL when
 * there is none; the command then has been answered with 0x02.
 */
struct end *command_end(struct controller *c, const uint8_t *p);     /* Command Status */
struct end *command_end_now(struct controller *c, const uint8_t *p); /* Command Complete */
struct end *command_peer(struct controller *c,
			 const uint8_t *p); /* Command Complete, address */

#endif
