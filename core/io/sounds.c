/* SPDX-License-Identifier: MIT */
/* sounds - see sounds.h. */
#include "core/base/cut.h"
#include "core/base/scope.h"
#include "core/base/utf8.h"
#include "core/io/sounds_impl.h"

#include <sys/eventfd.h>

struct sounds_look {
	struct runner runner;
	int notify_fd;	   /* control's: only between runner_enter() and _leave() */
	_Atomic bool over; /* publishes found */
	struct sounds found;
};

/* Cut, and without what would disturb a screen. */
static void clean(char *ret, size_t len, const char *text)
{
	cut_copy(ret, len, text);
	utf8_clean(ret);
}

void sounds_add(struct sounds *s, bool pulse, bool capture, const char *device,
		const char *name)
{
	struct sound *to = &s->list[s->n];

	if (s->n == SOUNDS_MOST || strlen(device) >= sizeof(to->device))
		return;
	to->pulse = pulse;
	to->capture = capture;
	CUT_COPY(to->device, device);
	clean(to->name, sizeof(to->name), name && *name ? name : device);
	s->n++;
}

static void run(void *body)
{
	struct sounds_look *l = body;

	sounds_find_alsa(&l->found);
	sounds_find_pulse(&l->found, &l->runner);
	/* release: all of it before the word that it is there */
	atomic_store_explicit(&l->over, true, memory_order_release);
	if (runner_enter(&l->runner)) {
		eventfd_write(l->notify_fd, 1);
		runner_leave(&l->runner);
	}
}

int sounds_look_new(int notify_fd, struct sounds_look **ret)
{
	struct sounds_look *l = calloc(1, sizeof(*l));
	int r;

	if (!l)
		return -ENOMEM;
	l->notify_fd = notify_fd;
	r = runner_start(&l->runner, "sounds", false, run, free, l);
	if (r < 0) {
		free(l);
		return -EAGAIN;
	}
	*ret = l;
	return 0;
}

bool sounds_look_done(struct sounds_look *l, struct sounds *ret)
{
	if (!atomic_load_explicit(&l->over, memory_order_acquire))
		return false;
	*ret = l->found;
	return true;
}

void sounds_look_free(struct sounds_look *l)
{
	if (l)
		runner_stop(&l->runner);
}
