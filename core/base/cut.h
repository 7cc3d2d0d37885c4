/* SPDX-License-Identifier: MIT */
/* cut - copy text into a field that may be too short, without cutting a character in two. */
#ifndef FANFARE_BASE_CUT_H
#define FANFARE_BASE_CUT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/*
 * [any] Copy src into dst of len bytes (at least 1), terminated. What does not
 * fit is left out at a UTF-8 character's border. src may be dst.
 */
static inline void cut_copy(char *dst, size_t len, const char *src)
{
	size_t n = strnlen(src, len);

	if (n == len) { /* too long: back to where a character begins */
		n = len - 1;
		while (n > 0 && ((unsigned char)src[n] & 0xc0) == 0x80)
			n--;
	}
	memmove(dst, src, n);
	dst[n] = '\0';
}

/* The same for an array. */
#define CUT_COPY(dst, src) cut_copy((dst), sizeof(dst), (src))

/* [any] As vsnprintf into dst of len bytes (1..1024), cut like that; dst may be among args. */
__attribute__((format(printf, 3, 0))) static inline void
cut_vprint(char *dst, size_t len, const char *format, va_list args)
{
	char whole[1024];

	vsnprintf(whole, sizeof(whole), format, args);
	cut_copy(dst, len, whole);
}

#endif
