/* SPDX-License-Identifier: MIT */
/*
 * text - what may stand in a name, beside base/utf8.h: how long it is, and what a file allows.
 */
#ifndef FANFARE_STORE_TEXT_H
#define FANFARE_STORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* [any] Shorten s to at most max bytes, and never leave half a character at its end. */
void text_cut(char *s, size_t max);

/*
 * [any] Whether name can be a profile's, and so a file's: 1..63 bytes, clean,
 * no '/', no leading '.'.
 */
bool text_is_file_name(const char *name);

/* [any] src (ASCII) in capitals, cut at size bytes with its terminator. */
void text_capitals(char *ret, size_t size, const char *src);

/* [any] Whether it is a Bluetooth address, in capitals: "00:11:22:33:44:55". */
bool text_is_address(const char *text);

#endif
