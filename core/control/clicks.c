/* SPDX-License-Identifier: MIT */
/* clicks - see clicks.h. */
#include "core/control/clicks.h"

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/control/cast.h"
#include "core/control/graph.h"

int clicks_on(struct control *c, uint32_t speaker, uint32_t reference)
{
	const struct profile_source conf = {
		.type = SOURCE_TONE,
		.tone = TONE_CLICKS,
		.channels = 2,
	};
	const struct speaker *a = control_speaker(c, reference),
			     *b = control_speaker(c, speaker);
	int r;

	if (!a || !b)
		return -ENOENT;
	if (a == b)
		return -EINVAL;
	if (a->zone != b->zone)
		return -EXDEV;
	if (!c->clicks.run) {
		r = cast_make_source(c, &conf, NULL, &c->clicks.run);
		if (r < 0)
			return r;
	}
	c->clicks.reference = reference;
	c->clicks.speaker = speaker;
	/* a moment later than any plan of now is taken up */
	c->clicks.begun = atomic_load_explicit(&c->engine->frame, memory_order_acquire) +
			  c->time.rate / 4;
	c->dirty = true;
	control_changed(c);
	return 0;
}

void clicks_off(struct control *c)
{
	if (!c->clicks.run)
		return;
	graph_bury_source(c, c->clicks.run);
	c->clicks = (struct clicks){ 0 };
	c->dirty = true;
	control_changed(c);
}

void clicks_step(struct control *c)
{
	const struct speaker *a = control_speaker(c, c->clicks.reference);
	const struct speaker *b = control_speaker(c, c->clicks.speaker);

	if (!c->clicks.run || (a && b && a->zone == b->zone))
		return;
	log_notice("the clicks end: their two speakers are not together any more");
	clicks_off(c);
}

bool clicks_has(const struct control *c, const struct speaker *s)
{
	return c->clicks.run &&
	       (s->is.id == c->clicks.reference || s->is.id == c->clicks.speaker);
}

uint64_t clicks_quiet_at(uint64_t frame, uint32_t rate, uint32_t longest)
{
	uint64_t margin = rate / 500, window = rate / 8;
	uint64_t since, next;

	if (longest + window + 2 * margin >= rate)
		return UINT64_MAX;
	/* the first click that is not yet through the line */
	since = frame > longest + margin ? frame - longest - margin : 0;
	next = (since + rate - 1) / rate * rate;
	if (next > frame + window + margin)
		return frame;
	return next + longest + margin + 1;
}

static uint32_t most(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

enum clicks_turn clicks_turn(struct control *c)
{
	const struct speaker *a = control_speaker(c, c->clicks.reference);
	const struct speaker *b = control_speaker(c, c->clicks.speaker);
	uint64_t frame, from, quiet;
	uint32_t longest;

	if (!c->clicks.run || !a || !b)
		return CLICKS_ANY;
	if (graph_delay(c, a) == a->delay && graph_delay(c, b) == b->delay)
		return CLICKS_ANY;
	longest = most(most(graph_delay(c, a), a->delay), most(graph_delay(c, b), b->delay));
	frame = atomic_load_explicit(&c->engine->frame, memory_order_acquire);
	from = c->clicks.begun + longest;
	quiet = clicks_quiet_at(frame > from ? frame : from, c->time.rate, longest);
	if (quiet == UINT64_MAX)
		return CLICKS_ANY;
	if (quiet == frame)
		return CLICKS_SETTLE;
	control_wake_at(c, clock_of_frame(c->time.t0, quiet, c->time.rate));
	return CLICKS_HOLD;
}
