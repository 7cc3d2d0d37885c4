/* SPDX-License-Identifier: MIT */
/*
 * folder - a folder of a test's own, with small files in it.
 *
 * Everything here fails the running test by itself when something is wrong.
 */
#ifndef FANFARE_TESTS_STORE_FOLDER_H
#define FANFARE_TESTS_STORE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

struct folder {
	char path[64];
	char name[256]; /* of folder_file(), until its next call */
};

/* A new, empty folder; folder_done() takes it away with all that is in it. */
void folder_init(struct folder *f);
void folder_done(struct folder *f);

/* The path of name in f, valid until the next call for f. */
const char *folder_file(struct folder *f, const char *name);

/* Write text as the file name. The folders in name are made. */
void folder_write(struct folder *f, const char *name, const char *text);

/* Whether the file name holds exactly text. */
bool folder_holds(struct folder *f, const char *name, const char *text);

/* How many files and folders f itself has. */
size_t folder_count(const struct folder *f);

#endif
