/* SPDX-License-Identifier: MIT */
/*
 * screen - the terminal: the grid goes out by curses, bytes come in.
 *
 * Curses never touches the terminal itself. It writes into a memory file,
 * and what it wrote goes out from there without blocking, one frame at a
 * time: a terminal that has stopped (^S, a reader that no longer reads)
 * costs frames and never a wait. The terminal is opened a second time for
 * that, so that the shell's own descriptors keep their flags. One screen a
 * process (ncurses 6.4 fails with several), used by one thread.
 */
#ifndef FANFARE_TUI_SCREEN_H
#define FANFARE_TUI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tui/cells.h"
#include "tui/input.h"
#include "tui/theme.h"

struct screen;

/*
 * [ui] Open the terminal behind standard output, or else the session's own,
 * anew. A descriptor, or -ENOTTY.
 */
int screen_tty(void);

/*
 * [ui] Take the terminal over: raw, alternate screen. *ret is the caller's,
 * to be given to screen_free(), and tty is closed by that, or here on failure.
 * Fails with -ENOTTY (there is no terminal), -ENOTSUP (one that cannot place
 * its cursor) or -errno, words in why.
 */
int screen_new(int tty, struct screen **ret, char *why, size_t why_size);

/* [ui] Leave it as it was found. NULL is fine. */
void screen_free(struct screen *s);

/* [ui] The terminal, for poll(). */
int screen_fd(const struct screen *s);

/* [ui] What this terminal and locale can draw. */
enum glyphs screen_glyphs(const struct screen *s);

/* [ui] What this terminal sends for its keys. */
void screen_teach(const struct screen *s, struct input *in);

/* [ui] Ask the terminal how large it is and fit curses to that. At least 1 by 1. */
void screen_measure(struct screen *s, int *ret_rows, int *ret_cols);

/* [ui] Wear another theme from the next frame on. */
void screen_wear(struct screen *s, const struct theme *t);

/*
 * [ui] Have the terminal tell clicks and the wheel from the next frame on, or
 * leave them to it again. False = it knows no mouse.
 */
bool screen_mouse(struct screen *s, bool on);

/* [ui] Repaint everything with the next frame (^L). */
void screen_spoil(struct screen *s);

/* [ui] Whether a new frame may be drawn: the last one is all out. */
bool screen_ready(const struct screen *s);

/* [ui] Compose a frame from c; screen_flush() sends it. Only when screen_ready(). */
void screen_draw(struct screen *s, const struct cells *c);

/* [ui] Send what is left, not waiting. 0 = all out, -EAGAIN = full, else it is gone. */
int screen_flush(struct screen *s);

/* [ui] Bytes typed; 0 = none now, -errno = the terminal is gone. */
ssize_t screen_read(struct screen *s, char *bytes, size_t size);

/* [ui] Give the terminal back for a while, and take it again. */
void screen_suspend(struct screen *s);
void screen_resume(struct screen *s);

/* [ui] The terminal is gone: write nothing to it any more. */
void screen_lost(struct screen *s);

#endif
