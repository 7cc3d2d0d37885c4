/* SPDX-License-Identifier: MIT */
/* fft - a plain radix-2 transform, enough to find a lag. Pure. */
#ifndef FANFARE_LAB_FFT_H
#define FANFARE_LAB_FFT_H

#include <complex.h>
#include <stddef.h>

/* [any] In place; n is a power of two (2..2^24). Unscaled both ways. */
void fft_forward(float complex *x, size_t n);
void fft_inverse(float complex *x, size_t n);

#endif
