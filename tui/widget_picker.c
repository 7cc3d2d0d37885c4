/* SPDX-License-Identifier: MIT */
/* widget_picker - see widget_picker.h. */
#include <stdio.h>
#include <string.h>

#include "tui/draw.h"
#include "tui/keys.h"
#include "tui/text.h"
#include "tui/ui.h"
#include "tui/widget_picker.h"

/* The i-th row that the filter lets through; NULL = there are not so many. */
static const struct picker_item *picker_row(const struct picker *p, int i)
{
	for (int k = 0; k < p->n; k++) {
		const struct picker_item *item = &p->item[k];

		if ((text_contains(item->text, p->filter) ||
		     text_contains(item->note, p->filter)) &&
		    i-- == 0)
			return item;
	}
	return NULL;
}

static int picker_rows(const struct picker *p)
{
	int n = 0;

	while (picker_row(p, n))
		n++;
	return n;
}

void picker_point(struct ui *ui, const char *value)
{
	struct picker *p = &ui->picker;
	const struct picker_item *item;

	for (int i = 0; (item = picker_row(p, i)) != NULL; i++)
		if (strcmp(item->value, value) == 0)
			p->list.selected = i;
}

static void picker_fill(struct ui *ui)
{
	struct picker *p = &ui->picker;
	const struct picker_item *now = picker_row(p, p->list.selected);
	char value[FF_PATH_MAX] = "";

	if (now)
		text_copy(value, sizeof(value), now->value);
	p->n = 0;
	p->change = ui->snap.change;
	p->fill(ui);
	if (now)
		picker_point(ui, value);
	list_move(&p->list, 0, picker_rows(p));
}

void picker_open(struct ui *ui, picker_fill_fn fill, picker_fn done, const char *title,
		 const char *none)
{
	struct picker *p = &ui->picker;

	memset(p, 0, sizeof(*p));
	p->open = true;
	p->fill = fill;
	p->done = done;
	text_copy(p->title, sizeof(p->title), title);
	text_copy(p->none, sizeof(p->none), none);
	picker_fill(ui);
}

void picker_add(struct ui *ui, const char *text, const char *note, const char *value)
{
	struct picker *p = &ui->picker;
	struct picker_item *item = &p->item[p->n];

	if (p->n == PICKER_MAX)
		return;
	text_copy(item->text, sizeof(item->text), text);
	text_copy(item->note, sizeof(item->note), note);
	text_copy(item->value, sizeof(item->value), value);
	p->n++;
}

void picker_update(struct ui *ui)
{
	if (ui->picker.open && ui->picker.change != ui->snap.change)
		picker_fill(ui);
}

/* Enter: close first, as what is done then may open another. */
static void picker_take(struct ui *ui)
{
	struct picker *p = &ui->picker;
	const struct picker_item *row = picker_row(p, p->list.selected);
	struct picker_item item;

	if (!row)
		return;
	item = *row;
	p->open = false;
	p->done(ui, &item);
}

static void picker_cancel(struct ui *ui)
{
	struct picker *p = &ui->picker;

	p->open = false;
	if (p->cancelled)
		p->cancelled(ui, picker_row(p, p->list.selected));
}

void picker_key(struct ui *ui, uint32_t key)
{
	struct picker *p = &ui->picker;
	const struct picker_item *was = picker_row(p, p->list.selected), *is;
	int n = picker_rows(p);

	switch (key) {
	case KEYS_UP:
	case KEYS_BACKTAB:
		list_move(&p->list, -1, n);
		break;
	case KEYS_DOWN:
	case KEYS_TAB:
		list_move(&p->list, 1, n);
		break;
	case KEYS_PAGE_UP:
		list_move(&p->list, -10, n);
		break;
	case KEYS_PAGE_DOWN:
		list_move(&p->list, 10, n);
		break;
	case KEYS_HOME:
		list_move(&p->list, -n, n);
		break;
	case KEYS_END:
		list_move(&p->list, n, n);
		break;
	case KEYS_ENTER:
		picker_take(ui);
		return;
	case KEYS_ESC:
		picker_cancel(ui);
		return;
	case KEYS_BACKSPACE:
		text_chop(p->filter);
		break;
	default:
		if (key == 'q' && !p->filter[0]) { /* as in every overlay */
			picker_cancel(ui);
			return;
		}
		if (key < KEYS_UP && text_width_of(key) > 0)
			text_append(p->filter, sizeof(p->filter), key);
	}
	list_move(&p->list, 0, picker_rows(p));
	is = picker_row(p, p->list.selected);
	if (p->moved && is && is != was)
		p->moved(ui, is);
}

void picker_pick(struct ui *ui, int i)
{
	struct picker *p = &ui->picker;
	bool again = p->list.selected == i;

	p->list.selected = i;
	list_move(&p->list, 0, picker_rows(p));
	if (again)
		picker_take(ui);
	else if (p->moved)
		p->moved(ui, picker_row(p, p->list.selected));
}

/* Columns for what is chosen: as wide as it is, if the notes leave that; at least two fifths.
 */
static int picker_text_cols(const struct picker *p, int cols)
{
	int text = 0, note = 0, least = cols * 2 / 5;

	for (int i = 0; i < p->n; i++) {
		int t = text_width(p->item[i].text), n = text_width(p->item[i].note);

		text = t > text ? t : text;
		note = n > note ? n : note;
	}
	if (cols < 44 && note > 12)
		return cols; /* no room for a note */
	text += 3;
	if (text > cols - note - 2)
		text = cols - note - 2;
	return text > least ? text : least;
}

static void picker_draw_rows(const struct picker *p, struct cells *c, struct rect r)
{
	int n = picker_rows(p), top = list_top(&p->list, n, r.rows);
	int text_w = picker_text_cols(p, r.cols);

	for (int i = 0; i < r.rows && top + i < n; i++) {
		const struct picker_item *item = picker_row(p, top + i);
		bool selected = top + i == p->list.selected;
		enum style style = selected ? STYLE_SELECT : STYLE_DIALOG;

		cells_fill(c, r.row + i, r.col, r.cols, ' ', style);
		cells_text(c, r.row + i, r.col + 1, text_w - 2, style, item->text);
		if (text_w < r.cols)
			cells_text(c, r.row + i, r.col + text_w, r.cols - text_w - 1,
				   selected ? style : STYLE_DIM, item->note);
		cells_hit(c, (struct rect){ r.row + i, r.col, 1, r.cols }, HIT_PICK, 0,
			  top + i);
		if (selected) {
			cells_glyph(c, r.row + i, r.col, '>', '>', style);
			cells_cursor(c, r.row + i, r.col);
		}
	}
	if (n == 0 && r.rows > 0) {
		char text[FF_TEXT_MAX];

		snprintf(text, sizeof(text), "nothing is called \"%s\"", p->filter);
		draw_wrap(c, r, STYLE_WARN, p->filter[0] ? text : p->none);
		cells_cursor(c, r.row, r.col);
	}
}

void picker_draw(const struct ui *ui, struct cells *c)
{
	const struct picker *p = &ui->picker;
	int width = c->cols < 72 ? c->cols : 72, rows = p->n > 2 ? p->n : 3;
	int height = rows + 3 < c->rows - 2 ? rows + 3 : c->rows - 2;
	struct rect r;

	if (height < 4)
		height = c->rows;
	r = (struct rect){ (c->rows - height) / 2, (c->cols - width) / 2, height, width };
	cells_frame(c, r, STYLE_DIALOG, p->title);
	picker_draw_rows(p, c, (struct rect){ r.row + 1, r.col + 1, height - 3, width - 2 });
	if (height < 3)
		return;
	if (p->filter[0])
		cells_format(c, r.row + height - 2, r.col + 2, width - 4, STYLE_INPUT, "/%s",
			     p->filter);
	else
		cells_text(c, r.row + height - 2, r.col + 2, width - 4, STYLE_DIM,
			   "Enter takes it, typing filters, Esc leaves it");
}
