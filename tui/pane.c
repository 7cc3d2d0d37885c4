/* SPDX-License-Identifier: MIT */
/* pane - see pane.h. */
#include "tui/pane.h"
#include "tui/draw.h"
#include "tui/text.h"

const struct pane_kind *pane_kind(enum pane pane)
{
	switch (pane) {
	case PANE_MIXER:
		return &pane_mixer;
	case PANE_DEVICES:
		return &pane_devices;
	case PANE_ALIGN:
		return &pane_align;
	case PANE_PROFILES:
	case PANE_COUNT:
		break;
	}
	return &pane_profiles;
}

bool pane_shows(const struct ui *ui, enum pane pane, const char *name)
{
	return text_contains(name, ui->filter[pane]);
}

void pane_draw_none(const struct ui *ui, struct cells *c, struct rect r, enum pane pane)
{
	cells_format(c, r.row, r.col, r.cols, STYLE_WARN, "Nothing here is called \"%s\"",
		     ui->filter[pane]);
	if (r.rows > 1)
		cells_text(c, r.row + 1, r.col, r.cols, STYLE_DIM,
			   "Esc shows all again, / looks for something else.");
	cells_cursor(c, r.row, r.col);
}
