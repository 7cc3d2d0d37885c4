/* SPDX-License-Identifier: MIT */
/* Tests of core/control/retry.h: how long control waits before it asks again. */
#include "core/base/clock.h"
#include "core/control/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_count_of_zero_is_as_the_first_failure(void **state)
{
	(void)state;
	assert_int_equal(retry_wait(0, 0), NS_PER_SEC);
	assert_int_equal(retry_search(0), 0);
}

static void a_young_loss_is_asked_after_often_enough_for_ten_seconds(void **state)
{
	uint64_t down = 0;

	(void)state;
	/* A page that finds nobody takes 5.12 s; with the wait it stays within ten. */
	for (uint32_t tries = 1; down < 120 * NS_PER_SEC; tries++) {
		uint64_t wait = retry_wait(tries, down);

		assert_true(wait >= NS_PER_SEC);
		assert_true(wait + 5120 * NS_PER_MS < 10 * NS_PER_SEC);
		down += wait + 5120 * NS_PER_MS;
	}
}

static void an_old_loss_takes_a_seventh_of_the_air_or_less(void **state)
{
	(void)state;
	assert_int_equal(retry_wait(50, 300 * NS_PER_SEC), 10 * NS_PER_SEC);
	assert_int_equal(retry_wait(500, 3600 * NS_PER_SEC), 30 * NS_PER_SEC);
}

static void searching_becomes_rare_and_never_stops(void **state)
{
	uint64_t last = 0;

	(void)state;
	for (uint32_t rounds = 0; rounds < 1000; rounds++) {
		uint64_t wait = retry_search(rounds);

		assert_true(wait >= last);
		assert_true(wait <= 300 * NS_PER_SEC);
		last = wait;
	}
	assert_int_equal(last, 300 * NS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_count_of_zero_is_as_the_first_failure),
		cmocka_unit_test(a_young_loss_is_asked_after_often_enough_for_ten_seconds),
		cmocka_unit_test(an_old_loss_takes_a_seventh_of_the_air_or_less),
		cmocka_unit_test(searching_becomes_rare_and_never_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
