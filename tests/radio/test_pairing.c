/* SPDX-License-Identifier: MIT */
/* Pairing: what two hosts hear, for each pair of capabilities and for what goes wrong. */
#include "rig.h"

#include "pairing.h"

#define NO_MITM 0x02
#define MITM	0x03

static void every_pair_of_capabilities_has_its_model(void **state)
{
	/* rows: first side; columns: second side; both want protection */
	static const enum association expect[4][4] = {
		{ JUST_WORKS, JUST_WORKS, FIRST_SHOWS, JUST_WORKS },
		{ JUST_WORKS, COMPARE, FIRST_SHOWS, JUST_WORKS },
		{ SECOND_SHOWS, SECOND_SHOWS, BOTH_TYPE, JUST_WORKS },
		{ JUST_WORKS, JUST_WORKS, JUST_WORKS, JUST_WORKS },
	};

	(void)state;
	for (uint8_t a = 0; a < 4; a++) {
		for (uint8_t b = 0; b < 4; b++) {
			assert_int_equal(pairing_model(a, MITM, b, MITM), expect[a][b]);
			assert_int_equal(pairing_model(a, NO_MITM, b, MITM), expect[a][b]);
			assert_int_equal(pairing_model(a, NO_MITM, b, NO_MITM), JUST_WORKS);
		}
	}
	assert_int_equal(pairing_model(0x77, MITM, IO_KEYBOARD_ONLY, MITM), JUST_WORKS);
}

/* Two connected hosts; the first asks for authentication and has no key. */
static struct rig *begin(uint8_t first_io, uint8_t second_io, uint8_t auth)
{
	struct rig *r = rig_new(2);
	uint16_t handle = rig_connect(r, 0, 1);

	rig_command(r, 0, OP_AUTHENTICATE, (uint8_t)handle, 0);
	rig_event(r, 0, EV_LINK_KEY_REQUEST);
	rig_to(r, 0, OP_LINK_KEY_NEGATIVE, 1);
	rig_event(r, 0, EV_IO_CAPABILITY_REQUEST);
	rig_to(r, 0, OP_IO_CAPABILITY_REPLY, 1, first_io, 0, auth);
	assert_int_equal(rig_event(r, 1, EV_IO_CAPABILITY_RESPONSE)[6], first_io);
	rig_event(r, 1, EV_IO_CAPABILITY_REQUEST);
	rig_to(r, 1, OP_IO_CAPABILITY_REPLY, 0, second_io, 0, auth);
	assert_int_equal(rig_event(r, 0, EV_IO_CAPABILITY_RESPONSE)[6], second_io);
	return r;
}

/* Both hosts get the same key of that type, the first one its answer. */
static void expect_key(struct rig *r, uint8_t type, uint8_t ret_key[HCI_KEY_SIZE])
{
	const uint8_t *a, *b;

	assert_int_equal(rig_event(r, 1, EV_PAIRING_COMPLETE)[0], HCI_OK);
	b = rig_event(r, 1, EV_LINK_KEY_NOTIFICATION);
	assert_int_equal(rig_event(r, 0, EV_PAIRING_COMPLETE)[0], HCI_OK);
	a = rig_event(r, 0, EV_LINK_KEY_NOTIFICATION);
	assert_memory_equal(a + 6, b + 6, HCI_KEY_SIZE);
	assert_int_equal(a[22], type);
	assert_int_equal(b[22], type);
	if (ret_key)
		memcpy(ret_key, a + 6, HCI_KEY_SIZE);
	assert_int_equal(rig_event(r, 0, EV_AUTH_COMPLETE)[0], HCI_OK);
	rig_run(r, SECOND_NS);
	assert_false(rig_heard(r, 1, EV_AUTH_COMPLETE)); /* it had not asked */
}

static void expect_failure(struct rig *r, uint8_t reason)
{
	assert_int_equal(rig_event(r, 0, EV_PAIRING_COMPLETE)[0], reason);
	assert_int_equal(rig_event(r, 0, EV_AUTH_COMPLETE)[0], reason);
	assert_int_equal(rig_event(r, 1, EV_PAIRING_COMPLETE)[0], reason);
	rig_run(r, SECOND_NS);
	assert_false(rig_heard(r, 0, EV_LINK_KEY_NOTIFICATION));
	assert_false(rig_heard(r, 1, EV_LINK_KEY_NOTIFICATION));
	rig_free(r);
}

static void compare_and_confirm(struct rig *r)
{
	uint32_t a = hci_get32(rig_event(r, 0, EV_CONFIRM_REQUEST) + 6);
	uint32_t b = hci_get32(rig_event(r, 1, EV_CONFIRM_REQUEST) + 6);

	assert_int_equal(a, b);
	assert_true(a < 1000000);
	rig_to(r, 0, OP_CONFIRM_REPLY, 1);
	rig_to(r, 1, OP_CONFIRM_REPLY, 0);
}

static void refusing_the_number_fails_both(void **state)
{
	struct rig *r = begin(IO_DISPLAY_YES_NO, IO_DISPLAY_YES_NO, MITM);

	(void)state;
	rig_event(r, 0, EV_CONFIRM_REQUEST);
	rig_event(r, 1, EV_CONFIRM_REQUEST);
	rig_to(r, 0, OP_CONFIRM_REPLY, 1);
	rig_to(r, 1, OP_CONFIRM_NEGATIVE, 0);
	expect_failure(r, HCI_AUTH_FAILURE);
}

static void a_wrong_passkey_fails_both(void **state)
{
	struct rig *r = begin(IO_DISPLAY_ONLY, IO_KEYBOARD_ONLY, MITM);
	uint32_t shown = hci_get32(rig_event(r, 0, EV_PASSKEY_NOTIFICATION) + 6);

	(void)state;
	rig_event(r, 1, EV_PASSKEY_REQUEST);
	rig_to(r, 1, OP_PASSKEY_REPLY, 0, (uint8_t)(shown ^ 1), (uint8_t)(shown >> 8),
	       (uint8_t)(shown >> 16), 0);
	expect_failure(r, HCI_AUTH_FAILURE);
}

static void refusing_the_passkey_fails_both(void **state)
{
	struct rig *r = begin(IO_KEYBOARD_ONLY, IO_DISPLAY_YES_NO, MITM);

	(void)state;
	rig_event(r, 0, EV_PASSKEY_REQUEST);
	rig_to(r, 0, OP_PASSKEY_NEGATIVE, 1);
	expect_failure(r, HCI_AUTH_FAILURE);
}

static void a_host_that_refuses_capabilities_gives_its_reason(void **state)
{
	struct rig *r = rig_new(2);
	uint16_t handle = rig_connect(r, 0, 1);

	(void)state;
	rig_command(r, 0, OP_AUTHENTICATE, (uint8_t)handle, 0);
	rig_event(r, 0, EV_LINK_KEY_REQUEST);
	rig_to(r, 0, OP_LINK_KEY_NEGATIVE, 1);
	rig_event(r, 0, EV_IO_CAPABILITY_REQUEST);
	rig_to(r, 0, OP_IO_CAPABILITY_REPLY, 1, IO_NONE, 0, NO_MITM);
	rig_event(r, 1, EV_IO_CAPABILITY_REQUEST);
	rig_to(r, 1, OP_IO_CAPABILITY_NEGATIVE, 0, HCI_PAIRING_NOT_ALLOWED);
	expect_failure(r, HCI_PAIRING_NOT_ALLOWED);
}

static void a_host_that_never_answers_is_not_waited_for(void **state)
{
	struct rig *r = begin(IO_DISPLAY_YES_NO, IO_DISPLAY_YES_NO, MITM);

	(void)state;
	rig_event(r, 0, EV_CONFIRM_REQUEST);
	rig_run(r, 31 * SECOND_NS);
	expect_failure(r, HCI_LMP_TIMEOUT);
}

static void just_works_asks_both_and_gives_an_unauthenticated_key(void **state)
{
	struct rig *r = begin(IO_DISPLAY_YES_NO, IO_NONE, MITM);

	(void)state;
	compare_and_confirm(r);
	expect_key(r, KEY_UNAUTHENTICATED, NULL);
	rig_free(r);
}

static void comparing_gives_an_authenticated_key(void **state)
{
	struct rig *r = begin(IO_DISPLAY_YES_NO, IO_DISPLAY_YES_NO, MITM);

	(void)state;
	compare_and_confirm(r);
	expect_key(r, KEY_AUTHENTICATED, NULL);
	rig_free(r);
}

static void a_passkey_typed_as_shown_gives_an_authenticated_key(void **state)
{
	for (unsigned shows = 0; shows < 2; shows++) {
		struct rig *r = begin(shows == 0 ? IO_DISPLAY_ONLY : IO_KEYBOARD_ONLY,
				      shows == 1 ? IO_DISPLAY_ONLY : IO_KEYBOARD_ONLY, MITM);
		uint32_t n = hci_get32(rig_event(r, shows, EV_PASSKEY_NOTIFICATION) + 6);

		rig_event(r, !shows, EV_PASSKEY_REQUEST);
		rig_to(r, !shows, OP_PASSKEY_REPLY, shows, (uint8_t)n, (uint8_t)(n >> 8),
		       (uint8_t)(n >> 16), 0);
		expect_key(r, KEY_AUTHENTICATED, NULL);
		rig_free(r);
	}
	(void)state;
}

static void two_keyboards_type_the_same_digits(void **state)
{
	struct rig *r = begin(IO_KEYBOARD_ONLY, IO_KEYBOARD_ONLY, MITM);

	(void)state;
	rig_event(r, 0, EV_PASSKEY_REQUEST);
	rig_event(r, 1, EV_PASSKEY_REQUEST);
	rig_to(r, 0, OP_PASSKEY_REPLY, 1, 0x39, 0x30, 0, 0);
	rig_run(r, SECOND_NS);
	rig_to(r, 1, OP_PASSKEY_REPLY, 0, 0x39, 0x30, 0, 0);
	expect_key(r, KEY_AUTHENTICATED, NULL);
	rig_free(r);
}

/* ---- keys that exist -------------------------------------------------------------------- */

/* The first authenticates with a key, the second answers with its own (NULL: none). */
static uint8_t authenticate(struct rig *r, const uint8_t *first, const uint8_t *second)
{
	uint16_t handle = rig_connect(r, 0, 1);
	uint8_t reply[6 + HCI_KEY_SIZE];

	rig_command(r, 0, OP_AUTHENTICATE, (uint8_t)handle, 0);
	rig_event(r, 0, EV_LINK_KEY_REQUEST);
	memcpy(reply, rig_addr(1).b, 6);
	memcpy(reply + 6, first, HCI_KEY_SIZE);
	rig_command_n(r, 0, OP_LINK_KEY_REPLY, reply, sizeof(reply));
	rig_event(r, 1, EV_LINK_KEY_REQUEST);
	memcpy(reply, rig_addr(0).b, 6);
	if (second) {
		memcpy(reply + 6, second, HCI_KEY_SIZE);
		rig_command_n(r, 1, OP_LINK_KEY_REPLY, reply, sizeof(reply));
	} else {
		rig_command_n(r, 1, OP_LINK_KEY_NEGATIVE, reply, 6);
	}
	return rig_event(r, 0, EV_AUTH_COMPLETE)[0];
}

static const uint8_t key_one[HCI_KEY_SIZE] = { 1, 2, 3 }, key_two[HCI_KEY_SIZE] = { 1, 2, 4 };

static void a_wrong_or_missing_key_fails_and_does_not_encrypt(void **state)
{
	struct rig *r = rig_new(2);

	(void)state;
	assert_int_equal(authenticate(r, key_one, key_two), HCI_AUTH_FAILURE);
	rig_command(r, 0, OP_SET_ENCRYPTION, (uint8_t)rig_handle(r, 0, 1), 0, 1);
	assert_int_equal(rig_event(r, 0, EV_ENCRYPTION_CHANGE)[0], HCI_KEY_MISSING);
	rig_free(r);
	r = rig_new(2);
	assert_int_equal(authenticate(r, key_one, NULL), HCI_KEY_MISSING);
	rig_free(r);
}

static void the_same_key_authenticates_and_encrypts(void **state)
{
	struct rig *r = rig_new(2);
	const uint8_t *p;

	(void)state;
	assert_int_equal(authenticate(r, key_one, key_one), HCI_OK);
	rig_command(r, 0, OP_SET_ENCRYPTION, (uint8_t)rig_handle(r, 0, 1), 0, 1);
	p = rig_event(r, 1, EV_ENCRYPTION_CHANGE);
	assert_int_equal(hci_get16(p + 1), rig_handle(r, 1, 0));
	assert_int_equal(p[3], 1);
	assert_int_equal(rig_event(r, 0, EV_ENCRYPTION_CHANGE)[3], 1);
	rig_command(r, 1, OP_READ_KEY_SIZE, (uint8_t)rig_handle(r, 1, 0), 0);
	p = rig_event(r, 1, EV_COMMAND_COMPLETE);
	assert_int_equal(p[3], HCI_OK);
	assert_int_equal(p[6], 16);
	rig_free(r);
}

static void when_both_ask_at_once_both_are_answered(void **state)
{
	struct rig *r = rig_new(2);
	uint8_t a = (uint8_t)rig_connect(r, 0, 1), b = (uint8_t)rig_handle(r, 1, 0);

	(void)state;
	rig_command(r, 0, OP_AUTHENTICATE, a, 0);
	rig_command(r, 1, OP_AUTHENTICATE, b, 0);
	rig_event(r, 0, EV_LINK_KEY_REQUEST);
	rig_event(r, 1, EV_LINK_KEY_REQUEST);
	rig_to(r, 1, OP_LINK_KEY_NEGATIVE, 0);
	rig_to(r, 0, OP_LINK_KEY_NEGATIVE, 1);
	rig_event(r, 1, EV_IO_CAPABILITY_REQUEST);
	rig_to(r, 1, OP_IO_CAPABILITY_REPLY, 0, IO_NONE, 0, NO_MITM);
	rig_event(r, 0, EV_IO_CAPABILITY_REQUEST);
	rig_to(r, 0, OP_IO_CAPABILITY_REPLY, 1, IO_NONE, 0, NO_MITM);
	/* the slave's attempt gives way: its host is asked again, as the second side */
	rig_event(r, 1, EV_IO_CAPABILITY_RESPONSE);
	rig_event(r, 1, EV_IO_CAPABILITY_REQUEST);
	rig_to(r, 1, OP_IO_CAPABILITY_REPLY, 0, IO_NONE, 0, NO_MITM);
	compare_and_confirm(r);
	assert_int_equal(rig_event(r, 0, EV_AUTH_COMPLETE)[0], HCI_OK);
	assert_int_equal(rig_event(r, 1, EV_AUTH_COMPLETE)[0], HCI_OK);
	rig_free(r);
}

static void answers_to_questions_nobody_asked_change_nothing(void **state)
{
	struct rig *r = rig_new(2);

	(void)state;
	rig_to(r, 0, OP_CONFIRM_REPLY, 1);
	assert_int_equal(rig_event(r, 0, EV_COMMAND_COMPLETE)[3], HCI_UNKNOWN_CONNECTION);
	rig_connect(r, 0, 1);
	rig_to(r, 0, OP_CONFIRM_REPLY, 1);
	rig_to(r, 0, OP_PASSKEY_REPLY, 1, 1, 0, 0, 0);
	rig_to(r, 0, OP_IO_CAPABILITY_REPLY, 1, 0, 0, 0);
	rig_to(r, 0, OP_LINK_KEY_NEGATIVE, 1);
	rig_run(r, SECOND_NS);
	assert_false(rig_heard(r, 0, EV_PAIRING_COMPLETE));
	assert_false(rig_heard(r, 1, EV_IO_CAPABILITY_REQUEST));
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_of_capabilities_has_its_model),
		cmocka_unit_test(refusing_the_number_fails_both),
		cmocka_unit_test(a_wrong_passkey_fails_both),
		cmocka_unit_test(refusing_the_passkey_fails_both),
		cmocka_unit_test(a_host_that_refuses_capabilities_gives_its_reason),
		cmocka_unit_test(a_host_that_never_answers_is_not_waited_for),
		cmocka_unit_test(answers_to_questions_nobody_asked_change_nothing),
		cmocka_unit_test(just_works_asks_both_and_gives_an_unauthenticated_key),
		cmocka_unit_test(comparing_gives_an_authenticated_key),
		cmocka_unit_test(a_passkey_typed_as_shown_gives_an_authenticated_key),
		cmocka_unit_test(two_keyboards_type_the_same_digits),
		cmocka_unit_test(a_wrong_or_missing_key_fails_and_does_not_encrypt),
		cmocka_unit_test(the_same_key_authenticates_and_encrypts),
		cmocka_unit_test(when_both_ask_at_once_both_are_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
