/* SPDX-License-Identifier: MIT */
/* What the mathematics of measuring makes of what is simple, and of what is broken. */
#include "core/align/arrival.h"
#include "core/align/solve.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RATE	 48000u
#define FRAMES	 (3 * RATE)
#define EXPECTED 1.0

static float record[FRAMES];

/* A sweep of that gain, late by so many seconds, over a little noise. */
static void sound_at(double late, float gain)
{
	uint32_t noise = 1;

	for (uint32_t i = 0; i < FRAMES; i++) {
		noise = noise * 1664525u + 1013904223u;
		record[i] =
			gain * (float)sweep_at((double)i / RATE - EXPECTED - late, SWEEP_TO) +
			1e-5f * ((float)(noise >> 8) / 8388608.0f - 1);
	}
}

static struct arrival find(void)
{
	SCOPED(arrival_finder_freep) struct arrival_finder *f = NULL;
	struct arrival a;

	assert_int_equal(arrival_finder_new(RATE, SWEEP_TO, &f), 0);
	arrival_find(f, record, FRAMES, EXPECTED, 0.5f, &a);
	return a;
}

static void a_finder_refuses_rates_it_cannot_have(void **state)
{
	struct arrival_finder *f = NULL;

	(void)state;
	assert_int_equal(arrival_finder_new(7999, 3000, &f), -EINVAL);
	assert_int_equal(arrival_finder_new(192001, SWEEP_TO, &f), -EINVAL);
	assert_int_equal(arrival_finder_new(RATE, 20000, &f), -EINVAL);
	assert_int_equal(arrival_finder_new(RATE, NAN, &f), -EINVAL);
	assert_null(f);
	arrival_finder_free(NULL);
}

static void a_recording_without_sound_is_dead(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < FRAMES; i++)
		record[i] = 0.01f; /* a constant is no sound either */
	assert_int_equal(find().verdict, ARRIVAL_DEAD);
}

static void noise_alone_is_no_arrival(void **state)
{
	(void)state;
	sound_at(0, 0);
	assert_int_equal(find().verdict, ARRIVAL_MISSING);
}

static void a_recording_at_its_limit_is_clipped(void **state)
{
	(void)state;
	sound_at(0, 2.0f);
	for (uint32_t i = 0; i < FRAMES; i++)
		record[i] = fminf(fmaxf(record[i], -1), 1);
	assert_int_equal(find().verdict, ARRIVAL_CLIPPED);
}

static void a_recording_that_ends_too_soon_is_outside(void **state)
{
	SCOPED(arrival_finder_freep) struct arrival_finder *f = NULL;
	struct arrival a;

	(void)state;
	sound_at(0, 0.5f);
	assert_int_equal(arrival_finder_new(RATE, SWEEP_TO, &f), 0);
	arrival_find(f, record, RATE, EXPECTED, 0.5f, &a);
	assert_int_equal(a.verdict, ARRIVAL_OUTSIDE);
	arrival_find(f, record, FRAMES, 0.2, 0.5f, &a);
	assert_int_equal(a.verdict, ARRIVAL_OUTSIDE);
}

static void a_clean_sweep_is_found_to_a_few_microseconds_and_with_its_level(void **state)
{
	(void)state;
	for (double late = -0.3; late < 0.5; late += 0.0777777) {
		struct arrival a;

		sound_at(late, 0.25f); /* sent at 0.5: 6 dB lost on the way */
		a = find();
		assert_int_equal(a.verdict, ARRIVAL_HEARD);
		assert_true(fabs(a.at - late) < 5e-6);
		assert_true(fabs(a.level_db + 6.02) < 0.5);
		assert_true(a.under_db < 0.01);
		assert_true(a.points[ARRIVAL_AHEAD] > 0.99f);
		assert_true(a.points[0] < 0.2f);
	}
}

static void the_first_peak_counts_and_not_the_highest(void **state)
{
	struct arrival a;

	(void)state;
	sound_at(0, 0.1f);
	for (uint32_t i = FRAMES - 1; i > RATE / 100;
	     i--) /* an echo 10 ms later, 4.6 dB louder */
		record[i] += 1.7f * record[i - RATE / 100];
	a = find();
	assert_int_equal(a.verdict, ARRIVAL_HEARD);
	assert_true(fabs(a.at) < 30e-6);
	assert_true(a.under_db > 3 && a.under_db < 6);
}

static const struct sweep_run three = {
	.speakers = 3,
	.slot = SWEEP_SLOT_S,
	.top = SWEEP_TO,
	.level = SWEEP_LEVEL,
};

static void a_run_tells_everyone_s_turn_there_and_back(void **state)
{
	static const uint32_t turns[] = { 0, 1, 2, 2, 1, 0 };
	float first[512], quiet[512];
	uint64_t at = (uint64_t)((sweep_slot_at(&three, 1) + 0.2) * RATE);

	(void)state;
	assert_int_equal(sweep_slots(3), 6);
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(sweep_turn(3, i), turns[i]);
	sweep_render(&three, true, RATE, at, first, 512);
	sweep_render(&three, false, RATE, at, quiet, 512);
	for (int i = 0; i < 512; i++)
		assert_true(fabsf(quiet[i]) <= SWEEP_QUIET);
	assert_true(fabsf(first[0]) + fabsf(first[40]) + fabsf(first[77]) > 0.05f);
	sweep_render(&three, true, RATE, (uint64_t)(sweep_length(&three) * RATE) + 1, first,
		     512);
	for (int i = 0; i < 512; i++)
		assert_true(first[i] == 0.0f);
}

/* Three speakers at 1, 2 and 3 ms by a microphone whose clock is off by ppm. */
static void hear_three(struct arrival *heard, double ppm)
{
	for (uint32_t i = 0; i < 6; i++)
		heard[i] = (struct arrival){
			.verdict = ARRIVAL_HEARD,
			.at = 0.001 * (sweep_turn(3, i) + 1) +
			      ppm * 1e-6 *
				      (sweep_slot_at(&three, i) - sweep_slot_at(&three, 0)),
			.snr_db = 50,
			.low_snr_db = 50,
			.ahead_db = 60,
		};
}

static void a_line_runs_through_all_turns(void **state)
{
	struct arrival heard[6];
	struct solution s;

	(void)state;
	hear_three(heard, 80);
	solve(&three, heard, &s);
	assert_int_equal(s.refusal, REFUSAL_NONE);
	assert_int_equal(s.accepted, 3);
	assert_true(fabs(s.ppm - 80) < 0.01);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(s.speaker[i].refusal, REFUSAL_NONE);
		assert_true(fabs(s.speaker[i].late - s.speaker[0].late - 0.001 * i) < 1e-9);
		assert_true(s.speaker[i].confidence > 0.9);
	}
	assert_true(fabs(solve_skew(3, &s) - 0.002) < 1e-9);
	assert_false(s.louder);
}

static void a_clock_that_no_microphone_has_is_refused(void **state)
{
	struct arrival heard[6];
	struct solution s;

	(void)state;
	hear_three(heard, 400);
	solve(&three, heard, &s);
	assert_int_equal(s.refusal, REFUSAL_UNSTEADY);
	assert_int_equal(s.accepted, 0);
	assert_true(s.louder);
}

static void a_turn_that_strays_costs_its_speaker_only(void **state)
{
	struct arrival heard[6];
	struct solution s;

	(void)state;
	hear_three(heard, -50);
	heard[4].at += 0.002; /* a reflection was taken for it, once */
	solve(&three, heard, &s);
	assert_int_equal(s.speaker[0].refusal, REFUSAL_NONE);
	assert_int_equal(s.speaker[1].refusal, REFUSAL_UNSTEADY);
	assert_int_equal(s.speaker[2].refusal, REFUSAL_NONE);
	assert_true(fabs(s.ppm + 50) < 1);
}

static void a_hole_in_one_turn_costs_no_level(void **state)
{
	struct arrival heard[6];
	struct solution s;

	(void)state;
	hear_three(heard, 20);
	for (int i = 0; i < 6; i++)
		heard[i].level_db = -9.2;
	heard[1].level_db = -12.6; /* of the sweep there, 60 ms were lost */
	heard[3].level_db = -13.1; /* and of another's on the way back */
	solve(&three, heard, &s);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(s.speaker[i].refusal, REFUSAL_NONE);
		assert_float_equal(s.speaker[i].level_db, -9.2, 1e-9);
	}
}

static void every_refusal_is_told_from_the_others(void **state)
{
	struct arrival heard[6];
	struct solution s;

	(void)state;
	hear_three(heard, 0);
	heard[0].verdict = heard[5].verdict = ARRIVAL_MISSING;
	heard[1].verdict = ARRIVAL_CLIPPED;
	heard[2].under_db = 11;
	solve(&three, heard, &s);
	assert_int_equal(s.speaker[0].refusal, REFUSAL_SILENT);
	assert_int_equal(s.speaker[1].refusal, REFUSAL_CLIPPED);
	assert_int_equal(s.speaker[2].refusal, REFUSAL_BLOCKED);
	assert_int_equal(s.accepted, 1);
	for (int i = 0; i < 6; i++)
		heard[i].verdict = ARRIVAL_MISSING;
	solve(&three, heard, &s);
	assert_int_equal(s.refusal, REFUSAL_NOISY);
	for (int i = 0; i < 6; i++)
		heard[i].verdict = ARRIVAL_DEAD;
	solve(&three, heard, &s);
	assert_int_equal(s.refusal, REFUSAL_MICROPHONE);
	for (int r = REFUSAL_MICROPHONE; r <= REFUSAL_UNSTEADY; r++) {
		assert_true(strlen(refusal_words((enum solve_refusal)r)) > 10);
		assert_true(strlen(refusal_advice((enum solve_refusal)r)) > 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_finder_refuses_rates_it_cannot_have),
		cmocka_unit_test(a_recording_without_sound_is_dead),
		cmocka_unit_test(noise_alone_is_no_arrival),
		cmocka_unit_test(a_recording_at_its_limit_is_clipped),
		cmocka_unit_test(a_recording_that_ends_too_soon_is_outside),
		cmocka_unit_test(
			a_clean_sweep_is_found_to_a_few_microseconds_and_with_its_level),
		cmocka_unit_test(the_first_peak_counts_and_not_the_highest),
		cmocka_unit_test(a_run_tells_everyone_s_turn_there_and_back),
		cmocka_unit_test(a_line_runs_through_all_turns),
		cmocka_unit_test(a_clock_that_no_microphone_has_is_refused),
		cmocka_unit_test(a_turn_that_strays_costs_its_speaker_only),
		cmocka_unit_test(a_hole_in_one_turn_costs_no_level),
		cmocka_unit_test(every_refusal_is_told_from_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
