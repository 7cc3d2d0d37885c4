/* SPDX-License-Identifier: MIT */
/*
 * What a listener hears of each live change but for the change: nothing. A tone
 * plays from a command into recordings; the door is asked for one change after
 * the other, and the tapes are looked at from end to end.
 */
#include "tests/control/house.h"
#include "tests/dsp/measure.h"
#include "tests/judged.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define HZ	997.0
#define LOUD	0.25
#define AWAY	1000.0 /* Hz from the tone: nearer, a ramp is a ramp */
#define BAR	-80.0  /* dB under the tone */
#define SECONDS 60u    /* of tone, more than is played */
#define BETWEEN (150 * NS_PER_MS)

static struct ff *ff;
static float tape[2 * SECONDS * RATE];

/* The two channels differ, so that a map is heard; both are full when turned up by 12 dB. */
static void write_tone(void)
{
	FILE *f = fopen(path_of("tone.raw"), "wb");

	assert_non_null(f);
	for (uint32_t i = 0; i < SECONDS * RATE; i++) {
		double turn = 2 * M_PI * fmod(HZ / RATE * i, 1.0);

		tape[2 * i] = (float)(LOUD * sin(turn));
		tape[2 * i + 1] = (float)(0.4 * LOUD * cos(turn));
	}
	assert_int_equal(fwrite(tape, 2 * sizeof(float), SECONDS * RATE, f), SECONDS * RATE);
	assert_int_equal(fclose(f), 0);
}

static void open_house(void)
{
	char text[2048], tone[256];

	write_tone();
	snprintf(tone, sizeof(tone), "%s", path_of("tone.raw"));
	snprintf(text, sizeof(text),
		 "version = 1; zones = ("
		 " { name = \"In\"; sources = ( { type = \"command\"; command = \"cat %s; "
		 "sleep 60\";"
		 "     format = \"float\"; } );"
		 "   speakers = ( { name = \"Left\"; output = \"file\"; path = \"%s\"; },"
		 "     { name = \"Right\"; output = \"file\"; path = \"%s\"; latency_ms = "
		 "50.0; }"
		 "   ); }, { name = \"Out\"; speakers = ( { name = \"Else\"; output = "
		 "\"null\"; } ); }"
		 " );",
		 tone, path_of("left.wav"), path_of("right.wav"));
	write_file("artefacts.conf", text);
	ff = open_profile("artefacts.conf");
	WAIT_FOR(ff, now.speakers_n == 3 && speaker("Left")->level.peak_db[0] > -20 &&
			     speaker("Right")->level.peak_db[0] > -20);
	play_on(ff, 5 * BETWEEN);
}

static int close_house(void **state)
{
	(void)state;
	ff_close(ff);
	ff = NULL;
	return 0;
}

static void change(enum ff_verb verb, uint32_t id, float value, bool flag)
{
	submit(ff, (struct ff_command){ .verb = verb, .id = id, .value = value, .flag = flag });
	play_on(ff, BETWEEN);
}

static void set_map(uint32_t id, enum ff_map map)
{
	submit(ff, (struct ff_command){ .verb = FF_SET_MAP, .id = id, .map = map });
	play_on(ff, BETWEEN);
}

/* A key held down: as fast as a terminal repeats it. */
static void hold_volume_key(uint32_t id)
{
	for (int db = 0; db >= -20; db--) {
		submit(ff, (struct ff_command){
				   .verb = FF_SET_VOLUME, .id = id, .value = (float)db });
		play_on(ff, 30 * NS_PER_MS);
	}
}

/* The tuner's x: to the other trim and back, before the first has landed. */
static void compare_trims(uint32_t id)
{
	static const float trims[] = { 0, 0.6f, 0, 0.6f, 11, 0, 11, -30, 0 };

	for (size_t i = 0; i < ARRAY_SIZE(trims); i++) {
		submit(ff,
		       (struct ff_command){ .verb = FF_SET_TRIM, .id = id, .value = trims[i] });
		play_on(ff, i < 4 ? BETWEEN : 25 * NS_PER_MS);
	}
	play_on(ff, BETWEEN);
}

/* The music goes for a measurement; it is called off, and the music comes back. */
static void call_a_measurement_off(void)
{
	/* a microphone in a silent room: sound in pieces, as time goes by */
	submit(ff, (struct ff_command){
			   .verb = FF_MEASURE,
			   .type = "command",
			   .device = "while head -c 1764 /dev/zero; do sleep 0.02; done" });
	WAIT_FOR(ff, now.measure.step == FF_MEASURE_FADING ||
			     now.measure.step == FF_MEASURE_REFUSED);
	if (now.measure.step != FF_MEASURE_FADING)
		fail_msg("refused: %s", now.measure.words);
	play_on(ff, 2 * BETWEEN);
	submit(ff, (struct ff_command){ .verb = FF_MEASURE_CANCEL });
	WAIT_FOR(ff, now.measure.step == FF_MEASURE_CANCELLED);
	play_on(ff, 6 * BETWEEN);
}

static void change_all_there_is(void)
{
	uint32_t left = speaker("Left")->id, right = speaker("Right")->id;

	change(FF_SET_VOLUME, left, -20, false);
	change(FF_SET_VOLUME, left, 0, false);
	hold_volume_key(left);
	change(FF_SET_VOLUME, left, 0, false);
	change(FF_SET_MUTE, left, 0, true);
	change(FF_SET_MUTE, left, 0, false);
	change(FF_SET_SOLO, right, 0, true);
	change(FF_SET_SOLO, right, 0, false);
	set_map(left, FF_MAP_MONO);
	set_map(left, FF_MAP_RIGHT);
	set_map(left, FF_MAP_SWAPPED);
	set_map(left, FF_MAP_STEREO);
	change(FF_SET_TRIM, left, 0.9f, false);
	change(FF_SET_TRIM, left, 20, false);
	compare_trims(left);
	change(FF_SET_MASTER, 0, -12, false);
	change(FF_SET_MASTER, 0, 0, false);
	change(FF_SET_ZONE_MUTE, 0, 0, true);
	change(FF_SET_ZONE_MUTE, 0, 0, false);
	change(FF_SET_SOURCE_GAIN, now.sources[0].id, -10, false);
	change(FF_SET_SOURCE_GAIN, now.sources[0].id, 0, false);
	change(FF_MUTE_ALL, 0, 0, true);
	change(FF_MUTE_ALL, 0, 0, false);
	submit(ff, (struct ff_command){ .verb = FF_MOVE_SPEAKER, .id = left, .other = 1 });
	play_on(ff, BETWEEN);
	submit(ff, (struct ff_command){ .verb = FF_MOVE_SPEAKER, .id = left, .other = 0 });
	play_on(ff, BETWEEN);
	call_a_measurement_off();
}

/* What the tape has besides the tone, in dB under it; from its first sound on. */
static double besides_the_tone(const char *name)
{
	sf_count_t n = read_tape(path_of(name), tape, SECONDS * RATE), from = 0, at = 0;
	double worst = -INFINITY;

	while (from < n && tape[2 * from] == 0.0f)
		from++;
	assert_true(n - from > 5 * RATE);
	for (sf_count_t i = from; i + SPLASH_FRAMES < n; i += SPLASH_FRAMES / 8)
		for (int c = 0; c < 2; c++) {
			double db = measure_splash(tape + 2 * i + c, 2, HZ, RATE, AWAY, LOUD);

			at = db > worst ? i - from : at;
			worst = fmax(worst, db);
		}
	print_message(
		"           %-10s %4.1f s, besides the tone %6.1f dB at most (at %.2f s)\n",
		name, (double)(n - from) / RATE, worst, (double)at / RATE);
	return worst;
}

static void of_all_live_changes_nothing_else_is_heard(void **state)
{
	double left, right;

	(void)state;
	open_house();
	change_all_there_is();
	close_house(NULL);
	left = besides_the_tone("left.wav");
	right = besides_the_tone("right.wav");
	assert_judged(left < BAR);
	assert_judged(right < BAR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(of_all_live_changes_nothing_else_is_heard,
					  close_house),
	};

	return cmocka_run_group_tests(tests, house_begin, house_end);
}
