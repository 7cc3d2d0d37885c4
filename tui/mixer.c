/* SPDX-License-Identifier: MIT */
/* mixer - see mixer.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/mixer.h"
#include "tui/pane.h"
#include "tui/text.h"
#include "tui/words.h"

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

/* What tells a row from others of its kind: an id, or a zone's index. */
static uint32_t mixer_row_id(const struct ff_snapshot *s, const struct mixer_row *r)
{
	switch (r->kind) {
	case MIXER_MASTER:
		break;
	case MIXER_SOURCE:
		return s->sources[r->index].id;
	case MIXER_SPEAKER:
		return s->speakers[r->index].id;
	}
	return r->index;
}

const char *mixer_name(const struct ui *ui, int i)
{
	const struct mixer_row *r = &ui->mixer.row[i];
	const struct ff_snapshot *s = &ui->snap;

	switch (r->kind) {
	case MIXER_MASTER:
		break;
	case MIXER_SOURCE:
		return *s->sources[r->index].name ? s->sources[r->index].name
						  : s->sources[r->index].type;
	case MIXER_SPEAKER:
		return words_name(s->speakers[r->index].name, s->speakers[r->index].address);
	}
	return *s->zones[r->index].name ? s->zones[r->index].name : "MASTER";
}

/* One row more, if the filter lets its name through. */
static void mixer_row(struct ui *ui, enum mixer_kind kind, uint32_t index)
{
	struct mixer *m = &ui->mixer;

	m->row[m->rows] = (struct mixer_row){ .kind = kind, .index = index };
	m->rows += pane_shows(ui, PANE_MIXER, mixer_name(ui, m->rows));
}

static void mixer_rows(struct ui *ui)
{
	const struct ff_snapshot *s = &ui->snap;
	struct mixer *m = &ui->mixer;
	int selected = -1;

	m->rows = 0;
	for (uint32_t z = 0; z < s->zones_n; z++) {
		mixer_row(ui, MIXER_MASTER, z);
		for (uint32_t i = 0; i < s->sources_n; i++)
			if (s->sources[i].zone == z)
				mixer_row(ui, MIXER_SOURCE, i);
		for (uint32_t i = 0; i < s->speakers_n; i++)
			if (s->speakers[i].zone == z)
				mixer_row(ui, MIXER_SPEAKER, i);
	}
	for (int i = 0; i < m->rows && selected < 0; i++)
		if ((m->chosen || m->selected_kind == MIXER_SPEAKER) &&
		    m->row[i].kind == m->selected_kind &&
		    mixer_row_id(s, &m->row[i]) == m->selected_id)
			selected = i;
	/* at first the first speaker; for one that has gone its neighbour */
	for (int i = 0; i < m->rows && selected < 0 && !m->chosen; i++)
		if (m->row[i].kind == MIXER_SPEAKER)
			selected = i;
	if (selected >= 0)
		m->selected = selected;
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
		m->seen = false;
		m->since_ms = 0;
		m->both.cleared = level->clips; /* what was before us is not ours to show */
	}
	meter_update(&m->both, fmaxf(left, right), level->clips, now_ms);
	meter_update(&m->side[0], left, 0, now_ms);
	meter_update(&m->side[1], right, 0, now_ms);
}

/* When it came to where it stands; one seen for the first time was there before. */
static void mixer_since(struct mixer_meters *m, enum ff_state state, uint64_t now_ms)
{
	if (m->state != state)
		m->since_ms = m->seen ? now_ms : 0;
	m->state = state;
	m->seen = true;
}

void mixer_update(struct ui *ui)
{
	const struct ff_snapshot *s = &ui->snap;
	struct mixer *m = &ui->mixer;

	mixer_rows(ui);
	for (uint32_t i = 0; i < s->speakers_n; i++)
		mixer_meters(&m->speaker[i], s->speakers[i].id, &s->speakers[i].level,
			     s->speakers[i].state == FF_PLAYING, ui->now_ms);
	for (uint32_t i = 0; i < s->speakers_n; i++)
		mixer_since(&m->speaker[i], s->speakers[i].state, ui->now_ms);
	for (uint32_t i = 0; i < s->sources_n; i++)
		mixer_meters(&m->source_meters[i], s->sources[i].id, &s->sources[i].level,
			     s->sources[i].state == FF_PLAYING, ui->now_ms);
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

static const struct mixer_row *mixer_at(const struct ui *ui, enum mixer_kind kind)
{
	const struct mixer *m = &ui->mixer;

	return m->selected < m->rows && m->row[m->selected].kind == kind ? &m->row[m->selected]
									 : NULL;
}

const struct ff_speaker *mixer_speaker(const struct ui *ui)
{
	const struct mixer_row *r = mixer_at(ui, MIXER_SPEAKER);

	return r ? &ui->snap.speakers[r->index] : NULL;
}

const struct ff_source *mixer_selected_source(const struct ui *ui)
{
	const struct mixer_row *r = mixer_at(ui, MIXER_SOURCE);

	return r ? &ui->snap.sources[r->index] : NULL;
}

const struct ff_zone *mixer_zone(const struct ui *ui)
{
	const struct mixer_row *r = mixer_at(ui, MIXER_MASTER);

	return r ? &ui->snap.zones[r->index] : NULL;
}

void mixer_move(struct ui *ui, int rows)
{
	struct mixer *m = &ui->mixer;
	int to = m->selected + rows;

	if (m->rows == 0)
		return;
	m->selected = to < 0 ? 0 : to >= m->rows ? m->rows - 1 : to;
	m->selected_kind = m->row[m->selected].kind;
	m->selected_id = mixer_row_id(&ui->snap, &m->row[m->selected]);
	m->chosen |= rows != 0;
	mixer_slow(ui);
}

void mixer_pick(struct ui *ui, int row)
{
	ui->mixer.chosen = true;
	mixer_move(ui, row - ui->mixer.selected);
}

bool mixer_select(struct ui *ui, const char *name)
{
	for (int kind = MIXER_SPEAKER; kind >= MIXER_MASTER; kind--) { /* speakers first */
		for (int i = 0; i < ui->mixer.rows; i++) {
			if ((int)ui->mixer.row[i].kind == kind &&
			    strcasecmp(mixer_name(ui, i), name) == 0) {
				mixer_pick(ui, i);
				return true;
			}
		}
	}
	return false;
}
