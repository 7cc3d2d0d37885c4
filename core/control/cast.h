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

/* [ctl] Put speakers and sources in order, by zone and rank, after one of these changed. */
void cast_sort(struct control *c);

/* [ctl] A zone at index z (or the last), as it was or, with id 0, new. 0, -ENOSPC. */
int cast_add_zone(struct control *c, uint32_t z, const struct zone *as);

/*
 * [ctl] A new speaker for zone (index), the last of it, or one that stands as
 * it did (as; NULL = new, its id 0 = a new one). 0 or -errno: -ENOSPC full, -EEXIST there
 * already. ret may be NULL.
 */
int cast_add_speaker(struct control *c, const struct profile_speaker *conf, uint32_t zone,
		     const struct standing *as, struct speaker **ret);

/* [ctl] A source that stands in no list: to be given to graph_bury_source(). -ENOMEM, -EAGAIN.
 */
int cast_make_source(struct control *c, const struct profile_source *conf,
		     const struct standing *as, struct source_run **ret);

/* [ctl] Take speaker number i of c->speakers out. */
void cast_remove_speaker(struct control *c, uint32_t i);

/* [ctl] The same for sources. */
int cast_add_source(struct control *c, const struct profile_source *conf, uint32_t zone,
		    const struct standing *as, struct source_run **ret);
void cast_remove_source(struct control *c, uint32_t i);

/* [ctl] Let source number i listen to another device: the old one fades, the new one begins. */
int cast_replace_source(struct control *c, uint32_t i, const struct profile_source *conf);

#endif
