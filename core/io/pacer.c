/* SPDX-License-Identifier: MIT */
/* pacer - see sender.h. */
#include "core/io/sender.h"

#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/io/thread.h"

#include <pthread.h>
#include <sys/mman.h>

#define GRACE_MAX (20 * NS_PER_MS)

struct pacer {
	struct engine *engine;
	struct sender *sender;
	pthread_t thread;
	bool realtime;
	_Atomic bool stop;
};

/*
 * When the whole machine stood still, the sources have what was missed in
 * their devices' buffers, and lie in wait for the processor behind us. The
 * engine, waking first, would find their rings empty. So it lets them go ahead
 * for a part of the time that is lost anyway.
 */
static void let_sources_catch_up(uint64_t late)
{
	uint64_t grace = late / 4 < GRACE_MAX ? late / 4 : GRACE_MAX;

	clock_sleep_until(clock_now() + grace);
}

/*
 * Only absolute deadlines: a late wake-up does not move the next one. The
 * engine says when to come back and does itself what was missed meanwhile.
 */
static void *run(void *arg)
{
	struct pacer *p = arg;
	const struct timeline *t = &p->engine->time;
	uint64_t period = clock_of_frame(0, t->period, t->rate), next = clock_now();

	while (!atomic_load_explicit(&p->stop, memory_order_relaxed)) {
		uint64_t now = clock_now();

		if (now > next + period)
			let_sources_catch_up(now - next);
		next = engine_cycle(p->engine, clock_now());
		if (p->sender)
			sender_wake(p->sender);
		clock_sleep_until(next);
	}
	return NULL;
}

/*
 * Pages stay once they have been touched. Not all at once: that would hold
 * every thread's whole stack and all of the libraries in memory.
 */
static void lock_memory(void)
{
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) < 0)
		return; /* not permitted: it plays on, and may wait for the disk */
}

int pacer_new(struct engine *e, struct sender *sender, struct pacer **ret)
{
	SCOPED(freep) struct pacer *p = calloc(1, sizeof(*p));
	int r;

	if (!p)
		return -ENOMEM;
	p->engine = e;
	p->sender = sender;
	r = thread_start("fanfare-clock", THREAD_PACER_PRIORITY, run, p, &p->thread,
			 &p->realtime);
	if (r < 0)
		return r;
	if (p->realtime)
		lock_memory();

	*ret = TAKE(p);
	return 0;
}

void pacer_free(struct pacer *p)
{
	if (!p)
		return;
	atomic_store(&p->stop, true);
	pthread_join(p->thread, NULL);
	free(p);
}

bool pacer_realtime(const struct pacer *p)
{
	return p->realtime;
}
