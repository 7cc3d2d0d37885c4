/* SPDX-License-Identifier: MIT */
/* engine - see engine.h. Making and sending are [ctl]; the cycle is in cycle.c. */
#include "core/rt/engine.h"

#include "core/base/scope.h"

#include <string.h>

int engine_new(const struct timeline *time, struct engine **ret)
{
	struct engine *e;

	if (time->rate == 0 || time->period == 0 || time->period > ENGINE_PERIOD_MAX)
		return -EINVAL;
	e = aligned_alloc(_Alignof(struct engine), sizeof(*e));
	if (!e)
		return -ENOMEM;
	memset(e, 0, sizeof(*e));
	e->time = *time;
	e->skip_after = time->rate;

	*ret = e;
	return 0;
}

void engine_free(struct engine *e)
{
	free(e);
}

struct plan *engine_last_plan(struct engine *e)
{
	struct plan *p = e->old;

	e->old = NULL;
	if (!p) {
		p = e->plan;
		e->plan = NULL;
	}
	return p ? p : cmdq_pop(&e->plans);
}

int engine_send(struct engine *e, struct plan *p)
{
	return cmdq_push(&e->plans, p) ? 0 : -EAGAIN;
}

struct plan *engine_retired(struct engine *e)
{
	return cmdq_pop(&e->retired);
}
