/* SPDX-License-Identifier: MIT */
/* measure_result - what a measurement changes, and takes back. */
#include "core/control/measure_parts.h"

#include "core/base/cut.h"
#include "core/control/doubt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LATENCY_MAX_MS 2000.0
#define LEVEL_MOST_DB  12.0 /* more is not a speaker turned down, but one that is far away */

bool measure_holds(const struct measure *m, uint32_t i)
{
	enum solve_refusal r = m->solution.speaker[i].refusal;

	return r == REFUSAL_NONE || r == REFUSAL_BLOCKED;
}

double measure_late_ms(const struct measure *m, uint32_t i)
{
	return 1e3 * m->solution.speaker[i].late + m->speaker[i].shift_ms;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The middle one of those that hold: most of them stay nearly where they are. */
static double median(const struct measure *m, bool level)
{
	double all[FF_SPEAKERS];
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->speakers_n; i++) {
		if (measure_holds(m, i))
			all[n++] =
				level ? m->solution.speaker[i].level_db : measure_late_ms(m, i);
		if (m->shown.one && n > 0)
			break; /* beside the first, which stays where it is */
	}
	qsort(all, n, sizeof(all[0]), by_size);
	return n ? 0.5 * (all[(n - 1) / 2] + all[n / 2]) : 0;
}

void measure_show(struct measure *m)
{
	double late = median(m, false), level = median(m, true);

	m->shown.mic_ppm = (float)m->solution.ppm;
	for (uint32_t i = 0; i < m->speakers_n; i++) {
		const struct solved_speaker *s = &m->solution.speaker[i];
		struct ff_measured *to = &m->shown.speakers[i];

		/* left as it was by the first pass: the second does not take that back */
		if (m->shown.pass == 2 && !m->shown.one && !m->speaker[i].accepted)
			continue;
		to->accepted = measure_holds(m, i);
		to->confidence = (float)s->confidence;
		to->words[0] = '\0';
		if (s->refusal != REFUSAL_NONE)
			snprintf(to->words, sizeof(to->words), "%s: %s",
				 refusal_words(s->refusal), refusal_advice(s->refusal));
		if (to->accepted && m->shown.pass == 1) {
			to->late_ms = (float)(measure_late_ms(m, i) - late);
			to->level_db = (float)(s->level_db - level);
		}
	}
}

void measure_read(const struct speaker *s, struct measured_setting *ret)
{
	*ret = (struct measured_setting){
		.latency_ms = s->conf.latency_ms,
		.trim_ms = s->conf.trim_ms,
		.reported_ms = s->conf.reported_ms,
		.connection = s->doubt.measured_in,
	};
	CUT_COPY(ret->measured, s->conf.measured);
	CUT_COPY(ret->microphone, s->conf.microphone);
	CUT_COPY(ret->stream, s->conf.stream);
}

void measure_write(const struct measured_setting *from, struct speaker *s)
{
	s->conf.latency_ms = from->latency_ms;
	s->conf.trim_ms = from->trim_ms;
	s->conf.reported_ms = from->reported_ms;
	s->doubt.measured_in = from->connection;
	CUT_COPY(s->conf.measured, from->measured);
	CUT_COPY(s->conf.microphone, from->microphone);
	CUT_COPY(s->conf.stream, from->stream);
	doubt_watch(s);
}

void measure_date(const struct speaker *s, const char *microphone, double latency_ms,
		  struct measured_setting *ret)
{
	time_t t = time(NULL);
	struct tm day;

	*ret = (struct measured_setting){
		.latency_ms = latency_ms,
		.reported_ms = s->reported_ms,
		.connection = s->doubt.connection,
	};
	localtime_r(&t, &day);
	strftime(ret->measured, sizeof(ret->measured), "%Y-%m-%d %H:%M", &day);
	CUT_COPY(ret->microphone, microphone);
	CUT_COPY(ret->stream, doubt_stream(s));
}

void measure_set_after(const struct speaker *s, const struct measure *m, struct measured *d,
		       double latency_ms)
{
	measure_date(s, m->device[0] ? m->device : m->type, latency_ms, &d->after);
}

uint32_t measure_conclude(struct control *c, struct measure *m)
{
	double late = median(m, false), level = median(m, true), least = 0;
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->speakers_n; i++) {
		const struct solved_speaker *s = &m->solution.speaker[i];
		const struct speaker *run = control_speaker(c, m->speaker[i].id);
		struct measured *d = &m->speaker[i];

		d->accepted = run && measure_holds(m, i);
		if (!d->accepted)
			continue;
		measure_read(run, &d->before);
		/* what it takes in truth; a trim was somebody's guess at the same, and is
		 * mended with it */
		measure_set_after(run, m, d, d->latency_ms + measure_late_ms(m, i) - late);
		d->level_db = fmin(fmax(level - s->level_db, -LEVEL_MOST_DB), LEVEL_MOST_DB);
		least = fmin(least, d->after.latency_ms);
		n++;
	}
	/* no latency is negative: what was reckoned with was too little for all */
	for (uint32_t i = 0; i < m->speakers_n; i++)
		m->speaker[i].after.latency_ms =
			fmin(m->speaker[i].after.latency_ms - least, LATENCY_MAX_MS);
	return n;
}

void measure_apply(struct control *c, struct measure *m, bool on)
{
	for (uint32_t i = 0; i < m->speakers_n; i++) {
		const struct measured *d = &m->speaker[i];
		const struct measured_setting *to = on ? &d->after : &d->before;
		struct speaker *s = control_speaker(c, d->id);

		if (!s || !d->accepted)
			continue;
		measure_write(to, s);
	}
	m->shown.applied = on;
	control_edited(c);
}

void measure_level(struct control *c, struct measure *m, bool on)
{
	for (uint32_t i = 0; i < m->speakers_n; i++) {
		struct measured *d = &m->speaker[i];
		struct speaker *s = control_speaker(c, d->id);

		if (!s || !d->accepted || d->levelled == on)
			continue;
		if (on)
			d->volume_db = s->conf.volume_db;
		s->conf.volume_db =
			on ? fmin(fmax(d->volume_db + d->level_db, (double)FF_VOLUME_MIN),
				  (double)FF_VOLUME_MAX)
			   : d->volume_db;
		d->levelled = on;
	}
	m->shown.levelled = on;
	control_edited(c);
}
