/* SPDX-License-Identifier: MIT */
/*
 * peak - the first peak that counts in the envelope of an impulse response.
 *
 * The direct sound is the first peak, not the highest: a wall may throw back
 * more than comes straight. How far it lies under the highest tells whether
 * something stands in the way.
 */
#ifndef FANFARE_ALIGN_PEAK_H
#define FANFARE_ALIGN_PEAK_H

#include <stddef.h>
#include <stdint.h>

#define PEAK_LEAD_S 0.020 /* the direct sound is at most so long before the highest peak */

/* [any] Linear to dB and back; nothing is -180 dB. */
double peak_to_db(double x);
double peak_from_db(double db);

/* [any] 0 below from, 1 above to, half a cosine between. */
double peak_rise(double f, double from, double to);

/* [any] The highest of x in from..to-1; from when that is empty. */
size_t peak_highest(const float *x, size_t from, size_t to);

/*
 * [any] The noise in an envelope of n frames at rate: the median of where nothing
 * has come yet before the highest, or of all when that is too short. room holds n.
 */
double peak_noise(const float *env, size_t n, size_t highest, uint32_t rate, float *room);

/* [any] The first peak in the 20 ms before the highest that is loud enough, or that itself. */
size_t peak_first(const float *env, size_t highest, double noise, uint32_t rate);

/* [any] Where between the samples the peak at i lies, -0.5..0.5. */
double peak_between(const float *env, size_t i);

/*
 * [any] The envelope around a peak: points of them, step frames apart, of which
 * ahead come before it; 0..1 for -40 to 0 dB of the highest.
 */
void peak_draw(const float *env, size_t n, size_t peak, size_t highest, double step, int ahead,
	       float *points, int points_n);

#endif
