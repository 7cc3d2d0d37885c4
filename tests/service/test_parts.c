/* SPDX-License-Identifier: MIT */
/* The parts of the service that need no bus: its memory, who may call how often. */
#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/service/allowance.h"
#include "core/service/memory.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

static struct ff_snapshot now;

/* ---- memory ----------------------------------------------------------------------------- */

static void nobody_who_is_given_the_memory_can_write_grow_or_shrink_it(void **state)
{
	struct memory m;
	struct stat st;
	char path[32];
	int again;

	(void)state;
	assert_int_equal(memory_make(&m), 0);
	assert_int_equal(fstat(m.fd, &st), 0);
	assert_int_equal(write(m.fd, "x", 1), -1);
	assert_int_equal(ftruncate(m.fd, 0), -1);
	assert_int_equal(ftruncate(m.fd, st.st_size * 2), -1);
	assert_ptr_equal(mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, m.fd, 0),
			 MAP_FAILED);
	/* opened anew by its owner, as a console of the same user could */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", m.fd);
	again = open(path, O_RDWR | O_CLOEXEC);
	assert_true(again >= 0);
	assert_int_equal(write(again, "x", 1), -1);
	assert_int_equal(ftruncate(again, 0), -1);
	assert_ptr_equal(mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, again, 0),
			 MAP_FAILED);
	close(again);
	memory_done(&m);
}

static void memory_that_could_be_pulled_away_is_refused(void **state)
{
	struct memory made, m = { .page = NULL };
	struct stat st;
	char *bytes;
	int fd;

	(void)state;
	assert_int_equal(memory_make(&made), 0);
	assert_int_equal(fstat(made.fd, &st), 0);
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, made.fd, 0);
	assert_ptr_not_equal(bytes, MAP_FAILED);

	fd = memfd_create("copy", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(write(fd, bytes, (size_t)st.st_size), st.st_size);
	assert_int_equal(memory_map(&m, fd), -EPERM);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	assert_int_equal(memory_map(&m, fd), 0);
	memory_done(&m);
	munmap(bytes, (size_t)st.st_size);
	close(fd);
	memory_done(&made);
}

static void memory_of_another_version_is_refused(void **state)
{
	static const off_t heads[] = { 0, 8, 12 }; /* name, layout, size */
	struct memory made, m = { .page = NULL };
	struct stat st;
	char *bytes;

	(void)state;
	assert_int_equal(memory_make(&made), 0);
	assert_int_equal(fstat(made.fd, &st), 0);
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, made.fd, 0);
	assert_ptr_not_equal(bytes, MAP_FAILED);
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		int fd = memfd_create("copy", MFD_CLOEXEC | MFD_ALLOW_SEALING);

		assert_int_equal(write(fd, bytes, (size_t)st.st_size), st.st_size);
		assert_int_equal(pwrite(fd, "\x7f", 1, heads[i]), 1);
		assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
		assert_int_equal(memory_map(&m, fd), -EPROTONOSUPPORT);
		close(fd);
	}
	int fd = memfd_create("short", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	assert_int_equal(memory_map(&m, fd), -EPROTONOSUPPORT);
	close(fd);
	munmap(bytes, (size_t)st.st_size);
	memory_done(&made);
}

/* Every snapshot has one number in its first, its middle and its last part. */
static void stamp(struct ff_snapshot *s, uint64_t n)
{
	s->change = n;
	s->speakers[FF_SPEAKERS - 1].sent = n;
	s->log[FF_LOG_LINES - 1].time_ms = (int64_t)n;
}

static void a_copy_is_whole_however_fast_it_changes(void **state)
{
	static struct ff_snapshot seen;
	struct memory made, m;
	uint64_t last = 0, changes = 0;
	pid_t writer;
	int status;

	(void)state;
	assert_int_equal(memory_make(&made), 0);
	assert_int_equal(memory_map(&m, made.fd), 0);
	fflush(NULL);
	writer = fork(); /* as in life: another process */
	assert_true(writer >= 0);
	if (writer == 0) {
		uint64_t end = clock_now() + NS_PER_SEC;

		for (uint64_t n = 1; clock_now() < end; n++) {
			stamp(&now, n);
			memory_write(&made, &now);
			if (n % 8 == 0) /* a writer in life rests, too */
				clock_sleep_until(clock_now() + 50000);
		}
		_exit(0);
	}
	while (waitpid(writer, &status, WNOHANG) == 0) {
		if (!memory_read(&m, &seen))
			continue; /* it says so when it was not whole */
		assert_int_equal(seen.change, seen.speakers[FF_SPEAKERS - 1].sent);
		assert_int_equal(seen.change, seen.log[FF_LOG_LINES - 1].time_ms);
		assert_true(seen.change >= last);
		changes += seen.change > last;
		last = seen.change;
	}
	assert_true(changes > 10);
	memory_done(&m);
	memory_done(&made);
}

static void a_writer_that_died_half_way_holds_up_nobody(void **state)
{
	static struct ff_snapshot seen;
	struct memory made, m;
	uint64_t began;

	(void)state;
	assert_int_equal(memory_make(&made), 0);
	assert_int_equal(memory_map(&m, made.fd), 0);
	stamp(&now, 7);
	memory_write(&made, &now);
	/* the turn stands at 16, behind name, layout and size: odd, and so it stays */
	atomic_fetch_add((_Atomic uint64_t *)(void *)((char *)made.page + 16), 1);
	began = clock_now();
	assert_false(memory_read(&m, &seen));
	assert_true(clock_now() - began < 5 * NS_PER_SEC);
	assert_int_equal(seen.change, 7);
	memory_done(&m);
	memory_done(&made);
}

/* ---- allowance -------------------------------------------------------------------------- */

static void who_floods_is_refused_and_others_are_not(void **state)
{
	static struct allowance a;
	uint64_t t = 1000 * NS_PER_SEC;
	int granted = 0, other = 0;

	(void)state;
	for (int i = 0; i < 10000; i++, t += NS_PER_MS) { /* 1,000 a second for 10 s */
		granted += allowance_take(&a, ":1.7", t);
		if (i % 50 == 0)
			other += allowance_take(&a, ":1.8", t);
	}
	assert_int_equal(other, 200);
	assert_in_range(granted, 10 * ALLOWANCE_RATE, 10 * ALLOWANCE_RATE + ALLOWANCE_BURST);
}

static void more_callers_than_there_is_room_for_push_out_the_oldest(void **state)
{
	static struct allowance a;
	uint64_t t = 1000 * NS_PER_SEC;
	char name[16];

	(void)state;
	while (allowance_take(&a, ":1.1", t))
		;
	for (int i = 2; i < 2 + ALLOWANCE_CALLERS - 1; i++) {
		snprintf(name, sizeof(name), ":1.%d", i);
		assert_true(allowance_take(&a, name, t + (uint64_t)i));
	}
	assert_false(allowance_take(&a, ":1.1", t + 1000)); /* still known */
	assert_true(allowance_take(&a, ":2.1", t + 2000));  /* in the place of :1.2 */
	assert_false(allowance_take(&a, ":1.1", t + 3000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_who_is_given_the_memory_can_write_grow_or_shrink_it),
		cmocka_unit_test(memory_that_could_be_pulled_away_is_refused),
		cmocka_unit_test(memory_of_another_version_is_refused),
		cmocka_unit_test(a_copy_is_whole_however_fast_it_changes),
		cmocka_unit_test(a_writer_that_died_half_way_holds_up_nobody),
		cmocka_unit_test(who_floods_is_refused_and_others_are_not),
		cmocka_unit_test(more_callers_than_there_is_room_for_push_out_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
