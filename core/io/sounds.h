/* SPDX-License-Identifier: MIT */
/*
 * sounds - what sound devices this computer has: ALSA's cards, and what
 * PulseAudio or PipeWire offers.
 *
 * Asking can take as long as a card or a server likes, so it is done by a
 * thread of its own; one that hangs is left behind.
 */
#ifndef FANFARE_IO_SOUNDS_H
#define FANFARE_IO_SOUNDS_H

#include <stdbool.h>
#include <stdint.h>

#define SOUNDS_MOST 64

struct sound {
	bool capture;	  /* it gives sound; else it takes it */
	bool pulse;	  /* the sound server's; else ALSA's */
	char device[256]; /* as a profile names it */
	char name[64];	  /* for people: UTF-8 without control characters */
};

struct sounds {
	uint32_t n;
	struct sound list[SOUNDS_MOST]; /* ALSA's first */
};

struct sounds_look;

/* [ctl] Begin to look; notify_fd (eventfd) rings when it is over. -ENOMEM, -EAGAIN. */
int sounds_look_new(int notify_fd, struct sounds_look **ret);

/* [ctl] Whether it is over; then *ret is what was found. */
bool sounds_look_done(struct sounds_look *l, struct sounds *ret);

/* [ctl] Over or not, within 0.5 s. NULL is fine. */
void sounds_look_free(struct sounds_look *l);

#endif
