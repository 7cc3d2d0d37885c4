/* SPDX-License-Identifier: MIT */
/* cast - see cast.h. */
#include "core/control/cast.h"

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/control/clicks.h"
#include "core/control/graph.h"
#include "core/control/guests.h"
#include "core/control/links.h"
#include "core/control/measure.h"
#include "core/control/measure_music.h"

#include <math.h>
#include <string.h>

/* Enough for a served sink that is late by several cycles, and for one period of a card. */
#define RING_FRAMES 16384u
/* A disk, and a thread without priority on a busy machine, may take over a second. */
#define FILE_RING_FRAMES 65536u

/* ---- who stands where -------------------------------------------------------------------- */

static bool before(uint32_t zone_a, const struct standing *a, uint32_t zone_b,
		   const struct standing *b)
{
	return zone_a != zone_b ? zone_a < zone_b : a->rank < b->rank;
}

void cast_sort(struct control *c)
{
	for (uint32_t i = 1; i < c->speakers_n; i++) {
		struct speaker *s = c->speakers[i];
		uint32_t k = i;

		for (; k > 0 && before(s->zone, &s->is, c->speakers[k - 1]->zone,
				       &c->speakers[k - 1]->is);
		     k--)
			c->speakers[k] = c->speakers[k - 1];
		c->speakers[k] = s;
	}
	for (uint32_t i = 1; i < c->sources_n; i++) {
		struct source_run *s = c->sources[i];
		uint32_t k = i;

		for (; k > 0 &&
		       before(s->zone, &s->is, c->sources[k - 1]->zone, &c->sources[k - 1]->is);
		     k--)
			c->sources[k] = c->sources[k - 1];
		c->sources[k] = s;
	}
	c->structure++;
	c->dirty = true;
}

static void stand(struct control *c, const struct standing *as, struct standing *ret)
{
	*ret = as ? *as : (struct standing){ .rank = ++c->next_rank };
	if (!ret->id)
		ret->id = ++c->next_id;
}

int cast_add_zone(struct control *c, uint32_t z, const struct zone *as)
{
	uint32_t used = 0;

	if (c->zones_n == FF_ZONES)
		return -ENOSPC;
	for (uint32_t i = 0; i < c->zones_n; i++)
		used |= 1u << c->zones[i].slot;
	if (z > c->zones_n)
		z = c->zones_n;
	memmove(&c->zones[z + 1], &c->zones[z], (c->zones_n - z) * sizeof(struct zone));
	c->zones_n++;
	c->zones[z] = *as;
	if (!c->zones[z].id)
		c->zones[z].id = ++c->next_id;
	c->zones[z].slot = (uint32_t)__builtin_ctz(~used);
	for (uint32_t i = 0; i < c->speakers_n; i++)
		c->speakers[i]->zone += c->speakers[i]->zone >= z;
	for (uint32_t i = 0; i < c->sources_n; i++)
		c->sources[i]->zone += c->sources[i]->zone >= z;
	c->structure++;
	c->dirty = true;
	return 0;
}

/* ---- speakers and sources, made and taken away ------------------------------------------- */

static enum sink_type sink_type_of(enum profile_output output)
{
	switch (output) {
	case OUTPUT_BLUETOOTH:
		return SINK_IS_A2DP;
	case OUTPUT_ALSA:
		return SINK_IS_ALSA;
	case OUTPUT_PULSE:
		return SINK_IS_PULSE;
	case OUTPUT_FILE:
		return SINK_IS_FILE;
	case OUTPUT_SIMULATED:
		return SINK_IS_SIMULATED;
	case OUTPUT_NULL:
		return SINK_IS_NULL;
	}
	return SINK_IS_NULL;
}

static int open_sink(struct control *c, struct speaker *s)
{
	const struct sink_config config = {
		.type = sink_type_of(s->conf.output),
		.device = s->conf.device,
		.name = s->conf.name,
		.latency_ms = s->conf.simulation.latency_ms,
		.reported_ms = s->conf.simulation.reported_ms,
		.clock_ppm = s->conf.simulation.clock_ppm,
		.loss_percent = s->conf.simulation.loss_percent,
		.seed = s->is.id,
	};

	return sink_new(&config, &c->time, c->engine, s->branch->ring, c->sender, c->health_fd,
			&s->sink);
}

/* One device takes one stream: what a second speaker with it would play to. */
static bool same_device(const struct profile_speaker *a, const struct profile_speaker *b)
{
	if (a->output != b->output)
		return false;
	switch (a->output) {
	case OUTPUT_BLUETOOTH:
		return !strcmp(a->address, b->address);
	case OUTPUT_ALSA:
	case OUTPUT_PULSE:
	case OUTPUT_FILE:
		return !strcmp(a->device, b->device);
	case OUTPUT_SIMULATED:
	case OUTPUT_NULL:
		return false;
	}
	return false;
}

int cast_add_speaker(struct control *c, const struct profile_speaker *conf, uint32_t zone,
		     const struct standing *as, struct speaker **ret)
{
	struct speaker *s;
	int r;

	if (c->speakers_n == FF_SPEAKERS)
		return -ENOSPC;
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		if (same_device(&c->speakers[i]->conf, conf))
			return -EEXIST;
	}
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->control = c;
	stand(c, as, &s->is);
	s->zone = zone;
	s->conf = *conf;
	s->reported_ms = NAN;
	s->absolute = -1;
	s->absolute_wanted =
		conf->own_volume == PROFILE_VOLUME_ITS ? -1 : (int16_t)conf->own_volume;
	r = branch_new(s->is.id, c->time.rate,
		       conf->output == OUTPUT_FILE ? FILE_RING_FRAMES : RING_FRAMES,
		       &s->branch);
	if (r == 0)
		r = open_sink(c, s);
	if (r < 0) {
		branch_free(s->branch);
		free(s);
		return r;
	}
	links_want(s, true);
	c->speakers[c->speakers_n++] = s;
	cast_sort(c);
	if (ret)
		*ret = s;
	return 0;
}

void cast_remove_speaker(struct control *c, uint32_t i)
{
	struct speaker *s = c->speakers[i];

	links_leave(s);
	sink_free(s->sink); /* reads the branch's ring: goes first */
	s->sink = NULL;
	memmove(&c->speakers[i], &c->speakers[i + 1],
		(c->speakers_n - i - 1) * sizeof(struct speaker *));
	c->speakers_n--;
	graph_bury_speaker(c, s);
	c->structure++;
	c->dirty = true;
}

/* The running part of s for its conf: a source that listens, and a feed. */
static int open_source(struct control *c, struct source_run *s)
{
	const struct profile_source *conf = &s->conf;
	const struct source_config config = {
		.type = (enum source_type)conf->type,
		.device = conf->device,
		.tone = (enum source_tone)conf->tone,
		.format =
			(const enum sample_format[]){
				[FORMAT_S16] = SAMPLE_S16,
				[FORMAT_S24] = SAMPLE_S24,
				[FORMAT_S32] = SAMPLE_S32,
				[FORMAT_FLOAT] = SAMPLE_FLOAT,
			}[conf->format],
		.rate = conf->rate,
		.channels = conf->channels,
	};
	int r = source_new(&config, &c->time, c->engine, c->health_fd, &s->source);

	if (r < 0)
		return r;
	r = feed_new(s->is.id, c->time.rate, source_ring(s->source), &s->feed);
	if (r < 0)
		source_free(s->source);
	return r;
}

int cast_make_source(struct control *c, const struct profile_source *conf,
		     const struct standing *as, struct source_run **ret)
{
	struct source_run *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->control = c;
	stand(c, as, &s->is);
	s->conf = *conf;
	s->guest.volume = -1;
	r = open_source(c, s);
	if (r < 0) {
		free(s);
		return r;
	}
	*ret = s;
	return 0;
}

int cast_add_source(struct control *c, const struct profile_source *conf, uint32_t zone,
		    const struct standing *as, struct source_run **ret)
{
	struct source_run *s;
	int r;

	if (c->sources_n == FF_SOURCES)
		return -ENOSPC;
	r = cast_make_source(c, conf, as, &s);
	if (r < 0)
		return r;
	s->zone = zone;
	c->sources[c->sources_n++] = s;
	cast_sort(c);
	if (ret)
		*ret = s;
	return 0;
}

int cast_replace_source(struct control *c, uint32_t i, const struct profile_source *conf)
{
	struct source_run *old = c->sources[i], *s = malloc(sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	*s = *old;
	s->conf = *conf;
	s->told = HEALTH_STARTING;
	s->told_why[0] = '\0';
	s->guest = (struct guest){ .volume = -1 };
	r = open_source(c, s);
	if (r < 0) {
		free(s);
		return r;
	}
	c->sources[i] = s;
	guests_leave(c, old);
	graph_bury_source(c, old);
	c->structure++;
	c->dirty = true;
	return 0;
}

void cast_remove_source(struct control *c, uint32_t i)
{
	struct source_run *s = c->sources[i];

	memmove(&c->sources[i], &c->sources[i + 1],
		(c->sources_n - i - 1) * sizeof(struct source_run *));
	c->sources_n--;
	guests_leave(c, s);
	graph_bury_source(c, s); /* its feed is read until the next plan */
	c->structure++;
	c->dirty = true;
}

/* ---- the timeline ----------------------------------------------------------------------- */

void cast_dismiss(struct control *c)
{
	clicks_off(c);
	measure_end(c);
	measure_music_end(c);
	while (c->speakers_n)
		cast_remove_speaker(c, c->speakers_n - 1);
	while (c->sources_n)
		cast_remove_source(c, c->sources_n - 1);
	pacer_free(c->pacer);
	c->pacer = NULL;
	if (c->engine) {
		struct plan *p;

		graph_collect(c);
		while ((p = engine_last_plan(c->engine)) != NULL)
			free(p);
	}
	graph_clear(c);
	measure_free(c);
	measure_music_free(c);
	engine_free(c->engine);
	c->engine = NULL;
}

int cast_assemble(struct control *c, uint32_t rate, uint32_t period)
{
	int r;

	cast_dismiss(c);
	c->time = (struct timeline){ .t0 = clock_now(), .rate = rate, .period = period };
	r = engine_new(&c->time, &c->engine);
	if (r < 0)
		return r;
	r = pacer_new(c->engine, c->sender, &c->pacer);
	if (r < 0)
		return r;
	if (!pacer_realtime(c->pacer))
		log_warning("no real-time rights, sound may stutter under load: run as root, "
			    "or give "
			    "the user rtprio and memlock in /etc/security/limits.d");
	return 0;
}
