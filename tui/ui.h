/* SPDX-License-Identifier: MIT */
/*
 * ui - the console's model: what is shown, selected, typed and asked.
 *
 * Everything here is a value that keys and snapshots change and that
 * ui_draw() turns into a grid; no terminal and no core in it. app.c carries
 * keys, snapshots and time in, commands and the grid out. One thread.
 */
#ifndef FANFARE_TUI_UI_H
#define FANFARE_TUI_UI_H

#include <stdbool.h>
#include <stdint.h>

#include "core/fanfare.h"
#include "tui/cells.h"
#include "tui/history.h"
#include "tui/mixer.h"
#include "tui/prompt.h"

enum pane { PANE_MIXER, PANE_DEVICES, PANE_PROFILES, PANE_COUNT };

/* What the model asks of the application. */
enum ui_want {
	UI_STAY,
	UI_LEAVE,   /* close the screen, play on */
	UI_STOP,    /* close the screen, stop the music */
	UI_SUSPEND, /* give the terminal back until fg */
	UI_REDRAW,
	UI_THEME /* the next theme */
};

/* How something is said in the line above the footer. */
enum ui_tone { SAY_FINE, SAY_WARNING, SAY_ERROR };

/* Who answers the yes or no that is being asked. */
struct ui;
typedef void (*ui_answer_fn)(struct ui *ui);

struct list { /* a cursor in a list that scrolls */
	int selected, top;
};

struct devices {
	struct list list;
	char order[FF_DEVICES][FF_ADDR_MAX]; /* as shown: kept while the cursor is in it */
	uint32_t order_n;
	bool unnamed;		  /* show those without a name too */
	char target[FF_ADDR_MAX]; /* whom an open prompt or question is about */
	uint32_t answered;	  /* cookie of the pairing question already answered */
	uint32_t asked;		  /* cookie for which a prompt was opened */
};

struct profiles {
	struct list list;
	char target[FF_NAME_MAX];
};

struct help {
	bool open;
	int top;
	char filter[32];
};

struct ui {
	struct ff_snapshot snap; /* with what was just asked for laid over it */
	bool first;		 /* a snapshot has come */
	uint64_t now_ms;	 /* monotonic */
	char host[64];

	enum pane pane;
	bool full;	   /* one pane only, also where all would fit */
	bool moved;	   /* a key was pressed: no more opening panes by ourselves */
	bool given;	   /* the profile was named on the command line */
	bool no_bluetooth; /* and Bluetooth refused there */
	struct mixer mixer;
	struct devices devices;
	struct profiles profiles;
	struct help help;
	struct history history;
	struct prompt prompt; /* a line being typed */

	char ask[FF_TEXT_MAX]; /* a yes or no being asked, "" = none */
	ui_answer_fn ask_yes;

	char toast[FF_TEXT_MAX];
	uint64_t toast_until_ms;
	enum ui_tone tone;
	uint64_t log_seen; /* lines of the log that were toasts, or came before us */

	enum ui_want want;

	int (*submit)(void *arg, const struct ff_command *command);
	void *submit_arg;
};

/* [ui] A model with nothing in it yet; commands go to submit(arg). */
void ui_init(struct ui *ui, int (*submit)(void *arg, const struct ff_command *), void *arg);

/* [ui] ui->snap was filled anew at now_ms: take it in. */
void ui_update(struct ui *ui, uint64_t now_ms);

/* [ui] A key came. */
void ui_key(struct ui *ui, uint32_t key, uint64_t now_ms);

/* [ui] Draw the whole console into c, blanked first. */
void ui_draw(const struct ui *ui, struct cells *c);

/*
 * [ui] Milliseconds until something shown changes by itself: frame_ms while a
 * meter moves, up to a second while something is counted down, -1 = never.
 */
int ui_wait(const struct ui *ui, int frame_ms);

/* [ui] Send a command; a full queue becomes a toast. 0 or -errno. */
int ui_submit(struct ui *ui, const struct ff_command *command);

/* [ui] Say something for some seconds in the line above the footer. */
void ui_say(struct ui *ui, enum ui_tone tone, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* [ui] Ask for y or N; yes is called on y. */
void ui_ask(struct ui *ui, ui_answer_fn yes, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* [ui] Put another pane in front. */
void ui_show(struct ui *ui, enum pane pane);

/* [ui] The speaker with that id in the snapshot, NULL = gone. */
const struct ff_speaker *ui_speaker(const struct ui *ui, uint32_t id);

/* [ui] Move a list's cursor by n within count, and keep it in sight of rows. */
void list_move(struct list *l, int n, int count);
int list_top(const struct list *l, int count, int rows);

#endif
