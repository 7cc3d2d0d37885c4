/* SPDX-License-Identifier: MIT */
/*
 * theme - how each style looks: colours and attributes, from a plain file.
 *
 *	# comment
 *	meter-low = green
 *	tab-on    = black on cyan bold
 *
 * Colours are default, the eight of every terminal, bright-… of those, or
 * 0..255; a terminal with fewer gets the nearest of the eight. Attributes are
 * bold, dim, underline, reverse: they alone must do where colour is unwanted
 * (NO_COLOR) or not there. A style not named keeps its look of the base theme.
 * Reading is all or nothing: a file with an error is refused with its line.
 */
#ifndef FANFARE_TUI_THEME_H
#define FANFARE_TUI_THEME_H

#include <stddef.h>
#include <stdint.h>

#include "tui/style.h"

#define THEME_BASE     "base" /* the one that needs no file */
#define THEME_NAME_MAX 32
#define THEMES_MAX     32

enum theme_attr { THEME_BOLD = 1, THEME_DIM = 2, THEME_UNDERLINE = 4, THEME_REVERSE = 8 };

struct look {
	int16_t fg, bg; /* 0..255, -1 = the terminal's own */
	uint8_t attrs;	/* enum theme_attr, or-ed */
};

struct theme {
	char name[THEME_NAME_MAX];
	struct look look[STYLE_COUNT];
};

/* [ui] The base: eight colours, readable on dark and on light. */
void theme_base(struct theme *t);

/*
 * [ui] Read text over the base theme; file stands for it in why. 0, or
 * -EBADMSG with file, line and what was expected in why, leaving *ret alone.
 */
int theme_parse(const char *text, const char *file, struct theme *ret, char *why,
		size_t why_size);

/*
 * [ui] How style looks on a terminal of so many colours: 0 (attributes alone;
 * what had a ground of its own is reversed), 8, 16 or 256.
 */
struct look theme_fit(const struct theme *t, enum style style, int colors);

/*
 * [ui] Read the theme called name from the first folder that has it: the
 * user's own, /etc/fanfare, beside the program, the install's share. -ENOENT,
 * -EBADMSG, -EFBIG …, with words in why, leaving *ret alone.
 */
int theme_load(const char *name, struct theme *ret, char *why, size_t why_size);

/* [ui] The names there are, "base" first, then sorted; returns how many (<= THEMES_MAX). */
size_t theme_list(char ret[THEMES_MAX][THEME_NAME_MAX]);

/* [ui] The one after name, round and round; one that is gone leads to the first. */
void theme_next(const char *name, char ret[THEME_NAME_MAX]);

/*
 * [ui] The name for this terminal: $FANFARE_THEME, else the one remembered, else
 * dark or light as $COLORFGBG says. Good until the next call.
 */
const char *theme_default(void);

/* [ui] Remember name for the next time, in the user's own folder. 0 or -errno. */
int theme_remember(const char *name);

#endif
