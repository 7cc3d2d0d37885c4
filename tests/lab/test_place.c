/* SPDX-License-Identifier: MIT */
/* What sounds at a cone that has a clock of its own, against what it was sent. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lab/place.h"

#define BLOCK	   512
#define ORIGIN	   INT64_C(7000000000)
#define LATENCY_NS 60e6
#define PPM	   80.0

static char folder[] = "/tmp/fanfare-place-XXXXXX", prefix[64];

/* Of the sound: slow, so that a moment more shows as another value. */
static double sound(double frame)
{
	return 0.5 * sin(frame * 0.01) + 0.3 * sin(frame * 0.0013);
}

static void what_is_no_place_is_refused(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	(void)state;
	assert_int_equal(place_open(p, prefix, "three=50", 0), -EINVAL);
	assert_int_equal(place_open(p, prefix, "3", 0), -EINVAL);
	assert_int_equal(place_open(p, prefix, "3=5", 0), -EINVAL);
	assert_true(place_open(p, prefix, "3=50@hw:NoSuchCard", 0) < 0);
	assert_true(place_open(p, "/nowhere/at/all", "3=50", 0) < 0);
	free(p);
}

/* Its clock is ahead by 80 ppm; what it is sent comes in pieces, and is heard by true time. */
static void raw_sound_is_heard_by_its_own_clock_and_latency(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	double rate = PLACE_RATE * 1e-9 * (1 + PPM * 1e-6), worst = 0;
	size_t sent = 0;
	char path[80];
	int fd;

	(void)state;
	assert_int_equal(place_open(p, prefix, "7=60@raw", ORIGIN), 0);
	snprintf(path, sizeof(path), "%s7.fifo", prefix);
	fd = open(path, O_WRONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	for (int block = 1; block < 2000; block++) {
		double ns = block * BLOCK * PLACE_NS_FRAME, cone = ns - LATENCY_NS;
		int16_t piece[4 * BLOCK];
		float out[BLOCK];
		size_t n = 0;

		while ((double)sent < floor(ns * rate)) {
			piece[2 * n] = piece[2 * n + 1] =
				(int16_t)lrint(32767 * sound((double)sent));
			n++;
			sent++;
		}
		assert_int_equal(write(fd, piece, 4 * n), (ssize_t)(4 * n));
		assert_int_equal(place_listen(p, ORIGIN + (int64_t)ns), 0);
		place_play(p, (double)ORIGIN + ns - BLOCK * PLACE_NS_FRAME, (double)ORIGIN + ns,
			   out, BLOCK);
		for (int i = 0; i < BLOCK && block > 900; i++) {
			double at = (cone + (i - BLOCK) * PLACE_NS_FRAME) * rate;

			worst = fmax(worst, fabs((double)out[i] - sound(at)));
		}
	}
	assert_int_equal(p->late, 0);
	assert_true(worst < 0.01 * 0.5); /* half of that sine's slope in a frame: 11 us */
	close(fd);
	unlink(path);
	place_close(p);
	free(p);
}

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(prefix, sizeof(prefix), "%s/room", folder);
	return 0;
}

static int drop_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_place_is_refused),
		cmocka_unit_test(raw_sound_is_heard_by_its_own_clock_and_latency),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
