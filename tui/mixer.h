/* SPDX-License-Identifier: MIT */
/*
 * mixer - the rows of the mixer, the one selected, and its meters.
 *
 * Rows are the zones, each with its master, their sources and their speakers.
 * The selection follows the speaker, not the row, when the list changes under it.
 */
#ifndef FANFARE_TUI_MIXER_H
#define FANFARE_TUI_MIXER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/fanfare.h"
#include "tui/widget_meter.h"

#define MIXER_ROWS (FF_ZONES + FF_SOURCES + FF_SPEAKERS)

struct ui;

enum mixer_kind { MIXER_MASTER, MIXER_SOURCE, MIXER_SPEAKER };

struct mixer_row {
	enum mixer_kind kind;
	uint32_t index; /* into zones, sources or speakers of the snapshot */
};

struct mixer_meters {
	uint32_t id;
	struct meter both, side[2]; /* the louder of two; left, right */
	enum ff_state state;	    /* last seen */
	uint64_t since_ms;	    /* when that came; 0 = before we looked */
	bool seen;
};

struct mixer {
	struct mixer_row row[MIXER_ROWS];
	int rows, selected;
	bool chosen; /* a row was chosen by hand */
	enum mixer_kind selected_kind;
	uint32_t selected_id;	/* of a speaker or source, or a zone's index */
	char source[80];	/* what the header says of the source */
	struct ff_speaker slow; /* the selected one, for numbers; its id 0 = none */
	uint64_t slow_ms;	/* which quarter second these are from */
	struct mixer_meters speaker[FF_SPEAKERS];
	struct mixer_meters source_meters[FF_SOURCES];
	struct mixer_meters zone[FF_ZONES];
};

/* [ui] A new snapshot is in ui->snap. */
void mixer_update(struct ui *ui);

/* [ui] Whether any meter is moving, or could at any moment. */
bool mixer_moves(const struct ui *ui);

/* [ui] The selected speaker, source, or zone of the selected master; NULL = another kind. */
const struct ff_speaker *mixer_speaker(const struct ui *ui);
const struct ff_source *mixer_selected_source(const struct ui *ui);
const struct ff_zone *mixer_zone(const struct ui *ui);

/* [ui] How row i is called: a speaker, a source, a zone. */
const char *mixer_name(const struct ui *ui, int i);

/* [ui] What keys do; the argument's meaning stands beside each. */
void mixer_move(struct ui *ui, int rows);
void mixer_step(struct ui *ui, int percent);
void mixer_step_db(struct ui *ui, int db);
void mixer_digit(struct ui *ui, int percent);
void mixer_type(struct ui *ui, int unused);
void mixer_mute(struct ui *ui, int unused);
void mixer_solo(struct ui *ui, int unused);
void mixer_map(struct ui *ui, int unused);
void mixer_pick(struct ui *ui, int row);
void mixer_slide(struct ui *ui, int row, int percent); /* the fader of row was clicked there */
void mixer_trim(struct ui *ui, int tenths);	       /* of a millisecond */
void mixer_clear(struct ui *ui, int unused);
void mixer_connect(struct ui *ui, int unused);
void mixer_cancel(struct ui *ui, int unused);
void mixer_own(struct ui *ui, int unused);

/* [ui] What typed commands do: a volume as mixer_parse() takes it, a map by its name. */
void mixer_typed(struct ui *ui, const char *text);
void mixer_map_typed(struct ui *ui, const char *text);
void mixer_own_typed(struct ui *ui, const char *text);

/* [ui] Select the speaker, or else the zone, of that name; false = there is none. */
bool mixer_select(struct ui *ui, const char *name);

/* [any] "72", "72%", "-12dB", "+3 dB" into dB; -EINVAL. */
int mixer_parse(const char *text, float *ret_db);

/* [any] Names of enum values, for people. */
const char *mixer_map_name(enum ff_map map);

#endif
