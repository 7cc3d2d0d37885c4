/* SPDX-License-Identifier: MIT */
/* cells - see cells.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/cells.h"
#include "tui/text.h"

#define MICRO 0xB5 /* of µs */

int cells_init(struct cells *c, int rows, int cols, enum glyphs glyphs)
{
	struct cell *cell = calloc((size_t)rows * (size_t)cols, sizeof(*cell));

	if (!cell)
		return -ENOMEM;
	*c = (struct cells){ .rows = rows, .cols = cols, .glyphs = glyphs, .cell = cell };
	cells_blank(c);
	return 0;
}

void cells_done(struct cells *c)
{
	free(c->cell);
	*c = (struct cells){ 0 };
}

void cells_blank(struct cells *c)
{
	c->cursor_row = c->cursor_col = -1;
	c->hits = 0;
	for (int i = 0; i < c->rows * c->cols; i++)
		c->cell[i] = (struct cell){ .ch = { L' ' }, .style = STYLE_TEXT };
}

static struct cell *cells_at(struct cells *c, int row, int col)
{
	if (row < 0 || row >= c->rows || col < 0 || col >= c->cols)
		return NULL;
	return &c->cell[row * c->cols + col];
}

/* A wide character of which one half is overwritten must lose the other. */
static void cells_mend(struct cells *c, int row, int col)
{
	struct cell *at = cells_at(c, row, col), *left, *right;

	if (!at)
		return;
	left = cells_at(c, row, col - 1);
	right = cells_at(c, row, col + 1);
	if (at->ch[0] == 0 && left)
		left->ch[0] = L' ', left->ch[1] = 0;
	if (right && right->ch[0] == 0)
		right->ch[0] = L' ';
}

static void cells_set(struct cells *c, int row, int col, uint32_t ch, enum style style)
{
	struct cell *at = cells_at(c, row, col);

	if (!at)
		return;
	cells_mend(c, row, col);
	*at = (struct cell){ .ch = { (wchar_t)ch }, .style = (uint8_t)style };
}

void cells_fill(struct cells *c, int row, int col, int width, uint32_t ch, enum style style)
{
	for (int i = 0; i < width; i++)
		cells_set(c, row, col + i, ch, style);
}

static void cells_mark(struct cells *c, int row, int col, uint32_t mark)
{
	struct cell *at = cells_at(c, row, col);

	if (at && at->ch[0] == 0)
		at = cells_at(c, row, col - 1);
	if (!at || at->ch[0] == L' ')
		return;
	for (int i = 1; i <= CELL_MARKS; i++) {
		if (at->ch[i] == 0) {
			at->ch[i] = (wchar_t)mark;
			return;
		}
	}
}

int cells_text(struct cells *c, int row, int col, int width, enum style style, const char *text)
{
	int at = 0, whole = text_width(text);
	int room = whole > width ? width - 1 : width; /* a cut text keeps a place to say so */

	while (*text && width > 0) {
		uint32_t ch;
		int w;

		text += text_decode(text, &ch);
		w = text_width_of(ch);
		if (w < 0 || (w == 0 && (at == 0 || c->glyphs == GLYPHS_ASCII)))
			continue;
		if (ch > 0x7E && c->glyphs == GLYPHS_ASCII)
			ch = ch == MICRO ? 'u' : '?';
		if (w == 0) {
			cells_mark(c, row, col + at - 1, ch);
			continue;
		}
		if (at + w > room || col + at + w > c->cols)
			break;
		cells_set(c, row, col + at, ch, style);
		if (w == 2) {
			cells_set(c, row, col + at + 1, c->glyphs == GLYPHS_ASCII ? '?' : ' ',
				  style);
			if (c->glyphs != GLYPHS_ASCII && cells_at(c, row, col + at + 1))
				cells_at(c, row, col + at + 1)->ch[0] = 0;
		}
		at += w;
	}
	if (whole > width && width > 0) {
		cells_glyph(c, row, col + at, 0x2026, '~', style);
		at++;
	}
	return at;
}

void cells_right(struct cells *c, int row, int col, int width, enum style style,
		 const char *text)
{
	int w = text_width(text);

	if (w < width) {
		col += width - w;
		width = w;
	}
	cells_text(c, row, col, width, style, text);
}

int cells_format(struct cells *c, int row, int col, int width, enum style style,
		 const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return cells_text(c, row, col, width, style, text);
}

void cells_glyph(struct cells *c, int row, int col, uint32_t rich, char plain, enum style style)
{
	cells_set(c, row, col, c->glyphs == GLYPHS_FULL ? rich : (unsigned char)plain, style);
}

void cells_restyle(struct cells *c, int row, int col, int width, enum style style)
{
	for (int i = 0; i < width; i++) {
		struct cell *at = cells_at(c, row, col + i);

		if (at)
			at->style = (uint8_t)style;
	}
}

void cells_frame(struct cells *c, struct rect r, enum style style, const char *title)
{
	int bottom = r.row + r.rows - 1, right = r.col + r.cols - 1;

	for (int row = r.row; row <= bottom; row++) {
		cells_fill(c, row, r.col, r.cols, ' ', style);
		cells_glyph(c, row, r.col, 0x2502, '|', style);
		cells_glyph(c, row, right, 0x2502, '|', style);
	}
	for (int col = r.col + 1; col < right; col++) {
		cells_glyph(c, r.row, col, 0x2500, '-', style);
		cells_glyph(c, bottom, col, 0x2500, '-', style);
	}
	cells_glyph(c, r.row, r.col, 0x250C, '+', style);
	cells_glyph(c, r.row, right, 0x2510, '+', style);
	cells_glyph(c, bottom, r.col, 0x2514, '+', style);
	cells_glyph(c, bottom, right, 0x2518, '+', style);
	if (*title && r.cols > 6)
		cells_format(c, r.row, r.col + 2, r.cols - 4, style, " %s ", title);
}

void cells_cursor(struct cells *c, int row, int col)
{
	if (!cells_at(c, row, col))
		return;
	c->cursor_row = row;
	c->cursor_col = col;
}

void cells_hit(struct cells *c, struct rect r, enum hit_kind kind, int pane, int value)
{
	if (c->hits < CELLS_HITS)
		c->hit[c->hits++] = (struct hit){ r, kind, pane, value };
}

const struct hit *cells_hit_at(const struct cells *c, int row, int col)
{
	for (int i = c->hits - 1; i >= 0; i--) {
		const struct rect *r = &c->hit[i].r;

		if (row >= r->row && row < r->row + r->rows && col >= r->col &&
		    col < r->col + r->cols)
			return &c->hit[i];
	}
	return NULL;
}
