/* SPDX-License-Identifier: MIT */
/* Our end-points, and taking and giving back transports. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* ---- acquire, release, volume --------------------------------------------- */

static void acquiring_gives_a_socket(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };
	char byte = 'x', got = 0;

	open_with_endpoints(r);
	configured(r);
	assert_int_equal(bluez_acquire(r->bluez, FD1, rig_done_fd, &e), 0);
	assert_int_equal(e.times, 0);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, 0);
	assert_int_equal(e.read_mtu, 895);
	assert_int_equal(e.write_mtu, 672);
	assert_true(fcntl(e.fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(e.fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(write(e.fd, &byte, 1), 1);
	assert_int_equal(read(r->fake.far_fd, &got, 1), 1);
	assert_int_equal(got, 'x');
	close(e.fd);
	assert_int_equal(read(r->fake.far_fd, &got, 1), 0); /* nobody kept a copy */
}

static void too_early_is_tried_again(void **state)
{
	static const char *const names[] = { "org.bluez.Error.Failed",
					     "org.bluez.Error.NotAuthorized",
					     "org.bluez.Error.NotAvailable" };
	struct rig *r = *state;

	open_with_endpoints(r);
	configured(r);
	for (size_t i = 0; i < 3; i++) {
		struct ended e = { 0 };

		fake_rule(&r->fake, "Acquire", FAKE_ERROR, 2, names[i], "Input/output error");
		bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
		RUN_UNTIL(r, e.times == 1);
		assert_int_equal(e.error, 0);
		close(e.fd);
	}
	assert_int_equal(fake_count(&r->fake, FD1 " Acquire"), 9);
}

static void refused_for_good_says_why(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	open_with_endpoints(r);
	configured(r);
	fake_rule(&r->fake, "Acquire", FAKE_ERROR, -1, "org.bluez.Error.NotAuthorized",
		  "Operation Not Authorized");
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, -EPERM);
	assert_non_null(strstr(e.words, "another sound program"));
	fake_rule(&r->fake, "Acquire", FAKE_ERROR, -1, "org.bluez.Error.Failed",
		  "Input/output error");
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, e.times == 2);
	assert_int_equal(e.error, -EIO);
	assert_non_null(strstr(e.words, "Input/output error"));
	assert_int_equal(e.fd, -1);
}

static void answer_nonsense(struct fake *f, sd_bus_message *call)
{
	(void)f;
	sd_bus_reply_method_return(call, "sqq", "no socket", 1, 2);
}

static void answer_no_mtu(struct fake *f, sd_bus_message *call)
{
	(void)f;
	sd_bus_reply_method_return(call, "hqq", 0, 0, 0);
}

static void a_malformed_answer_is_given_back(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	open_with_endpoints(r);
	configured(r);
	fake_custom(&r->fake, "Acquire", 1, answer_nonsense);
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, -EPROTO);
	RUN_UNTIL(r, fake_count(&r->fake, FD1 " Release") == 1);
	fake_custom(&r->fake, "Acquire", 1, answer_no_mtu);
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, e.times == 2);
	assert_int_equal(e.error, -EPROTO);
	RUN_UNTIL(r, fake_count(&r->fake, FD1 " Release") == 2);
}

static void without_an_answer_it_is_released(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	fake_rule(&r->fake, "Acquire", FAKE_SILENT, 1, NULL, NULL);
	open_with_endpoints(r);
	configured(r);
	r->bluez->times.acquire = 60;
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, -ETIMEDOUT);
	RUN_UNTIL(r, fake_count(&r->fake, FD1 " Release") == 1);
	/* a late socket goes to nobody, and is not left open */
	r->bluez->times.acquire = 10000;
	fake_rule(&r->fake, "Acquire", FAKE_OK, 0, NULL, NULL);
	{
		int pair[2];
		char got;

		assert_return_code(pipe(pair), 0);
		sd_bus_reply_method_return(r->fake.held[0], "hqq", pair[1], 672, 672);
		close(pair[1]);
		RUN_UNTIL(r, r->fake.held_n == 1);
		rig_idle(r, 50);
		/* drop the fake's own message with its copy before looking */
		assert_int_equal(e.times, 1);
		assert_int_equal(fcntl(pair[0], F_SETFL, O_NONBLOCK), 0);
		RUN_UNTIL(r, read(pair[0], &got, 1) == 0);
		close(pair[0]);
	}
}

static void only_one_at_a_time(void **state)
{
	struct rig *r = *state;
	struct ended first = { 0 }, second = { 0 };

	fake_rule(&r->fake, "Acquire", FAKE_SILENT, 1, NULL, NULL);
	open_with_endpoints(r);
	configured(r);
	bluez_acquire(r->bluez, FD1, rig_done_fd, &first);
	bluez_acquire(r->bluez, FD1, rig_done_fd, &second);
	RUN_UNTIL(r, second.times == 1);
	assert_int_equal(second.error, -EBUSY);
	assert_int_equal(first.times, 0);
	assert_int_equal(bluez_acquire(r->bluez, NULL, rig_done_fd, &second), -EINVAL);
	assert_int_equal(bluez_acquire(r->bluez, DEV1, rig_done_fd, &second), -EINVAL);
	bluez_acquire(r->bluez, FD2, rig_done_fd, &second);
	RUN_UNTIL(r, second.times == 2);
	assert_int_equal(second.error, -ENODEV);
	rig_close(r);
	assert_int_equal(first.error, -ECANCELED);
}

static void it_waits_for_idle(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 }, rel = { 0 };

	open_with_endpoints(r);
	configured(r);
	fake_change(&r->fake, FD1, TRANSPORT, 1, "State", "s", "active");
	RUN_UNTIL(r, r->seen.transport.state == BLUEZ_ACTIVE);
	bluez_release(r->bluez, FD1, rig_done, &rel);
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, fake_count(&r->fake, FD1 " Release") == 1);
	rig_idle(r, 50);
	assert_int_equal(rel.times + e.times, 0);
	assert_int_equal(fake_count(&r->fake, FD1 " Acquire"), 0);
	fake_change(&r->fake, FD1, TRANSPORT, 1, "State", "s", "idle");
	RUN_UNTIL(r, rel.times == 1 && e.times == 1);
	assert_int_equal(rel.error, 0);
	assert_int_equal(e.error, 0);
	close(e.fd);
	/* "pending": the other side began; that is taken */
	fake_change(&r->fake, FD1, TRANSPORT, 1, "State", "s", "pending");
	RUN_UNTIL(r, r->seen.transport.state == BLUEZ_PENDING);
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, e.times == 2);
	assert_int_equal(e.error, 0);
	close(e.fd);
}

static void releasing_what_is_gone_is_fine(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	open_with_endpoints(r);
	bluez_release(r->bluez, FD1, rig_done, &e);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, 0);
	configured(r);
	fake_rule(&r->fake, "Release", FAKE_ERROR, 1, "org.bluez.Error.NotAuthorized", "x");
	bluez_release(r->bluez, FD1, rig_done, &e);
	RUN_UNTIL(r, e.times == 2);
	assert_int_equal(e.error, 0);
	fake_rule(&r->fake, "Release", FAKE_SILENT, 1, NULL, NULL);
	r->bluez->times.release = 50;
	bluez_release(r->bluez, FD1, rig_done, &e);
	RUN_UNTIL(r, e.times == 3);
	assert_int_equal(e.error, -ETIMEDOUT);
}

static void bluetoothd_restarting_in_the_middle(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	fake_rule(&r->fake, "Acquire", FAKE_SILENT, 1, NULL, NULL);
	open_with_endpoints(r);
	configured(r);
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, r->fake.held_n == 1);
	fake_stop(&r->fake);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, -ECONNRESET);
	assert_int_equal(e.fd, -1);
	RUN_UNTIL(r, r->seen.transports == 0);
	fake_start(&r->fake, r->event);
	RUN_UNTIL(r, r->seen.state == BLUEZ_READY && r->fake.endpoints_n == 2);
	rig_idle(r, 30);
	assert_int_equal(e.times, 1);
	/* the object is listed still, but who configured it is not known any more */
	RUN_UNTIL(r, r->seen.transports == 1);
	assert_false(r->seen.transport.ours);
}

static void a_stream_closing_in_the_middle(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	fake_rule(&r->fake, "Acquire", FAKE_SILENT, 1, NULL, NULL);
	open_with_endpoints(r);
	configured(r);
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, r->fake.held_n == 1);
	fake_remove(&r->fake, FD1, TRANSPORT);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, -ENODEV);
	assert_non_null(strstr(e.words, "Patio"));
	sd_bus_reply_method_errorf(r->fake.held[0], "org.bluez.Error.Failed", "late");
	rig_idle(r, 30);
	assert_int_equal(e.times, 1);
}

static void volume_goes_both_ways(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	open_with_endpoints(r);
	configured(r);
	bluez_set_volume(r->bluez, FD1, 100, rig_done, &e);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, 0);
	assert_int_equal(fake_count(&r->fake, FD1 " Set Volume"), 1);
	fake_change(&r->fake, FD1, TRANSPORT, 2, "Volume", "q", 33, "Delay", "q", 2600);
	RUN_UNTIL(r, r->seen.transport.volume == 33);
	assert_int_equal(r->seen.transport.delay, 2600);
	assert_int_equal(bluez_set_volume(r->bluez, FD1, 128, rig_done, &e), -EINVAL);
	/* nonsense is as good as none */
	fake_change(&r->fake, FD1, TRANSPORT, 2, "Volume", "q", 200, "Delay", "u", 5);
	RUN_UNTIL(r, r->seen.transport.volume == -1);
	assert_int_equal(r->seen.transport.delay, 2600);
	fake_invalidate(&r->fake, FD1, TRANSPORT, "Delay");
	RUN_UNTIL(r, r->seen.transport.delay == -1);
	bluez_set_volume(r->bluez, FD1, 100, rig_done, &e);
	RUN_UNTIL(r, e.times == 2);
	assert_int_equal(e.error, -EOPNOTSUPP);
	assert_non_null(strstr(e.words, "Patio"));
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
		TEST(acquiring_gives_a_socket),
		TEST(too_early_is_tried_again),
		TEST(refused_for_good_says_why),
		TEST(a_malformed_answer_is_given_back),
		TEST(without_an_answer_it_is_released),
		TEST(only_one_at_a_time),
		TEST(it_waits_for_idle),
		TEST(releasing_what_is_gone_is_fine),
		TEST(bluetoothd_restarting_in_the_middle),
		TEST(a_stream_closing_in_the_middle),
		TEST(volume_goes_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
