/* SPDX-License-Identifier: MIT */
/*
 * pane_profiles - the profiles there are, what the one that plays holds, and
 * what of it is not in its file.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/scope.h"
#include "tui/draw.h"
#include "tui/guide.h"
#include "tui/pane.h"
#include "tui/text.h"
#include "tui/words.h"

#define PROFILES_WIDE	  60 /* columns from which a second one says what it is */
#define PROFILES_EDITS	  5  /* differences shown at most */
#define PROFILES_EDITS_AT 12 /* rows from which they have a place of their own */

/* ---- one row --------------------------------------------------------------------------------
 */

static const char *profiles_state(const struct ui *ui, uint32_t i)
{
	const struct ff_profile *p;

	if (i == PROFILES_NO_FILE)
		return "plays, w saves it";
	p = &ui->snap.profiles[i];
	if (p->loaded)
		return ui->snap.modified ? "plays, changed" : "plays";
	return p->readonly ? "shipped" : "";
}

/* What a zone has; false = nothing would sound in it, whatever is done elsewhere. */
static bool profiles_zone_words(const struct ui *ui, uint32_t zone, char *ret, size_t size)
{
	const struct ff_snapshot *s = &ui->snap;
	uint32_t speakers = 0, sources = 0;

	for (uint32_t i = 0; i < s->speakers_n; i++)
		speakers += s->speakers[i].zone == zone;
	for (uint32_t i = 0; i < s->sources_n; i++)
		sources += s->sources[i].zone == zone;
	if (speakers && !sources)
		snprintf(ret, size, "zone: %u speaker%s, no source (s)", speakers,
			 speakers == 1 ? "" : "s");
	else
		snprintf(ret, size, "zone: %u speaker%s, %u source%s", speakers,
			 speakers == 1 ? "" : "s", sources, sources == 1 ? "" : "s");
	return sources || !speakers;
}

static const char *profiles_type(const char *type)
{
	static const char *const names[][2] = {
		{ "alsa", "ALSA" },
		{ "pulse", "PulseAudio" },
		{ "stdin", "standard input" },
		{ "tone", "test sound" },
		{ "fifo", "FIFO" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i][0], type) == 0)
			return names[i][1];
	return type;
}

static const char *profiles_output(enum ff_output output)
{
	switch (output) {
	case FF_OUT_BLUETOOTH:
		return "Bluetooth";
	case FF_OUT_ALSA:
		return "ALSA";
	case FF_OUT_PULSE:
		return "PulseAudio";
	case FF_OUT_FILE:
		return "file";
	case FF_OUT_SIMULATED:
		return "simulated";
	case FF_OUT_NULL:
		return "thrown away";
	}
	return "";
}

/* What a row is: the kind first where there is room for more than that. false = it needs care.
 */
static bool profiles_words(const struct ui *ui, const struct profiles_row *row, bool wide,
			   char *ret, size_t size)
{
	const struct ff_source *in = &ui->snap.sources[row->index % FF_SOURCES];
	const struct ff_speaker *out = &ui->snap.speakers[row->index % FF_SPEAKERS];

	switch (row->kind) {
	case PROFILES_FILE:
		snprintf(ret, size, "%s", profiles_state(ui, row->index));
		break;
	case PROFILES_ZONE:
		return profiles_zone_words(ui, row->index, ret, size);
	case PROFILES_SOURCE:
		snprintf(ret, size, "source%s%s %s", wide ? ": " : "",
			 wide ? profiles_type(in->type) : "", wide ? in->device : "");
		break;
	case PROFILES_SPEAKER:
		snprintf(ret, size, "%s%s %s", wide ? "speaker: " : "",
			 profiles_output(out->output),
			 out->output == FF_OUT_BLUETOOTH ? out->address : out->device);
		break;
	}
	return true;
}

/* What stands at the right of a wide row; returns its columns. */
static int profiles_right(const struct ui *ui, struct cells *c, struct rect r,
			  const struct profiles_row *row)
{
	char text[16];

	if (row->kind == PROFILES_SOURCE) {
		words_decibel(ui->snap.sources[row->index].gain_db, text, sizeof(text));
		cells_right(c, r.row, r.col + r.cols - 11, 7, STYLE_TEXT, text);
		cells_text(c, r.row, r.col + r.cols - 3, 2, STYLE_DIM, "dB");
		return 11;
	}
	return 1;
}

static bool profiles_plays(const struct ui *ui, const struct profiles_row *row)
{
	return row->kind == PROFILES_FILE &&
	       (row->index == PROFILES_NO_FILE || ui->snap.profiles[row->index].loaded);
}

static void profiles_row(const struct ui *ui, struct cells *c, struct rect r, int i, bool front)
{
	const struct profiles_row *row = &ui->profiles.row[i];
	bool selected = i == ui->profiles.list.selected, plays = profiles_plays(ui, row), well;
	int indent = row->kind == PROFILES_FILE ? 3 : row->kind == PROFILES_ZONE ? 5 : 7;
	int name_w = r.cols >= PROFILES_WIDE ? 36 - indent : r.cols * 3 / 5 - indent;
	int at = r.col + indent, right = 1;
	enum style style = selected && front		? STYLE_SELECT
			   : row->kind == PROFILES_ZONE ? STYLE_STRONG
							: STYLE_TEXT;
	char text[FF_PATH_MAX + 64];

	if (name_w < 8)
		name_w = 8;
	if (plays)
		cells_glyph(c, r.row, r.col + 1, 0x25B6, '*', STYLE_GOOD);
	if (selected && front)
		cells_fill(c, r.row, at, name_w, ' ', style);
	cells_text(c, r.row, at, name_w, style, profiles_name(ui, row));
	at += name_w + 1;
	if (r.cols >= PROFILES_WIDE)
		right = profiles_right(ui, c, r, row);
	well = profiles_words(ui, row, r.cols >= PROFILES_WIDE, text, sizeof(text));
	cells_text(c, r.row, at, r.col + r.cols - at - right,
		   plays  ? STYLE_GOOD
		   : well ? STYLE_DIM
			  : STYLE_WARN,
		   text);
	if (r.cols >= 78 && row->kind == PROFILES_FILE && row->index != PROFILES_NO_FILE)
		cells_text(c, r.row, at + 16, r.col + r.cols - at - 17, STYLE_DIM,
			   ui->snap.profiles[row->index].path);
	cells_hit(c, (struct rect){ r.row, r.col, 1, r.cols }, HIT_ROW, PANE_PROFILES, i);
	if (selected) {
		cells_text(c, r.row, r.col, 1, STYLE_STRONG, ">");
		if (front)
			cells_cursor(c, r.row, r.col);
	}
}

/* ---- what is not saved ---------------------------------------------------
 */

/* The differences from the file, at the bottom; returns the rows used. */
static int profiles_edits(const struct ui *ui, struct cells *c, struct rect r)
{
	const struct ff_snapshot *s = &ui->snap;
	int n = (int)s->edits_n < PROFILES_EDITS ? (int)s->edits_n : PROFILES_EDITS, row;

	if (n == 0 || r.rows < PROFILES_EDITS_AT || !profiles_on_disk(ui))
		return 0;
	row = r.row + r.rows - n - 1;
	draw_rule(c, (struct rect){ row, r.col, 1, r.cols }, "Not saved yet: w saves it",
		  false);
	for (int i = 0; i < n; i++)
		cells_text(c, row + 1 + i, r.col + 3, r.cols - 4, STYLE_TEXT, s->edits[i]);
	if ((int)s->edits_n > n) {
		cells_fill(c, row + n, r.col, r.cols, ' ', STYLE_TEXT);
		cells_format(c, row + n, r.col + 3, r.cols - 4, STYLE_DIM, "and %s%u more",
			     s->edits_n == FF_EDITS ? "at least " : "",
			     s->edits_n - (uint32_t)n + 1);
	}
	return n + 1;
}

static void profiles_draw(const struct ui *ui, struct cells *c, struct rect r, bool front)
{
	int count = ui->profiles.rows, top;
	const char *next = front ? guide_next(ui) : NULL;

	if (r.rows >= 3) {
		draw_rule(c, r, "Profiles", front);
		r.row++, r.rows--;
	}
	if (count == 0 && r.rows > 0 && ui->filter[PANE_PROFILES][0]) {
		pane_draw_none(ui, c, (struct rect){ r.row, r.col + 1, r.rows, r.cols - 1 },
			       PANE_PROFILES);
		return;
	}
	if (next && r.rows >= 5) {
		struct rect line = { r.row, r.col + 1, r.rows < 2 ? r.rows : 2, r.cols - 2 };
		int used = draw_wrap(c, line, STYLE_STRONG, next);

		r.row += used, r.rows -= used;
	}
	r.rows -= profiles_edits(ui, c, r);
	top = list_top(&ui->profiles.list, count, r.rows);
	for (int i = 0; i < r.rows && top + i < count; i++)
		profiles_row(ui, c, (struct rect){ r.row + i, r.col, 1, r.cols }, top + i,
			     front);
}

/* ---- its keys -------------------------------------------------------------------------------
 */

static void profiles_names(const struct ui *ui, struct choices *ret)
{
	for (int i = 0; i < ui->profiles.rows; i++)
		choices_add(ret, profiles_name(ui, &ui->profiles.row[i]));
}

static bool profiles_select(struct ui *ui, const char *name)
{
	for (int i = 0; i < ui->profiles.rows; i++) {
		if (strcmp(profiles_name(ui, &ui->profiles.row[i]), name) == 0) {
			profiles_pick(ui, i);
			return true;
		}
	}
	return false;
}

static void profiles_gains(const struct ui *ui, struct choices *ret)
{
	static const char *const values[] = { "0", "-3", "-6", "-12", "+3", "+6" };

	(void)ui;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		choices_add(ret, values[i]);
}

/* clang-format off */
static const struct binding keys[] = {
	{ "Up k", "up", profiles_move, -1, "↑↓|jk|select", "select the row above" },
	{ "Down j", "down", profiles_move, 1, NULL, "select the row below" },
	{ "PgUp", "page-up", profiles_move, -10, NULL, "ten up" },
	{ "PgDn", "page-down", profiles_move, 10, NULL, "ten down" },
	{ "Home", "first", profiles_move, -PROFILES_ROWS, NULL, "select the first row" },
	{ "End", "last", profiles_move, PROFILES_ROWS, NULL, "select the last row" },
	{ "Enter", "load", profiles_open, 0, "Enter|Enter|load", "play it; on what it holds, say what can be done" },
	{ "w", "save", profiles_save, 0, "w|w|save", "save what plays now under its name" },
	{ "W", "save-as", profiles_save_as, 0, NULL, "save what plays now under another name" },
	{ "s", "source", profiles_source, 0, "s|s|source", "choose another source: what is heard" },
	{ "+", "add", profiles_add, 0, "+|+|add", "add a speaker, a source or a zone" },
	{ "n", "new", profiles_new, 0, "n|n|new", "begin a new, empty profile" },
	{ "e", "rename", profiles_rename, 0, "e|e|rename", "give it another name" },
	{ "d Del", "delete", profiles_remove, 0, "d|d|delete", "delete its file; take a zone, source or speaker out" },
	{ "m", "move", profiles_zone_change, 0, "m|m|move", "move this speaker to another zone" },
	{ "Right l", "gain-up", profiles_gain_step, 1, NULL, "this source 1 dB louder" },
	{ "Left h", "gain-down", profiles_gain_step, -1, NULL, "this source 1 dB softer" },
	{ "=", "gain", profiles_gain, 0, NULL, "type the gain of this source, in dB" },
	{ "", "add-speaker", profiles_add_speaker, 0, NULL, "add a speaker: sound card, file, simulated" },
	{ "", "add-source", profiles_add_source, 0, NULL, "add a source: more to be heard, mixed" },
	{ "", "add-zone", profiles_add_zone, 0, NULL, "add a zone: other speakers, other music" },
};
/* clang-format on */

static const struct typed typed[] = {
	{ "load", profiles_load_typed, profiles_files },
	{ "save-as", profiles_save_typed, profiles_files },
	{ "source", profiles_source_typed, profiles_inputs },
	{ "new", profiles_new_typed, NULL },
	{ "rename", profiles_rename_typed, NULL },
	{ "move", profiles_move_typed, profiles_zones },
	{ "gain", profiles_gain_typed, profiles_gains },
	{ "add-speaker", profiles_add_speaker_typed, profiles_outputs },
	{ "add-source", profiles_add_source_typed, profiles_inputs },
	{ "add-zone", profiles_add_zone_typed, NULL },
};

const struct pane_kind pane_profiles = {
	.name = "profiles",
	.tab = "F5 Profiles",
	.draw = profiles_draw,
	.update = profiles_update,
	.move = profiles_move,
	.pick = profiles_pick,
	.names = profiles_names,
	.select = profiles_select,
	.keys = keys,
	.keys_n = ARRAY_SIZE(keys),
	.typed = typed,
	.typed_n = ARRAY_SIZE(typed),
};
