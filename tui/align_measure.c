/* SPDX-License-Identifier: MIT */
/*
 * align_measure - g in the align pane: choose a microphone, watch the speakers
 * take their turns, and what came of it. And v, which checks one speaker whose
 * latency may have changed.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/scope.h"
#include "tui/draw.h"
#include "tui/pane.h"
#include "tui/words.h"

#define RESPONSE_LEAST 16 /* columns; under that it is not drawn */
#define RESPONSE_MOST  64

static bool measure_runs(const struct ui *ui)
{
	enum ff_measuring step = ui->snap.measure.step;

	return step == FF_MEASURE_OPENING || step == FF_MEASURE_FADING ||
	       step == FF_MEASURE_SOUNDING || step == FF_MEASURE_VERIFYING;
}

/* ---- asking for it ----------------------------------------------------------------------- */

/* word is "alsa:hw:CARD=Device", as profiles name what is heard. */
static void measure_with(struct ui *ui, const char *word)
{
	const struct ff_speaker *s = align_selected(ui);
	struct ff_command c = { .verb = FF_MEASURE, .id = s ? s->zone : 0 };
	size_t n = strcspn(word, ":");

	if (ui->align.checked_id) {
		c.verb = ui->align.under_music ? FF_CHECK_UNDER_MUSIC : FF_MEASURE_ONE;
		c.id = ui->align.checked_id;
	}
	if (!*word)
		return;
	if (word[n] != ':' || n == 0 || n >= sizeof(c.type)) {
		ui_say(ui, SAY_ERROR,
		       "\"%s\" is no microphone: type alsa:default or pulse:", word);
		return;
	}
	snprintf(c.type, sizeof(c.type), "%.*s", (int)n, word);
	snprintf(c.device, sizeof(c.device), "%s", word + n + 1);
	if (ui_submit(ui, &c) == 0)
		ui_say(ui, SAY_FINE,
		       c.verb == FF_CHECK_UNDER_MUSIC
			       ? "checking under the music, half a minute (u ends)"
		       : c.verb == FF_MEASURE_ONE
			       ? "checking: keep quiet, the microphone where it was (v ends)"
			       : "measuring: keep quiet and leave the microphone (g ends)");
}

static void measure_chosen(struct ui *ui, const struct picker_item *item)
{
	if (strcmp(item->value, "alsa:") == 0)
		prompt_open(&ui->prompt, measure_with,
			    "alsa:", "Microphone, as alsa:plughw:1:");
	else
		measure_with(ui, item->value);
}

static void measure_fill(struct ui *ui)
{
	for (uint32_t i = 0; i < ui->snap.sounds_n; i++) {
		const struct ff_sound *s = &ui->snap.sounds[i];
		char word[FF_PATH_MAX + 16], note[FF_TEXT_MAX];

		if (!s->capture)
			continue;
		snprintf(word, sizeof(word), "%s:%s", s->type, s->device);
		snprintf(note, sizeof(note), "%s %.140s",
			 strcmp(s->type, "alsa") == 0 ? "ALSA" : "PulseAudio", s->device);
		picker_add(ui, s->name[0] ? s->name : s->device, note, word);
	}
	picker_add(ui, "the desktop's input", "PulseAudio, PipeWire: the default", "pulse:");
	picker_add(ui, "another ALSA input", "typed: \"default\", \"plughw:1\" …", "alsa:");
}

void align_measure(struct ui *ui, int unused)
{
	const struct ff_command look = { .verb = FF_LIST_SOUNDS };
	const struct ff_command stop = { .verb = FF_MEASURE_CANCEL };

	(void)unused;
	if (measure_runs(ui)) {
		ui_submit(ui, &stop);
		return;
	}
	if (!align_selected(ui)) {
		ui_say(ui, SAY_ERROR, "there is no speaker to measure");
		return;
	}
	ui_submit(ui, &look);
	ui->align.checked_id = 0;
	picker_open(ui, measure_fill, measure_chosen, "Measure with which microphone", "");
}

/* ---- one speaker ------------------------------------------------------------------------- */

bool align_microphone(const struct ff_snapshot *snap, const struct ff_speaker *s,
		      struct ff_command *ret)
{
	enum ff_measuring step = snap->measure.step;

	if (step == FF_MEASURE_VERIFIED || step == FF_MEASURE_UNVERIFIED)
		return true; /* "" = as last */
	for (uint32_t i = 0; i < snap->sounds_n; i++) {
		const struct ff_sound *heard = &snap->sounds[i];

		if (!heard->capture || strcmp(heard->device, s->microphone) != 0)
			continue;
		snprintf(ret->type, sizeof(ret->type), "%s", heard->type);
		snprintf(ret->device, sizeof(ret->device), "%s", heard->device);
		return true;
	}
	return false;
}

void align_ask_microphone(struct ui *ui, const struct ff_speaker *s, bool under_music)
{
	const struct ff_command look = { .verb = FF_LIST_SOUNDS };
	char title[FF_NAME_MAX + 32];

	ui_submit(ui, &look);
	ui->align.checked_id = s->id;
	ui->align.under_music = under_music;
	snprintf(title, sizeof(title), "Check %.40s with which microphone",
		 words_name(s->name, s->address));
	picker_open(ui, measure_fill, measure_chosen, title, "");
}

void align_check(struct ui *ui, const struct ff_speaker *s)
{
	struct ff_command c = { .verb = FF_MEASURE_ONE, .id = s ? s->id : 0 };
	const struct ff_command stop = { .verb = FF_MEASURE_CANCEL };

	if (measure_runs(ui)) {
		ui_submit(ui, &stop);
	} else if (!s) {
		ui_say(ui, SAY_ERROR, "select the speaker to check");
	} else if (align_microphone(&ui->snap, s, &c)) {
		if (ui_submit(ui, &c) == 0)
			ui_say(ui, SAY_FINE,
			       "checking %s: keep quiet, the microphone where it was (v ends)",
			       words_name(s->name, s->address));
	} else {
		align_ask_microphone(ui, s, false);
	}
}

void align_dismiss(struct ui *ui, const struct ff_speaker *s)
{
	struct ff_command before = { .verb = FF_SET_DOUBT, .flag = true };
	struct ff_command after = { .verb = FF_SET_DOUBT };
	char what[FF_TEXT_MAX];

	if (!s || !s->doubt[0]) {
		ui_say(ui, SAY_FINE, "there is no doubt to put away");
		return;
	}
	before.id = after.id = s->id;
	snprintf(what, sizeof(what), "%s counts as in time", words_name(s->name, s->address));
	history_tell_do(ui, &before, &after, what);
}

void align_match_levels(struct ui *ui, int unused)
{
	const struct ff_measure *m = &ui->snap.measure;
	struct ff_command before = { .verb = FF_MEASURE_LEVELS, .flag = m->levelled };
	struct ff_command after = { .verb = FF_MEASURE_LEVELS, .flag = !m->levelled };

	(void)unused;
	if (m->one || (m->step != FF_MEASURE_VERIFIED && m->step != FF_MEASURE_UNVERIFIED))
		ui_say(ui, SAY_ERROR, "no levels are known: measure first (g)");
	else
		history_tell_do(ui, &before, &after,
				m->levelled ? "volumes as before the levels were matched"
					    : "volumes matched by the measured levels");
}

/* ---- what came of it --------------------------------------------------------------------- */

void align_measure_update(struct ui *ui)
{
	const struct ff_measure *m = &ui->snap.measure;
	const struct ff_command before = { .verb = FF_MEASURE_RESULT };
	const struct ff_command after = { .verb = FF_MEASURE_RESULT, .flag = true };
	const struct ff_speaker *one = ui_speaker(ui, m->one);
	const char *name = one ? words_name(one->name, one->address) : "";
	bool ran = ui->align.measuring;
	char what[FF_TEXT_MAX] = "delays as measured";

	ui->align.measuring = measure_runs(ui);
	if (!ran || ui->align.measuring)
		return;
	if (one)
		snprintf(what, sizeof(what), "%s as checked", name);
	/* the core says all of it in the log; here it can be undone, too */
	if (m->step == FF_MEASURE_VERIFIED || m->step == FF_MEASURE_UNVERIFIED)
		history_tell_do(ui, &before, &after, what);
	ui_say(ui, m->step == FF_MEASURE_VERIFIED ? SAY_FINE : SAY_ERROR, "%s%s%s", name,
	       one ? ": " : "", m->words);
}

/* ---- drawing it -------------------------------------------------------------------------- */

static const struct ff_measured *measured_of(const struct ui *ui, uint32_t id)
{
	const struct ff_measure *m = &ui->snap.measure;

	for (uint32_t i = 0; i < m->speakers_n; i++)
		if (m->speakers[i].id == id)
			return &m->speakers[i];
	return NULL;
}

/* Whose turn it is, or else the one under the cursor. */
static const struct ff_measured *measured_shown(const struct ui *ui)
{
	const struct ff_measure *m = &ui->snap.measure;
	const struct ff_speaker *s = align_selected(ui);

	for (uint32_t i = 0; i < m->speakers_n && measure_runs(ui); i++)
		if (m->speakers[i].sounding)
			return &m->speakers[i];
	return s ? measured_of(ui, s->id) : NULL;
}

/* 32 ms of what came from it: the straight sound, then the room. */
int align_response(struct cells *c, int row, int col, int cols, const uint8_t *response)
{
	static const char plain[] = " .:-=+*#";
	int width = cols / 2 < RESPONSE_MOST ? cols / 2 : RESPONSE_MOST;

	if (width < RESPONSE_LEAST)
		return 0;
	for (int i = 0; i < width; i++) {
		int from = i * FF_RESPONSE / width, to = (i + 1) * FF_RESPONSE / width,
		    most = 0;

		for (int k = from; k < to; k++)
			most = response[k] > most ? response[k] : most;
		if (most >= 32)
			cells_glyph(c, row, col + i, 0x2580 + (uint32_t)(most / 32 + 1),
				    plain[most / 32], STYLE_GOOD);
	}
	return width + 1;
}

static void measure_facts(const struct ff_measured *d, struct words *w)
{
	if (d->words[0])
		words_add(w, "%s", d->words);
	if (!d->accepted)
		return;
	words_add(w, "was %+.2f ms", (double)d->late_ms);
	words_add(w, "level %+.1f dB", (double)d->level_db);
	words_add(w, "confidence %.0f %%", 100 * (double)d->confidence);
}

/* "Measuring", "Checking Patio beside Kitchen". */
static void measure_title(const struct ui *ui, char *ret, size_t size)
{
	const struct ff_measure *m = &ui->snap.measure;
	const struct ff_speaker *one = ui_speaker(ui, m->one);
	const struct ff_speaker *by = ui_speaker(ui, m->speakers_n ? m->speakers[0].id : 0);
	bool runs = measure_runs(ui);

	if (one && by && by != one)
		snprintf(ret, size, "%s %.32s beside %.32s", runs ? "Checking" : "Check of",
			 words_name(one->name, one->address),
			 words_name(by->name, by->address));
	else
		snprintf(ret, size, "%s", runs ? "Measuring" : "Measured");
}

bool align_measure_strip(const struct ui *ui, struct cells *c, struct rect r)
{
	const struct ff_measure *m = &ui->snap.measure;
	const struct ff_measured *d = measured_shown(ui);
	const struct ff_speaker *s = d ? ui_speaker(ui, d->id) : NULL;
	char title[96];
	struct words w;
	int used = 0;

	if (m->step == FF_MEASURE_NONE || m->step == FF_MEASURE_CANCELLED ||
	    (!measure_runs(ui) && (!d || (s && s->doubt[0]))))
		return false;
	measure_title(ui, title, sizeof(title));
	draw_rule(c, r, title, false);
	words_start(&w, r.cols - 2);
	if (m->step == FF_MEASURE_OPENING)
		words_add(&w, "listening to %s",
			  m->microphone[0] ? m->microphone : "the default microphone");
	if (m->step == FF_MEASURE_FADING)
		words_add(&w, "the music fades");
	if (m->step == FF_MEASURE_SOUNDING || m->step == FF_MEASURE_VERIFYING) {
		if (m->one)
			words_add(&w, m->pass == 1 ? "4 s of sweeps" : "again, to verify");
		else
			words_add(&w, m->pass == 1 ? "pass 1 of 2" : "pass 2 of 2, to verify");
		if (m->tries > 1)
			words_add(&w, "try %u", m->tries);
		words_add(&w, "%.0f %%", 100 * (double)m->progress);
		words_add(&w, m->one ? "v ends it" : "g ends it");
	}
	if (!measure_runs(ui)) /* in full in the log, and when it came */
		snprintf(w.text, sizeof(w.text), "%s", m->words);
	cells_text(c, r.row + 1, r.col + 1, r.cols - 2,
		   m->step == FF_MEASURE_REFUSED || m->step == FF_MEASURE_UNVERIFIED
			   ? STYLE_WARN
			   : STYLE_NOTICE,
		   w.text);
	if (!d || !s || (!measure_runs(ui) && !d->accepted && !d->words[0]))
		return true; /* of this one nothing is known */
	if (d->turns > 0)
		used = align_response(c, r.row + 2, r.col + 1, r.cols - 2, d->response);
	words_start(&w, r.cols - 2 - used);
	words_add(&w, "%s", words_name(s->name, s->address));
	measure_facts(d, &w);
	cells_text(c, r.row + 2, r.col + 1 + used, r.cols - 2 - used, STYLE_TEXT, w.text);
	return true;
}
