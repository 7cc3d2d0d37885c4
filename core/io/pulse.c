/* SPDX-License-Identifier: MIT */
/* pulse - see pulse.h. */
#include "core/io/pulse.h"

#include <pulse/context.h>
#include <pulse/error.h>
#include <pulse/introspect.h>
#include <pulse/mainloop.h>
#include <stdio.h>

void pulse_why(int error, const char *device, bool capture, char *why, size_t size)
{
	const char *what = capture ? "source" : "sink";

	if (!device[0])
		device = "default";
	switch (error) {
	case PA_ERR_CONNECTIONREFUSED:
	case PA_ERR_INVALIDSERVER:
		snprintf(why, size,
			 "No PulseAudio or PipeWire answers for the %s \"%.50s\": start it, "
			 "as the user Fanfare runs as.",
			 what, device);
		return;
	case PA_ERR_NOENTITY:
		snprintf(why, size,
			 "The sound server has no %s \"%.50s\": \"pactl list short %ss\" lists "
			 "them.",
			 what, device, what);
		return;
	case PA_ERR_CONNECTIONTERMINATED:
	case PA_ERR_KILLED:
	case PA_ERR_BADSTATE:
		snprintf(why, size, "The sound server with the %s \"%.50s\" went away.", what,
			 device);
		return;
	case PA_ERR_ACCESS:
	case PA_ERR_AUTHKEY:
		snprintf(why, size,
			 "The sound server refuses us the %s \"%.50s\": it belongs to another "
			 "user.",
			 what, device);
		return;
	default:
		snprintf(why, size, "The sound server's %s \"%.50s\" does not work: %.50s.",
			 what, device, pa_strerror(error));
		return;
	}
}

/* ---- looking for a device ---------------------------------------------------------------- */

static void found_sink(pa_context *c, const pa_sink_info *info, int last, void *arg)
{
	(void)c;
	(void)last;
	*(bool *)arg |= info != NULL;
}

static void found_source(pa_context *c, const pa_source_info *info, int last, void *arg)
{
	(void)c;
	(void)last;
	*(bool *)arg |= info != NULL;
}

/* Ask a server that we are connected to. */
static int ask(pa_mainloop *loop, pa_context *c, const char *device, bool capture)
{
	bool found = false;
	pa_operation *o =
		capture ? pa_context_get_source_info_by_name(c, device, found_source, &found)
			: pa_context_get_sink_info_by_name(c, device, found_sink, &found);

	if (!o)
		return pa_context_errno(c);
	while (pa_operation_get_state(o) == PA_OPERATION_RUNNING)
		if (pa_mainloop_iterate(loop, 1, NULL) < 0)
			pa_operation_cancel(o);
	pa_operation_unref(o);
	return found					     ? PA_OK
	       : PA_CONTEXT_IS_GOOD(pa_context_get_state(c)) ? PA_ERR_NOENTITY
							     : pa_context_errno(c);
}

static int connect_and_ask(pa_mainloop *loop, pa_context *c, const char *device, bool capture)
{
	if (pa_context_connect(c, NULL, PA_CONTEXT_NOFLAGS, NULL) < 0)
		return pa_context_errno(c);
	while (pa_context_get_state(c) != PA_CONTEXT_READY) {
		if (!PA_CONTEXT_IS_GOOD(pa_context_get_state(c)))
			return pa_context_errno(c);
		if (pa_mainloop_iterate(loop, 1, NULL) < 0)
			return PA_ERR_INTERNAL;
	}
	return ask(loop, c, device, capture);
}

int pulse_look_for(const char *device, bool capture)
{
	pa_mainloop *loop;
	pa_context *c;
	int error = PA_ERR_INTERNAL;

	if (!device[0])
		return PA_OK;
	loop = pa_mainloop_new();
	if (!loop)
		return PA_ERR_INTERNAL;
	c = pa_context_new(pa_mainloop_get_api(loop), "Fanfare");
	if (c) {
		error = connect_and_ask(loop, c, device, capture);
		pa_context_disconnect(c);
		pa_context_unref(c);
	}
	pa_mainloop_free(loop);
	return error;
}
