/* SPDX-License-Identifier: MIT */
/* verbs_speakers - commands about one speaker; see verbs.h. */
#include "core/control/verbs.h"

#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/base/utf8.h"
#include "core/control/cast.h"
#include "core/control/clicks.h"
#include "core/control/doubt.h"
#include "core/control/links.h"
#include "core/control/measure.h"
#include "core/control/names.h"
#include "core/control/removed.h"

#include <math.h>
#include <string.h>

#define TRIM_MAX_MS 500.0f

static void set_absolute(struct control *c, struct speaker *s, float value)
{
	const struct bluez_transport *t =
		c->bluez ? bluez_get_transport(c->bluez, s->link.adapter, s->conf.address)
			 : NULL;

	if (!t || t->volume < 0) {
		verbs_refuse(c, "%s: offers no volume of its own", s->conf.name);
		return;
	}
	s->absolute_wanted = (int16_t)verbs_clamped(value, 0, 127);
	s->conf.own_volume = (uint32_t)s->absolute_wanted;
	links_send_volume(s);
	control_edited(c);
}

static void want(struct control *c, struct speaker *s, bool wanted)
{
	if (s->conf.output != OUTPUT_BLUETOOTH) {
		verbs_refuse(c,
			     "%s: only Bluetooth speakers connect and disconnect; mute it "
			     "instead",
			     s->conf.name);
		return;
	}
	links_want(s, wanted);
	log_notice("%s: %s", s->conf.name, wanted ? "to be connected" : "to be left alone");
}

static void rename_speaker(struct control *c, struct speaker *s, const char *name)
{
	if (!verbs_is_name(c, name))
		return;
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		if (c->speakers[i] != s && !strcmp(c->speakers[i]->conf.name, name)) {
			verbs_refuse(c, "%s: another speaker is called \"%s\" already",
				     s->conf.name, name);
			return;
		}
	}
	CUT_COPY(s->conf.name, name);
	c->structure++;
	control_edited(c);
}

static void move(struct control *c, struct speaker *s, uint32_t zone)
{
	if (!verbs_is_zone(c, zone))
		return;
	s->zone = zone;
	cast_sort(c);
	control_edited(c);
}

static void remove_speaker(struct control *c, const struct speaker *s)
{
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		if (c->speakers[i] == s) {
			log_notice("%s: taken out of the profile", s->conf.name);
			removed_take_speaker(c, i);
			control_edited(c);
			return;
		}
	}
}

static void click(struct control *c, const struct speaker *s, uint32_t reference)
{
	/* both would put their sound into the mix that is for two */
	int r = measure_is_on(c) ? -EBUSY : clicks_on(c, s->is.id, reference);

	if (r == -EBUSY)
		verbs_refuse(c, "no clicks while the microphone measures");
	else if (r == -ENOENT)
		verbs_refuse(c, "there is no speaker number %u to compare %s with", reference,
			     s->conf.name);
	else if (r == -EINVAL)
		verbs_refuse(c, "%s cannot be compared with itself", s->conf.name);
	else if (r == -EXDEV)
		verbs_refuse(c, "%s and %s are in different zones, each aligned for itself",
			     s->conf.name, control_speaker(c, reference)->conf.name);
	else if (r < 0)
		verbs_refuse(c, "no clicks: %s", strerror(-r));
}

/* By its id or, to remove it, by the ticket it was added with: the latest such. */
static struct speaker *meant(struct control *c, const struct ff_command *cmd)
{
	struct speaker *latest = NULL;

	if (cmd->id || cmd->verb != FF_REMOVE_SPEAKER || !cmd->other)
		return control_speaker(c, cmd->id);
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		struct speaker *s = c->speakers[i];

		if (s->is.ticket == cmd->other && (!latest || s->is.id > latest->is.id))
			latest = s;
	}
	return latest;
}

void verbs_speaker(struct control *c, const struct ff_command *cmd)
{
	struct speaker *s = meant(c, cmd);

	if (cmd->verb == FF_CLICKS && !cmd->flag) { /* whosever they are */
		clicks_off(c);
		return;
	}
	if (!s) {
		verbs_refuse(c, "there is no speaker number %u (any more)", cmd->id);
		return;
	}
	switch ((int)cmd->verb) {
	case FF_SET_VOLUME:
		s->conf.volume_db =
			(double)verbs_clamped(cmd->value, FF_VOLUME_MIN, FF_VOLUME_MAX);
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
		s->conf.trim_ms = (double)verbs_clamped(cmd->value, -TRIM_MAX_MS, TRIM_MAX_MS);
		break;
	case FF_SET_ABSOLUTE:
		set_absolute(c, s, cmd->value);
		return;
	case FF_CONNECT:
		want(c, s, true);
		return;
	case FF_DISCONNECT:
		want(c, s, false);
		return;
	case FF_RENAME_SPEAKER:
		rename_speaker(c, s, cmd->text);
		return;
	case FF_REMOVE_SPEAKER:
		remove_speaker(c, s);
		return;
	case FF_MOVE_SPEAKER:
		move(c, s, cmd->other);
		return;
	case FF_SET_DOUBT:
		doubt_set(s, cmd->flag);
		return;
	case FF_CLICKS:
		click(c, s, cmd->other);
		return;
	}
	control_edited(c);
}

void verbs_clear_clips(struct control *c, uint32_t id)
{
	if (id && !control_speaker(c, id)) {
		verbs_refuse(c, "there is no speaker number %u (any more)", id);
		return;
	}
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		if (id == 0 || c->speakers[i]->is.id == id)
			atomic_store_explicit(&c->speakers[i]->branch->level.clips, 0,
					      memory_order_relaxed);
	}
	control_changed(c);
}

/* ---- adding one ------------------------------------------------------------------------- */

static bool is_sound_file(const char *path)
{
	size_t n = strlen(path);

	return (n > 4 && !strcasecmp(path + n - 4, ".wav")) ||
	       (n > 5 && !strcasecmp(path + n - 5, ".flac"));
}

/* Whether what the command says of the device will do; refused in words where not. */
static bool is_device(struct control *c, const struct ff_command *cmd)
{
	switch (cmd->output) {
	case FF_OUT_BLUETOOTH:
		if (cmd->address[0])
			return true;
		verbs_refuse(c, "a Bluetooth speaker cannot be added without its address");
		return false;
	case FF_OUT_ALSA:
		if (cmd->device[0])
			return true;
		verbs_refuse(c, "an ALSA speaker cannot be added without its device");
		return false;
	case FF_OUT_FILE:
		if (is_sound_file(cmd->device))
			return true;
		verbs_refuse(c, "\"%s\" cannot be recorded to: a file ends in .wav or .flac",
			     cmd->device);
		return false;
	case FF_OUT_PULSE:
	case FF_OUT_SIMULATED:
	case FF_OUT_NULL:
		return true;
	}
	return false;
}

/* What it is called when nobody says: its device's own name where it has one. */
static const char *made_up(struct control *c, const struct profile_speaker *conf)
{
	const struct bluez_device *d;

	if (conf->output == OUTPUT_BLUETOOTH) {
		d = c->bluez ? bluez_get_device(c->bluez, conf->adapter, conf->address) : NULL;
		return d && *d->alias && utf8_is_clean(d->alias) ? d->alias : conf->address;
	}
	return conf->device[0] ? conf->device : names_output(conf->output);
}

void verbs_add_speaker(struct control *c, const struct ff_command *cmd)
{
	const struct standing is = { .ticket = cmd->other, .rank = c->next_rank + 1 };
	struct profile_speaker conf = {
		.output = (enum profile_output)cmd->output,
		.map = PROFILE_STEREO,
		.latency_ms = NAN,
		.reported_ms = NAN,
		.own_volume = PROFILE_VOLUME_ITS,
		.simulation.reported_ms = NAN,
	};
	int r;

	if (!verbs_is_zone(c, cmd->id) || !is_device(c, cmd))
		return;
	if (*cmd->text && !verbs_is_name(c, cmd->text))
		return;
	if (conf.output == OUTPUT_BLUETOOTH) {
		CUT_COPY(conf.address, cmd->address);
		CUT_COPY(conf.adapter, cmd->adapter);
	} else {
		CUT_COPY(conf.device, cmd->device);
	}
	names_free_speaker(c, *cmd->text ? cmd->text : made_up(c, &conf), conf.name);
	r = cast_add_speaker(c, &conf, cmd->id, &is, NULL);
	if (r == -EEXIST) {
		verbs_refuse(c, "%s: is in the profile already", made_up(c, &conf));
	} else if (r < 0) {
		verbs_refuse(c, "%s: cannot be added: %s", conf.name,
			     r == -ENOSPC ? "there is no room for more" : strerror(-r));
	} else {
		c->next_rank = is.rank;
		log_notice("%s: added to the profile", conf.name);
		control_edited(c);
	}
}
