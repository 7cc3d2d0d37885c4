/* SPDX-License-Identifier: MIT */
/* removed - see removed.h. */
#include "core/control/removed.h"

#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/control/cast.h"
#include "core/control/links.h"
#include "core/control/names.h"

#include <string.h>

#define REMOVED_MOST 512u /* nobody goes back further */

enum removed_kind { REMOVED_SPEAKER, REMOVED_SOURCE, REMOVED_ZONE };

struct removed {
	struct removed *next;
	enum removed_kind kind;
	uint32_t zone_id; /* that it was in, or is */
	bool with_zone;	  /* it left because its zone did */
	struct standing is;
	union {
		struct {
			struct profile_speaker conf;
			bool solo, wanted;
			double reported_ms;
			int16_t absolute_wanted;
		} speaker;
		struct {
			struct profile_source conf, had[SOURCE_MEMORY];
			uint32_t had_n, gaps;
		} source;
		struct {
			struct zone was;
			uint32_t index;
		} zone;
	};
};

/* Forget the oldest beyond what is kept. */
static void trim(struct control *c)
{
	struct removed **at = &c->removed;

	for (uint32_t i = 0; *at && i < REMOVED_MOST; i++)
		at = &(*at)->next;
	while (*at) {
		struct removed *r = *at;

		*at = r->next;
		free(r);
	}
}

/* Without memory it is removed all the same, for good. */
static struct removed *keep(struct control *c, enum removed_kind kind, uint32_t zone_id)
{
	struct removed *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->kind = kind;
	r->zone_id = zone_id;
	r->next = c->removed;
	c->removed = r;
	trim(c);
	return r;
}

static void take_speaker(struct control *c, uint32_t i, bool with_zone)
{
	const struct speaker *s = c->speakers[i];
	struct removed *r = keep(c, REMOVED_SPEAKER, c->zones[s->zone].id);

	if (r) {
		r->with_zone = with_zone;
		r->is = s->is;
		r->speaker.conf = s->conf;
		r->speaker.solo = s->solo;
		r->speaker.wanted = s->link.wanted;
		r->speaker.reported_ms = s->reported_ms;
		r->speaker.absolute_wanted = s->absolute_wanted;
	}
	cast_remove_speaker(c, i);
}

static void take_source(struct control *c, uint32_t i, bool with_zone)
{
	const struct source_run *s = c->sources[i];
	struct removed *r = keep(c, REMOVED_SOURCE, c->zones[s->zone].id);

	if (r) {
		r->with_zone = with_zone;
		r->is = s->is;
		r->source.conf = s->conf;
		memcpy(r->source.had, s->had, sizeof(s->had));
		r->source.had_n = s->had_n;
		r->source.gaps = s->gaps;
	}
	cast_remove_source(c, i);
}

void removed_take_speaker(struct control *c, uint32_t i)
{
	take_speaker(c, i, false);
}

void removed_take_source(struct control *c, uint32_t i)
{
	take_source(c, i, false);
}

void removed_take_zone(struct control *c, uint32_t z)
{
	struct removed *r;

	for (uint32_t i = c->speakers_n; i-- > 0;) {
		if (c->speakers[i]->zone == z)
			take_speaker(c, i, true);
		else if (c->speakers[i]->zone > z)
			c->speakers[i]->zone--;
	}
	for (uint32_t i = c->sources_n; i-- > 0;) {
		if (c->sources[i]->zone == z)
			take_source(c, i, true);
		else if (c->sources[i]->zone > z)
			c->sources[i]->zone--;
	}
	r = keep(c, REMOVED_ZONE, c->zones[z].id);
	if (r) {
		r->zone.was = c->zones[z];
		r->zone.index = z;
	}
	memmove(&c->zones[z], &c->zones[z + 1], (c->zones_n - z - 1) * sizeof(struct zone));
	c->zones_n--;
	c->structure++;
	c->dirty = true;
}

/* ---- and back --------------------------------------------------------------------------- */

static int zone_of(const struct control *c, uint32_t id, uint32_t *ret)
{
	for (uint32_t z = 0; z < c->zones_n; z++) {
		if (c->zones[z].id == id) {
			*ret = z;
			return 0;
		}
	}
	return -EADDRNOTAVAIL;
}

static int restore_speaker(struct control *c, struct removed *r, uint32_t zone)
{
	struct speaker *s;
	int err;

	names_free_speaker(c, r->speaker.conf.name, r->speaker.conf.name);
	err = cast_add_speaker(c, &r->speaker.conf, zone, &r->is, &s);
	if (err < 0)
		return err;
	s->solo = r->speaker.solo;
	s->reported_ms = r->speaker.reported_ms;
	s->absolute_wanted = r->speaker.absolute_wanted;
	links_want(s, r->speaker.wanted);
	return 0;
}

static int restore_source(struct control *c, const struct removed *r, uint32_t zone)
{
	struct source_run *s;
	int err = cast_add_source(c, &r->source.conf, zone, &r->is, &s);

	if (err < 0)
		return err;
	memcpy(s->had, r->source.had, sizeof(s->had));
	s->had_n = r->source.had_n;
	s->gaps = r->source.gaps;
	return 0;
}

/* Put one back; when it worked it is no longer among the removed. */
static int restore(struct control *c, struct removed **at)
{
	struct removed *r = *at;
	uint32_t zone;
	int err = zone_of(c, r->zone_id, &zone);

	if (err == 0)
		err = r->kind == REMOVED_SPEAKER ? restore_speaker(c, r, zone)
						 : restore_source(c, r, zone);
	if (err < 0)
		return err;
	*at = r->next;
	free(r);
	return 0;
}

static void name_of(const struct removed *r, char ret[PROFILE_NAME_MAX])
{
	switch (r->kind) {
	case REMOVED_SPEAKER:
		cut_copy(ret, PROFILE_NAME_MAX, r->speaker.conf.name);
		break;
	case REMOVED_SOURCE:
		cut_copy(ret, PROFILE_NAME_MAX, names_source(&r->source.conf));
		break;
	case REMOVED_ZONE:
		cut_copy(ret, PROFILE_NAME_MAX, r->zone.was.name);
		break;
	}
}

int removed_restore(struct control *c, uint32_t id, uint32_t ticket,
		    char ret_name[PROFILE_NAME_MAX])
{
	for (struct removed **at = &c->removed; *at; at = &(*at)->next) {
		const struct removed *r = *at;

		if (r->kind == REMOVED_ZONE ||
		    (id ? r->is.id != id : !ticket || r->is.ticket != ticket))
			continue;
		name_of(r, ret_name);
		return restore(c, at);
	}
	return -ENOENT;
}

int removed_restore_zone(struct control *c, uint32_t z, char ret_name[PROFILE_NAME_MAX])
{
	struct removed **at = &c->removed, *r;
	int err;

	while (*at && ((*at)->kind != REMOVED_ZONE || (*at)->zone.index != z))
		at = &(*at)->next;
	r = *at;
	if (!r)
		return -ENOENT;
	names_free_zone(c, r->zone.was.name, r->zone.was.name);
	name_of(r, ret_name);
	err = cast_add_zone(c, z, &r->zone.was);
	if (err < 0)
		return err;
	*at = r->next;
	for (at = &c->removed; *at;) {
		const struct removed *with = *at;
		bool back =
			with->with_zone && with->zone_id == r->zone_id && restore(c, at) == 0;

		if (!back)
			at = &(*at)->next;
	}
	free(r);
	return 0;
}

void removed_unfile(struct control *c)
{
	for (struct removed *r = c->removed; r; r = r->next) {
		r->is.filed = 0;
		if (r->kind == REMOVED_ZONE)
			r->zone.was.filed = 0;
	}
}

void removed_forget(struct control *c)
{
	while (c->removed) {
		struct removed *r = c->removed;

		c->removed = r->next;
		free(r);
	}
}
