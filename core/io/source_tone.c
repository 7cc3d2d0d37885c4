/* SPDX-License-Identifier: MIT */
/* source_tone - test sounds, made ahead of the engine straight onto the timeline. */
#include "core/io/source_impl.h"
#include "core/io/tone.h"

/* Few wake-ups, and one that comes 300 ms late is not heard. */
#define EVERY (100 * NS_PER_MS)
#define AHEAD (400 * NS_PER_MS)

void source_tone_run(struct source *s)
{
	float block[2 * SOURCE_BLOCK];
	uint64_t now = clock_now();
	uint64_t next = source_frame_at(s, now);
	struct health_report *h;

	h = health_begin(&s->health);
	h->rate = s->time.rate;
	h->latency_ms = 0;
	health_end(&s->health);
	health_set(&s->health, HEALTH_RUNNING, 0, "%s", "");

	do {
		uint64_t end, due;

		now = clock_now();
		due = source_frame_at(s, now);
		end = source_frame_at(s, now + AHEAD) + s->time.period;
		if (next < due)
			next = due; /* it is over: making it now would only cost time */
		while (next < end) {
			uint64_t left = end - next;
			uint32_t n = left < SOURCE_BLOCK ? (uint32_t)left : SOURCE_BLOCK;

			tone_render(s->config.tone, s->time.rate, next, block, n);
			source_write(s, next, block, n);
			next += n;
		}
	} while (runner_sleep_until(&s->runner, now + EVERY));
}
