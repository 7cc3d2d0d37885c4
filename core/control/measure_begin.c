/* SPDX-License-Identifier: MIT */
/* measure_begin - which microphone, which speakers, and whether that will do. */
#include "core/control/measure_parts.h"

#include "core/base/clock.h"
#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/control/clicks.h"
#include "core/control/verbs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_NS (6 * NS_PER_SEC) /* a microphone that gives nothing until then is none */
#define KEEP_S	8.0		 /* of its sound, for a slot's window and a slow moment */

bool measure_microphone(const struct ff_command *cmd, double keep_s, char *type, char *device,
			struct source_config *ret)
{
	static const struct {
		const char *name;
		enum source_type type;
	} types[] = {
		{ "alsa", SOURCE_IS_ALSA },
		{ "pulse", SOURCE_IS_PULSE },
		{ "command", SOURCE_IS_COMMAND },
		{ "fifo", SOURCE_IS_FIFO },
	};

	if (!cmd->type[0] && type[0])
		return true;
	cut_copy(type, sizeof(cmd->type), cmd->type[0] ? cmd->type : "alsa");
	cut_copy(device, sizeof(cmd->device), cmd->type[0] ? cmd->device : "default");
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strcmp(type, types[i].name) != 0)
			continue;
		*ret = (struct source_config){
			.type = types[i].type,
			.device = device,
			.format = SAMPLE_S16,
			.channels = types[i].type == SOURCE_IS_ALSA ? 0 : 1,
			.keep = keep_s,
		};
		return true;
	}
	type[0] = '\0';
	return false;
}

/* All that play in the zone. False: it was refused in words. */
static bool choose_speakers(struct control *c, struct measure *m)
{
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		struct speaker *s = c->speakers[i];

		if (s->zone != m->shown.zone || !sink_flowing(s->sink))
			continue;
		m->speaker[m->speakers_n] = (struct measured){ .id = s->is.id };
		m->shown.speakers[m->speakers_n++] = (struct ff_measured){ .id = s->is.id };
	}
	if (m->speakers_n >= 2)
		return true;
	measure_finish(c, FF_MEASURE_REFUSED,
		       "%s plays in %s: there is nothing to align; connect two or more "
		       "speakers",
		       m->speakers_n ? "one speaker only" : "no speaker",
		       c->zones[m->shown.zone].name);
	return false;
}

/* The zone that cmd is about: its own, or that of the speaker it names. */
static bool find_zone(struct control *c, const struct ff_command *cmd, uint32_t *ret)
{
	const struct speaker *s;

	if (cmd->verb == FF_MEASURE) {
		*ret = cmd->id;
		return verbs_is_zone(c, cmd->id);
	}
	s = control_speaker(c, cmd->id);
	if (!s) {
		verbs_refuse(c, "there is no speaker number %u (any more)", cmd->id);
		return false;
	}
	*ret = s->zone;
	return true;
}

/* A clean slate, in c->measure. False: no memory, or it is not to be. */
static bool prepare(struct control *c, const struct ff_command *cmd)
{
	struct measure *m = c->measure;
	uint32_t zone;

	if (measure_is_under_way(m)) {
		verbs_refuse(c, "a measurement is under way: cancel it first");
		return false;
	}
	if (!find_zone(c, cmd, &zone))
		return false;
	if (!m)
		m = c->measure = calloc(1, sizeof(*m));
	if (!m || measure_make_feeds(c, m) < 0) {
		verbs_refuse(c, "cannot measure: out of memory");
		return false;
	}
	m->shown = (struct ff_measure){
		.runs = m->shown.runs + 1,
		.zone = zone,
		.one = cmd->verb == FF_MEASURE_ONE ? cmd->id : 0,
		.pass = 1,
		.tries = 1,
		.skew_ms = NAN,
	};
	m->zone_id = c->zones[zone].id;
	m->structure = c->structure;
	m->best_level = 0;
	m->music = 1;
	m->turn = -1;
	m->speakers_n = 0;
	return true;
}

void measure_begin(struct control *c, const struct ff_command *cmd)
{
	struct measure *m;
	bool known, chosen;

	if (!prepare(c, cmd))
		return;
	m = c->measure;
	known = measure_microphone(cmd, KEEP_S, m->type, m->device, &m->microphone);
	CUT_COPY(m->shown.microphone, m->device);
	if (!known) {
		measure_finish(
			c, FF_MEASURE_REFUSED,
			"\"%s\" is no kind of microphone: name alsa, pulse, command or fifo",
			cmd->type);
		return;
	}
	chosen = m->shown.one ? measure_check_choose(c, m) : choose_speakers(c, m);
	m->shown.speakers_n = m->speakers_n;
	if (!chosen)
		return;
	if (source_new(&m->microphone, &c->time, c->engine, c->health_fd, &m->mic) < 0) {
		measure_finish(c, FF_MEASURE_REFUSED,
			       "the microphone cannot be opened: out of memory");
		return;
	}
	clicks_off(c);
	m->wait_until = clock_now() + OPEN_NS;
	log_notice("measuring %u speakers of %s with %s %s", m->speakers_n,
		   c->zones[m->shown.zone].name, m->type, m->device);
	measure_show_step(c, FF_MEASURE_OPENING);
}
