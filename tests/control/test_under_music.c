/* SPDX-License-Identifier: MIT */
/*
 * The whole core checks a speaker while its music plays on, in a room with a
 * microphone; the truth is known, and the sound is looked at as it leaves.
 */
#include "core/io/tone.h"
#include "tests/control/house.h"
#include "tests/control/parlour.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct control *core;

/* B is 2.35 ms later than the latencies say, and farther away. */
static const struct parlour_setup usual = {
	.speaker = { { .latency_ms = 150, .away_m = 1.2, .ppm = 14, .gain = 0.5f },
		     { .latency_ms = 152.35, .away_m = 1.6, .ppm = -18, .gain = 0.4f } },
	.speakers = 2,
	.mic_ppm = 60,
	.mic_gain = 1,
	.noise = 0.0005f,
};

/* B is in place, and a seat stands before it: the wall, 7.5 ms later, is 16 dB louder. */
static const struct parlour_setup seat = {
	.speaker = { { .latency_ms = 150, .away_m = 1.2, .ppm = 14, .gain = 0.5f },
		     { .latency_ms = 149,
		       .away_m = 1.6,
		       .ppm = -18,
		       .gain = 0.4f,
		       .held = 0.93f } },
	.speakers = 2,
	.mic_ppm = 60,
	.mic_gain = 1,
	.noise = 0.0005f,
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

#define LOOK_UNTIL(expr)                                                                    \
	do {                                                                                \
		uint64_t end_ = clock_now() + 240 * NS_PER_SEC;                             \
		while (look(), !(expr))                                                     \
			if (clock_now() > end_)                                             \
				fail_msg("never came true: " #expr ", at step %d: %s",      \
					 (int)now.music_check.step, now.music_check.words); \
	} while (0)

static void ask(enum ff_verb verb, uint32_t id, bool flag)
{
	struct ff_command c = { .verb = verb, .id = id, .flag = flag, .type = "fifo" };

	snprintf(c.device, sizeof(c.device), "%s", parlour_microphone());
	assert_int_equal(control_submit(core, &c), 0);
}

static void enter(const struct parlour_setup *setup)
{
	core = parlour_open(setup);
	LOOK_UNTIL(now.speakers_n == setup->speakers && now.speakers[0].level.rms_db[0] > -40 &&
		   now.speakers[1].level.rms_db[0] > -40);
}

static bool over(void)
{
	return now.music_check.step >= FF_UNDER_FOUND;
}

/* A machine that stands still tears the sound: then it refuses, and a person asks again. */
static void check_through(uint32_t id, bool sure)
{
	for (int i = 0; i < 4; i++) {
		uint32_t before = now.music_check.runs;

		ask(FF_CHECK_UNDER_MUSIC, id, false);
		LOOK_UNTIL(now.music_check.runs > before);
		LOOK_UNTIL(over());
		if (now.music_check.step == FF_UNDER_FOUND &&
		    !(sure && now.music_check.unsure_ms > 0))
			return;
		print_message("           again: %s\n", now.music_check.words);
	}
}

static void a_speaker_is_timed_under_its_music_mended_and_put_back(void **state)
{
	double before, error;
	uint32_t id;

	(void)state;
	enter(&usual);
	before = parlour_skew_ms(&now);
	id = now.speakers[1].id;
	check_through(id, true);
	error = (double)now.music_check.late_ms - before;
	printf("%s; the truth is %.3f ms, the probes were %.1f and %.1f dB under the music\n",
	       now.music_check.words, before, (double)now.music_check.under_db[0],
	       (double)now.music_check.under_db[1]);
	assert_int_equal(now.music_check.step, FF_UNDER_FOUND);
	assert_true(now.music_check.unsure_ms <= 0);
	assert_int_equal(now.music_check.reference, now.speakers[0].id);
	assert_true(fabs(error) <= 0.2);
	assert_true(now.music_check.under_db[0] > 19.5f && now.music_check.under_db[1] > 19.5f);
	assert_true(now.music_check.confidence > 0 && now.music_check.confidence <= 1);
	assert_int_equal(now.music_check.response[16], 255);
	assert_true(parlour_skew_ms(&now) == before); /* it is only offered */
	assert_false(now.modified);

	ask(FF_APPLY_UNDER_MUSIC, 0, true);
	LOOK_UNTIL(now.music_check.applied && parlour_skew_ms(&now) < 0.25);
	assert_int_equal(now.speakers[1].latency_from, FF_LATENCY_MEASURED);
	assert_int_equal(strlen(now.speakers[1].measured), 16);
	ask(FF_APPLY_UNDER_MUSIC, 0, false);
	LOOK_UNTIL(!now.music_check.applied && parlour_skew_ms(&now) == before);
	assert_string_equal(now.speakers[1].measured, "");
	LOOK_UNTIL(!now.modified);
}

static void behind_a_seat_it_says_how_unsure_it_is_and_mends_nothing(void **state)
{
	double before;

	(void)state;
	enter(&seat);
	before = parlour_skew_ms(&now);
	check_through(now.speakers[1].id, false);
	printf("%s; it was found %.2f ms late, the truth is %.2f\n", now.music_check.words,
	       (double)now.music_check.late_ms, before);
	assert_int_equal(now.music_check.step, FF_UNDER_FOUND);
	assert_true(now.music_check.unsure_ms > 0.4f && now.music_check.unsure_ms < 5.1f);
	assert_true(fabs((double)now.music_check.late_ms - before) <=
		    (double)now.music_check.unsure_ms);
	assert_non_null(strstr(now.music_check.words, "B is in place beside A within"));
	ask(FF_APPLY_UNDER_MUSIC, 0, true);
	LOOK_UNTIL(log_has("nothing to mend"));
	assert_true(parlour_skew_ms(&now) == before);
	assert_false(now.modified);
}

static void a_check_is_cancelled_at_once_and_the_music_plays_on(void **state)
{
	uint64_t asked, frames;

	(void)state;
	enter(&usual);
	ask(FF_CHECK_UNDER_MUSIC, now.speakers[1].id, false);
	LOOK_UNTIL(now.music_check.step == FF_UNDER_SOUNDING &&
		   now.music_check.progress > 0.02f);
	frames = now.speakers[0].frames_lost;
	assert_true(now.speakers[0].level.rms_db[0] > -40);
	ask(FF_CHECK_UNDER_MUSIC, now.speakers[0].id, false);
	LOOK_UNTIL(log_has("a measurement is under way"));
	asked = clock_now();
	ask(FF_CANCEL_UNDER_MUSIC, 0, false);
	LOOK_UNTIL(now.music_check.step == FF_UNDER_CANCELLED);
	assert_true(clock_now() - asked < NS_PER_SEC);
	assert_int_equal(now.speakers[0].frames_lost, frames);
	assert_false(now.modified);
	ask(FF_APPLY_UNDER_MUSIC, 0, true);
	LOOK_UNTIL(log_has("there is no check to go by"));
}

static void refused(const char *part)
{
	LOOK_UNTIL(over());
	assert_int_equal(now.music_check.step, FF_UNDER_REFUSED);
	if (!strstr(now.music_check.words, part))
		fail_msg("\"%s\" does not say \"%s\"", now.music_check.words, part);
}

static void what_cannot_be_checked_is_refused_in_words(void **state)
{
	struct ff_command c = { .verb = FF_CHECK_UNDER_MUSIC, .type = "telepathy" };
	const struct ff_command quiet = { .verb = FF_SET_VOLUME, .value = -50 };
	uint32_t id;

	(void)state;
	enter(&usual);
	c.id = id = now.speakers[1].id;
	assert_int_equal(control_submit(core, &c), 0);
	LOOK_UNTIL(now.music_check.runs == 1);
	refused("no kind of microphone");
	snprintf(c.type, sizeof(c.type), "fifo");
	snprintf(c.device, sizeof(c.device), "%s", path_of("nobody-made-this"));
	assert_int_equal(control_submit(core, &c), 0);
	LOOK_UNTIL(now.music_check.runs == 2);
	refused("no microphone");
	c = quiet;
	c.id = id;
	assert_int_equal(control_submit(core, &c), 0);
	LOOK_UNTIL(now.speakers[1].level.rms_db[0] < -60);
	ask(FF_CHECK_UNDER_MUSIC, id, false);
	LOOK_UNTIL(now.music_check.runs == 3);
	refused("too quiet for a probe");
	c = (struct ff_command){ .verb = FF_REMOVE_SOURCE, .id = now.sources[0].id };
	assert_int_equal(control_submit(core, &c), 0);
	LOOK_UNTIL(now.zones[0].level.rms_db[0] < -70);
	ask(FF_CHECK_UNDER_MUSIC, id, false);
	LOOK_UNTIL(now.music_check.runs == 4);
	refused("no music plays");
}

/* ---- what leaves for a speaker ----------------------------------------------------------- */

#define TAPE (40 * RATE)

/* Power of a tape less the pink noise that it ought to hold, from frame from on; of that, too.
 */
static double beside(const float *tape, sf_count_t from, sf_count_t n, double *ret_pink)
{
	static float pink[2 * RATE];
	uint64_t start = find_start(tape, RATE);
	double sum = 0;

	*ret_pink = 0;
	for (sf_count_t at = from; at < from + n; at += RATE) {
		tone_render(SOURCE_PINK, RATE, start + (uint64_t)at, pink, RATE);
		for (int i = 0; i < 2 * RATE; i++) {
			double d = (double)tape[2 * at + i] - (double)pink[i];

			sum += d * d;
			*ret_pink += (double)pink[i] * (double)pink[i];
		}
	}
	return sum;
}

/* A microphone that hears nothing is enough here: the probes sound all the same. */
static void probes_leave_20_db_under_music_that_has_no_gap(void **state)
{
	static float tape[2 * TAPE];
	struct ff_command c = { .verb = FF_CHECK_UNDER_MUSIC, .type = "command" };
	double pink, most = -200, least = 0;
	sf_count_t n;
	struct ff *ff;
	char text[2048];

	(void)state;
	snprintf(c.device, sizeof(c.device),
		 "while sleep 0.1; do head -c 8820 /dev/zero; done");
	snprintf(text, sizeof(text),
		 "version = 1; zones = ( { name = \"Z\"; sources = ( { type = \"tone\"; tone = "
		 "\"pink\"; } ); speakers = ( { name = \"A\"; output = \"file\"; path = "
		 "\"%s\"; }, { name = \"B\"; output = \"null\"; } ); } );",
		 path_of("a.wav"));
	write_file("tape.conf", text);
	ff = open_profile("tape.conf");
	WAIT_FOR(ff, now.speakers_n == 2 && now.speakers[1].level.rms_db[0] > -40);
	play_on(ff, 2 * NS_PER_SEC);
	c.id = speaker("A")->id;
	for (int i = 0; i < 5 && now.music_check.step != FF_UNDER_SOUNDING; i++) {
		uint32_t before = now.music_check.runs;

		submit(ff, c); /* a machine that stands still tears the microphone's sound */
		WAIT_FOR(ff, now.music_check.runs > before &&
				     (over() || now.music_check.progress > 0.1f));
	}
	assert_int_equal(now.music_check.step, FF_UNDER_SOUNDING);
	submit(ff, (struct ff_command){ .verb = FF_CANCEL_UNDER_MUSIC });
	WAIT_FOR(ff, now.music_check.step == FF_UNDER_CANCELLED);
	play_on(ff, 2 * NS_PER_SEC);
	ff_close(ff);

	n = read_tape(path_of("a.wav"), tape, TAPE);
	for (sf_count_t at = RATE; at + RATE <= n; at += RATE) {
		double db = 10 * log10(fmax(beside(tape, at, RATE, &pink), 1e-12) / pink);

		most = fmax(most, db);
		least = fmin(least, db);
	}
	printf("second by second, what is beside the music lies %.1f to %.1f dB under it\n",
	       -most, -least);
	/* left and right have nothing in common here: 3 dB more under each of them */
	assert_true(most > -28 && most < -19.5);
	assert_true(least < -60); /* before and after: nothing at all */
	assert_true(longest_silence(path_of("a.wav"), &n) < 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			a_speaker_is_timed_under_its_music_mended_and_put_back, leave),
		cmocka_unit_test_teardown(
			behind_a_seat_it_says_how_unsure_it_is_and_mends_nothing, leave),
		cmocka_unit_test(probes_leave_20_db_under_music_that_has_no_gap),
		cmocka_unit_test_teardown(a_check_is_cancelled_at_once_and_the_music_plays_on,
					  leave),
		cmocka_unit_test_teardown(what_cannot_be_checked_is_refused_in_words, leave),
	};

	return cmocka_run_group_tests(tests, house_begin, house_end);
}
