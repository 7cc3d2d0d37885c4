/* SPDX-License-Identifier: MIT */
/*
 * rtp - the head of an A2DP media packet with SBC in it. Pure.
 *
 *	 0  V=2  P X CC      1  M, type 96     2..3  sequence number
 *	 4..7  time stamp, frames              8..11 source
 *	12  fragment flags, and in the low 4 bits the number of SBC frames
 *
 * All numbers are big-endian. We never fragment: a packet has whole frames.
 */
#ifndef FANFARE_IO_RTP_H
#define FANFARE_IO_RTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RTP_HEADER_BYTES 13u
#define RTP_FRAMES_MAX	 15u /* what the count has room for */
#define RTP_TYPE_SBC	 96u

struct rtp_head {
	uint16_t sequence;
	uint32_t stamp;	 /* frames of the timeline, its low 32 bits */
	uint32_t source; /* of this stream, any number */
	bool marker;	 /* the first packet, or the first after a gap */
	uint8_t frames;	 /* SBC frames that follow, 1..RTP_FRAMES_MAX */
};

/* [any] Write head as RTP_HEADER_BYTES bytes. */
void rtp_write(uint8_t *out, const struct rtp_head *head);

/*
 * [any] Read the head of a packet of len bytes, header extensions included.
 * -EINVAL: too short, not version 2, fragmented, no frames. *ret_at is where
 * the SBC frames begin.
 */
int rtp_read(const uint8_t *packet, size_t len, struct rtp_head *ret, size_t *ret_at);

#endif
