/* SPDX-License-Identifier: MIT */
/* sink_simulated - judged by what came out of the cone, in true time. */
#include "core/io/simulated.h"
#include "tests/dsp/virtual.h"
#include "tests/io/hall.h"
#include "tests/io/listener.h"

#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/io/sink_impl.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SECONDS(s) ((uint32_t)((double)(s)*HALL_RATE / HALL_PERIOD))
#define FRAME_NS   (1e9 / HALL_RATE)

/* A soft click, a bell 12 frames wide, once in 5 s; the first at 2.5 s. */
#define CLICK_EVERY (5ull * HALL_RATE)
#define CLICK_AT    (CLICK_EVERY / 2)
#define CLICKS_MAX  800u

static float clicks(uint64_t n, int channel)
{
	double x = (double)(int64_t)(n % CLICK_EVERY - CLICK_AT) / 12.0;

	(void)channel;
	return fabs(x) < 6.0 ? 0.8f * (float)exp(-0.5 * x * x) : 0.0f;
}

/* Where each click's centre was heard: a mean of places weighed by energy. */
struct ear {
	double sum, weight;	  /* of the click under way; ns after base */
	double base;		  /* ns of its first frame */
	double heard[CLICKS_MAX]; /* ns of true time */
	uint32_t n;
	uint64_t frames, silent;
	double last_at; /* ns; where the previous run ended */
	double worst;	/* ns; largest gap or overlap between runs */
};

static void hear_frame(struct ear *e, double at, float x)
{
	e->frames++;
	e->silent += x == 0.0f;
	if (fabsf(x) > 0.001f) {
		if (e->weight == 0.0)
			e->base = at;
		e->sum += (double)x * x * (at - e->base);
		e->weight += (double)x * x;
	} else if (e->weight > 0.0 && at - e->base > 200 * FRAME_NS) {
		if (e->n < CLICKS_MAX)
			e->heard[e->n++] = e->base + e->sum / e->weight;
		e->weight = e->sum = 0.0;
	}
}

static void hear(const struct simulated_sound *s, void *arg)
{
	struct ear *e = arg;

	if (e->last_at > 0.0)
		e->worst = fmax(e->worst, fabs(s->at - e->last_at));
	for (uint32_t i = 0; i < s->n; i++)
		hear_frame(e, s->at + s->apart * i, s->frames[2 * i]);
	e->last_at = s->at + s->apart * s->n;
}

/* How late click number i was heard, ns, against its frame's due time plus latency. */
static double late(double heard, double latency_ms)
{
	double since = heard - (double)HALL_T0 - latency_ms * 1e6;
	double click = floor(since / (CLICK_EVERY * FRAME_NS));

	return since - (click * CLICK_EVERY + CLICK_AT) * FRAME_NS;
}

static const struct sink_config right = {
	.type = SINK_IS_SIMULATED,
	.name = "Kitchen",
	.latency_ms = 120.0,
	.reported_ms = 100.0,
};

/* ---- alone ----------------------------------------------------------------------------------
 */

static void a_latency_it_cannot_reach_becomes_the_least_it_can(void **state)
{
	struct sink_config c = right;
	struct ear ear = { 0 };
	struct hall h;

	(void)state;
	c.latency_ms = 3.0;
	hall_init(&h, clicks);
	hall_add(&h, &c);
	sink_simulated_record(h.sink[0], hear, &ear);
	for (uint32_t i = 0; i < SECONDS(8); i++)
		hall_cycle(&h);
	assert_int_equal(ear.n, 2);
	assert_true(fabs(late(ear.heard[0], 40.0)) < 10.0);
	hall_done(&h);
}

static void one_with_a_right_clock_plays_each_frame_at_its_time(void **state)
{
	struct ear ear = { 0 };
	struct health_report report;
	struct hall h;

	(void)state;
	hall_init(&h, clicks);
	hall_add(&h, &right);
	sink_simulated_record(h.sink[0], hear, &ear);
	for (uint32_t i = 0; i < SECONDS(18); i++)
		hall_cycle(&h);
	assert_int_equal(ear.n, 4);
	for (uint32_t i = 0; i < ear.n; i++)
		assert_true(fabs(late(ear.heard[i], 120.0)) < 10.0); /* ns */
	sink_health(h.sink[0], &report);
	assert_int_equal(report.state, HEALTH_RUNNING);
	assert_float_equal(report.latency_ms, 100.0, 0.0);
	assert_int_equal(report.drops, 0);
	assert_true(sink_flowing(h.sink[0]));
	hall_done(&h);
}

static void losses_are_as_many_as_asked_and_the_same_again(void **state)
{
	uint64_t silent[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct sink_config c = right;
		struct health_report report;
		struct ear ear = { 0 };
		struct hall h;

		c.loss_percent = 5.0;
		c.seed = 42;
		hall_init(&h, hall_music);
		hall_add(&h, &c);
		sink_simulated_record(h.sink[0], hear, &ear);
		for (uint32_t k = 0; k < SECONDS(60); k++)
			hall_cycle(&h);
		sink_health(h.sink[0], &report);
		assert_in_range(report.drops * 1000 / report.sent, 40, 60);
		assert_in_range(ear.silent * 1000 / ear.frames, 40, 60);
		assert_true(report.drop_at > HALL_T0);
		silent[i] = ear.silent;
		hall_done(&h);
	}
	assert_int_equal(silent[0], silent[1]);
}

static void one_that_ran_dry_is_back_in_place_a_second_later(void **state)
{
	struct sink_config c = right;
	struct ear ear = { 0 };
	struct hall h;

	(void)state;
	c.clock_ppm = 80.0;
	hall_init(&h, clicks);
	hall_add(&h, &c);
	sink_simulated_record(h.sink[0], hear, &ear);
	for (uint32_t i = 0; i < SECONDS(36); i++)
		hall_cycle(&h);
	for (uint32_t i = 0; i < SECONDS(0.3); i++) /* the sender sleeps: it has 20 ms */
		hall_play(&h);
	for (uint32_t i = 0; i < SECONDS(20); i++)
		hall_cycle(&h);
	assert_in_range(ear.n, 10, 11);
	assert_true(ear.worst > 200e6); /* it was silent meanwhile */
	assert_true(fabs(late(ear.heard[ear.n - 1], 120.0)) < 1.5 * FRAME_NS);
	hall_done(&h);
}

/* ---- again and again
 * --------------------------------------------------------------------------
 */

#define STALLED_S 0.15
#define STALLS_S  2.0 /* from one to the next */
#define STALLS	  60
#define BACK	  3 /* windows of 100 ms that one may touch: it, and the moment after it */

/* What tests/dsp/virtual.h judges by. */
static float tones(uint64_t n, int channel)
{
	return (float)sin(2.0 * M_PI *
			  fmod((channel ? 20.0 : 250.0) * (double)n / HALL_RATE, 1.0));
}

struct witness {
	struct judge judge;
	double end; /* s; where the latest run ended */
};

static void witness(const struct simulated_sound *s, void *arg)
{
	static const float silence[2];
	struct witness *w = arg;
	double at = (s->at - (double)HALL_T0) * 1e-9, frame = 1.0 / HALL_RATE;

	for (; w->end > 0.0 && w->end + 0.5 * frame < at; w->end += frame)
		judge_listen(&w->judge, silence, 1, w->end, frame);
	judge_listen(&w->judge, s->frames, s->n, at, s->apart * 1e-9);
	w->end = at + s->n * s->apart * 1e-9;
}

/*
 * Who is held up: the sender's thread alone, all of it, or all of it so that the sender
 * wakes before the engine has made up for what it missed.
 */
enum held { SENDER, MACHINE, SENDER_FIRST, HELD };

static void stall(struct hall *h, enum held held)
{
	uint64_t over = hall_now(h) + (uint64_t)(STALLED_S * 1e9);

	if (held == SENDER_FIRST)
		sink_serve(h->sink[0], over);
	for (uint32_t i = 0; i < SECONDS(STALLED_S); i++) {
		hall_play(h);
		if (held == MACHINE) /* the cycles it missed, one after the other */
			sink_serve(h->sink[0], over);
	}
}

/* After each of many gaps every frame is where it would have been without them. */
static void stalls_again_and_again_leave_it_in_place(void **state)
{
	double seconds = STALLS_S * (STALLS + 1);

	(void)state;
	for (enum held held = SENDER; held < HELD; held++) {
		struct sink_config c = right;
		struct witness w = { .end = 0 };
		struct health_report report;
		struct hall h;
		double worst = 0;

		c.clock_ppm = held % 2 ? 200.0 : -200.0;
		hall_init(&h, tones);
		hall_add(&h, &c);
		judge_init(&w.judge, 0.12, seconds + 1);
		sink_simulated_record(h.sink[0], witness, &w);
		for (int k = 0; k < STALLS; k++) {
			while ((double)hall_frame(&h) < STALLS_S * (k + 1) * HALL_RATE)
				hall_cycle(&h);
			stall(&h, held);
		}
		while ((double)hall_frame(&h) < (seconds + 0.5) * HALL_RATE)
			hall_cycle(&h);
		for (int k = 1; k <= STALLS; k++) {
			/* from when that is heard on, 120 ms later */
			double back = STALLS_S * k + STALLED_S + 0.12 + 0.1 * BACK;

			assert_int_equal(judge_silent(&w.judge, back, STALLS_S * (k + 1)), 0);
			worst = fmax(worst, judge_worst(&w.judge, back, STALLS_S * (k + 1)));
		}
		sink_health(h.sink[0], &report);
		print_message("%d stalls of 150 ms: out of place by %.2f frames at most\n",
			      STALLS, worst * HALL_RATE);
		assert_int_equal(report.drops, STALLS);
		assert_true(worst * HALL_RATE < 1.0);
		judge_done(&w.judge);
		hall_done(&h);
	}
}

/* ---- together ------------------------------------------------------------------------------
 */

#define DECODED (40u * HALL_RATE) /* decoded at a time */

/* A sanitizer makes all of it ten times as long: there, ten minutes have to do. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HOUR 600u
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HOUR 600u
#endif
#endif
#ifndef HOUR
#define HOUR 3600u
#endif

/* The click nearest to frame at in what was decoded, as a frame number with fraction. */
static double find_click(const float *heard, uint64_t from, uint64_t at)
{
	double sum = 0.0, weight = 0.0;

	for (uint64_t n = at - 200; n < at + 300; n++) {
		double x = heard[2 * (n - from)];

		if (fabs(x) < 0.01)
			continue;
		sum += x * x * (double)(int64_t)(n - at);
		weight += x * x;
	}
	return weight > 0.0 ? (double)at + sum / weight : NAN;
}

/*
 * Three speakers for an hour: one over A2DP, two with clocks 200 ppm wrong in
 * both directions. The A2DP stream is decoded at the start and at the end.
 */
struct hour {
	struct hall hall;
	struct listener *listener;
	struct ear ear[2];
	double codec; /* frames that SBC itself delays, from the first click */
	double a2dp_worst;
};

static void hour_begin(struct hour *o)
{
	static const uint8_t mono[4] = { 0x28, 0x15, 2, 31 };
	struct sink_config c = right, bt = { .type = SINK_IS_A2DP, .name = "Patio" };
	struct a2dp_stream stream = { .mtu = 672, .config = { 0x28, 0x15, 2, 31 }, .edr = 2 };

	memset(o, 0, sizeof(*o));
	hall_init(&o->hall, clicks);
	for (int i = 0; i < 2; i++) {
		c.clock_ppm = i ? -200.0 : 200.0;
		c.seed = (uint64_t)i;
		hall_add(&o->hall, &c);
		sink_simulated_record(o->hall.sink[i], hear, &o->ear[i]);
	}
	hall_add(&o->hall, &bt);
	o->listener = malloc(sizeof(*o->listener));
	assert_non_null(o->listener);
	listener_init(o->listener, mono, DECODED, &stream.fd);
	assert_int_equal(sink_attach(o->hall.sink[2], &stream), 0);
}

/* Run to frame until; with decode, keep the sound and look where its clicks lie. */
static void hour_run(struct hour *o, uint64_t until, bool decode)
{
	struct listener *l = o->listener;
	uint64_t from = hall_frame(&o->hall) / CLICK_EVERY * CLICK_EVERY;

	l->decode = decode;
	l->base = from;
	while (hall_frame(&o->hall) < until) {
		hall_cycle(&o->hall);
		listener_take(l, 0, 100);
		if (l->packets > LISTENER_PACKETS / 2)
			l->packets = 0;
	}
	if (!decode)
		return;
	for (uint64_t at = from + CLICK_EVERY + CLICK_AT; at + 3000 < until;
	     at += CLICK_EVERY) {
		double place = find_click(l->heard, from, at);

		assert_true(place == place); /* found, not NAN */
		if (o->codec == 0.0)
			o->codec = place - (double)at;
		o->a2dp_worst = fmax(o->a2dp_worst, fabs(place - (double)at - o->codec));
	}
}

static void over_an_hour_speakers_stay_within_a_frame_of_each_other(void **state)
{
	struct hour o;
	double most = -1e9, least = 1e9;

	(void)state;
	hour_begin(&o);
	hour_run(&o, 30 * HALL_RATE, true);
	hour_run(&o, (HOUR - 30ull) * HALL_RATE, false);
	hour_run(&o, HOUR * (uint64_t)HALL_RATE, true);

	for (int i = 0; i < 2; i++) {
		assert_in_range(o.ear[i].n, HOUR / 5 - 2, HOUR / 5);
		for (uint32_t k = 12; k < o.ear[i].n; k++) { /* after a minute */
			double x = late(o.ear[i].heard[k], 120.0) / FRAME_NS;

			most = fmax(most, x);
			least = fmin(least, x);
		}
	}
	print_message("frames late: %.3f to %.3f simulated, A2DP %.3f; codec %.2f\n", least,
		      most, o.a2dp_worst, o.codec);
	assert_true(o.a2dp_worst < 0.05); /* the same frame, after an hour */
	assert_true(most - least + o.a2dp_worst <= 1.0);
	assert_true(fabs(most) <= 1.0 && fabs(least) <= 1.0);
	hall_done(&o.hall);
	listener_done(o.listener);
	free(o.listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_latency_it_cannot_reach_becomes_the_least_it_can),
		cmocka_unit_test(one_with_a_right_clock_plays_each_frame_at_its_time),
		cmocka_unit_test(losses_are_as_many_as_asked_and_the_same_again),
		cmocka_unit_test(one_that_ran_dry_is_back_in_place_a_second_later),
		cmocka_unit_test(stalls_again_and_again_leave_it_in_place),
		cmocka_unit_test(over_an_hour_speakers_stay_within_a_frame_of_each_other),
	};

	return cmocka_run_group_tests_name("simulated", tests, NULL, NULL);
}
