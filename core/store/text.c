/* SPDX-License-Identifier: MIT */
/* text - what may stand in a name; see text.h. */
#include "core/store/text.h"
#include "core/base/utf8.h"
#include "core/store/profile.h"

#include <string.h>

void text_cut(char *s, size_t max)
{
	size_t len = strnlen(s, max), at = 0;

	while (at < len) {
		size_t n = utf8_character(s + at, len - at);

		/* a stray byte stays, unless it begins what the cut has taken away */
		if (n == 0 && len - at < 4 && (unsigned char)s[at] >= 0xc2)
			break;
		at += n > 0 ? n : 1;
	}
	s[at] = '\0';
}

bool text_is_file_name(const char *name)
{
	return name[0] != '\0' && name[0] != '.' && strlen(name) < PROFILE_NAME_MAX &&
	       !strchr(name, '/') && utf8_is_clean(name);
}

void text_capitals(char *ret, size_t size, const char *src)
{
	size_t n = 0;

	for (; n + 1 < size && src[n]; n++)
		ret[n] = src[n] >= 'a' && src[n] <= 'z' ? (char)(src[n] - 'a' + 'A') : src[n];
	ret[n] = '\0';
}

bool text_is_address(const char *text)
{
	size_t n = 0;

	while (text[n] && n < 17 &&
	       (n % 3 == 2 ? text[n] == ':' : strchr("0123456789ABCDEF", text[n]) != NULL))
		n++;
	return n == 17 && text[n] == '\0';
}
