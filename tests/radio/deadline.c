/* SPDX-License-Identifier: MIT */
/* deadline - an ordered list; it is short, so walking it costs less than a heap. */
#include "deadline.h"

#include <stddef.h>

void deadline_init(struct deadline *d, void (*fire)(void *owner), void *owner)
{
	*d = (struct deadline){ .fire = fire, .owner = owner };
}

void deadline_arm(struct deadlines *list, struct deadline *d, uint64_t at)
{
	struct deadline **place = &list->first;

	deadline_disarm(list, d);
	while (*place && (*place)->at <= at)
		place = &(*place)->next;
	d->at = at;
	d->armed = true;
	d->next = *place;
	*place = d;
}

void deadline_disarm(struct deadlines *list, struct deadline *d)
{
	if (!d->armed)
		return;
	for (struct deadline **place = &list->first; *place; place = &(*place)->next) {
		if (*place == d) {
			*place = d->next;
			break;
		}
	}
	d->armed = false;
	d->next = NULL;
}

uint64_t deadlines_next(const struct deadlines *list)
{
	return list->first ? list->first->at : DEADLINE_NEVER;
}

struct deadline *deadlines_pop(struct deadlines *list, uint64_t now)
{
	struct deadline *d = list->first;

	if (!d || d->at > now)
		return NULL;
	list->first = d->next;
	d->armed = false;
	d->next = NULL;
	return d;
}
