/* SPDX-License-Identifier: MIT */
/* recall - see recall.h. */
#include "core/control/recall.h"

#include "core/base/clock.h"
#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/control/edits.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

/* A fader moved by hand is one writing, and a card lives long. */
#define EVERY_NS (3 * NS_PER_SEC)

/* ---- what is kept ----------------------------------------------------------------------- */

static void gather_speaker(const struct speaker *s, struct state_speaker *ret)
{
	*ret = (struct state_speaker){
		.place = s->is.filed,
		.volume_db = s->conf.volume_db,
		.trim_ms = s->conf.trim_ms,
		.mute = s->conf.mute,
		.own_volume = s->conf.own_volume,
		.latency_ms = s->conf.latency_ms,
		.reported_ms = s->conf.reported_ms,
	};
	CUT_COPY(ret->measured, s->conf.measured);
	CUT_COPY(ret->microphone, s->conf.microphone);
	CUT_COPY(ret->stream, s->conf.stream);
}

static void gather(const struct control *c, struct state *ret)
{
	ret->muted_all = c->muted_all;
	for (uint32_t z = 0; z < c->zones_n; z++) {
		const struct zone *zone = &c->zones[z];

		if (zone->filed)
			ret->zones[ret->zones_n++] = (struct state_zone){
				.place = zone->filed,
				.volume_db = zone->volume_db,
				.mute = zone->mute,
			};
	}
	for (uint32_t i = 0; i < c->sources_n; i++) {
		const struct source_run *s = c->sources[i];

		if (s->is.filed)
			ret->sources[ret->sources_n++] = (struct state_source){
				.place = s->is.filed,
				.gain_db = s->conf.gain_db,
			};
	}
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		const struct speaker *s = c->speakers[i];

		if (s->is.filed)
			gather_speaker(s, &ret->speakers[ret->speakers_n++]);
	}
}

/* The text to be kept, the caller's; NULL = there is nothing to keep it for. */
static char *text_of(const struct control *c)
{
	SCOPED(freep) struct state *s = calloc(1, sizeof(*s));
	char *text = NULL;
	size_t len;

	if (!s || !c->saved || !c->path[0])
		return NULL;
	CUT_COPY(s->profile, c->name);
	gather(c, s);
	if (state_mark(c->saved, s->mark) < 0 || state_text(s, &text, &len) < 0)
		return NULL;
	return text;
}

/* ---- writing it ------------------------------------------------------------------------- */

/* Without the lock: all it needs is its own while it runs. */
static void *write_it(void *arg)
{
	struct recall *r = arg;

	r->result = shelf_write_state(r->path, r->text, strlen(r->text));
	/* release: the result before the word that it is there */
	atomic_store_explicit(&r->written, true, memory_order_release);
	eventfd_write(r->notify_fd, 1);
	return NULL;
}

static void told(struct recall *r, int result)
{
	if (result < 0 && !r->failed)
		log_warning("volumes, trims and latencies cannot be kept in %s: %s", r->path,
			    strerror(-result));
	r->failed = result < 0;
}

static void finish(struct recall *r)
{
	pthread_join(r->thread, NULL);
	r->writing = false;
	told(r, r->result);
}

/* Take over text as what is to be written; false when that stands there already. */
static bool take_text(struct recall *r, char *text)
{
	if (!text || (r->text && !r->failed && !strcmp(text, r->text)) ||
	    shelf_state_path(STATE_FILE, r->path) < 0) {
		free(text);
		return false;
	}
	free(r->text);
	r->text = text;
	return true;
}

static void start_writing(struct control *c)
{
	struct recall *r = &c->recall;
	sigset_t all, before;

	atomic_store_explicit(&r->written, false, memory_order_relaxed);
	r->notify_fd = c->health_fd;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r->writing = pthread_create(&r->thread, NULL, write_it, r) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	r->failed = r->failed || !r->writing; /* not there: the next change tries again */
}

void recall_step(struct control *c)
{
	struct recall *r = &c->recall;
	uint64_t now;

	/* acquire: what the thread left behind */
	if (r->writing && atomic_load_explicit(&r->written, memory_order_acquire))
		finish(r);
	if (!r->due || r->writing)
		return;
	now = clock_now();
	if (now < r->next) {
		control_wake_at(c, r->next);
		return;
	}
	r->due = false;
	r->next = now + EVERY_NS;
	if (take_text(r, text_of(c)))
		start_writing(c);
}

void recall_end(struct control *c)
{
	struct recall *r = &c->recall;

	if (r->writing)
		finish(r);
	if (r->due && take_text(r, text_of(c)))
		told(r, shelf_write_state(r->path, r->text, strlen(r->text)));
	free(r->text);
	r->text = NULL;
	r->due = false;
}

/* ---- taking it up ----------------------------------------------------------------------- */

static void set_speaker(struct speaker *s, const struct state_speaker *to)
{
	s->conf.volume_db = to->volume_db;
	s->conf.trim_ms = to->trim_ms;
	s->conf.mute = to->mute;
	s->conf.own_volume = to->own_volume;
	s->conf.latency_ms = to->latency_ms;
	s->conf.reported_ms = to->reported_ms;
	CUT_COPY(s->conf.measured, to->measured);
	CUT_COPY(s->conf.microphone, to->microphone);
	CUT_COPY(s->conf.stream, to->stream);
	if (to->own_volume != PROFILE_VOLUME_ITS)
		s->absolute_wanted = (int16_t)to->own_volume;
}

static void set_all(struct control *c, const struct state *state)
{
	c->muted_all = state->muted_all;
	for (uint32_t i = 0; i < state->zones_n; i++) {
		for (uint32_t z = 0; z < c->zones_n; z++) {
			if (c->zones[z].filed != state->zones[i].place)
				continue;
			c->zones[z].volume_db = state->zones[i].volume_db;
			c->zones[z].mute = state->zones[i].mute;
		}
	}
	for (uint32_t i = 0; i < state->sources_n; i++) {
		for (uint32_t k = 0; k < c->sources_n; k++) {
			if (c->sources[k]->is.filed == state->sources[i].place)
				c->sources[k]->conf.gain_db = state->sources[i].gain_db;
		}
	}
	for (uint32_t i = 0; i < state->speakers_n; i++) {
		for (uint32_t k = 0; k < c->speakers_n; k++) {
			if (c->speakers[k]->is.filed == state->speakers[i].place)
				set_speaker(c->speakers[k], &state->speakers[i]);
		}
	}
	control_edited(c);
}

void recall_take_up(struct control *c)
{
	SCOPED(freep) struct state *state = calloc(1, sizeof(*state));
	char path[SHELF_PATH_MAX], mark[STATE_MARK_MAX];
	struct complaint why = { "" };
	int r;

	if (!state || !c->saved || shelf_state_path(STATE_FILE, path) < 0)
		return;
	r = state_load(path, state, &why);
	if (r == -ENOENT)
		return;
	if (r < 0) {
		why.text[strcspn(why.text, "\n")] = '\0'; /* the first says enough */
		log_warning("what was kept is ignored: %s", why.text);
		return;
	}
	if (strcmp(state->profile, c->name) != 0 || state_mark(c->saved, mark) < 0)
		return;
	if (strcmp(state->mark, mark) != 0) {
		log_notice("%s was changed since it played: what it says counts, not %s",
			   c->path, path);
		return;
	}
	set_all(c, state);
	edits_compare(c); /* before anybody looks */
	log_notice("profile %s: volumes, trims and latencies as they were left", c->name);
}
