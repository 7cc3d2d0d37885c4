/* SPDX-License-Identifier: MIT */
/*
 * page - finding others (inquiry) and calling them (paging).
 *
 * How long it takes follows from what the other side's host has set: an answer
 * comes at a random moment within its scan interval, if it scans at all.
 */
#ifndef RADIO_PAGE_H
#define RADIO_PAGE_H

#include "world.h"

/* [io] Prepare; stop everything without a word. */
void page_init(struct controller *c);
void page_reset(struct controller *c);

/* [io] Search for lap (3 bytes) for ns, until wanted (0 = any) have answered. */
void inquiry_start(struct controller *c, const uint8_t lap[3], uint64_t ns, uint8_t wanted);
void inquiry_stop(struct controller *c);

/* [io] Queue a page; false when too many wait. */
bool page_start(struct controller *c, const struct page *p);

/* [io] Forget a queued page to that address; false when there is none. */
bool page_cancel(struct controller *c, struct bdaddr to, bool for_name);

#endif
