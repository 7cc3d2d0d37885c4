/* SPDX-License-Identifier: MIT */
/* commands - see commands.h. */
#include "core/control/commands.h"

#include "core/base/clock.h"
#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/control/cast.h"
#include "core/control/links.h"
#include "core/control/loading.h"
#include "core/control/peers.h"
#include "core/control/search.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TRIM_MAX_MS 500.0f
#define SCAN_S	    30u

static bool is_address(const char *text)
{
	for (int i = 0; i < FF_ADDR_MAX - 1; i++) {
		char ch = text[i];

		if (i % 3 == 2 ? ch != ':' : !strchr("0123456789ABCDEF", ch) || !ch)
			return false;
	}
	return text[FF_ADDR_MAX - 1] == '\0';
}

int commands_check(const struct ff_command *cmd)
{
	if ((int)cmd->verb < FF_SET_VOLUME || cmd->verb > FF_PAIR_REPLY ||
	    !isfinite(cmd->value))
		return -EINVAL;
	if ((int)cmd->map < FF_MAP_STEREO || cmd->map > FF_MAP_SWAPPED)
		return -EINVAL;
	if (!memchr(cmd->text, '\0', sizeof(cmd->text)))
		return -EINVAL;
	if (cmd->address[0] && !is_address(cmd->address))
		return -EINVAL;
	if (cmd->adapter[0] && !is_address(cmd->adapter))
		return -EINVAL;
	return 0;
}

static float clamped(float v, float low, float high)
{
	return v < low ? low : v > high ? high : v;
}

/* ---- a speaker -------------------------------------------------------------------------- */

static void set_absolute(struct control *c, struct speaker *s, float value)
{
	const struct bluez_transport *t =
		c->bluez ? bluez_get_transport(c->bluez, s->link.adapter, s->conf.address)
			 : NULL;

	if (!t || t->volume < 0) {
		log_warning("%s: offers no volume of its own", s->conf.name);
		return;
	}
	s->absolute_wanted = (int16_t)clamped(value, 0, 127);
	bluez_set_volume(c->bluez, t->path, (uint8_t)s->absolute_wanted, NULL, NULL);
}

static void want(struct speaker *s, bool wanted)
{
	if (s->conf.output != OUTPUT_BLUETOOTH) {
		log_notice(
			"%s: only Bluetooth speakers connect and disconnect; mute it instead",
			s->conf.name);
		return;
	}
	links_want(s, wanted);
	log_notice("%s: %s", s->conf.name, wanted ? "to be connected" : "to be left alone");
}

static void rename_speaker(struct control *c, struct speaker *s, const char *name)
{
	if (!*name || strlen(name) >= sizeof(s->conf.name)) {
		log_warning("%s: a name has 1 to %zu bytes", s->conf.name,
			    sizeof(s->conf.name) - 1);
		return;
	}
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		if (c->speakers[i] != s && !strcmp(c->speakers[i]->conf.name, name)) {
			log_warning("%s: another speaker is called \"%s\" already",
				    s->conf.name, name);
			return;
		}
	}
	CUT_COPY(s->conf.name, name);
	c->structure++;
	control_edited(c);
}

static void remove_speaker(struct control *c, uint32_t id)
{
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		if (c->speakers[i]->id == id) {
			log_notice("%s: taken out of the profile", c->speakers[i]->conf.name);
			cast_remove_speaker(c, i);
			control_edited(c);
			return;
		}
	}
}

static void do_speaker(struct control *c, const struct ff_command *cmd)
{
	struct speaker *s = control_speaker(c, cmd->id);

	if (!s)
		return; /* it left while the command was on its way */
	switch ((int)cmd->verb) {
	case FF_SET_VOLUME:
		s->conf.volume_db = (double)clamped(cmd->value, FF_VOLUME_MIN, FF_VOLUME_MAX);
		break;
	case FF_SET_MUTE:
		s->conf.mute = cmd->flag;
		break;
	case FF_SET_SOLO:
		s->solo = cmd->flag;
		break;
	case FF_SET_MAP:
		s->conf.map = (enum profile_map)cmd->map;
		links_map_changed(s);
		break;
	case FF_SET_TRIM:
		s->conf.trim_ms = (double)clamped(cmd->value, -TRIM_MAX_MS, TRIM_MAX_MS);
		break;
	case FF_SET_ABSOLUTE:
		set_absolute(c, s, cmd->value);
		return;
	case FF_CONNECT:
		want(s, true);
		return;
	case FF_DISCONNECT:
		want(s, false);
		return;
	case FF_RENAME_SPEAKER:
		rename_speaker(c, s, cmd->text);
		return;
	case FF_REMOVE_SPEAKER:
		remove_speaker(c, cmd->id);
		return;
	}
	control_edited(c);
}

static void clear_clips(struct control *c, uint32_t id)
{
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		if (id == 0 || c->speakers[i]->id == id)
			atomic_store_explicit(&c->speakers[i]->branch->level.clips, 0,
					      memory_order_relaxed);
	}
	control_changed(c);
}

/* ---- zones and sources ------------------------------------------------------------------ */

static void do_zone(struct control *c, const struct ff_command *cmd)
{
	if (cmd->id >= c->zones_n)
		return;
	if (cmd->verb == FF_SET_MASTER)
		c->zones[cmd->id].volume_db =
			(double)clamped(cmd->value, FF_VOLUME_MIN, FF_VOLUME_MAX);
	else
		c->zones[cmd->id].mute = cmd->flag;
	control_edited(c);
}

/* The device's own name where it has one; two of a kind are told apart. */
static void name_speaker(struct control *c, const char *wish, const char *address, char *ret)
{
	bool taken = true;

	cut_copy(ret, PROFILE_NAME_MAX, *wish ? wish : address);
	for (int n = 2; taken; n++) {
		taken = false;
		for (uint32_t i = 0; i < c->speakers_n; i++)
			taken |= !strcmp(c->speakers[i]->conf.name, ret);
		if (taken)
			snprintf(ret, PROFILE_NAME_MAX, "%.50s %d", *wish ? wish : address, n);
	}
}

static void add_speaker(struct control *c, const struct ff_command *cmd)
{
	const struct bluez_device *d;
	struct profile_speaker conf = {
		.output = OUTPUT_BLUETOOTH,
		.map = PROFILE_STEREO,
		.latency_ms = NAN,
		.simulation.reported_ms = NAN,
	};
	int r;

	d = c->bluez ? bluez_get_device(c->bluez, cmd->adapter, cmd->address) : NULL;
	CUT_COPY(conf.address, cmd->address);
	CUT_COPY(conf.adapter, cmd->adapter);
	name_speaker(c, *cmd->text ? cmd->text : d ? d->alias : "", cmd->address, conf.name);
	r = cast_add_speaker(c, &conf, cmd->id < c->zones_n ? cmd->id : 0);
	if (r == -EEXIST) {
		log_notice("%s: is in the profile already", conf.name);
	} else if (r < 0) {
		log_warning("%s: cannot be added: %s", conf.name, strerror(-r));
	} else {
		log_notice("%s: added to the profile", conf.name);
		c->notice[0] = '\0';
		control_edited(c);
	}
}

/* ---- profiles --------------------------------------------------------------------------- */

static void do_profile(struct control *c, const struct ff_command *cmd)
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
	case FF_DELETE_PROFILE:
		r = shelf_delete(cmd->text);
		if (r < 0)
			snprintf(why.text, sizeof(why.text), "profile \"%s\": %s", cmd->text,
				 r == -EROFS ? "is shipped with Fanfare and stays"
					     : strerror(-r));
		else
			log_notice("profile %s deleted", cmd->text);
		loading_list(c);
		break;
	}
	if (r < 0)
		log_error("%s", why.text[0] ? why.text : strerror(-r));
}

/* ---- Bluetooth devices ------------------------------------------------------------------ */

static void device_done(void *arg, int error, const char *words)
{
	(void)arg;
	if (error < 0 && error != -ECANCELED)
		log_warning("%s", words);
}

static void scan(struct control *c, const struct ff_command *cmd)
{
	float seconds = cmd->value > 0 ? clamped(cmd->value, 1, 300) : (float)SCAN_S;
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

static void do_device(struct control *c, const struct ff_command *cmd)
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

void commands_do(struct control *c, const struct ff_command *cmd)
{
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
		do_speaker(c, cmd);
		break;
	case FF_CLEAR_CLIP:
		clear_clips(c, cmd->id);
		break;
	case FF_SET_SOURCE_GAIN: {
		struct source_run *s = control_source(c, cmd->id);

		if (!s)
			break;
		s->conf.gain_db = (double)clamped(cmd->value, -60, 24);
		control_edited(c);
		break;
	}
	case FF_SET_MASTER:
	case FF_SET_ZONE_MUTE:
		do_zone(c, cmd);
		break;
	case FF_ADD_SPEAKER:
		add_speaker(c, cmd);
		break;
	case FF_MUTE_ALL:
		c->muted_all = cmd->flag;
		c->dirty = true;
		control_changed(c);
		break;
	case FF_LOAD_PROFILE:
	case FF_SAVE_PROFILE:
	case FF_DELETE_PROFILE:
		do_profile(c, cmd);
		break;
	case FF_SCAN:
	case FF_PAIR:
	case FF_TRUST:
	case FF_FORGET:
	case FF_RENAME_DEVICE:
	case FF_CANCEL:
	case FF_PAIR_REPLY:
		do_device(c, cmd);
		break;
	case FF_MOVE_SPEAKER:
	case FF_CLICKS:
	case FF_SET_SOURCE_DEVICE:
	case FF_RENAME_SOURCE:
	case FF_REMOVE_SOURCE:
	case FF_RESTORE:
	case FF_ADD_SOURCE:
	case FF_ADD_ZONE:
	case FF_RENAME_ZONE:
	case FF_REMOVE_ZONE:
	case FF_RESTORE_ZONE:
	case FF_NEW_PROFILE:
	case FF_RENAME_PROFILE:
	case FF_LIST_SOUNDS:
		log_warning("this core cannot do that: command %d", (int)cmd->verb);
		break;
	}
}
