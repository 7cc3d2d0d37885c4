/* SPDX-License-Identifier: MIT */
/*
 * edge - where a device's own clock meets the zone's.
 *
 * The zone counts frames on CLOCK_MONOTONIC: frame n is due at t0 + n / rate.
 * A capture device delivers, and a playing device takes, frames on a clock of
 * its own. An edge estimates that clock from the device's position reports
 * (drift.h) and resamples (resample.h) so that
 *
 *   in:  zone frame n is what the device heard at   due(n) - latency
 *   out: zone frame n is what the device plays at   due(n) + latency
 *
 * and keeps it so: the place in the sound, not the fill of a buffer, is what
 * is steered. Small errors are pulled straight over half a second (3 s if
 * loose), by 1,000 ppm at most; after a gap, or more than 4 ms out, it fades out, goes to the
 * right place and fades in, 5 ms each. Where there is no sound there is
 * silence; nothing ever shifts.
 *
 *   device --push--> [ resampler ] --pull(zone frame)--> zone
 *   zone --push(zone frame)--> [ resampler ] --pull--> device
 *                       ^ step
 *   device --report--> [ drift ]
 *
 * One thread owns an edge, the device's runner: no locks, no allocation after
 * _new, no clock of its own. Device positions are counted in frames pushed
 * (in) or pulled (out) since _new, straight across gaps.
 */
#ifndef FANFARE_DSP_EDGE_H
#define FANFARE_DSP_EDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/dsp/drift.h"
#include "core/dsp/resample.h"

/* What an edge must have in hand beyond its sound: half a sinc, and two fades. */
#define EDGE_MARGIN_MS 15

struct edge_setup {
	double device_rate;	/* Hz, nominal, 8000..192000 */
	uint32_t zone_rate;	/* Hz, 8000..192000 */
	uint64_t t0;		/* ns of CLOCK_MONOTONIC; zone frame 0 is due */
	uint64_t latency;	/* ns; see above. At least what the device buffers, plus the
				 * longest time between two calls, plus EDGE_MARGIN_MS */
	enum drift_class class; /* how good the reports are */
	double ppm;		/* remembered; 0 when never seen */
};

struct edge_status {
	bool playing;	 /* sound passes (else: waiting for reports or for sound) */
	double ppm;	 /* of the device's clock: worth remembering after 30 s */
	double error;	 /* s; how far the sound is from its place, by the loop's belief */
	uint32_t breaks; /* times that sound was faded out: gaps, lack of sound, jumps */
	uint64_t silent; /* frames of silence given */
};

struct edge_in;
struct edge_out;

/*
 * [ctl] An edge; table for (device_rate, zone_rate) may be shared or NULL (its
 * own). NULL = no memory or a rate out of range.
 */
struct edge_in *edge_in_new(const struct edge_setup *setup, const struct resample_table *table);

/* [ctl] NULL is fine. */
void edge_in_free(struct edge_in *e);

/*
 * [io] The device delivered stereo frames; now (ns) is when they were read. A
 * pause of more than 200 ms before them counts as edge_in_gap(). When nobody
 * pulls, the oldest are forgotten.
 */
void edge_in_push(struct edge_in *e, uint64_t now, const float *stereo, uint32_t frames);

/*
 * [io] At time now (ns) the device had captured position frames: all that
 * were pushed and those still in its buffer. False = not used (drift_report()).
 * The more reports, the less noise: every 10 ms for the figures of drift.h.
 */
bool edge_in_report(struct edge_in *e, uint64_t now, double position);

/* [io] What will be pushed next does not continue what was: xrun, pause, reopened. */
void edge_in_gap(struct edge_in *e);

/*
 * [io] What belongs to zone frames [zone_frame, zone_frame + frames), always
 * filled; returns how many frames of it are sound.
 */
uint32_t edge_in_pull(struct edge_in *e, uint64_t zone_frame, float *out, uint32_t frames);

/*
 * [io] The zone frame up to which (exclusive) a pull would be all sound, were
 * it made now; 0 while that is unknown. The counterpart of edge_out_needs().
 */
uint64_t edge_in_reach(const struct edge_in *e);

/* [io] How it stands. */
void edge_in_status(const struct edge_in *e, struct edge_status *ret);

/* [ctl] As edge_in_new(); table for (zone_rate, device_rate). */
struct edge_out *edge_out_new(const struct edge_setup *setup,
			      const struct resample_table *table);

/* [ctl] NULL is fine. */
void edge_out_free(struct edge_out *e);

/*
 * [io] The zone's stereo frames [zone_frame, zone_frame + frames). Frames left
 * out are silence, frames given twice are ignored. When nobody pulls, the
 * oldest are forgotten.
 */
void edge_out_push(struct edge_out *e, uint64_t zone_frame, const float *stereo,
		   uint32_t frames);

/*
 * [io] At time now (ns) the device was playing position: frames pulled so far,
 * less those still in its buffer. False = not used (drift_report()).
 */
bool edge_out_report(struct edge_out *e, uint64_t now, double position);

/* [io] The device lost its place: xrun, restart, reopened. */
void edge_out_gap(struct edge_out *e);

/*
 * [io] The next frames for the device, always filled; returns how many are
 * sound. Silence until the first reports: a device gives none before it runs.
 */
uint32_t edge_out_pull(struct edge_out *e, float *out, uint32_t frames);

/* [io] Frames pulled so far: the device position of the next one. */
uint64_t edge_out_position(const struct edge_out *e);

/*
 * [io] The zone frame up to which (exclusive) the zone must have been pushed
 * for a pull of frames to be all sound; 0 while that is unknown.
 */
uint64_t edge_out_needs(const struct edge_out *e, uint32_t frames);

/* [io] How it stands. */
void edge_out_status(const struct edge_out *e, struct edge_status *ret);

#endif
