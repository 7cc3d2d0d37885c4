/* SPDX-License-Identifier: MIT */
/* flush - what an adapter says of the packets it drops; the lab has a real one. */
#include "core/io/flush.h"

#include "core/base/scope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>

#include <cmocka.h>

static void what_is_no_link_of_an_adapter_is_refused(void **state)
{
	uint16_t handle = 7;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(flush_handle(pair[0], &handle), -EOPNOTSUPP);
	assert_int_equal(flush_handle(-1, &handle), -EBADF);
	assert_int_equal(handle, 7);
	assert_int_equal(flush_after(pair[0], 0, 80), -EOPNOTSUPP);
	assert_int_equal(flush_watch(-1), -ENODEV);
	assert_int_equal(flush_watch(UINT16_MAX + 1), -ENODEV);
	close(pair[0]);
	close(pair[1]);
}

/* As a raw socket gives them: a byte of kind, one of event, one of length, and what it says. */
static void only_dropped_packets_are_news(void **state)
{
	static const uint8_t completed[] = { 0x04, 0x13, 5, 1, 0x2a, 0, 1, 0 };
	static const uint8_t cut[] = { 0x04, 0x11, 2, 0x2a };
	static const uint8_t empty[] = { 0x04, 0x11, 0, 0, 0 };
	static const uint8_t sound[] = { 0x02, 0x11, 2, 0x2a, 0x0f };
	static const uint8_t first[] = { 0x04, 0x11, 2, 0x2a, 0x00 };
	static const uint8_t second[] = { 0x04, 0x11, 2, 0x01, 0x0f };
	uint16_t handle = 7;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_false(flush_next(pair[0], &handle));
	send(pair[1], completed, sizeof(completed), 0);
	send(pair[1], cut, sizeof(cut), 0);
	send(pair[1], empty, sizeof(empty), 0);
	send(pair[1], sound, sizeof(sound), 0);
	assert_false(flush_next(pair[0], &handle));
	assert_int_equal(handle, 7);
	send(pair[1], completed, sizeof(completed), 0);
	send(pair[1], first, sizeof(first), 0);
	send(pair[1], second, sizeof(second), 0);
	assert_true(flush_next(pair[0], &handle));
	assert_int_equal(handle, 0x2a);
	assert_true(flush_next(pair[0], &handle));
	assert_int_equal(handle, 0xf01);
	assert_false(flush_next(pair[0], &handle));
	close(pair[1]);
	assert_false(flush_next(pair[0], &handle));
	close(pair[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_link_of_an_adapter_is_refused),
		cmocka_unit_test(only_dropped_packets_are_news),
	};

	return cmocka_run_group_tests_name("flush", tests, NULL, NULL);
}
