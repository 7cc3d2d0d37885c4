/* SPDX-License-Identifier: MIT */
/*
 * keys - one number for each key, and its name in tables and help.
 *
 * A character is its Unicode value, Ctrl-A..Ctrl-Z are 1..26, and what has no
 * character lies above Unicode.
 */
#ifndef FANFARE_TUI_KEYS_H
#define FANFARE_TUI_KEYS_H

#include <stddef.h>
#include <stdint.h>

enum key_special {
	KEYS_TAB = 9,
	KEYS_ENTER = 13,
	KEYS_ESC = 27,
	KEYS_SPACE = 32,
	KEYS_UP = 0x110000,
	KEYS_DOWN,
	KEYS_LEFT,
	KEYS_RIGHT,
	KEYS_SHIFT_UP,
	KEYS_SHIFT_DOWN,
	KEYS_SHIFT_LEFT,
	KEYS_SHIFT_RIGHT,
	KEYS_PAGE_UP,
	KEYS_PAGE_DOWN,
	KEYS_HOME,
	KEYS_END,
	KEYS_INSERT,
	KEYS_DELETE,
	KEYS_BACKSPACE,
	KEYS_BACKTAB,
	KEYS_MOUSE, /* see struct input for where; no key file can name it */
	KEYS_F1	    /* F2..F12 follow */
};

/* [any] The key called name ("a", "^X", "Up", "F10"), 0 = there is none. */
uint32_t keys_named(const char *name);

/* [any] Write the name of key, for people; cut to size. */
void keys_name(uint32_t key, char *ret, size_t size);

#endif
