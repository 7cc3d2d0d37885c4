/* SPDX-License-Identifier: MIT */
/*
 * guide - the next key for who has never seen this: from nothing to speakers
 * that play, a source, and a profile on disk.
 */
#ifndef FANFARE_TUI_GUIDE_H
#define FANFARE_TUI_GUIDE_H

struct ui;

/* [ui] What to do next, in words that fit 76 columns; NULL = nothing is missing. */
const char *guide_next(const struct ui *ui);

#endif
