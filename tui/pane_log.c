/* SPDX-License-Identifier: MIT */
/*
 * pane_log - the last lines of the core's log, the newest at the bottom: under
 * the panes where there is room, and as a window that scrolls.
 */
#include "tui/draw.h"
#include "tui/keys.h"
#include "tui/pane.h"

static enum style log_style(int level, enum style plain)
{
	return level <= 3 ? STYLE_BAD : level == 4 ? STYLE_WARN : plain;
}

/* How many lines the core still has. */
static uint64_t log_have(const struct ff_snapshot *s)
{
	return s->log_count < FF_LOG_LINES ? s->log_count : FF_LOG_LINES;
}

/* As many lines as fit r, the newest of them `up` lines before the last; long ones whole. */
static void log_lines(const struct ff_snapshot *s, struct cells *c, struct rect r, uint64_t up,
		      enum style plain)
{
	int width = r.cols - 12, room = r.rows, row = r.row;
	uint64_t have = log_have(s) - up, end = s->log_count - up, first = end;

	for (; have > 0; have--, first--) {
		room -= draw_wrapped(s->log[(first - 1) % FF_LOG_LINES].text, width);
		if (room < 0 && first < end)
			break;
	}
	for (; first < end; first++) {
		const struct ff_log_line *l = &s->log[first % FF_LOG_LINES];
		struct rect to = { row, r.col + 10, r.row + r.rows - row, width };
		char when[16];

		draw_time(l->time_ms, when, sizeof(when));
		cells_text(c, row, r.col + 1, 8, STYLE_DIM, when);
		row += draw_wrap(c, to, log_style(l->level, plain), l->text);
	}
}

void pane_log_draw(const struct ui *ui, struct cells *c, struct rect r)
{
	draw_rule(c, r, "Log", false);
	r.row++;
	r.rows--;
	log_lines(&ui->snap, c, r, 0, STYLE_TEXT);
}

void log_open(struct ui *ui)
{
	ui->log = (struct log_view){ .open = true };
}

void log_key(struct ui *ui, uint32_t key)
{
	int most = (int)log_have(&ui->snap) - 1;

	if (key == KEYS_UP || key == 'k')
		ui->log.up++;
	else if (key == KEYS_DOWN || key == 'j')
		ui->log.up--;
	else if (key == KEYS_PAGE_UP)
		ui->log.up += 10;
	else if (key == KEYS_PAGE_DOWN)
		ui->log.up -= 10;
	else if (key == KEYS_HOME)
		ui->log.up = most;
	else if (key == KEYS_END)
		ui->log.up = 0;
	else if (key == KEYS_ESC || key == KEYS_ENTER || key == 'q' || key == 'E' ||
		 key == KEYS_F1 + 5)
		ui->log.open = false;
	if (ui->log.up > most)
		ui->log.up = most;
	if (ui->log.up < 0)
		ui->log.up = 0;
}

void log_draw(const struct ui *ui, struct cells *c)
{
	struct rect r = { 0, 0, c->rows, c->cols };
	int most = (int)log_have(&ui->snap);

	if (c->rows >= 8 && c->cols >= 40)
		r = (struct rect){ 1, 0, c->rows - 2, c->cols };
	cells_frame(c, r, STYLE_DIALOG, "Log");
	cells_cursor(c, r.row + r.rows - 1, r.col);
	r = (struct rect){ r.row + 1, r.col + 1, r.rows - 2, r.cols - 2 };
	if (most == 0)
		cells_text(c, r.row, r.col + 1, r.cols - 1, STYLE_DIM,
			   "nothing has happened yet");
	else if (r.rows > 0)
		log_lines(&ui->snap, c, r,
			  (uint64_t)(ui->log.up < most ? ui->log.up : most - 1), STYLE_DIALOG);
}
