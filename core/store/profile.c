/* SPDX-License-Identifier: MIT */
/* profile - what plays where, as a value; see profile.h. */
#include "core/store/profile.h"
#include "core/store/settings.h"
#include "core/store/text.h"

#include <stdio.h>
#include <string.h>

struct profile *profile_new(const char *name)
{
	struct profile *p = malloc(sizeof(*p));

	if (!p)
		return NULL;
	memcpy(p, settings_profile.defaults, sizeof(*p));
	snprintf(p->name, sizeof(p->name), "%s", name);
	text_cut(p->name, sizeof(p->name) - 1);
	p->zones_n = 1;
	snprintf(p->zones[0].name, sizeof(p->zones[0].name), "Zone 1");
	return p;
}

void profile_free(struct profile *p)
{
	if (!p)
		return;
	for (uint32_t i = 0; i < p->zones_n; i++) {
		free(p->zones[i].sources);
		free(p->zones[i].speakers);
	}
	free(p);
}

/* A copy of n items of size bytes; NULL for none, and then *ok stays. */
static void *copy_items(const void *items, uint32_t n, size_t size, bool *ok)
{
	void *copy;

	if (n == 0)
		return NULL;
	copy = malloc(n * size);
	if (copy)
		memcpy(copy, items, n * size);
	else
		*ok = false;
	return copy;
}

struct profile *profile_copy(const struct profile *p)
{
	SCOPED(profile_freep) struct profile *copy = malloc(sizeof(*copy));
	bool ok = true;

	if (!copy)
		return NULL;
	*copy = *p;
	for (uint32_t i = 0; i < p->zones_n; i++) {
		const struct profile_zone *z = &p->zones[i];

		copy->zones[i].sources =
			copy_items(z->sources, z->sources_n, sizeof(*z->sources), &ok);
		copy->zones[i].speakers =
			copy_items(z->speakers, z->speakers_n, sizeof(*z->speakers), &ok);
	}
	return ok ? TAKE(copy) : NULL;
}

static bool zone_equal(const struct profile_zone *a, const struct profile_zone *b)
{
	if (!settings_same(&settings_zone, a, b) || a->sources_n != b->sources_n ||
	    a->speakers_n != b->speakers_n)
		return false;
	for (uint32_t i = 0; i < a->sources_n; i++)
		if (!settings_same(&settings_source, &a->sources[i], &b->sources[i]))
			return false;
	for (uint32_t i = 0; i < a->speakers_n; i++) {
		const struct profile_speaker *x = &a->speakers[i], *y = &b->speakers[i];

		if (!settings_same(&settings_speaker, x, y))
			return false;
		if (x->output == OUTPUT_SIMULATED &&
		    !settings_same(&settings_simulation, &x->simulation, &y->simulation))
			return false;
	}
	return true;
}

bool profile_equal(const struct profile *a, const struct profile *b)
{
	if (strcmp(a->name, b->name) != 0 || a->zones_n != b->zones_n ||
	    !settings_same(&settings_profile, a, b))
		return false;
	for (uint32_t i = 0; i < a->zones_n; i++)
		if (!zone_equal(&a->zones[i], &b->zones[i]))
			return false;
	return true;
}

struct profile_source *profile_add_source(struct profile *p, struct profile_zone *z)
{
	struct profile_source *grown;
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->zones_n; i++)
		n += p->zones[i].sources_n;
	if (n >= PROFILE_SOURCES)
		return NULL;
	grown = realloc(z->sources, (z->sources_n + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	z->sources = grown;
	memcpy(&grown[z->sources_n], settings_source.defaults, sizeof(*grown));
	return &grown[z->sources_n++];
}

struct profile_speaker *profile_add_speaker(struct profile *p, struct profile_zone *z)
{
	struct profile_speaker *grown;
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->zones_n; i++)
		n += p->zones[i].speakers_n;
	if (n >= PROFILE_SPEAKERS)
		return NULL;
	grown = realloc(z->speakers, (z->speakers_n + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	z->speakers = grown;
	memcpy(&grown[z->speakers_n], settings_speaker.defaults, sizeof(*grown));
	return &grown[z->speakers_n++];
}

void profile_remove_speaker(struct profile_zone *z, uint32_t i)
{
	if (i >= z->speakers_n)
		return;
	z->speakers_n--;
	memmove(&z->speakers[i], &z->speakers[i + 1],
		(z->speakers_n - i) * sizeof(*z->speakers));
}
