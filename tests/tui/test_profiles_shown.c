/* SPDX-License-Identifier: MIT */
/* The profiles pane as it is seen: pictures of it, and each of its keys at a pty. */
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
#include "tui/pane.h"

static struct ff_snapshot snap;
static struct scene_sent sent;

static struct ui *profiles(void)
{
	return scene_shelf(&snap, &sent);
}

/* ---- pictures -------------------------------------------------------------------------------
 */

/* Of this pane alone also where all would fit: test_screens has it among the others. */
static void pictures(struct ui *ui, const char *what)
{
	static const int sizes[][2] = { { 5, 20 }, { 10, 40 }, { 24, 80 }, { 40, 140 } };

	ui->full = true;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (int utf8 = 0; utf8 < 2; utf8++) {
			struct cells c;
			char name[96];

			assert_int_equal(cells_init(&c, sizes[i][0], sizes[i][1],
						    utf8 ? GLYPHS_FULL : GLYPHS_ASCII),
					 0);
			ui_draw(ui, &c);
			snprintf(name, sizeof(name), "%s-%dx%d-%s", what, sizes[i][1],
				 sizes[i][0], utf8 ? "utf8" : "ascii");
			assert_true(golden_same(name, &c, utf8));
			cells_done(&c);
		}
	}
}

/* So many files, none of which plays when there are none. */
static void shelf_of(uint32_t n, const char *what)
{
	struct ui *ui;

	scene_profiles(&snap);
	snap.profiles_n = n;
	for (uint32_t i = 0; i < n; i++) {
		struct ff_profile *p = &snap.profiles[i];

		snprintf(p->name, FF_NAME_MAX, i == n / 2 ? "Party" : "Evening %u", i + 1);
		snprintf(p->path, FF_PATH_MAX, "/home/pi/.config/fanfare/profiles/%s.conf",
			 p->name);
		p->loaded = i == n / 2;
		p->readonly = i % 5 == 4;
	}
	ui = scene_ui(&snap, &sent);
	ui_key(ui, KEYS_F1 + 4, 10001);
	pictures(ui, what);
	free(ui);
}

static void shelves_of_every_length(void **state)
{
	(void)state;
	shelf_of(0, "shelf-0");
	shelf_of(1, "shelf-1");
	shelf_of(8, "shelf-8");
	shelf_of(40, "shelf-40");
}

static void zones_and_what_is_not_saved(void **state)
{
	struct ui *ui = profiles();

	(void)state;
	scene_house(&snap, 6);
	scene_sounds(&snap);
	snap.zones_n = 2;
	snprintf(snap.zones[1].name, FF_NAME_MAX, "Garden");
	for (uint32_t i = 3; i < 6; i++)
		snap.speakers[i].zone = 1;
	snap.speakers[5].output = FF_OUT_FILE;
	snprintf(snap.speakers[5].device, FF_PATH_MAX, "/home/pi/party.wav");
	snap.sources[1] = snap.sources[0];
	snap.sources[1] = (struct ff_source){ .id = 2,
					      .zone = 1,
					      .type = "command",
					      .name = "AirPlay",
					      .device = "shairport-sync -o stdout",
					      .gain_db = -4.5f };
	snap.sources_n = 2;
	snap.edits_n = 3;
	snprintf(snap.edits[0], FF_TEXT_MAX, "Patio: volume -6.0 → -4.0 dB");
	snprintf(snap.edits[1], FF_TEXT_MAX, "Loft: added");
	snprintf(snap.edits[2], FF_TEXT_MAX, "zone Yard: now called Garden");
	scene_answer(ui, &snap, ui->now_ms + 2000);
	assert_true(pane_profiles.select(ui, "AirPlay"));
	pictures(ui, "zones-edited");
	scene_type(ui, "s");
	pictures(ui, "choose-source");
	free(ui);
}

/* Names of sound devices and zones as an enemy would choose them. */
static void hostile_names_stay_in_their_column(void **state)
{
	struct ui *ui = profiles();

	(void)state;
	scene_hostile(&snap);
	scene_sounds(&snap);
	snprintf(snap.zones[0].name, FF_NAME_MAX, "\033[2Jzone\xE2\x80\xAE");
	snprintf(snap.sources[0].name, FF_NAME_MAX, "\xFF\xFE\xE5\x8F\xB0\xE6\x89\x80");
	snprintf(snap.sources[0].device, FF_PATH_MAX, "hw:\r\n\033]0;owned\007");
	snprintf(snap.sounds[0].name, FF_NAME_MAX, "\033[31mcard\xC2\x9B");
	snprintf(snap.edits[0], FF_TEXT_MAX, "\033[5m: gone \xE2\x80\xAE");
	snap.edits_n = 1;
	scene_answer(ui, &snap, ui->now_ms + 2000);
	pictures(ui, "hostile-inside");
	scene_type(ui, "s");
	pictures(ui, "hostile-choose");
	free(ui);
}

static void lists_as_long_as_the_door_allows(void **state)
{
	struct ui *ui = profiles();
	struct cells c;

	(void)state;
	snap.zones_n = FF_ZONES;
	snap.sources_n = FF_SOURCES;
	snap.speakers_n = FF_SPEAKERS;
	snap.profiles_n = FF_PROFILES;
	snap.sounds_n = FF_SOUNDS;
	snap.edits_n = FF_EDITS;
	for (uint32_t i = 0; i < FF_SOURCES; i++)
		snap.sources[i].zone = i % FF_ZONES;
	for (uint32_t i = 0; i < FF_SPEAKERS; i++)
		snap.speakers[i].zone = i % FF_ZONES;
	scene_answer(ui, &snap, ui->now_ms + 2000);
	assert_int_equal(ui->profiles.rows, PROFILES_ROWS - 1);
	snap.profiles[1].loaded = false; /* what plays is in no file: one row more */
	scene_answer(ui, &snap, ui->now_ms + 2000);
	assert_int_equal(ui->profiles.rows, PROFILES_ROWS);
	scene_type(ui, "mws\n");
	ui_key(ui, KEYS_END, ui->now_ms + 1);
	assert_int_equal(cells_init(&c, 24, 80, GLYPHS_FULL), 0);
	ui_draw(ui, &c);
	cells_done(&c);
	assert_true(pane_profiles.select(ui, snap.zones[0].name));
	sent.n = 0;
	scene_type(ui, "+zone\nOne more\n");
	assert_int_equal(sent.n, 0); /* eight there are */
	free(ui);
}

/* ---- at a pty -------------------------------------------------------------------------------
 */

static struct fake_door *shelf(void)
{
	struct fake_door *f = console_door();

	scene_profiles(&f->snap);
	scene_sounds(&f->snap);
	return f;
}

/* Wait until the console has asked for verb, with text unless it is NULL; the command. */
static const struct ff_command *asked(struct fake_door *f, enum ff_verb verb, const char *text)
{
	for (int i = 0; i < SOON / 10; i++) {
		for (int k = 0; k < f->commands && k < (int)ARRAY_SIZE(f->command); k++)
			if (f->command[k].verb == verb &&
			    (!text || strcmp(f->command[k].text, text) == 0))
				return &f->command[k];
		usleep(10000);
	}
	fail_msg("verb %d was never asked for", (int)verb);
	return NULL;
}

static void each_key_at_a_terminal(void **state)
{
	struct fake_door *f = shelf();
	struct terminal *t = console_new(24, 80, &console_local);

	(void)state;
	assert_true(terminal_shows(t, ">● Kitchen", SOON));
	terminal_send(t, "\033[15~"); /* F5 */
	assert_true(terminal_shows(t, ">▶ Party", SOON));
	terminal_send(t, "\033[B");
	assert_true(terminal_shows(t, ">    House", SOON));
	terminal_send(t, "j");
	assert_true(terminal_shows(t, ">      line-in", SOON));
	terminal_send(t, "\033[C"); /* Right */
	assert_true(terminal_shows(t, "line-in gain +0.0 dB -> +1.0 dB", SOON));
	assert_int_equal(asked(f, FF_SET_SOURCE_GAIN, NULL)->id, 1);
	terminal_send(t, "hh");
	assert_true(terminal_shows(t, "-> -1.0 dB", SOON));
	terminal_send(t, "=-6\r");
	assert_true(terminal_shows(t, "-> -6.0 dB", SOON));
	terminal_send(t, "e\025Echo\r");
	assert_true(terminal_shows(t, "line-in is now called Echo", SOON));
	assert_true(terminal_shows(t, ">      Echo", SOON));
	terminal_send(t, "z");
	assert_true(terminal_shows(t, ">      line-in", SOON));
	terminal_send(t, "s");
	assert_true(terminal_shows(t, "What is heard instead of line-in", SOON));
	assert_true(terminal_shows(t, ">USB Audio Device", SOON));
	terminal_send(t, "monitor\r");
	assert_true(terminal_shows(t, "line-in is now Monitor of the desktop", SOON));
	assert_true(terminal_shows(t, "source: PulseAudio", SOON));
	terminal_send(t, "k+zone\rGarden\r");
	assert_true(terminal_shows(t, "zone Garden added", SOON));
	assert_true(terminal_shows(t, "zone: 0 speakers, 0 sources", SOON));
	terminal_send(t, "jjm");
	assert_true(terminal_shows(t, "Kitchen plays in", SOON));
	terminal_send(t, "Garden\r");
	assert_true(terminal_shows(t, "Kitchen moved to Garden", SOON));
	assert_true(terminal_shows(t, "zone: 1 speaker, no source (s)", SOON));
	terminal_send(t, "d");
	assert_true(terminal_shows(t, "Kitchen taken out", SOON));
	assert_int_equal(asked(f, FF_REMOVE_SPEAKER, NULL)->id, 1);
	terminal_send(t, "\033[H+\rsimulated\r"); /* Home */
	assert_true(terminal_shows(t, "speaker added: a simulated speaker", SOON));
	assert_int_equal(asked(f, FF_ADD_SPEAKER, NULL)->output, FF_OUT_SIMULATED);
	terminal_send(t, "w");
	asked(f, FF_SAVE_PROFILE, "");
	terminal_send(t, "WSummer\r");
	asked(f, FF_SAVE_PROFILE, "Summer");
	terminal_send(t, "\033[Fd"); /* End, the last profile */
	assert_true(terminal_shows(t, "Delete Quiet? y/N", SOON));
	terminal_send(t, "y");
	asked(f, FF_DELETE_PROFILE, "Quiet");
	terminal_send(t, "\033[5~\033[6~"); /* PgUp, PgDn */
	terminal_send(t, "nLawn\r");
	assert_true(terminal_shows(t, "Begin a new one all the same? y/N", SOON));
	terminal_send(t, "y");
	asked(f, FF_NEW_PROFILE, "Lawn");
	assert_true(terminal_shows(t, "plays, w saves it", SOON));
	terminal_send(t, "\033[F\r");
	assert_true(terminal_shows(t, "Load Quiet all the same? y/N", SOON));
	terminal_send(t, "y");
	asked(f, FF_LOAD_PROFILE, "Quiet");
	console_end(f, t);
}

#define T(test) cmocka_unit_test_teardown(test, console_sweep)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(shelves_of_every_length),
		T(zones_and_what_is_not_saved),
		T(hostile_names_stay_in_their_column),
		T(lists_as_long_as_the_door_allows),
		T(each_key_at_a_terminal),
	};

	if (!console_prepare())
		return 1;
	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
