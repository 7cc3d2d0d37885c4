/* SPDX-License-Identifier: MIT */
/* history - see history.h. */
#include <stdio.h>
#include <string.h>

#include "tui/history.h"
#include "tui/taper.h"
#include "tui/text.h"
#include "tui/ui.h"

static bool history_same_knob(const struct ff_command *a, const struct ff_command *b)
{
	return a->verb == b->verb && a->id == b->id;
}

/* Whether it goes by steps: several of them soon after each other are one change. */
static bool history_steps(enum ff_verb verb)
{
	return verb == FF_SET_VOLUME || verb == FF_SET_MASTER || verb == FF_SET_SOURCE_GAIN ||
	       verb == FF_SET_TRIM || verb == FF_SET_ABSOLUTE;
}

/* What a command makes of its value, for people. */
static void history_value(const struct ff_command *command, char *ret, size_t size)
{
	if (command->verb == FF_SET_VOLUME || command->verb == FF_SET_MASTER)
		snprintf(ret, size, "%.0f%%", (double)taper_percent(command->value));
	else if (command->verb == FF_SET_SOURCE_GAIN)
		snprintf(ret, size, "%+.1f dB", (double)command->value);
	else if (command->verb == FF_SET_TRIM)
		snprintf(ret, size, "%+.1f ms", (double)command->value);
	else if (command->verb == FF_SET_ABSOLUTE)
		snprintf(ret, size, "%.0f", (double)command->value);
	else if (command->verb == FF_SET_MAP)
		snprintf(ret, size, "%s", mixer_map_name(command->map));
	else /* all others are switches */
		snprintf(ret, size, "%s", command->flag ? "on" : "off");
}

static void history_wish(struct ui *ui, const struct ff_command *command)
{
	struct history *h = &ui->history;
	uint32_t i = 0;

	while (i < h->wishes && !history_same_knob(&h->wish[i].command, command))
		i++;
	if (i == HISTORY_WISHES) /* more knobs at once than anybody has hands: forget one */
		i = 0;
	h->wish[i] = (struct wish){ *command, ui->now_ms + HISTORY_WISH_MS };
	if (i == h->wishes)
		h->wishes++;
	history_overlay(h, &ui->snap, ui->now_ms);
}

/* A change in words: there = it is done, or done again; else it was taken back. */
static void history_tell(struct ui *ui, const struct change *c, bool there, const char *tail)
{
	char was[24], is[24];

	history_value(there ? &c->before : &c->after, was, sizeof(was));
	history_value(there ? &c->after : &c->before, is, sizeof(is));
	if (c->told) {
		ui_say(ui, SAY_FINE, "%s%s   %s", there ? "" : "undone: ", c->what, tail);
		ui_await(ui);
	} else
		ui_say(ui, SAY_FINE, "%s %s -> %s   %s", c->what, was, is, tail);
}

/* Room for one change more, in force; what was undone before cannot be redone now. */
static struct change *history_new(struct history *h)
{
	if (h->at == HISTORY_MAX) {
		memmove(h->change, h->change + 1, (HISTORY_MAX - 1) * sizeof(h->change[0]));
		h->at--;
	}
	h->n = h->at + 1;
	return &h->change[h->at++];
}

void history_do(struct ui *ui, const struct ff_command *before, const struct ff_command *after,
		const char *what)
{
	struct history *h = &ui->history;
	struct change *last = h->at > 0 ? &h->change[h->at - 1] : NULL;

	if (ui_submit(ui, after) < 0)
		return;
	history_wish(ui, after);
	if (last && h->at == h->n && history_steps(after->verb) &&
	    history_same_knob(&last->after, after) &&
	    ui->now_ms - h->joined_ms < HISTORY_JOIN_MS) {
		last->after = *after;
	} else {
		last = history_new(h);
		*last = (struct change){ .before = *before, .after = *after };
		text_copy(last->what, sizeof(last->what), what);
	}
	h->joined_ms = ui->now_ms;
	history_tell(ui, last, true, "(z undo)");
}

/* Do first; after is how to do it again. */
static int history_told(struct ui *ui, const struct ff_command *first,
			const struct ff_command *before, const struct ff_command *after,
			const char *what)
{
	struct change *c;
	int r = ui_submit(ui, first);

	if (r < 0)
		return r;
	c = history_new(&ui->history);
	*c = (struct change){ .before = *before, .after = *after, .told = true };
	text_copy(c->what, sizeof(c->what), what);
	history_tell(ui, c, true, "(z undo)");
	return 0;
}

int history_tell_do(struct ui *ui, const struct ff_command *before,
		    const struct ff_command *after, const char *what)
{
	return history_told(ui, after, before, after, what);
}

/* A number nobody else gave out: this console's own clock, and never one twice. */
static uint32_t history_ticket(struct ui *ui)
{
	uint32_t ticket = (uint32_t)ui->now_ms;

	if (ticket <= ui->history.ticket)
		ticket = ui->history.ticket + 1;
	return ui->history.ticket = ticket ? ticket : 1;
}

int history_add(struct ui *ui, const struct ff_command *add, const char *what)
{
	struct ff_command first = *add;
	struct ff_command before = { .verb = FF_REMOVE_SPEAKER };
	struct ff_command after = { .verb = FF_RESTORE };

	if (add->verb == FF_ADD_ZONE) {
		before.verb = FF_REMOVE_ZONE;
		after.verb = FF_RESTORE_ZONE;
		before.id = after.id = ui->snap.zones_n;
	} else if (add->verb == FF_ADD_SOURCE) {
		before.verb = FF_REMOVE_SOURCE;
	}
	first.other = before.other = after.other = history_ticket(ui);
	return history_told(ui, &first, &before, &after, what);
}

void history_undo(struct ui *ui)
{
	struct history *h = &ui->history;
	struct change *c;

	if (h->at == 0) {
		ui_say(ui, SAY_FINE, "nothing to undo");
		return;
	}
	c = &h->change[h->at - 1];
	if (ui_submit(ui, &c->before) < 0)
		return;
	h->at--;
	h->joined_ms = 0;
	if (!c->told)
		history_wish(ui, &c->before);
	history_tell(ui, c, false, "(Z redo)");
}

void history_redo(struct ui *ui)
{
	struct history *h = &ui->history;
	struct change *c;

	if (h->at == h->n) {
		ui_say(ui, SAY_FINE, "nothing to redo");
		return;
	}
	c = &h->change[h->at];
	if (ui_submit(ui, &c->after) < 0)
		return;
	h->at++;
	h->joined_ms = 0;
	if (!c->told)
		history_wish(ui, &c->after);
	history_tell(ui, c, true, "(z undo)");
}

void history_heed(struct history *h, const struct ff_snapshot *snap)
{
	uint32_t kept = 0, at = h->at;

	for (uint32_t i = 0; i < h->n; i++) {
		/* only what was added has a ticket to be brought back by */
		const struct ff_command *again = &h->change[i].after;

		if ((again->verb == FF_RESTORE || again->verb == FF_RESTORE_ZONE) &&
		    again->other && ff_was_refused(snap, again->other)) {
			at -= i < h->at;
			continue;
		}
		if (kept != i)
			h->change[kept] = h->change[i];
		kept++;
	}
	h->n = kept;
	h->at = at;
}

void history_forget(struct history *h)
{
	*h = (struct history){ .ticket = h->ticket };
}

/* Lay one wish over. */
static void history_lay(const struct ff_command *c, struct ff_snapshot *snap)
{
	struct ff_speaker *s = NULL;

	if (c->verb == FF_MUTE_ALL)
		snap->muted_all = c->flag;
	else if (c->verb == FF_SET_MASTER && c->id < snap->zones_n)
		snap->zones[c->id].volume_db = c->value;
	else if (c->verb == FF_SET_ZONE_MUTE && c->id < snap->zones_n)
		snap->zones[c->id].mute = c->flag;
	for (uint32_t i = 0; c->verb == FF_SET_SOURCE_GAIN && i < snap->sources_n; i++)
		if (snap->sources[i].id == c->id)
			snap->sources[i].gain_db = c->value;
	if (c->verb == FF_MUTE_ALL || c->verb == FF_SET_MASTER || c->verb == FF_SET_ZONE_MUTE ||
	    c->verb == FF_SET_SOURCE_GAIN)
		return;
	for (uint32_t i = 0; i < snap->speakers_n; i++)
		if (snap->speakers[i].id == c->id)
			s = &snap->speakers[i];
	if (!s)
		return;
	if (c->verb == FF_SET_VOLUME)
		s->volume_db = c->value;
	else if (c->verb == FF_SET_TRIM)
		s->trim_ms = c->value;
	else if (c->verb == FF_SET_MUTE)
		s->mute = c->flag;
	else if (c->verb == FF_SET_SOLO)
		s->solo = c->flag;
	else if (c->verb == FF_SET_MAP)
		s->map = c->map;
	else if (c->verb == FF_SET_ABSOLUTE)
		s->absolute = (int16_t)c->value;
}

void history_overlay(struct history *h, struct ff_snapshot *snap, uint64_t now_ms)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < h->wishes; i++) {
		struct wish w = h->wish[i];

		if (now_ms < w.until_ms) {
			history_lay(&w.command, snap);
			h->wish[kept++] = w;
		}
	}
	h->wishes = kept;
}
