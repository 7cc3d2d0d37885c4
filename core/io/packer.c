/* SPDX-License-Identifier: MIT */
/* packer - see packer.h. */
#include "core/io/packer.h"

#include <errno.h>

int packer_init(struct packer *p, const uint8_t config[A2DP_SBC_BYTES], uint32_t source)
{
	char why[A2DP_WHY_MAX];
	struct packer made = { .source = source, .whisper = { source }, .gap = true };
	int r = a2dp_sbc_parse(config, A2DP_SBC_BYTES, &made.config, why);

	if (r < 0)
		return r;
	if (sbc_init_a2dp(&made.sbc, 0, config, A2DP_SBC_BYTES) < 0)
		return -EINVAL;
	*p = made;
	return 0;
}

void packer_done(struct packer *p)
{
	sbc_finish(&p->sbc);
}

void packer_gap(struct packer *p)
{
	p->gap = true;
}

void packer_begin(struct packer *p, struct packet *packet, uint64_t stamp, uint32_t wanted,
		  uint32_t bitpool)
{
	packet->wanted = wanted;
	packet->bitpool = bitpool;
	packet->len = RTP_HEADER_BYTES;
	packet->head = (struct rtp_head){
		.sequence = p->sequence++,
		.stamp = (uint32_t)stamp,
		.source = p->source,
		.marker = p->gap,
	};
	p->gap = false;
}

/* As the encoder wants them: 16 bits, one channel or two. */
static void to_pcm(struct packer *p, int16_t *pcm, const float *stereo, uint32_t n)
{
	float mono[PACKER_PCM_MAX];

	if (a2dp_sbc_channels(&p->config) == 2) {
		whisper_to_s16(&p->whisper, pcm, stereo, 2 * n);
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		mono[i] = 0.5f * (stereo[2 * i] + stereo[2 * i + 1]);
	whisper_to_s16(&p->whisper, pcm, mono, n);
}

int packer_add(struct packer *p, struct packet *packet, const float *stereo)
{
	uint32_t n = a2dp_sbc_pcm_frames(&p->config);
	size_t pcm_bytes = n * a2dp_sbc_channels(&p->config) * sizeof(int16_t);
	uint32_t room = PACKET_BYTES - packet->len;
	int16_t pcm[2 * PACKER_PCM_MAX];
	ssize_t written = 0;

	if (a2dp_sbc_frame_bytes(&p->config, packet->bitpool) > room)
		return -ENOSPC;
	to_pcm(p, pcm, stereo, n);
	p->sbc.bitpool = (uint8_t)packet->bitpool;
	if (sbc_encode(&p->sbc, pcm, pcm_bytes, packet->bytes + packet->len, room, &written) !=
		    (ssize_t)pcm_bytes ||
	    written <= 0)
		return -EIO;
	packet->len += (uint32_t)written;
	packet->head.frames++;
	if (packet->head.frames < packet->wanted)
		return 0;
	rtp_write(packet->bytes, &packet->head);
	return 1;
}
