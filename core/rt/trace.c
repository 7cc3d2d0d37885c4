/* SPDX-License-Identifier: MIT */
/* trace - see trace.h. */
#include "core/rt/trace.h"

void trace_put(struct trace *t, uint64_t now, enum trace_kind kind, uint64_t a, uint64_t b)
{
	uint32_t head = atomic_load_explicit(&t->head, memory_order_relaxed);

	/* acquire: control has copied the record out before we write over it */
	if (head - atomic_load_explicit(&t->tail, memory_order_acquire) >= TRACE_SLOTS) {
		atomic_fetch_add_explicit(&t->left_out, 1, memory_order_relaxed);
		return;
	}
	t->slot[head % TRACE_SLOTS] =
		(struct trace_event){ .t = now, .kind = kind, .a = a, .b = b };
	/* release: the record before the count that reveals it */
	atomic_store_explicit(&t->head, head + 1, memory_order_release);
}

bool trace_get(struct trace *t, struct trace_event *ret)
{
	uint32_t tail = atomic_load_explicit(&t->tail, memory_order_relaxed);

	if (tail == atomic_load_explicit(&t->head, memory_order_acquire))
		return false;
	*ret = t->slot[tail % TRACE_SLOTS];
	/* release: copied out before the engine may write over it */
	atomic_store_explicit(&t->tail, tail + 1, memory_order_release);
	return true;
}
