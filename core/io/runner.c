/* SPDX-License-Identifier: MIT */
/* runner - see runner.h. */
#include "core/io/runner.h"

#include "core/base/clock.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define RUNNER_PRIORITY 5 /* SCHED_FIFO: above everything ordinary, below the engine */

/* The last one out turns off the light. */
static void let_go(struct runner *r)
{
	/* acq_rel: all that the other holder did is seen by the one that releases */
	if (atomic_fetch_sub_explicit(&r->holders, 1, memory_order_acq_rel) != 1)
		return;

	close(r->stop_fd);
	pthread_cond_destroy(&r->gone);
	pthread_mutex_destroy(&r->lock);
	r->release(r->body);
}

static void *thread_main(void *arg)
{
	struct runner *r = arg;
	struct sched_param p = { .sched_priority = RUNNER_PRIORITY };

	/* reset on fork: a command started from here is an ordinary process */
	if (r->wants_realtime &&
	    sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &p) == 0)
		atomic_store_explicit(&r->realtime, true, memory_order_relaxed);

	r->run(r->body);

	pthread_mutex_lock(&r->lock);
	r->done = true;
	pthread_cond_signal(&r->gone);
	pthread_mutex_unlock(&r->lock);
	let_go(r);
	return NULL;
}

static int start_thread(struct runner *r, const char *name)
{
	sigset_t all, before;
	char cut[16];
	int e;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	e = pthread_create(&r->thread, NULL, thread_main, r);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (e != 0)
		return -EAGAIN;

	strncpy(cut, name, sizeof(cut) - 1);
	cut[sizeof(cut) - 1] = '\0';
	pthread_setname_np(r->thread, cut);
	return 0;
}

int runner_start(struct runner *r, const char *name, bool realtime, void (*run)(void *body),
		 void (*release)(void *body), void *body)
{
	pthread_condattr_t attr;
	int e;

	r->run = run;
	r->release = release;
	r->body = body;
	r->wants_realtime = realtime;
	r->stopping = r->done = false;
	atomic_init(&r->realtime, false);
	atomic_init(&r->beat, 0);
	atomic_init(&r->holders, 2);
	r->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->stop_fd < 0)
		return -errno;

	pthread_mutex_init(&r->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&r->gone, &attr);
	pthread_condattr_destroy(&attr);

	e = start_thread(r, name);
	if (e < 0) {
		pthread_cond_destroy(&r->gone);
		pthread_mutex_destroy(&r->lock);
		close(r->stop_fd);
	}
	return e;
}

void runner_stop(struct runner *r)
{
	uint64_t until = clock_now() + RUNNER_PATIENCE_MS * NS_PER_MS;
	struct timespec ts = { .tv_sec = (time_t)(until / NS_PER_SEC),
			       .tv_nsec = (long)(until % NS_PER_SEC) };
	pthread_t thread = r->thread;
	bool done;

	pthread_mutex_lock(&r->lock);
	r->stopping = true;
	eventfd_write(r->stop_fd, 1);
	while (!r->done && pthread_cond_timedwait(&r->gone, &r->lock, &ts) == 0)
		;
	done = r->done;
	pthread_mutex_unlock(&r->lock);

	/* joined while we still hold the body: it is there until let_go() below */
	if (done)
		pthread_join(thread, NULL);
	else
		pthread_detach(thread);
	let_go(r);
}

bool runner_stopping(struct runner *r)
{
	bool s;

	pthread_mutex_lock(&r->lock);
	s = r->stopping;
	pthread_mutex_unlock(&r->lock);
	return s;
}

int runner_fd(const struct runner *r)
{
	return r->stop_fd;
}

int runner_poll(struct runner *r, int fd, short events, uint64_t t)
{
	struct pollfd p[2] = {
		{ .fd = r->stop_fd, .events = POLLIN },
		{ .fd = fd, .events = events },
	};

	for (;;) {
		uint64_t now = clock_now(), left = t > now ? t - now : 0;
		struct timespec ts = { .tv_sec = (time_t)(left / NS_PER_SEC),
				       .tv_nsec = (long)(left % NS_PER_SEC) };
		int n = ppoll(p, fd >= 0 ? 2 : 1, &ts, NULL);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0 && p[0].revents)
			return -ECANCELED;
		if (n > 0 && p[1].revents)
			return p[1].revents;
		if (left == 0)
			return 0;
	}
}

bool runner_sleep_until(struct runner *r, uint64_t t)
{
	return runner_poll(r, -1, 0, t) != -ECANCELED;
}

bool runner_enter(struct runner *r)
{
	pthread_mutex_lock(&r->lock);
	if (!r->stopping)
		return true; /* held until runner_leave() */
	pthread_mutex_unlock(&r->lock);
	return false;
}

void runner_leave(struct runner *r)
{
	pthread_mutex_unlock(&r->lock);
}

void runner_beat(struct runner *r, uint64_t now)
{
	atomic_store_explicit(&r->beat, now, memory_order_relaxed);
}

uint64_t runner_silent_for(struct runner *r, uint64_t now)
{
	uint64_t beat = atomic_load_explicit(&r->beat, memory_order_relaxed);

	return beat && now > beat ? now - beat : 0;
}

uint64_t backoff_next(struct backoff *b)
{
	uint64_t wait = b->wait ? b->wait : b->first;

	b->wait = 2 * wait < b->most ? 2 * wait : b->most;
	return wait;
}

void backoff_reset(struct backoff *b)
{
	b->wait = 0;
}
