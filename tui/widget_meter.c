/* SPDX-License-Identifier: MIT */
/* widget_meter - see widget_meter.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tui/taper.h"
#include "tui/widget_meter.h"

#define METER_FALL_DB_MS (20.0f / 1700.0f)

void meter_init(struct meter *m)
{
	*m = (struct meter){
		.level_db = METER_FLOOR,
		.hold_db = METER_FLOOR,
		.shown_db = METER_FLOOR,
	};
}

void meter_update(struct meter *m, float peak_db, uint32_t clips, uint64_t now_ms)
{
	uint64_t elapsed = m->at_ms ? now_ms - m->at_ms : 0;
	float fallen = m->level_db - METER_FALL_DB_MS * (float)elapsed;

	if (!(peak_db > METER_FLOOR)) /* NaN as well */
		peak_db = METER_FLOOR;
	m->level_db = fmaxf(peak_db, fmaxf(fallen, METER_FLOOR));
	if (peak_db >= m->hold_db || now_ms >= m->hold_until_ms) {
		if (peak_db > METER_FLOOR && peak_db >= m->hold_db)
			m->hold_until_ms = now_ms + METER_HOLD_MS;
		m->hold_db = m->level_db;
	}
	if (now_ms / METER_SHOWN_MS != m->shown_ms) {
		m->shown_ms = now_ms / METER_SHOWN_MS;
		m->shown_db = m->hold_db;
	}
	if (clips < m->clips) /* counted from nothing again */
		m->cleared = 0;
	m->clips = clips;
	m->at_ms = now_ms;
}

void meter_clear(struct meter *m)
{
	m->cleared = m->clips;
	m->hold_db = m->shown_db = m->level_db;
	m->hold_until_ms = 0;
}

bool meter_moves(const struct meter *m)
{
	return m->level_db > METER_FLOOR || m->hold_db > METER_FLOOR ||
	       m->shown_db > METER_FLOOR;
}

bool meter_clipped(const struct meter *m)
{
	return m->clips > m->cleared;
}

/* The glyph of a cell of which `part` of 8 eighths is lit (1..7). */
static uint32_t meter_part(enum glyphs glyphs, int part)
{
	switch (glyphs) {
	case GLYPHS_FULL:
		return (uint32_t)(0x2590 - part); /* U+258F one eighth … U+2589 seven */
	case GLYPHS_HALF:
		return part >= 4 ? 0x258C : ' ';
	case GLYPHS_ASCII:
		return part >= 5 ? '=' : part >= 2 ? '-' : ' ';
	}
	return ' ';
}

int meter_bar(struct cells *c, int row, int col, int width, float fraction, const float stop[2],
	      const enum style style[3])
{
	int eighths = (int)lrintf(fminf(fmaxf(fraction, 0), 1) * (float)width * 8);
	int lit = (eighths + 7) / 8;

	for (int i = 0; i < width; i++, eighths -= 8) {
		float middle = ((float)i + 0.5f) / (float)width;
		enum style s = style[(middle >= stop[0]) + (middle >= stop[1])];
		uint32_t ch = c->glyphs == GLYPHS_ASCII ? '#' : 0x2588;

		/* blanks wear the bar's colour: a bar that moves then costs no change of it */
		if (eighths < 8)
			ch = eighths > 0 ? meter_part(c->glyphs, eighths) : ' ';
		cells_fill(c, row, col + i, 1, ch, s);
	}
	return lit;
}

void meter_draw(const struct meter *m, struct cells *c, int row, int col, int width)
{
	static const enum style style[3] = { STYLE_METER_LOW, STYLE_METER_MID,
					     STYLE_METER_HIGH };
	const float stop[2] = { taper_deflection(-18), taper_deflection(-6) };
	int end, hold;

	if (width < 1)
		return;
	end = meter_bar(c, row, col, width, taper_deflection(m->level_db), stop, style);
	/* the mark stands in the cell where its bar would have ended */
	hold = (int)(taper_deflection(m->hold_db) * (float)width);
	if (hold >= width)
		hold = width - 1;
	if (m->hold_db > METER_FLOOR && hold >= end)
		cells_glyph(c, row, col + hold, 0x2502, '|', STYLE_METER_HOLD);
	if (meter_clipped(m) && width >= 8)
		cells_text(c, row, col + width - 4, 4, STYLE_MUTE, "CLIP");
}

void meter_scale(struct cells *c, int row, int col, int width)
{
	static const int marks[] = { 0, -20, -10, -40, -30, -60, -50 }; /* by weight */
	char used[256] = { 0 };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		int at = (int)(taper_deflection((float)marks[i]) * (float)width);
		char text[12];
		int n = snprintf(text, sizeof(text), "%d", -marks[i]), from;

		from = at - n + 1;
		if (from + n > width)
			from = width - n;
		if (from < 0)
			from = 0;
		if (from + n + 1 > (int)sizeof(used) || n > width)
			continue;
		/* one blank on either side */
		if (memchr(used + (from ? from - 1 : 0), 1, (size_t)n + (from ? 2 : 1)))
			continue;
		memset(used + from, 1, (size_t)n);
		cells_text(c, row, col + from, n, STYLE_TITLE, text);
	}
}

void meter_number(const struct meter *m, struct cells *c, int row, int col, int width)
{
	char text[16] = "-inf";

	if (m->shown_db > METER_FLOOR)
		snprintf(text, sizeof(text), "%.1f", (double)m->shown_db);
	cells_right(c, row, col, width, meter_clipped(m) ? STYLE_BAD : STYLE_TEXT, text);
}
