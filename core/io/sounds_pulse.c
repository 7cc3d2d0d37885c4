/* SPDX-License-Identifier: MIT */
/* sounds_pulse - the sound server's part of sounds.h. */
#include "core/base/clock.h"
#include "core/io/sounds_impl.h"

#include <pulse/context.h>
#include <pulse/introspect.h>
#include <pulse/mainloop.h>

#define PATIENCE (3 * NS_PER_SEC)
#define TURN_US	 100000 /* between two looks whether to leave */

struct asking {
	struct sounds *sounds;
	int answers; /* lists still to end */
};

static void on_sink(pa_context *c, const pa_sink_info *i, int end, void *arg)
{
	struct asking *a = arg;

	(void)c;
	if (end)
		a->answers--;
	else
		sounds_add(a->sounds, true, false, i->name, i->description);
}

/* Monitors of sinks are sources, too. */
static void on_source(pa_context *c, const pa_source_info *i, int end, void *arg)
{
	struct asking *a = arg;

	(void)c;
	if (end)
		a->answers--;
	else
		sounds_add(a->sounds, true, true, i->name, i->description);
}

static bool turn(pa_mainloop *loop)
{
	return pa_mainloop_prepare(loop, TURN_US) >= 0 && pa_mainloop_poll(loop) >= 0 &&
	       pa_mainloop_dispatch(loop) >= 0;
}

static bool ask(pa_context *c, struct asking *a)
{
	pa_operation *sources = pa_context_get_source_info_list(c, on_source, a);
	pa_operation *sinks = pa_context_get_sink_info_list(c, on_sink, a);
	bool asked = sources && sinks;

	if (sources)
		pa_operation_unref(sources);
	if (sinks)
		pa_operation_unref(sinks);
	return asked;
}

static void converse(pa_mainloop *loop, pa_context *c, struct asking *a, struct runner *r)
{
	uint64_t end = clock_now() + PATIENCE;
	bool asked = false;

	while (a->answers > 0 && !runner_stopping(r) && clock_now() < end && turn(loop)) {
		pa_context_state_t state = pa_context_get_state(c);

		if (!PA_CONTEXT_IS_GOOD(state))
			return;
		if (state == PA_CONTEXT_READY && !asked) {
			if (!ask(c, a))
				return;
			asked = true;
		}
	}
}

void sounds_find_pulse(struct sounds *s, struct runner *r)
{
	struct asking a = { .sounds = s, .answers = 2 };
	pa_mainloop *loop = pa_mainloop_new();
	pa_context *c = loop ? pa_context_new(pa_mainloop_get_api(loop), "Fanfare") : NULL;

	if (c && pa_context_connect(c, NULL, PA_CONTEXT_NOAUTOSPAWN, NULL) >= 0) {
		converse(loop, c, &a, r);
		pa_context_disconnect(c);
	}
	if (c)
		pa_context_unref(c);
	if (loop)
		pa_mainloop_free(loop);
}
