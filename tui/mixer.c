/* SPDX-License-Identifier: MIT */
/* mixer - see mixer.h. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tui/mixer.h"
#include "tui/taper.h"
#include "tui/text.h"
#include "tui/ui.h"

static void mixer_source(struct ui *ui)
{
	const struct ff_snapshot *s = &ui->snap;
	const struct ff_source *source = s->sources;
	char rate[16] = "", level[16] = "", more[16] = "";
	float peak;

	if (s->sources_n == 0) {
		text_copy(ui->mixer.source, sizeof(ui->mixer.source), "no source");
		return;
	}
	if (source->rate)
		snprintf(rate, sizeof(rate), " %.3gk", source->rate / 1000.0);
	peak = fmaxf(source->level.peak_db[0], source->level.peak_db[1]);
	if (source->state == FF_PLAYING && peak > METER_FLOOR)
		snprintf(level, sizeof(level), " %5.1f dB", (double)peak);
	else if (source->state == FF_PLAYING)
		snprintf(level, sizeof(level), " silent");
	else
		snprintf(level, sizeof(level), " waits");
	if (s->sources_n > 1)
		snprintf(more, sizeof(more), " +%u", s->sources_n - 1);
	snprintf(ui->mixer.source, sizeof(ui->mixer.source), "%.20s%s%s%s",
		 *source->name ? source->name : source->type, more, rate, level);
}

/* Numbers change four times a second: more cannot be read and costs bytes. */
static void mixer_slow(struct ui *ui)
{
	struct mixer *m = &ui->mixer;
	const struct ff_speaker *s = mixer_speaker(ui);
	bool due = m->slow_ms != ui->now_ms / METER_SHOWN_MS;

	if (due || !m->source[0])
		mixer_source(ui);
	if (!s)
		m->slow.id = 0;
	else if (due || m->slow.id != s->id || m->slow.state != s->state)
		m->slow = *s;
	m->slow_ms = ui->now_ms / METER_SHOWN_MS;
}

static void mixer_rows(struct ui *ui)
{
	const struct ff_snapshot *s = &ui->snap;
	struct mixer *m = &ui->mixer;
	int selected = -1;

	m->rows = 0;
	for (uint32_t z = 0; z < s->zones_n; z++) {
		if (m->selected_master && m->selected_id == z)
			selected = m->rows;
		m->row[m->rows++] = (struct mixer_row){ .master = true, .index = z };
		for (uint32_t i = 0; i < s->speakers_n; i++) {
			if (s->speakers[i].zone != z)
				continue;
			if (!m->selected_master && m->selected_id == s->speakers[i].id)
				selected = m->rows;
			m->row[m->rows++] = (struct mixer_row){ .index = i };
		}
	}
	if (selected < 0) { /* what was selected has gone: its neighbour, first a speaker */
		selected = m->selected_id == 0 ? 1 : m->selected;
		if (selected >= m->rows)
			selected = m->rows - 1;
	}
	m->selected = selected < 0 ? 0 : selected;
	mixer_move(ui, 0);
}

static void mixer_meters(struct mixer_meters *m, uint32_t id, const struct ff_level *level,
			 bool sounds, uint64_t now_ms)
{
	float left = sounds ? level->peak_db[0] : FF_SILENT;
	float right = sounds ? level->peak_db[1] : FF_SILENT;

	if (m->id != id || m->both.at_ms == 0) {
		meter_init(&m->both);
		meter_init(&m->side[0]);
		meter_init(&m->side[1]);
		m->id = id;
		m->both.cleared = level->clips; /* what was before us is not ours to show */
	}
	meter_update(&m->both, fmaxf(left, right), level->clips, now_ms);
	meter_update(&m->side[0], left, 0, now_ms);
	meter_update(&m->side[1], right, 0, now_ms);
}

void mixer_update(struct ui *ui)
{
	const struct ff_snapshot *s = &ui->snap;
	struct mixer *m = &ui->mixer;

	mixer_rows(ui);
	for (uint32_t i = 0; i < s->speakers_n; i++)
		mixer_meters(&m->speaker[i], s->speakers[i].id, &s->speakers[i].level,
			     s->speakers[i].state == FF_PLAYING, ui->now_ms);
	for (uint32_t i = 0; i < s->zones_n; i++)
		mixer_meters(&m->zone[i], i + 1, &s->zones[i].level, true, ui->now_ms);
	mixer_slow(ui);
}

bool mixer_moves(const struct ui *ui)
{
	const struct ff_snapshot *s = &ui->snap;

	for (uint32_t i = 0; i < s->speakers_n; i++)
		if (s->speakers[i].state == FF_PLAYING ||
		    meter_moves(&ui->mixer.speaker[i].both))
			return true;
	for (uint32_t i = 0; i < s->zones_n; i++)
		if (meter_moves(&ui->mixer.zone[i].both))
			return true;
	for (uint32_t i = 0; i < s->sources_n; i++)
		if (s->sources[i].state == FF_PLAYING)
			return true;
	return false;
}

const struct ff_speaker *mixer_speaker(const struct ui *ui)
{
	const struct mixer *m = &ui->mixer;

	if (m->selected >= m->rows || m->row[m->selected].master)
		return NULL;
	return &ui->snap.speakers[m->row[m->selected].index];
}

const struct ff_zone *mixer_zone(const struct ui *ui)
{
	const struct mixer *m = &ui->mixer;

	if (m->selected >= m->rows || !m->row[m->selected].master)
		return NULL;
	return &ui->snap.zones[m->row[m->selected].index];
}

void mixer_move(struct ui *ui, int rows)
{
	struct mixer *m = &ui->mixer;
	int to = m->selected + rows;

	if (m->rows == 0)
		return;
	m->selected = to < 0 ? 0 : to >= m->rows ? m->rows - 1 : to;
	m->selected_master = m->row[m->selected].master;
	m->selected_id = m->selected_master ? m->row[m->selected].index
					    : ui->snap.speakers[m->row[m->selected].index].id;
	mixer_slow(ui);
}

/* Turn one knob of the selected row from before to after. */
static void mixer_turn(struct ui *ui, struct ff_command before, struct ff_command after,
		       const char *knob)
{
	const struct ff_speaker *s = mixer_speaker(ui);
	char what[FF_NAME_MAX + 16];

	snprintf(what, sizeof(what), "%s %s",
		 s			? s->name
		 : ui->snap.zones_n > 1 ? mixer_zone(ui)->name
					: "master",
		 knob);
	history_do(ui, &before, &after, what);
}

static bool mixer_volume(const struct ui *ui, float *ret_db)
{
	const struct ff_speaker *s = mixer_speaker(ui);
	const struct ff_zone *z = mixer_zone(ui);

	if (!s && !z)
		return false;
	*ret_db = s ? s->volume_db : z->volume_db;
	return true;
}

static void mixer_set(struct ui *ui, float db)
{
	bool master = !mixer_speaker(ui);
	struct ff_command before = {
		.verb = master ? FF_SET_MASTER : FF_SET_VOLUME,
		.id = ui->mixer.selected_id,
	};
	struct ff_command after = before;

	if (!mixer_volume(ui, &before.value))
		return;
	after.value = fminf(fmaxf(db, FF_VOLUME_MIN), FF_VOLUME_MAX);
	if (after.value != before.value)
		mixer_turn(ui, before, after, "volume");
}

void mixer_step(struct ui *ui, int percent)
{
	float db, from, to;

	if (!mixer_volume(ui, &db))
		return;
	from = taper_percent(db);
	to = roundf(from) + (float)percent;
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
		*ret_db = fminf(fmaxf(value, FF_VOLUME_MIN), FF_VOLUME_MAX);
		return 0;
	}
	if ((*end != '\0' && strcmp(end, "%") != 0) || value < 0 || *text == '+')
		return -EINVAL;
	*ret_db = taper_db(value);
	return 0;
}

void mixer_typed(struct ui *ui, const char *text)
{
	float db;

	if (mixer_parse(text, &db) < 0)
		ui_say(ui, SAY_ERROR, "\"%s\" is no volume: type 72 (percent) or -12dB", text);
	else
		mixer_set(ui, db);
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

void mixer_pick(struct ui *ui, int row)
{
	mixer_move(ui, row - ui->mixer.selected);
}

bool mixer_select(struct ui *ui, const char *name)
{
	for (int pass = 0; pass < 2; pass++) { /* speakers first */
		for (int i = 0; i < ui->mixer.rows; i++) {
			const struct mixer_row *r = &ui->mixer.row[i];
			const char *is = r->master ? ui->snap.zones[r->index].name
						   : ui->snap.speakers[r->index].name;

			if (r->master == (pass > 0) && strcasecmp(is, name) == 0) {
				mixer_pick(ui, i);
				return true;
			}
		}
	}
	return false;
}

void mixer_trim(struct ui *ui, int tenths)
{
	const struct ff_speaker *s = mixer_speaker(ui);
	struct ff_command before = { .verb = FF_SET_TRIM };
	struct ff_command after = before;

	if (!s)
		return;
	before.id = after.id = s->id;
	before.value = s->trim_ms;
	after.value = roundf(s->trim_ms * 10 + (float)tenths) / 10;
	after.value = fminf(fmaxf(after.value, -500), 500);
	mixer_turn(ui, before, after, "trim");
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

void mixer_connect(struct ui *ui, int unused)
{
	const struct ff_speaker *s = mixer_speaker(ui);
	struct ff_command c = { .verb = FF_CONNECT };

	(void)unused;
	if (!s || !mixer_connects(ui, s))
		return;
	c.id = s->id;
	/* on its way or playing: the key means enough of that */
	if (s->state != FF_OFF && s->state != FF_RETRYING && s->state != FF_WAITING)
		c.verb = FF_DISCONNECT;
	if (ui_submit(ui, &c) == 0)
		ui_say(ui, SAY_FINE, "%s: %s", s->name,
		       c.verb == FF_CONNECT ? "trying now"
					    : "left alone (x connects it again)");
}

void mixer_cancel(struct ui *ui, int unused)
{
	const struct ff_speaker *s = mixer_speaker(ui);
	struct ff_command c = { .verb = FF_DISCONNECT };

	(void)unused;
	if (!s || s->state == FF_PLAYING || s->state == FF_OFF || !mixer_connects(ui, s))
		return;
	c.id = s->id;
	if (ui_submit(ui, &c) == 0)
		ui_say(ui, SAY_FINE, "%s: stopped trying (x connects it again)", s->name);
}
