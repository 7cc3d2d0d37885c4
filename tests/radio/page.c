/* SPDX-License-Identifier: MIT */
/* page - inquiry and paging, with the waiting that the other side's scans cause. */
#include "page.h"

#include <string.h>

#include "air.h"
#include "link.h"

#define SCAN_INQUIRY 0x01 /* scan_enable bits */
#define SCAN_PAGE    0x02

#define PERIOD_NS                                                                         \
	(2048 * (uint64_t)SLOT_NS)	 /* how often one that is not there is looked for \
					  */
#define NAME_NS (36 * (uint64_t)SLOT_NS) /* reading 248 bytes in short packets */
#define RSSI	(-52)

/* ---- inquiry ---------------------------------------------------------------------------- */

/* A random moment within the scan interval; interlaced scans are met twice as soon. */
static uint64_t chance(struct world *w, const uint8_t *interval, bool interlaced)
{
	uint32_t slots = hci_get16(interval);

	return (1 + (uint64_t)world_draw(w, interlaced ? slots / 2 : slots)) * SLOT_NS;
}

static bool listens_for(const struct controller *c, const uint8_t *lap)
{
	for (unsigned i = 0; i < c->set.iac_count; i++) {
		if (memcmp(c->set.iac + 3 * i, lap, 3) == 0)
			return true;
	}
	return false;
}

static void report(struct controller *c, const struct controller *found)
{
	uint8_t mode = c->set.inquiry_mode;
	bool extended = mode == 2 && found->set.eir[1];
	struct hci_packet p;

	hci_event(&p, extended ? EV_EXT_INQUIRY_RESULT
		      : mode   ? EV_INQUIRY_RESULT_RSSI
			       : EV_INQUIRY_RESULT);
	hci_put8(&p, 1);
	hci_put_addr(&p, found->addr);
	hci_put8(&p, 1);		/* page scan repetition R1 */
	hci_put_zero(&p, mode ? 1 : 2); /* reserved */
	hci_put(&p, found->set.device_class, 3);
	hci_put16(&p, 0); /* clock offset */
	if (mode)
		hci_put8(&p, (uint8_t)RSSI);
	if (extended)
		hci_put(&p, found->set.eir + 1, HCI_EIR_SIZE);
	controller_event(c, &p);
	c->inquiry.found++;
}

static void arm_inquiry(struct controller *c)
{
	uint64_t at = c->inquiry.end;

	for (unsigned i = 0; i < c->world->count; i++) {
		if (c->inquiry.answer[i] < at)
			at = c->inquiry.answer[i];
	}
	deadline_arm(&c->world->deadlines, &c->inquiry.timer, at);
}

/* This one's moment has come: it answers once, or has another chance later. */
static void maybe_answer(struct controller *c, const struct controller *other)
{
	struct world *w = c->world;
	uint64_t *at = &c->inquiry.answer[other->index];

	if (*at > w->now)
		return;
	if (world_hears(w, c, other) && other->set.scan_enable & SCAN_INQUIRY &&
	    listens_for(other, c->inquiry.lap) && !world_loses(w, other, c)) {
		*at = DEADLINE_NEVER;
		report(c, other);
	} else {
		*at = w->now + chance(w, other->set.inquiry_scan, other->set.inquiry_scan_type);
	}
}

static void inquire(void *owner)
{
	struct controller *c = owner;
	struct inquiry *q = &c->inquiry;
	struct hci_packet p;

	for (unsigned i = 0; i < c->world->count; i++) {
		if (!q->wanted || q->found < q->wanted)
			maybe_answer(c, &c->world->controller[i]);
	}
	if (c->world->now < q->end && (!q->wanted || q->found < q->wanted)) {
		arm_inquiry(c);
		return;
	}
	inquiry_stop(c);
	hci_event(&p, EV_INQUIRY_COMPLETE);
	hci_put8(&p, HCI_OK);
	controller_event(c, &p);
}

void inquiry_start(struct controller *c, const uint8_t lap[3], uint64_t ns, uint8_t wanted)
{
	struct inquiry *q = &c->inquiry;
	struct world *w = c->world;

	q->on = true;
	memcpy(q->lap, lap, 3);
	q->wanted = wanted;
	q->found = 0;
	q->end = w->now + ns;
	for (unsigned i = 0; i < w->count; i++) {
		const struct controller *o = &w->controller[i];

		q->answer[i] = o == c ? DEADLINE_NEVER
				      : w->now + chance(w, o->set.inquiry_scan,
							o->set.inquiry_scan_type);
	}
	air_scanning(c);
	arm_inquiry(c);
}

void inquiry_stop(struct controller *c)
{
	c->inquiry.on = false;
	deadline_disarm(&c->world->deadlines, &c->inquiry.timer);
	air_scanning(c);
}

/* ---- paging ----------------------------------------------------------------------------- */

static void name_result(struct controller *c, struct bdaddr addr, uint8_t status,
			const uint8_t *name)
{
	struct hci_packet p;

	hci_event(&p, EV_REMOTE_NAME);
	hci_put8(&p, status);
	hci_put_addr(&p, addr);
	if (name)
		hci_put(&p, name, HCI_NAME_SIZE);
	else
		hci_put_zero(&p, HCI_NAME_SIZE);
	controller_event(c, &p);
}

/* When to look for the one paged next: a moment of its page scan. */
static void next_try(struct controller *c)
{
	struct pager *g = &c->pager;
	struct world *w = c->world;
	const struct controller *to = world_find(w, g->queue[0].to);
	uint64_t at = w->now + PERIOD_NS / 4;

	if (to && world_hears(w, c, to) && to->set.scan_enable & SCAN_PAGE)
		at = w->now + chance(w, to->set.page_scan, to->set.page_scan_type);
	deadline_arm(&w->deadlines, &g->timer, at < g->end ? at : g->end);
}

static void begin_first(struct controller *c)
{
	struct pager *g = &c->pager;

	air_scanning(c);
	g->answered = false;
	if (!g->count)
		return;
	g->end = c->world->now + (uint64_t)hci_get16(c->set.page_timeout) * SLOT_NS;
	next_try(c);
}

/* The first in the queue is dealt with. */
static struct page take_first(struct controller *c)
{
	struct pager *g = &c->pager;
	struct page p = g->queue[0];

	memmove(g->queue, g->queue + 1, --g->count * sizeof(g->queue[0]));
	return p;
}

static void call(struct controller *c, struct controller *to)
{
	struct page p = take_first(c);

	/* both may have paged each other: the call that got through is the one */
	if (end_by_addr(c, to->addr) || end_by_addr(to, c->addr))
		link_failed(c, to->addr, HCI_ALREADY_CONNECTED);
	else
		link_call(c, to, &p);
}

static void page_try(void *owner)
{
	struct controller *c = owner;
	struct world *w = c->world;
	struct pager *g = &c->pager;
	struct controller *to = world_find(w, g->queue[0].to);
	bool there = to && to != c && world_hears(w, c, to) &&
		     to->set.scan_enable & SCAN_PAGE && !world_loses(w, c, to) &&
		     !world_loses(w, to, c);

	if (there && !g->queue[0].for_name) {
		call(c, to);
	} else if (there && !g->answered) {
		g->answered = true;
		deadline_arm(&w->deadlines, &g->timer, w->now + NAME_NS);
		return;
	} else if (there) {
		take_first(c);
		name_result(c, to->addr, HCI_OK, to->set.name);
	} else if (w->now < g->end) {
		next_try(c);
		return;
	} else {
		struct page p = take_first(c);

		if (p.for_name)
			name_result(c, p.to, HCI_PAGE_TIMEOUT, NULL);
		else
			link_failed(c, p.to, HCI_PAGE_TIMEOUT);
	}
	begin_first(c);
}

bool page_start(struct controller *c, const struct page *p)
{
	struct pager *g = &c->pager;

	if (g->count == PAGES_MAX)
		return false;
	g->queue[g->count++] = *p;
	if (g->count == 1)
		begin_first(c);
	return true;
}

bool page_cancel(struct controller *c, struct bdaddr to, bool for_name)
{
	struct pager *g = &c->pager;

	for (unsigned i = 0; i < g->count; i++) {
		if (g->queue[i].for_name != for_name || !bdaddr_same(g->queue[i].to, to))
			continue;
		memmove(g->queue + i, g->queue + i + 1, (--g->count - i) * sizeof(g->queue[0]));
		if (for_name)
			name_result(c, to, HCI_UNKNOWN_CONNECTION, NULL);
		else
			link_failed(c, to, HCI_UNKNOWN_CONNECTION);
		if (i == 0) {
			deadline_disarm(&c->world->deadlines, &g->timer);
			begin_first(c);
		}
		return true;
	}
	return false;
}

void page_init(struct controller *c)
{
	deadline_init(&c->inquiry.timer, inquire, c);
	deadline_init(&c->pager.timer, page_try, c);
}

void page_reset(struct controller *c)
{
	deadline_disarm(&c->world->deadlines, &c->pager.timer);
	c->pager.count = 0;
	inquiry_stop(c);
}
