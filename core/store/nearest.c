/* SPDX-License-Identifier: MIT */
/* nearest - which known word was meant; part of settings.h. */
#include "core/store/settings.h"

#include <ctype.h>
#include <string.h>

#define WORD_MAX_ 32 /* bytes; longer words are nobody's slip of one of ours */

int choices_find(const struct choices *w, const char *text)
{
	for (uint32_t i = 0; i < w->count; i++)
		if (strcmp(w->list[i], text) == 0)
			return (int)i;
	return -1;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/*
 * How many slips lie between two words: a letter too many, too few, wrong, or
 * two neighbours swapped. Case and '-' for '_' are none.
 */
static uint32_t slips(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b);
	uint32_t row[3][WORD_MAX_ + 1];
	uint32_t *before = row[0], *above = row[1], *here = row[2];

	if (na > WORD_MAX_ || nb > WORD_MAX_)
		return UINT32_MAX;
	for (uint32_t j = 0; j <= nb; j++)
		above[j] = j;

	for (uint32_t i = 1; i <= na; i++) {
		int ca = tolower((unsigned char)(a[i - 1] == '-' ? '_' : a[i - 1]));

		here[0] = i;
		for (uint32_t j = 1; j <= nb; j++) {
			int cb = tolower((unsigned char)b[j - 1]);

			here[j] = above[j - 1] + (ca == cb ? 0 : 1);
			here[j] = least(here[j], least(above[j], here[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				here[j] = least(here[j], before[j - 2] + 1);
		}
		uint32_t *oldest = before;

		before = above;
		above = here;
		here = oldest;
	}
	return above[nb];
}

/* At most one slip in three letters is still the same word. */
static bool nearer(const char *known, const char *text, uint32_t *best)
{
	uint32_t n = slips(text, known);

	if (n >= *best || n > (strlen(known) + 2) / 3)
		return false;
	*best = n;
	return true;
}

const char *choices_nearest(const struct choices *w, const char *text)
{
	const char *found = NULL;
	uint32_t best = UINT32_MAX;

	for (uint32_t i = 0; i < w->count; i++)
		if (nearer(w->list[i], text, &best))
			found = w->list[i];
	return found;
}

const char *settings_nearest(const struct settings *s, const char *name)
{
	const char *found = NULL;
	uint32_t best = UINT32_MAX;

	for (uint32_t i = 0; i < s->count; i++)
		if (nearer(s->list[i].name, name, &best))
			found = s->list[i].name;
	return found;
}
