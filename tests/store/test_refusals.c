/* SPDX-License-Identifier: MIT */
/* Profiles that are wrong: each is refused whole, and what is wrong is said with its line. */
#include "core/store/profile.h"
#include "tests/store/folder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <cmocka.h>

/* One speaker with settings in line 2. */
#define SPEAKER(settings)                                                      \
	"version = 1; zones = ( { sources = ( { type = \"tone\"; } );\n"       \
	"speakers = ( { name = \"A\"; output = \"simulated\"; " settings " } " \
	"); } );\n"
/* And one over Bluetooth. */
#define SPEAKER_AT(settings)                                              \
	"version = 1; zones = ( { sources = ( { type = \"tone\"; } );\n"  \
	"speakers = ( { name = \"A\"; output = \"bluetooth\"; address = " \
	"\"00:11:22:33:44:55\"; " settings " } ); } );\n"
#define SOURCE(settings)                                             \
	"version = 1; zones = ( { sources = ( { " settings " } );\n" \
	"speakers = ( { name = \"A\"; output = \"null\"; } ); } );\n"
#define TOP(settings)                                                                 \
	"version = 1; " settings " zones = ( { sources = ( { type = \"tone\"; } );\n" \
	"speakers = ( { name = \"A\"; output = \"null\"; } ); } );\n"

static int refusal(const char *text, size_t len, struct complaint *why)
{
	struct profile *p = (struct profile *)why; /* any address: it must stay */
	struct profile *before = p;
	int r = profile_parse(text, len, "t.conf", &p, why);

	if (r == 0)
		fail_msg("accepted: %.200s", text);
	assert_ptr_equal(p, before);
	return r;
}

static void refused(const char *text, const char *words)
{
	struct complaint why;

	assert_int_equal(refusal(text, strlen(text), &why), -EBADMSG);
	if (!strstr(why.text, words))
		fail_msg("expected \"%s\"\nfound: %s\nfor: %s", words, why.text, text);
}

static void brackets_that_do_not_match_are_told_with_both_lines(void **state)
{
	(void)state;
	refused("zones = (\n{ name = \"x\";\n", "t.conf:2: the { opened here is never closed");
	refused("zones = (\n{ name = \"x\";\n);",
		"t.conf:3: expected } to close the { of line 2");
	refused("zones = ( );\n}", "t.conf:2: } closes nothing");
	refused("zones = ( { name = \"a\"; }\n{ name = \"b\"; } );",
		"t.conf:2: a comma is missing between } and {");
}

static void quotes_and_comments_that_do_not_end_are_told_where_they_begin(void **state)
{
	(void)state;
	refused("version = 1;\nname = \"Patio;\nrate = 44100;",
		"t.conf:2: a closing \" is missing");
	refused("version = 1;\n/* all that follows\nrate = 44100;", "t.conf:2: the comment");
	refused("a = \"no end\\\"", "t.conf:1: a closing \"");
}

static void syntax_errors_quote_the_line(void **state)
{
	(void)state;
	refused("version = 1;\nrate = = 44100;",
		"t.conf:2: syntax error, at or before: rate = =");
	refused("version = 1;\nversion = 1;", "t.conf:2: duplicate setting name");
	refused("version 1;", "t.conf:1: syntax error");
	refused("$", "t.conf:1: syntax error");
}

static void words_without_quotes_are_told_as_such(void **state)
{
	(void)state;
	refused(SPEAKER("map = mono;"), "t.conf:2: expected a number, true, false or \"text");
	refused(SPEAKER("volume_db = nan;"), "found nan");
	refused(SPEAKER("volume_db = inf;"), "found inf");
	refused(SPEAKER("volume_db = -nan;"), "t.conf:2: ");
}

static void wrong_types_name_what_was_expected_and_what_was_found(void **state)
{
	(void)state;
	refused(SPEAKER("volume_db = \"-6\";"),
		"t.conf:2: volume_db: expected a number such as -6.0, found a string \"-6\"");
	refused(SPEAKER("mute = 1;"), "t.conf:2: mute: expected true or false, found a whole");
	refused(SPEAKER("mute = \"yes\";"), "mute: expected true or false, found a string");
	refused(SPEAKER("map = 2;"), "map: expected a word in quotes, found a whole number");
	refused(SPEAKER("trim_ms = [ 1, 2 ];"),
		"trim_ms: expected a number such as -2.5, found an array");
	refused(SPEAKER("simulated = 5;"), "simulated: expected a group");
	refused(SPEAKER("simulated = { latency_ms = true; };"),
		"latency_ms: expected a number such as 180.0, found a boolean");
	refused(TOP("rate = 44100.0;"),
		"rate: expected a whole number such as 44100, found a number");
	refused("version = \"1\"; zones = ( { } );",
		"version: expected a whole number such as 1");
	refused("version = 1; zones = { };", "zones: expected a list");
	refused("version = 1; zones = ( 5 );", "zones: expected a group { … }, found a whole");
	refused("version = 1; zones = ( { speakers = [ \"A\" ]; } );",
		"speakers: expected a list");
	refused("version = 1; zones = ( { sources = ( \"x\" ); } );",
		"sources: expected a group");
}

static void values_out_of_range_name_the_range(void **state)
{
	(void)state;
	refused(SPEAKER("volume_db = 40;"),
		"t.conf:2: volume_db: 40 is out of range, -60 to 12");
	refused(SPEAKER("volume_db = -60.1;"), "out of range");
	refused(SPEAKER("volume_db = 1e999;"), "inf is out of range");
	refused(SPEAKER("volume_db = -1e999;"), "-inf is out of range");
	refused(SPEAKER("latency_ms = -1;"), "latency_ms: -1 is out of range, 0 to 2000");
	refused(SPEAKER("trim_ms = 501;"), "trim_ms: 501 is out of range, -500 to 500");
	refused(SPEAKER("simulated = { loss_percent = 101; };"), "0 to 100");
	refused(SPEAKER("simulated = { clock_ppm = 501.0; };"), "-500 to 500");
	refused(TOP("rate = 96000;"), "t.conf:1: rate: 96000 is none of 32000, 44100, 48000");
	refused(TOP("rate = 40000;"), "rate: 40000 is none of 32000, 44100, 48000");
	refused(TOP("rate = 12345;"), "rate: 12345 is none of 32000, 44100, 48000");
	refused(TOP("rate = -1;"), "rate: -1 is none of 32000, 44100, 48000");
	refused(SPEAKER_AT("own_volume = 128;"), "own_volume: 128 is out of range, 0 to 127");
	refused(SPEAKER_AT("own_volume = -1;"), "own_volume: -1 is out of range, 0 to 127");
	refused(SPEAKER_AT("own_volume = 6.5;"), "own_volume: expected a whole number");
	refused(TOP("period = 0;"), "period: 0 is out of range, 64 to 4096");
	refused(SOURCE("type = \"fifo\"; path = \"/x\"; channels = 9;"), "1 to 8");
	refused(SOURCE("type = \"fifo\"; path = \"/x\"; rate = 7999;"), "8000 to 192000");
	refused(SOURCE("type = \"tone\"; gain_db = 24.5;"), "-60 to 24");
}

static void integers_that_libconfig_would_wrap_or_read_as_octal_are_refused(void **state)
{
	(void)state;
	refused(TOP("rate = 4294967296044100;"), "4294967296044100 is too large a number");
	refused(TOP("rate = 99999999999999999999999999;"), "is too large a number");
	refused(TOP("rate = 0xFFFFFFFFF;"), "0xFFFFFFFFF is too large");
	refused(TOP("period = 0512;"), "write 0512 without the leading 0");
}

static void unknown_words_list_the_known_ones_and_guess(void **state)
{
	(void)state;
	refused(SPEAKER("map = \"steroe\";"),
		"t.conf:2: map: \"steroe\" is not known, did you mean \"stereo\"? "
		"(stereo, mono, left, right, swapped)");
	refused(SPEAKER("map = \"MONO\";"), "did you mean \"mono\"?");
	refused(SPEAKER("map = \"surround\";"),
		"\"surround\" is not known, expected one of stereo, mono");
	refused(SOURCE("type = \"bluetooth\"; address = \"Anna\";"),
		"address: expected an address such as");
	refused(SOURCE("type = \"bluetooth\"; adapter = \"hci0\";"),
		"adapter: expected an address such as");
	refused(SOURCE("type = \"sdtin\";"), "did you mean \"stdin\"?");
	refused(SOURCE("type = \"tone\"; tone = \"pnik\";"), "did you mean \"pink\"?");
}

static void names_and_addresses_stand_once(void **state)
{
	(void)state;
	refused("version = 1; zones = ( { speakers = ( { name = \"A\"; output = \"null\"; },\n"
		"{ name = \"A\"; output = \"null\"; } ); } );",
		"t.conf:2: the speaker name \"A\" is taken by line 1");
	refused("version = 1; zones = ( { name = \"X\"; speakers = ( { name = \"A\"; output = "
		"\"bluetooth\"; address = \"00:11:22:33:44:5a\"; } ); },\n"
		"{ name = \"Y\"; speakers = (\n"
		"{ name = \"B\"; output = \"bluetooth\";\n"
		"address = \"00:11:22:33:44:5A\"; } ); } );",
		"t.conf:4: the address 00:11:22:33:44:5A is taken by line 1");
	refused("version = 1; zones = ( { name = \"X\"; },\n{ name = \"X\"; } );",
		"t.conf:2: the zone name \"X\" is taken by line 1");
}

static void what_a_kind_needs_is_asked_for(void **state)
{
	(void)state;
	refused("version = 1; zones = ( { speakers = (\n{ output = \"null\"; } ); } );",
		"t.conf:2: this speaker needs a setting name");
	refused("version = 1; zones = ( { speakers = ( { name = \"A\"; } ); } );",
		"this speaker needs a setting output");
	refused("version = 1; zones = ( { speakers = ( { name = \"A\"; output = \"bluetooth\"; "
		"} "
		"); } );",
		"this bluetooth speaker needs a setting address");
	refused("version = 1; zones = ( { speakers = ( { name = \"A\"; output = \"file\"; } ); "
		"} );",
		"this file speaker needs a setting path");
	refused(SOURCE(""), "this source needs a setting type");
	refused(SOURCE("type = \"alsa\";"), "this alsa source needs a setting device");
	refused(SOURCE("type = \"alsa\"; device = \"\";"), "device is empty");
	refused(SOURCE("type = \"command\";"), "this command source needs a setting command");
	refused("version = 1;", "t.conf: a profile needs zones");
	refused("version = 1; zones = ( );", "t.conf:1: a profile needs zones");
	refused("", "a profile needs zones");
}

static void addresses_are_checked(void **state)
{
	static const char *const bad[] = { "",
					   "00:11:22:33:44",
					   "00:11:22:33:44:5",
					   "00-11-22-33-44-55",
					   "00:11:22:33:44:5G",
					   "00:11:22:33:44:555",
					   "0:011:22:33:44:55" };
	char text[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(text, sizeof(text),
			 "version = 1; zones = ( { speakers = ( { name = \"A\"; output = "
			 "\"bluetooth\"; address = \"%s\"; } ); } );",
			 bad[i]);
		refused(text, "expected an address such as \"00:11:22:33:44:55\"");
	}
}

static void names_with_controls_or_broken_utf8_are_refused(void **state)
{
	(void)state;
	refused(SPEAKER("adapter = 5; name = \"x\";"), "t.conf:2: duplicate setting name");
	refused("version = 1; zones = ( { name = \"a\\x1b[2J\"; } );",
		"has control characters");
	refused("version = 1; zones = ( { name = \"two\\nlines\"; } );",
		"has control characters");
	refused("version = 1; zones = ( { name = \"\\xc3\\x28\"; } );", "is not UTF-8");
	refused("version = 1; zones = ( { name = \"\\xc2\\x9b\"; } );",
		"has control characters");
	refused("version = 1; zones = ( { name = \"\\xed\\xa0\\x80\"; } );", "is not UTF-8");
	refused("version = 1; zones = ( { name = \"cut\\x00off\"; } );", "\\x00 cannot stand");
	refused("version = 1;\n# caf\xe9\n", "t.conf:2: not UTF-8 text (byte 0xE9)");
	refused("version = 1;\n\x1b[2J", "t.conf:2: not text (control character 0x1B)");
}

static void names_that_are_too_long_are_refused(void **state)
{
	char text[PROFILE_NAME_MAX + 100], name[PROFILE_NAME_MAX + 1];

	(void)state;
	memset(name, 'n', PROFILE_NAME_MAX);
	name[PROFILE_NAME_MAX] = '\0';
	snprintf(text, sizeof(text), "version = 1; zones = ( { name = \"%s\"; } );", name);
	refused(text, "name: longer than 63 bytes");
}

static void nul_bytes_are_refused(void **state)
{
	static const char text[] = "version = 1;\n\0zones = ( { } );";
	struct complaint why;

	(void)state;
	assert_int_equal(refusal(text, sizeof(text) - 1, &why), -EBADMSG);
	assert_string_equal(why.text, "t.conf:2: not text (control character 0x00)\n");
}

static void other_versions_are_refused(void **state)
{
	(void)state;
	refused("version = 2; zones = ( { } );",
		"version 2 is not known, this Fanfare reads version 1");
	refused("version = 0; zones = ( { } );", "version 0 is not known");
}

static void no_other_file_is_read(void **state)
{
	struct folder f;
	char text[400];

	(void)state;
	folder_init(&f);
	folder_write(&f, "more.conf", "zones = ( { } );");
	snprintf(text, sizeof(text), "version = 1;\n@include \"%s\"\n",
		 folder_file(&f, "more.conf"));
	refused(text, "t.conf:2: @include is refused");
	folder_done(&f);
}

static void all_is_told_at_once(void **state)
{
	const char *text = SPEAKER("volume_db = 40; map = \"x\"; mute = 5; trim_ms = \"a\";");
	struct complaint why;

	(void)state;
	assert_int_equal(refusal(text, strlen(text), &why), -EBADMSG);
	assert_non_null(strstr(why.text, "volume_db: 40"));
	assert_non_null(strstr(why.text, "map: \"x\""));
	assert_non_null(strstr(why.text, "mute: expected"));
	assert_non_null(strstr(why.text, "trim_ms: expected"));
}

static void too_many_complaints_are_counted(void **state)
{
	char text[16384] = "version = 1; zones = ( { speakers = (\n";
	struct complaint why;

	(void)state;
	for (int i = 0; i < 60; i++)
		sprintf(text + strlen(text),
			"%s{ name = \"%d\"; output = \"null\"; map = \"x\"; }\n", i ? "," : "",
			i);
	strcat(text, "); } );");
	assert_int_equal(refusal(text, strlen(text), &why), -EBADMSG);
	assert_true(strlen(why.text) > sizeof(why.text) / 2);

	unsigned int more = 0, shown = 0;

	for (const char *at = why.text; (at = strstr(at, "t.conf:")); at++)
		shown++;
	assert_int_equal(sscanf(strrchr(why.text, 'a'), "and %u more\n", &more), 1);
	assert_int_equal(shown + more, 60);
}

static void hostile_words_are_shown_harmless(void **state)
{
	struct complaint why;
	const char *text = SPEAKER("map = \"\\x1b]0;x\\x07\\xff\";");

	(void)state;
	assert_int_equal(refusal(text, strlen(text), &why), -EBADMSG);
	assert_null(strchr(why.text, '\x1b'));
	assert_null(strchr(why.text, '\x07'));
	assert_non_null(strstr(why.text, "\"?]0;x??\""));
}

static void nesting_has_an_end(void **state)
{
	static char text[400000];
	size_t n = 0;

	(void)state;
	n += (size_t)sprintf(text, "a = ");
	memset(text + n, '(', 300000);
	refused(text, "t.conf:1: brackets within brackets, more than 16 deep");
	for (n = 0; n < 300000; n += 4)
		memcpy(text + n, "a={ ", 4);
	refused(text, "more than 16 deep");
}

/* libconfig looks for a name among all before it: the square of a million takes minutes. */
static void so_many_settings_that_libconfig_would_take_minutes_are_refused(void **state)
{
	static char text[1 << 20];
	size_t n = 0;
	struct timespec cpu;

	(void)state;
	for (int i = 0; n < sizeof(text) - 32; i++)
		n += (size_t)sprintf(text + n, "s%x=1 ", i);
	refused(text, "more than 16384 settings");
	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu), 0);
	assert_in_range(cpu.tv_sec, 0, 20); /* generous for the sanitizers */
}

static void more_than_there_is_room_for_is_refused(void **state)
{
	char text[16384] = "version = 1; zones = ( { speakers = (\n";

	(void)state;
	for (int i = 0; i < PROFILE_SPEAKERS + 1; i++)
		sprintf(text + strlen(text), "%s{ name = \"%d\"; output = \"null\"; }\n",
			i ? "," : "", i);
	strcat(text, "); } );");
	refused(text, "t.conf:66: more than 64 speakers");

	strcpy(text, "version = 1; zones = ( { sources = (\n");
	for (int i = 0; i < PROFILE_SOURCES + 1; i++)
		sprintf(text + strlen(text), "%s{ type = \"tone\"; }\n", i ? "," : "");
	strcat(text, "); } );");
	refused(text, "t.conf:18: more than 16 sources");

	strcpy(text, "version = 1; zones = ( { }");
	for (int i = 0; i < PROFILE_ZONES; i++)
		strcat(text, ",\n{ }");
	strcat(text, ");");
	refused(text, "t.conf:9: more than 8 zones");
}

/* ---- files ----------------------------------------------------------------------------- */

static int load(const char *path, struct complaint *why)
{
	struct profile *p = NULL;
	int r = profile_load(path, &p, why);

	assert_null(p);
	return r;
}

static void files_that_are_none_say_so(void **state)
{
	struct complaint why;
	struct folder f;

	(void)state;
	folder_init(&f);
	assert_int_equal(load(folder_file(&f, "none.conf"), &why), -ENOENT);
	assert_non_null(strstr(why.text, "none.conf: there is no such file"));
	assert_int_equal(load(f.path, &why), -EISDIR);
	assert_non_null(strstr(why.text, "this is a folder"));
	assert_int_equal(mkfifo(folder_file(&f, "pipe.conf"), 0644), 0);
	assert_int_equal(load(folder_file(&f, "pipe.conf"), &why), -EBADMSG);
	assert_non_null(strstr(why.text, "not a plain file"));
	assert_int_equal(load("/dev/zero", &why), -EBADMSG);
	assert_int_equal(load("/dev/null", NULL), -EBADMSG);
	folder_done(&f);
}

static void ten_megabytes_of_noise_are_refused_by_their_size(void **state)
{
	static char noise[65536];
	struct complaint why;
	uint32_t seed = 1;
	struct folder f;
	int fd;

	(void)state;
	folder_init(&f);
	fd = open(folder_file(&f, "noise.conf"), O_CREAT | O_WRONLY, 0644);
	assert_true(fd >= 0);
	for (int block = 0; block < 160; block++) {
		for (size_t i = 0; i < sizeof(noise); i++)
			noise[i] = (char)((seed = seed * 1664525 + 1013904223) >> 24);
		assert_int_equal(write(fd, noise, sizeof(noise)), sizeof(noise));
	}
	assert_int_equal(load(f.name, &why), -EFBIG);
	assert_non_null(strstr(why.text, "noise.conf: larger than 1048576 bytes"));

	/* and a megabyte of it by what it is */
	assert_int_equal(ftruncate(fd, 1 << 20), 0);
	close(fd);
	assert_int_equal(load(f.name, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "noise.conf:1: not "));
	assert_int_equal(
		profile_parse(noise, (1 << 20) + 1, "n", &(struct profile *){ NULL }, NULL),
		-EFBIG);
	folder_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(brackets_that_do_not_match_are_told_with_both_lines),
		cmocka_unit_test(quotes_and_comments_that_do_not_end_are_told_where_they_begin),
		cmocka_unit_test(syntax_errors_quote_the_line),
		cmocka_unit_test(words_without_quotes_are_told_as_such),
		cmocka_unit_test(wrong_types_name_what_was_expected_and_what_was_found),
		cmocka_unit_test(values_out_of_range_name_the_range),
		cmocka_unit_test(
			integers_that_libconfig_would_wrap_or_read_as_octal_are_refused),
		cmocka_unit_test(unknown_words_list_the_known_ones_and_guess),
		cmocka_unit_test(names_and_addresses_stand_once),
		cmocka_unit_test(what_a_kind_needs_is_asked_for),
		cmocka_unit_test(addresses_are_checked),
		cmocka_unit_test(names_with_controls_or_broken_utf8_are_refused),
		cmocka_unit_test(names_that_are_too_long_are_refused),
		cmocka_unit_test(nul_bytes_are_refused),
		cmocka_unit_test(other_versions_are_refused),
		cmocka_unit_test(no_other_file_is_read),
		cmocka_unit_test(all_is_told_at_once),
		cmocka_unit_test(too_many_complaints_are_counted),
		cmocka_unit_test(hostile_words_are_shown_harmless),
		cmocka_unit_test(nesting_has_an_end),
		cmocka_unit_test(
			so_many_settings_that_libconfig_would_take_minutes_are_refused),
		cmocka_unit_test(more_than_there_is_room_for_is_refused),
		cmocka_unit_test(files_that_are_none_say_so),
		cmocka_unit_test(ten_megabytes_of_noise_are_refused_by_their_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
