/* SPDX-License-Identifier: MIT */
/* folder - a folder of a test's own; see folder.h. */
#include "tests/store/folder.h"

#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

void folder_init(struct folder *f)
{
	const char *base = getenv("TMPDIR");

	snprintf(f->path, sizeof(f->path), "%.40s/fanfare-XXXXXX", base ? base : "/tmp");
	assert_non_null(mkdtemp(f->path));
	/* a test that drops its privileges still has to come in */
	assert_int_equal(chmod(f->path, 0755), 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void folder_done(struct folder *f)
{
	nftw(f->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *folder_file(struct folder *f, const char *name)
{
	snprintf(f->name, sizeof(f->name), "%s/%s", f->path, name);
	return f->name;
}

void folder_write(struct folder *f, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", f->path, name);
	for (char *at = path + strlen(f->path) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(path, 0755);
		*at = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

bool folder_holds(struct folder *f, const char *name, const char *text)
{
	FILE *file = fopen(folder_file(f, name), "r");
	char found[8192];
	size_t n;

	if (!file)
		return false;
	n = fread(found, 1, sizeof(found) - 1, file);
	found[n] = '\0';
	fclose(file);
	return strcmp(found, text) == 0;
}

size_t folder_count(const struct folder *f)
{
	DIR *dir = opendir(f->path);
	size_t n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2; /* . and .. */
}
