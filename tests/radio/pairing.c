/* SPDX-License-Identifier: MIT */
/* pairing - each side's part, driven by its host and by messages from the other. */
#include "pairing.h"

#include <string.h>

#include "air.h"

#define ANSWER_NS (30 * SECOND_NS) /* the specification's response time-out */
#define MITM	  0x01

/* ---- which model, which key ------------------------------------------------------------- */

enum association pairing_model(uint8_t first_io, uint8_t first_auth, uint8_t second_io,
			       uint8_t second_auth)
{
	bool protect = (first_auth | second_auth) & MITM;

	if (!protect || first_io >= IO_NONE || second_io >= IO_NONE)
		return JUST_WORKS;
	if (first_io == IO_KEYBOARD_ONLY)
		return second_io == IO_KEYBOARD_ONLY ? BOTH_TYPE : SECOND_SHOWS;
	if (second_io == IO_KEYBOARD_ONLY)
		return FIRST_SHOWS;
	/* two displays, but only where both can say yes does the comparison count */
	return first_io == IO_DISPLAY_YES_NO && second_io == IO_DISPLAY_YES_NO ? COMPARE
									       : JUST_WORKS;
}

uint8_t pairing_key_type(enum association model)
{
	return model == JUST_WORKS ? KEY_UNAUTHENTICATED : KEY_AUTHENTICATED;
}

static enum association model_of(const struct pairing *p)
{
	return p->first ? pairing_model(p->own_io, p->own_auth, p->other_io, p->other_auth)
			: pairing_model(p->other_io, p->other_auth, p->own_io, p->own_auth);
}

/* ---- what the hosts hear ---------------------------------------------------------------- */

static void tell(struct end *e, enum hci_event_code code, const void *data, size_t n)
{
	struct hci_packet p;

	hci_event(&p, code);
	hci_put_addr(&p, end_other(e)->ctl->addr);
	hci_put(&p, data, n);
	controller_event(e->ctl, &p);
}

static void tell_number(struct end *e, enum hci_event_code code, uint32_t number)
{
	uint8_t v[4] = { (uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16), 0 };

	tell(e, code, v, sizeof(v));
}

static void tell_authenticated(struct end *e, uint8_t status)
{
	struct hci_packet p;

	if (!e->pairing.authenticating)
		return;
	hci_event(&p, EV_AUTH_COMPLETE);
	hci_put8(&p, status);
	hci_put16(&p, e->handle);
	controller_event(e->ctl, &p);
}

static void tell_encrypted(struct end *e, uint8_t status)
{
	struct hci_packet p;

	hci_event(&p, EV_ENCRYPTION_CHANGE);
	hci_put8(&p, status);
	hci_put16(&p, e->handle);
	hci_put8(&p, e->link->encrypted);
	controller_event(e->ctl, &p);
}

/* Simple Pairing Complete follows only where the host was part of one. */
static void tell_paired(struct end *e, uint8_t status)
{
	struct hci_packet p;

	hci_event(&p, EV_PAIRING_COMPLETE);
	hci_put8(&p, status);
	hci_put_addr(&p, end_other(e)->ctl->addr);
	controller_event(e->ctl, &p);
}

static void tell_key(struct end *e, uint8_t type)
{
	uint8_t v[HCI_KEY_SIZE + 1];

	memcpy(v, e->link->key, HCI_KEY_SIZE);
	v[HCI_KEY_SIZE] = type;
	tell(e, EV_LINK_KEY_NOTIFICATION, v, sizeof(v));
}

/* ---- endings ---------------------------------------------------------------------------- */

static void finish(struct end *e, uint8_t status)
{
	struct link *l = e->link;

	tell_authenticated(e, status);
	e->pairing = (struct pairing){ 0 };
	if (l->end[0].pairing.state == PAIR_IDLE && l->end[1].pairing.state == PAIR_IDLE &&
	    !l->end[0].detaching && !l->end[1].detaching)
		deadline_disarm(&l->world->deadlines, &l->patience);
}

static void fail(struct end *e, uint8_t reason)
{
	if (e->pairing.state >= PAIR_IO_ASKED)
		tell_paired(e, reason);
	finish(e, reason);
}

/* End it on both sides, with the same reason. */
static void abandon(struct end *e, uint8_t reason)
{
	lmp_send(e, LMP_PAIR_NO, &reason, 1);
	fail(e, reason);
}

void pairing_expired(struct link *l)
{
	for (unsigned s = 0; s < 2; s++) {
		if (l->end[s].pairing.state != PAIR_IDLE)
			fail(&l->end[s], HCI_LMP_TIMEOUT);
	}
}

/* ---- a key that both have --------------------------------------------------------------- */

static void ask_key(struct end *e)
{
	link_patience(e->link, ANSWER_NS);
	if (e->pairing.state == PAIR_KEY_ASKED)
		return; /* the host's answer to the first question will do */
	e->pairing.state = PAIR_KEY_ASKED;
	tell(e, EV_LINK_KEY_REQUEST, NULL, 0);
}

void pairing_authenticate(struct end *e)
{
	e->pairing.authenticating = true;
	if (e->pairing.state != PAIR_IDLE)
		return; /* one is under way: its end is the answer */
	e->pairing.first = true;
	ask_key(e);
}

static void check_challenge(struct end *e, const uint8_t *key)
{
	struct pairing *p = &e->pairing;

	if (!key) {
		abandon(e, HCI_KEY_MISSING);
	} else if (memcmp(key, p->their_key, HCI_KEY_SIZE) != 0) {
		abandon(e, HCI_AUTH_FAILURE);
	} else {
		memcpy(e->link->key, key, HCI_KEY_SIZE);
		e->link->keyed = true;
		lmp_send(e, LMP_PROVEN, NULL, 0);
		finish(e, HCI_OK);
	}
}

static bool simple_pairing(const struct end *e)
{
	uint8_t features[8];

	controller_features(e->ctl, 1, features);
	return features[0] & 1;
}

void pairing_key_reply(struct end *e, const uint8_t *key)
{
	struct pairing *p = &e->pairing;

	if (p->state != PAIR_KEY_ASKED)
		return;
	if (p->challenged) {
		check_challenge(e, key);
	} else if (key) {
		memcpy(p->key, key, HCI_KEY_SIZE);
		p->state = PAIR_CHALLENGED;
		lmp_send(e, LMP_CHALLENGE, key, HCI_KEY_SIZE);
	} else if (!simple_pairing(e) || !simple_pairing(end_other(e))) {
		fail(e, HCI_PAIRING_NOT_ALLOWED);
	} else {
		p->state = PAIR_IO_ASKED;
		tell(e, EV_IO_CAPABILITY_REQUEST, NULL, 0);
	}
}

/* The other side has begun something. If we have begun too, the master's wins: the
 * slave becomes the second side of it, and its host hears the result as its own. */
static bool give_way(struct end *e)
{
	struct pairing *p = &e->pairing;

	if (p->state != PAIR_IDLE && p->first && end_is_master(e))
		return false;
	p->first = false;
	if (p->state != PAIR_KEY_ASKED) /* that answer of the host's serves as well */
		p->state = PAIR_IDLE;
	return true;
}

static void challenged(struct end *e, const uint8_t *key)
{
	if (!give_way(e))
		return;
	e->pairing.challenged = true;
	memcpy(e->pairing.their_key, key, HCI_KEY_SIZE);
	ask_key(e);
}

static void proven(struct end *e)
{
	if (e->pairing.state != PAIR_CHALLENGED)
		return;
	memcpy(e->link->key, e->pairing.key, HCI_KEY_SIZE);
	e->link->keyed = true;
	finish(e, HCI_OK);
}

/* ---- simple pairing --------------------------------------------------------------------- */

static void take_capability(struct end *e, const uint8_t *data)
{
	e->pairing.other_io = data[0];
	e->pairing.other_oob = data[1];
	e->pairing.other_auth = data[2];
	tell(e, EV_IO_CAPABILITY_RESPONSE, data, 3);
}

static void capability_asked(struct end *e, const uint8_t *data)
{
	if (!give_way(e))
		return;
	e->pairing.state = PAIR_IO_ASKED;
	link_patience(e->link, ANSWER_NS);
	take_capability(e, data);
	tell(e, EV_IO_CAPABILITY_REQUEST, NULL, 0);
}

void pairing_io_reply(struct end *e, uint8_t io, uint8_t oob, uint8_t auth)
{
	struct pairing *p = &e->pairing;

	if (p->state != PAIR_IO_ASKED)
		return;
	p->own_io = io;
	p->own_oob = oob;
	p->own_auth = auth;
	p->state = p->first ? PAIR_IO_SENT : PAIR_NUMBER_SENT;
	lmp_send(e, p->first ? LMP_IO_CAPABILITY : LMP_IO_ANSWER, (uint8_t[3]){ io, oob, auth },
		 3);
}

void pairing_io_refuse(struct end *e, uint8_t reason)
{
	if (e->pairing.state == PAIR_IO_ASKED)
		abandon(e, reason);
}

static void send_half(struct end *e, enum lmp op)
{
	uint8_t v[4] = { 0 };

	e->pairing.own_half = world_draw(e->link->world, 1000000);
	hci_set16(v, (uint16_t)e->pairing.own_half);
	hci_set16(v + 2, (uint16_t)(e->pairing.own_half >> 16));
	lmp_send(e, op, v, sizeof(v));
}

static void capability_answered(struct end *e, const uint8_t *data)
{
	if (e->pairing.state != PAIR_IO_SENT)
		return;
	take_capability(e, data);
	e->pairing.state = PAIR_NUMBER_SENT;
	send_half(e, LMP_NUMBER);
}

/* Both know the number now: put it before the people, as the model says. */
static void associate(struct end *e)
{
	struct pairing *p = &e->pairing;
	enum association model = model_of(p);

	p->state = PAIR_ASSOCIATING;
	switch (model) {
	case JUST_WORKS:
	case COMPARE:
		tell_number(e, EV_CONFIRM_REQUEST, p->number);
		break;
	case FIRST_SHOWS:
	case SECOND_SHOWS:
		if (p->first == (model == FIRST_SHOWS)) {
			p->own_typed = true;
			p->own_pass = p->number;
			tell_number(e, EV_PASSKEY_NOTIFICATION, p->number);
		} else {
			tell(e, EV_PASSKEY_REQUEST, NULL, 0);
		}
		break;
	case BOTH_TYPE:
		tell(e, EV_PASSKEY_REQUEST, NULL, 0);
		break;
	}
}

static void number_came(struct end *e, const uint8_t *data)
{
	struct pairing *p = &e->pairing;

	if (p->state != PAIR_NUMBER_SENT)
		return;
	if (!p->first)
		send_half(e, LMP_NUMBER_ANSWER);
	p->number = (p->own_half + hci_get32(data)) % 1000000;
	associate(e);
}

/* The first side makes the key once both have agreed. */
static void make_key(struct end *e)
{
	struct pairing *p = &e->pairing;
	uint8_t v[1 + HCI_KEY_SIZE];

	if (!p->first || !p->own_done || !p->other_done)
		return;
	p->state = PAIR_KEY_AGREED;
	v[0] = pairing_key_type(model_of(p));
	for (unsigned i = 0; i < HCI_KEY_SIZE; i++)
		p->key[i] = v[1 + i] = (uint8_t)world_draw(e->link->world, 256);
	lmp_send(e, LMP_LINK_KEY, v, sizeof(v));
}

void pairing_confirm(struct end *e, bool yes)
{
	if (e->pairing.state != PAIR_ASSOCIATING)
		return;
	if (!yes) {
		abandon(e, HCI_AUTH_FAILURE);
		return;
	}
	e->pairing.own_done = true;
	lmp_send(e, LMP_CONFIRMED, NULL, 0);
	make_key(e);
}

/* Once both sides' digits are known, they are the same or it is over. */
static void compare_digits(struct end *e)
{
	struct pairing *p = &e->pairing;

	if (!p->own_typed || !p->other_typed)
		return;
	if (p->own_pass != p->other_pass)
		abandon(e, HCI_AUTH_FAILURE);
	else
		pairing_confirm(e, true);
}

void pairing_passkey(struct end *e, bool given, uint32_t value)
{
	struct pairing *p = &e->pairing;
	uint8_t v[4];

	if (p->state != PAIR_ASSOCIATING)
		return;
	if (!given) {
		abandon(e, HCI_AUTH_FAILURE);
		return;
	}
	p->own_typed = true;
	p->own_pass = value;
	hci_set16(v, (uint16_t)value);
	hci_set16(v + 2, (uint16_t)(value >> 16));
	lmp_send(e, LMP_PASSKEY, v, sizeof(v));
	/* where the other side shows the digits, it has them already */
	if (model_of(p) != BOTH_TYPE) {
		p->other_typed = true;
		p->other_pass = p->number;
	}
	compare_digits(e);
}

static void passkey_came(struct end *e, const uint8_t *data)
{
	if (e->pairing.state != PAIR_ASSOCIATING)
		return;
	e->pairing.other_typed = true;
	e->pairing.other_pass = hci_get32(data);
	compare_digits(e);
}

static void other_confirmed(struct end *e)
{
	if (e->pairing.state != PAIR_ASSOCIATING)
		return;
	e->pairing.other_done = true;
	make_key(e);
}

static void paired(struct end *e, uint8_t type)
{
	tell_paired(e, HCI_OK);
	tell_key(e, type);
	finish(e, HCI_OK);
}

static void key_came(struct end *e, const uint8_t *data)
{
	if (e->pairing.state != PAIR_ASSOCIATING)
		return;
	memcpy(e->link->key, data + 1, HCI_KEY_SIZE);
	e->link->keyed = true;
	lmp_send(e, LMP_LINK_KEY_TAKEN, data, 1);
	paired(e, data[0]);
}

/* ---- encryption ------------------------------------------------------------------------- */

void pairing_encrypt(struct end *e, bool on)
{
	uint8_t v = on;

	if (on && !e->link->keyed)
		tell_encrypted(e, HCI_KEY_MISSING);
	else
		lmp_send(e, LMP_ENCRYPT, &v, 1);
}

static void encrypt_asked(struct end *e, uint8_t on)
{
	e->link->encrypted = on;
	tell_encrypted(e, HCI_OK);
	lmp_send(e, LMP_ENCRYPTED, &on, 1);
}

/* ---- messages --------------------------------------------------------------------------- */

void pairing_receive(struct end *e, enum lmp op, const uint8_t *data, size_t n)
{
	(void)n;
	if (op == LMP_CHALLENGE)
		challenged(e, data);
	else if (op == LMP_PROVEN)
		proven(e);
	else if (op == LMP_PAIR_NO && e->pairing.state != PAIR_IDLE)
		fail(e, data[0]);
	else if (op == LMP_IO_CAPABILITY)
		capability_asked(e, data);
	else if (op == LMP_IO_ANSWER)
		capability_answered(e, data);
	else if (op == LMP_NUMBER || op == LMP_NUMBER_ANSWER)
		number_came(e, data);
	else if (op == LMP_CONFIRMED)
		other_confirmed(e);
	else if (op == LMP_PASSKEY)
		passkey_came(e, data);
	else if (op == LMP_LINK_KEY)
		key_came(e, data);
	else if (op == LMP_LINK_KEY_TAKEN && e->pairing.state == PAIR_KEY_AGREED)
		paired(e, data[0]);
	else if (op == LMP_ENCRYPT)
		encrypt_asked(e, data[0]);
	else if (op == LMP_ENCRYPTED)
		tell_encrypted(e, HCI_OK);
}
