/* SPDX-License-Identifier: MIT */
/* test_gain - levels move in straight lines and land exactly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "core/dsp/gain.h"

static void ones(float *buf, uint32_t frames)
{
	for (uint32_t i = 0; i < 2 * frames; i++)
		buf[i] = 1.0f;
}

static void a_glide_of_no_frames_is_one_frame(void **state)
{
	float buf[4];
	struct gain g;

	(void)state;
	gain_init(&g, 1.0f);
	gain_glide(&g, 0.5f, 0);
	ones(buf, 2);
	gain_apply(&g, buf, 2);
	assert_true(buf[0] == 0.5f && buf[2] == 0.5f);
}

static void glide_lands_on_target_and_stays(void **state)
{
	float buf[2 * 4];
	struct gain g;

	(void)state;
	gain_init(&g, 0.0f);
	gain_glide(&g, 1.0f, 2);
	ones(buf, 4);
	gain_apply(&g, buf, 4);
	assert_true(buf[0] == 0.5f && buf[1] == 0.5f); /* both channels alike */
	assert_true(buf[2] == 1.0f && buf[7] == 1.0f); /* exact, no drift */
	assert_int_equal(g.left, 0);
	assert_true(g.level == 1.0f);
}

static void a_long_glide_in_odd_blocks_lands_exactly_too(void **state)
{
	float buf[2 * 613], last = 0.0f;
	struct gain g;
	uint32_t done = 0;

	(void)state;
	gain_init(&g, 0.0f);
	gain_glide(&g, 0.7f, 100003);
	while (done < 100003) {
		ones(buf, 613);
		gain_apply(&g, buf, 613);
		for (int i = 0; i < 613; i++) {
			assert_true(buf[2 * i] >= last);	/* never back */
			assert_true(buf[2 * i] - last < 2e-5f); /* never a step */
			last = buf[2 * i];
		}
		done += 613;
	}
	assert_true(g.level == 0.7f);
	assert_true(last == 0.7f);
}

static void a_new_target_is_headed_for_from_where_it_is(void **state)
{
	float buf[2 * 10], last;
	struct gain g;

	(void)state;
	gain_init(&g, 0.0f);
	gain_glide(&g, 1.0f, 10);
	ones(buf, 5);
	gain_apply(&g, buf, 5);
	last = buf[8];
	assert_true(fabsf(last - 0.5f) < 1e-6f);
	gain_glide(&g, 0.0f, 10);
	ones(buf, 10);
	gain_apply(&g, buf, 10);
	assert_true(fabsf(buf[0] - 0.45f) < 1e-6f);
	assert_true(buf[18] == 0.0f);
}

static void steady_at_one_touches_nothing_and_at_zero_silences_all(void **state)
{
	float buf[4] = { NAN, 1e30f, -0.0f, 0.3f }, was[4];
	struct gain g;

	(void)state;
	memcpy(was, buf, sizeof(buf));
	gain_init(&g, 1.0f);
	gain_apply(&g, buf, 2);
	assert_memory_equal(buf, was, sizeof(buf));
	gain_init(&g, 0.0f);
	gain_apply(&g, buf, 2);
	for (int i = 0; i < 4; i++)
		assert_true(buf[i] == 0.0f); /* even what was no number */
}

static void decibels_there_and_back(void **state)
{
	(void)state;
	assert_true(db_to_linear(0.0f) == 1.0f);
	assert_true(fabsf(db_to_linear(-6.0206f) - 0.5f) < 1e-5f);
	assert_true(db_to_linear(-INFINITY) == 0.0f);
	assert_true(linear_to_db(0.0f) == -INFINITY);
	for (float db = -60.0f; db <= 12.0f; db += 0.25f)
		assert_true(fabsf(linear_to_db(db_to_linear(db)) - db) < 1e-4f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_glide_of_no_frames_is_one_frame),
		cmocka_unit_test(glide_lands_on_target_and_stays),
		cmocka_unit_test(a_long_glide_in_odd_blocks_lands_exactly_too),
		cmocka_unit_test(a_new_target_is_headed_for_from_where_it_is),
		cmocka_unit_test(steady_at_one_touches_nothing_and_at_zero_silences_all),
		cmocka_unit_test(decibels_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
