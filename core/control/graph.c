/* SPDX-License-Identifier: MIT */
/* graph - see graph.h. */
#include "core/control/graph.h"

#include "core/control/clicks.h"
#include "core/control/guests.h"
#include "core/control/measure.h"
#include "core/control/measure_music.h"

#include <math.h>
#include <stdlib.h>

void graph_align(const double *latency_ms, const double *trim_ms, uint32_t n,
		 double *ret_delay_ms)
{
	double latest = 0;

	for (uint32_t i = 0; i < n; i++)
		latest = fmax(latest, latency_ms[i] - trim_ms[i]);
	for (uint32_t i = 0; i < n; i++)
		ret_delay_ms[i] =
			fmin(latest - latency_ms[i] + trim_ms[i], BRANCH_DELAY_MAX_MS);
}

double graph_latency(double measured_ms, double reported_ms, double assumed_ms,
		     enum ff_latency_from *ret_from)
{
	if (!isnan(measured_ms)) {
		*ret_from = FF_LATENCY_MEASURED;
		return measured_ms;
	}
	if (!isnan(reported_ms)) {
		*ret_from = FF_LATENCY_REPORTED;
		return reported_ms;
	}
	*ret_from = FF_LATENCY_ASSUMED;
	return assumed_ms;
}

/* What a speaker of each kind adds when it says nothing. */
static double assumed_ms(enum profile_output output)
{
	return output == OUTPUT_BLUETOOTH || output == OUTPUT_SIMULATED ? GRAPH_ASSUMED_MS : 0;
}

/* All speakers of a zone count, those that are away too: when one comes back, nobody moves. */
static void align_zone(struct control *c, uint32_t zone)
{
	double latency[FF_SPEAKERS], trim[FF_SPEAKERS], delay[FF_SPEAKERS];
	struct speaker *member[FF_SPEAKERS];
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->speakers_n; i++) {
		struct speaker *s = c->speakers[i];

		if (s->zone != zone)
			continue;
		member[n] = s;
		trim[n] = s->conf.trim_ms;
		latency[n++] = graph_latency(s->conf.latency_ms, s->reported_ms,
					     assumed_ms(s->conf.output), &s->latency_from);
	}
	if (n == 0)
		return;
	graph_align(latency, trim, n, delay);
	for (uint32_t i = 0; i < n; i++) {
		member[i]->latency_ms = (float)latency[i];
		member[i]->delay_ms = (float)delay[i];
	}
}

static float linear(double db)
{
	return db <= (double)FF_VOLUME_MIN ? 0.0f : db_to_linear((float)db);
}

static bool any_solo(const struct control *c, uint32_t zone)
{
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		if (c->speakers[i]->solo && c->speakers[i]->zone == zone)
			return true;
	}
	return false;
}

float graph_gain(const struct control *c, const struct speaker *s)
{
	const struct zone *z = &c->zones[s->zone];

	if (c->muted_all)
		return 0;
	if (c->clicks.run) { /* who asked to hear these two hears them */
		if (!clicks_has(c, s))
			return 0;
	} else if (z->mute || s->conf.mute || (!s->solo && any_solo(c, s->zone))) {
		return 0;
	}
	return linear(s->conf.volume_db) * linear(z->volume_db);
}

uint32_t graph_delay(const struct control *c, const struct speaker *s)
{
	return (uint32_t)lrint((double)s->delay_ms * c->time.rate / 1e3);
}

static void write_clicks(struct control *c, struct plan *p)
{
	if (!c->clicks.run)
		return;
	p->zones_n = CLICKS_SLOT + 1;
	p->feeds[p->feeds_n++] = (struct plan_feed){
		.feed = c->clicks.run->feed,
		.zone = CLICKS_SLOT,
		.gain = 1,
	};
}

static void write_branch(struct control *c, struct speaker *s, enum clicks_turn turn,
			 struct plan_branch *ret)
{
	bool clicks = clicks_has(c, s);

	s->flowing = sink_flowing(s->sink);
	if (!clicks || turn != CLICKS_HOLD)
		s->delay = graph_delay(c, s);
	*ret = (struct plan_branch){
		.branch = s->branch,
		.zone = clicks ? CLICKS_SLOT : c->zones[s->zone].slot,
		.map = (enum channel_map)s->conf.map,
		.gain = graph_gain(c, s),
		.delay = s->delay,
		.settle = clicks && turn == CLICKS_SETTLE,
		.flowing = s->flowing,
	};
}

/* Returns whether all of the model is in it. */
static bool write_plan(struct control *c, struct plan *p)
{
	enum clicks_turn turn;

	p->serial = c->serial + 1;
	for (uint32_t z = 0; z < c->zones_n; z++) {
		uint32_t slot = c->zones[z].slot;

		align_zone(c, z);
		p->zone_level[slot] = &c->levels[slot];
		p->zones_n = slot < p->zones_n ? p->zones_n : slot + 1;
	}
	for (uint32_t i = 0; i < c->sources_n; i++) {
		struct source_run *s = c->sources[i];

		p->feeds[p->feeds_n++] = (struct plan_feed){
			.feed = s->feed,
			.zone = c->zones[s->zone].slot,
			.gain = linear(s->conf.gain_db) * guests_gain(s),
		};
	}
	write_clicks(c, p);
	turn = clicks_turn(c);
	for (uint32_t i = 0; i < c->speakers_n; i++)
		write_branch(c, c->speakers[i], turn, &p->branches[p->branches_n++]);
	measure_plan(c, p);
	measure_music_plan(c, p);
	return turn != CLICKS_HOLD;
}

int graph_send(struct control *c)
{
	struct plan *p = calloc(1, sizeof(*p));
	bool whole;
	int r;

	if (!p)
		return -ENOMEM;
	whole = write_plan(c, p);
	r = engine_send(c->engine, p);
	if (r < 0) {
		free(p);
		return r;
	}
	c->serial = p->serial;
	c->dirty = !whole;
	return 0;
}

void graph_bury_speaker(struct control *c, struct speaker *s)
{
	/* The next plan is the first without it. */
	s->gone_serial = c->serial + 1;
	s->next_gone = c->gone_speakers;
	c->gone_speakers = s;
}

void graph_bury_source(struct control *c, struct source_run *s)
{
	s->gone_serial = c->serial + 1;
	s->next_gone = c->gone_sources;
	c->gone_sources = s;
}

static void free_speakers_before(struct control *c, uint64_t serial)
{
	struct speaker **at = &c->gone_speakers;

	while (*at) {
		struct speaker *s = *at;

		if (s->gone_serial > serial || s->link.pending) {
			at = &s->next_gone;
			continue;
		}
		*at = s->next_gone;
		branch_free(s->branch);
		free(s);
	}
}

static void free_sources_before(struct control *c, uint64_t serial)
{
	struct source_run **at = &c->gone_sources;

	while (*at) {
		struct source_run *s = *at;

		if (s->gone_serial > serial || s->guest.pending) {
			at = &s->next_gone;
			continue;
		}
		*at = s->next_gone;
		feed_free(s->feed);
		source_free(s->source);
		free(s);
	}
}

bool graph_collect(struct control *c)
{
	struct plan *p;

	while ((p = engine_retired(c->engine)) != NULL) {
		/* It came back because the engine has a later one. */
		free_speakers_before(c, p->serial + 1);
		free_sources_before(c, p->serial + 1);
		free(p);
	}
	return c->gone_speakers || c->gone_sources;
}

void graph_clear(struct control *c)
{
	free_speakers_before(c, UINT64_MAX);
	free_sources_before(c, UINT64_MAX);
}
