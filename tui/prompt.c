/* SPDX-License-Identifier: MIT */
/* prompt - see prompt.h. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/keys.h"
#include "tui/text.h"
#include "tui/ui.h"

#define CTRL(letter) ((letter) - '@')

void prompt_open(struct prompt *p, prompt_fn done, const char *text, const char *label)
{
	*p = (struct prompt){ .open = true, .done = done, .offer = -1 };
	text_copy(p->text, sizeof(p->text), text);
	text_copy(p->label, sizeof(p->label), label);
	p->at = strlen(p->text);
}

static void prompt_set(struct prompt *p, const char *text)
{
	text_copy(p->text, sizeof(p->text), text);
	p->at = strlen(p->text);
}

/* Where the character before the cursor begins. */
static size_t prompt_before(const struct prompt *p)
{
	size_t at = p->at;

	while (at > 0 && ((unsigned char)p->text[--at] & 0xC0) == 0x80)
		;
	return at;
}

static size_t prompt_after(const struct prompt *p)
{
	uint32_t ch;

	return p->text[p->at] ? p->at + text_decode(p->text + p->at, &ch) : p->at;
}

/* Take out what stands from one byte to another; the cursor stays there. */
static void prompt_cut(struct prompt *p, size_t from, size_t to)
{
	memmove(p->text + from, p->text + to, strlen(p->text + to) + 1);
	p->at = from;
}

static void prompt_insert(struct prompt *p, uint32_t ch)
{
	char utf8[4];
	size_t n = text_encode(ch, utf8), used = strlen(p->text);

	if (used + n + 1 > sizeof(p->text))
		return;
	memmove(p->text + p->at + n, p->text + p->at, used - p->at + 1);
	memcpy(p->text + p->at, utf8, n);
	p->at += n;
}

static void prompt_cut_word(struct prompt *p)
{
	size_t at = p->at;

	while (at > 0 && p->text[at - 1] == ' ')
		at--;
	while (at > 0 && p->text[at - 1] != ' ')
		at--;
	prompt_cut(p, at, p->at);
}

/* What fits the stem; *ret_from receives where it would stand. */
static void prompt_offers(const struct ui *ui, const char *stem, struct choices *ret,
			  size_t *ret_from)
{
	int kept = 0;

	ret->n = 0;
	*ret_from = 0;
	if (!ui->prompt.complete)
		return;
	ui->prompt.complete(ui, stem, ret, ret_from);
	for (int i = 0; i < ret->n; i++)
		if (strncasecmp(ret->text[i], stem + *ret_from, strlen(stem + *ret_from)) == 0)
			memmove(ret->text[kept++], ret->text[i], FF_NAME_MAX);
	ret->n = kept;
}

/* Bytes that all offers begin with alike. */
static size_t prompt_common(const struct choices *c)
{
	size_t n = c->n > 0 ? strlen(c->text[0]) : 0;

	for (int i = 1; i < c->n; i++) {
		size_t same = 0;

		while (same < n && c->text[i][same] == c->text[0][same])
			same++;
		n = same;
	}
	while (n > 0 && ((unsigned char)c->text[0][n] & 0xC0) == 0x80)
		n--;
	return n;
}

/* Tab first goes as far as all agree, then through the offers one by one. */
static void prompt_tab(struct ui *ui, int by)
{
	struct prompt *p = &ui->prompt;
	struct choices c;
	size_t from, common;
	char line[FF_PATH_MAX + FF_NAME_MAX];

	if (!p->offers)
		snprintf(p->stem, sizeof(p->stem), "%.*s", (int)p->at, p->text);
	prompt_offers(ui, p->stem, &c, &from);
	if (c.n == 0)
		return;
	common = prompt_common(&c);
	if (!p->offers && c.n > 1 && common > strlen(p->stem + from)) {
		snprintf(line, sizeof(line), "%.*s%.*s", (int)from, p->stem, (int)common,
			 c.text[0]);
		prompt_set(p, line);
		return;
	}
	if (c.n > 1) {
		p->offer = p->offers ? (p->offer + by + c.n) % c.n : by > 0 ? 0 : c.n - 1;
		p->offers = true;
	}
	snprintf(line, sizeof(line), "%.*s%s%s", (int)from, p->stem,
		 c.text[c.n > 1 ? p->offer : 0], c.n > 1 ? "" : " ");
	prompt_set(p, line);
}

static void prompt_recall(struct prompt *p, int by)
{
	if (!p->past)
		return;
	p->past_at += by;
	if (p->past_at < 0)
		p->past_at = 0;
	if (p->past_at > p->past->n)
		p->past_at = p->past->n;
	prompt_set(p, p->past_at < p->past->n ? p->past->line[p->past_at] : "");
}

static void prompt_remember(struct prompt_past *past, const char *text)
{
	if (!*text || (past->n > 0 && strcmp(past->line[past->n - 1], text) == 0))
		return;
	if (past->n == PROMPT_PAST)
		memmove(past->line, past->line + 1, sizeof(past->line[0]) * (size_t)--past->n);
	text_copy(past->line[past->n++], sizeof(past->line[0]), text);
}

/* A key that edits the line or moves in it. */
static void prompt_edit(struct prompt *p, uint32_t key)
{
	switch (key) {
	case KEYS_BACKSPACE:
		prompt_cut(p, prompt_before(p), p->at);
		break;
	case KEYS_DELETE:
		prompt_cut(p, p->at, prompt_after(p));
		break;
	case KEYS_LEFT:
		p->at = prompt_before(p);
		break;
	case KEYS_RIGHT:
		p->at = prompt_after(p);
		break;
	case KEYS_HOME:
	case CTRL('A'):
		p->at = 0;
		break;
	case KEYS_END:
	case CTRL('E'):
		p->at = strlen(p->text);
		break;
	case CTRL('U'):
		prompt_cut(p, 0, p->at);
		break;
	case CTRL('K'):
		p->text[p->at] = '\0';
		break;
	case CTRL('W'):
		prompt_cut_word(p);
		break;
	default:
		if (key < KEYS_UP && text_width_of(key) > 0)
			prompt_insert(p, key);
	}
}

void prompt_key(struct ui *ui, uint32_t key)
{
	struct prompt *p = &ui->prompt;
	struct prompt was;

	switch (key) {
	case KEYS_ENTER:
		was = *p;
		p->open = false;
		if (was.past)
			prompt_remember(was.past, was.text);
		was.done(ui, was.text);
		return;
	case KEYS_ESC:
	case CTRL('C'):
		was = *p;
		p->open = false;
		if (was.cancelled)
			was.cancelled(ui, was.text);
		return;
	case KEYS_TAB:
		prompt_tab(ui, 1);
		break;
	case KEYS_BACKTAB:
		prompt_tab(ui, -1);
		break;
	case KEYS_UP:
		prompt_recall(p, -1);
		break;
	case KEYS_DOWN:
		prompt_recall(p, 1);
		break;
	default:
		prompt_edit(p, key);
		p->offers = false;
		p->offer = -1;
	}
	if (p->changed)
		p->changed(ui, p->text);
}

/* What Tab offers, on one line, the one taken in sight. */
static void prompt_draw_offers(const struct ui *ui, struct cells *c, int row, int col,
			       int width)
{
	const struct prompt *p = &ui->prompt;
	struct choices offers;
	size_t from;
	int end = col + width, first;

	if (!p->offers)
		return;
	prompt_offers(ui, p->stem, &offers, &from);
	cells_fill(c, row, 0, c->cols, ' ', STYLE_TEXT);
	first = p->offer;
	for (int used = 0; first > 0; first--) {
		used += text_width(offers.text[first]) + 2;
		if (used + text_width(offers.text[first - 1]) > width)
			break;
	}
	for (int i = first < 0 ? 0 : first; i < offers.n && col < end; i++)
		col += cells_text(c, row, col, end - col,
				  i == p->offer ? STYLE_SELECT : STYLE_DIM, offers.text[i]) +
		       2;
}

void prompt_draw(const struct ui *ui, struct cells *c, int row, int col, int width)
{
	const struct prompt *p = &ui->prompt;
	/* what is typed has the better right to a narrow line */
	int used = width < 12 ? 0 : cells_text(c, row, col, width - 10, STYLE_STRONG, p->label);
	char head[FF_PATH_MAX];
	const char *from = head;
	int room = width - used - 2;

	if (row > 0)
		prompt_draw_offers(ui, c, row - 1, col, width);
	used += cells_text(c, row, col + used, 1, STYLE_STRONG, " ");
	snprintf(head, sizeof(head), "%.*s", (int)p->at, p->text);
	while (text_width(from) > room && *from) { /* the cursor stays in sight */
		uint32_t ch;

		from += text_decode(from, &ch);
	}
	used += cells_text(c, row, col + used, width - used - 1, STYLE_INPUT, from);
	cells_fill(c, row, col + used, 1, ' ', STYLE_INPUT);
	if (p->text[p->at])
		cells_text(c, row, col + used, width - used, STYLE_INPUT, p->text + p->at);
	cells_cursor(c, row, col + used);
}
