/* SPDX-License-Identifier: MIT */
/* block - see block.h. */
#include "tests/io/block.h"

#include "core/base/scope.h"
#include "core/io/sink_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define RING 32768u

static const uint8_t mono[2][4] = { { 0x88, 0x15, 2, 31 }, { 0x28, 0x15, 2, 31 } };
static const uint8_t joint[2][4] = { { 0x81, 0x15, 2, 53 }, { 0x21, 0x15, 2, 53 } };
static const double cone_ppm[BLOCK_CONES] = { 40, -60 };
static const double edge_ppm[BLOCK_EDGES] = { 200, -200, 73 };
static const uint32_t delays[BLOCK_DEVICES] = { 300, 1200, 2200, 700, 0 };

static bool goes(const struct block *b, uint32_t i)
{
	return i < BLOCK_CONES ? sink_flowing(b->sink[i]) : !b->edge[i - BLOCK_CONES].off;
}

/* As control does after every change. */
static void send_plan(struct block *b)
{
	struct plan *p = calloc(1, sizeof(*p)), *old;

	assert_non_null(p);
	p->serial = ++b->serial;
	p->zones_n = 1;
	p->feeds_n = 1;
	p->feeds[0] = (struct plan_feed){ .feed = b->feed, .gain = 1 };
	p->branches_n = BLOCK_DEVICES;
	for (uint32_t i = 0; i < BLOCK_DEVICES; i++)
		p->branches[i] = (struct plan_branch){
			.branch = b->branch[i],
			.gain = 1,
			.delay = b->delay[i],
			.flowing = goes(b, i),
		};
	assert_int_equal(engine_send(b->engine, p), 0);
	while ((old = engine_retired(b->engine)))
		free(old);
}

static void connect_cone(struct block *b, uint32_t i)
{
	struct cone *c = &b->cone[i];
	struct a2dp_stream stream = { .fd = cone_connect(c), .mtu = 672, .edr = 2 };

	memcpy(stream.config, c->config, sizeof(stream.config));
	assert_int_equal(sink_attach(b->sink[i], &stream), 0);
}

static void make_cone(struct block *b, uint32_t i, double seconds)
{
	static const struct sink_config a2dp = { .type = SINK_IS_A2DP, .name = "Patio" };
	bool fast = b->rate != 16000;

	cone_init(&b->cone[i], i == 0 ? mono[fast] : joint[fast], b->rate, cone_ppm[i], seconds,
		  i + 3);
	cone_expect_delay(&b->cone[i], (double)b->delay[i] / b->rate);
	assert_int_equal(sink_new(&a2dp, &b->engine->time, b->engine, b->branch[i]->ring, NULL,
				  -1, &b->sink[i]),
			 0);
	connect_cone(b, i);
}

static void make_edge(struct block *b, uint32_t i, double seconds)
{
	struct edge_setup setup = virtual_setup(b->rate, b->rate, (enum drift_class)i);
	struct virtual_sink *s = &b->edge[i];

	virtual_sink_init(s, &setup, edge_ppm[i], virtual_noise[i], seconds, i + 7);
	s->judge.latency += (double)b->delay[BLOCK_CONES + i] / b->rate;
	s->ahead = 0.06;
}

void block_init(struct block *b, uint32_t rate, double seconds)
{
	struct timeline time = { .t0 = VIRTUAL_T0, .rate = rate, .period = rate / 100 };

	memset(b, 0, sizeof(*b));
	b->rate = rate;
	memcpy(b->delay, delays, sizeof(b->delay));
	assert_int_equal(engine_new(&time, &b->engine), 0);
	assert_int_equal(ring_new(RING, &b->source), 0);
	assert_int_equal(feed_new(1, rate, b->source, &b->feed), 0);
	for (uint32_t i = 0; i < BLOCK_DEVICES; i++)
		assert_int_equal(branch_new(i + 1, rate, RING, &b->branch[i]), 0);
	for (uint32_t i = 0; i < BLOCK_CONES; i++)
		make_cone(b, i, seconds);
	for (uint32_t i = 0; i < BLOCK_EDGES; i++)
		make_edge(b, i, seconds);
	send_plan(b);
}

void block_done(struct block *b)
{
	struct plan *p;

	for (uint32_t i = 0; i < BLOCK_CONES; i++) {
		sink_free(b->sink[i]);
		cone_done(&b->cone[i]);
	}
	for (uint32_t i = 0; i < BLOCK_EDGES; i++)
		virtual_sink_done(&b->edge[i]);
	while ((p = engine_retired(b->engine)) || (p = engine_last_plan(b->engine)))
		free(p);
	engine_free(b->engine);
	feed_free(b->feed);
	ring_free(b->source);
	for (uint32_t i = 0; i < BLOCK_DEVICES; i++)
		branch_free(b->branch[i]);
}

double block_now(const struct block *b)
{
	return (double)b->tick * VIRTUAL_TICK;
}

/* What an outlet does on its own thread: all that the engine has made, to the edge. */
static void feed_edge(struct block *b, uint32_t i)
{
	uint64_t end = atomic_load(&b->engine->frame);
	float block[2 * 1024];

	if (b->fed[i] + b->rate / 2 < end)
		b->fed[i] = end - b->rate / 4;
	while (b->fed[i] < end) {
		uint32_t n = end - b->fed[i] < 1024 ? (uint32_t)(end - b->fed[i]) : 1024;
		uint32_t got = ring_read(b->branch[BLOCK_CONES + i]->ring, b->fed[i], block, n);

		memset(block + 2 * got, 0, 2 * sizeof(float) * (n - got));
		virtual_sink_push(&b->edge[i], b->fed[i], block, n);
		b->fed[i] += n;
	}
}

static void tick_edge(struct block *b, uint32_t i)
{
	struct virtual_sink *s = &b->edge[i];
	bool stalled = s->stalled;

	s->stalled = stalled || b->machine_held;
	if (!s->stalled && !s->off)
		feed_edge(b, i);
	virtual_sink_tick(s);
	s->stalled = stalled;
}

static void tick(struct block *b)
{
	uint64_t now = VIRTUAL_T0 + b->tick * 10000000u, first;
	float tone[2 * 1024];
	uint32_t n = virtual_zone_block(b->tick, b->rate, &first, tone);

	ring_write(b->source, first, tone, n);
	if (!b->machine_held)
		engine_cycle(b->engine, now);
	for (uint32_t i = 0; i < BLOCK_CONES && !b->sender_held && !b->machine_held; i++)
		sink_serve(b->sink[(b->tick + i) % BLOCK_CONES], now);
	for (uint32_t i = 0; i < BLOCK_CONES; i++)
		cone_tick(&b->cone[i]);
	for (uint32_t i = 0; i < BLOCK_EDGES; i++)
		tick_edge(b, i);
	b->tick++;
}

void block_run(struct block *b, double seconds)
{
	for (uint64_t k = (uint64_t)(seconds / VIRTUAL_TICK + 0.5); k > 0; k--)
		tick(b);
}

void block_leave(struct block *b, uint32_t i)
{
	if (i < BLOCK_CONES) {
		cone_disconnect(&b->cone[i]);
		sink_detach(b->sink[i]);
	} else {
		b->edge[i - BLOCK_CONES].off = true;
	}
	send_plan(b);
}

void block_return(struct block *b, uint32_t i)
{
	if (i < BLOCK_CONES) {
		connect_cone(b, i);
	} else {
		b->edge[i - BLOCK_CONES].off = false;
		feed_edge(b, i - BLOCK_CONES);
		virtual_sink_restart(&b->edge[i - BLOCK_CONES]);
	}
	send_plan(b);
}

void block_set_delay(struct block *b, uint32_t i, uint32_t frames)
{
	double was = (double)b->delay[i] / b->rate, is = (double)frames / b->rate;

	b->delay[i] = frames;
	if (i < BLOCK_CONES)
		cone_expect_delay(&b->cone[i], is);
	else
		b->edge[i - BLOCK_CONES].judge.latency += is - was;
	send_plan(b);
}

struct judge *block_heard(struct block *b, uint32_t i)
{
	return i < BLOCK_CONES ? &b->cone[i].sound : &b->edge[i - BLOCK_CONES].judge;
}
