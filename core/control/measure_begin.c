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

static bool choose_microphone(struct measure *m, const struct ff_command *cmd)
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

	if (!cmd->type[0] && m->type[0])
		return true;
	CUT_COPY(m->type, cmd->type[0] ? cmd->type : "alsa");
	CUT_COPY(m->device, cmd->type[0] ? cmd->device : "default");
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strcmp(m->type, types[i].name) != 0)
			continue;
		m->microphone = (struct source_config){
			.type = types[i].type,
			.device = m->device,
			.format = SAMPLE_S16,
			.channels = types[i].type == SOURCE_IS_ALSA ? 0 : 1,
			.keep = KEEP_S,
		};
		return true;
	}
	m->type[0] = '\0';
	return false;
}

static void choose_speakers(struct control *c, struct measure *m, uint32_t zone)
{
	m->speakers_n = 0;
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		struct speaker *s = c->speakers[i];

		if (s->zone != zone || !sink_flowing(s->sink))
			continue;
		m->speaker[m->speakers_n] = (struct measured){ .id = s->is.id };
		m->shown.speakers[m->speakers_n++] = (struct ff_measured){ .id = s->is.id };
	}
	m->shown.speakers_n = m->speakers_n;
}

void measure_begin(struct control *c, const struct ff_command *cmd)
{
	struct measure *m = c->measure;
	bool known;

	if (measure_is_under_way(m)) {
		verbs_refuse(c, "a measurement is under way: cancel it first");
		return;
	}
	if (!verbs_is_zone(c, cmd->id))
		return;
	if (!m)
		m = c->measure = calloc(1, sizeof(*m));
	if (!m || measure_make_feeds(c, m) < 0) {
		verbs_refuse(c, "cannot measure: out of memory");
		return;
	}
	m->shown = (struct ff_measure){
		.runs = m->shown.runs + 1,
		.zone = cmd->id,
		.pass = 1,
		.tries = 1,
		.skew_ms = NAN,
	};
	m->zone_id = c->zones[cmd->id].id;
	m->structure = c->structure;
	m->music = 1;
	m->turn = -1;
	known = choose_microphone(m, cmd);
	CUT_COPY(m->shown.microphone, m->device);
	choose_speakers(c, m, cmd->id);
	if (!known) {
		measure_finish(
			c, FF_MEASURE_REFUSED,
			"\"%s\" is no kind of microphone: name alsa, pulse, command or fifo",
			cmd->type);
	} else if (m->speakers_n < 2) {
		measure_finish(c, FF_MEASURE_REFUSED,
			       "%s plays in %s: there is nothing to align; connect two or more "
			       "speakers",
			       m->speakers_n ? "one speaker only" : "no speaker",
			       c->zones[cmd->id].name);
	} else if (source_new(&m->microphone, &c->time, c->engine, c->health_fd, &m->mic) < 0) {
		measure_finish(c, FF_MEASURE_REFUSED,
			       "the microphone cannot be opened: out of memory");
	} else {
		clicks_off(c);
		m->wait_until = clock_now() + OPEN_NS;
		log_notice("measuring %u speakers of %s with %s %s", m->speakers_n,
			   c->zones[cmd->id].name, m->type, m->device);
		measure_show_step(c, FF_MEASURE_OPENING);
	}
}
