/* SPDX-License-Identifier: MIT */
/* text - what may stand in a name; see text.h. */
#include "core/store/text.h"
#include "core/base/utf8.h"
#include "core/store/profile.h"

#include <string.h>

bool text_is_control(const char *s)
{
	const unsigned char *b = (const unsigned char *)s;

	/* U+0080..U+009F are C2 80..C2 9F */
	return b[0] < 0x20 || b[0] == 0x7f || (b[0] == 0xc2 && b[1] < 0xa0);
}

bool text_is_clean(const char *s)
{
	size_t left = strlen(s);

	while (left > 0) {
		size_t n = utf8_character(s, left);

		if (n == 0 || text_is_control(s))
			return false;
		s += n;
		left -= n;
	}
	return true;
}

void text_clean(char *s)
{
	size_t left = strlen(s);
	char *to = s;

	while (left > 0) {
		size_t n = utf8_character(s, left);

		if (n == 0 || text_is_control(s)) {
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
	       !strchr(name, '/') && text_is_clean(name);
}
