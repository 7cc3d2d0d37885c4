/* SPDX-License-Identifier: MIT */
/* ring, cmdq and trace: what passes between threads, passed. */
#include "core/rt/cmdq.h"
#include "core/rt/ring.h"
#include "core/rt/trace.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Frame k carries its own number, left and right apart. */
static float left_of(uint64_t k)
{
	return (float)(k % 10007 + 1);
}

static float right_of(uint64_t k)
{
	return -left_of(k);
}

static void fill(float *buf, uint64_t at, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		buf[2 * i] = left_of(at + i);
		buf[2 * i + 1] = right_of(at + i);
	}
}

static bool is_sound(const float *frame, uint64_t k)
{
	return frame[0] == left_of(k) && frame[1] == right_of(k);
}

static bool is_silent(const float *frame)
{
	return frame[0] == 0.0f && frame[1] == 0.0f;
}

/* ---- ring ---------------------------------------------------------------------------- */

static void reading_ahead_of_the_writer_gives_nothing(void **state)
{
	SCOPED(ring_freep) struct ring *r = NULL;
	float buf[2 * 64];

	(void)state;
	assert_int_equal(ring_new(64, &r), 0);
	assert_int_equal(ring_read(r, 1000, buf, 64), 0);
	assert_int_equal(ring_readable(r, 1000), 0);
}

static void reading_back_behind_what_was_given_up_gives_nothing(void **state)
{
	SCOPED(ring_freep) struct ring *r = NULL;
	float buf[2 * 64];

	(void)state;
	assert_int_equal(ring_new(64, &r), 0);
	fill(buf, 0, 64);
	assert_int_equal(ring_write(r, 0, buf, 64), 64);
	assert_int_equal(ring_read(r, 32, buf, 8), 8);
	assert_int_equal(ring_read(r, 0, buf, 8), 0);
	assert_int_equal(ring_readable(r, 0), 0);
	assert_int_equal(ring_readable(r, 40), 24);
}

static void a_full_ring_takes_nothing_and_counts_it(void **state)
{
	SCOPED(ring_freep) struct ring *r = NULL;
	float buf[2 * 64];

	(void)state;
	assert_int_equal(ring_new(64, &r), 0);
	fill(buf, 0, 64);
	assert_int_equal(ring_write(r, 0, buf, 64), 64);
	assert_int_equal(ring_write(r, 64, buf, 1), 0);
	assert_int_equal(atomic_load(&r->lost), 1);
	assert_int_equal(ring_head(r), 64);
}

static void frames_that_found_no_room_read_as_silence_in_their_place(void **state)
{
	SCOPED(ring_freep) struct ring *r = NULL;
	float buf[2 * 64];

	(void)state;
	assert_int_equal(ring_new(64, &r), 0);
	fill(buf, 0, 48);
	assert_int_equal(ring_write(r, 0, buf, 48), 48);
	fill(buf, 48, 32);
	assert_int_equal(ring_write(r, 48, buf, 32), 0); /* frames 48..79 are lost */

	assert_int_equal(ring_read(r, 0, buf, 48), 48);
	fill(buf, 80, 16);
	assert_int_equal(ring_write(r, 80, buf, 16), 16);

	assert_int_equal(ring_read(r, 48, buf, 64), 48);
	for (uint64_t k = 48; k < 80; k++)
		assert_true(is_silent(buf + 2 * (k - 48)));
	for (uint64_t k = 80; k < 96; k++)
		assert_true(is_sound(buf + 2 * (k - 48), k));
}

static void frames_are_seen_in_place_only_whole_and_in_one_piece(void **state)
{
	SCOPED(ring_freep) struct ring *r = NULL;
	float buf[2 * 64];
	const float *seen;

	(void)state;
	assert_int_equal(ring_new(64, &r), 0);
	fill(buf, 0, 48);
	assert_int_equal(ring_write(r, 0, buf, 48), 48);
	assert_null(ring_peek(r, 32, 32)); /* not all of it is there */
	seen = ring_peek(r, 16, 32);
	assert_non_null(seen);
	for (uint32_t i = 0; i < 32; i++)
		assert_true(is_sound(seen + 2 * i, 16 + i));

	ring_read(r, 48, buf, 0);
	assert_null(ring_peek(r, 16, 32)); /* given up */
	fill(buf, 48, 32);
	assert_int_equal(ring_write(r, 48, buf, 32), 32);
	assert_null(ring_peek(r, 48, 32)); /* goes round the end */
	assert_true(is_sound(ring_peek(r, 48, 16), 48));
}

static void a_gap_longer_than_the_ring_leaves_no_old_sound(void **state)
{
	SCOPED(ring_freep) struct ring *r = NULL;
	float buf[2 * 64];

	(void)state;
	assert_int_equal(ring_new(64, &r), 0);
	fill(buf, 0, 64);
	assert_int_equal(ring_write(r, 0, buf, 64), 64);
	ring_read(r, 100000, buf, 0); /* gone ahead, as a speaker that came back */
	fill(buf, 100040, 8);
	assert_int_equal(ring_write(r, 100040, buf, 8), 8);

	assert_int_equal(ring_read(r, 100000, buf, 64), 48);
	for (uint32_t i = 0; i < 40; i++)
		assert_true(is_silent(buf + 2 * i));
	for (uint32_t i = 40; i < 48; i++)
		assert_true(is_sound(buf + 2 * i, 100000 + i));
}

static void what_is_written_behind_the_reader_is_let_fall(void **state)
{
	SCOPED(ring_freep) struct ring *r = NULL;
	float buf[2 * 64];

	(void)state;
	assert_int_equal(ring_new(64, &r), 0);
	ring_read(r, 500, buf, 0);
	fill(buf, 400, 32);
	assert_int_equal(ring_write(r, 400, buf, 32), 32);
	fill(buf, 480, 40); /* half of it still in time */
	assert_int_equal(ring_write(r, 480, buf, 40), 40);
	assert_int_equal(ring_read(r, 500, buf, 64), 20);
	for (uint32_t i = 0; i < 20; i++)
		assert_true(is_sound(buf + 2 * i, 500 + i));
}

static void started_at_a_frame_it_goes_on_from_there(void **state)
{
	SCOPED(ring_freep) struct ring *r = NULL;
	float buf[2 * 16];
	uint64_t at = (1ull << 40) + 13;

	(void)state;
	assert_int_equal(ring_new(64, &r), 0);
	ring_start(r, at);
	fill(buf, at, 16);
	assert_int_equal(ring_write(r, at, buf, 16), 16);
	memset(buf, 0, sizeof(buf));
	assert_int_equal(ring_read(r, at, buf, 16), 16);
	for (uint32_t i = 0; i < 16; i++)
		assert_true(is_sound(buf + 2 * i, at + i));
}

#define HANDED_OVER 400000u

static void *write_all(void *arg)
{
	struct ring *r = arg;
	float buf[2 * 97];
	uint64_t at = 0;

	while (at < HANDED_OVER) {
		uint32_t n = 1 + (uint32_t)(at * 7 % 97);

		fill(buf, at, n);
		while (ring_write(r, at, buf, n) == 0)
			sched_yield();
		at += n;
	}
	return NULL;
}

static void two_threads_hand_over_every_frame_in_its_place(void **state)
{
	SCOPED(ring_freep) struct ring *r = NULL;
	float buf[2 * 64];
	pthread_t writer;
	uint64_t at = 0, wrong = 0;

	(void)state;
	assert_int_equal(ring_new(256, &r), 0);
	assert_int_equal(pthread_create(&writer, NULL, write_all, r), 0);
	while (at < HANDED_OVER) {
		uint32_t got = ring_read(r, at, buf, 1 + (uint32_t)(at % 64));

		for (uint32_t i = 0; i < got; i++)
			wrong += !is_sound(buf + 2 * i, at + i);
		at += got;
		if (got == 0)
			sched_yield();
	}
	pthread_join(writer, NULL);
	assert_int_equal(wrong, 0);
}

/* ---- cmdq ---------------------------------------------------------------------------- */

static void an_empty_queue_gives_nothing(void **state)
{
	struct cmdq q = { 0 };

	(void)state;
	assert_null(cmdq_pop(&q));
	assert_true(cmdq_has_room(&q));
}

static void a_full_queue_refuses_and_keeps_what_it_has(void **state)
{
	struct cmdq q = { 0 };
	int things[CMDQ_SLOTS + 1];

	(void)state;
	for (uint32_t i = 0; i < CMDQ_SLOTS; i++)
		assert_true(cmdq_push(&q, &things[i]));
	assert_false(cmdq_has_room(&q));
	assert_false(cmdq_push(&q, &things[CMDQ_SLOTS]));
	for (uint32_t i = 0; i < CMDQ_SLOTS; i++)
		assert_ptr_equal(cmdq_pop(&q), &things[i]);
	assert_null(cmdq_pop(&q));
}

#define PASSED 100000u

struct passage {
	struct cmdq q;
	uint32_t things[PASSED];
};

static void *push_all(void *arg)
{
	struct passage *p = arg;

	for (uint32_t i = 0; i < PASSED; i++) {
		p->things[i] = i + 1; /* seen through the pointer on the other side */
		while (!cmdq_push(&p->q, &p->things[i]))
			sched_yield();
	}
	return NULL;
}

static void two_threads_pass_every_pointer_in_order(void **state)
{
	struct passage *p = aligned_alloc(_Alignof(struct passage), sizeof(*p));
	pthread_t writer;
	uint32_t wrong = 0;

	(void)state;
	assert_non_null(p);
	memset(p, 0, sizeof(*p));
	assert_int_equal(pthread_create(&writer, NULL, push_all, p), 0);
	for (uint32_t i = 0; i < PASSED;) {
		uint32_t *thing = cmdq_pop(&p->q);

		if (!thing) {
			sched_yield();
			continue;
		}
		wrong += *thing != ++i;
	}
	pthread_join(writer, NULL);
	free(p);
	assert_int_equal(wrong, 0);
}

/* ---- trace --------------------------------------------------------------------------- */

static void a_full_trace_leaves_out_the_newest_and_counts_them(void **state)
{
	struct trace *t = aligned_alloc(_Alignof(struct trace), sizeof(*t));
	struct trace_event e;

	(void)state;
	assert_non_null(t);
	memset(t, 0, sizeof(*t));
	assert_false(trace_get(t, &e));
	for (uint32_t i = 0; i < TRACE_SLOTS + 3; i++)
		trace_put(t, i, TRACE_LATE, i, 2 * i);
	assert_int_equal(atomic_load(&t->left_out), 3);
	for (uint32_t i = 0; i < TRACE_SLOTS; i++) {
		assert_true(trace_get(t, &e));
		assert_int_equal(e.t, i);
		assert_int_equal(e.kind, TRACE_LATE);
		assert_int_equal(e.b, 2 * i);
	}
	assert_false(trace_get(t, &e));
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading_ahead_of_the_writer_gives_nothing),
		cmocka_unit_test(reading_back_behind_what_was_given_up_gives_nothing),
		cmocka_unit_test(a_full_ring_takes_nothing_and_counts_it),
		cmocka_unit_test(frames_that_found_no_room_read_as_silence_in_their_place),
		cmocka_unit_test(frames_are_seen_in_place_only_whole_and_in_one_piece),
		cmocka_unit_test(a_gap_longer_than_the_ring_leaves_no_old_sound),
		cmocka_unit_test(what_is_written_behind_the_reader_is_let_fall),
		cmocka_unit_test(started_at_a_frame_it_goes_on_from_there),
		cmocka_unit_test(two_threads_hand_over_every_frame_in_its_place),
		cmocka_unit_test(an_empty_queue_gives_nothing),
		cmocka_unit_test(a_full_queue_refuses_and_keeps_what_it_has),
		cmocka_unit_test(two_threads_pass_every_pointer_in_order),
		cmocka_unit_test(a_full_trace_leaves_out_the_newest_and_counts_them),
	};

	return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
