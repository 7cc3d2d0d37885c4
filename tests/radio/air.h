/* SPDX-License-Identifier: MIT */
/*
 * air - who sends in which slots.
 *
 * A master and one of its slaves take turns: the master's packet of 1, 3 or 5
 * slots, the slave's answer of 1, 3 or 5. Links with something to send are
 * served round robin. A controller has one radio: while it sends for one link,
 * hears another piconet, or searches, its other links wait.
 */
#ifndef RADIO_AIR_H
#define RADIO_AIR_H

#include "world.h"

/* Searching (inquiry, paging) takes this many slots out of so many. */
#define AIR_SCAN_SLOTS	16
#define AIR_SCAN_PERIOD 64

/* [io] Prepare a controller's part. */
void air_init(struct controller *c);

/* [io] Prepare an end of a new link. */
void air_init_end(struct end *e);

/* [io] This end is over: forget what waits there. */
void air_drop(struct end *e);

/* [io] Something waits on this link, or may go on: see to it. */
void air_kick(struct link *l);

/* [io] The link is closing: nothing may point to it. */
void air_forget(struct link *l);

/* [io] Does this controller search now? Call after it began or stopped. */
void air_scanning(struct controller *c);

/* [io] Hand n bytes of host data to the air. Returns false when memory is out. */
bool air_send(struct end *e, uint8_t boundary, const uint8_t *data, size_t n);

/* [io] Give up flushable data that has waited so many slots; 0 = never. */
void air_flush_after(struct end *e, uint16_t slots);

/* [io] Give up what waits at this end (HCI Flush). */
void air_flush(struct end *e);

/* [any] Slots gone by for this controller up to now (ns). */
uint64_t air_offered(const struct controller *c, uint64_t now);

/* [any] Slots that searching has taken up to now (ns). */
uint64_t air_scan_slots(const struct controller *c, uint64_t now);

#endif
