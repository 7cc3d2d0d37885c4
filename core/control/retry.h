/* SPDX-License-Identifier: MIT */
/*
 * retry - how long to wait before asking again.
 *
 * Paging a speaker that does not answer takes about five seconds of air from
 * those that play, so it must become rare; yet a speaker that comes back soon,
 * as most do, should be heard within ten seconds of its return. So: quick
 * while the loss is young, rare when it is old.
 */
#ifndef FANFARE_CONTROL_RETRY_H
#define FANFARE_CONTROL_RETRY_H

#include <stdint.h>

/*
 * [any] Nanoseconds to wait after the tries-th failure (1, 2, …) in a row of a
 * speaker silent for down ns: 1, 2, then 3 s for the first two minutes, then 10 s
 * up to ten minutes, then 30 s.
 */
uint64_t retry_wait(uint32_t tries, uint64_t down);

/*
 * [any] Nanoseconds between two searches for speakers never seen, rounds
 * searches in: at once three times, then 30 s doubling up to 5 min.
 */
uint64_t retry_search(uint32_t rounds);

#endif
