/* SPDX-License-Identifier: MIT */
/* measure - see measure.h: from one step to the next. */
#include "core/control/measure.h"

#include "core/base/clock.h"
#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/control/clicks.h"
#include "core/control/measure_parts.h"
#include "core/control/names.h"
#include "core/control/verbs.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_NS	  (6 * NS_PER_SEC) /* a microphone that gives nothing until then is none */
#define LISTEN_S  0.5		   /* of sound, before it is believed in */
#define KEEP_S	  8.0		   /* of its sound, for a slot's window and a slow moment */
#define FADE_NS	  (40 * NS_PER_MS)
#define FADE	  0.1f
#define SETTLE_NS (500 * NS_PER_MS) /* for new delays to be crossfaded to */

static bool is_under_way(const struct measure *m)
{
	return m && (m->shown.step == FF_MEASURE_OPENING ||
		     m->shown.step == FF_MEASURE_FADING || measure_sounds(m));
}

bool measure_is_on(const struct control *c)
{
	return is_under_way(c->measure);
}

static void show_step(struct control *c, enum ff_measuring step)
{
	c->measure->shown.step = step;
	control_changed(c);
}

/* ---- the end of it ----------------------------------------------------------------------- */

/* The microphone is let go, the music comes back; words say what came of it. */
__attribute__((format(printf, 3, 4))) static void
finish(struct control *c, enum ff_measuring step, const char *format, ...)
{
	struct measure *m = c->measure;
	char words[512];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	CUT_COPY(m->shown.words, words);
	source_free(m->mic);
	m->mic = NULL;
	m->turn = -1;
	c->dirty = true;
	if (step == FF_MEASURE_REFUSED || step == FF_MEASURE_UNVERIFIED)
		log_warning("measuring: %s", m->shown.words);
	else
		log_notice("measuring: %s", m->shown.words);
	show_step(c, step);
}

void measure_end(struct control *c)
{
	if (is_under_way(c->measure))
		finish(c, FF_MEASURE_CANCELLED, "cancelled: what was before stays");
}

void measure_free(struct control *c)
{
	struct measure *m = c->measure;

	if (!m)
		return;
	source_free(m->mic);
	arrival_finder_free(m->finder);
	for (int i = 0; i < 2; i++) {
		feed_free(m->feed[i]);
		ring_free(m->ring[i]);
	}
	free(m->record);
	free(m);
	c->measure = NULL;
}

/* ---- the beginning ----------------------------------------------------------------------- */

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

static void begin(struct control *c, const struct ff_command *cmd)
{
	struct measure *m = c->measure;
	bool known;

	if (is_under_way(m)) {
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
		finish(c, FF_MEASURE_REFUSED,
		       "\"%s\" is no kind of microphone: name alsa, pulse, command or fifo",
		       cmd->type);
	} else if (m->speakers_n < 2) {
		finish(c, FF_MEASURE_REFUSED,
		       "%s plays in %s: there is nothing to align; connect two or more "
		       "speakers",
		       m->speakers_n ? "one speaker only" : "no speaker",
		       c->zones[cmd->id].name);
	} else if (source_new(&m->microphone, &c->time, c->engine, c->health_fd, &m->mic) < 0) {
		finish(c, FF_MEASURE_REFUSED, "the microphone cannot be opened: out of memory");
	} else {
		clicks_off(c);
		m->wait_until = clock_now() + OPEN_NS;
		log_notice("measuring %u speakers of %s with %s %s", m->speakers_n,
			   c->zones[cmd->id].name, m->type, m->device);
		show_step(c, FF_MEASURE_OPENING);
	}
}

void measure_command(struct control *c, const struct ff_command *cmd)
{
	struct measure *m = c->measure;

	if (cmd->verb == FF_MEASURE) {
		begin(c, cmd);
		return;
	}
	if (cmd->verb == FF_MEASURE_CANCEL) {
		if (is_under_way(m) && m->shown.applied)
			measure_apply(c, m, false);
		measure_end(c);
		return;
	}
	if (!m || is_under_way(m) ||
	    (m->shown.step != FF_MEASURE_VERIFIED && m->shown.step != FF_MEASURE_UNVERIFIED)) {
		verbs_refuse(c, "there is no measurement to go by: measure first");
		return;
	}
	if (cmd->verb == FF_MEASURE_RESULT)
		measure_apply(c, m, cmd->flag);
	else
		measure_level(c, m, cmd->flag);
	log_notice("measuring: %s %s", cmd->verb == FF_MEASURE_RESULT ? "the result" : "levels",
		   cmd->flag ? "in force" : "taken back");
}

/* ---- step by step ------------------------------------------------------------------------ */

static void step_opening(struct control *c, struct measure *m, uint64_t now)
{
	struct health_report h;
	struct tap_state tap;

	tap_look(source_tap(m->mic), &tap);
	if (tap.rate && (double)tap.frames > LISTEN_S * tap.rate) {
		m->faded_at = now;
		show_step(c, FF_MEASURE_FADING);
		control_wake_at(c, now + FADE_NS);
		return;
	}
	source_health(m->mic, &h);
	if (now > m->wait_until || h.state == HEALTH_ENDED)
		finish(c, FF_MEASURE_REFUSED, "no microphone: %s%s",
		       h.reason[0] ? h.reason : "it gives no sound: ", /* a reason advises */
		       h.reason[0] ? "" : refusal_advice(REFUSAL_MICROPHONE));
	else
		control_wake_at(c, now + 2 * FADE_NS);
}

/* A step of the music on its way to 0 or 1. True when it is there. */
static bool fade(struct control *c, struct measure *m, float to, uint64_t now)
{
	if (m->music == to)
		return true;
	if (now >= m->faded_at + FADE_NS) {
		m->faded_at = now;
		m->music =
			to > m->music ? fminf(m->music + FADE, to) : fmaxf(m->music - FADE, to);
		c->dirty = true;
	}
	control_wake_at(c, m->faded_at + FADE_NS);
	return false;
}

static void run(struct control *c, struct measure *m, enum ff_measuring step, float level)
{
	int r = measure_run_begin(c, m, level);

	if (r < 0)
		finish(c, FF_MEASURE_REFUSED, "%s: %s", refusal_words(REFUSAL_MICROPHONE),
		       refusal_advice(REFUSAL_MICROPHONE));
	else
		show_step(c, step);
}

/* The run is of no use as it is: again, and louder where that helps. True: it is. */
static bool try_again(struct control *c, struct measure *m, bool louder)
{
	if (m->shown.tries == SOLVE_TRIES || (louder && m->run.level >= 0.99f))
		return false;
	m->shown.tries++;
	run(c, m, m->shown.step, m->run.level * (louder ? SWEEP_LOUDER : 1));
	return true;
}

/* "Patio: it was not heard, though others were: see that …", of the first that is refused. */
static const char *first_words(const struct control *c, const struct measure *m, char *ret,
			       size_t size)
{
	ret[0] = '\0';
	for (uint32_t i = 0; i < m->speakers_n; i++) {
		const struct speaker *s =
			control_speaker((struct control *)c, m->speaker[i].id);

		if (s && !m->shown.speakers[i].accepted) {
			snprintf(ret, size, "%s: %s", s->conf.name, m->shown.speakers[i].words);
			break;
		}
	}
	return ret;
}

static void measured_once(struct control *c, struct measure *m)
{
	char words[FF_TEXT_MAX * 2];

	measure_show(m);
	if (m->solution.louder && try_again(c, m, true))
		return;
	if (measure_conclude(c, m) < 2) {
		if (m->solution.refusal != REFUSAL_NONE)
			finish(c, FF_MEASURE_REFUSED, "%s: %s",
			       refusal_words(m->solution.refusal),
			       refusal_advice(m->solution.refusal));
		else
			finish(c, FF_MEASURE_REFUSED, "%s",
			       first_words(c, m, words, sizeof(words)));
		return;
	}
	measure_apply(c, m, true);
	m->shown.pass = 2;
	m->shown.tries = 1;
	m->turn = -2; /* nothing sounds while the delays settle */
	m->wait_until = clock_now() + SETTLE_NS;
	control_wake_at(c, m->wait_until);
	show_step(c, FF_MEASURE_VERIFYING);
}

/* The second pass: the largest difference between any two that the first accepted, s. */
static double verified_skew(const struct measure *m, bool *ret_all)
{
	double least = INFINITY, most = -INFINITY;

	*ret_all = true;
	for (uint32_t i = 0; i < m->speakers_n; i++) {
		const struct solved_speaker *s = &m->solution.speaker[i];

		if (!m->speaker[i].accepted)
			continue;
		if (!m->shown.speakers[i].accepted) {
			*ret_all = false;
			continue;
		}
		least = fmin(least, s->late);
		most = fmax(most, s->late);
	}
	return most > least ? most - least : 0;
}

static void measured_twice(struct control *c, struct measure *m)
{
	char words[FF_TEXT_MAX * 2];
	double skew;
	bool all;

	measure_show(m);
	skew = verified_skew(m, &all);
	if ((!all || skew > SOLVE_VERIFIED_S) && try_again(c, m, !all))
		return;
	m->shown.skew_ms = (float)(1e3 * skew);
	if (!all)
		finish(c, FF_MEASURE_UNVERIFIED, "in force, not verified: %s",
		       first_words(c, m, words, sizeof(words)));
	else if (skew > SOLVE_VERIFIED_S)
		finish(c, FF_MEASURE_UNVERIFIED,
		       "in force, not verified: the second pass is %.2f ms out; measure again "
		       "with the microphone where it is",
		       1e3 * skew);
	else
		finish(c, FF_MEASURE_VERIFIED,
		       "verified: within %.2f ms where the microphone stands (34 cm are 1 ms)",
		       1e3 * skew);
}

static void step_run(struct control *c, struct measure *m, uint64_t now)
{
	int r;

	if (m->turn == -2) {
		if (now < m->wait_until)
			control_wake_at(c, m->wait_until);
		else
			run(c, m, FF_MEASURE_VERIFYING, m->run.level);
		return;
	}
	r = measure_run_step(c, m);
	if (r == 1 && m->shown.pass == 1)
		measured_once(c, m);
	else if (r == 1)
		measured_twice(c, m);
	else if (r == -EPIPE && !try_again(c, m, false))
		finish(c, m->shown.applied ? FF_MEASURE_UNVERIFIED : FF_MEASURE_REFUSED,
		       "the microphone's sound has gaps: use another, or a quieter machine");
}

void measure_step(struct control *c)
{
	struct measure *m = c->measure;
	uint64_t now = clock_now();

	if (!m)
		return;
	if (is_under_way(m) && m->structure != c->structure) {
		finish(c, FF_MEASURE_CANCELLED, "cancelled: speakers or sources changed");
		return;
	}
	switch (m->shown.step) {
	case FF_MEASURE_OPENING:
		step_opening(c, m, now);
		break;
	case FF_MEASURE_FADING:
		if (fade(c, m, 0, now))
			run(c, m, FF_MEASURE_SOUNDING, SWEEP_LEVEL);
		break;
	case FF_MEASURE_SOUNDING:
	case FF_MEASURE_VERIFYING:
		step_run(c, m, now);
		break;
	case FF_MEASURE_NONE:
	case FF_MEASURE_VERIFIED:
	case FF_MEASURE_UNVERIFIED:
	case FF_MEASURE_REFUSED:
	case FF_MEASURE_CANCELLED:
		fade(c, m, 1, now);
		break;
	}
}

void measure_status(const struct control *c, struct ff_measure *ret)
{
	const struct measure *m = c->measure;

	if (!m) {
		*ret = (struct ff_measure){ .skew_ms = NAN };
		return;
	}
	*ret = m->shown;
	for (uint32_t i = 0; i < m->speakers_n; i++)
		ret->speakers[i].sounding = measure_sounds(m) && m->turn == (int32_t)i;
}
