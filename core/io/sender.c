/* SPDX-License-Identifier: MIT */
/* sender - see sender.h. */
#include "core/io/sender.h"

#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/io/sink_impl.h"
#include "core/io/thread.h"

#include <pthread.h>
#include <semaphore.h>

struct sender {
	pthread_t thread;
	sem_t wake;
	_Atomic bool stop;
	pthread_mutex_t lock; /* guards the list; held while it is served */
	struct sink *first;
	_Atomic uint32_t patience; /* cycles that the least patient sink can wait */
	uint32_t waited;	   /* cycles since the last wake-up; the pacer's */
};

/* Put those up to last, the first of the list among them, behind the others. */
static void turn_list(struct sender *s, struct sink *last)
{
	struct sink *first = s->first, **end = &last->next_served;

	if (!*end)
		return;
	s->first = *end;
	*end = NULL;
	end = &s->first;
	while (*end)
		end = &(*end)->next_served;
	*end = first;
}

/*
 * Everybody encodes, then everybody sends: the packets of a cycle reach the
 * controllers together, whatever an encoder takes. Who was the first to send is
 * the last one after that, so that each speaker is as often first, second and
 * last, and over a few rounds none has to wait longer for the air than another.
 */
static void serve(struct sender *s, uint64_t now)
{
	struct sink *first = NULL;
	uint32_t sent = 0;

	for (struct sink *k = s->first; k; k = k->next_served)
		k->ops->prepare(k, now);
	for (struct sink *k = s->first; k; k = k->next_served) {
		k->turn = sent;
		if (!k->ops->send || !k->ops->send(k, now))
			continue;
		first = first ? first : k;
		sent++;
	}
	if (first)
		turn_list(s, first);
}

static void *run(void *arg)
{
	struct sender *s = arg;

	for (;;) {
		while (sem_wait(&s->wake) < 0)
			;
		while (sem_trywait(&s->wake) == 0)
			; /* cycles missed are served by this one round */
		if (atomic_load_explicit(&s->stop, memory_order_relaxed))
			return NULL;
		pthread_mutex_lock(&s->lock);
		serve(s, clock_now());
		pthread_mutex_unlock(&s->lock);
	}
}

int sender_new(struct sender **ret)
{
	SCOPED(freep) struct sender *s = calloc(1, sizeof(*s));
	pthread_mutexattr_t attr;
	bool realtime;
	int r;

	if (!s)
		return -ENOMEM;
	/* control, at low priority, must not hold up the sender by being put off */
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&s->lock, &attr);
	pthread_mutexattr_destroy(&attr);
	sem_init(&s->wake, 0, 0);
	atomic_init(&s->patience, UINT32_MAX);

	r = thread_start("fanfare-sender", THREAD_SENDER_PRIORITY, run, s, &s->thread,
			 &realtime);
	if (r < 0) {
		sem_destroy(&s->wake);
		pthread_mutex_destroy(&s->lock);
		return r;
	}
	*ret = TAKE(s);
	return 0;
}

void sender_free(struct sender *s)
{
	if (!s)
		return;
	atomic_store(&s->stop, true);
	sem_post(&s->wake);
	pthread_join(s->thread, NULL);
	sem_destroy(&s->wake);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Every wake-up costs more than what is done in it: none that nobody needs. */
void sender_wake(struct sender *s)
{
	if (++s->waited < atomic_load_explicit(&s->patience, memory_order_relaxed))
		return;
	s->waited = 0;
	sem_post(&s->wake);
}

/* Under the lock, after the list has changed. */
static void find_patience(struct sender *s)
{
	uint32_t least = UINT32_MAX;

	for (const struct sink *k = s->first; k; k = k->next_served)
		least = k->patience < least ? k->patience : least;
	atomic_store_explicit(&s->patience, least, memory_order_relaxed);
}

void sender_add(struct sender *s, struct sink *sink)
{
	pthread_mutex_lock(&s->lock);
	sink->next_served = s->first;
	s->first = sink;
	find_patience(s);
	pthread_mutex_unlock(&s->lock);
}

void sender_remove(struct sender *s, struct sink *sink)
{
	pthread_mutex_lock(&s->lock);
	for (struct sink **k = &s->first; *k; k = &(*k)->next_served) {
		if (*k != sink)
			continue;
		*k = sink->next_served;
		break;
	}
	find_patience(s);
	pthread_mutex_unlock(&s->lock);
}
