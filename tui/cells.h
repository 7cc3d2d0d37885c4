/* SPDX-License-Identifier: MIT */
/*
 * cells - the picture of a screen, before any terminal.
 *
 * Panes draw into this grid; screen.c carries it to curses and the tests
 * compare it with golden files. Pure: no curses, no I/O. Whatever falls
 * outside is cut, so that a pane needs no size but its own.
 */
#ifndef FANFARE_TUI_CELLS_H
#define FANFARE_TUI_CELLS_H

#include <stdint.h>
#include <wchar.h>

#include "tui/style.h"

/* What the terminal can be trusted to draw. */
enum glyphs {
	GLYPHS_ASCII,
	GLYPHS_HALF, /* the kernel's console: whole and half blocks only */
	GLYPHS_FULL
};

#define CELL_MARKS 2 /* combining marks kept on one character */

struct cell {
	wchar_t ch[1 + CELL_MARKS]; /* [0] == 0: the right half of a wide one */
	uint8_t style;		    /* enum style */
};

struct rect {
	int row, col, rows, cols;
};

/* What a click on a place means. */
enum hit_kind {
	HIT_PANE,  /* the pane comes to the front */
	HIT_ROW,   /* row value of the pane, as its pick() takes it */
	HIT_FADER, /* row value of the mixer, its volume where it was clicked */
	HIT_KEY,   /* as if key value were pressed */
	HIT_PICK   /* row value of an open picker, or of the help */
};

#define CELLS_HITS 256

struct hit {
	struct rect r;
	enum hit_kind kind;
	int pane, value;
};

struct cells {
	int rows, cols;
	enum glyphs glyphs;
	struct cell *cell;	    /* rows * cols */
	int cursor_row, cursor_col; /* where the real cursor rests; -1 = hidden */
	struct hit hit[CELLS_HITS]; /* later ones lie over earlier ones */
	int hits;
};

/* [ui] Make a blank grid (rows, cols >= 1). 0 or -ENOMEM; done with cells_done(). */
int cells_init(struct cells *c, int rows, int cols, enum glyphs glyphs);
void cells_done(struct cells *c);

/* [ui] Blank all, cursor hidden. */
void cells_blank(struct cells *c);

/* [ui] The same one character (width 1) over width columns. */
void cells_fill(struct cells *c, int row, int col, int width, uint32_t ch, enum style style);

/*
 * [ui] Write text into at most width columns from col; a longer one is cut,
 * with '~' or an ellipsis in its last column. What is no ASCII is '?' where only that
 * is drawn, and µ is 'u'. Returns the columns written.
 */
int cells_text(struct cells *c, int row, int col, int width, enum style style,
	       const char *text);

/* [ui] The same, but the text ends at the right of its width. */
void cells_right(struct cells *c, int row, int col, int width, enum style style,
		 const char *text);

/* [ui] The same as cells_text() with printf's format. */
int cells_format(struct cells *c, int row, int col, int width, enum style style,
		 const char *format, ...) __attribute__((format(printf, 6, 7)));

/* [ui] One glyph: rich where it can be drawn, else plain. */
void cells_glyph(struct cells *c, int row, int col, uint32_t rich, char plain,
		 enum style style);

/* [ui] Give width cells from col another style, their characters kept. */
void cells_restyle(struct cells *c, int row, int col, int width, enum style style);

/* [ui] A frame with a title around r, its inside blanked in style. */
void cells_frame(struct cells *c, struct rect r, enum style style, const char *title);

/* [ui] A click into r means this; what was drawn there before means nothing any more. */
void cells_hit(struct cells *c, struct rect r, enum hit_kind kind, int pane, int value);

/* [ui] What a click there means; NULL = nothing. */
const struct hit *cells_hit_at(const struct cells *c, int row, int col);

/* [ui] Let the real cursor rest there, if that is inside. */
void cells_cursor(struct cells *c, int row, int col);

#endif
