/* SPDX-License-Identifier: MIT */
/* swap - see swap.h. */
#include "core/control/swap.h"

#include "core/base/cut.h"
#include "core/control/cast.h"
#include "core/control/clicks.h"
#include "core/control/doubt.h"
#include "core/control/edits.h"
#include "core/control/links.h"
#include "core/control/loading.h"
#include "core/control/removed.h"

#include <string.h>

static bool same_speaker(const struct profile_speaker *a, const struct profile_speaker *b)
{
	if (a->output != b->output)
		return false;
	switch (a->output) {
	case OUTPUT_BLUETOOTH:
		return !strcmp(a->address, b->address) &&
		       (!b->adapter[0] || !strcmp(a->adapter, b->adapter));
	case OUTPUT_ALSA:
	case OUTPUT_PULSE:
	case OUTPUT_FILE:
		return !strcmp(a->device, b->device);
	case OUTPUT_SIMULATED:
	case OUTPUT_NULL:
		return !strcmp(a->name, b->name) &&
		       !memcmp(&a->simulation, &b->simulation, sizeof(a->simulation));
	}
	return false;
}

static bool same_source(const struct profile_source *a, const struct profile_source *b)
{
	return a->type == b->type && a->tone == b->tone && a->format == b->format &&
	       a->rate == b->rate && a->channels == b->channels &&
	       !strcmp(a->device, b->device) && !strcmp(a->address, b->address) &&
	       !strcmp(a->adapter, b->adapter);
}

/* Find conf in the new profile; *ret_zone is where. */
static const struct profile_speaker *
find_speaker(const struct profile *p, const struct profile_speaker *conf, uint32_t *ret_zone)
{
	for (uint32_t z = 0; z < p->zones_n; z++) {
		for (uint32_t i = 0; i < p->zones[z].speakers_n; i++) {
			if (same_speaker(conf, &p->zones[z].speakers[i])) {
				*ret_zone = z;
				return &p->zones[z].speakers[i];
			}
		}
	}
	return NULL;
}

static void keep_speakers(struct control *c, const struct profile *p)
{
	for (uint32_t i = c->speakers_n; i-- > 0;) {
		struct speaker *s = c->speakers[i];
		const struct profile_speaker *now = find_speaker(p, &s->conf, &s->zone);

		if (!now) {
			cast_remove_speaker(c, i);
			continue;
		}
		if (now->bitpool != s->conf.bitpool)
			sink_set_bitpool(s->sink, now->bitpool);
		if (now->own_volume != s->conf.own_volume &&
		    now->own_volume != PROFILE_VOLUME_ITS) {
			s->absolute_wanted = (int16_t)now->own_volume;
			links_send_volume(s);
		}
		if (strcmp(s->conf.measured, now->measured) != 0 &&
		    s->conf.output == OUTPUT_BLUETOOTH)
			doubt_connected(s); /* that was another connection, for all we know */
		s->conf = *now;
		s->solo = false;
		links_map_changed(s);
		if (!s->link.wanted)
			links_want(s, true);
	}
}

/* How the k-th source of zone z of a file stands; id 0 = a new one. */
static struct standing standing_of(uint32_t id, const struct profile *p, uint32_t z, uint32_t k)
{
	struct standing is = { .id = id, .filed = k + 1, .rank = k };

	while (z-- > 0)
		is.filed += p->zones[z].sources_n;
	return is;
}

static void keep_sources(struct control *c, const struct profile *p,
			 bool taken[][PROFILE_SOURCES])
{
	for (uint32_t i = c->sources_n; i-- > 0;) {
		struct source_run *s = c->sources[i];
		bool kept = false;

		for (uint32_t z = 0; z < p->zones_n && !kept; z++) {
			for (uint32_t k = 0; k < p->zones[z].sources_n && !kept; k++) {
				if (taken[z][k] ||
				    !same_source(&s->conf, &p->zones[z].sources[k]))
					continue;
				s->conf = p->zones[z].sources[k];
				s->zone = z;
				s->had_n = 0;
				s->is = standing_of(s->is.id, p, z, k);
				taken[z][k] = kept = true;
			}
		}
		if (!kept)
			cast_remove_source(c, i);
	}
}

static int add_missing(struct control *c, const struct profile *p,
		       bool taken[][PROFILE_SOURCES])
{
	int r = 0;

	for (uint32_t z = 0; z < p->zones_n && r == 0; z++) {
		for (uint32_t i = 0; i < p->zones[z].sources_n && r == 0; i++) {
			const struct standing is = standing_of(0, p, z, i);

			if (!taken[z][i])
				r = cast_add_source(c, &p->zones[z].sources[i], z, &is, NULL);
		}
		for (uint32_t i = 0; i < p->zones[z].speakers_n && r == 0; i++) {
			const struct profile_speaker *conf = &p->zones[z].speakers[i];
			bool there = false;

			for (uint32_t k = 0; k < c->speakers_n; k++)
				there = there || same_speaker(&c->speakers[k]->conf, conf);
			if (!there)
				r = cast_add_speaker(c, conf, z, NULL, NULL);
		}
	}
	return r;
}

/* The order of the file is the order on the screen: all stand as filed. */
static void stand_as_filed(struct control *c, const struct profile *p)
{
	uint32_t nth = 0;

	for (uint32_t i = 0; i < c->speakers_n; i++)
		c->speakers[i]->is.filed = 0;
	for (uint32_t z = 0; z < p->zones_n; z++) {
		c->zones[z].filed = z + 1;
		for (uint32_t i = 0; i < p->zones[z].speakers_n; i++) {
			nth++;
			for (uint32_t k = 0; k < c->speakers_n; k++) {
				struct speaker *s = c->speakers[k];

				if (!s->is.filed &&
				    !strcmp(s->conf.name, p->zones[z].speakers[i].name)) {
					s->is.filed = nth;
					s->is.rank = nth;
				}
			}
		}
	}
	c->next_rank = nth + FF_SOURCES;
	cast_sort(c);
}

/*
 * A zone keeps the mix of the speaker that it keeps, so that whoever plays on hears no seam;
 * the others get what is free.
 */
static void give_slots(const struct control *c, const struct profile *p, uint32_t *ret_slot)
{
	bool used[FF_ZONES] = { false };
	uint32_t z;

	for (z = 0; z < p->zones_n; z++)
		ret_slot[z] = UINT32_MAX;
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		const struct speaker *s = c->speakers[i];
		uint32_t slot = c->zones[s->zone].slot;

		if (!find_speaker(p, &s->conf, &z) || ret_slot[z] != UINT32_MAX || used[slot])
			continue;
		ret_slot[z] = slot;
		used[slot] = true;
	}
	for (z = 0; z < p->zones_n; z++) {
		uint32_t slot = 0;

		if (ret_slot[z] != UINT32_MAX)
			continue;
		while (used[slot])
			slot++;
		ret_slot[z] = slot;
		used[slot] = true;
	}
}

static void set_zones(struct control *c, const struct profile *p, const uint32_t *slot)
{
	c->zones_n = p->zones_n;
	for (uint32_t z = 0; z < p->zones_n; z++) {
		c->zones[z] = (struct zone){
			.id = ++c->next_id,
			.slot = slot[z],
			.volume_db = p->zones[z].volume_db,
		};
		CUT_COPY(c->zones[z].name, p->zones[z].name);
	}
}

int swap_to(struct control *c, struct profile *p, const char *path)
{
	bool taken[PROFILE_ZONES][PROFILE_SOURCES] = { 0 };
	uint32_t slot[PROFILE_ZONES];
	int r = 0;

	removed_forget(c);
	clicks_off(c);
	if (!c->engine || c->time.rate != p->rate || c->time.period != p->period)
		r = cast_assemble(c, p->rate, p->period);
	if (r == 0) {
		give_slots(c, p, slot);
		keep_speakers(c, p);
		keep_sources(c, p, taken);
		set_zones(c, p, slot);
		r = add_missing(c, p, taken);
		stand_as_filed(c, p);
	}
	CUT_COPY(c->name, p->name);
	CUT_COPY(c->path, path);
	profile_free(c->saved);
	c->saved = p;
	edits_compare(c);
	c->recall.due = true;
	c->structure++;
	c->dirty = true;
	loading_list(c);
	control_changed(c);
	return r;
}
