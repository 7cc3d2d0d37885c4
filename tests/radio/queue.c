/* SPDX-License-Identifier: MIT */
/* queue - what waits for the air, each in a piece of memory of its own. */
#include <stdlib.h>
#include <string.h>

#include "link.h"

bool queue_push(struct queue *q, const void *data, size_t n, uint8_t boundary, uint64_t now)
{
	struct chunk *k = malloc(sizeof(*k) + n);

	if (!k)
		return false;
	*k = (struct chunk){ .at = now, .len = (uint16_t)n, .boundary = boundary };
	if (n)
		memcpy(k->data, data, n);
	if (q->last)
		q->last->next = k;
	else
		q->first = k;
	q->last = k;
	q->count++;
	return true;
}

void queue_pop(struct queue *q)
{
	struct chunk *k = q->first;

	if (!k)
		return;
	q->first = k->next;
	if (!q->first)
		q->last = NULL;
	q->count--;
	free(k);
}

void queue_clear(struct queue *q)
{
	while (q->first)
		queue_pop(q);
}
