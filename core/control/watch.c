/* SPDX-License-Identifier: MIT */
/* watch - the part of status.h that looks at devices and tells the log. */
#include "core/base/clock.h"
#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/control/doubt.h"
#include "core/control/names.h"
#include "core/control/status.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LATE_NEWS_NS (600 * NS_PER_SEC)

static const char *state_word(enum health_state state)
{
	switch (state) {
	case HEALTH_STARTING:
		return "starting";
	case HEALTH_WAITING:
		return "waiting";
	case HEALTH_RUNNING:
		return "playing";
	case HEALTH_ENDED:
		return "ended";
	}
	return "";
}

/* Say a device's state once each time it changes; true when it did. */
static bool tell(const char *name, const struct health_report *h, enum health_state *told,
		 char *told_why, size_t len)
{
	enum log_level level =
		h->state == HEALTH_WAITING ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE;

	if (*told == h->state && !strncmp(told_why, h->reason, len - 1))
		return false;
	*told = h->state;
	cut_copy(told_why, len, h->reason);
	if (h->state != HEALTH_STARTING)
		log_event(level, "%s: %s%s%s", name, state_word(h->state),
			  *h->reason ? ": " : "", h->reason);
	return true;
}

static void watch_speaker(struct control *c, struct speaker *s)
{
	struct health_report h;

	sink_health(s->sink, &h);
	if (s->conf.output != OUTPUT_BLUETOOTH) { /* of those, links.c tells */
		if (tell(s->conf.name, &h, &s->told, s->told_why, sizeof(s->told_why)))
			control_changed(c);
		if (!isnan(h.latency_ms))
			doubt_reported(s, h.latency_ms);
	}
	doubt_watch(s);
	if (sink_flowing(s->sink) != s->flowing)
		c->dirty = true;
}

static void watch_source(struct control *c, struct source_run *s)
{
	struct health_report h;

	if (s->conf.type == SOURCE_BLUETOOTH)
		return; /* guests.c tells */
	source_health(s->source, &h);
	if (tell(names_source(&s->conf), &h, &s->told, s->told_why, sizeof(s->told_why)))
		control_changed(c);
}

static const char *speaker_name(struct control *c, uint64_t id)
{
	struct speaker *s = control_speaker(c, (uint32_t)id);

	return s ? s->conf.name : "a speaker";
}

static void watch_event(struct control *c, const struct trace_event *e)
{
	struct source_run *source;

	switch (e->kind) {
	case TRACE_PLAN:
		break;
	case TRACE_LATE:
		c->late.times++;
		c->late.worst = e->a > c->late.worst ? e->a : c->late.worst;
		break;
	case TRACE_SKIPPED:
		/* no error: those are of commands, and whoever waits for one takes them so */
		log_warning("the machine stood still: %llu frames were not played",
			    (unsigned long long)e->a);
		break;
	case TRACE_FEED_EMPTY:
		source = control_source(c, (uint32_t)e->a);
		if (source)
			source->gaps++;
		break;
	case TRACE_FEED_BACK:
		log_debug("a source is back after %llu frames", (unsigned long long)e->b);
		break;
	case TRACE_BRANCH_LOST:
		log_warning("%s: does not take its sound, frames are lost",
			    speaker_name(c, e->a));
		break;
	case TRACE_BRANCH_BACK:
		log_notice("%s: takes its sound again, %llu frames were lost",
			   speaker_name(c, e->a), (unsigned long long)e->b);
		break;
	}
}

/*
 * A busy machine wakes us late over and over: one line a while for all of it, and no warning,
 * as the rings take it up; frames that are lost are told by themselves.
 */
static void tell_late(struct control *c, uint64_t now)
{
	if (c->late.times == 0 || now < c->late.next)
		return;
	log_warning(
		"the machine is busy: the clock thread woke late %u time%s, by up to %.0f ms",
		c->late.times, c->late.times == 1 ? "" : "s", (double)c->late.worst / 1e6);
	c->late.times = 0;
	c->late.worst = 0;
	c->late.next = now + LATE_NEWS_NS;
}

void status_watch(struct control *c)
{
	struct trace_event e;

	for (uint32_t i = 0; i < c->speakers_n; i++)
		watch_speaker(c, c->speakers[i]);
	for (uint32_t i = 0; i < c->sources_n; i++)
		watch_source(c, c->sources[i]);
	while (c->engine && trace_get(&c->engine->trace, &e))
		watch_event(c, &e);
	tell_late(c, clock_now());
}
