/* SPDX-License-Identifier: MIT */
/*
 * pairing - authentication, secure simple pairing and encryption of a link.
 *
 * The air is trusted, so there is no cryptography: keys are compared instead
 * of proven. What people see and type, what is refused and which type a key
 * gets follow the specification.
 */
#ifndef RADIO_PAIRING_H
#define RADIO_PAIRING_H

#include "link.h"

enum io_capability {
	IO_DISPLAY_ONLY,
	IO_DISPLAY_YES_NO,
	IO_KEYBOARD_ONLY,
	IO_NONE,
};

#define KEY_UNAUTHENTICATED 0x04
#define KEY_AUTHENTICATED   0x05

enum association {
	JUST_WORKS,   /* both hosts confirm; nobody compares */
	COMPARE,      /* both people compare six digits */
	FIRST_SHOWS,  /* the second side types what the first shows */
	SECOND_SHOWS, /* the other way round */
	BOTH_TYPE,    /* both type the same digits */
};

/* [any] The model for two sides' capabilities and authentication requirements (bit 0:
 * protection from someone in the middle is required). Values above IO_NONE act as it. */
enum association pairing_model(uint8_t first_io, uint8_t first_auth, uint8_t second_io,
			       uint8_t second_auth);

/* [any] The type of the key that comes of it. */
uint8_t pairing_key_type(enum association model);

/* [io] Own host asks for authentication. */
void pairing_authenticate(struct end *e);

/* [io] Own host answers. key is NULL for "have none". */
void pairing_key_reply(struct end *e, const uint8_t *key);
void pairing_io_reply(struct end *e, uint8_t io, uint8_t oob, uint8_t auth);
void pairing_io_refuse(struct end *e, uint8_t reason);
void pairing_confirm(struct end *e, bool yes);
void pairing_passkey(struct end *e, bool given, uint32_t value);

/* [io] Own host switches encryption. */
void pairing_encrypt(struct end *e, bool on);

/* [io] A message of LMP_PAIR_FIRST or above has come in. */
void pairing_receive(struct end *e, enum lmp op, const uint8_t *data, size_t n);

/* [io] An answer has not come in time, on either side. */
void pairing_expired(struct link *l);

#endif
