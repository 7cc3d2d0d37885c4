/* SPDX-License-Identifier: MIT */
/* The mirror of BlueZ's objects, and the connection it is fed from. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/bluez/rig.h"

static void properties_of_wrong_type_are_left_out(void **state)
{
	struct rig *r = *state;
	const struct bluez_device *d;

	fake_put(&r->fake, DEV1, "org.bluez.Device1", 9, "Address", "s", DEV1A, "Alias", "u", 7,
		 "Name", "b", 1, "Paired", "s", "yes", "Connected", "u", 1, "RSSI", "s", "loud",
		 "UUIDs", "s", BLUEZ_UUID_A2DP_SINK, "Class", "q", 4, "Icon", "o", "/icon");
	rig_open(r);
	d = bluez_get_device(r->bluez, "", DEV1A);
	assert_non_null(d);
	assert_string_equal(d->alias, DEV1A); /* never empty */
	assert_string_equal(d->name, "");
	assert_string_equal(d->icon, "");
	assert_false(d->paired || d->connected || d->audio_sink);
	assert_int_equal(d->rssi, 0);
	assert_int_equal(d->class, 0);
	assert_int_equal(d->battery, -1);
}

static void an_object_without_address_waits_for_one(void **state)
{
	struct rig *r = *state;

	fake_put(&r->fake, DEV1, "org.bluez.Device1", 1, "Alias", "s", "nameless");
	fake_put(&r->fake, DEV2, "org.bluez.Device1", 1, "Address", "s", "not an address");
	rig_open(r);
	assert_int_equal(r->seen.devices, 0);
	fake_change(&r->fake, DEV1, "org.bluez.Device1", 1, "Address", "s",
		    "00:aa:01:01:00:11");
	RUN_UNTIL(r, r->seen.devices == 1);
	assert_string_equal(r->seen.device.address, DEV1A); /* in capitals */
	assert_string_equal(r->seen.device.adapter, HCI0A);
	assert_null(bluez_nth_device(r->bluez, 1));
}

static void interfaces_may_be_missing(void **state)
{
	struct rig *r = *state;

	/* a device without an adapter, a battery without a device, things of others */
	fake_put(&r->fake, "/org/bluez/hci7/dev_1", "org.bluez.Device1", 1, "Address", "s",
		 "11:22:33:44:55:66");
	fake_put(&r->fake, "/org/bluez/hci0/dev_2", "org.bluez.Battery1", 1, "Percentage", "y",
		 50);
	fake_put(&r->fake, "/org/bluez/hci0/dev_3/fd9", "org.bluez.MediaTransport1", 1, "State",
		 "s", "active");
	fake_put(&r->fake, "/org/bluez", "org.bluez.Other1", 1, "Address", "s", HCI1A);
	rig_open(r);
	assert_int_equal(r->seen.adapters, 1);
	assert_int_equal(r->seen.devices, 2);
	assert_int_equal(r->seen.transports, 0);
	/* its adapter comes later, and with it the device */
	fake_add(&r->fake, "/org/bluez/hci7", "org.bluez.Adapter1", 1, "Address", "s", HCI1A);
	RUN_UNTIL(r, r->seen.devices == 3);
	assert_string_equal(r->seen.device.adapter, HCI1A);
}

static void nonsense_instead_of_objects_is_told(void **state)
{
	struct rig *r = *state;

	r->fake.garbage = true;
	rig_open(r);
	assert_int_equal(r->seen.adapters, 0);
	assert_int_equal(r->seen.troubles, 1);
	assert_non_null(strstr(r->seen.trouble, "malformed"));
	/* and what comes in good order afterwards is taken */
	fake_add(&r->fake, HCI0, "org.bluez.Adapter1", 1, "Address", "s", HCI0A);
	RUN_UNTIL(r, r->seen.adapters == 1);
}

static void an_error_instead_of_objects_is_tried_again(void **state)
{
	struct rig *r = *state;
	struct bluez_owner owner;

	fake_rule(&r->fake, "GetManagedObjects", FAKE_ERROR, 2, SD_BUS_ERROR_ACCESS_DENIED,
		  "no");
	rig_owner(r, &owner);
	rig_open_with(r, &owner);
	RUN_UNTIL(r, r->seen.states == 1);
	assert_int_equal(r->seen.state, BLUEZ_NO_BLUETOOTHD);
	assert_non_null(strstr(r->seen.state_words, "group bluetooth"));
	RUN_UNTIL(r, r->seen.state == BLUEZ_READY && r->seen.devices == 2);
}

static void a_bluetoothd_that_hangs_is_told_and_tried_again(void **state)
{
	struct rig *r = *state;
	struct bluez_owner owner;

	fake_rule(&r->fake, "GetManagedObjects", FAKE_SILENT, 2, NULL, NULL);
	rig_owner(r, &owner);
	rig_open_with(r, &owner);
	r->bluez->times.call = 60;
	RUN_UNTIL(r, r->seen.states == 1);
	assert_int_equal(r->seen.state, BLUEZ_NO_BLUETOOTHD);
	assert_non_null(strstr(r->seen.state_words, "does not answer"));
	RUN_UNTIL(r, r->seen.state == BLUEZ_READY && r->seen.devices == 2);
	assert_int_equal(r->seen.states, 2);
	/* a late list is nobody's */
	sd_bus_reply_method_return(r->fake.held[0], "as", 0);
	rig_idle(r, 30);
	assert_int_equal(r->seen.devices, 2);
	assert_int_equal(r->seen.troubles, 0);
}

static void malformed_signals_are_survived(void **state)
{
	struct rig *r = *state;
	sd_bus *bus = r->fake.bus;

	rig_open(r);
	sd_bus_emit_signal(bus, "/", "org.freedesktop.DBus.ObjectManager", "InterfacesAdded",
			   "s", "what?");
	sd_bus_emit_signal(bus, "/", "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved",
			   "u", 5);
	sd_bus_emit_signal(bus, DEV1, "org.freedesktop.DBus.Properties", "PropertiesChanged",
			   "sas", "org.bluez.Device1", 0);
	sd_bus_emit_signal(bus, DEV1, "org.freedesktop.DBus.Properties", "PropertiesChanged",
			   "");
	RUN_UNTIL(r, r->seen.troubles == 4);
	fake_change(&r->fake, DEV1, "org.bluez.Device1", 1, "Connected", "b", 1);
	RUN_UNTIL(r, r->seen.device.connected);
	assert_int_equal(r->seen.devices, 2);
}

static void the_mirror_shows_what_bluez_has(void **state)
{
	struct rig *r = *state;
	const struct bluez_adapter *a;
	const struct bluez_device *d;

	fake_put(&r->fake, DEV1, "org.bluez.Battery1", 1, "Percentage", "y", 80);
	rig_open(r);
	/* adapters before devices, though the fake lists them the other way round */
	assert_memory_equal(r->seen.order, "A+", 2);
	a = bluez_get_adapter(r->bluez, "00:aa:01:00:00:00");
	assert_string_equal(a->name, "hci0");
	assert_string_equal(a->alias, "Pi");
	assert_true(a->powered);
	d = bluez_get_device(r->bluez, HCI0A, DEV1A);
	assert_string_equal(d->alias, "Patio");
	assert_true(d->paired && d->audio_sink);
	assert_int_equal(d->battery, 80);
	d = bluez_get_device(r->bluez, NULL, DEV2A);
	assert_true(d->audio_sink); /* by its class, as its services are not known */
	assert_int_equal(d->rssi, -60);
	assert_null(bluez_get_device(r->bluez, HCI1A, DEV2A));
	assert_null(bluez_get_device(r->bluez, "", "nonsense"));
}

static void changes_are_told_once(void **state)
{
	struct rig *r = *state;
	int before;

	rig_open(r);
	RUN_UNTIL(r, r->seen.adapter.endpoints == 2);
	before = r->seen.device_events;
	fake_change(&r->fake, DEV1, "org.bluez.Device1", 1, "Paired", "b", 1); /* as it was */
	fake_change(&r->fake, DEV2, "org.bluez.Device1", 2, "Connected", "b", 1, "RSSI", "n",
		    -41);
	RUN_UNTIL(r, r->seen.device.rssi == -41);
	assert_int_equal(r->seen.device_events, before + 1);
	fake_invalidate(&r->fake, DEV2, "org.bluez.Device1", "RSSI");
	RUN_UNTIL(r, r->seen.device.rssi == 0);
	fake_add(&r->fake, DEV2, "org.bluez.Battery1", 1, "Percentage", "y", 33);
	RUN_UNTIL(r, r->seen.device.battery == 33);
	fake_remove(&r->fake, DEV2, "org.bluez.Battery1");
	RUN_UNTIL(r, r->seen.device.battery == -1);
	assert_int_equal(r->seen.devices, 2);
}

static void a_known_service_list_beats_the_class(void **state)
{
	struct rig *r = *state;

	rig_open(r);
	fake_change(&r->fake, DEV2, "org.bluez.Device1", 1, "UUIDs", "as",
		    "0000111e-0000-1000-8000-00805f9b34fb");
	RUN_UNTIL(r, strcmp(r->seen.device.address, DEV2A) == 0 && !r->seen.device.audio_sink);
	fake_change(&r->fake, DEV2, "org.bluez.Device1", 1, "UUIDs", "as",
		    BLUEZ_UUID_A2DP_SINK);
	RUN_UNTIL(r, r->seen.device.audio_sink);
}

static void an_adapter_takes_its_devices_with_it(void **state)
{
	struct rig *r = *state;

	fake_put(&r->fake, FD1, "org.bluez.MediaTransport1", 1, "State", "s", "active");
	rig_open(r);
	RUN_UNTIL(r, r->seen.transports == 1 && r->seen.adapter.endpoints == 2);
	r->seen.order[0] = '\0';
	fake_remove(&r->fake, HCI0, "org.bluez.Adapter1");
	RUN_UNTIL(r, r->seen.adapters == 0);
	assert_string_equal(r->seen.order, "T- D- D- A- ");
	/* under another number it is the same adapter */
	fake_add(&r->fake, "/org/bluez/hci3", "org.bluez.Adapter1", 2, "Address", "s", HCI0A,
		 "Powered", "b", 1);
	RUN_UNTIL(r, r->seen.adapters == 1 && r->seen.adapter.endpoints == 2);
	assert_string_equal(bluez_get_adapter(r->bluez, HCI0A)->name, "hci3");
}

static void long_names_are_cut_at_a_character(void **state)
{
	struct rig *r = *state;
	char name[200] = "";
	const struct bluez_device *d;

	for (int i = 0; i < 40; i++)
		strcat(name, "\xe2\x99\xab"); /* 120 bytes of notes */
	rig_open(r);
	fake_change(&r->fake, DEV1, "org.bluez.Device1", 1, "Alias", "s", name);
	RUN_UNTIL(r, strlen(r->seen.device.alias) > 20);
	d = bluez_get_device(r->bluez, "", DEV1A);
	assert_int_equal(strlen(d->alias), 63); /* 21 whole ones */
	assert_memory_equal(d->alias, name, 63);
}

static void bluetoothd_may_restart(void **state)
{
	struct rig *r = *state;

	rig_open(r);
	RUN_UNTIL(r, r->fake.endpoints_n == 2);
	for (int i = 0; i < 3; i++) {
		fake_stop(&r->fake);
		RUN_UNTIL(r, r->seen.state == BLUEZ_NO_BLUETOOTHD);
		assert_int_equal(r->seen.adapters + r->seen.devices, 0);
		assert_non_null(strstr(r->seen.state_words, "bluetoothd"));
		assert_int_equal(bluez_get_state(r->bluez), BLUEZ_NO_BLUETOOTHD);
		r->fake.calls_n = 0;
		fake_start(&r->fake, r->event);
		RUN_UNTIL(r, r->seen.state == BLUEZ_READY && r->seen.devices == 2);
		RUN_UNTIL(r, r->fake.endpoints_n == 2);
		RUN_UNTIL(r, fake_count(&r->fake, "/org/bluez RequestDefaultAgent") == 1);
	}
}

static void the_bus_may_die_and_come_back(void **state)
{
	struct rig *r = *state;

	rig_open(r);
	daemon_kill();
	RUN_UNTIL(r, r->seen.state == BLUEZ_NO_BUS);
	assert_int_equal(r->seen.adapters + r->seen.devices, 0);
	assert_non_null(strstr(r->seen.state_words, "D-Bus"));
	fake_stop(&r->fake);
	daemon_start();
	RUN_UNTIL(r, r->seen.state == BLUEZ_NO_BLUETOOTHD);
	r->fake.calls_n = 0;
	fake_start(&r->fake, r->event);
	RUN_UNTIL(r, r->seen.state == BLUEZ_READY && r->fake.endpoints_n == 2);
	assert_int_equal(r->seen.devices, 2);
}

static void it_begins_without_a_bus(void **state)
{
	struct rig *r = *state;
	struct bluez_owner owner;

	fake_stop(&r->fake);
	daemon_kill();
	rig_owner(r, &owner);
	rig_open_with(r, &owner);
	RUN_UNTIL(r, r->seen.states == 1);
	assert_int_equal(r->seen.state, BLUEZ_NO_BUS);
	assert_non_null(strstr(r->seen.state_words, "apt install dbus"));
	daemon_start();
	RUN_UNTIL(r, r->seen.state == BLUEZ_NO_BLUETOOTHD);
	assert_int_equal(r->seen.states, 2); /* each told once, however often it was tried */
	fake_start(&r->fake, r->event);
	RUN_UNTIL(r, r->seen.state == BLUEZ_READY);
}

static void half_open_it_can_be_freed(void **state)
{
	struct rig *r = *state;
	struct bluez_owner owner;

	rig_owner(r, &owner);
	for (int turns = 0; turns < 12; turns++) {
		memset(&r->seen, 0, sizeof(r->seen));
		rig_open_with(r, &owner);
		for (int i = 0; i < turns; i++)
			sd_event_run(r->event, 1000);
		bluez_free(r->bluez);
		r->bluez = NULL;
	}
	owner.caps_len = BLUEZ_CONFIG_MAX + 1;
	assert_int_equal(bluez_new(r->event, &owner, r, &r->bluez), -EINVAL);
	assert_null(r->bluez);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(properties_of_wrong_type_are_left_out),
		TEST(an_object_without_address_waits_for_one),
		TEST(interfaces_may_be_missing),
		TEST(nonsense_instead_of_objects_is_told),
		TEST(an_error_instead_of_objects_is_tried_again),
		TEST(a_bluetoothd_that_hangs_is_told_and_tried_again),
		TEST(malformed_signals_are_survived),
		TEST(the_mirror_shows_what_bluez_has),
		TEST(changes_are_told_once),
		TEST(a_known_service_list_beats_the_class),
		TEST(an_adapter_takes_its_devices_with_it),
		TEST(long_names_are_cut_at_a_character),
		TEST(bluetoothd_may_restart),
		TEST(the_bus_may_die_and_come_back),
		TEST(it_begins_without_a_bus),
		TEST(half_open_it_can_be_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
