/* SPDX-License-Identifier: MIT */
/*
 * airtime - what a packet costs on the air. Pure arithmetic.
 *
 * An adapter has 1,600 slots a second for all its links. A packet takes 1, 3
 * or 5 of them, whichever the data fit in, and 1 more for the answer:
 *
 *	          1 slot  3 slots  5 slots
 *	2 Mbit/s      54      367      679 bytes
 *	3 Mbit/s      83      552    1,021 bytes
 *
 * So cost goes in steps: a bitpool a little lower may save nothing, and one
 * frame fewer in a packet may save two slots.
 */
#ifndef FANFARE_IO_AIRTIME_H
#define FANFARE_IO_AIRTIME_H

#include <stdint.h>

#define AIR_SLOTS_PER_SECOND 1600u
#define AIR_L2CAP_HEADER     4u /* bytes before what is written to the socket */

/* [any] Slots, answers included, for bytes written at once; edr is 2 or 3 Mbit/s (else 2). */
uint32_t air_slots(uint32_t bytes, uint8_t edr);

/*
 * [any] How many frames of frame_bytes behind header_bytes, at most most (>= 1),
 * make the packet that costs the fewest slots a frame; of equals the longest.
 */
uint32_t air_best_frames(uint32_t header_bytes, uint32_t frame_bytes, uint32_t most,
			 uint8_t edr);

/*
 * [any] Divide slots (a second) among n streams (1..) that want wanted[i] each:
 * nobody is given more than it wants, and what that leaves is the others', as
 * much for each. When there is enough for all, ret_share is wanted.
 */
void air_divide(double slots, const double *wanted, uint32_t n, double *ret_share);

#endif
