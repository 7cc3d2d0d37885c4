/* SPDX-License-Identifier: MIT */
/* What keys make of the model, what the model asks of the core, how meters move. */
#include <errno.h>
#include <locale.h>
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
#include "tests/tui/scene.h"
#include "tui/keymap.h"
#include "tui/keys.h"
#include "tui/pane.h"
#include "tui/taper.h"
#include "tui/text.h"
#include "tui/words.h"

static struct ff_snapshot snap;
static struct scene_sent sent;

static struct ui *party(uint32_t speakers)
{
	scene_party(&snap, speakers);
	return scene_ui(&snap, &sent);
}

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

static void no_key_is_bound_twice(void **state)
{
	char why[128];
	size_t row[2];

	(void)state;
	if (keymap_conflict(why, sizeof(why), row))
		fail_msg("%s", why);
}

/* Whether some row of the table for pane holds that very key by name. */
static bool bound(enum pane pane, const char *name)
{
	return keymap_find((int)pane, keys_named(name)) != NULL;
}

static void every_function_key_has_a_letter_or_a_tab(void **state)
{
	static const char *const same[][2] = { { "F1", "?" }, { "F2", "V" }, { "F3", "D" },
					       { "F4", "A" }, { "F5", "P" }, { "F6", "E" },
					       { "F10", "Q" } };

	(void)state;
	for (int p = 0; p < PANE_COUNT; p++) {
		for (size_t i = 0; i < ARRAY_SIZE(same); i++)
			assert_ptr_equal(keymap_find(p, keys_named(same[i][0])),
					 keymap_find(p, keys_named(same[i][1])));
		assert_true(bound((enum pane)p, "Tab") && bound((enum pane)p, "]") &&
			    bound((enum pane)p, "["));
	}
}

static void the_taper_is_the_one_it_says(void **state)
{
	static const float points[][2] = {
		{ -60, 0 },  { -50, 7.5f }, { -40, 15 }, { -30, 30 },
		{ -20, 50 }, { -10, 75 },   { 0, 100 },	 { 12, 130 }
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
		assert_float_equal(taper_percent(points[i][0]), points[i][1], 1e-4f);
		assert_float_equal(taper_db(points[i][1]), points[i][0], 1e-4f);
	}
	for (int p = 0; p <= 130; p++)
		assert_float_equal(taper_percent(taper_db((float)p)), (float)p, 1e-3f);
	assert_float_equal(taper_percent(NAN), 0, 0);
	assert_float_equal(taper_db(NAN), -60, 0);
	assert_float_equal(taper_percent(-200), 0, 0);
	assert_float_equal(taper_db(1000), 12, 0);
	assert_float_equal(taper_deflection(-60), 0.025f, 1e-5f);
	assert_float_equal(taper_deflection(-20), 0.5f, 1e-5f);
	assert_float_equal(taper_deflection(0), 1, 1e-5f);
	assert_float_equal(taper_deflection(NAN), 0, 0);
}

static void a_typed_volume_is_percent_or_decibels(void **state)
{
	static const char *const bad[] = { "", "x", "dB", "-5", "+5", "nan", "inf dB", "5 dogs",
					   "1e999", "12dBx", "%",
					   /* slips that would deafen */
					   "500", "131", "99dB", "+12.1dB" };
	float db = 5;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(mixer_parse(bad[i], &db), -EINVAL);
	assert_float_equal(db, 5, 0); /* untouched */
	assert_int_equal(mixer_parse("75", &db), 0);
	assert_float_equal(db, -10, 1e-4f);
	assert_int_equal(mixer_parse(" 50 % ", &db), -EINVAL);
	assert_int_equal(mixer_parse("50%", &db), 0);
	assert_float_equal(db, -20, 1e-4f);
	assert_int_equal(mixer_parse("-12dB", &db), 0);
	assert_float_equal(db, -12, 0);
	assert_int_equal(mixer_parse("+3 db", &db), 0);
	assert_float_equal(db, 3, 0);
	assert_int_equal(mixer_parse("+12dB", &db), 0);
	assert_float_equal(db, 12, 0); /* as loud as it goes */
	assert_int_equal(mixer_parse("-99dB", &db), 0);
	assert_float_equal(db, FF_VOLUME_MIN, 0);
}

static void volume_keys_step_and_stop_at_unity(void **state)
{
	struct ui *ui = party(2);

	(void)state;
	scene_type(ui, "l"); /* 100 % already: nothing to be done */
	assert_int_equal(sent.n, 0);
	assert_non_null(strstr(ui->toast, "= types more"));
	scene_type(ui, "L+");
	assert_int_equal(sent.n, 0);
	scene_type(ui, "-");
	assert_int_equal(last()->verb, FF_SET_VOLUME);
	assert_int_equal(last()->id, 1);
	assert_float_equal(last()->value, -1, 1e-4f);
	scene_type(ui, "++");
	assert_float_equal(last()->value, 0, 1e-4f);
	scene_type(ui, "=+3dB\n");
	assert_float_equal(last()->value, 3, 1e-4f);
	scene_type(ui, "+"); /* typed above: steps go on from there */
	assert_float_equal(last()->value, 4, 1e-4f);
	scene_type(ui, "0");
	assert_float_equal(last()->value, FF_VOLUME_MIN, 0);
	scene_type(ui, "h-");
	assert_float_equal(last()->value, FF_VOLUME_MIN, 0);
	scene_type(ui, "=-3dB\n"); /* 92.5 %, shown as 92 */
	scene_type(ui, "l");
	assert_float_equal(taper_percent(last()->value), 93, 1e-3f);
	scene_type(ui, "0");
	scene_type(ui, "l");
	assert_float_equal(taper_percent(last()->value), 1, 1e-3f);
	free(ui);
}

static void what_was_asked_for_holds_until_the_core_agrees(void **state)
{
	struct ui *ui = party(1);

	(void)state;
	scene_type(ui, "5");
	answer(ui, ui->now_ms + 50); /* the core has not looked yet */
	assert_float_equal(ui->snap.speakers[0].volume_db, -20, 1e-4f);
	scene_type(ui, "h");
	assert_float_equal(taper_percent(last()->value), 49, 1e-3f);
	answer(ui, ui->now_ms + 2000); /* it never did: its word counts */
	assert_float_equal(ui->snap.speakers[0].volume_db, snap.speakers[0].volume_db, 0);
	free(ui);
}

static void a_full_queue_changes_nothing_and_says_so(void **state)
{
	struct ui *ui = party(1);
	float before = ui->snap.speakers[0].volume_db;

	(void)state;
	sent.fail = -EAGAIN;
	scene_type(ui, "5");
	assert_float_equal(ui->snap.speakers[0].volume_db, before, 0);
	assert_non_null(strstr(ui->toast, "busy"));
	assert_int_equal(ui->tone, SAY_ERROR);
	scene_type(ui, "z");
	assert_non_null(strstr(ui->toast, "nothing to undo"));
	free(ui);
}

static void undo_goes_back_and_forth(void **state)
{
	struct ui *ui = party(2);

	(void)state;
	scene_type(ui, "5");
	ui->now_ms += 5000;
	scene_type(ui, "jm");
	ui->now_ms += 5000;
	scene_type(ui, "o");
	assert_int_equal(last()->map, FF_MAP_MONO);
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_SET_MAP);
	assert_int_equal(last()->map, FF_MAP_STEREO);
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_SET_MUTE);
	assert_false(last()->flag);
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_SET_VOLUME);
	assert_int_equal(last()->id, 1);
	assert_float_equal(last()->value, snap.speakers[0].volume_db, 0);
	scene_type(ui, "Z");
	assert_float_equal(last()->value, -20, 1e-4f);
	scene_type(ui, "Z");
	assert_int_equal(last()->verb, FF_SET_MUTE);
	assert_true(last()->flag);
	scene_type(ui, "s"); /* a new change: the old future is gone */
	scene_type(ui, "Z");
	assert_non_null(strstr(ui->toast, "nothing to redo"));
	free(ui);
}

static void a_long_history_forgets_its_oldest(void **state)
{
	struct ui *ui = party(1);

	(void)state;
	for (int i = 0; i < 3 * HISTORY_MAX; i++) {
		sent.n = 0;
		scene_type(ui, "m");
		ui->now_ms += 5000;
	}
	sent.n = 0;
	for (int i = 0; i < 3 * HISTORY_MAX; i++)
		scene_type(ui, "z");
	assert_int_equal(sent.n, HISTORY_MAX);
	free(ui);
}

static void what_was_added_comes_back_under_its_own_id(void **state)
{
	struct ff_command add = { .verb = FF_ADD_SPEAKER, .output = FF_OUT_FILE };
	struct ui *ui = party(2);
	uint32_t ticket;

	(void)state;
	assert_int_equal(history_add(ui, &add, "Tape added"), 0);
	ticket = last()->other;
	assert_int_equal(last()->verb, FF_ADD_SPEAKER);
	assert_int_not_equal(ticket, 0);
	assert_non_null(strstr(ui->toast, "Tape added   (z undo)"));
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_REMOVE_SPEAKER);
	assert_int_equal(last()->id, 0);
	assert_int_equal(last()->other, ticket);
	assert_non_null(strstr(ui->toast, "undone: Tape added   (Z redo)"));
	scene_type(ui, "Z");
	assert_int_equal(last()->verb, FF_RESTORE);
	assert_int_equal(last()->other, ticket);

	add.verb = FF_ADD_SOURCE;
	history_add(ui, &add, "Radio added");
	assert_int_equal(last()->verb, FF_ADD_SOURCE);
	assert_int_not_equal(last()->other, ticket); /* at the same moment, yet another */
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_REMOVE_SOURCE);

	add = (struct ff_command){ .verb = FF_ADD_ZONE };
	history_add(ui, &add, "zone Garden added");
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_REMOVE_ZONE);
	assert_int_equal(last()->id, 1); /* there was one, it is the second */
	scene_type(ui, "Z");
	assert_int_equal(last()->verb, FF_RESTORE_ZONE);
	assert_int_equal(last()->id, 1);
	free(ui);
}

static void the_master_is_a_row_like_others(void **state)
{
	struct ui *ui = party(2);

	(void)state;
	scene_type(ui, "kk5");
	assert_int_equal(last()->verb, FF_SET_MASTER);
	assert_int_equal(last()->id, 0);
	scene_type(ui, "m");
	assert_int_equal(last()->verb, FF_SET_ZONE_MUTE);
	sent.n = 0;
	scene_type(ui, "so,x"); /* those mean nothing to a master */
	assert_int_equal(sent.n, 0);
	scene_type(ui, "j5"); /* and between them its source, with a gain */
	assert_int_equal(last()->verb, FF_SET_SOURCE_GAIN);
	assert_int_equal(last()->id, snap.sources[0].id);
	assert_float_equal(last()->value, -20, 1e-4f);
	scene_type(ui, "z");
	assert_float_equal(last()->value, 0, 1e-4f);
	sent.n = 0;
	scene_type(ui, "mso,x");
	assert_int_equal(sent.n, 0);
	assert_non_null(strstr(ui->toast, "no mute"));
	free(ui);
}

static void the_selection_follows_its_speaker(void **state)
{
	struct ui *ui = party(4);
	struct ff_speaker first;

	(void)state;
	scene_type(ui, "jj");
	assert_string_equal(mixer_speaker(ui)->name, "Patio");
	first = snap.speakers[0];
	memmove(snap.speakers, snap.speakers + 1, 3 * sizeof(first));
	snap.speakers[3] = first;
	answer(ui, 11000);
	assert_string_equal(mixer_speaker(ui)->name, "Patio");
	memmove(snap.speakers + 1, snap.speakers + 2, 2 * sizeof(first));
	snap.speakers_n = 3; /* Patio is gone: its neighbour */
	answer(ui, 12000);
	assert_non_null(mixer_speaker(ui));
	snap.speakers_n = 0;
	answer(ui, 13000);
	assert_null(mixer_speaker(ui));
	scene_type(ui, "m5xo"); /* and no key hurts */
	snap.zones_n = 0;
	answer(ui, 14000);
	scene_type(ui, "m5xohl=");
	free(ui);
}

static void a_meter_attacks_at_once_and_falls_by_time(void **state)
{
	struct meter m;

	(void)state;
	meter_init(&m);
	assert_false(meter_moves(&m));
	meter_update(&m, -6, 0, 1000);
	assert_float_equal(m.level_db, -6, 1e-4f);
	assert_float_equal(m.hold_db, -6, 1e-4f);
	for (uint64_t t = 1100; t <= 1000 + 1700; t += 100)
		meter_update(&m, FF_SILENT, 0, t);
	assert_float_equal(m.level_db, -26, 0.01f); /* 20 dB in 1.7 s, in steps … */
	meter_init(&m);
	meter_update(&m, -6, 0, 1000);
	meter_update(&m, FF_SILENT, 0, 1000 + 1400);
	assert_float_equal(m.level_db, -6 - 20 * 1.4f / 1.7f, 0.01f); /* … or at one go */
	assert_float_equal(m.hold_db, -6, 1e-4f);
	meter_update(&m, FF_SILENT, 0, 1000 + 1501);
	assert_true(m.hold_db < -20); /* held 1.5 s, no longer */
	meter_update(&m, FF_SILENT, 0, 60000);
	meter_update(&m, FF_SILENT, 0, 62000);
	assert_false(meter_moves(&m));
	meter_update(&m, NAN, 0, 63000);
	assert_float_equal(m.level_db, METER_FLOOR, 0);
}

static void a_clip_stays_until_it_is_cleared(void **state)
{
	struct meter m;

	(void)state;
	meter_init(&m);
	meter_update(&m, -3, 4, 1000);
	assert_true(meter_clipped(&m));
	meter_update(&m, FF_SILENT, 4, 90000);
	assert_true(meter_clipped(&m));
	meter_clear(&m);
	assert_false(meter_clipped(&m));
	meter_update(&m, -3, 5, 91000);
	assert_true(meter_clipped(&m));
	meter_clear(&m);
	meter_update(&m, -3, 0, 92000); /* the core cleared its count too … */
	assert_false(meter_clipped(&m));
	meter_update(&m, -3, 1, 93000); /* … and counts again */
	assert_true(meter_clipped(&m));
}

static void help_filters_and_runs(void **state)
{
	struct ui *ui = party(2);

	(void)state;
	scene_type(ui, "?mute everything\n");
	assert_false(ui->help.open);
	assert_int_equal(last()->verb, FF_MUTE_ALL);
	assert_true(last()->flag);
	scene_type(ui, "?zzzz\n"); /* nothing found, nothing run */
	assert_int_equal(sent.n, 1);
	scene_type(ui, "?q"); /* q closes an overlay, it does not leave */
	assert_false(ui->help.open);
	assert_int_equal(ui->want, UI_STAY);
	scene_type(ui, "q");
	assert_int_equal(ui->want, UI_LEAVE);
	free(ui);
}

static uint32_t roll(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 12) % below;
}

/* Speakers, devices, profiles, questions come and go as they never would. */
static void shuffle(struct ff_snapshot *s, uint32_t *seed)
{
	switch (roll(seed, 7)) {
	case 0:
		scene_party(s, roll(seed, 65));
		break;
	case 1:
		scene_devices(s);
		s->devices_n = roll(seed, 6);
		break;
	case 2:
		scene_profiles(s);
		s->profiles_n = roll(seed, 5);
		break;
	case 3:
		scene_hostile(s);
		break;
	case 4:
		s->pairing.question = (enum ff_question)roll(seed, 6);
		s->pairing.cookie = roll(seed, 4);
		break;
	case 5:
		s->zones_n = roll(seed, 3);
		break;
	default:
		for (uint32_t i = 0; i < s->speakers_n; i++)
			s->speakers[i].state = (enum ff_state)roll(seed, 8);
	}
}

static void no_key_in_no_state_hurts(void **state)
{
	static const uint32_t special[] = { KEYS_UP,	 KEYS_DOWN,	KEYS_LEFT,
					    KEYS_RIGHT,	 KEYS_PAGE_UP,	KEYS_PAGE_DOWN,
					    KEYS_HOME,	 KEYS_END,	KEYS_ENTER,
					    KEYS_ESC,	 KEYS_TAB,	KEYS_BACKTAB,
					    KEYS_F1 + 1, KEYS_F1 + 2,	KEYS_F1 + 4,
					    KEYS_DELETE, KEYS_BACKSPACE };
	struct ui *ui = party(5);
	uint32_t seed = 42;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct cells c;

		sent.n = 0;
		ui_key(ui,
		       roll(&seed, 3) ? 32 + roll(&seed, 95)
				      : special[roll(&seed, ARRAY_SIZE(special))],
		       ui->now_ms + roll(&seed, 700));
		ui->want = UI_STAY;
		if (roll(&seed, 4) == 0) {
			shuffle(&snap, &seed);
			answer(ui, ui->now_ms + roll(&seed, 3000));
		}
		assert_true(ui->mixer.selected >= 0 && ui->mixer.selected <= MIXER_ROWS);
		if (i % 20)
			continue;
		assert_int_equal(cells_init(&c, 1 + (int)roll(&seed, 50),
					    1 + (int)roll(&seed, 160), GLYPHS_FULL),
				 0);
		ui_draw(ui, &c);
		cells_done(&c);
	}
	free(ui);
}

static void reasons_are_whole_sentences(void **state)
{
	struct ff_speaker s = { .state = FF_RETRYING, .tries = 3, .retry_ms = 19001 };
	char text[FF_TEXT_MAX + 80];

	(void)state;
	snprintf(s.reason, sizeof(s.reason), "out of range");
	words_state(&s, text, sizeof(text));
	assert_string_equal(text, "out of range, next try in 20 s");
	snprintf(s.reason, sizeof(s.reason), "There is no folder: make it.");
	words_state(&s, text, sizeof(text));
	assert_string_equal(text, "There is no folder: make it, next try in 20 s");
	s.retry_ms = 0;
	s.tries = 0;
	words_state(&s, text, sizeof(text));
	assert_string_equal(text, "There is no folder: make it.");
	s = (struct ff_speaker){ .state = FF_CONNECTING, .tries = 2 };
	words_state(&s, text, sizeof(text));
	assert_string_equal(text, "connecting, try 2");
	s.state = FF_OFF;
	words_state(&s, text, sizeof(text));
	assert_string_equal(text, "off (x connects)");
}

static void strange_bytes_become_safe_text(void **state)
{
	uint32_t ch;

	(void)state;
	assert_int_equal(text_decode("\xC0\x80", &ch), 1); /* a disguised NUL */
	assert_int_equal(ch, TEXT_BAD);
	assert_int_equal(text_decode("\xED\xA0\x80", &ch), 1); /* half a pair */
	assert_int_equal(ch, TEXT_BAD);
	assert_int_equal(text_decode("\xE2\x82", &ch), 1); /* cut short */
	assert_int_equal(ch, TEXT_BAD);
	assert_int_equal(text_decode("\xF4\x90\x80\x80", &ch), 1); /* beyond Unicode */
	assert_int_equal(ch, TEXT_BAD);
	assert_int_equal(text_width_of(0x1B), -1);
	assert_int_equal(text_width_of(0x9B), -1);
	assert_int_equal(text_width_of(0x202E), -1);
	assert_int_equal(text_width_of(0x301), 0);
	assert_int_equal(text_width_of(0x53F0), 2);
	assert_int_equal(text_width("a\033[2Jb"), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_key_is_bound_twice),
		cmocka_unit_test(every_function_key_has_a_letter_or_a_tab),
		cmocka_unit_test(the_taper_is_the_one_it_says),
		cmocka_unit_test(a_typed_volume_is_percent_or_decibels),
		cmocka_unit_test(volume_keys_step_and_stop_at_unity),
		cmocka_unit_test(what_was_asked_for_holds_until_the_core_agrees),
		cmocka_unit_test(a_full_queue_changes_nothing_and_says_so),
		cmocka_unit_test(undo_goes_back_and_forth),
		cmocka_unit_test(a_long_history_forgets_its_oldest),
		cmocka_unit_test(what_was_added_comes_back_under_its_own_id),
		cmocka_unit_test(the_master_is_a_row_like_others),
		cmocka_unit_test(the_selection_follows_its_speaker),
		cmocka_unit_test(a_meter_attacks_at_once_and_falls_by_time),
		cmocka_unit_test(a_clip_stays_until_it_is_cleared),
		cmocka_unit_test(help_filters_and_runs),
		cmocka_unit_test(no_key_in_no_state_hurts),
		cmocka_unit_test(reasons_are_whole_sentences),
		cmocka_unit_test(strange_bytes_become_safe_text),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
