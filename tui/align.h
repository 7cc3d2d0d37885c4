/* SPDX-License-Identifier: MIT */
/*
 * align - what the align pane remembers between keys.
 */
#ifndef FANFARE_TUI_ALIGN_H
#define FANFARE_TUI_ALIGN_H

#include "tui/list.h"

struct align {
	struct list list;
};

#endif
