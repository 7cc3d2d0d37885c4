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
	uint64_t have = s->log_count < FF_LOG_LINES ? s->log_count : FF_LOG_LINES;

	draw_rule(c, r, "Log", false);
	if (have > (uint64_t)(r.rows - 1))
		have = (uint64_t)(r.rows - 1);
	for (uint64_t i = 0; i < have; i++) {
		const struct ff_log_line *l = &s->log[(s->log_count - have + i) % FF_LOG_LINES];
		int row = r.row + 1 + (int)i;
		char when[16];

		draw_time(l->time_ms, when, sizeof(when));
		cells_text(c, row, r.col + 1, 8, STYLE_DIM, when);
		cells_text(c, row, r.col + 10, r.cols - 11, log_style(l->level), l->text);
	}
}
