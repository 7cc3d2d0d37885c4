/* SPDX-License-Identifier: MIT */
/*
 * memory - the snapshot that lies where other processes see it.
 *
 * A memfd: a head, then one struct ff_snapshot. It is sealed, so that nobody
 * who is given the descriptor can write, grow or shrink it; only the mapping
 * that its maker took before writes. A sequence number makes a copy whole: odd
 * while it is written, another afterwards. The memory outlives its maker as
 * long as somebody has it mapped.
 */
#ifndef FANFARE_SERVICE_MEMORY_H
#define FANFARE_SERVICE_MEMORY_H

#include "core/fanfare.h"

#include <stddef.h>

struct memory_page; /* what lies in it */

struct memory {
	struct memory_page *page; /* NULL = not mapped */
	int fd;			  /* the maker's, for reading: to be handed out */
};

/*
 * [any] A number that is another when snapshot, command or verbs are laid out in
 * another way: two programs with the same one understand each other.
 */
uint32_t memory_layout(void);

/* [any] Make it, all zeros. 0 or -errno; then to be released by memory_done(). */
int memory_make(struct memory *m);

/*
 * [any] Map what another process made; fd stays the caller's. -EPROTONOSUPPORT:
 * made by another version; -EPERM: not sealed, so its maker could pull it away
 * from under us; or -errno.
 */
int memory_map(struct memory *m, int fd);

void memory_done(struct memory *m);

/* [any] Put a snapshot in; one writer. */
void memory_write(struct memory *m, const struct ff_snapshot *snapshot);

/*
 * [any] Copy the snapshot out. True when it is whole; a writer that died or was
 * stopped in the middle is waited for 100 ms, then half of it is the one before:
 * plain data, nothing of which is dangerous to show.
 */
bool memory_read(const struct memory *m, struct ff_snapshot *ret);

#endif
