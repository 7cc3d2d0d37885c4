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
	char what[FF_NAME_MAX + 16]; /* "Patio volume" */
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
};

/* [ui] Do after and remember before as the way back. Says so. */
void history_do(struct ui *ui, const struct ff_command *before, const struct ff_command *after,
		const char *what);

/* [ui] One change back, or forth again. */
void history_undo(struct ui *ui);
void history_redo(struct ui *ui);

/* [ui] Nothing to undo any more: another profile plays. */
void history_forget(struct history *h);

/* [ui] Lay what was just asked for over a new snapshot, and drop what is past its time. */
void history_overlay(struct history *h, struct ff_snapshot *snap, uint64_t now_ms);

#endif
