/* SPDX-License-Identifier: MIT */
/*
 * prompt - one line being typed: a volume, a name, a PIN, a command.
 *
 * Shown above the footer with the real cursor in it; edited as at a shell
 * (arrows, Home, End, ^A ^E ^U ^K ^W), completed by Tab where whoever asks
 * has names to offer. A value; embed it.
 */
#ifndef FANFARE_TUI_PROMPT_H
#define FANFARE_TUI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/fanfare.h"
#include "tui/cells.h"
#include "tui/list.h"

#define PROMPT_PAST 32

struct ui;

/* [ui] Called with the line. */
typedef void (*prompt_fn)(struct ui *ui, const char *text);

/*
 * [ui] What text, as typed up to the cursor, may go on as: fill ret with what
 * can stand from byte *ret_from on (0 when left alone). The prompt itself
 * keeps those that begin as typed, letters in either case.
 */
typedef void (*prompt_complete_fn)(const struct ui *ui, const char *text, struct choices *ret,
				   size_t *ret_from);

/* Lines typed before, the newest last. */
struct prompt_past {
	char line[PROMPT_PAST][FF_PATH_MAX];
	int n;
};

struct prompt {
	bool open;
	char label[96];
	char text[FF_PATH_MAX];
	size_t at;		     /* the cursor, in bytes */
	prompt_fn done;		     /* Enter */
	prompt_fn cancelled;	     /* Esc; NULL = nothing is to be done */
	prompt_fn changed;	     /* each edit; NULL = nobody looks */
	prompt_complete_fn complete; /* Tab; NULL = nothing is offered */
	struct prompt_past *past;    /* Up and Down; NULL = none */
	int past_at;
	bool offers;		/* Tab was pressed: what fits is shown */
	int offer;		/* the one taken by Tab, -1 = none */
	char stem[FF_PATH_MAX]; /* what was typed before Tab */
};

/*
 * [ui] Start with text in it, the cursor at its end. Only Enter's done is set;
 * the other members may be set after this.
 */
void prompt_open(struct prompt *p, prompt_fn done, const char *text, const char *label);

/* [ui] A key while it is open. */
void prompt_key(struct ui *ui, uint32_t key);

/* [ui] Draw it into width columns of row; what Tab offers goes above, if row > 0. */
void prompt_draw(const struct ui *ui, struct cells *c, int row, int col, int width);

#endif
