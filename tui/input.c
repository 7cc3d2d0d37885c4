/* SPDX-License-Identifier: MIT */
/* input - see input.h. */
#include <string.h>

#include "core/base/scope.h"
#include "tui/input.h"
#include "tui/keys.h"
#include "tui/text.h"

enum { INPUT_NOTHING = 0, INPUT_MORE = -1 }; /* beside a count of bytes */

void input_learn(struct input *in, const char *sequence, uint32_t key)
{
	size_t n = sequence ? strlen(sequence) : 0;

	/* one byte is a character already; only escape sequences need learning */
	if (n < 2 || sequence[0] != 27 || n >= sizeof(in->learned[0].bytes) ||
	    in->learned_n == sizeof(in->learned) / sizeof(in->learned[0]))
		return;
	memcpy(in->learned[in->learned_n].bytes, sequence, n + 1);
	in->learned[in->learned_n++].key = key;
}

void input_feed(struct input *in, const char *bytes, size_t n, uint64_t now_ms)
{
	if (n > sizeof(in->bytes) - 1 - in->n)
		n = sizeof(in->bytes) - 1 - in->n;
	memcpy(in->bytes + in->n, bytes, n);
	in->n += n;
	in->bytes[in->n] = '\0';
	in->fed_ms = now_ms;
}

static void input_drop(struct input *in, size_t n)
{
	in->n -= n;
	memmove(in->bytes, in->bytes + n, in->n + 1);
}

/* The key of a CSI sequence: final byte and its first two numbers; 0 = unknown. */
static uint32_t input_csi_key(char final, unsigned first, unsigned second)
{
	static const uint32_t tilde[] = {
		[1] = KEYS_HOME,     [2] = KEYS_INSERT,	  [3] = KEYS_DELETE,
		[4] = KEYS_END,	     [5] = KEYS_PAGE_UP,  [6] = KEYS_PAGE_DOWN,
		[7] = KEYS_HOME,     [8] = KEYS_END,	  [11] = KEYS_F1,
		[12] = KEYS_F1 + 1,  [13] = KEYS_F1 + 2,  [14] = KEYS_F1 + 3,
		[15] = KEYS_F1 + 4,  [17] = KEYS_F1 + 5,  [18] = KEYS_F1 + 6,
		[19] = KEYS_F1 + 7,  [20] = KEYS_F1 + 8,  [21] = KEYS_F1 + 9,
		[23] = KEYS_F1 + 10, [24] = KEYS_F1 + 11,
	};
	bool shift = second == 2;

	switch (final) {
	case 'A':
		return shift ? KEYS_SHIFT_UP : KEYS_UP;
	case 'B':
		return shift ? KEYS_SHIFT_DOWN : KEYS_DOWN;
	case 'C':
		return shift ? KEYS_SHIFT_RIGHT : KEYS_RIGHT;
	case 'D':
		return shift ? KEYS_SHIFT_LEFT : KEYS_LEFT;
	case 'a':
		return KEYS_SHIFT_UP;
	case 'b':
		return KEYS_SHIFT_DOWN;
	case 'c':
		return KEYS_SHIFT_RIGHT;
	case 'd':
		return KEYS_SHIFT_LEFT;
	case 'H':
		return KEYS_HOME;
	case 'F':
		return KEYS_END;
	case 'Z':
		return KEYS_BACKTAB;
	case 'P':
	case 'Q':
	case 'R':
	case 'S':
		return KEYS_F1 + (uint32_t)(final - 'P');
	case '~':
		return first < sizeof(tilde) / sizeof(tilde[0]) ? tilde[first] : 0;
	default:
		return 0;
	}
}

/* A button went down, up or over there. Clicks of the left one and the wheel are keys. */
static uint32_t input_mouse(struct input *in, unsigned button, unsigned col, unsigned row)
{
	bool wheel = button & 64;

	if (!in->clicks || row == 0 || col == 0 || (button & 32) ||
	    (button & 3) > (wheel ? 1 : 0))
		return 0;
	in->mouse.row = (int)row - 1;
	in->mouse.col = (int)col - 1;
	in->mouse.wheel = !wheel ? 0 : button & 1 ? 1 : -1;
	return KEYS_MOUSE;
}

/* ESC [ M and three bytes: a click, from terminals that know no other way. */
static int input_old_mouse(struct input *in, size_t at, uint32_t *ret_key)
{
	const unsigned char *b = (const unsigned char *)in->bytes + at + 1;

	if (at + 4 > in->n)
		return INPUT_MORE;
	if (b[0] >= 32 && b[1] > 32 && b[2] > 32)
		*ret_key = input_mouse(in, b[0] - 32u, b[1] - 32u, b[2] - 32u);
	return (int)at + 4;
}

/* CSI whose parameters begin at at. Returns its whole length, INPUT_MORE if cut. */
static int input_csi(struct input *in, size_t at, uint32_t *ret_key)
{
	unsigned number[3] = { 0 }, which = 0;
	char mark = 0; /* '<' of a click, '?' of an answer: no key */

	*ret_key = 0;
	if (in->bytes[at] == '[') { /* the kernel's console: ESC [ [ A is F1 */
		char c = in->bytes[at + 1];

		if (at + 1 >= in->n)
			return INPUT_MORE;
		if (c >= 'A' && c <= 'E')
			*ret_key = KEYS_F1 + (uint32_t)(c - 'A');
		return (int)at + 2;
	}
	if (in->bytes[at] == 'M' && in->clicks)
		return input_old_mouse(in, at, ret_key);
	for (; at < in->n; at++) {
		unsigned char c = (unsigned char)in->bytes[at];

		if (c >= '0' && c <= '9') {
			if (which < ARRAY_SIZE(number) && number[which] < 10000)
				number[which] = number[which] * 10 + (c - '0');
		} else if (c == ';') {
			which++;
		} else if (c >= '<' && c <= '?') {
			mark = (char)c;
		} else if (c >= 0x40 && c <= 0x7E) {
			if (mark == 0)
				*ret_key = input_csi_key((char)c, number[0], number[1]);
			else if (mark == '<' && c == 'M')
				*ret_key = input_mouse(in, number[0], number[1], number[2]);
			return (int)at + 1;
		} else if (c < 0x20 || c > 0x7E) {
			return (int)at; /* broken off: what follows is its own */
		}
	}
	return INPUT_MORE;
}

/* A string a terminal sends as an answer: ends with BEL or ESC \. */
static int input_string(const struct input *in)
{
	for (size_t at = 2; at < in->n; at++) {
		if (in->bytes[at] == 7)
			return (int)at + 1;
		if (in->bytes[at] == 27 && in->bytes[at + 1] == '\\')
			return (int)at + 2;
	}
	return INPUT_MORE;
}

static int input_escape(struct input *in, uint32_t *ret_key)
{
	*ret_key = 0;
	for (size_t i = 0; i < in->learned_n; i++) {
		size_t n = strlen(in->learned[i].bytes);

		if (n <= in->n && memcmp(in->bytes, in->learned[i].bytes, n) == 0) {
			*ret_key = in->learned[i].key;
			return (int)n;
		}
	}
	if (in->n < 2)
		return INPUT_MORE;
	switch (in->bytes[1]) {
	case '[':
		return input_csi(in, 2, ret_key);
	case 'O':
		if (in->n < 3)
			return INPUT_MORE;
		*ret_key = in->bytes[2] == 'M' ? KEYS_ENTER : input_csi_key(in->bytes[2], 0, 0);
		return 3;
	case ']':
	case 'P':
	case '_':
	case '^':
		return input_string(in);
	case 27:
		*ret_key = KEYS_ESC; /* Esc twice: the first is one for sure */
		return 1;
	default:
		return 2; /* Alt with a key: nothing is bound to that */
	}
}

static int input_character(const struct input *in, uint32_t *ret_key)
{
	unsigned char c = (unsigned char)in->bytes[0];
	size_t whole = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 1;
	uint32_t ch;
	int n;

	if (in->n < whole)
		return INPUT_MORE;
	n = (int)text_decode(in->bytes, &ch);
	if (ch == 0x7F || ch == 8)
		ch = KEYS_BACKSPACE;
	else if (ch == '\n')
		ch = KEYS_ENTER;
	*ret_key = ch == TEXT_BAD ? 0 : ch;
	return n;
}

bool input_next(struct input *in, uint64_t now_ms, uint32_t *ret_key)
{
	while (in->n > 0) {
		bool settled = now_ms - in->fed_ms >= INPUT_ESC_MS;
		bool rest = in->esc_ms && now_ms - in->esc_ms < INPUT_LATE_MS && in->n > 1 &&
			    (in->bytes[0] == '[' || in->bytes[0] == 'O');
		uint32_t key = 0;
		int n;

		if (rest)
			n = in->bytes[0] == '[' ? input_csi(in, 1, &key)
						: (key = input_csi_key(in->bytes[1], 0, 0), 2);
		else if (in->bytes[0] == 27)
			n = input_escape(in, &key);
		else
			n = input_character(in, &key);

		if (n == INPUT_MORE && !settled)
			return false;
		if (n == INPUT_MORE && in->bytes[0] == 27 && in->n == 1) {
			in->esc_ms = now_ms;
			input_drop(in, 1);
			*ret_key = KEYS_ESC;
			return true;
		}
		if (n == INPUT_MORE) /* never ended: drop all of it */
			n = (int)in->n;
		in->esc_ms = 0;
		input_drop(in, (size_t)n);
		if (key) {
			*ret_key = key;
			return true;
		}
	}
	return false;
}

int input_wait(const struct input *in, uint64_t now_ms)
{
	if (in->n == 0)
		return -1;
	if (now_ms - in->fed_ms >= INPUT_ESC_MS)
		return 0;
	return (int)(INPUT_ESC_MS - (now_ms - in->fed_ms));
}
