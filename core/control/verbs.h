/* SPDX-License-Identifier: MIT */
/*
 * verbs - what commands do, by subject. Each function takes the verbs that
 * commands.c names for it; what makes no sense is refused in words and
 * changes nothing.
 */
#ifndef FANFARE_CONTROL_VERBS_H
#define FANFARE_CONTROL_VERBS_H

#include "core/control/model.h"

/* [ctl] verbs_speakers.c: one speaker, and adding one. */
void verbs_speaker(struct control *c, const struct ff_command *cmd);
void verbs_add_speaker(struct control *c, const struct ff_command *cmd);
void verbs_clear_clips(struct control *c, uint32_t id);

/* [ctl] verbs_sources.c */
void verbs_source(struct control *c, const struct ff_command *cmd);
void verbs_add_source(struct control *c, const struct ff_command *cmd);

/* [ctl] verbs_zones.c: zones, and what was removed. */
void verbs_zone(struct control *c, const struct ff_command *cmd);
void verbs_restore(struct control *c, const struct ff_command *cmd);

/* [ctl] verbs_profiles.c */
void verbs_profile(struct control *c, const struct ff_command *cmd);

/* [ctl] verbs_devices.c: Bluetooth devices. */
void verbs_device(struct control *c, const struct ff_command *cmd);

/* [ctl] Say in the log why a command is not done; the same again only once a second. */
void verbs_refuse(struct control *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* [ctl] Whether name can be one: 1..63 bytes. Else it is refused in words. */
bool verbs_is_name(struct control *c, const char *name);

/* [ctl] Whether there is a zone z. Else it is refused in words. */
bool verbs_is_zone(struct control *c, uint32_t z);

/* [any] v within low..high. */
static inline float verbs_clamped(float v, float low, float high)
{
	return v < low ? low : v > high ? high : v;
}

#endif
