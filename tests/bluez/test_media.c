/* SPDX-License-Identifier: MIT */
/* Our end-points: registering, choosing, being configured. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/bluez/rig.h"

#define ENDPOINT  "org.bluez.MediaEndpoint1"
#define TRANSPORT "org.bluez.MediaTransport1"
#define REJECTED  "org.bluez.Error.Rejected"

static const uint8_t config[4] = { 0x21, 0x15, 2, 53 };

static void open_with_endpoints(struct rig *r)
{
	rig_open(r);
	RUN_UNTIL(r, r->seen.adapter.endpoints == 2);
}

/* A transport of ours at FD1, as bluetoothd brings one about. */
static void configured(struct rig *r)
{
	struct fake_answer a;

	fake_add(&r->fake, FD1, TRANSPORT, 3, "State", "s", "idle", "UUID", "s",
		 BLUEZ_UUID_A2DP_SOURCE, "Volume", "q", 60);
	fake_configure(&r->fake, 0, FD1, config, sizeof(config), &a);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, "");
	RUN_UNTIL(r, r->seen.transports == 1);
}

/* ---- end-points ----------------------------------------------------------- */

static struct fake_answer early;

/* bluetoothd may use an end-point before its registration is even answered. */
static void use_at_once(struct fake *f, sd_bus_message *call)
{
	const char *path;

	assert_return_code(sd_bus_message_read(call, "o", &path), 0);
	fake_call(f, path, ENDPOINT, "SelectConfiguration", &early, "ay", 4, rig_caps);
	sd_bus_reply_method_return(call, "");
}

static void they_are_exported_before_they_are_registered(void **state)
{
	struct rig *r = *state;

	fake_custom(&r->fake, "RegisterEndpoint", 1, use_at_once);
	rig_open(r);
	RUN_UNTIL(r, early.there);
	assert_string_equal(early.error, "");
	assert_int_equal(early.len, 4);
	assert_memory_equal(early.bytes, config, 4);
	assert_string_equal(r->seen.select_adapter, HCI0A);
}

static void every_adapter_gets_two_spare_ones(void **state)
{
	struct rig *r = *state;

	fake_put(&r->fake, HCI1, "org.bluez.Adapter1", 1, "Address", "s", HCI1A);
	open_with_endpoints(r);
	RUN_UNTIL(r, r->fake.endpoints_n == 4);
	assert_int_equal(fake_count(&r->fake, HCI0 " RegisterEndpoint"), 2);
	assert_int_equal(fake_count(&r->fake, HCI1 " RegisterEndpoint"), 2);
	assert_int_equal(r->fake.with_delay, 4);
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(r->fake.endpoints[i], r->fake.endpoints[j]);
	/* one that comes later has them too */
	fake_add(&r->fake, "/org/bluez/hci2", "org.bluez.Adapter1", 1, "Address", "s",
		 "00:AA:01:00:00:02");
	RUN_UNTIL(r, r->fake.endpoints_n == 6);
}

static void without_capabilities_there_are_none(void **state)
{
	struct rig *r = *state;
	struct bluez_owner owner;

	rig_owner(r, &owner);
	owner.caps_len = 0;
	rig_open_with(r, &owner);
	RUN_UNTIL(r, r->seen.devices == 2);
	rig_idle(r, 50);
	assert_int_equal(r->fake.endpoints_n, 0);
}

static void one_is_added_when_one_is_taken(void **state)
{
	struct rig *r = *state;
	struct fake_answer a;

	open_with_endpoints(r);
	configured(r);
	RUN_UNTIL(r, r->seen.adapter.endpoints == 3 && r->seen.adapter.endpoints_used == 1);
	fake_configure(&r->fake, 1, FD2, config, sizeof(config), &a);
	RUN_UNTIL(r, a.there);
	RUN_UNTIL(r, r->seen.adapter.endpoints == 4 && r->seen.adapter.endpoints_used == 2);
	/* a free one is used again before more are made */
	fake_remove(&r->fake, FD1, TRANSPORT);
	RUN_UNTIL(r, r->seen.adapter.endpoints_used == 1);
	fake_configure(&r->fake, 2, FD1, config, sizeof(config), &a);
	RUN_UNTIL(r, a.there && r->seen.adapter.endpoints_used == 2);
	rig_idle(r, 50);
	assert_int_equal(r->fake.endpoints_n, 4);
}

static void a_bluez_without_delay_reports_is_served_too(void **state)
{
	struct rig *r = *state;

	fake_rule(&r->fake, "RegisterEndpoint", FAKE_ERROR, 2,
		  "org.bluez.Error.InvalidArguments", "Invalid arguments in method call");
	rig_open(r);
	RUN_UNTIL(r, r->fake.endpoints_n == 2);
	assert_int_equal(r->seen.troubles, 0);
	assert_true(r->fake.with_delay < 2);
	RUN_UNTIL(r, r->seen.adapter.endpoints == 2);
}

static void a_refused_end_point_is_told_once_and_tried_again(void **state)
{
	struct rig *r = *state;
	struct bluez_owner owner;

	fake_rule(&r->fake, "RegisterEndpoint", FAKE_ERROR, 2, "org.bluez.Error.NotSupported",
		  "Operation is not supported");
	rig_owner(r, &owner);
	rig_open_with(r, &owner);
	r->bluez->media.retry_ms = 20;
	RUN_UNTIL(r, r->seen.adapter.endpoints == 2);
	assert_int_equal(r->seen.troubles, 1);
	assert_non_null(strstr(r->seen.trouble, "adapter hci0"));
}

static void a_released_end_point_is_registered_again(void **state)
{
	struct rig *r = *state;
	struct fake_answer a;

	open_with_endpoints(r);
	r->bluez->media.retry_ms = 20;
	fake_call(&r->fake, r->fake.endpoints[0], ENDPOINT, "Release", &a, "");
	RUN_UNTIL(r, a.there && r->fake.endpoints_n == 3);
	assert_string_equal(r->fake.endpoints[2], r->fake.endpoints[0]);
}

/* ---- choosing ------------------------------------------------------------- */

static void blobs_of_wrong_length_are_refused(void **state)
{
	static const uint8_t blob[300];
	static const int lengths[] = { 0, 65, 300 };
	struct rig *r = *state;
	struct fake_answer a;

	open_with_endpoints(r);
	for (size_t i = 0; i < 3; i++) {
		fake_call(&r->fake, r->fake.endpoints[0], ENDPOINT, "SelectConfiguration", &a,
			  "ay", lengths[i], blob);
		RUN_UNTIL(r, a.there);
		assert_string_equal(a.error, REJECTED);
	}
	assert_int_equal(r->seen.selects, 0);
	/* one that merely is no SBC's is the owner's business */
	fake_call(&r->fake, r->fake.endpoints[0], ENDPOINT, "SelectConfiguration", &a, "ay", 3,
		  blob);
	RUN_UNTIL(r, a.there);
	assert_int_equal(r->seen.select_len, 3);
	r->seen.select_result = -EBADMSG;
	fake_call(&r->fake, r->fake.endpoints[0], ENDPOINT, "SelectConfiguration", &a, "ay", 4,
		  blob);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED);
	/* and one of another type does not even reach us */
	fake_call(&r->fake, r->fake.endpoints[0], ENDPOINT, "SelectConfiguration", &a, "s",
		  "x");
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, SD_BUS_ERROR_INVALID_ARGS);
}

static void strangers_may_not_call_us(void **state)
{
	struct rig *r = *state;
	struct fake stranger = { .far_fd = -1, .event = r->event };
	struct fake_answer a;

	open_with_endpoints(r);
	assert_return_code(sd_bus_open_system(&stranger.bus), 0);
	assert_return_code(sd_bus_attach_event(stranger.bus, r->event, 0), 0);
	snprintf(stranger.client, sizeof(stranger.client), "%s", r->fake.client);
	fake_call(&stranger, r->fake.endpoints[0], ENDPOINT, "SelectConfiguration", &a, "ay", 4,
		  rig_caps);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, SD_BUS_ERROR_ACCESS_DENIED);
	fake_call(&stranger, r->fake.endpoints[0], ENDPOINT, "Release", &a, "");
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, SD_BUS_ERROR_ACCESS_DENIED);
	assert_int_equal(r->seen.selects, 0);
	fake_done(&stranger);
}

static const char *asked_for(struct rig *r)
{
	struct fake_answer a;

	fake_call(&r->fake, r->fake.endpoints[0], ENDPOINT, "SelectConfiguration", &a, "ay", 4,
		  rig_caps);
	RUN_UNTIL(r, a.there);
	return r->seen.select_address;
}

static void the_device_meant_is_found_out(void **state)
{
	struct rig *r = *state;
	struct ended one = { 0 }, two = { 0 };

	fake_rule(&r->fake, "ConnectProfile", FAKE_SILENT, -1, NULL, NULL);
	open_with_endpoints(r);
	assert_string_equal(asked_for(r), ""); /* nobody is connected */
	fake_change(&r->fake, DEV2, "org.bluez.Device1", 1, "Connected", "b", 1);
	RUN_UNTIL(r, r->seen.device.connected);
	assert_string_equal(asked_for(r), DEV2A); /* came by itself */
	bluez_connect(r->bluez, "", DEV1A, rig_done, &one);
	assert_string_equal(asked_for(r), DEV1A); /* we asked for that one */
	bluez_connect(r->bluez, "", DEV2A, rig_done, &two);
	assert_string_equal(asked_for(r), DEV2A); /* its link stands, the other is paged */
	fake_change(&r->fake, DEV1, "org.bluez.Device1", 1, "Connected", "b", 1);
	RUN_UNTIL(r, bluez_get_device(r->bluez, "", DEV1A)->connected);
	assert_string_equal(asked_for(r), ""); /* cannot be told */
	configured(r);			       /* now it can: the first has its stream */
	assert_string_equal(asked_for(r), DEV2A);
	rig_close(r);
}

/* ---- configurations ------------------------------------------------------- */

static void a_configuration_makes_the_transport_ours(void **state)
{
	struct rig *r = *state;
	const struct bluez_transport *t;

	open_with_endpoints(r);
	configured(r);
	t = bluez_get_transport(r->bluez, "", DEV1A);
	assert_non_null(t);
	assert_true(t->ours);
	assert_string_equal(t->path, FD1);
	assert_string_equal(t->address, DEV1A);
	assert_string_equal(t->adapter, HCI0A);
	assert_int_equal(t->config_len, 4);
	assert_memory_equal(t->config, config, 4);
	assert_int_equal(t->delay, 1500);
	assert_int_equal(t->volume, 60);
	assert_int_equal(t->state, BLUEZ_IDLE);
}

static void it_may_come_before_the_object_is_announced(void **state)
{
	struct rig *r = *state;
	struct fake_answer a;

	open_with_endpoints(r);
	fake_configure(&r->fake, 0, FD1, config, sizeof(config), &a);
	RUN_UNTIL(r, a.there && r->seen.transports == 1);
	fake_add(&r->fake, FD1, TRANSPORT, 1, "Volume", "q", 90);
	RUN_UNTIL(r, r->seen.transport.volume == 90);
	assert_int_equal(r->seen.transports, 1);
	assert_true(r->seen.transport.ours);
}

static void the_same_one_twice_is_one(void **state)
{
	struct rig *r = *state;
	struct fake_answer a;

	open_with_endpoints(r);
	configured(r);
	fake_configure(&r->fake, 0, FD1, config, sizeof(config), &a);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, "");
	assert_int_equal(r->seen.transports, 1);
	/* newer BlueZ carries several streams over one end-point */
	fake_configure(&r->fake, 0, FD2, config, sizeof(config), &a);
	RUN_UNTIL(r, a.there && r->seen.transports == 2);
	assert_string_equal(a.error, "");
	assert_int_equal(r->seen.adapter.endpoints_used, 1);
}

static void bad_configurations_are_refused(void **state)
{
	static const uint8_t blob[100];
	static const size_t lengths[] = { 0, 3, 5, 65, 100 };
	struct rig *r = *state;
	struct fake_answer a;

	open_with_endpoints(r);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		fake_configure(&r->fake, 0, FD1, blob, lengths[i], &a);
		RUN_UNTIL(r, a.there);
		assert_string_equal(a.error, REJECTED);
	}
	/* of a device nobody knows */
	fake_configure(&r->fake, 0, "/org/bluez/hci0/dev_9/fd1", config, 4, &a);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED);
	/* no properties; properties of wrong types; another codec */
	fake_call(&r->fake, r->fake.endpoints[0], ENDPOINT, "SetConfiguration", &a, "oa{sv}",
		  FD1, 0);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED);
	fake_call(&r->fake, r->fake.endpoints[0], ENDPOINT, "SetConfiguration", &a, "oa{sv}",
		  FD1, 3, "Configuration", "s", "!\x15", "Codec", "s", "SBC", "State", "u", 1);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED);
	fake_call(&r->fake, r->fake.endpoints[0], ENDPOINT, "SetConfiguration", &a, "oa{sv}",
		  FD1, 2, "Configuration", "ay", 4, 0x21, 0x15, 2, 53, "Codec", "y", 2);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED);
	/* or one the owner does not want */
	r->seen.accept_result = -EINVAL;
	fake_configure(&r->fake, 0, FD1, config, 4, &a);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, REJECTED);
	assert_int_equal(r->seen.transports, 0);
	assert_int_equal(r->seen.adapter.endpoints_used, 0);
}

static void cleared_is_gone(void **state)
{
	struct rig *r = *state;
	struct fake_answer a;

	open_with_endpoints(r);
	configured(r);
	/* not by an end-point that has nothing to do with it */
	fake_call(&r->fake, r->fake.endpoints[1], ENDPOINT, "ClearConfiguration", &a, "o", FD1);
	RUN_UNTIL(r, a.there);
	assert_int_equal(r->seen.transports, 1);
	fake_call(&r->fake, r->fake.endpoints[0], ENDPOINT, "ClearConfiguration", &a, "o", FD1);
	RUN_UNTIL(r, a.there && r->seen.transports == 0);
	fake_call(&r->fake, r->fake.endpoints[0], ENDPOINT, "ClearConfiguration", &a, "o", FD1);
	RUN_UNTIL(r, a.there); /* once more does no harm */
	fake_remove(&r->fake, FD1, TRANSPORT);
	RUN_UNTIL(r, r->seen.adapter.endpoints_used == 0);
	assert_int_equal(r->seen.transports, 0);
}

static void one_nobody_claimed_is_anothers(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	open_with_endpoints(r);
	fake_add(&r->fake, FD1, TRANSPORT, 2, "State", "s", "active", "UUID", "s",
		 BLUEZ_UUID_A2DP_SOURCE);
	RUN_UNTIL(r, r->seen.transports == 1);
	assert_false(r->seen.transport.ours);
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, -EPERM);
	assert_int_equal(e.fd, -1);
	assert_non_null(strstr(e.words, "Patio (" DEV1A ") is held by another sound program"));
	assert_int_equal(fake_count(&r->fake, FD1 " Acquire"), 0);
}

/* ---- hearing -------------------------------------------------------------- */

/* The last registered end-point whose path has part in it. */
static size_t endpoint_like(const struct rig *r, const char *part)
{
	for (size_t i = r->fake.endpoints_n; i-- > 0;)
		if (strstr(r->fake.endpoints[i], part))
			return i;
	fail_msg("no end-point is called %s", part);
	return 0;
}

static void an_adapter_is_a_loudspeaker_only_while_it_is_asked_for(void **state)
{
	struct rig *r = *state;

	open_with_endpoints(r);
	rig_idle(r, 50);
	assert_int_equal(r->fake.endpoints_n, 2);
	bluez_hear(r->bluez, HCI0A, true);
	assert_true(r->seen.adapter.hears);
	RUN_UNTIL(r, r->fake.endpoints_n == 3);
	assert_non_null(strstr(r->fake.endpoints[2], "/hci0/sink"));
	assert_int_equal(r->fake.with_delay, 2);
	bluez_hear(r->bluez, HCI0A, true); /* once more is nothing new */
	rig_idle(r, 50);
	assert_int_equal(r->fake.endpoints_n, 3);
	assert_int_equal(r->seen.adapter.endpoints, 2); /* speakers' are counted alone */
	bluez_hear(r->bluez, HCI0A, false);
	RUN_UNTIL(r, fake_count(&r->fake, HCI0 " UnregisterEndpoint") == 1);
	assert_false(r->seen.adapter.hears);
	bluez_hear(r->bluez, "00:AA:01:00:00:09", true); /* nobody knows that one */
	/* forgotten with bluetoothd */
	bluez_hear(r->bluez, HCI0A, true);
	fake_stop(&r->fake);
	RUN_UNTIL(r, r->seen.state == BLUEZ_NO_BLUETOOTHD);
	fake_start(&r->fake, r->event);
	RUN_UNTIL(r, r->fake.endpoints_n == 2);
	rig_idle(r, 50);
	assert_false(bluez_nth_adapter(r->bluez, 0)->hears);
}

static void who_plays_to_us_has_a_transport_that_is_not_a_speakers(void **state)
{
	struct rig *r = *state;
	struct fake_answer a;
	size_t ear;

	open_with_endpoints(r);
	bluez_hear(r->bluez, HCI0A, true);
	RUN_UNTIL(r, r->fake.endpoints_n == 3);
	ear = endpoint_like(r, "sink");
	fake_add(&r->fake, FD1, TRANSPORT, 2, "State", "s", "idle", "UUID", "s",
		 BLUEZ_UUID_A2DP_SINK);
	fake_configure_as(&r->fake, ear, BLUEZ_UUID_A2DP_SINK, FD1, config, sizeof(config), &a);
	RUN_UNTIL(r, a.there && r->seen.transports == 1);
	assert_string_equal(a.error, "");
	assert_true(r->seen.transport.ours);
	assert_string_equal(r->seen.transport.uuid, BLUEZ_UUID_A2DP_SINK);
	assert_null(bluez_get_transport(r->bluez, "", DEV1A));
	/* another may come, and speakers have lost no end-point */
	RUN_UNTIL(r, r->fake.endpoints_n == 4);
	assert_int_equal(endpoint_like(r, "sink"), 3);
	assert_int_equal(r->seen.adapter.endpoints_used, 0);

	/* whom we call, we ask for what we would take */
	fake_call(&r->fake, r->fake.endpoints[ear], ENDPOINT, "SelectConfiguration", &a, "ay",
		  4, rig_caps);
	RUN_UNTIL(r, a.there);
	assert_string_equal(r->seen.select_uuid, BLUEZ_UUID_A2DP_SINK);
	fake_call(&r->fake, r->fake.endpoints[0], ENDPOINT, "SelectConfiguration", &a, "ay", 4,
		  rig_caps);
	RUN_UNTIL(r, a.there);
	assert_string_equal(r->seen.select_uuid, BLUEZ_UUID_A2DP_SOURCE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(blobs_of_wrong_length_are_refused),
		TEST(bad_configurations_are_refused),
		TEST(strangers_may_not_call_us),
		TEST(they_are_exported_before_they_are_registered),
		TEST(every_adapter_gets_two_spare_ones),
		TEST(without_capabilities_there_are_none),
		TEST(one_is_added_when_one_is_taken),
		TEST(a_bluez_without_delay_reports_is_served_too),
		TEST(a_refused_end_point_is_told_once_and_tried_again),
		TEST(a_released_end_point_is_registered_again),
		TEST(the_device_meant_is_found_out),
		TEST(a_configuration_makes_the_transport_ours),
		TEST(it_may_come_before_the_object_is_announced),
		TEST(the_same_one_twice_is_one),
		TEST(cleared_is_gone),
		TEST(one_nobody_claimed_is_anothers),
		TEST(an_adapter_is_a_loudspeaker_only_while_it_is_asked_for),
		TEST(who_plays_to_us_has_a_transport_that_is_not_a_speakers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
