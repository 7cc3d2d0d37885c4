/* SPDX-License-Identifier: MIT */
/*
 * draw - what several panes draw alike.
 */
#ifndef FANFARE_TUI_DRAW_H
#define FANFARE_TUI_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/cells.h"

/* [ui] A rule with a title over the first row of r; front = the keys go here. */
void draw_rule(struct cells *c, struct rect r, const char *title, bool front);

/* [ui] Rows that text takes when it is broken at blanks into width columns; 0 for "". */
int draw_wrapped(const char *text, int width);

/* [ui] Draw it so into r, the last row cut; returns the rows used. */
int draw_wrap(struct cells *c, struct rect r, enum style style, const char *text);

/* [ui] Bars for a signal in dBm, three columns. */
void draw_signal(struct cells *c, int row, int col, int dbm);

/* [ui] Local time of day of CLOCK_REALTIME milliseconds: "14:02:07". */
void draw_time(int64_t ms, char *ret, size_t size);

#endif
