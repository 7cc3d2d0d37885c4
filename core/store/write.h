/* SPDX-License-Identifier: MIT */
/*
 * write - a profile as the text of its file. Private to the store.
 */
#ifndef FANFARE_STORE_WRITE_H
#define FANFARE_STORE_WRITE_H

#include "core/store/settings.h"

#include <stdio.h>

/*
 * [any] Only what differs from the defaults, in one order, numbers with a
 * point whatever the locale. The same profile is always the same text. *ret is
 * the caller's, to be given to free(). -ENOMEM.
 */
int write_profile(const struct profile *p, char **ret, size_t *ret_len);

/* [any] Those of item's settings that differ from the defaults, a line each after indent. */
void write_settings(FILE *f, const struct settings *s, const void *item, const char *indent);

/* [any] The text that fn writes of what, numbers with a point. As write_profile(). */
int write_text(void (*fn)(FILE *f, const void *what), const void *what, char **ret,
	       size_t *ret_len);

#endif
