/* SPDX-License-Identifier: MIT */
/*
 * pane - what each pane gives to the console: one pane_kind, exported by its
 * pane_*.c and listed in pane.c.
 *
 * Drawing is pure: the model and a rectangle in, cells out. To add a key, add
 * a row to the pane's own table: dispatch, help, footer, command line and key
 * files have it from there.
 */
#ifndef FANFARE_TUI_PANE_H
#define FANFARE_TUI_PANE_H

#include "tui/keymap.h"
#include "tui/ui.h"

struct pane_kind {
	const char *name; /* "mixer", for commands and key files */
	const char *tab;  /* "F2 Mixer" */

	/* [ui] Draw into r (1 by 1 and up); front = it has the keys and the cursor. */
	void (*draw)(const struct ui *ui, struct cells *c, struct rect r, bool front);
	/* [ui] A new snapshot is in ui->snap. */
	void (*update)(struct ui *ui);
	/* [ui] It comes to the front. NULL = nothing to do. */
	void (*enter)(struct ui *ui);
	/* [ui] Move the cursor by so many rows; n, N and the wheel come here too. */
	void (*move)(struct ui *ui, int rows);
	/* [ui] The row that was given to cells_hit() was clicked: select it. NULL = no rows. */
	void (*pick)(struct ui *ui, int row);

	/* [ui] Names that a typed command may say, and selecting one. NULL = none. */
	void (*names)(const struct ui *ui, struct choices *ret);
	bool (*select)(struct ui *ui, const char *name);

	const struct binding *keys;
	size_t keys_n;
	const struct typed *typed; /* which of them take a typed value; NULL = none */
	size_t typed_n;
};

extern const struct pane_kind pane_mixer, pane_devices, pane_align, pane_profiles;

/* [ui] What the pane gives. */
const struct pane_kind *pane_kind(enum pane pane);

/* [ui] Whether a row called name is let through by the filter (/) of pane. */
bool pane_shows(const struct ui *ui, enum pane pane, const char *name);

/* [ui] In place of rows: that the filter lets none through. r.rows >= 1. */
void pane_draw_none(const struct ui *ui, struct cells *c, struct rect r, enum pane pane);

/* [ui] The log; it has no keys. r.rows >= 1. */
void pane_log_draw(const struct ui *ui, struct cells *c, struct rect r);

/* [ui] The log as a window over everything, scrolled by keys. */
void log_open(struct ui *ui);
void log_key(struct ui *ui, uint32_t key);
void log_draw(const struct ui *ui, struct cells *c);

/* [ui] Draw the mixer into r. */
void pane_mixer_draw(const struct ui *ui, struct cells *c, struct rect r, bool front);

/* [ui] Rows the mixer would like to have for everything it shows, in cols columns. */
int pane_mixer_rows(const struct ui *ui, int cols);

/* [ui] Help: the table of keys, filtered by typing, run by Enter. */
void help_open(struct ui *ui);
void help_key(struct ui *ui, uint32_t key);
void help_draw(const struct ui *ui, struct cells *c);

/* [ui] Row i of those that the help shows was clicked: run it. */
void help_pick(struct ui *ui, int i);

#endif
