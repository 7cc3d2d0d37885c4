/* SPDX-License-Identifier: MIT */
/* test_runner - a thread that can be ended whatever its device does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/clock.h"
#include "core/io/runner.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct body {
	struct runner runner;
	int device; /* the thread blocks in read() on it */
	_Atomic bool *released;
	_Atomic int
		*entered; /* what runner_enter() said after the stop: 0 or 1, -1 = not asked */
	uint64_t slept;	  /* ns */
};

static void release(void *arg)
{
	struct body *b = arg;

	atomic_store(b->released, true);
	free(b);
}

static bool comes_true(_Atomic bool *flag, double seconds)
{
	uint64_t end = clock_now() + (uint64_t)(seconds * 1e9);

	while (!atomic_load(flag) && clock_now() < end)
		clock_sleep_until(clock_now() + NS_PER_MS);
	return atomic_load(flag);
}

static void hang(void *arg)
{
	struct body *b = arg;
	eventfd_t value;

	eventfd_read(b->device, &value); /* as a dead driver would */
	atomic_store(b->entered, runner_enter(&b->runner));
}

static void a_thread_that_hangs_is_left_behind(void **state)
{
	_Atomic bool released = false;
	_Atomic int entered = -1;
	struct body *b = calloc(1, sizeof(*b));
	int device = eventfd(0, EFD_CLOEXEC);
	uint64_t before;

	(void)state;
	b->device = device;
	b->released = &released;
	b->entered = &entered;
	assert_int_equal(runner_start(&b->runner, "hangs", false, hang, release, b), 0);
	clock_sleep_until(clock_now() + 20 * NS_PER_MS);

	before = clock_now();
	runner_stop(&b->runner);
	assert_in_range(clock_now() - before, 200 * NS_PER_MS, 500 * NS_PER_MS);
	assert_false(atomic_load(&released)); /* the thread still works on it */

	eventfd_write(device, 1); /* the device comes back to life */
	assert_true(comes_true(&released, 5));
	assert_int_equal(entered, 0); /* and finds that the owner's things are gone */
	close(device);
}

static void sleep_long(void *arg)
{
	struct body *b = arg;
	uint64_t before = clock_now();

	while (runner_sleep_until(&b->runner, clock_now() + 60 * NS_PER_SEC))
		;
	b->slept = clock_now() - before;
	atomic_store(b->entered, runner_stopping(&b->runner));
}

static void a_thread_that_sleeps_is_woken_and_joined(void **state)
{
	_Atomic bool released = false;
	_Atomic int entered = -1;
	struct body *b = calloc(1, sizeof(*b));
	uint64_t before;

	(void)state;
	b->released = &released;
	b->entered = &entered;
	assert_int_equal(runner_start(&b->runner, "sleeps", false, sleep_long, release, b), 0);
	clock_sleep_until(clock_now() + 20 * NS_PER_MS);

	before = clock_now();
	runner_stop(&b->runner);
	assert_true(clock_now() - before < 300 * NS_PER_MS);
	assert_true(released); /* by us: the thread has ended */
	assert_int_equal(entered, 1);
}

static void poll_device(void *arg)
{
	struct body *b = arg;
	eventfd_t value;
	int r;

	/* nothing, then something, then the stop */
	r = runner_poll(&b->runner, b->device, POLLIN, clock_now() + NS_PER_MS);
	if (r == 0)
		r = runner_poll(&b->runner, b->device, POLLIN, clock_now() + 60 * NS_PER_SEC);
	if (r & POLLIN)
		eventfd_read(b->device, &value);
	r = r == POLLIN
		    ? runner_poll(&b->runner, b->device, POLLIN, clock_now() + 60 * NS_PER_SEC)
		    : 0;
	atomic_store(b->entered, r);
}

static void a_poll_ends_by_time_by_the_device_and_by_the_stop(void **state)
{
	_Atomic bool released = false;
	_Atomic int last = 0;
	struct body *b = calloc(1, sizeof(*b));
	int device = eventfd(0, EFD_CLOEXEC);

	(void)state;
	b->device = device;
	b->released = &released;
	b->entered = &last;
	assert_int_equal(runner_start(&b->runner, "polls", false, poll_device, release, b), 0);
	clock_sleep_until(clock_now() + 50 * NS_PER_MS);
	eventfd_write(device, 1);
	clock_sleep_until(clock_now() + 50 * NS_PER_MS);
	runner_stop(&b->runner);
	assert_int_equal(last, -ECANCELED);
	close(device);
}

static void look_at_signals(void *arg)
{
	struct body *b = arg;
	sigset_t blocked;

	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	atomic_store(b->entered, sigismember(&blocked, SIGTERM) &&
					 sigismember(&blocked, SIGHUP) &&
					 sigismember(&blocked, SIGCHLD));
	runner_beat(&b->runner, 5);
}

static void signals_are_left_to_the_main_thread(void **state)
{
	_Atomic bool released = false;
	_Atomic int blocked = -1;
	struct body *b = calloc(1, sizeof(*b));
	sigset_t mine;

	(void)state;
	b->released = &released;
	b->entered = &blocked;
	assert_int_equal(runner_start(&b->runner, "signals", true, look_at_signals, release, b),
			 0);
	clock_sleep_until(clock_now() + 100 * NS_PER_MS);
	assert_false(released); /* ended by itself, but it is still ours */
	assert_int_equal(runner_silent_for(&b->runner, 8), 3);
	runner_stop(&b->runner);
	assert_true(released);
	assert_int_equal(blocked, 1);
	pthread_sigmask(SIG_SETMASK, NULL, &mine);
	assert_false(sigismember(&mine, SIGTERM));
}

static void waits_double_up_to_the_longest(void **state)
{
	struct backoff b = { .first = 1, .most = 30 };
	const uint64_t expected[] = { 1, 2, 4, 8, 16, 30, 30 };

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_int_equal(backoff_next(&b), expected[i]);
	backoff_reset(&b);
	assert_int_equal(backoff_next(&b), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_that_hangs_is_left_behind),
		cmocka_unit_test(a_thread_that_sleeps_is_woken_and_joined),
		cmocka_unit_test(a_poll_ends_by_time_by_the_device_and_by_the_stop),
		cmocka_unit_test(signals_are_left_to_the_main_thread),
		cmocka_unit_test(waits_double_up_to_the_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
