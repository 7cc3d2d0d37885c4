/* SPDX-License-Identifier: MIT */
/* stage - see stage.h. */
#include "tests/rt/stage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

void stage_init(struct stage *s)
{
	struct timeline time = { .t0 = STAGE_T0, .rate = STAGE_RATE, .period = STAGE_PERIOD };

	memset(s, 0, sizeof(*s));
	assert_int_equal(engine_new(&time, &s->engine), 0);
	s->due = STAGE_T0;
	for (uint32_t i = 0; i < STAGE_FEEDS; i++) {
		assert_int_equal(ring_new(65536, &s->source[i]), 0);
		assert_int_equal(feed_new(100 + i, STAGE_RATE, s->source[i], &s->feed[i]), 0);
	}
	for (uint32_t i = 0; i < STAGE_BRANCHES; i++) {
		assert_int_equal(branch_new(200 + i, STAGE_RATE, STAGE_RING, &s->branch[i]), 0);
		s->heard[i] = calloc(2 * (size_t)STAGE_FRAMES, sizeof(float));
		assert_non_null(s->heard[i]);
	}
}

void stage_done(struct stage *s)
{
	struct plan *p;

	stage_collect(s);
	while ((p = engine_last_plan(s->engine)))
		free(p);
	engine_free(s->engine);
	for (uint32_t i = 0; i < STAGE_FEEDS; i++) {
		feed_free(s->feed[i]);
		ring_free(s->source[i]);
	}
	for (uint32_t i = 0; i < STAGE_BRANCHES; i++) {
		branch_free(s->branch[i]);
		free(s->heard[i]);
	}
}

struct plan *stage_plan(struct stage *s, uint32_t feeds, uint32_t branches)
{
	struct plan *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	p->serial = ++s->serial;
	p->feeds_n = feeds;
	p->branches_n = branches;
	p->zones_n = 2;
	for (uint32_t i = 0; i < feeds; i++)
		p->feeds[i] = (struct plan_feed){ .feed = s->feed[i], .gain = 1.0f };
	for (uint32_t i = 0; i < branches; i++)
		p->branches[i] = (struct plan_branch){
			.branch = s->branch[i],
			.map = MAP_STEREO,
			.gain = 1.0f,
			.flowing = true,
		};
	return p;
}

void stage_send(struct stage *s, struct plan *p)
{
	assert_int_equal(engine_send(s->engine, p), 0);
}

uint32_t stage_collect(struct stage *s)
{
	struct plan *p;
	uint32_t n = 0;

	while ((p = engine_retired(s->engine))) {
		free(p);
		n++;
	}
	return n;
}

/* Sources place what belongs to the frames up to until. */
static void fill_sources(struct stage *s, uint64_t until)
{
	float buf[2 * STAGE_PERIOD];

	for (uint32_t i = 0; i < STAGE_FEEDS; i++) {
		uint64_t at = atomic_load(&s->engine->frame);

		for (; s->wave[i] && at < until; at += STAGE_PERIOD) {
			for (uint32_t k = 0; k < STAGE_PERIOD; k++) {
				buf[2 * k] = s->wave[i](at + k, 0);
				buf[2 * k + 1] = s->wave[i](at + k, 1);
			}
			ring_write(s->source[i], at, buf, STAGE_PERIOD);
		}
	}
}

static void read_sinks(struct stage *s)
{
	uint64_t until = atomic_load(&s->engine->frame);

	assert_true(until <= STAGE_FRAMES);
	for (uint32_t i = 0; i < STAGE_BRANCHES; i++) {
		if (s->stuck[i])
			continue;
		ring_read(s->branch[i]->ring, s->next[i], s->heard[i] + 2 * s->next[i],
			  (uint32_t)(until - s->next[i]));
		s->next[i] = until;
		ring_read(s->branch[i]->ring, until, s->heard[i], 0);
	}
}

void stage_run(struct stage *s, uint32_t cycles)
{
	for (uint32_t i = 0; i < cycles; i++) {
		fill_sources(s, atomic_load(&s->engine->frame) + STAGE_PERIOD);
		s->due = engine_cycle(s->engine, s->due);
		read_sinks(s);
	}
}

void stage_stall(struct stage *s, uint64_t ns)
{
	uint64_t frames = (ns * STAGE_RATE + 999999999) / 1000000000;

	fill_sources(s, atomic_load(&s->engine->frame) + frames + STAGE_PERIOD);
	s->due = engine_cycle(s->engine, s->due + ns);
	read_sinks(s);
}

bool stage_event(struct stage *s, enum trace_kind kind, struct trace_event *ret)
{
	while (trace_get(&s->engine->trace, ret))
		if (ret->kind == kind)
			return true;
	return false;
}

float stage_sine(uint64_t n, int channel)
{
	(void)channel;
	return 0.5f * sinf(2.0f * (float)M_PI * 441.0f / (float)STAGE_RATE * (float)(n % 100));
}

float stage_counter(uint64_t n, int channel)
{
	return ((float)(n % 30011) + 1.0f) / 65536.0f * (channel ? -1.0f : 1.0f);
}
