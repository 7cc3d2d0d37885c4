/* SPDX-License-Identifier: MIT */
/*
 * Tests of profiles through the door: what differs from the file in words, new
 * ones, renaming, saving.
 */
#include "tests/control/house.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct ff *ff;

static void open_house(void)
{
	write_file("house.conf",
		   "version = 1; zones = ("
		   " { name = \"In\"; sources = ( { type = \"tone\"; tone = \"pink\"; } );"
		   "   speakers = ( { name = \"A\"; output = \"null\"; },"
		   "     { name = \"B\"; output = \"null\"; volume_db = -6.0; } ); },"
		   " { name = \"Out\"; sources = ( { type = \"tone\"; name = \"Echo\"; } );"
		   "   speakers = ( { name = \"C\"; output = \"null\"; } ); } );");
	ff = open_profile("house.conf");
	WAIT_FOR(ff, now.speakers_n == 3 && speaker("A")->level.peak_db[0] > -50);
}

static int close_house(void **state)
{
	(void)state;
	ff_close(ff);
	ff = NULL;
	return 0;
}

static void act(enum ff_verb verb, uint32_t id, float value, const char *text)
{
	struct ff_command c = { .verb = verb, .id = id, .value = value };

	snprintf(c.text, sizeof(c.text), "%s", text);
	submit(ff, c);
}

static void rename_profile(const char *from, const char *to)
{
	struct ff_command c = { .verb = FF_RENAME_PROFILE };

	snprintf(c.device, sizeof(c.device), "%s", from);
	snprintf(c.text, sizeof(c.text), "%s", to);
	submit(ff, c);
}

static bool differs(const char *line)
{
	for (uint32_t i = 0; i < now.edits_n; i++) {
		if (!strcmp(now.edits[i], line))
			return true;
	}
	return false;
}

static bool listed(const char *name)
{
	for (uint32_t i = 0; i < now.profiles_n; i++) {
		if (!strcmp(now.profiles[i].name, name))
			return true;
	}
	return false;
}

/* ---- what differs ------------------------------------------------------------------------ */

static void each_difference_is_told_in_words_and_gone_when_undone(void **state)
{
	uint32_t a, b, c, echo;

	(void)state;
	open_house();
	assert_int_equal(now.edits_n, 0);
	a = speaker("A")->id;
	b = speaker("B")->id;
	c = speaker("C")->id;
	echo = source("Echo")->id;

	act(FF_SET_VOLUME, b, -4, "");
	WAIT_FOR(ff, now.edits_n == 1 && differs("B: volume -6.0 → -4.0 dB"));
	act(FF_SET_VOLUME, b, -6, "");
	WAIT_FOR(ff, now.edits_n == 0 && !now.modified);

	act(FF_SET_TRIM, b, 2.5f, "");
	submit(ff, (struct ff_command){ .verb = FF_SET_MUTE, .id = a, .flag = true });
	submit(ff, (struct ff_command){ .verb = FF_SET_MAP, .id = a, .map = FF_MAP_LEFT });
	submit(ff, (struct ff_command){ .verb = FF_MOVE_SPEAKER, .id = c, .other = 0 });
	act(FF_RENAME_SPEAKER, c, 0, "Bath");
	act(FF_RENAME_ZONE, 0, 0, "Inside");
	act(FF_SET_MASTER, 1, -3, "");
	act(FF_SET_SOURCE_GAIN, echo, 1, "");
	act(FF_RENAME_SOURCE, echo, 0, "Dot");
	act(FF_REMOVE_SPEAKER, b, 0, "");
	WAIT_FOR(ff, now.edits_n == 9);
	assert_true(differs("A: muted"));
	assert_true(differs("A: channels stereo → left"));
	assert_true(differs("C: called Bath now"));
	assert_true(differs("Bath: zone Out → Inside"));
	assert_true(differs("zone In: called Inside now"));
	assert_true(differs("zone Out: volume 0.0 → -3.0 dB"));
	assert_true(differs("Dot: gain 0.0 → 1.0 dB"));
	assert_true(differs("Echo: called Dot now"));
	assert_true(differs("B: removed"));
	act(FF_RESTORE, b, 0, "");
	WAIT_FOR(ff, now.edits_n == 9 && differs("B: trim 0.0 → 2.5 ms"));
	act(FF_REMOVE_ZONE, 1, 0, "");
	act(FF_ADD_ZONE, 0, 0, "Attic");
	WAIT_FOR(ff, differs("zone Out: removed") && differs("zone Attic: added"));
}

static void a_save_leaves_no_difference_and_an_undo_after_it_is_one(void **state)
{
	uint32_t b;

	(void)state;
	open_house();
	b = speaker("B")->id;
	act(FF_REMOVE_SPEAKER, b, 0, "");
	WAIT_FOR(ff, differs("B: removed"));
	act(FF_SAVE_PROFILE, 0, 0, "Kept");
	WAIT_FOR(ff, !now.modified && now.edits_n == 0 && !strcmp(now.profile, "Kept"));
	act(FF_RESTORE, b, 0, "");
	WAIT_FOR(ff, now.edits_n == 1 && differs("B: added"));
}

/* ---- new, renamed ------------------------------------------------------------------------ */

static void a_new_profile_is_empty_and_in_no_file_before_it_is_saved(void **state)
{
	struct ff_command add = { .verb = FF_ADD_SPEAKER, .output = FF_OUT_NULL };

	(void)state;
	open_house();
	act(FF_NEW_PROFILE, 0, 0, "Fête");
	WAIT_FOR(ff, !strcmp(now.profile, "Fête") && now.speakers_n == 0);
	assert_int_equal(now.zones_n, 1);
	assert_int_equal(now.sources_n, 0);
	assert_true(now.modified && differs("Fête: not saved yet"));
	assert_false(listed("Fête"));
	submit(ff, add);
	rename_profile("Fête", "Ball");
	WAIT_FOR(ff, !strcmp(now.profile, "Ball") && now.speakers_n == 1);
	act(FF_SAVE_PROFILE, 0, 0, "");
	WAIT_FOR(ff, listed("Ball") && !now.modified);
	close_house(NULL);
	ff = open_profile("config/fanfare/profiles/Ball.conf");
	WAIT_FOR(ff, now.speakers_n == 1 && !strcmp(now.speakers[0].name, "null"));
}

static void a_profile_is_renamed_with_its_file_and_back(void **state)
{
	(void)state;
	open_house();
	act(FF_SAVE_PROFILE, 0, 0, "One");
	act(FF_SAVE_PROFILE, 0, 0, "Two");
	WAIT_FOR(ff, listed("One") && !strcmp(now.profile, "Two"));
	rename_profile("Two", "Three"); /* the one that plays */
	WAIT_FOR(ff, !strcmp(now.profile, "Three") && listed("Three") && !listed("Two"));
	assert_false(now.modified);
	rename_profile("One", "Four"); /* another */
	WAIT_FOR(ff, listed("Four") && !listed("One"));
	assert_string_equal(now.profile, "Three");
	rename_profile("Three", "Two");
	rename_profile("Four", "One");
	WAIT_FOR(ff, listed("One") && listed("Two") && !strcmp(now.profile, "Two"));
	assert_int_equal(access(path_of("config/fanfare/profiles/Two.conf"), F_OK), 0);
	assert_int_not_equal(access(path_of("config/fanfare/profiles/Three.conf"), F_OK), 0);
	assert_int_equal(now.speakers_n, 3);
}

static void what_plays_and_is_deleted_is_not_saved_any_more(void **state)
{
	(void)state;
	open_house();
	act(FF_SAVE_PROFILE, 0, 0, "One");
	act(FF_SAVE_PROFILE, 0, 0, "Two");
	WAIT_FOR(ff, listed("One") && !strcmp(now.profile, "Two") && !now.modified);
	act(FF_DELETE_PROFILE, 0, 0, "One"); /* another */
	WAIT_FOR(ff, !listed("One"));
	assert_false(now.modified);
	act(FF_DELETE_PROFILE, 0, 0, "Two"); /* the one that plays */
	WAIT_FOR(ff, !listed("Two"));
	assert_true(now.modified && differs("Two: not saved yet"));
	assert_int_equal(now.speakers_n, 3);
	act(FF_SAVE_PROFILE, 0, 0, "");
	WAIT_FOR(ff, listed("Two") && !now.modified && now.edits_n == 0);
}

static void names_that_cannot_be_are_refused_in_words(void **state)
{
	static const struct {
		enum ff_verb verb;
		const char *from, *to, *words;
	} bad[] = {
		{ FF_NEW_PROFILE, "", "", "cannot be a profile's name" },
		{ FF_NEW_PROFILE, "", "a/b", "\"a/b\" cannot be" },
		{ FF_NEW_PROFILE, "", ".hidden", "\".hidden\" cannot be" },
		{ FF_NEW_PROFILE, "", "Taken", "\"Taken\" already" },
		{ FF_NEW_PROFILE, "", "a\nb", "control characters" },
		{ FF_RENAME_PROFILE, "Taken", "a/c", "\"a/c\" cannot be" },
		{ FF_RENAME_PROFILE, "Nobody", "New", "not among your own" },
		{ FF_RENAME_PROFILE, "../../x", "New", "cannot be renamed" },
		{ FF_SAVE_PROFILE, "", "..", "\"..\" cannot be" },
		{ FF_LOAD_PROFILE, "", "Nobody", "no profile is called" },
		{ FF_DELETE_PROFILE, "", "Nobody", "profile \"Nobody\"" },
	};

	(void)state;
	open_house();
	act(FF_SAVE_PROFILE, 0, 0, "Taken");
	WAIT_FOR(ff, listed("Taken"));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct ff_command c = { .verb = bad[i].verb };

		snprintf(c.device, sizeof(c.device), "%s", bad[i].from);
		snprintf(c.text, sizeof(c.text), "%s", bad[i].to);
		submit(ff, c);
		WAIT_FOR(ff, log_has(bad[i].words));
	}
	assert_string_equal(now.profile, "Taken");
	assert_int_equal(now.speakers_n, 3);
	assert_false(listed("New"));
}

static void each_fault_of_a_file_is_a_line_of_the_log(void **state)
{
	(void)state;
	write_file("config/fanfare/profiles/Bad.conf",
		   "version = 1;\nzones = ( { name = \"Z\"; volume_db = \"loud\";\n"
		   "speakers = ( { name = 7; } ); } );\n");
	open_house();
	act(FF_LOAD_PROFILE, 0, 0, "Bad");
	WAIT_FOR(ff, log_has("Bad.conf:2: ") && log_has("Bad.conf:3: "));
	for (int i = 0; i < FF_LOG_LINES; i++)
		assert_false(strstr(now.log[i].text, "Bad.conf:2: ") &&
			     strstr(now.log[i].text, "Bad.conf:3: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(fn) cmocka_unit_test_teardown(fn, close_house)
		TEST(each_difference_is_told_in_words_and_gone_when_undone),
		TEST(a_save_leaves_no_difference_and_an_undo_after_it_is_one),
		TEST(each_fault_of_a_file_is_a_line_of_the_log),
		TEST(a_new_profile_is_empty_and_in_no_file_before_it_is_saved),
		TEST(a_profile_is_renamed_with_its_file_and_back),
		TEST(what_plays_and_is_deleted_is_not_saved_any_more),
		TEST(names_that_cannot_be_are_refused_in_words),
	};

	return cmocka_run_group_tests(tests, house_begin, house_end);
}
