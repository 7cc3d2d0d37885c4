/* SPDX-License-Identifier: MIT */
/* shelf - where profiles lie, and which one is found under a name; see shelf.h. */
#include "core/store/shelf.h"
#include "core/store/text.h"
#include "core/store/whole_file.h"

#include <dirent.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#ifndef FANFARE_SHARE
#define FANFARE_SHARE "/usr/local/share/fanfare"
#endif

#define SUFFIX	".conf"
#define FOLDERS 5 /* the user's, the machine's, three places for the shipped ones */

__attribute__((format(printf, 2, 3))) static int print_path(char *ret, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(ret, SHELF_PATH_MAX, format, args);
	va_end(args);
	return n >= 0 && n < SHELF_PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* The user's home; "" when nobody says where, as in some services. */
static const char *home(void)
{
	const char *dir = getenv("HOME");
	const struct passwd *user;

	if (dir && dir[0] == '/')
		return dir;
	user = getpwuid(getuid());
	return user && user->pw_dir ? user->pw_dir : "";
}

/* variable/rest, or else home/otherwise/rest, as the XDG base directories say. */
static int user_path(char *ret, const char *variable, const char *otherwise, const char *rest)
{
	const char *base = getenv(variable);

	if (base && base[0] == '/') /* a relative one is to be ignored */
		return print_path(ret, "%s/fanfare/%s", base, rest);
	if (home()[0] == '\0')
		return -ENOENT;
	return print_path(ret, "%s/%s/fanfare/%s", home(), otherwise, rest);
}

static int own_folder(char *ret)
{
	return user_path(ret, "XDG_CONFIG_HOME", ".config", "profiles");
}

/* share/, so many folders above the program itself. */
static int program_share(char *ret, int above)
{
	char program[SHELF_PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char *slash;

	if (n <= 0)
		return -ENOENT;
	program[n] = '\0';
	for (; above > 0 && (slash = strrchr(program, '/')); above--)
		*slash = '\0';
	return print_path(ret, "%s/share/fanfare/profiles", program);
}

/* The i-th folder to look in. -ENOENT when it is known to be none. */
static int folder_path(unsigned int i, char *ret)
{
	switch (i) {
	case 0:
		return own_folder(ret);
	case 1:
		return print_path(ret, "/etc/fanfare/profiles");
	case 2: /* of the tree it was built in */
		return program_share(ret, 1);
	case 3: /* beside the bin/ that it was moved to with its share/ */
		return program_share(ret, 2);
	case 4:
		return print_path(ret, "%s/profiles", FANFARE_SHARE);
	default:
		return -ENOENT;
	}
}

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool ends_in_suffix(const char *text)
{
	size_t len = strlen(text), n = strlen(SUFFIX);

	return len > n && strcmp(text + len - n, SUFFIX) == 0;
}

int shelf_find(const char *text, char ret_path[SHELF_PATH_MAX])
{
	char path[SHELF_PATH_MAX];
	char name[PROFILE_NAME_MAX];
	size_t len = strlen(text);

	if ((strchr(text, '/') || ends_in_suffix(text)) && access(text, F_OK) == 0) {
		if (len >= SHELF_PATH_MAX)
			return -ENAMETOOLONG;
		memcpy(ret_path, text, len + 1);
		return 0;
	}
	if (ends_in_suffix(text)) /* "Party.conf" is found as "Party" is */
		len -= strlen(SUFFIX);
	if (len >= sizeof(name))
		return -ENAMETOOLONG;
	memcpy(name, text, len);
	name[len] = '\0';
	if (!text_is_file_name(name))
		return -ENOENT;

	for (unsigned int i = 0; i < FOLDERS; i++) {
		if (folder_path(i, path) < 0 || strlen(path) + len + 7 > sizeof(path))
			continue;
		sprintf(path + strlen(path), "/%s" SUFFIX, name);
		if (is_file(path)) {
			strcpy(ret_path, path);
			return 0;
		}
	}
	return -ENOENT;
}

/* ---- the list -------------------------------------------------------------------------- */

struct found {
	struct shelf_entry *list;
	size_t n, room;
};

static void add_entry(struct found *f, const char *folder, const char *file, bool readonly)
{
	struct shelf_entry e = { .readonly = readonly };
	size_t len = strlen(file);
	size_t room = f->room ? 2 * f->room : 16;
	struct shelf_entry *grown;

	if (!ends_in_suffix(file) || len - strlen(SUFFIX) >= sizeof(e.name))
		return;
	memcpy(e.name, file, len - strlen(SUFFIX));
	if (!text_is_file_name(e.name) || print_path(e.path, "%s/%s", folder, file) < 0 ||
	    !is_file(e.path))
		return;
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->list[i].name, e.name) == 0)
			return; /* hidden by one found earlier */

	if (f->n == f->room) {
		grown = realloc(f->list, room * sizeof(*grown));
		if (!grown)
			return; /* a shorter list is better than none */
		f->list = grown;
		f->room = room;
	}
	f->list[f->n++] = e;
}

static void add_folder(struct found *f, const char *folder, bool readonly)
{
	DIR *dir = opendir(folder);
	const struct dirent *d;

	if (!dir)
		return;
	while ((d = readdir(dir)))
		add_entry(f, folder, d->d_name, readonly);
	closedir(dir);
}

static int by_name(const void *a, const void *b)
{
	const struct shelf_entry *x = a, *y = b;
	int r = strcasecmp(x->name, y->name);

	return r ? r : strcmp(x->name, y->name);
}

size_t shelf_list(struct shelf_entry *ret, size_t max)
{
	struct found f = { 0 };
	char path[SHELF_PATH_MAX];
	size_t n;

	for (unsigned int i = 0; i < FOLDERS; i++)
		if (folder_path(i, path) == 0)
			add_folder(&f, path, i > 0);
	if (f.n > 0)
		qsort(f.list, f.n, sizeof(*f.list), by_name);
	for (n = 0; n < f.n && n < max; n++)
		ret[n] = f.list[n];
	n = f.n;
	free(f.list);
	return n;
}

/* ---- the user's own -------------------------------------------------------------------- */

int shelf_own_path(const char *name, char ret_path[SHELF_PATH_MAX])
{
	char folder[SHELF_PATH_MAX], path[SHELF_PATH_MAX];
	int r;

	if (!text_is_file_name(name))
		return -EINVAL;
	r = own_folder(folder);
	if (r < 0)
		return r;
	r = print_path(path, "%s/%s" SUFFIX, folder, name);
	if (r < 0)
		return r;
	r = whole_file_folder(folder, 0755);
	if (r < 0)
		return r;
	strcpy(ret_path, path);
	return 0;
}

int shelf_delete(const char *name)
{
	char folder[SHELF_PATH_MAX], path[SHELF_PATH_MAX];

	if (!text_is_file_name(name))
		return -ENOENT;
	if (own_folder(folder) == 0 && print_path(path, "%s/%s" SUFFIX, folder, name) == 0) {
		if (unlink(path) == 0)
			return 0;
		if (errno != ENOENT)
			return -errno;
	}
	return shelf_find(name, path) == 0 ? -EROFS : -ENOENT;
}

int shelf_rename(const char *from, const char *to, char ret_path[SHELF_PATH_MAX])
{
	char folder[SHELF_PATH_MAX], old[SHELF_PATH_MAX], path[SHELF_PATH_MAX];
	char keep[SHELF_PATH_MAX + 4], kept[SHELF_PATH_MAX + 4];
	int r;

	if (!text_is_file_name(from) || !text_is_file_name(to))
		return -EINVAL;
	if (own_folder(folder) < 0 || print_path(old, "%s/%s" SUFFIX, folder, from) < 0 ||
	    !is_file(old))
		return shelf_find(from, path) == 0 ? -EROFS : -ENOENT;
	r = print_path(path, "%s/%s" SUFFIX, folder, to);
	if (r < 0)
		return r;
	if (access(path, F_OK) == 0)
		return -EEXIST;
	r = whole_file_rename(old, path);
	if (r < 0)
		return r;
	snprintf(kept, sizeof(kept), "%s.bak", old);
	snprintf(keep, sizeof(keep), "%s.bak", path);
	rename(kept, keep); /* there may be none */
	strcpy(ret_path, path);
	return 0;
}

/* ---- the last one played --------------------------------------------------------------- */

int shelf_state_path(const char *file, char ret_path[SHELF_PATH_MAX])
{
	const char *given = getenv("STATE_DIRECTORY");

	/* systemd may give several, with colons between them; ours is the first */
	if (given && given[0] == '/')
		return print_path(ret_path, "%.*s/%s", (int)strcspn(given, ":"), given, file);
	return user_path(ret_path, "XDG_STATE_HOME", ".local/state", file);
}

int shelf_write_state(const char *path, const char *text, size_t len)
{
	char folder[SHELF_PATH_MAX];
	int r;

	if (print_path(folder, "%s", path) < 0 || !strrchr(folder, '/'))
		return -EINVAL;
	*strrchr(folder, '/') = '\0';
	r = whole_file_folder(folder, 0755);
	return r < 0 ? r : whole_file_write(path, text, len, NULL);
}

int shelf_set_last(const char *name)
{
	char path[SHELF_PATH_MAX], line[PROFILE_NAME_MAX + 1];
	int r;

	if (!text_is_file_name(name))
		return -EINVAL;
	r = shelf_state_path("last-profile", path);
	if (r < 0)
		return r;
	snprintf(line, sizeof(line), "%s\n", name);
	return shelf_write_state(path, line, strlen(line));
}

int shelf_last(char ret_name[PROFILE_NAME_MAX])
{
	SCOPED(freep) char *text = NULL;
	char path[SHELF_PATH_MAX];
	size_t len;
	int r;

	r = shelf_state_path("last-profile", path);
	if (r == 0)
		r = whole_file_read(path, PROFILE_NAME_MAX, &text, &len);
	if (r < 0)
		return r == -ENOMEM ? r : -ENOENT;
	text[strcspn(text, "\n")] = '\0';
	if (!text_is_file_name(text)) /* damaged: as if none had been kept */
		return -ENOENT;
	strcpy(ret_name, text);
	return 0;
}
