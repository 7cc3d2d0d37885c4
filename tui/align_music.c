/* SPDX-License-Identifier: MIT */
/* align_music - u in the align pane: one speaker timed while the music plays on. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tui/draw.h"
#include "tui/pane.h"
#include "tui/words.h"

static bool music_runs(const struct ui *ui)
{
	enum ff_under_music step = ui->snap.music_check.step;

	return step == FF_UNDER_OPENING || step == FF_UNDER_SOUNDING ||
	       step == FF_UNDER_RECKONING;
}

/* Whether what was found is more than what it may be out by. */
static bool music_mends(const struct ff_music_check *m)
{
	return m->step == FF_UNDER_FOUND && fabsf(m->late_ms) >= m->unsure_ms;
}

void align_under_music(struct ui *ui, int unused)
{
	const struct ff_speaker *s = align_selected(ui);
	struct ff_command c = { .verb = FF_CHECK_UNDER_MUSIC, .id = s ? s->id : 0 };
	const struct ff_command stop = { .verb = FF_CANCEL_UNDER_MUSIC };

	(void)unused;
	if (music_runs(ui))
		ui_submit(ui, &stop);
	else if (!s)
		ui_say(ui, SAY_ERROR, "select the speaker to check");
	else if (!align_microphone(&ui->snap, s, &c))
		align_ask_microphone(ui, s, true);
	else if (ui_submit(ui, &c) == 0)
		ui_say(ui, SAY_FINE, "checking %s under the music, half a minute (u ends)",
		       words_name(s->name, s->address));
}

void align_mend(struct ui *ui, int unused)
{
	const struct ff_music_check *m = &ui->snap.music_check;
	const struct ff_speaker *s = ui_speaker(ui, m->speaker);
	struct ff_command before = { .verb = FF_APPLY_UNDER_MUSIC, .flag = m->applied };
	struct ff_command after = { .verb = FF_APPLY_UNDER_MUSIC, .flag = !m->applied };
	char what[FF_TEXT_MAX];

	(void)unused;
	if (!s || m->step != FF_UNDER_FOUND) {
		ui_say(ui, SAY_ERROR, "nothing was found under the music: check first (u)");
		return;
	}
	if (!m->applied && !music_mends(m)) {
		ui_say(ui, SAY_FINE, "it is in place as nearly as was heard: nothing to mend");
		return;
	}
	snprintf(what, sizeof(what), "%s %s", words_name(s->name, s->address),
		 m->applied ? "as before the check under the music"
			    : "mended by the check under the music");
	history_tell_do(ui, &before, &after, what);
}

void align_music_update(struct ui *ui)
{
	const struct ff_music_check *m = &ui->snap.music_check;
	bool ran = ui->align.checking_music;

	ui->align.checking_music = music_runs(ui);
	if (!ran || ui->align.checking_music)
		return;
	ui_say(ui, m->step == FF_UNDER_FOUND ? SAY_FINE : SAY_ERROR, "%s%s", m->words,
	       music_mends(m) ? "; U mends it" : "");
}

static void music_words(const struct ff_music_check *m, struct words *w)
{
	if (m->step == FF_UNDER_OPENING)
		words_add(w, "listening to %s",
			  m->microphone[0] ? m->microphone : "the default microphone");
	if (m->step == FF_UNDER_SOUNDING)
		words_add(w, "the music plays on, %.0f %%", 100 * (double)m->progress);
	if (m->step == FF_UNDER_RECKONING)
		words_add(w, "reckoning");
	if (m->step == FF_UNDER_FOUND) {
		if (m->unsure_ms > 0)
			words_add(w, "%+.1f ms, give or take %.1f", (double)m->late_ms,
				  (double)m->unsure_ms);
		else
			words_add(w, "%+.2f ms", (double)m->late_ms);
		words_add(w, "confidence %.0f %%", 100 * (double)m->confidence);
		words_add(w, m->applied	      ? "mended, U takes it back"
			     : music_mends(m) ? "U mends it"
					      : "in place as nearly as was heard");
	} else {
		words_add(w, "u ends it");
	}
}

bool align_music_strip(const struct ui *ui, struct cells *c, struct rect r)
{
	const struct ff_music_check *m = &ui->snap.music_check;
	const struct ff_speaker *s = ui_speaker(ui, m->speaker);
	const struct ff_speaker *by = ui_speaker(ui, m->reference);
	char title[2 * FF_NAME_MAX + 32];
	struct words w;

	if (!s || !by ||
	    (!music_runs(ui) && (m->step != FF_UNDER_FOUND || s != align_selected(ui))))
		return false;
	snprintf(title, sizeof(title), "Under the music: %.32s beside %.32s",
		 words_name(s->name, s->address), words_name(by->name, by->address));
	draw_rule(c, r, title, false);
	words_start(&w, r.cols - 2);
	music_words(m, &w);
	cells_text(c, r.row + 1, r.col + 1, r.cols - 2, STYLE_NOTICE, w.text);
	if (m->step == FF_UNDER_FOUND)
		align_response(c, r.row + 2, r.col + 1, r.cols - 2, m->response);
	return true;
}
