/* SPDX-License-Identifier: MIT */
/*
 * cast - who plays: speakers and sources with their running parts, and the
 * engine that they are gathered around.
 */
#ifndef FANFARE_CONTROL_CAST_H
#define FANFARE_CONTROL_CAST_H

#include "core/control/model.h"

/*
 * [ctl] Dismiss everyone and begin a new timeline at rate (frames/s) with
 * period frames a cycle. 0 or -errno (no memory, no threads).
 */
int cast_assemble(struct control *c, uint32_t rate, uint32_t period);

/* [ctl] Stop and release every speaker, every source and the engine. */
void cast_dismiss(struct control *c);

/* [ctl] A new speaker for zone; 0 or -errno (-ENOSPC full, -EEXIST there already). */
int cast_add_speaker(struct control *c, const struct profile_speaker *conf, uint32_t zone);

/* [ctl] Take speaker number i of c->speakers out. */
void cast_remove_speaker(struct control *c, uint32_t i);

/* [ctl] The same for sources. */
int cast_add_source(struct control *c, const struct profile_source *conf, uint32_t zone);
void cast_remove_source(struct control *c, uint32_t i);

#endif
