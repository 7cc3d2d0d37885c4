/* SPDX-License-Identifier: MIT */
/*
 * probe - noise that hides under music: 20 dB below it, tone for tone.
 *
 *	music ─► its spectrum now ─► noise of that shape ─► faded into the last ─► out
 *
 * Each piece of noise has the loudness of the music of a moment ago in every
 * third of an octave, so the ear hears the music alone; where there is no
 * music there is no noise. Noises of different seeds have nothing in common:
 * several speakers play theirs at once and are told apart.
 */
#ifndef FANFARE_ALIGN_PROBE_H
#define FANFARE_ALIGN_PROBE_H

#include "core/base/scope.h"

#include <stdint.h>

#define PROBE_BLOCK    2048u /* frames of music that shape a piece */
#define PROBE_HOP      1024u /* frames from one piece to the next */
#define PROBE_UNDER_DB 20.0  /* how far under the music, in power */
#define PROBE_FROM     150.0 /* Hz: nothing below … */
#define PROBE_TO       16000.0

struct probe;

/* [any] At rate (frames/s, 8000..192000), of a seed. -EINVAL, -ENOMEM. *ret is the caller's. */
int probe_new(uint32_t rate, uint64_t seed, struct probe **ret);
void probe_free(struct probe *p);
SCOPED_FN(struct probe, probe_free)

/*
 * [any] The next PROBE_HOP frames (mono), shaped by the latest PROBE_BLOCK frames
 * of music (mono); NULL = no more music: what began fades away. The first piece
 * fades in.
 */
void probe_next(struct probe *p, const float *music, float *out);

#endif
