/* SPDX-License-Identifier: MIT */
/* health - see health.h. */
#include "core/io/health.h"

#include "core/base/cut.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void health_init(struct health *h, int notify_fd)
{
	pthread_mutexattr_t attr;

	memset(h, 0, sizeof(*h));
	/* a reader of low priority must not hold up the sender by being put off */
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&h->lock, &attr);
	pthread_mutexattr_destroy(&attr);
	h->report.state = HEALTH_STARTING;
	h->report.latency_ms = NAN;
	h->notify_fd = notify_fd;
}

void health_done(struct health *h)
{
	pthread_mutex_destroy(&h->lock);
}

void health_set(struct health *h, enum health_state state, uint64_t retry_at,
		const char *format, ...)
{
	char reason[sizeof(h->report.reason)];
	const uint64_t one = 1;
	bool changed;
	va_list ap;

	va_start(ap, format);
	cut_vprint(reason, sizeof(reason), format, ap);
	va_end(ap);

	pthread_mutex_lock(&h->lock);
	changed = h->report.state != state || strcmp(h->report.reason, reason) != 0;
	h->report.state = state;
	h->report.retry_at = retry_at;
	memcpy(h->report.reason, reason, sizeof(reason));
	/* under the lock, so that after health_mute() nobody is woken any more; an
	 * eventfd that is full has already said all there is to say */
	if (changed && h->notify_fd >= 0 && write(h->notify_fd, &one, sizeof(one)) < 0)
		changed = false;
	pthread_mutex_unlock(&h->lock);
}

void health_mute(struct health *h)
{
	pthread_mutex_lock(&h->lock);
	h->notify_fd = -1;
	pthread_mutex_unlock(&h->lock);
}

struct health_report *health_begin(struct health *h)
{
	pthread_mutex_lock(&h->lock);
	return &h->report;
}

void health_end(struct health *h)
{
	pthread_mutex_unlock(&h->lock);
}

void health_read(struct health *h, struct health_report *ret)
{
	pthread_mutex_lock(&h->lock);
	*ret = h->report;
	pthread_mutex_unlock(&h->lock);
}
