/* SPDX-License-Identifier: MIT */
/* consoles - see consoles.h. */
#include "core/service/consoles.h"

#include "core/base/cut.h"
#include "core/base/scope.h"

#include <fcntl.h>
#include <sys/epoll.h>

static void let_go(struct console *one)
{
	if (one->bell < 0)
		return;
	one->gone = sd_event_source_disable_unref(one->gone);
	closep(&one->bell);
	one->bell = -EBADF;
	one->all->n--;
}

/* A pipe's writing end reports an error once nobody has the reading one. */
static int on_gone(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	(void)source;
	(void)fd;
	(void)revents;
	let_go(arg);
	return 0;
}

void consoles_init(struct consoles *c, sd_event *event)
{
	c->event = event;
	c->n = 0;
	for (int i = 0; i < CONSOLES_MAX; i++)
		c->at[i] = (struct console){ .all = c, .bell = -EBADF };
}

void consoles_done(struct consoles *c)
{
	for (int i = 0; i < CONSOLES_MAX; i++)
		let_go(&c->at[i]);
}

static struct console *room(struct consoles *c, const char *owner)
{
	struct console *one = NULL;

	for (int i = 0; i < CONSOLES_MAX; i++) {
		if (c->at[i].bell >= 0 && !strcmp(c->at[i].owner, owner))
			let_go(&c->at[i]);
		if (c->at[i].bell < 0)
			one = &c->at[i];
	}
	return one;
}

int consoles_add(struct consoles *c, const char *owner, int *ret_fd)
{
	struct console *one = room(c, owner);
	int ends[2], r;

	if (!one)
		return -EUSERS;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	r = sd_event_add_io(c->event, &one->gone, ends[1], 0, on_gone, one);
	if (r < 0) {
		closep(&ends[0]);
		closep(&ends[1]);
		return r;
	}
	one->bell = ends[1];
	CUT_COPY(one->owner, owner);
	c->n++;
	*ret_fd = ends[0];
	return 0;
}

void consoles_ring(struct consoles *c)
{
	for (int i = 0; i < CONSOLES_MAX; i++) {
		/* full: it has not heard the last ones yet; gone: on_gone() is on its way */
		if (c->at[i].bell >= 0 && write(c->at[i].bell, "", 1) < 0)
			continue;
	}
}
