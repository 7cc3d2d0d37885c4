/* SPDX-License-Identifier: MIT */
/* Taking and giving back transports, and their volume. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/bluez/rig.h"

#define TRANSPORT "org.bluez.MediaTransport1"

static const uint8_t config[4] = { 0x21, 0x15, 2, 53 };

static void open_with_endpoints(struct rig *r)
{
	rig_open(r);
	RUN_UNTIL(r, r->seen.adapter.endpoints == 2);
}

/* A transport of ours at FD1, as bluetoothd brings one about. */
static void configured(struct rig *r)
{
	struct fake_answer a;

	fake_add(&r->fake, FD1, TRANSPORT, 3, "State", "s", "idle", "UUID", "s",
		 BLUEZ_UUID_A2DP_SOURCE, "Volume", "q", 60);
	fake_configure(&r->fake, 0, FD1, config, sizeof(config), &a);
	RUN_UNTIL(r, a.there);
	assert_string_equal(a.error, "");
	RUN_UNTIL(r, r->seen.transports == 1);
}

/* ---- acquire, release, volume --------------------------------------------- */

static void acquiring_gives_a_socket(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };
	char byte = 'x', got = 0;

	open_with_endpoints(r);
	configured(r);
	assert_int_equal(bluez_acquire(r->bluez, FD1, rig_done_fd, &e), 0);
	assert_int_equal(e.times, 0);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, 0);
	assert_int_equal(e.read_mtu, 895);
	assert_int_equal(e.write_mtu, 672);
	assert_true(fcntl(e.fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(e.fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(write(e.fd, &byte, 1), 1);
	assert_int_equal(read(r->fake.far_fd, &got, 1), 1);
	assert_int_equal(got, 'x');
	close(e.fd);
	assert_int_equal(read(r->fake.far_fd, &got, 1), 0); /* nobody kept a copy */
}

static void too_early_is_tried_again(void **state)
{
	static const char *const names[] = { "org.bluez.Error.Failed",
					     "org.bluez.Error.NotAuthorized",
					     "org.bluez.Error.NotAvailable" };
	struct rig *r = *state;

	open_with_endpoints(r);
	configured(r);
	for (size_t i = 0; i < 3; i++) {
		struct ended e = { 0 };

		fake_rule(&r->fake, "Acquire", FAKE_ERROR, 2, names[i], "Input/output error");
		bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
		RUN_UNTIL(r, e.times == 1);
		assert_int_equal(e.error, 0);
		close(e.fd);
	}
	assert_int_equal(fake_count(&r->fake, FD1 " Acquire"), 9);
}

static void what_is_played_to_us_is_taken_up_only_while_it_plays(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 }, late = { 0 };

	open_with_endpoints(r);
	configured(r);
	assert_int_equal(bluez_take_up(r->bluez, FD1, rig_done_fd, &e), 0);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, 0);
	assert_int_equal(e.read_mtu, 895);
	close(e.fd);
	/* it has stopped: nobody is asked to begin again */
	fake_rule(&r->fake, "TryAcquire", FAKE_ERROR, -1, "org.bluez.Error.NotAvailable",
		  "Operation currently not available");
	bluez_take_up(r->bluez, FD1, rig_done_fd, &late);
	RUN_UNTIL(r, late.times == 1);
	assert_int_equal(late.error, -EAGAIN);
	assert_int_equal(late.fd, -1);
	assert_int_equal(fake_count(&r->fake, FD1 " TryAcquire"), 2);
	assert_int_equal(fake_count(&r->fake, FD1 " Acquire"), 0);
}

static void refused_for_good_says_why(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	open_with_endpoints(r);
	configured(r);
	fake_rule(&r->fake, "Acquire", FAKE_ERROR, -1, "org.bluez.Error.NotAuthorized",
		  "Operation Not Authorized");
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, -EPERM);
	assert_non_null(strstr(e.words, "another sound program"));
	fake_rule(&r->fake, "Acquire", FAKE_ERROR, -1, "org.bluez.Error.Failed",
		  "Input/output error");
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, e.times == 2);
	assert_int_equal(e.error, -EIO);
	assert_non_null(strstr(e.words, "Input/output error"));
	assert_int_equal(e.fd, -1);
}

static void answer_nonsense(struct fake *f, sd_bus_message *call)
{
	(void)f;
	sd_bus_reply_method_return(call, "sqq", "no socket", 1, 2);
}

static void answer_no_mtu(struct fake *f, sd_bus_message *call)
{
	(void)f;
	sd_bus_reply_method_return(call, "hqq", 0, 0, 0);
}

static void a_malformed_answer_is_given_back(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	open_with_endpoints(r);
	configured(r);
	fake_custom(&r->fake, "Acquire", 1, answer_nonsense);
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, -EPROTO);
	RUN_UNTIL(r, fake_count(&r->fake, FD1 " Release") == 1);
	fake_custom(&r->fake, "Acquire", 1, answer_no_mtu);
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, e.times == 2);
	assert_int_equal(e.error, -EPROTO);
	RUN_UNTIL(r, fake_count(&r->fake, FD1 " Release") == 2);
}

static void without_an_answer_it_is_released(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	fake_rule(&r->fake, "Acquire", FAKE_SILENT, 1, NULL, NULL);
	open_with_endpoints(r);
	configured(r);
	r->bluez->times.acquire = 60;
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, -ETIMEDOUT);
	RUN_UNTIL(r, fake_count(&r->fake, FD1 " Release") == 1);
	/* a late socket goes to nobody, and is not left open */
	r->bluez->times.acquire = 10000;
	fake_rule(&r->fake, "Acquire", FAKE_OK, 0, NULL, NULL);
	{
		int pair[2];
		char got;

		assert_return_code(pipe(pair), 0);
		sd_bus_reply_method_return(r->fake.held[0], "hqq", pair[1], 672, 672);
		close(pair[1]);
		RUN_UNTIL(r, r->fake.held_n == 1);
		rig_idle(r, 50);
		/* drop the fake's own message with its copy before looking */
		assert_int_equal(e.times, 1);
		assert_int_equal(fcntl(pair[0], F_SETFL, O_NONBLOCK), 0);
		RUN_UNTIL(r, read(pair[0], &got, 1) == 0);
		close(pair[0]);
	}
}

static void only_one_at_a_time(void **state)
{
	struct rig *r = *state;
	struct ended first = { 0 }, second = { 0 };

	fake_rule(&r->fake, "Acquire", FAKE_SILENT, 1, NULL, NULL);
	open_with_endpoints(r);
	configured(r);
	bluez_acquire(r->bluez, FD1, rig_done_fd, &first);
	bluez_acquire(r->bluez, FD1, rig_done_fd, &second);
	RUN_UNTIL(r, second.times == 1);
	assert_int_equal(second.error, -EBUSY);
	assert_int_equal(first.times, 0);
	assert_int_equal(bluez_acquire(r->bluez, NULL, rig_done_fd, &second), -EINVAL);
	assert_int_equal(bluez_acquire(r->bluez, DEV1, rig_done_fd, &second), -EINVAL);
	bluez_acquire(r->bluez, FD2, rig_done_fd, &second);
	RUN_UNTIL(r, second.times == 2);
	assert_int_equal(second.error, -ENODEV);
	rig_close(r);
	assert_int_equal(first.error, -ECANCELED);
}

static void it_waits_for_idle(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 }, rel = { 0 };

	open_with_endpoints(r);
	configured(r);
	fake_change(&r->fake, FD1, TRANSPORT, 1, "State", "s", "active");
	RUN_UNTIL(r, r->seen.transport.state == BLUEZ_ACTIVE);
	bluez_release(r->bluez, FD1, rig_done, &rel);
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, fake_count(&r->fake, FD1 " Release") == 1);
	rig_idle(r, 50);
	assert_int_equal(rel.times + e.times, 0);
	assert_int_equal(fake_count(&r->fake, FD1 " Acquire"), 0);
	fake_change(&r->fake, FD1, TRANSPORT, 1, "State", "s", "idle");
	RUN_UNTIL(r, rel.times == 1 && e.times == 1);
	assert_int_equal(rel.error, 0);
	assert_int_equal(e.error, 0);
	close(e.fd);
	/* "pending": the other side began; that is taken */
	fake_change(&r->fake, FD1, TRANSPORT, 1, "State", "s", "pending");
	RUN_UNTIL(r, r->seen.transport.state == BLUEZ_PENDING);
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, e.times == 2);
	assert_int_equal(e.error, 0);
	close(e.fd);
}

static void releasing_what_is_gone_is_fine(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	open_with_endpoints(r);
	bluez_release(r->bluez, FD1, rig_done, &e);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, 0);
	configured(r);
	fake_rule(&r->fake, "Release", FAKE_ERROR, 1, "org.bluez.Error.NotAuthorized", "x");
	bluez_release(r->bluez, FD1, rig_done, &e);
	RUN_UNTIL(r, e.times == 2);
	assert_int_equal(e.error, 0);
	fake_rule(&r->fake, "Release", FAKE_SILENT, 1, NULL, NULL);
	r->bluez->times.release = 50;
	bluez_release(r->bluez, FD1, rig_done, &e);
	RUN_UNTIL(r, e.times == 3);
	assert_int_equal(e.error, -ETIMEDOUT);
}

static void bluetoothd_restarting_in_the_middle(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	fake_rule(&r->fake, "Acquire", FAKE_SILENT, 1, NULL, NULL);
	open_with_endpoints(r);
	configured(r);
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, r->fake.held_n == 1);
	fake_stop(&r->fake);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, -ECONNRESET);
	assert_int_equal(e.fd, -1);
	RUN_UNTIL(r, r->seen.transports == 0);
	fake_start(&r->fake, r->event);
	RUN_UNTIL(r, r->seen.state == BLUEZ_READY && r->fake.endpoints_n == 2);
	rig_idle(r, 30);
	assert_int_equal(e.times, 1);
	/* the object is listed still, but who configured it is not known any more */
	RUN_UNTIL(r, r->seen.transports == 1);
	assert_false(r->seen.transport.ours);
}

static void a_stream_closing_in_the_middle(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	fake_rule(&r->fake, "Acquire", FAKE_SILENT, 1, NULL, NULL);
	open_with_endpoints(r);
	configured(r);
	bluez_acquire(r->bluez, FD1, rig_done_fd, &e);
	RUN_UNTIL(r, r->fake.held_n == 1);
	fake_remove(&r->fake, FD1, TRANSPORT);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, -ENODEV);
	assert_non_null(strstr(e.words, "Patio"));
	sd_bus_reply_method_errorf(r->fake.held[0], "org.bluez.Error.Failed", "late");
	rig_idle(r, 30);
	assert_int_equal(e.times, 1);
}

static void volume_goes_both_ways(void **state)
{
	struct rig *r = *state;
	struct ended e = { 0 };

	open_with_endpoints(r);
	configured(r);
	bluez_set_volume(r->bluez, FD1, 100, rig_done, &e);
	RUN_UNTIL(r, e.times == 1);
	assert_int_equal(e.error, 0);
	assert_int_equal(fake_count(&r->fake, FD1 " Set Volume"), 1);
	fake_change(&r->fake, FD1, TRANSPORT, 2, "Volume", "q", 33, "Delay", "q", 2600);
	RUN_UNTIL(r, r->seen.transport.volume == 33);
	assert_int_equal(r->seen.transport.delay, 2600);
	assert_int_equal(bluez_set_volume(r->bluez, FD1, 128, rig_done, &e), -EINVAL);
	/* nonsense is as good as none */
	fake_change(&r->fake, FD1, TRANSPORT, 2, "Volume", "q", 200, "Delay", "u", 5);
	RUN_UNTIL(r, r->seen.transport.volume == -1);
	assert_int_equal(r->seen.transport.delay, 2600);
	fake_invalidate(&r->fake, FD1, TRANSPORT, "Delay");
	RUN_UNTIL(r, r->seen.transport.delay == -1);
	bluez_set_volume(r->bluez, FD1, 100, rig_done, &e);
	RUN_UNTIL(r, e.times == 2);
	assert_int_equal(e.error, -EOPNOTSUPP);
	assert_non_null(strstr(e.words, "Patio"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(acquiring_gives_a_socket),
		TEST(too_early_is_tried_again),
		TEST(what_is_played_to_us_is_taken_up_only_while_it_plays),
		TEST(refused_for_good_says_why),
		TEST(a_malformed_answer_is_given_back),
		TEST(without_an_answer_it_is_released),
		TEST(only_one_at_a_time),
		TEST(it_waits_for_idle),
		TEST(releasing_what_is_gone_is_fine),
		TEST(bluetoothd_restarting_in_the_middle),
		TEST(a_stream_closing_in_the_middle),
		TEST(volume_goes_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
