/* SPDX-License-Identifier: MIT */
/* sink - see sink.h; the dispatch to the kinds, and what they share. */
#include "core/io/sink.h"

#include "core/io/sender.h"
#include "core/io/sink_impl.h"

#include <stdio.h>
#include <string.h>

static int make(enum sink_type type, const struct sink_args *args, struct sink **ret)
{
	switch (type) {
	case SINK_IS_A2DP:
		return sink_a2dp_new(args, ret);
	case SINK_IS_ALSA:
		return sink_alsa_new(args, ret);
	case SINK_IS_PULSE:
		return sink_pulse_new(args, ret);
	case SINK_IS_FILE:
		return sink_file_new(args, ret);
	case SINK_IS_SIMULATED:
		return sink_simulated_new(args, ret);
	case SINK_IS_NULL:
		return sink_null_new(args, ret);
	}
	return -EINVAL;
}

int sink_new(const struct sink_config *config, const struct timeline *time,
	     const struct engine *engine, struct ring *ring, struct sender *sender,
	     int notify_fd, struct sink **ret)
{
	struct sink_args args = {
		.config = config,
		.time = time,
		.engine = engine,
		.ring = ring,
		.sender = sender,
		.notify_fd = notify_fd,
	};
	struct sink *s;
	int r;

	r = make(config->type, &args, &s);
	if (r < 0)
		return r;
	if (s->ops->prepare && sender)
		sender_add(sender, s);

	*ret = s;
	return 0;
}

void sink_free(struct sink *s)
{
	if (!s)
		return;
	if (s->ops->prepare && s->sender)
		sender_remove(s->sender, s);
	s->ops->free(s);
}

bool sink_flowing(struct sink *s)
{
	return atomic_load_explicit(&s->flowing, memory_order_acquire);
}

void sink_health(struct sink *s, struct health_report *ret)
{
	health_read(&s->health, ret);
	if (s->ops->look)
		s->ops->look(s, ret);
}

int sink_attach(struct sink *s, const struct a2dp_stream *stream)
{
	return s->ops->attach ? s->ops->attach(s, stream) : -EINVAL;
}

void sink_detach(struct sink *s)
{
	if (s->ops->detach)
		s->ops->detach(s);
}

void sink_dropped(struct sink *s, uint32_t n, uint64_t now)
{
	if (s->ops->dropped)
		s->ops->dropped(s, n, now);
}

void sink_set_bitpool(struct sink *s, uint32_t bitpool)
{
	if (s->ops->set_bitpool)
		s->ops->set_bitpool(s, bitpool);
}

void sink_set_share(struct sink *s, double slots)
{
	if (s->ops->set_share)
		s->ops->set_share(s, slots);
}

/* ---- for the kinds ------------------------------------------------------------------- */

void sink_init(struct sink *s, const struct sink_ops *ops, const struct sink_args *args)
{
	const struct sink_config *c = args->config;

	s->ops = ops;
	s->time = *args->time;
	s->engine = args->engine;
	s->ring = args->ring;
	s->sender = args->sender;
	s->next_served = NULL;
	s->patience = 1;
	atomic_init(&s->flowing, false);
	health_init(&s->health, args->notify_fd);
	snprintf(s->name, sizeof(s->name), "%s", c->name ? c->name : "");
	snprintf(s->device, sizeof(s->device), "%s", c->device ? c->device : "");
}

void sink_done(struct sink *s)
{
	health_done(&s->health);
}

uint64_t sink_frame_now(const struct sink *s)
{
	/* acquire: the samples before the count that says they are there */
	return atomic_load_explicit(&s->engine->frame, memory_order_acquire);
}

uint32_t sink_read(struct sink *s, uint64_t at, float *dst, uint32_t n)
{
	uint32_t got = ring_read(s->ring, at, dst, n);

	memset(dst + 2 * got, 0, 2 * sizeof(float) * (n - got));
	return got;
}

void sink_skip_to(struct sink *s, uint64_t at)
{
	float nothing[2];

	ring_read(s->ring, at, nothing, 0);
}

void sink_flow(struct sink *s)
{
	if (atomic_load_explicit(&s->flowing, memory_order_relaxed))
		return; /* what is in the ring is to be played */
	sink_skip_to(s, sink_frame_now(s));
	atomic_store_explicit(&s->flowing, true, memory_order_release);
}

void sink_serve(struct sink *s, uint64_t now)
{
	s->ops->prepare(s, now);
	if (s->ops->send)
		s->ops->send(s, now);
}
