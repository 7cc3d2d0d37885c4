/* SPDX-License-Identifier: MIT */
/*
 * complain - collects all that is wrong with one file, not only the first.
 *
 * Errors and warnings go into the caller's struct complaint in the order they
 * are found, "FILE:LINE: words" each; what no longer fits is counted. Private
 * to the store.
 */
#ifndef FANFARE_STORE_COMPLAIN_H
#define FANFARE_STORE_COMPLAIN_H

#include "core/store/profile.h"

struct complaints {
	struct complaint *out; /* the caller's; NULL = nobody wants the words */
	const char *file;      /* what stands before the line number */
	size_t used;	       /* bytes of out->text */
	uint32_t errors;       /* found so far, shown or not */
	uint32_t left_out;     /* of all found, those that did not fit */
};

/* A piece of a file's text, made fit to be shown: cut, no control characters. */
struct excerpt {
	char text[PROFILE_NAME_MAX];
};

/* [any] Empties out (NULL is fine). file is borrowed for the life of c. */
void complaints_init(struct complaints *c, struct complaint *out, const char *file);

/* [any] Say how many did not fit, if any; the last call on c. */
void complaints_done(struct complaints *c);

/* [any] The file is refused because of this. line 0 = the file as a whole. */
void complain(struct complaints *c, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* [any] Odd, but it does no harm. */
void remark(struct complaints *c, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* [any] At most len bytes of text, ending at its NUL or line end. Returns e->text. */
const char *excerpt_of(struct excerpt *e, const char *text, size_t len);

/* The same for one use within a full expression or block. */
#define EXCERPT(text) excerpt_of(&(struct excerpt){ "" }, (text), SIZE_MAX)

#endif
