/* SPDX-License-Identifier: MIT */
/* The console's model of what the core finds and says: devices, questions, answers. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/tui/scene.h"
#include "tui/keys.h"

static struct ff_snapshot snap;
static struct scene_sent sent;

/* The core's answer: its snapshot, at a later time. */
static void answer(struct ui *ui, uint64_t now)
{
	scene_answer(ui, &snap, now);
}

static const struct ff_command *last(void)
{
	assert_true(sent.n > 0);
	return scene_last(&sent);
}

static void a_device_list_holds_still_under_the_cursor(void **state)
{
	struct ui *ui;

	(void)state;
	scene_devices(&snap);
	ui = scene_ui(&snap, &sent);
	ui_key(ui, KEYS_F1 + 2, 10001);
	assert_int_equal(ui->devices.order_n, 4); /* the nameless one is hidden */
	scene_type(ui, "jj");
	assert_string_equal(ui->devices.order[2], "00:11:22:33:44:02");
	snap.devices[1].rssi = -99; /* would sort elsewhere */
	snap.devices[2].rssi = -20;
	snap.devices[3].connected = true;
	answer(ui, 11000);
	assert_string_equal(ui->devices.order[2], "00:11:22:33:44:02");
	assert_int_equal(ui->devices.list.selected, 2);
	snap.devices[5] = snap.devices[1]; /* another adapter knows it too */
	snap.devices[5].paired = false;
	snap.devices_n = 6;
	answer(ui, 11500);
	assert_int_equal(ui->devices.order_n, 4);
	assert_true(devices_find(ui, snap.devices[1].address)->paired);
	snap.devices_n = 5;
	answer(ui, 11600);
	scene_type(ui, "v");
	assert_int_equal(ui->devices.order_n, 5);
	assert_string_equal(ui->devices.order[2], "00:11:22:33:44:02");
	snap.devices[0] = snap.devices[4]; /* the first one leaves */
	snap.devices_n = 4;
	answer(ui, 12000);
	assert_string_equal(ui->devices.order[ui->devices.list.selected], "00:11:22:33:44:02");
	free(ui);
}

static void device_keys_ask_for_what_they_say(void **state)
{
	struct ui *ui;

	(void)state;
	scene_devices(&snap);
	ui = scene_ui(&snap, &sent);
	ui_key(ui, KEYS_F1 + 2, 10001);
	scene_type(ui, "\n"); /* Kitchen: connected, a speaker of ours */
	assert_int_equal(last()->verb, FF_DISCONNECT);
	assert_int_equal(last()->id, 1);
	scene_type(ui, "jj\n"); /* SoundBar: never seen */
	assert_int_equal(last()->verb, FF_ADD_SPEAKER);
	assert_string_equal(last()->address, "00:11:22:33:44:02");
	assert_string_equal(last()->text, "SoundBar 500");
	scene_type(ui, "p");
	assert_int_equal(last()->verb, FF_PAIR);
	assert_string_equal(last()->address, "00:11:22:33:44:02");
	scene_type(ui, "j\n"); /* a belt: no speaker */
	assert_int_equal(last()->verb, FF_PAIR);
	assert_string_equal(last()->address, "00:11:22:33:44:03");
	scene_type(ui, "k+");
	assert_int_equal(last()->verb, FF_ADD_SPEAKER);
	sent.n = 0;
	scene_type(ui, "dn");
	assert_int_equal(sent.n, 0);
	scene_type(ui, "dy");
	assert_int_equal(last()->verb, FF_FORGET);
	scene_type(ui, "e Bar\n");
	assert_int_equal(last()->verb, FF_RENAME_DEVICE);
	assert_string_equal(last()->text, "SoundBar 500 Bar");
	scene_type(ui, "t");
	assert_int_equal(last()->verb, FF_TRUST);
	scene_type(ui, "\x18"); /* ^X */
	assert_int_equal(last()->verb, FF_CANCEL);
	scene_type(ui, "s"); /* it looks already: stop */
	assert_int_equal(last()->verb, FF_SCAN);
	assert_false(last()->flag);
	snap.adapters[0].scanning = false;
	answer(ui, 11000);
	sent.n = 0;
	scene_type(ui, "s");
	assert_int_equal(sent.n, 0); /* music plays over Bluetooth: first a word */
	assert_non_null(strstr(ui->ask, "disturbs"));
	scene_type(ui, "y");
	assert_int_equal(last()->verb, FF_SCAN);
	assert_true(last()->flag);
	free(ui);
}

static void pairing_questions_are_answered_by_their_cookie(void **state)
{
	struct ui *ui;

	(void)state;
	scene_devices(&snap);
	ui = scene_ui(&snap, &sent);
	snap.pairing = (struct ff_pairing){ .question = FF_ASK_CONFIRM, .cookie = 5 };
	answer(ui, 11000);
	scene_type(ui, "mq"); /* no other key answers, nor leaves */
	assert_int_equal(sent.n, 0);
	assert_int_equal(ui->want, UI_STAY);
	scene_type(ui, "y");
	assert_int_equal(last()->verb, FF_PAIR_REPLY);
	assert_int_equal(last()->id, 5);
	assert_true(last()->flag);
	answer(ui, 11050); /* still in the snapshot, but answered */
	sent.n = 0;
	scene_type(ui, "y");
	assert_int_equal(sent.n, 0);

	snap.pairing = (struct ff_pairing){ .question = FF_ASK_PIN, .cookie = 6 };
	answer(ui, 11100);
	scene_type(ui, "1234\n");
	assert_int_equal(last()->id, 6);
	assert_string_equal(last()->text, "1234");
	assert_true(last()->flag);

	snap.pairing = (struct ff_pairing){ .question = FF_ASK_PASSKEY, .cookie = 7 };
	answer(ui, 11200);
	scene_type(ui, "12");
	ui_key(ui, KEYS_ESC, 11300);
	assert_int_equal(last()->id, 7);
	assert_false(last()->flag);

	snap.pairing = (struct ff_pairing){ .question = FF_ASK_PASSKEY,
					    .cookie = 8,
					    .left_ms = 20000 };
	answer(ui, 11400);
	scene_type(ui, "99");
	snap.pairing.question = FF_ASK_NONE; /* it broke off */
	answer(ui, 11500);
	assert_false(ui->prompt.open);
	assert_non_null(strstr(ui->toast, "no longer"));
	free(ui);
}

static void a_newcomer_with_an_adapter_starts_at_the_devices(void **state)
{
	struct ui *ui;

	(void)state;
	scene_party(&snap, 0);
	ui = scene_ui(&snap, &sent);
	assert_int_equal(ui->pane, PANE_MIXER); /* a profile was named */
	free(ui);

	ui = calloc(1, sizeof(*ui));
	assert_non_null(ui);
	ui_init(ui, scene_submit, &sent);
	snap.adapters_n = 0;
	answer(ui, 1000);
	assert_int_equal(ui->pane, PANE_MIXER);
	snap.adapters_n = 1; /* BlueZ answers a moment later */
	answer(ui, 1100);
	assert_int_equal(ui->pane, PANE_DEVICES);
	ui_key(ui, KEYS_F1 + 1, 1200);
	answer(ui, 1300);
	assert_int_equal(ui->pane, PANE_MIXER); /* once, not again */
	free(ui);
}

static void log_line(int level, const char *text)
{
	struct ff_log_line *l = &snap.log[snap.log_count++ % FF_LOG_LINES];

	l->level = level;
	snprintf(l->text, sizeof(l->text), "%s", text);
}

static void what_the_core_answers_is_said(void **state)
{
	struct ui *ui;

	(void)state;
	scene_party(&snap, 2);
	log_line(4, "before our time");
	ui = scene_ui(&snap, &sent);
	assert_string_equal(ui->toast, "");
	scene_type(ui, "5");
	log_line(5, "a notice waits until there is room");
	answer(ui, 10100);
	assert_non_null(strstr(ui->toast, "volume"));
	log_line(3, "profile x: not found");
	log_line(6, "chatter");
	answer(ui, 10200);
	assert_string_equal(ui->toast, "profile x: not found");
	assert_int_equal(ui->tone, SAY_ERROR);
	log_line(4, "a warning does not talk it over");
	answer(ui, 12000);
	assert_int_equal(ui->tone, SAY_ERROR);
	log_line(4, "but it was there long enough");
	answer(ui, 14000);
	assert_string_equal(ui->toast, "but it was there long enough");
	answer(ui, 30000);
	assert_string_equal(ui->toast, "");
	for (int i = 0; i < 3 * FF_LOG_LINES; i++)
		log_line(5, "many at once");
	answer(ui, 30100);
	assert_string_equal(ui->toast, "many at once");
	free(ui);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_list_holds_still_under_the_cursor),
		cmocka_unit_test(device_keys_ask_for_what_they_say),
		cmocka_unit_test(pairing_questions_are_answered_by_their_cookie),
		cmocka_unit_test(a_newcomer_with_an_adapter_starts_at_the_devices),
		cmocka_unit_test(what_the_core_answers_is_said),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
