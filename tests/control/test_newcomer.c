/* SPDX-License-Identifier: MIT */
/*
 * A newcomer's way: from nothing to three speakers that play, a source, and a
 * profile on disk, reading nothing but the screen. The real core and the real
 * console's model; only bluetoothd and its speakers are played.
 */
#include "tests/bluez/rig.h"

#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/fanfare.h"
#include "tui/keys.h"
#include "tui/ui.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define PATIENCE_NS (30 * NS_PER_SEC)
#define KEYS_MOST   20

static const uint8_t joint_53[4] = { 0x21, 0x15, 2, 53 };

static const struct {
	const char *path, *transport, *address, *name;
} speakers[] = {
	{ DEV1, DEV1 "/fd0", DEV1A, "Patio" },
	{ DEV2, DEV2 "/fd0", DEV2A, "Kitchen" },
	{ HCI0 "/dev_00_AA_01_01_00_33", HCI0 "/dev_00_AA_01_01_00_33/fd0", "00:AA:01:01:00:33",
	  "Den" },
};

static struct rig *rig;
static struct ff *ff;
static struct ui ui;
static struct cells cells;
static char folder[64], screen[24 * (80 * 4 + 1) + 1];
static struct fake_answer configured[3];
static int far[3];
static int keys; /* pressed so far; typed names do not count */

/* ---- bluetoothd, and speakers that agree to everything ------------------------------------
 */

static size_t speaker_of(sd_bus_message *call)
{
	const char *path = sd_bus_message_get_path(call);
	size_t i = 0;

	while (i < 2 && strncmp(path, speakers[i].path, strlen(speakers[i].path)) != 0)
		i++;
	return i;
}

static void does_discover(struct fake *f, sd_bus_message *call)
{
	for (size_t i = 0; i < ARRAY_SIZE(speakers); i++)
		fake_add(f, speakers[i].path, "org.bluez.Device1", 8, "Address", "s",
			 speakers[i].address, "Name", "s", speakers[i].name, "Alias", "s",
			 speakers[i].name, "Paired", "b", 0, "Connected", "b", 0, "UUIDs", "as",
			 "0000110b-0000-1000-8000-00805f9b34fb", "Class", "u", 0x240414, "RSSI",
			 "n", -50 - 5 * (int)i);
	sd_bus_reply_method_return(call, "");
}

static void does_pair(struct fake *f, sd_bus_message *call)
{
	fake_change(f, speakers[speaker_of(call)].path, "org.bluez.Device1", 1, "Paired", "b",
		    1);
	sd_bus_reply_method_return(call, "");
}

static void does_set(struct fake *f, sd_bus_message *call)
{
	const char *interface, *name;

	sd_bus_message_read(call, "ss", &interface, &name);
	if (strcmp(name, "Trusted") == 0)
		fake_change(f, speakers[speaker_of(call)].path, "org.bluez.Device1", 1,
			    "Trusted", "b", 1);
	sd_bus_reply_method_return(call, "");
}

static void does_connect(struct fake *f, sd_bus_message *call)
{
	size_t i = speaker_of(call);

	fake_change(f, speakers[i].path, "org.bluez.Device1", 1, "Connected", "b", 1);
	fake_configure(f, i, speakers[i].transport, joint_53, sizeof(joint_53), &configured[i]);
	fake_add(f, speakers[i].transport, "org.bluez.MediaTransport1", 5, "Device", "o",
		 speakers[i].path, "UUID", "s", BLUEZ_UUID_A2DP_SOURCE, "Codec", "y", 0,
		 "State", "s", "idle", "Delay", "q", 1800);
	sd_bus_reply_method_return(call, "");
}

static void does_acquire(struct fake *f, sd_bus_message *call)
{
	size_t i = speaker_of(call);
	int pair[2];

	(void)f;
	assert_return_code(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	sd_bus_reply_method_return(call, "hqq", pair[0], 895, 672);
	close(pair[0]);
	closep(&far[i]);
	far[i] = pair[1];
}

/* ---- a person in front of it --------------------------------------------------------------
 */

static void hear(void)
{
	uint8_t packet[2048];

	for (size_t i = 0; i < ARRAY_SIZE(far); i++)
		while (far[i] >= 0 && recv(far[i], packet, sizeof(packet), MSG_DONTWAIT) > 0)
			;
}

/* One look: the loop turns, the console is drawn. */
static const char *look(void)
{
	size_t n = 0;

	sd_event_run(rig->event, 20000);
	hear();
	ff_snapshot(ff, &ui.snap);
	ui_update(&ui, clock_now() / NS_PER_MS);
	ui_draw(&ui, &cells);
	for (int i = 0; i < cells.rows * cells.cols; i++) {
		uint32_t ch = (uint32_t)cells.cell[i].ch[0];

		screen[n++] = ch && ch < 127 ? (char)ch : ' ';
		if (i % cells.cols == cells.cols - 1)
			screen[n++] = '\n';
	}
	screen[n] = '\0';
	return screen;
}

static void shows(const char *text)
{
	uint64_t end = clock_now() + PATIENCE_NS;

	while (!strstr(look(), text))
		if (clock_now() > end)
			fail_msg("the screen never said \"%s\":\n%s", text, screen);
}

/* The screen says what comes next, and that is done. */
static void told(const char *text, uint32_t key)
{
	shows(text);
	ui_key(&ui, key, clock_now() / NS_PER_MS);
	keys++;
}

static void types(const char *name)
{
	for (; *name; name++)
		ui_key(&ui, (uint32_t)*name, clock_now() / NS_PER_MS);
}

static int submit(void *arg, const struct ff_command *command)
{
	(void)arg;
	return ff_submit(ff, command);
}

static int setup(void **state)
{
	if (rig_setup(state) != 0)
		return -1;
	rig = *state;
	snprintf(folder, sizeof(folder), "/tmp/fanfare-newcomer-XXXXXX");
	assert_non_null(mkdtemp(folder));
	setenv("XDG_STATE_HOME", folder, 1);
	setenv("XDG_CONFIG_HOME", folder, 1);
	unsetenv("STATE_DIRECTORY");
	for (size_t i = 0; i < ARRAY_SIZE(far); i++)
		far[i] = -EBADF;
	fake_remove(&rig->fake, DEV1, "org.bluez.Device1"); /* an air that nobody has scanned */
	fake_remove(&rig->fake, DEV2, "org.bluez.Device1");
	fake_custom(&rig->fake, "StartDiscovery", 1, does_discover);
	fake_custom(&rig->fake, "Pair", -1, does_pair);
	fake_custom(&rig->fake, "Set", -1, does_set);
	fake_custom(&rig->fake, "ConnectProfile", -1, does_connect);
	fake_custom(&rig->fake, "Acquire", -1, does_acquire);
	return cells_init(&cells, 24, 80, GLYPHS_ASCII);
}

static int teardown(void **state)
{
	char command[128];

	ff_close(ff);
	ff = NULL;
	cells_done(&cells);
	for (size_t i = 0; i < ARRAY_SIZE(far); i++)
		closep(&far[i]);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	if (system(command) != 0)
		return -1;
	return rig_teardown(state);
}

static bool all_play(void)
{
	uint32_t n = 0;

	look();
	for (uint32_t i = 0; i < ui.snap.speakers_n; i++)
		n += ui.snap.speakers[i].state == FF_PLAYING;
	return n == 3 && ui.snap.speakers_n == 3;
}

static void from_nothing_to_a_saved_party(void **state)
{
	const struct ff_options options = { .profile = NULL };
	char why[FF_TEXT_MAX * 4] = "", path[128], *text = NULL;
	struct ff_profile found[FF_PROFILES];
	uint64_t end = clock_now() + PATIENCE_NS;
	bool saved = false;

	(void)state;
	assert_int_equal(ff_open(&options, &ff, why), 0);
	ui_init(&ui, submit, NULL);

	told("then press s", 's'); /* the devices came to the front by themselves */
	told("Enter makes the selected one a speaker", KEYS_ENTER);
	shows("Patio is a speaker now");
	told("jk select", KEYS_DOWN);
	told("Enter connect", KEYS_ENTER);
	shows("Kitchen is a speaker now");
	told("jk select", KEYS_DOWN);
	told("Enter connect", KEYS_ENTER);
	shows("Den is a speaker now");
	while (!all_play())
		if (clock_now() > end)
			fail_msg("they never played:\n%s", screen);

	told("F5", KEYS_F1 + 4);
	told("s chooses", 's');
	shows("the desktop's input");
	types("fifo"); /* what this computer has differs: one that all have, by its name */
	keys += 4;
	told("a FIFO", KEYS_ENTER);
	shows("Path of the FIFO");
	types("/tmp/fanfare-newcomer-music");
	told("FIFO:", KEYS_ENTER);
	told("w saves it", 'w');
	shows("Save as");
	types("Party");
	told("Party", KEYS_ENTER);
	shows("profile Party");
	while (!saved && clock_now() < end) {
		uint32_t n = ff_list_profiles(found, FF_PROFILES);

		look();
		for (uint32_t i = 0; i < n; i++)
			saved |= strcmp(found[i].name, "Party") == 0;
	}
	assert_true(saved);
	while (ui.snap.modified)
		look();
	assert_null(strstr(look(), "w saves it")); /* nothing is left to be done */
	printf("from nothing to a saved party: %d keys and what was typed\n", keys);
	assert_in_range(keys, 1, KEYS_MOST);

	snprintf(path, sizeof(path), "%s/fanfare/profiles/Party.conf", folder);
	assert_int_equal(ff_check_profile(path, &text), 0);
	free(text);
	assert_string_equal(ui.snap.profile, "Party");
	assert_int_equal(ui.snap.sources_n, 1);
	assert_string_equal(ui.snap.sources[0].type, "fifo");
	assert_true(all_play());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(from_nothing_to_a_saved_party, setup, teardown),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
