/* SPDX-License-Identifier: MIT */
/* script_speakers - volume, mute, trim, connect, disconnect. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/mixer.h"
#include "tui/script.h"
#include "tui/taper.h"
#include "tui/words.h"

#define TRIES	    3	  /* of connecting, that are waited for */
#define TRIM_MAX_MS 500.0 /* as fanfare.h says of FF_SET_TRIM */

/* What one speaker is to be like. */
struct wish {
	struct ff_command command;
	bool all;
};

static int script_has(const struct ff_speaker *sp, const struct ff_command *c)
{
	switch ((int)c->verb) {
	case FF_SET_VOLUME:
		return fabsf(sp->volume_db - c->value) < 0.01f;
	case FF_SET_TRIM:
		return fabsf(sp->trim_ms - c->value) < 0.01f;
	default:
		return sp->mute == c->flag;
	}
}

static int script_fulfilled(struct script *s, const void *arg)
{
	const struct ff_command *c = arg;
	const struct ff_speaker *sp = script_by_id(s, c->id);

	if (!sp) {
		snprintf(s->why, sizeof(s->why), "%s: the speaker left the profile", s->name);
		return -1;
	}
	return script_has(sp, c);
}

static int script_set(struct script *s, const struct ff_command *c)
{
	int r = script_submit(s, c);

	return r ? r : script_await(s, script_fulfilled, c, SCRIPT_SOON_MS);
}

/* ---- volume ----------------------------------------------------------------------------- */

static void script_tell_volume(const struct ff_speaker *sp)
{
	char db[16];

	words_decibel(sp->volume_db, db, sizeof(db));
	printf("%s\t%.0f%%\t%s%s%s\n", sp->name, (double)taper_percent(sp->volume_db), db,
	       strcmp(db, "silent") == 0 ? "" : " dB", sp->mute ? "\tmute" : "");
}

/* "+5%" moves it, all else sets it. */
static int script_wanted_db(const struct ff_speaker *sp, const char *text, float *ret)
{
	size_t n = strlen(text);
	char *end;

	if ((*text == '+' || *text == '-') && text[n - 1] == '%') {
		float by = strtof(text, &end);

		if (end != text + n - 1 || !isfinite(by))
			return -1;
		by += taper_percent(sp->volume_db);
		/* as the keys of the mixer: 0 dB is the end of the way up */
		*ret = taper_db(by < 0 ? 0 : by > 100 ? 100 : by);
		return 0;
	}
	return mixer_parse(text, ret);
}

static int script_no_volume(const char *text)
{
	return script_misuse(
		"\"%s\" is no volume: 72 (percent), -12dB, +5%% or -5%%, at most 130 or "
		"+12dB",
		text);
}

static int script_volume_of(struct script *s, const struct ff_speaker *sp)
{
	struct ff_command c = { .verb = FF_SET_VOLUME, .id = sp->id };

	if (s->argc < 2) {
		script_tell_volume(sp);
		return 0;
	}
	if (script_wanted_db(sp, s->argv[1], &c.value) < 0)
		return script_no_volume(s->argv[1]);
	return script_set(s, &c);
}

/* ---- mute ------------------------------------------------------------------------------- */

static int script_wanted_flag(const char *word, bool now)
{
	if (strcmp(word, "toggle") == 0)
		return !now;
	return strcmp(word, "on") == 0 ? 1 : strcmp(word, "off") == 0 ? 0 : -1;
}

static int script_muted(struct script *s, const void *arg)
{
	return s->now.muted_all == *(const bool *)arg;
}

static int script_mute_all(struct script *s, int flag)
{
	struct ff_command c = { .verb = FF_MUTE_ALL, .flag = flag > 0 };
	int r = script_submit(s, &c);

	return r ? r : script_await(s, script_muted, &c.flag, SCRIPT_SOON_MS);
}

int script_mute(struct script *s)
{
	const char *word = s->argc > 1 ? s->argv[1] : "on";
	struct ff_command c = { .verb = FF_SET_MUTE };
	const struct ff_speaker *sp;
	int r, flag;

	if (s->argc < 1 || s->argc > 2 || script_wanted_flag(word, false) < 0)
		return script_misuse("mute SPEAKER|all [on | off | toggle]");
	r = script_attach(s);
	if (r)
		return r;
	if (strcmp(s->argv[0], "all") == 0)
		return script_mute_all(s, script_wanted_flag(word, s->now.muted_all));
	sp = script_speaker(s, s->argv[0]);
	if (!sp)
		return SCRIPT_FAILED;
	flag = script_wanted_flag(word, sp->mute);
	c.id = sp->id;
	c.flag = flag > 0;
	return script_set(s, &c);
}

int script_volume(struct script *s)
{
	static const struct ff_speaker any;
	const struct ff_speaker *sp;
	float db;
	int r;

	if (s->argc < 1 || s->argc > 2)
		return script_misuse("volume SPEAKER|all [72 | -12dB | +5%% | -5%%]");
	/* whoever plays, and whether anybody does, makes no sense of that */
	if (s->argc == 2 && script_wanted_db(&any, s->argv[1], &db) < 0)
		return script_no_volume(s->argv[1]);
	r = script_attach(s);
	if (r)
		return r;
	if (strcmp(s->argv[0], "all") != 0) {
		sp = script_speaker(s, s->argv[0]);
		return sp ? script_volume_of(s, sp) : SCRIPT_FAILED;
	}
	for (uint32_t i = 0; i < s->now.speakers_n && r == 0; i++)
		r = script_volume_of(s, &s->now.speakers[i]);
	return r;
}

/* ---- trim ------------------------------------------------------------------------------- */

int script_trim(struct script *s)
{
	struct ff_command c = { .verb = FF_SET_TRIM };
	const struct ff_speaker *sp;
	double ms = 0;
	char *end;
	int r;

	if (s->argc < 1 || s->argc > 2)
		return script_misuse("trim SPEAKER [MS]");
	if (s->argc == 2) {
		ms = strtod(s->argv[1], &end);
		if (end == s->argv[1] || (*end && strcmp(end, "ms") != 0) ||
		    !(fabs(ms) <= TRIM_MAX_MS))
			return script_misuse("\"%s\" is no trim: milliseconds, -%.0f to %.0f",
					     s->argv[1], TRIM_MAX_MS, TRIM_MAX_MS);
	}
	r = script_attach_to(s, s->argv[0], &sp);
	if (r)
		return r;
	if (s->argc == 1) {
		printf("%s\t%+.1f ms\n", sp->name, (double)sp->trim_ms);
		return 0;
	}
	c.id = sp->id;
	c.value = (float)ms;
	return script_set(s, &c);
}

/* ---- connect, disconnect ---------------------------------------------------------------- */

int script_plays(struct script *s, const void *id)
{
	const struct ff_speaker *sp = script_by_id(s, *(const uint32_t *)id);
	char words[FF_TEXT_MAX];

	if (!sp)
		return -1;
	words_state(sp, words, sizeof(words));
	snprintf(s->why, sizeof(s->why), "%.60s: %.90s", sp->name, words);
	if (sp->state == FF_PLAYING)
		return 1;
	if (sp->output != FF_OUT_BLUETOOTH) /* what is not there does not come by waiting */
		return sp->reason[0] ? -1 : 0;
	/* the first one is often too soon; after some it goes on trying, unwatched */
	return sp->state == FF_RETRYING && sp->tries >= TRIES ? -1 : 0;
}

static int script_is_off(struct script *s, const void *arg)
{
	const struct ff_speaker *sp = script_by_id(s, *(const uint32_t *)arg);

	return !sp || sp->state == FF_OFF;
}

/* A device that no speaker of the profile is. */
static int script_send_away(struct script *s, const struct ff_device *d)
{
	struct ff_command c = { .verb = FF_DISCONNECT_DEVICE };
	int r;

	memcpy(c.address, d->address, sizeof(c.address));
	memcpy(c.adapter, d->adapter, sizeof(c.adapter));
	r = script_submit(s, &c);
	return r ? r : script_await(s, script_is_away, c.address, SCRIPT_SPEAKER_MS);
}

static int script_link(struct script *s, enum ff_verb verb, script_done_fn done)
{
	struct ff_command c = { .verb = verb };
	const struct ff_speaker *sp;
	int r;

	if (s->argc != 1)
		return script_misuse("%s SPEAKER", s->name);
	r = script_attach(s);
	if (r)
		return r;
	if (verb == FF_DISCONNECT && !script_is_speaker(s, s->argv[0]) &&
	    script_known(s, s->argv[0]))
		return script_send_away(s, script_known(s, s->argv[0]));
	sp = script_speaker(s, s->argv[0]);
	if (!sp)
		return SCRIPT_FAILED;
	if (sp->output != FF_OUT_BLUETOOTH)
		return script_fail("%s: only Bluetooth speakers connect and disconnect",
				   sp->name);
	c.id = sp->id;
	r = script_submit(s, &c);
	return r ? r : script_await(s, done, &c.id, SCRIPT_SPEAKER_MS);
}

int script_connect(struct script *s)
{
	return script_link(s, FF_CONNECT, script_plays);
}

int script_disconnect(struct script *s)
{
	return script_link(s, FF_DISCONNECT, script_is_off);
}
