/* SPDX-License-Identifier: MIT */
/* yes - a question at the terminal that one key answers, where there is no screen. */
#ifndef FANFARE_TUI_YES_H
#define FANFARE_TUI_YES_H

#include <stdbool.h>

/*
 * [ui] The question has been put on the terminal that is standard input: wait for a key. True
 * for y and Y; any other, the end of the line and ^C too, is no. The terminal is as it was.
 */
bool yes_key(void);

#endif
