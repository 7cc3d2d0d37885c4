/* SPDX-License-Identifier: MIT */
/* Bytes from terminals of all kinds, whole and torn, into keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/scope.h"
#include "tui/input.h"
#include "tui/keys.h"

static uint32_t next(struct input *in, uint64_t now)
{
	uint32_t key;

	return input_next(in, now, &key) ? key : 0;
}

static uint32_t only_key(const char *bytes)
{
	struct input in = { .n = 0 };
	uint32_t key;

	input_feed(&in, bytes, strlen(bytes), 1000);
	key = next(&in, 1000);
	assert_int_equal(next(&in, 1000 + INPUT_ESC_MS), 0); /* and nothing after it */
	return key;
}

static void known_sequences_are_keys(void **state)
{
	static const struct {
		const char *bytes;
		uint32_t key;
	} keys[] = {
		{ "a", 'a' },
		{ "\r", KEYS_ENTER },
		{ "\n", KEYS_ENTER },
		{ "\t", KEYS_TAB },
		{ "\177", KEYS_BACKSPACE },
		{ "\b", KEYS_BACKSPACE },
		{ "\032", 26 },
		{ "\xC3\xBC", 0xFC },
		{ "\xE2\x82\xAC", 0x20AC },
		{ "\xF0\x9F\x8E\xB5", 0x1F3B5 },
		{ "\033[A", KEYS_UP },
		{ "\033OB", KEYS_DOWN },
		{ "\033[1;2C", KEYS_SHIFT_RIGHT },
		{ "\033[d", KEYS_SHIFT_LEFT }, /* rxvt */
		{ "\033[5~", KEYS_PAGE_UP },
		{ "\033[6~", KEYS_PAGE_DOWN },
		{ "\033[3~", KEYS_DELETE },
		{ "\033[H", KEYS_HOME },
		{ "\033[4~", KEYS_END },
		{ "\033[Z", KEYS_BACKTAB },
		{ "\033OP", KEYS_F1 },
		{ "\033[11~", KEYS_F1 },
		{ "\033[[A", KEYS_F1 }, /* the kernel's console */
		{ "\033[15~", KEYS_F1 + 4 },
		{ "\033[21~", KEYS_F1 + 9 },
		{ "\033OM", KEYS_ENTER },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		assert_int_equal(only_key(keys[i].bytes), keys[i].key);
}

static void what_nobody_knows_is_taken_whole(void **state)
{
	static const char *const odd[] = {
		"\033[999;7q",
		"\033[?1;2c",
		"\033[<0;12;7M",
		"\033[200~",
		"\033]11;rgb:0/0/0\a",
		"\033]0;x\033\\",
		"\033P1$r0m\033\\",
		"\033x",
		"\033[1;2;3;4;5z",
		"\xFF",
		"\xC3(",
	};

	(void)state;
	for (size_t i = 0; i + 1 < ARRAY_SIZE(odd); i++)
		assert_int_equal(only_key(odd[i]), 0);
	/* a broken character costs itself, not its neighbour */
	assert_int_equal(only_key("\xC3("), '(');
}

static void clicks_and_the_wheel_are_keys_where_they_were_asked_for(void **state)
{
	static const struct {
		const char *bytes;
		int row, col, wheel;
	} clicks[] = {
		{ "\033[<0;12;7M", 6, 11, 0 }, { "\033[<64;300;120M", 119, 299, -1 },
		{ "\033[<65;1;1M", 0, 0, 1 },  { "\033[<4;2;3M", 2, 1, 0 }, /* with Shift */
		{ "\033[M +(", 7, 10, 0 },				    /* the old way */
		{ "\033[Ma!!", 0, 0, 1 },
	};
	static const char *const nothing[] = {
		"\033[<0;12;7m",  "\033[<2;12;7M", /* released; the right button */
		"\033[<35;12;7M", "\033[<0;0;7M",  /* moved; nowhere */
		"\033[M#+(",	  "\033[<66;1;1M",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(clicks); i++) {
		struct input in = { .clicks = true };

		input_feed(&in, clicks[i].bytes, strlen(clicks[i].bytes), 1000);
		assert_int_equal(next(&in, 1000), KEYS_MOUSE);
		assert_int_equal(in.mouse.row, clicks[i].row);
		assert_int_equal(in.mouse.col, clicks[i].col);
		assert_int_equal(in.mouse.wheel, clicks[i].wheel);
		assert_int_equal(in.n, 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(nothing); i++) {
		struct input in = { .clicks = true };

		input_feed(&in, nothing[i], strlen(nothing[i]), 1000);
		assert_int_equal(next(&in, 1000), 0);
		assert_int_equal(in.n, 0);
	}
}

static void a_lone_escape_is_one_after_its_time(void **state)
{
	struct input in = { .n = 0 };

	(void)state;
	assert_int_equal(input_wait(&in, 1000), -1);
	input_feed(&in, "\033", 1, 1000);
	assert_int_equal(next(&in, 1000), 0);
	assert_int_equal(input_wait(&in, 1000), INPUT_ESC_MS);
	assert_int_equal(next(&in, 1000 + INPUT_ESC_MS), KEYS_ESC);
	assert_int_equal(input_wait(&in, 1100), -1);
}

static void an_arrow_torn_by_a_slow_line_is_an_arrow(void **state)
{
	struct input in = { .n = 0 };

	(void)state;
	/* within its time */
	input_feed(&in, "\033", 1, 1000);
	assert_int_equal(next(&in, 1010), 0);
	input_feed(&in, "[", 1, 1015);
	assert_int_equal(next(&in, 1016), 0);
	input_feed(&in, "A", 1, 1020);
	assert_int_equal(next(&in, 1020), KEYS_UP);

	/* far too late: Esc came out already, but "[B" does not become two commands */
	input_feed(&in, "\033", 1, 2000);
	assert_int_equal(next(&in, 2100), KEYS_ESC);
	input_feed(&in, "[B", 2, 2400);
	assert_int_equal(next(&in, 2400), KEYS_DOWN);
	assert_int_equal(next(&in, 2500), 0);

	/* who types [ after Esc by hand gets that */
	input_feed(&in, "\033", 1, 5000);
	assert_int_equal(next(&in, 5100), KEYS_ESC);
	input_feed(&in, "[", 1, 5300);
	assert_int_equal(next(&in, 5300), '[');
}

static void a_torn_character_waits_for_its_rest(void **state)
{
	struct input in = { .n = 0 };

	(void)state;
	input_feed(&in, "\xE2\x82", 2, 1000);
	assert_int_equal(next(&in, 1000), 0);
	input_feed(&in, "\xAC", 1, 1005);
	assert_int_equal(next(&in, 1005), 0x20AC);
}

static void what_a_terminal_is_said_to_send_comes_first(void **state)
{
	struct input in = { .n = 0 };

	(void)state;
	input_learn(&in, "\033[M", KEYS_F1); /* some consoles: F1 */
	input_learn(&in, NULL, KEYS_F1 + 1);
	input_learn(&in, "x", KEYS_F1 + 2); /* a letter stays a letter */
	input_feed(&in, "\033[Mx", 4, 1000);
	assert_int_equal(next(&in, 1000), KEYS_F1);
	assert_int_equal(next(&in, 1000), 'x');
}

static void noise_neither_overflows_nor_hangs(void **state)
{
	struct input in = { .n = 0 };
	unsigned seed = 7;

	(void)state;
	for (uint64_t now = 1; now < 3000; now += 3) {
		char bytes[700];
		size_t n;

		seed = seed * 1103515245 + 12345;
		n = seed >> 16 & 511;
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1103515245 + 12345;
			bytes[i] = seed & 0x100000 ? 27 : (char)(seed >> 16);
		}
		input_feed(&in, bytes, n, now);
		for (int keys = 0; next(&in, now); keys++)
			assert_in_range(keys, 0, 700);
	}
	while (next(&in, 10000))
		;
	assert_int_equal(in.n, 0);
}

static void names_and_keys_agree(void **state)
{
	static const char *const names[] = { "a",   "Z",   "Up",    "S-Left", "PgDn",
					     "F1",  "F10", "^X",    "Tab",    "Enter",
					     "Esc", "Del", "S-Tab", "=",      "Space" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char name[16];

		assert_int_not_equal(keys_named(names[i]), 0);
		keys_name(keys_named(names[i]), name, sizeof(name));
		assert_string_equal(name, names[i]);
	}
	assert_int_equal(keys_named(""), 0);
	assert_int_equal(keys_named("F13"), 0);
	assert_int_equal(keys_named("^"), '^');
	assert_int_equal(keys_named("Uq"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_sequences_are_keys),
		cmocka_unit_test(what_nobody_knows_is_taken_whole),
		cmocka_unit_test(clicks_and_the_wheel_are_keys_where_they_were_asked_for),
		cmocka_unit_test(a_lone_escape_is_one_after_its_time),
		cmocka_unit_test(an_arrow_torn_by_a_slow_line_is_an_arrow),
		cmocka_unit_test(a_torn_character_waits_for_its_rest),
		cmocka_unit_test(what_a_terminal_is_said_to_send_comes_first),
		cmocka_unit_test(noise_neither_overflows_nor_hangs),
		cmocka_unit_test(names_and_keys_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
