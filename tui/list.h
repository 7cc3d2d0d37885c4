/* SPDX-License-Identifier: MIT */
/*
 * list - a cursor in a list that scrolls, and names to choose from.
 */
#ifndef FANFARE_TUI_LIST_H
#define FANFARE_TUI_LIST_H

#include <stdbool.h>

#include "core/fanfare.h"

struct list {
	int selected, top;
};

/* [ui] Move the cursor by n within count. */
void list_move(struct list *l, int n, int count);

/* [ui] The first row to show of count, so that the cursor is among rows. */
int list_top(const struct list *l, int count, int rows);

#define CHOICES_MAX 192

/* What a word on the command line may be completed to. */
struct choices {
	char text[CHOICES_MAX][FF_NAME_MAX];
	int n;
};

/* [ui] Add one, unless it is there already, is "", or there are too many. */
void choices_add(struct choices *c, const char *text);

#endif
