/* SPDX-License-Identifier: MIT */
/*
 * widget_picker - a window with a list to choose one from: a sound device, a
 * speaker, a zone, a theme. Typing filters it.
 *
 * The list is filled by whoever opened it, again with each change of the
 * snapshot, so that what comes and goes does; the cursor stays on its row.
 */
#ifndef FANFARE_TUI_WIDGET_PICKER_H
#define FANFARE_TUI_WIDGET_PICKER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/fanfare.h"
#include "tui/cells.h"
#include "tui/list.h"

#define PICKER_MAX 128

struct ui;

struct picker_item {
	char text[FF_NAME_MAX];	 /* what is chosen, for people */
	char note[FF_TEXT_MAX];	 /* more about it, at its right */
	char value[FF_PATH_MAX]; /* for whoever asked; tells rows apart */
};

typedef void (*picker_fill_fn)(struct ui *ui); /* calls picker_add() */
typedef void (*picker_fn)(struct ui *ui, const struct picker_item *item);

struct picker {
	bool open;
	char title[FF_NAME_MAX + 32];
	char none[FF_TEXT_MAX]; /* said when there is nothing to choose */
	char filter[32];
	struct list list; /* among the rows that the filter lets through */
	struct picker_item item[PICKER_MAX];
	int n;
	uint64_t change; /* of the snapshot it was filled from */
	picker_fill_fn fill;
	picker_fn done;	     /* Enter */
	picker_fn moved;     /* the cursor came to a row; NULL = nobody looks */
	picker_fn cancelled; /* Esc, given the row under the cursor or NULL; NULL = nothing */
};

/*
 * [ui] Open it over everything, filled by fill; title says what is chosen,
 * none what to do when there is nothing. moved and cancelled may be set after.
 */
void picker_open(struct ui *ui, picker_fill_fn fill, picker_fn done, const char *title,
		 const char *none);

/* [ui] One row more; text, note and value are copied. Past PICKER_MAX it is dropped. */
void picker_add(struct ui *ui, const char *text, const char *note, const char *value);

/* [ui] Put the cursor on the row with that value, if there is one. */
void picker_point(struct ui *ui, const char *value);

/* [ui] A new snapshot is in ui->snap. */
void picker_update(struct ui *ui);

/* [ui] A key while it is open; row i of those shown was clicked. */
void picker_key(struct ui *ui, uint32_t key);
void picker_pick(struct ui *ui, int i);

/* [ui] Draw it over what is there. */
void picker_draw(const struct ui *ui, struct cells *c);

#endif
