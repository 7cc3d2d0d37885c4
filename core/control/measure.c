/* SPDX-License-Identifier: MIT */
/* measure - see measure.h: from one step to the next. */
#include "core/control/measure.h"

#include "core/base/clock.h"
#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/control/measure_parts.h"
#include "core/control/verbs.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LISTEN_S  0.5 /* of sound, before it is believed in */
#define FADE_NS	  (40 * NS_PER_MS)
#define FADE	  0.1f
#define SETTLE_NS (500 * NS_PER_MS) /* for new delays to be crossfaded to */

bool measure_is_on(const struct control *c)
{
	return measure_is_under_way(c->measure);
}

void measure_show_step(struct control *c, enum ff_measuring step)
{
	c->measure->shown.step = step;
	control_changed(c);
}

/* ---- the end of it ----------------------------------------------------------------------- */

void measure_finish(struct control *c, enum ff_measuring step, const char *format, ...)
{
	struct measure *m = c->measure;
	const struct speaker *one = control_speaker(c, m->shown.one);
	va_list args;

	va_start(args, format);
	cut_vprint(m->shown.words, sizeof(m->shown.words), format, args);
	va_end(args);
	source_free(m->mic);
	m->mic = NULL;
	m->turn = -1;
	c->dirty = true;
	log_event(step == FF_MEASURE_REFUSED || step == FF_MEASURE_UNVERIFIED
			  ? LOG_LEVEL_WARNING
			  : LOG_LEVEL_NOTICE,
		  "%s: %s", one ? one->conf.name : "measuring", m->shown.words);
	measure_show_step(c, step);
}

void measure_end(struct control *c)
{
	if (measure_is_under_way(c->measure))
		measure_finish(c, FF_MEASURE_CANCELLED, "cancelled: what was before stays");
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

/* ---- commands ------------------------------------------------------------------------------
 */

void measure_command(struct control *c, const struct ff_command *cmd)
{
	struct measure *m = c->measure;

	if (cmd->verb == FF_MEASURE || cmd->verb == FF_MEASURE_ONE) {
		measure_begin(c, cmd);
		return;
	}
	if (cmd->verb == FF_MEASURE_CANCEL) {
		if (measure_is_under_way(m) && m->shown.applied)
			measure_apply(c, m, false);
		measure_end(c);
		return;
	}
	if (!m || measure_is_under_way(m) ||
	    (m->shown.step != FF_MEASURE_VERIFIED && m->shown.step != FF_MEASURE_UNVERIFIED)) {
		verbs_refuse(c, "there is no measurement to go by: measure first");
		return;
	}
	if (cmd->verb == FF_MEASURE_LEVELS && m->shown.one) {
		verbs_refuse(c, "a check finds no levels: measure the zone");
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
		measure_show_step(c, FF_MEASURE_FADING);
		control_wake_at(c, now + FADE_NS);
		return;
	}
	source_health(m->mic, &h);
	if (now > m->wait_until || h.state == HEALTH_ENDED)
		measure_finish(c, FF_MEASURE_REFUSED, "no microphone: %s%s",
			       h.reason[0] ? h.reason
					   : "it gives no sound: ", /* a reason advises */
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
		measure_finish(c, FF_MEASURE_REFUSED, "%s: %s",
			       refusal_words(REFUSAL_MICROPHONE),
			       refusal_advice(REFUSAL_MICROPHONE));
	else
		measure_show_step(c, step);
}

static bool try_again(struct control *c, struct measure *m, float level)
{
	if (m->shown.tries == SOLVE_TRIES)
		return false;
	m->shown.tries++;
	run(c, m, m->shown.step, level);
	return true;
}

bool measure_try_again(struct control *c, struct measure *m)
{
	return try_again(c, m, m->run.level);
}

bool measure_first_goes_on(struct control *c, struct measure *m)
{
	/* of two that heard as many the quieter: the louder may be close to too loud */
	if (m->best_level == 0 || m->solution.accepted > m->best.accepted) {
		m->best = m->solution;
		m->best_level = m->run.level;
	}
	measure_show(m);
	if (m->solution.louder && m->run.level < 0.99f &&
	    try_again(c, m, m->run.level * SWEEP_LOUDER))
		return true;
	m->solution = m->best;
	m->run.level = m->best_level;
	measure_show(m);
	return false;
}

const char *measure_refused_words(const struct control *c, const struct measure *m, char *ret,
				  size_t size)
{
	bool in_force = false;

	ret[0] = '\0';
	for (uint32_t i = 0; i < m->speakers_n; i++) {
		const struct speaker *s =
			control_speaker((struct control *)c, m->speaker[i].id);

		if (!s || m->shown.speakers[i].accepted ||
		    (ret[0] && (in_force || !m->speaker[i].accepted)))
			continue;
		in_force = m->speaker[i].accepted;
		snprintf(ret, size, "%s: %s", s->conf.name, m->shown.speakers[i].words);
	}
	return ret;
}

static void measured_once(struct control *c, struct measure *m)
{
	char words[FF_TEXT_MAX * 2];

	if (measure_first_goes_on(c, m))
		return;
	if (measure_conclude(c, m) < 2) {
		if (m->solution.refusal != REFUSAL_NONE)
			measure_finish(c, FF_MEASURE_REFUSED, "%s: %s",
				       refusal_words(m->solution.refusal),
				       refusal_advice(m->solution.refusal));
		else
			measure_finish(c, FF_MEASURE_REFUSED, "%s",
				       measure_refused_words(c, m, words, sizeof(words)));
		return;
	}
	measure_apply(c, m, true);
	measure_verify(c, m);
}

void measure_verify(struct control *c, struct measure *m)
{
	m->shown.pass = 2;
	m->shown.tries = 1;
	m->turn = -2; /* nothing sounds while the delays settle */
	m->wait_until = clock_now() + SETTLE_NS;
	control_wake_at(c, m->wait_until);
	measure_show_step(c, FF_MEASURE_VERIFYING);
}

/* The second pass: the largest difference between any two that the first accepted, ms. */
static double verified_skew_ms(const struct measure *m, bool *ret_all)
{
	double least = INFINITY, most = -INFINITY;

	*ret_all = true;
	for (uint32_t i = 0; i < m->speakers_n; i++) {
		if (!m->speaker[i].accepted)
			continue;
		if (!m->shown.speakers[i].accepted) {
			*ret_all = false;
			continue;
		}
		least = fmin(least, measure_late_ms(m, i));
		most = fmax(most, measure_late_ms(m, i));
	}
	return most > least ? most - least : 0;
}

static void measured_twice(struct control *c, struct measure *m)
{
	char words[FF_TEXT_MAX * 2];
	double skew_ms;
	bool all;

	measure_show(m);
	skew_ms = verified_skew_ms(m, &all);
	/* no louder: all of these were heard at this level, and louder may overdrive */
	if ((!all || skew_ms > 1e3 * SOLVE_VERIFIED_S) && measure_try_again(c, m))
		return;
	m->shown.skew_ms = (float)skew_ms;
	if (!all)
		measure_finish(c, FF_MEASURE_UNVERIFIED, "in force, not verified: %s",
			       measure_refused_words(c, m, words, sizeof(words)));
	else if (skew_ms > 1e3 * SOLVE_VERIFIED_S)
		measure_finish(
			c, FF_MEASURE_UNVERIFIED,
			"in force, not verified: the second pass is %.2f ms out; measure again "
			"with the microphone where it is",
			skew_ms);
	else if (*measure_refused_words(c, m, words, sizeof(words))) /* refused in the first */
		measure_finish(c, FF_MEASURE_UNVERIFIED,
			       "in force, within %.2f ms, but one stays as it was: %s", skew_ms,
			       words);
	else
		measure_finish(
			c, FF_MEASURE_VERIFIED,
			"verified: within %.2f ms where the microphone stands (34 cm are 1 ms)",
			skew_ms);
}

static void step_run(struct control *c, struct measure *m, uint64_t now)
{
	bool louder;
	int r;

	if (m->turn == -2) {
		if (now < m->wait_until)
			control_wake_at(c, m->wait_until);
		else
			run(c, m, FF_MEASURE_VERIFYING, m->run.level);
		return;
	}
	r = measure_run_step(c, m);
	/* one that was not heard in the first pass is tried louder, whatever else was lost */
	louder = r == -ENODATA && m->shown.pass == 1 && m->solution.louder;
	if (r < 0 && !louder && measure_try_again(c, m))
		return;
	if (r == -EPIPE)
		measure_finish(
			c, m->shown.applied ? FF_MEASURE_UNVERIFIED : FF_MEASURE_REFUSED,
			"the microphone's sound has gaps: use another, or a quieter machine");
	else if (r != 0 && m->shown.one) /* by now as good as it gets */
		measure_checked(c, m);
	else if (r != 0 && m->shown.pass == 1)
		measured_once(c, m);
	else if (r != 0)
		measured_twice(c, m);
}

void measure_step(struct control *c)
{
	struct measure *m = c->measure;
	uint64_t now = clock_now();

	if (!m)
		return;
	if (measure_is_under_way(m) && m->structure != c->structure) {
		measure_finish(c, FF_MEASURE_CANCELLED,
			       "cancelled: speakers or sources changed");
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
