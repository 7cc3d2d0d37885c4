/* SPDX-License-Identifier: MIT */
/*
 * align - the trims: when each speaker sounds beside a reference, set by ear.
 *
 * The reference is the speaker that the others wait for, until a person here
 * chooses another or begins to trim; from then on it stays.
 */
#ifndef FANFARE_TUI_ALIGN_H
#define FANFARE_TUI_ALIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/fanfare.h"
#include "tui/cells.h"
#include "tui/list.h"

struct ui;

/* The other of two trims that x changes between; at first the one that was found. */
struct align_other {
	uint32_t id; /* speaker */
	float trim_ms;
};

struct align {
	struct list list;
	uint32_t row[FF_SPEAKERS]; /* indexes into speakers: those the filter lets through */
	int rows;
	uint32_t selected_id;
	uint32_t reference_id; /* 0 = there is no speaker */
	bool chosen;	       /* it stays the reference whoever waits for whom */
	uint32_t clicking;     /* whom a click train was begun here for; 0 = none was */
	bool measuring;	       /* in the latest snapshot a measurement ran */
	bool checking_music;   /* in the latest snapshot a check under the music ran */
	bool under_music;      /* the microphone that is asked for is for that, too */
	uint32_t checked_id;   /* whom the microphone being chosen is to check; 0 = the zone */
	uint64_t clicking_ms;  /* since when; the snapshot needs a moment to say so too */
	struct align_other other[FF_SPEAKERS];
	uint32_t others;
};

/* [ui] A new snapshot is in ui->snap. */
void align_update(struct ui *ui);

/* [ui] The speaker under the cursor, and the reference; NULL = there is none. */
const struct ff_speaker *align_selected(const struct ui *ui);
const struct ff_speaker *align_reference(const struct ui *ui);

/* [ui] How much later than the reference s is set to sound, ms; NAN = in another zone. */
float align_offset(const struct ui *ui, const struct ff_speaker *s);

/* [ui] The same for what it would be without delays and trims, by its own latency. */
float align_raw(const struct ui *ui, const struct ff_speaker *s);

/* [ui] The trim that x would bring back, ms. */
float align_other(const struct ui *ui, const struct ff_speaker *s);

/* [ui] Trim s to ms (clamped to the tenth, -500..500), to be undone. */
void align_trim(struct ui *ui, const struct ff_speaker *s, float ms);

/* [ui] End the click train that was begun here, if any: the console leaves. */
void align_end(struct ui *ui);

/*
 * [ui] align_measure.c: choose a microphone and measure, or end what runs; match
 * the volumes by what it found, or no longer; take in a new snapshot.
 */
void align_measure(struct ui *ui, int unused);
void align_match_levels(struct ui *ui, int unused);
void align_measure_update(struct ui *ui);

/*
 * [ui] align_measure.c: check s beside a measured speaker, or end what runs, with
 * the microphone of last time where that is known. NULL: says so.
 */
void align_check(struct ui *ui, const struct ff_speaker *s);

/*
 * [any] Into a command the microphone that measured last, or that s was measured
 * with, if it is there. False: one must be chosen.
 */
bool align_microphone(const struct ff_snapshot *snap, const struct ff_speaker *s,
		      struct ff_command *ret);

/* [ui] Put the doubt about s away; NULL: says so. */
void align_dismiss(struct ui *ui, const struct ff_speaker *s);

/* [ui] Draw a measurement, under way or over, into three rows; false = there is none. */
bool align_measure_strip(const struct ui *ui, struct cells *c, struct rect r);

/* [ui] Ask for a microphone to check s with, in silence or under the music. */
void align_ask_microphone(struct ui *ui, const struct ff_speaker *s, bool under_music);

/*
 * [ui] align_music.c: check the selected one under the music, or end it; mend it by
 * what was found, or no longer; take in a new snapshot.
 */
void align_under_music(struct ui *ui, int unused);
void align_mend(struct ui *ui, int unused);
void align_music_update(struct ui *ui);

/* [ui] Draw such a check, under way or over, into three rows; false = there is none. */
bool align_music_strip(const struct ui *ui, struct cells *c, struct rect r);

/* [ui] FF_RESPONSE points into at most half of cols; columns that it takes, 0 = no room. */
int align_response(struct cells *c, int row, int col, int cols, const uint8_t *response);

/* [ui] Draw the pane; see pane.h. */
void pane_align_draw(const struct ui *ui, struct cells *c, struct rect r, bool front);

#endif
