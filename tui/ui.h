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
#include "tui/align.h"
#include "tui/cells.h"
#include "tui/devices.h"
#include "tui/history.h"
#include "tui/mixer.h"
#include "tui/profiles.h"
#include "tui/prompt.h"
#include "tui/widget_picker.h"

enum pane { PANE_MIXER, PANE_DEVICES, PANE_ALIGN, PANE_PROFILES, PANE_COUNT };

/* What the model asks of the application. */
enum ui_want {
	UI_STAY,
	UI_LEAVE,   /* close the screen, play on */
	UI_STOP,    /* close the screen, stop the music */
	UI_SUSPEND, /* give the terminal back until fg */
	UI_REDRAW,
	UI_WEAR, /* wear ui->theme from now on */
	UI_KEEP, /* the same, and the next time */
	UI_MOUSE /* listen to the mouse, or no longer, as ui->mouse says */
};

/* How something is said in the line above the footer. */
enum ui_tone { SAY_FINE, SAY_WARNING, SAY_ERROR };

/* Who answers the yes or no that is being asked. */
struct ui;
typedef void (*ui_answer_fn)(struct ui *ui);

struct help {
	bool open;
	int top;
	char filter[32];
};

struct log_view {
	bool open;
	int up; /* rows from the newest */
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
	struct align align;
	struct profiles profiles;
	char filter[PANE_COUNT][32]; /* only rows with this in their name are shown */
	struct help help;
	struct log_view log;
	struct history history;
	struct prompt prompt;	 /* a line being typed */
	struct prompt_past past; /* commands typed before */
	struct picker picker;	 /* a list to choose from */
	char theme[32];		 /* the one worn; see ui_wear() */
	char theme_before[32];	 /* while another is tried */
	bool mouse;		 /* clicks are ours; else the terminal copies text */

	char ask[FF_TEXT_MAX]; /* a yes or no being asked, "" = none */
	ui_answer_fn ask_yes;

	char toast[FF_TEXT_MAX];
	uint64_t toast_until_ms;
	int64_t toast_time_ms; /* CLOCK_REALTIME when it was said */
	int toast_pane;	       /* where its cause is; -1 = everywhere */
	enum ui_tone tone;
	uint64_t settled_ms; /* before that the core may still refuse what was asked */
	uint64_t log_seen;   /* lines of the log that were toasts, or came before us */

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

/* [ui] A click, or the wheel (by rows; 0 = a click), on what was drawn there. */
void ui_point(struct ui *ui, const struct hit *hit, int row, int col, int wheel,
	      uint64_t now_ms);

/* [ui] Draw the whole console into c, blanked first. */
void ui_draw(const struct ui *ui, struct cells *c);

/*
 * [ui] Milliseconds until something shown changes by itself: frame_ms while a
 * meter moves, up to a second while something is counted down, -1 = never.
 */
int ui_wait(const struct ui *ui, int frame_ms);

/* [ui] Send a command; a full queue becomes a toast. 0 or -errno. */
int ui_submit(struct ui *ui, const struct ff_command *command);

/*
 * [ui] Say something for some seconds in the line above the footer. It leaves
 * earlier when its pane does, or when the next thing is said.
 */
void ui_say(struct ui *ui, enum ui_tone tone, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* [ui] What was just said was asked for: it counts as done when no refusal follows. */
void ui_await(struct ui *ui);

/* [ui] Ask for y or N; yes is called on y. */
void ui_ask(struct ui *ui, ui_answer_fn yes, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* [ui] Wear the theme called name from the next frame on; keep: the next time too. */
void ui_wear(struct ui *ui, const char *name);
void ui_keep(struct ui *ui, const char *name);

/* [ui] Put another pane in front. */
void ui_show(struct ui *ui, enum pane pane);

/* [ui] The speaker with that id in the snapshot, NULL = gone. */
const struct ff_speaker *ui_speaker(const struct ui *ui, uint32_t id);

#endif
