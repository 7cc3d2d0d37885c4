/* SPDX-License-Identifier: MIT */
/*
 * profiles - the profiles there are and, under the one that plays, what it
 * holds: its zones, their sources and their speakers, all in one list.
 *
 * The selection follows what it is on, not the row, when the list changes
 * under it. Keys that work on a profile as a whole are in profiles.c, those
 * that change what it holds in profiles_edit.c, choosing and adding sources
 * and speakers in profiles_add.c.
 */
#ifndef FANFARE_TUI_PROFILES_H
#define FANFARE_TUI_PROFILES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/fanfare.h"
#include "tui/list.h"

#define PROFILES_ROWS	 (FF_PROFILES + 1 + FF_ZONES + FF_SOURCES + FF_SPEAKERS)
#define PROFILES_NO_FILE UINT32_MAX /* index of one that plays and is not listed */

struct ui;
struct picker_item;

enum profiles_kind { PROFILES_FILE, PROFILES_ZONE, PROFILES_SOURCE, PROFILES_SPEAKER };

struct profiles_row {
	enum profiles_kind kind;
	uint32_t index; /* into profiles, zones, sources or speakers of the snapshot */
};

struct profiles {
	struct profiles_row row[PROFILES_ROWS];
	int rows;
	struct list list; /* among them */
	bool chosen;	  /* a row was selected: follow it from now on */
	enum profiles_kind kind;
	uint32_t id;		/* of a speaker or source, index of a zone */
	char name[FF_NAME_MAX]; /* of a profile */

	/* whom an open prompt, picker or question is about */
	struct profiles_row target;
	char target_name[FF_NAME_MAX];
	uint32_t target_id;
};

/* [ui] A new snapshot is in ui->snap. */
void profiles_update(struct ui *ui);

/* [ui] The selected row; NULL = there is none. */
const struct profiles_row *profiles_selected(const struct ui *ui);

/* [ui] What stands in a row: the name of what it is. */
const char *profiles_name(const struct ui *ui, const struct profiles_row *row);

/* [ui] Zone that row is in, or is; the first for a profile's own row. */
uint32_t profiles_zone(const struct ui *ui, const struct profiles_row *row);

/* [ui] Whether the profile that plays is among those that are listed. */
bool profiles_on_disk(const struct ui *ui);

/* [ui] Make the selected row the target of what is asked next; NULL = there is none. */
const struct profiles_row *profiles_aim(struct ui *ui);

/* An action of this pane in a list to choose from; the last one has no action. */
struct profiles_offer {
	const char *action, *text;
};

/* [ui] Into an open list, with the keys that do the same; and doing what was chosen. */
void profiles_offer(struct ui *ui, const struct profiles_offer *offer);
void profiles_offered(struct ui *ui, const struct picker_item *item);

/* [ui] What keys do with a profile. */
void profiles_move(struct ui *ui, int rows);
void profiles_pick(struct ui *ui, int row);
void profiles_open(struct ui *ui, int unused); /* Enter: play it, or what can be done with it */
void profiles_save(struct ui *ui, int unused);
void profiles_save_as(struct ui *ui, int unused);
void profiles_new(struct ui *ui, int unused);

/*
 * [ui] A speaker that is real comes: if the shipped demonstration plays, begin a
 * profile for it instead of mixing the two.
 */
void profiles_leave_demo(struct ui *ui);

/* [ui] What keys do with what it holds, and with a profile's name and file. */
void profiles_rename(struct ui *ui, int unused);
void profiles_remove(struct ui *ui, int unused);
void profiles_zone_change(struct ui *ui, int unused); /* a speaker goes to another zone */
void profiles_gain(struct ui *ui, int unused);
void profiles_gain_step(struct ui *ui, int db);
void profiles_source(struct ui *ui, int unused); /* choose what is heard */
void profiles_add(struct ui *ui, int unused);	 /* asks what */
void profiles_add_source(struct ui *ui, int unused);
void profiles_add_speaker(struct ui *ui, int unused);
void profiles_add_zone(struct ui *ui, int unused);

/* [ui] The same with the value typed. */
void profiles_load_typed(struct ui *ui, const char *name);
void profiles_save_typed(struct ui *ui, const char *name);
void profiles_new_typed(struct ui *ui, const char *name);
void profiles_rename_typed(struct ui *ui, const char *name);
void profiles_move_typed(struct ui *ui, const char *zone);
void profiles_gain_typed(struct ui *ui, const char *gain);
void profiles_source_typed(struct ui *ui, const char *what);
void profiles_add_source_typed(struct ui *ui, const char *what);
void profiles_add_speaker_typed(struct ui *ui, const char *what);
void profiles_add_zone_typed(struct ui *ui, const char *name);

/* [ui] What may be typed there, for completion. */
void profiles_files(const struct ui *ui, struct choices *ret);
void profiles_zones(const struct ui *ui, struct choices *ret);
void profiles_inputs(const struct ui *ui, struct choices *ret);
void profiles_outputs(const struct ui *ui, struct choices *ret);

#endif
