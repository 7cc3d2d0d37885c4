/* SPDX-License-Identifier: MIT */
/* map - which of the two channels a speaker plays. */
#ifndef FANFARE_DSP_MAP_H
#define FANFARE_DSP_MAP_H

#include <stdint.h>

enum channel_map {
	MAP_STEREO,
	MAP_MONO,  /* (left + right) / 2, in both */
	MAP_LEFT,  /* left, in both */
	MAP_RIGHT, /* right, in both */
	MAP_SWAPPED,
};

/* [rt] Map stereo frames from src to dst; dst may be src, but not overlap it otherwise. */
void map_apply(enum channel_map map, float *dst, const float *src, uint32_t frames);

#endif
