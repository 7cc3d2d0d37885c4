/* SPDX-License-Identifier: MIT */
/* test_map - which channel goes where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "core/dsp/map.h"

static const float src[6] = { 0.1f, 0.3f, -0.5f, 0.7f, 3e38f, 3e38f };

static void expect(enum channel_map map, const float want[6])
{
	float dst[6], same[6];

	map_apply(map, dst, src, 3);
	memcpy(same, src, sizeof(src));
	map_apply(map, same, same, 3);
	for (int i = 0; i < 6; i++) {
		assert_true(fabsf(dst[i] - want[i]) <= 1e-7f * fabsf(want[i]) + 1e-7f);
		assert_true(dst[i] == same[i]); /* in place is the same */
	}
}

static void no_frames_touch_nothing(void **state)
{
	float x[2] = { 1, 2 };

	(void)state;
	for (int map = MAP_STEREO; map <= MAP_SWAPPED; map++)
		map_apply((enum channel_map)map, x, src, 0);
	assert_true(x[0] == 1.0f && x[1] == 2.0f);
}

static void each_map_puts_the_channels_where_it_says(void **state)
{
	(void)state;
	expect(MAP_STEREO, (float[]){ 0.1f, 0.3f, -0.5f, 0.7f, 3e38f, 3e38f });
	expect(MAP_MONO, (float[]){ 0.2f, 0.2f, 0.1f, 0.1f, 3e38f, 3e38f }); /* no overflow */
	expect(MAP_LEFT, (float[]){ 0.1f, 0.1f, -0.5f, -0.5f, 3e38f, 3e38f });
	expect(MAP_RIGHT, (float[]){ 0.3f, 0.3f, 0.7f, 0.7f, 3e38f, 3e38f });
	expect(MAP_SWAPPED, (float[]){ 0.3f, 0.1f, 0.7f, -0.5f, 3e38f, 3e38f });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_frames_touch_nothing),
		cmocka_unit_test(each_map_puts_the_channels_where_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
