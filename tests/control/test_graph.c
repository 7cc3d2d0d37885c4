/* SPDX-License-Identifier: MIT */
/* Tests of core/control/graph.h: latencies to delays. */
#include "core/control/graph.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_double(double is, double wanted)
{
	assert_true(fabs(is - wanted) < 1e-9);
}

static void no_speaker_needs_no_delay(void **state)
{
	(void)state;
	graph_align(NULL, NULL, 0, NULL);
}

static void a_latency_beyond_the_line_is_met_as_far_as_it_goes(void **state)
{
	const double latency[] = { 5000, 0 };
	const double trim[] = { 0, 0 };
	double delay[2];

	(void)state;
	graph_align(latency, trim, 2, delay);
	assert_double(delay[0], 0);
	assert_double(delay[1], 2000);
}

static void everyone_waits_for_the_latest(void **state)
{
	const double latency[] = { 80, 180, 260 };
	const double trim[] = { 0, 0, 0 };
	double delay[3];

	(void)state;
	graph_align(latency, trim, 3, delay);
	for (int i = 0; i < 3; i++)
		assert_double(latency[i] + delay[i], 260);
}

static void measured_beats_reported_beats_assumed(void **state)
{
	enum ff_latency_from from;

	(void)state;
	assert_double(graph_latency(NAN, NAN, 150, &from), 150);
	assert_int_equal(from, FF_LATENCY_ASSUMED);
	assert_double(graph_latency(NAN, 180, 150, &from), 180);
	assert_int_equal(from, FF_LATENCY_REPORTED);
	assert_double(graph_latency(182.4, 180, 150, &from), 182.4);
	assert_int_equal(from, FF_LATENCY_MEASURED);
}

static void a_trim_moves_its_speaker_later_and_no_other_against_the_rest(void **state)
{
	const double latency[] = { 80, 180, 260 }, trim[] = { 10, 0, 0 };
	double delay[3];

	(void)state;
	graph_align(latency, trim, 3, delay);
	assert_double(latency[0] + delay[0], 270);
	assert_double(latency[1] + delay[1], 260);
	assert_double(latency[2] + delay[2], 260);
}

static void the_latest_can_only_be_earlier_by_the_others_being_later(void **state)
{
	const double latency[] = { 80, 260 }, trim[] = { 0, -15 };
	double delay[2];

	(void)state;
	graph_align(latency, trim, 2, delay);
	assert_double(delay[1], 0);
	assert_double(latency[0] + delay[0], 275);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_speaker_needs_no_delay),
		cmocka_unit_test(a_latency_beyond_the_line_is_met_as_far_as_it_goes),
		cmocka_unit_test(everyone_waits_for_the_latest),
		cmocka_unit_test(measured_beats_reported_beats_assumed),
		cmocka_unit_test(a_trim_moves_its_speaker_later_and_no_other_against_the_rest),
		cmocka_unit_test(the_latest_can_only_be_earlier_by_the_others_being_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
