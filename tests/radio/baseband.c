/* SPDX-License-Identifier: MIT */
/* baseband - one table, and choosing from it. */
#include "baseband.h"

static const struct {
	const char *name;
	uint16_t room; /* bytes */
	uint8_t slots;
	uint8_t rate;  /* Mbit/s */
	uint16_t word; /* its bit in HCI's packet-type word; for EDR it forbids */
} types[BB_TYPES] = {
	[BB_NULL] = { "NULL", 0, 1, 1, 0 },	     [BB_DM1] = { "DM1", 17, 1, 1, 0x0008 },
	[BB_DH1] = { "DH1", 27, 1, 1, 0x0010 },	     [BB_2DH1] = { "2-DH1", 54, 1, 2, 0x0002 },
	[BB_3DH1] = { "3-DH1", 83, 1, 3, 0x0004 },   [BB_DM3] = { "DM3", 121, 3, 1, 0x0400 },
	[BB_DH3] = { "DH3", 183, 3, 1, 0x0800 },     [BB_2DH3] = { "2-DH3", 367, 3, 2, 0x0100 },
	[BB_3DH3] = { "3-DH3", 552, 3, 3, 0x0200 },  [BB_DM5] = { "DM5", 224, 5, 1, 0x4000 },
	[BB_DH5] = { "DH5", 339, 5, 1, 0x8000 },     [BB_2DH5] = { "2-DH5", 679, 5, 2, 0x1000 },
	[BB_3DH5] = { "3-DH5", 1021, 5, 3, 0x2000 },
};

unsigned bb_slots(enum bb_type t)
{
	return types[t].slots;
}

unsigned bb_room(enum bb_type t)
{
	return types[t].room;
}

const char *bb_name(enum bb_type t)
{
	return types[t].name;
}

bb_set bb_allowed(uint16_t hci_types, unsigned rate)
{
	bb_set set = BB_BIT(BB_DM1); /* the link's own messages always need it */

	for (unsigned t = BB_DM1; t < BB_TYPES; t++) {
		bool named = hci_types & types[t].word;

		if (types[t].rate <= rate && named == (types[t].rate == 1))
			set |= BB_BIT(t);
	}
	return set;
}

enum bb_type bb_pick(bb_set allowed, uint32_t left)
{
	enum bb_type best = BB_DM1;

	if (!left)
		return BB_NULL;
	/* the table rises in slots, and in room within equal slots */
	for (enum bb_type t = BB_DM1; t < BB_TYPES; t++) {
		if (!(allowed & BB_BIT(t)))
			continue;
		if (types[t].room >= left)
			return t;
		if (types[t].room > types[best].room)
			best = t;
	}
	return best;
}

uint32_t bb_cost(bb_set allowed, uint32_t n)
{
	uint32_t slots = 0;

	while (n) {
		enum bb_type t = bb_pick(allowed, n);

		slots += bb_slots(t) + 1;
		n -= n < bb_room(t) ? n : bb_room(t);
	}
	return slots;
}
