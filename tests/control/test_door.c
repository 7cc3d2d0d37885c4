/* SPDX-License-Identifier: MIT */
/*
 * Tests of the door with the whole core behind it: real engine, real threads,
 * real files; no Bluetooth. Time is the machine's, so these wait for a state
 * with a generous end, never for a time.
 */
#include "tests/control/house.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PINK "sources = ( { type = \"tone\"; tone = \"pink\"; } );"

static bool two_play(void)
{
	return now.speakers_n == 2 && now.speakers[0].state == FF_PLAYING &&
	       now.speakers[1].state == FF_PLAYING && now.speakers[0].level.peak_db[0] > -50;
}

static void write_two(void)
{
	write_file("two.conf", "version = 1; zones = ( { name = \"Z\"; " PINK
			       " speakers = ( { name = \"A\"; output = \"null\"; },"
			       "              { name = \"B\"; output = \"null\"; } ); } );");
}

static void a_profile_that_is_not_there_is_refused_by_name(void **state)
{
	const struct ff_options options = { .profile = "Nowhere-At-All", .no_bluetooth = true };
	char why[FF_TEXT_MAX * 4];
	struct ff *ff = NULL;

	(void)state;
	assert_int_equal(ff_open(&options, &ff, why), -ENOENT);
	assert_non_null(strstr(why, "Nowhere-At-All"));
	assert_null(ff);
}

static void malformed_commands_are_refused_at_the_door(void **state)
{
	struct ff_command bad[] = {
		{ .verb = (enum ff_verb)9999 },
		{ .verb = (enum ff_verb) - 1 },
		{ .verb = FF_SET_VOLUME, .id = 1, .value = NAN },
		{ .verb = FF_SET_VOLUME, .id = 1, .value = INFINITY },
		{ .verb = FF_SET_MAP, .id = 1, .map = (enum ff_map)77 },
		{ .verb = FF_PAIR, .address = "00:11:22:33:44:5" },
		{ .verb = FF_PAIR, .address = "00:11:22:33:44:5g" },
		{ .verb = FF_SCAN, .adapter = "hci0" },
	};
	struct ff_command endless = { .verb = FF_LOAD_PROFILE };
	struct ff *ff;

	(void)state;
	write_two();
	ff = open_profile("two.conf");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(ff_submit(ff, &bad[i]), -EINVAL);
	memset(endless.text, 'x', sizeof(endless.text));
	assert_int_equal(ff_submit(ff, &endless), -EINVAL);
	ff_close(ff);
}

static bool refused(void)
{
	return log_has("bad.conf");
}

static void a_bad_profile_leaves_what_plays_alone(void **state)
{
	struct ff_command load = { .verb = FF_LOAD_PROFILE };
	struct ff *ff;
	uint32_t id;

	(void)state;
	write_two();
	write_file("bad.conf", "version = 1; zones = ( { name = \"Z\"; speakers = ( {");
	ff = open_profile("two.conf");
	wait_for(ff, two_play, "two speakers playing");
	id = now.speakers[0].id;
	snprintf(load.text, sizeof(load.text), "%s", path_of("bad.conf"));
	submit(ff, load);
	wait_for(ff, refused, "a log line that names bad.conf");
	assert_true(two_play());
	assert_int_equal(now.speakers[0].id, id);
	assert_string_equal(now.profile, "two");
	ff_close(ff);
}

static bool one_waits(void)
{
	const struct ff_speaker *a = speaker("Card"), *b = speaker("B");

	return a && b && b->state == FF_PLAYING && b->level.peak_db[0] > -50 &&
	       (a->state == FF_WAITING || a->state == FF_RETRYING) &&
	       strstr(a->reason, "Nowhere");
}

static void a_device_that_is_not_there_is_named_and_costs_nobody_else(void **state)
{
	struct ff *ff;

	(void)state;
	write_file("card.conf",
		   "version = 1; zones = ( { name = \"Z\"; " PINK
		   " speakers = ( { name = \"Card\"; output = \"alsa\"; device = "
		   "\"hw:CARD=Nowhere\"; }, { name = \"B\"; output = \"null\"; } ); } );");
	ff = open_profile("card.conf");
	wait_for(ff, one_waits, "Card waiting for hw:CARD=Nowhere, B playing");
	ff_close(ff);
}

static bool b_quieter(void)
{
	float a = now.speakers[0].level.rms_db[0], b = now.speakers[1].level.rms_db[0];

	return two_play() && fabsf(a - b - 12.0f) < 0.5f;
}

static bool only_b(void)
{
	return !now.speakers[0].audible && now.speakers[1].audible &&
	       now.speakers[0].level.rms_db[0] < -100;
}

static bool none(void)
{
	return !now.speakers[0].audible && !now.speakers[1].audible;
}

static void volume_solo_and_mute_are_seen_and_heard(void **state)
{
	struct ff *ff;

	(void)state;
	write_two();
	ff = open_profile("two.conf");
	wait_for(ff, two_play, "two speakers playing");
	submit(ff, (struct ff_command){
			   .verb = FF_SET_VOLUME, .id = now.speakers[1].id, .value = -12 });
	wait_for(ff, b_quieter, "B 12 dB under A");
	assert_true(now.modified);
	submit(ff, (struct ff_command){
			   .verb = FF_SET_SOLO, .id = now.speakers[1].id, .flag = true });
	wait_for(ff, only_b, "only B audible");
	submit(ff, (struct ff_command){ .verb = FF_MUTE_ALL, .flag = true });
	wait_for(ff, none, "nobody audible");
	ff_close(ff);
}

static bool b_plays(void)
{
	const struct ff_speaker *s = speaker("B");

	return s && s->state == FF_PLAYING && !speaker("A");
}

static bool file_plays(void)
{
	const struct ff_speaker *s = speaker("Tape");

	return s && s->state == FF_PLAYING && s->level.peak_db[0] > -50;
}

static void a_speaker_in_both_profiles_plays_through_the_switch(void **state)
{
	struct ff_command load = { .verb = FF_LOAD_PROFILE };
	char text[1024], tape[256];
	sf_count_t frames;
	struct ff *ff;
	uint32_t id;

	(void)state;
	snprintf(tape, sizeof(tape), "%s", path_of("tape.wav"));
	snprintf(text, sizeof(text),
		 "version = 1; zones = ( { name = \"Z\"; " PINK
		 " speakers = ( { name = \"Tape\"; output = \"file\"; path = \"%s\"; },"
		 " { name = \"A\"; output = \"null\"; } ); } );",
		 tape);
	write_file("first.conf", text);
	snprintf(text, sizeof(text),
		 "version = 1; zones = ( { name = \"Y\"; " PINK
		 " speakers = ( { name = \"B\"; output = \"null\"; },"
		 " { name = \"Tape\"; output = \"file\"; path = \"%s\"; volume_db = -3.0; } ); "
		 "} );",
		 tape);
	write_file("second.conf", text);

	ff = open_profile("first.conf");
	wait_for(ff, file_plays, "Tape playing");
	id = speaker("Tape")->id;
	play_on(ff, NS_PER_SEC);
	for (int i = 0; i < 4; i++) {
		snprintf(load.text, sizeof(load.text), "%s",
			 path_of(i % 2 ? "first.conf" : "second.conf"));
		submit(ff, load);
		play_on(ff, 400 * NS_PER_MS);
	}
	snprintf(load.text, sizeof(load.text), "%s", path_of("second.conf"));
	submit(ff, load);
	wait_for(ff, b_plays, "B in, A out");
	assert_int_equal(speaker("Tape")->id, id);
	play_on(ff, NS_PER_SEC);
	ff_close(ff);

	assert_true(longest_silence(tape, &frames) < 16);
	assert_true(frames > 2 * 44100);
}

static bool at_minus_twenty(void)
{
	return now.speakers[0].volume_db == -20.0f;
}

static void a_flood_of_commands_is_answered_or_refused_and_the_last_one_holds(void **state)
{
	uint32_t refused_n = 0;
	struct ff *ff;

	(void)state;
	write_two();
	ff = open_profile("two.conf");
	wait_for(ff, two_play, "two speakers playing");
	for (int i = 0; i < 20000; i++) {
		struct ff_command c = { .verb = FF_SET_VOLUME,
					.id = now.speakers[0].id,
					.value = (float)-(i % 40) };
		int r = ff_submit(ff, &c);

		assert_true(r == 0 || r == -EAGAIN);
		refused_n += r == -EAGAIN;
	}
	for (;;) {
		struct ff_command c = { .verb = FF_SET_VOLUME,
					.id = now.speakers[0].id,
					.value = -20 };

		if (ff_submit(ff, &c) == 0)
			break;
		clock_sleep_until(clock_now() + NS_PER_MS);
	}
	wait_for(ff, at_minus_twenty, "the last volume asked for");
	assert_true(two_play());
	print_message("%u of 20000 refused\n", refused_n);
	ff_close(ff);
}

static bool saved(void)
{
	return !now.modified && !strcmp(now.profile, "Kept");
}

static bool too_long(void)
{
	for (uint32_t i = 0; i < FF_LOG_LINES; i++)
		if (strstr(now.log[i].text, "longer than 63 bytes"))
			return now.modified;
	return false;
}

static void a_saved_profile_says_what_was_heard(void **state)
{
	struct ff_command save = { .verb = FF_SAVE_PROFILE, .text = "Kept" };
	struct ff_command long_name = { .verb = FF_SAVE_PROFILE };
	struct ff *ff;

	(void)state;
	write_two();
	ff = open_profile("two.conf");
	wait_for(ff, two_play, "two speakers playing");
	submit(ff, (struct ff_command){
			   .verb = FF_SET_VOLUME, .id = now.speakers[1].id, .value = -20 });
	submit(ff, (struct ff_command){
			   .verb = FF_SET_MAP, .id = now.speakers[0].id, .map = FF_MAP_MONO });
	memset(long_name.text, 'x', 64);
	submit(ff, long_name);
	wait_for(ff, too_long, "a name of 64 bytes refused in words");
	submit(ff, save);
	wait_for(ff, saved, "the profile Kept, not modified");
	ff_close(ff);

	ff = open_profile("config/fanfare/profiles/Kept.conf");
	wait_for(ff, two_play, "the saved profile playing");
	assert_float_equal(now.speakers[1].volume_db, -20, 0);
	assert_int_equal(now.speakers[0].map, FF_MAP_MONO);
	ff_close(ff);
}

static bool attic_is_listed(void)
{
	for (uint32_t i = 0; i < now.sounds_n; i++) {
		if (!strcmp(now.sounds[i].device, "attic"))
			return !strcmp(now.sounds[i].type, "alsa") &&
			       !strcmp(now.sounds[i].name, "Attic");
	}
	return false;
}

static void sound_devices_are_listed_at_start_and_when_asked(void **state)
{
	struct ff *ff;

	(void)state;
	write_two();
	write_file("asound.conf", "</usr/share/alsa/alsa.conf>\n");
	setenv("ALSA_CONFIG_PATH", path_of("asound.conf"), 1);
	ff = open_profile("two.conf");
	wait_for(ff, two_play, "two speakers playing");
	write_file("asound.conf",
		   "</usr/share/alsa/alsa.conf>\n"
		   "pcm.attic { type null hint { show on description \"Attic\" } }\n");
	for (int i = 0; i < 3; i++) /* while one is under way, too */
		submit(ff, (struct ff_command){ .verb = FF_LIST_SOUNDS });
	wait_for(ff, attic_is_listed, "the new device in the list");
	ff_close(ff);
	ff = open_profile("two.conf");
	wait_for(ff, attic_is_listed, "the device in the list, unasked");
	ff_close(ff);
	unsetenv("ALSA_CONFIG_PATH");
}

static void how_far_apart_two_are_in_software_is_told_to_the_part_of_a_frame(void **state)
{
	struct ff *ff;

	(void)state;
	write_two();
	ff = open_profile("two.conf");
	wait_for(ff, two_play, "both play");
	assert_true(now.skew_us == 0 && now.zones[0].skew_us == 0);
	submit(ff, (struct ff_command){
			   .verb = FF_SET_TRIM, .id = speaker("B")->id, .value = 0.1f });
	/* 4.41 frames are asked for, 4 are played */
	WAIT_FOR(ff, fabsf(speaker("B")->skew_us + 9.297f) < 0.01f);
	assert_true(fabsf(now.skew_us - 9.297f) < 0.01f);
	submit(ff, (struct ff_command){ .verb = FF_REMOVE_SPEAKER, .id = speaker("B")->id });
	WAIT_FOR(ff, isnan(now.skew_us));
	assert_true(now.speakers_n == 1 && isnan(now.zones[0].skew_us));
	ff_close(ff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_profile_that_is_not_there_is_refused_by_name),
		cmocka_unit_test(malformed_commands_are_refused_at_the_door),
		cmocka_unit_test(a_bad_profile_leaves_what_plays_alone),
		cmocka_unit_test(a_device_that_is_not_there_is_named_and_costs_nobody_else),
		cmocka_unit_test(volume_solo_and_mute_are_seen_and_heard),
		cmocka_unit_test(a_speaker_in_both_profiles_plays_through_the_switch),
		cmocka_unit_test(
			a_flood_of_commands_is_answered_or_refused_and_the_last_one_holds),
		cmocka_unit_test(a_saved_profile_says_what_was_heard),
		cmocka_unit_test(sound_devices_are_listed_at_start_and_when_asked),
		cmocka_unit_test(
			how_far_apart_two_are_in_software_is_told_to_the_part_of_a_frame),
	};

	return cmocka_run_group_tests(tests, house_begin, house_end);
}
