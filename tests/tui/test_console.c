/* SPDX-License-Identifier: MIT */
/* What is the same in every pane: command line, filter, log, mouse, keys of one's own. */
#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/scope.h"
#include "tests/tui/golden.h"
#include "tests/tui/scene.h"
#include "tui/command.h"
#include "tui/keymap.h"
#include "tui/keys.h"
#include "tui/pane.h"

static struct ff_snapshot snap;
static struct scene_sent sent;

static struct ui *house(uint32_t speakers)
{
	scene_house(&snap, speakers);
	return scene_ui(&snap, &sent);
}

static const struct ff_command *last(void)
{
	assert_true(sent.n > 0);
	return scene_last(&sent);
}

/* ---- the command line -----------------------------------------------------------------------
 */

static void a_command_does_what_its_key_does(void **state)
{
	struct ui *ui = house(4);

	(void)state;
	scene_type(ui, ":mute\n");
	assert_int_equal(last()->verb, FF_SET_MUTE);
	assert_int_equal(last()->id, 1);
	scene_type(ui, ":solo Den left\n"); /* a row by its name, with its blank */
	assert_int_equal(last()->verb, FF_SET_SOLO);
	assert_int_equal(last()->id, 2);
	assert_string_equal(mixer_speaker(ui)->name, "Den left");
	scene_type(ui, ":VOLUME patio -12dB\n");
	assert_int_equal(last()->verb, FF_SET_VOLUME);
	assert_int_equal(last()->id, 3);
	assert_float_equal(last()->value, -12, 0);
	scene_type(ui, ":volume 50\n"); /* the selected one */
	assert_float_equal(last()->value, -20, 1e-4f);
	assert_int_equal(last()->id, 3);
	scene_type(ui, ":volume line-in -3dB\n");
	assert_int_equal(last()->verb, FF_SET_SOURCE_GAIN);
	scene_type(ui, ":undo\n");
	assert_float_equal(last()->value, 0, 0);
	scene_type(ui, ":volume Pat -6dB\n"); /* the beginning of one name is enough */
	assert_int_equal(last()->verb, FF_SET_VOLUME);
	assert_int_equal(last()->id, 3);
	assert_float_equal(last()->value, -6, 0);
	scene_type(ui, ":solo kit\n");
	assert_int_equal(last()->verb, FF_SET_SOLO);
	assert_int_equal(last()->id, 1);
	scene_type(ui, ":mute-all\n");
	assert_int_equal(last()->verb, FF_MUTE_ALL);
	scene_type(ui, ":theme light\n");
	assert_string_equal(ui->theme, "light");
	assert_int_equal(ui->want, UI_KEEP);
	free(ui);
}

static void a_command_of_another_pane_goes_there(void **state)
{
	struct ui *ui = house(2);

	(void)state;
	scene_type(ui, ":scan\n");
	assert_int_equal(ui->pane, PANE_DEVICES);
	ui->ask[0] = '\0'; /* it may ask first */
	scene_type(ui, ":mixer mute\n");
	assert_int_equal(ui->pane, PANE_MIXER);
	assert_int_equal(last()->verb, FF_SET_MUTE);
	scene_type(ui, ":profiles\n");
	assert_int_equal(ui->pane, PANE_PROFILES);
	scene_type(ui, ":mixer \n");
	assert_int_equal(ui->pane, PANE_MIXER);
	free(ui);
}

static void a_command_nobody_knows_is_named(void **state)
{
	static const char *const odd[] = { ":frobnicate\n", ":mute Cellar 7\n",
					   ":volume lots\n", ":devices mute\n" };
	struct ui *ui = house(2);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		ui->toast[0] = '\0';
		scene_type(ui, odd[i]);
		assert_int_equal(ui->tone, SAY_ERROR);
		assert_true(ui->toast[0]);
		assert_int_equal(sent.n, 0);
		ui->pane = PANE_MIXER;
	}
	scene_type(ui, ":\n:   \n"); /* nothing asked, nothing said */
	scene_type(ui, ":quit");
	ui_key(ui, KEYS_ESC, ui->now_ms + 1);
	assert_false(ui->prompt.open);
	assert_int_equal(ui->want, UI_STAY);
	free(ui);
}

static void tab_completes_actions_names_and_values(void **state)
{
	struct ui *ui = house(4);

	(void)state;
	scene_type(ui, ":sol\t");
	assert_string_equal(ui->prompt.text, "solo ");
	scene_type(ui, "d\t");
	assert_string_equal(ui->prompt.text, "solo Den left ");
	scene_type(ui, "\n");
	assert_int_equal(last()->verb, FF_SET_SOLO);
	assert_int_equal(last()->id, 2);
	scene_type(ui, ":map Pat\tmo\t");
	assert_string_equal(ui->prompt.text, "map Patio mono ");
	scene_type(ui, "\n");
	assert_int_equal(last()->map, FF_MAP_MONO);
	scene_type(ui, ":devices sca\t");
	assert_string_equal(ui->prompt.text, "devices scan ");
	ui_key(ui, KEYS_ESC, ui->now_ms + 1);
	free(ui);
}

static void everything_a_key_does_has_a_command(void **state)
{
	struct ui *ui = house(3);
	struct keymap_row row;

	(void)state;
	for (size_t i = 0; keymap_row(i, &row); i++) {
		struct choices c = { .n = 0 };
		char line[96], stem[96];
		bool offered = false;
		size_t from = 0;

		assert_true(i < KEYMAP_ROWS);
		assert_true(*row.binding->name && !strchr(row.binding->name, ' '));
		if (!row.binding->help)
			continue;
		snprintf(line, sizeof(line), "%s%s%s",
			 row.pane == KEYMAP_ALL ? "" : pane_kind((enum pane)row.pane)->name,
			 row.pane == KEYMAP_ALL ? "" : " ", row.binding->name);
		snprintf(stem, sizeof(stem), "%.*s", (int)strlen(line) - 1, line);
		command_complete(ui, stem, &c, &from);
		for (int k = 0; k < c.n; k++)
			offered |= strcmp(line + from, c.text[k]) == 0;
		if (!offered)
			fail_msg("\"%s\" is not offered", line);
	}
	free(ui);
}

static void a_link_and_a_speakers_own_volume_are_undone_too(void **state)
{
	struct ui *ui = house(2);

	(void)state;
	scene_type(ui, "x");
	assert_int_equal(last()->verb, FF_DISCONNECT);
	scene_type(ui, "z");
	assert_int_equal(last()->verb, FF_CONNECT);
	assert_int_equal(last()->id, 1);
	scene_type(ui, "Z");
	assert_int_equal(last()->verb, FF_DISCONNECT);
	sent.n = 0;
	scene_type(ui, "a");
	assert_false(ui->prompt.open);
	assert_non_null(strstr(ui->toast, "does not let"));
	ui->snap.speakers[0].absolute = 100;
	scene_type(ui, "a128\n");
	assert_int_equal(ui->tone, SAY_ERROR);
	assert_int_equal(sent.n, 0);
	scene_type(ui, "a64\n");
	assert_int_equal(last()->verb, FF_SET_ABSOLUTE);
	assert_float_equal(last()->value, 64, 0);
	assert_non_null(strstr(ui->toast, "100 -> 64"));
	scene_type(ui, "z");
	assert_float_equal(last()->value, 100, 0);
	free(ui);
}

/* ---- filter and log -------------------------------------------------------------------------
 */

static void a_filter_leaves_what_it_names(void **state)
{
	struct ui *ui = house(8);

	(void)state;
	scene_type(ui, "/e");
	assert_int_equal(ui->mixer.rows,
			 6); /* seen while it is typed: line-in, House, four rooms */
	scene_type(ui, "n \n");
	assert_int_equal(ui->mixer.rows,
			 1); /* Kitchen has it at its end, Den left a blank after */
	free(ui);

	ui = house(8);
	scene_type(ui, "/l\n");
	assert_string_equal(mixer_speaker(ui)->name, "Den left");
	scene_type(ui, "n");
	assert_string_equal(mixer_speaker(ui)->name, "Loft");
	scene_type(ui, "n");
	assert_string_equal(mixer_speaker(ui)->name, "Hall");
	scene_type(ui, "N");
	assert_string_equal(mixer_speaker(ui)->name, "Loft");
	ui_key(ui, KEYS_ESC, ui->now_ms + 1);
	assert_true(ui->mixer.rows > 8);
	assert_string_equal(mixer_speaker(ui)->name, "Loft");
	scene_type(ui, "/zz\n5m"); /* nobody: keys have nothing to change */
	assert_int_equal(ui->mixer.rows, 0);
	assert_int_equal(sent.n, 0);
	free(ui);
}

static void escape_only_ever_goes_back(void **state)
{
	struct ui *ui = house(3);

	(void)state;
	scene_type(ui, "/p\n");
	for (int p = 0; p < PANE_COUNT; p++) {
		ui->pane = (enum pane)p;
		for (int i = 0; i < 5; i++) {
			ui_key(ui, KEYS_ESC, ui->now_ms + 1);
			assert_int_equal(ui->want, UI_STAY);
		}
	}
	assert_int_equal(ui->filter[PANE_MIXER][0], 0);
	assert_int_equal(sent.n, 0);
	free(ui);
}

static void the_log_scrolls_in_a_window(void **state)
{
	struct ui *ui = house(2);
	struct cells c;

	(void)state;
	for (int i = 0; i < FF_LOG_LINES + 9; i++)
		snprintf(snap.log[snap.log_count++ % FF_LOG_LINES].text, FF_TEXT_MAX,
			 "line %d.", i);
	ui->snap = snap;
	scene_type(ui, "E");
	assert_true(ui->log.open);
	for (int i = 0; i < 200; i++)
		ui_key(ui, KEYS_PAGE_UP, ui->now_ms + 1);
	assert_int_equal(ui->log.up, FF_LOG_LINES - 1);
	for (int rows = 1; rows < 40; rows++) { /* whatever the size, and up to the oldest */
		assert_int_equal(cells_init(&c, rows, 3 * rows, GLYPHS_FULL), 0);
		ui_draw(ui, &c);
		cells_done(&c);
	}
	ui_key(ui, KEYS_DOWN, ui->now_ms + 1);
	assert_int_equal(ui->log.up, FF_LOG_LINES - 2);
	scene_type(ui, "E");
	for (const char *key = "q\003\033"; *key; key++) { /* closed, and nobody leaves */
		scene_type(ui, "E");
		assert_true(ui->log.open);
		ui_key(ui, (uint32_t)*key, ui->now_ms + 1);
		assert_false(ui->log.open);
		scene_type(ui, "T");
		assert_true(ui->picker.open);
		ui_key(ui, (uint32_t)*key, ui->now_ms + 1);
		assert_false(ui->picker.open);
		ui->want = ui->want == UI_WEAR ? UI_STAY : ui->want; /* the theme it had */
		scene_type(ui, "?");
		ui_key(ui, (uint32_t)*key, ui->now_ms + 1);
		assert_false(ui->help.open);
		assert_int_equal(ui->want, UI_STAY);
	}
	free(ui);
}

/* ---- the mouse ------------------------------------------------------------------------------
 */

/* Click on what is drawn there; false = nothing is. */
static bool click(struct ui *ui, int rows, int cols, int row, int col, int wheel)
{
	const struct hit *hit;
	struct cells c;

	assert_int_equal(cells_init(&c, rows, cols, GLYPHS_FULL), 0);
	ui_draw(ui, &c);
	hit = cells_hit_at(&c, row, col);
	ui_point(ui, hit, row, col, wheel, ui->now_ms + 1);
	cells_done(&c);
	return hit != NULL;
}

static void clicks_choose_and_set(void **state)
{
	struct ui *ui = house(4);

	(void)state;
	assert_true(click(ui, 24, 80, 7, 20, 0)); /* header, tabs, headings, master, source */
	assert_string_equal(mixer_speaker(ui)->name, "Patio");
	click(ui, 24, 80, 7, 20, -1); /* the wheel moves the choice */
	assert_string_equal(mixer_speaker(ui)->name, "Den left");
	click(ui, 24, 80, 19, 21, 0); /* the fader in the strip below */
	assert_int_equal(last()->verb, FF_SET_VOLUME);
	assert_int_equal(last()->id, 2);
	assert_float_equal(last()->value, -20, 0.8f); /* some half of it */
	click(ui, 24, 80, 1, 14, 0);
	assert_int_equal(ui->pane, PANE_DEVICES);
	click(ui, 24, 80, 1, 3, 0);
	assert_int_equal(ui->pane, PANE_MIXER);
	click(ui, 24, 80, 1, 73, 0);
	assert_true(ui->help.open);
	click(ui, 24, 80, 23, 74, 0); /* covered: the footer is out of reach */
	assert_int_equal(ui->want, UI_STAY);
	ui_key(ui, KEYS_ESC, ui->now_ms + 1);
	click(ui, 24, 80, 23, 74, 0);
	assert_int_equal(ui->want, UI_LEAVE);
	free(ui);
}

static void every_line_of_the_help_can_be_read(void **state)
{
	(void)state;
	for (int pane = 0; pane < PANE_COUNT; pane++) {
		struct ui *ui = house(4);
		bool read[256] = { false };
		struct keymap_row row;

		ui_show(ui, (enum pane)pane);
		scene_type(ui, "?");
		for (int down = 0; down < 80; down++) {
			for (size_t i = 0; keymap_row(i, &row); i++)
				read[i] = read[i] || !row.binding->help ||
					  (row.pane != pane && row.pane != KEYMAP_ALL) ||
					  golden_shows(ui, 24, 80, row.binding->help);
			ui_key(ui, KEYS_DOWN, ui->now_ms + 1);
		}
		for (size_t i = 0; keymap_row(i, &row); i++)
			if (!read[i])
				fail_msg("cut: \"%s\"", row.binding->help);
		free(ui);
	}
}

static void questions_are_answered_by_clicks(void **state)
{
	struct ui *ui = house(2);
	const int after = 1 + (int)strlen("Stop the music and leave?");

	(void)state;
	scene_type(ui, "Q");
	click(ui, 24, 80, 22, after + 3, 0);
	assert_int_equal(ui->want, UI_STAY);
	assert_int_equal(ui->ask[0], 0);
	scene_type(ui, "Q");
	click(ui, 24, 80, 22, after + 1, 0);
	assert_int_equal(ui->want, UI_STOP);
	free(ui);
}

static void one_key_gives_the_mouse_back_to_the_terminal(void **state)
{
	struct ui *ui = house(2);

	(void)state;
	ui->mouse = true;
	scene_type(ui, "C");
	assert_false(ui->mouse);
	assert_int_equal(ui->want, UI_MOUSE);
	scene_type(ui, "C");
	assert_true(ui->mouse);
	free(ui);
}

/* Strange names, keys and clicks at random, sizes that change between them. */
static void no_click_and_no_key_at_any_size_hurts(void **state)
{
	uint32_t seed = 11;
	struct ui *ui;

	(void)state;
	scene_hostile(&snap);
	ui = scene_ui(&snap, &sent);
	for (int i = 0; i < 20000; i++) {
		int rows, cols;

		seed = seed * 1103515245 + 12345;
		rows = 1 + (int)(seed >> 16) % 50;
		cols = 1 + (int)(seed >> 8) % 160;
		if (seed & 0x20000000) {
			click(ui, rows, cols, (int)(seed >> 4) % rows, (int)(seed >> 12) % cols,
			      (int)(seed >> 24) % 3 - 1);
		} else {
			uint32_t key = (seed >> 16) % 160;

			ui_key(ui, key < 128 ? key : KEYS_UP + key - 128, ui->now_ms + 40);
		}
		ui->want = UI_STAY;
		if (i % 16 == 0) {
			ui->snap = snap;
			ui_update(ui, ui->now_ms);
		}
	}
	free(ui);
}

/* ---- keys of one's own ----------------------------------------------------------------------
 */

static void bad_key_files_are_refused_by_line(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "mute\n", "k:1: expected ACTION = KEYS" },
		{ "# mine\n\nmixer.frob = x\n", "k:3: no action is called \"mixer.frob\"" },
		{ "mute = x\n", "k:1: no action is called \"mute\"" },
		{ "mixer.mute = Foo\n", "k:1: no key is called \"Foo\"" },
		{ "mixer.mute = u\nmixer.solo = u\n",
		  "k:2: key \"u\" is bound twice in mixer: mute and solo" },
		{ "undo = Z\n", "k:1: key \"Z\" is bound twice everywhere: undo and redo" },
		{ "undo = u\nundo = U\n", "k:2: undo has its keys in line 1 already" },
		{ "leave = Esc\n", "k:1: Esc is for going back only, not for leave" },
		{ "undo = a b c d e f g h i j k l m n o p q r s t u v w x y z\n",
		  "k:1: these are too many keys for undo" },
	};
	struct ui *ui = house(2);
	char why[160];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(keymap_parse(bad[i].text, "k", why, sizeof(why)), -EBADMSG);
		assert_string_equal(why, bad[i].why);
		sent.n = 0;
		scene_type(ui, "m"); /* and all keys are what they were */
		assert_int_equal(last()->verb, FF_SET_MUTE);
	}
	free(ui);
}

static void a_key_file_changes_keys_help_and_footer(void **state)
{
	struct ui *ui = house(2);
	struct cells c;
	char why[160];

	(void)state;
	assert_int_equal(keymap_parse("# mine\r\nmixer.mute = u Space\n mixer.volume = = J\n"
				      "undo = ^U\nmixer.solo =\nleave = X\n",
				      "k", why, sizeof(why)),
			 0);
	scene_type(ui, "m");
	assert_int_equal(sent.n, 0);
	scene_type(ui, "s");
	assert_int_equal(sent.n, 0);
	scene_type(ui, "u");
	assert_int_equal(last()->verb, FF_SET_MUTE);
	scene_type(ui, " ");
	assert_int_equal(sent.n, 2);
	scene_type(ui, "\x15");
	assert_int_equal(sent.n, 3); /* undone */
	scene_type(ui, "J5\n");
	assert_int_equal(last()->verb, FF_SET_VOLUME);
	scene_type(ui, ":solo\n"); /* without a key it still has its name */
	assert_int_equal(last()->verb, FF_SET_SOLO);
	assert_int_equal(cells_init(&c, 24, 80, GLYPHS_FULL), 0);
	ui_draw(ui, &c);
	assert_int_equal(cells_hit_at(&c, 23, 74)->value, 'X'); /* X leave */
	cells_done(&c);
	scene_type(ui, "q");
	assert_int_equal(ui->want, UI_STAY);
	scene_type(ui, "X");
	assert_int_equal(ui->want, UI_LEAVE);
	keymap_reset();
	scene_type(ui, "m");
	assert_int_equal(last()->verb, FF_SET_MUTE);
	/* the manual's own */
	assert_int_equal(keymap_parse("mixer.mute = m Space\ndevices.scan = s F7\nundo = u\n"
				      "theme =\n",
				      "k", why, sizeof(why)),
			 0);
	keymap_reset();
	free(ui);
}

static void the_users_key_file_is_found(void **state)
{
	char home[] = "/tmp/fanfare-keys-XXXXXX", path[128], why[256];
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(home));
	setenv("XDG_CONFIG_HOME", home, 1);
	assert_int_equal(keymap_load(why, sizeof(why)), 0); /* none: nothing to say */
	snprintf(path, sizeof(path), "%s/fanfare", home);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/fanfare/keys.conf", home);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs("undo = u\nredo = u\n", f);
	fclose(f);
	assert_int_equal(keymap_load(why, sizeof(why)), -EBADMSG);
	assert_non_null(strstr(why, "keys.conf:2: key \"u\" is bound twice"));
	assert_null(keymap_find(PANE_MIXER, 'u'));
	f = fopen(path, "we");
	assert_non_null(f);
	fputs("undo = u\n", f);
	fclose(f);
	assert_int_equal(keymap_load(why, sizeof(why)), 0);
	assert_string_equal(keymap_find(PANE_MIXER, 'u')->name, "undo");
	unlink(path);
	snprintf(path, sizeof(path), "%s/fanfare", home);
	rmdir(path);
	assert_int_equal(rmdir(home), 0);
	keymap_reset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_does_what_its_key_does),
		cmocka_unit_test(a_command_of_another_pane_goes_there),
		cmocka_unit_test(a_command_nobody_knows_is_named),
		cmocka_unit_test(tab_completes_actions_names_and_values),
		cmocka_unit_test(everything_a_key_does_has_a_command),
		cmocka_unit_test(a_link_and_a_speakers_own_volume_are_undone_too),
		cmocka_unit_test(a_filter_leaves_what_it_names),
		cmocka_unit_test(escape_only_ever_goes_back),
		cmocka_unit_test(the_log_scrolls_in_a_window),
		cmocka_unit_test(clicks_choose_and_set),
		cmocka_unit_test(every_line_of_the_help_can_be_read),
		cmocka_unit_test(questions_are_answered_by_clicks),
		cmocka_unit_test(one_key_gives_the_mouse_back_to_the_terminal),
		cmocka_unit_test(no_click_and_no_key_at_any_size_hurts),
		cmocka_unit_test(bad_key_files_are_refused_by_line),
		cmocka_unit_test(a_key_file_changes_keys_help_and_footer),
		cmocka_unit_test(the_users_key_file_is_found),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
