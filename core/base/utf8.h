/* SPDX-License-Identifier: MIT */
/* utf8 - what of a text from outside may be shown: whole characters of UTF-8, no controls. */
#ifndef FANFARE_BASE_UTF8_H
#define FANFARE_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * [any] Bytes (1..4) of the UTF-8 character at s, of which left bytes may be
 * read; 0 when there is none: overlong, a surrogate, over U+10FFFF, cut off.
 */
static inline size_t utf8_character(const char *s, size_t left)
{
	/* smallest code point that needs so many bytes: anything below is overlong */
	static const uint32_t smallest[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *b = (const unsigned char *)s;
	uint32_t code;
	size_t n;

	if (left == 0)
		return 0;
	if (b[0] < 0x80)
		return 1;
	n = b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : 2;
	if (b[0] < 0xc2 || b[0] > 0xf4 || n > left)
		return 0;

	code = b[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (b[i] & 0x3fu);
	}
	if (code < smallest[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return n;
}

/* [any] Whether the valid character at s is a control: C0, DEL or C1. */
static inline bool utf8_is_control(const char *s)
{
	const unsigned char *b = (const unsigned char *)s;

	/* U+0080..U+009F are C2 80..C2 9F */
	return b[0] < 0x20 || b[0] == 0x7f || (b[0] == 0xc2 && b[1] < 0xa0);
}

/* [any] Whether all of s is UTF-8 without control characters. */
static inline bool utf8_is_clean(const char *s)
{
	size_t left = strlen(s);

	while (left > 0) {
		size_t n = utf8_character(s, left);

		if (n == 0 || utf8_is_control(s))
			return false;
		s += n;
		left -= n;
	}
	return true;
}

/* [any] Put "?" where s is not: for what others named and people are to read. */
static inline void utf8_clean(char *s)
{
	size_t left = strlen(s);
	char *to = s;

	while (left > 0) {
		size_t n = utf8_character(s, left);

		if (n == 0 || utf8_is_control(s)) {
			*to++ = '?';
			n = n ? n : 1;
		} else {
			memmove(to, s, n);
			to += n;
		}
		s += n;
		left -= n;
	}
	*to = '\0';
}

#endif
