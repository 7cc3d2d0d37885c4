/* SPDX-License-Identifier: MIT */
/*
 * pane_devices - the list of Bluetooth devices, what is missing in words, and
 * the window of a pairing.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/scope.h"
#include "tui/draw.h"
#include "tui/pane.h"
#include "tui/text.h"
#include "tui/words.h"

/* What is wrong, and what mends it; NULL = nothing. */
static const char *devices_trouble(const struct ui *ui)
{
	const struct ff_snapshot *s = &ui->snap;
	bool powered = false;

	for (uint32_t i = 0; i < s->adapters_n; i++)
		powered = powered || s->adapters[i].powered;
	if (ui->no_bluetooth)
		return "Bluetooth is left alone: this Fanfare was started with --no-bluetooth.";
	if (!s->bus)
		return "No D-Bus answers, so Bluetooth cannot be reached. Mend: sudo apt "
		       "install dbus; sudo systemctl start dbus";
	if (!s->bluetoothd)
		return "The Bluetooth service does not run. Mend: sudo apt install bluez; sudo "
		       "systemctl start bluetooth";
	if (s->adapters_n == 0)
		return "No Bluetooth adapter is here. Plug one in; if there is one, try: "
		       "rfkill "
		       "unblock bluetooth";
	if (!powered)
		return "The Bluetooth adapter is switched off. Mend: rfkill unblock bluetooth";
	return NULL;
}

static void devices_state(const struct ui *ui, const struct ff_device *d, char *ret,
			  size_t size)
{
	const struct ff_speaker *s = d->speaker ? ui_speaker(ui, d->speaker) : NULL;
	const char *state = d->busy	   ? "working (^X cancels)"
			    : d->connected ? "connected"
			    : d->paired	   ? "paired"
			    : d->rssi	   ? "new"
					   : "known";

	snprintf(ret, size, "%s%s%s%s", state, d->trusted || !d->paired ? "" : ", not trusted",
		 d->audio_sink || d->rssi == 0 ? "" : ", no speaker",
		 s ? ", in the profile" : "");
}

static void devices_row(const struct ui *ui, struct cells *c, struct rect r, int i, bool front)
{
	const struct devices *v = &ui->devices;
	const struct ff_device *d = devices_find(ui, v->order[i]);
	int name_w = r.cols >= 60 ? 24 : r.cols / 3, at = r.col + 3;
	bool selected = i == v->list.selected;
	char text[96];

	if (!d)
		return;
	if (d->connected)
		cells_glyph(c, r.row, r.col + 1, 0x25CF, '*', STYLE_GOOD);
	else if (d->busy)
		cells_glyph(c, r.row, r.col + 1, 0x25D0, '+', STYLE_WARN);
	else
		cells_glyph(c, r.row, r.col + 1, 0x25CB, d->paired ? 'o' : '.', STYLE_DIM);
	if (selected && front)
		cells_fill(c, r.row, at, name_w, ' ', STYLE_SELECT);
	cells_text(c, r.row, at, name_w,
		   selected && front ? STYLE_SELECT
		   : d->name[0]	     ? STYLE_TEXT
				     : STYLE_DIM,
		   words_name(d->name, d->address));
	at += name_w + 1;
	if (r.cols >= 40) {
		if (d->rssi)
			draw_signal(c, r.row, at, d->rssi);
		at += 4;
	}
	if (r.cols >= 50) {
		if (d->battery >= 0)
			cells_format(c, r.row, at, 4,
				     d->battery <= 25 ? STYLE_WARN : STYLE_TEXT, "%3d%%",
				     d->battery);
		at += 5;
	}
	devices_state(ui, d, text, sizeof(text));
	cells_text(c, r.row, at, r.col + r.cols - at - (r.cols >= 78 ? 19 : 0),
		   d->connected ? STYLE_GOOD
		   : d->busy	? STYLE_WARN
				: STYLE_TEXT,
		   text);
	if (r.cols >= 78)
		cells_right(c, r.row, r.col + r.cols - 18, 17, STYLE_DIM, d->address);
	if (selected) {
		cells_text(c, r.row, r.col, 1, STYLE_STRONG, ">");
		if (front)
			cells_cursor(c, r.row, r.col);
	}
}

static void devices_adapters(const struct ui *ui, struct cells *c, struct rect r)
{
	int col = r.col + 1;

	for (uint32_t i = 0; i < ui->snap.adapters_n && col < r.col + r.cols; i++) {
		const struct ff_adapter *a = &ui->snap.adapters[i];
		char text[64];

		if (a->scanning)
			snprintf(text, sizeof(text), "looking, %u s left",
				 (a->scan_left_ms + 999) / 1000);
		else
			snprintf(text, sizeof(text), "%s",
				 a->powered ? "ready" : "switched off");
		col += cells_format(c, r.row, col, r.col + r.cols - col,
				    a->powered ? STYLE_TEXT : STYLE_WARN,
				    "%s %s: %s, %u playing, air %.0f%%", a->name, a->address,
				    text, a->streams, (double)a->air * 100) +
		       3;
	}
}

static void devices_draw(const struct ui *ui, struct cells *c, struct rect r, bool front)
{
	const struct devices *v = &ui->devices;
	const char *trouble = devices_trouble(ui);
	int used = 0, count = (int)v->order_n, top;
	struct rect line = r;

	if (r.rows >= 3) {
		draw_rule(c, r, "Devices", front);
		r.row++, r.rows--;
	}
	line = (struct rect){ r.row, r.col + 1, r.rows, r.cols - 2 };
	if (trouble) {
		used = draw_wrap(c, line, STYLE_WARN, trouble);
	} else if (r.rows >= 5) {
		devices_adapters(ui, c, r);
		used = 1;
	}
	r.row += used, r.rows -= used;
	if (count == 0 && !trouble && r.rows > 0) {
		line = (struct rect){ r.row, r.col + 1, r.rows, r.cols - 2 };
		draw_wrap(
			c, line, STYLE_STRONG,
			"No device is known. Switch a speaker's pairing mode on, then press s "
			"to look for it.");
		cells_cursor(c, r.row, r.col + 1);
	}
	top = list_top(&v->list, count, r.rows);
	for (int i = 0; i < r.rows && top + i < count; i++)
		devices_row(ui, c, (struct rect){ r.row + i, r.col, 1, r.cols }, top + i,
			    front);
}

void pairing_draw(const struct ui *ui, struct cells *c)
{
	const struct ff_pairing *p = &ui->snap.pairing;
	const char *name = words_name(p->name, p->address), *what = "", *keys = "";
	int width = c->cols < 56 ? c->cols : 56, height = c->rows < 7 ? c->rows : 7;
	struct rect r = { (c->rows - height) / 3, (c->cols - width) / 2, height, width };
	int row = r.row + 1, col = r.col + 2, inner = width - 4;

	switch (p->question) {
	case FF_ASK_NONE:
		return;
	case FF_ASK_CONFIRM:
		what = p->code[0] ? "Does it show this number?" : "It asks to be paired.";
		keys = "y yes   n no";
		break;
	case FF_ASK_PASSKEY:
		what = "Type the six digits that it shows.";
		keys = "Enter sends   Esc refuses";
		break;
	case FF_ASK_PIN:
		what = "Type its PIN; it stands in its manual.";
		keys = "Enter sends   Esc refuses";
		break;
	case FF_SHOW_PASSKEY:
	case FF_SHOW_PIN:
		what = "Type this over there, then Enter:";
		keys = "Esc refuses";
		break;
	}
	cells_frame(c, r, STYLE_DIALOG, "Pairing");
	cells_text(c, row++, col, inner, STYLE_STRONG, name);
	cells_text(c, row++, col, inner, STYLE_DIALOG, what);
	if (p->code[0])
		cells_format(c, row++, col, inner, STYLE_DIALOG_HOT, " %s ", p->code);
	cells_text(c, row, col, inner, STYLE_KEY, keys);
	if (!ui->prompt.open)
		cells_cursor(c, row, col);
	if (p->left_ms && inner > 40)
		cells_format(c, row, r.col + width - 14, 12, STYLE_DIM, "%3u s left",
			     (p->left_ms + 999) / 1000);
}

/* clang-format off */
static const struct binding keys[] = {
	{ "Up k", "up", devices_move, -1, "↑↓|jk|select", "select the device above" },
	{ "Down j", "down", devices_move, 1, NULL, "select the device below" },
	{ "PgUp", "page-up", devices_move, -10, NULL, "ten up" },
	{ "PgDn", "page-down", devices_move, 10, NULL, "ten down" },
	{ "Home", "first", devices_move, -FF_DEVICES, NULL, "select the first device" },
	{ "End", "last", devices_move, FF_DEVICES, NULL, "select the last device" },
	{ "s", "scan", devices_scan, 0, "s|s|scan", "look for devices for 30 s, or stop looking" },
	{ "Enter", "connect", devices_toggle, 0, "Enter|Enter|connect", "make it a speaker here: pair, trust, connect; or disconnect it" },
	{ "p", "pair", devices_pair, 0, "p|p|pair only", "pair, trust and connect, the profile as it is" },
	{ "+", "add", devices_add, 0, NULL, "put it into the profile" },
	{ "t", "trust", devices_trust, 0, NULL, "trust it, or no longer: who is trusted may connect by itself" },
	{ "e", "rename", devices_rename, 0, "e|e|rename", "give it another name; an empty one is its own again" },
	{ "d Del", "forget", devices_forget, 0, "d|d|forget", "forget it, and its pairing" },
	{ "v", "unnamed", devices_unnamed, 0, NULL, "show devices without a name too, or hide them" },
	{ "^X", "cancel", devices_cancel, 0, NULL, "cancel what is under way for it" },
};
/* clang-format on */

const struct pane_kind pane_devices = {
	.name = "devices",
	.tab = "F3 Devices",
	.draw = devices_draw,
	.update = devices_update,
	.enter = devices_enter,
	.move = devices_move,
	.keys = keys,
	.keys_n = ARRAY_SIZE(keys),
};
