/* SPDX-License-Identifier: MIT */
/* map - see map.h. */
#include "core/dsp/map.h"

#include <string.h>

static void map_swapped(float *dst, const float *src, uint32_t frames)
{
	for (uint32_t i = 0; i < frames; i++) {
		float l = src[2 * i];

		dst[2 * i] = src[2 * i + 1];
		dst[2 * i + 1] = l;
	}
}

static void map_mono(float *dst, const float *src, uint32_t frames)
{
	for (uint32_t i = 0; i < frames; i++) {
		/* halved before adding, so that two full scales cannot overflow */
		float x = 0.5f * src[2 * i] + 0.5f * src[2 * i + 1];

		dst[2 * i] = x;
		dst[2 * i + 1] = x;
	}
}

static void map_pick(float *dst, const float *src, uint32_t frames, uint32_t channel)
{
	for (uint32_t i = 0; i < frames; i++) {
		float x = src[2 * i + channel];

		dst[2 * i] = x;
		dst[2 * i + 1] = x;
	}
}

void map_apply(enum channel_map map, float *dst, const float *src, uint32_t frames)
{
	switch (map) {
	case MAP_STEREO:
		if (dst != src)
			memcpy(dst, src, 2 * sizeof(float) * frames);
		return;
	case MAP_MONO:
		map_mono(dst, src, frames);
		return;
	case MAP_LEFT:
		map_pick(dst, src, frames, 0);
		return;
	case MAP_RIGHT:
		map_pick(dst, src, frames, 1);
		return;
	case MAP_SWAPPED:
		map_swapped(dst, src, frames);
		return;
	}
}
