/* SPDX-License-Identifier: MIT */
/* profiles - see profiles.h: the rows, and what keys do with a profile as a whole. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/base/scope.h"
#include "tui/pane.h"
#include "tui/text.h"
#include "tui/words.h"

/* ---- rows -----------------------------------------------------------------------------------
 */

const char *profiles_name(const struct ui *ui, const struct profiles_row *row)
{
	const struct ff_snapshot *s = &ui->snap;

	switch (row->kind) {
	case PROFILES_FILE:
		return row->index == PROFILES_NO_FILE ? s->profile
						      : s->profiles[row->index].name;
	case PROFILES_ZONE:
		return s->zones[row->index].name;
	case PROFILES_SOURCE:
		return s->sources[row->index].name[0] ? s->sources[row->index].name
						      : s->sources[row->index].type;
	case PROFILES_SPEAKER:
		return words_name(s->speakers[row->index].name,
				  s->speakers[row->index].address);
	}
	return "";
}

uint32_t profiles_zone(const struct ui *ui, const struct profiles_row *row)
{
	switch (row ? row->kind : PROFILES_FILE) {
	case PROFILES_ZONE:
		return row->index;
	case PROFILES_SOURCE:
		return ui->snap.sources[row->index].zone;
	case PROFILES_SPEAKER:
		return ui->snap.speakers[row->index].zone;
	case PROFILES_FILE:
		break;
	}
	return 0;
}

bool profiles_on_disk(const struct ui *ui)
{
	for (uint32_t i = 0; i < ui->snap.profiles_n; i++)
		if (ui->snap.profiles[i].loaded)
			return true;
	return false;
}

static void profiles_put(struct ui *ui, enum profiles_kind kind, uint32_t index)
{
	struct profiles *p = &ui->profiles;
	const struct profiles_row row = { kind, index };

	if (pane_shows(ui, PANE_PROFILES, profiles_name(ui, &row)))
		p->row[p->rows++] = row;
}

/* What the profile that plays holds, right under it. */
static void profiles_put_inside(struct ui *ui)
{
	const struct ff_snapshot *s = &ui->snap;

	for (uint32_t z = 0; z < s->zones_n; z++) {
		profiles_put(ui, PROFILES_ZONE, z);
		for (uint32_t i = 0; i < s->sources_n; i++)
			if (s->sources[i].zone == z)
				profiles_put(ui, PROFILES_SOURCE, i);
		for (uint32_t i = 0; i < s->speakers_n; i++)
			if (s->speakers[i].zone == z)
				profiles_put(ui, PROFILES_SPEAKER, i);
	}
}

static void profiles_list(struct ui *ui)
{
	const struct ff_snapshot *s = &ui->snap;

	ui->profiles.rows = 0;
	if (!profiles_on_disk(ui) && s->profile[0]) {
		profiles_put(ui, PROFILES_FILE, PROFILES_NO_FILE);
		profiles_put_inside(ui);
	}
	for (uint32_t i = 0; i < s->profiles_n; i++) {
		profiles_put(ui, PROFILES_FILE, i);
		if (s->profiles[i].loaded)
			profiles_put_inside(ui);
	}
}

static uint32_t profiles_id(const struct ui *ui, const struct profiles_row *row)
{
	switch (row->kind) {
	case PROFILES_FILE:
	case PROFILES_ZONE:
		break;
	case PROFILES_SOURCE:
		return ui->snap.sources[row->index].id;
	case PROFILES_SPEAKER:
		return ui->snap.speakers[row->index].id;
	}
	return row->index;
}

/* Whether row is what the cursor was on; before any choice, the profile that plays. */
static bool profiles_is(const struct ui *ui, const struct profiles_row *row)
{
	const struct profiles *p = &ui->profiles;

	if (!p->chosen)
		return row->kind == PROFILES_FILE &&
		       (row->index == PROFILES_NO_FILE || ui->snap.profiles[row->index].loaded);
	if (row->kind != p->kind)
		return false;
	return row->kind == PROFILES_FILE ? strcmp(profiles_name(ui, row), p->name) == 0
					  : profiles_id(ui, row) == p->id;
}

void profiles_update(struct ui *ui)
{
	struct profiles *p = &ui->profiles;

	profiles_list(ui);
	for (int i = 0; i < p->rows; i++) {
		if (profiles_is(ui, &p->row[i])) {
			p->list.selected = i;
			break;
		}
	}
	list_move(&p->list, 0, p->rows);
}

const struct profiles_row *profiles_selected(const struct ui *ui)
{
	const struct profiles *p = &ui->profiles;

	return p->list.selected < p->rows ? &p->row[p->list.selected] : NULL;
}

void profiles_move(struct ui *ui, int rows)
{
	struct profiles *p = &ui->profiles;
	const struct profiles_row *row;

	list_move(&p->list, rows, p->rows);
	row = profiles_selected(ui);
	if (!row)
		return;
	p->chosen = true;
	p->kind = row->kind;
	p->id = profiles_id(ui, row);
	text_copy(p->name, sizeof(p->name), profiles_name(ui, row));
}

void profiles_pick(struct ui *ui, int row)
{
	profiles_move(ui, row - ui->profiles.list.selected);
}

const struct profiles_row *profiles_aim(struct ui *ui)
{
	const struct profiles_row *row = profiles_selected(ui);
	struct profiles *p = &ui->profiles;

	if (!row) {
		ui_say(ui, SAY_ERROR, "nothing is selected");
		return NULL;
	}
	p->target = *row;
	p->target_id = profiles_id(ui, row);
	text_copy(p->target_name, sizeof(p->target_name), profiles_name(ui, row));
	return row;
}

/* ---- a profile as a whole -------------------------------------------------------------------
 */

static void profiles_send(struct ui *ui, enum ff_verb verb, const char *name)
{
	struct ff_command c = { .verb = verb };

	text_copy(c.text, sizeof(c.text), name);
	ui_submit(ui, &c);
}

/* The file called name; NULL = there is none. */
static const struct ff_profile *profiles_file(const struct ui *ui, const char *name)
{
	for (uint32_t i = 0; i < ui->snap.profiles_n; i++)
		if (strcmp(ui->snap.profiles[i].name, name) == 0)
			return &ui->snap.profiles[i];
	return NULL;
}

/* Another one plays from here on: the cursor goes along, and nothing can be undone. */
static void profiles_switch(struct ui *ui, enum ff_verb verb)
{
	history_forget(&ui->history);
	ui->profiles.chosen = false;
	ui->toast[0] = '\0'; /* what comes of it is said by the core */
	profiles_send(ui, verb, ui->profiles.target_name);
}

static void profiles_load_yes(struct ui *ui)
{
	profiles_switch(ui, FF_LOAD_PROFILE);
}

void profiles_load_typed(struct ui *ui, const char *name)
{
	if (!profiles_file(ui, name)) {
		ui_say(ui, SAY_ERROR, "no profile is called \"%s\"", name);
		return;
	}
	text_copy(ui->profiles.target_name, sizeof(ui->profiles.target_name), name);
	if (ui->snap.modified)
		ui_ask(ui, profiles_load_yes,
		       "%s was changed and not saved. Load %s all the same?", ui->snap.profile,
		       name);
	else
		profiles_load_yes(ui);
}

void profiles_offer(struct ui *ui, const struct profiles_offer *offer)
{
	struct keymap_row row;

	for (; offer->action; offer++)
		for (size_t i = 0; keymap_row(i, &row); i++)
			if (row.pane == PANE_PROFILES &&
			    strcmp(row.binding->name, offer->action) == 0)
				picker_add(ui, offer->text, row.keys, offer->action);
}

void profiles_offered(struct ui *ui, const struct picker_item *item)
{
	const struct binding *b = keymap_action(PANE_PROFILES, item->value);

	if (b)
		b->run(ui, b->arg);
}

/* What can be done with a row of that kind. */
static void profiles_menu_fill(struct ui *ui)
{
	static const struct profiles_offer zone[] = {
		{ "rename", "give it another name" },
		{ "add-speaker", "add a speaker" },
		{ "add-source", "add a source" },
		{ "add-zone", "add another zone" },
		{ "delete", "take it out, with all in it" },
		{ NULL, NULL },
	};
	static const struct profiles_offer source[] = {
		{ "source", "listen to something else instead" },
		{ "gain", "type its gain" },
		{ "rename", "give it another name" },
		{ "delete", "take it out" },
		{ NULL, NULL },
	};
	static const struct profiles_offer speaker[] = {
		{ "rename", "give it another name" },
		{ "move", "move it to another zone" },
		{ "delete", "take it out" },
		{ NULL, NULL },
	};

	switch (ui->profiles.target.kind) {
	case PROFILES_FILE:
	case PROFILES_ZONE:
		profiles_offer(ui, zone);
		break;
	case PROFILES_SOURCE:
		profiles_offer(ui, source);
		break;
	case PROFILES_SPEAKER:
		profiles_offer(ui, speaker);
		break;
	}
}

void profiles_open(struct ui *ui, int unused)
{
	const struct profiles_row *row = profiles_aim(ui);

	(void)unused;
	if (!row)
		return;
	if (row->kind != PROFILES_FILE)
		picker_open(ui, profiles_menu_fill, profiles_offered, ui->profiles.target_name,
			    "");
	else if (row->index == PROFILES_NO_FILE)
		ui_say(ui, SAY_FINE, "it plays; w saves it here");
	else
		profiles_load_typed(ui, ui->profiles.target_name);
}

/* Whether name can be a profile's; says so when it cannot. */
static bool profiles_sane(struct ui *ui, const char *name)
{
	bool sane = *name && *name != '.' && !strchr(name, '/') && strlen(name) < FF_NAME_MAX;

	if (!sane)
		ui_say(ui, SAY_ERROR, "\"%s\" cannot be a profile's name", name);
	return sane;
}

static void profiles_save_yes(struct ui *ui)
{
	ui->toast[0] = '\0'; /* the core says what came of it */
	profiles_send(ui, FF_SAVE_PROFILE, ui->profiles.target_name);
}

void profiles_save_typed(struct ui *ui, const char *name)
{
	const struct ff_profile *there;

	if (!*name && !profiles_on_disk(ui))
		name = ui->snap.profile; /* as it was offered */
	if (!profiles_sane(ui, name))
		return;
	there = profiles_file(ui, name);
	text_copy(ui->profiles.target_name, sizeof(ui->profiles.target_name), name);
	if (there && !there->loaded && !there->readonly)
		ui_ask(ui, profiles_save_yes, "%s is there already. Write over it?", name);
	else
		profiles_save_yes(ui);
}

void profiles_save_as(struct ui *ui, int unused)
{
	char label[FF_NAME_MAX + 32] = "Save as:";

	(void)unused;
	if (!profiles_on_disk(ui) && ui->snap.profile[0])
		snprintf(label, sizeof(label), "Save as (Enter: %s):", ui->snap.profile);
	prompt_open(&ui->prompt, profiles_save_typed, "", label);
}

void profiles_save(struct ui *ui, int unused)
{
	if (profiles_on_disk(ui)) {
		text_copy(ui->profiles.target_name, sizeof(ui->profiles.target_name), "");
		profiles_save_yes(ui);
	} else {
		profiles_save_as(ui, unused); /* what was never saved gets its name now */
	}
}

static void profiles_new_yes(struct ui *ui)
{
	profiles_switch(ui, FF_NEW_PROFILE);
}

void profiles_new_typed(struct ui *ui, const char *name)
{
	if (!profiles_sane(ui, name))
		return;
	if (profiles_file(ui, name)) {
		ui_say(ui, SAY_ERROR, "%s is there already; Enter on it plays it", name);
		return;
	}
	text_copy(ui->profiles.target_name, sizeof(ui->profiles.target_name), name);
	if (ui->snap.modified)
		ui_ask(ui, profiles_new_yes,
		       "%s was changed and not saved. Begin a new one all the same?",
		       ui->snap.profile);
	else
		profiles_new_yes(ui);
}

void profiles_leave_demo(struct ui *ui)
{
	const char *stem = "My speakers";
	char name[FF_NAME_MAX] = "My speakers";
	const struct ff_profile *demo = profiles_file(ui, ui->snap.profile);

	if (!ui->snap.simulated || ui->snap.modified || !demo || !demo->readonly)
		return;
	for (int n = 2; profiles_file(ui, name); n++)
		snprintf(name, sizeof(name), "%s %d", stem, n);
	text_copy(ui->profiles.target_name, sizeof(ui->profiles.target_name), name);
	profiles_new_yes(ui);
}

void profiles_new(struct ui *ui, int unused)
{
	(void)unused;
	prompt_open(&ui->prompt, profiles_new_typed, "", "Name of the new profile:");
}

void profiles_files(const struct ui *ui, struct choices *ret)
{
	for (uint32_t i = 0; i < ui->snap.profiles_n; i++)
		choices_add(ret, ui->snap.profiles[i].name);
}
