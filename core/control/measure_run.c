/* SPDX-License-Identifier: MIT */
/* measure_run - one run there and back: what sounds, and what is heard of it. */
#include "core/control/measure_parts.h"

#include "core/base/clock.h"
#include "core/control/clicks.h"
#include "core/control/doubt.h"
#include "core/control/graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AHEAD_S	 1.0  /* rendered so long before it is due */
#define BEGIN_S	 0.5  /* from now to the run's first frame */
#define SWITCH_S 0.35 /* before a slot, its speaker goes to the sweeps */
#define RING_S	 2
#define BLOCK	 512u
#define LOOK_NS	 (100 * NS_PER_MS)
#define SWEEPS	 0
#define QUIET	 1

int measure_make_feeds(struct control *c, struct measure *m)
{
	for (int i = 0; i < 2; i++) {
		int r = 0;

		if (!m->ring[i])
			r = ring_new(RING_S * c->time.rate, &m->ring[i]);
		if (r == 0 && !m->feed[i]) {
			ring_start(m->ring[i], 0);
			r = feed_new(0, c->time.rate, m->ring[i], &m->feed[i]);
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- what sounds ------------------------------------------------------------------------- */

/* Until the engine reads a feed its ring takes nothing far ahead: that is tried again. */
static void render(struct control *c, struct measure *m, int i)
{
	uint64_t now = atomic_load_explicit(&c->engine->frame, memory_order_acquire);
	uint64_t until = now + (uint64_t)(AHEAD_S * c->time.rate);
	uint64_t length = (uint64_t)(sweep_length(&m->run) * c->time.rate);
	float mono[BLOCK], stereo[2 * BLOCK];

	while (m->first + m->rendered[i] < until && m->rendered[i] < length) {
		sweep_render(&m->run, i == SWEEPS, c->time.rate, m->rendered[i], mono, BLOCK);
		for (uint32_t k = 0; k < 2 * BLOCK; k++)
			stereo[k] = mono[k / 2];
		if (!ring_write(m->ring[i], m->first + m->rendered[i], stereo, BLOCK))
			return;
		m->rendered[i] += BLOCK;
	}
}

static uint64_t ns_of_run(const struct control *c, const struct measure *m, double s)
{
	return clock_of_frame(c->time.t0, m->first, c->time.rate) + (uint64_t)(s * 1e9);
}

/* Let the one whose slot comes next go to the sweeps; the last one comes back at the end. */
static void give_turn(struct control *c, struct measure *m, uint64_t now)
{
	uint32_t slots = sweep_slots(m->run.speakers);
	uint64_t next;

	while (m->next_turn < slots) {
		next = ns_of_run(c, m, sweep_slot_at(&m->run, m->next_turn) - SWITCH_S);
		if (now < next) {
			control_wake_at(c, next);
			return;
		}
		m->turn = (int32_t)sweep_turn(m->run.speakers, m->next_turn++);
		c->dirty = true;
		control_changed(c);
	}
}

static const struct measured *measured_of(const struct measure *m, uint32_t id, int32_t *ret_i)
{
	for (uint32_t i = 0; i < m->speakers_n; i++) {
		if (m->speaker[i].id == id) {
			*ret_i = (int32_t)i;
			return &m->speaker[i];
		}
	}
	return NULL;
}

static float linear(double db)
{
	return db <= (double)FF_VOLUME_MIN ? 0.0f : db_to_linear((float)db);
}

/* A speaker that is measured is heard whatever is muted: at its volume, for its level. */
static void shape_branches(struct control *c, struct measure *m, uint32_t zone, struct plan *p)
{
	for (uint32_t i = 0; i < c->speakers_n && i < p->branches_n; i++) {
		const struct speaker *s = c->speakers[i];
		int32_t nth;

		if (s->zone != zone || !measured_of(m, s->is.id, &nth))
			continue;
		p->branches[i].gain =
			linear(s->conf.volume_db) * linear(c->zones[zone].volume_db);
		if (nth == m->turn)
			p->branches[i].zone = CLICKS_SLOT;
	}
}

void measure_plan(struct control *c, struct plan *p)
{
	struct measure *m = c->measure;
	uint32_t zone = 0, slot;

	while (zone < c->zones_n && m && c->zones[zone].id != m->zone_id)
		zone++;
	if (!m || zone == c->zones_n || (m->music >= 1 && !measure_sounds(m)))
		return;
	slot = c->zones[zone].slot;
	for (uint32_t i = 0; i < p->feeds_n; i++)
		if (p->feeds[i].zone == slot)
			p->feeds[i].gain *= m->music;
	if (!measure_sounds(m) || m->turn < -1)
		return;
	for (uint32_t i = 0; i < 2; i++)
		p->feeds[p->feeds_n++] = (struct plan_feed){
			.feed = m->feed[i],
			.zone = i == SWEEPS ? CLICKS_SLOT : slot,
			.gain = 1,
		};
	p->zones_n = CLICKS_SLOT + 1;
	shape_branches(c, m, zone, p);
}

/* ---- what is heard ----------------------------------------------------------------------- */

uint64_t measure_losses(const struct speaker *s)
{
	struct health_report h;

	sink_health(s->sink, &h);
	return h.drops + atomic_load_explicit(&s->branch->ring->lost, memory_order_relaxed);
}

/* What the speakers of the run did not get, or could not play in time, since they are there. */
static uint64_t losses(struct control *c, const struct measure *m)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < m->speakers_n; i++) {
		const struct speaker *s = control_speaker(c, m->speaker[i].id);

		sum += s ? measure_losses(s) : 0;
	}
	return sum;
}

int measure_run_begin(struct control *c, struct measure *m, float level)
{
	struct tap_state tap;
	uint64_t now = atomic_load_explicit(&c->engine->frame, memory_order_acquire);
	int r;

	tap_look(source_tap(m->mic), &tap);
	if (tap.rate == 0)
		return -ENODEV;
	m->run = (struct sweep_run){
		.speakers = m->speakers_n,
		.slot = m->shown.one ? SWEEP_BRIEF_S : SWEEP_SLOT_S,
		.top = sweep_top(c->time.rate, tap.rate),
		.level = fminf(level, 1),
	};
	arrival_finder_free(m->finder);
	m->finder = NULL;
	r = arrival_finder_new(tap.rate, m->run.top, &m->finder);
	if (r < 0)
		return r;
	m->first = now + (uint64_t)(BEGIN_S * c->time.rate);
	for (int i = 0; i < 2; i++) /* what an earlier run rendered ahead stays where it is */
		if (m->first < ring_head(m->ring[i]))
			m->first = ring_head(m->ring[i]);
	m->rendered[SWEEPS] = m->rendered[QUIET] = 0;
	m->breaks = tap.breaks;
	m->losses = losses(c, m);
	m->turn = -1;
	m->next_turn = m->next_slot = 0;
	for (uint32_t i = 0; i < m->speakers_n; i++) {
		const struct speaker *s = control_speaker(c, m->speaker[i].id);

		if (!s)
			return -ENODEV;
		m->speaker[i].latency_ms = (double)s->latency_ms;
		m->speaker[i].shift_ms = doubt_shift_ms(s);
		m->speaker[i].expected_ms =
			(double)s->latency_ms + m->speaker[i].shift_ms + (double)s->delay_ms;
		m->shown.speakers[i].turns = 0;
	}
	c->dirty = true;
	control_wake_at(c, clock_now() + LOOK_NS);
	return 0;
}

static void show_response(struct measure *m, uint32_t speaker, const struct arrival *a)
{
	struct ff_measured *to = &m->shown.speakers[speaker];

	if (a->verdict != ARRIVAL_HEARD)
		return;
	to->turns++;
	for (uint32_t i = 0; i < FF_RESPONSE && i < ARRIVAL_POINTS; i++)
		to->response[i] = (uint8_t)lrintf(255 * a->points[i]);
}

/* Look at the next slot, when all of its window is there. False: not yet. */
static bool look_at_slot(struct control *c, struct measure *m, const struct tap_state *tap)
{
	uint32_t who = sweep_turn(m->run.speakers, m->next_slot), n;
	uint64_t due = ns_of_run(c, m, sweep_slot_at(&m->run, m->next_slot));
	double at = (double)((int64_t)(due - m->origin)) * 1e-9 +
		    m->speaker[who].expected_ms * 1e-3;
	double from = floor((at - ARRIVAL_EARLY_S) * tap->rate) - 8;
	struct arrival *a = &m->heard[m->next_slot];
	float *record;

	n = (uint32_t)((ARRIVAL_EARLY_S + ARRIVAL_LATE_S + SWEEP_S) * tap->rate) + 32;
	if (from + n > (double)tap->frames)
		return false;
	*a = (struct arrival){ .verdict = ARRIVAL_OUTSIDE };
	record = realloc(m->record, n * sizeof(*record));
	if (record)
		m->record = record;
	if (record && from >= 0 &&
	    tap_read(source_tap(m->mic), (uint64_t)from, m->record, n) == 0)
		arrival_find(m->finder, m->record, n, at - from / tap->rate, m->run.level, a);
	show_response(m, who, a);
	m->next_slot++;
	control_changed(c);
	return true;
}

int measure_run_step(struct control *c, struct measure *m)
{
	uint32_t slots = sweep_slots(m->run.speakers);
	uint64_t now = clock_now();
	struct tap_state tap;

	render(c, m, SWEEPS);
	render(c, m, QUIET);
	give_turn(c, m, now);
	tap_look(source_tap(m->mic), &tap);
	if (tap.breaks != m->breaks)
		return -EPIPE;
	if (m->next_slot == 0) /* known better by and by; from the first slot on it stays */
		m->origin = tap.origin;
	if (m->next_slot < slots)
		look_at_slot(c, m, &tap);
	m->shown.progress = (float)m->next_slot / (float)slots;
	if (m->next_slot == slots) {
		solve(&m->run, m->heard, &m->solution);
		return losses(c, m) == m->losses ? 1 : -ENODATA;
	}
	control_wake_at(c, now + LOOK_NS);
	/* a microphone that stops gives no more frames: its last slot never comes */
	return now > ns_of_run(c, m, sweep_length(&m->run) + 4) ? -EPIPE : 0;
}
