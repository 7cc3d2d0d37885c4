/* SPDX-License-Identifier: MIT */
/*
 * help - the table of keys as a window: typing filters it, Enter runs the
 * row under the cursor.
 */
#include <stdio.h>
#include <string.h>

#include "tui/keymap.h"
#include "tui/keys.h"
#include "tui/pane.h"
#include "tui/text.h"

/* The rows that the filter lets through; returns how many. */
static int help_rows(const struct ui *ui, struct keymap_row ret[], int max)
{
	struct keymap_row row;
	int rows = 0;

	for (size_t i = 0; rows < max && keymap_row(i, &row); i++) {
		const struct binding *b = row.binding;

		if (!b->help || (row.pane != (int)ui->pane && row.pane != KEYMAP_ALL))
			continue;
		if (text_contains(b->help, ui->help.filter) ||
		    text_contains(b->name, ui->help.filter) ||
		    strcmp(row.keys, ui->help.filter) == 0)
			ret[rows++] = row;
	}
	return rows;
}

#define HELP_MAX 96

void help_open(struct ui *ui)
{
	ui->help = (struct help){ .open = true };
}

void help_pick(struct ui *ui, int i)
{
	struct keymap_row rows[HELP_MAX];

	if (i < help_rows(ui, rows, HELP_MAX)) {
		ui->help.open = false;
		rows[i].binding->run(ui, rows[i].binding->arg);
	}
}

void help_key(struct ui *ui, uint32_t key)
{
	struct keymap_row rows[HELP_MAX];
	int n = help_rows(ui, rows, HELP_MAX);
	struct list l = { .selected = ui->help.top };

	switch (key) {
	case KEYS_UP:
		list_move(&l, -1, n);
		break;
	case KEYS_DOWN:
		list_move(&l, 1, n);
		break;
	case KEYS_PAGE_UP:
		list_move(&l, -10, n);
		break;
	case KEYS_PAGE_DOWN:
		list_move(&l, 10, n);
		break;
	case KEYS_ESC:
	case KEYS_F1:
		ui->help.open = false;
		return;
	case KEYS_ENTER:
		ui->help.open = n > 0;
		help_pick(ui, ui->help.top);
		return;
	case KEYS_BACKSPACE:
		text_chop(ui->help.filter);
		l.selected = 0;
		break;
	default:
		if (ui->help.filter[0] == '\0' && (key == 'q' || key == '?')) {
			ui->help.open = false;
			return;
		}
		if (key < KEYS_UP && text_width_of(key) > 0) {
			text_append(ui->help.filter, sizeof(ui->help.filter), key);
			l.selected = 0;
		}
	}
	ui->help.top = l.selected;
}

void help_draw(const struct ui *ui, struct cells *c)
{
	struct keymap_row rows[HELP_MAX];
	int n = help_rows(ui, rows, HELP_MAX), width = c->cols < 76 ? c->cols : 76;
	const char *cut = NULL; /* what the selected row has no room for */
	int height = c->rows > 6 ? c->rows - 2 : c->rows, room, top;
	struct rect r = { (c->rows - height) / 2, (c->cols - width) / 2, height, width };
	char title[64];

	snprintf(title, sizeof(title), "Keys in %s", pane_kind(ui->pane)->tab + strlen("F2 "));
	cells_frame(c, r, STYLE_DIALOG, title);
	room = height - 3;
	top = list_top(&(struct list){ .selected = ui->help.top }, n, room);
	for (int i = 0; i < room && top + i < n; i++) {
		const struct keymap_row *b = &rows[top + i];
		bool selected = top + i == ui->help.top;
		int row = r.row + 1 + i, keys = width >= 50 ? 16 : 10;

		cells_text(c, row, r.col + 3, keys, STYLE_KEY, b->keys);
		cells_text(c, row, r.col + 4 + keys, width - keys - 6,
			   selected ? STYLE_STRONG : STYLE_DIALOG, b->binding->help);
		cells_hit(c, (struct rect){ row, r.col, 1, width }, HIT_PICK, 0, top + i);
		if (!selected)
			continue;
		cells_text(c, row, r.col + 1, 1, STYLE_STRONG, ">");
		if (width >= 50 && text_width(b->binding->help) > width - keys - 6)
			cut = b->binding->help;
	}
	if (height >= 3) {
		int row = r.row + height - 2, col = r.col + 2;

		if (ui->help.filter[0]) {
			col += cells_text(c, row, col, width - 4, STYLE_DIALOG, "filter: ");
			col += cells_text(c, row, col, r.col + width - 3 - col, STYLE_INPUT,
					  ui->help.filter);
		} else {
			cells_text(c, row, col, width - 4, cut ? STYLE_DIALOG : STYLE_DIM,
				   cut ? cut : "type to filter, Enter runs it, Esc closes");
		}
		cells_cursor(c, row, col);
	}
}
