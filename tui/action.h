/* SPDX-License-Identifier: MIT */
/*
 * action - what keys do everywhere, whichever pane is in front.
 */
#ifndef FANFARE_TUI_ACTION_H
#define FANFARE_TUI_ACTION_H

#include "tui/keymap.h"

/* The rows of everywhere, and those of them that take a typed value. */
extern const struct binding action_keys[];
extern const size_t action_keys_n;
extern const struct typed action_typed[];
extern const size_t action_typed_n;

#endif
