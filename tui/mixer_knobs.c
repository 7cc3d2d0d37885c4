/* SPDX-License-Identifier: MIT */
/* mixer_knobs - what keys turn in the selected row; see mixer.h. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tui/mixer.h"
#include "tui/taper.h"
#include "tui/ui.h"

/* Turn one knob of the selected row from before to after. */
static void mixer_turn(struct ui *ui, struct ff_command before, struct ff_command after,
		       const char *knob)
{
	bool master = mixer_zone(ui) && ui->snap.zones_n == 1;
	char what[FF_NAME_MAX + 16];

	snprintf(what, sizeof(what), "%s %s",
		 master ? "master" : mixer_name(ui, ui->mixer.selected), knob);
	history_do(ui, &before, &after, what);
}

static bool mixer_volume(const struct ui *ui, float *ret_db)
{
	const struct ff_speaker *s = mixer_speaker(ui);
	const struct ff_source *source = mixer_selected_source(ui);
	const struct ff_zone *z = mixer_zone(ui);

	if (!s && !source && !z)
		return false;
	*ret_db = s ? s->volume_db : source ? source->gain_db : z->volume_db;
	return true;
}

static void mixer_set(struct ui *ui, float db)
{
	static const enum ff_verb verb[] = {
		[MIXER_MASTER] = FF_SET_MASTER,
		[MIXER_SOURCE] = FF_SET_SOURCE_GAIN,
		[MIXER_SPEAKER] = FF_SET_VOLUME,
	};
	struct ff_command before = {
		.verb = verb[ui->mixer.selected_kind],
		.id = ui->mixer.selected_id,
	};
	struct ff_command after = before;

	if (!mixer_volume(ui, &before.value))
		return;
	after.value = fminf(fmaxf(db, FF_VOLUME_MIN), FF_VOLUME_MAX);
	if (after.value != before.value)
		mixer_turn(ui, before, after,
			   before.verb == FF_SET_SOURCE_GAIN ? "gain" : "volume");
}

void mixer_step(struct ui *ui, int percent)
{
	float db, from, to;

	if (!mixer_volume(ui, &db))
		return;
	from = taper_percent(db);
	to = rintf(from) + (float)percent; /* from the number that is shown: printf rounds so */
	/* up to 0 dB by steps; above it only who typed it there */
	if (percent > 0 && to > 100 && from <= 100.01f)
		to = 100;
	if (percent > 0 && to <= from)
		ui_say(ui, SAY_FINE, "100 %% is as far as keys go; = types more, up to +12dB");
	mixer_set(ui, taper_db(to));
}

void mixer_step_db(struct ui *ui, int step)
{
	float db, to;

	if (!mixer_volume(ui, &db))
		return;
	to = db + (float)step;
	if (step > 0 && to > 0 && db <= 0.005f)
		to = 0;
	mixer_set(ui, to);
}

void mixer_digit(struct ui *ui, int percent)
{
	mixer_set(ui, taper_db((float)percent));
}

int mixer_parse(const char *text, float *ret_db)
{
	char *end;
	float value;

	while (*text == ' ')
		text++;
	if (!((*text >= '0' && *text <= '9') || *text == '-' || *text == '+' || *text == '.'))
		return -EINVAL; /* no "nan", no "inf" */
	value = strtof(text, &end);
	if (end == text || !isfinite(value))
		return -EINVAL;
	while (*end == ' ')
		end++;
	if (strcasecmp(end, "db") == 0) {
		if (value > FF_VOLUME_MAX)
			return -EINVAL;
		*ret_db = fmaxf(value, FF_VOLUME_MIN);
		return 0;
	}
	/* too much is a slip of the fingers: nobody is to be deafened by it */
	if ((*end != '\0' && strcmp(end, "%") != 0) || value < 0 || *text == '+' ||
	    value > taper_percent(FF_VOLUME_MAX))
		return -EINVAL;
	*ret_db = taper_db(value);
	return 0;
}

void mixer_typed(struct ui *ui, const char *text)
{
	float db;

	if (mixer_parse(text, &db) < 0)
		ui_say(ui, SAY_ERROR, "\"%s\" is no volume: 72 (percent) or -12dB, at most 130",
		       text);
	else
		mixer_set(ui, db);
}

void mixer_slide(struct ui *ui, int row, int percent)
{
	mixer_pick(ui, row);
	if (ui->mixer.selected == row)
		mixer_set(ui, taper_db((float)percent));
}

void mixer_type(struct ui *ui, int unused)
{
	float db;

	(void)unused;
	if (mixer_volume(ui, &db))
		prompt_open(&ui->prompt, mixer_typed, "", "Volume, as 72 or -12dB:");
}

void mixer_mute(struct ui *ui, int unused)
{
	const struct ff_speaker *s = mixer_speaker(ui);
	const struct ff_zone *z = mixer_zone(ui);
	struct ff_command before = {
		.verb = s ? FF_SET_MUTE : FF_SET_ZONE_MUTE,
		.id = ui->mixer.selected_id,
	};
	struct ff_command after = before;

	(void)unused;
	if (mixer_selected_source(ui))
		ui_say(ui, SAY_FINE, "a source has a gain, and no mute: - turns it down");
	if (!s && !z)
		return;
	before.flag = s ? s->mute : z->mute;
	after.flag = !before.flag;
	mixer_turn(ui, before, after, "mute");
}

void mixer_solo(struct ui *ui, int unused)
{
	const struct ff_speaker *s = mixer_speaker(ui);
	struct ff_command before = { .verb = FF_SET_SOLO };
	struct ff_command after = before;

	(void)unused;
	if (!s)
		return;
	before.id = after.id = s->id;
	before.flag = s->solo;
	after.flag = !s->solo;
	mixer_turn(ui, before, after, "solo");
}

const char *mixer_map_name(enum ff_map map)
{
	switch (map) {
	case FF_MAP_STEREO:
		return "stereo";
	case FF_MAP_MONO:
		return "mono";
	case FF_MAP_LEFT:
		return "left";
	case FF_MAP_RIGHT:
		return "right";
	case FF_MAP_SWAPPED:
		return "swapped";
	}
	return "?";
}

static void mixer_map_set(struct ui *ui, enum ff_map map)
{
	const struct ff_speaker *s = mixer_speaker(ui);
	struct ff_command before = { .verb = FF_SET_MAP };
	struct ff_command after = before;

	if (!s || s->map == map)
		return;
	before.id = after.id = s->id;
	before.map = s->map;
	after.map = map;
	mixer_turn(ui, before, after, "channels");
}

void mixer_map(struct ui *ui, int unused)
{
	const struct ff_speaker *s = mixer_speaker(ui);

	(void)unused;
	if (s)
		mixer_map_set(ui, s->map == FF_MAP_SWAPPED ? FF_MAP_STEREO
							   : (enum ff_map)(s->map + 1));
}

void mixer_map_typed(struct ui *ui, const char *text)
{
	for (int m = FF_MAP_STEREO; m <= FF_MAP_SWAPPED; m++) {
		if (strcasecmp(text, mixer_map_name((enum ff_map)m)) == 0) {
			mixer_map_set(ui, (enum ff_map)m);
			return;
		}
	}
	ui_say(ui, SAY_ERROR, "\"%s\" is no map: stereo, mono, left, right, swapped", text);
}

void mixer_trim(struct ui *ui, int tenths)
{
	const struct ff_speaker *s = mixer_speaker(ui);

	if (s)
		align_trim(ui, s, s->trim_ms + (float)tenths / 10);
}

void mixer_clear(struct ui *ui, int unused)
{
	const struct ff_command all = { .verb = FF_CLEAR_CLIP };

	(void)unused;
	for (int i = 0; i < FF_SPEAKERS; i++)
		meter_clear(&ui->mixer.speaker[i].both);
	for (int i = 0; i < FF_ZONES; i++)
		meter_clear(&ui->mixer.zone[i].both);
	ui_submit(ui, &all);
}

/* Only these come and go; the others are there or wait for their device. */
static bool mixer_connects(struct ui *ui, const struct ff_speaker *s)
{
	if (s->output == FF_OUT_BLUETOOTH)
		return true;
	ui_say(ui, SAY_FINE, "only Bluetooth speakers connect and disconnect; m mutes %s",
	       s->name);
	return false;
}

/* Connect it or leave it alone; verb is what to do, taken back by the other. */
static void mixer_link_set(struct ui *ui, const struct ff_speaker *s, enum ff_verb verb,
			   const char *words)
{
	struct ff_command after = { .verb = verb, .id = s->id }, before = after;
	char what[FF_NAME_MAX + 48];

	before.verb = verb == FF_CONNECT ? FF_DISCONNECT : FF_CONNECT;
	snprintf(what, sizeof(what), "%s: %s", mixer_name(ui, ui->mixer.selected), words);
	history_tell_do(ui, &before, &after, what);
}

void mixer_connect(struct ui *ui, int unused)
{
	const struct ff_speaker *s = mixer_speaker(ui);

	(void)unused;
	if (!s || !mixer_connects(ui, s))
		return;
	/* on its way or playing: the key means enough of that */
	if (s->state != FF_OFF && s->state != FF_RETRYING && s->state != FF_WAITING)
		mixer_link_set(ui, s, FF_DISCONNECT, "left alone (x connects it again)");
	else
		mixer_link_set(ui, s, FF_CONNECT, "trying now");
}

void mixer_cancel(struct ui *ui, int unused)
{
	const struct ff_speaker *s = mixer_speaker(ui);

	(void)unused;
	if (!s || s->state == FF_PLAYING || s->state == FF_OFF || !mixer_connects(ui, s))
		return;
	mixer_link_set(ui, s, FF_DISCONNECT, "stopped trying (x connects it again)");
}

/* Whether the selected one lets its own volume be set; says so if not. */
static bool mixer_has_own_volume(struct ui *ui)
{
	const struct ff_speaker *s = mixer_speaker(ui);

	if (s && s->absolute < 0)
		ui_say(ui, SAY_FINE, "%s does not let its own volume be set from here",
		       mixer_name(ui, ui->mixer.selected));
	return s && s->absolute >= 0;
}

void mixer_own_typed(struct ui *ui, const char *text)
{
	struct ff_command before = { .verb = FF_SET_ABSOLUTE }, after;
	char *end;
	long value = strtol(text, &end, 10);

	if (!mixer_has_own_volume(ui))
		return;
	if (end == text || *end || value < 0 || value > 127) {
		ui_say(ui, SAY_ERROR, "\"%s\" is no volume of a speaker's own: 0 to 127", text);
		return;
	}
	before.id = mixer_speaker(ui)->id;
	before.value = (float)mixer_speaker(ui)->absolute;
	after = before;
	after.value = (float)value;
	mixer_turn(ui, before, after, "own volume");
}

void mixer_own(struct ui *ui, int unused)
{
	(void)unused;
	if (mixer_has_own_volume(ui))
		prompt_open(&ui->prompt, mixer_own_typed, "",
			    "The speaker's own volume, 0 to 127:");
}
