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
	.speaker = { { .latency_ms = 96.3, .away_m = 1.2, .ppm = 24, .gain = 0.5f },
		     { .latency_ms = 181.77, .away_m = 2.9, .ppm = -28, .gain = 0.3f },
		     { .latency_ms = 133, .away_m = 2.0, .ppm = 11, .gain = 0.7f } },
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

static void measure_with(enum ff_verb verb, uint32_t id, const char *type, const char *device)
{
	struct ff_command command = { .verb = verb, .id = id };

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

/* What was seen of the latest one on its way. */
static struct {
	uint64_t began, ended; /* ns: somebody had a turn, all was known */
	float third; /* dBFS: the loudest the speaker was that has none, C in checks */
} seen;

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

/*
 * Measure to the end; which of the speakers were seen to have a turn in the first
 * pass. A machine that stands still tears the microphone's sound: then again.
 */
static uint32_t through(enum ff_verb verb, uint32_t id)
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

static uint32_t measure_through(void)
{
	return through(FF_MEASURE, 0);
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
	measure_with(FF_MEASURE, 0, "fifo", parlour_microphone());
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
	measure_with(FF_MEASURE, 0, "telepathy", "x");
	LOOK_UNTIL(now.measure.runs == 1);
	refused("no kind of microphone");
	measure_with(FF_MEASURE, 0, "fifo", path_of("nobody-made-this"));
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

/* ---- one speaker beside another ---------------------------------------------------------- */

#define B (&now.speakers[1])

/* As it was measured weeks ago, by what the truth is; B says now that it takes 30 ms more. */
static struct parlour_setup filed(void)
{
	struct parlour_setup s = usual;

	for (uint32_t i = 0; i < s.speakers; i++) {
		s.speaker[i].filed_ms =
			s.speaker[i].latency_ms + s.speaker[i].away_m / 343 * 1e3;
		s.speaker[i].filed_report_ms = s.speaker[i].report_ms = 150;
	}
	s.speaker[1].report_ms = 180;
	return s;
}

static void enter_in_doubt(const struct parlour_setup *s)
{
	enter(s);
	LOOK_UNTIL(*B->doubt);
	assert_string_equal(B->doubt, "reports +30.0 ms");
	assert_string_equal(now.speakers[0].doubt, "");
	assert_string_equal(now.speakers[2].doubt, "");
	assert_true(log_has("B: in time? reports +30.0 ms (measured 2026-11-01"));
}

static void a_speaker_in_time_is_found_so_in_four_seconds_and_stays_as_it_is(void **state)
{
	struct parlour_setup s = filed();
	float latency;

	(void)state;
	enter_in_doubt(&s);
	latency = B->latency_ms; /* what it reports is not added to what was measured */
	assert_true(parlour_skew_ms(&now) < 0.01);
	through(FF_MEASURE_ONE, B->id);
	assert_int_equal(now.measure.one, B->id);
	assert_int_equal(now.measure.speakers_n, 2);
	printf("%s; %.1f s from the first sweep on, try %u\n", now.measure.words,
	       (double)(seen.ended - seen.began) / 1e9, now.measure.tries);
	assert_int_equal(now.measure.step, FF_MEASURE_VERIFIED);
	assert_non_null(strstr(now.measure.words, "checked, "));
	assert_true(now.measure.tries > 1 || seen.ended - seen.began < 7 * NS_PER_SEC);
	assert_true(seen.third < -40); /* -45 dBFS, so that it stays awake */
	assert_true(B->latency_ms == latency && B->reported_ms == 180);
	assert_string_equal(B->doubt, "");
	assert_string_not_equal(B->measured, "2026-11-01 10:00");
	assert_string_equal(now.speakers[2].measured, "2026-11-01 10:00");
	LOOK_UNTIL(now.modified && now.edits_n == 1);
	assert_non_null(strstr(now.edits[0], "B: found in time 20"));
	LOOK_UNTIL(music_db() > -40);
}

static void one_that_is_out_is_mended_verified_and_taken_back(void **state)
{
	struct parlour_setup s = filed();
	float latency;

	(void)state;
	s.speaker[1].filed_ms -= 12.34;
	enter_in_doubt(&s);
	assert_true(parlour_skew_ms(&now) > 12);
	through(FF_MEASURE_ONE, B->id);
	printf("%s; the truth is %.4f ms\n", now.measure.words, parlour_skew_ms(&now));
	assert_int_equal(now.measure.step, FF_MEASURE_VERIFIED);
	assert_non_null(strstr(now.measure.words, "out beside "));
	assert_float_equal(now.measure.speakers[1].late_ms, 12.34, 0.1);
	assert_true(parlour_skew_ms(&now) < 0.15);
	assert_string_equal(B->doubt, "");
	ask(FF_MEASURE_LEVELS, true);
	LOOK_UNTIL(log_has("a check finds no levels"));
	ask(FF_MEASURE_RESULT, false);
	LOOK_UNTIL(!now.measure.applied && *B->doubt);
	assert_true(parlour_skew_ms(&now) > 12);
	assert_string_equal(B->measured, "2026-11-01 10:00");
	assert_false(now.modified);
	ask(FF_MEASURE_RESULT, true);
	LOOK_UNTIL(now.measure.applied && !*B->doubt);
	assert_true(parlour_skew_ms(&now) < 0.15);

	/* nobody saved it, and the next start has it all the same */
	latency = B->measured_ms;
	parlour_close();
	s.resume = true;
	enter(&s);
	assert_true(now.modified && fabsf(B->measured_ms - latency) < 0.001f);
	assert_true(parlour_skew_ms(&now) < 0.15);
	assert_string_not_equal(B->measured, "2026-11-01 10:00");
	assert_non_null(strstr(B->microphone, "microphone"));
	assert_string_equal(B->doubt, ""); /* what it reports is what it reported then */
}

static void a_new_speaker_is_measured_beside_one_that_was(void **state)
{
	struct parlour_setup s = filed();

	(void)state;
	s.speaker[1].filed_ms = 0;
	enter(&s);
	assert_int_equal(B->latency_from, FF_LATENCY_REPORTED);
	assert_string_equal(B->doubt, ""); /* it was never measured */
	through(FF_MEASURE_ONE, B->id);
	assert_int_equal(now.measure.step, FF_MEASURE_VERIFIED);
	assert_int_equal(B->latency_from, FF_LATENCY_MEASURED);
	assert_true(parlour_skew_ms(&now) < 0.15);
}

static void a_check_is_refused_in_words_and_changes_nothing(void **state)
{
	struct parlour_setup s = filed();
	uint32_t id;

	(void)state;
	s.speaker[1].gain = 0;
	s.speaker[1].filed_ms -= 12.34;
	enter_in_doubt(&s);
	id = B->id;
	through(FF_MEASURE_ONE, id);
	refused("B: it was not heard");
	assert_non_null(strstr(B->doubt, "reports +30.0 ms"));
	measure_with(FF_MEASURE_ONE, id, "fifo", path_of("nobody-made-this"));
	LOOK_UNTIL(now.measure.words[0] && strstr(now.measure.words, "no microphone"));
	refused("no microphone");
	measure_with(FF_MEASURE_ONE, 4711, "", "");
	LOOK_UNTIL(log_has("there is no speaker number 4711"));
	parlour_close();

	s = two();
	s.speaker[0].filed_ms = 0;
	enter(&s);
	measure_with(FF_MEASURE_ONE, now.speakers[0].id, "fifo", parlour_microphone());
	LOOK_UNTIL(now.measure.runs == 1);
	refused("no other measured speaker plays in Parlour");
}

static void a_doubt_is_put_away_and_back(void **state)
{
	struct parlour_setup s = filed();
	struct ff_command put = { .verb = FF_SET_DOUBT };

	(void)state;
	enter_in_doubt(&s);
	put.id = B->id;
	assert_int_equal(control_submit(core, &put), 0);
	LOOK_UNTIL(!*B->doubt);
	assert_false(now.modified);
	put.flag = true;
	assert_int_equal(control_submit(core, &put), 0);
	LOOK_UNTIL(*B->doubt);
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
		cmocka_unit_test_teardown(
			a_speaker_in_time_is_found_so_in_four_seconds_and_stays_as_it_is,
			leave),
		cmocka_unit_test_teardown(one_that_is_out_is_mended_verified_and_taken_back,
					  leave),
		cmocka_unit_test_teardown(a_new_speaker_is_measured_beside_one_that_was, leave),
		cmocka_unit_test_teardown(a_check_is_refused_in_words_and_changes_nothing,
					  leave),
		cmocka_unit_test_teardown(a_doubt_is_put_away_and_back, leave),
	};

	return cmocka_run_group_tests(tests, house_begin, house_end);
}
