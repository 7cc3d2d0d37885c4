/* SPDX-License-Identifier: MIT */
/* script_music - measure under-music: one speaker timed while the music plays on. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tui/json.h"
#include "tui/script.h"

#define MUSIC_MS 240000 /* the microphone, half a minute, and a slow computer's reckoning */

struct music_seen {
	uint32_t before; /* runs there were */
	int told;	 /* percent and step last shown */
};

static bool script_probes(const struct script *s)
{
	enum ff_under_music step = s->now.music_check.step;

	return step == FF_UNDER_OPENING || step == FF_UNDER_SOUNDING ||
	       step == FF_UNDER_RECKONING;
}

static int script_music_over(struct script *s, const void *arg)
{
	struct music_seen *m = *(struct music_seen *const *)arg;
	const struct ff_music_check *now = &s->now.music_check;
	int told = (int)now->step * 1000 + (int)(10 * now->progress);

	if (!script_probes(s))
		return now->runs != m->before;
	if (told != m->told && now->step == FF_UNDER_RECKONING)
		fprintf(stderr, "reckoning\n");
	else if (told != m->told && now->step == FF_UNDER_SOUNDING)
		fprintf(stderr, "under the music: %.0f %%\n", 100 * (double)now->progress);
	m->told = told;
	return 0;
}

static const char *script_step_name(enum ff_under_music step)
{
	switch (step) {
	case FF_UNDER_NONE:
		return "none";
	case FF_UNDER_OPENING:
		return "opening";
	case FF_UNDER_SOUNDING:
		return "sounding";
	case FF_UNDER_RECKONING:
		return "reckoning";
	case FF_UNDER_FOUND:
		return "found";
	case FF_UNDER_REFUSED:
		return "refused";
	case FF_UNDER_CANCELLED:
		return "cancelled";
	}
	return "";
}

static int script_tell_music(const struct script *s)
{
	const struct ff_music_check *m = &s->now.music_check;
	const struct ff_speaker *sp = script_by_id(s, m->speaker);
	const struct ff_speaker *by = script_by_id(s, m->reference);
	struct json j = { .to = stdout };

	if (s->json) {
		json_open(&j, NULL, '{');
		json_text(&j, "step", script_step_name(m->step));
		json_text(&j, "speaker", sp ? sp->name : "");
		json_text(&j, "reference", by ? by->name : "");
		json_number(&j, "progress", m->progress);
		json_number(&j, "late_ms", m->step == FF_UNDER_FOUND ? m->late_ms : NAN);
		json_number(&j, "unsure_ms", m->step == FF_UNDER_FOUND ? m->unsure_ms : NAN);
		json_number(&j, "confidence", m->confidence);
		json_bool(&j, "applied", m->applied);
		json_text(&j, "words", m->words);
		json_close(&j, '}');
		return m->step == FF_UNDER_FOUND ? 0 : SCRIPT_FAILED;
	}
	if (m->step != FF_UNDER_FOUND)
		return script_fail("%s", m->words[0] ? m->words : "nothing was checked");
	printf("%s\t%+.2f ms\t%.0f%%\t%s\n", sp ? sp->name : "-", (double)m->late_ms,
	       100 * (double)m->confidence, m->applied ? "applied" : m->words);
	return 0;
}

static int script_music_flag(struct script *s, const char *word)
{
	struct ff_command c = { .verb = FF_APPLY_UNDER_MUSIC, .flag = word[0] == 'a' };
	int r = script_attach(s);

	if (r)
		return r;
	if (strcmp(word, "show") == 0)
		return script_tell_music(s);
	if (strcmp(word, "cancel") == 0) {
		c.verb = FF_CANCEL_UNDER_MUSIC;
		return script_probes(s) ? script_submit(s, &c)
					: script_fail("no check is under way");
	}
	if (s->now.music_check.step != FF_UNDER_FOUND)
		return script_fail("there is no check to go by: \"fanfare measure under-music "
				   "SPEAKER\"");
	return script_submit(s, &c);
}

int script_under_music(struct script *s)
{
	static const char *const words[] = { "apply", "undo", "cancel", "show" };
	struct ff_command c = { .verb = FF_CHECK_UNDER_MUSIC };
	struct music_seen seen = { .told = -1 }, *arg = &seen;
	int r;

	if (s->argc < 2 || s->argc > 3)
		return script_misuse("measure under-music SPEAKER [alsa:DEVICE | pulse:SOURCE] "
				     "| apply | undo | cancel | show");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && s->argc == 2; i++)
		if (strcmp(s->argv[1], words[i]) == 0)
			return script_music_flag(s, words[i]);
	r = script_listener(s, s->argv[1], s->argc > 2 ? s->argv[2] : NULL, &c);
	if (r)
		return r;
	if (script_probes(s))
		return script_fail(
			"a check is under way: \"fanfare measure under-music cancel\"");
	seen.before = s->now.music_check.runs;
	r = script_submit(s, &c);
	if (r == 0)
		r = script_await(s, script_music_over, &arg, MUSIC_MS);
	return r ? r : script_tell_music(s);
}
