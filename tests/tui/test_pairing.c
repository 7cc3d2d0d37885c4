/* SPDX-License-Identifier: MIT */
/* The window of a pairing: what it asks, tells and takes, at the model and at a pty. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/scope.h"
#include "tests/tui/console.h"
#include "tests/tui/golden.h"
#include "tests/tui/scene.h"
#include "tui/keys.h"

static struct ff_snapshot snap;
static struct scene_sent sent;

/* The devices that a scan finds, in front. */
static struct ui *devices(void)
{
	struct ui *ui;

	scene_devices(&snap);
	ui = scene_ui(&snap, &sent);
	ui_key(ui, KEYS_F1 + 2, 10001);
	return ui;
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

static struct ui *asked(enum ff_question question, const char *code, uint32_t left_ms)
{
	struct ui *ui = devices();

	snap.pairing = (struct ff_pairing){
		.question = question, .cookie = 5, .name = "SoundBar 500", .left_ms = left_ms
	};
	snprintf(snap.pairing.code, sizeof(snap.pairing.code), "%s", code);
	answer(ui);
	return ui;
}

static void a_passkey_that_cannot_be_is_not_sent(void **state)
{
	struct ui *ui = asked(FF_ASK_PASSKEY, "", 20000);

	(void)state;
	scene_type(ui, "12ab\n");
	assert_int_equal(sent.n, 0);
	assert_true(pairing_types(ui)); /* with what was typed, to be mended */
	assert_string_equal(ui->prompt.text, "12ab");
	assert_non_null(strstr(ui->toast, "6 digits"));
	ui_key(ui, KEYS_BACKSPACE, 10200);
	ui_key(ui, KEYS_BACKSPACE, 10200);
	scene_type(ui, "3456\n");
	assert_string_equal(last()->text, "123456");
	assert_true(last()->flag);
	assert_int_equal(last()->id, 5);
	answer(ui);
	assert_false(pairing_open(ui));
	free(ui);
}

static void a_question_waits_for_a_line_that_was_begun(void **state)
{
	struct ui *ui = devices();

	(void)state;
	scene_type(ui, "e");
	snap.pairing = (struct ff_pairing){
		.question = FF_ASK_CONFIRM, .cookie = 5, .code = "000000", .left_ms = 20000
	};
	answer(ui);
	assert_false(pairing_open(ui));
	scene_type(ui, "y\n"); /* a letter of the name, and no yes */
	assert_int_equal(last()->verb, FF_RENAME_DEVICE);
	answer(ui);
	assert_true(pairing_open(ui));
	free(ui);
}

static void a_question_that_goes_says_why(void **state)
{
	struct ui *ui = asked(FF_ASK_CONFIRM, "042137", 20000);

	(void)state;
	snap.pairing.question = FF_ASK_NONE;
	answer(ui);
	assert_non_null(strstr(ui->toast, "no longer waits"));
	free(ui);

	ui = asked(FF_ASK_PASSKEY, "", 900);
	snap.pairing.question = FF_ASK_NONE;
	answer(ui);
	assert_non_null(strstr(ui->toast, "nobody answered in time"));
	assert_false(ui->prompt.open);
	free(ui);

	ui = asked(FF_SHOW_PASSKEY, "042137", 20000); /* typed over there: all is well */
	ui->toast[0] = '\0';
	snap.pairing.question = FF_ASK_NONE;
	answer(ui);
	assert_string_equal(ui->toast, "");
	free(ui);
}

static void a_core_that_begins_anew_is_heard(void **state)
{
	struct ui *ui = asked(FF_ASK_CONFIRM, "042137", 20000);

	(void)state;
	scene_type(ui, "y");
	snap.pairing.question = FF_ASK_NONE;
	answer(ui);
	snap.pairing.question = FF_ASK_CONFIRM; /* the same number, another question */
	answer(ui);
	assert_true(pairing_open(ui));
	free(ui);
}

static void what_is_shown_can_only_be_refused(void **state)
{
	struct ui *ui = asked(FF_SHOW_PASSKEY, "042137", 20000);

	(void)state;
	scene_type(ui, "y\n");
	assert_int_equal(sent.n, 0);
	ui_key(ui, KEYS_ESC, 10200);
	assert_int_equal(last()->verb, FF_PAIR_REPLY);
	assert_false(last()->flag);
	free(ui);
}

static void each_question_has_its_window(void **state)
{
	static const struct {
		enum ff_question question;
		const char *code, *name;
	} asks[] = {
		{ FF_ASK_PASSKEY, "", "pairing-passkey" },
		{ FF_SHOW_PASSKEY, "042137", "pairing-show" },
		{ FF_ASK_CONFIRM, "", "pairing-just" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(asks); i++) {
		struct ui *ui = asked(asks[i].question, asks[i].code, 20400);
		char name[64];

		if (asks[i].question == FF_ASK_PASSKEY)
			scene_type(ui, "0421");
		snprintf(name, sizeof(name), "%s-80x24-utf8", asks[i].name);
		golden_picture(ui, name, 24, 80, GLYPHS_FULL);
		snprintf(name, sizeof(name), "%s-20x5-ascii", asks[i].name);
		golden_picture(ui, name, 5, 20, GLYPHS_ASCII);
		free(ui);
	}
}

static const struct ff_command *asked_for(const struct fake_door *f)
{
	return &f->command[f->commands - 1];
}

static void a_pairing_is_answered_in_its_window(void **state)
{
	struct fake_door *f = console_party(2);
	struct terminal *t = console_new(24, 80, &console_local);

	(void)state;
	assert_true(terminal_shows(t, ">● Kitchen", SOON));
	f->snap.pairing = (struct ff_pairing){ .question = FF_ASK_CONFIRM,
					       .cookie = 3,
					       .name = "SoundBar 500",
					       .code = "042137",
					       .left_ms = 28000 };
	fake_door_news(f);
	assert_true(terminal_shows(t, "042137", SOON));
	assert_true(terminal_shows(t, "28 s left", SOON));
	f->snap.pairing.left_ms = 11000; /* counted down without a word from the core */
	assert_true(terminal_shows(t, "11 s left", SOON));
	terminal_send(t, "y");
	assert_true(terminal_loses(t, "Pairing", SOON));
	assert_int_equal(asked_for(f)->verb, FF_PAIR_REPLY);
	assert_true(asked_for(f)->flag);
	f->snap.pairing = (struct ff_pairing){
		.question = FF_ASK_PIN, .cookie = 4, .name = "Old one", .left_ms = 20000
	};
	fake_door_news(f);
	assert_true(terminal_shows(t, "often 0000 or 1234", SOON));
	terminal_send(t, "0000");
	assert_true(terminal_shows(t, "PIN: 0000", SOON));
	terminal_send(t, "\r");
	assert_true(terminal_loses(t, "Pairing", SOON));
	assert_string_equal(asked_for(f)->text, "0000");
	assert_int_equal(asked_for(f)->id, 4);
	console_end(f, t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_passkey_that_cannot_be_is_not_sent),
		cmocka_unit_test(a_question_waits_for_a_line_that_was_begun),
		cmocka_unit_test(a_question_that_goes_says_why),
		cmocka_unit_test(a_core_that_begins_anew_is_heard),
		cmocka_unit_test(what_is_shown_can_only_be_refused),
		cmocka_unit_test(each_question_has_its_window),
		cmocka_unit_test_teardown(a_pairing_is_answered_in_its_window, console_sweep),
	};

	if (!console_prepare())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
