/* SPDX-License-Identifier: MIT */
/* service - see service.h. */
#include "core/service/service.h"

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/scope.h"
#include "core/service/private.h"

#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

/* Consoles draw 20 times a second at most: news, and levels while something sounds. */
#define LOOK_NS	 (50 * NS_PER_MS)
#define QUIET_NS (250 * NS_PER_MS)
/* What answers several questions in a row may be so old. */
#define FRESH_NS (5 * NS_PER_MS)

/* ---- looking ---------------------------------------------------------------------------- */

static bool sounds(const struct ff_snapshot *snap)
{
	for (uint32_t i = 0; i < snap->zones_n; i++)
		if (snap->zones[i].level.peak_db[0] > FF_SILENT ||
		    snap->zones[i].level.peak_db[1] > FF_SILENT)
			return true;
	return false;
}

static void look_at(struct service *s, uint64_t t)
{
	sd_event_source_set_time(s->timer, t / 1000);
	sd_event_source_set_enabled(s->timer, SD_EVENT_ONESHOT);
}

/* Nobody is there who looks: nothing to be done before somebody is, or news comes. */
static void plan(struct service *s)
{
	if (s->news && s->served)
		look_at(s, s->rung + LOOK_NS);
	else if (s->consoles.n > 0)
		look_at(s, s->looked + (sounds(&s->now) ? LOOK_NS : QUIET_NS));
	else
		sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
}

static void look(struct service *s)
{
	control_look(s->control, &s->now);
	s->now.attached = true;
	s->looked = clock_now();
	memory_write(&s->memory, &s->now);
}

void service_refresh(struct service *s)
{
	if (clock_now() - s->looked > FRESH_NS)
		look(s);
}

void service_attend(struct service *s)
{
	plan(s);
}

static int on_look(sd_event_source *source, uint64_t usec, void *arg)
{
	struct service *s = arg;

	(void)source;
	(void)usec;
	look(s);
	if (s->news) {
		s->news = false;
		s->rung = s->looked;
		consoles_ring(&s->consoles);
		face_tell(s);
	}
	plan(s);
	return 0;
}

static int on_news(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct service *s = arg;
	uint64_t count;

	(void)source;
	(void)revents;
	if (read(fd, &count, sizeof(count)) < 0)
		return 0;
	s->news = true;
	plan(s);
	return 0;
}

/* ---- the thread ------------------------------------------------------------------------- */

static int on_stop(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	(void)fd;
	(void)revents;
	(void)arg;
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

static void *serve(void *arg)
{
	struct service *s = arg;

	pthread_setname_np(pthread_self(), "service");
	while (sd_event_get_state(s->event) != SD_EVENT_FINISHED) {
		int r = sd_event_run(s->event, UINT64_MAX);

		if (r < 0) { /* out of memory or descriptors: the music goes on, look again */
			log_error("service loop: %s", strerror(-r));
			clock_sleep_until(clock_now() + 100 * NS_PER_MS);
		}
	}
	return NULL;
}

static int init_event(struct service *s)
{
	int r = sd_event_new(&s->event);

	if (r >= 0)
		r = sd_event_add_io(s->event, NULL, s->stop_fd, EPOLLIN, on_stop, s);
	if (r >= 0)
		r = sd_event_add_io(s->event, NULL, control_news_fd(s->control), EPOLLIN,
				    on_news, s);
	if (r >= 0)
		r = sd_event_add_time(s->event, &s->timer, CLOCK_MONOTONIC, 0, 1000, on_look,
				      s);
	return r < 0 ? r : 0;
}

/* As control's: signals are for the main thread. */
static int start_thread(struct service *s)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&s->thread, NULL, serve, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	s->threaded = r == 0;
	return -r;
}

int service_new(struct control *control, struct service **ret)
{
	struct service *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->control = control;
	s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = s->stop_fd < 0 ? -errno : init_event(s);
	consoles_init(&s->consoles, s->event);
	if (r == 0)
		r = memory_make(&s->memory);
	if (r == 0)
		r = post_init(s);
	if (r == 0)
		r = start_thread(s);
	if (r < 0) {
		service_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

void service_free(struct service *s)
{
	if (!s)
		return;
	if (s->threaded) {
		eventfd_write(s->stop_fd, 1);
		pthread_join(s->thread, NULL);
	}
	post_done(s);
	consoles_done(&s->consoles);
	memory_done(&s->memory);
	sd_event_source_unref(s->timer);
	sd_event_unref(s->event);
	closep(&s->stop_fd);
	free(s);
}
