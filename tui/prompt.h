/* SPDX-License-Identifier: MIT */
/*
 * prompt - one line being typed: a volume, a name, a PIN.
 *
 * Shown above the footer with the real cursor in it. A value; embed it.
 */
#ifndef FANFARE_TUI_PROMPT_H
#define FANFARE_TUI_PROMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/fanfare.h"
#include "tui/cells.h"

struct ui;

/* [ui] Called with the line when Enter ends it; not when Esc does. */
typedef void (*prompt_fn)(struct ui *ui, const char *text);

struct prompt {
	bool open;
	char label[96];
	char text[FF_NAME_MAX];
	prompt_fn done;
	prompt_fn cancelled; /* NULL = nothing is to be done */
};

/* [ui] Start with text in it. */
void prompt_open(struct prompt *p, prompt_fn done, const char *text, const char *label);

/* [ui] A key while it is open. */
void prompt_key(struct ui *ui, uint32_t key);

/* [ui] Draw it into width columns of row, the cursor at its end. */
void prompt_draw(const struct prompt *p, struct cells *c, int row, int col, int width);

#endif
