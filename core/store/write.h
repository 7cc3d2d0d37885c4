/* SPDX-License-Identifier: MIT */
/*
 * write - a profile as the text of its file. Private to the store.
 */
#ifndef FANFARE_STORE_WRITE_H
#define FANFARE_STORE_WRITE_H

#include "core/store/profile.h"

/*
 * [any] Only what differs from the defaults, in one order, numbers with a
 * point whatever the locale. The same profile is always the same text. *ret is
 * the caller's, to be given to free(). -ENOMEM.
 */
int write_profile(const struct profile *p, char **ret, size_t *ret_len);

#endif
