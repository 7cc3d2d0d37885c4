/* SPDX-License-Identifier: MIT */
/* measure_music_run - probes under music: what sounds, what is heard, the reckoning. */
#include "core/control/measure_music_parts.h"

#include "core/base/clock.h"
#include "core/io/runner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#define BEGIN_S 0.3  /* from now to the first piece */
#define AHEAD_S 0.15 /* rendered so long before it is due */
#define RING_S	1
#define LEAD_S	1.0 /* of recording before the probes are expected … */
#define TAIL_S	1.0 /* … and after them */
#define QUIET_S 5   /* music that is away so long has stopped */
#define SILENT	1e-4f
#define LOOK_NS (20 * NS_PER_MS)
#define BLOCK	512u

/* ---- room -------------------------------------------------------------------------------- */

int music_run_prepare(struct control *c, struct music_check *m)
{
	int r = 0;

	m->frames = MUSIC_PROBE_S * c->time.rate / PROBE_HOP * PROBE_HOP;
	if (!m->listener)
		r = ring_new(RING_S * c->time.rate, &m->listener);
	for (int i = 0; i < 2 && r == 0; i++) {
		if (!m->ring[i]) {
			r = ring_new(RING_S * c->time.rate, &m->ring[i]);
			if (r == 0)
				ring_start(m->ring[i], 0);
		}
		if (r == 0 && !m->feed[i])
			r = feed_new(0, c->time.rate, m->ring[i], &m->feed[i]);
		if (r == 0)
			r = probe_new(c->time.rate, 2 * m->shown.runs + (uint64_t)i,
				      &m->probe[i]);
		m->sent[i] = calloc(m->frames, sizeof(float));
		m->music[i] = calloc(m->frames, sizeof(float));
		if (r == 0 && (!m->sent[i] || !m->music[i]))
			r = -ENOMEM;
	}
	return r;
}

static void release_sound(struct music_check *m)
{
	for (int i = 0; i < 2; i++) {
		probe_free(m->probe[i]);
		free(m->sent[i]);
		free(m->music[i]);
		m->probe[i] = NULL;
		m->sent[i] = m->music[i] = NULL;
	}
}

/* ---- what sounds ------------------------------------------------------------------------- */

static uint64_t frame_now(const struct control *c)
{
	return atomic_load_explicit(&c->engine->frame, memory_order_acquire);
}

void music_run_begin(struct control *c, struct music_check *m)
{
	struct tap_state tap;
	float none[2];

	tap_look(source_tap(m->mic), &tap);
	m->breaks = tap.breaks;
	m->first = frame_now(c) + (uint64_t)(BEGIN_S * c->time.rate);
	for (int i = 0; i < 2; i++) /* what an earlier run rendered ahead stays where it is */
		if (m->first < ring_head(m->ring[i]))
			m->first = ring_head(m->ring[i]);
	m->rendered = m->heard = m->quiet = 0;
	ring_read(m->listener, frame_now(c), none, 0); /* room from here on */
	c->dirty = true;
	control_wake_at(c, clock_now() + LOOK_NS);
}

/* What the engine has played of the zone's music since the last look. */
static void listen(struct control *c, struct music_check *m)
{
	uint64_t now = frame_now(c);
	float stereo[2 * BLOCK];

	if (now <= m->first) {
		ring_read(m->listener, now, stereo, 0);
		return;
	}
	while (m->heard < m->frames && m->first + m->heard < now) {
		uint64_t left = now - m->first - m->heard;
		uint32_t n = m->frames - m->heard;

		n = n < BLOCK ? n : BLOCK;
		n = left < n ? (uint32_t)left : n;
		memset(stereo, 0, sizeof(stereo)); /* what is not there was silence */
		ring_read(m->listener, m->first + m->heard, stereo, n);
		for (uint32_t i = 0; i < n; i++, m->heard++) {
			float l = stereo[2 * i], r = stereo[2 * i + 1];

			m->music[0][m->heard] = 0.5f * (l + r);
			m->music[1][m->heard] = 0.5f * (l - r);
			m->quiet = fabsf(l) + fabsf(r) < SILENT ? m->quiet + 1 : 0;
		}
	}
	ring_read(m->listener, m->first + m->heard, stereo, 0);
}

/* A block of music as that speaker gets it, mono. */
static void mix_for(const struct speaker *s, const struct music_check *m, uint32_t from,
		    float *ret)
{
	float side = s->conf.map == PROFILE_LEFT ? 1 : s->conf.map == PROFILE_RIGHT ? -1 : 0;

	for (uint32_t i = 0; i < PROBE_BLOCK; i++)
		ret[i] = m->music[0][from + i] + side * m->music[1][from + i];
}

/* The next piece of both; of one that comes too late nothing sounds, and that is kept. */
static void render_piece(struct control *c, struct music_check *m, bool late)
{
	float block[PROBE_BLOCK], stereo[2 * PROBE_HOP];
	bool last = m->rendered + PROBE_HOP == m->frames;

	for (int i = 0; i < 2; i++) {
		const struct speaker *s = control_speaker(c, m->id[i]);
		float *mono = m->sent[i] + m->rendered;
		bool known = s && m->heard >= PROBE_BLOCK && !last;

		if (known)
			mix_for(s, m, m->heard - PROBE_BLOCK, block);
		probe_next(m->probe[i], known ? block : NULL, mono);
		for (uint32_t k = 0; k < 2 * PROBE_HOP; k++)
			stereo[k] = mono[k / 2];
		if (late || !ring_write(m->ring[i], m->first + m->rendered, stereo, PROBE_HOP))
			memset(mono, 0, PROBE_HOP * sizeof(*mono));
	}
	m->rendered += PROBE_HOP;
}

int music_run_step(struct control *c, struct music_check *m)
{
	uint64_t now = frame_now(c), period = c->time.period, end = m->first + m->frames;
	struct tap_state tap;

	listen(c, m);
	while (m->rendered < m->frames &&
	       m->first + m->rendered < now + (uint64_t)(AHEAD_S * c->time.rate))
		render_piece(c, m, m->first + m->rendered < now + period);
	tap_look(source_tap(m->mic), &tap);
	if (tap.breaks != m->breaks)
		return -EPIPE;
	if (m->quiet > QUIET_S * c->time.rate)
		return -ENODATA;
	m->shown.progress =
		now > m->first ? fminf((float)(now - m->first) / (float)m->frames, 1) : 0;
	control_wake_at(c, clock_now() + LOOK_NS);
	return now > end + (uint64_t)((OVERHEAR_LATE_S + TAIL_S) * c->time.rate);
}

/* ---- the reckoning ----------------------------------------------------------------------- */

struct reckoning {
	struct runner runner;
	int notify_fd; /* control's: only between runner_enter() and _leave() */
	struct overhear_task task;
	float *record, *sent[2], *music[2]; /* owned */
	_Atomic bool stop, over;	    /* over publishes what follows */
	int result;
	struct overhearing found;
};

static void release(void *body)
{
	struct reckoning *r = body;

	for (int i = 0; i < 2; i++) {
		free(r->sent[i]);
		free(r->music[i]);
	}
	free(r->record);
	free(r);
}

static void run(void *body)
{
	struct reckoning *r = body;

	r->result = overhear(&r->task, &r->found);
	/* release: all of it before the word that it is there */
	atomic_store_explicit(&r->over, true, memory_order_release);
	if (runner_enter(&r->runner)) {
		eventfd_write(r->notify_fd, 1);
		runner_leave(&r->runner);
	}
}

static uint32_t players(const struct control *c, uint32_t zone)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->speakers_n; i++)
		n += c->speakers[i]->zone == zone && c->speakers[i]->flowing;
	return n;
}

/* The recording around the probes, and when they are expected in it. */
static int take_record(struct control *c, struct music_check *m, struct reckoning *r)
{
	uint64_t due = clock_of_frame(c->time.t0, m->first, c->time.rate);
	struct tap_state tap;
	double at, seconds;
	int64_t from;

	tap_look(source_tap(m->mic), &tap);
	if (tap.rate == 0)
		return -ERANGE;
	at = (double)((int64_t)(due - tap.origin)) * 1e-9 - LEAD_S;
	from = (int64_t)fmax(at * tap.rate, 0);
	seconds = (double)m->frames / c->time.rate + LEAD_S + TAIL_S;
	r->task.record_rate = tap.rate;
	r->task.record_frames = (size_t)(seconds * tap.rate);
	if ((uint64_t)from + r->task.record_frames > tap.frames)
		r->task.record_frames =
			tap.frames > (uint64_t)from ? (size_t)(tap.frames - (uint64_t)from) : 0;
	r->record = calloc(r->task.record_frames + 1, sizeof(float));
	if (!r->record)
		return -ENOMEM;
	r->task.record = r->record;
	for (int i = 0; i < 2; i++) {
		const struct speaker *s = control_speaker(c, m->id[i]);

		r->task.expected[i] = at + LEAD_S - (double)from / tap.rate +
				      1e-3 * ((double)s->latency_ms) +
				      (double)s->delay / c->time.rate;
	}
	return tap_read(source_tap(m->mic), (uint64_t)from, r->record,
			(uint32_t)r->task.record_frames);
}

int music_run_reckon(struct control *c, struct music_check *m)
{
	struct reckoning *r = calloc(1, sizeof(*r));
	int e;

	if (!r)
		return -ENOMEM;
	e = take_record(c, m, r);
	if (e < 0) {
		release(r);
		return e;
	}
	for (int i = 0; i < 2; i++) {
		r->task.sent[i] = r->sent[i] = TAKE(m->sent[i]);
		r->task.music[i] = r->music[i] = TAKE(m->music[i]);
	}
	r->task.sent_frames = m->frames;
	r->task.sent_rate = c->time.rate;
	r->task.players = players(c, m->zone);
	r->task.stop = &r->stop;
	r->notify_fd = c->health_fd;
	if (runner_start(&r->runner, "overhear", false, run, release, r) < 0) {
		release(r);
		return -EAGAIN;
	}
	m->reckoning = r;
	return 0;
}

bool music_run_reckoned(struct music_check *m, int *ret_result, struct overhearing *ret)
{
	struct reckoning *r = m->reckoning;

	if (!atomic_load_explicit(&r->over, memory_order_acquire))
		return false;
	*ret_result = r->result;
	*ret = r->found;
	return true;
}

void music_run_end(struct music_check *m)
{
	if (m->reckoning) {
		atomic_store_explicit(&m->reckoning->stop, true, memory_order_relaxed);
		runner_stop(&m->reckoning->runner);
		m->reckoning = NULL;
	}
	release_sound(m);
	source_free(m->mic);
	m->mic = NULL;
}
