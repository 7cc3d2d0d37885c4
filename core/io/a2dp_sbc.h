/* SPDX-License-Identifier: MIT */
/*
 * a2dp_sbc - the 4 bytes in which A2DP speaks about SBC. Pure.
 *
 *	byte 0  sampling frequencies 16, 32, 44.1, 48 kHz (bits 7..4),
 *	        modes mono, dual, stereo, joint stereo (bits 3..0)
 *	byte 1  blocks 4, 8, 12, 16 (7..4), sub-bands 4, 8 (3, 2),
 *	        allocation by SNR, by loudness (1, 0)
 *	byte 2  smallest bitpool        byte 3  largest bitpool
 *
 * In capabilities any number of bits of a field may be set, in a
 * configuration exactly one.
 */
#ifndef FANFARE_IO_A2DP_SBC_H
#define FANFARE_IO_A2DP_SBC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define A2DP_SBC_BYTES 4u
#define A2DP_WHY_MAX   120u /* bytes of words about a bad blob */

enum a2dp_mode { A2DP_MONO, A2DP_DUAL, A2DP_STEREO, A2DP_JOINT };

/* A configuration, read. */
struct a2dp_sbc {
	uint32_t rate; /* frames per second */
	enum a2dp_mode mode;
	uint8_t blocks, subbands;
	bool snr;			  /* allocation; else loudness */
	uint8_t bitpool_min, bitpool_max; /* as agreed */
};

/*
 * [any] What our source end-point offers a zone of rate (44100 or 48000;
 * 0 = both): everything SBC has but rates that we would have to resample to.
 */
void a2dp_sbc_offer(uint32_t rate, uint8_t ret[A2DP_SBC_BYTES]);

/* [any] What our sink end-point offers: everything SBC has at 44.1 and 48 kHz. */
void a2dp_sbc_hear(uint8_t ret[A2DP_SBC_BYTES]);

/*
 * [any] Choose a configuration within a device's capabilities (len bytes):
 * the zone's rate; mono where mono is wanted and offered, else joint stereo
 * or what comes nearest; 16 blocks, 8 sub-bands, loudness or what comes
 * nearest; the bitpool of the high quality table or what is allowed of it.
 * -EINVAL with words in why: malformed, or nothing in common.
 */
int a2dp_sbc_select(const uint8_t *caps, size_t len, uint32_t rate, bool mono,
		    uint8_t ret[A2DP_SBC_BYTES], char why[A2DP_WHY_MAX]);

/* [any] Read a configuration. -EINVAL with words in why. */
int a2dp_sbc_parse(const uint8_t *config, size_t len, struct a2dp_sbc *ret,
		   char why[A2DP_WHY_MAX]);

/* [any] 1 or 2. */
uint32_t a2dp_sbc_channels(const struct a2dp_sbc *c);

/* [any] PCM frames in an SBC frame. */
uint32_t a2dp_sbc_pcm_frames(const struct a2dp_sbc *c);

/* [any] Bytes of an SBC frame with bitpool. */
uint32_t a2dp_sbc_frame_bytes(const struct a2dp_sbc *c, uint32_t bitpool);

/* [any] bit/s of SBC frames with bitpool. */
uint32_t a2dp_sbc_bitrate(const struct a2dp_sbc *c, uint32_t bitpool);

/* [any] The largest bitpool to use: agreed, of high quality, and within the profile's rate. */
uint32_t a2dp_sbc_top(const struct a2dp_sbc *c);

/* [any] The smallest that still sounds like music, within what was agreed. */
uint32_t a2dp_sbc_bottom(const struct a2dp_sbc *c);

#endif
