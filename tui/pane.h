/* SPDX-License-Identifier: MIT */
/*
 * pane - what each pane_*.c gives to the console.
 *
 * Drawing is pure: the model and a rectangle in, cells out. What keys do in a
 * pane is listed in keymap.c.
 */
#ifndef FANFARE_TUI_PANE_H
#define FANFARE_TUI_PANE_H

#include "tui/ui.h"

/* [ui] Draw into r; front = it has the keys. */
void pane_mixer_draw(const struct ui *ui, struct cells *c, struct rect r, bool front);
void pane_devices_draw(const struct ui *ui, struct cells *c, struct rect r, bool front);
void pane_profiles_draw(const struct ui *ui, struct cells *c, struct rect r, bool front);

/* [ui] The log; it has no keys. r.rows >= 1. */
void pane_log_draw(const struct ui *ui, struct cells *c, struct rect r);

/* [ui] Rows the mixer would like to have for everything it shows, in cols columns. */
int pane_mixer_rows(const struct ui *ui, int cols);

/* [ui] A new snapshot is in ui->snap. */
void devices_update(struct ui *ui);
void profiles_update(struct ui *ui);

/* [ui] The device of that address, NULL = gone. */
const struct ff_device *devices_find(const struct ui *ui, const char *address);

/* [ui] The pane comes to the front. */
void devices_enter(struct ui *ui);

/* [ui] What keys do. */
void devices_move(struct ui *ui, int rows);
void devices_scan(struct ui *ui, int unused);
void devices_toggle(struct ui *ui, int unused);
void devices_pair(struct ui *ui, int unused);
void devices_trust(struct ui *ui, int unused);
void devices_forget(struct ui *ui, int unused);
void devices_rename(struct ui *ui, int unused);
void devices_unnamed(struct ui *ui, int unused);
void devices_add(struct ui *ui, int unused);
void devices_cancel(struct ui *ui, int unused);

void profiles_move(struct ui *ui, int rows);
void profiles_load(struct ui *ui, int unused);
void profiles_save(struct ui *ui, int unused);
void profiles_save_as(struct ui *ui, int unused);
void profiles_delete(struct ui *ui, int unused);

/* [ui] The pairing question of the far side, in a window over everything. */
bool pairing_open(const struct ui *ui);
void pairing_key(struct ui *ui, uint32_t key);
void pairing_draw(const struct ui *ui, struct cells *c);

/* [ui] Help: the table of keys, filtered by typing, run by Enter. */
void help_open(struct ui *ui);
void help_key(struct ui *ui, uint32_t key);
void help_draw(const struct ui *ui, struct cells *c);

#endif
