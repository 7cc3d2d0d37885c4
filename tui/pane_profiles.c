/* SPDX-License-Identifier: MIT */
/*
 * pane_profiles - the profiles there are: play one, save, delete.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/scope.h"
#include "tui/draw.h"
#include "tui/pane.h"
#include "tui/text.h"

static void profiles_update(struct ui *ui)
{
	list_move(&ui->profiles.list, 0, (int)ui->snap.profiles_n);
}

static void profiles_move(struct ui *ui, int rows)
{
	list_move(&ui->profiles.list, rows, (int)ui->snap.profiles_n);
}

static const struct ff_profile *profiles_selected(const struct ui *ui)
{
	int i = ui->profiles.list.selected;

	return i < (int)ui->snap.profiles_n ? &ui->snap.profiles[i] : NULL;
}

static void profiles_send(struct ui *ui, enum ff_verb verb, const char *name)
{
	struct ff_command c = { .verb = verb };

	text_copy(c.text, sizeof(c.text), name);
	ui_submit(ui, &c);
}

static void profiles_load_yes(struct ui *ui)
{
	history_forget(&ui->history);
	ui_say(ui, SAY_FINE, "loading %s", ui->profiles.target);
	profiles_send(ui, FF_LOAD_PROFILE, ui->profiles.target);
}

static void profiles_load(struct ui *ui, int unused)
{
	const struct ff_profile *p = profiles_selected(ui);

	(void)unused;
	if (!p)
		return;
	text_copy(ui->profiles.target, sizeof(ui->profiles.target), p->name);
	if (ui->snap.modified)
		ui_ask(ui, profiles_load_yes,
		       "%s was changed and not saved. Load %s all the same?", ui->snap.profile,
		       p->name);
	else
		profiles_load_yes(ui);
}

static void profiles_save(struct ui *ui, int unused)
{
	(void)unused;
	ui_say(ui, SAY_FINE, "saving %s", ui->snap.profile);
	profiles_send(ui, FF_SAVE_PROFILE, "");
}

static void profiles_save_typed(struct ui *ui, const char *text)
{
	if (!*text || strchr(text, '/') || *text == '.')
		ui_say(ui, SAY_ERROR, "\"%s\" cannot be a profile's name", text);
	else
		profiles_send(ui, FF_SAVE_PROFILE, text);
}

static void profiles_save_as(struct ui *ui, int unused)
{
	(void)unused;
	prompt_open(&ui->prompt, profiles_save_typed, "", "Save as:");
}

static void profiles_delete_yes(struct ui *ui)
{
	profiles_send(ui, FF_DELETE_PROFILE, ui->profiles.target);
}

static void profiles_delete(struct ui *ui, int unused)
{
	const struct ff_profile *p = profiles_selected(ui);

	(void)unused;
	if (!p)
		return;
	text_copy(ui->profiles.target, sizeof(ui->profiles.target), p->name);
	if (p->readonly)
		ui_say(ui, SAY_ERROR, "%s came with Fanfare and stays", p->name);
	else
		ui_ask(ui, profiles_delete_yes, "Delete %s?", p->name);
}

static void profiles_row(const struct ui *ui, struct cells *c, struct rect r, int i, bool front)
{
	const struct ff_profile *p = &ui->snap.profiles[i];
	bool selected = i == ui->profiles.list.selected;
	int name_w = r.cols >= 78 ? 32 : r.cols - 18, at = r.col + 3;

	if (name_w < 8)
		name_w = 8;
	if (p->loaded)
		cells_glyph(c, r.row, r.col + 1, 0x25B6, '*', STYLE_GOOD);
	if (selected && front)
		cells_fill(c, r.row, at, name_w, ' ', STYLE_SELECT);
	cells_text(c, r.row, at, name_w, selected && front ? STYLE_SELECT : STYLE_TEXT,
		   p->name);
	at += name_w + 1;
	cells_text(c, r.row, at, r.col + r.cols - at, p->loaded ? STYLE_GOOD : STYLE_DIM,
		   p->loaded	 ? ui->snap.modified ? "plays, changed" : "plays"
		   : p->readonly ? "shipped"
				 : "");
	if (r.cols >= 78 && !p->loaded)
		cells_text(c, r.row, at + 16, r.col + r.cols - at - 17, STYLE_DIM, p->path);
	if (selected) {
		cells_text(c, r.row, r.col, 1, STYLE_STRONG, ">");
		if (front)
			cells_cursor(c, r.row, r.col);
	}
}

static void profiles_draw(const struct ui *ui, struct cells *c, struct rect r, bool front)
{
	int count = (int)ui->snap.profiles_n, top;

	if (r.rows >= 3) {
		draw_rule(c, r, "Profiles", front);
		r.row++, r.rows--;
	}
	if (count == 0)
		cells_text(c, r.row, r.col + 1, r.cols - 1, STYLE_STRONG,
			   "No profile yet: n saves what plays now as one.");
	top = list_top(&ui->profiles.list, count, r.rows);
	for (int i = 0; i < r.rows && top + i < count; i++)
		profiles_row(ui, c, (struct rect){ r.row + i, r.col, 1, r.cols }, top + i,
			     front);
}

/* clang-format off */
static const struct binding keys[] = {
	{ "Up k", "up", profiles_move, -1, "↑↓|jk|select", "select the profile above" },
	{ "Down j", "down", profiles_move, 1, NULL, "select the profile below" },
	{ "PgUp", "page-up", profiles_move, -10, NULL, "ten up" },
	{ "PgDn", "page-down", profiles_move, 10, NULL, "ten down" },
	{ "Home", "first", profiles_move, -FF_PROFILES, NULL, "select the first profile" },
	{ "End", "last", profiles_move, FF_PROFILES, NULL, "select the last profile" },
	{ "Enter", "load", profiles_load, 0, "Enter|Enter|load", "play this profile" },
	{ "w", "save", profiles_save, 0, "w|w|save", "save what plays now under its name" },
	{ "n", "save-as", profiles_save_as, 0, "n|n|save as", "save what plays now under a new name" },
	{ "d Del", "delete", profiles_delete, 0, "d|d|delete", "delete this profile's file" },
};
/* clang-format on */

const struct pane_kind pane_profiles = {
	.name = "profiles",
	.tab = "F5 Profiles",
	.draw = profiles_draw,
	.update = profiles_update,
	.move = profiles_move,
	.keys = keys,
	.keys_n = ARRAY_SIZE(keys),
};
