/* SPDX-License-Identifier: MIT */
/*
 * clean - an impulse response without the ghosts that missing tones leave around it.
 *
 * Where some tones count more than others, one echo shows as a peak with ripples to
 * both sides, its beam, and the ripples of the loudest hide what is faint. The peak
 * is taken away a little at a time, with its ripples, and noted, until only noise is
 * left; then what was noted is put back without them. (J. A. Högbom, "Aperture
 * synthesis with a non-regular distribution of interferometer baselines", 1974,
 * does so to pictures of the sky.)
 */
#ifndef FANFARE_ALIGN_CLEAN_H
#define FANFARE_ALIGN_CLEAN_H

#include <kissfft/kiss_fft.h>
#include <stddef.h>

/*
 * [any] The envelope of x[0..n-1] without ripples, to ret (n); x is used up. beam: what
 * one echo of size 1 at 0 makes, circular, of beam_n >= 2 n frames; keep: so many frames
 * of it to both sides are its peak. Down to stop, an amplitude > 0. room holds n.
 */
void clean(kiss_fft_cpx *x, size_t n, const kiss_fft_cpx *beam, size_t beam_n, size_t keep,
	   float stop, kiss_fft_cpx *room, float *ret);

#endif
