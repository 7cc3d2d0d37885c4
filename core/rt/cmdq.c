/* SPDX-License-Identifier: MIT */
/* cmdq - see cmdq.h. */
#include "core/rt/cmdq.h"

#include <stddef.h>

bool cmdq_has_room(struct cmdq *q)
{
	uint32_t head = atomic_load_explicit(&q->head, memory_order_relaxed);

	return head - atomic_load_explicit(&q->tail, memory_order_acquire) < CMDQ_SLOTS;
}

bool cmdq_push(struct cmdq *q, void *p)
{
	uint32_t head = atomic_load_explicit(&q->head, memory_order_relaxed);

	if (!cmdq_has_room(q))
		return false;
	q->slot[head % CMDQ_SLOTS] = p;
	/* release: the pointer, and all it points to, before the count */
	atomic_store_explicit(&q->head, head + 1, memory_order_release);
	return true;
}

void *cmdq_pop(struct cmdq *q)
{
	uint32_t tail = atomic_load_explicit(&q->tail, memory_order_relaxed);
	void *p;

	if (tail == atomic_load_explicit(&q->head, memory_order_acquire))
		return NULL;
	p = q->slot[tail % CMDQ_SLOTS];
	/* release: the slot has been read before the writer may use it again */
	atomic_store_explicit(&q->tail, tail + 1, memory_order_release);
	return p;
}
