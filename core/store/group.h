/* SPDX-License-Identifier: MIT */
/*
 * group - a group of settings out of a file, by the rows of settings.h; and
 * the file itself, through libconfig.
 *
 * Goes on after an error, so that one look tells all that is wrong. Private to
 * the store.
 */
#ifndef FANFARE_STORE_GROUP_H
#define FANFARE_STORE_GROUP_H

#include "core/store/complain.h"
#include "core/store/settings.h"

#include <libconfig.h>

/* [any] Read what the rows of s name into item; complain of what is wrong or missing. */
void group_read(struct complaints *why, const struct settings *s, config_setting_t *group,
		void *item);

/* [any] Whether at is a group { … }; else complain. */
bool group_is(struct complaints *why, config_setting_t *at);

/* [any] How many items the list called name in group has; 0 without one, then *ret is NULL. */
uint32_t group_list(struct complaints *why, config_setting_t *group, const char *name,
		    config_setting_t **ret);

/* [any] Complain unless the setting version is the one known, or there is none. */
void group_version(struct complaints *why, config_setting_t *root, int known);

typedef void (*group_fn)(config_setting_t *root, void *arg);

/*
 * [any] Let fn read len bytes of text, text[len] being '\0' and a newline
 * before it. -EBADMSG when there is an error, found here or by fn.
 */
int group_parse(char *text, size_t len, struct complaints *why, group_fn fn, void *arg);

#endif
