/* SPDX-License-Identifier: MIT */
/*
 * Tests of the click train by ear: who sounds, and that a change of a delay
 * falls between two clicks. What was heard is read from the recordings.
 */
#include "tests/control/house.h"

#include "core/control/clicks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct ff *ff;

static void open_house(void)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "version = 1; zones = ("
		 " { name = \"In\"; sources = ( { type = \"tone\"; tone = \"pink\"; } );"
		 "   speakers = ( { name = \"Left\"; output = \"file\"; path = \"%s\"; },"
		 "     { name = \"Right\"; output = \"file\"; path = \"%s\"; mute = true;"
		 "       latency_ms = 0.0; },"
		 "     { name = \"Far\"; output = \"null\"; latency_ms = 120.0; } ); },"
		 " { name = \"Out\"; sources = ( { type = \"tone\"; tone = \"pink\"; } );"
		 "   speakers = ( { name = \"Else\"; output = \"null\"; }"
		 " ); } );",
		 path_of("left.wav"), path_of("right.wav"));
	write_file("clicks.conf", text);
	ff = open_profile("clicks.conf");
	WAIT_FOR(ff, now.speakers_n == 4 && speaker("Left")->level.peak_db[0] > -50 &&
			     speaker("Else")->level.peak_db[0] > -50 &&
			     speaker("Right")->state == FF_PLAYING);
}

static int close_house(void **state)
{
	(void)state;
	ff_close(ff);
	ff = NULL;
	return 0;
}

static void clicks(bool on)
{
	submit(ff, (struct ff_command){ .verb = FF_CLICKS,
					.id = speaker("Right")->id,
					.other = speaker("Left")->id,
					.flag = on });
}

static void trim(float ms)
{
	submit(ff, (struct ff_command){
			   .verb = FF_SET_TRIM, .id = speaker("Right")->id, .value = ms });
}

/* ---- on the tape --------------------------------------------------------------------------
 */

struct click {
	int64_t frame; /* of its peak, on the timeline */
	float peak;
};

/* The clicks of a tape between two frames of it; returns how many. */
static int find_clicks(const float *tape, sf_count_t from, sf_count_t to, uint64_t start,
		       struct click *ret, int most)
{
	int n = 0;

	for (sf_count_t i = from; i < to && n < most; i++) {
		sf_count_t best = i;

		if (fabsf(tape[2 * i]) < 0.05f)
			continue;
		for (sf_count_t k = i; k < to && k < i + 200; k++)
			if (fabsf(tape[2 * k]) > fabsf(tape[2 * best]))
				best = k;
		ret[n++] = (struct click){ (int64_t)start + best, fabsf(tape[2 * best]) };
		i += 2000; /* a second one within 45 ms would be a doubled one: found below */
	}
	return n;
}

/* Sound outside of clicks: frames over -80 dBFS farther than 3 ms from any. */
static int stray(const float *tape, sf_count_t from, sf_count_t to, uint64_t start,
		 const struct click *c, int n)
{
	int found = 0;

	for (sf_count_t i = from; i < to; i++) {
		bool near = false;

		for (int k = 0; k < n; k++)
			near |= llabs((int64_t)start + i - c[k].frame) < 3 * RATE / 1000;
		found += !near && fabsf(tape[2 * i]) > 1e-4f;
	}
	return found;
}

static void a_change_of_trim_falls_between_two_clicks(void **state)
{
	static float left[2 * 40 * RATE], right[2 * 40 * RATE];
	static const float trims[] = { 1.0f, 11.0f, 10.9f, 0.0f };
	static const int64_t frames[] = { 0, 44, 485, 481 };
	struct click l[32], r[32];
	sf_count_t ln, rn, from_l, to_l, from_r, to_r;
	uint64_t ls, rs, on_at, off_at;
	int l_n, r_n, step = 0, seen[ARRAY_SIZE(frames) + 1] = { 0 };

	(void)state;
	open_house();
	submit(ff, (struct ff_command){ .verb = FF_SET_MUTE, .id = speaker("Right")->id });
	play_on(ff, 1500 * NS_PER_MS);
	clicks(true);
	WAIT_FOR(ff, now.clicks_speaker == speaker("Right")->id &&
			     now.clicks_reference == speaker("Left")->id);
	assert_false(speaker("Far")->audible);
	assert_false(speaker("Else")->audible);
	assert_true(speaker("Left")->audible && speaker("Right")->audible);
	play_on(ff, 500 * NS_PER_MS);
	on_at = now.cycles * now.period;
	for (size_t i = 0; i < ARRAY_SIZE(trims); i++) {
		/* at every phase of the second, also close to a click */
		play_on(ff, 2300 * NS_PER_MS);
		trim(trims[i]);
	}
	play_on(ff, 2300 * NS_PER_MS);
	off_at = now.cycles * now.period;
	clicks(false);
	WAIT_FOR(ff, now.clicks_speaker == 0 && now.clicks_reference == 0);
	assert_false(speaker("Far")->level.peak_db[0] > 0);
	play_on(ff, 1500 * NS_PER_MS);
	close_house(NULL);

	ln = read_tape(path_of("left.wav"), left, 40 * RATE);
	rn = read_tape(path_of("right.wav"), right, 40 * RATE);
	ls = find_start(left, RATE);
	rs = find_start(right, RATE);
	from_l = (sf_count_t)(on_at - ls);
	to_l = (sf_count_t)(off_at - ls);
	from_r = (sf_count_t)(on_at - rs);
	to_r = (sf_count_t)(off_at - rs);
	assert_true(to_l < ln && to_r < rn);
	l_n = find_clicks(left, from_l, to_l, ls, l, 32);
	r_n = find_clicks(right, from_r, to_r, rs, r, 32);
	assert_true(l_n >= 10);
	assert_int_equal(l_n, r_n);
	assert_int_equal(stray(left, from_l, to_l, ls, l, l_n), 0);
	assert_int_equal(stray(right, from_r, to_r, rs, r, r_n), 0);
	for (int i = 0; i < l_n; i++) {
		int64_t apart = r[i].frame - l[i].frame;

		/* the reference never moves, and every click is whole */
		assert_int_equal((l[i].frame - l[0].frame) % RATE, 0);
		assert_true(fabsf(r[i].peak - l[i].peak) < 0.001f);
		while (step < (int)ARRAY_SIZE(frames) && apart != frames[step])
			step++;
		if (step == ARRAY_SIZE(frames)) { /* the last trim is none again */
			assert_int_equal(apart, 0);
			seen[step]++;
		} else {
			seen[step]++;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(seen); i++)
		assert_true(seen[i] >= 1);
}

static void who_asked_to_hear_two_hears_them_though_muted(void **state)
{
	(void)state;
	open_house();
	clicks(true);
	WAIT_FOR(ff, now.clicks_speaker && speaker("Right")->audible &&
			     speaker("Right")->level.peak_db[0] > -40);
	submit(ff, (struct ff_command){ .verb = FF_MUTE_ALL, .flag = true });
	WAIT_FOR(ff, !speaker("Right")->audible && !speaker("Left")->audible);
	submit(ff, (struct ff_command){ .verb = FF_MUTE_ALL });
	clicks(false);
	WAIT_FOR(ff, !speaker("Right")->audible && speaker("Left")->audible &&
			     speaker("Else")->audible);
	assert_true(speaker("Right")->mute);
	assert_false(now.modified);
}

static void clicks_end_when_one_of_the_two_leaves(void **state)
{
	(void)state;
	open_house();
	clicks(true);
	WAIT_FOR(ff, now.clicks_speaker);
	submit(ff, (struct ff_command){
			   .verb = FF_MOVE_SPEAKER, .id = speaker("Right")->id, .other = 1 });
	WAIT_FOR(ff, !now.clicks_speaker && log_has("the clicks end"));
	clicks(true); /* in different zones now */
	WAIT_FOR(ff, log_has("different zones"));
	submit(ff, (struct ff_command){
			   .verb = FF_MOVE_SPEAKER, .id = speaker("Right")->id, .other = 0 });
	clicks(true);
	WAIT_FOR(ff, now.clicks_speaker);
	submit(ff, (struct ff_command){ .verb = FF_REMOVE_SPEAKER, .id = speaker("Left")->id });
	WAIT_FOR(ff, !now.clicks_speaker && now.speakers_n == 3);
	WAIT_FOR(ff, speaker("Else")->audible);
}

static void clicks_for_nobody_or_one_alone_are_refused(void **state)
{
	uint32_t id;

	(void)state;
	open_house();
	id = speaker("Left")->id;
	submit(ff,
	       (struct ff_command){ .verb = FF_CLICKS, .id = id, .other = id, .flag = true });
	WAIT_FOR(ff, log_has("with itself"));
	submit(ff, (struct ff_command){ .verb = FF_CLICKS, .id = id, .flag = true });
	WAIT_FOR(ff, log_has("no speaker number 0 to compare"));
	assert_int_equal(now.clicks_speaker, 0);
}

static void a_quiet_moment_has_no_click_in_the_line(void **state)
{
	(void)state;
	for (uint32_t longest = 0; longest < 40000; longest += 977) {
		for (uint64_t frame = 0; frame < 3 * 48000; frame += 101) {
			uint64_t at = clicks_quiet_at(frame, 48000, longest);
			uint64_t last;

			if (longest + 6000 + 2 * 96 >= 48000) {
				assert_true(at == UINT64_MAX);
				continue;
			}
			assert_true(at >= frame && at < frame + 48000 + longest);
			last = at / 48000 * 48000; /* the click before, and the next */
			assert_true(at - last > longest + 96 || at < longest);
			assert_true(last + 48000 > at + 6000 + 96);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(fn) cmocka_unit_test_teardown(fn, close_house)
		cmocka_unit_test(a_quiet_moment_has_no_click_in_the_line),
		TEST(a_change_of_trim_falls_between_two_clicks),
		TEST(who_asked_to_hear_two_hears_them_though_muted),
		TEST(clicks_end_when_one_of_the_two_leaves),
		TEST(clicks_for_nobody_or_one_alone_are_refused),
	};

	return cmocka_run_group_tests(tests, house_begin, house_end);
}
