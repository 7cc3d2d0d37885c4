/* SPDX-License-Identifier: MIT */
/* world - the clock, the chances, and who hears whom. */
#include "world.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "air.h"
#include "link.h"
#include "page.h"

#define SUPERVISION_SLOTS 0x7d00 /* 20 s, as the specification starts */

void world_init(struct world *w, uint64_t now, uint64_t seed)
{
	memset(w, 0, sizeof(*w));
	w->now = now;
	w->random = seed;
	w->supervision = SUPERVISION_SLOTS;
}

void world_done(struct world *w)
{
	for (unsigned i = 0; i < LINKS_MAX; i++) {
		for (unsigned s = 0; s < 2; s++) {
			queue_clear(&w->link[i].end[s].lmp);
			queue_clear(&w->link[i].end[s].acl);
			queue_clear(&w->link[i].end[s].inbox);
		}
	}
}

struct controller *world_add(struct world *w, struct bdaddr addr, unsigned rate)
{
	struct controller *c;

	if (w->count == CONTROLLERS_MAX)
		return NULL;
	c = &w->controller[w->count];
	c->world = w;
	c->index = w->count++;
	c->hci = -1;
	c->addr = addr;
	c->rate = rate;
	c->plugged = c->powered = c->in_range = true;
	c->since = w->now;
	air_init(c);
	page_init(c);
	controller_reset(c);
	return c;
}

void world_run(struct world *w, uint64_t now)
{
	struct deadline *d;
	uint64_t earliest = now > CATCH_UP_NS ? now - CATCH_UP_NS : 0;

	while ((d = deadlines_pop(&w->deadlines, now))) {
		uint64_t at = d->at > earliest ? d->at : earliest;

		if (at > w->now) {
			if (at > d->at)
				w->missed += (at - (d->at > w->now ? d->at : w->now)) / SLOT_NS;
			w->now = at;
		}
		d->fire(d->owner);
	}
	if (now > w->now)
		w->now = now;
}

uint64_t world_next(const struct world *w)
{
	return deadlines_next(&w->deadlines);
}

struct controller *world_find(struct world *w, struct bdaddr addr)
{
	for (unsigned i = 0; i < w->count; i++) {
		if (bdaddr_same(w->controller[i].addr, addr))
			return &w->controller[i];
	}
	return NULL;
}

bool world_hears(const struct world *w, const struct controller *a, const struct controller *b)
{
	return a->plugged && b->plugged && a->powered && b->powered && a->in_range &&
	       b->in_range && !w->apart[a->index][b->index] &&
	       w->loss[a->index][b->index] < LOSS_WHOLE &&
	       w->loss[b->index][a->index] < LOSS_WHOLE;
}

/* splitmix64: small, even, and the same on every machine */
static uint64_t draw(struct world *w)
{
	uint64_t z = w->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

uint32_t world_draw(struct world *w, uint32_t below)
{
	return below ? (uint32_t)(draw(w) >> 32) % below : 0;
}

bool world_loses(struct world *w, const struct controller *a, const struct controller *b)
{
	uint32_t loss = w->loss[a->index][b->index];

	if (!world_hears(w, a, b))
		return true;
	/* an even draw is made only where there is something to lose, so that
	 * a loss on one link does not change the luck of another without any */
	return loss && world_draw(w, LOSS_WHOLE) < loss;
}

static void vlog(struct world *w, const char *format, va_list ap)
{
	char line[256];

	vsnprintf(line, sizeof(line), format, ap);
	w->log(w->user, line);
}

void world_log(struct world *w, const char *format, ...)
{
	va_list ap;

	if (!w->log)
		return;
	va_start(ap, format);
	vlog(w, format, ap);
	va_end(ap);
}

void world_trace(struct world *w, const char *format, ...)
{
	va_list ap;

	if (!w->trace || !w->log)
		return;
	va_start(ap, format);
	vlog(w, format, ap);
	va_end(ap);
}

void rate_add(struct rate *r, uint64_t now, uint32_t n)
{
	uint64_t second = now / SECOND_NS;

	if (second != r->second) {
		r->before = second == r->second + 1 ? r->now : 0;
		r->now = 0;
		r->second = second;
	}
	r->now += n;
}

uint32_t rate_read(const struct rate *r, uint64_t now)
{
	uint64_t second = now / SECOND_NS;

	if (second == r->second)
		return r->before;
	return second == r->second + 1 ? r->now : 0;
}
