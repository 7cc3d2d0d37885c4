/* SPDX-License-Identifier: MIT */
/*
 * settings - the table of all a profile can say, which reads and writes it.
 *
 * One row is one setting: its name in the file, where its value lies in the
 * struct, what it may be, and which kinds of speaker or source have it. The
 * reader, the writer and the comparison all go by these rows, so none of them
 * can know of a setting that another forgets. Private to the store.
 */
#ifndef FANFARE_STORE_SETTINGS_H
#define FANFARE_STORE_SETTINGS_H

#include "core/store/profile.h"

enum setting_kind {
	SETTING_NUMBER,	 /* double; NAN = not given */
	SETTING_WHOLE,	 /* uint32_t; 0 = not given */
	SETTING_SWITCH,	 /* bool */
	SETTING_TEXT,	 /* char[size] */
	SETTING_ADDRESS, /* char[PROFILE_ADDR_MAX], upper case; "" = not given */
	SETTING_WORD,	 /* an enum, by one of words */
	SETTING_INNER,	 /* a group or list of its own: known by name, read elsewhere */
};

struct choices {
	const char *const *list; /* in the order of the enum */
	uint32_t count;
};

struct setting {
	const char *name;
	enum setting_kind kind;
	size_t offset;	       /* bytes into the struct */
	size_t size;	       /* bytes of a text, terminator included */
	double min, max;       /* of numbers, both allowed */
	const uint32_t *among; /* whole numbers that alone are allowed, up to a 0; or NULL */
	const char *example;   /* a number as it may be written */
	struct choices words;
	uint32_t of;	 /* bit n: the n-th type has it; 0 = all types */
	uint32_t needed; /* bit n: the n-th type cannot do without */
};

struct settings {
	const char *what;	    /* "speaker" */
	const struct setting *list; /* in the order in which they are written */
	uint32_t count;
	const struct setting *type; /* the one that `of` and `needed` count by, or NULL */
	const void *defaults;	    /* a struct with nothing said */
};

#define SETTING_ANY UINT32_MAX /* for a type that is not known */

extern const struct settings settings_profile, settings_zone, settings_source, settings_speaker,
	settings_simulation;

/* [any] The bit of `of` and `needed` for item, 1 when there are no types. */
uint32_t settings_bit(const struct settings *s, const void *item);

/* [any] Whether types in bits have row. */
bool setting_applies(const struct setting *row, uint32_t bits);

/* [any] Whether row is the same in a and b, as far as a file can tell. */
bool setting_same(const struct setting *row, const void *a, const void *b);

/* [any] Whether a and b have the same type and all of its settings alike. */
bool settings_same(const struct settings *s, const void *a, const void *b);

/* [any] The row called name, or NULL. */
const struct setting *settings_find(const struct settings *s, const char *name);

/* [any] The value behind row in item. */
static inline void *setting_at(const struct setting *row, void *item)
{
	return (char *)item + row->offset;
}

static inline const void *setting_of(const struct setting *row, const void *item)
{
	return (const char *)item + row->offset;
}

/* [any] Index of text in w, or -1. */
int choices_find(const struct choices *w, const char *text);

/* [any] The one of w that text was probably meant to be, or NULL. */
const char *choices_nearest(const struct choices *w, const char *text);

/* [any] The name of the setting of s that name was probably meant to be, or NULL. */
const char *settings_nearest(const struct settings *s, const char *name);

#endif
