/* SPDX-License-Identifier: MIT */
/* keys - see keys.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/keys.h"
#include "tui/text.h"

static const struct {
	uint32_t key;
	const char *name;
} keys_names[] = {
	{ KEYS_TAB, "Tab" },
	{ KEYS_ENTER, "Enter" },
	{ KEYS_ESC, "Esc" },
	{ KEYS_SPACE, "Space" },
	{ KEYS_UP, "Up" },
	{ KEYS_DOWN, "Down" },
	{ KEYS_LEFT, "Left" },
	{ KEYS_RIGHT, "Right" },
	{ KEYS_SHIFT_UP, "S-Up" },
	{ KEYS_SHIFT_DOWN, "S-Down" },
	{ KEYS_SHIFT_LEFT, "S-Left" },
	{ KEYS_SHIFT_RIGHT, "S-Right" },
	{ KEYS_PAGE_UP, "PgUp" },
	{ KEYS_PAGE_DOWN, "PgDn" },
	{ KEYS_HOME, "Home" },
	{ KEYS_END, "End" },
	{ KEYS_INSERT, "Ins" },
	{ KEYS_DELETE, "Del" },
	{ KEYS_BACKSPACE, "Backspace" },
	{ KEYS_BACKTAB, "S-Tab" },
};

uint32_t keys_named(const char *name)
{
	uint32_t ch;

	for (size_t i = 0; i < sizeof(keys_names) / sizeof(keys_names[0]); i++)
		if (strcmp(keys_names[i].name, name) == 0)
			return keys_names[i].key;
	if (name[0] == 'F' && name[1] >= '1' && name[1] <= '9') {
		char *end;
		unsigned long n = strtoul(name + 1, &end, 10);

		return *end == '\0' && n <= 12 ? KEYS_F1 + (uint32_t)n - 1 : 0;
	}
	if (name[0] == '^' && name[1] >= 'A' && name[1] <= 'Z' && name[2] == '\0')
		return (uint32_t)(name[1] - 'A' + 1);
	if (name[0] == '\0' || name[text_decode(name, &ch)] != '\0')
		return 0;
	return ch;
}

void keys_name(uint32_t key, char *ret, size_t size)
{
	char one[5] = "";

	for (size_t i = 0; i < sizeof(keys_names) / sizeof(keys_names[0]); i++) {
		if (keys_names[i].key == key) {
			snprintf(ret, size, "%s", keys_names[i].name);
			return;
		}
	}
	if (key >= KEYS_F1) {
		snprintf(ret, size, "F%u", key - KEYS_F1 + 1);
	} else if (key < 27) {
		snprintf(ret, size, "^%c", (char)('A' + key - 1));
	} else {
		one[text_encode(key, one)] = '\0';
		text_copy(ret, size, one);
	}
}
