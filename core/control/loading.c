/* SPDX-License-Identifier: MIT */
/* loading - see loading.h. */
#include "core/control/loading.h"

#include "core/base/clock.h"
#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/control/cast.h"
#include "core/control/clicks.h"
#include "core/control/edits.h"
#include "core/control/links.h"
#include "core/control/recall.h"
#include "core/control/removed.h"
#include "core/store/text.h"

#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void loading_unload(struct control *c)
{
	removed_forget(c);
	cast_dismiss(c);
	profile_free(c->saved);
	c->saved = NULL;
}

/* ---- the switch ------------------------------------------------------------------------- */

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
	       !strcmp(a->device, b->device);
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

/* Takes p over in every case. */
static int apply(struct control *c, struct profile *p, const char *path)
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

static void log_complaints(const struct complaint *why)
{
	const char *line = why->text;

	while (*line) {
		int n = (int)strcspn(line, "\n");

		if (n > 0)
			log_warning("%.*s", n, line);
		line += n;
		line += *line == '\n';
	}
}

int loading_load(struct control *c, const char *text, struct complaint *why)
{
	SCOPED(profile_freep) struct profile *p = NULL;
	char path[SHELF_PATH_MAX];
	int r;

	why->text[0] = '\0';
	r = shelf_find(text, path);
	if (r < 0) {
		snprintf(why->text, sizeof(why->text), "no profile is called \"%s\"", text);
		return r;
	}
	r = profile_load(path, &p, why);
	if (r < 0)
		return r;
	log_complaints(why);
	r = apply(c, TAKE(p), path);
	if (r < 0) {
		snprintf(why->text, sizeof(why->text), "%s: cannot start: %s", path,
			 strerror(-r));
		return r;
	}
	shelf_set_last(c->name); /* a state folder that cannot be written costs only this */
	log_notice("profile %s: %u speaker%s, %u source%s", c->name, c->speakers_n,
		   c->speakers_n == 1 ? "" : "s", c->sources_n, c->sources_n == 1 ? "" : "s");
	return 0;
}

static bool machine_has_adapter(void)
{
	glob_t found = { 0 };
	bool has = glob("/sys/class/bluetooth/hci*", 0, NULL, &found) == 0;

	globfree(&found);
	return has;
}

/* Something to hear as soon as the first speaker is there: the tune. */
static int begin_empty(struct control *c)
{
	struct profile *p = profile_new("My speakers");
	struct profile_source *tune = p ? profile_add_source(p, &p->zones[0]) : NULL;

	if (!tune) {
		profile_free(p);
		return -ENOMEM;
	}
	tune->type = SOURCE_TONE;
	tune->tone = TONE_TUNE;
	log_notice("no speakers yet: the console finds them");
	return apply(c, p, "");
}

int loading_first(struct control *c, struct complaint *why)
{
	char last[PROFILE_NAME_MAX];

	if (shelf_last(last) == 0) {
		if (loading_load(c, last, why) == 0) {
			recall_take_up(c);
			return 0;
		}
		log_warning("the last profile cannot be played: %s", why->text);
	}
	if (machine_has_adapter())
		return begin_empty(c);
	if (loading_load(c, "Demo", why) == 0)
		return 0;
	log_warning("the demonstration cannot be played: %s", why->text);
	return begin_empty(c);
}

/* ---- out again -------------------------------------------------------------------------- */

struct profile *loading_current(const struct control *c)
{
	struct profile *p = profile_new(c->name);

	if (!p)
		return NULL;
	p->rate = c->time.rate;
	p->period = c->time.period;
	p->zones_n = c->zones_n;
	for (uint32_t z = 0; z < c->zones_n; z++) {
		CUT_COPY(p->zones[z].name, c->zones[z].name);
		p->zones[z].volume_db = c->zones[z].volume_db;
	}
	for (uint32_t i = 0; i < c->sources_n; i++) {
		struct profile_source *s =
			profile_add_source(p, &p->zones[c->sources[i]->zone]);

		if (!s)
			goto no_memory;
		*s = c->sources[i]->conf;
	}
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		struct profile_speaker *s =
			profile_add_speaker(p, &p->zones[c->speakers[i]->zone]);

		if (!s)
			goto no_memory;
		*s = c->speakers[i]->conf;
	}
	return p;

no_memory:
	profile_free(p);
	return NULL;
}

int loading_save(struct control *c, const char *name, struct complaint *why)
{
	SCOPED(profile_freep) struct profile *p = NULL;
	char path[SHELF_PATH_MAX];
	const char *as = *name ? name : c->name;
	int r;

	r = shelf_own_path(as, path);
	if (r < 0) {
		snprintf(why->text, sizeof(why->text), "\"%s\" cannot be a profile's name: %s",
			 as,
			 strlen(as) >= PROFILE_NAME_MAX ? "it is longer than 63 bytes"
			 : r == -EINVAL ? "no \"/\" in it, and no \".\" before it"
					: strerror(-r));
		return r;
	}
	p = loading_current(c);
	if (!p)
		return -ENOMEM;
	CUT_COPY(p->name, as);
	r = profile_save(p, path);
	if (r < 0) {
		snprintf(why->text, sizeof(why->text), "%s: cannot be written: %s", path,
			 strerror(-r));
		return r;
	}
	CUT_COPY(c->name, as);
	CUT_COPY(c->path, path);
	profile_free(c->saved);
	c->saved = TAKE(p);
	edits_filed(c);
	c->recall.due = true;
	shelf_set_last(c->name);
	log_notice("profile %s saved in %s", c->name, path);
	loading_list(c);
	control_changed(c);
	return 0;
}

/* ---- names ------------------------------------------------------------------------------ */

/* Whether a profile may be called so from now on; words in why where not. */
static int free_name(const char *name, struct complaint *why)
{
	char path[SHELF_PATH_MAX];

	if (!text_is_file_name(name)) {
		snprintf(why->text, sizeof(why->text),
			 "\"%s\" cannot be a profile's name: 1 to %d bytes, no \"/\", no \".\" "
			 "in front",
			 name, PROFILE_NAME_MAX - 1);
		return -EINVAL;
	}
	if (shelf_find(name, path) == 0) {
		snprintf(why->text, sizeof(why->text), "there is a profile \"%s\" already",
			 name);
		return -EEXIST;
	}
	return 0;
}

int loading_new(struct control *c, const char *name, struct complaint *why)
{
	struct profile *p;
	int r = free_name(name, why);

	if (r < 0)
		return r;
	p = profile_new(name);
	if (!p)
		return -ENOMEM;
	r = apply(c, p, "");
	if (r < 0)
		return r;
	profile_free(c->saved);
	c->saved = NULL;
	edits_compare(c);
	log_notice("profile %s: new, not saved yet", c->name);
	return 0;
}

/* What plays is called name from now on. */
static void call(struct control *c, const char *name)
{
	CUT_COPY(c->name, name);
	if (c->saved)
		CUT_COPY(c->saved->name, name);
	edits_compare(c);
	c->recall.due = true;
	c->structure++;
}

int loading_rename(struct control *c, const char *from, const char *to, struct complaint *why)
{
	bool loaded = !strcmp(from, c->name);
	char path[SHELF_PATH_MAX];
	int r;

	if (!strcmp(from, to))
		return 0;
	r = free_name(to, why);
	if (r < 0)
		return r;
	if (!loaded || c->path[0]) {
		r = shelf_rename(from, to, path);
		if (r < 0) {
			snprintf(why->text, sizeof(why->text),
				 "profile \"%s\" cannot be renamed: %s", from,
				 r == -EROFS	? "it is shipped with Fanfare and stays"
				 : r == -ENOENT ? "it is not among your own"
						: strerror(-r));
			return r;
		}
		if (loaded) {
			CUT_COPY(c->path, path);
			shelf_set_last(to);
		}
	}
	if (loaded)
		call(c, to);
	log_notice("profile %s is called %s now", from, to);
	loading_list(c);
	return 0;
}

void loading_list(struct control *c)
{
	size_t n = shelf_list(c->shelf, FF_PROFILES);

	c->shelf_n = (uint32_t)(n < FF_PROFILES ? n : FF_PROFILES);
	control_changed(c);
}
