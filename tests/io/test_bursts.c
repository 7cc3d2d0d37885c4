/* SPDX-License-Identifier: MIT */
/*
 * test_bursts - an intake whose sound comes in bursts, as a phone sends it over the air: late
 * by this much and that, several packets at once, with pauses. Judged by what the engine reads
 * when it is due, in a time that only tests know.
 *
 * It runs at 8 kHz, so that an hour of samples can be judged. FANFARE_HOURS=24 makes it a day.
 */
#include "core/base/scope.h"
#include "core/io/intake.h"
#include "tests/dsp/virtual.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RATE	8000u
#define PERIOD	80u  /* frames of the engine's, 10 ms */
#define PACKET	128u /* frames, 16 ms */
#define US	1e-6
#define LATENCY 0.110 /* s */
#define MOST	(200 * NS_PER_MS)
#define PROMISE 200e-6 /* s; P99 */
#define SETTLE	60.0   /* s; until the loop has found the clock */
#define HICCUPS 1e-3   /* share of packets; one in 16 s */
#define BURSTS	64
#define AIR	8192 /* frames */

/* How what is made on a phone's clock gets here. */
struct way {
	const char *name;
	double every;  /* s; it sends what it has so often; 0 = each packet as it is made */
	double jitter; /* s; late by up to that, evenly */
	double hiccup; /* s; late by that once in a while: the air is busy */
	double ppm;
};

struct phone {
	struct crystal crystal;
	double missed;	/* frames it did not make: it paused */
	uint64_t made;	/* frames, all of them in packets */
	double sends;	/* frame; when it sends next */
	uint32_t waits; /* frames to be sent then */
	struct random random;
	bool paused;
};

/* What is on its way. */
struct burst {
	double at; /* s */
	uint32_t frames;
};

struct room {
	const struct way *way;
	struct phone phone;
	struct burst burst[BURSTS];
	uint32_t first, count;
	float air[2 * AIR]; /* the sound of them all */
	uint32_t held;	    /* frames of it */
	struct source source;
	struct intake in;
	struct judge judge;
	uint64_t frame; /* the engine's next */
	double latency; /* s; it says */
	double settled; /* s; since when it is that */
};

static struct room room;
static double hour; /* s; it, unless FANFARE_HOURS says otherwise */

static void room_init(struct room *r, const struct way *way, double seconds)
{
	const struct intake_setup setup = {
		.format = SAMPLE_FLOAT,
		.channels = 2,
		.rate = RATE,
		.latency = (uint64_t)(LATENCY * 1e9),
		.class = DRIFT_LOOSE,
		.spells = true,
	};

	memset(r, 0, sizeof(*r));
	r->way = way;
	r->phone.random.state = 0x5851f42d4c957f2dull;
	crystal_init(&r->phone.crystal, RATE, way->ppm, 0, 5);
	r->source.time = (struct timeline){ .t0 = VIRTUAL_T0, .rate = RATE, .period = PERIOD };
	assert_int_equal(ring_new(RATE / 2, &r->source.ring), 0);
	health_init(&r->source.health, -1);
	judge_init(&r->judge, LATENCY, seconds);
	assert_int_equal(intake_open(&r->in, &r->source, &setup, VIRTUAL_T0), 0);
}

static void room_done(struct room *r)
{
	intake_close(&r->in);
	health_done(&r->source.health);
	ring_free(r->source.ring);
	judge_done(&r->judge);
}

/* ---- the phone --------------------------------------------------------------------------- */

/* All that is made goes on its way at t. */
static void send(struct room *r, double t, uint32_t frames)
{
	const struct way *w = r->way;
	struct random *random = &r->phone.random;
	const struct burst *last = &r->burst[(r->first + r->count - 1) % BURSTS];
	double at = t + w->jitter * (0.5 + 0.5 * random_next(random));

	if (w->hiccup > 0 && random_next(random) > 1 - 2 * HICCUPS)
		at += w->hiccup;
	if (r->count > 0 && at < last->at)
		at = last->at; /* nothing overtakes */
	assert_true(r->count < BURSTS);
	r->burst[(r->first + r->count++) % BURSTS] = (struct burst){ at, frames };
}

/* One tick of its clock: what it makes, and when it sends that. */
static void tick_phone(struct room *r)
{
	struct phone *p = &r->phone;
	double before = p->crystal.position, t = p->crystal.t, rate = p->crystal.rate;

	crystal_tick(&p->crystal);
	if (p->paused) {
		p->missed += p->crystal.position - before;
		p->sends = p->crystal.position;
		return;
	}
	while ((double)(p->made + PACKET) + p->missed <= p->crystal.position) {
		double from = t + ((double)p->made + p->missed - before) / rate;
		double done = (double)(p->made + PACKET) + p->missed;

		assert_true(r->held + PACKET <= AIR);
		/* its timer came first: it sends what there was before this one */
		while (r->way->every > 0 && p->sends < done) {
			if (p->waits)
				send(r, t + (p->sends - before) / rate, p->waits);
			p->waits = 0;
			p->sends += r->way->every * RATE;
		}
		tone_make(r->air + 2 * r->held, PACKET, from, 1.0 / rate);
		r->held += PACKET;
		p->made += PACKET;
		p->waits += PACKET;
		if (r->way->every == 0) {
			send(r, from + PACKET / rate, PACKET);
			p->waits = 0;
		}
	}
}

/* ---- here -------------------------------------------------------------------------------- */

/* As a thread does that wakes when something has come. */
static void take(struct room *r, double t)
{
	uint64_t now = VIRTUAL_T0 + (uint64_t)llround(t * 1e9);

	while (r->count > 0 && r->burst[r->first].at <= t) {
		uint32_t n = r->burst[r->first].frames;

		intake_push(&r->in, now, r->air, n);
		memmove(r->air, r->air + 2 * n, 2 * sizeof(float) * (r->held - n));
		r->held -= n;
		r->first = (r->first + 1) % BURSTS;
		r->count--;
	}
	intake_report(&r->in, now, (double)r->in.pushed);
	intake_pass(&r->in, now);
	intake_adapt(&r->in, now, MOST);
}

static void tick(struct room *r)
{
	float out[2 * PERIOD];
	struct health_report h;
	uint32_t got;

	tick_phone(r);
	while (r->count > 0 && r->burst[r->first].at <= r->phone.crystal.t)
		take(r, r->burst[r->first].at);
	got = ring_read(r->source.ring, r->frame, out, PERIOD);
	memset(out + 2 * got, 0, 2 * sizeof(float) * (PERIOD - got));
	judge_listen(&r->judge, out, PERIOD, (double)r->frame / RATE, 1.0 / RATE);
	r->frame += PERIOD;
	health_read(&r->source.health, &h);
	if (h.latency_ms * 1e-3 > r->latency + 1e-6) {
		r->latency = h.latency_ms * 1e-3;
		r->settled = r->phone.crystal.t;
	}
	r->judge.latency = fmax(r->latency, LATENCY); /* beyond that: its way here, a mean */
}

static void run(struct room *r, double seconds)
{
	for (long n = lround(seconds / VIRTUAL_TICK); n > 0; n--)
		tick(r);
}

/* ---- judging ----------------------------------------------------------------------------- */

/* How far its windows from..to (s) are from where they are on average: P99 and the most, s. */
struct stray {
	double p99, most;
	size_t silent;
};

static struct stray stray_of(const struct judge *j, double from, double to)
{
	size_t first = (size_t)(from * 10), end = (size_t)(to * 10), n = 0;
	struct stray s = { .silent = judge_silent(j, from, to) };
	double *all = calloc(end - first, sizeof(*all)), middle;

	assert_non_null(all);
	assert_true(end <= j->count);
	for (size_t w = first; w < end; w++)
		if (!isnan(j->late[w]))
			all[n++] = j->late[w];
	middle = percentile(all, n, 0.5);
	for (size_t i = 0; i < n; i++)
		all[i] = fabs(all[i] - middle);
	s.p99 = percentile(all, n, 0.99);
	s.most = percentile(all, n, 1);
	free(all);
	return s;
}

/* An hour of it; from when its latency is long enough on nothing is lost. */
static void live_through(const struct way *way, double p99)
{
	struct stray s;
	double from;

	room_init(&room, way, hour + 1);
	run(&room, hour + 0.5);
	from = fmax(SETTLE, room.settled + SETTLE);
	print_message(
		"           %-30s %+4.0f ppm: latency %5.1f ms since %5.1f s, silent %.1f s "
		"before; ",
		way->name, way->ppm, room.latency * 1e3, room.settled,
		0.1 * (double)judge_silent(&room.judge, 1, from));
	assert_true(from < hour / 2);
	s = stray_of(&room.judge, from, hour - 1);
	print_message("P99 %.1f us, most %.1f us\n", s.p99 / US, s.most / US);
	assert_int_equal(s.silent, 0);
	assert_true(room.latency < LATENCY + (double)MOST * 1e-9 + 1e-3);
	assert_true(s.p99 < p99);
	/* nothing adds up: the second half is where the first one is */
	s = stray_of(&room.judge, hour / 2, hour - 1);
	assert_true(s.p99 < p99);
	room_done(&room);
}

/* ---- what a phone does ------------------------------------------------------------------- */

static void an_hour_of_packets_that_jitter_is_in_time_and_whole(void **state)
{
	static const struct way ways[] = {
		{ .name = "packets, 10 ms late at most", .jitter = 0.010, .ppm = 200 },
		{ .name = "packets, 10 ms late at most", .jitter = 0.010, .ppm = -200 },
		{ .name = "sent every 20 ms, likewise",
		  .every = 0.02,
		  .jitter = 0.010,
		  .ppm = 200 },
		{ .name = "held up for 60 ms at times",
		  .jitter = 0.010,
		  .hiccup = 0.06,
		  .ppm = -200 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		live_through(&ways[i], PROMISE);
	}
}

/* No promise of time, but of sound; and its place is kept to a millisecond. */
static void an_hour_of_worse_is_whole_once_the_latency_is_long_enough(void **state)
{
	static const struct way ways[] = {
		{ .name = "sent every 40 ms", .every = 0.04, .jitter = 0.010, .ppm = -200 },
		{ .name = "sent every 100 ms", .every = 0.1, .jitter = 0.010, .ppm = 200 },
		{ .name = "held up for 150 ms at times",
		  .jitter = 0.010,
		  .hiccup = 0.15,
		  .ppm = 200 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		live_through(&ways[i], 1e-3);
}

#define SONG  57.0 /* s */
#define PAUSE 3.0
#define BACK  1.0 /* s; until it is heard, whole */

static void after_each_of_many_pauses_it_is_back_in_place(void **state)
{
	static const struct way way = { "a pause a minute", .jitter = 0.010, .ppm = -200 };
	double longest = 0, most = 0, t = 0;
	struct stray all;

	(void)state;
	room_init(&room, &way, hour + 1);
	for (; t + SONG + PAUSE <= hour; t += SONG + PAUSE) {
		struct stray s;

		room.phone.paused = false;
		run(&room, SONG);
		/* until it stops, what was sent before is heard a latency later */
		s = stray_of(&room.judge, t + BACK, t + SONG - 0.2);
		assert_int_equal(s.silent, 0);
		most = fmax(most, s.most);
		for (size_t w = (size_t)(t * 10); isnan(room.judge.late[w]); w++)
			longest = fmax(longest, 0.1 * (double)(w + 1) - t);
		room.phone.paused = true;
		run(&room, PAUSE);
	}
	all = stray_of(&room.judge, SETTLE, t - 4);
	print_message(
		"           %s: heard %.1f s after it goes on at the latest, off by %.2f ms at "
		"most within a song, P99 of all %.2f ms; latency %.1f ms\n",
		way.name, longest, most * 1e3, all.p99 * 1e3, room.latency * 1e3);
	assert_true(all.most < 5e-3);
	assert_true(all.p99 < 2e-3);
	assert_true(room.latency < LATENCY + (double)MOST * 1e-9 + 1e-3);
	room_done(&room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_hour_of_packets_that_jitter_is_in_time_and_whole),
		cmocka_unit_test(an_hour_of_worse_is_whole_once_the_latency_is_long_enough),
		cmocka_unit_test(after_each_of_many_pauses_it_is_back_in_place),
	};

	hour = 3600 * virtual_hours(0.5);
	return cmocka_run_group_tests_name("bursts", tests, NULL, NULL);
}
