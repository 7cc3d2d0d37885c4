/* SPDX-License-Identifier: MIT */
/*
 * draw - the frame around the panes: header, tabs, notice, footer, and where
 * each pane goes. A small window drops what it can do without, never more.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/scope.h"
#include "tui/draw.h"
#include "tui/guide.h"
#include "tui/keymap.h"
#include "tui/keys.h"
#include "tui/pane.h"
#include "tui/text.h"

#define DRAW_ALL_COLS 120 /* from this size on all panes are seen at once */
#define DRAW_ALL_ROWS 32
#define DRAW_SKEW_US  200.0f /* more than may be between any two kinds of outputs */

void draw_rule(struct cells *c, struct rect r, const char *title, bool front)
{
	/* not into the last column: libvterm wraps after a character repeated up to there */
	for (int i = 0; i < r.cols - 1; i++)
		cells_glyph(c, r.row, r.col + i, 0x2500, '-', STYLE_DIM);
	if (r.cols > 6)
		cells_format(c, r.row, r.col + 1, r.cols - 2,
			     front ? STYLE_TAB_ON : STYLE_TITLE, " %s ", title);
}

/* Bytes of text that fit width columns, broken at a blank where there is one. */
static size_t draw_break(const char *text, int width)
{
	size_t at = 0, blank = 0;
	int used = 0;

	while (text[at]) {
		uint32_t ch;
		size_t n = text_decode(text + at, &ch);
		int w = text_width_of(ch);

		if (used + (w > 0 ? w : 0) > width && at > 0)
			return blank ? blank : at;
		if (ch == ' ')
			blank = at;
		used += w > 0 ? w : 0;
		at += n;
	}
	return at;
}

int draw_wrapped(const char *text, int width)
{
	int rows = 0;

	for (; *text; rows++) {
		text += draw_break(text, width);
		text += *text == ' ';
	}
	return rows;
}

int draw_wrap(struct cells *c, struct rect r, enum style style, const char *text)
{
	int row = 0;

	for (; *text && row < r.rows; row++) {
		size_t n = draw_break(text, r.cols);
		char line[FF_TEXT_MAX * 2];

		/* the last row shows by its cut that there is more */
		if (row == r.rows - 1)
			n = strlen(text);
		snprintf(line, sizeof(line), "%.*s", (int)n, text);
		cells_text(c, r.row + row, r.col, r.cols, style, line);
		text += n + (text[n] == ' ');
	}
	return row;
}

void draw_signal(struct cells *c, int row, int col, int dbm)
{
	int bars = dbm >= -60 ? 3 : dbm >= -75 ? 2 : 1;

	for (int i = 0; i < bars; i++)
		cells_glyph(c, row, col + i, (uint32_t)(0x2582 + 2 * i), "123"[i],
			    bars == 1 ? STYLE_WARN : STYLE_GOOD);
}

void draw_time(int64_t ms, char *ret, size_t size)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	if (!localtime_r(&t, &tm) || strftime(ret, size, "%H:%M:%S", &tm) == 0)
		snprintf(ret, size, "--:--:--");
}

struct piece {
	char text[96];
	int weight; /* the lightest is dropped first; 0 = not there */
	enum style style;
	const char *less; /* before it is dropped, this instead of all of it; NULL = nothing */
	int less_weight;
};

static void draw_up_count(const struct ui *ui, struct piece *p)
{
	const struct ff_snapshot *s = &ui->snap;
	uint32_t up = 0;

	for (uint32_t i = 0; i < s->speakers_n; i++)
		up += s->speakers[i].state == FF_PLAYING;
	if (s->speakers_n)
		snprintf(p->text, sizeof(p->text), "%u/%u up", up, s->speakers_n);
	else
		snprintf(p->text, sizeof(p->text), "no speaker");
	p->style = up < s->speakers_n ? STYLE_WARN : STYLE_HEADER;
}

static void draw_adapters(const struct ui *ui, struct piece *p)
{
	const struct ff_snapshot *s = &ui->snap;
	size_t used = 0;

	for (uint32_t i = 0; i < s->adapters_n && used < sizeof(p->text); i++) {
		const struct ff_adapter *a = &s->adapters[i];
		int n = 0;

		if (a->scanning)
			n = snprintf(p->text + used, sizeof(p->text) - used, "%s%s scan %us",
				     i ? " " : "", a->name, (a->scan_left_ms + 999) / 1000);
		else if (!a->powered)
			n = snprintf(p->text + used, sizeof(p->text) - used, "%s%s off",
				     i ? " " : "", a->name);
		else if (a->streams > 0)
			n = snprintf(p->text + used, sizeof(p->text) - used, "%s%s air %.0f%%",
				     i ? " " : "", a->name, (double)a->air * 100);
		else
			n = snprintf(p->text + used, sizeof(p->text) - used, "%s%s",
				     i ? " " : "", a->name);
		used += (size_t)(n > 0 ? n : 0);
	}
	if (s->adapters_n == 0 && !s->simulated)
		snprintf(p->text, sizeof(p->text), "no adapter");
}

enum {
	HEAD_APP,
	HEAD_SIMULATED,
	HEAD_MUTED,
	HEAD_SOURCE,
	HEAD_PROFILE,
	HEAD_ADAPTERS,
	HEAD_UP,
	HEADS
};

static void draw_header(const struct ui *ui, struct cells *c)
{
	const struct ff_snapshot *s = &ui->snap;
	struct piece p[HEADS] = {
		[HEAD_APP] = { .weight = 2, .style = STYLE_HEADER },
		[HEAD_SIMULATED] = { .weight = 6, .style = STYLE_HEADER_HOT },
		[HEAD_MUTED] = { .weight = 6, .style = STYLE_HEADER_HOT },
		[HEAD_SOURCE] = { .weight = 4, .style = STYLE_TEXT },
		[HEAD_PROFILE] = { .weight = 3, .style = STYLE_HEADER },
		[HEAD_ADAPTERS] = { .weight = 1, .style = STYLE_TEXT },
		[HEAD_UP] = { .weight = 5, .style = STYLE_HEADER },
	};
	int need, col = c->cols > 40 ? 1 : 0, gap;

	snprintf(p[HEAD_APP].text, sizeof(p[0].text), "fanfare%s%.40s%s",
		 ui->host[0] ? "@" : "", ui->host,
		 !s->attached ? ""
		 : s->lost    ? " (attached: gone)"
			      : " (attached)");
	if (s->lost) {
		p[HEAD_APP].weight = 7;
		p[HEAD_APP].style = STYLE_HEADER_HOT;
	} else if (s->attached) {
		p[HEAD_APP].less = "(attached)";
		p[HEAD_APP].less_weight = 5;
	}
	if (s->simulated)
		text_copy(p[HEAD_SIMULATED].text, sizeof(p[0].text),
			  c->cols >= 90 ? " SIMULATED SPEAKERS " : " SIMULATED ");
	if (s->muted_all) /* only the mixer's rows tell else why nothing is heard */
		text_copy(p[HEAD_MUTED].text, sizeof(p[0].text), " MUTED ");
	text_copy(p[HEAD_SOURCE].text, sizeof(p[0].text), ui->mixer.source);
	if (s->profile[0])
		snprintf(p[HEAD_PROFILE].text, sizeof(p[0].text), "profile %s%s", s->profile,
			 s->modified ? "*" : "");
	draw_adapters(ui, &p[HEAD_ADAPTERS]);
	draw_up_count(ui, &p[HEAD_UP]);

	for (;;) {
		int lightest = -1, n = 0;

		need = col;
		for (int i = 0; i < HEADS; i++) {
			if (p[i].weight == 0 || !p[i].text[0])
				continue;
			n++;
			need += text_width(p[i].text) + (i == HEAD_SOURCE ? 2 : 0);
			if (lightest < 0 || p[i].weight < p[lightest].weight)
				lightest = i;
		}
		gap = n > 1 ? (c->cols - col - need) / (n - 1) : 0;
		if (gap >= 2 || n <= 1 || (gap >= 1 && c->cols < 60))
			break;
		p[lightest].weight = p[lightest].less_weight;
		if (p[lightest].less)
			text_copy(p[lightest].text, sizeof(p[0].text), p[lightest].less);
		p[lightest].less_weight = 0;
	}
	if (gap > 3)
		gap = 3;
	for (int i = 0; i < HEADS; i++) {
		if (p[i].weight == 0 || !p[i].text[0])
			continue;
		if (i == HEAD_UP && c->cols - 1 - text_width(p[i].text) > col)
			col = c->cols - 1 - text_width(p[i].text);
		if (i == HEAD_SOURCE) {
			bool plays = s->sources_n > 0 && s->sources[0].state == FF_PLAYING;

			cells_glyph(c, 0, col, plays ? 0x25B6 : 0x25CB, plays ? '>' : 'o',
				    plays ? STYLE_GOOD : STYLE_WARN);
			col += 2;
		}
		col += cells_text(c, 0, col, c->cols - col, p[i].style, p[i].text) + gap;
	}
}

static bool draw_has_tabs(const struct cells *c)
{
	return c->rows >= 12 && c->cols >= 40;
}

static void draw_tabs(const struct ui *ui, struct cells *c, int row)
{
	int col = 1;

	for (int i = 0; i < PANE_COUNT; i++) {
		enum style style = i == (int)ui->pane ? STYLE_TAB_ON : STYLE_TAB;
		int from = col;

		col += cells_format(c, row, col, c->cols - col, style,
				    ui->filter[i][0] ? " %s /%s " : " %s ",
				    pane_kind((enum pane)i)->tab, ui->filter[i]);
		cells_hit(c, (struct rect){ row, from, 1, col - from }, HIT_PANE, i, 0);
	}
	if (col + 24 < c->cols && isfinite(ui->snap.skew_us))
		cells_format(c, row, c->cols - 24, 14,
			     ui->snap.skew_us > DRAW_SKEW_US ? STYLE_WARN : STYLE_TAB,
			     "%6.0f µs skew", (double)ui->snap.skew_us);
	if (col + 10 < c->cols) {
		cells_text(c, row, c->cols - 8, 1, STYLE_KEY, "?");
		cells_text(c, row, c->cols - 6, 5, STYLE_TAB, "help");
		cells_hit(c, (struct rect){ row, c->cols - 8, 1, 7 }, HIT_KEY, 0, '?');
	}
}

/* The first name in keys. */
static void draw_first_key(const char *keys, char *ret, size_t size)
{
	keys += strspn(keys, " ");
	snprintf(ret, size, "%.*s", (int)strcspn(keys, " "), keys);
}

/*
 * One hint of the footer, "glyphs|plain|word": its width, drawn if there is
 * room. own = the keys that a key file gave the action, NULL = those it came
 * with. A click on it is the key.
 */
static int draw_hint(struct cells *c, int row, int col, int room, const char *hint,
		     const char *keys, bool own)
{
	char rich[16], plain[16], word[24], first[16];
	int width, from = col;

	draw_first_key(keys, first, sizeof(first));
	if (!*first || sscanf(hint, "%15[^|]|%15[^|]|%23[^|]", rich, plain, word) != 3)
		return 0;
	if (own)
		text_copy(rich, sizeof(rich), first);
	else if (c->glyphs != GLYPHS_FULL)
		text_copy(rich, sizeof(rich), plain);
	width = text_width(rich) + 1 + text_width(word);
	if (width > room)
		return 0;
	col += cells_text(c, row, col, room, STYLE_KEY, rich);
	cells_text(c, row, col + 1, room, STYLE_FOOTER, word);
	cells_hit(c, (struct rect){ row, from, 1, width }, HIT_KEY, 0, (int)keys_named(first));
	return width + 2;
}

/* Leaving and help are always there, where anything is; help not where the tabs have it. */
static int draw_last_hints(struct cells *c, int row, int col)
{
	static const struct {
		const char *action, *hint;
	} last[] = { { "leave", "q|q|leave" }, { "help", "?|?|help" } };
	int end = c->cols;
	struct keymap_row k;

	for (size_t i = 0; i < ARRAY_SIZE(last) && (i == 0 || c->cols < 60); i++) {
		int width = text_width(last[i].hint) - 3 + 1;
		bool found = false;

		for (size_t n = 0; !found && keymap_row(n, &k); n++)
			found = k.pane == KEYMAP_ALL &&
				strcmp(k.binding->name, last[i].action) == 0;
		if (!found || end - width < col)
			break;
		draw_hint(c, row, end - width - (c->cols > 40), width, last[i].hint, k.keys,
			  k.keys != k.binding->keys);
		end -= width + 2 + (c->cols > 40 && i == 0);
	}
	return end;
}

static void draw_footer(const struct ui *ui, struct cells *c, int row)
{
	struct keymap_row k;
	int col = c->cols > 40 ? 1 : 0, end = draw_last_hints(c, row, col);
	const char *filter = ui->filter[ui->pane];

	if (*filter && !draw_has_tabs(c)) /* they show it otherwise */
		col += cells_format(c, row, col, end - col, STYLE_TAB_ON, "/%s", filter) + 2;
	for (size_t i = 0; keymap_row(i, &k); i++)
		if (k.binding->hint && k.pane == (int)ui->pane)
			col += draw_hint(c, row, col, end - col, k.binding->hint, k.keys,
					 k.keys != k.binding->keys);
}

/* A message; one too long for its row takes the row above as well, if that may be. */
static void draw_message(struct cells *c, int row, enum style mark, uint32_t glyph, char plain,
			 enum style style, const char *text)
{
	int col = c->cols > 40 ? 1 : 0, indent = glyph ? 2 : 0;
	int rows = c->rows >= 12 && draw_wrapped(text, c->cols - col - indent - 1) > 1 ? 2 : 1;

	row -= rows - 1;
	for (int i = 0; i < rows; i++)
		cells_fill(c, row + i, 0, c->cols, ' ', STYLE_TEXT);
	if (glyph)
		cells_glyph(c, row, col, glyph, plain, mark);
	draw_wrap(c, (struct rect){ row, col + indent, rows, c->cols - col - indent - 1 },
		  style, text);
}

static void draw_toast(const struct ui *ui, struct cells *c, int row)
{
	static const struct {
		uint32_t rich;
		char plain;
		enum style mark, text;
	} tones[] = {
		[SAY_FINE] = { 0x2713, '*', STYLE_GOOD, STYLE_TEXT },
		[SAY_WARNING] = { '!', '!', STYLE_WARN, STYLE_WARN },
		[SAY_ERROR] = { 0x2717, '!', STYLE_BAD, STYLE_BAD },
	};

	if (ui->tone == SAY_FINE && ui->now_ms < ui->settled_ms)
		draw_message(c, row, STYLE_TEXT, 0x2026, '.', STYLE_TEXT, ui->toast);
	else
		draw_message(c, row, tones[ui->tone].mark, tones[ui->tone].rich,
			     tones[ui->tone].plain, tones[ui->tone].text, ui->toast);
}

/* The first source that does not play and says why; NULL = all is well. */
static const struct ff_source *draw_mute_source(const struct ff_snapshot *s)
{
	for (uint32_t i = 0; i < s->sources_n; i++)
		if (s->sources[i].state != FF_PLAYING && s->sources[i].reason[0])
			return &s->sources[i];
	return NULL;
}

/* What is asked, typed or said, else what the core wants known. */
static void draw_line(const struct ui *ui, struct cells *c, int row)
{
	const struct ff_source *mute = draw_mute_source(&ui->snap);
	int col = c->cols > 40 ? 1 : 0, width = c->cols - col;
	char text[FF_TEXT_MAX + FF_NAME_MAX + 4];

	if (ui->ask[0]) {
		col += cells_text(c, row, col, width - 5, STYLE_NOTICE, ui->ask);
		col += cells_text(c, row, col, c->cols - col, STYLE_KEY, " y/N ");
		cells_hit(c, (struct rect){ row, col - 5, 1, 2 }, HIT_KEY, 0, 'y');
		cells_hit(c, (struct rect){ row, col - 3, 1, 2 }, HIT_KEY, 0, 'n');
		cells_cursor(c, row, col < c->cols ? col : c->cols - 1);
	} else if (ui->prompt.open && !pairing_types(ui)) {
		prompt_draw(ui, c, row, col, width);
	} else if (ui->toast[0]) {
		draw_toast(ui, c, row);
	} else if (ui->snap.muted_all) {
		cells_text(c, row, col, width, STYLE_MUTE,
			   " everything is muted: M lets it sound ");
	} else if (ui->snap.notice[0]) {
		draw_message(c, row, STYLE_NOTICE, 0, ' ', STYLE_NOTICE, ui->snap.notice);
	} else if (mute) {
		snprintf(text, sizeof(text), "%s: %s", mute->name[0] ? mute->name : mute->type,
			 mute->reason);
		draw_message(c, row, STYLE_NOTICE, 0, ' ', STYLE_NOTICE, text);
	} else if (ui->pane != PANE_PROFILES && guide_next(ui)) { /* that pane says it above */
		cells_text(c, row, col, width, STYLE_STRONG, guide_next(ui));
	}
}

static void draw_pane(const struct ui *ui, struct cells *c, enum pane pane, struct rect r)
{
	cells_hit(c, r, HIT_PANE, (int)pane, 0);
	pane_kind(pane)->draw(ui, c, r, ui->pane == pane);
}

/* The mixer over the whole width, the three others side by side under it, then the log. */
static void draw_all_panes(const struct ui *ui, struct cells *c, struct rect r)
{
	int mixer = pane_mixer_rows(ui, r.cols), lower = (int)ui->devices.order_n + 3, log = 4;
	int third = r.cols / 3;

	if (lower < ui->profiles.rows + 2)
		lower = ui->profiles.rows + 2;
	lower = lower < 8 ? 8 : lower > 16 ? 16 : lower;
	if (mixer > r.rows - log - 8)
		mixer = r.rows - log - 8;
	if (lower > r.rows - mixer - log)
		lower = r.rows - mixer - log;
	log = r.rows - mixer - lower;
	draw_pane(ui, c, PANE_MIXER, (struct rect){ r.row, r.col, mixer, r.cols });
	r.row += mixer;
	draw_pane(ui, c, PANE_DEVICES, (struct rect){ r.row, r.col, lower, third });
	draw_pane(ui, c, PANE_ALIGN, (struct rect){ r.row, r.col + third, lower, third });
	draw_pane(ui, c, PANE_PROFILES,
		  (struct rect){ r.row, r.col + 2 * third, lower, r.cols - 2 * third });
	pane_log_draw(ui, c, (struct rect){ r.row + lower, r.col, log, r.cols });
}

void ui_draw(const struct ui *ui, struct cells *c)
{
	bool tabs = draw_has_tabs(c);
	bool footer = c->rows >= 4, busy = ui->ask[0] || ui->prompt.open;
	bool line =
		c->rows >= 8 && (busy || ui->toast[0] || ui->snap.muted_all || c->rows >= 20);
	struct rect r = { .row = 1 + tabs, .cols = c->cols };

	cells_blank(c);
	draw_header(ui, c);
	if (tabs)
		draw_tabs(ui, c, 1);
	/* in a low window what is asked takes the footer's place */
	if (footer && (line || !(busy || ui->toast[0])))
		draw_footer(ui, c, c->rows - 1);
	r.rows = c->rows - r.row - footer - line;
	if (!ui->first)
		cells_text(c, r.row, 1, c->cols - 1, STYLE_DIM, "starting");
	else if (c->cols >= DRAW_ALL_COLS && c->rows >= DRAW_ALL_ROWS && !ui->full)
		draw_all_panes(ui, c, r);
	else
		draw_pane(ui, c, ui->pane, r);
	/* over what is there: a long message takes a row of the pane for its time */
	if (line)
		draw_line(ui, c, c->rows - 2);
	else if (busy || ui->toast[0])
		draw_line(ui, c, c->rows - 1);
	if (ui->log.open)
		log_draw(ui, c);
	if (ui->help.open)
		help_draw(ui, c);
	if (ui->picker.open)
		picker_draw(ui, c);
	if (pairing_open(ui))
		pairing_draw(ui, c);
}
