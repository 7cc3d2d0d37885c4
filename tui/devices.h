/* SPDX-License-Identifier: MIT */
/*
 * devices - the Bluetooth devices as a list that holds still, and what keys do
 * to the one selected.
 *
 * The list is in three groups and sorted whenever the pane comes to the front
 * or a scan begins; while the cursor is in it every line stays where it is.
 */
#ifndef FANFARE_TUI_DEVICES_H
#define FANFARE_TUI_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/fanfare.h"
#include "tui/cells.h"
#include "tui/list.h"
#include "tui/pairing.h"

struct ui;

enum devices_group { DEVICES_CONNECTED, DEVICES_KNOWN, DEVICES_NEW };

struct devices {
	struct list list;
	char order[FF_DEVICES][FF_ADDR_MAX]; /* as shown: kept while the cursor is in it */
	uint8_t group[FF_DEVICES];	     /* enum devices_group, of when it was sorted */
	uint32_t order_n;
	char sorted_for[32];	   /* the filter it was made with */
	bool made;		   /* since the console began */
	uint64_t change;	   /* of the snapshot it was made from */
	bool unnamed;		   /* show those without a name too */
	bool details;		   /* all about the selected one, under the list */
	char adapter[FF_ADDR_MAX]; /* only what this one knows; "" = all adapters */
	char target[FF_ADDR_MAX];  /* whom an open prompt or question is about */
	struct pairing pairing;
};

/* [ui] A new snapshot is in ui->snap. */
void devices_update(struct ui *ui);

/* [ui] Take in what devices there are and which are wanted, by what is set above. */
void devices_renew(struct ui *ui);

/* [ui] The pane comes to the front. */
void devices_enter(struct ui *ui);

/* [ui] Sort it anew, the cursor on the device it was on. */
void devices_sort(struct ui *ui);

/* [ui] The device of that address, as the chosen adapter knows it; NULL = gone. */
const struct ff_device *devices_find(const struct ui *ui, const char *address);

/* [ui] The one under the cursor, NULL = there is none. */
const struct ff_device *devices_selected(const struct ui *ui);

/* [ui] A name that can be seen. */
const char *devices_name(const struct ff_device *d);

/* [ui] Whether d goes over an adapter that is in use here: the chosen one, or any. */
bool devices_concerns(const struct ui *ui, const struct ff_adapter *a);

/* [ui] What it is for people: "headset", "phone"; "" = nobody knows. */
const char *devices_type(const struct ff_device *d);

/* [ui] How it is with it, for its row. */
void devices_state(const struct ui *ui, const struct ff_device *d, char *ret, size_t size);

/* [ui] All that is known of it, pieces two blanks apart. */
void devices_details(const struct ui *ui, const struct ff_device *d, char *ret, size_t size);

/* [ui] What is wrong and the command that mends it; "" = nothing. */
void devices_trouble(const struct ui *ui, char *ret, size_t size);

/* [ui] Draw the pane; see pane.h. */
void pane_devices_draw(const struct ui *ui, struct cells *c, struct rect r, bool front);

#endif
