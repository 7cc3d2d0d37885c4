/* SPDX-License-Identifier: MIT */
/*
 * profiles - what the profiles pane remembers between keys.
 */
#ifndef FANFARE_TUI_PROFILES_H
#define FANFARE_TUI_PROFILES_H

#include "core/fanfare.h"
#include "tui/list.h"

struct profiles {
	struct list list;
	char target[FF_NAME_MAX]; /* which one an open question is about */
};

#endif
