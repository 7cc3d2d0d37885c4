/* SPDX-License-Identifier: MIT */
/*
 * command - the command line (:), where everything a key does has a name.
 *
 *	[PANE] ACTION [NAME] [VALUE]
 *
 * PANE may be left out: the one in front comes first, then what is the same
 * everywhere, then the other panes. NAME chooses a row, VALUE goes to actions
 * that take one: "volume Patio -12dB", "solo Kitchen", "theme dark".
 */
#ifndef FANFARE_TUI_COMMAND_H
#define FANFARE_TUI_COMMAND_H

#include <stddef.h>

#include "tui/list.h"

struct ui;

/* [ui] Open the command line. */
void command_open(struct ui *ui);

/* [ui] Do what text says, or say why not. */
void command_run(struct ui *ui, const char *text);

/* [ui] What text may go on as, for a prompt's Tab. */
void command_complete(const struct ui *ui, const char *text, struct choices *ret,
		      size_t *ret_from);

#endif
