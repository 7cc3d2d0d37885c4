/* SPDX-License-Identifier: MIT */
/* air - the slots of each piconet, one exchange after the other. */
#include "air.h"

#include "link.h"

#define PAIR_NS (2 * (uint64_t)SLOT_NS) /* a master begins on even slots */

/* The host may send one more on this link. */
static void give_credit(struct end *e)
{
	struct hci_packet p;

	hci_event(&p, EV_COMPLETED_PACKETS);
	hci_put8(&p, 1);
	hci_put16(&p, e->handle);
	hci_put16(&p, 1);
	controller_event(e->ctl, &p);
}

static void give_up_first(struct end *e)
{
	if (e->flying == &e->acl)
		e->flying = NULL; /* what is in the slots now goes nowhere */
	e->sum.flushed++;
	queue_pop(&e->acl);
	give_credit(e);
}

static void flush_occurred(struct end *e)
{
	struct hci_packet p;

	hci_event(&p, EV_FLUSH_OCCURRED);
	hci_put16(&p, e->handle);
	controller_event(e->ctl, &p);
}

void air_flush(struct end *e)
{
	while (e->acl.first)
		give_up_first(e);
	e->flushing = true;
	flush_occurred(e);
}

/* May the first chunk be given up now? What cannot be flushed holds up what is behind it. */
static bool stale(const struct end *e)
{
	const struct chunk *k = e->acl.first;

	if (e->flushing && k->boundary == HCI_PB_MORE)
		return true; /* the rest of a message whose beginning is gone */
	return k->boundary == HCI_PB_FIRST &&
	       e->link->world->now - k->at >= (uint64_t)e->flush * SLOT_NS;
}

/* Come back when the first chunk may have become stale. */
static void watch_stale(struct end *e)
{
	struct world *w = e->link->world;
	uint64_t wait = (uint64_t)e->flush * SLOT_NS;

	if (!e->flush || !e->acl.first || e->stale.armed)
		return;
	if (e->acl.first->at + wait > w->now)
		deadline_arm(&w->deadlines, &e->stale, e->acl.first->at + wait);
	else
		deadline_arm(&w->deadlines, &e->stale, w->now + wait);
}

/* Data whose host set a flush timeout does not wait longer than that. */
static void flush_stale(void *owner)
{
	struct end *e = owner;
	bool gone = false;

	while (e->acl.first && e->flush && stale(e)) {
		give_up_first(e);
		e->flushing = gone = true;
	}
	if (e->acl.first && e->acl.first->boundary != HCI_PB_MORE)
		e->flushing = false;
	if (gone)
		flush_occurred(e);
	watch_stale(e);
}

static bool stalled(const struct controller *c)
{
	return c->stalled_until > c->world->now;
}

/* What this end would send now, or NULL. Link managers' messages go first. */
static struct queue *waiting(struct end *e)
{
	if (e->state == END_GONE)
		return NULL;
	if (e->lmp.first)
		return &e->lmp;
	if (stalled(e->ctl) || stalled(end_other(e)->ctl))
		return NULL;
	return e->acl.first ? &e->acl : NULL;
}

/* A master knows only what it has itself; that a slave wants to be polled it learns from
 * the slave's answers, which costs nothing here as long as they hear each other. */
static bool has_turn(struct link *l, const struct controller *master)
{
	struct end *m = &l->end[l->master];

	if (!l->serial || m->ctl != master || m->state == END_GONE)
		return false;
	return waiting(m) || (link_hears(l) && waiting(end_other(m)));
}

/* When is this radio free: not in an exchange, not in a search window? */
static uint64_t free_from(const struct controller *c)
{
	uint64_t t = c->air.free_at > c->world->now ? c->air.free_at : c->world->now;
	uint64_t period = (uint64_t)AIR_SCAN_PERIOD * SLOT_NS;
	uint64_t window = (uint64_t)AIR_SCAN_SLOTS * SLOT_NS;

	if (c->air.scan_since && t % period < window)
		t += window - t % period;
	return (t + PAIR_NS - 1) / PAIR_NS * PAIR_NS;
}

/* This radio is taken for so many slots, until end (ns). */
static void occupy(struct controller *c, unsigned slots, uint64_t end)
{
	c->air.slots += slots;
	rate_add(&c->air.rate, c->world->now, slots);
	if (c->air.free_at < end)
		c->air.free_at = end;
}

/* Put what stands first in q (or nothing) into this end's next packet; returns its slots. */
static unsigned load(struct end *e, struct queue *q)
{
	enum bb_type type = BB_NULL;

	e->flying = q;
	e->flight = 0;
	if (q) {
		uint32_t left = (uint32_t)(q->first->len - q->first->sent);

		type = bb_pick(q == &e->lmp ? BB_BIT(BB_DM1) : e->types, left);
		e->flight = (uint16_t)(left < bb_room(type) ? left : bb_room(type));
	}
	return bb_slots(type);
}

static void spend(struct end *e, unsigned slots)
{
	e->sum.slots += slots;
	rate_add(&e->rate, e->link->world->now, slots);
}

/* Fill the next slots of master's piconet with an exchange on l. */
static void exchange(struct controller *master, struct link *l)
{
	struct world *w = master->world;
	struct air *air = &master->air;
	struct end *m = &l->end[l->master];
	struct end *s = end_other(m);
	unsigned there = load(m, waiting(m));
	unsigned answer;
	uint64_t end;

	air->link = l;
	air->out_lost = world_loses(w, m->ctl, s->ctl);
	/* a slave answers only what it has heard */
	answer = load(s, air->out_lost ? NULL : waiting(s));
	air->back_lost = air->out_lost || world_loses(w, s->ctl, m->ctl);

	spend(m->flying ? m : s, there);
	spend(s->flying ? s : m, answer);
	end = w->now + (uint64_t)(there + answer) * SLOT_NS;
	occupy(m->ctl, there + answer, end);
	occupy(s->ctl, there + answer, end);
	deadline_arm(&w->deadlines, &air->timer, end);
}

/* The same for one that would use it for that master: another may be first in line. */
static uint64_t free_for(const struct controller *c, const struct controller *master)
{
	const struct controller *first = c->air.claim;
	uint64_t t = free_from(c);

	if (first && first != master && t < first->air.timer.at + PAIR_NS)
		t = first->air.timer.at + PAIR_NS;
	return t;
}

static void withdraw_claims(struct controller *master)
{
	struct world *w = master->world;

	for (unsigned i = 0; i < w->count; i++) {
		if (w->controller[i].air.claim == master)
			w->controller[i].air.claim = NULL;
	}
}

/* Come back for l when its radios are free; who comes back is served first there. */
static void wait_for(struct controller *master, struct link *l, uint64_t at)
{
	struct controller *peer = l->end[!l->master].ctl;

	if (!peer->air.claim)
		peer->air.claim = master;
	deadline_arm(&master->world->deadlines, &master->air.timer, at);
}

/* A place at the end of the line, for a link that has none. */
static void line_up(struct link *l)
{
	if (!l->place)
		l->place = ++l->world->places;
}

/* Find the link whose two radios are free, now or soonest; of several the first in line. */
static void proceed(struct controller *master)
{
	struct world *w = master->world;
	struct link *best = NULL;
	uint64_t best_at = DEADLINE_NEVER;

	withdraw_claims(master);
	for (unsigned i = 0; i < LINKS_MAX; i++) {
		struct link *l = &w->link[i];
		uint64_t at, other;

		if (!has_turn(l, master))
			continue;
		line_up(l);
		at = free_for(master, master);
		other = free_for(l->end[!l->master].ctl, master);
		if (other > at)
			at = other;
		if (at < best_at || (at == best_at && l->place < best->place)) {
			best_at = at;
			best = l;
		}
	}
	if (!best) {
		deadline_disarm(&w->deadlines, &master->air.timer);
	} else if (best_at > w->now) {
		wait_for(master, best, best_at);
	} else {
		best->place = 0;
		exchange(master, best);
	}
}

static void deliver(struct end *to, unsigned boundary, const uint8_t *data, size_t n)
{
	struct world *w = to->link->world;
	struct hci_packet p;

	hci_acl(&p, to->handle, boundary, data, n);
	w->send(w->user, to->ctl, p.data, p.len);
}

static void deliver_due(void *owner)
{
	struct end *to = owner;
	struct world *w = to->link->world;

	while (to->inbox.first && to->inbox.first->at <= w->now) {
		struct chunk *k = to->inbox.first;

		deliver(to, k->boundary, k->data, k->len);
		queue_pop(&to->inbox);
	}
	if (to->inbox.first)
		deadline_arm(&w->deadlines, &to->delivery, to->inbox.first->at);
}

/* Data has come in for to's host: it gets it now, or after the latency of its chip. */
static void receive(struct end *to, unsigned boundary, const uint8_t *data, size_t n)
{
	struct world *w = to->link->world;
	uint64_t at = w->now + to->ctl->latency;

	if (to->inbox.last && at < to->inbox.last->at)
		at = to->inbox.last->at; /* none overtakes another */
	if (at == w->now || !queue_push(&to->inbox, data, n, (uint8_t)boundary, at))
		deliver(to, boundary, data, n);
	else if (to->inbox.count == 1)
		deadline_arm(&w->deadlines, &to->delivery, at);
}

/* All of the first chunk of q has come in at the other end. May close the link. */
static void arrived(struct end *e, struct queue *q)
{
	struct chunk *k = q->first;
	struct end *to = end_other(e);

	if (q == &e->lmp) {
		lmp_receive(to, k->data, k->len);
	} else if (to->state == END_OPEN) {
		e->sum.packets++;
		e->sum.bytes += k->len;
		receive(to, k->boundary == HCI_PB_MORE ? HCI_PB_MORE : HCI_PB_FIRST, k->data,
			k->len);
	}
}

/* The sender knows that its packet has arrived. */
static void acknowledged(struct end *e, struct queue *q)
{
	struct chunk *k = q->first;

	k->sent = k->heard;
	if (k->sent < k->len)
		return;
	queue_pop(q);
	if (q == &e->acl)
		give_credit(e);
}

/* One direction of an exchange is over. False when the link went with it. */
static bool settle(struct end *e, bool lost, bool answer_lost)
{
	uint64_t serial = e->link->serial;
	struct queue *q = e->flying;

	if (!q)
		return true;
	e->sum.air_packets++;
	if (lost || answer_lost)
		e->sum.retransmissions++;
	if (lost)
		return true;
	/* one whose answer was lost comes again, and is not taken twice */
	if (q->first->heard < q->first->sent + e->flight) {
		q->first->heard = (uint16_t)(q->first->sent + e->flight);
		if (q->first->heard == q->first->len)
			arrived(e, q);
		if (e->link->serial != serial)
			return false;
	}
	if (!answer_lost && e->flying)
		acknowledged(e, q);
	e->flying = NULL;
	return true;
}

static void exchanged(void *owner)
{
	struct controller *master = owner;
	struct air *air = &master->air;
	struct link *l = air->link;

	if (l) {
		struct end *m = master == l->end[0].ctl ? &l->end[0] : &l->end[1];

		/* nothing new starts on this radio while messages are acted upon */
		air->settling = true;
		/* the slave's answer counts as acknowledged: the master's next packet says
		 * so at no cost */
		if (!settle(m, air->out_lost, air->back_lost) ||
		    !settle(end_other(m), air->back_lost, false))
			l = NULL;
		air->settling = false;
		air->link = NULL;
		/* they may have changed roles */
		if (l && l->end[l->master].ctl != master)
			air_kick(l);
	}
	proceed(master);
}

/* What a stalled controller held back may go on. */
static void stall_over(void *owner)
{
	struct controller *c = owner;
	struct world *w = c->world;

	for (unsigned i = 0; i < LINKS_MAX; i++) {
		struct link *l = &w->link[i];

		if (l->serial && (l->end[0].ctl == c || l->end[1].ctl == c))
			air_kick(l);
	}
}

void air_init(struct controller *c)
{
	deadline_init(&c->air.timer, exchanged, c);
	deadline_init(&c->stall, stall_over, c);
}

void air_init_end(struct end *e)
{
	deadline_init(&e->delivery, deliver_due, e);
	deadline_init(&e->stale, flush_stale, e);
}

void air_drop(struct end *e)
{
	e->flying = NULL;
	queue_clear(&e->lmp);
	queue_clear(&e->acl);
	queue_clear(&e->inbox);
	deadline_disarm(&e->link->world->deadlines, &e->delivery);
	deadline_disarm(&e->link->world->deadlines, &e->stale);
}

void air_kick(struct link *l)
{
	struct controller *master = l->end[l->master].ctl;
	struct controller *slave = l->end[!l->master].ctl;

	line_up(l);
	if (!master->air.link && !master->air.settling && slave->air.link != l)
		proceed(master);
}

void air_forget(struct link *l)
{
	for (unsigned s = 0; s < 2; s++) {
		struct air *air = &l->end[s].ctl->air;

		if (air->link == l)
			air->link = NULL; /* its timer then looks for the next */
	}
}

bool air_send(struct end *e, uint8_t boundary, const uint8_t *data, size_t n)
{
	/* the rest of a message whose beginning was flushed is not sent without it */
	if (e->flushing && boundary == HCI_PB_MORE && !e->acl.first) {
		e->sum.flushed++;
		give_credit(e);
		return true;
	}
	e->flushing = e->flushing && e->acl.first;
	if (!queue_push(&e->acl, data, n, boundary, e->link->world->now))
		return false;
	watch_stale(e);
	air_kick(e->link);
	return true;
}

void air_flush_after(struct end *e, uint16_t slots)
{
	e->flush = slots;
	deadline_disarm(&e->link->world->deadlines, &e->stale);
	watch_stale(e);
}

void air_scanning(struct controller *c)
{
	bool scanning = c->inquiry.on || c->pager.count;

	if (scanning == (c->air.scan_since != 0))
		return;
	if (!scanning)
		c->air.scan_slots = air_scan_slots(c, c->world->now);
	c->air.scan_since = scanning ? c->world->now : 0;
}

uint64_t air_offered(const struct controller *c, uint64_t now)
{
	return (now - c->since) / SLOT_NS;
}

uint64_t air_scan_slots(const struct controller *c, uint64_t now)
{
	uint64_t slots = c->air.scan_slots;

	if (c->air.scan_since)
		slots += (now - c->air.scan_since) / SLOT_NS * AIR_SCAN_SLOTS / AIR_SCAN_PERIOD;
	return slots;
}
