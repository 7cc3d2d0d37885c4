/* SPDX-License-Identifier: MIT */
/* command_pairing - authentication, pairing and encryption, as a host orders them. */
#include "command.h"

#include "pairing.h"

static void authenticate(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end(c, p);

	(void)n;
	if (!e)
		return;
	answer_status(c, HCI_OK);
	pairing_authenticate(e);
}

static void set_encryption(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end(c, p);

	(void)n;
	if (!e)
		return;
	answer_status(c, HCI_OK);
	pairing_encrypt(e, p[2]);
}

static void refresh_key(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = command_end(c, p);

	(void)n;
	if (!e)
		return;
	answer_status(c, HCI_OK);
	for (unsigned s = 0; s < 2; s++) {
		struct end *x = &e->link->end[s];
		struct hci_packet out;

		hci_event(&out, EV_KEY_REFRESHED);
		hci_put8(&out, HCI_OK);
		hci_put16(&out, x->handle);
		controller_event(x->ctl, &out);
	}
}

/* The rest answer a question about a peer: first the command is answered, then acted on. */
static struct end *answered_peer(struct controller *c, const uint8_t *p)
{
	struct end *e = command_peer(c, p);

	if (e)
		answer_addr(c, HCI_OK, p);
	return e;
}

static void link_key_reply(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = answered_peer(c, p);

	(void)n;
	if (e)
		pairing_key_reply(e, p + 6);
}

static void link_key_negative(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = answered_peer(c, p);

	(void)n;
	if (e)
		pairing_key_reply(e, NULL);
}

static void io_reply(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = answered_peer(c, p);

	(void)n;
	if (e)
		pairing_io_reply(e, p[6], p[7], p[8]);
}

static void io_negative(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = answered_peer(c, p);

	(void)n;
	if (e)
		pairing_io_refuse(e, p[6]);
}

static void confirm_reply(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = answered_peer(c, p);

	(void)n;
	if (e)
		pairing_confirm(e, true);
}

static void confirm_negative(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = answered_peer(c, p);

	(void)n;
	if (e)
		pairing_confirm(e, false);
}

static void passkey_reply(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = answered_peer(c, p);

	(void)n;
	if (e)
		pairing_passkey(e, true, hci_get32(p + 6));
}

static void passkey_negative(struct controller *c, const uint8_t *p, size_t n)
{
	struct end *e = answered_peer(c, p);

	(void)n;
	if (e)
		pairing_passkey(e, false, 0);
}

static const struct command commands[] = {
	{ OP_LINK_KEY_REPLY, COMMAND_BIT(1, 2), 22, false, link_key_reply },
	{ OP_LINK_KEY_NEGATIVE, COMMAND_BIT(1, 3), 6, false, link_key_negative },
	{ OP_AUTHENTICATE, COMMAND_BIT(1, 7), 2, false, authenticate },
	{ OP_SET_ENCRYPTION, COMMAND_BIT(2, 0), 3, false, set_encryption },
	{ OP_REFRESH_KEY, COMMAND_BIT(17, 2), 2, false, refresh_key },
	{ OP_IO_CAPABILITY_REPLY, COMMAND_BIT(18, 7), 9, false, io_reply },
	{ OP_CONFIRM_REPLY, COMMAND_BIT(19, 0), 6, false, confirm_reply },
	{ OP_CONFIRM_NEGATIVE, COMMAND_BIT(19, 1), 6, false, confirm_negative },
	{ OP_PASSKEY_REPLY, COMMAND_BIT(19, 2), 10, false, passkey_reply },
	{ OP_PASSKEY_NEGATIVE, COMMAND_BIT(19, 3), 6, false, passkey_negative },
	{ OP_IO_CAPABILITY_NEGATIVE, COMMAND_BIT(20, 3), 7, false, io_negative },
};

const struct command_group command_pairing = { commands,
					       sizeof(commands) / sizeof(commands[0]) };
