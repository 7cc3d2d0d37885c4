/* SPDX-License-Identifier: MIT */
/* verbs_sources - commands about sources; see verbs.h. */
#include "core/control/verbs.h"

#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/control/cast.h"
#include "core/control/names.h"
#include "core/control/removed.h"
#include "core/store/text.h"

#include <string.h>

/* The settings for type and device of a command, defaults else; refused in words when bad. */
static bool conf_of(struct control *c, const struct ff_command *cmd, struct profile_source *ret)
{
	struct profile_source conf = { .channels = 2 };
	char device[FF_PATH_MAX];

	if (names_find_source_type(cmd->type, &conf.type) < 0) {
		verbs_refuse(c, "\"%s\" is no type of source", cmd->type);
		return false;
	}
	switch (conf.type) {
	case SOURCE_TONE:
		if (*cmd->device && names_find_tone(cmd->device, &conf.tone) < 0) {
			verbs_refuse(c, "\"%s\" is no test sound", cmd->device);
			return false;
		}
		*ret = conf;
		return true;
	case SOURCE_ALSA:
	case SOURCE_COMMAND:
	case SOURCE_FIFO:
		if (!*cmd->device) {
			verbs_refuse(c, "a source of type %s cannot do without its %s",
				     cmd->type,
				     conf.type == SOURCE_ALSA	   ? "device"
				     : conf.type == SOURCE_COMMAND ? "command"
								   : "path");
			return false;
		}
		break;
	case SOURCE_STDIN:
		if (*cmd->device) {
			verbs_refuse(c, "standard input has no device: \"%s\"", cmd->device);
			return false;
		}
		break;
	case SOURCE_BLUETOOTH:
		text_capitals(device, sizeof(device), cmd->device);
		if (*device && !text_is_address(device)) {
			verbs_refuse(c, "\"%s\" is no address of a device that could play",
				     cmd->device);
			return false;
		}
		CUT_COPY(conf.address, device);
		CUT_COPY(conf.adapter, cmd->adapter);
		*ret = conf;
		return true;
	case SOURCE_PULSE:
		break;
	}
	CUT_COPY(conf.device, cmd->device);
	*ret = conf;
	return true;
}

static bool same_device(const struct profile_source *a, const struct profile_source *b)
{
	return a->type == b->type && a->tone == b->tone &&
	       !strcmp(names_source_device(a), names_source_device(b));
}

/* Back to a device it had: with the format, rate and channels that went with it. */
static void recall(const struct source_run *s, struct profile_source *conf)
{
	for (uint32_t i = 0; i < s->had_n; i++) {
		if (same_device(&s->had[i], conf)) {
			conf->format = s->had[i].format;
			conf->rate = s->had[i].rate;
			conf->channels = s->had[i].channels;
			CUT_COPY(conf->adapter, s->had[i].adapter);
			return;
		}
	}
}

/* What it leaves goes to the front, and is there but once. */
static void remember(struct source_run *s, const struct profile_source *left)
{
	uint32_t i = 0;

	while (i < s->had_n && !same_device(&s->had[i], left))
		i++;
	if (i == SOURCE_MEMORY)
		i--;
	else if (i == s->had_n)
		s->had_n++;
	memmove(&s->had[1], &s->had[0], i * sizeof(s->had[0]));
	s->had[0] = *left;
}

static void set_device(struct control *c, uint32_t i, const struct ff_command *cmd)
{
	struct source_run *s = c->sources[i];
	struct profile_source conf, left = s->conf;
	int r;

	if (!conf_of(c, cmd, &conf) || same_device(&conf, &s->conf))
		return;
	CUT_COPY(conf.name, s->conf.name);
	conf.gain_db = s->conf.gain_db;
	recall(s, &conf);
	r = cast_replace_source(c, i, &conf);
	if (r < 0) {
		verbs_refuse(c, "%s: cannot change its device: %s", names_source(&left),
			     strerror(-r));
		return;
	}
	remember(c->sources[i], &left);
	log_notice("%s: listens to %s%s%s now", names_source(&conf), cmd->type,
		   names_source_device(&conf)[0] ? " " : "", names_source_device(&conf));
	control_edited(c);
}

static void rename_source(struct control *c, struct source_run *s, const char *name)
{
	/* undoing the first name of all says what was made up until then */
	if (!strcmp(name, names_source_made(&s->conf)))
		name = "";
	if (*name && !verbs_is_name(c, name))
		return;
	CUT_COPY(s->conf.name, name);
	c->structure++;
	control_edited(c);
}

/* The index by id or, to remove it, by ticket: the latest such. sources_n = none. */
static uint32_t meant(struct control *c, const struct ff_command *cmd)
{
	uint32_t found = c->sources_n;

	for (uint32_t i = 0; i < c->sources_n; i++) {
		const struct standing *is = &c->sources[i]->is;

		if (cmd->id ? is->id == cmd->id
			    : cmd->verb == FF_REMOVE_SOURCE && cmd->other &&
				      is->ticket == cmd->other &&
				      (found == c->sources_n ||
				       is->id > c->sources[found]->is.id))
			found = i;
	}
	return found;
}

void verbs_source(struct control *c, const struct ff_command *cmd)
{
	uint32_t i = meant(c, cmd);

	if (i == c->sources_n) {
		verbs_refuse(c, "there is no source number %u (any more)", cmd->id);
		return;
	}
	switch ((int)cmd->verb) {
	case FF_SET_SOURCE_GAIN:
		c->sources[i]->conf.gain_db = (double)verbs_clamped(cmd->value, -60, 24);
		control_edited(c);
		break;
	case FF_SET_SOURCE_DEVICE:
		set_device(c, i, cmd);
		break;
	case FF_RENAME_SOURCE:
		rename_source(c, c->sources[i], cmd->text);
		break;
	case FF_REMOVE_SOURCE:
		log_notice("%s: taken out of the profile", names_source(&c->sources[i]->conf));
		removed_take_source(c, i);
		control_edited(c);
		break;
	}
}

void verbs_add_source(struct control *c, const struct ff_command *cmd)
{
	const struct standing is = { .ticket = cmd->other, .rank = c->next_rank + 1 };
	struct profile_source conf;
	int r;

	if (!verbs_is_zone(c, cmd->id) || !conf_of(c, cmd, &conf))
		return;
	if (*cmd->text && !verbs_is_name(c, cmd->text))
		return;
	CUT_COPY(conf.name, cmd->text);
	r = cast_add_source(c, &conf, cmd->id, &is, NULL);
	if (r < 0) {
		verbs_refuse(c, "%s: cannot be added: %s", names_source(&conf),
			     r == -ENOSPC ? "there is no room for more" : strerror(-r));
		return;
	}
	c->next_rank = is.rank;
	log_notice("%s: added to the profile", names_source(&conf));
	control_edited(c);
}
