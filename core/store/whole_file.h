/* SPDX-License-Identifier: MIT */
/*
 * whole_file - small files, read whole and replaced whole.
 *
 * A power cut, a full disk or a kill at any moment leaves the old file or the
 * new one, never a piece of either. Private to the store.
 */
#ifndef FANFARE_STORE_WHOLE_FILE_H
#define FANFARE_STORE_WHOLE_FILE_H

#include <stddef.h>

/*
 * [ctl] Read at most max bytes of a plain file and add a '\0' that is not
 * counted. -EFBIG (nothing is read), -EISDIR, -EINVAL (no plain file: a pipe
 * could keep us waiting), -ENOMEM or what open() and read() say. *ret is the
 * caller's, to be given to free().
 */
int whole_file_read(const char *path, size_t max, char **ret, size_t *ret_len);

/*
 * [ctl] Replace path by len bytes of text: new file, fsync, then if keep is
 * not NULL a copy of the old file under that name, rename, fsync of the
 * folder. 0 or -errno; on failure path is as it was. What a power cut left of
 * an earlier one, PATH.PID.new, is taken away; another process's that still
 * writes is not.
 */
int whole_file_write(const char *path, const char *text, size_t len, const char *keep);

/* [ctl] Rename a file within its folder, and have that on the disk. 0 or -errno. */
int whole_file_rename(const char *from, const char *to);

/* [ctl] Make a folder and those above it (mode 0755, the last one `mode`). 0 or -errno. */
int whole_file_folder(const char *path, unsigned int mode);

#endif
