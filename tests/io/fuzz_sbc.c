/* SPDX-License-Identifier: MIT */
/*
 * fuzz_sbc - packing any sound under any configuration, and reading any
 * packet back.
 *
 * Bytes 0..3 are a configuration, 4 the bitpool, 5 the frames wanted, then
 * raw floats, NaN and infinities included. The packets made must be read
 * again; the raw bytes are also read as if they were a packet, and unpacked
 * as a phone's under that configuration, with a good head and without.
 */
#include "core/io/packer.h"
#include "core/io/unpacker.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_anything(const uint8_t *data, size_t size)
{
	struct rtp_head head;
	size_t at;

	if (rtp_read(data, size, &head, &at) == 0)
		assert(at <= size && head.frames >= 1 && head.frames <= RTP_FRAMES_MAX);
}

static void check_packet(const struct packer *p, const struct packet *packet)
{
	uint32_t bytes = a2dp_sbc_frame_bytes(&p->config, packet->bitpool);
	struct rtp_head head;
	size_t at;

	assert(packet->len <= PACKET_BYTES);
	assert(rtp_read(packet->bytes, packet->len, &head, &at) == 0);
	assert(at == RTP_HEADER_BYTES && head.frames == packet->wanted);
	assert(packet->len == RTP_HEADER_BYTES + head.frames * bytes);
	assert(head.stamp == packet->head.stamp);
}

static void pack(struct packer *p, const uint8_t *data, size_t size)
{
	uint32_t bottom = p->config.bitpool_min, top = a2dp_sbc_top(&p->config);
	uint32_t bitpool = bottom + data[0] % (top - bottom + 1);
	size_t frame = a2dp_sbc_pcm_frames(&p->config) * 2 * sizeof(float);
	float sound[2 * PACKER_PCM_MAX];
	struct packet packet;
	uint64_t stamp = 0;

	packer_begin(p, &packet, stamp, 1 + data[1] % RTP_FRAMES_MAX, bitpool);
	for (data += 2, size -= 2; size > 0;) {
		size_t n = size < frame ? size : frame;
		int r;

		memset(sound, 0, sizeof(sound));
		memcpy(sound, data, n);
		data += n;
		size -= n;
		r = packer_add(p, &packet, sound);
		if (r > 0)
			check_packet(p, &packet);
		if (r != 0)
			packer_begin(p, &packet, ++stamp, packet.wanted, bitpool);
	}
}

/* As a stream from outside: each byte of a frame may be any. */
static void unpack(const uint8_t *data, size_t size)
{
	static struct unpacked got; /* large */
	uint8_t packet[2000];
	struct unpacker u;

	if (size < 6 || unpacker_init(&u, data) < 0)
		return;
	if (size > sizeof(packet) - RTP_HEADER_BYTES)
		size = sizeof(packet) - RTP_HEADER_BYTES;
	for (uint16_t i = 0; i < 4; i++) {
		const struct rtp_head head = { .sequence = (uint16_t)(i * data[4]),
					       .stamp = i * data[5] * 64u,
					       .frames = (uint8_t)(1 + data[5] % 15) };

		rtp_write(packet, &head);
		memcpy(packet + RTP_HEADER_BYTES, data + 4, size - 4);
		if (unpacker_take(&u, packet, RTP_HEADER_BYTES + size - 4, &got) == 0)
			assert(got.frames <= UNPACKER_PCM_MAX);
		if (unpacker_take(&u, data + 4, size - 4, &got) == 0)
			assert(got.frames <= UNPACKER_PCM_MAX);
	}
	unpacker_done(&u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packer p;

	unpack(data, size);

	read_anything(data, size);
	if (size < 6 || packer_init(&p, data, 1) < 0)
		return 0;
	pack(&p, data + 4, size - 4);
	packer_done(&p);
	return 0;
}
