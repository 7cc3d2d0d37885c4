/* SPDX-License-Identifier: MIT */
/*
 * history - what was changed, so that it can be undone and redone.
 *
 * Also lays over a snapshot what was asked for a moment ago: the core answers
 * in its own time, and a key pressed ten times must move ten steps.
 */
#ifndef FANFARE_TUI_HISTORY_H
#define FANFARE_TUI_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/fanfare.h"

#define HISTORY_MAX	64
#define HISTORY_WISHES	16
#define HISTORY_WISH_MS 600  /* after that the core's word counts */
#define HISTORY_JOIN_MS 1500 /* steps of one fader this close together are one change */

struct ui;

struct change {
	struct ff_command before, after;
	bool told;		/* what is a whole sentence, not the name of a knob */
	char what[FF_TEXT_MAX]; /* "Patio volume"; "Patio moved to Garden" */
};

struct wish {
	struct ff_command command;
	uint64_t until_ms;
};

struct history {
	struct change change[HISTORY_MAX];
	uint32_t n, at; /* changes kept; how many of them are in force */
	uint64_t joined_ms;
	struct wish wish[HISTORY_WISHES];
	uint32_t wishes;
	uint32_t ticket; /* the latest one given out */
};

/* [ui] Do after and remember before as the way back. Says so. */
void history_do(struct ui *ui, const struct ff_command *before, const struct ff_command *after,
		const char *what);

/*
 * [ui] The same for what is no knob: a name, a place, something taken out.
 * what is the whole sentence, "Patio moved to Garden". 0 or -errno.
 */
int history_tell_do(struct ui *ui, const struct ff_command *before,
		    const struct ff_command *after, const char *what);

/*
 * [ui] Do add, an FF_ADD_SPEAKER or FF_ADD_SOURCE, which is given a ticket
 * here, or an FF_ADD_ZONE. The way back takes out what was added, the way forth
 * again restores it under its old id, so that later changes still find it.
 */
int history_add(struct ui *ui, const struct ff_command *add, const char *what);

/* [ui] One change back, or forth again. */
void history_undo(struct ui *ui);
void history_redo(struct ui *ui);

/* [ui] Forget additions that were refused: nothing came of them that could be undone. */
void history_heed(struct history *h, const struct ff_snapshot *snap);

/* [ui] Nothing to undo any more: another profile plays. */
void history_forget(struct history *h);

/* [ui] Lay what was just asked for over a new snapshot, and drop what is past its time. */
void history_overlay(struct history *h, struct ff_snapshot *snap, uint64_t now_ms);

#endif
