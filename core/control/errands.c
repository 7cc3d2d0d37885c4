/* SPDX-License-Identifier: MIT */
/* errands - see errands.h. */
#include "core/control/errands.h"

#include "core/base/cut.h"
#include "core/base/log.h"

#include <string.h>

enum errand_step { ERRAND_PAIR, ERRAND_PAIR_TRUST, ERRAND_PAIR_CONNECT, ERRAND_SINGLE };

struct errand {
	struct errand *next;
	struct control *control;
	char adapter[BLUEZ_ADDR_MAX]; /* "" = any */
	char address[BLUEZ_ADDR_MAX];
	enum errand_step step;
	const char *doing; /* "" = over: it failed */
	char failed[FF_TEXT_MAX];
};

static void drop(struct control *c, struct errand *e)
{
	struct errand **at = &c->errands;

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	free(e);
}

static bool over(const struct errand *e)
{
	return !*e->doing;
}

void errands_gone(struct control *c, const char *address)
{
	for (struct errand *e = c->errands, *next; e; e = next) {
		next = e->next;
		if (over(e) && (!*address || !strcmp(e->address, address)))
			drop(c, e);
	}
}

static struct errand *begin(struct control *c, const char *adapter, const char *address,
			    enum errand_step step, const char *doing)
{
	struct errand *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	errands_gone(c, address); /* a new try: why the last one failed is of no interest */
	e->control = c;
	CUT_COPY(e->adapter, adapter);
	CUT_COPY(e->address, address);
	e->step = step;
	e->doing = doing;
	e->next = c->errands;
	c->errands = e;
	c->pairing_by_hand += step == ERRAND_PAIR;
	control_changed(c);
	return e;
}

static void end(struct errand *e, int error, const char *words)
{
	struct control *c = e->control;
	bool told = error < 0 && error != -ECANCELED;

	c->pairing_by_hand -= e->step != ERRAND_SINGLE;
	e->doing = "";
	control_changed(c);
	if (told) {
		if (strstr(words, e->address)) /* it is named already */
			log_warning("%s", words);
		else
			log_warning("%s: %s", e->address, words);
		CUT_COPY(e->failed, words);
	}
	/* kept as long as there is a device that shows it; with bluez itself all goes */
	if (!told || !bluez_get_device(c->bluez, e->adapter, e->address))
		drop(c, e);
}

static void done(void *arg, int error, const char *words)
{
	struct errand *e = arg;
	struct bluez *b = e->control->bluez;
	int r = 0;

	if (error < 0) {
		end(e, error, words);
		return;
	}
	switch (e->step) {
	case ERRAND_PAIR:
		e->step = ERRAND_PAIR_TRUST;
		r = bluez_trust(b, e->adapter, e->address, true, done, e);
		break;
	case ERRAND_PAIR_TRUST:
		e->step = ERRAND_PAIR_CONNECT;
		e->doing = "connecting";
		control_changed(e->control);
		r = bluez_connect(b, e->adapter, e->address, done, e);
		break;
	case ERRAND_PAIR_CONNECT:
		log_notice("%s: paired, trusted and connected", e->address);
		end(e, 0, "");
		return;
	case ERRAND_SINGLE:
		end(e, 0, "");
		return;
	}
	if (r < 0)
		end(e, r, strerror(-r));
}

/* What was asked of BlueZ with r: when it did not even begin there is no errand. */
static int begun(struct errand *e, int r)
{
	if (r < 0)
		end(e, -ECANCELED, "");
	return r;
}

int errands_pair(struct control *c, const char *adapter, const char *address)
{
	struct errand *e = begin(c, adapter, address, ERRAND_PAIR, "pairing");

	return e ? begun(e, bluez_pair(c->bluez, adapter, address, done, e)) : -ENOMEM;
}

int errands_trust(struct control *c, const char *adapter, const char *address, bool trusted)
{
	struct errand *e = begin(c, adapter, address, ERRAND_SINGLE,
				 trusted ? "trusting" : "trusting no more");

	return e ? begun(e, bluez_trust(c->bluez, adapter, address, trusted, done, e))
		 : -ENOMEM;
}

int errands_disconnect(struct control *c, const char *adapter, const char *address)
{
	struct errand *e = begin(c, adapter, address, ERRAND_SINGLE, "disconnecting");

	return e ? begun(e, bluez_disconnect(c->bluez, adapter, address, done, e)) : -ENOMEM;
}

int errands_forget(struct control *c, const char *adapter, const char *address)
{
	struct errand *e = begin(c, adapter, address, ERRAND_SINGLE, "forgetting");

	return e ? begun(e, bluez_forget(c->bluez, adapter, address, done, e)) : -ENOMEM;
}

int errands_rename(struct control *c, const char *adapter, const char *address,
		   const char *alias)
{
	struct errand *e = begin(c, adapter, address, ERRAND_SINGLE, "renaming");

	return e ? begun(e, bluez_rename(c->bluez, adapter, address, alias, done, e)) : -ENOMEM;
}

void errands_of(const struct control *c, const char *adapter, const char *address,
		const char **ret_doing, const char **ret_failed)
{
	*ret_doing = *ret_failed = "";
	for (const struct errand *e = c->errands; e; e = e->next) {
		if (strcmp(e->address, address) != 0 ||
		    (*e->adapter && strcmp(e->adapter, adapter) != 0))
			continue;
		if (over(e))
			*ret_failed = e->failed;
		else
			*ret_doing = e->doing;
	}
}
