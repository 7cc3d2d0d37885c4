/* SPDX-License-Identifier: MIT */
/*
 * keymap - what each key does: joined from the panes' own tables and the one
 * of everywhere; dispatched, helped with, hinted at and typed from there. A
 * key file (keys.conf) gives rows other keys.
 */
#ifndef FANFARE_TUI_KEYMAP_H
#define FANFARE_TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/list.h"

#define KEYMAP_ROWS 256 /* that may have keys of one's own */

struct ui;

/* One action. A pane's rows stand in its pane_kind, those of everywhere in action.c. */
struct binding {
	const char *keys; /* names, blank between; "" = by the command line only */
	const char *name; /* the action's, for key files and the command line */
	void (*run)(struct ui *ui, int arg);
	int arg;
	const char *hint; /* for the footer: "glyphs|plain|word"; NULL = not there */
	const char *help; /* NULL = said by the row before it */
};

/* What an action takes when it is typed with a value: ":volume -12dB". */
struct typed {
	const char *name; /* the action's */
	void (*take)(struct ui *ui, const char *text);
	void (*values)(const struct ui *ui, struct choices *ret); /* NULL = no list of them */
};

/* Rows of everywhere have this for a pane. */
#define KEYMAP_ALL (-1)

/* One row as found: which, of what pane. */
struct keymap_row {
	const struct binding *binding;
	int pane;	  /* enum pane, or KEYMAP_ALL */
	const char *keys; /* as they are now, a key file may have changed them */
};

/* [ui] Row i of all there are, panes first; false = there are no more. */
bool keymap_row(size_t i, struct keymap_row *ret);

/* [ui] What key does in pane; NULL = nothing. A pane's own row beats one of all. */
const struct binding *keymap_find(int pane, uint32_t key);

/* [ui] The action called name of pane (KEYMAP_ALL: of everywhere); NULL = none. */
const struct binding *keymap_action(int pane, const char *name);

/* [ui] What the action takes when typed; NULL = nothing. */
const struct typed *keymap_typed(int pane, const char *name);

/*
 * [ui] Whether a key is bound twice in one pane, or is the name of none; why
 * receives what and where, "" when all is well, and ret_row the two rows (twice
 * the same where there is only one).
 */
bool keymap_conflict(char *why, size_t size, size_t ret_row[2]);

/* [ui] Give row i other keys: names, blank between; "" = by the command line only. */
void keymap_set(size_t i, const char *keys);

/* [ui] All rows have the keys they came with. */
void keymap_reset(void);

/*
 * [ui] Read a key file over the keys that rows came with:
 *
 *	# comment
 *	mixer.mute = m Space
 *	undo = u
 *
 * file stands for it in why. All or nothing: 0, or -EBADMSG with file, line and
 * what is wrong, then every row has its own keys.
 */
int keymap_parse(const char *text, const char *file, char *why, size_t why_size);

/*
 * [ui] Read the first keys.conf there is, in $XDG_CONFIG_HOME/fanfare (~/.config)
 * and /etc/fanfare. 0, also when there is none; -EBADMSG, -EFBIG … with words in
 * why.
 */
int keymap_load(char *why, size_t why_size);

#endif
