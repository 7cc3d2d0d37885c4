/* SPDX-License-Identifier: MIT */
/* air - see air.h. */
#include "core/control/air.h"

#include "core/io/airtime.h"

#include <string.h>

/* What is left is for the links' own messages, volume keys and packets sent again. */
#define FOR_SOUND (0.95 * AIR_SLOTS_PER_SECOND)

static bool on_air(const struct speaker *s)
{
	return s->conf.output == OUTPUT_BLUETOOTH && sink_flowing(s->sink);
}

/* Divide the air of the adapter that carries speaker first; those before it have theirs. */
static void share_one(struct control *c, uint32_t first)
{
	const char *adapter = c->speakers[first]->link.adapter;
	double wanted[FF_SPEAKERS], share[FF_SPEAKERS];
	struct sink *sink[FF_SPEAKERS];
	struct health_report h;
	uint32_t n = 0;

	for (uint32_t i = first; i < c->speakers_n; i++) {
		struct speaker *s = c->speakers[i];

		if (!on_air(s) || strcmp(s->link.adapter, adapter) != 0)
			continue;
		sink_health(s->sink, &h);
		wanted[n] = h.slots_wanted;
		sink[n++] = s->sink;
	}
	if (n == 0) /* gone since it was looked at */
		return;
	air_divide(FOR_SOUND, wanted, n, share);
	for (uint32_t i = 0; i < n; i++)
		sink_set_share(sink[i], share[i]);
}

static bool seen_before(const struct control *c, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (on_air(c->speakers[i]) &&
		    strcmp(c->speakers[i]->link.adapter, c->speakers[n]->link.adapter) == 0)
			return true;
	}
	return false;
}

void air_share(struct control *c)
{
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		if (on_air(c->speakers[i]) && !seen_before(c, i))
			share_one(c, i);
	}
}
