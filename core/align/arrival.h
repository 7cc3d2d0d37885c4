/* SPDX-License-Identifier: MIT */
/*
 * arrival - when a sweep reached the microphone, out of a recording.
 *
 *	recording ─► ÷ sweep, 400 Hz to 14 kHz ─► envelope ─► first peak that counts
 *
 * What is divided out leaves the response from speaker to microphone: the
 * direct sound, then the room. The direct sound is the first peak, not the
 * highest; how far it lies under the highest tells whether something stands
 * in the way.
 */
#ifndef FANFARE_ALIGN_ARRIVAL_H
#define FANFARE_ALIGN_ARRIVAL_H

#include "core/base/scope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRIVAL_EARLY_S 0.4 /* looked for from so much before it is expected … */
#define ARRIVAL_LATE_S	0.6 /* … until so much after */
#define ARRIVAL_POINTS	128 /* of the response that is drawn */
#define ARRIVAL_POINT_S 0.00025
#define ARRIVAL_AHEAD	16 /* points before the arrival */

enum arrival_verdict {
	ARRIVAL_HEARD,
	ARRIVAL_MISSING, /* nothing stands out of the noise */
	ARRIVAL_CLIPPED, /* the recording is at its limit during the sweep */
	ARRIVAL_DEAD,	 /* the recording holds no sound at all, not even noise */
	ARRIVAL_OUTSIDE, /* the recording does not reach there */
};

struct arrival {
	enum arrival_verdict verdict;
	double at;	 /* s after it was expected, of the direct sound */
	double snr_db;	 /* highest peak over the noise in the envelope */
	double noise_db; /* RMS of the stretch of recording before the sweep, dBFS */
	double level_db; /* of the direct sound, 500 to 2,000 Hz; 0 = as loud as it was sent */
	double under_db; /* how far the first peak lies under the highest, 0.. */
	double low_snr_db; /* as snr_db, of the low tones alone */
	double ahead_db;   /* how far low tones ahead of it lie under the loudest of them … */
	double ahead_by;   /* … and by how much (s) they are ahead */
	float points[ARRIVAL_POINTS]; /* 0..1: the response around it, -40 to 0 dB of its peak
				       */
};

struct arrival_finder;

/*
 * [any] What is needed to look for sweeps that end at top (Hz) in recordings at
 * rate (frames/s, 8000..192000). -EINVAL, -ENOMEM. *ret is the caller's; used
 * by one thread at a time.
 */
int arrival_finder_new(uint32_t rate, double top, struct arrival_finder **ret);
void arrival_finder_free(struct arrival_finder *f);
SCOPED_FN(struct arrival_finder, arrival_finder_free)

/*
 * [any] Look for the one sweep of level (linear) that is expected to begin
 * expected seconds after the beginning of record (mono, -1..1). No other sweep
 * may begin from 1.1 s before to 1.1 s after it. Fills *ret; without
 * ARRIVAL_HEARD only verdict and noise_db mean anything.
 */
void arrival_find(struct arrival_finder *f, const float *record, size_t frames, double expected,
		  float level, struct arrival *ret);

#endif
