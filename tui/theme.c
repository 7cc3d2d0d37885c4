/* SPDX-License-Identifier: MIT */
/* theme - see theme.h. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/scope.h"
#include "tui/theme.h"

#define THEME_FILE_MAX 16384 /* bytes; a theme has some thirty lines */

static const char *const theme_words[STYLE_COUNT] = {
#define X(name, word, letter) [STYLE_##name] = word,
	STYLES(X)
#undef X
};

static const char *const theme_colors[] = { "black", "red",	"green", "yellow",
					    "blue",  "magenta", "cyan",	 "white" };

/* Black on white and white on black both stay readable: no yellow or white letters. */
static const char theme_base_text[] = "dim = default dim\n"
				      "strong = default bold\n"
				      "header = default bold\n"
				      "header-hot = default bold reverse\n"
				      "tab = default\n"
				      "tab-on = default bold reverse\n"
				      "title = cyan\n"
				      "select = default bold reverse\n"
				      "good = green\n"
				      "warn = magenta bold\n"
				      "bad = red bold\n"
				      "meter-low = green\n"
				      "meter-mid = yellow\n"
				      "meter-high = red\n"
				      "meter-hold = default\n"
				      "fader = cyan\n"
				      "mute = red bold reverse\n"
				      "solo = blue bold reverse\n"
				      "key = default bold\n"
				      "footer = default\n"
				      "notice = magenta bold\n"
				      "dialog = default\n"
				      "dialog-hot = default bold reverse\n"
				      "input = default underline\n";

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
	if (*word == '\0' || *end != '\0' || n < 0 || n > 255)
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

/* "cyan on black bold" into *ret; NULL, or the word nobody knows. */
static const char *theme_look(char *text, struct look *ret)
{
	struct look look = { .fg = -1, .bg = -1 };
	bool ground = false;
	char *rest;

	for (char *w = strtok_r(text, " \t", &rest); w; w = strtok_r(NULL, " \t", &rest)) {
		uint8_t attr = theme_attr_named(w);

		if (attr)
			look.attrs |= attr;
		else if (strcmp(w, "on") == 0 && !ground)
			ground = true;
		else if (!theme_color(w, ground ? &look.bg : &look.fg))
			return w;
	}
	*ret = look;
	return NULL;
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

static int theme_line(char *line, struct theme *t, char *why, size_t why_size)
{
	char *eq, *word;
	const char *unknown;

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
	for (size_t i = 0; i < STYLE_COUNT; i++) {
		if (strcmp(word, theme_words[i]) != 0)
			continue;
		unknown = theme_look(theme_trim(eq + 1), &t->look[i]);
		if (!unknown)
			return 0;
		snprintf(why, why_size, "\"%.40s\" is neither a colour nor an attribute",
			 unknown);
		return -EBADMSG;
	}
	snprintf(why, why_size, "no style is called \"%.40s\"", word);
	return -EBADMSG;
}

static int theme_lines(const char *text, const char *file, struct theme *t, char *why,
		       size_t why_size)
{
	for (unsigned number = 1; *text; number++) {
		size_t n = strcspn(text, "\n");
		char line[256], what[160];

		snprintf(line, sizeof(line), "%.*s", (int)(n < 255 ? n : 255), text);
		if (theme_line(line, t, what, sizeof(what)) < 0) {
			snprintf(why, why_size, "%s:%u: %s", file, number, what);
			return -EBADMSG;
		}
		text += n + (text[n] == '\n');
	}
	return 0;
}

void theme_base(struct theme *t)
{
	char why[256];

	*t = (struct theme){ .name = "base" };
	for (size_t i = 0; i < STYLE_COUNT; i++)
		t->look[i] = (struct look){ .fg = -1, .bg = -1 };
	theme_lines(theme_base_text, "base", t, why, sizeof(why));
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

/* share/, so many folders above the program itself; "" = it cannot be told. */
static void theme_beside(char *ret, size_t size, int above)
{
	ssize_t n = readlink("/proc/self/exe", ret, size - 40);
	char *slash;

	ret[n > 0 ? n : 0] = '\0';
	for (; above > 0 && (slash = strrchr(ret, '/')); above--)
		*slash = '\0';
	if (*ret)
		strcat(ret, "/share/fanfare/themes");
}

/* Folder i of the search, "" = not here; false after the last. */
static bool theme_folder(int i, char *ret, size_t size)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	*ret = '\0';
	switch (i) {
	case 0:
		if (config && *config == '/')
			snprintf(ret, size, "%s/fanfare/themes", config);
		else if (home && *home == '/')
			snprintf(ret, size, "%s/.config/fanfare/themes", home);
		return true;
	case 1:
		snprintf(ret, size, "/etc/fanfare/themes");
		return true;
	case 2: /* of the tree it was built in */
		theme_beside(ret, size, 1);
		return true;
	case 3: /* of bin/ and share/ side by side */
		theme_beside(ret, size, 2);
		return true;
	case 4:
		snprintf(ret, size, "%s", FANFARE_SHARE "/themes");
		return true;
	default:
		return false;
	}
}

static void theme_fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}

int theme_load(const char *name, struct theme *ret, char *why, size_t why_size)
{
	char folder[512], path[600], text[THEME_FILE_MAX];

	if (strcmp(name, "base") == 0) {
		theme_base(ret);
		return 0;
	}
	for (int i = 0; !strchr(name, '/') && theme_folder(i, folder, sizeof(folder)); i++) {
		SCOPED(theme_fclosep) FILE *f = NULL;
		size_t n;
		int r;

		snprintf(path, sizeof(path), "%s/%.31s.theme", folder, name);
		f = *folder ? fopen(path, "re") : NULL;
		if (!f)
			continue;
		n = fread(text, 1, sizeof(text) - 1, f);
		text[n] = '\0';
		r = theme_parse(text, path, ret, why, why_size);
		if (r == 0)
			snprintf(ret->name, sizeof(ret->name), "%s", name);
		return r;
	}
	snprintf(why, why_size, "no theme is called \"%s\"", name);
	return -ENOENT;
}

static int theme_compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

size_t theme_list(char ret[THEMES_MAX][THEME_NAME_MAX])
{
	char folder[512];
	size_t n = 1;

	strcpy(ret[0], "base");
	for (int i = 0; theme_folder(i, folder, sizeof(folder)); i++) {
		DIR *d = *folder ? opendir(folder) : NULL;
		struct dirent *e;

		while (d && (e = readdir(d)) && n < THEMES_MAX) {
			size_t len = strlen(e->d_name), known = 0;

			if (len <= 6 || len - 6 >= THEME_NAME_MAX || e->d_name[0] == '.' ||
			    strcmp(e->d_name + len - 6, ".theme") != 0)
				continue;
			snprintf(ret[n], THEME_NAME_MAX, "%.*s", (int)(len - 6), e->d_name);
			while (known < n && strcmp(ret[known], ret[n]) != 0)
				known++;
			n += known == n;
		}
		if (d)
			closedir(d);
	}
	qsort(ret + 1, n - 1, THEME_NAME_MAX, theme_compare);
	return n;
}

const char *theme_default(void)
{
	const char *own = getenv("FANFARE_THEME"), *fgbg = getenv("COLORFGBG");
	const char *bg = fgbg ? strrchr(fgbg, ';') : NULL;

	if (own && *own)
		return own;
	if (!bg)
		return "base"; /* nobody says how bright the ground is */
	return strcmp(bg, ";7") == 0 || strcmp(bg, ";15") == 0 ? "light" : "dark";
}
