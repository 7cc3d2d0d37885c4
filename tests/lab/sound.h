/* SPDX-License-Identifier: MIT */
/*
 * sound - sounds from files and from captured packets, and the lab's programme.
 *
 * Whoever holds a struct sound releases it with sound_done(); one that is all
 * zero is fine.
 */
#ifndef FANFARE_LAB_SOUND_H
#define FANFARE_LAB_SOUND_H

#include <stddef.h>
#include <stdint.h>

#include <sbc/sbc.h>

#include "tests/lab/capture.h"
#include "tests/lab/figures.h"

/* [any] */
void sound_done(struct sound *s);

/* [any] Any file libsndfile reads, of one channel (doubled) or two. 0, -errno or -EBADMSG. */
int sound_load(const char *path, struct sound *ret);

/* [any] As 16-bit WAV. 0 or -EIO. */
int sound_save(const char *path, const struct sound *s);

/*
 * [any] The lab's programme: chords that change at uneven times under soft noise,
 * left and right of their own, nothing of it ever repeated; at 44.1 kHz, seconds
 * (1..3600) long, the same every time. 0 or -ENOMEM.
 */
int sound_programme(unsigned seconds, struct sound *ret);

/* [any] The same sound at rate (Hz, 8000..192000), by Fanfare's own resampler. 0 or -ENOMEM. */
int sound_resample(const struct sound *s, unsigned rate, struct sound *ret);

#define PACKET_FRAMES (15 * 128) /* the most one packet holds */

/*
 * [any] The sound of one packet that parsed, by its stream's decoder: ret in two channels.
 * Frames, or -EBADMSG (no SBC).
 */
int sound_packet(sbc_t *sbc, const struct packet *k, float ret[2 * PACKET_FRAMES]);

/* A run of packets of one stream: its RTP time goes on without a new beginning. */
struct stretch {
	size_t first, count; /* packets of the capture */
	int64_t anchor_ns;   /* when its RTP time 0 arrives: the median over its packets */
	uint32_t base;	     /* RTP time of its first packet */
};

struct placed {
	struct sound sound;	   /* decoded; missing packets are silent */
	struct stretch *stretches; /* in order of time */
	size_t count;
	int64_t origin_ns; /* CLOCK_MONOTONIC of the sound's first frame */
};

/* [any] */
void placed_done(struct placed *p);

/*
 * [any] Decode a capture. Within a stretch the RTP time says where a packet's sound
 * belongs; where a stretch begins, the middle of its arrivals does. rate in Hz. The sound
 * begins at origin_ns, or with the first packet when that is 0. 0, -ENODATA (nothing
 * in it that plays), -EBADMSG (no SBC) or -ENOMEM.
 */
int sound_decode(const struct capture *c, unsigned rate, int64_t origin_ns, struct placed *ret);

#endif
