/* SPDX-License-Identifier: MIT */
/* The profiles pane at its model: its rows, and each of its keys. */
#include <math.h>
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
#include "tui/keymap.h"
#include "tui/keys.h"
#include "tui/pane.h"

static struct ff_snapshot snap;
static struct scene_sent sent;

static struct ui *profiles(void)
{
	return scene_shelf(&snap, &sent);
}

/* The core's answer: its snapshot, at a later time. */
static void answer(struct ui *ui)
{
	scene_answer(ui, &snap, ui->now_ms + 2000);
}

static const struct ff_command *last(void)
{
	assert_true(sent.n > 0);
	return scene_last(&sent);
}

static void select_row(struct ui *ui, const char *name)
{
	assert_true(pane_profiles.select(ui, name));
	assert_string_equal(profiles_name(ui, profiles_selected(ui)), name);
}

static void assert_sent(enum ff_verb verb, const char *text)
{
	assert_int_equal(last()->verb, verb);
	assert_string_equal(last()->text, text);
}

static void what_plays_is_unfolded_and_the_cursor_is_on_it(void **state)
{
	static const char *const names[] = { "Demo",
					     "Party",
					     "House",
					     "line-in",
					     "Kitchen",
					     "Den left",
					     "Patio-Backyard-Kitchen",
					     "Quiet" };
	struct ui *ui = profiles();

	(void)state;
	assert_int_equal(ui->profiles.rows, ARRAY_SIZE(names));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_string_equal(profiles_name(ui, &ui->profiles.row[i]), names[i]);
	assert_string_equal(profiles_name(ui, profiles_selected(ui)), "Party");
	free(ui);
}

static void the_cursor_stays_on_what_it_was(void **state)
{
	struct ui *ui = profiles();

	(void)state;
	select_row(ui, "Den left");
	snap.speakers[0] = snap.speakers[1]; /* Kitchen goes */
	snap.speakers_n = 1;
	answer(ui);
	assert_string_equal(profiles_name(ui, profiles_selected(ui)), "Den left");
	select_row(ui, "Quiet");
	memmove(&snap.profiles[1], &snap.profiles[0], 3 * sizeof(snap.profiles[0]));
	snprintf(snap.profiles[0].name, FF_NAME_MAX, "Attic");
	snprintf(snap.profiles[3].name, FF_NAME_MAX, "Quiet");
	answer(ui);
	assert_string_equal(profiles_name(ui, profiles_selected(ui)), "Quiet");
	free(ui);
}

static void the_filter_leaves_what_has_the_letters(void **state)
{
	struct ui *ui = profiles();

	(void)state;
	scene_type(ui, "/kitch\n");
	answer(ui);
	assert_int_equal(ui->profiles.rows, 2); /* the speaker, and the shipped profile */
	scene_type(ui, "/zzz\n");
	assert_int_equal(ui->profiles.rows, 0);
	scene_type(ui, "wd\n"); /* nothing is selected; what plays can be saved all the same */
	assert_sent(FF_SAVE_PROFILE, "");
	ui_key(ui, KEYS_ESC, ui->now_ms + 1);
	ui_key(ui, KEYS_ESC, ui->now_ms + 1);
	answer(ui);
	assert_int_equal(ui->profiles.rows, 8);
	free(ui);
}

static void profiles_are_loaded_saved_and_deleted(void **state)
{
	struct ui *ui = profiles();

	(void)state;
	select_row(ui, "Demo");
	scene_type(ui, "\n"); /* what plays was changed: ask first */
	assert_int_equal(sent.n, 0);
	scene_type(ui, "y");
	assert_sent(FF_LOAD_PROFILE, "Demo");
	scene_type(ui, "w");
	assert_sent(FF_SAVE_PROFILE, "");
	sent.n = 0;
	scene_type(ui, "W../x\n");
	assert_int_equal(sent.n, 0);
	scene_type(ui, "WSummer\n");
	assert_sent(FF_SAVE_PROFILE, "Summer");
	sent.n = 0;
	scene_type(ui, "WQuiet\n"); /* one of ours is called so */
	assert_int_equal(sent.n, 0);
	scene_type(ui, "y");
	assert_sent(FF_SAVE_PROFILE, "Quiet");
	sent.n = 0;
	select_row(ui, "Demo");
	scene_type(ui, "d");
	assert_true(ui->ask[0] == '\0'); /* shipped: stays */
	select_row(ui, "Quiet");
	scene_type(ui, "dn");
	assert_int_equal(sent.n, 0);
	ui_say(ui, SAY_FINE, "profile Quiet saved");
	scene_type(ui, "dy");
	assert_sent(FF_DELETE_PROFILE, "Quiet");
	assert_string_equal(ui->toast, ""); /* no longer so */
	free(ui);
}

static void what_was_refused_is_no_change_to_undo(void **state)
{
	struct ui *ui = profiles();
	struct ff_command other, third, zone;

	(void)state;
	scene_type(ui, ":add-speaker file:tape.mp3\n");
	other = *last();
	assert_int_equal(other.verb, FF_ADD_SPEAKER);
	scene_type(ui, ":add-source tone:pink\n");
	scene_type(ui, ":add-speaker file:other.mp3\n");
	third = *last();
	scene_type(ui, ":add-zone Roof\n");
	zone = *last();
	assert_int_equal(zone.verb, FF_ADD_ZONE);
	snap.refused[7] = other.other; /* all at once */
	snap.refused[8] = third.other;
	snap.refused[9] = zone.other;
	snap.change++;
	ui->snap = snap;
	ui_update(ui, ui->now_ms + 50);
	scene_type(ui, "z"); /* the source, and nothing before it */
	assert_int_equal(last()->verb, FF_REMOVE_SOURCE);
	sent.n = 0;
	scene_type(ui, "z");
	assert_int_equal(sent.n, 0);
	assert_string_equal(ui->toast, "nothing to undo");
	scene_type(ui, "Z");
	assert_int_equal(last()->verb, FF_RESTORE);
	assert_int_not_equal(last()->other, other.other);
	free(ui);
}

static void what_was_asked_for_is_done_when_no_refusal_follows(void **state)
{
	struct ui *ui = profiles();

	(void)state;
	for (int refused = 0; refused <= 1; refused++) {
		scene_type(ui, ":add-source tone:pink\n");
		assert_true(golden_shows(ui, 24, 80, "… source"));
		assert_false(golden_shows(ui, 24, 80, "✓ source"));
		assert_true(ui_wait(ui, 50) <= 300);
		for (int i = 0; i < 3 * refused; i++) {
			struct ff_log_line *line = &snap.log[snap.log_count++ % FF_LOG_LINES];

			line->level = 4;
			snprintf(line->text, sizeof(line->text), "not that one, number %d", i);
		}
		ui->snap = snap;
		ui_update(ui, ui->now_ms + 301);
		assert_int_equal(golden_shows(ui, 24, 80, "✓ source"), !refused);
		assert_false(golden_shows(ui, 24, 80, "… source"));
	}
	assert_true(
		golden_shows(ui, 24, 80, "3 at once (E lists them): not that one, number 2"));
	free(ui);
}

static void a_new_profile_is_named_first(void **state)
{
	struct ui *ui = profiles();

	(void)state;
	scene_type(ui, "nParty\n");
	assert_int_equal(sent.n, 0);
	assert_non_null(strstr(ui->toast, "there already"));
	scene_type(ui, "nSummer\n");
	assert_int_equal(sent.n, 0); /* Party was changed */
	scene_type(ui, "y");
	assert_sent(FF_NEW_PROFILE, "Summer");

	/* the core's answer: an empty zone that plays and lies in no file */
	snap.profiles[1].loaded = false;
	snprintf(snap.profile, FF_NAME_MAX, "Summer");
	snap.speakers_n = snap.sources_n = 0;
	answer(ui);
	assert_string_equal(profiles_name(ui, profiles_selected(ui)), "Summer");
	scene_type(ui, "w\n"); /* saved under the name it has */
	assert_sent(FF_SAVE_PROFILE, "Summer");
	scene_type(ui, "wAutumn\n"); /* or another */
	assert_sent(FF_SAVE_PROFILE, "Autumn");
	scene_type(ui, "e"); /* its first name is given by saving it */
	assert_true(ui->prompt.open && strncmp(ui->prompt.label, "Save as", 7) == 0);
	free(ui);
}

static void names_are_changed_and_changed_back(void **state)
{
	static const struct {
		const char *row;
		enum ff_verb verb;
		uint32_t id;
	} rows[] = {
		{ "House", FF_RENAME_ZONE, 0 },
		{ "line-in", FF_RENAME_SOURCE, 1 },
		{ "Den left", FF_RENAME_SPEAKER, 2 },
	};
	struct ui *ui = profiles();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		select_row(ui, rows[i].row);
		scene_type(ui, "e\x15"
			       "Attic\n"); /* ^U */
		assert_sent(rows[i].verb, "Attic");
		assert_int_equal(last()->id, rows[i].id);
		scene_type(ui, "z");
		assert_sent(rows[i].verb, rows[i].row);
		scene_type(ui, "Z");
		assert_sent(rows[i].verb, "Attic");
		sent.n = 0;
		scene_type(ui, "e\n"); /* as it was: nothing is to be done */
		assert_int_equal(sent.n, 0);
	}
	select_row(ui, "Quiet");
	scene_type(ui, "e\x15"
		       "Party\n");
	assert_int_equal(sent.n, 0); /* taken */
	scene_type(ui, "e\x15"
		       "Loud\n");
	assert_sent(FF_RENAME_PROFILE, "Loud");
	assert_string_equal(last()->device, "Quiet");
	scene_type(ui, "z");
	assert_sent(FF_RENAME_PROFILE, "Quiet");
	assert_string_equal(last()->device, "Loud");
	select_row(ui, "Demo");
	scene_type(ui, "e");
	assert_false(ui->prompt.open); /* shipped */
	free(ui);
}

static void a_source_named_after_its_device_is_so_again(void **state)
{
	struct ui *ui = profiles();

	(void)state;
	snprintf(snap.sources[0].name, FF_NAME_MAX, "%.63s", snap.sources[0].device);
	answer(ui);
	select_row(ui, "hw:CARD=Device");
	scene_type(ui, "e\x15"
		       "Echo\nz");
	assert_sent(FF_RENAME_SOURCE, ""); /* not a name of its own that happens to be alike */
	free(ui);
}

static void what_is_taken_out_is_restored(void **state)
{
	struct ui *ui = profiles();

	(void)state;
	select_row(ui, "Kitchen");
	scene_type(ui, "d");
	assert_int_equal(last()->verb, FF_REMOVE_SPEAKER);
	assert_int_equal(last()->id, 1);
	assert_non_null(strstr(ui->toast, "Kitchen taken out   (z undo)"));
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_RESTORE);
	assert_int_equal(last()->id, 1);
	select_row(ui, "line-in");
	ui_key(ui, KEYS_DELETE, ui->now_ms + 1);
	assert_int_equal(last()->verb, FF_REMOVE_SOURCE);
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_RESTORE);
	sent.n = 0;
	select_row(ui, "House");
	scene_type(ui, "d"); /* the only one */
	assert_int_equal(sent.n, 0);
	snap.zones_n = 2;
	snprintf(snap.zones[1].name, FF_NAME_MAX, "Garden");
	snap.speakers[1].zone = 1;
	answer(ui);
	select_row(ui, "Garden");
	scene_type(ui, "d");
	assert_int_equal(last()->verb, FF_REMOVE_ZONE);
	assert_int_equal(last()->id, 1);
	assert_non_null(strstr(ui->toast, "with 1 speaker "));
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_RESTORE_ZONE);
	assert_int_equal(last()->id, 1);
	free(ui);
}

static void speakers_move_between_zones(void **state)
{
	struct ui *ui = profiles();

	(void)state;
	select_row(ui, "line-in");
	scene_type(ui, "m");
	assert_false(ui->picker.open); /* sources stay */
	snap.zones_n = 2;
	snprintf(snap.zones[1].name, FF_NAME_MAX, "Garden");
	answer(ui);
	select_row(ui, "Den left");
	scene_type(ui, "m\n"); /* the list begins at another one than its own */
	assert_int_equal(last()->verb, FF_MOVE_SPEAKER);
	assert_int_equal(last()->id, 2);
	assert_int_equal(last()->other, 1);
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_MOVE_SPEAKER);
	assert_int_equal(last()->other, 0);
	sent.n = 0;
	scene_type(ui, "mHouse\n"); /* where it is */
	assert_int_equal(sent.n, 0);

	scene_type(ui, "mnew\nRoof\n"); /* into a zone that is made for it */
	assert_int_equal(sent.n, 2);
	assert_int_equal(sent.command[0].verb, FF_ADD_ZONE);
	assert_string_equal(sent.command[0].text, "Roof");
	assert_int_equal(sent.command[1].verb, FF_MOVE_SPEAKER);
	assert_int_equal(sent.command[1].other, 2);
	scene_type(ui, "zz");
	assert_int_equal(sent.command[2].verb, FF_MOVE_SPEAKER);
	assert_int_equal(sent.command[3].verb, FF_REMOVE_ZONE);
	assert_int_equal(sent.command[3].id, 2);
	sent.n = 0;
	scene_type(ui, "mnew\n\n"); /* a zone without a name */
	assert_int_equal(sent.n, 0);
	free(ui);
}

static void gains_step_and_are_typed(void **state)
{
	struct ui *ui = profiles();

	(void)state;
	scene_type(ui, "l"); /* a profile has none */
	assert_int_equal(sent.n, 0);
	select_row(ui, "line-in");
	scene_type(ui, "lll");
	assert_int_equal(last()->verb, FF_SET_SOURCE_GAIN);
	assert_float_equal(last()->value, 3, 0);
	snap.sources[0].gain_db = 3;
	answer(ui);
	scene_type(ui, "=-7.5dB\n");
	assert_float_equal(last()->value, -7.5f, 0);
	snap.sources[0].gain_db = -7.5f;
	answer(ui);
	sent.n = 0;
	scene_type(ui, "=loud\n=nan\n=1e99\n=\n");
	assert_int_equal(sent.n, 0);
	scene_type(ui, "=99\n");
	assert_float_equal(last()->value, 24, 0);
	scene_type(ui, "z");
	assert_float_equal(last()->value, -7.5f, 0);
	scene_type(ui, "z"); /* the three steps are one */
	assert_float_equal(last()->value, 3, 0);
	free(ui);
}

static void a_source_is_chosen_from_what_there_is(void **state)
{
	struct ui *ui = profiles();

	(void)state;
	select_row(ui, "line-in");
	scene_type(ui, "s");
	assert_int_equal(last()->verb, FF_LIST_SOUNDS);
	assert_string_equal(ui->picker.item[0].text, "USB Audio Device");
	scene_type(ui, "monitor\n"); /* by its name, filtered */
	assert_int_equal(last()->verb, FF_SET_SOURCE_DEVICE);
	assert_int_equal(last()->id, 1);
	assert_string_equal(last()->type, "pulse");
	assert_string_equal(last()->device, "alsa_output.pci.monitor");
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_SET_SOURCE_DEVICE);
	assert_string_equal(last()->type, "alsa");
	assert_string_equal(last()->device, "hw:CARD=Device");
	scene_type(ui, "sfifo\n/run/music\n");
	assert_string_equal(last()->type, "fifo");
	assert_string_equal(last()->device, "/run/music");
	sent.n = 0;
	scene_type(ui, "scommand\n\n"); /* nothing typed: back */
	assert_int_equal(sent.n, 1);
	assert_int_equal(last()->verb, FF_LIST_SOUNDS);

	select_row(ui, "Kitchen"); /* no source: one more is heard beside line-in */
	scene_type(ui, "spink\n");
	assert_int_equal(last()->verb, FF_ADD_SOURCE);
	assert_string_equal(last()->type, "tone");
	assert_string_equal(last()->device, "pink");
	assert_string_equal(last()->text, "");
	snprintf(snap.sources[0].type, sizeof(snap.sources[0].type), "tone");
	answer(ui);
	scene_type(ui, "sUSB Audio\n"); /* a test sound alone is there to be replaced */
	assert_int_equal(last()->verb, FF_SET_SOURCE_DEVICE);
	assert_string_equal(last()->device, "hw:CARD=Device,DEV=0");
	free(ui);
}

static void sounds_that_come_later_are_in_the_list(void **state)
{
	struct ui *ui = profiles();
	int n;

	(void)state;
	scene_type(ui, "s");
	n = ui->picker.n;
	snap.sounds[snap.sounds_n++] = (struct ff_sound){ .capture = true, .type = "alsa" };
	snprintf(snap.sounds[snap.sounds_n - 1].device, FF_PATH_MAX, "hw:CARD=Late");
	answer(ui);
	assert_int_equal(ui->picker.n, n + 1);
	scene_type(ui, "Late\n");
	assert_string_equal(last()->device, "hw:CARD=Late");
	free(ui);
}

static void speakers_sources_and_zones_are_added(void **state)
{
	struct ui *ui = profiles();

	(void)state;
	scene_type(ui, "+\nHDMI\n"); /* a speaker is the first */
	assert_int_equal(last()->verb, FF_ADD_SPEAKER);
	assert_int_equal(last()->output, FF_OUT_ALSA);
	assert_string_equal(last()->device, "hw:CARD=HDMI,DEV=3");
	assert_string_equal(last()->text, "HDMI 0");
	assert_int_not_equal(last()->other, 0);
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_REMOVE_SPEAKER);
	scene_type(ui, "+\nfile\n/tmp/party.wav\n");
	assert_int_equal(last()->output, FF_OUT_FILE);
	assert_string_equal(last()->device, "/tmp/party.wav");
	scene_type(ui, "+\nsimulated\n");
	assert_int_equal(last()->output, FF_OUT_SIMULATED);
	scene_type(ui, "+\ndesktop's\n");
	assert_int_equal(last()->output, FF_OUT_PULSE);
	assert_string_equal(last()->device, "");
	scene_type(ui, "+source\nclicks\n");
	assert_int_equal(last()->verb, FF_ADD_SOURCE);
	assert_string_equal(last()->device, "clicks");
	scene_type(ui, "+zone\nGarden\n");
	assert_sent(FF_ADD_ZONE, "Garden");
	snap.zones_n = 2;
	snprintf(snap.zones[1].name, FF_NAME_MAX, "Garden");
	answer(ui);
	select_row(ui, "Garden"); /* into the zone where the cursor is */
	scene_type(ui, "+\nsimulated\n");
	assert_int_equal(last()->id, 1);
	scene_type(ui, "spink\n");
	assert_int_equal(last()->verb, FF_ADD_SOURCE);
	assert_int_equal(last()->id, 1);
	scene_type(ui, "+\nBluetooth\n");
	assert_int_equal(ui->pane, PANE_DEVICES);
	free(ui);
}

static void enter_says_what_can_be_done(void **state)
{
	struct ui *ui = profiles();

	(void)state;
	select_row(ui, "Kitchen");
	scene_type(ui, "\nanother zone\n"); /* the menu, then the list of zones */
	assert_true(ui->picker.open);
	ui_key(ui, KEYS_ESC, ui->now_ms + 1);
	select_row(ui, "line-in");
	scene_type(ui, "\nits gain\n-3\n");
	assert_float_equal(last()->value, -3, 0);
	select_row(ui, "House");
	scene_type(ui, "\nadd another\nCellar\n");
	assert_sent(FF_ADD_ZONE, "Cellar");
	free(ui);
}

static void what_is_typed_does_what_keys_do(void **state)
{
	static const struct {
		const char *name, *text;
		enum ff_verb verb;
	} typed[] = {
		{ "load", "Quiet", FF_LOAD_PROFILE },
		{ "save-as", "Winter", FF_SAVE_PROFILE },
		{ "new", "Winter", FF_NEW_PROFILE },
		{ "add-zone", "Roof", FF_ADD_ZONE },
		{ "add-source", "tone:pink", FF_ADD_SOURCE },
		{ "add-speaker", "file:/tmp/a.wav", FF_ADD_SPEAKER },
		{ "source", "stdin:", FF_SET_SOURCE_DEVICE },
		{ "source", "bluetooth:", FF_SET_SOURCE_DEVICE },
		{ "add-source", "bluetooth:00:11:22:33:44:55", FF_ADD_SOURCE },
		{ "gain", "-3 dB", FF_SET_SOURCE_GAIN },
		{ "rename", "Echo", FF_RENAME_SOURCE },
	};
	static const char *const wrong[][2] = {
		{ "load", "No such" },	     { "add-source", "bluetooth:x" },
		{ "add-speaker", "magic" },  { "move", "Nowhere" },
		{ "gain", "loud" },	     { "source", "hw:0" },
		{ "add-speaker", "tone:x" },
	};
	struct ui *ui = profiles();

	(void)state;
	snap.modified = false;
	answer(ui);
	select_row(ui, "line-in");
	for (size_t i = 0; i < ARRAY_SIZE(typed); i++) {
		const struct typed *t = keymap_typed(PANE_PROFILES, typed[i].name);

		assert_non_null(t);
		t->take(ui, typed[i].text);
		assert_int_equal(last()->verb, typed[i].verb);
		select_row(ui, "line-in");
	}
	sent.n = 0;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		ui->toast[0] = '\0';
		keymap_typed(PANE_PROFILES, wrong[i][0])->take(ui, wrong[i][1]);
		assert_true(ui->toast[0] != '\0'); /* it is said */
	}
	assert_int_equal(sent.n, 0);
	free(ui);
}

#define T(test) cmocka_unit_test_teardown(test, console_sweep)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_plays_is_unfolded_and_the_cursor_is_on_it),
		T(the_cursor_stays_on_what_it_was),
		T(the_filter_leaves_what_has_the_letters),
		T(profiles_are_loaded_saved_and_deleted),
		T(what_was_refused_is_no_change_to_undo),
		T(what_was_asked_for_is_done_when_no_refusal_follows),
		T(a_new_profile_is_named_first),
		T(names_are_changed_and_changed_back),
		T(a_source_named_after_its_device_is_so_again),
		T(what_is_taken_out_is_restored),
		T(speakers_move_between_zones),
		T(gains_step_and_are_typed),
		T(a_source_is_chosen_from_what_there_is),
		T(sounds_that_come_later_are_in_the_list),
		T(speakers_sources_and_zones_are_added),
		T(enter_says_what_can_be_done),
		T(what_is_typed_does_what_keys_do),
	};

	if (!console_prepare())
		return 1;
	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
