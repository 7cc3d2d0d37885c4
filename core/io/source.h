/* SPDX-License-Identifier: MIT */
/*
 * source - something that is heard: a ring that fills itself.
 *
 * Every source runs a thread of its own in its own longer periods, matches
 * its device's clock to the timeline, and places what it hears in the ring at
 * the frames where it belongs, a fixed latency after it was heard. It opens
 * its device itself and again after it was lost: control makes it and frees
 * it, nothing more; but for A2DP, whose sockets control has from BlueZ. What is
 * missing is silence.
 */
#ifndef FANFARE_IO_SOURCE_H
#define FANFARE_IO_SOURCE_H

#include "core/dsp/convert.h"
#include "core/io/health.h"
#include "core/io/tap.h"
#include "core/rt/engine.h"

enum source_type {
	SOURCE_IS_ALSA,
	SOURCE_IS_PULSE,
	SOURCE_IS_COMMAND,
	SOURCE_IS_FIFO,
	SOURCE_IS_STDIN,
	SOURCE_IS_TONE,
	SOURCE_IS_A2DP, /* a phone that plays to us: see source_attach() */
};

enum source_tone { SOURCE_TUNE, SOURCE_CLICKS, SOURCE_PINK, SOURCE_SWEEP, SOURCE_SILENCE };

/* All of it is copied by source_new(). */
struct source_config {
	enum source_type type;
	const char *device; /* ALSA or Pulse name, command line, path; "" = default */
	enum source_tone tone;
	enum sample_format format; /* command, fifo, stdin */
	uint32_t rate;		   /* 8000..192000, 0 = the zone's or the device's own */
	uint32_t channels;	   /* 1..8 */
	double ppm;		   /* remembered from earlier, 0 = none */
	double keep;		   /* s of it that its tap keeps, 0 = it has none */
};

struct source;

/*
 * [ctl] Begin to listen. Fails only with -ENOMEM or -EAGAIN (no thread): a
 * device that is not there is a state, see source_health(). *ret is the
 * caller's. The ring stays valid until source_free().
 */
int source_new(const struct source_config *config, const struct timeline *time,
	       const struct engine *engine, int notify_fd, struct source **ret);

/* [ctl] Stop the thread (within 0.5 s, also when its device hangs) and release. */
void source_free(struct source *s);

/* [ctl] What its feed reads. */
struct ring *source_ring(struct source *s);

/* [any] What its device gave, with keep; else NULL. Valid until source_free(). */
struct tap *source_tap(struct source *s);

/* [any] */
void source_health(struct source *s, struct health_report *ret);

/* What was agreed with one that plays to us. */
struct source_stream {
	int fd;		   /* the source's from now on; SOCK_SEQPACKET */
	uint8_t config[4]; /* SBC configuration as agreed */
};

/*
 * [ctl] A2DP only: sound comes over fd from now on, instead of another. -EINVAL
 * for a bad configuration, or a source that is no A2DP: the descriptor then
 * stays the caller's.
 */
int source_attach(struct source *s, const struct source_stream *stream);

/* [ctl] A2DP only: nothing comes any more; the descriptor is closed soon. */
void source_detach(struct source *s);

#endif
