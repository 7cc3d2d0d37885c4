/* SPDX-License-Identifier: MIT */
/* action - see action.h. */
#include "tui/action.h"
#include "tui/pane.h"

void action_pane(struct ui *ui, int pane)
{
	ui_show(ui, (enum pane)pane);
}

void action_turn(struct ui *ui, int by)
{
	ui_show(ui, (enum pane)(((int)ui->pane + by + PANE_COUNT) % PANE_COUNT));
}

void action_full(struct ui *ui, int unused)
{
	(void)unused;
	ui->full = !ui->full;
}

void action_help(struct ui *ui, int unused)
{
	(void)unused;
	help_open(ui);
}

void action_undo(struct ui *ui, int unused)
{
	(void)unused;
	history_undo(ui);
}

void action_redo(struct ui *ui, int unused)
{
	(void)unused;
	history_redo(ui);
}

void action_mute_all(struct ui *ui, int unused)
{
	struct ff_command before = { .verb = FF_MUTE_ALL, .flag = ui->snap.muted_all };
	struct ff_command after = before;

	(void)unused;
	after.flag = !before.flag;
	history_do(ui, &before, &after, "mute of everything");
}

void action_want(struct ui *ui, int want)
{
	ui->want = (enum ui_want)want;
}

static void action_stop_yes(struct ui *ui)
{
	ui->want = UI_STOP;
}

void action_stop(struct ui *ui, int unused)
{
	(void)unused;
	ui_ask(ui, action_stop_yes, "Stop the music and leave?");
}

void action_back(struct ui *ui, int unused)
{
	(void)unused;
	ui->toast[0] = '\0';
}
