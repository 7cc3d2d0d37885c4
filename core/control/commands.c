/* SPDX-License-Identifier: MIT */
/* commands - see commands.h. */
#include "core/control/commands.h"

#include "core/base/clock.h"
#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/base/utf8.h"
#include "core/control/listing.h"
#include "core/control/measure.h"
#include "core/control/measure_music.h"
#include "core/control/verbs.h"
#include "core/store/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define REFUSE_AGAIN_NS NS_PER_SEC

#define ENDS(array) (memchr((array), '\0', sizeof(array)) != NULL)

int commands_check(const struct ff_command *cmd)
{
	if ((int)cmd->verb < FF_SET_VOLUME || cmd->verb > FF_ADMIT || !isfinite(cmd->value))
		return -EINVAL;
	if ((int)cmd->map < FF_MAP_STEREO || cmd->map > FF_MAP_SWAPPED)
		return -EINVAL;
	if ((int)cmd->output < FF_OUT_BLUETOOTH || cmd->output > FF_OUT_NULL)
		return -EINVAL;
	if (!ENDS(cmd->address) || !ENDS(cmd->adapter) || !ENDS(cmd->type) ||
	    !ENDS(cmd->device) || !ENDS(cmd->text))
		return -EINVAL;
	if (cmd->address[0] && !text_is_address(cmd->address))
		return -EINVAL;
	if (cmd->adapter[0] && !text_is_address(cmd->adapter))
		return -EINVAL;
	return 0;
}

/* ---- refusing --------------------------------------------------------------------------- */

void verbs_refuse(struct control *c, const char *format, ...)
{
	uint64_t now = clock_now();
	char text[FF_TEXT_MAX];
	va_list args;

	va_start(args, format);
	cut_vprint(text, sizeof(text), format, args);
	va_end(args);
	if (!strcmp(text, c->refusal.text) && now < c->refusal.at + REFUSE_AGAIN_NS)
		return;
	CUT_COPY(c->refusal.text, text);
	c->refusal.at = now;
	log_warning("%s", text);
}

bool verbs_is_name(struct control *c, const char *name)
{
	if (*name && strlen(name) < PROFILE_NAME_MAX)
		return true;
	verbs_refuse(c, "\"%s\" cannot be a name: a name has 1 to %d bytes", name,
		     PROFILE_NAME_MAX - 1);
	return false;
}

bool verbs_is_zone(struct control *c, uint32_t z)
{
	if (z < c->zones_n)
		return true;
	verbs_refuse(c, "there is no zone number %u, the last is %u", z, c->zones_n - 1);
	return false;
}

/* ---- which verb is whose ---------------------------------------------------------------- */

/* An addition. Whoever gave the ticket learns when nothing came of it: then there is nothing to
 * undo. */
static void add(struct control *c, const struct ff_command *cmd,
		void (*verb)(struct control *c, const struct ff_command *cmd))
{
	uint64_t rank = c->next_rank;
	uint32_t zones = c->zones_n;

	verb(c, cmd);
	if (c->next_rank != rank || c->zones_n != zones || !cmd->other)
		return;
	c->refused[c->refused_n++ % FF_REFUSED] = cmd->other;
	control_changed(c);
}

void commands_do(struct control *c, const struct ff_command *cmd)
{
	if (!utf8_is_clean(cmd->type) || !utf8_is_clean(cmd->device) ||
	    !utf8_is_clean(cmd->text)) {
		verbs_refuse(c, "refused: a text with control characters, or not UTF-8");
		return;
	}
	if (cmd->verb == FF_CLICKS || cmd->verb == FF_MEASURE || cmd->verb == FF_MEASURE_ONE)
		measure_music_end(c); /* no music, no probe under it */
	switch (cmd->verb) {
	case FF_SET_VOLUME:
	case FF_SET_MUTE:
	case FF_SET_SOLO:
	case FF_SET_MAP:
	case FF_SET_TRIM:
	case FF_SET_ABSOLUTE:
	case FF_CONNECT:
	case FF_DISCONNECT:
	case FF_RENAME_SPEAKER:
	case FF_REMOVE_SPEAKER:
	case FF_MOVE_SPEAKER:
	case FF_SET_DOUBT:
	case FF_CLICKS:
		verbs_speaker(c, cmd);
		break;
	case FF_CLEAR_CLIP:
		verbs_clear_clips(c, cmd->id);
		break;
	case FF_ADD_SPEAKER:
		add(c, cmd, verbs_add_speaker);
		break;
	case FF_SET_SOURCE_GAIN:
	case FF_SET_SOURCE_DEVICE:
	case FF_RENAME_SOURCE:
	case FF_REMOVE_SOURCE:
		verbs_source(c, cmd);
		break;
	case FF_ADD_SOURCE:
		add(c, cmd, verbs_add_source);
		break;
	case FF_RESTORE:
	case FF_RESTORE_ZONE:
		verbs_restore(c, cmd);
		break;
	case FF_SET_MASTER:
	case FF_SET_ZONE_MUTE:
	case FF_RENAME_ZONE:
	case FF_REMOVE_ZONE:
		verbs_zone(c, cmd);
		break;
	case FF_ADD_ZONE:
		add(c, cmd, verbs_zone);
		break;
	case FF_MUTE_ALL:
		c->muted_all = cmd->flag;
		c->dirty = true;
		c->recall.due = true;
		control_changed(c);
		break;
	case FF_LOAD_PROFILE:
	case FF_SAVE_PROFILE:
	case FF_DELETE_PROFILE:
	case FF_NEW_PROFILE:
	case FF_RENAME_PROFILE:
		verbs_profile(c, cmd);
		break;
	case FF_MEASURE:
	case FF_MEASURE_ONE:
	case FF_MEASURE_CANCEL:
	case FF_MEASURE_RESULT:
	case FF_MEASURE_LEVELS:
		measure_command(c, cmd);
		break;
	case FF_CHECK_UNDER_MUSIC:
	case FF_CANCEL_UNDER_MUSIC:
	case FF_APPLY_UNDER_MUSIC:
		measure_music_command(c, cmd);
		break;
	case FF_SCAN:
	case FF_PAIR:
	case FF_TRUST:
	case FF_DISCONNECT_DEVICE:
	case FF_FORGET:
	case FF_RENAME_DEVICE:
	case FF_CANCEL:
	case FF_PAIR_REPLY:
	case FF_ADMIT:
		verbs_device(c, cmd);
		break;
	case FF_LIST_SOUNDS:
		listing_ask(c);
		break;
	}
}
