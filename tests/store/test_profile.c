/* SPDX-License-Identifier: MIT */
/* Profiles that are right: read, changed, written and read again. */
#include "core/store/profile.h"
#include "core/store/write.h"
#include "tests/store/folder.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct profile *parsed(const char *text, struct complaint *why)
{
	struct profile *p = NULL;
	struct complaint own;
	int r;

	why = why ? why : &own;
	r = profile_parse(text, strlen(text), "some/Party.conf", &p, why);
	if (r < 0)
		fail_msg("%d: %s", r, why->text);
	return p;
}

static char *written(const struct profile *p)
{
	char *text;
	size_t len;

	assert_int_equal(write_profile(p, &text, &len), 0);
	assert_int_equal(strlen(text), len);
	return text;
}

/* The example of the design, as it stands there. */
static const char example[] =
	"version = 1;\n"
	"rate = 44100;\n"
	"zones = ( { name = \"Outside\";\n"
	"  sources  = ( { type = \"alsa\"; device = \"hw:CARD=Device\"; gain_db = 0.0; } );\n"
	"  speakers = (\n"
	"    { name = \"Patio\";    output = \"bluetooth\"; address = \"00:11:22:33:44:55\"; "
	"volume_db = -6.0; map = \"stereo\";\n"
	"      latency_ms = 182.4; trim_ms = 0.0; },\n"
	"    { name = \"Backyard\"; output = \"bluetooth\"; address = \"00:11:22:33:44:66\"; "
	"adapter = \"AA:BB:CC:00:11:22\";\n"
	"      volume_db = 0.0; map = \"mono\"; },\n"
	"    { name = \"Kitchen\";  output = \"bluetooth\"; address = \"00:11:22:33:44:77\"; "
	"volume_db = -12.0; map = \"mono\"; } ); } );\n";

static void the_example_reads_as_it_says(void **state)
{
	struct complaint why;
	SCOPED(profile_freep) struct profile *p = parsed(example, &why);
	const struct profile_zone *z = &p->zones[0];

	(void)state;
	assert_string_equal(why.text, "");
	assert_string_equal(p->name, "Party");
	assert_int_equal(p->rate, 44100);
	assert_int_equal(p->period, 512);
	assert_int_equal(p->zones_n, 1);
	assert_string_equal(z->name, "Outside");
	assert_int_equal(z->sources_n, 1);
	assert_int_equal(z->sources[0].type, SOURCE_ALSA);
	assert_string_equal(z->sources[0].device, "hw:CARD=Device");
	assert_int_equal(z->sources[0].rate, 0);
	assert_int_equal(z->sources[0].channels, 2);
	assert_int_equal(z->speakers_n, 3);
	assert_string_equal(z->speakers[0].address, "00:11:22:33:44:55");
	assert_true(z->speakers[0].volume_db == -6.0);
	assert_true(z->speakers[0].latency_ms == 182.4);
	assert_int_equal(z->speakers[0].map, PROFILE_STEREO);
	assert_string_equal(z->speakers[1].adapter, "AA:BB:CC:00:11:22");
	assert_true(isnan(z->speakers[1].latency_ms));
	assert_int_equal(z->speakers[2].map, PROFILE_MONO);
	assert_int_equal(z->speakers[2].bitpool, 0);
	assert_int_equal(z->speakers[2].own_volume, PROFILE_VOLUME_ITS);
	assert_false(z->speakers[2].mute);
}

static void every_setting_survives_being_written(void **state)
{
	static const char text[] =
		"# Written by Fanfare. When it saves again, comments in this file are lost.\n"
		"version = 1;\nrate = 48000;\nperiod = 256;\nzones = (\n  {\n"
		"    name = \"In \\\"quotes\\\" and \\\\\";\n    volume_db = -3.25;\n"
		"    sources = (\n"
		"      {\n        type = \"alsa\";\n        name = \"Line in\";\n"
		"        device = \"hw:1\";\n        rate = 96000;\n        channels = 1;\n"
		"        gain_db = 1.5;\n      },\n"
		"      {\n        type = \"command\";\n        command = \"sox -q 'a b' -\";\n"
		"        format = \"float\";\n        rate = 8000;\n        channels = 8;\n    "
		"  },\n"
		"      {\n        type = \"fifo\";\n        path = \"/tmp/x\";\n"
		"        format = \"s24\";\n      },\n"
		"      {\n        type = \"tone\";\n        tone = \"silence\";\n      },\n"
		"      {\n        type = \"pulse\";\n      },\n"
		"      {\n        type = \"stdin\";\n        format = \"s32\";\n      },\n"
		"      {\n        type = \"bluetooth\";\n      },\n"
		"      {\n        type = \"bluetooth\";\n        name = \"Anna\";\n"
		"        address = \"00:11:22:33:44:CC\";\n"
		"        adapter = \"00:11:22:33:44:BB\";\n        gain_db = -3.0;\n      "
		"}\n    );\n"
		"    speakers = (\n"
		"      {\n        name = \"Garten-Überdachung\";\n        output = "
		"\"bluetooth\";\n"
		"        address = \"00:11:22:33:44:AA\";\n"
		"        adapter = \"00:11:22:33:44:BB\";\n        volume_db = -6.0;\n"
		"        mute = true;\n        map = \"swapped\";\n        latency_ms = 0.0;\n"
		"        trim_ms = -0.1;\n        bitpool = 35;\n"
		"        own_volume = 0;\n      },\n"
		"      {\n        name = \"File\";\n        output = \"file\";\n"
		"        path = \"/tmp/a.wav\";\n      },\n"
		"      {\n        name = \"Sim\";\n        output = \"simulated\";\n"
		"        simulated = {\n          latency_ms = 1999.9999;\n"
		"          reported_ms = 0.0;\n          clock_ppm = -499.5;\n"
		"          loss_percent = 0.0001;\n        };\n      },\n"
		"      {\n        name = \"Nothing\";\n        output = \"null\";\n      }\n"
		"    );\n  }\n);\n";
	struct complaint why;
	SCOPED(profile_freep) struct profile *p = parsed(text, &why);
	SCOPED(freep) char *again = written(p);

	(void)state;
	assert_string_equal(why.text, "");
	assert_string_equal(again, text);
}

static void whole_numbers_are_numbers(void **state)
{
	SCOPED(profile_freep)
	struct profile *p = parsed(
		"version = 1; zones = ( { volume_db = -6; sources = ( { type = \"tone\"; "
		"gain_db "
		"= 0x6; } ); speakers = ( { name = \"A\"; output = \"null\"; latency_ms = 5L; "
		"trim_ms = -1e1; } ); } )",
		NULL);

	(void)state;
	assert_true(p->zones[0].volume_db == -6.0);
	assert_true(p->zones[0].sources[0].gain_db == 6.0);
	assert_true(p->zones[0].speakers[0].latency_ms == 5.0);
	assert_true(p->zones[0].speakers[0].trim_ms == -10.0);
}

static void odd_files_that_can_be_read_are(void **state)
{
	struct complaint why;
	struct profile *p;

	(void)state;
	/* a byte order mark, DOS line ends, commas before brackets, no newline at the end */
	p = parsed(
		"\xef\xbb\xbfversion = 1;\r\nzones = ( { sources = ( { type = \"tone\" }, ); "
		"speakers = ( { name = \"A, b\", output = \"null\" }, // one\r\n ), }, ) # end",
		&why);
	assert_string_equal(why.text, "");
	assert_string_equal(p->zones[0].speakers[0].name, "A, b");
	profile_free(p);
	/* brackets, quotes and @include in comments and texts are nothing */
	p = parsed("/* ({[ \" */ version = 1; # ({[ \" @include\n// ]})\nzones = ( { name = "
		   "\"({[ @include \\\" \"; } );",
		   NULL);
	assert_string_equal(p->zones[0].name, "({[ @include \" ");
	profile_free(p);
}

static void unknown_settings_are_warned_of_with_their_line(void **state)
{
	struct complaint why;
	SCOPED(profile_freep)
	struct profile *p =
		parsed("version = 1;\ncolour = \"red\";\nzones = ( { sources = ( { type = "
		       "\"tone\"; } ); speakers = ( { name = \"A\"; output = \"null\";\n"
		       "volum_db = -6.0;\nbitpool = 5; Map = \"mono\"; } ); } );",
		       &why);

	(void)state;
	assert_string_equal(
		why.text,
		"some/Party.conf:2: warning: unknown setting colour of a profile\n"
		"some/Party.conf:4: warning: unknown setting volum_db, did you mean "
		"volume_db?\n"
		"some/Party.conf:5: warning: bitpool means nothing where output is "
		"\"null\"\n"
		"some/Party.conf:5: warning: unknown setting Map, did you mean map?\n");
	assert_true(p->zones[0].speakers[0].volume_db == 0);
	assert_int_equal(p->zones[0].speakers[0].bitpool, 0);
}

static void silence_by_mistake_is_warned_of(void **state)
{
	struct complaint why;
	SCOPED(profile_freep) struct profile *p = parsed("zones = (\n{ } );", &why);

	(void)state;
	assert_string_equal(why.text,
			    "some/Party.conf: warning: no version given, taken as 1\n"
			    "some/Party.conf:2: warning: zone \"Zone 1\" has no sources\n"
			    "some/Party.conf:2: warning: zone \"Zone 1\" has no speakers\n");
	assert_string_equal(p->zones[0].name, "Zone 1");
}

static void numbers_are_written_without_noise(void **state)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = {
		{ (double)-6.0f, "volume_db = -6.0;" }, { (double)-6.2f, "volume_db = -6.2;" },
		{ -59.99999, "volume_db = -60.0;" },	{ 0.125, "volume_db = 0.125;" },
		{ 1.0 / 3, "volume_db = 0.3333;" },	{ -60, "volume_db = -60.0;" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		SCOPED(profile_freep) struct profile *p = profile_new("x"), *again = NULL;
		SCOPED(freep) char *text = NULL;

		p->zones[0].volume_db = cases[i].value;
		text = written(p);
		assert_non_null(strstr(text, cases[i].text));
		assert_int_equal(profile_parse(text, strlen(text), "x", &again, NULL), 0);
		assert_true(profile_equal(p, again));
	}
}

/* A locale with a decimal comma, made here: few machines have one ready. */
static void a_decimal_comma_locale_changes_nothing(void **state)
{
	struct folder f;
	char command[200];

	(void)state;
	folder_init(&f);
	snprintf(command, sizeof(command), "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8",
		 f.path);
	assert_int_equal(system(command), 0);
	setenv("LOCPATH", f.path, 1);
	assert_non_null(setlocale(LC_ALL, "de_DE.UTF-8"));
	assert_string_equal(localeconv()->decimal_point, ",");
	{
		SCOPED(profile_freep) struct profile *p = parsed(example, NULL);
		SCOPED(freep) char *text = written(p);

		assert_true(p->zones[0].speakers[0].latency_ms == 182.4);
		assert_non_null(strstr(text, "latency_ms = 182.4;"));
		assert_string_equal(localeconv()->decimal_point, ",");
	}
	setlocale(LC_ALL, "C");
	unsetenv("LOCPATH");
	folder_done(&f);
}

static void copies_are_equal_and_apart(void **state)
{
	SCOPED(profile_freep) struct profile *p = parsed(example, NULL);
	SCOPED(profile_freep) struct profile *copy = profile_copy(p);

	(void)state;
	assert_true(profile_equal(p, copy));
	copy->zones[0].speakers[1].map = PROFILE_LEFT;
	assert_false(profile_equal(p, copy));
	assert_int_equal(p->zones[0].speakers[1].map, PROFILE_MONO);
	copy->zones[0].speakers[1].map = PROFILE_MONO;
	/* what a bluetooth speaker does not have is not compared, as it is not written */
	strcpy(copy->zones[0].speakers[1].device, "left over");
	assert_true(profile_equal(p, copy));
	copy->zones[0].speakers[0].latency_ms = NAN;
	assert_false(profile_equal(p, copy));
	profile_free(NULL);
}

static void differences_of_every_kind_are_seen(void **state)
{
	SCOPED(profile_freep) struct profile *p = parsed(example, NULL);

	(void)state;
#define DIFFERS(change)                                                    \
	do {                                                               \
		SCOPED(profile_freep) struct profile *q = profile_copy(p); \
		struct profile_zone *z = &q->zones[0];                     \
		(void)z;                                                   \
		change;                                                    \
		assert_false(profile_equal(p, q));                         \
	} while (0)
	DIFFERS(strcpy(q->name, "Other"));
	DIFFERS(q->rate = 48000);
	DIFFERS(q->period = 256);
	DIFFERS(q->zones_n = 2);
	DIFFERS(z->volume_db = 0.001);
	DIFFERS(strcpy(z->name, "x"));
	DIFFERS(z->sources[0].gain_db = 1);
	DIFFERS(z->sources[0].type = SOURCE_PULSE);
	DIFFERS(z->speakers[0].mute = true);
	DIFFERS(profile_remove_speaker(z, 2));
	DIFFERS(profile_add_source(q, z));
}

static void speakers_are_taken_out_in_order(void **state)
{
	SCOPED(profile_freep) struct profile *p = parsed(example, NULL);
	struct profile_zone *z = &p->zones[0];

	(void)state;
	profile_remove_speaker(z, 3); /* there is none */
	assert_int_equal(z->speakers_n, 3);
	profile_remove_speaker(z, 1);
	assert_int_equal(z->speakers_n, 2);
	assert_string_equal(z->speakers[0].name, "Patio");
	assert_string_equal(z->speakers[1].name, "Kitchen");
	profile_remove_speaker(z, 1);
	profile_remove_speaker(z, 0);
	profile_remove_speaker(z, 0);
	assert_int_equal(z->speakers_n, 0);
}

static void there_is_room_for_so_many_and_no_more(void **state)
{
	SCOPED(profile_freep) struct profile *p = profile_new("Big");

	(void)state;
	for (int i = 0; i < PROFILE_SPEAKERS; i++) {
		struct profile_speaker *s = profile_add_speaker(p, &p->zones[0]);

		assert_non_null(s);
		assert_true(isnan(s->latency_ms));
		assert_true(isnan(s->simulation.reported_ms));
	}
	assert_null(profile_add_speaker(p, &p->zones[0]));
	for (int i = 0; i < PROFILE_SOURCES; i++)
		assert_int_equal(profile_add_source(p, &p->zones[0])->channels, 2);
	assert_null(profile_add_source(p, &p->zones[0]));
}

static void long_names_are_cut_at_a_character(void **state)
{
	char name[100] = "";
	SCOPED(profile_freep) struct profile *p = NULL;

	(void)state;
	for (int i = 0; i < 30; i++)
		strcat(name, "€"); /* 3 bytes; 21 fit into 63 */
	p = profile_new(name);
	assert_int_equal(strlen(p->name), 63);
	profile_free(TAKE(p));
	memmove(name + 1, name, sizeof(name) - 1);
	name[0] = 'x';
	p = profile_new(name);
	assert_int_equal(strlen(p->name), 61); /* one byte stands before them */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_reads_as_it_says),
		cmocka_unit_test(every_setting_survives_being_written),
		cmocka_unit_test(whole_numbers_are_numbers),
		cmocka_unit_test(odd_files_that_can_be_read_are),
		cmocka_unit_test(unknown_settings_are_warned_of_with_their_line),
		cmocka_unit_test(silence_by_mistake_is_warned_of),
		cmocka_unit_test(numbers_are_written_without_noise),
		cmocka_unit_test(a_decimal_comma_locale_changes_nothing),
		cmocka_unit_test(copies_are_equal_and_apart),
		cmocka_unit_test(differences_of_every_kind_are_seen),
		cmocka_unit_test(speakers_are_taken_out_in_order),
		cmocka_unit_test(there_is_room_for_so_many_and_no_more),
		cmocka_unit_test(long_names_are_cut_at_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
