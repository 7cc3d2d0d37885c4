/* SPDX-License-Identifier: MIT */
/*
 * Tests of what a person does to Bluetooth devices through the door, with the
 * whole core and a scripted org.bluez: what is under way, why it failed,
 * several at once, cancelled; and adapters that are off or blocked.
 */
#include "tests/bluez/rig.h"

#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/control/rfkill.h"
#include "core/fanfare.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PATIENCE_NS (30 * NS_PER_SEC)

static struct rig *rig;
static struct ff *ff;
static struct ff_snapshot now;
static char folder[64];

static void turn(uint32_t ms)
{
	sd_event_run(rig->event, (uint64_t)ms * 1000);
	ff_snapshot(ff, &now);
}

#define WAIT_FOR(expr)                                                                        \
	do {                                                                                  \
		uint64_t end_ = clock_now() + PATIENCE_NS;                                    \
		while (turn(20), !(expr))                                                     \
			if (clock_now() > end_)                                               \
				fail_msg("never came true: %s (doing \"%s\", \"%s\")", #expr, \
					 device(DEV2A)->doing, device(DEV2A)->failed);        \
	} while (0)

static const struct ff_device *device(const char *address)
{
	static const struct ff_device none;

	for (uint32_t i = 0; i < now.devices_n; i++) {
		if (!strcmp(now.devices[i].address, address))
			return &now.devices[i];
	}
	return &none;
}

static bool logged(const char *part)
{
	for (int i = 0; i < FF_LOG_LINES; i++) {
		if (strstr(now.log[i].text, part))
			return true;
	}
	return false;
}

static void act(enum ff_verb verb, const char *address, bool flag, const char *text)
{
	struct ff_command c = { .verb = verb, .flag = flag };

	snprintf(c.address, sizeof(c.address), "%s", address);
	snprintf(c.text, sizeof(c.text), "%s", text);
	assert_int_equal(ff_submit(ff, &c), 0);
}

static void does_set(struct fake *f, sd_bus_message *call)
{
	const char *interface, *name;
	const char *path = strcmp(sd_bus_message_get_path(call), DEV1) == 0 ? DEV1 : DEV2;
	int yes = 0;

	sd_bus_message_read(call, "ss", &interface, &name);
	if (!strcmp(name, "Trusted")) {
		sd_bus_message_read(call, "v", "b", &yes);
		fake_change(f, path, "org.bluez.Device1", 1, "Trusted", "b", yes);
	} else if (!strcmp(name, "Alias")) {
		const char *alias = "";

		sd_bus_message_read(call, "v", "s", &alias);
		fake_change(f, path, "org.bluez.Device1", 2, "Name", "s", "KT-200", "Alias",
			    "s", *alias ? alias : "KT-200");
	}
	sd_bus_reply_method_return(call, "");
}

static int setup(void **state)
{
	char path[128], why[FF_TEXT_MAX * 4];
	const struct ff_options options = { .profile = path };
	FILE *f;

	if (rig_setup(state) != 0)
		return -1;
	rig = *state;
	snprintf(folder, sizeof(folder), "/tmp/fanfare-devices-XXXXXX");
	assert_non_null(mkdtemp(folder));
	setenv("XDG_STATE_HOME", folder, 1);
	setenv("XDG_CONFIG_HOME", folder, 1);
	snprintf(path, sizeof(path), "%s/p.conf", folder);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f,
		"version = 1; zones = ( { name = \"Z\"; sources = ( { type = \"tone\"; } );"
		" speakers = ( { name = \"Patio\"; output = \"bluetooth\"; address = \"%s\"; }"
		" ); } );",
		DEV1A);
	fclose(f);
	/* the speaker of the profile is nowhere near: pairing it waits for ever */
	fake_rule(&rig->fake, "ConnectProfile", FAKE_SILENT, -1, "", "");
	fake_custom(&rig->fake, "Set", -1, does_set);
	fake_put(&rig->fake, DEV2, "org.bluez.Device1", 6, "Address", "s", DEV2A, "Alias", "s",
		 "Kitchen", "Icon", "s", "audio-headset", "Paired", "b", 0, "Connected", "b", 0,
		 "Class", "u", 0x240414);
	if (ff_open(&options, &ff, why) < 0)
		fail_msg("%s", why);
	WAIT_FOR(device(DEV2A)->address[0]);
	return 0;
}

static int teardown(void **state)
{
	char command[128];

	ff_close(ff);
	ff = NULL;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	if (system(command) != 0)
		return -1;
	return rig_teardown(state);
}

static void a_device_tells_its_type_and_what_its_speaker_does(void **state)
{
	(void)state;
	assert_string_equal(device(DEV2A)->type, "audio-headset");
	assert_string_equal(device(DEV2A)->doing, "");
	WAIT_FOR(!strcmp(device(DEV1A)->doing, "connecting"));
	assert_int_equal(device(DEV1A)->speaker, now.speakers[0].id);
}

static void pairing_is_shown_while_it_lasts_and_its_failure_until_the_next(void **state)
{
	(void)state;
	fake_rule(&rig->fake, "Pair", FAKE_SILENT, 1, "", "");
	act(FF_PAIR, DEV2A, false, "");
	WAIT_FOR(!strcmp(device(DEV2A)->doing, "pairing") && device(DEV2A)->busy &&
		 fake_count(&rig->fake, DEV2 " Pair") == 1);
	act(FF_CANCEL, DEV2A, false, "");
	WAIT_FOR(!*device(DEV2A)->doing);
	assert_string_equal(device(DEV2A)->failed, ""); /* a person's wish is no failure */

	fake_rule(&rig->fake, "Pair", FAKE_ERROR, 1, "org.bluez.Error.AuthenticationRejected",
		  "Authentication Rejected");
	act(FF_PAIR, DEV2A, false, "");
	WAIT_FOR(*device(DEV2A)->failed);
	assert_string_equal(device(DEV2A)->doing, "");
	assert_true(logged(device(DEV2A)->failed));

	fake_rule(&rig->fake, "Pair", FAKE_SILENT, 1, "", "");
	act(FF_PAIR, DEV2A, false, "");
	WAIT_FOR(!strcmp(device(DEV2A)->doing, "pairing") && !*device(DEV2A)->failed);
}

static void any_device_can_be_disconnected(void **state)
{
	(void)state;
	fake_change(&rig->fake, DEV2, "org.bluez.Device1", 1, "Connected", "b", 1);
	WAIT_FOR(device(DEV2A)->connected);
	act(FF_DISCONNECT_DEVICE, DEV2A, true, "");
	WAIT_FOR(fake_count(&rig->fake, DEV2 " Disconnect") == 1);
	fake_change(&rig->fake, DEV2, "org.bluez.Device1", 1, "Connected", "b", 0);
	WAIT_FOR(!device(DEV2A)->connected && !*device(DEV2A)->doing);

	/* one of the profile is left alone, too, or it would be connected again at once */
	WAIT_FOR(!strcmp(device(DEV1A)->doing, "connecting"));
	act(FF_DISCONNECT_DEVICE, DEV1A, true, "");
	WAIT_FOR(now.speakers[0].state == FF_OFF);
}

static void a_name_that_would_command_the_terminal_is_cleaned(void **state)
{
	(void)state;
	fake_change(&rig->fake, DEV2, "org.bluez.Device1", 2, "Name", "s", "x", "Alias", "s",
		    "K\033[2Jü\ttab\nline\302\205\177.");
	WAIT_FOR(strcmp(device(DEV2A)->name, "Kitchen") != 0 && *device(DEV2A)->name);
	assert_string_equal(device(DEV2A)->name, "K?[2Jü?tab?line??.");
}

static void trust_and_name_are_changed_and_changed_back(void **state)
{
	(void)state;
	act(FF_TRUST, DEV2A, true, "");
	WAIT_FOR(device(DEV2A)->trusted && !*device(DEV2A)->doing);
	act(FF_TRUST, DEV2A, false, "");
	WAIT_FOR(!device(DEV2A)->trusted);
	act(FF_RENAME_DEVICE, DEV2A, false, "Over the sink");
	WAIT_FOR(!strcmp(device(DEV2A)->name, "Over the sink"));
	act(FF_RENAME_DEVICE, DEV2A, false, "");
	WAIT_FOR(!strcmp(device(DEV2A)->name, "KT-200") && !*device(DEV2A)->doing);
}

static void a_speaker_that_is_being_connected_is_cancelled_for_good(void **state)
{
	size_t calls;

	(void)state;
	WAIT_FOR(now.speakers[0].state == FF_CONNECTING);
	act(FF_CANCEL, DEV1A, false, "");
	WAIT_FOR(now.speakers[0].state == FF_OFF);
	calls = fake_count(&rig->fake, DEV1 " ConnectProfile");
	rig_idle(rig, 1500); /* a retry would come after a second */
	assert_int_equal(fake_count(&rig->fake, DEV1 " ConnectProfile"), calls);
}

static void what_cannot_be_done_to_a_device_is_said(void **state)
{
	(void)state;
	act(FF_CANCEL, DEV2A, false, "");
	WAIT_FOR(logged("nothing is under way"));
	act(FF_TRUST, "", true, "");
	WAIT_FOR(logged("an address is needed"));
	act(FF_PAIR_REPLY, "", true, "");
	WAIT_FOR(logged("nobody asks number 0"));
}

static void an_adapter_that_is_off_is_named_where_it_is_missed(void **state)
{
	(void)state;
	fake_change(&rig->fake, HCI0, "org.bluez.Adapter1", 1, "Powered", "b", 0);
	WAIT_FOR(now.speakers[0].state == FF_WAITING &&
		 strstr(now.speakers[0].reason, "hci0 is switched off"));
	assert_false(now.adapters[0].powered);
	fake_change(&rig->fake, HCI0, "org.bluez.Adapter1", 1, "Powered", "b", 1);
	WAIT_FOR(now.speakers[0].state != FF_WAITING);
}

/* The kernel's switch as sysfs shows it: this machine's own cannot be set by a test. */
static void rfkill_is_read_where_the_kernel_writes_it(void **state)
{
	char root[] = "/tmp/fanfare-sys-XXXXXX", path[128], command[512];
	static const struct {
		const char *soft, *hard;
		bool blocked;
	} cases[] = { { "0", "0", false }, { "1", "0", true }, { "0", "1", true } };

	(void)state;
	assert_non_null(mkdtemp(root));
	assert_false(rfkill_blocks(root, "hci0"));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(command, sizeof(command),
			 "mkdir -p %s/class/bluetooth/hci0/rfkill3 && "
			 "echo %s >%s/class/bluetooth/hci0/rfkill3/soft && "
			 "echo %s >%s/class/bluetooth/hci0/rfkill3/hard",
			 root, cases[i].soft, root, cases[i].hard, root);
		assert_int_equal(system(command), 0);
		assert_int_equal(rfkill_blocks(root, "hci0"), cases[i].blocked);
		assert_false(rfkill_blocks(root, "hci1"));
	}
	snprintf(path, sizeof(path), "rm -rf %s", root);
	assert_int_equal(system(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
		TEST(a_device_tells_its_type_and_what_its_speaker_does),
		TEST(pairing_is_shown_while_it_lasts_and_its_failure_until_the_next),
		TEST(any_device_can_be_disconnected),
		TEST(a_name_that_would_command_the_terminal_is_cleaned),
		TEST(trust_and_name_are_changed_and_changed_back),
		TEST(a_speaker_that_is_being_connected_is_cancelled_for_good),
		TEST(what_cannot_be_done_to_a_device_is_said),
		TEST(an_adapter_that_is_off_is_named_where_it_is_missed),
		cmocka_unit_test(rfkill_is_read_where_the_kernel_writes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
