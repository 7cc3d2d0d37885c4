/* SPDX-License-Identifier: MIT */
/* golden - see golden.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/scope.h"
#include "tests/tui/golden.h"
#include "tui/draw.h"
#include "tui/text.h"

static const char letters[] = {
#define X(name, word, letter) letter,
	STYLES(X)
#undef X
};

/* One cell's characters. */
static void put_cell(const struct cell *cell, FILE *f)
{
	for (int i = 0; i <= CELL_MARKS && cell->ch[i]; i++) {
		char utf8[4];

		fwrite(utf8, 1, text_encode((uint32_t)cell->ch[i], utf8), f);
	}
}

/* What is left of each style where colour is unwanted, a letter each. */
static void mono_letters(char ret[STYLE_COUNT])
{
	static const char attrs[] =
		".bdduUUUrRRRRRRR"; /* bold 1, dim 2, underline 4, reverse 8 */
	struct theme t;

	theme_base(&t);
	for (int s = 0; s < STYLE_COUNT; s++)
		ret[s] = attrs[theme_fit(&t, (enum style)s, 0).attrs & 15];
}

static void put_letters(const struct cells *c, const char *by_style, FILE *f)
{
	for (int row = 0; row < c->rows; row++) {
		for (int col = 0; col < c->cols; col++)
			fputc(by_style[c->cell[row * c->cols + col].style], f);
		fputs("|\n", f);
	}
}

char *golden_text(const struct cells *c, bool styles)
{
	char *text = NULL, mono[STYLE_COUNT];
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	for (int row = 0; f && row < c->rows; row++) {
		for (int col = 0; col < c->cols; col++)
			put_cell(&c->cell[row * c->cols + col], f);
		fputs("|\n", f);
	}
	if (f && styles) {
		mono_letters(mono);
		put_letters(c, letters, f);
		put_letters(c, mono, f);
	}
	if (f) {
		fprintf(f, "cursor %d,%d\n", c->cursor_row, c->cursor_col);
		fclose(f);
	}
	return text;
}

static void put_look(struct look look, FILE *f)
{
	static const char *const attrs[] = { ";1", ";2", ";4", ";7" };

	fputs("\033[0", f);
	for (unsigned i = 0; i < ARRAY_SIZE(attrs); i++)
		if (look.attrs & 1u << i)
			fputs(attrs[i], f);
	if (look.fg >= 0)
		fprintf(f, ";38;5;%d", look.fg);
	if (look.bg >= 0)
		fprintf(f, ";48;5;%d", look.bg);
	fputc('m', f);
}

/* The grid as a terminal would be told to show it: cat(1) shows it again. */
static char *worn_text(const struct cells *c, const struct theme *t, int colors)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	for (int row = 0; f && row < c->rows; row++) {
		int style = -1;

		for (int col = 0; col < c->cols; col++) {
			const struct cell *cell = &c->cell[row * c->cols + col];

			if (cell->style != style)
				put_look(theme_fit(t, (enum style)cell->style, colors), f);
			style = cell->style;
			put_cell(cell, f);
		}
		fputs("\033[0m\n", f);
	}
	if (f)
		fclose(f);
	return text;
}

static char *read_whole(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (!f)
		return NULL;
	if (getdelim(&text, &size, '\0', f) < 0) {
		free(text);
		text = NULL;
	}
	fclose(f);
	return text;
}

static bool same_lines(const char *name, const char *was, const char *is)
{
	bool same = true;

	for (int line = 1; *was || *is; line++) {
		size_t a = strcspn(was, "\n"), b = strcspn(is, "\n");

		if (a != b || memcmp(was, is, a) != 0) {
			if (same)
				printf("%s differs:\n", name);
			same = false;
			printf("%4d - %.*s\n", line, (int)a, was);
			printf("     + %.*s\n", (int)b, is);
		}
		was += a + (was[a] == '\n');
		is += b + (is[b] == '\n');
	}
	return same;
}

/* is against the file of that name, or into it; is is released. */
static bool golden_compare(const char *name, char *text)
{
	SCOPED(freep) char *is = text;
	SCOPED(freep) char *was = NULL;
	const char *mode = getenv("FANFARE_GOLDEN");
	char path[256];

	snprintf(path, sizeof(path), "tests/tui/golden/%s.txt", name);
	if (mode && strcmp(mode, "write") == 0) {
		FILE *f = fopen(path, "we");

		if (!f || !is)
			return false;
		fputs(is, f);
		return fclose(f) == 0;
	}
	was = read_whole(path);
	if (!was || !is) {
		printf("%s is not there; FANFARE_GOLDEN=write makes it\n", path);
		return false;
	}
	return same_lines(name, was, is);
}

bool golden_same(const char *name, const struct cells *c, bool styles)
{
	return golden_compare(name, golden_text(c, styles));
}

bool golden_worn(const char *name, const struct cells *c, const struct theme *t, int colors)
{
	return golden_compare(name, worn_text(c, t, colors));
}

bool golden_shows(const struct ui *ui, int rows, int cols, const char *text)
{
	struct cells c;
	char *drawn;
	bool there;

	assert_int_equal(cells_init(&c, rows, cols, GLYPHS_FULL), 0);
	ui_draw(ui, &c);
	drawn = golden_text(&c, false);
	there = strstr(drawn, text) != NULL;
	free(drawn);
	cells_done(&c);
	return there;
}

void golden_picture(const struct ui *ui, const char *name, int rows, int cols,
		    enum glyphs glyphs)
{
	struct cells c;

	assert_int_equal(cells_init(&c, rows, cols, glyphs), 0);
	ui_draw(ui, &c);
	assert_true(golden_same(name, &c, glyphs == GLYPHS_FULL));
	cells_done(&c);
}
