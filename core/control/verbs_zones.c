/* SPDX-License-Identifier: MIT */
/* verbs_zones - commands about zones, and about what was removed; see verbs.h. */
#include "core/control/verbs.h"

#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/control/cast.h"
#include "core/control/removed.h"

#include <string.h>

/* Whether zone self (UINT32_MAX = none yet) may be called so; refused in words where not. */
static bool may_be_called(struct control *c, uint32_t self, const char *name)
{
	if (!verbs_is_name(c, name))
		return false;
	for (uint32_t z = 0; z < c->zones_n; z++) {
		if (z != self && !strcmp(c->zones[z].name, name)) {
			verbs_refuse(c, "another zone is called \"%s\" already", name);
			return false;
		}
	}
	return true;
}

static void add_zone(struct control *c, const char *name)
{
	struct zone zone = { 0 };

	if (!may_be_called(c, UINT32_MAX, name))
		return;
	CUT_COPY(zone.name, name);
	if (cast_add_zone(c, c->zones_n, &zone) < 0) {
		verbs_refuse(c, "zone %s cannot be added: there are %d, no more fit", name,
			     FF_ZONES);
		return;
	}
	log_notice("zone %s added", name);
	control_edited(c);
}

static void rename_zone(struct control *c, uint32_t z, const char *name)
{
	if (!may_be_called(c, z, name))
		return;
	CUT_COPY(c->zones[z].name, name);
	c->structure++;
	control_edited(c);
}

static void remove_zone(struct control *c, uint32_t z)
{
	if (c->zones_n == 1) {
		verbs_refuse(c, "zone %s stays: a profile has at least one", c->zones[z].name);
		return;
	}
	log_notice("zone %s taken out of the profile, with all in it", c->zones[z].name);
	removed_take_zone(c, z);
	control_edited(c);
}

void verbs_zone(struct control *c, const struct ff_command *cmd)
{
	if (cmd->verb == FF_ADD_ZONE) {
		add_zone(c, cmd->text);
		return;
	}
	if (!verbs_is_zone(c, cmd->id))
		return;
	switch ((int)cmd->verb) {
	case FF_SET_MASTER:
		c->zones[cmd->id].volume_db =
			(double)verbs_clamped(cmd->value, FF_VOLUME_MIN, FF_VOLUME_MAX);
		control_edited(c);
		break;
	case FF_SET_ZONE_MUTE:
		c->zones[cmd->id].mute = cmd->flag;
		control_edited(c);
		break;
	case FF_RENAME_ZONE:
		rename_zone(c, cmd->id, cmd->text);
		break;
	case FF_REMOVE_ZONE:
		remove_zone(c, cmd->id);
		break;
	}
}

static const char *why_not(int error)
{
	switch (error) {
	case -EADDRNOTAVAIL:
		return "its zone is gone: bring that back first";
	case -EEXIST:
		return "its device is in the profile again already";
	case -ENOSPC:
		return "there is no room for more";
	default:
		return strerror(-error);
	}
}

void verbs_restore(struct control *c, const struct ff_command *cmd)
{
	bool zone = cmd->verb == FF_RESTORE_ZONE;
	char name[PROFILE_NAME_MAX] = "";
	int r = zone ? removed_restore_zone(c, cmd->id, name)
		     : removed_restore(c, cmd->id, cmd->other, name);

	if (r == -ENOENT) {
		verbs_refuse(c, "there is nothing to bring back as %s number %u",
			     zone ? "zone" : "speaker or source", cmd->id);
	} else if (r < 0) {
		verbs_refuse(c, "%s: cannot be brought back: %s", name, why_not(r));
	} else {
		log_notice("%s%s: back in the profile", zone ? "zone " : "", name);
		control_edited(c);
	}
}
