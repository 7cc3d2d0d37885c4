/* SPDX-License-Identifier: MIT */
/*
 * pane_log - the last lines of the core's log, the newest at the bottom.
 */
#include "tui/draw.h"
#include "tui/pane.h"

static enum style log_style(int level)
{
	return level <= 3 ? STYLE_BAD : level == 4 ? STYLE_WARN : STYLE_TEXT;
}

void pane_log_draw(const struct ui *ui, struct cells *c, struct rect r)
{
	const struct ff_snapshot *s = &ui->snap;
	uint64_t have = s->log_count < FF_LOG_LINES ? s->log_count : FF_LOG_LINES, first;
	int width = r.cols - 12, room = r.rows - 1, row = r.row + 1;

	draw_rule(c, r, "Log", false);
	/* as many of the newest as there is room for, long ones whole */
	for (first = s->log_count; have > 0; have--, first--) {
		room -= draw_wrapped(s->log[(first - 1) % FF_LOG_LINES].text, width);
		if (room < 0)
			break;
	}
	for (; first < s->log_count; first++) {
		const struct ff_log_line *l = &s->log[first % FF_LOG_LINES];
		struct rect to = { row, r.col + 10, r.row + r.rows - row, width };
		char when[16];

		draw_time(l->time_ms, when, sizeof(when));
		cells_text(c, row, r.col + 1, 8, STYLE_DIM, when);
		row += draw_wrap(c, to, log_style(l->level), l->text);
	}
}
