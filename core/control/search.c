/* SPDX-License-Identifier: MIT */
/* search - see search.h. */
#include "core/control/search.h"

#include "core/base/clock.h"
#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/control/peers.h"
#include "core/control/retry.h"

#include <stdio.h>
#include <string.h>

/* An inquiry finds what answers within 10.24 s; a little more for the names. */
#define SEARCH_S 12u
/* Those found wait so long for the others before they are paired. */
#define GATHER_NS (6 * NS_PER_SEC)

static bool unknown(const struct speaker *s)
{
	return s->conf.output == OUTPUT_BLUETOOTH && s->link.wanted && !s->link.pending &&
	       s->link.step == LINK_REST &&
	       !bluez_get_device(s->control->bluez, s->conf.adapter, s->conf.address);
}

static struct speaker *first_unknown(struct control *c)
{
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		if (unknown(c->speakers[i]))
			return c->speakers[i];
	}
	return NULL;
}

static void search_over(void *arg, int error, const char *words)
{
	struct control *c = arg;

	if (error < 0 && error != -ECANCELED)
		log_warning("search: %s", words);
	c->scan.adapter[0] = '\0';
	c->scan.asked = false;
	c->scan.next =
		clock_now() + retry_search(c->scan.rounds) + (error < 0 ? NS_PER_SEC : 0);
	control_wake_at(c, c->scan.next);
	control_changed(c);
}

static int begin(struct control *c, const char *adapter, uint32_t seconds, bool asked)
{
	int r = bluez_discover(c->bluez, adapter, seconds, search_over, c);

	if (r < 0)
		return r;
	CUT_COPY(c->scan.adapter, adapter);
	c->scan.started = clock_now();
	c->scan.until = c->scan.started + seconds * NS_PER_SEC;
	c->scan.asked = asked;
	control_changed(c);
	return 0;
}

void search_step(struct control *c, uint64_t now)
{
	struct speaker *s = first_unknown(c);
	const struct bluez_adapter *a;

	if (!s) {
		c->scan.rounds = 0;
		c->scan.next = 0;
		if (c->scan.adapter[0] && !c->scan.asked)
			bluez_discover_stop(c->bluez, c->scan.adapter);
		return;
	}
	if (c->scan.adapter[0])
		return;
	if (now < c->scan.next) {
		control_wake_at(c, c->scan.next);
		return;
	}
	a = peers_adapter_for(c, s);
	if (!a || !peers_adapter_ready(c, a->address))
		return;
	if (peers_paging(c))
		return; /* inquiry and paging make each other slow */
	if (c->scan.rounds++ == 0)
		log_notice("%s: not known to BlueZ, searching on %s", s->conf.name, a->name);
	if (begin(c, a->address, SEARCH_S, false) < 0)
		c->scan.next = now + NS_PER_SEC;
}

int search_ask(struct control *c, const char *adapter, uint32_t seconds)
{
	const struct bluez_adapter *a;

	if (!c->bluez || bluez_get_state(c->bluez) != BLUEZ_READY)
		return -ENOTCONN;
	a = *adapter ? bluez_get_adapter(c->bluez, adapter) : peers_idlest_adapter(c);
	if (!a)
		return -ENODEV;
	if (c->scan.adapter[0] && !strcmp(c->scan.adapter, a->address)) {
		c->scan.asked = true; /* it runs already: now it is a person's */
		control_changed(c);
		return 0;
	}
	return begin(c, a->address, seconds, true);
}

void search_stop(struct control *c)
{
	if (c->scan.adapter[0] && c->bluez)
		bluez_discover_stop(c->bluez, c->scan.adapter);
}

bool search_holds_paging(struct control *c, const char *adapter, uint64_t now)
{
	if (strcmp(c->scan.adapter, adapter) != 0 || c->scan.asked)
		return false;
	if (first_unknown(c) && now < c->scan.started + GATHER_NS) {
		control_wake_at(c, c->scan.started + GATHER_NS);
		return true;
	}
	bluez_discover_stop(c->bluez, adapter);
	return true; /* its end wakes us */
}
