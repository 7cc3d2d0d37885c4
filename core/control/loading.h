/* SPDX-License-Identifier: MIT */
/*
 * loading - profiles in and out: from files, into files, new and renamed.
 */
#ifndef FANFARE_CONTROL_LOADING_H
#define FANFARE_CONTROL_LOADING_H

#include "core/base/log.h"
#include "core/control/model.h"

/* [ctl] Log why, which may be of several lines, a line each; what ("" = nothing) begins the
 * first. */
void loading_tell(enum log_level level, const char *what, const struct complaint *why);

/*
 * [ctl] Load the profile text names (a name or a path) and switch to it. On
 * failure what plays goes on; why holds the words. 0, -ENOENT, -EBADMSG, …
 */
int loading_load(struct control *c, const char *text, struct complaint *why);

/* [ctl] The profile to begin with when none is named: the last, else what suits the machine. */
int loading_first(struct control *c, struct complaint *why);

/* [ctl] Save what plays under name ("" = its own). 0 or -errno, words in why. */
int loading_save(struct control *c, const char *name, struct complaint *why);

/* [ctl] What plays, as a profile. NULL = no memory. */
struct profile *loading_current(const struct control *c);

/*
 * [ctl] An empty profile called name, not in any file yet. -EINVAL no name for
 * a file, -EEXIST taken, -ENOMEM …, words in why.
 */
int loading_new(struct control *c, const char *name, struct complaint *why);

/*
 * [ctl] Rename a profile of the user's own, or what plays and is in no file
 * yet. As loading_new(), and -ENOENT, -EROFS.
 */
int loading_rename(struct control *c, const char *from, const char *to, struct complaint *why);

/*
 * [ctl] Delete a profile of the user's own. If it plays, it plays on, as one
 * that was not saved yet. -ENOENT, -EROFS …, words in why.
 */
int loading_delete(struct control *c, const char *name, struct complaint *why);

/* [ctl] Read anew which profiles there are. */
void loading_list(struct control *c);

/* [ctl] Stop everything and release it. */
void loading_unload(struct control *c);

#endif
