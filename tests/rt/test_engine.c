/* SPDX-License-Identifier: MIT */
/* engine - the timeline, plans, and what one device may cost another. */
#include "tests/rt/stage.h"

#include "core/base/clock.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FADED 256u /* frames after which a source's first sound is faded in */

/* Frames of heard in [from, to) that are not the wave times gain, exactly. */
static uint64_t wrong_frames(const float *heard, uint64_t from, uint64_t to, stage_wave wave,
			     float gain, uint64_t delay)
{
	uint64_t wrong = 0;

	for (uint64_t n = from; n < to; n++)
		for (int c = 0; c < 2; c++)
			if (heard[2 * n + (uint64_t)c] != gain * wave(n - delay, c)) {
				wrong++;
				break;
			}
	return wrong;
}

static uint64_t silent_frames(const float *heard, uint64_t from, uint64_t to)
{
	uint64_t silent = 0;

	for (uint64_t n = from; n < to; n++)
		silent += heard[2 * n] == 0.0f && heard[2 * n + 1] == 0.0f;
	return silent;
}

static uint64_t frame_of(const struct stage *s)
{
	return atomic_load(&s->engine->frame);
}

/* ---- what it refuses ------------------------------------------------------------------- */

static void a_timeline_that_cannot_be_is_refused(void **state)
{
	struct timeline no_rate = { .t0 = 0, .rate = 0, .period = 512 };
	struct timeline no_period = { .t0 = 0, .rate = 44100, .period = 0 };
	struct timeline too_long = { .rate = 44100, .period = ENGINE_PERIOD_MAX + 1 };
	struct engine *e = NULL;

	(void)state;
	assert_int_equal(engine_new(&no_rate, &e), -EINVAL);
	assert_int_equal(engine_new(&no_period, &e), -EINVAL);
	assert_int_equal(engine_new(&too_long, &e), -EINVAL);
	assert_null(e);
}

static void a_full_plan_queue_leaves_the_plan_with_its_owner(void **state)
{
	struct stage s;
	struct plan *extra;

	(void)state;
	stage_init(&s);
	for (uint32_t i = 0; i < CMDQ_SLOTS; i++)
		stage_send(&s, stage_plan(&s, 0, 0));
	extra = stage_plan(&s, 0, 0);
	assert_int_equal(engine_send(s.engine, extra), -EAGAIN);
	free(extra);
	stage_done(&s);
}

static void without_a_plan_it_only_keeps_time(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	stage_run(&s, 10);
	assert_int_equal(frame_of(&s), 10 * STAGE_PERIOD);
	assert_int_equal(s.due, clock_of_frame(STAGE_T0, 10 * STAGE_PERIOD, STAGE_RATE));
	stage_done(&s);
}

static void called_too_early_it_does_nothing(void **state)
{
	struct stage s;
	uint64_t due;

	(void)state;
	stage_init(&s);
	stage_run(&s, 1);
	due = s.due;
	assert_int_equal(engine_cycle(s.engine, due - 1), due);
	assert_int_equal(frame_of(&s), STAGE_PERIOD);
	stage_done(&s);
}

/* ---- the timeline ------------------------------------------------------------------------ */

static void every_frame_arrives_at_its_number_unchanged(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_counter;
	stage_send(&s, stage_plan(&s, 1, 2));
	stage_run(&s, 50);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			wrong_frames(s.heard[i], FADED, frame_of(&s), stage_counter, 1, 0), 0);
	stage_done(&s);
}

static void a_stall_of_50_ms_loses_no_frame(void **state)
{
	struct stage s;
	struct trace_event e;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_counter;
	stage_send(&s, stage_plan(&s, 1, 2));
	stage_run(&s, 20);
	stage_stall(&s, 50 * NS_PER_MS);
	stage_run(&s, 20);

	assert_int_equal(wrong_frames(s.heard[0], FADED, frame_of(&s), stage_counter, 1, 0), 0);
	assert_int_equal(frame_of(&s), 45 * STAGE_PERIOD); /* 41 calls, 4 more made up for */
	assert_true(stage_event(&s, TRACE_LATE, &e));
	assert_int_equal(e.a, 50 * NS_PER_MS);
	assert_int_equal(atomic_load(&s.engine->late), 1);
	stage_done(&s);
}

static void a_stall_of_3_s_gives_up_frames_and_shifts_none(void **state)
{
	struct stage s;
	struct trace_event e;
	uint64_t before, after;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_counter;
	stage_send(&s, stage_plan(&s, 1, 1));
	stage_run(&s, 20);
	before = frame_of(&s);
	s.wave[0] = NULL; /* nobody can prepare for that */
	stage_stall(&s, 3 * NS_PER_SEC);
	after = frame_of(&s);
	s.wave[0] = stage_counter;
	stage_run(&s, 20);

	assert_true(stage_event(&s, TRACE_SKIPPED, &e));
	assert_int_equal(e.a % STAGE_PERIOD, 0);
	assert_int_equal(before + e.a + STAGE_PERIOD, after);
	/* the next cycle is again the one that is due */
	assert_int_equal(s.due, clock_of_frame(STAGE_T0, frame_of(&s), STAGE_RATE));
	assert_true(after * 1000 / STAGE_RATE >= 3000);
	assert_int_equal(silent_frames(s.heard[0], before, after), after - before);
	assert_int_equal(
		wrong_frames(s.heard[0], after + FADED, frame_of(&s), stage_counter, 1, 0), 0);
	stage_done(&s);
}

static void a_delayed_speaker_plays_nothing_stale_after_a_long_stall(void **state)
{
	struct stage s;
	struct plan *p;
	uint64_t after;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_counter;
	p = stage_plan(&s, 1, 1);
	p->branches[0].delay = 4410;
	stage_send(&s, p);
	stage_run(&s, 40);
	s.wave[0] = NULL;
	stage_stall(&s, 2 * NS_PER_SEC);
	after = frame_of(&s) - STAGE_PERIOD;
	stage_run(&s, 20);
	assert_int_equal(silent_frames(s.heard[0], after, frame_of(&s)), frame_of(&s) - after);
	stage_done(&s);
}

/* ---- one device and the others -------------------------------------------------------------
 */

static void a_stuck_sink_costs_its_own_frames_only(void **state)
{
	struct stage s;
	struct trace_event e;
	uint64_t held, freed;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_counter;
	stage_send(&s, stage_plan(&s, 1, 3));
	stage_run(&s, 10);
	s.stuck[1] = true;
	held = frame_of(&s);
	stage_run(&s, 100); /* its ring holds 16 cycles */
	s.stuck[1] = false;
	freed = frame_of(&s);
	stage_run(&s, 10);

	for (int i = 0; i < 3; i += 2)
		assert_int_equal(
			wrong_frames(s.heard[i], FADED, frame_of(&s), stage_counter, 1, 0), 0);
	/* its own: what the ring held, then nothing, then again each at its place */
	assert_int_equal(wrong_frames(s.heard[1], held, held + STAGE_RING, stage_counter, 1, 0),
			 0);
	assert_int_equal(silent_frames(s.heard[1], held + STAGE_RING, freed),
			 freed - held - STAGE_RING);
	assert_int_equal(wrong_frames(s.heard[1], freed + STAGE_PERIOD, frame_of(&s),
				      stage_counter, 1, 0),
			 0);

	assert_true(stage_event(&s, TRACE_BRANCH_LOST, &e));
	assert_int_equal(e.a, 201);
	assert_true(stage_event(&s, TRACE_BRANCH_BACK, &e));
	assert_int_equal(e.a, 201);
	assert_int_equal(e.b, 100 * STAGE_PERIOD - STAGE_RING + STAGE_PERIOD);
	assert_false(stage_event(&s, TRACE_BRANCH_LOST, &e));
	stage_done(&s);
}

static void a_speaker_without_a_sink_is_metered_and_nothing_else(void **state)
{
	struct stage s;
	struct level_reading level;
	struct plan *p;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_sine;
	p = stage_plan(&s, 1, 1);
	p->branches[0].flowing = false;
	p->branches[0].gain = 0.5f;
	stage_send(&s, p);
	stage_run(&s, 100);
	assert_int_equal(silent_frames(s.heard[0], 0, frame_of(&s)), frame_of(&s));
	assert_int_equal(ring_head(s.branch[0]->ring), 0);
	level_read(&s.branch[0]->level, &level);
	assert_float_equal(level.peak[0], 0.25f, 0.001f);
	assert_float_equal(level.rms[1], 0.25f / sqrtf(2.0f), 0.01f);
	stage_done(&s);
}

/* ---- plans ------------------------------------------------------------------------------- */

static void plans_come_back_in_order_when_they_are_replaced(void **state)
{
	struct stage s;
	struct plan *a, *b, *c;

	(void)state;
	stage_init(&s);
	a = stage_plan(&s, 0, 0);
	b = stage_plan(&s, 0, 0);
	c = stage_plan(&s, 0, 0);
	stage_send(&s, a);
	stage_run(&s, 1);
	assert_null(engine_retired(s.engine));
	stage_send(&s, b);
	stage_send(&s, c);
	stage_run(&s, 1);
	assert_ptr_equal(engine_retired(s.engine), a);
	assert_null(engine_retired(s.engine));
	stage_run(&s, 1);
	assert_ptr_equal(engine_retired(s.engine), b);
	assert_null(engine_retired(s.engine));
	assert_ptr_equal(engine_last_plan(s.engine), c);
	assert_null(engine_last_plan(s.engine));
	free(a);
	free(b);
	free(c);
	stage_done(&s);
}

static void a_plan_waits_while_the_old_one_cannot_be_given_back(void **state)
{
	struct stage s;
	struct plan *last;

	(void)state;
	stage_init(&s);
	/* 64 come back, one has nowhere to go, one is in use */
	for (uint32_t i = 0; i < CMDQ_SLOTS + 2; i++) {
		stage_send(&s, stage_plan(&s, 0, 0));
		stage_run(&s, 1);
	}
	last = stage_plan(&s, 0, 0);
	stage_send(&s, last);
	stage_run(&s, 1);
	assert_ptr_not_equal(s.engine->plan, last);
	assert_int_equal(stage_collect(&s), CMDQ_SLOTS);
	stage_run(&s, 2); /* one gives back what was held, the next one takes up */
	assert_ptr_equal(s.engine->plan, last);
	stage_done(&s);
}

static void a_speaker_in_both_plans_plays_on_sample_for_sample(void **state)
{
	struct stage s;
	struct plan *p;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_counter;
	p = stage_plan(&s, 1, 2);
	p->branches[0].delay = 100;
	p->branches[0].gain = 0.5f;
	stage_send(&s, p);
	stage_run(&s, 20);

	/* another profile: speaker 1 goes, 2 and 3 come, 0 is in another place of the list */
	p = stage_plan(&s, 1, 3);
	p->branches[0].branch = s.branch[3];
	p->branches[1].branch = s.branch[2];
	p->branches[2] = (struct plan_branch){
		.branch = s.branch[0], .gain = 0.5f, .delay = 100, .flowing = true
	};
	stage_send(&s, p);
	stage_run(&s, 20);

	assert_int_equal(
		wrong_frames(s.heard[0], FADED + 100, frame_of(&s), stage_counter, 0.5f, 100),
		0);
	assert_int_equal(silent_frames(s.heard[1], 20 * STAGE_PERIOD, frame_of(&s)),
			 20 * STAGE_PERIOD);
	/* who comes in the middle of it is faded in */
	assert_int_equal(wrong_frames(s.heard[2], 20 * STAGE_PERIOD + FADED, frame_of(&s),
				      stage_counter, 1, 0),
			 0);
	stage_done(&s);
}

static void a_speaker_that_was_left_out_returns_without_old_sound(void **state)
{
	struct stage s;
	struct plan *p;
	uint64_t back;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_counter;
	p = stage_plan(&s, 1, 1);
	p->branches[0].delay = 2000;
	stage_send(&s, p);
	stage_run(&s, 20);
	stage_send(&s, stage_plan(&s, 1, 0));
	stage_run(&s, 20);
	p = stage_plan(&s, 1, 1);
	p->branches[0].delay = 2000;
	stage_send(&s, p);
	back = frame_of(&s);
	stage_run(&s, 20);
	assert_int_equal(silent_frames(s.heard[0], back, back + 2000), 2000);
	assert_int_equal(
		wrong_frames(s.heard[0], back + 2000, frame_of(&s), stage_counter, 1, 2000), 0);
	stage_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_timeline_that_cannot_be_is_refused),
		cmocka_unit_test(a_full_plan_queue_leaves_the_plan_with_its_owner),
		cmocka_unit_test(without_a_plan_it_only_keeps_time),
		cmocka_unit_test(called_too_early_it_does_nothing),
		cmocka_unit_test(every_frame_arrives_at_its_number_unchanged),
		cmocka_unit_test(a_stall_of_50_ms_loses_no_frame),
		cmocka_unit_test(a_stall_of_3_s_gives_up_frames_and_shifts_none),
		cmocka_unit_test(a_delayed_speaker_plays_nothing_stale_after_a_long_stall),
		cmocka_unit_test(a_stuck_sink_costs_its_own_frames_only),
		cmocka_unit_test(a_speaker_without_a_sink_is_metered_and_nothing_else),
		cmocka_unit_test(plans_come_back_in_order_when_they_are_replaced),
		cmocka_unit_test(a_plan_waits_while_the_old_one_cannot_be_given_back),
		cmocka_unit_test(a_speaker_in_both_plans_plays_on_sample_for_sample),
		cmocka_unit_test(a_speaker_that_was_left_out_returns_without_old_sound),
	};

	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
