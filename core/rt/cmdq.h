/* SPDX-License-Identifier: MIT */
/*
 * cmdq - pointers handed from one thread to another, first in, first out.
 *
 * One writer, one reader, no lock. Used twice: plans to the engine, and used
 * plans back to control, which frees them.
 */
#ifndef FANFARE_RT_CMDQ_H
#define FANFARE_RT_CMDQ_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define CMDQ_SLOTS 64u /* a power of two */

struct cmdq {
	void *slot[CMDQ_SLOTS];
	_Alignas(64) _Atomic uint32_t head; /* next to write; publishes the slot */
	_Alignas(64) _Atomic uint32_t tail; /* next to read; gives the slot back */
};

/* [rt writer] false when full: p stays the caller's. */
bool cmdq_push(struct cmdq *q, void *p);

/* [rt reader] NULL when empty. What comes out is the caller's. */
void *cmdq_pop(struct cmdq *q);

/* [rt writer] Whether one more would fit. */
bool cmdq_has_room(struct cmdq *q);

#endif
