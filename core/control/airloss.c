/* SPDX-License-Identifier: MIT */
/* airloss - see airloss.h. */
#include "core/control/airloss.h"

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/scope.h"
#include "core/io/flush.h"

#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

/*
 * On a full adapter a round of seven packets takes 26 ms, and a third one of the same speaker
 * waits for three of them: that is not to be lost. And two speakers that hear nothing may not
 * hold all of the 8 buffers: at 43 packets a second they have 7 of them under way.
 */
#define FLUSH_MS 80

/* Let the adapter drop what it cannot deliver, or this speaker can silence all the others. */
static void set_flush(struct speaker *s, int fd, int hci)
{
	int r = flush_after(fd, hci, FLUSH_MS);

	if (r == 0 || r == -EOPNOTSUPP || s->control->flush_refused)
		return;
	s->control->flush_refused = true; /* once is enough */
	log_warning(
		"%s: no flush timeout (%s): a speaker out of range may silence the others of "
		"its adapter for a while%s",
		s->conf.name, strerror(-r),
		r == -EPERM ? "; give Fanfare CAP_NET_RAW, or run it as root" : "");
}

static int on_loss(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct speaker *s = arg;
	uint16_t handle;
	uint32_t n = 0;

	while (flush_next(fd, &handle))
		n += handle == s->airloss.handle;
	if (n > 0)
		sink_dropped(s->sink, n, clock_now());
	if (events & (EPOLLERR | EPOLLHUP)) /* the adapter is gone, and so is the stream */
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
	return 0;
}

void airloss_begin(struct speaker *s, int fd, const struct bluez_adapter *adapter)
{
	SCOPED(closep) int watch = -EBADF;
	int hci = -1;

	airloss_end(s);
	if (adapter)
		sscanf(adapter->name, "hci%d", &hci);
	set_flush(s, fd, hci);
	if (flush_handle(fd, &s->airloss.handle) < 0)
		return;
	watch = flush_watch(hci);
	if (watch < 0 || sd_event_add_io(s->control->event, &s->airloss.source, watch, EPOLLIN,
					 on_loss, s) < 0)
		return; /* why was said above; it plays on, less is known */
	sd_event_source_set_io_fd_own(s->airloss.source, true);
	(void)TAKE_FD(watch);
}

void airloss_end(struct speaker *s)
{
	s->airloss.source = sd_event_source_disable_unref(s->airloss.source);
}
