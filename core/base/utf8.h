/* SPDX-License-Identifier: MIT */
/* utf8 - where a character of UTF-8 ends, for whoever is given text from outside. */
#ifndef FANFARE_BASE_UTF8_H
#define FANFARE_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

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

#endif
