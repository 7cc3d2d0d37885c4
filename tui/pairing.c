/* SPDX-License-Identifier: MIT */
/* pairing - see pairing.h. */
#include <stdio.h>
#include <string.h>

#include "tui/keys.h"
#include "tui/pairing.h"
#include "tui/text.h"
#include "tui/ui.h"
#include "tui/words.h"

#define PAIRING_PIN_MAX	    16	 /* bytes */
#define PAIRING_PASSKEY_MAX 6	 /* digits */
#define PAIRING_LATE_MS	    1500 /* a question that went with less left ran out of time */

static bool pairing_is_typed(const struct ff_pairing *p)
{
	return p->question == FF_ASK_PASSKEY || p->question == FF_ASK_PIN;
}

static void pairing_answer(struct ui *ui, uint32_t cookie, bool yes, const char *text)
{
	struct ff_command c = { .verb = FF_PAIR_REPLY, .id = cookie, .flag = yes };

	text_copy(c.text, sizeof(c.text), text);
	ui->devices.pairing.answered = cookie;
	ui_submit(ui, &c);
}

static void pairing_refuse(struct ui *ui, const char *unused)
{
	(void)unused;
	pairing_answer(ui, ui->devices.pairing.asked, false, "");
}

static void pairing_typed(struct ui *ui, const char *text);

static void pairing_ask(struct ui *ui, const char *text)
{
	prompt_open(&ui->prompt, pairing_typed, text,
		    ui->snap.pairing.question == FF_ASK_PIN ? "PIN:" : "Passkey:");
	ui->prompt.cancelled = pairing_refuse;
}

/* What cannot be right is not sent: the far side would end the pairing over it. */
static void pairing_typed(struct ui *ui, const char *text)
{
	bool pin = ui->snap.pairing.question == FF_ASK_PIN;
	size_t n = strlen(text), most = pin ? PAIRING_PIN_MAX : PAIRING_PASSKEY_MAX;

	if (n > 0 && n <= most && (pin || strspn(text, "0123456789") == n)) {
		pairing_answer(ui, ui->devices.pairing.asked, true, text);
		return;
	}
	ui_say(ui, SAY_ERROR,
	       pin ? "a PIN has 1 to 16 characters" : "a passkey has 6 digits at most");
	pairing_ask(ui, text);
}

/* The question left the screen: why, unless a person here answered it. */
static void pairing_over(struct ui *ui, const struct ff_pairing *p)
{
	const char *name = words_name(p->name, p->address);

	if (ui->prompt.open && pairing_types(ui))
		ui->prompt.open = false;
	if (p->cookie == ui->devices.pairing.answered)
		return;
	if (p->left_ms < PAIRING_LATE_MS)
		ui_say(ui, SAY_WARNING, "%s: nobody answered in time, so it was not paired",
		       name);
	else if (p->question != FF_SHOW_PASSKEY && p->question != FF_SHOW_PIN)
		ui_say(ui, SAY_WARNING, "%s no longer waits for an answer", name);
	ui->toast_pane = -1; /* the window was over every pane */
}

void pairing_update(struct ui *ui)
{
	struct pairing *v = &ui->devices.pairing;
	const struct ff_pairing *p = &ui->snap.pairing;

	if (v->shown.question != FF_ASK_NONE &&
	    (p->question == FF_ASK_NONE || p->cookie != v->shown.cookie)) {
		struct ff_pairing gone = v->shown;

		v->shown.question = FF_ASK_NONE;
		pairing_over(ui, &gone);
	}
	if (p->question == FF_ASK_NONE) /* a core that begins anew counts from one again */
		v->answered = v->asked = 0;
	if (!pairing_open(ui))
		return;
	v->shown = *p;
	if (pairing_is_typed(p) && v->asked != p->cookie) {
		v->asked = p->cookie;
		pairing_ask(ui, "");
	}
}

bool pairing_types(const struct ui *ui)
{
	return ui->prompt.open && ui->prompt.done == pairing_typed;
}

bool pairing_open(const struct ui *ui)
{
	const struct ff_pairing *p = &ui->snap.pairing;

	if (p->question == FF_ASK_NONE || p->cookie == ui->devices.pairing.answered)
		return false;
	return !ui->ask[0] && (!ui->prompt.open || pairing_types(ui));
}

void pairing_key(struct ui *ui, uint32_t key)
{
	const struct ff_pairing *p = &ui->snap.pairing;

	if (key == KEYS_ESC || key == 'n' || key == 'N')
		pairing_answer(ui, p->cookie, false, "");
	else if (p->question == FF_ASK_CONFIRM &&
		 (key == 'y' || key == 'Y' || key == KEYS_ENTER))
		pairing_answer(ui, p->cookie, true, "");
}

/* ---- the window -----------------------------------------------------------------------------
 */

static const char *pairing_what(const struct ff_pairing *p)
{
	switch (p->question) {
	case FF_ASK_CONFIRM:
		return p->code[0] ? "Does it show this number?" : "It asks to be paired.";
	case FF_ASK_PASSKEY:
		return "Type the six digits that it shows.";
	case FF_ASK_PIN:
		return "Type its PIN (often 0000 or 1234).";
	case FF_SHOW_PASSKEY:
	case FF_SHOW_PIN:
		return "Type this on it, and Enter there:";
	case FF_ASK_NONE:
		break;
	}
	return "";
}

static const char *pairing_keys(const struct ff_pairing *p)
{
	if (p->question == FF_ASK_CONFIRM)
		return "y yes  n no";
	return pairing_is_typed(p) ? "Enter sends  Esc refuses" : "Esc refuses";
}

void pairing_draw(const struct ui *ui, struct cells *c)
{
	const struct ff_pairing *p = &ui->snap.pairing;
	int width = c->cols < 56 ? c->cols : 56,
	    rows = p->code[0] || pairing_is_typed(p) ? 4 : 3;
	bool framed = c->rows >= rows + 4;
	struct rect r = { framed ? (c->rows - rows - 2) / 3 : 0, (c->cols - width) / 2,
			  framed ? rows + 2 : c->rows, width };
	int row = r.row + framed, col = r.col + (framed ? 2 : 0),
	    inner = width - (framed ? 4 : 0);

	if (framed)
		cells_frame(c, r, STYLE_DIALOG, "Pairing");
	else
		for (int i = 0; i < r.rows; i++)
			cells_fill(c, i, 0, c->cols, ' ', STYLE_DIALOG);
	cells_text(c, row, col, inner, STYLE_STRONG, words_name(p->name, p->address));
	if (p->left_ms)
		cells_format(c, row, r.col + width - (framed ? 13 : 11), 11, STYLE_DIALOG,
			     "%4u s left", (p->left_ms + 999) / 1000);
	cells_text(c, ++row, col, inner, STYLE_DIALOG, pairing_what(p));
	if (p->code[0])
		cells_format(c, ++row, col, inner, STYLE_DIALOG_HOT, " %s ", p->code);
	else if (pairing_is_typed(p))
		row++; /* for the line */
	cells_text(c, row + 1, col, inner, STYLE_KEY, pairing_keys(p));
	if (pairing_types(ui))
		prompt_draw(ui, c, row, col, inner);
	else
		cells_cursor(c, row + 1, col);
}
