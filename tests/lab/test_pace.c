/* SPDX-License-Identifier: MIT */
/* A clock that is seen in steps, and late, against what it is. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lab/pace.h"

#define RATE  44100.0
#define BEGAN INT64_C(5000000000)
#define TICK  4e6 /* ns, of a kernel */

static double dice(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return (double)(*state >> 8) / (1 << 24);
}

/* What a device with that error has come to, told at its last step. */
static double seen(double ns, double ppm)
{
	return floor(floor(ns / TICK) * TICK * RATE * 1e-9 * (1 + ppm * 1e-6));
}

static void a_clock_that_moves_in_steps_is_known_to_a_few_microseconds(void **state)
{
	const double errors[] = { 0, 80, -200 };

	(void)state;
	for (size_t e = 0; e < 3; e++) {
		uint32_t random = 7;
		double ns = 0, worst = 0;
		struct pace p;

		pace_init(&p, RATE);
		while (ns < 40e9) {
			double off;

			/* woken by a step, mostly at once */
			ns = (floor(ns / TICK) + 3) * TICK +
			     (dice(&random) < 0.3 ? 3e6 : 1e4) * dice(&random);
			pace_see(&p, BEGAN + (int64_t)ns, seen(ns, errors[e]));
			off = pace_frames(&p, (double)BEGAN + ns) -
			      ns * RATE * 1e-9 * (1 + errors[e] * 1e-6);
			if (ns > 10e9)
				worst = fmax(worst, fabs(off));
		}
		assert_true(worst / RATE < 40e-6); /* it tells whole frames, of 23 us */
	}
}

static void who_looks_late_now_and_then_sees_the_same(void **state)
{
	uint32_t random = 3;
	double ns = 0, worst = 0;
	struct pace p;

	(void)state;
	pace_init(&p, RATE);
	while (ns < 40e9) {
		double late = dice(&random) < 0.3 ? 20e6 * dice(&random) : 0;

		ns += 25e6;
		pace_see(&p, BEGAN + (int64_t)(ns + late), ns * RATE * 1e-9);
		if (ns > 10e9)
			worst = fmax(worst, fabs(pace_frames(&p, (double)BEGAN + ns) -
						 ns * RATE * 1e-9));
	}
	assert_true(worst / RATE < 1e-6);
}

static void a_time_and_its_place_belong_together(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, RATE);
	assert_true(pace_frames(&p, 1e9) == 0);
	assert_true(pace_ns(&p, 1) == 0);
	for (int i = 0; i < 300; i++)
		pace_see(&p, BEGAN + i * INT64_C(50000000), 100 + i * 2205.2);
	assert_true(fabs(pace_frames(&p, (double)BEGAN) - 100) < 0.01);
	assert_true(fabs(pace_ns(&p, pace_frames(&p, 7.25e9)) - 7.25e9) < 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_that_moves_in_steps_is_known_to_a_few_microseconds),
		cmocka_unit_test(who_looks_late_now_and_then_sees_the_same),
		cmocka_unit_test(a_time_and_its_place_belong_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
