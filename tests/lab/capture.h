/* SPDX-License-Identifier: MIT */
/*
 * capture - what a speaker of ours received: every packet, whole, with the
 * time it arrived. Written while it plays, judged afterwards.
 *
 * The file: eight bytes "FFCAP 1\n", then for each packet its arrival
 * (CLOCK_MONOTONIC, ns, 8 bytes), its length (bytes, 4 bytes) and its bytes; numbers
 * in this machine's byte order, for a file never leaves it.
 */
#ifndef FANFARE_LAB_CAPTURE_H
#define FANFARE_LAB_CAPTURE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CAPTURE_PACKET_MAX 4096u /* bytes; larger than any L2CAP MTU in use */

/* One packet as RTP and A2DP describe it. */
struct packet {
	int64_t arrival_ns; /* CLOCK_MONOTONIC */
	uint32_t rtp_time;  /* frames at the stream's rate, wraps */
	uint16_t rtp_seq;   /* wraps */
	uint8_t sbc_frames; /* 0..15 as the payload header claims */
	uint8_t bitpool;    /* of the first SBC frame; 0: none */
	uint8_t mode;	    /* channel mode of the first SBC frame, SBC_MODE_* */
	uint32_t length;    /* bytes, RTP header included */
	uint8_t *data;	    /* length bytes, owned by the capture */
};

struct capture {
	struct packet *packets; /* in the order of their arrival */
	size_t count;
};

/* [any] Begin a file. 0 or -errno. */
int capture_begin(FILE *f);

/* [any] Add one packet of length bytes (1..CAPTURE_PACKET_MAX). 0 or -errno. */
int capture_add(FILE *f, int64_t arrival_ns, const void *data, uint32_t length);

/*
 * [any] Read the record that begins at from, of n bytes that are there so far; *ret's data
 * point into them. Bytes it takes, 0 (not all there yet) or -EBADMSG. What does not parse has
 * zero SBC frames. Before the first record there are CAPTURE_HEAD bytes.
 */
#define CAPTURE_HEAD 8u
int capture_next(uint8_t *from, size_t n, struct packet *ret);

/*
 * [any] Read a file into memory; *ret is the caller's, for capture_free(). A last
 * record cut short (the writer was killed) is left out. Fails with -errno of
 * opening, -EBADMSG (not a capture, or a length out of range) or -ENOMEM.
 */
int capture_load(const char *path, struct capture **ret);

/* [any] NULL is fine. */
void capture_free(struct capture *c);

/*
 * [any] Read the headers of one packet's data. 0, or -EBADMSG when it is no RTP
 * packet with at least one SBC frame; p->data and p->length are used, the other
 * fields but arrival_ns are set.
 */
int packet_parse(struct packet *p);

#endif
