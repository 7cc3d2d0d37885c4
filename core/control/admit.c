/* SPDX-License-Identifier: MIT */
/* admit - see admit.h. */
#include "core/control/admit.h"

#include "core/base/clock.h"
#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/control/guests.h"
#include "core/control/peers.h"

#include <string.h>

/* What BlueZ ends by itself, as it does after three minutes, is asked for again. */
#define ASK_AGAIN_NS (2 * NS_PER_SEC)

static bool is_open(const struct control *c)
{
	return c->admit.until != 0;
}

/* Whether the door leads through that adapter. */
static bool is_door(const struct control *c, const struct bluez_adapter *a)
{
	return a->powered && guests_hear(c, a->address) &&
	       (!c->admit.adapter[0] || !strcmp(c->admit.adapter, a->address));
}

static uint32_t doors(const struct control *c)
{
	const struct bluez_adapter *a;
	uint32_t n = 0;

	for (size_t i = 0; (a = bluez_nth_adapter(c->bluez, i)) != NULL; i++)
		n += is_door(c, a);
	return n;
}

static void told(void *arg, int error, const char *words)
{
	(void)arg;
	if (error < 0 && error != -ECANCELED)
		log_warning("cannot let anybody in: %s", words);
}

/* What each adapter was before is what it will be again. */
static void remember(struct control *c)
{
	const struct bluez_adapter *a;

	c->admit.found = c->admit.pairs = 0;
	for (uint32_t i = 0; i < FF_ADAPTERS && (a = bluez_nth_adapter(c->bluez, i)); i++) {
		c->admit.found |= (uint32_t)a->discoverable << i;
		c->admit.pairs |= (uint32_t)a->pairable << i;
	}
}

static void shut(struct control *c)
{
	const struct bluez_adapter *a;

	c->admit.until = 0;
	c->admit.address[0] = '\0';
	control_changed(c);
	if (!c->bluez)
		return;
	bluez_set_agent(c->bluez, peers_agent(c));
	if (bluez_get_state(c->bluez) != BLUEZ_READY)
		return;
	for (uint32_t i = 0; i < FF_ADAPTERS && (a = bluez_nth_adapter(c->bluez, i)); i++) {
		if (!is_door(c, a))
			continue;
		if (a->discoverable && !(c->admit.found & 1u << i))
			bluez_adapter_discoverable(c->bluez, a->address, false, told, c);
		if (a->pairable && !(c->admit.pairs & 1u << i))
			bluez_adapter_pairable(c->bluez, a->address, false, told, c);
	}
}

int admit_ask(struct control *c, const char *adapter, uint32_t seconds)
{
	bool was = is_open(c);

	if (!c->bluez || bluez_get_state(c->bluez) != BLUEZ_READY)
		return -ENOTCONN;
	if (seconds == 0) {
		if (was)
			shut(c);
		return 0;
	}
	if (!guests_hear(c, adapter))
		return -ENOENT;
	if (was && strcmp(adapter, c->admit.adapter) != 0)
		shut(c); /* it is another door */
	CUT_COPY(c->admit.adapter, adapter);
	if (doors(c) == 0)
		return -ENODEV;
	if (!was)
		remember(c);
	c->admit.until = clock_now() + seconds * NS_PER_SEC;
	c->admit.ask_at = 0;
	log_notice("a phone may come in, for %u s", seconds);
	control_changed(c);
	return 0;
}

void admit_step(struct control *c)
{
	uint64_t now = clock_now();
	const struct bluez_adapter *a;

	if (!is_open(c))
		return;
	if (!c->bluez || bluez_get_state(c->bluez) != BLUEZ_READY || doors(c) == 0) {
		shut(c);
		return;
	}
	if (now >= c->admit.until && !c->question.cookie) { /* who is asked may still answer */
		log_notice("nobody is let in any more");
		shut(c);
		return;
	}
	control_wake_at(c, c->admit.until);
	bluez_set_agent(c->bluez, BLUEZ_AGENT_KEYBOARD_DISPLAY); /* also of one begun anew */
	if (now < c->admit.ask_at)
		return;
	c->admit.ask_at = now + ASK_AGAIN_NS;
	for (size_t i = 0; (a = bluez_nth_adapter(c->bluez, i)) != NULL; i++) {
		if (!is_door(c, a))
			continue;
		if (!a->pairable)
			bluez_adapter_pairable(c->bluez, a->address, true, told, c);
		if (!a->discoverable)
			bluez_adapter_discoverable(c->bluez, a->address, true, told, c);
	}
}

bool admit_knocks(struct control *c, const char *adapter, const char *address)
{
	const struct bluez_adapter *a = bluez_get_adapter(c->bluez, adapter);
	const struct bluez_device *d = bluez_get_device(c->bluez, adapter, address);

	/* one that we are pairing ourselves is another matter */
	if (!is_open(c) || !a || !is_door(c, a) || !d || d->busy ||
	    !guests_want(c, adapter, address))
		return false;
	CUT_COPY(c->admit.address, address);
	return true;
}

static void trusted(void *arg, int error, const char *words)
{
	struct control *c = arg;

	if (error < 0) {
		told(c, error, words);
		return;
	}
	c->admit.came++;
	log_notice("%s: let in", c->admit.name);
	shut(c);
}

void admit_told(struct control *c, const struct bluez_device *d)
{
	if (!is_open(c) || !d->paired || strcmp(c->admit.address, d->address) != 0)
		return;
	c->admit.address[0] = '\0'; /* once */
	CUT_COPY(c->admit.name, d->alias);
	bluez_trust(c->bluez, d->adapter, d->address, true, trusted, c);
}
