/* SPDX-License-Identifier: MIT */
/* feed and branch - what is done to the sound on its way: as asked, and never a pop. */
#include "tests/rt/stage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define GLIDE (STAGE_RATE * BRANCH_GLIDE_MS / 1000)

static uint64_t frame_of(const struct stage *s)
{
	return atomic_load(&s->engine->frame);
}

/* The largest step between two neighbouring samples of the left channel. */
static float largest_step(const float *heard, uint64_t from, uint64_t to)
{
	float largest = 0.0f;

	for (uint64_t n = from + 1; n < to; n++)
		largest = fmaxf(largest, fabsf(heard[2 * n] - heard[2 * (n - 1)]));
	return largest;
}

/* Energy of what is sharp: the third difference, which hardly hears a 441 Hz tone. */
static double sharpness(const float *heard, uint64_t from, uint64_t to)
{
	double sum = 0.0;

	for (uint64_t n = from + 3; n < to; n++) {
		double d = (double)heard[2 * n] - 3.0 * heard[2 * (n - 1)] +
			   3.0 * heard[2 * (n - 2)] - heard[2 * (n - 3)];

		sum += d * d;
	}
	return sum;
}

/* A source that has n frames of the sine and then no more, inside a block. */
static void write_sine(struct stage *s, uint64_t at, uint32_t n)
{
	float buf[2 * STAGE_PERIOD];

	for (uint32_t k = 0; k < n; k++) {
		buf[2 * k] = stage_sine(at + k, 0);
		buf[2 * k + 1] = stage_sine(at + k, 1);
	}
	assert_int_equal(ring_write(s->source[0], at, buf, n), n);
}

/* ---- sources that stop and return ------------------------------------------------------- */

static void a_source_that_stops_at_a_crest_makes_no_pop(void **state)
{
	struct stage s;
	double cut, faded;
	uint64_t end;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_sine;
	stage_send(&s, stage_plan(&s, 1, 1));
	stage_run(&s, 10);
	s.wave[0] = NULL;
	end = frame_of(&s) + 305; /* a quarter of a wave of 100 frames: the crest */
	assert_true(stage_sine(end - 1, 0) > 0.45f);
	write_sine(&s, frame_of(&s), 305);
	stage_run(&s, 4);

	faded = sharpness(s.heard[0], end - 10, end + 400);
	cut = 20.0 * pow(stage_sine(end - 1, 0), 2); /* 1, -3, 3, -1 times the step */
	assert_true(faded < cut * 1e-3);
	/* the wave's own slope, or the fade's over 5 ms */
	assert_true(largest_step(s.heard[0], 300, frame_of(&s)) < 0.035f);
	assert_float_equal(s.heard[0][2 * (frame_of(&s) - 1)], 0.0f, 0.0f);
	stage_done(&s);
}

static void a_source_that_returns_within_the_fade_makes_no_pop(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_sine;
	stage_send(&s, stage_plan(&s, 1, 1));
	stage_run(&s, 10);
	s.wave[0] = NULL;
	write_sine(&s, frame_of(&s), 425); /* 87 frames are missing, 2 ms */
	stage_run(&s, 1);
	s.wave[0] = stage_sine;
	stage_run(&s, 10);

	assert_true(largest_step(s.heard[0], 300, frame_of(&s)) < 0.036f);
	/* and is itself again */
	for (uint64_t n = frame_of(&s) - 1000; n < frame_of(&s); n++)
		assert_float_equal(s.heard[0][2 * n], stage_sine(n, 0), 0.0f);
	stage_done(&s);
}

static void a_source_that_returns_after_a_second_is_told_of_and_fades_in(void **state)
{
	struct stage s;
	struct trace_event e;
	uint64_t back;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_sine;
	stage_send(&s, stage_plan(&s, 1, 1));
	stage_run(&s, 10);
	s.wave[0] = NULL;
	stage_run(&s, 86);
	back = frame_of(&s);
	s.wave[0] = stage_sine;
	stage_run(&s, 10);

	assert_true(stage_event(&s, TRACE_FEED_EMPTY, &e));
	assert_int_equal(e.a, 100);
	assert_true(stage_event(&s, TRACE_FEED_BACK, &e));
	assert_int_equal(e.a, 100);
	assert_int_equal(e.b, 86 * STAGE_PERIOD);
	assert_true(largest_step(s.heard[0], back - 10, frame_of(&s)) < 0.035f);
	assert_float_equal(s.heard[0][2 * (back + 1025)], stage_sine(back + 1025, 0), 0.0f);
	stage_done(&s);
}

static void a_source_taken_out_of_the_plan_makes_no_pop(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_sine;
	stage_send(&s, stage_plan(&s, 1, 1));
	stage_run(&s, 11); /* 5,632 frames: on a crest's flank */
	stage_send(&s, stage_plan(&s, 0, 1));
	stage_run(&s, 1);
	assert_int_equal(stage_collect(&s), 1); /* and is control's again at once */
	stage_run(&s, 3);
	assert_true(largest_step(s.heard[0], 300, frame_of(&s)) < 0.034f);
	for (uint64_t n = 12 * STAGE_PERIOD; n < frame_of(&s); n++)
		assert_float_equal(s.heard[0][2 * n], 0.0f, 0.0f);

	/* and glides in when it comes back */
	stage_send(&s, stage_plan(&s, 1, 1));
	stage_run(&s, 10);
	assert_true(largest_step(s.heard[0], 300, frame_of(&s)) < 0.034f);
	assert_float_equal(s.heard[0][2 * (frame_of(&s) - 75)],
			   stage_sine(frame_of(&s) - 75, 0), 0.0f);
	stage_done(&s);
}

static void a_source_that_never_gave_anything_is_not_missed(void **state)
{
	struct stage s;
	struct trace_event e;

	(void)state;
	stage_init(&s);
	stage_send(&s, stage_plan(&s, 1, 1));
	stage_run(&s, 20);
	assert_false(stage_event(&s, TRACE_FEED_EMPTY, &e));
	stage_done(&s);
}

static void sources_of_one_zone_are_mixed_and_zones_kept_apart(void **state)
{
	struct stage s;
	struct plan *p;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_sine;
	s.wave[1] = stage_counter;
	s.wave[2] = stage_counter;
	p = stage_plan(&s, 3, 2);
	p->feeds[0].gain = 0.25f;
	p->feeds[1].gain = 0.5f;
	p->feeds[2].zone = 1;
	p->branches[1].zone = 1;
	stage_send(&s, p);
	stage_run(&s, 10);
	for (uint64_t n = 300; n < frame_of(&s); n++) {
		float mixed = 0.25f * stage_sine(n, 1) + 0.5f * stage_counter(n, 1);

		assert_float_equal(s.heard[0][2 * n + 1], mixed, 1e-6f);
		assert_float_equal(s.heard[1][2 * n + 1], stage_counter(n, 1), 0.0f);
	}
	stage_done(&s);
}

/* ---- what lies over a mix ---------------------------------------------------------------- */

static void a_mix_over_another_is_heard_by_whom_it_is_for(void **state)
{
	struct stage s;
	struct plan *p;
	uint64_t n;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_sine;
	s.wave[1] = stage_counter;
	p = stage_plan(&s, 2, 2);
	p->feeds[1].zone = 1;
	p->branches[1].over = 2; /* the mix of zone 1, counted from 1 */
	stage_send(&s, p);
	stage_run(&s, 20);
	n = frame_of(&s) - 1;
	assert_float_equal(s.heard[0][2 * n], stage_sine(n, 0), 1e-6f);
	assert_float_equal(s.heard[1][2 * n], stage_sine(n, 0) + stage_counter(n, 0), 1e-6f);
	assert_float_equal(s.heard[1][2 * n + 1], stage_sine(n, 1) + stage_counter(n, 1),
			   1e-6f);
	stage_done(&s);
}

static void what_lay_over_a_mix_fades_and_the_mix_goes_on(void **state)
{
	struct stage s;
	struct plan *p;
	uint64_t from, to;

	(void)state;
	stage_init(&s);
	s.wave[0] = s.wave[1] = stage_sine;
	p = stage_plan(&s, 2, 1);
	p->feeds[1].zone = 1;
	p->branches[0].over = 2;
	stage_send(&s, p);
	stage_run(&s, 20);
	from = frame_of(&s);
	stage_send(&s, stage_plan(&s, 1, 1)); /* neither its feed nor its zone is left */
	stage_run(&s, 10);
	to = frame_of(&s);
	/* twice the wave's slope, and no more: 0.0628 a frame */
	assert_true(largest_step(s.heard[0], 1000, to) < 0.066f);
	assert_float_equal(s.heard[0][2 * (from - 1)], 2 * stage_sine(from - 1, 0), 1e-6f);
	for (uint64_t n = from + STAGE_PERIOD; n < to; n++)
		assert_float_equal(s.heard[0][2 * n], stage_sine(n, 0), 1e-6f);
	stage_done(&s);
}

static void a_listener_gets_the_mix_of_its_zone_frame_by_frame(void **state)
{
	SCOPED(ring_freep) struct ring *r = NULL;
	float heard[2 * STAGE_PERIOD];
	struct stage s;
	struct plan *p;

	(void)state;
	assert_int_equal(ring_new(4 * STAGE_PERIOD, &r), 0);
	stage_init(&s);
	s.wave[0] = stage_sine;
	s.wave[1] = stage_counter;
	p = stage_plan(&s, 2, 1);
	p->feeds[0].zone = 1;
	p->listener = r;
	p->listened_zone = 1;
	stage_send(&s, p);
	for (uint32_t i = 0; i < 20; i++) {
		uint64_t at = frame_of(&s);

		stage_run(&s, 1);
		assert_int_equal(ring_read(r, at, heard, STAGE_PERIOD), STAGE_PERIOD);
		for (uint32_t k = 0; k < STAGE_PERIOD && i > 2; k++)
			assert_float_equal(heard[2 * k], stage_sine(at + k, 0), 1e-6f);
		ring_read(r, at + STAGE_PERIOD, heard, 0); /* room for the next */
	}
	stage_done(&s);
}

/* ---- levels, maps, delays -----------------------------------------------------------------
 */

static void the_first_plan_is_there_at_once_and_the_next_glides(void **state)
{
	struct stage s;
	struct plan *p;
	uint64_t change;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_sine;
	p = stage_plan(&s, 1, 1);
	p->branches[0].gain = 0.1f;
	stage_send(&s, p);
	stage_run(&s, 10);
	for (uint64_t n = 300; n < frame_of(&s); n++)
		assert_float_equal(s.heard[0][2 * n], 0.1f * stage_sine(n, 0), 1e-7f);

	p = stage_plan(&s, 1, 1);
	p->branches[0].gain = 1.0f;
	stage_send(&s, p);
	change = frame_of(&s);
	stage_run(&s, 10);
	/* half way after half the time */
	for (uint64_t n = change + GLIDE / 2 - 50; n < change + GLIDE / 2 + 50; n++)
		assert_float_equal(s.heard[0][2 * n], 0.55f * stage_sine(n, 0), 0.05f);
	for (uint64_t n = change + GLIDE; n < frame_of(&s); n++)
		assert_float_equal(s.heard[0][2 * n], stage_sine(n, 0), 0.0f);
	assert_true(largest_step(s.heard[0], 300, frame_of(&s)) < 0.034f);
	stage_done(&s);
}

static void a_plan_that_changes_nothing_does_not_delay_a_glide(void **state)
{
	struct stage s;
	struct plan *p;
	uint64_t change;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_sine;
	stage_send(&s, stage_plan(&s, 1, 1));
	stage_run(&s, 10);
	change = frame_of(&s);
	for (int i = 0; i < 3; i++) {
		p = stage_plan(&s, 1, 1);
		p->branches[0].gain = 0.5f;
		stage_send(&s, p);
		stage_run(&s, 1);
	}
	for (uint64_t n = change + GLIDE; n < frame_of(&s); n++)
		assert_float_equal(s.heard[0][2 * n], 0.5f * stage_sine(n, 0), 0.0f);
	stage_done(&s);
}

/* What a map makes of frame n of the counter. */
static float mapped(enum channel_map map, uint64_t n, int channel)
{
	float l = stage_counter(n, 0), r = stage_counter(n, 1);

	switch (map) {
	case MAP_STEREO:
		return channel ? r : l;
	case MAP_MONO:
		return 0.5f * l + 0.5f * r;
	case MAP_LEFT:
		return l;
	case MAP_RIGHT:
		return r;
	case MAP_SWAPPED:
		return channel ? l : r;
	}
	return NAN;
}

static void every_map_gives_the_channels_asked_for(void **state)
{
	static const enum channel_map maps[] = { MAP_MONO, MAP_LEFT, MAP_RIGHT, MAP_SWAPPED };
	struct stage s;
	struct plan *p;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_counter;
	p = stage_plan(&s, 1, 4);
	for (uint32_t i = 0; i < 4; i++)
		p->branches[i].map = maps[i];
	stage_send(&s, p);
	stage_run(&s, 4);
	for (uint32_t i = 0; i < 4; i++)
		for (uint64_t n = 300; n < frame_of(&s); n++)
			for (int c = 0; c < 2; c++)
				assert_float_equal(s.heard[i][2 * n + (uint64_t)c],
						   mapped(maps[i], n, c), 1e-7f);
	stage_done(&s);
}

/* A tone in the left channel only: a hard change of map to the right would be a step. */
static float left_only(uint64_t n, int channel)
{
	return channel ? 0.0f : stage_sine(n, 0);
}

static void a_change_of_map_is_crossfaded(void **state)
{
	struct stage s;
	struct plan *p;
	uint64_t change;

	(void)state;
	stage_init(&s);
	s.wave[0] = left_only;
	stage_send(&s, stage_plan(&s, 1, 1));
	stage_run(&s, 6); /* 3,072 frames: the change falls on a flank, the fade on crests */
	p = stage_plan(&s, 1, 1);
	p->branches[0].map = MAP_RIGHT;
	stage_send(&s, p);
	change = frame_of(&s);
	stage_run(&s, 4);
	assert_true(largest_step(s.heard[0], 300, frame_of(&s)) < 0.034f);
	assert_true(fabsf(s.heard[0][2 * (change + 153)]) > 0.1f); /* still partly there */
	for (uint64_t n = change + STAGE_PERIOD; n < frame_of(&s); n++)
		assert_float_equal(s.heard[0][2 * n], 0.0f, 0.0f);
	stage_done(&s);
}

static void delays_are_what_was_asked_to_the_frame(void **state)
{
	static const uint32_t delays[] = { 0, 1, 4410, 88200 };
	struct stage s;
	struct plan *p;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_counter;
	p = stage_plan(&s, 1, 4);
	for (uint32_t i = 0; i < 4; i++)
		p->branches[i].delay = delays[i];
	stage_send(&s, p);
	stage_run(&s, 200);
	for (uint32_t i = 0; i < 4; i++)
		for (uint64_t n = delays[i] + 300; n < frame_of(&s); n++)
			assert_float_equal(s.heard[i][2 * n], stage_counter(n - delays[i], 0),
					   0.0f);
	stage_done(&s);
}

static void a_delay_changed_while_playing_arrives_without_a_jump(void **state)
{
	struct stage s;
	struct plan *p;
	uint64_t change;

	(void)state;
	stage_init(&s);
	s.wave[0] = stage_sine;
	p = stage_plan(&s, 1, 1);
	p->branches[0].delay = 1000;
	stage_send(&s, p);
	stage_run(&s, 20);
	p = stage_plan(&s, 1, 1);
	p->branches[0].delay = 3050; /* half a wave apart: a jump would be a step of 1.0 */
	stage_send(&s, p);
	change = frame_of(&s);
	stage_run(&s, 40);
	assert_true(largest_step(s.heard[0], 1300, frame_of(&s)) < 0.04f);
	for (uint64_t n = change + STAGE_RATE / 40; n < frame_of(&s); n++)
		assert_float_equal(s.heard[0][2 * n], stage_sine(n - 3050, 0), 0.0f);
	stage_done(&s);
}

static float not_a_number(uint64_t n, int channel)
{
	return n % 1000 == 777 ? NAN : stage_sine(n, channel);
}

static void no_gain_makes_it_wrap_and_no_nan_gets_out(void **state)
{
	struct stage s;
	struct plan *p;

	(void)state;
	stage_init(&s);
	s.wave[0] = not_a_number;
	p = stage_plan(&s, 1, 1);
	p->branches[0].gain = 3.98f; /* +12 dB */
	stage_send(&s, p);
	stage_run(&s, 40);
	for (uint64_t n = 0; n < 2 * frame_of(&s); n++)
		assert_true(fabsf(s.heard[0][n]) <= 1.0f);
	stage_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_gain_makes_it_wrap_and_no_nan_gets_out),
		cmocka_unit_test(a_source_that_stops_at_a_crest_makes_no_pop),
		cmocka_unit_test(a_source_that_returns_within_the_fade_makes_no_pop),
		cmocka_unit_test(a_source_that_returns_after_a_second_is_told_of_and_fades_in),
		cmocka_unit_test(a_source_taken_out_of_the_plan_makes_no_pop),
		cmocka_unit_test(a_source_that_never_gave_anything_is_not_missed),
		cmocka_unit_test(sources_of_one_zone_are_mixed_and_zones_kept_apart),
		cmocka_unit_test(the_first_plan_is_there_at_once_and_the_next_glides),
		cmocka_unit_test(a_plan_that_changes_nothing_does_not_delay_a_glide),
		cmocka_unit_test(every_map_gives_the_channels_asked_for),
		cmocka_unit_test(a_change_of_map_is_crossfaded),
		cmocka_unit_test(delays_are_what_was_asked_to_the_frame),
		cmocka_unit_test(a_delay_changed_while_playing_arrives_without_a_jump),
		cmocka_unit_test(a_mix_over_another_is_heard_by_whom_it_is_for),
		cmocka_unit_test(what_lay_over_a_mix_fades_and_the_mix_goes_on),
		cmocka_unit_test(a_listener_gets_the_mix_of_its_zone_frame_by_frame),
	};

	return cmocka_run_group_tests_name("sound", tests, NULL, NULL);
}
