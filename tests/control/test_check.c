/* SPDX-License-Identifier: MIT */
/*
 * The whole core checks one speaker beside one that was measured, in a room; what
 * makes it doubt a latency, and what puts the doubt away.
 */
#include "tests/control/house.h"
#include "tests/control/measuring.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define B (&now.speakers[1])

/* As it was measured weeks ago, by what the truth is; B says now that it takes 30 ms more. */
static struct parlour_setup filed(void)
{
	struct parlour_setup s = usual;

	for (uint32_t i = 0; i < s.speakers; i++) {
		s.speaker[i].filed_ms =
			s.speaker[i].latency_ms + s.speaker[i].away_m / 343 * 1e3;
		s.speaker[i].filed_report_ms = s.speaker[i].report_ms = 150;
	}
	s.speaker[1].report_ms = 180;
	return s;
}

static void enter_in_doubt(const struct parlour_setup *s)
{
	enter(s);
	LOOK_UNTIL(*B->doubt);
	assert_string_equal(B->doubt, "reports +30.0 ms");
	assert_string_equal(now.speakers[0].doubt, "");
	assert_string_equal(now.speakers[2].doubt, "");
	assert_true(log_has("B: in time? reports +30.0 ms (measured 2026-11-01"));
}

static void a_speaker_in_time_is_found_so_in_four_seconds_and_stays_as_it_is(void **state)
{
	struct parlour_setup s = filed();
	float latency;

	(void)state;
	enter_in_doubt(&s);
	latency = B->latency_ms; /* what it reports is not added to what was measured */
	assert_true(parlour_skew_ms(&now) < 0.01);
	through(FF_MEASURE_ONE, B->id);
	assert_int_equal(now.measure.one, B->id);
	assert_int_equal(now.measure.speakers_n, 2);
	printf("%s; %.1f s from the first sweep on, try %u\n", now.measure.words,
	       (double)(seen.ended - seen.began) / 1e9, now.measure.tries);
	assert_int_equal(now.measure.step, FF_MEASURE_VERIFIED);
	assert_non_null(strstr(now.measure.words, "checked, "));
	assert_true(now.measure.tries > 1 || seen.ended - seen.began < 7 * NS_PER_SEC);
	assert_true(seen.third < -40); /* -45 dBFS, so that it stays awake */
	assert_true(B->latency_ms == latency && B->reported_ms == 180);
	assert_string_equal(B->doubt, "");
	assert_string_not_equal(B->measured, "2026-11-01 10:00");
	assert_string_equal(now.speakers[2].measured, "2026-11-01 10:00");
	LOOK_UNTIL(now.modified && now.edits_n == 1);
	assert_non_null(strstr(now.edits[0], "B: found in time 20"));
	LOOK_UNTIL(music_db() > -40);
}

static void one_that_is_out_is_mended_verified_and_taken_back(void **state)
{
	struct parlour_setup s = filed();
	float latency;

	(void)state;
	s.speaker[1].filed_ms -= 12.34;
	enter_in_doubt(&s);
	assert_true(parlour_skew_ms(&now) > 12);
	through(FF_MEASURE_ONE, B->id);
	printf("%s; the truth is %.4f ms\n", now.measure.words, parlour_skew_ms(&now));
	assert_int_equal(now.measure.step, FF_MEASURE_VERIFIED);
	assert_non_null(strstr(now.measure.words, "out beside "));
	assert_float_equal(now.measure.speakers[1].late_ms, 12.34, 0.1);
	assert_true(parlour_skew_ms(&now) < 0.15);
	assert_string_equal(B->doubt, "");
	ask(FF_MEASURE_LEVELS, true);
	LOOK_UNTIL(log_has("a check finds no levels"));
	ask(FF_MEASURE_RESULT, false);
	LOOK_UNTIL(!now.measure.applied && *B->doubt);
	assert_true(parlour_skew_ms(&now) > 12);
	assert_string_equal(B->measured, "2026-11-01 10:00");
	assert_false(now.modified);
	ask(FF_MEASURE_RESULT, true);
	LOOK_UNTIL(now.measure.applied && !*B->doubt);
	assert_true(parlour_skew_ms(&now) < 0.15);

	/* nobody saved it, and the next start has it all the same */
	latency = B->measured_ms;
	parlour_close();
	s.resume = true;
	enter(&s);
	assert_true(now.modified && fabsf(B->measured_ms - latency) < 0.001f);
	assert_true(parlour_skew_ms(&now) < 0.15);
	assert_string_not_equal(B->measured, "2026-11-01 10:00");
	assert_non_null(strstr(B->microphone, "microphone"));
	assert_string_equal(B->doubt, ""); /* what it reports is what it reported then */
}

static void a_new_speaker_is_measured_beside_one_that_was(void **state)
{
	struct parlour_setup s = filed();

	(void)state;
	s.speaker[1].filed_ms = 0;
	enter(&s);
	assert_int_equal(B->latency_from, FF_LATENCY_REPORTED);
	assert_string_equal(B->doubt, ""); /* it was never measured */
	through(FF_MEASURE_ONE, B->id);
	assert_int_equal(now.measure.step, FF_MEASURE_VERIFIED);
	assert_int_equal(B->latency_from, FF_LATENCY_MEASURED);
	assert_true(parlour_skew_ms(&now) < 0.15);
}

static void a_check_is_refused_in_words_and_changes_nothing(void **state)
{
	struct parlour_setup s = filed();
	uint32_t id;

	(void)state;
	s.speaker[1].gain = 0;
	s.speaker[1].filed_ms -= 12.34;
	enter_in_doubt(&s);
	id = B->id;
	through(FF_MEASURE_ONE, id);
	refused("B: it was not heard");
	assert_non_null(strstr(B->doubt, "reports +30.0 ms"));
	measure_with(FF_MEASURE_ONE, id, "fifo", path_of("nobody-made-this"));
	LOOK_UNTIL(now.measure.words[0] && strstr(now.measure.words, "no microphone"));
	refused("no microphone");
	measure_with(FF_MEASURE_ONE, 4711, "", "");
	LOOK_UNTIL(log_has("there is no speaker number 4711"));
	parlour_close();

	s = two();
	s.speaker[0].filed_ms = 0;
	enter(&s);
	measure_with(FF_MEASURE_ONE, now.speakers[0].id, "fifo", parlour_microphone());
	LOOK_UNTIL(now.measure.runs == 1);
	refused("no other measured speaker plays in Parlour");
}

static void a_doubt_is_put_away_and_back(void **state)
{
	struct parlour_setup s = filed();
	struct ff_command put = { .verb = FF_SET_DOUBT };

	(void)state;
	enter_in_doubt(&s);
	put.id = B->id;
	assert_int_equal(control_submit(core, &put), 0);
	LOOK_UNTIL(!*B->doubt);
	assert_false(now.modified);
	put.flag = true;
	assert_int_equal(control_submit(core, &put), 0);
	LOOK_UNTIL(*B->doubt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			a_speaker_in_time_is_found_so_in_four_seconds_and_stays_as_it_is,
			leave),
		cmocka_unit_test_teardown(one_that_is_out_is_mended_verified_and_taken_back,
					  leave),
		cmocka_unit_test_teardown(a_new_speaker_is_measured_beside_one_that_was, leave),
		cmocka_unit_test_teardown(a_check_is_refused_in_words_and_changes_nothing,
					  leave),
		cmocka_unit_test_teardown(a_doubt_is_put_away_and_back, leave),
	};

	return cmocka_run_group_tests(tests, house_begin, house_end);
}
