/* SPDX-License-Identifier: MIT */
/*
 * rival - which other sound programs that use BlueZ are running here.
 */
#ifndef FANFARE_BLUEZ_RIVAL_H
#define FANFARE_BLUEZ_RIVAL_H

#include <stddef.h>

/*
 * [ctl] Name them, "" when there is none: "PipeWire (wireplumber), BlueALSA".
 * BlueZ does not say who registered an end-point; the processes tell who could
 * have. Reads /proc, at most a few ms.
 */
void rival_find(char *ret, size_t len);

/* [ctl] The same among the processes below another folder than /proc. */
void rival_find_in(const char *proc, char *ret, size_t len);

#endif
