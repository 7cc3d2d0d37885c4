/* SPDX-License-Identifier: MIT */
/* The devices pane and the window of a pairing: rows, words, each key, at the model and a pty.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/tui/console.h"
#include "tests/tui/golden.h"
#include "tests/tui/scene.h"
#include "tui/keymap.h"
#include "tui/keys.h"
#include "tui/pane.h"

static struct ff_snapshot snap;
static struct scene_sent sent;

/* ---- the model ------------------------------------------------------------------------------
 */

static struct ui *in_front(void)
{
	struct ui *ui = scene_ui(&snap, &sent);

	ui_key(ui, KEYS_F1 + 2, 10001);
	return ui;
}

/* Kitchen is connected, Patio known, SoundBar busy, a belt and a nameless one are new. */
static struct ui *devices(void)
{
	scene_devices(&snap);
	return in_front();
}

/* The core's answer: its snapshot, a little later. */
static void answer(struct ui *ui)
{
	scene_answer(ui, &snap, ui->now_ms + 100);
}

static const struct ff_command *last(void)
{
	assert_true(sent.n > 0);
	return scene_last(&sent);
}

static const struct ff_device *selected(const struct ui *ui)
{
	const struct ff_device *d = devices_selected(ui);

	assert_non_null(d);
	return d;
}

static void assert_order(const struct ui *ui, const char *names)
{
	char is[FF_DEVICES * 20] = "";

	for (uint32_t i = 0; i < ui->devices.order_n; i++) {
		size_t used = strlen(is);

		snprintf(is + used, sizeof(is) - used, "%s%s", i ? ", " : "",
			 devices_name(devices_find(ui, ui->devices.order[i])));
	}
	assert_string_equal(is, names);
}

static void assert_trouble(const struct ui *ui, const char *words)
{
	char text[FF_TEXT_MAX * 2];

	devices_trouble(ui, text, sizeof(text));
	if (!strstr(text, words) || (!*words && *text))
		fail_msg("\"%s\" does not say \"%s\"", text, words);
}

static void assert_state(const struct ui *ui, int i, const char *words)
{
	char text[FF_TEXT_MAX * 2];

	devices_state(ui, &ui->snap.devices[i], text, sizeof(text));
	assert_string_equal(text, words);
}

static void what_is_missing_is_said_with_the_command_that_mends_it(void **state)
{
	struct ui *ui = devices();

	(void)state;
	assert_trouble(ui, "");
	ui->snap.adapters[0].powered = false;
	assert_trouble(ui, "Mend: bluetoothctl power on");
	ui->snap.adapters[0].blocked = true;
	assert_trouble(ui, "Mend: sudo rfkill unblock bluetooth");
	ui->snap.adapters_n = 0;
	assert_trouble(ui, "No Bluetooth adapter is here");
	ui->snap.bluetoothd = false;
	assert_trouble(ui, "systemctl start bluetooth");
	snprintf(ui->snap.no_bluetooth, FF_TEXT_MAX,
		 "D-Bus does not let this user: sudo adduser $USER bluetooth");
	assert_trouble(ui, "sudo adduser $USER bluetooth");
	ui->snap.bus = false;
	assert_trouble(ui, "sudo systemctl start dbus");
	ui->no_bluetooth = true;
	assert_trouble(ui, "--no-bluetooth");
	free(ui);
}

static void nothing_looks_where_nothing_can(void **state)
{
	struct ui *ui = devices();

	(void)state;
	snap.adapters[0].scanning = snap.adapters[0].powered = false;
	answer(ui);
	scene_type(ui, "s");
	assert_int_equal(sent.n, 0);
	assert_non_null(strstr(ui->toast, "no Bluetooth adapter"));
	free(ui);
}

static void the_state_says_what_is_done_what_failed_and_what_plays(void **state)
{
	struct ui *ui = devices();

	(void)state;
	assert_state(ui, 0, "playing, in the profile");
	assert_state(ui, 1, "not connected");
	assert_state(ui, 3, "not paired, no speaker");
	snprintf(ui->snap.devices[2].doing, sizeof(ui->snap.devices[2].doing), "pairing");
	assert_state(ui, 2, "pairing (^X stops)");
	ui->snap.devices[2].doing[0] = '\0';
	ui->snap.devices[2].busy = false;
	snprintf(ui->snap.devices[2].failed, FF_TEXT_MAX,
		 "SoundBar 500 (00:11:22:33:44:02) refuses to pair");
	assert_state(ui, 2, "refuses to pair");
	snprintf(ui->snap.devices[4].failed, FF_TEXT_MAX, "00:11:22:33:44:04 refuses to pair");
	assert_state(ui, 4, "refuses to pair");
	snprintf(ui->snap.devices[1].failed, FF_TEXT_MAX, "D-Bus went away");
	assert_state(ui, 1, "D-Bus went away");
	ui->snap.devices[1].failed[0] = '\0';
	ui->snap.devices[1].trusted = false;
	assert_state(ui, 1, "not connected, not trusted");
	ui->snap.speakers[0].state = FF_OFF;
	assert_state(ui, 0, "off (Enter connects), in the profile");
	free(ui);
}

static void a_type_is_named_for_people(void **state)
{
	struct ff_device d = { .audio_sink = true };

	(void)state;
	assert_string_equal(devices_type(&d), "speaker");
	snprintf(d.type, sizeof(d.type), "audio-headset");
	assert_string_equal(devices_type(&d), "headset");
	snprintf(d.type, sizeof(d.type), "smart-toaster"); /* a name from a later BlueZ */
	assert_string_equal(devices_type(&d), "smart-toaster");
	d = (struct ff_device){ 0 };
	assert_string_equal(devices_type(&d), "");
}

static void groups_stay_while_the_cursor_is_there_and_are_sorted_by_a_scan(void **state)
{
	struct ui *ui = devices();

	(void)state;
	snap.adapters[0].scanning = false;
	snap.adapters[0].streams = 0;
	assert_order(ui, "Kitchen, Patio, SoundBar 500, Heart rate belt");
	scene_type(ui, "jj");
	snap.devices[1].connected = true; /* Patio comes */
	snap.devices[2].paired = true;
	snap.devices[5] = (struct ff_device){ .paired = true, .rssi = -40 };
	snprintf(snap.devices[5].name, FF_NAME_MAX, "Attic");
	snprintf(snap.devices[5].address, FF_ADDR_MAX, "00:11:22:33:44:05");
	snap.devices_n = 6;
	answer(ui);
	assert_order(ui, "Kitchen, Patio, Attic, SoundBar 500, Heart rate belt");
	assert_string_equal(selected(ui)->name, "SoundBar 500");
	assert_int_equal(ui->devices.group[1], DEVICES_KNOWN);
	scene_type(ui, "s"); /* a person's own wish */
	assert_order(ui, "Kitchen, Patio, Attic, SoundBar 500, Heart rate belt");
	assert_int_equal(ui->devices.group[1], DEVICES_CONNECTED);
	assert_int_equal(ui->devices.group[3], DEVICES_KNOWN);
	assert_string_equal(selected(ui)->name, "SoundBar 500");
	free(ui);
}

static void a_filter_leaves_what_it_names(void **state)
{
	struct ui *ui = devices();

	(void)state;
	scene_type(ui, "/bar\n");
	assert_order(ui, "SoundBar 500");
	assert_string_equal(selected(ui)->name, "SoundBar 500");
	ui_key(ui, KEYS_ESC, 10100); /* what is said, then what is filtered */
	ui_key(ui, KEYS_ESC, 10200);
	answer(ui);
	assert_order(ui, "Kitchen, Patio, SoundBar 500, Heart rate belt");
	assert_string_equal(selected(ui)->name, "SoundBar 500");
	free(ui);
}

static void one_adapter_is_chosen_and_all_again_when_it_is_pulled(void **state)
{
	struct ui *ui = devices();

	(void)state;
	snap.adapters_n = 2;
	snap.adapters[1] = (struct ff_adapter){ .name = "hci1", .powered = true };
	snprintf(snap.adapters[1].address, FF_ADDR_MAX, "AA:BB:CC:00:11:33");
	snprintf(snap.devices[1].adapter, FF_ADDR_MAX, "AA:BB:CC:00:11:33");
	answer(ui);
	scene_type(ui, "a");
	assert_true(ui->picker.open);
	scene_type(ui, "hci1\n");
	assert_order(ui, "Patio");
	sent.n = 0;
	snap.adapters[0].scanning = false;
	answer(ui);
	scene_type(ui, "s"); /* that one carries no music: no question */
	assert_int_equal(last()->verb, FF_SCAN);
	assert_string_equal(last()->adapter, "AA:BB:CC:00:11:33");
	scene_type(ui, "p");
	assert_int_equal(last()->verb, FF_PAIR);
	assert_string_equal(last()->adapter, "AA:BB:CC:00:11:33");
	snap.adapters_n = 1;
	answer(ui);
	assert_int_equal(ui->devices.order_n, 4);
	keymap_typed(PANE_DEVICES, "adapter")->take(ui, "hci9");
	assert_non_null(strstr(ui->toast, "no adapter that is here"));
	keymap_typed(PANE_DEVICES, "adapter")->take(ui, "HCI0");
	assert_string_equal(ui->devices.adapter, "AA:BB:CC:00:11:22");
	free(ui);
}

static void into_the_profile_and_out_again(void **state)
{
	struct ui *ui = devices();
	uint32_t ticket;

	(void)state;
	scene_type(ui, "j+");
	assert_int_equal(last()->verb, FF_ADD_SPEAKER);
	assert_string_equal(last()->text, "Patio");
	assert_string_equal(last()->adapter, ""); /* the core chooses */
	ticket = last()->other;
	assert_true(ticket != 0);
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_REMOVE_SPEAKER);
	assert_int_equal(last()->other, ticket);
	scene_type(ui, "Z");
	assert_int_equal(last()->verb, FF_RESTORE);
	assert_int_equal(last()->other, ticket);
	sent.n = 0;
	scene_type(ui, "k+"); /* Kitchen is in it */
	assert_int_equal(sent.n, 0);
	free(ui);
}

static void several_are_worked_on_and_each_is_cancelled_by_itself(void **state)
{
	struct ui *ui = devices();

	(void)state;
	scene_type(ui, "jp"); /* Patio, while the SoundBar is busy */
	snprintf(snap.devices[1].doing, sizeof(snap.devices[1].doing), "connecting");
	snprintf(snap.devices[2].doing, sizeof(snap.devices[2].doing), "pairing");
	answer(ui);
	assert_state(ui, 1, "connecting (^X stops)");
	assert_state(ui, 2, "pairing (^X stops)");
	scene_type(ui, "j\x18");
	assert_int_equal(last()->verb, FF_CANCEL);
	assert_string_equal(last()->address, snap.devices[2].address);
	snap.devices[2].doing[0] = '\0';
	snap.devices[2].busy = false;
	answer(ui);
	sent.n = 0;
	scene_type(ui, "\x18");
	assert_int_equal(sent.n, 0);
	assert_non_null(strstr(ui->toast, "nothing is under way"));
	snap.speakers[0].state = FF_RETRYING; /* would try for ever: it is left alone */
	answer(ui);
	scene_type(ui, "kk\x18");
	assert_int_equal(last()->verb, FF_DISCONNECT);
	assert_int_equal(last()->id, 1);
	free(ui);
}

static void names_and_trust_can_be_taken_back(void **state)
{
	struct ui *ui = devices();

	(void)state;
	scene_type(ui, "je");
	for (int i = 0; i < 5; i++)
		ui_key(ui, KEYS_BACKSPACE, 10100);
	scene_type(ui, "Terrace\n");
	assert_string_equal(last()->text, "Terrace");
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_RENAME_DEVICE);
	assert_string_equal(last()->text, "Patio");
	scene_type(ui, "t");
	assert_false(last()->flag);
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_TRUST);
	assert_true(last()->flag);
	free(ui);
}

/* ---- pictures -------------------------------------------------------------------------------
 */

static void all_about_one_stands_under_the_list(void **state)
{
	struct ui *ui = devices();

	(void)state;
	snprintf(snap.devices[1].failed, FF_TEXT_MAX,
		 "Patio (00:11:22:33:44:01) does not answer: is it switched on and in range?");
	answer(ui);
	scene_type(ui, "ji");
	golden_picture(ui, "devices-info-80x24-utf8", 24, 80, GLYPHS_FULL);
	ui->full = true; /* others have their own pictures of the other panes */
	golden_picture(ui, "devices-info-140x40-utf8", 40, 140, GLYPHS_FULL);
	golden_picture(ui, "devices-info-40x10-ascii", 10, 40, GLYPHS_ASCII);
	golden_picture(ui, "devices-info-20x5-ascii", 5, 20, GLYPHS_ASCII);
	scene_type(ui, "i");
	assert_false(ui->devices.details);
	free(ui);
}

/* ---- at a pty -------------------------------------------------------------------------------
 */

static struct fake_door *door_with_devices(void)
{
	struct fake_door *f = console_door();

	scene_devices(&f->snap);
	f->snap.adapters[0].scanning = false;
	f->snap.adapters[0].streams = 0;
	f->snap.devices[2].busy = false;
	return f;
}

static const struct ff_command *asked_for(const struct fake_door *f)
{
	return &f->command[f->commands - 1];
}

/* Send keys and wait for words; what was asked of the core last is the verb. */
static void key(struct terminal *t, const struct fake_door *f, const char *keys,
		const char *words, int verb)
{
	terminal_send(t, keys);
	if (!terminal_shows(t, words, SOON))
		fail_msg("after \"%s\"", keys);
	if (verb >= 0)
		assert_int_equal(asked_for(f)->verb, verb);
}

static void each_key_of_the_pane(void **state)
{
	struct fake_door *f = door_with_devices();
	struct terminal *t = console_new(24, 80, &console_local);

	(void)state;
	assert_true(terminal_shows(t, "F3 Devices", SOON));
	key(t, f, "\033OR", ">● Kitchen", -1);
	key(t, f, "x", "Kitchen: disconnecting", FF_DISCONNECT_DEVICE);
	key(t, f, "\033[B", ">○ Patio", -1);
	key(t, f, "x", "Patio is not connected", -1);
	key(t, f, "k", ">● Kitchen", -1);
	key(t, f, "\033[6~", ">○ Heart rate belt", -1); /* PgDn */
	key(t, f, "\033[5~", ">● Kitchen", -1);
	key(t, f, "\033[4~", ">○ Heart rate belt", -1); /* End */
	key(t, f, "\033[1~j", ">○ Patio", -1);		/* Home, down */
	key(t, f, "s", "looking, 30 s left", FF_SCAN);
	key(t, f, "s", "hci0 ready", FF_SCAN);
	key(t, f, "jp", "pairing (^X stops)", FF_PAIR);
	key(t, f, "\030", "SoundBar 500: cancelled", FF_CANCEL);
	key(t, f, "+", "SoundBar 500 is a speaker now", FF_ADD_SPEAKER);
	assert_true(terminal_shows(t, "connecting (^X stops), in the", SOON));
	key(t, f, "z", "undone: SoundBar 500", FF_REMOVE_SPEAKER);
	key(t, f, "i", "00:11:22:33:44:02  speaker  plays sound", -1);
	terminal_send(t, "i");
	assert_true(terminal_loses(t, "00:11:22:33:44:02  speaker", SOON));
	key(t, f, "k", ">○ Patio", -1);
	key(t, f, "e", "Name (empty = its own): Patio", -1);
	key(t, f, " West\r", "Patio is called Patio West now", FF_RENAME_DEVICE);
	assert_true(terminal_shows(t, ">○ Patio West", SOON)); /* the core says so too */
	key(t, f, "t", "not trusted any more", FF_TRUST);
	key(t, f, "a", "all adapters", -1);
	terminal_send(t, "\033"); /* on its own: with more behind it, it would be another key */
	assert_true(terminal_loses(t, "all adapters", SOON));
	key(t, f, "v", "00:11:22:33:44:04", -1); /* the nameless one */
	key(t, f, "d", "Forget Patio West and its pairing? y/N", -1);
	key(t, f, "n", ">○ Patio West", -1);
	assert_int_equal(asked_for(f)->verb, FF_TRUST);
	terminal_send(t, "dy");
	assert_true(terminal_loses(t, "Patio West ", SOON));
	assert_int_equal(asked_for(f)->verb, FF_FORGET);
	key(t, f, "\033[1~\r", "Kitchen: disconnecting", FF_DISCONNECT);
	console_end(f, t);
}

static void a_phone_is_let_in_where_it_would_be_heard(void **state)
{
	struct fake_door *f = door_with_devices();
	struct terminal *t;

	(void)state;
	t = console_new(24, 80, &console_local);
	assert_true(terminal_shows(t, "F3 Devices", SOON));
	key(t, f, "\033OR", ">● Kitchen", -1);
	key(t, f, "l", "nobody would hear it", -1);
	assert_int_equal(f->commands, 0);
	console_end(f, t);

	f = door_with_devices();
	f->snap.adapters[0].hears = true;
	t = console_new(24, 80, &console_local);
	assert_true(terminal_shows(t, "F3 Devices", SOON));
	key(t, f, "\033OR", ">● Kitchen", -1);
	key(t, f, "l", "hci0 lets a phone in, 118 s left", FF_ADMIT);
	assert_true(asked_for(f)->flag);
	key(t, f, "l", "hci0 ready", FF_ADMIT);
	assert_false(asked_for(f)->flag);
	console_end(f, t);
}

static void a_word_comes_before_a_scan_that_would_be_heard(void **state)
{
	struct fake_door *f = door_with_devices();
	struct terminal *t;

	(void)state;
	f->snap.adapters[0].streams = 1;
	t = console_new(24, 80, &console_local);
	assert_true(terminal_shows(t, "F3 Devices", SOON));
	key(t, f, "\033OR", ">● Kitchen", -1);
	key(t, f, "s", "Looking disturbs what plays over Bluetooth. Look? y/N", -1);
	assert_int_equal(f->commands, 0);
	key(t, f, "y", "looking, 30 s left", FF_SCAN);
	console_end(f, t);
}

#define T(test) cmocka_unit_test_teardown(test, console_sweep)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_missing_is_said_with_the_command_that_mends_it),
		cmocka_unit_test(nothing_looks_where_nothing_can),
		cmocka_unit_test(the_state_says_what_is_done_what_failed_and_what_plays),
		cmocka_unit_test(a_type_is_named_for_people),
		cmocka_unit_test(
			groups_stay_while_the_cursor_is_there_and_are_sorted_by_a_scan),
		cmocka_unit_test(a_filter_leaves_what_it_names),
		cmocka_unit_test(one_adapter_is_chosen_and_all_again_when_it_is_pulled),
		cmocka_unit_test(into_the_profile_and_out_again),
		cmocka_unit_test(several_are_worked_on_and_each_is_cancelled_by_itself),
		cmocka_unit_test(names_and_trust_can_be_taken_back),
		cmocka_unit_test(all_about_one_stands_under_the_list),
		T(each_key_of_the_pane),
		T(a_phone_is_let_in_where_it_would_be_heard),
		T(a_word_comes_before_a_scan_that_would_be_heard),
	};

	if (!console_prepare())
		return 1;
	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
