/* SPDX-License-Identifier: MIT */
/* sender and pacer - real threads on the real clock; nothing here depends on how fast. */
#include "core/io/sender.h"
#include "core/base/clock.h"
#include "core/io/sink_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cmocka.h>

#define PATIENCE (10 * NS_PER_SEC)

/* A sink that writes down who was asked what, in order. */
struct witness {
	struct sink base;
	struct witness_log *log;
	bool idle; /* has nothing to send */
	_Atomic uint32_t rounds;
};

struct witness_log {
	_Atomic uint32_t n;
	struct {
		const struct witness *who;
		bool sending;
		uint32_t turn;
	} entry[4096];
};

static void note(struct witness *w, bool sending)
{
	uint32_t n = atomic_load(&w->log->n);

	if (n == 4096)
		return;
	w->log->entry[n].who = w;
	w->log->entry[n].sending = sending;
	w->log->entry[n].turn = w->base.turn;
	atomic_store(&w->log->n, n + 1);
}

static void witness_prepare(struct sink *s, uint64_t now)
{
	(void)now;
	note((struct witness *)s, false);
}

static bool witness_send(struct sink *s, uint64_t now)
{
	struct witness *w = (struct witness *)s;

	(void)now;
	if (!w->idle)
		note(w, true);
	atomic_fetch_add(&w->rounds, 1);
	return !w->idle;
}

static const struct sink_ops witness_ops = {
	.prepare = witness_prepare,
	.send = witness_send,
};

static bool wait_for(_Atomic uint32_t *counter, uint32_t least)
{
	uint64_t end = clock_now() + PATIENCE;

	while (atomic_load(counter) < least) {
		if (clock_now() > end)
			return false;
		clock_sleep_until(clock_now() + NS_PER_MS);
	}
	return true;
}

/* Wake, and wait for the round, so that every wake is a round of its own. */
static void round_trip(struct sender *s, struct witness *w)
{
	uint32_t before = atomic_load(&w->rounds);

	sender_wake(s);
	assert_true(wait_for(&w->rounds, before + 1));
}

static void all_encode_before_anyone_sends_and_the_first_place_goes_round(void **state)
{
	struct witness w[3];
	struct witness_log *log = calloc(1, sizeof(*log));
	struct sender *s = NULL;
	bool first[3] = { false };
	uint32_t n;

	(void)state;
	assert_non_null(log);
	assert_int_equal(sender_new(&s), 0);
	for (int i = 0; i < 3; i++) {
		w[i] = (struct witness){ .base = { .ops = &witness_ops }, .log = log };
		sender_add(s, &w[i].base);
	}
	for (int i = 0; i < 9; i++)
		round_trip(s, &w[0]);
	sender_free(s);

	n = atomic_load(&log->n);
	assert_int_equal(n % 6, 0);
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(log->entry[i].sending, i % 6 >= 3);
		if (i % 6 == 3)
			for (int k = 0; k < 3; k++)
				first[k] = first[k] || log->entry[i].who == &w[k];
	}
	assert_true(first[0] && first[1] && first[2]);
	free(log);
}

/* Or the one behind it would be first twice as often as the others. */
static void who_has_nothing_to_send_takes_no_turn(void **state)
{
	struct witness w[4];
	struct witness_log *log = calloc(1, sizeof(*log));
	struct sender *s = NULL;
	uint32_t had[4][3] = { 0 };

	(void)state;
	assert_non_null(log);
	assert_int_equal(sender_new(&s), 0);
	for (int i = 0; i < 4; i++) {
		w[i] = (struct witness){ .base = { .ops = &witness_ops }, .log = log };
		w[i].idle = i == 2;
		sender_add(s, &w[i].base);
	}
	for (int i = 0; i < 12; i++)
		round_trip(s, &w[0]);
	sender_free(s);

	for (uint32_t i = 0; i < atomic_load(&log->n); i++)
		if (log->entry[i].sending)
			had[log->entry[i].who - w][log->entry[i].turn]++;
	for (int i = 0; i < 4; i++)
		for (int turn = 0; turn < 3; turn++)
			assert_int_equal(had[i][turn], i == 2 ? 0 : 4);
	free(log);
}

static void a_removed_sink_is_never_touched_again(void **state)
{
	struct witness_log *log = calloc(1, sizeof(*log));
	struct witness stays, goes;
	struct sender *s = NULL;

	(void)state;
	assert_non_null(log);
	stays = goes = (struct witness){ .base = { .ops = &witness_ops }, .log = log };
	assert_int_equal(sender_new(&s), 0);
	sender_add(s, &stays.base);
	sender_add(s, &goes.base);
	round_trip(s, &goes);
	sender_remove(s, &goes.base);
	memset(&goes.base, 0xa5, sizeof(goes.base)); /* touching it would crash */
	for (int i = 0; i < 5; i++)
		round_trip(s, &stays);
	sender_remove(s, &stays.base);
	sender_wake(s);
	sender_free(s);
	free(log);
}

static void nobody_is_woken_for_sinks_that_can_wait(void **state)
{
	struct witness_log *log = calloc(1, sizeof(*log));
	struct witness w = { .base = { .ops = &witness_ops, .patience = 5 }, .log = log };
	struct sender *s = NULL;

	(void)state;
	assert_non_null(log);
	assert_int_equal(sender_new(&s), 0);
	for (int i = 0; i < 100; i++)
		sender_wake(s); /* for nobody at all */
	sender_add(s, &w.base);
	round_trip(s, &w);
	for (int i = 0; i < 4; i++)
		sender_wake(s);
	clock_sleep_until(clock_now() + 20 * NS_PER_MS);
	assert_int_equal(atomic_load(&w.rounds), 1);
	round_trip(s, &w);
	sender_free(s);
	free(log);
}

static void an_idle_sender_and_no_sender_are_freed(void **state)
{
	struct sender *s = NULL;

	(void)state;
	assert_int_equal(sender_new(&s), 0);
	sender_free(s);
	sender_free(NULL);
	pacer_free(NULL);
	sink_free(NULL);
}

static void the_pacer_keeps_the_engine_on_the_clock(void **state)
{
	struct timeline time = { .t0 = clock_now(), .rate = 48000, .period = 480 };
	struct witness_log *log = calloc(1, sizeof(*log));
	struct witness w = { .base = { .ops = &witness_ops }, .log = log };
	struct sender *s = NULL;
	struct engine *e = NULL;
	struct pacer *p = NULL;
	uint64_t frame, due;

	(void)state;
	assert_non_null(log);
	assert_int_equal(engine_new(&time, &e), 0);
	assert_int_equal(sender_new(&s), 0);
	sender_add(s, &w.base);
	assert_int_equal(pacer_new(e, s, &p), 0);
	assert_true(wait_for(&w.rounds, 20));
	pacer_free(p);

	/* never ahead of time; the last cycle was due before we looked */
	frame = atomic_load(&e->frame);
	assert_true(frame >= 20 * 480);
	due = clock_of_frame(time.t0, frame - 480, 48000);
	assert_true(due <= clock_now());
	sender_free(s);
	engine_free(e);
	free(log);
}

static void sinks_come_and_go_while_it_plays(void **state)
{
	static const struct sink_config config = { .type = SINK_IS_SIMULATED,
						   .name = "Porch",
						   .latency_ms = 100 };
	struct timeline time = { .t0 = clock_now(), .rate = 44100, .period = 128 };
	struct sender *s = NULL;
	struct engine *e = NULL;
	struct pacer *p = NULL;
	struct ring *ring = NULL;

	(void)state;
	assert_int_equal(engine_new(&time, &e), 0);
	assert_int_equal(sender_new(&s), 0);
	assert_int_equal(pacer_new(e, s, &p), 0);
	assert_int_equal(ring_new(4096, &ring), 0);
	for (int i = 0; i < 20; i++) {
		struct health_report report;
		struct sink *sink = NULL;

		assert_int_equal(sink_new(&config, &time, e, ring, s, -1, &sink), 0);
		clock_sleep_until(clock_now() + 5 * NS_PER_MS);
		sink_health(sink, &report);
		assert_int_equal(report.state, HEALTH_RUNNING);
		sink_free(sink);
	}
	pacer_free(p);
	sender_free(s);
	ring_free(ring);
	engine_free(e);
}

static void streams_come_and_go_while_it_plays(void **state)
{
	static const struct sink_config config = { .type = SINK_IS_A2DP, .name = "Porch" };
	struct timeline time = { .t0 = clock_now(), .rate = 44100, .period = 128 };
	struct sender *s = NULL;
	struct engine *e = NULL;
	struct pacer *p = NULL;
	struct ring *ring = NULL;
	struct sink *sink = NULL;
	struct health_report report;

	(void)state;
	assert_int_equal(engine_new(&time, &e), 0);
	assert_int_equal(sender_new(&s), 0);
	assert_int_equal(pacer_new(e, s, &p), 0);
	assert_int_equal(ring_new(4096, &ring), 0);
	assert_int_equal(sink_new(&config, &time, e, ring, s, -1, &sink), 0);
	for (int i = 0; i < 20; i++) {
		struct a2dp_stream stream = { .mtu = 672,
					      .edr = 2,
					      .config = { 0x21, 0x15, 2, 53 } };
		int pair[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
		stream.fd = pair[0];
		assert_int_equal(sink_attach(sink, &stream), 0);
		sink_set_bitpool(sink, 30);
		clock_sleep_until(clock_now() + 10 * NS_PER_MS);
		if (i % 2 == 0)
			sink_detach(sink);
		close(pair[1]); /* of the others the far end goes first */
		sink_health(sink, &report);
	}
	sink_free(sink);
	pacer_free(p);
	sender_free(s);
	ring_free(ring);
	engine_free(e);
}

static void health_wakes_control_when_something_changed_and_only_then(void **state)
{
	struct health h;
	struct health_report report;
	uint64_t count = 0;
	int fd = eventfd(0, EFD_NONBLOCK);

	(void)state;
	assert_true(fd >= 0);
	health_init(&h, fd);
	health_set(&h, HEALTH_WAITING, 0, "no such device: %s", "hw:9");
	assert_int_equal(read(fd, &count, sizeof(count)), sizeof(count));
	health_set(&h, HEALTH_WAITING, 5, "no such device: %s", "hw:9");
	assert_int_equal(read(fd, &count, sizeof(count)), -1);
	health_begin(&h)->sent = 7;
	health_end(&h);
	assert_int_equal(read(fd, &count, sizeof(count)), -1);
	health_set(&h, HEALTH_RUNNING, 0, "%s", "");
	assert_int_equal(read(fd, &count, sizeof(count)), sizeof(count));
	health_read(&h, &report);
	assert_int_equal(report.sent, 7);
	assert_int_equal(report.retry_at, 0);
	assert_true(report.latency_ms != report.latency_ms); /* NAN: it says nothing */
	health_done(&h);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_idle_sender_and_no_sender_are_freed),
		cmocka_unit_test(nobody_is_woken_for_sinks_that_can_wait),
		cmocka_unit_test(who_has_nothing_to_send_takes_no_turn),
		cmocka_unit_test(a_removed_sink_is_never_touched_again),
		cmocka_unit_test(all_encode_before_anyone_sends_and_the_first_place_goes_round),
		cmocka_unit_test(the_pacer_keeps_the_engine_on_the_clock),
		cmocka_unit_test(sinks_come_and_go_while_it_plays),
		cmocka_unit_test(streams_come_and_go_while_it_plays),
		cmocka_unit_test(health_wakes_control_when_something_changed_and_only_then),
	};

	return cmocka_run_group_tests_name("sender", tests, NULL, NULL);
}
