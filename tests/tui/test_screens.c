/* SPDX-License-Identifier: MIT */
/* The whole console drawn into a grid, against pictures that were looked at. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/scope.h"
#include "tests/tui/golden.h"
#include "tests/tui/scene.h"
#include "tui/keys.h"
#include "tui/text.h"

static const struct {
	int rows, cols;
} sizes[] = { { 5, 20 }, { 10, 40 }, { 24, 80 }, { 40, 140 } };

static void draw_and_compare(const struct ui *ui, const char *what, int rows, int cols,
			     enum glyphs glyphs)
{
	static const char *const kind[] = { "ascii", "half", "utf8" };
	struct cells c;
	char name[96];

	assert_int_equal(cells_init(&c, rows, cols, glyphs), 0);
	ui_draw(ui, &c);
	snprintf(name, sizeof(name), "%s-%dx%d-%s", what, cols, rows, kind[glyphs]);
	assert_true(golden_same(name, &c, glyphs == GLYPHS_FULL));
	cells_done(&c);
}

static void all_sizes(const struct ui *ui, const char *what)
{
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		draw_and_compare(ui, what, sizes[i].rows, sizes[i].cols, GLYPHS_FULL);
		draw_and_compare(ui, what, sizes[i].rows, sizes[i].cols, GLYPHS_ASCII);
	}
}

static void that_it_is_attached_is_dropped_late(void **state)
{
	static struct ff_snapshot snap;
	struct scene_sent sent = { .n = 0 };
	struct ui *ui;

	(void)state;
	scene_demo(&snap);
	snap.attached = true;
	ui = scene_ui(&snap, &sent);
	snprintf(ui->host, sizeof(ui->host), "raspberrypi");
	assert_true(golden_shows(ui, 40, 140, "fanfare@raspberrypi (attached)"));
	assert_true(golden_shows(ui, 24, 80, "(attached)"));
	assert_true(golden_shows(ui, 24, 80, " SIMULATED "));
	assert_true(golden_shows(ui, 24, 80, "profile Demo"));
	assert_true(golden_shows(ui, 24, 80, "3/3 up"));
	assert_true(golden_shows(ui, 24, 60, "(attached)"));
	free(ui);
}

static void mixer_of(uint32_t speakers, const char *what)
{
	static struct ff_snapshot snap;
	struct scene_sent sent = { .n = 0 };
	struct ui *ui;

	scene_party(&snap, speakers);
	ui = scene_ui(&snap, &sent);
	for (int i = 0; i < 2; i++)
		ui_key(ui, KEYS_DOWN, 10001);
	all_sizes(ui, what);
	free(ui);
}

static void the_mixer_without_a_speaker_says_what_to_do(void **state)
{
	(void)state;
	mixer_of(0, "mixer-0");
}

static void the_mixer_with_one_speaker(void **state)
{
	(void)state;
	mixer_of(1, "mixer-1");
}

static void the_mixer_with_eight_speakers(void **state)
{
	(void)state;
	mixer_of(8, "mixer-8");
}

/* On either side of where columns go and panes come; and as the kernel's console draws. */
static void sizes_where_the_layout_changes(void **state)
{
	static const int edges[][2] = { { 11, 59 }, { 12, 60 }, { 31, 120 }, { 32, 120 } };
	static struct ff_snapshot snap;
	struct scene_sent sent = { .n = 0 };
	struct ui *ui;

	(void)state;
	scene_house(&snap, 8);
	ui = scene_ui(&snap, &sent);
	for (size_t i = 0; i < ARRAY_SIZE(edges); i++)
		draw_and_compare(ui, "edge", edges[i][0], edges[i][1], GLYPHS_FULL);
	draw_and_compare(ui, "edge", 24, 80, GLYPHS_HALF);
	ui_key(ui, 'f', 10001);
	draw_and_compare(ui, "edge-one-pane", 32, 120, GLYPHS_FULL);
	free(ui);
}

static void the_mixer_with_forty_speakers(void **state)
{
	(void)state;
	mixer_of(40, "mixer-40");
}

static void a_demonstration_says_that_it_is_one(void **state)
{
	static struct ff_snapshot snap;
	struct scene_sent sent = { .n = 0 };
	struct ui *ui;

	(void)state;
	scene_demo(&snap);
	ui = scene_ui(&snap, &sent);
	all_sizes(ui, "demo");
	free(ui);
}

static void hostile_names_stay_in_their_column(void **state)
{
	static const char *const what[PANE_COUNT] = { "hostile", "hostile-devices",
						      "hostile-align", "hostile-profiles" };
	static struct ff_snapshot snap;
	struct scene_sent sent = { .n = 0 };
	struct cells c;
	struct ui *ui;

	(void)state;
	scene_hostile(&snap);
	ui = scene_ui(&snap, &sent);
	for (uint32_t p = 0; p < PANE_COUNT; p++) {
		ui_key(ui, KEYS_F1 + 1 + p, 10001);
		all_sizes(ui, what[p]);
		assert_int_equal(cells_init(&c, 24, 80, GLYPHS_FULL), 0);
		ui_draw(ui, &c);
		for (int i = 0; i < c.rows * c.cols; i++)
			for (int k = 0; k <= CELL_MARKS && c.cell[i].ch[k]; k++)
				assert_true(text_width_of((uint32_t)c.cell[i].ch[k]) >= 0);
		cells_done(&c);
	}
	free(ui);
}

/* Three of whom nobody knows whether they are in time: by their rows and in words. */
static void whoever_may_be_out_of_time_says_so_in_its_row(void **state)
{
	static const char *const doubts[] = { "reconnected", "reports +70.0 ms",
					      "SBC stereo now" };
	static struct ff_snapshot snap;
	struct scene_sent sent = { .n = 0 };
	struct ui *ui;

	(void)state;
	scene_party(&snap, 8);
	for (uint32_t i = 0; i < ARRAY_SIZE(doubts); i++) {
		struct ff_speaker *p = &snap.speakers[i];

		p->latency_from = FF_LATENCY_MEASURED;
		p->measured_ms = p->latency_ms = 171.4f;
		snprintf(p->measured, sizeof(p->measured), "2026-11-01 10:00");
		snprintf(p->doubt, sizeof(p->doubt), "%s", doubts[i]);
	}
	ui = scene_ui(&snap, &sent);
	ui_key(ui, KEYS_DOWN, 10001);
	all_sizes(ui, "doubt");
	ui_key(ui, KEYS_F1 + 3, 10001);
	all_sizes(ui, "doubt-align");
	free(ui);
}

static void the_other_panes(void **state)
{
	static struct ff_snapshot snap;
	struct scene_sent sent = { .n = 0 };
	struct ui *ui;

	(void)state;
	scene_devices(&snap);
	ui = scene_ui(&snap, &sent);
	ui_key(ui, KEYS_F1 + 2, 10001);
	all_sizes(ui, "devices");
	ui_key(ui, 'd', 10001);
	draw_and_compare(ui, "devices-forget", 24, 80, GLYPHS_FULL);
	free(ui);

	scene_profiles(&snap);
	ui = scene_ui(&snap, &sent);
	ui_key(ui, KEYS_F1 + 4, 10001);
	all_sizes(ui, "profiles");
	free(ui);
}

/* A pane in front, in a house with so many speakers. */
static void pane_of(enum pane pane, const char *name, uint32_t speakers)
{
	static struct ff_snapshot snap;
	struct scene_sent sent = { .n = 0 };
	char what[32];
	struct ui *ui;

	scene_house(&snap, speakers);
	ui = scene_ui(&snap, &sent);
	ui_key(ui, KEYS_F1 + 1 + (uint32_t)pane, 10001);
	snprintf(what, sizeof(what), "%s-%u", name, speakers);
	all_sizes(ui, what);
	free(ui);
}

static void every_pane_with_few_and_many_speakers(void **state)
{
	static const uint32_t counts[] = { 0, 1, 8, 40 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		pane_of(PANE_DEVICES, "devices", counts[i]);
		pane_of(PANE_ALIGN, "align", counts[i]);
		pane_of(PANE_PROFILES, "profiles", counts[i]);
	}
}

static void missing_parts_are_named_with_what_mends_them(void **state)
{
	static struct ff_snapshot snap;
	struct scene_sent sent = { .n = 0 };
	struct ui *ui;

	(void)state;
	scene_party(&snap, 0);
	snap.adapters_n = 0;
	ui = scene_ui(&snap, &sent);
	ui_key(ui, KEYS_F1 + 2, 10001);
	draw_and_compare(ui, "devices-no-adapter", 24, 80, GLYPHS_FULL);
	ui->snap.bluetoothd = false;
	draw_and_compare(ui, "devices-no-bluetoothd", 24, 80, GLYPHS_FULL);
	ui->snap.bus = false;
	draw_and_compare(ui, "devices-no-bus", 10, 40, GLYPHS_ASCII);
	free(ui);
}

static void pairing_asks_in_a_window(void **state)
{
	static struct ff_snapshot snap;
	struct scene_sent sent = { .n = 0 };
	struct ui *ui;

	(void)state;
	scene_devices(&snap);
	snap.pairing = (struct ff_pairing){
		.question = FF_ASK_CONFIRM,
		.cookie = 7,
		.name = "SoundBar 500",
		.code = "042137",
		.left_ms = 28500,
	};
	ui = scene_ui(&snap, &sent);
	all_sizes(ui, "pairing");
	free(ui);

	snap.pairing.question = FF_ASK_PIN;
	snap.pairing.code[0] = '\0';
	ui = scene_ui(&snap, &sent);
	draw_and_compare(ui, "pairing-pin", 24, 80, GLYPHS_FULL);
	draw_and_compare(ui, "pairing-pin", 5, 20, GLYPHS_ASCII);
	free(ui);
}

static void help_lists_the_keys(void **state)
{
	static struct ff_snapshot snap;
	struct scene_sent sent = { .n = 0 };
	struct ui *ui;

	(void)state;
	scene_party(&snap, 3);
	ui = scene_ui(&snap, &sent);
	ui_key(ui, '?', 10001);
	all_sizes(ui, "help");
	for (const char *p = "volume"; *p; p++)
		ui_key(ui, (uint32_t)*p, 10001);
	draw_and_compare(ui, "help-filtered", 24, 80, GLYPHS_FULL);
	free(ui);
}

static void a_volume_is_typed_above_the_footer(void **state)
{
	static struct ff_snapshot snap;
	struct scene_sent sent = { .n = 0 };
	struct ui *ui;

	(void)state;
	scene_party(&snap, 8);
	ui = scene_ui(&snap, &sent);
	for (const char *p = "=-12dB"; *p; p++)
		ui_key(ui, (uint32_t)*p, 10001);
	draw_and_compare(ui, "typing", 24, 80, GLYPHS_FULL);
	draw_and_compare(ui, "typing", 5, 20, GLYPHS_ASCII);
	free(ui);
}

static void what_lies_over_the_panes(void **state)
{
	static struct ff_snapshot snap;
	struct scene_sent sent = { .n = 0 };
	struct ui *ui;

	(void)state;
	scene_demo(&snap);
	snprintf(snap.log[1].text, FF_TEXT_MAX,
		 "a line that is much too long for the window of a small terminal and goes on "
		 "below");
	ui = scene_ui(&snap, &sent);
	ui_key(ui, 'E', 10001);
	all_sizes(ui, "log");
	free(ui);

	scene_house(&snap, 8);
	ui = scene_ui(&snap, &sent);
	for (const char *p = ":vol\t\t"; *p; p++)
		ui_key(ui, (uint32_t)*p, 10001);
	all_sizes(ui, "command");
	free(ui);

	ui = scene_ui(&snap, &sent);
	for (const char *p = "/l\r"; *p; p++)
		ui_key(ui, (uint32_t)*p, 10001);
	all_sizes(ui, "filter");
	free(ui);

	ui = scene_ui(&snap, &sent);
	ui_key(ui, 'Q', 10001);
	all_sizes(ui, "ask");
	free(ui);

	ui = scene_ui(&snap, &sent);
	ui_key(ui, KEYS_UP, 10001); /* the source, in the strip as well */
	ui_key(ui, '8', 10001);
	all_sizes(ui, "source");
	free(ui);
}

static void long_reasons_are_read_to_their_end(void **state)
{
	static struct ff_snapshot snap;
	struct scene_sent sent = { .n = 0 };
	struct ui *ui;

	(void)state;
	scene_party(&snap, 6);
	snap.sources[0].state = FF_WAITING;
	snprintf(snap.sources[0].reason, FF_TEXT_MAX,
		 "there is no sound input \"hw:CARD=Device\": plug it in, or see with arecord "
		 "-l "
		 "what is there");
	snprintf(snap.speakers[5].reason, FF_TEXT_MAX,
		 "PipeWire holds it: wpctl set-profile lets it go, or take its own sink");
	snap.log_count = 1;
	snap.log[0] = (struct ff_log_line){ .level = 4, .time_ms = snap.time_ms };
	snprintf(snap.log[0].text, FF_TEXT_MAX, "%s", snap.sources[0].reason);
	ui = scene_ui(&snap, &sent);
	ui_key(ui, KEYS_END, 10001);
	draw_and_compare(ui, "reasons", 24, 80, GLYPHS_FULL);
	draw_and_compare(ui, "reasons", 40, 140, GLYPHS_FULL);
	draw_and_compare(ui, "reasons", 10, 40, GLYPHS_ASCII);
	free(ui);
}

static void zones_are_headings(void **state)
{
	static struct ff_snapshot snap;
	struct scene_sent sent = { .n = 0 };
	struct ui *ui;

	(void)state;
	scene_party(&snap, 7);
	snap.zones_n = 2;
	snap.zones[1] = snap.zones[0];
	snprintf(snap.zones[1].name, FF_NAME_MAX, "Garden");
	snap.zones[1].mute = true;
	for (uint32_t i = 0; i < 7; i += 2)
		snap.speakers[i].zone = 1;
	ui = scene_ui(&snap, &sent);
	draw_and_compare(ui, "zones", 24, 80, GLYPHS_FULL);
	free(ui);
}

static void no_size_is_too_small_or_too_odd(void **state)
{
	static struct ff_snapshot snap;
	struct scene_sent sent = { .n = 0 };
	struct ui *ui;
	const uint32_t keys[] = { 0, '?', KEYS_ESC, '=', KEYS_ESC, KEYS_F1 + 2, KEYS_F1 + 4 };

	(void)state;
	scene_hostile(&snap);
	ui = scene_ui(&snap, &sent);
	for (size_t k = 0; k < ARRAY_SIZE(keys); k++) {
		if (keys[k])
			ui_key(ui, keys[k], 10001);
		for (int rows = 1; rows <= 60; rows += rows < 12 ? 1 : 7) {
			for (int cols = 1; cols <= 240; cols += cols < 90 ? 1 : 13) {
				struct cells c;

				assert_int_equal(cells_init(&c, rows, cols, GLYPHS_FULL), 0);
				ui_draw(ui, &c);
				assert_true(c.cursor_row < rows && c.cursor_col < cols);
				cells_done(&c);
			}
		}
	}
	free(ui);
}

static void that_all_is_muted_stands_above_every_pane(void **state)
{
	static struct ff_snapshot snap;
	struct scene_sent sent;
	struct ui *ui;

	(void)state;
	scene_party(&snap, 8);
	for (int muted = 0; muted <= 1; muted++) {
		snap.muted_all = muted;
		ui = scene_ui(&snap, &sent);
		for (int pane = 0; pane < PANE_COUNT; pane++) {
			ui_show(ui, (enum pane)pane);
			for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
				assert_int_equal(golden_shows(ui, sizes[i].rows, sizes[i].cols,
							      " MUTED "),
						 muted);
		}
		free(ui);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(that_it_is_attached_is_dropped_late),
		cmocka_unit_test(the_mixer_without_a_speaker_says_what_to_do),
		cmocka_unit_test(the_mixer_with_one_speaker),
		cmocka_unit_test(the_mixer_with_eight_speakers),
		cmocka_unit_test(the_mixer_with_forty_speakers),
		cmocka_unit_test(sizes_where_the_layout_changes),
		cmocka_unit_test(a_demonstration_says_that_it_is_one),
		cmocka_unit_test(hostile_names_stay_in_their_column),
		cmocka_unit_test(whoever_may_be_out_of_time_says_so_in_its_row),
		cmocka_unit_test(the_other_panes),
		cmocka_unit_test(every_pane_with_few_and_many_speakers),
		cmocka_unit_test(missing_parts_are_named_with_what_mends_them),
		cmocka_unit_test(pairing_asks_in_a_window),
		cmocka_unit_test(help_lists_the_keys),
		cmocka_unit_test(a_volume_is_typed_above_the_footer),
		cmocka_unit_test(what_lies_over_the_panes),
		cmocka_unit_test(long_reasons_are_read_to_their_end),
		cmocka_unit_test(zones_are_headings),
		cmocka_unit_test(no_size_is_too_small_or_too_odd),
		cmocka_unit_test(that_all_is_muted_stands_above_every_pane),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 1;
	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
