/* SPDX-License-Identifier: MIT */
/* clean - see clean.h. */
#include "core/align/clean.h"

#include <math.h>
#include <string.h>

#define GAIN  0.3f /* of a peak, at a time */
#define STEPS 4000 /* at most: the stronger ones come first */

static float power(kiss_fft_cpx a)
{
	return a.r * a.r + a.i * a.i;
}

static size_t strongest(const kiss_fft_cpx *x, size_t n)
{
	size_t at = 0;
	float most = 0;

	for (size_t i = 0; i < n; i++) {
		float p = power(x[i]);

		if (p > most) {
			most = p;
			at = i;
		}
	}
	return at;
}

/* To to[from..to-1] by times the beam around frame at. */
static void add_beam(kiss_fft_cpx *x, size_t from, size_t to, size_t at, kiss_fft_cpx by,
		     const kiss_fft_cpx *beam, size_t beam_n)
{
	for (size_t i = from; i < to; i++) {
		kiss_fft_cpx b = beam[i >= at ? i - at : beam_n + i - at];

		x[i].r += by.r * b.r - by.i * b.i;
		x[i].i += by.r * b.i + by.i * b.r;
	}
}

void clean(kiss_fft_cpx *x, size_t n, const kiss_fft_cpx *beam, size_t beam_n, size_t keep,
	   float stop, kiss_fft_cpx *room, float *ret)
{
	memset(room, 0, n * sizeof(*room));
	for (int step = 0; step < STEPS; step++) {
		size_t at = strongest(x, n);
		kiss_fft_cpx by = { .r = GAIN * x[at].r, .i = GAIN * x[at].i };

		if (power(x[at]) <= stop * stop)
			break;
		room[at].r += by.r;
		room[at].i += by.i;
		add_beam(x, 0, n, at, (kiss_fft_cpx){ .r = -by.r, .i = -by.i }, beam, beam_n);
	}
	for (size_t at = 0; at < n; at++)
		if (power(room[at]) > 0)
			add_beam(x, at > keep ? at - keep : 0,
				 at + keep + 1 < n ? at + keep + 1 : n, at, room[at], beam,
				 beam_n);
	for (size_t i = 0; i < n; i++)
		ret[i] = sqrtf(power(x[i]));
}
