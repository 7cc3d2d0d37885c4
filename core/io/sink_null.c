/* SPDX-License-Identifier: MIT */
/* sink_null - takes everything in time and lets it fall. */
#include "core/io/sink_impl.h"

#include "core/base/scope.h"

static void null_prepare(struct sink *s, uint64_t now)
{
	(void)now;
	sink_skip_to(s, sink_frame_now(s));
}

static void null_free(struct sink *s)
{
	sink_done(s);
	free(s);
}

static const struct sink_ops null_ops = {
	.free = null_free,
	.prepare = null_prepare,
};

int sink_null_new(const struct sink_args *args, struct sink **ret)
{
	struct sink *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	sink_init(s, &null_ops, args);
	/* nobody listens: come when the ring is half full */
	s->patience = args->ring->capacity / args->time->period / 2;
	health_set(&s->health, HEALTH_RUNNING, 0, "%s", "");
	sink_flow(s);

	*ret = s;
	return 0;
}
