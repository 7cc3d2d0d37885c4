/* SPDX-License-Identifier: MIT */
/*
 * figures - the arithmetic of judging a recording. Pure; no files, no clock.
 *
 * A recording is compared with its source in windows of one second. In each, the
 * lag is found by sound, and both source channels, each at three neighbouring
 * frames, are fitted to each recorded channel by least squares: what is left over
 * is what the chain added, and the weights are the gains, even when the lag lies
 * between two frames.
 */
#ifndef FANFARE_LAB_FIGURES_H
#define FANFARE_LAB_FIGURES_H

#include <stddef.h>
#include <stdint.h>

/* Two channels, interleaved, floats of -1..1. */
struct sound {
	float *frames; /* 2 * count samples */
	size_t count;  /* frames */
	unsigned rate; /* Hz */
};

struct match {
	size_t windows;	     /* seconds compared: the source plays in them */
	size_t missing;	     /* of those, seconds in which the recording is silent or alien */
	double correlation;  /* median over the windows, 0..1, the worse channel of each */
	double worst;	     /* the least of them */
	double lag_ms;	     /* median; positive: the recording is later */
	double lag_first_ms; /* of the first window and of the last, by sound */
	double lag_last_ms;
	size_t jumps;	   /* windows whose lag differs from the one before by over 1 frame */
	double gain[2][2]; /* linear, [recorded][source]: 0 left, 1 right; median */
};

/* [any] The middle value; sorts v. 0 for none. */
double figures_median(double *v, size_t n);

/*
 * [any] The mean of the middle four fifths; sorts v. 0 for none. For times of arrival: those
 * of packets that are no whole number of the sender's periods lie on some levels, evenly, and
 * a median falls on now one of them, now another.
 */
double figures_middle(double *v, size_t n);

/*
 * [any] The mean of v[n], each weighed by where in the window it lies, when (0..1): by Hann's
 * window, sin^2. Times of arrival go round in turns (who is sent first, whose slot is near),
 * and how many turns a window holds is chance: cut off sharply, three speakers on an adapter
 * seem to move by two frames, so weighed by 0.3. A value further outside the middle four
 * fifths than those are wide does not count. 0 for none; -ENOMEM.
 */
int figures_steady(const double *when, const double *v, size_t n, double *ret);

/* [any] The value below which fraction (0..1) of v lies; sorts v. 0 for none. */
double figures_quantile(double *v, size_t n, double fraction);

/* [any] dB of a linear gain; -200 for nothing at all. */
double figures_db(double linear);

/*
 * [any] Where b is like a: the lag (frames; b[i + lag] goes with a[i]) of the highest
 * correlation, anywhere the two overlap. -ENOMEM, or -ENODATA when one is silent.
 */
int figures_lag(const float *a, size_t na, const float *b, size_t nb, long *ret);

/*
 * [any] Compare recording with source, both at the same rate. 0, -EINVAL (rates
 * differ), -ENODATA (silent, or less than one second to compare) or -ENOMEM.
 */
int figures_match(const struct sound *source, const struct sound *recording, struct match *ret);

/*
 * [any] Silences in the midst of s: runs of at least least_frames (1..) in which both
 * channels stay under level (0..1), not counting those at either end. *ret_longest
 * (frames) may be NULL.
 */
size_t figures_gaps(const struct sound *s, size_t least_frames, float level,
		    size_t *ret_longest);

#endif
