/* SPDX-License-Identifier: MIT */
/* measure - what is left of a tone, and what has come to it. */
#ifndef FANFARE_TESTS_DSP_MEASURE_H
#define FANFARE_TESTS_DSP_MEASURE_H

#include <stddef.h>

/* A tone as found in a signal. */
struct tone {
	double level; /* dB over an amplitude of 1 */
	double rest;  /* dB of all else over the tone: distortion and noise */
};

/*
 * Fit a sine and cosine of radians per value to n values, stride apart.
 */
struct tone measure_tone(const float *x, size_t n, size_t stride, double radians);

#define SPLASH_FRAMES 4096 /* that measure_splash() looks at */

/*
 * The loudest line at least away (Hz) from a tone of hz at rate, in dB over the
 * amplitude level. Through a window out of which the tone does not leak, what a
 * change splashes is seen and the tone is not. SPLASH_FRAMES values, stride apart.
 */
double measure_splash(const float *x, size_t stride, double hz, double rate, double away,
		      double level);

/* RMS of n values, stride apart, in dB over 1. */
double measure_db(const float *x, size_t n, size_t stride);

#endif
