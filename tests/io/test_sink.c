/* SPDX-License-Identifier: MIT */
/* sink - what all kinds of them share. */
#include "tests/io/hall.h"

#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/io/sink_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define LATE (10u * HALL_RING) /* frames that a timeline has run before the sink is made */

static char recording[64];

static void wait_until_it_flows(struct sink *s)
{
	uint64_t end = clock_now() + 10 * NS_PER_SEC;

	while (!sink_flowing(s)) {
		assert_true(clock_now() < end);
		clock_sleep_until(clock_now() + NS_PER_MS);
	}
}

/* A sink added to a profile that plays has an empty ring at a frame far from 0. */
static void who_takes_frames_has_room_for_them_however_late_it_came(void **state)
{
	static const struct sink_config kinds[] = {
		{ .type = SINK_IS_NULL, .name = "Nowhere" },
		{ .type = SINK_IS_SIMULATED, .name = "Right", .latency_ms = 100 },
		{ .type = SINK_IS_SIMULATED, .name = "Wrong", .clock_ppm = 50 },
		{ .type = SINK_IS_FILE, .name = "Tape", .device = recording },
		{ .type = SINK_IS_ALSA, .name = "Card", .device = "null" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct hall h;

		hall_init(&h, hall_music);
		atomic_store(&h.engine->frame, LATE);
		hall_add(&h, &kinds[i]);
		wait_until_it_flows(h.sink[0]);
		hall_play(&h); /* nobody has served it yet, or had a period */
		assert_int_equal(atomic_load(&h.ring[0]->lost), 0);
		assert_int_equal(ring_head(h.ring[0]), LATE + HALL_PERIOD);
		hall_done(&h);
	}
}

/* Told again that it flows, as a device after an xrun: nothing is given up. */
static void who_flows_already_keeps_what_is_in_its_ring(void **state)
{
	static const struct sink_config null = { .type = SINK_IS_NULL, .name = "Nowhere" };
	struct hall h;

	(void)state;
	hall_init(&h, hall_music);
	hall_add(&h, &null);
	hall_play(&h);
	sink_flow(h.sink[0]);
	assert_int_equal(ring_readable(h.ring[0], 0), HALL_PERIOD);
	hall_done(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_takes_frames_has_room_for_them_however_late_it_came),
		cmocka_unit_test(who_flows_already_keeps_what_is_in_its_ring),
	};
	int r;

	snprintf(recording, sizeof(recording), "/tmp/fanfare-sink-%d.wav", (int)getpid());
	r = cmocka_run_group_tests_name("sink", tests, NULL, NULL);
	unlink(recording);
	return r;
}
