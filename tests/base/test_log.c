/* SPDX-License-Identifier: MIT */
/* Lines of the log, and text on its way into a field: whatever it is made of. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/base/utf8.h"

static char heard[600];

static void hear(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)arg;
	snprintf(heard, sizeof(heard), "%s", line);
}

static const char *logged(const char *name)
{
	log_set_sink(hear, NULL);
	log_notice("%s: connected", name);
	log_set_sink(NULL, NULL);
	return heard;
}

static void a_name_from_the_air_moves_no_cursor(void **state)
{
	(void)state;
	assert_string_equal(logged("\033]0;owned\007\033[2J"), "?]0;owned??[2J: connected");
	assert_string_equal(logged("one\nline\ronly\t"), "one?line?only?: connected");
	/* C1 is what a terminal takes for ESC [, whole or as a stray byte */
	assert_string_equal(logged("a\xc2\x9b"
				   "b\x9b\x7f"),
			    "a?b??: connected");
	assert_string_equal(logged("K\xc3\xbc"
				   "che \xe2\x99\xab"),
			    "K\xc3\xbc"
			    "che \xe2\x99\xab: connected");
}

static void a_line_too_long_ends_with_a_whole_character(void **state)
{
	char name[2000];

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(name); i += 2)
		memcpy(name + i, "\xc3\xa4", 3);
	logged(name);
	assert_int_equal(strlen(heard), 510);
	assert_true(utf8_is_clean(heard));
}

/* What a line becomes on standard error. */
static void on_stderr(char *ret, size_t size)
{
	char path[] = "/tmp/fanfare-log-XXXXXX";
	int was = dup(STDERR_FILENO), fd = mkstemp(path);
	ssize_t n;

	assert_true(was >= 0 && fd >= 0);
	fflush(stderr);
	dup2(fd, STDERR_FILENO);
	log_warning("%s is gone", "Patio\033[31m");
	fflush(stderr);
	dup2(was, STDERR_FILENO);
	n = pread(fd, ret, size - 1, 0);
	ret[n > 0 ? n : 0] = '\0';
	close(was);
	close(fd);
	unlink(path);
}

static void standard_error_is_given_the_same(void **state)
{
	char line[200];

	(void)state;
	unsetenv("JOURNAL_STREAM");
	on_stderr(line, sizeof(line));
	assert_string_equal(line + strlen("00:00:00 "), "Patio?[31m is gone\n");
	setenv("JOURNAL_STREAM", "8:1", 1);
	on_stderr(line, sizeof(line));
	assert_string_equal(line, "<4>Patio?[31m is gone\n");
	unsetenv("JOURNAL_STREAM");
}

__attribute__((format(printf, 3, 4))) static void print(char *dst, size_t len,
							const char *format, ...)
{
	va_list args;

	va_start(args, format);
	cut_vprint(dst, len, format, args);
	va_end(args);
}

static void words_are_cut_at_a_character(void **state)
{
	char tight[12] = "unchanged", one[1] = { 'x' };

	(void)state;
	print(tight, sizeof(tight), "%s %d", "Gr\xc3\xbc\xc3\x9f", 17);
	assert_string_equal(tight, "Gr\xc3\xbc\xc3\x9f 17");
	print(tight, sizeof(tight), "%s and %s", tight, "\xc3\x9f"); /* of itself */
	assert_string_equal(tight, "Gr\xc3\xbc\xc3\x9f 17 a");
	print(tight, sizeof(tight), "1234567890%s", "\xe2\x82\xac");
	assert_string_equal(tight, "1234567890");
	print(one, sizeof(one), "%s", "anything");
	assert_string_equal(one, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_from_the_air_moves_no_cursor),
		cmocka_unit_test(a_line_too_long_ends_with_a_whole_character),
		cmocka_unit_test(standard_error_is_given_the_same),
		cmocka_unit_test(words_are_cut_at_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
