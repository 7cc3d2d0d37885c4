/* SPDX-License-Identifier: MIT */
/* script - one function for each word a line may begin with. */
#include "script.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "air.h"
#include "link.h"

#define WORDS_MAX 5

struct talk {
	struct world *w;
	char *word[WORDS_MAX];
	unsigned words;
	void (*say)(void *user, const char *line);
	void *user;
};

__attribute__((format(printf, 2, 3))) static void say(struct talk *t, const char *format, ...)
{
	char line[SCRIPT_LINE];
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	t->say(t->user, line);
}

/* ---- words ------------------------------------------------------------------------------ */

static struct controller *controller_named(struct world *w, const char *name)
{
	bool kernels = strncmp(name, "hci", 3) == 0;
	struct bdaddr addr;
	char *end;
	long n;

	if (bdaddr_parse(name, &addr) == 0)
		return world_find(w, addr);
	n = strtol(kernels ? name + 3 : name, &end, 10);
	if (*end || end == name + 3 * kernels || n < 0)
		return NULL;
	if (!kernels)
		return n < (long)w->count ? &w->controller[n] : NULL;
	for (unsigned i = 0; i < w->count; i++) {
		if (w->controller[i].hci == n)
			return &w->controller[i];
	}
	return NULL;
}

static int who(struct talk *t, unsigned word, struct controller **ret)
{
	struct controller *c = controller_named(t->w, t->word[word]);

	if (!c) {
		say(t, "error: no controller \"%s\"", t->word[word]);
		return -EINVAL;
	}
	*ret = c;
	return 0;
}

static int on_or_off(struct talk *t, unsigned word, bool *ret)
{
	bool on = strcmp(t->word[word], "on") == 0;

	if (!on && strcmp(t->word[word], "off") != 0) {
		say(t, "error: \"on\" or \"off\" expected, not \"%s\"", t->word[word]);
		return -EINVAL;
	}
	*ret = on;
	return 0;
}

/* A number from 0 to max; "nan" and "inf" are none. */
static int number(struct talk *t, unsigned word, double max, double *ret)
{
	char *end;
	double v = strtod(t->word[word], &end);

	if (*end || end == t->word[word] || !(v >= 0 && v <= max)) {
		say(t, "error: a number from 0 to %g expected, not \"%s\"", max, t->word[word]);
		return -EINVAL;
	}
	*ret = v;
	return 0;
}

/* Links may have lost or found each other: watch them, and let what waits go on. */
static void changed(struct world *w)
{
	for (unsigned i = 0; i < LINKS_MAX; i++) {
		if (!w->link[i].serial)
			continue;
		link_watch(&w->link[i]);
		air_kick(&w->link[i]);
	}
}

/* ---- what a test changes ---------------------------------------------------------------- */

static int do_loss(struct talk *t)
{
	struct controller *a, *b;
	double percent;

	if (who(t, 1, &a) < 0 || who(t, 2, &b) < 0 || number(t, 3, 100, &percent) < 0)
		return -EINVAL;
	t->w->loss[a->index][b->index] = t->w->loss[b->index][a->index] =
		(uint32_t)(percent / 100 * LOSS_WHOLE + 0.5);
	changed(t->w);
	return 0;
}

static int do_range(struct talk *t)
{
	struct controller *a, *b = NULL;
	bool on;

	if (who(t, 1, &a) < 0 || (t->words == 4 && who(t, 2, &b) < 0) ||
	    on_or_off(t, t->words - 1, &on) < 0)
		return -EINVAL;
	if (b)
		t->w->apart[a->index][b->index] = t->w->apart[b->index][a->index] = !on;
	else
		a->in_range = on;
	changed(t->w);
	return 0;
}

/* Its own host hears at once that the links are gone; the others' notice by and by. */
static void drop_all(struct controller *c)
{
	for (unsigned i = 0; i < LINKS_MAX; i++) {
		struct link *l = &c->world->link[i];

		for (unsigned s = 0; l->serial && s < 2; s++) {
			if (l->end[s].ctl == c && l->end[s].state != END_GONE)
				end_drop(&l->end[s], HCI_CONNECTION_TIMEOUT, false);
		}
	}
}

static int do_power(struct talk *t)
{
	struct controller *c;
	bool on;

	if (who(t, 1, &c) < 0 || on_or_off(t, 2, &on) < 0)
		return -EINVAL;
	c->powered = on;
	if (!on)
		drop_all(c);
	changed(t->w);
	return 0;
}

static int do_plug(struct talk *t)
{
	bool in = strcmp(t->word[0], "plug") == 0;
	struct controller *c;

	if (who(t, 1, &c) < 0)
		return -EINVAL;
	if (c->plugged == in) {
		say(t, "error: it is %splugged already", in ? "" : "un");
		return -EINVAL;
	}
	c->plugged = in;
	controller_reset(c);
	changed(t->w);
	t->w->plug(t->w->user, c, in);
	return 0;
}

static int do_stall(struct talk *t)
{
	struct controller *c;
	double seconds;

	if (who(t, 1, &c) < 0 || number(t, 2, 3600, &seconds) < 0)
		return -EINVAL;
	c->stalled_until = t->w->now + (uint64_t)(seconds * (double)SECOND_NS);
	deadline_arm(&t->w->deadlines, &c->stall, c->stalled_until);
	return 0;
}

static int do_latency(struct talk *t)
{
	struct controller *c;
	double ms;

	if (who(t, 1, &c) < 0 || number(t, 2, 1000, &ms) < 0)
		return -EINVAL;
	c->latency = (uint64_t)(ms * (double)MS_NS);
	return 0;
}

static int do_trace(struct talk *t)
{
	return on_or_off(t, 1, &t->w->trace);
}

/* ---- what it may ask -------------------------------------------------------------------- */

static void say_adapter(struct talk *t, struct controller *c)
{
	char addr[BDADDR_TEXT];
	uint64_t now = t->w->now;

	say(t,
	    "adapter index=%u hci=%d addr=%s plugged=%d power=%d range=%d edr=%u links=%u "
	    "offered=%" PRIu64 " slots=%" PRIu64 " per_second=%u scan_slots=%" PRIu64,
	    c->index, c->hci, bdaddr_print(c->addr, addr), c->plugged, c->powered, c->in_range,
	    c->rate, end_count(c), air_offered(c, now), c->air.slots,
	    rate_read(&c->air.rate, now), air_scan_slots(c, now));
}

static void say_end(struct talk *t, struct end *e)
{
	const struct traffic *f = &e->sum;
	struct controller *to = end_other(e)->ctl;
	char a[BDADDR_TEXT], b[BDADDR_TEXT];

	say(t,
	    "link from=%s to=%s handle=%u role=%s encrypted=%d packets=%" PRIu64
	    " bytes=%" PRIu64 " air_packets=%" PRIu64 " slots=%" PRIu64
	    " per_second=%u retransmissions=%" PRIu64 " flushed=%" PRIu64 " queue=%u loss=%g",
	    bdaddr_print(e->ctl->addr, a), bdaddr_print(to->addr, b), e->handle,
	    end_is_master(e) ? "master" : "slave", e->link->encrypted, f->packets, f->bytes,
	    f->air_packets, f->slots, rate_read(&e->rate, t->w->now), f->retransmissions,
	    f->flushed, e->acl.count,
	    (double)t->w->loss[e->ctl->index][to->index] * 100 / LOSS_WHOLE);
}

static int do_stats(struct talk *t)
{
	struct world *w = t->w;

	say(t, "air time=%" PRIu64 " missed=%" PRIu64, w->now / SLOT_NS, w->missed);
	for (unsigned i = 0; i < w->count; i++)
		say_adapter(t, &w->controller[i]);
	for (unsigned i = 0; i < LINKS_MAX; i++) {
		for (unsigned s = 0; w->link[i].serial && s < 2; s++) {
			if (w->link[i].end[s].state == END_OPEN)
				say_end(t, &w->link[i].end[s]);
		}
	}
	return 0;
}

/* ---- lines ------------------------------------------------------------------------------ */

static const struct word {
	const char *name;
	unsigned fewest, most; /* words of the line */
	int (*run)(struct talk *t);
	const char *usage;
} words[] = {
	{ "loss", 4, 4, do_loss, "loss A B PERCENT" },
	{ "range", 3, 4, do_range, "range A [B] on|off" },
	{ "power", 3, 3, do_power, "power A on|off" },
	{ "plug", 2, 2, do_plug, "plug A" },
	{ "unplug", 2, 2, do_plug, "unplug A" },
	{ "stall", 3, 3, do_stall, "stall A SECONDS" },
	{ "latency", 3, 3, do_latency, "latency A MILLISECONDS" },
	{ "stats", 1, 1, do_stats, "stats" },
	{ "trace", 2, 2, do_trace, "trace on|off" },
};

int script_run(struct world *w, const char *line,
	       void (*say_line)(void *user, const char *line), void *user)
{
	struct talk t = { .w = w, .say = say_line, .user = user };
	char copy[SCRIPT_LINE], *rest = copy, *word;

	if (strlen(line) >= sizeof(copy)) {
		say(&t, "error: line too long");
		return -EINVAL;
	}
	strcpy(copy, line);
	while ((word = strtok_r(rest, " \t\r\n", &rest))) {
		if (t.words == WORDS_MAX) {
			say(&t, "error: too many words");
			return -EINVAL;
		}
		t.word[t.words++] = word;
	}
	if (!t.words)
		return 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].name, t.word[0]) != 0)
			continue;
		if (t.words >= words[i].fewest && t.words <= words[i].most)
			return words[i].run(&t);
		say(&t, "error: usage: %s", words[i].usage);
		return -EINVAL;
	}
	say(&t, "error: no such word \"%.40s\"", t.word[0]);
	return -EINVAL;
}
