/* SPDX-License-Identifier: MIT */
/* theme - see theme.h. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/scope.h"
#include "tui/theme.h"

#define THEME_LINE_MAX 256 /* bytes of one line, its end included */

static const char *const theme_words[STYLE_COUNT] = {
#define X(name, word, letter) [STYLE_##name] = word,
	STYLES(X)
#undef X
};

static const char *const theme_colors[] = { "black", "red",	"green", "yellow",
					    "blue",  "magenta", "cyan",	 "white" };

/*
 * Nobody has said how bright the ground is: letters have its own colour, or
 * one that black and white both let see; green and cyan only where a dot or a
 * bar says the same.
 */
static const char theme_base_text[] = "dim = default dim\n"
				      "strong = default bold\n"
				      "header = default bold\n"
				      "header-hot = default bold reverse\n"
				      "tab = default\n"
				      "tab-on = default bold reverse\n"
				      "title = default bold\n"
				      "select = default bold reverse\n"
				      "good = green\n"
				      "warn = magenta bold\n"
				      "bad = red bold\n"
				      "meter-low = green\n"
				      "meter-mid = yellow\n"
				      "meter-high = red\n"
				      "meter-hold = default\n"
				      "fader = cyan\n"
				      "mute = white on red bold\n"
				      "solo = black on cyan bold\n"
				      "key = default bold\n"
				      "footer = default\n"
				      "notice = magenta bold\n"
				      "dialog = default\n"
				      "dialog-hot = default bold reverse\n"
				      "input = default underline\n";

/* A number of the 256, or a name; false = neither. */
static bool theme_color(const char *word, int16_t *ret)
{
	bool bright = strncmp(word, "bright-", 7) == 0;
	char *end;
	long n;

	if (strcmp(word, "default") == 0) {
		*ret = -1;
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(theme_colors); i++) {
		if (strcmp(word + (bright ? 7 : 0), theme_colors[i]) == 0) {
			*ret = (int16_t)(i + (bright ? 8 : 0));
			return true;
		}
	}
	n = strtol(word, &end, 10);
	if (!isdigit((unsigned char)*word) || *end != '\0' || n < 0 || n > 255)
		return false;
	*ret = (int16_t)n;
	return true;
}

static uint8_t theme_attr_named(const char *word)
{
	static const char *const names[] = { "bold", "dim", "underline", "reverse" };

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(word, names[i]) == 0)
			return (uint8_t)(1u << i);
	return 0;
}

/* "cyan on black bold" into *ret; 0, or -EBADMSG with what is wrong in why. */
static int theme_look(char *text, struct look *ret, char *why, size_t why_size)
{
	struct look look = { .fg = -1, .bg = -1 };
	int fg = 0, bg = 0, on = 0;
	char *rest;

	for (char *w = strtok_r(text, " \t", &rest); w; w = strtok_r(NULL, " \t", &rest)) {
		uint8_t attr = theme_attr_named(w);
		bool ground = on > bg; /* "on" was the word before */

		if (attr && !ground) {
			look.attrs |= attr;
		} else if (strcmp(w, "on") == 0 && !ground) {
			on++;
		} else if (theme_color(w, ground ? &look.bg : &look.fg)) {
			fg += !ground;
			bg += ground;
		} else {
			snprintf(why, why_size, "\"%.40s\" is %s", w,
				 ground ? "no colour" : "neither a colour nor an attribute");
			return -EBADMSG;
		}
	}
	if (fg > 1 || on > 1) {
		snprintf(why, why_size, "one colour, and one more after \"on\", is all");
		return -EBADMSG;
	}
	if (on > bg || fg + bg + look.attrs == 0) {
		snprintf(why, why_size, "a colour is missing%s",
			 on > bg ? " after \"on\"" : "");
		return -EBADMSG;
	}
	*ret = look;
	return 0;
}

static char *theme_trim(char *s)
{
	size_t n;

	while (isspace((unsigned char)*s))
		s++;
	n = strlen(s);
	while (n > 0 && isspace((unsigned char)s[n - 1]))
		s[--n] = '\0';
	return s;
}

/* One line over t; named says in which line each style was, 0 = in none yet. */
static int theme_line(char *line, unsigned number, struct theme *t, unsigned named[], char *why,
		      size_t why_size)
{
	char *eq, *word;
	size_t i = 0;
	int r;

	line[strcspn(line, "#")] = '\0';
	line = theme_trim(line);
	if (*line == '\0')
		return 0;
	eq = strchr(line, '=');
	if (!eq) {
		snprintf(why, why_size, "expected \"style = colours and attributes\"");
		return -EBADMSG;
	}
	*eq = '\0';
	word = theme_trim(line);
	while (i < STYLE_COUNT && strcmp(word, theme_words[i]) != 0)
		i++;
	if (i == STYLE_COUNT) {
		snprintf(why, why_size, "no style is called \"%.40s\"", word);
		return -EBADMSG;
	}
	if (named[i]) {
		snprintf(why, why_size, "\"%s\" stands in line %u already", word, named[i]);
		return -EBADMSG;
	}
	r = theme_look(theme_trim(eq + 1), &t->look[i], why, why_size);
	if (r == 0)
		named[i] = number;
	return r;
}

static int theme_lines(const char *text, const char *file, struct theme *t, char *why,
		       size_t why_size)
{
	unsigned named[STYLE_COUNT] = { 0 };

	for (unsigned number = 1; *text; number++) {
		size_t n = strcspn(text, "\n");
		char line[THEME_LINE_MAX], what[160] = "the line is too long";
		int r = n < sizeof(line) ? 0 : -EBADMSG;

		if (r == 0) {
			memcpy(line, text, n);
			line[n] = '\0';
			r = theme_line(line, number, t, named, what, sizeof(what));
		}
		if (r < 0) {
			snprintf(why, why_size, "%s:%u: %s", file, number, what);
			return r;
		}
		text += n + (text[n] == '\n');
	}
	return 0;
}

void theme_base(struct theme *t)
{
	char why[256];

	*t = (struct theme){ .name = THEME_BASE };
	for (size_t i = 0; i < STYLE_COUNT; i++)
		t->look[i] = (struct look){ .fg = -1, .bg = -1 };
	theme_lines(theme_base_text, THEME_BASE, t, why, sizeof(why));
}

int theme_parse(const char *text, const char *file, struct theme *ret, char *why,
		size_t why_size)
{
	struct theme t;
	int r;

	theme_base(&t);
	r = theme_lines(text, file, &t, why, why_size);
	if (r < 0)
		return r;
	*ret = t;
	return 0;
}

/*
 * The nearest of the eight; -1 for a grey that is neither black nor white, as
 * either of those could be the colour of the ground.
 */
static int16_t theme_of_eight(int16_t color)
{
	int r, g, b, most, least;

	if (color < 8)
		return color;
	if (color < 16)
		return color == 8 ? -1 : (int16_t)(color - 8);
	if (color >= 232)
		return -1;
	r = (color - 16) / 36, g = (color - 16) / 6 % 6, b = (color - 16) % 6;
	most = r > g ? r : g;
	most = most > b ? most : b;
	least = r < g ? r : g;
	least = least < b ? least : b;
	if (most == least && most > 0 && most < 5)
		return -1;
	return (int16_t)((r * 2 > most) | (g * 2 > most) << 1 | (b * 2 > most) << 2);
}

/* Whether a ground of that grey wants black letters. */
static bool theme_light(int16_t grey)
{
	return grey >= 244 ||
	       (grey < 232 && grey > 16 + 2 * 43); /* the cube's greys: 16 + n * 43 */
}

struct look theme_fit(const struct theme *t, enum style style, int colors)
{
	struct look look = t->look[style], fit = look;

	if (colors == 0) {
		fit.fg = fit.bg = -1;
		if (look.bg != t->look[STYLE_TEXT].bg)
			fit.attrs |= THEME_REVERSE; /* what a ground of its own said */
		return fit;
	}
	if (look.fg >= colors) {
		fit.fg = theme_of_eight(look.fg);
		if (fit.fg < 0 && look.bg < 0)
			fit.attrs |= THEME_DIM; /* grey */
	}
	if (look.bg >= colors) {
		fit.bg = theme_of_eight(look.bg);
		if (fit.bg < 0)
			fit.bg = theme_light(look.bg) ? 7 : 0;
	}
	if (look.fg >= 0 && fit.bg >= 0 && (fit.fg < 0 || fit.fg == fit.bg))
		fit.fg = fit.bg == 7 || fit.bg == 3 || fit.bg == 6 || fit.bg == 2 ? 0 : 7;
	return fit;
}
