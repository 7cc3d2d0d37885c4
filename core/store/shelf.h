/* SPDX-License-Identifier: MIT */
/*
 * shelf - where profiles lie, and which one is found under a name.
 *
 * Looked through in this order: $XDG_CONFIG_HOME/fanfare/profiles (or
 * ~/.config/…), /etc/fanfare/profiles, the installed share/fanfare/profiles.
 * One file, one name: the first found hides the others. State (the last
 * profile played) lies in $XDG_STATE_HOME/fanfare (or ~/.local/state/…), or in
 * $STATE_DIRECTORY when systemd gives one.
 */
#ifndef FANFARE_STORE_SHELF_H
#define FANFARE_STORE_SHELF_H

#include "core/store/profile.h"

#define SHELF_PATH_MAX 512

struct shelf_entry {
	char name[PROFILE_NAME_MAX];
	char path[SHELF_PATH_MAX];
	bool readonly; /* not in the user's own folder */
};

/*
 * [ctl] The file that text means: a path when it has a '/' or ends in ".conf"
 * and exists, else a name looked for on the shelf. 0 or -ENOENT, -ENAMETOOLONG.
 */
int shelf_find(const char *text, char ret_path[SHELF_PATH_MAX]);

/* [ctl] Fill up to max entries, sorted by name; returns how many there are. */
size_t shelf_list(struct shelf_entry *ret, size_t max);

/*
 * [ctl] The path in the user's own folder for name, the folder made if need
 * be. -EINVAL for a name that cannot be a file's ('/', leading '.', empty, too
 * long, control characters).
 */
int shelf_own_path(const char *name, char ret_path[SHELF_PATH_MAX]);

/*
 * [ctl] Rename the user's own file, and its .bak; its new path goes to
 * ret_path. -EINVAL for what cannot be a name, -EEXIST, -ENOENT, -EROFS if
 * shipped, or -errno.
 */
int shelf_rename(const char *from, const char *to, char ret_path[SHELF_PATH_MAX]);

/* [ctl] Delete the user's own file of that name (and leave .bak). -ENOENT, -EROFS if shipped.
 */
int shelf_delete(const char *name);

/*
 * [ctl] Where a file with state of ours lies, and replacing it whole, its
 * folder made if need be. -ENOENT (nobody says where), -ENAMETOOLONG, -errno.
 */
int shelf_state_path(const char *file, char ret_path[SHELF_PATH_MAX]);
int shelf_write_state(const char *path, const char *text, size_t len);

/* [ctl] Remember, and recall, the last profile's name. -ENOENT when none was. */
int shelf_set_last(const char *name);
int shelf_last(char ret_name[PROFILE_NAME_MAX]);

#endif
