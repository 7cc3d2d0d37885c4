/* SPDX-License-Identifier: MIT */
/* control - see control.h. */
#include "core/control/control.h"

#include "core/base/clock.h"
#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/control/admit.h"
#include "core/control/air.h"
#include "core/control/alive.h"
#include "core/control/clicks.h"
#include "core/control/commands.h"
#include "core/control/edits.h"
#include "core/control/graph.h"
#include "core/control/guests.h"
#include "core/control/links.h"
#include "core/control/listing.h"
#include "core/control/loading.h"
#include "core/control/measure.h"
#include "core/control/measure_music.h"
#include "core/control/model.h"
#include "core/control/peers.h"
#include "core/control/recall.h"
#include "core/control/status.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

/* Numbers that devices change without a word (latency, traces) are looked at so often. */
#define HOUSEKEEPING_NS NS_PER_SEC
/* The engine takes a plan up within a period; used ones are fetched after this. */
#define COLLECT_NS (50 * NS_PER_MS)

static void ring_bell(int fd)
{
	uint64_t one = 1;
	ssize_t n = write(fd, &one, sizeof(one));

	(void)n; /* full is as good as written */
}

static void ring_changes(struct control *c)
{
	ring_bell(c->change_fd);
	ring_bell(c->news_fd);
}

static void quiet_bell(int fd)
{
	uint64_t count;
	ssize_t n = read(fd, &count, sizeof(count));

	(void)n;
}

/* ---- the log ---------------------------------------------------------------------------- */

/* [any] Lines come from any thread, perhaps while the model is locked: a lock of its own. */
static void keep_line(enum log_level level, const char *line, void *arg)
{
	struct control *c = arg;
	struct ff_log_line *to;
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	pthread_mutex_lock(&c->log_lock);
	to = &c->log[c->log_count++ % FF_LOG_LINES];
	to->time_ms = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
	to->level = (int)level;
	CUT_COPY(to->text, line);
	pthread_mutex_unlock(&c->log_lock);
	if (c->log_to_stderr)
		log_to_stderr(level, line);
	ring_changes(c);
}

/* ---- the loop --------------------------------------------------------------------------- */

static bool next_command(struct control *c, struct ff_command *ret)
{
	bool got = false;

	pthread_mutex_lock(&c->inbox_lock);
	if (c->inbox_tail != c->inbox_head) {
		*ret = c->inbox[c->inbox_tail++ % CONTROL_COMMANDS];
		got = true;
	}
	pthread_mutex_unlock(&c->inbox_lock);
	return got;
}

static int on_inbox(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct control *c = arg;
	struct ff_command command;

	(void)source;
	(void)revents;
	quiet_bell(fd);
	while (next_command(c, &command))
		commands_do(c, &command);
	return 0;
}

static int on_health(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	(void)source;
	(void)revents;
	(void)arg;
	quiet_bell(fd); /* status_watch() looks at all of them */
	return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	(void)arg; /* to be awake is all: the loop looks at everything */
	return 0;
}

/* The service manager hears how many play, and that both threads still do. */
static void show_alive(struct control *c, struct alive *a)
{
	uint64_t cycles = 0;
	char text[ALIVE_TEXT_MAX];
	uint32_t flowing = 0;

	for (uint32_t i = 0; i < c->speakers_n; i++)
		flowing += c->speakers[i]->flowing;
	if (c->engine)
		cycles = atomic_load_explicit(&c->engine->cycles, memory_order_relaxed);
	snprintf(text, sizeof(text), "%s: %u of %u speakers", c->name, flowing, c->speakers_n);
	control_wake_at(c, alive_step(a, clock_now(), cycles, text));
}

/* Bring everything in step with what is wanted, and say when to look again. */
static void settle(struct control *c, struct alive *alive)
{
	uint64_t before = c->told;

	c->wake_at = clock_now() + HOUSEKEEPING_NS;
	peers_check_rate(c);
	if (c->edited) {
		edits_compare(c);
		c->recall.due = true;
	}
	recall_step(c);
	status_watch(c);
	peers_watch(c);
	links_step(c);
	guests_step(c);
	admit_step(c);
	clicks_step(c);
	listing_step(c);
	measure_step(c);
	measure_music_step(c);
	if (c->dirty)
		air_share(c);
	if (c->dirty && c->engine && graph_send(c) < 0)
		control_wake_at(c, clock_now() + COLLECT_NS);
	if (c->engine && graph_collect(c))
		control_wake_at(c, clock_now() + COLLECT_NS);
	show_alive(c, alive);
	sd_event_source_set_time(c->timer, c->wake_at / 1000);
	sd_event_source_set_enabled(c->timer, SD_EVENT_ONESHOT);
	c->told = c->change;
	if (c->told != before)
		ring_changes(c);
}

static void *control_loop(void *arg)
{
	struct control *c = arg;
	struct alive alive;

	pthread_setname_np(pthread_self(), "control");
	alive_init(&alive);
	pthread_mutex_lock(&c->lock);
	while (!atomic_load_explicit(&c->stop, memory_order_acquire)) {
		int r;

		settle(c, &alive);
		r = sd_event_prepare(c->event);
		if (r == 0) {
			pthread_mutex_unlock(&c->lock);
			r = sd_event_wait(c->event, UINT64_MAX);
			pthread_mutex_lock(&c->lock);
		}
		if (r > 0)
			r = sd_event_dispatch(c->event);
		if (r < 0) { /* out of memory or descriptors: the music goes on, look again */
			log_error("control loop: %s", strerror(-r));
			pthread_mutex_unlock(&c->lock);
			clock_sleep_until(clock_now() + 100 * NS_PER_MS);
			pthread_mutex_lock(&c->lock);
		}
	}
	pthread_mutex_unlock(&c->lock);
	alive_done(&alive);
	return NULL;
}

/* ---- beginning and end ------------------------------------------------------------------- */

static int init_locks(struct control *c)
{
	c->inbox_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	c->health_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	c->change_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	c->news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&c->lock, NULL);
	pthread_mutex_init(&c->inbox_lock, NULL);
	pthread_mutex_init(&c->log_lock, NULL);
	return c->inbox_fd < 0 || c->health_fd < 0 || c->change_fd < 0 || c->news_fd < 0
		       ? -EMFILE
		       : 0;
}

static int init_event(struct control *c)
{
	int r = sd_event_new(&c->event);

	if (r >= 0)
		r = sd_event_add_io(c->event, NULL, c->inbox_fd, EPOLLIN, on_inbox, c);
	if (r >= 0)
		r = sd_event_add_io(c->event, NULL, c->health_fd, EPOLLIN, on_health, c);
	if (r >= 0)
		r = sd_event_add_time(c->event, &c->timer, CLOCK_MONOTONIC, 0, 1000, on_timer,
				      c);
	return r < 0 ? r : 0;
}

static int load(struct control *c, const struct ff_options *options, struct complaint *why)
{
	int r;

	for (uint32_t z = 0; z < FF_ZONES; z++)
		level_init(&c->levels[z], 44100);
	if (!options->profile)
		return loading_first(c, why);
	r = loading_load(c, options->profile, why);
	if (r == 0 && options->resume)
		recall_take_up(c);
	return r;
}

/* Signals are for the main thread: it alone decides what a hang-up means. */
static int start_thread(struct control *c)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&c->thread, NULL, control_loop, c);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	c->threaded = r == 0;
	return -r;
}

int control_new(const struct ff_options *options, struct control **ret, struct complaint *why)
{
	struct control *c = calloc(1, sizeof(*c));
	int r;

	why->text[0] = '\0';
	if (!c)
		return -ENOMEM;
	c->log_to_stderr = options->log_to_stderr;
	r = init_locks(c);
	if (r < 0)
		goto fail;
	log_set_sink(keep_line, c);
	r = init_event(c);
	if (r < 0)
		goto fail;
	r = sender_new(&c->sender);
	if (r < 0)
		goto fail;
	r = load(c, options, why);
	if (r < 0)
		goto fail;
	if (!options->no_bluetooth) {
		r = peers_start(c, !options->log_to_stderr);
		if (r < 0)
			goto fail;
	}
	listing_ask(c);
	r = start_thread(c);
	if (r < 0)
		goto fail;
	*ret = c;
	return 0;
fail:
	control_free(c);
	return r;
}

void control_free(struct control *c)
{
	if (!c)
		return;
	atomic_store_explicit(&c->stop, true, memory_order_release);
	if (c->threaded) {
		ring_bell(c->inbox_fd);
		pthread_join(c->thread, NULL);
	}
	listing_stop(c);
	recall_end(c);
	peers_stop(c);
	loading_unload(c);
	sender_free(c->sender);
	sd_event_source_unref(c->timer);
	sd_event_unref(c->event);
	log_set_sink(NULL, NULL);
	pthread_mutex_destroy(&c->lock);
	pthread_mutex_destroy(&c->inbox_lock);
	pthread_mutex_destroy(&c->log_lock);
	closep(&c->inbox_fd);
	closep(&c->health_fd);
	closep(&c->change_fd);
	closep(&c->news_fd);
	free(c);
}

/* ---- the door's side -------------------------------------------------------------------- */

int control_submit(struct control *c, const struct ff_command *command)
{
	int r = commands_check(command);

	if (r < 0)
		return r;
	pthread_mutex_lock(&c->inbox_lock);
	if (c->inbox_head - c->inbox_tail == CONTROL_COMMANDS)
		r = -EAGAIN;
	else
		c->inbox[c->inbox_head++ % CONTROL_COMMANDS] = *command;
	pthread_mutex_unlock(&c->inbox_lock);
	if (r == 0)
		ring_bell(c->inbox_fd);
	return r;
}

void control_snapshot(struct control *c, struct ff_snapshot *ret)
{
	quiet_bell(c->change_fd); /* before looking: a change from here on rings again */
	control_look(c, ret);
}

void control_look(struct control *c, struct ff_snapshot *ret)
{
	pthread_mutex_lock(&c->lock);
	status_write(c, ret);
	pthread_mutex_unlock(&c->lock);
}

int control_fd(struct control *c)
{
	return c->change_fd;
}

int control_news_fd(struct control *c)
{
	return c->news_fd;
}
