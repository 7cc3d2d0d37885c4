/* SPDX-License-Identifier: MIT */
/* music - a tune that nobody wrote: chords, a bass, a voice and drums, of a seed. */
#ifndef FANFARE_TESTS_MUSIC_H
#define FANFARE_TESTS_MUSIC_H

#include <stddef.h>
#include <stdint.h>

/* Fill n frames (mono, 44,100 Hz, peaks near 0.5) with it. */
void music_make(uint64_t seed, float *to, size_t n);

#endif
