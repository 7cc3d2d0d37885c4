/* SPDX-License-Identifier: MIT */
/*
 * pane_mixer - one row a speaker: state, link, volume, level, why not.
 *
 * Columns are dropped as the window narrows, the meter last; under the rows
 * lies a strip with all about the selected one.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tui/draw.h"
#include "tui/pane.h"
#include "tui/taper.h"
#include "tui/text.h"
#include "tui/words.h"

#define DETAIL_ROWS    5
#define LOG_ROWS_LEAST 4 /* with its title */
#define LOG_ROWS_MOST  9

/* Where each column begins, 0 = left out (column 0 is the cursor's own). */
struct columns {
	int name, name_w, link, battery, volume, db, fader, fader_w, meter, meter_w, peak,
		marks, trim, end;
};

static bool mixer_has_batteries(const struct ui *ui)
{
	for (uint32_t i = 0; i < ui->snap.speakers_n; i++)
		if (ui->snap.speakers[i].output == FF_OUT_BLUETOOTH)
			return true;
	return false;
}

/* As wide as the longest name, within reason for that window. */
static int mixer_name_width(const struct ui *ui, int cols, bool batteries)
{
	int most = cols >= 120 ? 24 : cols / (batteries ? 5 : 4), width = cols >= 48 ? 10 : 8;

	for (uint32_t i = 0; i < ui->snap.speakers_n && width < most; i++)
		if (text_width(ui->snap.speakers[i].name) > width)
			width = text_width(ui->snap.speakers[i].name);
	for (uint32_t i = 0; i < ui->snap.sources_n && width < most; i++)
		if (text_width(ui->snap.sources[i].name) > width)
			width = text_width(ui->snap.sources[i].name);
	return width < most ? width : most > 8 ? most : 8;
}

static void mixer_columns(const struct ui *ui, struct columns *k, int cols)
{
	bool batteries = mixer_has_batteries(ui);
	int at = cols >= 40 ? 3 : 2;

	*k = (struct columns){ .name = at, .name_w = mixer_name_width(ui, cols, batteries) };
	at += k->name_w + 1;
	if (cols >= 66)
		k->link = at, at += 4;
	if (cols >= 60 && batteries)
		k->battery = at, at += 4;
	k->volume = at, at += 5;
	if (cols >= 100)
		k->db = at, at += 7;
	if (cols >= 120)
		k->fader = at, k->fader_w = cols / 8, at += k->fader_w + 2;
	k->meter = at;

	k->end = cols - (cols >= 40);
	at = k->end;
	if (cols >= 60)
		k->trim = at -= 6;
	if (cols >= 40)
		k->marks = at -= 3;
	if (cols >= 30)
		k->peak = at -= 6;
	k->meter_w = at - k->meter;
	if (k->peak)
		k->meter_w--;
	if (k->meter_w < 0)
		k->meter_w = 0;
}

static void mixer_headings(struct cells *c, int row, int col, const struct columns *k)
{
	cells_text(c, row, col + k->name, k->name_w, STYLE_TITLE, "SPEAKER");
	if (k->link)
		cells_text(c, row, col + k->link, 3, STYLE_TITLE, "LNK");
	if (k->battery)
		cells_text(c, row, col + k->battery, 3, STYLE_TITLE, "BAT");
	cells_right(c, row, col + k->volume, 4, STYLE_TITLE, "VOL");
	if (k->db)
		cells_right(c, row, col + k->db, 6, STYLE_TITLE, "dB");
	if (k->fader) {
		cells_text(c, row, col + k->fader, 1, STYLE_TITLE, "0");
		cells_right(c, row, col + k->fader, k->fader_w, STYLE_TITLE, "100%");
	}
	meter_scale(c, row, col + k->meter, k->meter_w);
	if (k->peak)
		cells_right(c, row, col + k->peak, 5, STYLE_TITLE, "PEAK");
	if (k->marks)
		cells_text(c, row, col + k->marks, 2, STYLE_TITLE, "MS");
	if (k->trim)
		cells_right(c, row, col + k->trim, 6, STYLE_TITLE, "ms");
}

static void mixer_dot(struct cells *c, int row, int col, const struct ff_speaker *s)
{
	switch (s->state) {
	case FF_PLAYING:
		cells_glyph(c, row, col, 0x25CF, '*',
			    !s->audible			  ? STYLE_DIM
			    : s->reason[0] || s->doubt[0] ? STYLE_WARN
							  : STYLE_GOOD);
		break;
	case FF_PAIRING:
	case FF_CONNECTING:
	case FF_CONNECTED:
	case FF_SEARCHING:
		cells_glyph(c, row, col, 0x25D0, '+', STYLE_WARN);
		break;
	case FF_WAITING:
	case FF_RETRYING:
		cells_glyph(c, row, col, 0x25CB, 'o', STYLE_WARN);
		break;
	case FF_OFF:
		cells_glyph(c, row, col, 0x25CB, '.', STYLE_DIM);
		break;
	}
}

static void mixer_link(struct cells *c, int row, int col, const struct ff_speaker *s)
{
	if (s->output == FF_OUT_BLUETOOTH && s->rssi_known)
		draw_signal(c, row, col, s->rssi);
	else
		cells_text(c, row, col, 3, STYLE_DIM, words_output(s->output));
}

static void mixer_level(struct cells *c, int row, int col, const struct columns *k, float db,
			bool quiet)
{
	static const enum style fader[3] = { STYLE_FADER, STYLE_FADER, STYLE_FADER };
	static const enum style silent[3] = { STYLE_DIM, STYLE_DIM, STYLE_DIM };
	static const float whole[2] = { 1, 1 };
	float percent = taper_percent(db);
	char text[16];

	snprintf(text, sizeof(text), "%.0f%%", (double)percent);
	cells_right(c, row, col + k->volume, 4, quiet ? STYLE_DIM : STYLE_TEXT, text);
	if (k->db) {
		words_decibel(db, text, sizeof(text));
		cells_right(c, row, col + k->db, 6, quiet ? STYLE_DIM : STYLE_TEXT, text);
	}
	if (k->fader)
		meter_bar(c, row, col + k->fader, k->fader_w, percent / 100, whole,
			  quiet ? silent : fader);
}

/* "connecting 4 s, try 2 (^X stops)": one that is under way, as far as there is room. */
static void mixer_busy(const struct ui *ui, uint32_t i, int room, char *ret, size_t size)
{
	const struct ff_speaker *s = &ui->snap.speakers[i];
	const struct mixer_meters *m = &ui->mixer.speaker[i];
	bool busy =
		s->state == FF_CONNECTING || s->state == FF_PAIRING || s->state == FF_SEARCHING;
	struct ff_speaker told = *s;
	char tail[40];

	if (busy && !s->reason[0] && m->since_ms && ui->now_ms - m->since_ms >= 1000) {
		words_next(s, tail, sizeof(tail));
		told.tries = told.retry_ms = 0;
		words_state(&told, ret, size);
		snprintf(ret + strlen(ret), size - strlen(ret), " %u s%s",
			 (unsigned)((ui->now_ms - m->since_ms) / 1000), tail);
	} else {
		words_state(s, ret, size);
	}
	if (busy && s->output == FF_OUT_BLUETOOTH && text_width(ret) + 12 <= room)
		snprintf(ret + strlen(ret), size - strlen(ret), " (^X stops)");
}

/* Why it does not play, where its meter would be; a long reason leaves the next try readable.
 */
static void mixer_reason(struct cells *c, int row, int col, const struct columns *k,
			 const struct ui *ui, uint32_t i)
{
	const struct ff_speaker *s = &ui->snap.speakers[i];
	enum style style = s->state == FF_OFF ? STYLE_DIM : STYLE_WARN;
	int room = k->meter_w + (k->peak ? 6 : 0), used, tail;
	char text[FF_TEXT_MAX + 80], next[40];

	mixer_busy(ui, i, room, text, sizeof(text));
	words_next(s, next, sizeof(next));
	tail = text_width(next);
	if (text_width(text) > room && tail > 0 && tail < room / 2) {
		used = cells_text(c, row, col + k->meter, room - tail, style, text);
		cells_text(c, row, col + k->meter + used, tail, style, next);
		return;
	}
	cells_text(c, row, col + k->meter, room, style, text);
	if (k->peak && text_width(text) <= k->meter_w)
		cells_right(c, row, col + k->peak, 5, STYLE_DIM, "--");
}

#define METER_LEAST 10 /* columns that words leave to a meter */

/* Why its latency may not hold, where its meter ends; what is left to that, columns. */
static int mixer_doubt(struct cells *c, int row, int col, const struct columns *k,
		       const struct ff_speaker *s)
{
	int room = k->meter_w - METER_LEAST - 1, width;
	char text[FF_TEXT_MAX + 16];

	if (!s->doubt[0])
		return k->meter_w;
	cells_text(c, row, col + k->name - 1, 1, STYLE_WARN, "?");
	snprintf(text, sizeof(text), "in time? %s", s->doubt);
	if (text_width(text) > room) /* all of it stands in the strip */
		text[strlen("in time?")] = '\0';
	width = text_width(text);
	if (width > room)
		return k->meter_w;
	cells_text(c, row, col + k->meter + k->meter_w - width, width, STYLE_WARN, text);
	return k->meter_w - width - 1;
}

static void mixer_speaker_row(const struct ui *ui, struct cells *c, int row, int col,
			      const struct columns *k, uint32_t i)
{
	const struct ff_speaker *s = &ui->snap.speakers[i];
	const struct meter *m = &ui->mixer.speaker[i].both;
	char text[FF_TEXT_MAX + 80];

	mixer_dot(c, row, col + 1, s);
	if (k->link)
		mixer_link(c, row, col + k->link, s);
	if (k->battery) {
		snprintf(text, sizeof(text), s->battery >= 0 ? "%d" : "--", s->battery);
		cells_right(c, row, col + k->battery, 3,
			    s->battery < 0     ? STYLE_DIM
			    : s->battery <= 25 ? STYLE_WARN
					       : STYLE_TEXT,
			    text);
	}
	mixer_level(c, row, col, k, s->volume_db, !s->audible);
	if (s->state == FF_PLAYING) {
		meter_draw(m, c, row, col + k->meter, mixer_doubt(c, row, col, k, s));
		if (k->peak)
			meter_number(m, c, row, col + k->peak, 5);
	} else {
		mixer_reason(c, row, col, k, ui, i);
	}
	if (s->mute)
		cells_text(c, row, col + (k->marks ? k->marks : k->volume), 1, STYLE_MUTE, "M");
	if (s->solo)
		cells_text(c, row, col + (k->marks ? k->marks + 1 : k->volume), 1, STYLE_SOLO,
			   "S");
	if (k->trim) {
		snprintf(text, sizeof(text), s->trim_ms == 0 ? "0" : "%+.*f",
			 fabsf(s->trim_ms - roundf(s->trim_ms)) < 0.05f ? 0 : 1,
			 (double)s->trim_ms);
		cells_right(c, row, col + k->trim, 6, s->trim_ms == 0 ? STYLE_DIM : STYLE_TEXT,
			    text);
	}
}

static void mixer_master_row(const struct ui *ui, struct cells *c, int row, int col,
			     const struct columns *k, uint32_t i)
{
	const struct ff_zone *z = &ui->snap.zones[i];
	const struct meter *m = &ui->mixer.zone[i].both;

	mixer_level(c, row, col, k, z->volume_db, z->mute || ui->snap.muted_all);
	meter_draw(m, c, row, col + k->meter, k->meter_w);
	if (k->peak)
		meter_number(m, c, row, col + k->peak, 5);
	if (z->mute || ui->snap.muted_all)
		cells_text(c, row, col + (k->marks ? k->marks : k->volume), 1, STYLE_MUTE, "M");
}

static void mixer_source_row(const struct ui *ui, struct cells *c, int row, int col,
			     const struct columns *k, uint32_t i)
{
	const struct ff_source *s = &ui->snap.sources[i];
	const struct meter *m = &ui->mixer.source_meters[i].both;
	bool plays = s->state == FF_PLAYING;
	int room = k->meter_w + (k->peak ? 6 : 0);

	cells_glyph(c, row, col + 1, plays ? 0x25B6 : 0x25CB, plays ? 'i' : 'o',
		    plays ? STYLE_GOOD : STYLE_WARN);
	if (k->link)
		cells_text(c, row, col + k->link, 3, STYLE_DIM, "in");
	mixer_level(c, row, col, k, s->gain_db, !plays);
	if (plays) {
		meter_draw(m, c, row, col + k->meter, k->meter_w);
		if (k->peak)
			meter_number(m, c, row, col + k->peak, 5);
	} else {
		cells_text(c, row, col + k->meter, room, STYLE_WARN,
			   s->reason[0] ? s->reason : "waits");
	}
}

static void mixer_row_draw(const struct ui *ui, struct cells *c, int row, int col,
			   const struct columns *k, int i, bool front)
{
	const struct mixer_row *r = &ui->mixer.row[i];
	bool selected = i == ui->mixer.selected;
	enum style style = selected && front ? STYLE_SELECT : STYLE_TEXT;
	const char *name = mixer_name(ui, i);

	cells_hit(c, (struct rect){ row, col, 1, k->end }, HIT_ROW, PANE_MIXER, i);
	if (k->fader)
		cells_hit(c, (struct rect){ row, col + k->fader, 1, k->fader_w }, HIT_FADER,
			  PANE_MIXER, i);
	switch (r->kind) {
	case MIXER_MASTER:
		mixer_master_row(ui, c, row, col, k, r->index);
		if (ui->snap.zones_n == 1)
			name = "MASTER";
		if (!selected || !front)
			style = STYLE_STRONG;
		break;
	case MIXER_SOURCE:
		mixer_source_row(ui, c, row, col, k, r->index);
		break;
	case MIXER_SPEAKER:
		mixer_speaker_row(ui, c, row, col, k, r->index);
		break;
	}
	if (selected && front)
		cells_fill(c, row, col + k->name, k->name_w, ' ', style);
	cells_text(c, row, col + k->name, k->name_w, style, name);
	if (selected) {
		cells_text(c, row, col, 1, STYLE_STRONG, ">");
		if (front)
			cells_cursor(c, row, col);
	}
}

/* Two rows of words about the selected one. */
static void mixer_detail_text(const struct ui *ui, struct cells *c, struct rect r)
{
	const struct ff_speaker *s = mixer_speaker(ui) ? &ui->mixer.slow : NULL;
	const struct ff_source *source = mixer_selected_source(ui);
	char state[FF_TEXT_MAX + 80];
	struct words w;

	if (s && s->state != FF_PLAYING) { /* all of what its row may have had to cut */
		words_state(s, state, sizeof(state));
		if (draw_wrap(c, r, STYLE_WARN, state) > 1)
			return;
	} else {
		words_start(&w, r.cols);
		if (s)
			words_stream(s, &w);
		if (source)
			words_source(source, &w);
		for (uint32_t i = 0; !s && !source && i < ui->snap.sources_n; i++)
			if (ui->snap.sources[i].zone == ui->mixer.selected_id)
				words_source(&ui->snap.sources[i], &w);
		cells_text(c, r.row, r.col, r.cols, STYLE_TEXT, w.text);
	}
	words_start(&w, r.cols);
	if (s) {
		words_doubt(s, &w);
		words_timing(s, &w);
	} else {
		words_add(&w, "%u Hz, %u frames a cycle, %s", ui->snap.rate, ui->snap.period,
			  ui->snap.realtime ? "real-time" : "without real-time priority");
	}
	cells_text(c, r.row + 1, r.col, r.cols, s && s->doubt[0] ? STYLE_WARN : STYLE_TEXT,
		   w.text);
}

/* The selected one's fader, both its sides, and what there is to know. */
static void mixer_detail(const struct ui *ui, struct cells *c, struct rect r)
{
	static const float whole[2] = { 1, 1 };
	static const enum style fader[3] = { STYLE_FADER, STYLE_FADER, STYLE_FADER };
	const struct ff_speaker *s = mixer_speaker(ui);
	const struct ff_source *source = mixer_selected_source(ui);
	const struct ff_zone *z = mixer_zone(ui);
	const struct mixer_meters *m;
	int row = r.row, half = r.cols * 5 / 9, width = r.cols - half - 12;
	float db;

	if (!s && !source && !z)
		return;
	m = s	     ? &ui->mixer.speaker[s - ui->snap.speakers]
	    : source ? &ui->mixer.source_meters[source - ui->snap.sources]
		     : &ui->mixer.zone[z - ui->snap.zones];
	db = s ? s->volume_db : source ? source->gain_db : z->volume_db;
	draw_rule(c, r, mixer_name(ui, ui->mixer.selected), false);
	if (r.rows >= DETAIL_ROWS) {
		char text[16];

		words_decibel(db, text, sizeof(text));
		cells_format(c, ++row, r.col + 2, half - 4, STYLE_TEXT, "%s %.0f%%  %s%s   %s",
			     source ? "gain" : "fader", (double)taper_percent(db), text,
			     db > FF_VOLUME_MIN ? " dB" : "", s ? mixer_map_name(s->map) : "");
		cells_glyph(c, row + 1, r.col + 1, 0x2595, '|', STYLE_DIM);
		cells_glyph(c, row + 1, r.col + half - 4, 0x258F, '|', STYLE_DIM);
		meter_bar(c, row + 1, r.col + 2, half - 6, taper_percent(db) / 100, whole,
			  fader);
		cells_hit(c, (struct rect){ row + 1, r.col + 2, 1, half - 6 }, HIT_FADER,
			  PANE_MIXER, ui->mixer.selected);
		for (int side = 0; side < 2; side++) {
			cells_text(c, row + side, r.col + half, 1, STYLE_DIM, side ? "R" : "L");
			meter_draw(&m->side[side], c, row + side, r.col + half + 2, width);
			meter_number(&m->side[side], c, row + side, r.col + half + width + 3,
				     5);
		}
		row++;
	}
	mixer_detail_text(ui, c, (struct rect){ row + 1, r.col + 2, 2, r.cols - 3 });
}

/* The strip is whole, or its two lines of text, or not there: rows come first, up to a few. */
static int mixer_detail_rows(const struct ui *ui, int rows, int cols)
{
	int need = 1 + (ui->mixer.rows < 8 ? ui->mixer.rows : 8);

	if (cols < 60 || rows < need + 3)
		return 0;
	return rows >= need + DETAIL_ROWS ? DETAIL_ROWS : 3;
}

int pane_mixer_rows(const struct ui *ui, int cols)
{
	return 1 + (ui->mixer.rows > 1 ? ui->mixer.rows : 3) + (cols >= 60 ? DETAIL_ROWS : 0);
}

static void mixer_empty(const struct ui *ui, struct cells *c, struct rect r)
{
	static const char *const bluetooth[] = {
		"No speaker is in this profile yet.",
		"F3 opens the devices: s looks for speakers, Enter takes one.",
	};
	static const char *const none[] = {
		"No speaker is in this profile, and no Bluetooth adapter is here.",
		"Plug an adapter in, or load another profile: F5.",
	};
	bool adapter = ui->snap.adapters_n > 0;
	const char *const *text = adapter ? bluetooth : none;

	for (int i = 0; i < 2 && i < r.rows; i++)
		cells_text(c, r.row + i, r.col + (r.cols >= 40 ? 3 : 0),
			   r.cols - (r.cols >= 40 ? 3 : 0), STYLE_TEXT, text[i]);
}

/* Rows that nobody needs show what happened lately. */
static void mixer_spare(const struct ui *ui, struct cells *c, struct rect r)
{
	if (r.rows < LOG_ROWS_LEAST || r.cols < 60 || ui->snap.log_count == 0)
		return;
	if (r.rows > LOG_ROWS_MOST) {
		r.row += r.rows - LOG_ROWS_MOST;
		r.rows = LOG_ROWS_MOST;
	}
	pane_log_draw(ui, c, r);
}

void pane_mixer_draw(const struct ui *ui, struct cells *c, struct rect r, bool front)
{
	const struct mixer *m = &ui->mixer;
	int detail = mixer_detail_rows(ui, r.rows, r.cols), top, used = m->rows;
	struct columns k;

	mixer_columns(ui, &k, r.cols);
	if (r.rows >= 6) {
		mixer_headings(c, r.row, r.col, &k);
		r.row++;
		r.rows--;
	}
	r.rows -= detail;
	top = list_top(&(struct list){ .selected = m->selected }, m->rows, r.rows);
	for (int i = 0; i < r.rows && top + i < m->rows; i++)
		mixer_row_draw(ui, c, r.row + i, r.col, &k, top + i, front);
	if (m->rows == 0 && ui->filter[PANE_MIXER][0] && r.rows > 0) {
		pane_draw_none(ui, c, (struct rect){ r.row, r.col + 1, r.rows, r.cols - 1 },
			       PANE_MIXER);
		used = 2;
	} else if (ui->snap.speakers_n == 0) {
		mixer_empty(ui, c, (struct rect){ r.row + used, r.col, r.rows - used, r.cols });
		used += 2;
	}
	mixer_spare(ui, c, (struct rect){ r.row + used + 1, r.col, r.rows - used - 1, r.cols });
	if (detail)
		mixer_detail(ui, c, (struct rect){ r.row + r.rows, r.col, detail, r.cols });
}
