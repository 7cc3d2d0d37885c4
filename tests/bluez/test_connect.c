/* SPDX-License-Identifier: MIT */
/* Connecting a speaker, and what mends a connection that fails. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/bluez/rig.h"

#define CONNECT DEV1 " ConnectProfile " BLUEZ_UUID_A2DP_SINK

static void every_error_has_a_number_and_names_its_device(void **state)
{
	static const struct {
		const char *name, *message;
		int error;
		const char *says;
	} cases[] = {
		{ "org.bluez.Error.Failed", "br-connection-page-timeout", -EHOSTDOWN,
		  "Patio (" DEV1A ") does not answer" },
		{ "org.bluez.Error.Failed", "Host is down", -EHOSTDOWN, "Patio" },
		{ "org.bluez.Error.Failed", "br-connection-refused", -ECONNREFUSED, "phone" },
		{ "org.bluez.Error.Failed", "br-connection-key-missing", -EACCES,
		  "pair it again" },
		{ "org.bluez.Error.NotAvailable", "br-connection-profile-unavailable",
		  -EOPNOTSUPP, "A2DP sink" },
		{ "org.bluez.Error.NotReady", "Resource Not Ready", -ENONET, "adapter hci0" },
		{ "org.bluez.Error.AuthenticationFailed", "Authentication Failed", -EACCES,
		  "Patio" },
		{ "org.bluez.Error.AuthenticationRejected", "x", -EACCES, "refuses" },
		{ "org.bluez.Error.AuthenticationTimeout", "x", -ETIMEDOUT, "Patio" },
		{ "org.bluez.Error.ConnectionAttemptFailed", "Page Timeout", -EHOSTDOWN,
		  "Patio" },
		{ "org.bluez.Error.DoesNotExist", "Does Not Exist", -ENODEV, "Patio" },
		{ "org.bluez.Error.NotSupported", "no", -EOPNOTSUPP, "Patio" },
		{ SD_BUS_ERROR_ACCESS_DENIED, "rejected send", -EACCES, "group bluetooth" },
		{ SD_BUS_ERROR_UNKNOWN_OBJECT, "no such thing", -ENODEV, "no longer known" },
		{ "org.example.Odd", "what now", -EIO,
		  "Patio (" DEV1A "): BlueZ says \"what now\"" },
		{ "org.bluez.Error.Failed", "", -EIO, "org.bluez.Error.Failed" },
	};
	struct rig *r = *state;

	rig_open(r);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ended e = { 0 };

		fake_rule(&r->fake, "ConnectProfile", FAKE_ERROR, 1, cases[i].name,
			  cases[i].message);
		assert_int_equal(bluez_connect(r->bluez, "", DEV1A, rig_done, &e), 0);
		RUN_UNTIL(r, e.times == 1);
		assert_int_equal(e.error, cases[i].error);
		if (!strstr(e.words, cases[i].says))
			fail_msg("\"%s\" is not in \"%s\"", cases[i].says, e.words);
	}
	/* each failure was taken back, or the device would stay busy */
	RUN_UNTIL(r,
		  fake_count(&r->fake, DEV1 " Disconnect") == sizeof(cases) / sizeof(cases[0]));
}

/* One that only plays is asked to play, where somebody listens; a speaker never is. */
static void a_phone_is_asked_to_play(void **state)
{
	struct rig *r = *state;
	struct ended e[3] = { 0 };

	rig_open(r);
	fake_change(&r->fake, DEV1, "org.bluez.Device1", 1, "UUIDs", "as",
		    BLUEZ_UUID_A2DP_SOURCE);
	RUN_UNTIL(r, r->seen.device.audio_source && !r->seen.device.audio_sink);
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e[0]);
	RUN_UNTIL(r, e[0].times == 1);
	assert_int_equal(fake_count(&r->fake, CONNECT), 1); /* nobody listens */
	bluez_hear(r->bluez, HCI0A, true);
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e[1]);
	RUN_UNTIL(r, e[1].times == 1);
	assert_int_equal(fake_count(&r->fake, DEV1 " ConnectProfile " BLUEZ_UUID_A2DP_SOURCE),
			 1);
	fake_change(&r->fake, DEV1, "org.bluez.Device1", 1, "UUIDs", "as",
		    BLUEZ_UUID_A2DP_SINK);
	RUN_UNTIL(r, r->seen.device.audio_sink);
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e[2]);
	RUN_UNTIL(r, e[2].times == 1);
	assert_int_equal(fake_count(&r->fake, CONNECT), 2);
}

static void connecting_asks_for_the_sink_and_shows_it_is_busy(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	fake_rule(&r->fake, "ConnectProfile", FAKE_SILENT, 1, NULL, NULL);
	rig_open(r);
	assert_int_equal(bluez_connect(r->bluez, "", "00:aa:01:01:00:11", rig_done, &e), 0);
	assert_true(bluez_get_device(r->bluez, "", DEV1A)->busy);
	RUN_UNTIL(r, r->fake.held_n == 1);
	assert_int_equal(fake_count(&r->fake, CONNECT), 1);
	assert_int_equal(e.times, 0);
	sd_bus_reply_method_return(r->fake.held[0], "");
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, 0);
	assert_false(bluez_get_device(r->bluez, "", DEV1A)->busy);
	RUN_UNTIL(r, !r->seen.device.busy);
	assert_int_equal(fake_count(&r->fake, DEV1 " Disconnect"), 0);
}

static void in_progress_is_tried_again(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	rig_open(r);
	fake_rule(&r->fake, "ConnectProfile", FAKE_ERROR, 3, "org.bluez.Error.InProgress",
		  "busy");
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, 0);
	assert_int_equal(fake_count(&r->fake, CONNECT), 4);
	/* not for ever */
	fake_rule(&r->fake, "ConnectProfile", FAKE_ERROR, -1, "org.bluez.Error.InProgress",
		  "busy");
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, e.times == 2);
	assert_int_equal(e.error, -EBUSY);
	/* and "already" is what was wanted */
	fake_rule(&r->fake, "ConnectProfile", FAKE_ERROR, 1, "org.bluez.Error.AlreadyConnected",
		  "x");
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, e.times == 3);
	assert_int_equal(e.error, 0);
}

static void a_failed_connect_leaves_alone_what_has_a_stream(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	fake_put(&r->fake, FD1, "org.bluez.MediaTransport1", 1, "State", "s", "active");
	rig_open(r);
	fake_rule(&r->fake, "ConnectProfile", FAKE_ERROR, -1, "org.bluez.Error.Failed",
		  "br-connection-busy");
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, -EBUSY);
	rig_idle(r, 30);
	assert_int_equal(fake_count(&r->fake, DEV1 " Disconnect"), 0);
	assert_int_equal(fake_count(&r->fake, DEV1 " Set Blocked"), 0);
}

static void end_points_that_changed_are_asked_for_anew(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	rig_open(r);
	fake_rule(&r->fake, "ConnectProfile", FAKE_ERROR, 1, "org.bluez.Error.Failed",
		  "br-connection-create-socket");
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, 0);
	assert_int_equal(fake_count(&r->fake, DEV1 " Disconnect"), 0);
	/* once: then it is a failure */
	fake_rule(&r->fake, "ConnectProfile", FAKE_ERROR, -1, "org.bluez.Error.Failed",
		  "br-connection-create-socket");
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, e.times == 2);
	assert_int_equal(e.error, -EIO);
	assert_int_equal(fake_count(&r->fake, CONNECT), 4);
	assert_int_equal(fake_count(&r->fake, DEV1 " Disconnect"), 1);
}

static void broken_off_once_is_tried_again(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	rig_open(r);
	fake_rule(&r->fake, "ConnectProfile", FAKE_ERROR, 1, "org.bluez.Error.Failed",
		  "br-connection-canceled");
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, 0);
	assert_int_equal(fake_count(&r->fake, CONNECT), 2);
	assert_int_equal(fake_count(&r->fake, DEV1 " Disconnect"), 1);
	fake_rule(&r->fake, "ConnectProfile", FAKE_ERROR, -1, "org.bluez.Error.Failed",
		  "br-connection-canceled");
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, e.times == 2);
	assert_int_equal(e.error, -EBUSY); /* not for ever */
	/* and not at all once it is cancelled in between */
	fake_rule(&r->fake, "Disconnect", FAKE_SILENT, 1, NULL, NULL);
	r->fake.calls_n = 0;
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, r->fake.held_n == 1);
	assert_int_equal(bluez_cancel(r->bluez, "", DEV1A), 0);
	assert_int_equal(bluez_cancel(r->bluez, "", DEV1A), -ENOENT);
	sd_bus_reply_method_return(r->fake.held[0], "");
	RUN_UNTIL(r, e.times == 3);
	assert_int_equal(e.error, -ECANCELED);
	assert_int_equal(fake_count(&r->fake, CONNECT), 1);
}

static void busy_for_good_is_cured_by_blocking_for_a_moment(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	rig_open(r);
	fake_rule(&r->fake, "ConnectProfile", FAKE_ERROR, 1, "org.bluez.Error.Failed",
		  "br-connection-busy");
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, 0);
	assert_int_equal(fake_count(&r->fake, DEV1 " Set Blocked"), 2);
	/* once each time; and never left blocked, however it ends */
	fake_rule(&r->fake, "ConnectProfile", FAKE_ERROR, -1, "org.bluez.Error.Failed",
		  "br-connection-busy");
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, e.times == 2);
	assert_int_equal(e.error, -EBUSY);
	assert_int_equal(fake_count(&r->fake, DEV1 " Set Blocked"), 4);
	fake_rule(&r->fake, "Set", FAKE_SILENT, 1, NULL, NULL);
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, r->fake.held_n == 1);
	bluez_cancel(r->bluez, "", DEV1A);
	RUN_UNTIL(r, e.times == 3 && fake_count(&r->fake, DEV1 " Set Blocked") == 6);
	assert_int_equal(e.error, -ECANCELED);
}

static void a_blocked_device_is_unblocked_first(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	rig_open(r);
	fake_change(&r->fake, DEV1, "org.bluez.Device1", 1, "Blocked", "b", 1);
	RUN_UNTIL(r, r->seen.device.blocked);
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, 0);
	assert_int_equal(fake_count(&r->fake, DEV1 " Set Blocked"), 1);
	assert_int_equal(fake_count(&r->fake, CONNECT), 1);
}

static void a_failed_connect_ends_when_it_is_disconnected(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	rig_open(r);
	fake_rule(&r->fake, "ConnectProfile", FAKE_ERROR, -1, "org.bluez.Error.Failed",
		  "br-connection-refused");
	fake_rule(&r->fake, "Disconnect", FAKE_SILENT, 2, NULL, NULL);
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, r->fake.held_n == 1);
	assert_int_equal(bluez_cancel(r->bluez, "", DEV1A), -ENOENT); /* it is over */
	rig_idle(r, 40);
	assert_int_equal(e.times, 0);
	assert_true(bluez_get_device(r->bluez, "", DEV1A)->busy);
	sd_bus_reply_method_errorf(r->fake.held[0], "org.bluez.Error.NotConnected", "x");
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, -ECONNREFUSED);
	/* that is not answered either */
	r->bluez->times.release = 40;
	bluez_connect(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, e.times == 2);
	assert_int_equal(e.error, -ECONNREFUSED);
	assert_non_null(strstr(e.words, "Patio"));
	assert_int_equal(fake_count(&r->fake, CONNECT), 2);
	/* and disconnecting what is not connected is fine */
	fake_rule(&r->fake, "Disconnect", FAKE_ERROR, 1, "org.bluez.Error.NotConnected", "x");
	bluez_disconnect(r->bluez, "", DEV1A, rig_done, &e);
	RUN_UNTIL(r, e.times == 3);
	assert_int_equal(e.error, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_error_has_a_number_and_names_its_device),
		TEST(a_phone_is_asked_to_play),
		TEST(connecting_asks_for_the_sink_and_shows_it_is_busy),
		TEST(in_progress_is_tried_again),
		TEST(a_failed_connect_leaves_alone_what_has_a_stream),
		TEST(end_points_that_changed_are_asked_for_anew),
		TEST(broken_off_once_is_tried_again),
		TEST(busy_for_good_is_cured_by_blocking_for_a_moment),
		TEST(a_blocked_device_is_unblocked_first),
		TEST(a_failed_connect_ends_when_it_is_disconnected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
