/* SPDX-License-Identifier: MIT */
/*
 * alsa_pcm - one open ALSA device, either direction, whatever it offers.
 *
 * Any access, the formats of convert.h, one to eight channels, the rate it
 * has nearest to ours. Always non-blocking. A device without a clock, such as
 * the plugins "null" and "file", which takes or gives any amount at once, is
 * found out by that and from then on goes by CLOCK_MONOTONIC.
 */
#ifndef FANFARE_IO_ALSA_PCM_H
#define FANFARE_IO_ALSA_PCM_H

#include "core/dsp/convert.h"
#include "core/dsp/drift.h"

#include <alsa/asoundlib.h>
#include <stdbool.h>
#include <stdint.h>

#define ALSA_WHY 160 /* bytes of a reason */

struct alsa_want {
	const char *device; /* ALSA name, "" = "default" */
	bool capture;
	uint32_t rate;	   /* Hz, the nearest it has is taken */
	uint32_t channels; /* 1..8, likewise */
	uint32_t period;   /* frames, likewise */
	uint32_t buffer;   /* frames, likewise */
};

struct alsa_pcm {
	snd_pcm_t *pcm; /* NULL = closed */
	bool capture, interleaved, mapped;
	enum sample_format format;
	uint32_t channels, rate;
	uint32_t period, buffer; /* frames */
	enum drift_class class;	 /* how good its time stamps are */
	uint64_t grain;		 /* ns; its position moves in steps of that */
	bool server;		 /* a plugin: a sound server is behind it */
	size_t frame_size;	 /* bytes, all channels */
	uint8_t *apart;		 /* one channel after the other, when not interleaved */
	uint64_t moved;		 /* frames read or written since it was started */
	uint64_t started;	 /* ns; 0 = not running */
	bool clockless;		 /* then frame "moved" of its clock is at started + … */
};

/* Where a running device is. */
struct alsa_place {
	uint64_t at;   /* ns of CLOCK_MONOTONIC when it was true */
	int64_t avail; /* frames that can be read, or written */
	int64_t delay; /* frames between us and the sound: heard but unread, unplayed */
};

/*
 * [io] Open and prepare it; not started. 0 or -errno: -ENOENT, -ENODEV,
 * -EBUSY, -EINVAL (nothing it offers is of use) …; then why is a sentence that
 * names the device and what to do.
 */
int alsa_pcm_open(struct alsa_pcm *p, const struct alsa_want *want, char why[ALSA_WHY]);

/* [io] Closed already is fine. */
void alsa_pcm_close(struct alsa_pcm *p);

/* [io] Let it run from now (ns) on. */
int alsa_pcm_start(struct alsa_pcm *p, uint64_t now);

/*
 * [io] Move up to frames interleaved frames; returns how many went, 0 when
 * there is no room or nothing, or -errno (see alsa_pcm_recover).
 */
int64_t alsa_pcm_read(struct alsa_pcm *p, void *dst, uint32_t frames);
int64_t alsa_pcm_write(struct alsa_pcm *p, const void *src, uint32_t frames);

/* [io] Where it is; now is ns. 0 or -errno; *ret untouched then. */
int alsa_pcm_place(struct alsa_pcm *p, uint64_t now, struct alsa_place *ret);

/*
 * [io] After an error of the above: 0 when the device is prepared again and
 * only wants alsa_pcm_start() (an xrun, a suspend that is over), -EAGAIN while
 * it is still suspended, else the error: it has to be closed.
 */
int alsa_pcm_recover(struct alsa_pcm *p, int error);

#endif
