/* SPDX-License-Identifier: MIT */
/* action - see action.h. */
#include <stdio.h>
#include <string.h>

#include "core/base/scope.h"
#include "tui/action.h"
#include "tui/command.h"
#include "tui/pane.h"
#include "tui/text.h"
#include "tui/theme.h"

static void action_pane(struct ui *ui, int pane)
{
	ui_show(ui, (enum pane)pane);
}

static void action_turn(struct ui *ui, int by)
{
	ui_show(ui, (enum pane)(((int)ui->pane + by + PANE_COUNT) % PANE_COUNT));
}

static void action_full(struct ui *ui, int unused)
{
	(void)unused;
	ui->full = !ui->full;
}

static void action_help(struct ui *ui, int unused)
{
	(void)unused;
	help_open(ui);
}

static void action_log(struct ui *ui, int unused)
{
	(void)unused;
	log_open(ui);
}

static void action_command(struct ui *ui, int unused)
{
	(void)unused;
	command_open(ui);
}

static void action_mouse(struct ui *ui, int unused)
{
	(void)unused;
	ui->mouse = !ui->mouse;
	ui->want = UI_MOUSE;
	ui_say(ui, SAY_FINE,
	       ui->mouse ? "the mouse chooses and sets; C lets it mark text to copy"
			 : "the mouse marks text to copy; C takes it back");
}

static void action_undo(struct ui *ui, int unused)
{
	(void)unused;
	history_undo(ui);
}

static void action_redo(struct ui *ui, int unused)
{
	(void)unused;
	history_redo(ui);
}

static void action_mute_all(struct ui *ui, int unused)
{
	struct ff_command before = { .verb = FF_MUTE_ALL, .flag = ui->snap.muted_all };
	struct ff_command after = before;

	(void)unused;
	after.flag = !before.flag;
	history_do(ui, &before, &after, "mute of everything");
}

static void action_want(struct ui *ui, int want)
{
	ui->want = (enum ui_want)want;
}

static void action_stop_yes(struct ui *ui)
{
	ui->want = UI_STOP;
}

static void action_stop(struct ui *ui, int unused)
{
	(void)unused;
	ui_ask(ui, action_stop_yes, "Stop the music and leave?");
}

/* ---- filter ---------------------------------------------------------------------------------
 */

static void action_filter_set(struct ui *ui, const char *text)
{
	text_copy(ui->filter[ui->pane], sizeof(ui->filter[0]), text);
	pane_kind(ui->pane)->update(ui);
}

/* One step back: what is said, then what is filtered. */
static void action_back(struct ui *ui, int unused)
{
	(void)unused;
	if (ui->toast[0])
		ui->toast[0] = '\0';
	else
		action_filter_set(ui, "");
}

static void action_filter_off(struct ui *ui, const char *unused)
{
	(void)unused;
	action_filter_set(ui, "");
}

static void action_filter(struct ui *ui, int unused)
{
	(void)unused;
	prompt_open(&ui->prompt, action_filter_set, ui->filter[ui->pane], "Only with:");
	ui->prompt.changed = action_filter_set;
	ui->prompt.cancelled = action_filter_off;
}

static void action_next(struct ui *ui, int by)
{
	pane_kind(ui->pane)->move(ui, by);
}

/* ---- themes: seen while choosing ------------------------------------------------------------
 */

static void action_theme_fill(struct ui *ui)
{
	char names[THEMES_MAX][THEME_NAME_MAX];
	size_t n = theme_list(names);

	for (size_t i = 0; i < n; i++)
		picker_add(ui, names[i], strcmp(names[i], ui->theme) == 0 ? "worn now" : "",
			   names[i]);
}

static void action_theme_wear(struct ui *ui, const struct picker_item *item)
{
	ui_wear(ui, item->value);
}

static void action_theme_keep(struct ui *ui, const struct picker_item *item)
{
	ui_keep(ui, item->value);
}

static void action_theme_back(struct ui *ui, const struct picker_item *unused)
{
	(void)unused;
	ui_wear(ui, ui->theme_before);
}

static void action_theme(struct ui *ui, int unused)
{
	(void)unused;
	text_copy(ui->theme_before, sizeof(ui->theme_before), ui->theme);
	picker_open(ui, action_theme_fill, action_theme_keep, "Theme", "no theme is there");
	ui->picker.moved = action_theme_wear;
	ui->picker.cancelled = action_theme_back;
	picker_point(ui, ui->theme);
}

static void action_theme_values(const struct ui *ui, struct choices *ret)
{
	char names[THEMES_MAX][THEME_NAME_MAX];
	size_t n = theme_list(names);

	(void)ui;
	for (size_t i = 0; i < n; i++)
		choices_add(ret, names[i]);
}

/* clang-format off */
const struct binding action_keys[] = {
	{ "Tab ]", "next-pane", action_turn, 1, NULL, "next pane" },
	{ "S-Tab [", "previous-pane", action_turn, -1, NULL, "previous pane" },
	{ "F2 V", "mixer", action_pane, PANE_MIXER, NULL, "the mixer" },
	{ "F3 D", "devices", action_pane, PANE_DEVICES, NULL, "the Bluetooth devices" },
	{ "F4 A", "align", action_pane, PANE_ALIGN, NULL, "the delays, to bring speakers in time" },
	{ "F5 P", "profiles", action_pane, PANE_PROFILES, NULL, "the profiles" },
	{ "F6 E", "log", action_log, 0, NULL, "what happened: the log" },
	{ "f", "full", action_full, 0, NULL, "this pane alone, or all where they fit" },
	{ "/", "filter", action_filter, 0, NULL, "show only what has these letters in its name" },
	{ "n", "next", action_next, 1, NULL, "the next one of them" },
	{ "N", "previous", action_next, -1, NULL, "the one before" },
	{ ":", "command", action_command, 0, NULL, "type a command; Tab completes it" },
	{ "z", "undo", action_undo, 0, NULL, "undo the last change of sound or profile" },
	{ "Z", "redo", action_redo, 0, NULL, "redo it" },
	{ "M", "mute-all", action_mute_all, 0, NULL, "mute everything, or nothing" },
	{ "T", "theme", action_theme, 0, NULL, "choose a theme" },
	{ "C", "mouse", action_mouse, 0, NULL, "the mouse: for the console, or to copy text" },
	{ "^L", "redraw", action_want, UI_REDRAW, NULL, "draw the screen anew" },
	{ "^Z", "suspend", action_want, UI_SUSPEND, NULL, "back to the shell, the music goes on; fg returns" },
	{ "Esc", "back", action_back, 0, NULL, "back: close what is open" },
	{ "? F1", "help", action_help, 0, NULL, "this help" },
	{ "q ^C", "leave", action_want, UI_LEAVE, NULL, "leave; the music plays on" },
	{ "Q F10", "stop", action_stop, 0, NULL, "stop the music and leave" },
};
/* clang-format on */
const size_t action_keys_n = ARRAY_SIZE(action_keys);

const struct typed action_typed[] = {
	{ "filter", action_filter_set, NULL },
	{ "theme", ui_keep, action_theme_values },
};
const size_t action_typed_n = ARRAY_SIZE(action_typed);
