/* SPDX-License-Identifier: MIT */
/* stream - see stream.h. */
#include "tests/lab/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/io/packer.h"

struct stream {
	struct packer packer;
	struct packet packet;
	uint32_t bitpool, fit; /* SBC frames to a packet */
};

int stream_new(const uint8_t config[4], uint16_t mtu, struct stream **ret)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	if (packer_init(&s->packer, config, 0) < 0) {
		free(s);
		return -EINVAL;
	}
	s->bitpool = a2dp_sbc_top(&s->packer.config);
	if (mtu > PACKET_BYTES)
		mtu = PACKET_BYTES;
	s->fit = (mtu - RTP_HEADER_BYTES) / a2dp_sbc_frame_bytes(&s->packer.config, s->bitpool);
	if (s->fit > RTP_FRAMES_MAX)
		s->fit = RTP_FRAMES_MAX;
	*ret = s;
	return 0;
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	packer_done(&s->packer);
	free(s);
}

uint32_t stream_rate(const struct stream *s)
{
	return s->packer.config.rate;
}

size_t stream_packet(struct stream *s, const struct sound *sound, uint64_t *at,
		     const uint8_t **ret)
{
	uint32_t pcm = a2dp_sbc_pcm_frames(&s->packer.config);
	int r = 0;

	packer_begin(&s->packer, &s->packet, *at, s->fit, s->bitpool);
	while (r == 0) {
		float frames[2 * PACKER_PCM_MAX] = { 0 };
		uint64_t left = *at < sound->count ? sound->count - *at : 0;

		memcpy(frames, sound->frames + 2 * *at,
		       2 * sizeof(float) * (left < pcm ? left : pcm));
		r = packer_add(&s->packer, &s->packet, frames);
		*at += pcm;
	}
	*ret = s->packet.bytes;
	return r == 1 ? s->packet.len : 0;
}
