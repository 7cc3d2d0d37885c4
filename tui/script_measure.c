/* SPDX-License-Identifier: MIT */
/* script_measure - measure the speakers of a zone with a microphone. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/scope.h"
#include "tui/align.h"
#include "tui/script.h"

#define OPEN_MS 10000u
#define SLOT_MS 1250u /* each of two turns of a speaker */
#define RUN_MS	5000u /* what a run takes beside them */
#define RUNS	6u    /* three tries, twice */

static bool script_measures(const struct script *s)
{
	enum ff_measuring step = s->now.measure.step;

	return step == FF_MEASURE_OPENING || step == FF_MEASURE_FADING ||
	       step == FF_MEASURE_SOUNDING || step == FF_MEASURE_VERIFYING;
}

struct measuring {
	uint32_t before; /* runs there were */
	int told;	 /* percent and pass last shown */
};

static int script_measured(struct script *s, const void *arg)
{
	struct measuring *m = *(struct measuring *const *)arg;
	const struct ff_measure *now = &s->now.measure;
	int percent = (int)(now->pass * 1000 + now->tries * 100) + (int)(90 * now->progress);

	if (script_measures(s)) {
		if (percent != m->told && now->step >= FF_MEASURE_SOUNDING)
			fprintf(stderr, "pass %u, try %u: %.0f %%\n", now->pass, now->tries,
				100 * (double)now->progress);
		m->told = percent;
		return 0;
	}
	return now->runs != m->before;
}

static const char *script_name_of(const struct script *s, uint32_t id)
{
	const struct ff_speaker *sp = script_by_id(s, id);

	return sp ? sp->name : "-";
}

static int script_tell_measure(const struct script *s)
{
	const struct ff_measure *m = &s->now.measure;

	for (uint32_t i = 0; i < m->speakers_n; i++) {
		const struct ff_measured *d = &m->speakers[i];

		if (d->accepted)
			printf("%s\t%+.2f ms\t%+.1f dB\t%.0f%%\t%s\n", script_name_of(s, d->id),
			       (double)d->late_ms, (double)d->level_db,
			       100 * (double)d->confidence, d->words);
		else if (d->words[0])
			printf("%s\t-\t-\t-\t%s\n", script_name_of(s, d->id), d->words);
	}
	if (m->step == FF_MEASURE_VERIFIED) {
		printf("%s\n", m->words);
		return 0;
	}
	return script_fail("%s", m->words[0] ? m->words : "nothing was measured");
}

static int script_flagged(struct script *s, enum ff_verb verb, bool flag)
{
	const struct ff_command c = { .verb = verb, .flag = flag };
	enum ff_measuring step = s->now.measure.step;

	if (verb == FF_MEASURE_CANCEL
		    ? !script_measures(s)
		    : (step != FF_MEASURE_VERIFIED && step != FF_MEASURE_UNVERIFIED) ||
			      (verb == FF_MEASURE_LEVELS && s->now.measure.one))
		return script_fail(verb == FF_MEASURE_CANCEL
					   ? "no measurement is under way"
					   : "there is no measurement to go by: measure first");
	return script_submit(s, &c);
}

/* Ask for it, wait until it is over, and say what came of it. */
static int script_measure_through(struct script *s, const struct ff_command *c)
{
	struct measuring seen = { .told = -1, .before = s->now.measure.runs };
	struct measuring *arg = &seen;
	unsigned wait = OPEN_MS + RUNS * (RUN_MS + 2 * SLOT_MS * s->now.speakers_n);
	int r;

	if (script_measures(s))
		return script_fail("a measurement is under way: \"fanfare measure cancel\"");
	r = script_submit(s, c);
	if (r == 0)
		r = script_await(s, script_measured, &arg, (int)wait);
	return r ? r : script_tell_measure(s);
}

static const char *const words[] = { "cancel", "undo", "redo", "levels", "show", NULL };
static const char *const kinds[] = { "alsa", "pulse", "command", "fifo", NULL };

static bool script_is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

static int script_microphone(const char *word, struct ff_command *ret)
{
	if (script_split(word, ret->type, ret->device) && script_is_one_of(ret->type, kinds))
		return 0;
	return script_misuse("\"%s\" is no microphone: alsa:DEVICE or pulse:SOURCE", word);
}

int script_listener(struct script *s, const char *speaker, const char *microphone,
		    struct ff_command *ret)
{
	const struct ff_speaker *sp;
	int r = microphone ? script_microphone(microphone, ret) : 0;

	if (r == 0)
		r = script_attach_to(s, speaker, &sp);
	if (r)
		return r;
	ret->id = sp->id;
	if (!microphone && !align_microphone(&s->now, sp, ret))
		return script_fail("name the microphone: alsa:DEVICE or pulse:SOURCE");
	return 0;
}

static int script_dismiss(struct script *s, const char *speaker)
{
	struct ff_command c = { .verb = FF_SET_DOUBT };
	const struct ff_speaker *sp;
	int r = script_attach_to(s, speaker, &sp);

	if (r)
		return r;
	c.id = sp->id;
	return sp->doubt[0] ? script_submit(s, &c)
			    : script_fail("%s: nothing is in doubt", sp->name);
}

/* speaker NAME [MICROPHONE | dismiss] */
static int script_measure_one(struct script *s)
{
	struct ff_command c = { .verb = FF_MEASURE_ONE };
	const char *word = s->argc > 2 ? s->argv[2] : NULL;
	int r;

	if (s->argc < 2 || s->argc > 3)
		return script_misuse(
			"measure speaker NAME [alsa:DEVICE | pulse:SOURCE | dismiss]");
	if (word && strcmp(word, "dismiss") == 0)
		return script_dismiss(s, s->argv[1]);
	r = script_listener(s, s->argv[1], word, &c);
	return r ? r : script_measure_through(s, &c);
}

static int script_measure_zone(struct script *s)
{
	struct ff_command c = { .verb = FF_MEASURE };
	int r = script_microphone(s->argv[0], &c);

	if (r == 0)
		r = script_attach(s);
	if (r == 0 && s->argc > 1)
		r = script_zone(s, s->argv[1], &c.id) != 0 ? SCRIPT_FAILED : 0;
	return r ? r : script_measure_through(s, &c);
}

int script_measure(struct script *s)
{
	bool word = s->argc && script_is_one_of(s->argv[0], words);
	int r;

	if (s->argc && strcmp(s->argv[0], "speaker") == 0)
		return script_measure_one(s);
	if (s->argc && strcmp(s->argv[0], "under-music") == 0)
		return script_under_music(s);
	if (s->argc < 1 || s->argc > (word ? 1 : 2))
		return script_misuse(
			"measure alsa:DEVICE|pulse:SOURCE [ZONE] | speaker NAME … | "
			"under-music SPEAKER … | cancel | undo | redo | levels | show");
	if (!word)
		return script_measure_zone(s);
	r = script_attach(s);
	if (r)
		return r;
	if (strcmp(s->argv[0], "cancel") == 0)
		return script_flagged(s, FF_MEASURE_CANCEL, false);
	if (strcmp(s->argv[0], "undo") == 0 || strcmp(s->argv[0], "redo") == 0)
		return script_flagged(s, FF_MEASURE_RESULT, s->argv[0][0] == 'r');
	if (strcmp(s->argv[0], "levels") == 0)
		return script_flagged(s, FF_MEASURE_LEVELS, !s->now.measure.levelled);
	return script_tell_measure(s);
}
