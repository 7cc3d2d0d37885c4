/* SPDX-License-Identifier: MIT */
/* verbs_devices - commands about Bluetooth devices; see verbs.h. */
#include "core/control/verbs.h"

#include "core/base/log.h"
#include "core/control/admit.h"
#include "core/control/errands.h"
#include "core/control/links.h"
#include "core/control/peers.h"
#include "core/control/search.h"

#include <string.h>

#define SCAN_S	30u
#define ADMIT_S 120u

static void scan(struct control *c, const struct ff_command *cmd)
{
	float seconds = cmd->value > 0 ? verbs_clamped(cmd->value, 1, 300) : (float)SCAN_S;
	int r;

	if (!cmd->flag) {
		search_stop(c);
		return;
	}
	r = search_ask(c, cmd->adapter, (uint32_t)seconds);
	if (r == -ENOTCONN)
		verbs_refuse(c, "cannot search: bluetoothd does not answer");
	else if (r == -ENODEV)
		verbs_refuse(c, "cannot search: no Bluetooth adapter is switched on");
	else if (r < 0)
		verbs_refuse(c, "cannot search: %s", strerror(-r));
}

static void admit(struct control *c, const struct ff_command *cmd)
{
	float seconds = cmd->value > 0 ? verbs_clamped(cmd->value, 10, 600) : (float)ADMIT_S;
	int r = admit_ask(c, cmd->adapter, cmd->flag ? (uint32_t)seconds : 0);

	if (r == -ENOTCONN)
		verbs_refuse(c, "cannot let anybody in: bluetoothd does not answer");
	else if (r == -ENODEV)
		verbs_refuse(c, "cannot let anybody in: no Bluetooth adapter is switched on");
	else if (r == -ENOENT)
		verbs_refuse(c,
			     "cannot let anybody in: profile %s has no source bluetooth that "
			     "could be played to",
			     c->name);
}

/* A speaker of ours goes its own way: links.h. */
static int pair(struct control *c, const struct ff_command *cmd)
{
	struct speaker *s = peers_speaker(c, cmd->address);

	if (!s)
		return errands_pair(c, cmd->adapter, cmd->address);
	links_want(s, true);
	return 0;
}

static int disconnect(struct control *c, const struct ff_command *cmd)
{
	struct speaker *s = peers_speaker(c, cmd->address);

	if (!s)
		return errands_disconnect(c, cmd->adapter, cmd->address);
	links_want(s, false);
	log_notice("%s: to be left alone", s->conf.name);
	return 0;
}

static int forget(struct control *c, const struct ff_command *cmd)
{
	struct speaker *s = peers_speaker(c, cmd->address);

	if (s) /* else it would be paired again at once */
		links_want(s, false);
	return errands_forget(c, cmd->adapter, cmd->address);
}

static int cancel(struct control *c, const struct ff_command *cmd)
{
	struct speaker *s = peers_speaker(c, cmd->address);

	if (s && s->link.wanted && s->link.step != LINK_FLOW) {
		log_notice("%s: to be left alone", s->conf.name);
		links_want(s, false); /* else it would be tried again at once */
		return 0;
	}
	return bluez_cancel(c->bluez, cmd->adapter, cmd->address);
}

static void answer(struct control *c, const struct ff_command *cmd)
{
	int r = bluez_answer(c->bluez, cmd->id, cmd->flag, *cmd->text ? cmd->text : NULL);

	if (r == -EINVAL)
		verbs_refuse(c, "\"%s\" does not fit the question", cmd->text);
	else if (r == -ENOENT)
		verbs_refuse(c, "nobody asks number %u any more", cmd->id);
}

static const char *why_not(int error)
{
	switch (error) {
	case -ENOENT:
		return "nothing is under way for it";
	case -EINVAL:
		return "an address is needed";
	default:
		return strerror(-error);
	}
}

void verbs_device(struct control *c, const struct ff_command *cmd)
{
	int r = -EINVAL;

	if (!c->bluez) {
		verbs_refuse(c, "Bluetooth is switched off in this run");
		return;
	}
	switch ((int)cmd->verb) {
	case FF_SCAN:
		scan(c, cmd);
		return;
	case FF_PAIR_REPLY:
		answer(c, cmd);
		return;
	case FF_ADMIT:
		admit(c, cmd);
		return;
	}
	if (*cmd->address) {
		switch ((int)cmd->verb) {
		case FF_PAIR:
			r = pair(c, cmd);
			break;
		case FF_TRUST:
			r = errands_trust(c, cmd->adapter, cmd->address, cmd->flag);
			break;
		case FF_DISCONNECT_DEVICE:
			r = disconnect(c, cmd);
			break;
		case FF_FORGET:
			r = forget(c, cmd);
			break;
		case FF_RENAME_DEVICE:
			r = errands_rename(c, cmd->adapter, cmd->address, cmd->text);
			break;
		case FF_CANCEL:
			r = cancel(c, cmd);
			break;
		}
	}
	if (r < 0)
		verbs_refuse(c, "%s: refused: %s", cmd->address, why_not(r));
}
