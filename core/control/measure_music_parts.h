/* SPDX-License-Identifier: MIT */
/* measure_music_parts - what the files measure_music*.c have in common; for them only. */
#ifndef FANFARE_CONTROL_MEASURE_MUSIC_PARTS_H
#define FANFARE_CONTROL_MEASURE_MUSIC_PARTS_H

#include "core/align/overhear.h"
#include "core/align/probe.h"
#include "core/control/measure_music.h"
#include "core/control/measure_parts.h"

#define MUSIC_PROBE_S 30 /* how long it sounds */
#define MUSIC_KEEP_S  40.0

/* What is reckoned with, by a thread of its own. */
struct reckoning;

struct music_check {
	struct ff_music_check shown;
	uint32_t id[2]; /* of the reference, and of the speaker */
	uint32_t zone;	/* index; stays while structure does */
	uint64_t structure;
	uint32_t delay[2]; /* frames, when it began */
	uint64_t losses;   /* of both, likewise */

	struct source_config microphone;
	char device[FF_PATH_MAX]; /* microphone.device points here */
	char type[sizeof(((struct ff_command *)0)->type)];
	struct source *mic;  /* open while it sounds */
	uint64_t wait_until; /* ns */
	uint64_t breaks;     /* of its recording, at the beginning */

	struct probe *probe[2];
	struct ring *ring[2];
	struct feed *feed[2];
	struct ring *listener;	   /* the zone's mix, as it was played */
	uint64_t first;		   /* frame of the timeline with which the probes begin */
	uint32_t frames;	   /* they have, whole pieces */
	uint32_t rendered, heard;  /* of them; and of the music beneath */
	uint32_t quiet;		   /* frames of music on end that were none */
	float *sent[2], *music[2]; /* frames each; middle and side of the music */

	struct reckoning *reckoning;
	struct measured_setting before, after; /* of the speaker */
};

/* ---- measure_music_run.c: sound, listening and reckoning -------------------------------- */

/* [ctl] Rings, feeds and room for a run. -ENOMEM. */
int music_run_prepare(struct control *c, struct music_check *m);

/* [ctl] Let the probes begin. */
void music_run_begin(struct control *c, struct music_check *m);

/*
 * [ctl] Go on with them. 1 = over, and all of it is recorded; -EPIPE the recording has a gap;
 * -ENODATA the music has stopped.
 */
int music_run_step(struct control *c, struct music_check *m);

/* [ctl] Begin to reckon with what was recorded. -ENOMEM, -EAGAIN, -ERANGE. */
int music_run_reckon(struct control *c, struct music_check *m);

/* [ctl] Whether it is over; then its outcome in *ret_result (0 or -errno) and *ret. */
bool music_run_reckoned(struct music_check *m, int *ret_result, struct overhearing *ret);

/* [ctl] Leave the reckoning, and give back what a run needs besides feeds and rings. */
void music_run_end(struct music_check *m);

#endif
