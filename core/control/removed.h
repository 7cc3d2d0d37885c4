/* SPDX-License-Identifier: MIT */
/*
 * removed - what was taken out of the profile, kept so that it can come back.
 *
 * As it was: settings, place and id. Zones take their speakers and sources
 * with them and bring them back. Loading a profile forgets all of it.
 */
#ifndef FANFARE_CONTROL_REMOVED_H
#define FANFARE_CONTROL_REMOVED_H

#include "core/control/model.h"

/* [ctl] Take speaker or source number i out of the model and remember it. */
void removed_take_speaker(struct control *c, uint32_t i);
void removed_take_source(struct control *c, uint32_t i);

/* [ctl] The same for zone z with all in it. Not for the last zone. */
void removed_take_zone(struct control *c, uint32_t z);

/*
 * [ctl] Bring back the speaker or source of that id, or, id 0, the latest with
 * that ticket. Its name goes to ret_name. -ENOENT none such, -EADDRNOTAVAIL its
 * zone is gone, -EEXIST its device is in use by another now, -ENOSPC, -ENOMEM.
 */
int removed_restore(struct control *c, uint32_t id, uint32_t ticket,
		    char ret_name[PROFILE_NAME_MAX]);

/*
 * [ctl] Bring back the zone that was removed last at index z, with all in it.
 * -ENOENT none such, -ENOSPC.
 */
int removed_restore_zone(struct control *c, uint32_t z, char ret_name[PROFILE_NAME_MAX]);

/* [ctl] The file was written without them: none of them is in it. */
void removed_unfile(struct control *c);

/* [ctl] Forget all. */
void removed_forget(struct control *c);

#endif
