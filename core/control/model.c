/* SPDX-License-Identifier: MIT */
/* model - see model.h. */
#include "core/control/model.h"

void control_changed(struct control *c)
{
	c->change++;
}

void control_edited(struct control *c)
{
	c->edited = true;
	c->dirty = true;
	control_changed(c);
}

struct speaker *control_speaker(struct control *c, uint32_t id)
{
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		if (c->speakers[i]->is.id == id)
			return c->speakers[i];
	}
	return NULL;
}

struct source_run *control_source(struct control *c, uint32_t id)
{
	for (uint32_t i = 0; i < c->sources_n; i++) {
		if (c->sources[i]->is.id == id)
			return c->sources[i];
	}
	return NULL;
}

void control_wake_at(struct control *c, uint64_t t)
{
	if (t < c->wake_at)
		c->wake_at = t;
}
