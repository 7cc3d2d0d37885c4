/* SPDX-License-Identifier: MIT */
/*
 * bitpool - how many bits one speaker's sound may have, as the air allows.
 *
 * Each speaker decides alone from what it sees of its own socket: how many
 * packets still wait when the next one is ready. Every number below is that
 * of one stream; nothing is shared, and yet it comes out even:
 *
 * - Crowded is a queue of 2 packets, averaged over 8, or a packet that found
 *   no room. One burst, after a stall of ours or a burst of noise on the air,
 *   does not last long enough to count.
 * - When crowded it gives up a tenth of its *slots*: the best bitpool that
 *   needs at most nine tenths. Slots and not bits, because cost goes in steps
 *   (airtime.h): 52 instead of 53 saves nothing. A quarter when packets are
 *   still lost soon after that. A share of what each has, and again only after
 *   0.6 s (0.2 s when packets are lost): who has more gives more, so those who
 *   share an adapter draw level.
 * - What is known need not be found out: speakers of one adapter are told their
 *   share of its slots (control knows who they are), and never try for more.
 *   The rest is for what nobody tells: noise, Wi-Fi, a chip on a slow bus.
 * - A link that takes nothing at all is gone, not crowded: fewer bits would
 *   not help, and it is to come back as it went.
 * - After 8 s without crowding it tries the next step up. A try that ends in
 *   crowding doubles the wait, up to 2 minutes; one that holds halves it. So
 *   a full adapter is disturbed ever more rarely, and a passing trouble is
 *   over half a minute later. Who has fewer slots waits less, by the square of
 *   its share: after a trouble that hit one alone, the others leave it room.
 *
 * Below the top bitpool packets are as long as fits, which saves slots; at the
 * top they are kept short enough for the latency promised (relaxed).
 */
#ifndef FANFARE_IO_BITPOOL_H
#define FANFARE_IO_BITPOOL_H

#include "core/io/a2dp_sbc.h"

#include <stdbool.h>
#include <stdint.h>

/* What does not change while a stream lasts. */
struct bitpool_stream {
	struct a2dp_sbc config;
	uint32_t mtu;	  /* bytes a packet may have, header included */
	uint32_t relaxed; /* SBC frames a packet may have while nothing is crowded, >= 1 */
	uint8_t edr;	  /* 2 or 3 Mbit/s */
};

struct bitpool {
	struct bitpool_stream stream;
	uint32_t top, bottom; /* bounds */
	uint32_t limit;	      /* the best one within share, bottom..top */
	uint32_t now;	      /* in use, bottom..limit */
	uint32_t frames;      /* SBC frames of the next packet */
	double slots;	      /* per second, at the present bitpool */
	double wanted;	      /* the same at the top */
	double share;	      /* slots it may use per second; INFINITY = as many as it wants */
	double queue;	      /* packets waiting, averaged */
	bool taken;	      /* the link took a packet since it was lowered last */
	uint64_t lowered_at;  /* ns; 0 = never */
	uint64_t raised_at;   /* ns of the last try; 0 = it was answered */
	uint64_t raise_at;    /* ns of the next one */
	uint64_t wait;	      /* ns between tries */
};

/*
 * [any] Begin at the top; ceiling is the most to use, 0 = what was agreed.
 * -EMSGSIZE: not one frame of the smallest bitpool fits into mtu.
 */
int bitpool_init(struct bitpool *b, const struct bitpool_stream *stream, uint32_t ceiling);

/*
 * [io] Need no more than slots (> 0) per second from now on, or as few as still
 * sounds like music. Who was at the old limit goes to the new one.
 */
void bitpool_set_share(struct bitpool *b, double slots);

/* [io] Another ceiling, 0 = what was agreed. A bitpool below it stays. */
void bitpool_set_ceiling(struct bitpool *b, uint32_t ceiling);

/*
 * [io] At now (ns) a packet was offered while queue others waited; taken or
 * not. True when the bitpool changed.
 */
bool bitpool_offered(struct bitpool *b, uint64_t now, uint32_t queue, bool taken);

#endif
