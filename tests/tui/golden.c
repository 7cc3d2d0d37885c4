/* SPDX-License-Identifier: MIT */
/* golden - see golden.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/scope.h"
#include "tests/tui/golden.h"
#include "tui/text.h"

static const char letters[] = {
#define X(name, word, letter) letter,
	STYLES(X)
#undef X
};

char *golden_text(const struct cells *c, bool styles)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	for (int row = 0; f && row < c->rows; row++) {
		for (int col = 0; col < c->cols; col++) {
			const struct cell *cell = &c->cell[row * c->cols + col];

			for (int i = 0; i <= CELL_MARKS && cell->ch[i]; i++) {
				char utf8[4];

				fwrite(utf8, 1, text_encode((uint32_t)cell->ch[i], utf8), f);
			}
		}
		fputs("|\n", f);
	}
	for (int row = 0; f && styles && row < c->rows; row++) {
		for (int col = 0; col < c->cols; col++)
			fputc(letters[c->cell[row * c->cols + col].style], f);
		fputs("|\n", f);
	}
	if (f) {
		fprintf(f, "cursor %d,%d\n", c->cursor_row, c->cursor_col);
		fclose(f);
	}
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

bool golden_same(const char *name, const struct cells *c, bool styles)
{
	SCOPED(freep) char *is = golden_text(c, styles);
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
