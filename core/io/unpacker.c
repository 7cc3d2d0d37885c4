/* SPDX-License-Identifier: MIT */
/* unpacker - see unpacker.h. */
#include "core/io/unpacker.h"

#include <errno.h>
#include <string.h>

#define SYNC	   0x9cu
#define HEAD_BYTES 4u /* of an SBC frame */
/* More missing than that is no loss but another beginning. */
#define HOLE_PACKETS 50u

int unpacker_init(struct unpacker *u, const uint8_t config[A2DP_SBC_BYTES])
{
	char why[A2DP_WHY_MAX];
	struct unpacker made = { 0 };
	int r = a2dp_sbc_parse(config, A2DP_SBC_BYTES, &made.config, why);

	if (r < 0)
		return r;
	if (sbc_init_a2dp(&made.sbc, 0, config, A2DP_SBC_BYTES) < 0)
		return -EINVAL;
	*u = made;
	return 0;
}

void unpacker_done(struct unpacker *u)
{
	sbc_finish(&u->sbc);
}

/*
 * How long the SBC frame at data is, by its own head; 0 = it is none that was
 * agreed. libsbc takes every frame as it comes, but makes room by the first:
 * rate, blocks, sub-bands and the number of channels may not change.
 */
static uint32_t frame_bytes(const struct a2dp_sbc *c, const uint8_t *data, size_t len)
{
	static const uint32_t rates[] = { 16000, 32000, 44100, 48000 };
	struct a2dp_sbc is = *c;
	uint32_t bytes;

	if (len < HEAD_BYTES || data[0] != SYNC)
		return 0;
	is.mode = (enum a2dp_mode)(data[1] >> 2 & 3);
	if (rates[data[1] >> 6] != c->rate || 4u * ((data[1] >> 4 & 3u) + 1) != c->blocks ||
	    (data[1] & 1 ? 8 : 4) != c->subbands ||
	    a2dp_sbc_channels(&is) != a2dp_sbc_channels(c))
		return 0;
	bytes = a2dp_sbc_frame_bytes(&is, data[2]);
	return bytes <= len ? bytes : 0;
}

/* Decode count SBC frames; the rest is silence where one of them is none. False then. */
static bool decode(struct unpacker *u, const uint8_t *data, size_t len, uint32_t count,
		   int16_t *pcm)
{
	size_t size =
		a2dp_sbc_pcm_frames(&u->config) * a2dp_sbc_channels(&u->config) * sizeof(*pcm);

	for (uint32_t i = 0; i < count; i++) {
		int16_t *to = pcm + i * (size / sizeof(*pcm));
		uint32_t bytes = frame_bytes(&u->config, data, len);
		size_t written = 0;

		if (!bytes || sbc_decode(&u->sbc, data, bytes, to, size, &written) < 0 ||
		    written != size) {
			memset(to, 0, (count - i) * size);
			return false;
		}
		u->bitpool = data[2];
		data += bytes;
		len -= bytes;
	}
	return true;
}

/*
 * The frames between the packet that was expected and this one, lost packets
 * further on. Time stamps say it exactly, but not everybody counts frames in
 * them: where they cannot be right, each was as long as the last.
 */
static uint32_t hole(const struct unpacker *u, const struct rtp_head *head, uint32_t lost)
{
	uint32_t by_stamp = head->stamp - u->stamp;
	uint32_t one = a2dp_sbc_pcm_frames(&u->config);

	if (by_stamp % one == 0 && by_stamp >= lost * one &&
	    by_stamp <= lost * one * RTP_FRAMES_MAX)
		return by_stamp;
	return lost * u->frames;
}

int unpacker_take(struct unpacker *u, const uint8_t *packet, size_t len, struct unpacked *ret)
{
	struct rtp_head head;
	uint16_t lost;
	size_t at;

	if (rtp_read(packet, len, &head, &at) < 0) {
		u->spoilt++;
		return -EINVAL;
	}
	lost = (uint16_t)(head.sequence - u->sequence);
	ret->hole = 0;
	ret->anew = u->begun && lost > HOLE_PACKETS;
	if (u->begun && lost > 0 && !ret->anew) {
		ret->hole = hole(u, &head, lost);
		u->lost += lost;
	}
	ret->frames = head.frames * a2dp_sbc_pcm_frames(&u->config);
	if (!decode(u, packet + at, len - at, head.frames, ret->pcm))
		u->spoilt++;

	u->begun = true;
	u->sequence = (uint16_t)(head.sequence + 1);
	u->stamp = head.stamp + ret->frames;
	u->frames = ret->frames;
	return 0;
}
