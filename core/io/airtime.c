/* SPDX-License-Identifier: MIT */
/* airtime - see airtime.h. */
#include "core/io/airtime.h"

struct packet_type {
	uint32_t bytes, slots; /* slots with the answer */
};

static const struct packet_type types[2][3] = {
	{ { 54, 2 }, { 367, 4 }, { 679, 6 } },
	{ { 83, 2 }, { 552, 4 }, { 1021, 6 } },
};

uint32_t air_slots(uint32_t bytes, uint8_t edr)
{
	const struct packet_type *type = types[edr == 3];
	uint32_t left = bytes + AIR_L2CAP_HEADER;
	uint32_t slots = 0;

	while (left > type[2].bytes) {
		slots += type[2].slots;
		left -= type[2].bytes;
	}
	for (int i = 0; i < 3; i++)
		if (left <= type[i].bytes)
			return slots + type[i].slots;
	return slots;
}

uint32_t air_best_frames(uint32_t header_bytes, uint32_t frame_bytes, uint32_t most,
			 uint8_t edr)
{
	uint32_t best = 1, best_slots = air_slots(header_bytes + frame_bytes, edr);

	for (uint32_t n = 2; n <= most; n++) {
		uint32_t slots = air_slots(header_bytes + n * frame_bytes, edr);

		/* slots / n <= best_slots / best */
		if (slots * best <= best_slots * n) {
			best = n;
			best_slots = slots;
		}
	}
	return best;
}

void air_divide(double slots, const double *wanted, uint32_t n, double *ret_share)
{
	uint32_t served = 0, before;
	double level;

	for (uint32_t i = 0; i < n; i++)
		ret_share[i] = -1.0; /* not served yet */
	do { /* whoever wants no more than an equal part of what is left */
		before = served;
		level = slots / (n - served);
		for (uint32_t i = 0; i < n; i++) {
			if (ret_share[i] >= 0.0 || wanted[i] > level)
				continue;
			ret_share[i] = wanted[i];
			slots -= wanted[i];
			served++;
		}
	} while (served > before && served < n);
	for (uint32_t i = 0; i < n; i++)
		if (ret_share[i] < 0.0)
			ret_share[i] = slots / (n - served);
}
