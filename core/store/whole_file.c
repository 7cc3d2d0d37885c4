/* SPDX-License-Identifier: MIT */
/* whole_file - small files, read whole and replaced whole; see whole_file.h. */
#include "core/store/whole_file.h"
#include "core/base/scope.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define LEFT_OVER_S 60 /* a file nobody has written to for so long is nobody's */

/* -errno, and never 0 for a failure. */
static int failed(void)
{
	return errno > 0 ? -errno : -EIO;
}

static int read_all(int fd, char *to, size_t len, size_t *ret)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = read(fd, to + done, len - done);

		if (n == 0)
			break;
		if (n > 0)
			done += (size_t)n;
		else if (errno != EINTR)
			return failed();
	}
	*ret = done;
	return 0;
}

int whole_file_read(const char *path, size_t max, char **ret, size_t *ret_len)
{
	SCOPED(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	SCOPED(freep) char *text = NULL;
	size_t len = 0;
	struct stat st;
	int r;

	if (fd < 0)
		return failed();
	if (fstat(fd, &st) < 0)
		return failed();
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if ((uintmax_t)st.st_size > max)
		return -EFBIG;

	/* one byte more than allowed, for a file that grows meanwhile */
	text = malloc(max + 2);
	if (!text)
		return -ENOMEM;
	r = read_all(fd, text, max + 1, &len);
	if (r < 0)
		return r;
	if (len > max)
		return -EFBIG;
	text[len] = '\0';
	*ret = TAKE(text);
	*ret_len = len;
	return 0;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? failed() : -EIO;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

/* A new file beside path, its bytes on the disk. Its name goes to ret_name. */
static int write_beside(const char *path, const char *text, size_t len, mode_t mode,
			char ret_name[PATH_MAX])
{
	SCOPED(closep) int fd = -EBADF;
	int r;

	if (snprintf(ret_name, PATH_MAX, "%s.%d.new", path, getpid()) >= PATH_MAX)
		return -ENAMETOOLONG;
	/* what stands there was left by a process that died with our number */
	if (unlink(ret_name) < 0 && errno != ENOENT)
		return failed();
	fd = open(ret_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return failed();

	r = write_all(fd, text, len);
	if (r == 0 && fsync(fd) < 0)
		r = failed();
	/* close() may tell of a write that failed late (NFS) */
	if (close(TAKE_FD(fd)) < 0 && r == 0)
		r = failed();
	if (r < 0)
		unlink(ret_name);
	return r;
}

static int replace(const char *path, const char *text, size_t len, mode_t mode)
{
	char name[PATH_MAX];
	int r;

	r = write_beside(path, text, len, mode, name);
	if (r < 0)
		return r;
	if (rename(name, path) < 0) {
		r = failed();
		unlink(name);
		return r;
	}
	return 0;
}

/* Whether name is what a write of path leaves beside it when its process is gone. */
static bool is_left_over(int folder, const char *name, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t len = strlen(base);
	struct stat st;
	char *end;
	long pid;

	if (strncmp(name, base, len) != 0 || name[len] != '.')
		return false;
	pid = strtol(name + len + 1, &end, 10);
	if (strcmp(end, ".new") != 0 || pid <= 0 || pid > INT_MAX)
		return false;
	/* old as well: its process may live where its number is not seen (a container) */
	return kill((pid_t)pid, 0) < 0 && errno == ESRCH &&
	       fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	       st.st_mtime + LEFT_OVER_S < time(NULL);
}

/* Take away what a power cut left of writes of path and keep; whether it can be is no matter.
 */
static void sweep(int folder, const char *path, const char *keep)
{
	SCOPED(closep) int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d)
		return;
	fd = -EBADF; /* is d's */
	for (struct dirent *e; (e = readdir(d));)
		if (is_left_over(folder, e->d_name, path) ||
		    (keep && is_left_over(folder, e->d_name, keep)))
			unlinkat(folder, e->d_name, 0);
	closedir(d);
}

/* The folder that path lies in, open; or -errno. */
static int open_folder(const char *path)
{
	SCOPED(freep) char *folder = strdup(path);
	char *slash;
	int fd;

	if (!folder)
		return -ENOMEM;
	slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder] = '\0';
	fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? failed() : fd;
}

static int sync_folder(int fd)
{
	if (fd < 0)
		return fd;
	/* some file systems cannot, and have nothing to lose then */
	if (fsync(fd) < 0 && errno != EINVAL && errno != ENOTSUP)
		return failed();
	return 0;
}

#define KEPT_MAX (16u << 20) /* bytes; a larger file in our place is not ours to copy */

int whole_file_write(const char *path, const char *text, size_t len, const char *keep)
{
	SCOPED(closep) int folder = -EBADF;
	SCOPED(freep) char *old = NULL;
	char name[PATH_MAX];
	size_t old_len = 0;
	mode_t mode = 0644;
	struct stat st;
	bool exists;
	int r;

	exists = stat(path, &st) == 0;
	if (exists && !S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	if (exists)
		mode = st.st_mode & 0777;
	if (exists && keep) {
		r = whole_file_read(path, KEPT_MAX, &old, &old_len);
		if (r < 0)
			return r;
	}

	r = write_beside(path, text, len, mode, name);
	if (r < 0)
		return r;
	/* a copy, not a link: not every file system on a Pi's card has links */
	if (old)
		r = replace(keep, old, old_len, mode);
	if (r == 0 && rename(name, path) < 0)
		r = failed();
	if (r < 0) {
		unlink(name);
		return r;
	}
	/* the new file is in place; only a power cut now could bring back the old one */
	folder = open_folder(path);
	if (folder >= 0)
		sweep(folder, path, keep);
	return sync_folder(folder);
}

int whole_file_rename(const char *from, const char *to)
{
	SCOPED(closep) int folder = -EBADF;

	if (rename(from, to) < 0)
		return failed();
	folder = open_folder(to);
	return sync_folder(folder);
}

int whole_file_folder(const char *path, unsigned int mode)
{
	SCOPED(freep) char *folder = strdup(path);

	if (!folder)
		return -ENOMEM;
	for (char *at = folder + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		if (mkdir(folder, 0755) < 0 && errno != EEXIST)
			return failed();
		*at = '/';
	}
	if (mkdir(folder, mode) < 0 && errno != EEXIST)
		return failed();
	return 0;
}
