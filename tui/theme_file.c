/* SPDX-License-Identifier: MIT */
/* theme_file - where themes are found; see theme.h. */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/scope.h"
#include "tui/theme.h"

#define THEME_SUFFIX   ".theme"
#define THEME_CHOSEN   "theme" /* holds the name of the one that was chosen */
#define THEME_FILE_MAX 16384   /* bytes; a theme has some thirty lines */

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

/* A place in the user's own folder for what Fanfare is told; "" = there is none. */
static void theme_own(char *ret, size_t size, const char *name)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	*ret = '\0';
	if (config && *config == '/')
		snprintf(ret, size, "%s/fanfare/%s", config, name);
	else if (home && *home == '/')
		snprintf(ret, size, "%s/.config/fanfare/%s", home, name);
}

/* Folder i of the search, "" = not here; false after the last. */
static bool theme_folder(int i, char *ret, size_t size)
{
	*ret = '\0';
	switch (i) {
	case 0:
		theme_own(ret, size, "themes");
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

/* The whole file as text; 0, or -errno with words in why. */
static int theme_read(FILE *f, const char *path, char text[THEME_FILE_MAX], char *why,
		      size_t why_size)
{
	size_t n = fread(text, 1, THEME_FILE_MAX, f);
	int r = ferror(f) ? -errno : n == THEME_FILE_MAX ? -EFBIG : 0;

	if (r == -EFBIG)
		snprintf(why, why_size, "%s is too long for a theme", path);
	else if (r < 0)
		snprintf(why, why_size, "%s: %s", path, strerror(-r));
	if (r < 0)
		return r;
	text[n] = '\0';
	if (strlen(text) < n) {
		snprintf(why, why_size, "%s is no text", path);
		return -EBADMSG;
	}
	return 0;
}

int theme_load(const char *name, struct theme *ret, char *why, size_t why_size)
{
	bool sane =
		*name && *name != '.' && !strchr(name, '/') && strlen(name) < THEME_NAME_MAX;
	char folder[512], path[600], text[THEME_FILE_MAX];

	if (strcmp(name, THEME_BASE) == 0) {
		theme_base(ret);
		return 0;
	}
	for (int i = 0; sane && theme_folder(i, folder, sizeof(folder)); i++) {
		SCOPED(theme_fclosep) FILE *f = NULL;
		int r;

		snprintf(path, sizeof(path), "%s/%.31s" THEME_SUFFIX, folder, name);
		f = *folder ? fopen(path, "re") : NULL;
		if (!f && *folder && errno != ENOENT && errno != ENOTDIR) {
			r = -errno;
			snprintf(why, why_size, "%s: %s", path, strerror(-r));
			return r;
		}
		if (!f)
			continue;
		r = theme_read(f, path, text, why, why_size);
		if (r == 0)
			r = theme_parse(text, path, ret, why, why_size);
		if (r == 0)
			snprintf(ret->name, sizeof(ret->name), "%s", name);
		return r;
	}
	snprintf(why, why_size, "no theme is called \"%.80s\"", name);
	return -ENOENT;
}

static int theme_compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

size_t theme_list(char ret[THEMES_MAX][THEME_NAME_MAX])
{
	const size_t end = strlen(THEME_SUFFIX);
	char folder[512];
	size_t n = 1;

	strcpy(ret[0], THEME_BASE);
	for (int i = 0; theme_folder(i, folder, sizeof(folder)); i++) {
		DIR *d = *folder ? opendir(folder) : NULL;
		struct dirent *e;

		while (d && (e = readdir(d)) && n < THEMES_MAX) {
			size_t len = strlen(e->d_name), known = 0;

			if (len <= end || len - end >= THEME_NAME_MAX || e->d_name[0] == '.' ||
			    strcmp(e->d_name + len - end, THEME_SUFFIX) != 0)
				continue;
			snprintf(ret[n], THEME_NAME_MAX, "%.*s", (int)(len - end), e->d_name);
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

void theme_next(const char *name, char ret[THEME_NAME_MAX])
{
	char names[THEMES_MAX][THEME_NAME_MAX];
	size_t n = theme_list(names), i = 0;

	while (i < n && strcmp(names[i], name) != 0)
		i++;
	memcpy(ret, names[i + 1 < n ? i + 1 : 0], THEME_NAME_MAX);
}

/* ---- the one that was chosen ----------------------------------------------------------------
 */

/* Make the folders above path that are not there. */
static int theme_make_above(const char *path)
{
	char folder[512];

	for (const char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(p - path), path);
		if (mkdir(folder, 0777) < 0 && errno != EEXIST)
			return -errno;
	}
	return 0;
}

int theme_remember(const char *name)
{
	char path[512], fresh[520];
	FILE *f;
	int r;

	theme_own(path, sizeof(path), THEME_CHOSEN);
	if (!*path)
		return -ENOENT;
	r = theme_make_above(path);
	if (r < 0)
		return r;
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	f = fopen(fresh, "we");
	if (!f)
		return -errno;
	fprintf(f, "%s\n", name);
	r = ferror(f) ? -EIO : 0;
	if (fclose(f) != 0)
		r = -errno;
	if (r == 0 && rename(fresh, path) < 0)
		r = -errno;
	if (r < 0)
		unlink(fresh);
	return r;
}

/* The name that was remembered; "" = none was, or it cannot be read. */
static void theme_remembered(char ret[THEME_NAME_MAX])
{
	SCOPED(theme_fclosep) FILE *f = NULL;
	char path[512];

	*ret = '\0';
	theme_own(path, sizeof(path), THEME_CHOSEN);
	f = *path ? fopen(path, "re") : NULL;
	if (!f || !fgets(ret, THEME_NAME_MAX, f))
		*ret = '\0';
	ret[strcspn(ret, "\r\n")] = '\0';
}

const char *theme_default(void)
{
	const char *own = getenv("FANFARE_THEME"), *fgbg = getenv("COLORFGBG");
	const char *bg = fgbg ? strrchr(fgbg, ';') : NULL;
	static char chosen[THEME_NAME_MAX];

	if (own && *own)
		return own;
	theme_remembered(chosen);
	if (*chosen)
		return chosen;
	if (!bg)
		return THEME_BASE; /* nobody says how bright the ground is */
	return strcmp(bg, ";7") == 0 || strcmp(bg, ";15") == 0 ? "light" : "dark";
}
