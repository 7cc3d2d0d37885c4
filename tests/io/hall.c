/* SPDX-License-Identifier: MIT */
/* hall - see hall.h. */
#include "tests/io/hall.h"

#include "core/base/clock.h"
#include "core/io/sink_impl.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

void hall_init(struct hall *h, hall_wave wave)
{
	struct timeline time = { .t0 = HALL_T0, .rate = HALL_RATE, .period = HALL_PERIOD };

	memset(h, 0, sizeof(*h));
	h->wave = wave;
	assert_int_equal(engine_new(&time, &h->engine), 0);
}

void hall_done(struct hall *h)
{
	for (uint32_t i = 0; i < h->sinks; i++) {
		sink_free(h->sink[i]);
		ring_free(h->ring[i]);
	}
	engine_free(h->engine);
}

uint32_t hall_add(struct hall *h, const struct sink_config *config)
{
	uint32_t i = h->sinks++;

	assert_true(i < HALL_SINKS);
	assert_int_equal(ring_new(HALL_RING, &h->ring[i]), 0);
	assert_int_equal(sink_new(config, &h->engine->time, h->engine, h->ring[i], NULL, -1,
				  &h->sink[i]),
			 0);
	return i;
}

uint64_t hall_frame(const struct hall *h)
{
	return atomic_load(&h->engine->frame);
}

uint64_t hall_now(const struct hall *h)
{
	return clock_of_frame(HALL_T0, hall_frame(h), HALL_RATE);
}

void hall_play(struct hall *h)
{
	uint64_t frame = hall_frame(h);
	float buf[2 * HALL_PERIOD];

	for (uint32_t i = 0; i < HALL_PERIOD; i++) {
		buf[2 * i] = h->wave(frame + i, 0);
		buf[2 * i + 1] = h->wave(frame + i, 1);
	}
	for (uint32_t i = 0; i < h->sinks; i++)
		if (sink_flowing(h->sink[i]))
			ring_write(h->ring[i], frame, buf, HALL_PERIOD);
	atomic_store(&h->engine->frame, frame + HALL_PERIOD);
}

void hall_cycle(struct hall *h)
{
	uint64_t now = hall_now(h);
	uint32_t first = (uint32_t)(hall_frame(h) / HALL_PERIOD);

	hall_play(h);
	for (uint32_t i = 0; i < h->sinks; i++)
		sink_serve(h->sink[(first + i) % h->sinks], now);
}

/* A sine by whole turns, so that it stays exact for hours. */
static float partial(uint64_t n, uint64_t step)
{
	/* frequency = step / 65,536 of the rate */
	return sinf((float)M_PI / 32768.0f * (float)(n * step & 0xffff));
}

float hall_music(uint64_t n, int channel)
{
	uint64_t tilt = channel ? 37 : 0;

	return 0.22f * partial(n, 327 + tilt) + 0.18f * partial(n, 991 + tilt) +
	       0.12f * partial(n, 2663 + tilt) + 0.08f * partial(n, 6199 - tilt);
}

float hall_silence(uint64_t n, int channel)
{
	(void)n;
	(void)channel;
	return 0.0f;
}
