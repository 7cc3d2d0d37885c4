/* SPDX-License-Identifier: MIT */
/* doubt - see doubt.h. */
#include "core/control/doubt.h"

#include "core/base/cut.h"
#include "core/base/log.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A report that moved less than this is the same report: nobody hears it, all would slew. */
#define NEWS_MS 0.5

const char *doubt_stream(const struct speaker *s)
{
	if (s->conf.output != OUTPUT_BLUETOOTH || s->link.step != LINK_FLOW)
		return "";
	return s->mono_air ? "SBC mono" : "SBC stereo";
}

void doubt_connected(struct speaker *s)
{
	s->doubt.connection++;
	s->doubt.dismissed[0] = '\0';
}

void doubt_reported(struct speaker *s, double ms)
{
	if (fabs(ms - s->reported_ms) < NEWS_MS)
		return;
	log_info("%s: reports a latency of %.1f ms", s->conf.name, ms);
	s->reported_ms = ms;
	s->control->dirty = true;
}

double doubt_shift_ms(const struct speaker *s)
{
	double shift = s->reported_ms - s->conf.reported_ms;

	if (isnan(s->conf.latency_ms) || isnan(shift) || fabs(shift) < NEWS_MS)
		return 0;
	return shift;
}

/* The weightiest reason: a connection that changed nothing that shows is the last. */
static void find(const struct speaker *s, char *ret)
{
	const char *stream = doubt_stream(s);

	ret[0] = '\0';
	if (isnan(s->conf.latency_ms) || !s->conf.measured[0])
		return;
	if (*stream && s->conf.stream[0] && strcmp(stream, s->conf.stream) != 0)
		snprintf(ret, FF_TEXT_MAX, "%s now", stream);
	else if (doubt_shift_ms(s) != 0)
		snprintf(ret, FF_TEXT_MAX, "reports %+.1f ms", doubt_shift_ms(s));
	else if (s->doubt.connection != s->doubt.measured_in)
		snprintf(ret, FF_TEXT_MAX, "reconnected");
}

/* For what has no links.c: a device that went away and came back. */
static void watch_return(struct speaker *s)
{
	bool flows = sink_flowing(s->sink);

	if (flows && !s->flowing && s->doubt.flowed && s->conf.output != OUTPUT_BLUETOOTH)
		doubt_connected(s);
	s->doubt.flowed = s->doubt.flowed || s->flowing;
}

void doubt_watch(struct speaker *s)
{
	char words[FF_TEXT_MAX];

	watch_return(s);
	find(s, words);
	if (!strcmp(words, s->doubt.words))
		return;
	CUT_COPY(s->doubt.words, words);
	if (!*words)
		s->doubt.dismissed[0] = '\0';
	control_changed(s->control);
	if (*doubt_words(s))
		log_notice("%s: in time? %s (measured %s)", s->conf.name, words,
			   s->conf.measured);
}

void doubt_set(struct speaker *s, bool on)
{
	CUT_COPY(s->doubt.dismissed, on ? "" : s->doubt.words);
	control_changed(s->control);
}

const char *doubt_words(const struct speaker *s)
{
	return strcmp(s->doubt.words, s->doubt.dismissed) != 0 ? s->doubt.words : "";
}
