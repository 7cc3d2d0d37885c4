/* SPDX-License-Identifier: MIT */
/*
 * golden - a grid against the picture of it that was once looked at.
 *
 * The pictures lie in tests/tui/golden. FANFARE_GOLDEN=write makes them anew
 * from what is drawn now; look at the difference before it is kept.
 */
#ifndef FANFARE_TESTS_TUI_GOLDEN_H
#define FANFARE_TESTS_TUI_GOLDEN_H

#include <stdbool.h>

#include "tui/cells.h"
#include "tui/theme.h"
#include "tui/ui.h"

/*
 * Compare c with golden/NAME.txt, if asked in colour (the letters of style.h)
 * and in mono (b bold, d dim, u underlined, r reverse, capitals more than one)
 * too; prints what differs.
 */
bool golden_same(const char *name, const struct cells *c, bool styles);

/*
 * The same as it looks in theme t on a terminal of so many colours (0, 8, 16,
 * 256): the picture holds the terminal's own commands, so cat shows it.
 */
bool golden_worn(const char *name, const struct cells *c, const struct theme *t, int colors);

/* The grid as text, a line a row; the caller's to free(). */
char *golden_text(const struct cells *c, bool styles);

/* Whether text stands in one line of ui, drawn at that size in full glyphs. */
bool golden_shows(const struct ui *ui, int rows, int cols, const char *text);

/* Draw ui at that size and assert that it is like golden/NAME.txt; in full glyphs its styles
 * too. */
void golden_picture(const struct ui *ui, const char *name, int rows, int cols,
		    enum glyphs glyphs);

#endif
