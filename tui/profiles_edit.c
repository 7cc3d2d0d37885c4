/* SPDX-License-Identifier: MIT */
/* profiles_edit - see profiles.h: names, places, gains, and what is taken out. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tui/pane.h"
#include "tui/text.h"

#define EDIT_GAIN_MIN (-60.0f) /* dB, as a profile may say */
#define EDIT_GAIN_MAX 24.0f

/* The source that the selected row is; NULL = another kind of row. */
static const struct ff_source *edit_source(struct ui *ui)
{
	const struct profiles_row *row = profiles_aim(ui);

	if (!row)
		return NULL;
	if (row->kind != PROFILES_SOURCE) {
		ui_say(ui, SAY_FINE, "only sources have a gain here; F2 has the faders");
		return NULL;
	}
	return &ui->snap.sources[row->index];
}

/* ---- names ----------------------------------------------------------------------------------
 */

/* A name that the core made from the device: undoing leads back to none. */
static const char *edit_own_name(const struct ff_source *s)
{
	return strcmp(s->name, s->device) == 0 || strcmp(s->name, s->type) == 0 ? "" : s->name;
}

static void edit_rename_file(struct ui *ui, const char *name)
{
	struct ff_command before = { .verb = FF_RENAME_PROFILE };
	struct ff_command after = before;
	const char *was = ui->profiles.target_name;
	char what[FF_TEXT_MAX];

	if (!*name || *name == '.' || strchr(name, '/') || strlen(name) >= FF_NAME_MAX) {
		ui_say(ui, SAY_ERROR, "\"%s\" cannot be a profile's name", name);
		return;
	}
	for (uint32_t i = 0; i < ui->snap.profiles_n; i++) {
		if (strcmp(ui->snap.profiles[i].name, name) == 0) {
			ui_say(ui, SAY_ERROR, "another profile is called %s", name);
			return;
		}
	}
	text_copy(before.device, sizeof(before.device), name);
	text_copy(before.text, sizeof(before.text), was);
	text_copy(after.device, sizeof(after.device), was);
	text_copy(after.text, sizeof(after.text), name);
	snprintf(what, sizeof(what), "profile %s is now %s", was, name);
	if (history_tell_do(ui, &before, &after, what) == 0)
		text_copy(ui->profiles.name, sizeof(ui->profiles.name), name);
}

static void edit_rename_done(struct ui *ui, const char *name)
{
	const struct profiles *p = &ui->profiles;
	struct ff_command before = { .id = p->target_id };
	struct ff_command after;
	const char *was = p->target_name;
	char what[FF_TEXT_MAX];

	if (strcmp(name, was) == 0)
		return;
	switch (p->target.kind) {
	case PROFILES_FILE:
		edit_rename_file(ui, name);
		return;
	case PROFILES_ZONE:
		before.verb = FF_RENAME_ZONE;
		break;
	case PROFILES_SOURCE:
		before.verb = FF_RENAME_SOURCE;
		for (uint32_t i = 0; i < ui->snap.sources_n; i++)
			if (ui->snap.sources[i].id == p->target_id)
				was = edit_own_name(&ui->snap.sources[i]);
		break;
	case PROFILES_SPEAKER:
		before.verb = FF_RENAME_SPEAKER;
		break;
	}
	if (strlen(name) >= FF_NAME_MAX || (!*name && p->target.kind != PROFILES_SOURCE)) {
		ui_say(ui, SAY_ERROR, "a name has 1 to %d bytes", FF_NAME_MAX - 1);
		return;
	}
	after = before;
	text_copy(before.text, sizeof(before.text), was);
	text_copy(after.text, sizeof(after.text), name);
	if (*name)
		snprintf(what, sizeof(what), "%s is now called %s", p->target_name, name);
	else
		snprintf(what, sizeof(what), "%s has its device's name again", p->target_name);
	history_tell_do(ui, &before, &after, what);
}

void profiles_rename(struct ui *ui, int unused)
{
	const struct profiles_row *row = profiles_aim(ui);
	const char *name;

	(void)unused;
	if (!row)
		return;
	name = ui->profiles.target_name;
	if (row->kind == PROFILES_FILE && row->index == PROFILES_NO_FILE)
		profiles_save_as(ui, 0); /* its first name is the one it is saved under */
	else if (row->kind == PROFILES_FILE && ui->snap.profiles[row->index].readonly)
		ui_say(ui, SAY_ERROR, "%s came with Fanfare and keeps its name; W saves a copy",
		       name);
	else
		prompt_open(&ui->prompt, edit_rename_done, name, "Its name:");
}

void profiles_rename_typed(struct ui *ui, const char *name)
{
	profiles_rename(ui, 0);
	if (!ui->prompt.open)
		return; /* it was said why not */
	ui->prompt.open = false;
	ui->prompt.done(ui, name);
}

/* ---- what is taken out ----------------------------------------------------------------------
 */

static void edit_delete_yes(struct ui *ui)
{
	struct ff_command c = { .verb = FF_DELETE_PROFILE };

	text_copy(c.text, sizeof(c.text), ui->profiles.target_name);
	ui->toast[0] = '\0'; /* the core says what came of it */
	ui_submit(ui, &c);
}

static void edit_delete(struct ui *ui, const struct profiles_row *row)
{
	const struct ff_profile *p;

	if (row->index == PROFILES_NO_FILE) {
		ui_say(ui, SAY_FINE,
		       "it is not among them yet; Enter on another one leaves it");
		return;
	}
	p = &ui->snap.profiles[row->index];
	if (p->readonly)
		ui_say(ui, SAY_ERROR, "%s came with Fanfare and stays", p->name);
	else
		ui_ask(ui, edit_delete_yes,
		       p->loaded ? "Delete the file of %s? It plays on." : "Delete %s?",
		       p->name);
}

static void edit_remove_zone(struct ui *ui, uint32_t zone)
{
	const struct ff_snapshot *s = &ui->snap;
	const struct ff_command before = { .verb = FF_RESTORE_ZONE, .id = zone };
	const struct ff_command after = { .verb = FF_REMOVE_ZONE, .id = zone };
	char what[FF_TEXT_MAX];
	uint32_t n = 0;

	if (s->zones_n == 1) {
		ui_say(ui, SAY_ERROR, "%s is the only zone, and one there must be",
		       s->zones[zone].name);
		return;
	}
	for (uint32_t i = 0; i < s->speakers_n; i++)
		n += s->speakers[i].zone == zone;
	if (n)
		snprintf(what, sizeof(what), "zone %s taken out with %u speaker%s",
			 s->zones[zone].name, n, n == 1 ? "" : "s");
	else
		snprintf(what, sizeof(what), "zone %s taken out", s->zones[zone].name);
	history_tell_do(ui, &before, &after, what);
}

void profiles_remove(struct ui *ui, int unused)
{
	const struct profiles_row *row = profiles_aim(ui);
	struct ff_command before = { .verb = FF_RESTORE, .id = ui->profiles.target_id };
	struct ff_command after = { .verb = FF_REMOVE_SPEAKER, .id = before.id };
	char what[FF_TEXT_MAX];

	(void)unused;
	if (!row)
		return;
	switch (row->kind) {
	case PROFILES_FILE:
		edit_delete(ui, row);
		return;
	case PROFILES_ZONE:
		edit_remove_zone(ui, row->index);
		return;
	case PROFILES_SOURCE:
		after.verb = FF_REMOVE_SOURCE;
		break;
	case PROFILES_SPEAKER:
		break;
	}
	snprintf(what, sizeof(what), "%s taken out", ui->profiles.target_name);
	history_tell_do(ui, &before, &after, what);
}

/* ---- places ---------------------------------------------------------------------------------
 */

static void edit_move_to(struct ui *ui, uint32_t zone, const char *name)
{
	const struct ff_speaker *s = ui_speaker(ui, ui->profiles.target_id);
	struct ff_command before = { .verb = FF_MOVE_SPEAKER };
	struct ff_command after = before;
	char what[FF_TEXT_MAX];

	if (!s) {
		ui_say(ui, SAY_ERROR, "%s has gone", ui->profiles.target_name);
		return;
	}
	if (s->zone == zone) {
		ui_say(ui, SAY_FINE, "%s is in %s", ui->profiles.target_name, name);
		return;
	}
	before.id = after.id = s->id;
	before.other = s->zone;
	after.other = zone;
	snprintf(what, sizeof(what), "%s moved to %s", ui->profiles.target_name, name);
	history_tell_do(ui, &before, &after, what);
}

/* Into a zone that is made for it: two changes, so that z takes back one and the other. */
static void edit_move_anew(struct ui *ui, const char *name)
{
	uint32_t zone = ui->snap.zones_n;

	profiles_add_zone_typed(ui, name);
	if (ui->history.at && ui->history.change[ui->history.at - 1].before.id == zone &&
	    ui->history.change[ui->history.at - 1].before.verb == FF_REMOVE_ZONE)
		edit_move_to(ui, zone, name);
}

static void edit_move_fill(struct ui *ui)
{
	const struct ff_speaker *s = ui_speaker(ui, ui->profiles.target_id);
	char value[16];

	for (uint32_t z = 0; z < ui->snap.zones_n; z++) {
		snprintf(value, sizeof(value), "%u", z);
		picker_add(ui, ui->snap.zones[z].name, s && s->zone == z ? "it is here" : "",
			   value);
	}
	picker_add(ui, "a new zone", "", "new");
}

static void edit_move_done(struct ui *ui, const struct picker_item *item)
{
	if (strcmp(item->value, "new") == 0)
		prompt_open(&ui->prompt, edit_move_anew, "", "Name of the new zone:");
	else
		edit_move_to(ui, (uint32_t)strtoul(item->value, NULL, 10), item->text);
}

static bool edit_is_speaker(struct ui *ui)
{
	const struct profiles_row *row = profiles_aim(ui);

	if (row && row->kind != PROFILES_SPEAKER)
		ui_say(ui, SAY_FINE, "only a speaker moves from zone to zone");
	return row && row->kind == PROFILES_SPEAKER;
}

void profiles_zone_change(struct ui *ui, int unused)
{
	char title[FF_NAME_MAX + 32];

	(void)unused;
	if (!edit_is_speaker(ui))
		return;
	snprintf(title, sizeof(title), "%s plays in", ui->profiles.target_name);
	picker_open(ui, edit_move_fill, edit_move_done, title, "");
	for (int i = 0; i < ui->picker.n; i++) { /* not where it is already */
		if (ui->picker.item[i].note[0] == '\0') {
			picker_point(ui, ui->picker.item[i].value);
			break;
		}
	}
}

void profiles_move_typed(struct ui *ui, const char *zone)
{
	if (!edit_is_speaker(ui))
		return;
	for (uint32_t z = 0; z < ui->snap.zones_n; z++) {
		if (strcasecmp(ui->snap.zones[z].name, zone) == 0) {
			edit_move_to(ui, z, ui->snap.zones[z].name);
			return;
		}
	}
	ui_say(ui, SAY_ERROR, "no zone is called \"%s\"", zone);
}

void profiles_zones(const struct ui *ui, struct choices *ret)
{
	for (uint32_t z = 0; z < ui->snap.zones_n; z++)
		choices_add(ret, ui->snap.zones[z].name);
}

/* ---- gains ----------------------------------------------------------------------------------
 */

static void edit_gain_set(struct ui *ui, const struct ff_source *s, float db)
{
	struct ff_command before = { .verb = FF_SET_SOURCE_GAIN, .id = s->id };
	struct ff_command after = before;
	char what[FF_NAME_MAX + 16];

	before.value = s->gain_db;
	after.value = fminf(fmaxf(db, EDIT_GAIN_MIN), EDIT_GAIN_MAX);
	snprintf(what, sizeof(what), "%s gain", s->name[0] ? s->name : s->type);
	if (after.value != before.value)
		history_do(ui, &before, &after, what);
}

void profiles_gain_step(struct ui *ui, int db)
{
	const struct ff_source *s = edit_source(ui);

	if (s)
		edit_gain_set(ui, s, roundf(s->gain_db) + (float)db);
}

void profiles_gain_typed(struct ui *ui, const char *text)
{
	const struct ff_source *s = edit_source(ui);
	char *end;
	float db = strtof(text, &end);

	if (!s)
		return;
	while (*end == ' ')
		end++;
	if (end == text || !isfinite(db) || (*end && strcasecmp(end, "db") != 0))
		ui_say(ui, SAY_ERROR, "\"%s\" is no gain: type -6 or +3.5, in dB", text);
	else
		edit_gain_set(ui, s, db);
}

void profiles_gain(struct ui *ui, int unused)
{
	(void)unused;
	if (edit_source(ui))
		prompt_open(&ui->prompt, profiles_gain_typed, "", "Gain in dB, as -6 or +3.5:");
}
