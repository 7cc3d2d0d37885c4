/* SPDX-License-Identifier: MIT */
/* capture - see capture.h. */
#include "tests/lab/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/scope.h"

#define RTP_HEADER 12u
#define SBC_SYNC   0x9Cu

static const char magic[CAPTURE_HEAD] = { 'F', 'F', 'C', 'A', 'P', ' ', '1', '\n' };

static void fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}

SCOPED_FN(struct capture, capture_free)

int capture_begin(FILE *f)
{
	return fwrite(magic, sizeof(magic), 1, f) == 1 ? 0 : -EIO;
}

int capture_add(FILE *f, int64_t arrival_ns, const void *data, uint32_t length)
{
	if (length == 0 || length > CAPTURE_PACKET_MAX)
		return -EMSGSIZE;
	if (fwrite(&arrival_ns, sizeof(arrival_ns), 1, f) != 1 ||
	    fwrite(&length, sizeof(length), 1, f) != 1 || fwrite(data, length, 1, f) != 1)
		return -EIO;
	return 0;
}

void capture_free(struct capture *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++)
		free(c->packets[i].data);
	free(c->packets);
	free(c);
}

int packet_parse(struct packet *p)
{
	const uint8_t *d = p->data;

	/* version 2, no padding, extension or contributing sources: what A2DP sends */
	if (p->length < RTP_HEADER + 1 + 4 || d[0] != 0x80)
		return -EBADMSG;
	if ((d[RTP_HEADER] & 0x0F) == 0 || d[RTP_HEADER + 1] != SBC_SYNC)
		return -EBADMSG;

	p->rtp_seq = (uint16_t)(d[2] << 8 | d[3]);
	p->rtp_time = (uint32_t)d[4] << 24 | (uint32_t)d[5] << 16 | (uint32_t)d[6] << 8 | d[7];
	p->sbc_frames = d[RTP_HEADER] & 0x0F;
	p->mode = d[RTP_HEADER + 2] >> 2 & 0x03;
	p->bitpool = d[RTP_HEADER + 3];
	return 0;
}

int capture_next(uint8_t *from, size_t n, struct packet *ret)
{
	const size_t head = sizeof(ret->arrival_ns) + sizeof(ret->length);
	struct packet p = { 0 };

	if (n < head)
		return 0;
	memcpy(&p.arrival_ns, from, sizeof(p.arrival_ns));
	memcpy(&p.length, from + sizeof(p.arrival_ns), sizeof(p.length));
	if (p.length == 0 || p.length > CAPTURE_PACKET_MAX)
		return -EBADMSG;
	if (n < head + p.length)
		return 0;
	p.data = from + head;
	if (packet_parse(&p) < 0)
		p.sbc_frames = 0;
	*ret = p;
	return (int)(head + p.length);
}

/* 1: one packet more; 0: the end, or a record cut short; -errno. */
static int read_one(FILE *f, struct packet *ret)
{
	SCOPED(freep) uint8_t *data = NULL;
	struct packet p = { 0 };

	if (fread(&p.arrival_ns, sizeof(p.arrival_ns), 1, f) != 1 ||
	    fread(&p.length, sizeof(p.length), 1, f) != 1)
		return 0;
	if (p.length == 0 || p.length > CAPTURE_PACKET_MAX)
		return -EBADMSG;
	data = malloc(p.length);
	if (!data)
		return -ENOMEM;
	if (fread(data, p.length, 1, f) != 1)
		return 0;
	p.data = TAKE(data);
	*ret = p;
	return 1;
}

int capture_load(const char *path, struct capture **ret)
{
	SCOPED(capture_freep) struct capture *c = NULL;
	SCOPED(fclosep) FILE *f = fopen(path, "rbe");
	char head[sizeof(magic)];
	size_t room = 0;
	int r;

	if (!f)
		return -errno;
	if (fread(head, sizeof(head), 1, f) != 1 || memcmp(head, magic, sizeof(magic)) != 0)
		return -EBADMSG;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	for (;;) {
		struct packet p;

		r = read_one(f, &p);
		if (r <= 0)
			break;
		if (c->count == room) {
			struct packet *more;

			room = room ? 2 * room : 1024;
			more = realloc(c->packets, room * sizeof(*more));
			if (!more) {
				free(p.data);
				return -ENOMEM;
			}
			c->packets = more;
		}
		/* what does not parse stays in, with zero SBC frames: the judge counts it */
		if (packet_parse(&p) < 0)
			p.sbc_frames = 0;
		c->packets[c->count++] = p;
	}
	if (r < 0)
		return r;
	*ret = TAKE(c);
	return 0;
}
