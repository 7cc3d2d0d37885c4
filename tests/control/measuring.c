/* SPDX-License-Identifier: MIT */
/* measuring - see measuring.h. */
#include "tests/control/measuring.h"

#include "tests/control/house.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct control *core;

const struct parlour_setup usual = {
	.speaker = { { .latency_ms = 96.3, .away_m = 1.2, .ppm = 24, .gain = 0.5f },
		     { .latency_ms = 181.77, .away_m = 2.9, .ppm = -28, .gain = 0.3f },
		     { .latency_ms = 133, .away_m = 2.0, .ppm = 11, .gain = 0.7f } },
	.speakers = 3,
	.mic_ppm = 60,
	.mic_gain = 1,
	.noise = 0.001f,
};

struct parlour_setup two(void)
{
	struct parlour_setup s = usual;

	s.speakers = 2;
	return s;
}

int leave(void **state)
{
	(void)state;
	parlour_close();
	core = NULL;
	return 0;
}

void look(void)
{
	clock_sleep_until(clock_now() + 20 * NS_PER_MS);
	control_snapshot(core, &now);
}

void ask(enum ff_verb verb, bool flag)
{
	const struct ff_command command = { .verb = verb, .flag = flag };

	assert_int_equal(control_submit(core, &command), 0);
}

void measure_with(enum ff_verb verb, uint32_t id, const char *type, const char *device)
{
	struct ff_command command = { .verb = verb, .id = id };

	snprintf(command.type, sizeof(command.type), "%s", type);
	snprintf(command.device, sizeof(command.device), "%s", device);
	assert_int_equal(control_submit(core, &command), 0);
}

void enter(const struct parlour_setup *setup)
{
	core = parlour_open(setup);
	LOOK_UNTIL(now.speakers_n == setup->speakers && now.speakers[0].level.rms_db[0] > -40);
}

bool over(void)
{
	return now.measure.step >= FF_MEASURE_VERIFIED;
}

struct seen seen;

static void see(void)
{
	bool turn = false;

	for (uint32_t k = 0; k < now.measure.speakers_n; k++)
		turn |= now.measure.speakers[k].sounding;
	if (!seen.began && turn) {
		seen.began = clock_now();
		seen.third = -120;
	}
	if (seen.began && now.speakers_n > 2)
		seen.third = fmaxf(seen.third, now.speakers[2].level.rms_db[0]);
	seen.ended = clock_now();
}

uint32_t through(enum ff_verb verb, uint32_t id)
{
	uint32_t turns = 0;

	for (int i = 0; i < 3; i++) {
		uint32_t before = now.measure.runs;

		measure_with(verb, id, "fifo", parlour_microphone());
		seen.began = 0;
		do {
			LOOK_UNTIL(now.measure.runs > before);
			see();
			for (uint32_t k = 0; k < now.measure.speakers_n; k++)
				if (now.measure.pass == 1 && now.measure.speakers[k].sounding)
					turns |= 1u << k;
		} while (!over());
		if (!strstr(now.measure.words, "gaps"))
			break;
		print_message("           again: %s\n", now.measure.words);
	}
	return turns;
}

uint32_t measure_through(void)
{
	return through(FF_MEASURE, 0);
}

double music_db(void)
{
	return (double)now.speakers[0].level.rms_db[0];
}

void refused(const char *part)
{
	LOOK_UNTIL(over());
	assert_int_equal(now.measure.step, FF_MEASURE_REFUSED);
	if (!strstr(now.measure.words, part))
		fail_msg("\"%s\" does not say \"%s\"", now.measure.words, part);
	assert_false(now.measure.applied);
	assert_false(now.modified);
	LOOK_UNTIL(music_db() > -40);
}
