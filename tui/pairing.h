/* SPDX-License-Identifier: MIT */
/*
 * pairing - what the far side of a pairing asks or tells, in a window over
 * everything, with the seconds that are left to answer.
 */
#ifndef FANFARE_TUI_PAIRING_H
#define FANFARE_TUI_PAIRING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/fanfare.h"
#include "tui/cells.h"

struct ui;

struct pairing {
	uint32_t answered;	 /* cookie of the question that was answered last */
	uint32_t asked;		 /* cookie that the line being typed is for */
	struct ff_pairing shown; /* the latest question on the screen; NONE = none is */
};

/* [ui] A new snapshot is in ui->snap. */
void pairing_update(struct ui *ui);

/* [ui] Whether its window is there; it waits for a line or a yes/no that was begun before. */
bool pairing_open(const struct ui *ui);

/* [ui] Whether the line being typed belongs into the window. */
bool pairing_types(const struct ui *ui);

/* [ui] A key while the window is there and nothing is typed in it. */
void pairing_key(struct ui *ui, uint32_t key);

void pairing_draw(const struct ui *ui, struct cells *c);

#endif
