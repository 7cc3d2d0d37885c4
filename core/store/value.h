/* SPDX-License-Identifier: MIT */
/*
 * value - one setting out of libconfig's hands, checked and put in its place.
 *
 * Private to the store.
 */
#ifndef FANFARE_STORE_VALUE_H
#define FANFARE_STORE_VALUE_H

#include "core/store/complain.h"
#include "core/store/settings.h"

#include <libconfig.h>

/* [any] Put the value of at where row says in item, or complain and leave it. */
void value_read(struct complaints *why, const struct setting *row, config_setting_t *at,
		void *item);

/* [any] Complain: "NAME: expected EXPECTED EXAMPLE, found what it is". */
void value_wrong_type(struct complaints *why, config_setting_t *at, const char *expected,
		      const char *example);

#endif
