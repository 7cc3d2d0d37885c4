/* SPDX-License-Identifier: MIT */
/* edits - see edits.h. */
#include "core/control/edits.h"

#include "core/base/cut.h"
#include "core/control/loading.h"
#include "core/control/names.h"
#include "core/control/removed.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A file keeps four decimals. */
#define SAME_NUMBER 0.00005

__attribute__((format(printf, 2, 3))) static void tell(struct control *c, const char *format,
						       ...)
{
	va_list args;

	if (c->edits_n == FF_EDITS)
		return;
	va_start(args, format);
	cut_vprint(c->edits[c->edits_n], sizeof(c->edits[0]), format, args);
	va_end(args);
	c->edits_n++;
}

/* "Patio: volume -6.0 → -4.0 dB"; NAN is a number that nobody gave. */
static void tell_number(struct control *c, const char *who, const char *what, double was,
			double is, const char *unit)
{
	char a[32] = "none", b[32] = "none";

	if ((isnan(was) && isnan(is)) || fabs(was - is) < SAME_NUMBER)
		return;
	if (!isnan(was))
		snprintf(a, sizeof(a), "%.1f", was);
	if (!isnan(is))
		snprintf(b, sizeof(b), "%.1f", is);
	tell(c, "%s: %s %s → %s %s", who, what, a, b, unit);
}

static void tell_name(struct control *c, const char *kind, const char *was, const char *is)
{
	if (strcmp(was, is) != 0)
		tell(c, "%s%s: called %s now", kind, was, is);
}

static void tell_zone_of(struct control *c, const char *who, uint32_t was, uint32_t is)
{
	if (c->zones[is].filed != was + 1)
		tell(c, "%s: zone %s → %s", who, c->saved->zones[was].name, c->zones[is].name);
}

/* ---- zones ------------------------------------------------------------------------------ */

static void compare_zones(struct control *c)
{
	const struct profile *p = c->saved;
	uint32_t filed = 0; /* bit n: the file's zone n is still there */

	for (uint32_t z = 0; z < c->zones_n; z++) {
		const struct zone *is = &c->zones[z];
		const struct profile_zone *was;
		char who[PROFILE_NAME_MAX + 8];

		snprintf(who, sizeof(who), "zone %s", is->name);
		if (!is->filed) {
			tell(c, "%s: added", who);
			tell_number(c, who, "volume", 0, is->volume_db, "dB");
			continue;
		}
		was = &p->zones[is->filed - 1];
		filed |= 1u << (is->filed - 1);
		tell_name(c, "zone ", was->name, is->name);
		tell_number(c, who, "volume", was->volume_db, is->volume_db, "dB");
	}
	for (uint32_t z = 0; z < p->zones_n; z++) {
		if (!(filed & 1u << z))
			tell(c, "zone %s: removed", p->zones[z].name);
	}
}

/* ---- sources ---------------------------------------------------------------------------- */

static void compare_source(struct control *c, const struct profile_source *was, uint32_t zone,
			   const struct source_run *s)
{
	const struct profile_source *is = &s->conf;
	const char *who = names_source(is);

	if (was->name[0] || is->name[0])
		tell_name(c, "", names_source(was), who);
	if (was->type != is->type ||
	    strcmp(names_source_device(was), names_source_device(is)) != 0)
		tell(c, "%s: %s %s → %s %s", who, names_source_type(was->type),
		     names_source_device(was), names_source_type(is->type),
		     names_source_device(is));
	tell_number(c, who, "gain", was->gain_db, is->gain_db, "dB");
	tell_zone_of(c, who, zone, s->zone);
}

static void compare_sources(struct control *c)
{
	uint32_t nth = 0;

	for (uint32_t z = 0; z < c->saved->zones_n; z++) {
		for (uint32_t i = 0; i < c->saved->zones[z].sources_n; i++) {
			const struct profile_source *was = &c->saved->zones[z].sources[i];
			const struct source_run *s = NULL;

			nth++;
			for (uint32_t k = 0; k < c->sources_n && !s; k++) {
				if (c->sources[k]->is.filed == nth)
					s = c->sources[k];
			}
			if (s)
				compare_source(c, was, z, s);
			else
				tell(c, "%s: removed", names_source(was));
		}
	}
	for (uint32_t i = 0; i < c->sources_n; i++) {
		if (!c->sources[i]->is.filed)
			tell(c, "%s: added", names_source(&c->sources[i]->conf));
	}
}

/* ---- speakers --------------------------------------------------------------------------- */

static void tell_own_volume(struct control *c, const char *who, uint32_t was, uint32_t is)
{
	char a[16] = "left to it", b[16] = "left to it";

	if (was == is)
		return;
	if (was != PROFILE_VOLUME_ITS)
		snprintf(a, sizeof(a), "%u", was);
	if (is != PROFILE_VOLUME_ITS)
		snprintf(b, sizeof(b), "%u", is);
	tell(c, "%s: its own volume %s → %s", who, a, b);
}

static void compare_speaker(struct control *c, const struct profile_speaker *was, uint32_t zone,
			    const struct speaker *s)
{
	const struct profile_speaker *is = &s->conf;
	const char *who = is->name;

	tell_name(c, "", was->name, who);
	tell_number(c, who, "volume", was->volume_db, is->volume_db, "dB");
	if (was->mute != is->mute)
		tell(c, "%s: %s", who, is->mute ? "muted" : "not muted any more");
	if (was->map != is->map)
		tell(c, "%s: channels %s → %s", who, names_map(was->map), names_map(is->map));
	tell_own_volume(c, who, was->own_volume, is->own_volume);
	tell_number(c, who, "trim", was->trim_ms, is->trim_ms, "ms");
	tell_number(c, who, "measured latency", was->latency_ms, is->latency_ms, "ms");
	if (strcmp(was->measured, is->measured) != 0 && is->measured[0] &&
	    fabs(was->latency_ms - is->latency_ms) < SAME_NUMBER)
		tell(c, "%s: found in time %s", who, is->measured);
	tell_zone_of(c, who, zone, s->zone);
}

static void compare_speakers(struct control *c)
{
	uint32_t nth = 0;

	for (uint32_t z = 0; z < c->saved->zones_n; z++) {
		for (uint32_t i = 0; i < c->saved->zones[z].speakers_n; i++) {
			const struct profile_speaker *was = &c->saved->zones[z].speakers[i];
			const struct speaker *s = NULL;

			nth++;
			for (uint32_t k = 0; k < c->speakers_n && !s; k++) {
				if (c->speakers[k]->is.filed == nth)
					s = c->speakers[k];
			}
			if (s)
				compare_speaker(c, was, z, s);
			else
				tell(c, "%s: removed", was->name);
		}
	}
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		if (!c->speakers[i]->is.filed)
			tell(c, "%s: added", c->speakers[i]->conf.name);
	}
}

/* ---- all of it -------------------------------------------------------------------------- */

static bool differs(const struct control *c)
{
	struct profile *now = loading_current(c);
	bool yes = now && !profile_equal(now, c->saved);

	profile_free(now);
	return yes;
}

void edits_compare(struct control *c)
{
	c->edited = false;
	c->edits_n = 0;
	if (!c->saved) {
		c->modified = true;
		tell(c, "%s: not saved yet", c->name);
		return;
	}
	c->modified = differs(c);
	if (!c->modified)
		return;
	compare_zones(c);
	compare_sources(c);
	compare_speakers(c);
}

void edits_filed(struct control *c)
{
	for (uint32_t z = 0; z < c->zones_n; z++)
		c->zones[z].filed = z + 1;
	for (uint32_t i = 0; i < c->speakers_n; i++)
		c->speakers[i]->is.filed = i + 1;
	for (uint32_t i = 0; i < c->sources_n; i++)
		c->sources[i]->is.filed = i + 1;
	removed_unfile(c);
	edits_compare(c);
}
