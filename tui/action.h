/* SPDX-License-Identifier: MIT */
/*
 * action - what keys do everywhere, whichever pane is in front.
 */
#ifndef FANFARE_TUI_ACTION_H
#define FANFARE_TUI_ACTION_H

#include "tui/ui.h"

/* [ui] The argument's meaning stands beside each. */
void action_pane(struct ui *ui, int pane);
void action_turn(struct ui *ui, int by); /* panes forward, or back */
void action_full(struct ui *ui, int unused);
void action_help(struct ui *ui, int unused);
void action_undo(struct ui *ui, int unused);
void action_redo(struct ui *ui, int unused);
void action_mute_all(struct ui *ui, int unused);
void action_want(struct ui *ui, int want); /* enum ui_want */
void action_stop(struct ui *ui, int unused);
void action_back(struct ui *ui, int unused);

#endif
