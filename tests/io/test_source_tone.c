/* SPDX-License-Identifier: MIT */
/* test_source_tone - a test sound lies on the timeline, frame for frame. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/io/tone.h"
#include "tests/io/live.h"

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/*
 * Whether all that was heard is the tone's own, at its frames. Where this
 * machine kept the source waiting there may be silence, but nothing else.
 */
static bool is_the_tones_own(const struct live *l, enum source_tone tone)
{
	float *model = malloc(2 * sizeof(float) * l->heard_n);
	uint32_t same = 0, silent = 0;

	assert_non_null(model);
	tone_render(tone, l->time.rate, l->first, model, l->heard_n);
	for (uint32_t i = 0; i < l->heard_n; i++) {
		const float *x = l->heard + 2 * (size_t)i, *m = model + 2 * (size_t)i;

		if (x[0] == m[0] && x[1] == m[1])
			same++;
		else if (x[0] == 0 && x[1] == 0)
			silent++;
	}
	free(model);
	print_message("%u of %u frames as they should be, %u silent\n", same, l->heard_n,
		      silent);
	return same + silent == l->heard_n && same > l->heard_n / 2;
}

static void each_frame_is_the_tones_own(void **state)
{
	struct source_config c = { .type = SOURCE_IS_TONE, .tone = SOURCE_PINK };
	struct source *s;
	struct live l;

	(void)state;
	live_init(&l, 44100);
	assert_int_equal(source_new(&c, &l.time, l.engine, -1, &s), 0);
	assert_true(live_wait_source(s, HEALTH_RUNNING, "", 5));
	live_sleep(0.2);
	live_listen(&l, s, 1.0);
	source_free(s);

	assert_true(is_the_tones_own(&l, SOURCE_PINK));
	live_done(&l);
}

static void a_zone_that_nobody_hears_for_a_while_is_joined_in_place(void **state)
{
	struct source_config c = { .type = SOURCE_IS_TONE, .tone = SOURCE_SWEEP };
	struct source *s;
	struct live l;

	(void)state;
	live_init(&l, 48000);
	assert_int_equal(source_new(&c, &l.time, l.engine, -1, &s), 0);
	live_sleep(1.5); /* its ring is long full */
	assert_true(live_wait_sound(&l, s, 0.01f, 5));
	live_sleep(0.3); /* and once more it is not taken for a while */
	live_listen(&l, s, 0.2);
	live_listen(&l, s, 0.5);
	source_free(s);

	assert_true(is_the_tones_own(&l, SOURCE_SWEEP));
	live_done(&l);
}

static void control_is_woken_when_it_begins_and_not_for_ever(void **state)
{
	struct source_config c = { .type = SOURCE_IS_TONE, .tone = SOURCE_SILENCE };
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct source *s;
	struct live l;
	eventfd_t count = 0;

	(void)state;
	live_init(&l, 44100);
	assert_int_equal(source_new(&c, &l.time, l.engine, fd, &s), 0);
	assert_true(live_wait_source(s, HEALTH_RUNNING, "", 5));
	live_sleep(0.3);
	assert_int_equal(eventfd_read(fd, &count), 0);
	assert_in_range(count, 1, 2);
	source_free(s);
	close(fd);
	live_done(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_frame_is_the_tones_own),
		cmocka_unit_test(a_zone_that_nobody_hears_for_a_while_is_joined_in_place),
		cmocka_unit_test(control_is_woken_when_it_begins_and_not_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
