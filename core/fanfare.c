/* SPDX-License-Identifier: MIT */
/* fanfare - the door into the core in this process; see fanfare.h. */
#include "core/fanfare.h"

#include "core/control/control.h"
#include "core/store/profile.h"
#include "core/store/shelf.h"

#include <stdio.h>
#include <string.h>

struct ff {
	struct control *control;
};

int ff_open(const struct ff_options *options, struct ff **ret, char why[FF_TEXT_MAX * 4])
{
	struct complaint complaint;
	struct ff *ff = calloc(1, sizeof(*ff));
	int r;

	if (why)
		why[0] = '\0';
	if (!ff)
		return -ENOMEM;
	r = control_new(options, &ff->control, &complaint);
	if (r < 0) {
		if (why)
			snprintf(why, FF_TEXT_MAX * 4, "%.*s", FF_TEXT_MAX * 4 - 1,
				 complaint.text);
		free(ff);
		return r;
	}
	*ret = ff;
	return 0;
}

void ff_close(struct ff *ff)
{
	if (!ff)
		return;
	control_free(ff->control);
	free(ff);
}

int ff_submit(struct ff *ff, const struct ff_command *command)
{
	return control_submit(ff->control, command);
}

void ff_snapshot(struct ff *ff, struct ff_snapshot *ret)
{
	control_snapshot(ff->control, ret);
}

int ff_fd(struct ff *ff)
{
	return control_fd(ff->control);
}

int ff_check_profile(const char *path, char **ret_text)
{
	SCOPED(profile_freep) struct profile *p = NULL;
	struct complaint why = { "" };
	int r = profile_load(path, &p, &why);

	if (r < 0 && !why.text[0])
		snprintf(why.text, sizeof(why.text), "%.1024s: %s", path, strerror(-r));
	*ret_text = strdup(why.text);
	return r;
}

uint32_t ff_list_profiles(struct ff_profile *ret, uint32_t max)
{
	SCOPED(freep) struct shelf_entry *entries = calloc(FF_PROFILES, sizeof(*entries));
	size_t n = entries ? shelf_list(entries, FF_PROFILES) : 0;
	uint32_t filled = 0;

	if (n > FF_PROFILES)
		n = FF_PROFILES;
	for (; filled < n && filled < max; filled++) {
		struct ff_profile *p = &ret[filled];

		*p = (struct ff_profile){ .readonly = entries[filled].readonly };
		snprintf(p->name, sizeof(p->name), "%.*s", FF_NAME_MAX - 1,
			 entries[filled].name);
		snprintf(p->path, sizeof(p->path), "%.*s", FF_PATH_MAX - 1,
			 entries[filled].path);
	}
	return filled;
}
