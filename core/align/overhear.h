/* SPDX-License-Identifier: MIT */
/*
 * overhear - when two speakers' probes reached the microphone, under the music.
 *
 *	recording ─► less the music, at each speaker's pace ─► less both probes ─► noise
 *	                                                          │
 *	     when each came ◄── first peak that counts ◄── what became of it on the way
 *
 * Half a minute of a known noise stands out of music that is a thousand times as
 * strong, and more so once the music, which is known too, is taken away: what
 * the room makes of it is fitted, tone by tone. All of it must be added up in
 * step: so the pace of each speaker's clock against the microphone's is looked
 * for first. Both probes are timed by one microphone at one time: whatever its
 * clock and its buffers add, the difference does not know.
 */
#ifndef FANFARE_ALIGN_OVERHEAR_H
#define FANFARE_ALIGN_OVERHEAR_H

#include "core/align/solve.h"

#include <stdatomic.h>

#define OVERHEAR_EARLY_S 0.25 /* looked for from so much before it is expected … */
#define OVERHEAR_LATE_S	 0.45 /* … until so much after */
#define OVERHEAR_LEAST_S 8.0  /* of probe, at least */

/* What was recorded, and what was sent. Mono, -1..1. */
struct overhear_task {
	const float *record;
	size_t record_frames;
	uint32_t record_rate;  /* frames/s, 8000..192000 */
	const float *music[2]; /* what all played beside it: left and right together, halved,
				  and their difference, halved; NULL = nothing of it */
	uint32_t players;      /* speakers that play it */
	const float *sent[2];  /* the probes, of the reference and of the other one */
	size_t sent_frames;
	uint32_t sent_rate;
	double expected[2]; /* s after the recording's beginning: their frame 0 is heard */
	const _Atomic bool *stop; /* leave as soon as it is set; NULL = nobody will */
};

struct overheard {
	enum solve_refusal refusal; /* NONE: what follows holds; BLOCKED: within unsure */
	double late;		    /* s after it was expected, at the probe's middle */
	double unsure;	   /* s: it may be out by so much; 0 = the straight sound was heard */
	double ppm;	   /* its pace against the microphone's */
	double snr_db;	   /* highest peak over the noise in the envelope */
	double under_db;   /* how far the first peak lies under the highest */
	double low_snr_db; /* as snr_db, of the low tones alone */
	double ahead_db;   /* how far low tones ahead of it lie under the loudest of them */
	double differ;	   /* s, of the two halves of the probe from the whole */
	float points[ARRIVAL_POINTS]; /* as struct arrival has them */
};

struct overhearing {
	enum solve_refusal
		refusal;   /* of the whole; NONE: offset holds; BLOCKED: within unsure */
	double offset;	   /* s by which the other one is later than the reference */
	double unsure;	   /* s, as of the less sure of both */
	double confidence; /* 0..1 */
	struct overheard of[2];
};

/*
 * [any] Find both. Some seconds of reckoning. Fills all of *ret. -EINVAL (rates, or
 * too little sent), -ENOMEM, -ECANCELED; *ret is then untouched.
 */
int overhear(const struct overhear_task *task, struct overhearing *ret);

#endif
