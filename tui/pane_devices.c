/* SPDX-License-Identifier: MIT */
/*
 * pane_devices - the devices in their groups, the adapters over them, all
 * about the selected one under them; or what is missing, in words.
 *
 * A narrow window drops the address first, then type, battery and signal.
 */
#include <stdio.h>
#include <string.h>

#include "tui/draw.h"
#include "tui/pane.h"
#include "tui/text.h"

#define LINES_MAX     (FF_DEVICES + 3) /* three groups have a heading each */
#define HEADINGS_ROWS 5		       /* a list lower than this has none */

/* Where each column begins, 0 = left out. */
struct columns {
	int name, name_w, signal, battery, type, state, address, end;
};

static void devices_columns(struct columns *k, int cols)
{
	int at = cols >= 30 ? 3 : 2;

	*k = (struct columns){
		.name = at,
		.name_w = cols >= 100  ? 28
			  : cols >= 60 ? 20
			  : cols >= 30 ? cols / 3
				       : cols / 2,
		.end = cols - (cols >= 40),
	};
	at += k->name_w + 1;
	if (cols >= 40)
		k->signal = at, at += 4;
	if (cols >= 50)
		k->battery = at, at += 5;
	if (cols >= 60)
		k->type = at, at += 11;
	k->state = at;
	if (cols >= 100)
		k->address = k->end - 17;
}

static enum style devices_style(const struct ui *ui, const struct ff_device *d)
{
	const struct ff_speaker *s = d->speaker ? ui_speaker(ui, d->speaker) : NULL;

	if (d->busy || d->doing[0])
		return STYLE_WARN;
	if (s)
		return s->state == FF_PLAYING ? STYLE_GOOD
		       : s->state == FF_OFF   ? STYLE_TEXT
					      : STYLE_WARN;
	return d->failed[0] ? STYLE_BAD : d->connected ? STYLE_GOOD : STYLE_TEXT;
}

static void devices_dot(struct cells *c, int row, int col, const struct ff_device *d)
{
	if (d->busy || d->doing[0])
		cells_glyph(c, row, col, 0x25D0, '+', STYLE_WARN);
	else if (d->connected)
		cells_glyph(c, row, col, 0x25CF, '*', STYLE_GOOD);
	else
		cells_glyph(c, row, col, 0x25CB, d->paired ? 'o' : '.',
			    d->failed[0] ? STYLE_BAD : STYLE_DIM);
}

static void devices_row(const struct ui *ui, struct cells *c, struct rect r, int i, bool front)
{
	const struct devices *v = &ui->devices;
	const struct ff_device *d = devices_find(ui, v->order[i]);
	bool selected = i == v->list.selected;
	char text[FF_TEXT_MAX + 80];
	struct columns k;

	if (!d)
		return;
	devices_columns(&k, r.cols);
	cells_hit(c, r, HIT_ROW, PANE_DEVICES, i);
	devices_dot(c, r.row, r.col + k.name - 2, d);
	if (selected && front)
		cells_fill(c, r.row, r.col + k.name, k.name_w, ' ', STYLE_SELECT);
	cells_text(c, r.row, r.col + k.name, k.name_w,
		   selected && front ? STYLE_SELECT
		   : d->name[0]	     ? STYLE_TEXT
				     : STYLE_DIM,
		   devices_name(d));
	if (k.signal && d->rssi)
		draw_signal(c, r.row, r.col + k.signal, d->rssi);
	if (k.battery && d->battery >= 0)
		cells_format(c, r.row, r.col + k.battery, 4,
			     d->battery <= 25 ? STYLE_WARN : STYLE_TEXT, "%3d%%", d->battery);
	if (k.type)
		cells_text(c, r.row, r.col + k.type, 10, STYLE_DIM, devices_type(d));
	devices_state(ui, d, text, sizeof(text));
	cells_text(c, r.row, r.col + k.state, (k.address ? k.address - 1 : k.end) - k.state,
		   devices_style(ui, d), text);
	if (k.address)
		cells_text(c, r.row, r.col + k.address, 17, STYLE_DIM, d->address);
	if (selected) {
		cells_text(c, r.row, r.col, 1, STYLE_STRONG, ">");
		if (front)
			cells_cursor(c, r.row, r.col);
	}
}

/* Whether a phone may come in by that adapter. */
static bool devices_lets_in(const struct ui *ui, const struct ff_adapter *a)
{
	const struct ff_admit *door = &ui->snap.admit;

	return door->open && a->hears && a->powered &&
	       (!door->adapter[0] || strcmp(door->adapter, a->address) == 0);
}

static void devices_adapter_text(const struct ui *ui, const struct ff_adapter *a, char *ret,
				 size_t size)
{
	if (devices_lets_in(ui, a))
		snprintf(ret, size, "lets a phone in, %u s left",
			 (ui->snap.admit.left_ms + 999) / 1000);
	else if (a->scanning)
		snprintf(ret, size, "looking, %u s left", (a->scan_left_ms + 999) / 1000);
	else if (a->blocked)
		snprintf(ret, size, "blocked by rfkill");
	else
		snprintf(ret, size, "%s", a->powered ? "ready" : "switched off");
}

/* One line: what each adapter does; those that were not chosen are dim. */
static void devices_adapters(const struct ui *ui, struct cells *c, struct rect r)
{
	int col = r.col + 1, end = r.col + r.cols;

	for (uint32_t i = 0; i < ui->snap.adapters_n && col < end; i++) {
		const struct ff_adapter *a = &ui->snap.adapters[i];
		enum style style = !devices_concerns(ui, a)		   ? STYLE_DIM
				   : a->scanning || devices_lets_in(ui, a) ? STYLE_STRONG
				   : a->powered && !a->blocked		   ? STYLE_TEXT
									   : STYLE_WARN;
		char text[48], use[48] = "";

		devices_adapter_text(ui, a, text, sizeof(text));
		if (a->streams)
			snprintf(use, sizeof(use), ", %u playing, air %.0f%%", a->streams,
				 (double)a->air * 100);
		col += cells_format(c, r.row, col, end - col, style, "%s%s %s%s", a->name,
				    ui->devices.adapter[0] && devices_concerns(ui, a) ? " only:"
										      : "",
				    text, use) +
		       3;
	}
}

/* Lines of the list: a row's index, or -1 - its group for a heading. Returns how many. */
static int devices_lines(const struct devices *v, bool headings, int ret[LINES_MAX],
			 int *ret_selected)
{
	int n = 0;

	*ret_selected = 0;
	for (int i = 0; i < (int)v->order_n; i++) {
		if (headings && (i == 0 || v->group[i] != v->group[i - 1]))
			ret[n++] = -1 - v->group[i];
		if (i == v->list.selected)
			*ret_selected = n;
		ret[n++] = i;
	}
	return n;
}

static void devices_list(const struct ui *ui, struct cells *c, struct rect r, bool front)
{
	static const char *const groups[] = { [DEVICES_CONNECTED] = "CONNECTED",
					      [DEVICES_KNOWN] = "KNOWN",
					      [DEVICES_NEW] = "NEW" };
	struct list shown = { 0 };
	int lines[LINES_MAX], top, n;

	n = devices_lines(&ui->devices, r.rows >= HEADINGS_ROWS, lines, &shown.selected);
	top = list_top(&shown, n, r.rows);
	for (int i = 0; i < r.rows && top + i < n; i++) {
		struct rect line = { r.row + i, r.col, 1, r.cols };
		int what = lines[top + i];

		if (what >= 0)
			devices_row(ui, c, line, what, front);
		else
			cells_text(c, line.row, line.col + 1, line.cols - 1, STYLE_TITLE,
				   groups[-1 - what]);
	}
}

/* Under the list, or in place of most of it where there is no room; the rows taken. */
static int devices_strip(const struct ui *ui, struct cells *c, struct rect r)
{
	const struct ff_device *d = devices_selected(ui);
	char text[512];
	int rows;

	if (!ui->devices.details || !d || r.rows < 2 || r.cols < 4)
		return 0;
	devices_details(ui, d, text, sizeof(text));
	rows = draw_wrapped(text, r.cols - 2) + 1;
	if (rows > r.rows - 1)
		rows = r.rows - 1;
	r.row += r.rows - rows;
	if (rows >= 2) {
		draw_rule(c, (struct rect){ r.row, r.col, 1, r.cols }, devices_name(d), false);
		r.row++;
	}
	draw_wrap(c, (struct rect){ r.row, r.col + 1, rows >= 2 ? rows - 1 : 1, r.cols - 2 },
		  STYLE_TEXT, text);
	return rows;
}

void pane_devices_draw(const struct ui *ui, struct cells *c, struct rect r, bool front)
{
	const struct rect inside = { r.row + (r.rows >= 3), r.col + 1, r.rows - (r.rows >= 3),
				     r.cols - 2 };
	char trouble[FF_TEXT_MAX * 2];
	int used = 0;

	if (r.rows >= 3) {
		draw_rule(c, r, "Devices", front);
		r.row++, r.rows--;
	}
	devices_trouble(ui, trouble, sizeof(trouble));
	if (trouble[0]) {
		used = draw_wrap(c, inside, STYLE_WARN, trouble);
	} else if (r.rows >= 5) {
		devices_adapters(ui, c, r);
		used = 1;
	}
	r.row += used, r.rows -= used;
	if (r.rows <= 0)
		return;
	if (ui->devices.order_n > 0) {
		r.rows -= devices_strip(ui, c, r);
		devices_list(ui, c, r, front);
	} else if (ui->filter[PANE_DEVICES][0]) {
		pane_draw_none(ui, c, (struct rect){ r.row, inside.col, r.rows, inside.cols },
			       PANE_DEVICES);
	} else if (!trouble[0]) {
		draw_wrap(
			c, (struct rect){ r.row, inside.col, r.rows, inside.cols },
			STYLE_STRONG,
			"No device is known. Switch a speaker's pairing mode on, then press s "
			"to look for it.");
		cells_cursor(c, r.row, inside.col);
	}
}
