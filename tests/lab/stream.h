/* SPDX-License-Identifier: MIT */
/* stream - a sound as the A2DP packets that the lab's phone sends. */
#ifndef FANFARE_LAB_STREAM_H
#define FANFARE_LAB_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "tests/lab/figures.h"

struct stream;

/* [any] For an SBC configuration as agreed. 0, -EINVAL or -ENOMEM. *ret is the caller's. */
int stream_new(const uint8_t config[4], uint16_t mtu, struct stream **ret);
void stream_free(struct stream *s); /* NULL is fine */

/* [any] Frames a second, by its configuration. */
uint32_t stream_rate(const struct stream *s);

/*
 * [any] One packet with the sound from frame *at on, as long as fits, and where the next one
 * begins. *ret holds until the next call; its bytes, 0 = it cannot be made.
 */
size_t stream_packet(struct stream *s, const struct sound *sound, uint64_t *at,
		     const uint8_t **ret);

#endif
