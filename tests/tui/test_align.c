/* SPDX-License-Identifier: MIT */
/* The align pane: reference, offsets, trims, clicks, each key, at the model and a pty. */
#include <math.h>
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

/* Kitchen 150 ms, Den left 151, Patio 171.4 and trimmed by +48, Bath 153 and by -6.5. */
static struct ui *four(void)
{
	struct ui *ui;

	scene_party(&snap, 4);
	ui = scene_ui(&snap, &sent);
	ui_key(ui, KEYS_F1 + 3, 10001);
	return ui;
}

static void answer(struct ui *ui)
{
	scene_answer(ui, &snap, ui->now_ms + 2000);
}

static const struct ff_command *last(void)
{
	assert_true(sent.n > 0);
	return scene_last(&sent);
}

static void assert_trimmed(uint32_t id, float ms)
{
	assert_int_equal(last()->verb, FF_SET_TRIM);
	assert_int_equal(last()->id, id);
	assert_float_equal(last()->value, ms, 0.001);
}

static void the_reference_is_whom_the_others_wait_for(void **state)
{
	struct ui *ui = four();

	(void)state;
	/* Bath is to sound 6.5 ms early: 159.5; Patio 48 late: 123.4 */
	assert_string_equal(align_reference(ui)->name, "Bath");
	assert_float_equal(align_offset(ui, &ui->snap.speakers[2]), 54.5, 0.001);
	assert_float_equal(align_raw(ui, &ui->snap.speakers[2]), 18.4, 0.001);
	snap.speakers[0].latency_ms = 300; /* another one connects, and is slower */
	answer(ui);
	assert_string_equal(align_reference(ui)->name, "Kitchen");
	free(ui);
}

static void who_trims_keeps_the_reference(void **state)
{
	struct ui *ui = four();

	(void)state;
	scene_type(ui, "l");
	snap.speakers[1].latency_ms = 400;
	answer(ui);
	assert_string_equal(align_reference(ui)->name, "Bath");
	snap.speakers[3] = snap.speakers[2]; /* it is taken out */
	snap.speakers_n = 3;
	answer(ui);
	assert_string_equal(align_reference(ui)->name, "Den left");
	scene_type(ui, "\n");
	assert_string_equal(align_reference(ui)->name, "Kitchen");
	free(ui);
}

static void another_zone_has_another_reference(void **state)
{
	struct ui *ui = four();

	(void)state;
	snap.zones_n = 2;
	snap.speakers[0].zone = snap.speakers[1].zone = 1;
	answer(ui);
	assert_string_equal(align_reference(ui)->name, "Den left");
	assert_true(isnan(align_offset(ui, &ui->snap.speakers[2])));
	scene_type(ui, "jj");
	assert_string_equal(align_reference(ui)->name, "Bath");
	assert_true(isnan(align_offset(ui, &ui->snap.speakers[0])));
	free(ui);
}

static void steps_are_exact_however_many(void **state)
{
	struct ui *ui = four();

	(void)state;
	for (int i = 0; i < 10; i++)
		scene_type(ui, ".");
	assert_trimmed(1, 1.0f);
	for (int i = 0; i < 7; i++)
		scene_type(ui, ",");
	assert_trimmed(1, 0.3f);
	scene_type(ui, "l");
	assert_trimmed(1, 1.3f);
	ui_key(ui, KEYS_LEFT, ui->now_ms);
	ui_key(ui, KEYS_SHIFT_LEFT, ui->now_ms);
	assert_trimmed(1, -9.7f);
	scene_type(ui, "L");
	assert_trimmed(1, 0.3f);
	scene_type(ui, "z"); /* one knob turned: one change */
	assert_trimmed(1, 0);
	free(ui);
}

static void a_typed_trim_has_limits_and_a_unit(void **state)
{
	struct ui *ui = four();
	static const char *const bad[] = {
		"", "abc", "nan", "inf", "501", "-1000", "3 s", "1,5"
	};

	(void)state;
	scene_type(ui, "=12.56\n");
	assert_trimmed(1, 12.6f);
	scene_type(ui, "=-3 ms\n");
	assert_trimmed(1, -3);
	sent.n = 0;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		keymap_typed(PANE_ALIGN, "trim")->take(ui, bad[i]);
		assert_non_null(strstr(ui->toast, "is no trim"));
	}
	assert_int_equal(sent.n, 0);
	snap.speakers[0].trim_ms = 499.5f;
	answer(ui);
	scene_type(ui, "l");
	assert_trimmed(1, 500);
	free(ui);
}

static void reset_takes_the_trim_away(void **state)
{
	struct ui *ui = four();

	(void)state;
	scene_type(ui, "r"); /* Kitchen has none */
	assert_int_equal(sent.n, 0);
	scene_type(ui, "jjr");
	assert_trimmed(3, 0);
	scene_type(ui, "z");
	assert_trimmed(3, 48);
	free(ui);
}

static void two_trims_are_compared_back_and_forth(void **state)
{
	struct ui *ui = four();

	(void)state;
	scene_type(ui, "jjx");
	assert_int_equal(sent.n, 0); /* nothing was changed: nothing to compare */
	scene_type(ui, "L");
	assert_trimmed(3, 58);
	snap.speakers[2].trim_ms = 58;
	answer(ui);
	assert_float_equal(align_other(ui, &ui->snap.speakers[2]), 48, 0.001);
	scene_type(ui, "x");
	assert_trimmed(3, 48); /* as it was found */
	snap.speakers[2].trim_ms = 48;
	answer(ui);
	scene_type(ui, "x");
	assert_trimmed(3, 58);
	snap.speakers[2].trim_ms = 58;
	answer(ui);
	scene_type(ui, "k"); /* each has its own */
	assert_float_equal(align_other(ui, align_selected(ui)), 0, 0.001);
	free(ui);
}

static void clicks_sound_on_two_and_end_with_the_pane(void **state)
{
	struct ui *ui = four();

	(void)state;
	scene_type(ui, "jt");
	assert_int_equal(last()->verb, FF_CLICKS);
	assert_true(last()->flag);
	assert_int_equal(last()->id, 2);
	assert_int_equal(last()->other, 4); /* Bath */
	snap.clicks_speaker = 2;
	snap.clicks_reference = 4;
	answer(ui);
	scene_type(ui, "jt"); /* on to the next one */
	assert_true(last()->flag);
	assert_int_equal(last()->id, 3);
	snap.clicks_speaker = 3;
	answer(ui);
	scene_type(ui, "t");
	assert_false(last()->flag);
	assert_int_equal(last()->id, 3);
	snap.clicks_speaker = snap.clicks_reference = 0;
	answer(ui);
	sent.n = 0;
	scene_type(ui, "jt"); /* the reference beside itself */
	assert_int_equal(sent.n, 0);
	assert_non_null(strstr(ui->toast, "is the reference"));
	scene_type(ui, "kt");
	snap.clicks_speaker = 3;
	snap.clicks_reference = 4;
	answer(ui);
	ui_key(ui, KEYS_F1 + 1, ui->now_ms);
	answer(ui);
	assert_int_equal(last()->verb, FF_CLICKS);
	assert_false(last()->flag);
	sent.n = 0;
	answer(ui);
	assert_int_equal(sent.n, 0); /* said once */
	free(ui);
}

static void others_clicks_are_left_alone(void **state)
{
	struct ui *ui = four();

	(void)state;
	snap.clicks_speaker = 1;
	snap.clicks_reference = 4;
	answer(ui);
	ui_key(ui, KEYS_F1 + 1, ui->now_ms);
	answer(ui);
	align_end(ui);
	assert_int_equal(sent.n, 0);
	free(ui);
}

static void the_filter_and_names_find_a_speaker(void **state)
{
	struct ui *ui = four();

	(void)state;
	scene_type(ui, "/pat\n");
	assert_int_equal(ui->align.rows, 1);
	assert_string_equal(align_selected(ui)->name, "Patio");
	scene_type(ui, "l");
	assert_trimmed(3, 49);
	ui->filter[PANE_ALIGN][0] = '\0';
	answer(ui);
	assert_string_equal(align_selected(ui)->name, "Patio");
	assert_true(pane_align.select(ui, "den LEFT"));
	assert_string_equal(align_selected(ui)->name, "Den left");
	assert_false(pane_align.select(ui, "nowhere"));
	free(ui);
}

static void offsets_far_away_and_clicks_are_drawn(void **state)
{
	struct ui *ui = four();

	(void)state;
	scene_type(ui, "jj");
	snap.speakers[0].latency_ms = snap.speakers[0].reported_ms =
		20; /* far beyond the axis */
	snap.speakers[1].trim_ms = 140;
	snap.speakers[2].trim_ms = -20;
	snap.clicks_speaker = 3;
	snap.clicks_reference = 4;
	answer(ui);
	ui->toast[0] = '\0';
	golden_picture(ui, "align-clicks-80x24-utf8", 24, 80, GLYPHS_FULL);
	ui->full = true; /* others have their own pictures of the other panes */
	golden_picture(ui, "align-clicks-140x40-utf8", 40, 140, GLYPHS_FULL);
	golden_picture(ui, "align-clicks-40x10-ascii", 10, 40, GLYPHS_ASCII);
	free(ui);
}

/* ---- at a pty -------------------------------------------------------------------------------
 */

static void key(struct terminal *t, const struct fake_door *f, const char *keys,
		const char *words, int verb)
{
	terminal_send(t, keys);
	if (!terminal_shows(t, words, SOON))
		fail_msg("after \"%s\"", keys);
	if (verb >= 0)
		assert_int_equal(f->command[f->commands - 1].verb, verb);
}

static void each_key_of_the_pane(void **state)
{
	struct fake_door *f = console_party(8);
	struct terminal *t = console_new(24, 80, &console_local);

	(void)state;
	assert_true(terminal_shows(t, "F4 Align", SOON));
	key(t, f, "\033OS", "-100", -1);
	key(t, f, "\033[B", ">  Den left", -1);
	key(t, f, "k", ">  Kitchen", -1);
	key(t, f, "\033[4~", ">  Cellar", -1); /* End */
	key(t, f, "\033[1~", ">  Kitchen", -1);
	key(t, f, "\033[6~", ">  Cellar", -1); /* PgDn */
	key(t, f, "\033[5~", ">  Kitchen", -1);
	key(t, f, "\033[C", "trim +0.0 ms -> +1.0 ms", FF_SET_TRIM);
	key(t, f, "L", "-> +11.0 ms", FF_SET_TRIM);
	key(t, f, ".", "-> +11.1 ms", FF_SET_TRIM);
	key(t, f, ",,", "-> +10.9 ms", FF_SET_TRIM);
	key(t, f, "h", "-> +9.9 ms", FF_SET_TRIM);
	key(t, f, "\033[1;2D", "-> -0.1 ms", FF_SET_TRIM); /* Shift-Left */
	key(t, f, "=25\r", "-> +25.0 ms", FF_SET_TRIM);
	assert_true(terminal_shows(t, "A/B: x goes to +0.0 ms", SOON));
	terminal_pump(t, 1600); /* x is a change of its own */
	key(t, f, "x", "trim +25.0 ms -> +0.0 ms", FF_SET_TRIM);
	assert_true(terminal_shows(t, "A/B: x goes to +25.0 ms", SOON));
	key(t, f, "z", "trim +0.0 ms -> +25.0 ms", FF_SET_TRIM);
	key(t, f, "r", "-> +0.0 ms", FF_SET_TRIM);
	key(t, f, "t", "clicks on Bath and Kitchen", FF_CLICKS);
	assert_true(terminal_shows(t, "(t ends)", SOON));
	key(t, f, "t", "the clicks ended", FF_CLICKS);
	assert_false(f->command[f->commands - 1].flag);
	key(t, f, "\r", "Kitchen is the reference", FF_CLICKS);
	assert_true(terminal_shows(t, ">◆ Kitchen", SOON));
	console_end(f, t);
}

/* What the pane shows at 80x24 has text in it. */
static bool shows(struct ui *ui, const char *text)
{
	struct cells c;
	char line[512];
	bool found = false;

	assert_int_equal(cells_init(&c, 24, 80, GLYPHS_ASCII), 0);
	ui_draw(ui, &c);
	for (int row = 0; row < 24 && !found; row++) {
		size_t n = 0;

		for (int col = 0; col < 80 && n + 1 < sizeof(line); col++) {
			wchar_t ch = c.cell[row * 80 + col].ch[0];

			line[n++] = ch > 0 && ch < 128 ? (char)ch : '?';
		}
		line[n] = '\0';
		found = strstr(line, text) != NULL;
	}
	cells_done(&c);
	return found;
}

static void g_measures_with_a_chosen_microphone_and_shows_how_far_it_is(void **state)
{
	struct ui *ui = four();

	(void)state;
	snap.sounds_n = 1;
	snap.sounds[0] = (struct ff_sound){
		.capture = true, .type = "alsa", .device = "hw:CARD=Mic", .name = "A microphone"
	};
	answer(ui);
	scene_type(ui, "g");
	assert_int_equal(last()->verb, FF_LIST_SOUNDS);
	assert_true(ui->picker.open);
	scene_type(ui, "\n");
	assert_int_equal(last()->verb, FF_MEASURE);
	assert_string_equal(last()->type, "alsa");
	assert_string_equal(last()->device, "hw:CARD=Mic");
	assert_int_equal(last()->id, snap.speakers[0].zone);

	snap.measure.step = FF_MEASURE_SOUNDING;
	snap.measure.pass = 1;
	snap.measure.tries = 1;
	snap.measure.progress = 0.5f;
	snap.measure.speakers_n = 2;
	snap.measure.speakers[0].id = snap.speakers[0].id;
	snap.measure.speakers[1].id = snap.speakers[1].id;
	snap.measure.speakers[1].sounding = true;
	answer(ui);
	assert_true(shows(ui, "pass 1 of 2"));
	assert_true(shows(ui, "50 %"));
	scene_type(ui, "g"); /* again: it ends */
	assert_int_equal(last()->verb, FF_MEASURE_CANCEL);

	snap.measure.step = FF_MEASURE_VERIFIED;
	snprintf(snap.measure.words, sizeof(snap.measure.words), "verified: within 0.02 ms");
	snap.measure.speakers[0].accepted = true;
	snap.measure.speakers[0].late_ms = 12.34f;
	answer(ui);
	assert_int_equal(last()->verb, FF_MEASURE_RESULT);
	assert_true(last()->flag);
	assert_true(shows(ui, "verified: within 0.02 ms"));
	assert_true(shows(ui, "was +12.34 ms"));
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_MEASURE_RESULT);
	assert_false(last()->flag);
	scene_type(ui, "G");
	assert_int_equal(last()->verb, FF_MEASURE_LEVELS);
	assert_true(last()->flag);
	free(ui);
}

static void of_whom_nothing_was_heard_nothing_is_told(void **state)
{
	struct ui *ui = four();

	(void)state;
	snprintf(snap.speakers[0].name, FF_NAME_MAX, "Kitchen, above the long table");
	snap.measure.step = FF_MEASURE_REFUSED;
	snprintf(snap.measure.words, sizeof(snap.measure.words), "no microphone");
	snap.measure.speakers_n = 1;
	snap.measure.speakers[0].id = snap.speakers[0].id;
	answer(ui);
	assert_true(shows(ui, "no microphone"));
	assert_false(shows(ui, "the long table")); /* a row has no room for all of it */
	snprintf(snap.measure.speakers[0].words, FF_TEXT_MAX, "it was not heard");
	answer(ui);
	assert_true(shows(ui, "the long table  it was not heard"));
	snap.measure = (struct ff_measure){ .step = FF_MEASURE_NONE };
	free(ui);
}

static void v_checks_one_in_doubt_with_the_microphone_that_it_was_measured_with(void **state)
{
	struct ui *ui = four();
	struct ff_speaker *s;

	(void)state;
	scene_type(ui, "j");
	s = &snap.speakers[1];
	scene_type(ui, "i");
	assert_int_equal(ui->history.n, 0); /* nothing is in doubt */
	snprintf(s->doubt, sizeof(s->doubt), "reconnected");
	snprintf(s->microphone, sizeof(s->microphone), "hw:CARD=Mic");
	answer(ui);
	assert_true(shows(ui, "in time? reconnected"));
	scene_type(ui, "v");
	assert_true(ui->picker.open); /* that microphone is not here */
	assert_true(shows(ui, "Check "));
	scene_type(ui, "\033");
	snap.sounds_n = 1;
	snap.sounds[0] = (struct ff_sound){
		.capture = true, .type = "alsa", .device = "hw:CARD=Mic", .name = "A microphone"
	};
	answer(ui);
	scene_type(ui, "v");
	assert_int_equal(last()->verb, FF_MEASURE_ONE);
	assert_int_equal(last()->id, s->id);
	assert_string_equal(last()->type, "alsa");
	assert_string_equal(last()->device, "hw:CARD=Mic");

	snap.measure.step = FF_MEASURE_SOUNDING;
	snap.measure.one = s->id;
	snap.measure.pass = snap.measure.tries = 1;
	snap.measure.speakers_n = 2;
	snap.measure.speakers[0].id = snap.speakers[0].id;
	snap.measure.speakers[1].id = s->id;
	answer(ui);
	assert_true(shows(ui, "Checking Den left beside Kitchen"));
	assert_true(shows(ui, "4 s of sweeps"));
	scene_type(ui, "v"); /* again: it ends */
	assert_int_equal(last()->verb, FF_MEASURE_CANCEL);

	snap.measure.step = FF_MEASURE_VERIFIED;
	snprintf(snap.measure.words, sizeof(snap.measure.words), "checked, +0.03 ms");
	s->doubt[0] = '\0';
	answer(ui);
	assert_int_equal(last()->verb, FF_MEASURE_RESULT);
	assert_true(last()->flag);
	assert_true(shows(ui, "Den left: checked, +0.03 ms"));
	scene_type(ui, "z");
	assert_false(last()->flag);

	snprintf(s->doubt, sizeof(s->doubt), "reports +70.0 ms");
	answer(ui);
	scene_type(ui, "v"); /* it has a microphone by now */
	assert_int_equal(last()->verb, FF_MEASURE_ONE);
	assert_string_equal(last()->type, "");
	scene_type(ui, "i");
	assert_int_equal(last()->verb, FF_SET_DOUBT);
	assert_int_equal(last()->id, s->id);
	assert_false(last()->flag);
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_SET_DOUBT);
	assert_true(last()->flag);
	free(ui);
}

static void u_checks_under_the_music_and_U_mends_by_what_was_found(void **state)
{
	struct ui *ui = four();
	struct ff_music_check *m = &snap.music_check;

	(void)state;
	scene_type(ui, "jU");
	assert_true(shows(ui, "nothing was found under the music"));
	scene_type(ui, "u");
	assert_true(shows(ui, "Check Den left with which microphone"));
	scene_type(ui, "\n");
	assert_int_equal(last()->verb, FF_CHECK_UNDER_MUSIC);
	assert_int_equal(last()->id, snap.speakers[1].id);
	m->step = FF_UNDER_SOUNDING;
	m->speaker = snap.speakers[1].id;
	m->reference = snap.speakers[0].id;
	m->progress = 0.42f;
	answer(ui);
	assert_true(shows(ui, "Under the music: Den left beside Kitchen"));
	assert_true(shows(ui, "the music plays on, 42 %"));
	scene_type(ui, "u");
	assert_int_equal(last()->verb, FF_CANCEL_UNDER_MUSIC);

	m->step = FF_UNDER_FOUND;
	m->late_ms = 3.21f;
	m->confidence = 0.87f;
	snprintf(m->words, sizeof(m->words), "Den left is 3.21 ms late beside Kitchen");
	answer(ui);
	assert_true(shows(ui, "3.21 ms late beside Kitchen; U mends it"));
	assert_true(shows(ui, "+3.21 ms"));
	scene_type(ui, "U");
	assert_int_equal(last()->verb, FF_APPLY_UNDER_MUSIC);
	assert_true(last()->flag);
	m->applied = true;
	answer(ui);
	assert_true(shows(ui, "mended, U takes it back"));
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_APPLY_UNDER_MUSIC);
	assert_false(last()->flag);

	m->applied = false;
	m->unsure_ms = 0.5f; /* less than it was found to be out by */
	answer(ui);
	assert_true(shows(ui, "+3.2 ms, give or take 0.5"));
	assert_true(shows(ui, "U mends it"));
	m->unsure_ms = 5;
	answer(ui);
	assert_true(shows(ui, "+3.2 ms, give or take 5.0"));
	assert_true(shows(ui, "in place as nearly as was heard"));
	assert_false(shows(ui, "U mends it"));
	scene_type(ui, "U");
	assert_true(shows(ui, "nothing to mend"));
	assert_false(last()->flag); /* nothing was asked for since */
	free(ui);
}

static void leaving_the_console_ends_the_clicks(void **state)
{
	struct fake_door *f = console_party(4);
	struct terminal *t = console_new(24, 80, &console_local);

	(void)state;
	assert_true(terminal_shows(t, "F4 Align", SOON));
	key(t, f, "\033OS", "-100", -1);
	key(t, f, "t", "clicks on Bath and Kitchen", FF_CLICKS);
	key(t, f, "q", "Fanfare plays on", FF_CLICKS);
	assert_false(f->command[f->commands - 1].flag);
	console_end(f, t);
}

#define T(test) cmocka_unit_test_teardown(test, console_sweep)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reference_is_whom_the_others_wait_for),
		cmocka_unit_test(g_measures_with_a_chosen_microphone_and_shows_how_far_it_is),
		cmocka_unit_test(of_whom_nothing_was_heard_nothing_is_told),
		cmocka_unit_test(
			v_checks_one_in_doubt_with_the_microphone_that_it_was_measured_with),
		cmocka_unit_test(who_trims_keeps_the_reference),
		cmocka_unit_test(another_zone_has_another_reference),
		cmocka_unit_test(steps_are_exact_however_many),
		cmocka_unit_test(a_typed_trim_has_limits_and_a_unit),
		cmocka_unit_test(reset_takes_the_trim_away),
		cmocka_unit_test(two_trims_are_compared_back_and_forth),
		cmocka_unit_test(clicks_sound_on_two_and_end_with_the_pane),
		cmocka_unit_test(others_clicks_are_left_alone),
		cmocka_unit_test(the_filter_and_names_find_a_speaker),
		cmocka_unit_test(offsets_far_away_and_clicks_are_drawn),
		T(each_key_of_the_pane),
		T(u_checks_under_the_music_and_U_mends_by_what_was_found),
		T(leaving_the_console_ends_the_clicks),
	};

	if (!console_prepare())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
