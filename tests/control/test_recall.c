/* SPDX-License-Identifier: MIT */
/*
 * Tests of what outlives a power cut: volumes, trims and the last profile, by
 * real cores started one after the other on the same folder of state.
 */
#include "tests/control/house.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define STATE "state/fanfare/state.conf"

static struct ff *ff;

/* A profile of one's own that was played last, and nothing kept for it. */
static void write_last(void)
{
	char command[256];

	snprintf(command, sizeof(command), "mkdir -p %s %s", path_of("config/fanfare/profiles"),
		 path_of("state/fanfare"));
	assert_int_equal(system(command), 0);
	write_file("config/fanfare/profiles/Home.conf",
		   "version = 1; zones = ( { name = \"Z\"; sources = ( { type = \"tone\"; } );"
		   " speakers = ( { name = \"A\"; output = \"null\"; },"
		   " { name = \"B\"; output = \"null\"; volume_db = -6.0; } ); } );");
	write_file("state/fanfare/last-profile", "Home\n");
	remove(path_of(STATE));
}

static void open_last(void)
{
	const struct ff_options options = { .no_bluetooth = true };
	char why[FF_TEXT_MAX * 4];

	if (ff_open(&options, &ff, why) != 0)
		fail_msg("%s", why);
	ff_snapshot(ff, &now);
	assert_string_equal(now.profile, "Home");
}

static int close_last(void **state)
{
	(void)state;
	ff_close(ff);
	ff = NULL;
	return 0;
}

static void set_by_hand(void)
{
	uint32_t a = speaker("A")->id, b = speaker("B")->id;

	submit(ff, (struct ff_command){ .verb = FF_SET_VOLUME, .id = b, .value = -20 });
	submit(ff, (struct ff_command){ .verb = FF_SET_TRIM, .id = b, .value = 2.5f });
	submit(ff, (struct ff_command){ .verb = FF_SET_MUTE, .id = a, .flag = true });
	submit(ff, (struct ff_command){ .verb = FF_SET_MASTER, .id = 0, .value = -3 });
	submit(ff, (struct ff_command){ .verb = FF_SET_ZONE_MUTE, .id = 0, .flag = true });
	submit(ff, (struct ff_command){
			   .verb = FF_SET_SOURCE_GAIN, .id = now.sources[0].id, .value = 1 });
	submit(ff, (struct ff_command){ .verb = FF_MUTE_ALL, .flag = true });
}

static bool as_set(void)
{
	return speaker("B")->volume_db == -20.0f && speaker("B")->trim_ms == 2.5f &&
	       speaker("A")->mute && now.zones[0].volume_db == -3.0f && now.zones[0].mute &&
	       now.sources[0].gain_db == 1.0f && now.muted_all;
}

static bool as_filed(void)
{
	return speaker("B")->volume_db == -6.0f && speaker("B")->trim_ms == 0.0f &&
	       !speaker("A")->mute && now.zones[0].volume_db == 0.0f && !now.zones[0].mute &&
	       now.sources[0].gain_db == 0.0f && !now.muted_all;
}

/* Whether the file has part in it. */
static bool state_has(const char *part)
{
	char text[8192] = "";
	FILE *f = fopen(path_of(STATE), "r");

	if (!f)
		return false;
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return strstr(text, part);
}

static void what_was_set_by_hand_is_there_again(void **state)
{
	(void)state;
	write_last();
	open_last();
	assert_true(as_filed());
	set_by_hand();
	WAIT_FOR(ff, as_set());
	close_last(NULL);
	open_last();
	assert_true(as_set());
	assert_true(now.modified && now.edits_n >= 5);
	assert_true(log_has("as they were left"));
	WAIT_FOR(ff, now.speakers[0].state == FF_PLAYING);
}

static void a_profile_asked_for_by_name_is_as_its_file_says(void **state)
{
	(void)state;
	write_last();
	open_last();
	set_by_hand();
	WAIT_FOR(ff, as_set());
	close_last(NULL);
	ff = open_profile("config/fanfare/profiles/Home.conf");
	ff_snapshot(ff, &now);
	assert_true(as_filed());
}

static void a_service_goes_on_with_its_profile_as_it_was_left(void **state)
{
	const struct ff_options options = {
		.profile = "Home",
		.resume = true,
		.no_bluetooth = true,
	};
	char why[FF_TEXT_MAX * 4];

	(void)state;
	write_last();
	open_last();
	set_by_hand();
	WAIT_FOR(ff, as_set());
	close_last(NULL);
	assert_int_equal(ff_open(&options, &ff, why), 0);
	ff_snapshot(ff, &now);
	assert_true(as_set());
}

/* The core in a process of its own, killed as a power cut kills it. */
static void a_power_cut_costs_no_more_than_the_last_seconds(void **state)
{
	pid_t pid;
	int status;

	(void)state;
	write_last();
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		open_last();
		set_by_hand();
		WAIT_FOR(ff, state_has("volume_db = -20.0") && state_has("muted_all = true"));
		submit(ff, (struct ff_command){ .verb = FF_SET_VOLUME,
						.id = speaker("B")->id,
						.value = -50 });
		WAIT_FOR(ff, speaker("B")->volume_db == -50);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	open_last();
	assert_true(as_set());
}

static void a_torn_or_old_file_is_named_and_ignored(void **state)
{
	static const char *const bad[] = {
		"version = 1; profile = \"Home\"; mark = \"0\"; speakers = ( { pla",
		"version = 9; profile = \"Home\"; mark = \"0\"; end = true;",
		"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		write_last();
		write_file(STATE, bad[i]);
		open_last();
		assert_true(as_filed());
		assert_true(log_has("what was kept is ignored") && log_has("state.conf"));
		close_last(NULL);
	}
}

static void a_profile_changed_by_hand_since_counts_as_it_is_now(void **state)
{
	(void)state;
	write_last();
	open_last();
	set_by_hand();
	WAIT_FOR(ff, as_set());
	close_last(NULL);
	assert_true(state_has("volume_db = -20.0"));
	write_file("config/fanfare/profiles/Home.conf",
		   "version = 1; zones = ( { name = \"Z\"; sources = ( { type = \"tone\"; } );"
		   " speakers = ( { name = \"A\"; output = \"null\"; },"
		   " { name = \"B\"; output = \"null\"; volume_db = -7.0; } ); } );");
	open_last();
	assert_float_equal(speaker("B")->volume_db, -7, 0);
	assert_true(log_has("was changed since"));
}

static void a_fader_moved_for_long_is_few_writings(void **state)
{
	ino_t last = 0;
	struct stat st;
	int writings = 0;

	(void)state;
	write_last();
	open_last();
	for (int i = 0; i < 100; i++) {
		submit(ff, (struct ff_command){ .verb = FF_SET_VOLUME,
						.id = speaker("B")->id,
						.value = (float)-i / 4 });
		play_on(ff, 20 * NS_PER_MS);
		if (stat(path_of(STATE), &st) == 0 && st.st_ino != last) {
			last = st.st_ino;
			writings++;
		}
	}
	assert_true(writings >= 1 && writings <= 3);
	WAIT_FOR(ff, state_has("volume_db = -24.75"));
}

static void a_folder_that_cannot_be_written_is_said_once_and_costs_no_sound(void **state)
{
	char command[256];
	int lines = 0;

	(void)state;
	write_last();
	open_last();
	/* what a start writes is written: else it may make the folder anew meanwhile */
	WAIT_FOR(ff, state_has("end = true"));
	snprintf(command, sizeof(command), "cd %s && mv fanfare away && touch fanfare",
		 path_of("state"));
	assert_int_equal(system(command), 0);
	set_by_hand();
	WAIT_FOR(ff, as_set() && log_has("cannot be kept"));
	submit(ff, (struct ff_command){ .verb = FF_MUTE_ALL });
	play_on(ff, 4 * NS_PER_SEC);
	for (int i = 0; i < FF_LOG_LINES; i++)
		lines += strstr(now.log[i].text, "cannot be kept") != NULL;
	assert_int_equal(lines, 1);
	assert_int_equal(speaker("A")->state, FF_PLAYING);
	close_last(NULL);
	snprintf(command, sizeof(command), "cd %s && rm fanfare && mv away fanfare",
		 path_of("state"));
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(fn) cmocka_unit_test_teardown(fn, close_last)
		TEST(a_torn_or_old_file_is_named_and_ignored),
		TEST(what_was_set_by_hand_is_there_again),
		TEST(a_profile_asked_for_by_name_is_as_its_file_says),
		TEST(a_service_goes_on_with_its_profile_as_it_was_left),
		TEST(a_power_cut_costs_no_more_than_the_last_seconds),
		TEST(a_profile_changed_by_hand_since_counts_as_it_is_now),
		TEST(a_fader_moved_for_long_is_few_writings),
		TEST(a_folder_that_cannot_be_written_is_said_once_and_costs_no_sound),
	};

	return cmocka_run_group_tests(tests, house_begin, house_end);
}
