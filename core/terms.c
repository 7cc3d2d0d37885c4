/* SPDX-License-Identifier: MIT */
/* terms - what fanfare.h's plain data says: the words of its enums, what was refused. */
#include "core/fanfare.h"

#include "core/base/scope.h"

static const char *const states[] = {
	[FF_OFF] = "off",	  [FF_WAITING] = "waiting",	  [FF_SEARCHING] = "searching",
	[FF_PAIRING] = "pairing", [FF_CONNECTING] = "connecting", [FF_CONNECTED] = "connected",
	[FF_PLAYING] = "playing", [FF_RETRYING] = "retrying",
};

static const char *const maps[] = {
	[FF_MAP_STEREO] = "stereo", [FF_MAP_MONO] = "mono",	  [FF_MAP_LEFT] = "left",
	[FF_MAP_RIGHT] = "right",   [FF_MAP_SWAPPED] = "swapped",
};

static const char *const outputs[] = {
	[FF_OUT_BLUETOOTH] = "bluetooth", [FF_OUT_ALSA] = "alsa",
	[FF_OUT_PULSE] = "pulse",	  [FF_OUT_FILE] = "file",
	[FF_OUT_SIMULATED] = "simulated", [FF_OUT_NULL] = "null",
};

const char *ff_state_name(uint32_t state)
{
	return state < ARRAY_SIZE(states) ? states[state] : NULL;
}

const char *ff_map_name(uint32_t map)
{
	return map < ARRAY_SIZE(maps) ? maps[map] : NULL;
}

const char *ff_output_name(uint32_t output)
{
	return output < ARRAY_SIZE(outputs) ? outputs[output] : NULL;
}

bool ff_was_refused(const struct ff_snapshot *s, uint32_t ticket)
{
	for (uint32_t i = 0; ticket && i < FF_REFUSED; i++)
		if (s->refused[i] == ticket)
			return true;
	return false;
}
