/* SPDX-License-Identifier: MIT */
/*
 * text - names and messages on their way to the screen.
 *
 * Device names come from strangers: they are decoded by our own strict UTF-8
 * reader, stripped of whatever moves a cursor, turns writing round or joins
 * glyphs, and measured by wcwidth. Pure but for the locale wcwidth asks.
 */
#ifndef FANFARE_TUI_TEXT_H
#define FANFARE_TUI_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define TEXT_BAD 0xFFFDu /* stands where bytes were no UTF-8 */

/*
 * [any] Read one character at s (not at its end). Returns the bytes it took,
 * at least 1; what is not UTF-8 gives TEXT_BAD, one byte at a time.
 */
size_t text_decode(const char *s, uint32_t *ret_ch);

/* [any] Write ch as UTF-8; returns 1..4 bytes, not terminated. */
size_t text_encode(uint32_t ch, char ret[4]);

/*
 * [ui] Columns of ch: 1 or 2, 0 for a mark on the character before it, -1 for
 * what must not reach a terminal (controls, direction marks, joiners).
 */
int text_width_of(uint32_t ch);

/* [ui] Columns of a whole text, what text_width_of() refuses left out. */
int text_width(const char *s);

/* [any] Take the last character off; returns the bytes that remain. */
size_t text_chop(char *s);

/* [any] Append ch to s within size bytes; 0 or -ENOSPC. */
int text_append(char *s, size_t size, uint32_t ch);

/* [any] Whether needle stands in hay; ASCII letters in either case, "" always does. */
int text_contains(const char *hay, const char *needle);

/* [any] Copy src, cut at a character to fit size bytes with its terminator. */
void text_copy(char *dst, size_t size, const char *src);

#endif
