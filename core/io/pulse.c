/* SPDX-License-Identifier: MIT */
/* pulse - see pulse.h. */
#include "core/io/pulse.h"

#include <pulse/def.h>
#include <pulse/error.h>
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
