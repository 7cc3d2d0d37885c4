/* SPDX-License-Identifier: MIT */
/*
 * careless - a Fanfare that writes its files in place, as a careless program does, to show that
 * the lab finds it out. Preloaded: a new file beside the old one is the old one emptied,
 * putting it in its place is nothing, and nothing is ever made to reach the disk.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* "PATH.PID.new" is PATH. */
static int in_place(const char *name, char path[4096])
{
	size_t len = strlen(name);
	char *dot;

	if (len < 4 || len >= 4096 || strcmp(name + len - 4, ".new") != 0)
		return 0;
	memcpy(path, name, len - 4);
	path[len - 4] = '\0';
	dot = strrchr(path, '.');
	if (!dot)
		return 0;
	*dot = '\0';
	return 1;
}

int open(const char *name, int flags, ...)
{
	/* a mode that was not given is nobody's */
	mode_t mode = 0600;
	char path[4096];
	int (*real)(const char *, int, ...) =
		(int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");

	if (in_place(name, path))
		return real(path, (flags & ~O_EXCL) | O_TRUNC, mode);
	return real(name, flags, mode);
}

int rename(const char *from, const char *to)
{
	int (*real)(const char *, const char *) =
		(int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
	char path[4096];

	return in_place(from, path) ? 0 : real(from, to);
}

int fsync(int fd)
{
	(void)fd;
	return 0;
}
