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
