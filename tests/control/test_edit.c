/* SPDX-License-Identifier: MIT */
/*
 * Tests of editing a profile while it plays: zones, speakers and sources come,
 * go, move and come back, and whoever goes on playing plays on.
 */
#include "tests/control/house.h"

#include "core/io/tone.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static struct ff *ff;

/*
 * Two zones with the same noise, a pure function of the frame: a recording of
 * either can be compared with it sample by sample.
 */
static void open_house(void)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "version = 1; zones = ("
		 " { name = \"In\"; sources = ( { type = \"tone\"; tone = \"pink\"; } );"
		 "   speakers = ( { name = \"A\"; output = \"null\"; },"
		 "     { name = \"Tape 1\"; output = \"file\"; path = \"%s\"; },"
		 "     { name = \"B\"; output = \"null\"; } ); },"
		 " { name = \"Out\"; volume_db = 0.0;"
		 "   sources = ( { type = \"tone\"; tone = \"pink\"; name = \"Echo\"; } );"
		 "   speakers = ( { name = \"Tape 2\"; output = \"file\"; path = \"%s\"; },"
		 "     { name = \"C\"; output = \"null\"; volume_db = -9.0; trim_ms = 0.0;"
		 "       map = \"mono\"; } ); } );",
		 path_of("tape1.wav"), path_of("tape2.wav"));
	write_file("house.conf", text);
	ff = open_profile("house.conf");
	WAIT_FOR(ff, now.speakers_n == 5 && speaker("Tape 1")->state == FF_PLAYING &&
			     speaker("Tape 2")->state == FF_PLAYING &&
			     speaker("Tape 2")->level.peak_db[0] > -50);
}

static int close_house(void **state)
{
	(void)state;
	ff_close(ff);
	ff = NULL;
	return 0;
}

static void act(enum ff_verb verb, uint32_t id, uint32_t other, const char *text)
{
	struct ff_command c = { .verb = verb, .id = id, .other = other };

	snprintf(c.text, sizeof(c.text), "%s", text);
	submit(ff, c);
}

static void act_source(enum ff_verb verb, uint32_t id, uint32_t other, const char *type,
		       const char *device, const char *text)
{
	struct ff_command c = { .verb = verb, .id = id, .other = other };

	snprintf(c.type, sizeof(c.type), "%s", type);
	snprintf(c.device, sizeof(c.device), "%s", device);
	snprintf(c.text, sizeof(c.text), "%s", text);
	submit(ff, c);
}

static bool place_is(uint32_t i, const char *name, uint32_t zone)
{
	return i < now.speakers_n && !strcmp(now.speakers[i].name, name) &&
	       now.speakers[i].zone == zone;
}

/* All as open_house() left it, and the door knows that nothing differs from the file. */
static bool as_at_first(void)
{
	return now.speakers_n == 5 && place_is(0, "A", 0) && place_is(1, "Tape 1", 0) &&
	       place_is(2, "B", 0) && place_is(3, "Tape 2", 1) && place_is(4, "C", 1) &&
	       now.zones_n == 2 && !strcmp(now.zones[0].name, "In") &&
	       !strcmp(now.zones[1].name, "Out") && now.sources_n == 2 &&
	       !strcmp(now.sources[0].name, "pink") && !strcmp(now.sources[1].name, "Echo") &&
	       now.sources[0].zone == 0 && now.sources[1].zone == 1 && !now.modified;
}

/* ---- what is on the tape ------------------------------------------------------------------
 */

/* From its first second on to its end the tape is what was played, sample by sample. */
static void assert_unbroken(const char *path)
{
	static float tape[2 * 60 * RATE], noise[2 * 60 * RATE];
	sf_count_t at = RATE, n = read_tape(path, tape, 60 * RATE);
	uint32_t gaps = 0;
	uint64_t start;

	for (uint32_t i = 0; i < now.sources_n; i++)
		gaps += now.sources[i].gaps;
	assert_true(n > 2 * RATE);
	start = find_start(tape, at);
	tone_render(SOURCE_PINK, RATE, start, noise, (uint32_t)n);
	for (sf_count_t i = at; i < n; i++) {
		if (fabsf(tape[2 * i] - noise[2 * i]) > 1e-5f)
			fail_msg("%s: at %.3f s: %f instead of %f (of the sources themselves, "
				 "starved by a busy machine: %u gaps)",
				 path, (double)i / RATE, (double)tape[2 * i],
				 (double)noise[2 * i], gaps);
	}
}

static void who_goes_on_playing_hears_nothing_of_all_the_editing(void **state)
{
	uint32_t a, c, echo, tape1;

	(void)state;
	open_house();
	a = speaker("A")->id;
	c = speaker("C")->id;
	tape1 = speaker("Tape 1")->id;
	echo = source("Echo")->id;
	play_on(ff, 1500 * NS_PER_MS);

	act(FF_MOVE_SPEAKER, a, 1, "");
	act(FF_REMOVE_SPEAKER, c, 0, "");
	WAIT_FOR(ff, now.speakers_n == 4);
	act(FF_ADD_ZONE, 0, 0, "Attic");
	act(FF_MOVE_SPEAKER, tape1, 1, ""); /* the same noise there */
	WAIT_FOR(ff, now.zones_n == 3 && speaker("Tape 1")->zone == 1);
	act(FF_REMOVE_ZONE, 0, 0, ""); /* what is left moves up one */
	WAIT_FOR(ff, now.zones_n == 2 && speaker("Tape 1")->zone == 0);
	play_on(ff, 100 * NS_PER_MS);
	act_source(FF_ADD_SOURCE, 1, 7, "tone", "sweep", "");
	act(FF_RESTORE_ZONE, 0, 0, "");
	WAIT_FOR(ff, now.zones_n == 3 && speaker("Tape 2")->zone == 1);
	/* its source is a new one: whoever moves there before it sounds moves into silence */
	WAIT_FOR(ff, source("pink")->level.peak_db[0] > -50);
	play_on(ff, 50 * NS_PER_MS);
	act(FF_RESTORE, c, 0, "");
	act(FF_MOVE_SPEAKER, tape1, 0, "");
	act(FF_REMOVE_SOURCE, 0, 7, "");
	act(FF_REMOVE_ZONE, 2, 0, "");
	act(FF_MOVE_SPEAKER, a, 0, "");
	act(FF_RENAME_SOURCE, echo, 0, "Echo");
	WAIT_FOR(ff, as_at_first());
	play_on(ff, 500 * NS_PER_MS);
	close_house(NULL);
	assert_unbroken(path_of("tape1.wav"));
	assert_unbroken(path_of("tape2.wav"));
}

/* ---- a storm ------------------------------------------------------------------------------
 */

#define STORM_NS     (3 * NS_PER_SEC)
#define STORM_EVERY  NS_PER_MS /* of each of two */
#define STORM_LAST_A (-7.0f)
#define STORM_LAST_B (-8.0f)

static pthread_mutex_t door_lock = PTHREAD_MUTEX_INITIALIZER; /* one at a time uses a door */

struct storm {
	pthread_t thread;
	uint32_t id;
	float last;
	uint32_t sent, refused;
};

static int submit_volume(struct storm *s, float db)
{
	const struct ff_command c = { .verb = FF_SET_VOLUME, .id = s->id, .value = db };
	int r;

	pthread_mutex_lock(&door_lock);
	r = ff_submit(ff, &c);
	pthread_mutex_unlock(&door_lock);
	return r;
}

static void *storm(void *arg)
{
	struct storm *s = arg;
	uint64_t begun = clock_now(), next = begun;

	while (next < begun + STORM_NS) {
		int r = submit_volume(s, (float)-(int)(s->sent % 12));

		assert_true(r == 0 || r == -EAGAIN);
		s->sent++;
		s->refused += r == -EAGAIN;
		next += STORM_EVERY;
		clock_sleep_until(next);
	}
	while (submit_volume(s, s->last) == -EAGAIN)
		clock_sleep_until(clock_now() + NS_PER_MS);
	return NULL;
}

static void a_storm_of_volumes_is_not_heard_and_its_last_ones_stand(void **state)
{
	struct storm storms[2];

	(void)state;
	open_house();
	storms[0] = (struct storm){ .id = speaker("Tape 1")->id, .last = STORM_LAST_A };
	storms[1] = (struct storm){ .id = speaker("A")->id, .last = STORM_LAST_B };
	play_on(ff, 1500 * NS_PER_MS);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&storms[i].thread, NULL, storm, &storms[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(storms[i].thread, NULL);
	WAIT_FOR(ff, speaker("Tape 1")->volume_db == STORM_LAST_A &&
			     speaker("A")->volume_db == STORM_LAST_B);
	print_message("%u and %u sent, %u and %u refused\n", storms[0].sent, storms[1].sent,
		      storms[0].refused, storms[1].refused);
	play_on(ff, 500 * NS_PER_MS);
	assert_int_equal(speaker("Tape 1")->frames_lost, 0);
	close_house(NULL);
	assert_unbroken(path_of("tape2.wav")); /* who is not meant hears nothing of it */
	assert_true(longest_silence(path_of("tape1.wav"), &(sf_count_t){ 0 }) < 16);
}

/* ---- speakers ---------------------------------------------------------------------------- */

static void a_speaker_moves_to_another_zone_and_back_to_its_place(void **state)
{
	uint32_t id;

	(void)state;
	open_house();
	id = speaker("Tape 1")->id;
	act(FF_MOVE_SPEAKER, id, 1, "");
	WAIT_FOR(ff, speaker("Tape 1")->zone == 1 && now.modified);
	assert_int_equal(speaker("Tape 1")->id, id);
	act(FF_MOVE_SPEAKER, id, 0, "");
	WAIT_FOR(ff, as_at_first());
}

static void a_removed_speaker_comes_back_as_it_was(void **state)
{
	struct ff_speaker was;

	(void)state;
	open_house();
	was = *speaker("C");
	submit(ff, (struct ff_command){ .verb = FF_SET_SOLO, .id = was.id, .flag = true });
	submit(ff, (struct ff_command){ .verb = FF_SET_TRIM, .id = was.id, .value = 3 });
	act(FF_REMOVE_SPEAKER, was.id, 0, "");
	WAIT_FOR(ff, now.speakers_n == 4 && !speaker("C"));
	act(FF_RESTORE, was.id, 0, "");
	WAIT_FOR(ff, now.speakers_n == 5 && speaker("C") && speaker("C")->state == FF_PLAYING);
	assert_int_equal(speaker("C")->id, was.id);
	assert_true(place_is(4, "C", 1));
	assert_true(speaker("C")->solo);
	assert_float_equal(speaker("C")->trim_ms, 3, 0);
	assert_float_equal(speaker("C")->volume_db, -9, 0);
	assert_int_equal(speaker("C")->map, FF_MAP_MONO);
	act(FF_RESTORE, was.id, 0, ""); /* it is there: nothing to bring back */
	WAIT_FOR(ff, log_has("nothing to bring back"));
	assert_int_equal(now.speakers_n, 5);
}

static void an_added_speaker_is_removed_and_restored_by_its_ticket(void **state)
{
	struct ff_command add = { .verb = FF_ADD_SPEAKER,
				  .id = 1,
				  .output = FF_OUT_NULL,
				  .other = 4711,
				  .text = "A" };
	uint32_t id;

	(void)state;
	open_house();
	submit(ff, add);
	WAIT_FOR(ff, speaker("A 2")); /* A is taken */
	id = speaker("A 2")->id;
	assert_true(place_is(5, "A 2", 1));
	act(FF_REMOVE_SPEAKER, 0, 4711, "");
	WAIT_FOR(ff, as_at_first());
	act(FF_RESTORE, 0, 4711, "");
	WAIT_FOR(ff, speaker("A 2"));
	assert_int_equal(speaker("A 2")->id, id);
	assert_true(place_is(5, "A 2", 1));
	act(FF_REMOVE_SPEAKER, 0, 4711, "");
	WAIT_FOR(ff, as_at_first());
}

static bool all_tickets_are_refused(void)
{
	for (uint32_t ticket = 4711; ticket < 4716; ticket++)
		if (!ff_was_refused(&now, ticket))
			return false;
	return true;
}

static void additions_that_are_refused_are_told_by_their_tickets(void **state)
{
	struct ff_command add = { .verb = FF_ADD_SPEAKER,
				  .output = FF_OUT_FILE,
				  .other = 4711,
				  .device = "tape.mp3" };

	(void)state;
	open_house();
	assert_false(ff_was_refused(&now, 4711));
	for (; add.other < 4716; add.other++)
		submit(ff, add);
	WAIT_FOR(ff, all_tickets_are_refused());
	assert_false(ff_was_refused(&now, 4716));
	submit(ff, (struct ff_command){ .verb = FF_ADD_ZONE, .text = "Out", .other = 4717 });
	WAIT_FOR(ff, ff_was_refused(&now, 4717)); /* there is one of that name */
	submit(ff, (struct ff_command){ .verb = FF_ADD_ZONE, .text = "Roof", .other = 4718 });
	WAIT_FOR(ff, now.zones_n == 3);
	assert_false(ff_was_refused(&now, 4718));
	act(FF_REMOVE_ZONE, 2, 0, "");
	WAIT_FOR(ff, as_at_first());
}

static void a_name_is_changed_and_changed_back(void **state)
{
	uint32_t id;

	(void)state;
	open_house();
	id = speaker("B")->id;
	act(FF_RENAME_SPEAKER, id, 0, "Bär");
	WAIT_FOR(ff, speaker("Bär") && now.modified);
	act(FF_RENAME_SPEAKER, id, 0, "B");
	WAIT_FOR(ff, as_at_first());
}

/* ---- zones ------------------------------------------------------------------------------- */

static void a_zone_comes_is_renamed_and_goes(void **state)
{
	(void)state;
	open_house();
	act(FF_ADD_ZONE, 0, 0, "Attic");
	WAIT_FOR(ff, now.zones_n == 3 && !strcmp(now.zones[2].name, "Attic"));
	act(FF_RENAME_ZONE, 2, 0, "Loft");
	WAIT_FOR(ff, !strcmp(now.zones[2].name, "Loft"));
	act(FF_REMOVE_ZONE, 2, 0, "");
	WAIT_FOR(ff, as_at_first());
}

static void a_removed_zone_comes_back_with_all_in_it(void **state)
{
	uint32_t tape, b, pink;

	(void)state;
	open_house();
	tape = speaker("Tape 1")->id;
	b = speaker("B")->id;
	pink = source("pink")->id;
	act(FF_REMOVE_SPEAKER, b, 0, "");
	submit(ff, (struct ff_command){ .verb = FF_SET_MASTER, .id = 0, .value = -3 });
	act(FF_REMOVE_ZONE, 0, 0, "");
	WAIT_FOR(ff, now.zones_n == 1 && now.speakers_n == 2 && now.sources_n == 1);
	act(FF_RESTORE, b, 0, "");
	WAIT_FOR(ff, log_has("its zone is gone"));
	act(FF_REMOVE_ZONE, 0, 0, ""); /* the last one stays */
	WAIT_FOR(ff, log_has("zone Out stays"));
	act(FF_RESTORE_ZONE, 0, 0, "");
	WAIT_FOR(ff, now.zones_n == 2 && now.speakers_n == 4);
	assert_float_equal(now.zones[0].volume_db, -3, 0);
	assert_int_equal(speaker("Tape 1")->id, tape);
	assert_int_equal(source("pink")->id, pink);
	assert_null(speaker("B")); /* went by itself, comes back by itself */
	submit(ff, (struct ff_command){ .verb = FF_SET_MASTER, .id = 0, .value = 0 });
	act(FF_RESTORE, b, 0, "");
	WAIT_FOR(ff, as_at_first());
}

/* ---- sources ----------------------------------------------------------------------------- */

static void a_source_is_added_removed_and_restored_by_its_ticket(void **state)
{
	uint32_t id;

	(void)state;
	open_house();
	act_source(FF_ADD_SOURCE, 0, 99, "tone", "tune", "Tune");
	WAIT_FOR(ff, source("Tune") && source("Tune")->state == FF_PLAYING &&
			     source("Tune")->level.peak_db[0] > -50);
	id = source("Tune")->id;
	assert_int_equal(source("Tune")->zone, 0);
	assert_string_equal(now.sources[1].name, "Tune"); /* before those of the next zone */
	act(FF_REMOVE_SOURCE, 0, 99, "");
	WAIT_FOR(ff, as_at_first());
	act(FF_RESTORE, 0, 99, "");
	WAIT_FOR(ff, source("Tune") && source("Tune")->id == id);
	act(FF_REMOVE_SOURCE, id, 0, "");
	WAIT_FOR(ff, as_at_first());
}

static void a_source_changes_its_device_and_back_with_its_format(void **state)
{
	uint32_t id;

	(void)state;
	write_file(
		"raw.conf",
		"version = 1; zones = ( { name = \"Z\"; sources = ( { type = \"command\";"
		" command = \"cat /dev/zero\"; format = \"s32\"; rate = 48000; channels = 1; }"
		" ); speakers = ( { name = \"A\"; output = \"null\"; } ); } );");
	ff = open_profile("raw.conf");
	WAIT_FOR(ff, now.sources_n == 1 && now.sources[0].state == FF_PLAYING);
	assert_int_equal(now.sources[0].rate, 48000);
	id = now.sources[0].id;
	act_source(FF_SET_SOURCE_DEVICE, id, 0, "tone", "tune", "");
	WAIT_FOR(ff, !strcmp(now.sources[0].device, "tune") && now.modified &&
			     speaker("A")->level.peak_db[0] > -50);
	assert_string_equal(now.sources[0].name, "tune"); /* made up anew */
	assert_int_equal(now.sources[0].id, id);
	act_source(FF_SET_SOURCE_DEVICE, id, 0, "command", "cat /dev/zero", "");
	WAIT_FOR(ff, now.sources[0].rate == 48000 && !now.modified);
	assert_int_equal(now.sources[0].id, id);
}

static void a_source_named_and_unnamed_is_as_it_was(void **state)
{
	uint32_t id;

	(void)state;
	open_house();
	id = source("pink")->id;
	act(FF_RENAME_SOURCE, id, 0, "Waterfall");
	WAIT_FOR(ff, source("Waterfall") && now.modified);
	act(FF_RENAME_SOURCE, id, 0, "pink"); /* as the screen showed it */
	WAIT_FOR(ff, as_at_first());
	act(FF_RENAME_SOURCE, id, 0, "Waterfall");
	act(FF_RENAME_SOURCE, id, 0, "");
	WAIT_FOR(ff, as_at_first());
}

/* ---- nonsense ---------------------------------------------------------------------------- */

static void what_makes_no_sense_is_refused_in_words_and_changes_nothing(void **state)
{
	static const struct {
		struct ff_command command;
		const char *words;
	} bad[] = {
		{ { .verb = FF_SET_VOLUME, .id = 999 }, "no speaker number 999" },
		{ { .verb = FF_MOVE_SPEAKER, .id = 1, .other = 2 }, "no zone number 2" },
		{ { .verb = FF_REMOVE_SPEAKER, .other = 5 }, "no speaker number 0" },
		{ { .verb = FF_RENAME_SPEAKER, .id = 1, .text = "\xff" }, "not UTF-8" },
		{ { .verb = FF_RENAME_SPEAKER, .id = 1, .text = "" }, "cannot be a name" },
		{ { .verb = FF_RENAME_SPEAKER, .id = 1, .text = "a\033[2Jb" }, "control char" },
		{ { .verb = FF_RENAME_SPEAKER,
		    .id = 1,
		    .text = "012345678901234567890123456789012345678901234567890123456789012"
			    "3" },
		  "cannot be a name" },
		{ { .verb = FF_ADD_SPEAKER, .id = 2, .output = FF_OUT_NULL },
		  "no zone number" },
		{ { .verb = FF_ADD_SPEAKER, .output = FF_OUT_BLUETOOTH }, "its address" },
		{ { .verb = FF_ADD_SPEAKER, .output = FF_OUT_ALSA }, "its device" },
		{ { .verb = FF_ADD_SPEAKER, .output = FF_OUT_FILE, .device = "/tmp/x.mp3" },
		  "ends in .wav" },
		{ { .verb = FF_SET_SOURCE_GAIN, .id = 77 }, "no source number 77" },
		{ { .verb = FF_ADD_SOURCE, .type = "telepathy" }, "no type of source" },
		{ { .verb = FF_ADD_SOURCE, .type = "alsa" }, "cannot do without its device" },
		{ { .verb = FF_ADD_SOURCE, .type = "fifo" }, "cannot do without its path" },
		{ { .verb = FF_ADD_SOURCE, .type = "tone", .device = "kazoo" },
		  "no test sound" },
		{ { .verb = FF_ADD_SOURCE, .type = "tone", .id = 5 }, "no zone number 5" },
		{ { .verb = FF_RESTORE, .id = 1 }, "nothing to bring back" },
		{ { .verb = FF_RESTORE }, "nothing to bring back" },
		{ { .verb = FF_RESTORE_ZONE, .id = 1 }, "nothing to bring back" },
		{ { .verb = FF_ADD_ZONE, .text = "" }, "cannot be a name" },
		{ { .verb = FF_ADD_ZONE, .text = "Out" }, "another zone is called" },
		{ { .verb = FF_RENAME_ZONE, .id = 1, .text = "In" }, "another zone is called" },
		{ { .verb = FF_SET_MASTER, .id = 2 }, "no zone number 2" },
		{ { .verb = FF_REMOVE_ZONE, .id = UINT32_MAX }, "no zone number" },
	};
	uint64_t structure;

	(void)state;
	open_house();
	structure = now.structure;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct ff_command c = bad[i].command;
		uint64_t lines = now.log_count;

		if (c.id == 1 && c.verb <= FF_MOVE_SPEAKER) /* a speaker: any that is there */
			c.id = speaker("A")->id;
		submit(ff, c);
		for (int k = 0; k < 200 && now.log_count == lines; k++)
			play_on(ff, 20 * NS_PER_MS);
		if (now.log_count == lines || !log_has(bad[i].words))
			fail_msg("never said: %s", bad[i].words);
	}
	assert_true(as_at_first());
	assert_int_equal(now.structure, structure);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(fn) cmocka_unit_test_teardown(fn, close_house)
		TEST(who_goes_on_playing_hears_nothing_of_all_the_editing),
		TEST(a_storm_of_volumes_is_not_heard_and_its_last_ones_stand),
		TEST(a_speaker_moves_to_another_zone_and_back_to_its_place),
		TEST(a_removed_speaker_comes_back_as_it_was),
		TEST(an_added_speaker_is_removed_and_restored_by_its_ticket),
		TEST(additions_that_are_refused_are_told_by_their_tickets),
		TEST(a_name_is_changed_and_changed_back),
		TEST(a_zone_comes_is_renamed_and_goes),
		TEST(a_removed_zone_comes_back_with_all_in_it),
		TEST(a_source_is_added_removed_and_restored_by_its_ticket),
		TEST(a_source_changes_its_device_and_back_with_its_format),
		TEST(a_source_named_and_unnamed_is_as_it_was),
		TEST(what_makes_no_sense_is_refused_in_words_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, house_begin, house_end);
}
