/* SPDX-License-Identifier: MIT */
/*
 * Tests of core/store/state.h: what was kept is read as it was written, and
 * what is torn, old or not ours is refused whole, by name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/base/scope.h"
#include "core/store/state.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct state kept(void)
{
	struct state s = {
		.profile = "Küche \"1\"",
		.mark = "0123456789abcdef",
		.muted_all = true,
		.zones_n = 2,
		.sources_n = 1,
		.speakers_n = 2,
		.zones = { { .place = 1, .volume_db = -3.5 }, { .place = 2, .mute = true } },
		.sources = { { .place = 3, .gain_db = 6 } },
		.speakers = { { .place = 1,
				.volume_db = -60,
				.trim_ms = -0.1,
				.mute = true,
				.own_volume = 0,
				.latency_ms = 171.4,
				.reported_ms = 150,
				.measured = "2026-11-21 14:02",
				.microphone = "hw:CARD=Mic",
				.stream = "SBC mono" },
			      { .place = 64,
				.own_volume = PROFILE_VOLUME_ITS,
				.latency_ms = NAN,
				.reported_ms = NAN } },
	};

	return s;
}

static bool same(const struct state *a, const struct state *b)
{
	SCOPED(freep) char *x = NULL;
	SCOPED(freep) char *y = NULL;
	size_t x_len, y_len;

	assert_int_equal(state_text(a, &x, &x_len), 0);
	assert_int_equal(state_text(b, &y, &y_len), 0);
	return !strcmp(x, y);
}

static void bad_files_are_refused_with_what_and_where(void **state)
{
	static const struct {
		const char *text, *words;
	} bad[] = {
		{ "", "needs a setting profile" },
		{ "version = 1; profile = \"P\"; mark = \"m\"; end = true;",
		  "k:1: version 1 is not known" },
		{ "version = 2; mark = \"m\"; end = true;", "needs a setting profile" },
		{ "version = 2; profile = \"P\"; end = true;", "needs a setting mark" },
		{ "version = 2; profile = \"P\"; mark = \"m\";", "needs a setting end" },
		{ "version = 2;\nprofile = 7; mark = \"m\"; end = true;", "k:2: profile" },
		{ "version = 2; profile = \"P\"; mark = \"m\";\nspeakers = ( {\n"
		  "volume_db = 99.0; place = 1; } ); end = true;",
		  "k:3: volume_db: 99 is out of range" },
		{ "version = 2; profile = \"P\"; mark = \"m\"; zones = ( 5 ); end = true;",
		  "group" },
		{ "version = 2; profile = \"P\"; mark = \"m\"; zones = ( { } ); end = true;",
		  "needs a setting place" },
		{ "version = 2; profile = \"P\"; mark = \"m\"; zones = ( {place=1;},{place=1;},"
		  "{place=1;},{place=1;},{place=1;},{place=1;},{place=1;},{place=1;},{place=1;}"
		  "); end = true;",
		  "more than 8 zones" },
		{ "\x01\x02\xff{{{", "k:1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct state s = kept();
		const struct state before = s;
		struct complaint why;

		assert_int_equal(state_parse(bad[i].text, strlen(bad[i].text), "k", &s, &why),
				 -EBADMSG);
		if (!strstr(why.text, bad[i].words))
			fail_msg("%zu: \"%s\" does not say \"%s\"", i, why.text, bad[i].words);
		assert_memory_equal(&s, &before, sizeof(s));
	}
}

static void what_is_kept_is_read_as_it_was_written(void **state)
{
	SCOPED(freep) char *text = NULL;
	struct state s = kept(), again;
	struct complaint why;
	size_t len;

	(void)state;
	assert_int_equal(state_text(&s, &text, &len), 0);
	assert_int_equal(state_parse(text, len, "k", &again, &why), 0);
	assert_string_equal(why.text, "");
	assert_true(same(&s, &again));
	assert_string_equal(again.profile, "Küche \"1\"");
	assert_true(again.muted_all);
	assert_int_equal(again.speakers[0].own_volume, 0);
	assert_true(again.speakers[1].own_volume == PROFILE_VOLUME_ITS);
	assert_float_equal(again.speakers[0].trim_ms, -0.1, 1e-9);
	assert_float_equal(again.speakers[0].latency_ms, 171.4, 1e-9);
	assert_float_equal(again.speakers[0].reported_ms, 150, 1e-9);
	assert_string_equal(again.speakers[0].measured, "2026-11-21 14:02");
	assert_string_equal(again.speakers[0].microphone, "hw:CARD=Mic");
	assert_string_equal(again.speakers[0].stream, "SBC mono");
	assert_true(isnan(again.speakers[1].latency_ms));
	assert_true(isnan(again.speakers[1].reported_ms));
}

/* Wherever a write was torn off: the whole of it, or nothing. */
static void a_torn_file_is_never_taken_for_a_whole_one(void **state)
{
	SCOPED(freep) char *text = NULL;
	struct state s = kept();
	uint32_t refused = 0;
	size_t len;

	(void)state;
	assert_int_equal(state_text(&s, &text, &len), 0);
	for (size_t n = 0; n < len; n++) {
		struct complaint why;
		struct state again;

		if (state_parse(text, n, "k", &again, &why) == 0) {
			assert_true(same(&s, &again));
			continue;
		}
		assert_true(why.text[0] != '\0');
		refused++;
	}
	assert_true(refused > len - 5); /* but for the very last characters */
}

static void a_mark_is_another_when_the_profile_is(void **state)
{
	SCOPED(profile_freep) struct profile *p = profile_new("P");
	char one[STATE_MARK_MAX], two[STATE_MARK_MAX];

	(void)state;
	assert_int_equal(state_mark(p, one), 0);
	assert_int_equal(state_mark(p, two), 0);
	assert_string_equal(one, two);
	p->zones[0].volume_db = -0.5;
	assert_int_equal(state_mark(p, two), 0);
	assert_string_not_equal(one, two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_files_are_refused_with_what_and_where),
		cmocka_unit_test(what_is_kept_is_read_as_it_was_written),
		cmocka_unit_test(a_torn_file_is_never_taken_for_a_whole_one),
		cmocka_unit_test(a_mark_is_another_when_the_profile_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
