/* SPDX-License-Identifier: MIT */
/*
 * pane_align - each speaker on an axis of -100..+100 ms around the reference,
 * and the parts its timing is made of: reported, measured, trimmed.
 *
 * On the axis a dot is when it sounds, a small mark when it would by itself,
 * without our delay and trim. A narrow window drops the parts, then the axis.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tui/draw.h"
#include "tui/pane.h"
#include "tui/words.h"

#define AXIS_MS	      100.0f /* its ends */
#define AXIS_LEAST    11     /* columns; under that there is none */
#define STRIP_ROWS    3	     /* with its rule */
#define HEADINGS_ROWS 4

/* Where each column begins, 0 = left out. */
struct columns {
	int name, name_w, axis, axis_w, reported, measured, skew, trim, end;
};

static void align_columns(struct columns *k, int cols)
{
	int at;

	*k = (struct columns){
		.name = cols >= 30 ? 3 : 2,
		.name_w = cols >= 100  ? 24
			  : cols >= 60 ? 16
			  : cols >= 40 ? 10
				       : cols / 2,
		.end = cols - (cols >= 40),
	};
	at = k->end;
	k->trim = at -= 6;
	if (cols >= 60) {
		k->measured = at -= 9;
		k->reported = at -= 9;
		if (cols >= 72)
			k->skew = at -= 8;
	}
	k->axis = k->name + k->name_w + 1;
	k->axis_w = at - k->axis - 1;
	if (k->axis_w % 2 == 0)
		k->axis_w--; /* the reference stands in the middle of one */
	if (k->axis_w < AXIS_LEAST)
		k->axis = k->axis_w = 0;
}

/* The column of ms on the axis; beyond its ends *ret_beyond is -1 or 1. */
static int align_column(const struct columns *k, float ms, int *ret_beyond)
{
	int half = k->axis_w / 2;
	float at = roundf(ms / AXIS_MS * (float)half);

	*ret_beyond = ms < -AXIS_MS ? -1 : ms > AXIS_MS ? 1 : 0;
	at = fminf(fmaxf(at, (float)-half), (float)half);
	return k->axis + half + (int)at;
}

static void align_mark(struct cells *c, struct rect r, const struct columns *k, float ms,
		       uint32_t rich, char plain, enum style style)
{
	int beyond, col = align_column(k, ms, &beyond);

	if (beyond)
		cells_glyph(c, r.row, r.col + col, beyond < 0 ? 0x25C0 : 0x25B6,
			    beyond < 0 ? '<' : '>', style);
	else
		cells_glyph(c, r.row, r.col + col, rich, plain, style);
}

static void align_axis(const struct ui *ui, struct cells *c, struct rect r,
		       const struct columns *k, const struct ff_speaker *s)
{
	bool sounds = s->state == FF_PLAYING && s->audible;
	float at = align_offset(ui, s), other = align_other(ui, s) - s->trim_ms;

	if (s->doubt[0] && s->id != ui->snap.clicks_speaker) {
		cells_format(c, r.row, r.col + k->axis, k->axis_w, STYLE_WARN, "in time? %s",
			     s->doubt);
		return;
	}
	if (isnan(at)) {
		cells_format(c, r.row, r.col + k->axis, k->axis_w, STYLE_DIM, "in zone %s",
			     ui->snap.zones[s->zone].name);
		return;
	}
	for (int i = 0; i < k->axis_w; i++)
		cells_glyph(c, r.row, r.col + k->axis + i, 0x2500, '-', STYLE_DIM);
	cells_glyph(c, r.row, r.col + k->axis + k->axis_w / 2, 0x2502, '|', STYLE_TEXT);
	align_mark(c, r, k, align_raw(ui, s), 0x00B7, '.', STYLE_TEXT);
	if (other != 0)
		align_mark(c, r, k, at + other, 0x25CB, 'o', STYLE_WARN);
	align_mark(c, r, k, at, 0x25CF, '*', sounds ? STYLE_GOOD : STYLE_DIM);
}

static void align_ms(struct cells *c, int row, int col, int width, enum style style, float ms)
{
	char text[16] = "--";

	if (!isnan(ms))
		snprintf(text, sizeof(text), "%.1f", (double)ms);
	cells_right(c, row, col, width, style, text);
}

static void align_row(const struct ui *ui, struct cells *c, struct rect r, int i, bool front)
{
	const struct ff_speaker *s = &ui->snap.speakers[ui->align.row[i]];
	bool selected = i == ui->align.list.selected, reference = s == align_reference(ui);
	enum style name = selected && front ? STYLE_SELECT
			  : reference	    ? STYLE_STRONG
					    : STYLE_TEXT;
	struct columns k;
	char text[16];

	align_columns(&k, r.cols);
	cells_hit(c, r, HIT_ROW, PANE_ALIGN, i);
	if (reference)
		cells_glyph(c, r.row, r.col + k.name - 2, 0x25C6, 'R', STYLE_STRONG);
	else if (s->id == ui->snap.clicks_speaker)
		cells_glyph(c, r.row, r.col + k.name - 2, 0x266A, 't', STYLE_GOOD);
	if (s->doubt[0])
		cells_text(c, r.row, r.col + k.name - 1, 1, STYLE_WARN, "?");
	if (selected && front)
		cells_fill(c, r.row, r.col + k.name, k.name_w, ' ', STYLE_SELECT);
	cells_text(c, r.row, r.col + k.name, k.name_w, name, words_name(s->name, s->address));
	if (k.axis)
		align_axis(ui, c, r, &k, s);
	if (k.reported) {
		align_ms(c, r.row, r.col + k.reported, 8,
			 s->latency_from == FF_LATENCY_REPORTED ? STYLE_TEXT : STYLE_DIM,
			 s->reported_ms);
		align_ms(c, r.row, r.col + k.measured, 8,
			 s->latency_from == FF_LATENCY_MEASURED ? STYLE_TEXT : STYLE_DIM,
			 s->measured_ms);
	}
	if (k.skew) {
		snprintf(text, sizeof(text), isnan(s->skew_us) ? "--" : "%+.0f",
			 (double)s->skew_us);
		cells_right(c, r.row, r.col + k.skew, 7, STYLE_DIM, text);
	}
	snprintf(text, sizeof(text), s->trim_ms != 0 ? "%+.1f" : "0", (double)s->trim_ms);
	cells_right(c, r.row, r.col + k.trim, k.end - k.trim,
		    s->trim_ms != 0 ? STYLE_STRONG : STYLE_DIM, text);
	if (selected) {
		cells_text(c, r.row, r.col, 1, STYLE_STRONG, ">");
		if (front)
			cells_cursor(c, r.row, r.col);
	}
}

static void align_headings(struct cells *c, struct rect r)
{
	struct columns k;

	align_columns(&k, r.cols);
	cells_text(c, r.row, r.col + k.name, k.name_w, STYLE_TITLE, "SPEAKER");
	if (k.axis) {
		cells_text(c, r.row, r.col + k.axis, 4, STYLE_TITLE, "-100");
		cells_text(c, r.row, r.col + k.axis + k.axis_w / 2, 1, STYLE_TITLE, "0");
		cells_right(c, r.row, r.col + k.axis, k.axis_w, STYLE_TITLE, "+100");
	}
	if (k.reported) {
		cells_right(c, r.row, r.col + k.reported, 8, STYLE_TITLE, "REPORTED");
		cells_right(c, r.row, r.col + k.measured, 8, STYLE_TITLE, "MEASURED");
	}
	if (k.skew)
		cells_right(c, r.row, r.col + k.skew, 7, STYLE_TITLE, "SKEW µs");
	cells_right(c, r.row, r.col + k.trim, k.end - k.trim, STYLE_TITLE, "TRIM");
}

/* All about the selected one, and what sounds now. */
static void align_strip(const struct ui *ui, struct cells *c, struct rect r)
{
	const struct ff_speaker *s = align_selected(ui), *ref = align_reference(ui);
	const struct ff_speaker *clicks = ui_speaker(ui, ui->snap.clicks_speaker);
	const struct ff_speaker *beside = ui_speaker(ui, ui->snap.clicks_reference);
	struct words w;

	if (!s || !ref || align_music_strip(ui, c, r) || align_measure_strip(ui, c, r))
		return;
	draw_rule(c, r, words_name(s->name, s->address), false);
	words_start(&w, r.cols - 2);
	words_timing(s, &w);
	cells_text(c, r.row + 1, r.col + 1, r.cols - 2, STYLE_TEXT, w.text);
	words_start(&w, r.cols - 2);
	words_doubt(s, &w);
	if (clicks && beside)
		words_add(&w, "clicks on %s and %s (t ends)",
			  words_name(beside->name, beside->address),
			  words_name(clicks->name, clicks->address));
	if (align_other(ui, s) != s->trim_ms)
		words_add(&w, "A/B: x goes to %+.1f ms", (double)align_other(ui, s));
	words_add(&w, "reference %s", words_name(ref->name, ref->address));
	words_add(&w, c->glyphs == GLYPHS_ASCII ? "* as it sounds" : "● as it sounds");
	words_add(&w, c->glyphs == GLYPHS_ASCII ? ". by itself" : "· by itself");
	cells_text(c, r.row + 2, r.col + 1, r.cols - 2,
		   s->doubt[0] ? STYLE_WARN
		   : clicks    ? STYLE_NOTICE
			       : STYLE_DIM,
		   w.text);
}

void pane_align_draw(const struct ui *ui, struct cells *c, struct rect r, bool front)
{
	const struct align *a = &ui->align;
	int top;

	if (r.rows >= 3) {
		draw_rule(c, r, "Align", front);
		r.row++, r.rows--;
	}
	if (a->rows == 0) {
		const struct rect inside = { r.row, r.col + 1, r.rows, r.cols - 2 };

		if (ui->snap.speakers_n > 0)
			pane_draw_none(ui, c, inside, PANE_ALIGN);
		else
			draw_wrap(c, inside, STYLE_STRONG,
				  "No speaker is in this profile yet: F3 shows what could be "
				  "one.");
		if (front)
			cells_cursor(c, inside.row, inside.col);
		return;
	}
	if (r.rows >= HEADINGS_ROWS) {
		align_headings(c, r);
		r.row++, r.rows--;
	}
	if (r.rows >= STRIP_ROWS + 3) {
		r.rows -= STRIP_ROWS;
		align_strip(ui, c, (struct rect){ r.row + r.rows, r.col, STRIP_ROWS, r.cols });
	}
	top = list_top(&a->list, a->rows, r.rows);
	for (int i = 0; i < r.rows && top + i < a->rows; i++)
		align_row(ui, c, (struct rect){ r.row + i, r.col, 1, r.cols }, top + i, front);
}
