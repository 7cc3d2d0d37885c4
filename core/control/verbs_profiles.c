/* SPDX-License-Identifier: MIT */
/* verbs_profiles - commands about profiles; see verbs.h. */
#include "core/control/verbs.h"

#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/control/loading.h"

#include <string.h>

void verbs_profile(struct control *c, const struct ff_command *cmd)
{
	struct complaint why = { "" };
	int r = 0;

	switch ((int)cmd->verb) {
	case FF_LOAD_PROFILE:
		r = loading_load(c, cmd->text, &why);
		break;
	case FF_SAVE_PROFILE:
		r = loading_save(c, cmd->text, &why);
		break;
	case FF_NEW_PROFILE:
		r = loading_new(c, cmd->text, &why);
		break;
	case FF_RENAME_PROFILE:
		r = loading_rename(c, cmd->device, cmd->text, &why);
		break;
	case FF_DELETE_PROFILE:
		r = loading_delete(c, cmd->text, &why);
		break;
	}
	if (r < 0 && !why.text[0])
		CUT_COPY(why.text, strerror(-r));
	if (r < 0)
		loading_tell(LOG_LEVEL_ERROR, "", &why);
}
