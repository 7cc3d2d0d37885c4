/* SPDX-License-Identifier: MIT */
/*
 * swap - from the profile that plays to another one.
 *
 * What stands in both (the same Bluetooth address, the same device) is the
 * same speaker or source, keeps its id and plays through.
 */
#ifndef FANFARE_CONTROL_SWAP_H
#define FANFARE_CONTROL_SWAP_H

#include "core/control/model.h"

/*
 * [ctl] Play p, from the file at path ("" = in none yet). Takes p over in every
 * case. 0 or -errno: what could not be started (no memory, no threads).
 */
int swap_to(struct control *c, struct profile *p, const char *path);

#endif
