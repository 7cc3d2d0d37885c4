/* SPDX-License-Identifier: MIT */
/* list - see list.h. */
#include <string.h>

#include "tui/list.h"
#include "tui/text.h"

void list_move(struct list *l, int n, int count)
{
	l->selected += n;
	if (l->selected >= count)
		l->selected = count - 1;
	if (l->selected < 0)
		l->selected = 0;
}

int list_top(const struct list *l, int count, int rows)
{
	int top = l->selected - rows / 2;

	if (top > count - rows)
		top = count - rows;
	return top < 0 ? 0 : top;
}

void choices_add(struct choices *c, const char *text)
{
	if (!*text || c->n == CHOICES_MAX)
		return;
	for (int i = 0; i < c->n; i++)
		if (strcmp(c->text[i], text) == 0)
			return;
	text_copy(c->text[c->n++], FF_NAME_MAX, text);
}
