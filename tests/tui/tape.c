/* SPDX-License-Identifier: MIT */
/* tape - see tape.h. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sndfile.h>

#include "core/base/scope.h"
#include "core/io/tone.h"
#include "tests/tui/tape.h"

#define RATE  44100
#define SURE  100 /* frames alike: no chance */
#define BLUR  (RATE * 30 / 1000)
#define FADED (RATE / 10) /* at its end it fades out when told to stop */
#define AHEAD (2 * RATE)  /* what was made before the recording began */

struct tape {
	float *heard, *made; /* stereo */
	sf_count_t n;	     /* frames heard */
};

static void tape_load(struct tape *t, const char *path, double least)
{
	SF_INFO info = { 0 };
	SNDFILE *f = sf_open(path, SFM_READ, &info);

	assert_non_null(f);
	assert_int_equal(info.samplerate, RATE);
	assert_int_equal(info.channels, 2);
	assert_true(info.frames > (sf_count_t)(least * RATE));
	t->heard = calloc((size_t)info.frames, 2 * sizeof(float));
	t->made = calloc((size_t)info.frames + AHEAD, 2 * sizeof(float));
	assert_true(t->heard && t->made);
	t->n = sf_readf_float(f, t->heard, info.frames);
	sf_close(f);
	tone_render(SOURCE_PINK, RATE, 0, t->made, (uint32_t)t->n + AHEAD);
}

/* How many frames from at on are those that were made from number from on. */
static sf_count_t tape_alike(const struct tape *t, sf_count_t at, sf_count_t from)
{
	sf_count_t same = 0;

	while (at + same < t->n && from + same < t->n + AHEAD &&
	       fabsf(t->heard[2 * (at + same)] - t->made[2 * (from + same)]) < 1e-5f)
		same++;
	return same;
}

void tape_whole(const char *path, double from_s, double least, const int *moved, int n)
{
	sf_count_t at = (sf_count_t)(from_s * RATE), from = 0;
	struct tape t;

	tape_load(&t, path, least);
	/* there it is some frame of what was made */
	while (from < t.n + AHEAD && tape_alike(&t, at, from) < SURE)
		from++;
	if (from == t.n + AHEAD)
		fail_msg("%s: the noise is not in it", path);
	for (int i = 0;; i++) {
		sf_count_t same = tape_alike(&t, at, from);

		at += same, from += same;
		if (at >= t.n - FADED)
			break;
		if (same < SURE || i == n)
			fail_msg("%s: %.3f s of %.3f s are whole", path, (double)at / RATE,
				 (double)t.n / RATE);
		at += BLUR, from += BLUR - moved[i];
	}
	free(t.heard);
	free(t.made);
}
