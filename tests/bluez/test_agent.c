/* SPDX-License-Identifier: MIT */
/* Pairing questions, and what is done when nobody is there to answer. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/bluez/rig.h"

#define AGENT	 "/org/fanfare/agent"
#define IFACE	 "org.bluez.Agent1"
#define REJECTED "org.bluez.Error.Rejected"
#define CANCELED "org.bluez.Error.Canceled"
#define A2DP	 "0000110d-0000-1000-8000-00805f9b34fb"
#define AVRCP	 "0000110E-0000-1000-8000-00805F9B34FB"
#define OBEX	 "00001105-0000-1000-8000-00805f9b34fb"

static void open_with_nobody(struct rig *r)
{
	struct bluez_owner owner;

	rig_owner(r, &owner);
	owner.agent = BLUEZ_AGENT_NOBODY;
	rig_open_with(r, &owner);
	RUN_UNTIL(r, fake_count(&r->fake, "/org/bluez RequestDefaultAgent") == 1);
}

static void ask(struct rig *r, struct fake_answer *a, const char *member, const char *device)
{
	int before = r->seen.questions;

	fake_call(&r->fake, AGENT, IFACE, member, a, "o", device);
	RUN_UNTIL(r, r->seen.questions > before);
	assert_string_equal(r->seen.question.address, DEV1A);
	assert_string_equal(r->seen.question.adapter, HCI0A);
	assert_string_equal(r->seen.question.name, "Patio");
	assert_true(r->seen.question.cookie != 0);
	assert_true(r->seen.question.left_ms > 0);
}

static void unknown_devices_and_strangers_are_rejected(void **state)
{
	struct rig *r = *state;
	struct fake stranger = { .far_fd = -1, .event = r->event };
	struct fake_answer a;

	rig_open(r);
	fake_call(&r->fake, AGENT, IFACE, "RequestPinCode", &a, "o", "/org/bluez/hci0/dev_9");
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED);
	fake_call(&r->fake, AGENT, IFACE, "RequestAuthorization", &a, "o", HCI0);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED);
	fake_call(&r->fake, AGENT, IFACE, "RequestConfirmation", &a, "s", "123456");
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, SD_BUS_ERROR_INVALID_ARGS);

	assert_return_code(sd_bus_open_system(&stranger.bus), 0);
	assert_return_code(sd_bus_attach_event(stranger.bus, r->event, 0), 0);
	snprintf(stranger.client, sizeof(stranger.client), "%s", r->fake.client);
	fake_call(&stranger, AGENT, IFACE, "RequestAuthorization", &a, "o", DEV1);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED);
	fake_call(&stranger, AGENT, IFACE, "Cancel", &a, "");
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, SD_BUS_ERROR_ACCESS_DENIED);
	fake_done(&stranger);
	assert_int_equal(r->seen.questions, 0);
}

static void nobody_lets_only_those_pair_that_we_pair(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };
	struct fake_answer a;

	fake_rule(&r->fake, "Pair", FAKE_SILENT, -1, NULL, NULL);
	/* another adapter of this computer, which the first one sees as a device */
	fake_put(&r->fake, HCI1, "org.bluez.Adapter1", 1, "Address", "s", HCI1A);
	fake_put(&r->fake, HCI1 "/dev_00_AA_01_00_00_00", "org.bluez.Device1", 1, "Address",
		 "s", HCI0A);
	open_with_nobody(r);
	fake_call(&r->fake, AGENT, IFACE, "RequestAuthorization", &a, "o", DEV2);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED); /* nobody asked for it */
	bluez_pair(r->bluez, HCI0A, DEV2A, rig_done, &e);
	fake_call(&r->fake, AGENT, IFACE, "RequestAuthorization", &a, "o", DEV1);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED); /* another one */
	fake_call(&r->fake, AGENT, IFACE, "RequestAuthorization", &a, "o", DEV2);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, "");
	/* the far side of a pairing of ours is here, too */
	fake_call(&r->fake, AGENT, IFACE, "RequestAuthorization", &a, "o",
		  HCI1 "/dev_00_AA_01_00_00_00");
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, "");
	assert_int_equal(r->seen.questions, 0);
	rig_close(r);
}

static void nobody_accepts_what_needs_nobody(void **state)
{
	struct rig *r = *state;
	struct fake_answer a;

	open_with_nobody(r);
	assert_string_equal(r->fake.capability, "NoInputNoOutput");
	fake_call(&r->fake, AGENT, IFACE, "AuthorizeService", &a, "os", DEV1, AVRCP);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, "");
	fake_call(&r->fake, AGENT, IFACE, "AuthorizeService", &a, "os", DEV1, A2DP);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, "");
	assert_int_equal(r->seen.questions, 0);
}

static void nobody_refuses_the_rest(void **state)
{
	struct rig *r = *state;
	struct fake_answer a;

	open_with_nobody(r);
	fake_call(&r->fake, AGENT, IFACE, "AuthorizeService", &a, "os", DEV1, OBEX);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED);
	/* sound too, from one that is not paired */
	fake_call(&r->fake, AGENT, IFACE, "AuthorizeService", &a, "os", DEV2, AVRCP);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED);
	fake_call(&r->fake, AGENT, IFACE, "RequestConfirmation", &a, "ou", DEV1, 123456);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED);
	fake_call(&r->fake, AGENT, IFACE, "RequestPasskey", &a, "o", DEV1);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED);
	fake_call(&r->fake, AGENT, IFACE, "RequestPinCode", &a, "o", DEV1);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED);
	fake_call(&r->fake, AGENT, IFACE, "DisplayPasskey", &a, "ouq", DEV1, 5, 0);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED);
	fake_call(&r->fake, AGENT, IFACE, "DisplayPinCode", &a, "os", DEV1, "0000");
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED);
}

static void a_number_is_confirmed_or_not(void **state)
{
	struct rig *r = *state;
	struct fake_answer a;

	rig_open(r);
	assert_string_equal(r->fake.capability, "KeyboardDisplay");
	fake_call(&r->fake, AGENT, IFACE, "RequestConfirmation", &a, "ou", DEV1, 4711);
	RUN_UNTIL(r, r->seen.questions == 1);
	assert_int_equal(r->seen.question.ask, BLUEZ_ASK_CONFIRM);
	assert_string_equal(r->seen.question.code, "004711");
	assert_false(a.there);
	assert_int_equal(bluez_answer(r->bluez, r->seen.question.cookie + 1, true, NULL),
			 -ENOENT);
	assert_int_equal(bluez_answer(r->bluez, 0, true, NULL), -ENOENT);
	assert_int_equal(bluez_answer(r->bluez, r->seen.question.cookie, true, NULL), 0);
	assert_int_equal(r->seen.over, r->seen.question.cookie);
	assert_int_equal(bluez_answer(r->bluez, r->seen.question.cookie, true, NULL), -ENOENT);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, "");

	fake_call(&r->fake, AGENT, IFACE, "RequestConfirmation", &a, "ou", DEV1, 999999);
	RUN_UNTIL(r, r->seen.questions == 2);
	assert_int_equal(bluez_answer(r->bluez, r->seen.question.cookie, false, NULL), 0);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED);
}

static void a_passkey_is_a_number_of_six_digits(void **state)
{
	static const char *const bad[] = { NULL, "", "12345x", "1234567", "-1", " 1" };
	struct rig *r = *state;
	struct fake_answer a;

	rig_open(r);
	ask(r, &a, "RequestPasskey", DEV1);
	assert_int_equal(r->seen.question.ask, BLUEZ_ASK_PASSKEY);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(bluez_answer(r->bluez, r->seen.question.cookie, true, bad[i]),
				 -EINVAL);
	assert_int_equal(r->seen.over, 0); /* asked still */
	assert_int_equal(bluez_answer(r->bluez, r->seen.question.cookie, true, "000123"), 0);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, "");
	assert_int_equal(a.number, 123);
}

static void a_pin_has_one_to_sixteen_characters(void **state)
{
	struct rig *r = *state;
	struct fake_answer a;

	rig_open(r);
	ask(r, &a, "RequestPinCode", DEV1);
	assert_int_equal(r->seen.question.ask, BLUEZ_ASK_PIN);
	assert_int_equal(bluez_answer(r->bluez, r->seen.question.cookie, true, ""), -EINVAL);
	assert_int_equal(
		bluez_answer(r->bluez, r->seen.question.cookie, true, "12345678901234567"),
		-EINVAL);
	assert_int_equal(bluez_answer(r->bluez, r->seen.question.cookie, true, "0000"), 0);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.text, "0000");
}

static void services_and_pairing_are_put_to_a_person(void **state)
{
	struct rig *r = *state;
	struct fake_answer a;

	rig_open(r);
	ask(r, &a, "RequestAuthorization", DEV1);
	assert_int_equal(r->seen.question.ask, BLUEZ_ASK_PAIR);
	bluez_answer(r->bluez, r->seen.question.cookie, true, NULL);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, "");
	fake_call(&r->fake, AGENT, IFACE, "AuthorizeService", &a, "os", DEV1, A2DP);
	RUN_UNTIL(r, r->seen.questions == 2);
	assert_int_equal(r->seen.question.ask, BLUEZ_ASK_SERVICE);
	assert_string_equal(r->seen.question.uuid, A2DP);
	bluez_answer(r->bluez, r->seen.question.cookie, false, NULL);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED);
}

static void what_is_shown_stays_until_it_is_over(void **state)
{
	struct rig *r = *state;
	struct fake_answer a;
	uint32_t cookie;

	rig_open(r);
	fake_call(&r->fake, AGENT, IFACE, "DisplayPasskey", &a, "ouq", DEV1, 42, 0);
	RUN_UNTIL(r, r->seen.questions == 1 && a.there);
	assert_int_equal(r->seen.question.ask, BLUEZ_SHOW_PASSKEY);
	assert_string_equal(r->seen.question.code, "000042");
	cookie = r->seen.question.cookie;
	/* each key typed over there tells it again */
	fake_call(&r->fake, AGENT, IFACE, "DisplayPasskey", &a, "ouq", DEV1, 42, 3);
	RUN_UNTIL(r, a.there);
	assert_int_equal(r->seen.questions, 1);
	assert_int_equal(bluez_answer(r->bluez, cookie, true, NULL), 0); /* seen */
	assert_int_equal(r->seen.over, 0);
	fake_call(&r->fake, AGENT, IFACE, "Cancel", &a, "");
	RUN_UNTIL(r, a.there);
	assert_int_equal(r->seen.over, cookie);
	/* saying no to a PIN that is shown ends the pairing */
	fake_call(&r->fake, AGENT, IFACE, "DisplayPinCode", &a, "os", DEV1, "123456");
	RUN_UNTIL(r, r->seen.questions == 2);
	assert_string_equal(r->seen.question.code, "123456");
	assert_int_equal(bluez_answer(r->bluez, r->seen.question.cookie, false, NULL), 0);
	RUN_UNTIL(r, fake_count(&r->fake, DEV1 " CancelPairing") == 1);
	assert_int_equal(r->seen.over, r->seen.question.cookie);
}

static void a_question_is_over_when_it_is_cancelled_or_late(void **state)
{
	struct rig *r = *state;
	struct fake_answer a, b;

	rig_open(r);
	ask(r, &a, "RequestPinCode", DEV1);
	fake_call(&r->fake, AGENT, IFACE, "Cancel", &b, "");
	RUN_UNTIL(r, a.there && b.there);
	assert_string_equal(a.error, CANCELED);
	assert_int_equal(r->seen.over, r->seen.question.cookie);
	assert_int_equal(bluez_answer(r->bluez, r->seen.question.cookie, true, "1"), -ENOENT);

	r->bluez->times.question = 40;
	ask(r, &a, "RequestPasskey", DEV1);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, CANCELED);
	assert_int_equal(r->seen.over, r->seen.question.cookie);

	r->bluez->times.question = 50000;
	ask(r, &a, "RequestPasskey", DEV1);
	fake_remove(&r->fake, DEV1, "org.bluez.Device1");
	RUN_UNTIL(r, a.there && r->seen.over == r->seen.question.cookie);
	assert_string_equal(a.error, CANCELED);
}

static void a_newer_question_takes_the_place_of_an_older(void **state)
{
	struct rig *r = *state;
	struct fake_answer a, b;
	uint32_t first;

	rig_open(r);
	ask(r, &a, "RequestPinCode", DEV1);
	first = r->seen.question.cookie;
	ask(r, &b, "RequestPasskey", DEV1);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, CANCELED);
	assert_int_equal(r->seen.over, first);
	assert_true(r->seen.question.cookie != first);
	assert_int_equal(bluez_answer(r->bluez, first, true, "0000"), -ENOENT);
	bluez_answer(r->bluez, r->seen.question.cookie, true, "7");
	RUN_UNTIL(r, b.there);
	assert_int_equal(b.number, 7);
}

static void the_end_of_a_pairing_ends_its_question(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };
	struct fake_answer a;

	fake_rule(&r->fake, "Pair", FAKE_SILENT, 2, NULL, NULL);
	rig_open(r);
	bluez_pair(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, r->fake.held_n == 1);
	ask(r, &a, "RequestPinCode", DEV1);
	sd_bus_reply_method_errorf(r->fake.held[0], "org.bluez.Error.AuthenticationTimeout",
				   "x");
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, -ETIMEDOUT);
	assert_int_equal(r->seen.over, r->seen.question.cookie);

	bluez_pair(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, r->fake.held_n == 2);
	ask(r, &a, "RequestPinCode", DEV1);
	assert_int_equal(bluez_cancel(r->bluez, "", DEV1A), 0);
	RUN_UNTIL(r, e.times == 2 && a.there);
	assert_string_equal(a.error, CANCELED);
	assert_int_equal(r->seen.over, r->seen.question.cookie);
}

static void bluetoothd_going_ends_the_question(void **state)
{
	struct rig *r = *state;
	struct fake_answer a;

	rig_open(r);
	ask(r, &a, "RequestPinCode", DEV1);
	fake_stop(&r->fake);
	RUN_UNTIL(r, r->seen.over == r->seen.question.cookie);
	assert_int_equal(bluez_answer(r->bluez, r->seen.question.cookie, true, "1"), -ENOENT);
	/* and with it: freed while one is open */
	fake_start(&r->fake, r->event);
	RUN_UNTIL(r, fake_count(&r->fake, "/org/bluez RequestDefaultAgent") == 2);
	ask(r, &a, "RequestPinCode", DEV1);
	rig_close(r);
}

static void somebody_comes_and_leaves(void **state)
{
	struct rig *r = *state;
	struct fake_answer a;

	open_with_nobody(r);
	bluez_set_agent(r->bluez, BLUEZ_AGENT_DISPLAY_YESNO);
	RUN_UNTIL(r, fake_count(&r->fake, "/org/bluez RequestDefaultAgent") == 2);
	assert_int_equal(fake_count(&r->fake, "/org/bluez UnregisterAgent"), 1);
	assert_string_equal(r->fake.capability, "DisplayYesNo");
	ask(r, &a, "RequestAuthorization", DEV1);
	bluez_answer(r->bluez, r->seen.question.cookie, true, NULL);
	RUN_UNTIL(r, a.there);
	bluez_set_agent(r->bluez, BLUEZ_AGENT_DISPLAY_YESNO); /* no change, no call */
	bluez_set_agent(r->bluez, BLUEZ_AGENT_NOBODY);
	RUN_UNTIL(r, fake_count(&r->fake, "/org/bluez RequestDefaultAgent") == 3);
	assert_string_equal(r->fake.capability, "NoInputNoOutput");
}

static void a_refused_agent_is_told(void **state)
{
	struct rig *r = *state;
	struct bluez_owner owner;

	fake_rule(&r->fake, "RegisterAgent", FAKE_ERROR, 1, "org.bluez.Error.AlreadyExists",
		  "x");
	rig_owner(r, &owner);
	rig_open_with(r, &owner);
	RUN_UNTIL(r, r->seen.troubles == 1);
	assert_non_null(strstr(r->seen.trouble, "agent"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(unknown_devices_and_strangers_are_rejected),
		TEST(nobody_lets_only_those_pair_that_we_pair),
		TEST(nobody_accepts_what_needs_nobody),
		TEST(nobody_refuses_the_rest),
		TEST(a_passkey_is_a_number_of_six_digits),
		TEST(a_pin_has_one_to_sixteen_characters),
		TEST(a_number_is_confirmed_or_not),
		TEST(services_and_pairing_are_put_to_a_person),
		TEST(what_is_shown_stays_until_it_is_over),
		TEST(a_question_is_over_when_it_is_cancelled_or_late),
		TEST(a_newer_question_takes_the_place_of_an_older),
		TEST(the_end_of_a_pairing_ends_its_question),
		TEST(bluetoothd_going_ends_the_question),
		TEST(somebody_comes_and_leaves),
		TEST(a_refused_agent_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
