/* SPDX-License-Identifier: MIT */
/* Addresses, labels and sentences; and who else is running here. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/base/scope.h"
#include "core/bluez/rival.h"
#include "core/bluez/words.h"

static void malformed_addresses_leave_the_result_alone(void **state)
{
	static const char *const bad[] = { "",
					   ":",
					   "00:11:22:33:44",
					   "00:11:22:33:44:5",
					   "00:11:22:33:44:555",
					   "00:11:22:33:44:55 ",
					   "00.11.22.33.44.55",
					   "0x:11:22:33:44:55",
					   "00:11:22:33:44:5g" };
	char ret[BLUEZ_ADDR_MAX] = "untouched";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(words_address(bad[i], ret), -EINVAL);
	assert_int_equal(words_address(NULL, ret), -EINVAL);
	assert_string_equal(ret, "untouched");
}

static void addresses_are_put_into_capitals(void **state)
{
	char ret[BLUEZ_ADDR_MAX];

	(void)state;
	assert_int_equal(words_address("aa:bb:cc:dd:ee:ff", ret), 0);
	assert_string_equal(ret, "AA:BB:CC:DD:EE:FF");
	assert_int_equal(words_address(ret, ret), 0); /* in place */
	assert_string_equal(ret, "AA:BB:CC:DD:EE:FF");
}

static void a_label_names_without_saying_it_twice(void **state)
{
	char ret[64], tight[12];

	(void)state;
	words_label(ret, sizeof(ret), "Patio", "00:11:22:33:44:55");
	assert_string_equal(ret, "Patio (00:11:22:33:44:55)");
	words_label(ret, sizeof(ret), "", "00:11:22:33:44:55");
	assert_string_equal(ret, "00:11:22:33:44:55");
	words_label(ret, sizeof(ret), "00-11-22-33-44-55", "00:11:22:33:44:55");
	assert_string_equal(ret, "00:11:22:33:44:55");
	words_label(tight, sizeof(tight), "Gr\xc3\xbc\xc3\x9f \xe2\x99\xab\xe2\x99\xab", "x");
	assert_string_equal(tight,
			    "Gr\xc3\xbc\xc3\x9f \xe2\x99\xab"); /* 11 bytes: it just fits */
}

static void a_copy_is_cut_at_a_character(void **state)
{
	static const char text[] =
		"a\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x8a"; /* 1, 2, 3, 4 bytes */
	static const size_t whole[] = { 0, 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10 };

	(void)state;
	for (size_t len = 1; len < ARRAY_SIZE(whole); len++) {
		char ret[16];

		words_copy(ret, len, text);
		assert_int_equal(strlen(ret), whole[len]);
		assert_memory_equal(ret, text, whole[len]);
	}
}

static void a_path_is_below_its_parent_only(void **state)
{
	(void)state;
	assert_true(words_below("/org/bluez/hci1/dev_1", "/org/bluez/hci1"));
	assert_false(words_below("/org/bluez/hci10/dev_1", "/org/bluez/hci1"));
	assert_false(words_below("/org/bluez/hci1", "/org/bluez/hci1"));
	assert_false(words_below("/org", "/org/bluez"));
}

static void an_error_without_words_is_survived(void **state)
{
	const sd_bus_error none = SD_BUS_ERROR_MAKE_CONST("org.example.X", NULL);
	const sd_bus_error empty = SD_BUS_ERROR_NULL;
	char words[BLUEZ_WORDS_MAX], huge[2000];
	sd_bus_error long_one;

	(void)state;
	assert_int_equal(words_of_error(&none, "Patio", "adapter", words), -EIO);
	assert_non_null(strstr(words, "Patio"));
	assert_int_equal(words_of_error(&empty, "", "adapter hci0", words), -EIO);
	assert_non_null(strstr(words, "adapter hci0"));
	memset(huge, 'x', sizeof(huge));
	huge[sizeof(huge) - 1] = '\0';
	long_one = SD_BUS_ERROR_MAKE_CONST("org.example.X", huge);
	assert_int_equal(words_of_error(&long_one, "Patio", "adapter", words), -EIO);
	assert_int_equal(strlen(words), BLUEZ_WORDS_MAX - 1);
}

static void put_process(const char *proc, const char *pid, const char *comm)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", proc, pid);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/%s/comm", proc, pid);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "%s\n", comm);
	fclose(f);
}

static void drop_process(const char *proc, const char *pid)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s/comm", proc, pid);
	unlink(path);
	snprintf(path, sizeof(path), "%s/%s", proc, pid);
	rmdir(path);
}

static void rivals_are_named_once_each(void **state)
{
	char proc[] = "/tmp/fanfare-proc-XXXXXX", ret[64], tight[20];

	(void)state;
	assert_non_null(mkdtemp(proc));
	rival_find_in(proc, ret, sizeof(ret));
	assert_string_equal(ret, "");
	rival_find_in("/nowhere/at/all", ret, sizeof(ret));
	assert_string_equal(ret, "");
	put_process(proc, "self", "pulseaudio"); /* no process */
	put_process(proc, "12", "pipewire");	 /* does no Bluetooth by itself */
	put_process(proc, "13", "bluealsactl");
	rival_find_in(proc, ret, sizeof(ret));
	assert_string_equal(ret, "");
	put_process(proc, "14", "bluealsa");
	put_process(proc, "15", "bluealsad");
	rival_find_in(proc, ret, sizeof(ret));
	assert_string_equal(ret, "BlueALSA");
	put_process(proc, "16", "wireplumber");
	rival_find_in(proc, ret, sizeof(ret));
	assert_non_null(strstr(ret, "BlueALSA"));
	assert_non_null(strstr(ret, "PipeWire (wireplumber)"));
	assert_non_null(strstr(ret, ", "));
	rival_find_in(proc, tight, sizeof(tight)); /* what does not fit is left out whole */
	assert_true(strcmp(tight, "BlueALSA") == 0 || strcmp(tight, "") == 0);
	for (int i = 12; i <= 16; i++) {
		char pid[16];

		snprintf(pid, sizeof(pid), "%d", i);
		drop_process(proc, pid);
	}
	drop_process(proc, "self");
	assert_int_equal(rmdir(proc), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_addresses_leave_the_result_alone),
		cmocka_unit_test(addresses_are_put_into_capitals),
		cmocka_unit_test(a_label_names_without_saying_it_twice),
		cmocka_unit_test(a_copy_is_cut_at_a_character),
		cmocka_unit_test(a_path_is_below_its_parent_only),
		cmocka_unit_test(an_error_without_words_is_survived),
		cmocka_unit_test(rivals_are_named_once_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
