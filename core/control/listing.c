/* SPDX-License-Identifier: MIT */
/* listing - see listing.h. */
#include "core/control/listing.h"

#include "core/base/cut.h"
#include "core/base/log.h"

_Static_assert(SOUNDS_MOST <= FF_SOUNDS, "what is found fits through the door");

void listing_ask(struct control *c)
{
	int r;

	if (c->look) {
		c->look_again = true;
		return;
	}
	r = sounds_look_new(c->health_fd, &c->look);
	if (r < 0)
		log_warning("cannot look for sound devices: %s", strerror(-r));
}

void listing_step(struct control *c)
{
	if (!c->look || !sounds_look_done(c->look, &c->sounds))
		return;
	listing_stop(c);
	c->looks++;
	control_changed(c);
	if (c->look_again)
		listing_ask(c);
	c->look_again = false;
}

void listing_stop(struct control *c)
{
	sounds_look_free(c->look);
	c->look = NULL;
}

void listing_write(const struct control *c, struct ff_snapshot *ret)
{
	ret->looks = c->looks;
	ret->sounds_n = c->sounds.n;
	for (uint32_t i = 0; i < c->sounds.n; i++) {
		const struct sound *s = &c->sounds.list[i];
		struct ff_sound *to = &ret->sounds[i];

		to->capture = s->capture;
		CUT_COPY(to->type, s->pulse ? "pulse" : "alsa");
		CUT_COPY(to->device, s->device);
		CUT_COPY(to->name, s->name);
	}
}
