/* SPDX-License-Identifier: MIT */
/* sounds_impl - the parts of sounds.h, for the files sounds*.c only. */
#ifndef FANFARE_IO_SOUNDS_IMPL_H
#define FANFARE_IO_SOUNDS_IMPL_H

#include "core/io/runner.h"
#include "core/io/sounds.h"

/* [io] Append one; what has no room, or a device too long to name, is left out. */
void sounds_add(struct sounds *s, bool pulse, bool capture, const char *device,
		const char *name);

/* [io] Append ALSA's devices: each card's, and those that its configuration adds. */
void sounds_find_alsa(struct sounds *s);

/* [io] Append the sound server's, if one answers; gives up when r is stopping. */
void sounds_find_pulse(struct sounds *s, struct runner *r);

#endif
