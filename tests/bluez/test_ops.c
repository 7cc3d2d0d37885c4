/* SPDX-License-Identifier: MIT */
/* Operations on devices and adapters: each ends once, whatever BlueZ does. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/bluez/rig.h"

#define CONNECT DEV1 " ConnectProfile " BLUEZ_UUID_A2DP_SINK

static void malformed_addresses_are_refused_at_once(void **state)
{
	struct rig *r = *state;
	static const char *const bad[] = { "",
					   "Patio",
					   "00:AA:01:01:00",
					   "00:AA:01:01:00:11:22",
					   "00-AA-01-01-00-11",
					   "0G:AA:01:01:00:11",
					   "00:AA:01:01:00:1" };
	struct ended e = { 0 };

	rig_open(r);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(bluez_connect(r->bluez, "", bad[i], rig_done, &e), -EINVAL);
		if (*bad[i])
			assert_int_equal(bluez_pair(r->bluez, bad[i], DEV1A, rig_done, &e),
					 -EINVAL);
	}
	assert_int_equal(bluez_connect(r->bluez, "", NULL, rig_done, &e), -EINVAL);
	assert_int_equal(bluez_discover(r->bluez, "", 0, rig_done, &e), -EINVAL);
	assert_int_equal(bluez_discover(r->bluez, "", 301, rig_done, &e), -EINVAL);
	assert_int_equal(bluez_rename(r->bluez, "", DEV1A, NULL, rig_done, &e), -EINVAL);
	assert_int_equal(bluez_cancel(r->bluez, "", DEV1A), -ENOENT);
	rig_idle(r, 30);
	assert_int_equal(e.times, 0);
}

static void what_is_not_there_is_said_so(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	rig_open(r);
	assert_int_equal(bluez_pair(r->bluez, "", "11:22:33:44:55:66", rig_done, &e), 0);
	assert_int_equal(e.times, 0); /* never before the call returned */
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, -ENODEV);
	assert_non_null(strstr(e.words, "11:22:33:44:55:66"));
	assert_int_equal(bluez_connect(r->bluez, HCI1A, DEV1A, rig_done, &e), 0);
	RUN_UNTIL(r, e.times == 2);
	assert_int_equal(e.error, -ENODEV);
	assert_non_null(strstr(e.words, "adapter " HCI1A));
	/* forgetting what is not known is no failure */
	assert_int_equal(bluez_forget(r->bluez, "", "11:22:33:44:55:66", rig_done, &e), 0);
	RUN_UNTIL(r, e.times == 3);
	assert_int_equal(e.error, 0);
	assert_string_equal(e.words, "");
}

static void a_switched_off_adapter_is_not_even_asked(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	rig_open(r);
	fake_change(&r->fake, HCI0, "org.bluez.Adapter1", 1, "Powered", "b", 0);
	RUN_UNTIL(r, !r->seen.adapter.powered);
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e);
	bluez_discover(r->bluez, "", 5, rig_done, &e);
	RUN_UNTIL(r, e.times == 2);
	assert_int_equal(e.error, -ENONET);
	assert_non_null(strstr(e.words, "adapter hci0 (" HCI0A ") is switched off"));
	assert_int_equal(fake_count(&r->fake, CONNECT), 0);
	/* but it can be switched on */
	bluez_adapter_power(r->bluez, HCI0A, true, rig_done, &e);
	RUN_UNTIL(r, e.times == 3);
	assert_int_equal(e.error, 0);
	assert_int_equal(fake_count(&r->fake, HCI0 " Set Powered"), 1);
}

static void no_answer_ends_in_time_and_a_late_one_finds_nobody(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 }, p = { 0 };

	fake_rule(&r->fake, "ConnectProfile", FAKE_SILENT, 1, NULL, NULL);
	fake_rule(&r->fake, "Pair", FAKE_SILENT, 1, NULL, NULL);
	rig_open(r);
	r->bluez->times.connect = r->bluez->times.pair = 60;
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e);
	bluez_pair(r->bluez, "", DEV2A, rig_done, &p);
	RUN_UNTIL(r, e.times == 1 && p.times == 1);
	assert_int_equal(e.error, -ETIMEDOUT);
	assert_non_null(strstr(e.words, "Patio"));
	assert_non_null(strstr(p.words, "Kitchen"));
	RUN_UNTIL(r, fake_count(&r->fake, DEV1 " Disconnect") == 1);
	RUN_UNTIL(r, fake_count(&r->fake, DEV2 " CancelPairing") == 1);
	RUN_UNTIL(r, r->fake.held_n == 2);
	sd_bus_reply_method_return(r->fake.held[0], "");
	sd_bus_reply_method_errorf(r->fake.held[1], "org.bluez.Error.Failed", "late");
	rig_idle(r, 60);
	assert_int_equal(e.times, 1);
	assert_int_equal(p.times, 1);
}

static void a_cancelled_one_ends_once_though_it_is_answered(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	fake_rule(&r->fake, "Pair", FAKE_SILENT, 1, NULL, NULL);
	rig_open(r);
	bluez_pair(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, r->fake.held_n == 1);
	assert_int_equal(bluez_cancel(r->bluez, "", DEV1A), 0);
	assert_int_equal(bluez_cancel(r->bluez, "", DEV1A), -ENOENT);
	sd_bus_reply_method_errorf(r->fake.held[0], "org.bluez.Error.AuthenticationCanceled",
				   "x");
	RUN_UNTIL(r, e.times == 1 && fake_count(&r->fake, DEV1 " CancelPairing") == 1);
	assert_int_equal(e.error, -ECANCELED);
	rig_idle(r, 40);
	assert_int_equal(e.times, 1);
}

static void pairing_what_is_paired_is_fine(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	fake_rule(&r->fake, "Pair", FAKE_ERROR, 1, "org.bluez.Error.AlreadyExists",
		  "Already Exists");
	rig_open(r);
	bluez_pair(r->bluez, HCI0A, DEV1A, rig_done, &e);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, 0);
}

static void a_device_that_vanishes_ends_what_was_about_it(void **state)
{
	struct rig *r = *state;
	struct ended c = { 0 }, f = { 0 }, other = { 0 };

	fake_rule(&r->fake, "ConnectProfile", FAKE_SILENT, -1, NULL, NULL);
	fake_rule(&r->fake, "RemoveDevice", FAKE_SILENT, -1, NULL, NULL);
	rig_open(r);
	bluez_connect(r->bluez, "", DEV1A, rig_done, &c);
	bluez_connect(r->bluez, "", DEV2A, rig_done, &other);
	bluez_forget(r->bluez, "", DEV1A, rig_done, &f);
	RUN_UNTIL(r, r->fake.held_n == 3);
	fake_remove(&r->fake, DEV1, "org.bluez.Device1");
	RUN_UNTIL(r, c.times == 1 && f.times == 1);
	assert_int_equal(c.error, -ENODEV);
	assert_int_equal(f.error, 0); /* that was the point */
	assert_int_equal(other.times, 0);
	/* and now the whole adapter */
	fake_remove(&r->fake, HCI0, "org.bluez.Adapter1");
	RUN_UNTIL(r, other.times == 1);
	assert_int_equal(other.error, -ENODEV);
	assert_non_null(strstr(other.words, "Kitchen"));
	for (size_t i = 0; i < r->fake.held_n; i++)
		sd_bus_reply_method_return(r->fake.held[i], "");
	rig_idle(r, 40);
	assert_int_equal(c.times + f.times + other.times, 3);
}

/* Begins the same again from its end: must fail for itself, not for ever. */
struct stubborn {
	struct rig *r;
	int times, last;
};

static void try_once_more(void *arg, int error, const char *words)
{
	struct stubborn *s = arg;

	assert_true(words[0] != '\0');
	s->last = error;
	if (++s->times < 3)
		assert_int_equal(bluez_connect(s->r->bluez, "", DEV1A, try_once_more, s), 0);
}

static void bluetoothd_vanishing_ends_everything(void **state)
{
	struct rig *r = *state;
	struct stubborn s = { .r = r };
	struct ended d = { 0 }, t = { 0 };

	fake_rule(&r->fake, "ConnectProfile", FAKE_SILENT, -1, NULL, NULL);
	fake_rule(&r->fake, "Set", FAKE_SILENT, -1, NULL, NULL);
	rig_open(r);
	bluez_connect(r->bluez, "", DEV1A, try_once_more, &s);
	bluez_discover(r->bluez, "", 60, rig_done, &d);
	bluez_trust(r->bluez, "", DEV2A, true, rig_done, &t);
	RUN_UNTIL(r, r->fake.held_n == 2 && fake_count(&r->fake, HCI0 " StartDiscovery") == 1);
	fake_stop(&r->fake);
	RUN_UNTIL(r, s.times == 3 && d.times == 1 && t.times == 1);
	assert_int_equal(s.last, -ECONNRESET);
	assert_int_equal(d.error, -ECONNRESET);
	assert_int_equal(t.error, -ECONNRESET);
	rig_idle(r, 30);
	assert_int_equal(s.times, 3);
}

static void the_bus_dying_ends_everything(void **state)
{
	struct rig *r = *state;
	struct ended c = { 0 }, d = { 0 };

	fake_rule(&r->fake, "ConnectProfile", FAKE_SILENT, -1, NULL, NULL);
	rig_open(r);
	bluez_connect(r->bluez, "", DEV1A, rig_done, &c);
	bluez_discover(r->bluez, "", 60, rig_done, &d);
	RUN_UNTIL(r, r->fake.held_n == 1);
	daemon_kill();
	RUN_UNTIL(r, c.times == 1 && d.times == 1 && r->seen.state == BLUEZ_NO_BUS);
	assert_int_equal(c.error, -ECONNRESET);
	assert_int_equal(d.error, -ECONNRESET);
	fake_stop(&r->fake);
}

static void freeing_ends_everything(void **state)
{
	struct rig *r = *state;
	struct ended c = { 0 }, d = { 0 }, gone = { 0 };

	fake_rule(&r->fake, "ConnectProfile", FAKE_SILENT, -1, NULL, NULL);
	rig_open(r);
	bluez_connect(r->bluez, "", DEV1A, rig_done, &c);
	bluez_discover(r->bluez, "", 60, rig_done, &d);
	bluez_pair(r->bluez, "", "11:22:33:44:55:66", rig_done, &gone);
	bluez_connect(r->bluez, "", DEV2A, NULL, NULL); /* nobody wants to know */
	rig_close(r);
	assert_int_equal(c.times + d.times + gone.times, 3);
	assert_int_equal(c.error, -ECANCELED);
	assert_int_equal(d.error, -ECANCELED);
	rig_idle(r, 30);
	assert_int_equal(c.times + d.times + gone.times, 3);
}

static void a_search_begins_ends_and_is_stopped(void **state)
{
	struct rig *r = *state;
	struct ended d = { 0 }, second = { 0 };

	rig_open(r);
	fake_rule(&r->fake, "StartDiscovery", FAKE_ERROR, 2, "org.bluez.Error.InProgress",
		  "busy");
	bluez_discover(r->bluez, HCI0A, 1, rig_done, &d);
	bluez_discover(r->bluez, HCI0A, 1, rig_done, &second);
	RUN_UNTIL(r, second.times == 1);
	assert_int_equal(second.error, -EBUSY);
	assert_non_null(strstr(second.words, "searching already"));
	RUN_UNTIL(r, fake_count(&r->fake, HCI0 " StartDiscovery") == 3);
	assert_int_equal(fake_count(&r->fake, HCI0 " SetDiscoveryFilter"), 1);
	RUN_UNTIL(r, d.times == 1);
	assert_int_equal(d.error, 0);
	RUN_UNTIL(r, fake_count(&r->fake, HCI0 " StopDiscovery") == 1);

	bluez_discover(r->bluez, "", 300, rig_done, &d);
	RUN_UNTIL(r, fake_count(&r->fake, HCI0 " StartDiscovery") == 4);
	assert_int_equal(bluez_discover_stop(r->bluez, HCI0A), 0);
	assert_int_equal(bluez_discover_stop(r->bluez, HCI0A), -ENOENT);
	RUN_UNTIL(r, d.times == 2);
	assert_int_equal(d.error, 0);

	bluez_discover(r->bluez, "", 300, rig_done, &d);
	RUN_UNTIL(r, fake_count(&r->fake, HCI0 " StartDiscovery") == 5);
	fake_change(&r->fake, HCI0, "org.bluez.Adapter1", 1, "Powered", "b", 0);
	RUN_UNTIL(r, d.times == 3);
	assert_int_equal(d.error, -ENONET);
}

static void a_refused_search_says_why(void **state)
{
	struct rig *r = *state;
	struct ended d = { 0 };

	rig_open(r);
	fake_rule(&r->fake, "SetDiscoveryFilter", FAKE_ERROR, 1, "org.bluez.Error.NotSupported",
		  "x");
	bluez_discover(r->bluez, "", 5, rig_done, &d);
	RUN_UNTIL(r, d.times == 1);
	assert_int_equal(d.error, -EOPNOTSUPP);
	assert_non_null(strstr(d.words, "adapter hci0"));
	fake_rule(&r->fake, "StartDiscovery", FAKE_ERROR, 1, "org.bluez.Error.Failed",
		  "Blocked through rfkill");
	bluez_discover(r->bluez, "", 5, rig_done, &d);
	RUN_UNTIL(r, d.times == 2);
	assert_int_equal(d.error, -ERFKILL);
}

static void properties_are_set_where_they_belong(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	rig_open(r);
	bluez_trust(r->bluez, "", DEV1A, true, rig_done, &e);
	bluez_rename(r->bluez, "", DEV1A, "Terrace", rig_done, &e);
	bluez_adapter_pairable(r->bluez, HCI0A, false, rig_done, &e);
	bluez_adapter_rename(r->bluez, "", "Music", rig_done, &e);
	bluez_disconnect(r->bluez, "", DEV1A, rig_done, &e);
	bluez_forget(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, e.times == 6);
	assert_int_equal(e.error, 0);
	assert_int_equal(fake_count(&r->fake, DEV1 " Set Trusted"), 1);
	assert_int_equal(fake_count(&r->fake, DEV1 " Set Alias"), 1);
	assert_int_equal(fake_count(&r->fake, HCI0 " Set Pairable"), 1);
	assert_int_equal(fake_count(&r->fake, HCI0 " Set Alias"), 1);
	assert_int_equal(fake_count(&r->fake, DEV1 " Disconnect"), 1);
	assert_int_equal(fake_count(&r->fake, HCI0 " RemoveDevice " DEV1), 1);
}

static void of_two_adapters_the_one_that_has_it_is_taken(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	fake_put(&r->fake, HCI1, "org.bluez.Adapter1", 2, "Address", "s", HCI1A, "Powered", "b",
		 1);
	fake_put(&r->fake, HCI1 "/dev_00_AA_01_01_00_11", "org.bluez.Device1", 3, "Address",
		 "s", DEV1A, "Paired", "b", 1, "Connected", "b", 1);
	rig_open(r);
	assert_string_equal(bluez_get_device(r->bluez, "", DEV1A)->adapter, HCI1A);
	bluez_disconnect(r->bluez, "", DEV1A, rig_done, &e);
	bluez_disconnect(r->bluez, HCI0A, DEV1A, rig_done, &e);
	RUN_UNTIL(r, e.times == 2);
	assert_int_equal(fake_count(&r->fake, HCI1 "/dev_00_AA_01_01_00_11 Disconnect"), 1);
	assert_int_equal(fake_count(&r->fake, DEV1 " Disconnect"), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(malformed_addresses_are_refused_at_once),
		TEST(what_is_not_there_is_said_so),
		TEST(a_switched_off_adapter_is_not_even_asked),
		TEST(no_answer_ends_in_time_and_a_late_one_finds_nobody),
		TEST(a_cancelled_one_ends_once_though_it_is_answered),
		TEST(pairing_what_is_paired_is_fine),
		TEST(a_device_that_vanishes_ends_what_was_about_it),
		TEST(bluetoothd_vanishing_ends_everything),
		TEST(the_bus_dying_ends_everything),
		TEST(freeing_ends_everything),
		TEST(a_search_begins_ends_and_is_stopped),
		TEST(a_refused_search_says_why),
		TEST(properties_are_set_where_they_belong),
		TEST(of_two_adapters_the_one_that_has_it_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
