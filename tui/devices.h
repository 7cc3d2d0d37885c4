/* SPDX-License-Identifier: MIT */
/*
 * devices - the Bluetooth devices as a list that holds still, what keys do to
 * the one selected, and the questions a pairing asks.
 */
#ifndef FANFARE_TUI_DEVICES_H
#define FANFARE_TUI_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/fanfare.h"
#include "tui/cells.h"
#include "tui/list.h"

struct ui;

struct devices {
	struct list list;
	char order[FF_DEVICES][FF_ADDR_MAX]; /* as shown: kept while the cursor is in it */
	uint32_t order_n;
	bool unnamed;		  /* show those without a name too */
	char target[FF_ADDR_MAX]; /* whom an open prompt or question is about */
	uint32_t answered;	  /* cookie of the pairing question already answered */
	uint32_t asked;		  /* cookie for which a prompt was opened */
};

/* [ui] A new snapshot is in ui->snap. */
void devices_update(struct ui *ui);

/* [ui] The pane comes to the front. */
void devices_enter(struct ui *ui);

/* [ui] The device of that address, NULL = gone. */
const struct ff_device *devices_find(const struct ui *ui, const char *address);

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

/* [ui] The pairing question of the far side, in a window over everything. */
bool pairing_open(const struct ui *ui);
void pairing_key(struct ui *ui, uint32_t key);
void pairing_draw(const struct ui *ui, struct cells *c);

#endif
