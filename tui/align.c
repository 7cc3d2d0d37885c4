/* SPDX-License-Identifier: MIT */
/* align - see align.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/scope.h"
#include "tui/pane.h"
#include "tui/words.h"

#define ALIGN_MOST_MS  500.0f
#define ALIGN_CLICK_MS 1000 /* after that the core's word counts */

static const char *align_name(const struct ff_speaker *s)
{
	return words_name(s->name, s->address);
}

const struct ff_speaker *align_selected(const struct ui *ui)
{
	const struct align *a = &ui->align;

	return a->list.selected < a->rows ? &ui->snap.speakers[a->row[a->list.selected]] : NULL;
}

const struct ff_speaker *align_reference(const struct ui *ui)
{
	return ui_speaker(ui, ui->align.reference_id);
}

float align_offset(const struct ui *ui, const struct ff_speaker *s)
{
	const struct ff_speaker *r = align_reference(ui);

	return r && r->zone == s->zone ? s->trim_ms - r->trim_ms : NAN;
}

float align_raw(const struct ui *ui, const struct ff_speaker *s)
{
	const struct ff_speaker *r = align_reference(ui);

	return r && r->zone == s->zone ? s->latency_ms - r->latency_ms : NAN;
}

/* ---- what is kept between snapshots ---------------------------------------------------------
 */

static struct align_other *align_other_of(struct align *a, uint32_t id)
{
	for (uint32_t i = 0; i < a->others; i++)
		if (a->other[i].id == id)
			return &a->other[i];
	return NULL;
}

float align_other(const struct ui *ui, const struct ff_speaker *s)
{
	for (uint32_t i = 0; i < ui->align.others; i++)
		if (ui->align.other[i].id == s->id)
			return ui->align.other[i].trim_ms;
	return s->trim_ms;
}

/* Whoever is new is remembered as it was found; whoever left is forgotten. */
static void align_remember(struct ui *ui)
{
	struct align *a = &ui->align;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < a->others; i++)
		if (ui_speaker(ui, a->other[i].id))
			a->other[kept++] = a->other[i];
	a->others = kept;
	for (uint32_t i = 0; i < ui->snap.speakers_n; i++) {
		const struct ff_speaker *s = &ui->snap.speakers[i];

		if (a->others < FF_SPEAKERS && !align_other_of(a, s->id))
			a->other[a->others++] = (struct align_other){ s->id, s->trim_ms };
	}
}

static void align_rows(struct ui *ui)
{
	struct align *a = &ui->align;
	int selected = -1;

	a->rows = 0;
	for (uint32_t i = 0; i < ui->snap.speakers_n; i++) {
		const struct ff_speaker *s = &ui->snap.speakers[i];

		if (!pane_shows(ui, PANE_ALIGN, align_name(s)))
			continue;
		if (s->id == a->selected_id)
			selected = a->rows;
		a->row[a->rows++] = i;
	}
	if (selected >= 0)
		a->list.selected = selected;
	list_move(&a->list, 0, a->rows);
	a->selected_id = align_selected(ui) ? align_selected(ui)->id : 0;
}

/* The speaker of the selected one's zone that sounds latest by itself. */
static void align_find_reference(struct ui *ui)
{
	const struct ff_speaker *selected = align_selected(ui), *latest = NULL;

	if (ui->align.chosen && align_reference(ui))
		return;
	ui->align.chosen = false;
	for (uint32_t i = 0; i < ui->snap.speakers_n; i++) {
		const struct ff_speaker *s = &ui->snap.speakers[i];

		if (selected && s->zone != selected->zone)
			continue;
		if (!latest ||
		    s->latency_ms - s->trim_ms > latest->latency_ms - latest->trim_ms)
			latest = s;
	}
	ui->align.reference_id = latest ? latest->id : 0;
}

void align_update(struct ui *ui)
{
	align_rows(ui);
	align_find_reference(ui);
	align_remember(ui);
	align_measure_update(ui);
	align_music_update(ui);
	if (!ui->snap.clicks_speaker && ui->now_ms > ui->align.clicking_ms + ALIGN_CLICK_MS)
		ui->align.clicking = 0; /* ended elsewhere */
	if (ui->align.clicking && ui->pane != PANE_ALIGN) {
		align_end(ui);
		ui_say(ui, SAY_FINE, "the clicks ended, everything sounds again");
	}
}

static void align_move(struct ui *ui, int rows)
{
	list_move(&ui->align.list, rows, ui->align.rows);
	ui->align.selected_id = align_selected(ui) ? align_selected(ui)->id : 0;
	align_find_reference(ui);
}

static void align_pick(struct ui *ui, int row)
{
	align_move(ui, row - ui->align.list.selected);
}

/* ---- the trim -------------------------------------------------------------------------------
 */

void align_trim(struct ui *ui, const struct ff_speaker *s, float ms)
{
	struct ff_command before = { .verb = FF_SET_TRIM, .id = s->id, .value = s->trim_ms };
	struct ff_command after = before;
	char what[FF_NAME_MAX + 16];

	after.value = roundf(fminf(fmaxf(ms, -ALIGN_MOST_MS), ALIGN_MOST_MS) * 10) / 10;
	ui->align.chosen = true; /* the one beside which this is set stays the reference */
	snprintf(what, sizeof(what), "%s trim", align_name(s));
	if (after.value != before.value)
		history_do(ui, &before, &after, what);
}

static void align_nudge(struct ui *ui, int tenths)
{
	const struct ff_speaker *s = align_selected(ui);

	if (s)
		align_trim(ui, s, s->trim_ms + (float)tenths / 10);
}

static void align_typed(struct ui *ui, const char *text)
{
	const struct ff_speaker *s = align_selected(ui);
	char *end;
	float ms = strtof(text, &end);

	while (*end == ' ')
		end++;
	if (end == text || (*end && strcasecmp(end, "ms") != 0) ||
	    !(fabsf(ms) <= ALIGN_MOST_MS))
		ui_say(ui, SAY_ERROR, "\"%s\" is no trim: type 12.5 or -3, up to 500 ms", text);
	else if (s)
		align_trim(ui, s, ms);
}

static void align_type(struct ui *ui, int unused)
{
	(void)unused;
	if (align_selected(ui))
		prompt_open(&ui->prompt, align_typed, "",
			    "Trim in ms, as 12.5 (later) or -3 (earlier):");
}

static void align_reset(struct ui *ui, int unused)
{
	const struct ff_speaker *s = align_selected(ui);

	(void)unused;
	if (!s)
		return;
	if (s->trim_ms != 0)
		align_trim(ui, s, 0);
	else
		ui_say(ui, SAY_FINE, "%s is not trimmed", align_name(s));
}

static void align_compare(struct ui *ui, int unused)
{
	const struct ff_speaker *s = align_selected(ui);
	struct align_other *other = s ? align_other_of(&ui->align, s->id) : NULL;
	float was;

	(void)unused;
	if (!other)
		return;
	if (other->trim_ms == s->trim_ms) {
		ui_say(ui, SAY_FINE, "nothing to compare: %s has one trim so far",
		       align_name(s));
		return;
	}
	was = s->trim_ms;
	align_trim(ui, s, other->trim_ms);
	other->trim_ms = was;
}

/* ---- by ear ---------------------------------------------------------------------------------
 */

static void align_refer(struct ui *ui, int unused)
{
	const struct ff_speaker *s = align_selected(ui);

	(void)unused;
	if (!s)
		return;
	ui->align.reference_id = s->id;
	ui->align.chosen = true;
	ui_say(ui, SAY_FINE, "%s is the reference: the others are shown beside it",
	       align_name(s));
}

static void align_clicks(struct ui *ui, int unused)
{
	const struct ff_speaker *s = align_selected(ui), *r = align_reference(ui);
	struct ff_command c = { .verb = FF_CLICKS, .flag = true };
	uint32_t on = ui->snap.clicks_speaker ? ui->snap.clicks_speaker : ui->align.clicking;

	(void)unused;
	if (!s || !r)
		return;
	if (on && (on == s->id || s == r)) {
		ui->align.clicking = on;
		align_end(ui);
		ui_say(ui, SAY_FINE, "the clicks ended, everything sounds again");
		return;
	}
	if (s == r) {
		ui_say(ui, SAY_ERROR,
		       "%s is the reference: select whom to hear beside it, then t",
		       align_name(s));
		return;
	}
	c.id = s->id;
	c.other = r->id;
	if (ui_submit(ui, &c) == 0) {
		ui->align.clicking = s->id;
		ui->align.clicking_ms = ui->now_ms;
		ui->align.chosen = true;
		ui_say(ui, SAY_FINE, "clicks on %s and %s: trim until they are one (t ends)",
		       align_name(r), align_name(s));
	}
}

static void align_check_key(struct ui *ui, int unused)
{
	(void)unused;
	align_check(ui, align_selected(ui));
}

static void align_dismiss_key(struct ui *ui, int unused)
{
	(void)unused;
	align_dismiss(ui, align_selected(ui));
}

void align_end(struct ui *ui)
{
	struct ff_command c = { .verb = FF_CLICKS, .id = ui->align.clicking };

	ui->align.clicking = 0;
	if (c.id)
		ui_submit(ui, &c);
}

/* ---- the pane -------------------------------------------------------------------------------
 */

static void align_names(const struct ui *ui, struct choices *ret)
{
	for (int i = 0; i < ui->align.rows; i++)
		choices_add(ret, align_name(&ui->snap.speakers[ui->align.row[i]]));
}

static bool align_select(struct ui *ui, const char *name)
{
	for (int i = 0; i < ui->align.rows; i++) {
		if (strcasecmp(align_name(&ui->snap.speakers[ui->align.row[i]]), name) == 0) {
			align_pick(ui, i);
			return true;
		}
	}
	return false;
}

/* clang-format off */
static const struct binding keys[] = {
	{ "Up k", "up", align_move, -1, "↑↓|jk|select", "select the speaker above" },
	{ "Down j", "down", align_move, 1, NULL, "select the speaker below" },
	{ "PgUp", "page-up", align_move, -10, NULL, "ten up" },
	{ "PgDn", "page-down", align_move, 10, NULL, "ten down" },
	{ "Home", "first", align_move, -FF_SPEAKERS, NULL, "select the first speaker" },
	{ "End", "last", align_move, FF_SPEAKERS, NULL, "select the last speaker" },
	{ "Right l", "later", align_nudge, 10, "←→|hl|1 ms", "1 ms later" },
	{ "Left h", "earlier", align_nudge, -10, NULL, "1 ms earlier" },
	{ "S-Right L", "later-10", align_nudge, 100, "HL|HL|10 ms", "10 ms later" },
	{ "S-Left H", "earlier-10", align_nudge, -100, NULL, "10 ms earlier" },
	{ ".", "later-tenth", align_nudge, 1, ",.|,.|0.1 ms", "0.1 ms later" },
	{ ",", "earlier-tenth", align_nudge, -1, NULL, "0.1 ms earlier" },
	{ "=", "trim", align_type, 0, "=|=|type", "type a trim in ms: 12.5 is later, -3 is earlier" },
	{ "t", "clicks", align_clicks, 0, "t|t|clicks", "clicks on it and on the reference only, or no longer" },
	{ "x", "compare", align_compare, 0, "x|x|A/B", "compare: back to its other trim, and forth again" },
	{ "g", "measure", align_measure, 0, "g|g|measure", "measure the zone with a microphone, or end it" },
	{ "u", "under-music", align_under_music, 0, NULL, "check it beside another under the music, or end it" },
	{ "U", "mend", align_mend, 0, NULL, "mend its delay by that check, or put it back" },
	{ "G", "levels", align_match_levels, 0, NULL, "volumes by the measured levels, or as before" },
	{ "v", "check", align_check_key, 0, "v|v|check", "check it beside a measured one, in 4 s, or end it" },
	{ "i", "in-time", align_dismiss_key, 0, NULL, "it is in time: put the doubt about it away" },
	{ "r", "reset", align_reset, 0, "r|r|reset", "no trim" },
	{ "Enter", "reference", align_refer, 0, NULL, "make it the reference that the others are shown beside" },
};
/* clang-format on */

static const struct typed typed[] = { { "trim", align_typed, NULL } };

const struct pane_kind pane_align = {
	.name = "align",
	.tab = "F4 Align",
	.draw = pane_align_draw,
	.update = align_update,
	.move = align_move,
	.pick = align_pick,
	.names = align_names,
	.select = align_select,
	.keys = keys,
	.keys_n = ARRAY_SIZE(keys),
	.typed = typed,
	.typed_n = ARRAY_SIZE(typed),
};
