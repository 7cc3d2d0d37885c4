/* SPDX-License-Identifier: MIT */
/*
 * The whole core measures speakers whose hidden latencies are known, in a room,
 * with a microphone. The truth is read from the delays it puts in force.
 */
#include "tests/control/house.h"
#include "tests/control/parlour.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct control *core;

static const struct parlour_setup usual = {
	.speaker = { { 96.3, 1.2, 24, 0.5f },
		     { 181.77, 2.9, -28, 0.3f },
		     { 133, 2.0, 11, 0.7f } },
	.speakers = 3,
	.mic_ppm = 60,
	.mic_gain = 1,
	.noise = 0.001f,
};

static int leave(void **state)
{
	(void)state;
	parlour_close();
	core = NULL;
	return 0;
}

static void look(void)
{
	clock_sleep_until(clock_now() + 20 * NS_PER_MS);
	control_snapshot(core, &now);
}

/* A measurement goes through up to four runs of ten seconds. */
#define LOOK_UNTIL(expr)                                                               \
	do {                                                                           \
		uint64_t end_ = clock_now() + 90 * NS_PER_SEC;                         \
		while (look(), !(expr))                                                \
			if (clock_now() > end_)                                        \
				fail_msg("never came true: " #expr ", at step %d: %s", \
					 (int)now.measure.step, now.measure.words);    \
	} while (0)

static void ask(enum ff_verb verb, bool flag)
{
	const struct ff_command command = { .verb = verb, .flag = flag };

	assert_int_equal(control_submit(core, &command), 0);
}

static void measure_with(const char *type, const char *device)
{
	struct ff_command command = { .verb = FF_MEASURE };

	snprintf(command.type, sizeof(command.type), "%s", type);
	snprintf(command.device, sizeof(command.device), "%s", device);
	assert_int_equal(control_submit(core, &command), 0);
}

static void enter(const struct parlour_setup *setup)
{
	core = parlour_open(setup);
	LOOK_UNTIL(now.speakers_n == setup->speakers && now.speakers[0].level.rms_db[0] > -40);
}

static bool over(void)
{
	return now.measure.step >= FF_MEASURE_VERIFIED;
}

/*
 * Measure to the end; which of the speakers were seen to have a turn in the first
 * pass. A machine that stands still tears the microphone's sound: then again.
 */
static uint32_t measure_through(void)
{
	uint32_t turns = 0;

	for (int i = 0; i < 3; i++) {
		uint32_t before = now.measure.runs;

		measure_with("fifo", parlour_microphone());
		do {
			LOOK_UNTIL(now.measure.runs > before);
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

static double music_db(void)
{
	return (double)now.speakers[0].level.rms_db[0];
}

static void hidden_latencies_are_measured_applied_verified_and_taken_back(void **state)
{
	uint32_t turns;
	float volume[3];

	(void)state;
	enter(&usual);
	assert_true(parlour_skew_ms(&now) > 80);
	turns = measure_through();
	printf("%s; the truth is %.4f ms; microphone %.1f ppm\n", now.measure.words,
	       parlour_skew_ms(&now), (double)now.measure.mic_ppm);
	assert_int_equal(now.measure.step, FF_MEASURE_VERIFIED);
	assert_int_equal(turns, 7); /* everyone was seen to have its turn */
	assert_true(now.measure.skew_ms < 0.15f);
	assert_true(parlour_skew_ms(&now) < 0.15);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(now.speakers[i].latency_from, FF_LATENCY_MEASURED);
		assert_int_equal(strlen(now.speakers[i].measured), 16);
		assert_string_not_equal(now.speakers[i].microphone, "");
		assert_true(now.measure.speakers[i].confidence > 0.3f);
		assert_int_equal(now.measure.speakers[i].response[16], 255);
		volume[i] = now.speakers[i].volume_db;
	}
	assert_true(now.modified);
	LOOK_UNTIL(music_db() > -40); /* the music is back */

	/* louder by 0.7 / 0.3 of the straight ways: 7.4 dB, and offered back */
	ask(FF_MEASURE_LEVELS, true);
	LOOK_UNTIL(now.measure.levelled);
	assert_true(fabsf(now.speakers[1].volume_db - now.speakers[2].volume_db - 7.4f) < 1.0f);
	ask(FF_MEASURE_LEVELS, false);
	LOOK_UNTIL(!now.measure.levelled);
	for (uint32_t i = 0; i < 3; i++)
		assert_true(now.speakers[i].volume_db == volume[i]);

	ask(FF_MEASURE_RESULT, false);
	LOOK_UNTIL(!now.measure.applied);
	assert_true(parlour_skew_ms(&now) > 80);
	assert_string_equal(now.speakers[0].measured, "");
	assert_false(now.modified);
	ask(FF_MEASURE_RESULT, true);
	LOOK_UNTIL(now.measure.applied);
	assert_true(parlour_skew_ms(&now) < 0.15);
}

static void a_measurement_is_cancelled_at_once_and_changes_nothing(void **state)
{
	struct ff_command clicks = { .verb = FF_CLICKS, .flag = true };
	uint64_t asked;

	(void)state;
	enter(&usual);
	clicks.id = now.speakers[1].id;
	clicks.other = now.speakers[0].id;
	measure_with("fifo", parlour_microphone());
	LOOK_UNTIL(now.measure.step == FF_MEASURE_SOUNDING && now.measure.progress > 0);
	assert_int_equal(control_submit(core, &clicks), 0);
	LOOK_UNTIL(log_has("no clicks while the microphone measures"));
	assert_int_equal(now.clicks_speaker, 0);
	asked = clock_now();
	ask(FF_MEASURE_CANCEL, false);
	LOOK_UNTIL(now.measure.step == FF_MEASURE_CANCELLED);
	assert_true(clock_now() - asked < NS_PER_SEC);
	assert_true(parlour_skew_ms(&now) > 80);
	assert_false(now.modified);
	LOOK_UNTIL(music_db() > -40);
	ask(FF_MEASURE_RESULT, true); /* there is none */
	LOOK_UNTIL(log_has("there is no measurement to go by"));
}

static void refused(const char *part)
{
	LOOK_UNTIL(over());
	assert_int_equal(now.measure.step, FF_MEASURE_REFUSED);
	if (!strstr(now.measure.words, part))
		fail_msg("\"%s\" does not say \"%s\"", now.measure.words, part);
	assert_false(now.measure.applied);
	assert_false(now.modified);
	LOOK_UNTIL(music_db() > -40);
}

static void without_a_microphone_it_is_refused_in_words(void **state)
{
	(void)state;
	enter(&usual);
	measure_with("telepathy", "x");
	LOOK_UNTIL(now.measure.runs == 1);
	refused("no kind of microphone");
	measure_with("fifo", path_of("nobody-made-this"));
	LOOK_UNTIL(now.measure.runs == 2);
	refused("no microphone");
	assert_null(strstr(now.measure.words, "own switch")); /* its reason says what to do */
}

static struct parlour_setup two(void)
{
	struct parlour_setup s = usual;

	s.speakers = 2;
	return s;
}

static void a_clipped_microphone_is_refused_in_words(void **state)
{
	struct parlour_setup s = two();

	(void)state;
	s.mic_gain = 60;
	enter(&s);
	measure_through();
	refused("overdriven");
}

static void noise_is_refused_in_words_after_three_tries(void **state)
{
	struct parlour_setup s = two();

	(void)state;
	s.speaker[0].gain = s.speaker[1].gain = 0.001f;
	s.noise = 0.3f;
	enter(&s);
	measure_through();
	refused("stands out of the noise");
	assert_int_equal(now.measure.tries, 3);
}

static void a_speaker_that_did_not_sound_is_named(void **state)
{
	struct parlour_setup s = two();

	(void)state;
	s.speaker[1].gain = 0;
	enter(&s);
	measure_through();
	refused("B: it was not heard");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			hidden_latencies_are_measured_applied_verified_and_taken_back, leave),
		cmocka_unit_test_teardown(
			a_measurement_is_cancelled_at_once_and_changes_nothing, leave),
		cmocka_unit_test_teardown(without_a_microphone_it_is_refused_in_words, leave),
		cmocka_unit_test_teardown(a_clipped_microphone_is_refused_in_words, leave),
		cmocka_unit_test_teardown(noise_is_refused_in_words_after_three_tries, leave),
		cmocka_unit_test_teardown(a_speaker_that_did_not_sound_is_named, leave),
	};

	return cmocka_run_group_tests(tests, house_begin, house_end);
}
