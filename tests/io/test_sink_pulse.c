/* SPDX-License-Identifier: MIT */
/*
 * test_sink_pulse - playing on a real PulseAudio that comes, goes and hangs.
 *
 * What is judged is when a click comes out of the server: its pipe sink is
 * timed by the system's clock and writes blocks of some 40 ms ahead, so the
 * time a sample is read is at most that before the time it counts as played.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/io/tone.h"
#include "tests/io/live.h"
#include "tests/io/pulse_server.h"

#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RATE	   44100
#define CLICKS_MAX 32
#define LEAST	   3 /* of them, to judge by */

static struct pulse_server server;
static bool pipewire; /* the server that is tried now */
static struct live l;

static void play_clicks(uint64_t frame, float *out, uint32_t n)
{
	tone_render(SOURCE_CLICKS, RATE, frame, out, n);
}

static struct sink *open_sink(const char *device)
{
	struct sink_config c = { .type = SINK_IS_PULSE, .device = device, .name = "Kitchen" };
	struct sink *s = NULL;

	assert_int_equal(sink_new(&c, &l.time, l.engine, l.ring, NULL, -1, &s), 0);
	return s;
}

/* When clicks came out, as ms after the full second of the timeline they belong to. */
struct clicks {
	uint32_t n;
	double late[CLICKS_MAX];
	double said[CLICKS_MAX]; /* ms; what the sink took for its latency then */
};

#define BLOCK_MS 70

/*
 * Whether they come as late as is said, or up to a block before that. Of those under the
 * latency of now (on a busy machine the sink asks for more time meanwhile) the earliest
 * counts: such a machine reads some of them late, none early.
 */
static bool late_as_said(const struct clicks *c)
{
	double ms = c->n ? c->said[c->n - 1] : 0, earliest = 1000;
	uint32_t n = 0;

	/* the first of them may have been on its way before */
	for (uint32_t i = c->n; i > 1 && fabs(c->said[i - 2] - ms) < 1; i--, n++)
		earliest = fmin(earliest, c->late[i - 1]);
	return n >= LEAST && earliest > ms - BLOCK_MS && earliest < ms + 20;
}

/* Until there are n, and as late as is said, or for seconds at most. */
static void listen_to(int fifo, struct sink *s, double seconds, uint32_t n, struct clicks *ret)
{
	uint64_t end = live_in(seconds);
	double last = -1e9;

	ret->n = 0;
	while (clock_now() < end && (ret->n < n || !late_as_said(ret))) {
		struct pollfd p = { .fd = fifo, .events = POLLIN };
		int16_t x[2 * 2048];
		struct health_report h;
		ssize_t got;
		double now;

		if (poll(&p, 1, 20) <= 0)
			continue;
		got = read(fifo, x, sizeof(x));
		now = (double)(clock_now() - l.time.t0) * 1e-6;
		if (got <= 0) {
			live_sleep(0.01); /* no server at present */
			continue;
		}
		sink_health(s, &h);
		for (uint32_t i = 0, all = (uint32_t)got / 4; i < all; i++) {
			double at = now - (double)(all - i) * 1e3 / RATE;

			if (x[2 * i] < 10000 || at < last + 500 || ret->n == CLICKS_MAX)
				continue;
			last = at;
			ret->said[ret->n] = h.latency_ms;
			ret->late[ret->n++] = fmod(at, 1000);
			print_message(" %.1f ms late, said %.1f\n", fmod(at, 1000),
				      h.latency_ms);
		}
	}
}

static void no_server_is_waited_for(void **state)
{
	struct sink *s = open_sink("speaker");

	(void)state;
	assert_true(live_wait_sink(s, HEALTH_WAITING, "No PulseAudio or PipeWire answers", 5));
	assert_false(sink_flowing(s));
	assert_true(pulse_server_start(&server));
	assert_true(live_wait_sink(s, HEALTH_RUNNING, "", 8));
	assert_true(sink_flowing(s));
	sink_free(s);
}

static void a_sink_that_is_not_there_is_named(void **state)
{
	struct sink *s = open_sink("attic");

	(void)state;
	assert_true(live_wait_sink(s, HEALTH_WAITING, "no sink \"attic\"", 5));
	sink_free(s);
}

static void frames_come_out_at_their_time_after_a_stall_too(void **state)
{
	int fifo = pulse_server_hear(&server);
	struct sink *s = open_sink(server.heard);
	struct health_report h;
	struct clicks c;

	(void)state;
	assert_true(fifo >= 0);
	assert_true(live_wait_sink(s, HEALTH_RUNNING, "", 5));
	listen_to(fifo, s, 24, 4, &c);
	assert_true(late_as_said(&c));

	pulse_server_hang(&server, true);
	live_sleep(2.3);
	pulse_server_hang(&server, false);
	listen_to(fifo, s, 24, 5, &c);
	sink_health(s, &h);
	assert_int_equal(h.state, HEALTH_RUNNING);
	assert_true(late_as_said(&c)); /* not 2.3 s later for good */
	sink_free(s);
	close(fifo);
}

static void a_server_that_dies_comes_back(void **state)
{
	struct sink *s = open_sink("speaker");

	(void)state;
	assert_true(live_wait_sink(s, HEALTH_RUNNING, "", 5));
	pulse_server_kill(&server);
	assert_true(live_wait_sink(s, HEALTH_WAITING, "\"speaker\"", 5));
	assert_false(sink_flowing(s));
	assert_true(pulse_server_start(&server));
	assert_true(live_wait_sink(s, HEALTH_RUNNING, "", 8));
	sink_free(s);
}

static void a_server_that_hangs_does_not_hold_us_up(void **state)
{
	struct sink *s = open_sink("speaker");
	uint64_t before;

	(void)state;
	assert_true(live_wait_sink(s, HEALTH_RUNNING, "", 5));
	pulse_server_hang(&server, true);
	assert_true(live_wait_sink(s, HEALTH_WAITING, "\"speaker\" hangs", 6));
	before = clock_now();
	sink_free(s);
	assert_true(clock_now() - before < 500 * NS_PER_MS);
	pulse_server_hang(&server, false);
	live_sleep(0.5); /* what was left behind clears up */
}

static int set_up(void **state)
{
	(void)state;
	pulse_server_init(&server, pipewire);
	live_init(&l, RATE);
	live_play(&l, play_clicks);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pulse_server_done(&server);
	live_sleep(0.3);
	live_done(&l);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_server_is_waited_for),
		cmocka_unit_test(a_sink_that_is_not_there_is_named),
		cmocka_unit_test(frames_come_out_at_their_time_after_a_stall_too),
		cmocka_unit_test(a_server_that_dies_comes_back),
		cmocka_unit_test(a_server_that_hangs_does_not_hold_us_up),
	};

	int failed = cmocka_run_group_tests_name("PulseAudio", tests, set_up, tear_down);

	pipewire = true;
	return failed + cmocka_run_group_tests_name("PipeWire", tests, set_up, tear_down);
}
