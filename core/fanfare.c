/* SPDX-License-Identifier: MIT */
/*
 * fanfare - the door; see fanfare.h.
 *
 * Into the core in this process, or by remote.c into another one.
 */
#include "core/fanfare.h"

#include "core/control/control.h"
#include "core/control/doctor.h"
#include "core/remote.h"
#include "core/service/service.h"
#include "core/store/profile.h"
#include "core/store/shelf.h"

#include <stdio.h>
#include <string.h>

struct ff {
	struct control *control; /* in this process, */
	struct service *service; /* which others may use; NULL = they may not */
	struct remote *remote;	 /* or in another one */
};

static int open_here(struct ff *ff, const struct ff_options *options, char *why)
{
	struct complaint complaint;
	int r = control_new(options, &ff->control, &complaint);

	if (r < 0) {
		snprintf(why, FF_TEXT_MAX * 4, "%.*s", FF_TEXT_MAX * 4 - 1, complaint.text);
		return r;
	}
	return options->serve ? service_new(ff->control, &ff->service) : 0;
}

SCOPED_FN(struct ff, ff_close)

int ff_open(const struct ff_options *options, struct ff **ret, char why[FF_TEXT_MAX * 4])
{
	SCOPED(ff_closep) struct ff *ff = calloc(1, sizeof(*ff));
	char words[FF_TEXT_MAX * 4] = "";
	int r = -ENOTCONN;

	if (why)
		why[0] = '\0';
	if (!ff)
		return -ENOMEM;
	if (options->where != FF_HERE)
		r = remote_new(&ff->remote, words);
	/* one that plays and cannot be used is no reason to fight it over the speakers */
	if (r == -ENOTCONN && options->where != FF_ATTACHED) {
		words[0] = '\0';
		r = open_here(ff, options, words);
	}
	if (r < 0) {
		if (why)
			memcpy(why, words, sizeof(words));
		return r;
	}
	*ret = TAKE(ff);
	return 0;
}

void ff_close(struct ff *ff)
{
	if (!ff)
		return;
	service_free(ff->service);
	control_free(ff->control);
	remote_free(ff->remote);
	free(ff);
}

int ff_submit(struct ff *ff, const struct ff_command *command)
{
	return ff->remote ? remote_submit(ff->remote, command)
			  : control_submit(ff->control, command);
}

void ff_snapshot(struct ff *ff, struct ff_snapshot *ret)
{
	if (ff->remote)
		remote_snapshot(ff->remote, ret);
	else
		control_snapshot(ff->control, ret);
}

int ff_fd(struct ff *ff)
{
	return ff->remote ? remote_fd(ff->remote) : control_fd(ff->control);
}

int ff_stop(struct ff *ff)
{
	return ff->remote ? remote_stop(ff->remote) : -EOPNOTSUPP;
}

bool ff_running(char ret_who[FF_TEXT_MAX])
{
	return remote_running(ret_who);
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

uint32_t ff_examine(struct ff_finding *ret, uint32_t max)
{
	struct doctor d = { .root = "", .found = ret, .max = max };

	doctor_examine(&d);
	return d.n;
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
