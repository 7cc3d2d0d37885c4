/* SPDX-License-Identifier: MIT */
/*
 * widget_meter - a level that can be read: bar, peak-hold, number, CLIP.
 *
 * Instant attack, 20 dB fall in 1.7 s by elapsed time, the highest peak held
 * 1.5 s. The number changes four times a second: more cannot be read and
 * costs bytes on a slow line. A value; embed it.
 */
#ifndef FANFARE_TUI_WIDGET_METER_H
#define FANFARE_TUI_WIDGET_METER_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/cells.h"

#define METER_FLOOR    (-70.0f) /* dBFS, an empty bar */
#define METER_HOLD_MS  1500
#define METER_SHOWN_MS 250

struct meter {
	float level_db; /* where the bar ends, METER_FLOOR..0 */
	float hold_db;	/* where the mark stands */
	float shown_db; /* what the number says; METER_FLOOR = nothing */
	uint64_t at_ms; /* of the last update, 0 = never */
	uint64_t hold_until_ms;
	uint64_t shown_ms; /* which quarter second the number is from */
	uint32_t clips;	   /* the count last seen */
	uint32_t cleared;  /* the count when last cleared */
};

void meter_init(struct meter *m);

/* [ui] peak (dBFS) and clips so far, as told at now_ms (monotonic). */
void meter_update(struct meter *m, float peak_db, uint32_t clips, uint64_t now_ms);

/* [ui] Forget the CLIP and the hold. */
void meter_clear(struct meter *m);

/* [ui] Whether it would look different a moment later without new sound. */
bool meter_moves(const struct meter *m);

bool meter_clipped(const struct meter *m);

/* [ui] Draw the bar into width cells. */
void meter_draw(const struct meter *m, struct cells *c, int row, int col, int width);

/* [ui] The scale over a meter of that width: "60 40  30 …". */
void meter_scale(struct cells *c, int row, int col, int width);

/* [ui] The number into width (>= 5) columns, right-aligned. */
void meter_number(const struct meter *m, struct cells *c, int row, int col, int width);

/*
 * [ui] A bar of fraction (0..1) over width cells in eighths, halves or ASCII;
 * cells from stop[0], stop[1] (fractions) on wear the next style. Returns the
 * first cell left blank.
 */
int meter_bar(struct cells *c, int row, int col, int width, float fraction, const float stop[2],
	      const enum style style[3]);

#endif
