/* SPDX-License-Identifier: MIT */
/* text - see text.h. */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <wchar.h>

#include "tui/text.h"

size_t text_decode(const char *s, uint32_t *ret_ch)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *u = (const unsigned char *)s;
	uint32_t ch;
	size_t n;

	*ret_ch = TEXT_BAD;
	if (u[0] < 0x80) {
		*ret_ch = u[0];
		return 1;
	}
	if (u[0] >= 0xC2 && u[0] <= 0xDF)
		n = 2, ch = u[0] & 0x1Fu;
	else if (u[0] >= 0xE0 && u[0] <= 0xEF)
		n = 3, ch = u[0] & 0x0Fu;
	else if (u[0] >= 0xF0 && u[0] <= 0xF4)
		n = 4, ch = u[0] & 0x07u;
	else
		return 1;
	for (size_t i = 1; i < n; i++) {
		if ((u[i] & 0xC0) != 0x80)
			return 1; /* the terminator stops here too */
		ch = ch << 6 | (u[i] & 0x3Fu);
	}
	if (ch < least[n] || ch > 0x10FFFF || (ch >= 0xD800 && ch <= 0xDFFF))
		return 1;
	*ret_ch = ch;
	return n;
}

size_t text_encode(uint32_t ch, char ret[4])
{
	if (ch < 0x80) {
		ret[0] = (char)ch;
		return 1;
	}
	if (ch < 0x800) {
		ret[0] = (char)(0xC0 | ch >> 6);
		ret[1] = (char)(0x80 | (ch & 0x3F));
		return 2;
	}
	if (ch < 0x10000) {
		ret[0] = (char)(0xE0 | ch >> 12);
		ret[1] = (char)(0x80 | (ch >> 6 & 0x3F));
		ret[2] = (char)(0x80 | (ch & 0x3F));
		return 3;
	}
	ret[0] = (char)(0xF0 | (ch >> 18 & 0x07));
	ret[1] = (char)(0x80 | (ch >> 12 & 0x3F));
	ret[2] = (char)(0x80 | (ch >> 6 & 0x3F));
	ret[3] = (char)(0x80 | (ch & 0x3F));
	return 4;
}

/* Ranges that have a width, or none, and still do not belong on a screen. */
static int text_refused(uint32_t ch)
{
	static const struct {
		uint32_t first, last;
	} refused[] = {
		{ 0x0000, 0x001F },   /* controls */
		{ 0x007F, 0x009F },   /* more controls, CSI among them */
		{ 0x00AD, 0x00AD },   /* soft hyphen: terminals disagree */
		{ 0x061C, 0x061C },   /* direction marks */
		{ 0x115F, 0x1160 },   /* fillers: blank, and of doubtful width */
		{ 0x180B, 0x180F },   /* variation marks */
		{ 0x200B, 0x200F },   /* no-width space, joiners, direction marks */
		{ 0x2028, 0x202E },   /* line ends, direction overrides */
		{ 0x2060, 0x206F },   /* invisible operators, isolates */
		{ 0x3164, 0x3164 },   /* filler */
		{ 0xE000, 0xF8FF },   /* private: no agreed glyph */
		{ 0xFE00, 0xFE0F },   /* variation marks */
		{ 0xFEFF, 0xFEFF },   /* byte order mark */
		{ 0xFFF0, 0xFFFB },   /* annotation marks */
		{ 0x1F3FB, 0x1F3FF }, /* skin tones: joined by some, drawn by others */
		{ 0xE0000, 0x10FFFF } /* tags, private planes */
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (ch >= refused[i].first && ch <= refused[i].last)
			return 1;
	return 0;
}

int text_width_of(uint32_t ch)
{
	int width;

	if (text_refused(ch))
		return -1;
	if (ch < 0x7F)
		return 1;
	width = wcwidth((wchar_t)ch);
	/* a character this C library has never heard of still takes a place */
	return width < 0 ? 1 : width;
}

int text_width(const char *s)
{
	int sum = 0;

	while (*s) {
		uint32_t ch;
		int width;

		s += text_decode(s, &ch);
		width = text_width_of(ch);
		sum += width > 0 ? width : 0;
	}
	return sum;
}

size_t text_chop(char *s)
{
	size_t n = strlen(s);

	while (n > 0 && ((unsigned char)s[n - 1] & 0xC0) == 0x80)
		n--;
	if (n > 0)
		n--;
	s[n] = '\0';
	return n;
}

int text_append(char *s, size_t size, uint32_t ch)
{
	char utf8[4];
	size_t n = text_encode(ch, utf8), used = strlen(s);

	if (used + n + 1 > size)
		return -ENOSPC;
	memcpy(s + used, utf8, n);
	s[used + n] = '\0';
	return 0;
}

int text_contains(const char *hay, const char *needle)
{
	size_t n = strlen(needle);

	for (; strlen(hay) >= n; hay++) {
		size_t i = 0;

		while (i < n &&
		       tolower((unsigned char)hay[i]) == tolower((unsigned char)needle[i]))
			i++;
		if (i == n)
			return 1;
	}
	return 0;
}

void text_copy(char *dst, size_t size, const char *src)
{
	size_t n = strlen(src);

	if (n >= size) {
		n = size - 1;
		while (n > 0 && ((unsigned char)src[n] & 0xC0) == 0x80)
			n--;
	}
	memcpy(dst, src, n);
	dst[n] = '\0';
}
