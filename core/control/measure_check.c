/* SPDX-License-Identifier: MIT */
/* measure_check - one speaker beside a measured one; see measure.h. */
#include "core/control/measure_parts.h"

#include "core/control/doubt.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define REFERENCE 0
#define CHECKED	  1

#define LATENCY_MAX_MS 2000.0

static bool is_measured(const struct speaker *s)
{
	return !isnan(s->conf.latency_ms) && s->conf.measured[0];
}

/* Whether a is the better one to be measured beside: not in doubt itself, measured lately. */
static bool is_better(const struct speaker *a, const struct speaker *b)
{
	bool doubt_a = *doubt_words(a), doubt_b = *doubt_words(b);

	if (doubt_a != doubt_b)
		return doubt_b;
	return strcmp(a->conf.measured, b->conf.measured) > 0;
}

static void add(struct measure *m, const struct speaker *s)
{
	m->speaker[m->speakers_n] = (struct measured){ .id = s->is.id };
	m->shown.speakers[m->speakers_n++] = (struct ff_measured){ .id = s->is.id };
}

bool measure_check_choose(struct control *c, struct measure *m)
{
	const struct speaker *s = control_speaker(c, m->shown.one), *best = NULL;

	if (!sink_flowing(s->sink)) {
		measure_finish(c, FF_MEASURE_REFUSED, "it does not play: connect it first");
		return false;
	}
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		const struct speaker *other = c->speakers[i];

		if (other == s || other->zone != s->zone || !sink_flowing(other->sink) ||
		    !is_measured(other))
			continue;
		if (!best || is_better(other, best))
			best = other;
	}
	if (!best) {
		measure_finish(c, FF_MEASURE_REFUSED,
			       "no other measured speaker plays in %s: measure all of them",
			       c->zones[s->zone].name);
		return false;
	}
	add(m, best);
	add(m, s);
	return true;
}

/* ---- what came of it --------------------------------------------------------------------- */

static const char *reference_name(struct control *c, const struct measure *m)
{
	const struct speaker *s = control_speaker(c, m->speaker[REFERENCE].id);

	return s ? s->conf.name : "";
}

/* How much later it sounds than the reference, by the latencies in force, ms. */
static double difference_ms(const struct measure *m)
{
	return measure_late_ms(m, CHECKED) - measure_late_ms(m, REFERENCE);
}

/* What a run says that must not be gone by. False: the words are said. */
static bool is_sound(struct control *c, struct measure *m, enum ff_measuring step)
{
	char words[FF_TEXT_MAX * 2];

	if (measure_holds(m, REFERENCE) && measure_holds(m, CHECKED))
		return true;
	if (m->solution.refusal != REFUSAL_NONE)
		measure_finish(c, step, "%s: %s", refusal_words(m->solution.refusal),
			       refusal_advice(m->solution.refusal));
	else
		measure_finish(c, step, "%s",
			       measure_refused_words(c, m, words, sizeof(words)));
	return false;
}

static bool is_blocked(const struct measure *m)
{
	return m->solution.speaker[REFERENCE].refusal == REFUSAL_BLOCKED ||
	       m->solution.speaker[CHECKED].refusal == REFUSAL_BLOCKED;
}

/* In time: its latency stays, as one of now; two that agree are not both wrong. */
static void confirm(struct control *c, struct measure *m)
{
	for (uint32_t i = 0; i < m->speakers_n; i++) {
		const struct speaker *s = control_speaker(c, m->speaker[i].id);
		struct measured *d = &m->speaker[i];

		d->accepted = i == CHECKED || *s->doubt.words;
		measure_read(s, &d->before);
		measure_set_after(s, m, d, d->before.latency_ms);
		d->after.trim_ms = d->before.trim_ms;
	}
	measure_apply(c, m, true);
	m->shown.skew_ms = (float)fabs(difference_ms(m));
	measure_finish(
		c, FF_MEASURE_VERIFIED,
		"checked, %+.2f ms beside %s where the microphone stands (34 cm are 1 ms)",
		difference_ms(m), reference_name(c, m));
}

/* Its own trim stays when it was measured before: a person set it since. */
static void mend(struct control *c, struct measure *m, const struct speaker *s)
{
	struct measured *d = &m->speaker[CHECKED];
	double latency_ms = d->latency_ms + difference_ms(m);

	if (latency_ms < 0 || latency_ms > LATENCY_MAX_MS) {
		measure_finish(
			c, FF_MEASURE_REFUSED,
			"it would take %.1f ms beside %s, which no speaker does: measure "
			"all of them",
			latency_ms, reference_name(c, m));
		return;
	}
	measure_read(s, &d->before);
	measure_set_after(s, m, d, latency_ms);
	if (is_measured(s))
		d->after.trim_ms = d->before.trim_ms;
	d->accepted = true;
	measure_apply(c, m, true);
	measure_verify(c, m);
}

static void checked_once(struct control *c, struct measure *m)
{
	const struct speaker *s = control_speaker(c, m->shown.one);
	double out;

	if (measure_first_goes_on(c, m))
		return;
	out = difference_ms(m);
	if (!is_sound(c, m, FF_MEASURE_REFUSED))
		return;
	if (is_measured(s) && fabs(out) <= 1e3 * SOLVE_VERIFIED_S)
		confirm(c, m);
	else if (is_blocked(m))
		measure_finish(c, FF_MEASURE_REFUSED, "it seems %+.2f ms out, but %s: %s", out,
			       refusal_words(REFUSAL_BLOCKED), refusal_advice(REFUSAL_BLOCKED));
	else
		mend(c, m, s);
}

/* With the difference in force there should be none. */
static void checked_twice(struct control *c, struct measure *m)
{
	double was = (double)m->shown.speakers[CHECKED].late_ms, out = difference_ms(m);
	bool held = measure_holds(m, REFERENCE) && measure_holds(m, CHECKED);

	if ((!held || fabs(out) > 1e3 * SOLVE_VERIFIED_S) && measure_try_again(c, m))
		return;
	if (!is_sound(c, m, FF_MEASURE_UNVERIFIED))
		return;
	m->shown.skew_ms = (float)fabs(out);
	if (fabs(out) > 1e3 * SOLVE_VERIFIED_S)
		measure_finish(c, FF_MEASURE_UNVERIFIED,
			       "mended by %+.2f ms, not verified: the second pass is %.2f ms "
			       "out; check again with the microphone where it is",
			       was, fabs(out));
	else
		measure_finish(c, FF_MEASURE_VERIFIED,
			       "checked: it was %+.2f ms out beside %s, mended; now %+.2f ms "
			       "where the microphone stands",
			       was, reference_name(c, m), out);
}

void measure_checked(struct control *c, struct measure *m)
{
	if (m->shown.pass == 1) {
		checked_once(c, m);
	} else {
		measure_show(m);
		checked_twice(c, m);
	}
}
