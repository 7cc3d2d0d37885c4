/* SPDX-License-Identifier: MIT */
/*
 * pane_align - when each speaker sounds: the reference, and everyone's offset.
 */
#include <stdio.h>

#include "core/base/scope.h"
#include "tui/draw.h"
#include "tui/pane.h"
#include "tui/words.h"

static void align_update(struct ui *ui)
{
	list_move(&ui->align.list, 0, (int)ui->snap.speakers_n);
}

static void align_move(struct ui *ui, int rows)
{
	list_move(&ui->align.list, rows, (int)ui->snap.speakers_n);
}

/* The speaker that sounds latest by itself: all others wait for it. -1 = there is none. */
static int align_reference(const struct ui *ui)
{
	int latest = -1;

	for (uint32_t i = 0; i < ui->snap.speakers_n; i++)
		if (latest < 0 ||
		    ui->snap.speakers[i].latency_ms > ui->snap.speakers[latest].latency_ms)
			latest = (int)i;
	return latest;
}

static void align_row(const struct ui *ui, struct cells *c, struct rect r, int i, bool front)
{
	const struct ff_speaker *s = &ui->snap.speakers[i];
	bool selected = i == ui->align.list.selected;
	int name_w = r.cols >= 60 ? 24 : r.cols / 3;
	char text[FF_TEXT_MAX];

	cells_text(c, r.row, r.col + 3, name_w, selected && front ? STYLE_SELECT : STYLE_TEXT,
		   words_name(s->name, s->address));
	if (i == align_reference(ui))
		snprintf(text, sizeof(text), "reference: %.1f ms", (double)s->latency_ms);
	else
		snprintf(text, sizeof(text), "waits %.1f ms, trim %+.1f ms",
			 (double)s->delay_ms, (double)s->trim_ms);
	cells_text(c, r.row, r.col + name_w + 4, r.cols - name_w - 4, STYLE_TEXT, text);
	if (selected) {
		cells_text(c, r.row, r.col, 1, STYLE_STRONG, ">");
		if (front)
			cells_cursor(c, r.row, r.col);
	}
}

static void align_draw(const struct ui *ui, struct cells *c, struct rect r, bool front)
{
	int count = (int)ui->snap.speakers_n, top;

	if (r.rows >= 3) {
		draw_rule(c, r, "Align", front);
		r.row++, r.rows--;
	}
	if (count == 0)
		cells_text(c, r.row, r.col + 1, r.cols - 1, STYLE_STRONG,
			   "No speaker is in this profile yet.");
	top = list_top(&ui->align.list, count, r.rows);
	for (int i = 0; i < r.rows && top + i < count; i++)
		align_row(ui, c, (struct rect){ r.row + i, r.col, 1, r.cols }, top + i, front);
}

/* clang-format off */
static const struct binding keys[] = {
	{ "Up k", "up", align_move, -1, "↑↓|jk|select", "select the speaker above" },
	{ "Down j", "down", align_move, 1, NULL, "select the speaker below" },
	{ "Home", "first", align_move, -FF_SPEAKERS, NULL, "select the first speaker" },
	{ "End", "last", align_move, FF_SPEAKERS, NULL, "select the last speaker" },
};
/* clang-format on */

const struct pane_kind pane_align = {
	.name = "align",
	.tab = "F4 Align",
	.draw = align_draw,
	.update = align_update,
	.move = align_move,
	.keys = keys,
	.keys_n = ARRAY_SIZE(keys),
};
