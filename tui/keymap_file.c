/* SPDX-License-Identifier: MIT */
/* keymap_file - keys of one's own; see keymap.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/scope.h"
#include "tui/keymap.h"
#include "tui/pane.h"

#define KEYMAP_FILE_MAX 16384 /* bytes; all actions there are make some 4000 */
#define KEYMAP_LINE_MAX 160

/* Row i as a key file calls it: "mixer.mute", or "undo" for one of everywhere. */
static void keymap_full_name(const struct keymap_row *row, char *ret, size_t size)
{
	if (row->pane == KEYMAP_ALL)
		snprintf(ret, size, "%s", row->binding->name);
	else
		snprintf(ret, size, "%s.%s", pane_kind((enum pane)row->pane)->name,
			 row->binding->name);
}

/* Cut blanks off both ends. */
static char *keymap_trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\r");
	for (n = strlen(s); n > 0 && strchr(" \t\r", s[n - 1]); n--)
		s[n - 1] = '\0';
	return s;
}

/* One "ACTION = KEYS"; line_of[row] receives number. 0 or -EBADMSG. */
static int keymap_line(char *line, unsigned number, unsigned line_of[], char *why, size_t size)
{
	char *equals = strchr(line, '='), *name, *keys;
	struct keymap_row row;
	char full[64];

	if (!equals) {
		snprintf(why, size, "expected ACTION = KEYS");
		return -EBADMSG;
	}
	*equals = '\0';
	name = keymap_trim(line);
	keys = keymap_trim(equals + 1);
	for (size_t i = 0; i < KEYMAP_ROWS && keymap_row(i, &row); i++) {
		keymap_full_name(&row, full, sizeof(full));
		if (strcmp(full, name) != 0)
			continue;
		if (line_of[i])
			snprintf(why, size, "%s has its keys in line %u already", full,
				 line_of[i]);
		else if (strlen(keys) > 40)
			snprintf(why, size, "these are too many keys for %s", full);
		else if (strstr(keys, "Esc") && strcmp(full, "back") != 0)
			snprintf(why, size, "Esc is for going back only, not for %s", full);
		else {
			line_of[i] = number;
			keymap_set(i, keys);
			return 0;
		}
		return -EBADMSG;
	}
	snprintf(why, size, "no action is called \"%s\"", name);
	return -EBADMSG;
}

int keymap_parse(const char *text, const char *file, char *why, size_t why_size)
{
	unsigned line_of[KEYMAP_ROWS] = { 0 }, number = 0;
	char line[KEYMAP_LINE_MAX], words[128];
	size_t row[2];
	int r = 0;

	keymap_reset();
	while (*text && r == 0) {
		size_t n = strcspn(text, "\n");
		char *own;

		number++;
		snprintf(line, sizeof(line), "%.*s", (int)n, text);
		text += n + (text[n] == '\n');
		own = keymap_trim(line);
		if (n >= sizeof(line)) {
			snprintf(words, sizeof(words), "the line is too long");
			r = -EBADMSG;
		} else if (*own && *own != '#') {
			r = keymap_line(own, number, line_of, words, sizeof(words));
		}
	}
	if (r == 0 && keymap_conflict(words, sizeof(words), row)) {
		number = line_of[row[0]] > line_of[row[1]] ? line_of[row[0]] : line_of[row[1]];
		r = -EBADMSG;
	}
	if (r < 0) {
		snprintf(why, why_size, "%s:%u: %s", file, number, words);
		keymap_reset();
	}
	return r;
}

static void keymap_fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}

/* Read path, if it is there: 1 = it is not, 0 = it is taken. */
static int keymap_try(const char *path, char *why, size_t why_size)
{
	char text[KEYMAP_FILE_MAX];
	SCOPED(keymap_fclosep) FILE *f = fopen(path, "re");
	size_t n;

	if (!f && (errno == ENOENT || errno == ENOTDIR))
		return 1;
	n = f ? fread(text, 1, sizeof(text), f) : 0;
	if (!f || ferror(f)) {
		int r = -errno;

		snprintf(why, why_size, "%s: %s", path, strerror(-r));
		return r;
	}
	if (n == sizeof(text)) {
		snprintf(why, why_size, "%s is too long for a key file", path);
		return -EFBIG;
	}
	text[n] = '\0';
	if (strlen(text) < n) {
		snprintf(why, why_size, "%s is no text", path);
		return -EBADMSG;
	}
	return keymap_parse(text, path, why, why_size);
}

int keymap_load(char *why, size_t why_size)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char path[512] = "";
	int r = 1;

	keymap_reset();
	if (config && *config == '/')
		snprintf(path, sizeof(path), "%.480s/fanfare/keys.conf", config);
	else if (home && *home == '/')
		snprintf(path, sizeof(path), "%.480s/.config/fanfare/keys.conf", home);
	if (*path)
		r = keymap_try(path, why, why_size);
	if (r > 0)
		r = keymap_try("/etc/fanfare/keys.conf", why, why_size);
	return r > 0 ? 0 : r;
}
