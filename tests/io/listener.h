/* SPDX-License-Identifier: MIT */
/*
 * listener - the far end of an A2DP stream: reads packets off a socket and
 * writes the decoded sound down at the frames that their time stamps name.
 */
#ifndef TESTS_IO_LISTENER_H
#define TESTS_IO_LISTENER_H

#include "core/io/rtp.h"

#include <sbc/sbc.h>
#include <stdbool.h>
#include <stdint.h>

#define LISTENER_PACKETS 20000u

struct listened {
	struct rtp_head head;
	uint32_t len; /* bytes */
	uint64_t at;  /* ns, when it was read */
	uint8_t bitpool;
};

struct listener {
	int fd;
	uint8_t config[4];
	bool decode; /* else only counted: decoding takes its time */
	sbc_t sbc;
	uint64_t base;	/* the frame that heard begins with */
	uint64_t room;	/* frames of heard */
	float *heard;	/* stereo; silence where nothing came */
	uint8_t *count; /* how often each frame came */
	struct listened packet[LISTENER_PACKETS];
	uint32_t packets;
	uint32_t garbled; /* packets that were no RTP with SBC */
};

/* Room for frames of sound; *ret_fd is the sink's end, the caller's. */
void listener_init(struct listener *l, const uint8_t config[4], uint64_t room, int *ret_fd);
void listener_done(struct listener *l);

/* A new connection; what was heard stays. */
void listener_reopen(struct listener *l, int *ret_fd);

/* Read up to most packets that wait; returns how many there were. */
uint32_t listener_take(struct listener *l, uint64_t now, uint32_t most);

/*
 * Correlation of the left channels of a and b (stereo, n frames) with b
 * shifted by whole frames, -most..most; the best, and at which shift.
 */
double correlate(const float *a, const float *b, uint64_t n, int most, int *ret_shift);

#endif
