/* SPDX-License-Identifier: MIT */
/* ui - see ui.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tui/keymap.h"
#include "tui/keys.h"
#include "tui/pane.h"
#include "tui/text.h"
#include "tui/ui.h"

#define UI_TOAST_MS	4000
#define UI_TOAST_BAD_MS 8000
#define UI_SETTLE_MS	300  /* a refusal is seen by then, attached or not */
#define UI_ERROR_MS	3000 /* for so long an error is not talked over by a warning */

void ui_init(struct ui *ui, int (*submit)(void *arg, const struct ff_command *), void *arg)
{
	*ui = (struct ui){ .submit = submit, .submit_arg = arg };
}

/* A newcomer with an adapter and nothing to play on: to the devices, once. */
static void ui_welcome(struct ui *ui)
{
	const struct ff_snapshot *s = &ui->snap;

	if (ui->moved || ui->given || s->adapters_n == 0 ||
	    (s->speakers_n > 0 && !s->simulated))
		return;
	ui->moved = true;
	ui_show(ui, PANE_DEVICES);
}

/* Whether an error was said just now. */
static bool ui_warned(const struct ui *ui)
{
	return ui->toast[0] && ui->tone == SAY_ERROR &&
	       ui->now_ms + UI_TOAST_BAD_MS < ui->toast_until_ms + UI_ERROR_MS;
}

/*
 * What the core logged since the last look: a warning is always said, as it
 * may be the answer to a key, of several the worst and how many there were; a
 * notice only when nothing else is being said.
 */
static void ui_heed_log(struct ui *ui)
{
	const struct ff_snapshot *s = &ui->snap;
	uint64_t from = s->log_count < FF_LOG_LINES ? 0 : s->log_count - FF_LOG_LINES;
	const struct ff_log_line *worst = NULL;
	unsigned n = 0;

	if (!ui->first || ui->log_seen > s->log_count)
		ui->log_seen = s->log_count;
	for (uint64_t i = ui->log_seen > from ? ui->log_seen : from; i < s->log_count; i++) {
		const struct ff_log_line *l = &s->log[i % FF_LOG_LINES];

		if (l->level <= 4) {
			n++;
			if (!worst || worst->level == 4 || l->level <= 3)
				worst = l;
		} else if (l->level == 5 && n == 0 && !ui->toast[0]) {
			ui_say(ui, SAY_FINE, "%s", l->text);
			ui->toast_pane = -1; /* what happened, happened everywhere */
		}
	}
	ui->log_seen = s->log_count;
	if (!worst || (worst->level == 4 && ui_warned(ui)))
		return;
	if (n > 1)
		ui_say(ui, worst->level == 4 ? SAY_WARNING : SAY_ERROR,
		       "%u at once (E lists them): %s", n, worst->text);
	else
		ui_say(ui, worst->level == 4 ? SAY_WARNING : SAY_ERROR, "%s", worst->text);
	ui->toast_pane = -1;
}

void ui_update(struct ui *ui, uint64_t now_ms)
{
	ui->now_ms = now_ms;
	if (ui->toast[0] && now_ms >= ui->toast_until_ms)
		ui->toast[0] = '\0';
	ui_heed_log(ui);
	ui->first = true;
	history_heed(&ui->history, &ui->snap);
	history_overlay(&ui->history, &ui->snap, now_ms);
	for (int p = 0; p < PANE_COUNT; p++)
		pane_kind((enum pane)p)->update(ui);
	picker_update(ui);
	ui_welcome(ui);
}

void ui_wear(struct ui *ui, const char *name)
{
	text_copy(ui->theme, sizeof(ui->theme), name);
	ui->want = UI_WEAR;
}

void ui_keep(struct ui *ui, const char *name)
{
	ui_wear(ui, name);
	ui->want = UI_KEEP;
}

void ui_show(struct ui *ui, enum pane pane)
{
	if (pane != ui->pane && ui->toast_pane == (int)ui->pane)
		ui->toast[0] = '\0'; /* its cause is out of sight */
	ui->pane = pane;
	if (pane_kind(pane)->enter)
		pane_kind(pane)->enter(ui);
}

/* A click is the key that does the same, or a row chosen. */
void ui_point(struct ui *ui, const struct hit *hit, int row, int col, int wheel,
	      uint64_t now_ms)
{
	bool asks = ui->ask[0] || pairing_open(ui);
	bool covered =
		asks || ui->prompt.open || ui->picker.open || ui->help.open || ui->log.open;

	(void)row;
	ui->now_ms = now_ms;
	ui->moved = true;
	if (wheel && covered)
		ui_key(ui, wheel < 0 ? KEYS_UP : KEYS_DOWN, now_ms);
	else if (wheel)
		pane_kind(hit && hit->kind != HIT_KEY ? (enum pane)hit->pane : ui->pane)
			->move(ui, wheel);
	else if (hit && hit->kind == HIT_PICK && ui->picker.open)
		picker_pick(ui, hit->value);
	else if (hit && hit->kind == HIT_PICK && ui->help.open)
		help_pick(ui, hit->value);
	else if (hit && hit->kind == HIT_KEY && (asks || !covered))
		ui_key(ui, (uint32_t)hit->value, now_ms);
	if (!hit || covered || wheel || hit->kind == HIT_KEY || hit->kind == HIT_PICK)
		return;
	if (hit->pane != (int)ui->pane)
		ui_show(ui, (enum pane)hit->pane);
	if (hit->kind == HIT_ROW && pane_kind(ui->pane)->pick)
		pane_kind(ui->pane)->pick(ui, hit->value);
	if (hit->kind == HIT_FADER)
		mixer_slide(ui, hit->value, (col - hit->r.col + 1) * 100 / hit->r.cols);
}

static void ui_ask_key(struct ui *ui, uint32_t key)
{
	ui->ask[0] = '\0';
	if (key == 'y' || key == 'Y')
		ui->ask_yes(ui);
}

void ui_key(struct ui *ui, uint32_t key, uint64_t now_ms)
{
	const struct binding *b;

	ui->now_ms = now_ms;
	ui->moved = true;
	if (key == 3 && (ui->picker.open || ui->help.open || ui->log.open))
		key = KEYS_ESC; /* ^C closes an overlay, as q does */
	if (ui->ask[0]) {
		ui_ask_key(ui, key);
	} else if (ui->prompt.open) {
		prompt_key(ui, key);
	} else if (pairing_open(ui)) {
		pairing_key(ui, key);
	} else if (ui->picker.open) {
		picker_key(ui, key);
	} else if (ui->help.open) {
		help_key(ui, key);
	} else if (ui->log.open) {
		log_key(ui, key);
	} else {
		b = keymap_find((int)ui->pane, key);
		if (b)
			b->run(ui, b->arg);
	}
}

/* Whether a second hand is seen anywhere. */
static bool ui_counts(const struct ui *ui)
{
	const struct ff_snapshot *s = &ui->snap;

	for (uint32_t i = 0; i < s->speakers_n; i++)
		if (s->speakers[i].retry_ms > 0 || s->speakers[i].drop_age_ms < 60000 ||
		    s->speakers[i].state == FF_CONNECTING ||
		    s->speakers[i].state == FF_PAIRING || s->speakers[i].state == FF_SEARCHING)
			return true;
	for (uint32_t i = 0; i < s->adapters_n; i++)
		if (s->adapters[i].scanning)
			return true;
	return s->admit.open || s->pairing.question != FF_ASK_NONE;
}

int ui_wait(const struct ui *ui, int frame_ms)
{
	int wait = -1;

	if (mixer_moves(ui))
		return frame_ms;
	if (ui_counts(ui))
		wait = 1000;
	if (ui->toast[0]) {
		int64_t left = (int64_t)(ui->toast_until_ms - ui->now_ms);

		if (left < 0)
			left = 0;
		if (ui->now_ms < ui->settled_ms &&
		    left > (int64_t)(ui->settled_ms - ui->now_ms))
			left = (int64_t)(ui->settled_ms - ui->now_ms);
		if (wait < 0 || left < wait)
			wait = (int)left;
	}
	return wait;
}

int ui_submit(struct ui *ui, const struct ff_command *command)
{
	int r = ui->submit(ui->submit_arg, command);

	if (r == -EAGAIN)
		ui_say(ui, SAY_ERROR, "busy: try that again in a moment");
	else if (r < 0)
		ui_say(ui, SAY_ERROR, "refused: %s", strerror(-r));
	return r;
}

void ui_say(struct ui *ui, enum ui_tone tone, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ui->toast, sizeof(ui->toast), format, args);
	va_end(args);
	ui->tone = tone;
	ui->settled_ms = 0;
	ui->toast_pane = (int)ui->pane;
	ui->toast_time_ms = ui->snap.time_ms;
	ui->toast_until_ms = ui->now_ms + (tone == SAY_FINE ? UI_TOAST_MS : UI_TOAST_BAD_MS);
}

void ui_await(struct ui *ui)
{
	ui->settled_ms = ui->now_ms + UI_SETTLE_MS;
}

void ui_ask(struct ui *ui, ui_answer_fn yes, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ui->ask, sizeof(ui->ask), format, args);
	va_end(args);
	ui->ask_yes = yes;
}

const struct ff_speaker *ui_speaker(const struct ui *ui, uint32_t id)
{
	for (uint32_t i = 0; i < ui->snap.speakers_n; i++)
		if (ui->snap.speakers[i].id == id)
			return &ui->snap.speakers[i];
	return NULL;
}
