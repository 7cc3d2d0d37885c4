/* SPDX-License-Identifier: MIT */
/*
 * baseband - the packets of the air: how many bytes each carries in how many slots.
 *
 * Pure arithmetic. A slot is 625 us; a packet takes 1, 3 or 5 of them and is
 * answered in at least one more.
 */
#ifndef RADIO_BASEBAND_H
#define RADIO_BASEBAND_H

#include <stdbool.h>
#include <stdint.h>

#define SLOT_NS		 625000u
#define SLOTS_PER_SECOND 1600u

enum bb_type {
	BB_NULL, /* no data: the answer alone, or a POLL */
	BB_DM1,
	BB_DH1,
	BB_2DH1,
	BB_3DH1,
	BB_DM3,
	BB_DH3,
	BB_2DH3,
	BB_3DH3,
	BB_DM5,
	BB_DH5,
	BB_2DH5,
	BB_3DH5,
	BB_TYPES
};

/* A set of types: bit BB_x. DM1 is always in it. */
typedef uint16_t bb_set;

#define BB_BIT(t) ((bb_set)(1u << (t)))

/* [any] Slots (1, 3, 5) the type takes. */
unsigned bb_slots(enum bb_type t);

/* [any] Bytes of data the type carries at most, 0..1021. */
unsigned bb_room(enum bb_type t);

/* [any] Its name, such as "2-DH5". */
const char *bb_name(enum bb_type t);

/*
 * [any] The types a host allows by HCI's packet-type word: DM and DH bits
 * allow, EDR bits forbid. rate is 2 or 3: the fastest both radios speak, in Mbit/s.
 */
bb_set bb_allowed(uint16_t hci_types, unsigned rate);

/*
 * [any] The packet to send next when left bytes (0..) wait: the one that takes
 * all of them in the fewest slots (of equals the most robust, that is the
 * smallest), or else the one that carries most. BB_NULL for 0 bytes.
 */
enum bb_type bb_pick(bb_set allowed, uint32_t left);

/* [any] Slots a message of n bytes takes when nothing is lost, each packet answered in one. */
uint32_t bb_cost(bb_set allowed, uint32_t n);

#endif
