/* SPDX-License-Identifier: MIT */
/*
 * drift - what a device's own clock does, from its position reports.
 *
 * A third-order delay-locked loop on (monotonic time, device position): it
 * follows a constant error of the crystal and its wandering without lag. Its
 * gains are not steps in a table but come from how much is still in doubt, so
 * that it starts above 1 Hz and narrows as fast as the reports' noise allows,
 * down to 0.05 Hz for ALSA's time stamps, 0.01 Hz for USB, 0.005 Hz for
 * reports that come through a sound server. (With fixed steps at 4 s and 30 s
 * reports of ±5 ms gave 440 us between two outputs, P99 of an hour; this gives
 * 160.) Reports may come 5 to 500 ms apart, irregularly.
 *
 * A value: embed it, nothing to release. One thread owns it. Position is in
 * frames of the device, from an origin of the caller's choice; time is in ns
 * of CLOCK_MONOTONIC. Whole frames are kept apart from the fraction, so that a
 * month loses no precision.
 */
#ifndef FANFARE_DSP_DRIFT_H
#define FANFARE_DSP_DRIFT_H

#include <stdbool.h>
#include <stdint.h>

/* How good the reports are. */
enum drift_class {
	DRIFT_ALSA,  /* hardware time stamps, about ±0.02 ms */
	DRIFT_USB,   /* about ±0.5 ms */
	DRIFT_LOOSE, /* PulseAudio, PipeWire, Bluetooth in: about ±5 ms */
};

struct drift {
	double nominal;		/* Hz; what the device claims */
	enum drift_class class; /* how good its reports are */
	bool anchored;		/* the phase is known */
	uint64_t at;		/* ns; time of the state below */
	int64_t whole;		/* frames; the position is whole + part */
	double part;		/* frames */
	double rate;		/* frames per second */
	double bend;		/* frames per second, per second */
	double centre;		/* rate / nominal - 1 about which the later clamp lies */
	double age;		/* s of reports since the start */
	uint32_t count;		/* reports used since the anchor */
	/* covariances of the doubt about position (s), rate (1) and bend (1/s) */
	double pp, pr, pb, rr, rb, bb;
	double last;	 /* frames; position of the latest report */
	double spread;	 /* s; mean size of the errors */
	double lean;	 /* s; mean of the errors over seconds */
	double few;	 /* its variance, to that of one error: 1 / how many it is of */
	uint32_t odd;	 /* reports rejected in a row */
	uint64_t odd_at; /* ns; the first of them */
};

/*
 * [any] Nothing known but the nominal rate (Hz) and what the device's clock
 * did last time (ppm, ±5000; 0 when never seen).
 */
void drift_init(struct drift *d, double nominal_rate, double ppm_remembered,
		enum drift_class class);

/*
 * [io] The device was at position_frames at time now_ns. False when it was
 * not used: no news (the same position or time again), or a spike; spikes
 * for 2 s on end (0.2 s soon after an anchor) are believed and the phase is
 * taken anew. A device that stands still at first is waited for.
 */
bool drift_report(struct drift *d, uint64_t now_ns, double position_frames);

/* [io] After an xrun: keep the frequency, take the phase anew at the next report. */
void drift_hold(struct drift *d);

/* [io] True once the phase is known well enough to play by: two reports, if loose about ten. */
bool drift_locked(const struct drift *d);

/* [io] Smoothed device position (frames) at t_ns, before or after the latest report. */
double drift_position_at(const struct drift *d, uint64_t t_ns);

/* [io] The other way: ns from origin_ns until the device is at position (frames). */
double drift_ns_until(const struct drift *d, uint64_t origin_ns, double position);

/* [io] Frames of the device per second of CLOCK_MONOTONIC. */
double drift_rate(const struct drift *d);

/* [io] The same as ppm off the nominal rate: what to remember. */
double drift_ppm(const struct drift *d);

#endif
