/* SPDX-License-Identifier: MIT */
/*
 * cycle - the engine at work; see engine.h.
 *
 * Everything in this file is [rt] and calls only its like: a test follows the
 * calls from engine_cycle() through the machine code.
 */
#include "core/base/clock.h"
#include "core/rt/engine.h"

#include <string.h>

/* Glide to what the plan says, or be there at once when heard for the first time. */
static void adopt_feed(const struct plan_feed *pf, uint32_t glide)
{
	struct feed *f = pf->feed;

	if (!f->started)
		gain_init(&f->gain, pf->gain);
	else if (pf->gain != f->gain.target) /* a glide under way keeps its arrival */
		gain_glide(&f->gain, pf->gain, glide);
	f->started = true;
}

static void adopt_branch(const struct plan_branch *pb, uint64_t frame, uint32_t rate,
			 uint32_t glide)
{
	struct branch *b = pb->branch;

	if (b->started && b->next == frame) {
		if (pb->gain != b->gain.target)
			gain_glide(&b->gain, pb->gain, glide);
		if (pb->settle)
			delay_jump(b->delay, pb->delay);
		else
			delay_set(b->delay, pb->delay, rate);
		return; /* map and zone are crossfaded by the next block */
	}
	gain_init(&b->gain, pb->gain);
	delay_jump(b->delay, pb->delay);
	b->map = pb->map;
	b->zone = pb->zone;
	b->over = pb->over;
	if (!b->started)
		b->next = frame; /* its line is silent as it was made */
	b->started = true;
}

static void adopt(struct engine *e, const struct plan *p, uint64_t frame)
{
	uint32_t glide = e->time.rate * BRANCH_GLIDE_MS / 1000;

	for (uint32_t i = 0; i < p->feeds_n; i++)
		adopt_feed(&p->feeds[i], glide);
	for (uint32_t i = 0; i < p->branches_n; i++)
		adopt_branch(&p->branches[i], frame, e->time.rate, glide);
}

/*
 * Take up the next plan, one a call: they go back in the order in which they
 * came, so control knows by a serial what is no longer in use.
 */
static void take_plan(struct engine *e, uint64_t now, uint64_t frame)
{
	struct plan *p;

	if (e->old) /* control has not taken back what it has been given */
		return;
	p = cmdq_pop(&e->plans);
	if (!p)
		return;
	e->old = e->plan;
	e->plan = p;
	adopt(e, p, frame);
	trace_put(&e->trace, now, TRACE_PLAN, p->serial, 0);
}

static void give_back(struct engine *e)
{
	if (e->old && cmdq_push(&e->retired, e->old))
		e->old = NULL;
}

static void mix_in(float *restrict mix, const float *restrict in, uint32_t n)
{
	for (uint32_t i = 0; i < 2 * n; i++)
		mix[i] += in[i];
}

/* Tell of a source that has nothing, once, and of its return. */
static void note_feed(struct engine *e, struct feed *f, bool sound, uint64_t now)
{
	if (!f->heard)
		return;
	if (sound && f->presence > 0.0f) {
		if (f->away > 0)
			trace_put(&e->trace, now, TRACE_FEED_BACK, f->id, f->away);
		f->away = 0;
		return;
	}
	if (f->away == 0)
		trace_put(&e->trace, now, TRACE_FEED_EMPTY, f->id, 0);
	f->away += e->time.period;
}

/* Out within these frames; should the source come back, it comes from nothing. */
static void fade_away(struct feed *f, float *out, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		float share = gain_ease((float)(n - 1 - i) / (float)n);

		out[2 * i] *= share;
		out[2 * i + 1] *= share;
	}
	gain_init(&f->gain, 0.0f);
}

/* One source into its zone; the first of a zone is what the mix begins with. */
static void run_feed(struct engine *e, const struct plan_feed *pf, uint64_t frame, uint64_t now,
		     bool leaving, bool *mixed)
{
	uint32_t n = e->time.period;
	float *mix = e->mix[pf->zone];
	float *out = *mixed ? e->work : mix;
	bool sound = feed_read(pf->feed, frame, out, n);

	if (leaving)
		fade_away(pf->feed, out, n);
	note_feed(e, pf->feed, sound, now);
	if (sound && *mixed)
		mix_in(mix, out, n);
	*mixed = true;
}

static bool has_feed(const struct plan *p, const struct feed *f)
{
	for (uint32_t i = 0; i < p->feeds_n; i++)
		if (p->feeds[i].feed == f)
			return true;
	return false;
}

/* Sources that the old plan had and the new one has not: out within this one period. */
static void run_leaving(struct engine *e, uint64_t frame, uint64_t now, bool *mixed)
{
	for (uint32_t i = 0; e->old && i < e->old->feeds_n; i++) {
		const struct plan_feed *pf = &e->old->feeds[i];

		if (has_feed(e->plan, pf->feed))
			continue;
		run_feed(e, pf, frame, now, true, &mixed[pf->zone]);
	}
}

static void run_feeds(struct engine *e, uint64_t frame, uint64_t now)
{
	const struct plan *p = e->plan;
	uint32_t n = e->time.period, zones = p->zones_n;
	bool mixed[PLAN_ZONES] = { false };

	for (uint32_t i = 0; i < p->feeds_n; i++)
		run_feed(e, &p->feeds[i], frame, now, false, &mixed[p->feeds[i].zone]);
	run_leaving(e, frame, now, mixed);
	if (e->old && e->old->zones_n > zones) /* who leaves a zone fades out of its mix */
		zones = e->old->zones_n;
	for (uint32_t z = 0; z < zones; z++) {
		if (!mixed[z])
			memset(e->mix[z], 0, 2 * sizeof(float) * n);
		if (z < p->zones_n && p->zone_level[z])
			level_measure(p->zone_level[z], e->mix[z], n);
	}
	if (p->listener)
		ring_write(p->listener, frame, e->mix[p->listened_zone], n);
}

/* Tell of a sink that stalls, once, and of its recovery with the sum of its losses. */
static void note_branch(struct engine *e, struct branch *b, bool placed, uint64_t now)
{
	if (placed) {
		if (b->lost > 0)
			trace_put(&e->trace, now, TRACE_BRANCH_BACK, b->id, b->lost);
		b->lost = 0;
		return;
	}
	if (b->lost == 0)
		trace_put(&e->trace, now, TRACE_BRANCH_LOST, b->id, 0);
	b->lost += e->time.period;
}

/* The mix a branch is to play; while it changes zones, from the one over to the other. */
static const float *mix_of(struct engine *e, const struct plan_branch *pb)
{
	const float *to = e->mix[pb->zone], *from = e->mix[pb->branch->zone];

	if (pb->branch->zone == pb->zone)
		return to;
	gain_cross(e->blend, from, to, e->time.period);
	pb->branch->zone = pb->zone;
	return e->blend;
}

/* What lies over a mix, too; in the period after which it goes its feed fades away in it. */
static const float *with_over(struct engine *e, const struct plan_branch *pb, const float *mix)
{
	uint32_t over = pb->over ? pb->over : pb->branch->over;
	const float *top = e->mix[over - (over > 0)];

	pb->branch->over = pb->over;
	if (!over)
		return mix;
	for (uint32_t i = 0; i < 2 * e->time.period; i++)
		e->blend[i] = mix[i] + top[i];
	return e->blend;
}

static void run_branches(struct engine *e, uint64_t frame, uint64_t now)
{
	const struct plan *p = e->plan;

	for (uint32_t i = 0; i < p->branches_n; i++) {
		const struct plan_branch *pb = &p->branches[i];
		const float *mix = with_over(e, pb, mix_of(e, pb));
		bool placed = branch_run(pb->branch, frame, mix, e->time.period, pb->map,
					 pb->flowing, e->work, e->spare);

		note_branch(e, pb->branch, placed, now);
	}
}

/* After a long stall: whole periods up to now are given up, the sources cut. */
static uint64_t skip(struct engine *e, uint64_t frame, uint64_t behind, uint64_t now)
{
	uint64_t given_up = behind / e->time.period * e->time.period;

	for (uint32_t i = 0; e->plan && i < e->plan->feeds_n; i++)
		feed_cut(e->plan->feeds[i].feed);
	trace_put(&e->trace, now, TRACE_SKIPPED, given_up, 0);
	return frame + given_up;
}

uint64_t engine_cycle(struct engine *e, uint64_t now)
{
	const struct timeline *t = &e->time;
	uint64_t frame = atomic_load_explicit(&e->frame, memory_order_relaxed);
	uint64_t due = clock_of_frame(t->t0, frame, t->rate);
	uint64_t behind;

	if (now < due)
		return due;

	/* the last frame due at or before now; those before it are late */
	behind = clock_to_frame(t->t0, now + 1, t->rate) - 1 - frame;
	if (behind > t->period) {
		atomic_fetch_add_explicit(&e->late, 1, memory_order_relaxed);
		trace_put(&e->trace, now, TRACE_LATE, now - due, 0);
	}
	if (behind > e->skip_after)
		frame = skip(e, frame, behind, now);
	take_plan(e, now, frame);

	do {
		if (e->plan) {
			run_feeds(e, frame, now);
			run_branches(e, frame, now);
			give_back(e);
		}
		frame += t->period;
		due = clock_of_frame(t->t0, frame, t->rate);
		atomic_fetch_add_explicit(&e->cycles, 1, memory_order_relaxed);
		/* release: all samples before this frame are in their rings */
		atomic_store_explicit(&e->frame, frame, memory_order_release);
	} while (due <= now);
	return due;
}
