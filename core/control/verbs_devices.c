/* SPDX-License-Identifier: MIT */
/* verbs_devices - commands about Bluetooth devices; see verbs.h. */
#include "core/control/verbs.h"

#include "core/base/log.h"
#include "core/control/links.h"
#include "core/control/peers.h"
#include "core/control/search.h"

#include <string.h>

#define SCAN_S 30u

static void device_done(void *arg, int error, const char *words)
{
	(void)arg;
	if (error < 0 && error != -ECANCELED)
		log_warning("%s", words);
}

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
		log_warning("cannot search: bluetoothd does not answer");
	else if (r == -ENODEV)
		log_warning("cannot search: no Bluetooth adapter is switched on");
	else if (r < 0)
		log_warning("cannot search: %s", strerror(-r));
}

static void pair(struct control *c, const struct ff_command *cmd)
{
	struct speaker *s = peers_speaker(c, cmd->address);
	int r;

	if (s) {
		links_want(s, true);
		return;
	}
	r = peers_pair(c, cmd->adapter, cmd->address);
	if (r < 0)
		log_warning("%s: cannot be paired: %s", cmd->address, strerror(-r));
}

static void forget(struct control *c, const struct ff_command *cmd)
{
	struct speaker *s = peers_speaker(c, cmd->address);

	if (s) /* else it would be paired again at once */
		links_want(s, false);
	bluez_forget(c->bluez, cmd->adapter, cmd->address, device_done, c);
}

void verbs_device(struct control *c, const struct ff_command *cmd)
{
	if (!c->bluez)
		return;
	switch ((int)cmd->verb) {
	case FF_SCAN:
		scan(c, cmd);
		break;
	case FF_PAIR:
		pair(c, cmd);
		break;
	case FF_TRUST:
		bluez_trust(c->bluez, cmd->adapter, cmd->address, cmd->flag, device_done, c);
		break;
	case FF_FORGET:
		forget(c, cmd);
		break;
	case FF_RENAME_DEVICE:
		bluez_rename(c->bluez, cmd->adapter, cmd->address, cmd->text, device_done, c);
		break;
	case FF_CANCEL:
		bluez_cancel(c->bluez, cmd->adapter, cmd->address);
		break;
	case FF_PAIR_REPLY:
		if (bluez_answer(c->bluez, cmd->id, cmd->flag, *cmd->text ? cmd->text : NULL) ==
		    -EINVAL)
			log_warning("\"%s\" does not fit the question", cmd->text);
		break;
	}
}
