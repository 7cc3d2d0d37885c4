/* SPDX-License-Identifier: MIT */
/*
 * keymap - the one table of keys: what is dispatched, helped with and hinted at.
 */
#ifndef FANFARE_TUI_KEYMAP_H
#define FANFARE_TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/ui.h"

enum keymap_where {
	IN_MIXER = 1 << PANE_MIXER,
	IN_DEVICES = 1 << PANE_DEVICES,
	IN_PROFILES = 1 << PANE_PROFILES,
	IN_ALL = IN_MIXER | IN_DEVICES | IN_PROFILES
};

struct binding {
	unsigned where;	  /* enum keymap_where, or-ed */
	const char *keys; /* names, blank between */
	const char *name; /* the action's, for key files and the command line */
	void (*run)(struct ui *ui, int arg);
	int arg;
	const char *hint; /* for the footer: "glyphs|plain|word"; NULL = not there */
	const char *help; /* NULL = said by the row before it */
};

/* [ui] The table; *ret_n receives its length. */
const struct binding *keymap_table(size_t *ret_n);

/* [ui] What key does in pane; NULL = nothing. A pane's own row beats one of all. */
const struct binding *keymap_find(enum pane pane, uint32_t key);

/*
 * [ui] Whether a key is bound twice in one pane, or is the name of none; ret
 * receives what and where, "" when all is well.
 */
bool keymap_conflict(char *ret, size_t size);

#endif
