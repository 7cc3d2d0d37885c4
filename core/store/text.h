/* SPDX-License-Identifier: MIT */
/*
 * text - what may stand in a name: whole UTF-8 characters, no controls.
 */
#ifndef FANFARE_STORE_TEXT_H
#define FANFARE_STORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* [any] Whether the valid character at s is a control: C0, DEL or C1. */
bool text_is_control(const char *s);

/* [any] Whether all of s is UTF-8 without control characters. */
bool text_is_clean(const char *s);

/* [any] Put "?" where s is not: for what others named and people are to read. */
void text_clean(char *s);

/* [any] Shorten s to at most max bytes, and never leave half a character at its end. */
void text_cut(char *s, size_t max);

/*
 * [any] Whether name can be a profile's, and so a file's: 1..63 bytes, clean,
 * no '/', no leading '.'.
 */
bool text_is_file_name(const char *name);

#endif
