/* SPDX-License-Identifier: MIT */
/* rtp - see rtp.h. */
#include "core/io/rtp.h"

#include <errno.h>

#define VERSION	   0x80u /* 2, in the top two bits */
#define EXTENSION  0x10u
#define SOURCES	   0x0fu /* number of contributing sources */
#define MARKER	   0x80u
#define FRAGMENTED 0x80u
#define FRAMES	   0x0fu
#define FIXED	   12u /* bytes before extensions and the count */

static void put32(uint8_t *out, uint32_t x)
{
	out[0] = (uint8_t)(x >> 24);
	out[1] = (uint8_t)(x >> 16);
	out[2] = (uint8_t)(x >> 8);
	out[3] = (uint8_t)x;
}

static uint32_t get32(const uint8_t *in)
{
	return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

void rtp_write(uint8_t *out, const struct rtp_head *head)
{
	out[0] = VERSION;
	out[1] = (uint8_t)((head->marker ? MARKER : 0u) | RTP_TYPE_SBC);
	out[2] = (uint8_t)(head->sequence >> 8);
	out[3] = (uint8_t)head->sequence;
	put32(out + 4, head->stamp);
	put32(out + 8, head->source);
	out[12] = head->frames & FRAMES;
}

int rtp_read(const uint8_t *packet, size_t len, struct rtp_head *ret, size_t *ret_at)
{
	size_t at = FIXED;

	if (len < RTP_HEADER_BYTES || (packet[0] & 0xc0u) != VERSION)
		return -EINVAL;
	at += 4u * (packet[0] & SOURCES);
	if (packet[0] & EXTENSION) {
		if (len < at + 4)
			return -EINVAL;
		at += 4 + 4u * ((size_t)packet[at + 2] << 8 | packet[at + 3]);
	}
	if (len <= at || (packet[at] & FRAGMENTED) || (packet[at] & FRAMES) == 0)
		return -EINVAL;

	*ret = (struct rtp_head){
		.sequence = (uint16_t)(packet[2] << 8 | packet[3]),
		.stamp = get32(packet + 4),
		.source = get32(packet + 8),
		.marker = (packet[1] & MARKER) != 0,
		.frames = packet[at] & FRAMES,
	};
	*ret_at = at + 1;
	return 0;
}
