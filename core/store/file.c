/* SPDX-License-Identifier: MIT */
/* file - profiles to and from their files; part of profile.h. */
#include "core/store/profile.h"
#include "core/store/scan.h"
#include "core/store/whole_file.h"
#include "core/store/write.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static int cannot_read(const char *path, int error, struct complaint *why)
{
	struct complaints c;

	complaints_init(&c, why, path);
	switch (error) {
	case -ENOENT:
		complain(&c, 0, "there is no such file");
		return error;
	case -EACCES:
		complain(&c, 0, "not allowed to read it");
		return error;
	case -EISDIR:
		complain(&c, 0, "this is a folder");
		return error;
	case -EFBIG:
		complain(&c, 0, "larger than %u bytes, this is no profile", SCAN_BYTES);
		return error;
	case -EINVAL:
		complain(&c, 0, "not a plain file");
		return -EBADMSG;
	case -ENOMEM:
		complain(&c, 0, "not enough memory");
		return error;
	default:
		complain(&c, 0, "cannot be read: %s", strerror(-error));
		return error;
	}
}

int profile_load(const char *path, struct profile **ret, struct complaint *why)
{
	SCOPED(freep) char *text = NULL;
	size_t len;
	int r;

	r = whole_file_read(path, SCAN_BYTES, &text, &len);
	if (r < 0)
		return cannot_read(path, r, why);
	return profile_parse(text, len, path, ret, why);
}

/* What is about to be written must be what a reader will find. */
static int read_back(const struct profile *p, const char *text, size_t len)
{
	SCOPED(profile_freep) struct profile *again = NULL;
	int r;

	r = profile_parse(text, len, p->name, &again, NULL);
	if (r < 0)
		return r == -ENOMEM ? r : -EINVAL;
	/* the name is the file's, not in it */
	memcpy(again->name, p->name, sizeof(again->name));
	return profile_equal(again, p) ? 0 : -EINVAL;
}

/* Whether path says all this already; then its comments need not be lost. */
static bool says_so_already(const struct profile *p, const char *path)
{
	SCOPED(profile_freep) struct profile *there = NULL;

	if (profile_load(path, &there, NULL) < 0)
		return false;
	memcpy(there->name, p->name, sizeof(there->name));
	return profile_equal(there, p);
}

int profile_save(const struct profile *p, const char *path)
{
	SCOPED(freep) char *text = NULL;
	char keep[PATH_MAX];
	size_t len;
	int r;

	if (snprintf(keep, sizeof(keep), "%s.bak", path) >= (int)sizeof(keep))
		return -ENAMETOOLONG;
	if (says_so_already(p, path))
		return 0;
	r = write_profile(p, &text, &len);
	if (r < 0)
		return r;
	r = read_back(p, text, len);
	if (r < 0)
		return r;
	return whole_file_write(path, text, len, keep);
}
