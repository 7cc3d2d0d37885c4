/* SPDX-License-Identifier: MIT */
/*
 * convolve - a long response laid over a sound that comes block by block.
 *
 *	block ─► FFT ─► × each part of the response ─► sum ─► FFT back ─► block
 *
 * The response is cut into parts of one block; what comes out is as late as the
 * response says, and by nothing more.
 */
#ifndef FANFARE_LAB_CONVOLVE_H
#define FANFARE_LAB_CONVOLVE_H

#include <stddef.h>

#define CONVOLVE_BLOCK 512u /* frames */

struct convolver;

/* [any] response of n frames (1..). 0 or -ENOMEM; *ret is the caller's. */
int convolver_new(const float *response, size_t n, struct convolver **ret);

/* [any] NULL is fine. */
void convolver_free(struct convolver *c);

/* [any] The next CONVOLVE_BLOCK frames of in; what is heard of it is added to out. */
void convolver_add(struct convolver *c, const float *in, float *out);

#endif
