/* SPDX-License-Identifier: MIT */
/*
 * unpacker - A2DP packets into sound: RTP, SBC, 16 bits. Pure, no socket.
 *
 * The other way of packer.h, for packets that somebody else made. Whatever
 * they hold, the sound keeps its length: what is lost or cannot be read is so
 * many frames of silence.
 */
#ifndef FANFARE_IO_UNPACKER_H
#define FANFARE_IO_UNPACKER_H

#include "core/io/a2dp_sbc.h"
#include "core/io/rtp.h"

#include <sbc/sbc.h>

#define UNPACKER_PCM_MAX (RTP_FRAMES_MAX * 128u) /* frames in a packet */

/* One packet, read. */
struct unpacked {
	uint32_t hole;	 /* frames that are missing before it */
	uint32_t frames; /* in pcm, the last of them silence where it could not be read */
	bool anew;	 /* it does not continue what was, and nobody knows for how long */
	int16_t pcm[2 * UNPACKER_PCM_MAX]; /* interleaved, a2dp_sbc_channels() */
};

struct unpacker {
	struct a2dp_sbc config;
	sbc_t sbc;
	bool begun;
	uint16_t sequence; /* expected next */
	uint32_t stamp;	   /* likewise */
	uint32_t frames;   /* of the last packet */
	uint8_t bitpool;   /* of the last SBC frame, 0 = none yet */
	uint64_t lost;	   /* packets that did not come */
	uint64_t spoilt;   /* packets that could not be read, or not to their end */
};

/* [ctl] For a configuration as agreed. -EINVAL: no configuration; nothing is held then. */
int unpacker_init(struct unpacker *u, const uint8_t config[A2DP_SBC_BYTES]);
void unpacker_done(struct unpacker *u);

/*
 * [io] Read one packet of len bytes. -EINVAL: it is none, and its sound will
 * be missing before the next one.
 */
int unpacker_take(struct unpacker *u, const uint8_t *packet, size_t len, struct unpacked *ret);

#endif
