/* SPDX-License-Identifier: MIT */
/* test_drift - the loop by itself, on reports made up here; test_edge judges what it is for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "core/dsp/drift.h"
#include "tests/dsp/virtual.h"

#define RATE 48000.0
#define T0   1000000000000ull /* ns */

/* A device at ppm from position 0 at T0; the position at t (s). */
static double where(double t, double ppm)
{
	return RATE * (1 + ppm * 1e-6) * t;
}

static uint64_t when(double t)
{
	return T0 + (uint64_t)llround(t * 1e9);
}

/* Reports from..to (s) every interval (s), off by up to noise (s); returns how many were used.
 */
static int report(struct drift *d, double from, double to, double interval, double ppm,
		  double noise)
{
	static struct random random = { 99 };
	int used = 0;

	for (double t = from; t < to; t += interval)
		used += drift_report(d, when(t),
				     where(t, ppm) + noise * RATE * random_next(&random));
	return used;
}

static double error_at(const struct drift *d, double t, double ppm)
{
	return (drift_position_at(d, when(t)) - where(t, ppm)) / RATE;
}

static void what_is_no_number_is_not_used(void **state)
{
	struct drift d;

	(void)state;
	drift_init(&d, RATE, 0, DRIFT_ALSA);
	assert_false(drift_report(&d, T0, NAN));
	assert_false(drift_locked(&d));
	report(&d, 0, 10, 0.01, 50, 0);
	assert_false(drift_report(&d, when(10), INFINITY));
	assert_false(drift_report(&d, when(10), -NAN));
	assert_true(fabs(error_at(&d, 10, 50)) < 1e-6);
}

static void time_that_stands_or_goes_back_is_no_news(void **state)
{
	struct drift d;

	(void)state;
	drift_init(&d, RATE, 0, DRIFT_ALSA);
	report(&d, 0, 10, 0.01, 50, 0);
	assert_false(drift_report(&d, d.at, where(10, 50)));
	assert_false(drift_report(&d, d.at - 1000000, where(10, 50)));
	assert_false(drift_report(&d, 0, 0));
	assert_true(fabs(error_at(&d, 10, 50)) < 1e-6);
}

static void a_position_that_stands_still_is_no_news(void **state)
{
	struct drift d;

	(void)state;
	drift_init(&d, RATE, 0, DRIFT_USB);
	report(&d, 0, 20, 0.01, 50, 0);
	for (double t = 20.01; t < 23; t += 0.01)
		assert_false(drift_report(&d, when(t), d.last));
	assert_true(fabs(error_at(&d, 23, 50)) < 5e-6);
}

static void spikes_are_rejected_and_change_nothing(void **state)
{
	struct drift d;

	(void)state;
	drift_init(&d, RATE, 0, DRIFT_ALSA);
	report(&d, 0, 10, 0.01, 50, 20e-6);
	for (double t = 10; t < 20; t += 0.1) {
		double rate = drift_rate(&d);

		assert_false(drift_report(&d, when(t + 0.005), where(t, 50) + 480));
		assert_false(drift_report(&d, when(t + 0.006), where(t, 50) - 48000));
		assert_true(drift_rate(&d) == rate);
		report(&d, t + 0.01, t + 0.095, 0.01, 50, 20e-6);
	}
	assert_true(fabs(error_at(&d, 20, 50)) < 10e-6);
}

/* Packets that are held up now and then, the next close behind: that is no new clock. */
static void reports_that_come_unevenly_are_no_step_of_the_clock(void **state)
{
	struct random random = { 7 };
	struct drift d;
	double t = 0, doubt = 0, worst = 0;

	(void)state;
	drift_init(&d, RATE, 0, DRIFT_LOOSE);
	for (uint32_t k = 1; t < 3600; k++) {
		bool held = k % 200 < 4;
		double late = held && k % 2 == 0 ? 22e-3 : 5e-3 * random_next(&random);

		t += !held ? 0.016 : k % 2 ? 0.0005 : 0.076;
		drift_report(&d, when(t), where(t - late, 200));
		if (t < 100)
			continue;
		worst = fmax(worst, fabs(error_at(&d, t, 200)));
		doubt = fmax(doubt, d.rr);
	}
	print_message("           off by %.0f us at most, the rate in doubt by %.2f ppm\n",
		      worst * 1e6, sqrt(doubt) * 1e6);
	assert_true(worst < 1e-3);
	assert_true(sqrt(doubt) < 50e-6); /* a step would make that 500 */
}

/*
 * A phone's packets of 1024 frames at 44.1 kHz leave when its timer comes round: late by up to
 * a packet, in turns. That is as noisy as where the noise of the class is no longer believed.
 */
static void reports_late_in_turns_do_not_move_it(void **state)
{
	static const double timers[] = { 17.3e-3, 20e-3, 22.1e-3, 24.7e-3, 27.9e-3 };
	const double packet = 1024 / 44100.0;
	double worst = 0;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		double got = 0, before = 0, after = 0;
		struct drift d;

		drift_init(&d, 44100, 0, DRIFT_LOOSE);
		for (double t = 0; t < 60; t += timers[i]) {
			double made = floor(t / packet);

			if (made > got)
				drift_report(&d, when(t), made * 1024);
			got = made;
			after = drift_position_at(&d, when(t)) / 44100 - t;
			before = t < 30 ? after : before;
			worst = fmax(worst, fabs(after - before));
		}
	}
	print_message("           moved by %.0f us at most\n", worst * 1e6);
	assert_true(worst < 500e-6); /* 1.5 ms where reports weigh by their own lateness */
}

static void spikes_for_two_seconds_are_believed(void **state)
{
	struct drift d;
	double t;

	(void)state;
	drift_init(&d, RATE, 0, DRIFT_ALSA);
	report(&d, 0, 20, 0.01, 50, 0);
	for (t = 20; t < 30; t += 0.01)
		if (drift_report(&d, when(t), where(t, 50) + 4800)) /* 100 ms on */
			break;
	assert_true(t > 21.9 && t < 22.1);
	assert_true(fabs(error_at(&d, t, 50) - 0.1) < 1e-6);
	assert_true(fabs(drift_ppm(&d) - 50) < 1); /* the clock was not in doubt */
}

static void a_device_that_has_not_started_is_waited_for(void **state)
{
	struct drift d;

	(void)state;
	drift_init(&d, RATE, 0, DRIFT_ALSA);
	for (double t = 0; t < 3; t += 0.01) {
		drift_report(&d, when(t), 0);
		assert_false(drift_locked(&d));
	}
	report(&d, 3, 3.1, 0.01, 50, 0);
	assert_true(drift_locked(&d));
	assert_true(fabs(error_at(&d, 3.1, 50)) < 5e-6);
}

static void a_first_report_that_was_wrong_is_soon_forgotten(void **state)
{
	struct drift d;

	(void)state;
	drift_init(&d, RATE, 0, DRIFT_ALSA);
	drift_report(&d, when(0), 480); /* 10 ms off */
	report(&d, 0.01, 0.5, 0.01, 50, 0);
	assert_true(fabs(error_at(&d, 0.5, 50)) < 50e-6);
}

static void without_reports_it_goes_on_at_its_rate(void **state)
{
	struct drift d;

	(void)state;
	drift_init(&d, RATE, 0, DRIFT_ALSA);
	report(&d, 0, 60, 0.01, -120, 20e-6);
	assert_true(fabs(error_at(&d, 64, -120)) < 5e-6);
	assert_true(fabs(drift_ns_until(&d, when(64), where(64, -120))) < 5e3);
	assert_true(fabs(drift_ns_until(&d, when(60), where(64, -120)) - 4e9) < 5e3);
}

static void a_hold_keeps_the_frequency_and_takes_a_new_phase(void **state)
{
	struct drift d;

	(void)state;
	drift_init(&d, RATE, 0, DRIFT_ALSA);
	report(&d, 0, 60, 0.01, 180, 20e-6);
	drift_hold(&d);
	assert_false(drift_locked(&d));
	assert_true(fabs(drift_ppm(&d) - 180) < 1);
	assert_true(drift_report(&d, when(70), 12345));
	assert_true(drift_position_at(&d, when(70)) == 12345);
	assert_true(fabs(drift_position_at(&d, when(71)) - 12345 - where(1, 180)) < 0.1);
	assert_true(drift_report(&d, when(71), 12345 + where(1, 180)));
	assert_true(drift_locked(&d));
}

static void after_a_hold_loose_reports_find_the_place_within_a_second(void **state)
{
	struct drift d;

	(void)state;
	drift_init(&d, RATE, 0, DRIFT_LOOSE);
	report(&d, 0, 300, 0.01, 180, 5e-3);
	drift_hold(&d);
	report(&d, 310, 310.05, 0.01, 180, 5e-3);
	assert_false(drift_locked(&d)); /* five reports are not enough */
	report(&d, 310.05, 311, 0.01, 180, 5e-3);
	assert_true(drift_locked(&d));
	assert_true(fabs(error_at(&d, 311, 180)) < 1e-3);
	report(&d, 311, 330, 0.01, 180, 5e-3);
	assert_true(fabs(error_at(&d, 330, 180)) < 300e-6);
}

static void a_remembered_clock_is_right_from_the_start(void **state)
{
	struct drift fresh, known;

	(void)state;
	drift_init(&fresh, RATE, 0, DRIFT_LOOSE);
	drift_init(&known, RATE, 198, DRIFT_LOOSE);
	report(&fresh, 0, 3, 0.01, 200, 5e-3);
	report(&known, 0, 3, 0.01, 200, 5e-3);
	assert_true(fabs(drift_ppm(&known) - 200) < 20);
	assert_true(fabs(drift_ppm(&fresh) - 200) > fabs(drift_ppm(&known) - 200));
}

static void a_clock_half_a_percent_off_is_followed_no_further(void **state)
{
	struct drift d;

	(void)state;
	drift_init(&d, RATE, 0, DRIFT_ALSA);
	report(&d, 0, 60, 0.01, 3000, 20e-6);
	assert_true(fabs(drift_ppm(&d) - 3000) < 2); /* a bad dongle is a clock too */
	drift_init(&d, RATE, 0, DRIFT_ALSA);
	report(&d, 0, 10, 0.01, 20000, 20e-6);
	assert_true(drift_ppm(&d) <= 5000.001);
}

static void irregular_reports_do_as_well(void **state)
{
	static const enum drift_class classes[] = { DRIFT_ALSA, DRIFT_USB, DRIFT_LOOSE };
	static const double noises[] = { 20e-6, 0.5e-3, 5e-3 };
	struct random random = { 3 };

	(void)state;
	for (int k = 0; k < 3; k++) {
		double t = 0, worst = 0;
		struct drift d;

		drift_init(&d, RATE, 0, classes[k]);
		while (t < 600) { /* 5..500 ms apart, mostly short */
			double r = 0.5 + 0.5 * random_next(&random);

			t += 0.005 + 0.495 * r * r * r;
			report(&d, t, t + 1e-4, 1, -77, noises[k]);
			if (t > 120)
				worst = fmax(worst, fabs(error_at(&d, t, -77)));
		}
		assert_true(worst < 0.3 * noises[k]);
		assert_true(fabs(drift_ppm(&d) + 77) < 5);
	}
}

static void a_month_loses_no_precision(void **state)
{
	const double month = 30 * 86400.0;
	struct drift d;

	(void)state;
	drift_init(&d, RATE, 0, DRIFT_ALSA);
	for (int i = 0; i < 6000; i++) {
		double t = month + 0.01 * i;

		drift_report(&d, T0 + (uint64_t)(month * 1e9) + 10000000 * (uint64_t)i,
			     RATE * 1.0001 * t);
	}
	assert_true(fabs(drift_position_at(&d, T0 + (uint64_t)(month * 1e9) + 60000000000ull) -
			 RATE * 1.0001 * (month + 60)) < 1e-3);
	assert_true(fabs(drift_ppm(&d) - 100) < 0.01);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_number_is_not_used),
		cmocka_unit_test(time_that_stands_or_goes_back_is_no_news),
		cmocka_unit_test(a_position_that_stands_still_is_no_news),
		cmocka_unit_test(spikes_are_rejected_and_change_nothing),
		cmocka_unit_test(reports_that_come_unevenly_are_no_step_of_the_clock),
		cmocka_unit_test(reports_late_in_turns_do_not_move_it),
		cmocka_unit_test(spikes_for_two_seconds_are_believed),
		cmocka_unit_test(a_device_that_has_not_started_is_waited_for),
		cmocka_unit_test(a_first_report_that_was_wrong_is_soon_forgotten),
		cmocka_unit_test(without_reports_it_goes_on_at_its_rate),
		cmocka_unit_test(a_hold_keeps_the_frequency_and_takes_a_new_phase),
		cmocka_unit_test(after_a_hold_loose_reports_find_the_place_within_a_second),
		cmocka_unit_test(a_remembered_clock_is_right_from_the_start),
		cmocka_unit_test(a_clock_half_a_percent_off_is_followed_no_further),
		cmocka_unit_test(irregular_reports_do_as_well),
		cmocka_unit_test(a_month_loses_no_precision),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
