/* SPDX-License-Identifier: MIT */
/*
 * packer - sound into A2DP packets: 16 bits, SBC, RTP. Pure, no socket.
 * No packet is digital silence, at which many speakers switch themselves off:
 * see whisper.h.
 */
#ifndef FANFARE_IO_PACKER_H
#define FANFARE_IO_PACKER_H

#include "core/dsp/whisper.h"
#include "core/io/a2dp_sbc.h"
#include "core/io/rtp.h"

#include <sbc/sbc.h>
#include <stdbool.h>
#include <stdint.h>

#define PACKET_BYTES   1017u /* 3-DH5 without the L2CAP header: longer gains nothing */
#define PACKER_PCM_MAX 128u  /* frames in an SBC frame */

struct packet {
	uint32_t len;	  /* bytes so far, 0 = not begun */
	uint32_t wanted;  /* SBC frames it is to have */
	uint32_t bitpool; /* of all its frames */
	struct rtp_head head;
	uint8_t bytes[PACKET_BYTES];
};

struct packer {
	struct a2dp_sbc config;
	sbc_t sbc;
	uint16_t sequence; /* of the next packet */
	uint32_t source;   /* RTP source number */
	bool gap;	   /* the next packet does not continue the last */
	struct whisper whisper;
};

/*
 * [ctl] For a configuration that a2dp_sbc_parse() gave and source, the number
 * that RTP knows the stream by. -EINVAL: libsbc refuses it; nothing is held then.
 */
int packer_init(struct packer *p, const uint8_t config[A2DP_SBC_BYTES], uint32_t source);

/* [ctl] */
void packer_done(struct packer *p);

/* [io] What comes next does not continue: mark it so. */
void packer_gap(struct packer *p);

/* [io] Begin packet at frame stamp, with wanted SBC frames (1..15) of bitpool that fit it. */
void packer_begin(struct packer *p, struct packet *packet, uint64_t stamp, uint32_t wanted,
		  uint32_t bitpool);

/*
 * [io] Add one SBC frame out of a2dp_sbc_pcm_frames() stereo frames; for mono
 * both are averaged. 1 = the packet is complete, 0 = more is wanted, -ENOSPC =
 * it does not fit, -EIO = libsbc would not; then begin anew.
 */
int packer_add(struct packer *p, struct packet *packet, const float *stereo);

#endif
