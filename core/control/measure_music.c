/* SPDX-License-Identifier: MIT */
/* measure_music - see measure_music.h: from one step to the next. */
#include "core/control/measure_music_parts.h"

#include "core/base/clock.h"
#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/control/clicks.h"
#include "core/control/verbs.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_NS	   (6 * NS_PER_SEC) /* a microphone that gives nothing until then is none */
#define LISTEN_S   0.5		    /* of sound, before it is believed in */
#define WAIT_NS	   (50 * NS_PER_MS)
#define MUSIC_DB   -60.0 /* dBFS, RMS: less is no music */
#define LOUD_DB	   -50.0 /* dBFS, RMS, of a speaker: a probe 20 dB under less is lost */
#define REFERENCE  0
#define CHECKED	   1
#define PROBE_SLOT (CLICKS_SLOT + 1) /* and the next: mixes of a plan that no zone has */
#define MOST_MS	   2000.0

static bool is_under_way(const struct music_check *m)
{
	return m && (m->shown.step == FF_UNDER_OPENING || m->shown.step == FF_UNDER_SOUNDING ||
		     m->shown.step == FF_UNDER_RECKONING);
}

static void show_step(struct control *c, enum ff_under_music step)
{
	c->music_check->shown.step = step;
	control_changed(c);
}

/* ---- the end of it ----------------------------------------------------------------------- */

/* The microphone is let go, the probes fade; words say what came of it. */
__attribute__((format(printf, 3, 4))) static void
finish(struct control *c, enum ff_under_music step, const char *format, ...)
{
	struct music_check *m = c->music_check;
	va_list args;

	va_start(args, format);
	cut_vprint(m->shown.words, sizeof(m->shown.words), format, args);
	va_end(args);
	music_run_end(m);
	c->dirty = true;
	if (step == FF_UNDER_REFUSED)
		log_warning("under the music: %s", m->shown.words);
	else
		log_notice("under the music: %s", m->shown.words);
	show_step(c, step);
}

void measure_music_end(struct control *c)
{
	if (is_under_way(c->music_check))
		finish(c, FF_UNDER_CANCELLED, "cancelled: nothing was changed");
}

void measure_music_free(struct control *c)
{
	struct music_check *m = c->music_check;

	if (!m)
		return;
	music_run_end(m);
	for (int i = 0; i < 2; i++) {
		feed_free(m->feed[i]);
		ring_free(m->ring[i]);
	}
	ring_free(m->listener);
	free(m);
	c->music_check = NULL;
}

/* ---- the beginning ----------------------------------------------------------------------- */

static double rms_db(const struct level *l)
{
	struct level_reading now;

	level_read(l, &now);
	return 20 * log10(fmax(hypot((double)now.rms[0], (double)now.rms[1]) / M_SQRT2, 1e-9));
}

static bool plays(const struct speaker *s)
{
	return s->flowing && rms_db(&s->branch->level) > LOUD_DB;
}

static bool is_measured(const struct speaker *s)
{
	return !isnan(s->conf.latency_ms) && s->conf.measured[0];
}

/* Beside whom: who plays in the same zone, a measured one rather than another. */
static uint32_t choose_reference(const struct control *c, const struct speaker *checked)
{
	const struct speaker *best = NULL;

	for (uint32_t i = 0; i < c->speakers_n; i++) {
		const struct speaker *s = c->speakers[i];

		if (s != checked && s->zone == checked->zone && plays(s) &&
		    (!best || (is_measured(s) && !is_measured(best))))
			best = s;
	}
	return best ? best->is.id : 0;
}

/* Whether both are there and loud enough. False: it was refused in words. */
static bool may_sound(struct control *c, struct music_check *m, const struct ff_command *cmd)
{
	const struct speaker *s = control_speaker(c, m->id[CHECKED]);
	const struct speaker *ref = control_speaker(c, m->id[REFERENCE]);
	const char *zone = c->zones[s->zone].name;

	if (rms_db(&c->levels[c->zones[s->zone].slot]) < MUSIC_DB)
		finish(c, FF_UNDER_REFUSED, "no music plays in %s: start it, then check again",
		       zone);
	else if (!s->flowing)
		finish(c, FF_UNDER_REFUSED, "%s does not play: connect it first", s->conf.name);
	else if (!ref || ref == s || ref->zone != s->zone || !ref->flowing)
		finish(c, FF_UNDER_REFUSED, "%s: connect another speaker of %s first",
		       cmd->other ? "there is nothing to check it against"
				  : "no other speaker plays loud enough",
		       zone);
	else if (!plays(s) || !plays(ref))
		finish(c, FF_UNDER_REFUSED,
		       "%s is too quiet for a probe under its music: turn it up",
		       plays(s) ? ref->conf.name : s->conf.name);
	else
		return true;
	return false;
}

static void begin(struct control *c, const struct ff_command *cmd)
{
	struct music_check *m = c->music_check;
	struct speaker *s = control_speaker(c, cmd->id);
	bool known;

	if (measure_is_on(c) || is_under_way(m)) {
		verbs_refuse(c, "a measurement is under way: cancel it first");
		return;
	}
	if (!s) {
		verbs_refuse(c, "there is no speaker with that number");
		return;
	}
	if (!m)
		m = c->music_check = calloc(1, sizeof(*m));
	if (!m) {
		verbs_refuse(c, "cannot check: out of memory");
		return;
	}
	m->id[CHECKED] = cmd->id;
	m->id[REFERENCE] = cmd->other ? cmd->other : choose_reference(c, s);
	m->shown = (struct ff_music_check){
		.runs = m->shown.runs + 1,
		.speaker = m->id[CHECKED],
		.reference = m->id[REFERENCE],
		.late_ms = NAN,
	};
	m->zone = s->zone;
	m->structure = c->structure;
	if (!m->type[0] && c->measure) { /* "as last" is as of any measurement */
		CUT_COPY(m->type, c->measure->type);
		CUT_COPY(m->device, c->measure->device);
	}
	known = measure_microphone(cmd, MUSIC_KEEP_S, m->type, m->device, &m->microphone);
	CUT_COPY(m->shown.microphone, m->device);
	if (!known) {
		finish(c, FF_UNDER_REFUSED,
		       "\"%s\" is no kind of microphone: name alsa, pulse, command or fifo",
		       cmd->type);
	} else if (!may_sound(c, m, cmd)) {
		return;
	} else if (music_run_prepare(c, m) < 0 ||
		   source_new(&m->microphone, &c->time, c->engine, c->health_fd, &m->mic) < 0) {
		finish(c, FF_UNDER_REFUSED, "cannot check: out of memory");
	} else {
		clicks_off(c);
		m->wait_until = clock_now() + OPEN_NS;
		log_notice("under the music: %s beside %s with %s %s", s->conf.name,
			   control_speaker(c, m->id[REFERENCE])->conf.name, m->type, m->device);
		show_step(c, FF_UNDER_OPENING);
	}
}

static void apply(struct control *c, struct music_check *m, bool on)
{
	struct speaker *s = control_speaker(c, m->id[CHECKED]);

	if (!s || s->zone != m->zone || m->shown.step != FF_UNDER_FOUND) {
		verbs_refuse(c, "there is no check to go by: check under the music first");
		return;
	}
	if (m->shown.applied == on)
		return;
	if (on && fabsf(m->shown.late_ms) < m->shown.unsure_ms) {
		verbs_refuse(c, "it is in place as nearly as was heard: nothing to mend");
		return;
	}
	measure_write(on ? &m->after : &m->before, s);
	m->shown.applied = on;
	log_notice("under the music: %s %s", s->conf.name,
		   on ? "is mended by it" : "is as it was before");
	control_edited(c);
}

void measure_music_command(struct control *c, const struct ff_command *cmd)
{
	if (cmd->verb == FF_CHECK_UNDER_MUSIC)
		begin(c, cmd);
	else if (cmd->verb == FF_CANCEL_UNDER_MUSIC)
		measure_music_end(c);
	else if (c->music_check)
		apply(c, c->music_check, cmd->flag);
	else
		verbs_refuse(c, "there is no check to go by: check under the music first");
}

/* ---- what came of it --------------------------------------------------------------------- */

/* How far the probes lay under the music, in power, as they were sent. */
static void weigh(struct music_check *m)
{
	for (int i = 0; i < 2; i++) {
		double music = 1e-12, probe = 1e-12;

		for (uint32_t k = 0; k < m->frames; k++) {
			music += (double)(m->music[0][k] * m->music[0][k]);
			probe += (double)(m->sent[i][k] * m->sent[i][k]);
		}
		m->shown.under_db[i] = (float)(10 * log10(music / probe));
	}
}

/* Whose straight sound was not heard for sure; NULL: both were. */
static const char *unsure_of(struct control *c, const struct music_check *m,
			     const struct overhearing *o)
{
	uint32_t worse = o->of[CHECKED].unsure >= o->of[REFERENCE].unsure ? CHECKED : REFERENCE;

	return o->unsure > 0 ? control_speaker(c, m->id[worse])->conf.name : NULL;
}

static void tell(struct control *c, const struct music_check *m, const char *name,
		 const char *beside, const char *unsure)
{
	double late = (double)m->shown.late_ms, by = (double)m->shown.unsure_ms;
	const char *side = late < 0 ? "early" : "late";

	if (!unsure)
		finish(c, FF_UNDER_FOUND,
		       "%s is %.2f ms %s beside %s where the microphone stands (34 cm are 1 "
		       "ms)",
		       name, fabs(late), side, beside);
	else if (fabs(late) > by)
		finish(c, FF_UNDER_FOUND,
		       "%s is %.1f ms %s beside %s, give or take %.1f ms: something may stand "
		       "between %s and the microphone",
		       name, fabs(late), side, beside, by, unsure);
	else
		finish(c, FF_UNDER_FOUND,
		       "%s is in place beside %s within %.1f ms; to know it better, put the "
		       "microphone nearer to %s, where it sees it",
		       name, beside, by, unsure);
}

/* A trim counts as wanted where a measurement stands beside it; else it was a guess at this. */
static void conclude(struct control *c, struct music_check *m, const struct overhearing *o)
{
	struct speaker *s = control_speaker(c, m->id[CHECKED]);
	const struct speaker *ref = control_speaker(c, m->id[REFERENCE]);
	double mine = is_measured(s) ? s->conf.trim_ms : 0;
	double other = is_measured(ref) ? ref->conf.trim_ms : 0;
	/* both were expected where their latencies in use put them */
	double late = 1e3 * o->offset + ((double)s->latency_ms + (double)s->delay_ms) -
		      ((double)ref->latency_ms + (double)ref->delay_ms) - (mine - other);
	double latency = (double)s->latency_ms - (s->conf.trim_ms - mine) + late;

	measure_read(s, &m->before);
	measure_date(s, m->device[0] ? m->device : m->type, fmin(fmax(latency, 0), MOST_MS),
		     &m->after);
	m->after.trim_ms = mine - fmin(latency, 0); /* no latency is negative */
	m->shown.late_ms = (float)late;
	m->shown.unsure_ms = (float)(1e3 * o->unsure);
	m->shown.confidence = (float)o->confidence;
	for (uint32_t i = 0; i < FF_RESPONSE && i < ARRIVAL_POINTS; i++)
		m->shown.response[i] = (uint8_t)lrintf(255 * o->of[CHECKED].points[i]);
	if (latency > MOST_MS)
		finish(c, FF_UNDER_REFUSED,
		       "it would take %.1f ms, which no speaker does: measure instead",
		       latency);
	else
		tell(c, m, s->conf.name, ref->conf.name, unsure_of(c, m, o));
}

static uint64_t losses(struct control *c, const struct music_check *m)
{
	return measure_losses(control_speaker(c, m->id[REFERENCE])) +
	       measure_losses(control_speaker(c, m->id[CHECKED]));
}

static void refuse(struct control *c, const struct music_check *m, const struct overhearing *o)
{
	bool both = o->of[0].refusal == o->of[1].refusal;
	uint32_t worse = o->of[CHECKED].refusal != REFUSAL_NONE ? CHECKED : REFERENCE;
	const char *name = control_speaker(c, m->id[worse])->conf.name;

	switch (o->refusal) {
	case REFUSAL_UNSTEADY:
		finish(c, FF_UNDER_REFUSED,
		       losses(c, m) == m->losses
			       ? "%s was not heard alike in both halves of the time: keep the "
				 "microphone still and nearer, and check again"
			       : "%s or the other lost sound meanwhile: check again",
		       name);
		break;
	case REFUSAL_NONE:
	case REFUSAL_BLOCKED: /* a warning */
	case REFUSAL_MICROPHONE:
	case REFUSAL_NOISY:
	case REFUSAL_CLIPPED:
	case REFUSAL_SILENT:
		finish(c, FF_UNDER_REFUSED,
		       "too noisy: the probe of %s does not stand out; move the microphone "
		       "nearer, turn the music up, or measure in silence",
		       both ? "neither speaker" : name);
		break;
	}
}

/* ---- step by step ------------------------------------------------------------------------ */

static void step_opening(struct control *c, struct music_check *m, uint64_t now)
{
	struct health_report h;
	struct tap_state tap;

	tap_look(source_tap(m->mic), &tap);
	if (tap.rate && (double)tap.frames > LISTEN_S * tap.rate) {
		for (int i = 0; i < 2; i++)
			m->delay[i] = control_speaker(c, m->id[i])->delay;
		m->losses = losses(c, m);
		music_run_begin(c, m);
		show_step(c, FF_UNDER_SOUNDING);
		return;
	}
	source_health(m->mic, &h);
	if (now > m->wait_until || h.state == HEALTH_ENDED)
		finish(c, FF_UNDER_REFUSED, "no microphone: %s%s",
		       h.reason[0] ? h.reason : "it gives no sound: ", /* a reason advises */
		       h.reason[0] ? "" : refusal_advice(REFUSAL_MICROPHONE));
	else
		control_wake_at(c, now + WAIT_NS);
}

/* Who must stay as it is while it sounds: its name, or NULL when both did. */
static const char *disturbed(struct control *c, const struct music_check *m)
{
	for (int i = 0; i < 2; i++) {
		const struct speaker *s = control_speaker(c, m->id[i]);

		if (!s->flowing || s->delay != m->delay[i])
			return s->conf.name;
	}
	return NULL;
}

static void step_sounding(struct control *c, struct music_check *m)
{
	const char *who = disturbed(c, m);
	int r;

	if (who) {
		finish(c, FF_UNDER_REFUSED,
		       "%s stopped, or its delay was changed, meanwhile: check again", who);
		return;
	}
	r = music_run_step(c, m);
	if (r == -EPIPE)
		finish(c, FF_UNDER_REFUSED,
		       "the microphone's sound has gaps: use another, or a quieter machine");
	else if (r == -ENODATA)
		finish(c, FF_UNDER_REFUSED, "the music stopped: start it, then check again");
	if (r <= 0)
		return;
	weigh(m);
	r = music_run_reckon(c, m);
	if (r < 0)
		finish(c, FF_UNDER_REFUSED, "%s: %s",
		       r == -ERANGE ? "the microphone fell behind" : "out of memory",
		       "check again");
	else
		show_step(c, FF_UNDER_RECKONING);
}

static void step_reckoning(struct control *c, struct music_check *m)
{
	struct overhearing o;
	int r;

	if (!music_run_reckoned(m, &r, &o))
		return; /* it rings when it is over */
	if (r < 0)
		finish(c, FF_UNDER_REFUSED, "too little was recorded: check again");
	else if (o.refusal == REFUSAL_NONE || o.refusal == REFUSAL_BLOCKED)
		conclude(c, m, &o);
	else
		refuse(c, m, &o);
}

void measure_music_step(struct control *c)
{
	struct music_check *m = c->music_check;

	if (!is_under_way(m))
		return;
	if (m->structure != c->structure) {
		finish(c, FF_UNDER_CANCELLED, "cancelled: speakers or sources changed");
		return;
	}
	if (m->shown.step == FF_UNDER_OPENING)
		step_opening(c, m, clock_now());
	else if (m->shown.step == FF_UNDER_SOUNDING)
		step_sounding(c, m);
	else
		step_reckoning(c, m);
}

void measure_music_plan(struct control *c, struct plan *p)
{
	struct music_check *m = c->music_check;

	if (!m || m->shown.step != FF_UNDER_SOUNDING || m->structure != c->structure)
		return;
	p->zones_n = PROBE_SLOT + 2;
	p->listener = m->listener;
	p->listened_zone = c->zones[m->zone].slot;
	for (uint32_t i = 0; i < 2; i++)
		p->feeds[p->feeds_n++] = (struct plan_feed){
			.feed = m->feed[i],
			.zone = PROBE_SLOT + i,
			.gain = 1,
		};
	for (uint32_t k = 0; k < c->speakers_n && k < p->branches_n; k++)
		for (uint32_t i = 0; i < 2; i++)
			if (c->speakers[k]->is.id == m->id[i])
				p->branches[k].over = PROBE_SLOT + i + 1;
}

void measure_music_status(const struct control *c, struct ff_music_check *ret)
{
	if (c->music_check)
		*ret = c->music_check->shown;
	else
		*ret = (struct ff_music_check){ .late_ms = NAN };
}
