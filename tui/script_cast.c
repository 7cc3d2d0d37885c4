/* SPDX-License-Identifier: MIT */
/* script_cast - add, remove, source: who plays, and what is heard. */
#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cut.h"
#include "tui/json.h"
#include "tui/script.h"
#include "tui/words.h"

#define LOOK_STEP_MS 20
#define LOOK_STEPS   100 /* a sound server that sleeps takes a second to answer */

/* ---- add, remove ------------------------------------------------------------------------ */

struct addition {
	struct ff_command command;
	uint32_t before[FF_SPEAKERS], before_n; /* ids that were there */
	uint32_t id;				/* of the new one, 0 = not yet */
};

static uint32_t script_newcomer(const struct script *s, const struct addition *a)
{
	for (uint32_t i = 0; i < s->now.speakers_n; i++) {
		uint32_t k = 0;

		while (k < a->before_n && a->before[k] != s->now.speakers[i].id)
			k++;
		if (k == a->before_n)
			return s->now.speakers[i].id;
	}
	return 0;
}

static int script_added(struct script *s, const void *arg)
{
	struct addition *a = *(struct addition *const *)arg;

	if (!a->id)
		a->id = script_newcomer(s, a);
	if (a->id) {
		script_answer(s);
		return script_plays(s, &a->id);
	}
	if (!ff_was_refused(&s->now, a->command.other))
		return 0;
	for (const char *line; (line = script_logged(s, 4));)
		CUT_COPY(s->why, line);
	return -1;
}

/* "JBL Flip 5", "00:11:22:33:44:55", "alsa:hw:CARD=Amp": what is to play. */
static int script_output(const struct script *s, const char *word, struct ff_command *ret)
{
	char type[16];

	ret->output = FF_OUT_BLUETOOTH;
	if (script_split(word, type, ret->device))
		for (uint32_t i = 0; ff_output_name(i); i++)
			if (i != FF_OUT_BLUETOOTH && strcmp(ff_output_name(i), type) == 0)
				ret->output = (enum ff_output)i;
	if (ret->output != FF_OUT_BLUETOOTH)
		return 0;
	ret->device[0] = '\0';
	return script_device(s, word, ret->address);
}

static int script_add_to(struct script *s, struct addition *a)
{
	int r;

	if (strlen(s->argc > 1 ? s->argv[1] : "") >= FF_NAME_MAX)
		return script_misuse("that name is too long");
	if (s->argc > 1)
		CUT_COPY(a->command.text, s->argv[1]);
	r = script_output(s, s->argv[0], &a->command);
	if (r == 0 && s->argc > 2)
		r = script_zone(s, s->argv[2], &a->command.id);
	for (uint32_t i = 0; i < s->now.speakers_n; i++)
		a->before[a->before_n++] = s->now.speakers[i].id;
	if (r == 0)
		r = script_submit(s, &a->command);
	return r ? r : script_await(s, script_added, &a, SCRIPT_SPEAKER_MS);
}

/* What cannot play now stays all the same. */
static int script_kept(int r, bool kept)
{
	if (r && kept)
		fputs("fanfare: it is in the profile, and is tried again\n", stderr);
	return r;
}

int script_add(struct script *s)
{
	struct addition a = { .command = { .verb = FF_ADD_SPEAKER,
					   .other = (uint32_t)getpid() } };
	int r;

	if (s->argc < 1 || s->argc > 3)
		return script_misuse("add DEVICE|TYPE:DEVICE [NAME [ZONE]]");
	r = script_attach(s);
	if (r)
		return r;
	if (s->now.simulated && !s->now.modified)
		return script_fail(
			"profile %s is a demonstration: \"fanfare profile new NAME\" "
			"begins one of your own",
			s->now.profile);
	r = script_add_to(s, &a);
	return script_kept(r, a.id);
}

static int script_removed(struct script *s, const void *arg)
{
	return !script_by_id(s, *(const uint32_t *)arg);
}

int script_remove(struct script *s)
{
	struct ff_command c = { .verb = FF_REMOVE_SPEAKER };
	const struct ff_speaker *sp;
	int r;

	if (s->argc != 1)
		return script_misuse("remove SPEAKER");
	r = script_attach_to(s, s->argv[0], &sp);
	if (r)
		return r;
	c.id = sp->id;
	r = script_submit(s, &c);
	return r ? r : script_await(s, script_removed, &c.id, SCRIPT_SOON_MS);
}

/* ---- source ----------------------------------------------------------------------------- */

static bool script_heard(const struct script *s, const struct ff_sound *sound)
{
	for (uint32_t i = 0; i < s->now.sources_n; i++)
		if (strcmp(s->now.sources[i].type, sound->type) == 0 &&
		    strcmp(s->now.sources[i].device, sound->device) == 0)
			return true;
	return false;
}

static void script_list_sources(const struct script *s)
{
	for (uint32_t i = 0; i < s->now.sources_n; i++) {
		const struct ff_source *so = &s->now.sources[i];

		printf("%s:%s\t%s\tin %s: %s\n", so->type, so->device,
		       so->name[0] ? so->name : so->device, s->now.zones[so->zone].name,
		       so->reason[0] ? so->reason : ff_state_name(so->state));
	}
	for (uint32_t i = 0; i < s->now.sounds_n; i++) {
		const struct ff_sound *sound = &s->now.sounds[i];

		if (sound->capture && !script_heard(s, sound))
			printf("%s:%s\t%s\n", sound->type, sound->device, sound->name);
	}
}

static void script_json_heard(struct json *j, const char *type, const char *device,
			      const char *name, const char *zone, const char *state)
{
	json_open(j, NULL, '{');
	json_text(j, "type", type);
	json_text(j, "device", device);
	json_text(j, "name", name);
	json_text(j, "zone", zone);
	json_text(j, "state", state);
	json_close(j, '}');
}

static void script_list_sources_json(const struct script *s)
{
	struct json j = { .to = stdout };

	json_open(&j, NULL, '[');
	for (uint32_t i = 0; i < s->now.sources_n; i++) {
		const struct ff_source *so = &s->now.sources[i];

		script_json_heard(&j, so->type, so->device, so->name,
				  s->now.zones[so->zone].name, ff_state_name(so->state));
	}
	for (uint32_t i = 0; i < s->now.sounds_n; i++) {
		const struct ff_sound *sound = &s->now.sounds[i];

		if (sound->capture && !script_heard(s, sound))
			script_json_heard(&j, sound->type, sound->device, sound->name, "", "");
	}
	json_close(&j, ']');
}

/* Have the core look what there is now; a list of before would lack what was just plugged in.
 */
static int script_sources(struct script *s)
{
	const struct ff_command look = { .verb = FF_LIST_SOUNDS };
	uint32_t looks = s->now.looks;
	int r;

	r = script_submit(s, &look);
	if (r)
		return r;
	for (int i = 0; i < LOOK_STEPS && s->now.looks == looks; i++) {
		poll(NULL, 0, LOOK_STEP_MS);
		ff_snapshot(s->ff, &s->now);
	}
	if (s->json)
		script_list_sources_json(s);
	else
		script_list_sources(s);
	return 0;
}

static const struct ff_source *script_source_like(const struct script *s,
						  const struct ff_command *c)
{
	for (uint32_t i = 0; i < s->now.sources_n; i++)
		if (strcmp(s->now.sources[i].type, c->type) == 0 &&
		    strcmp(s->now.sources[i].device, c->device) == 0)
			return &s->now.sources[i];
	return NULL;
}

/* One that is there as soon as somebody plays: there is nothing to wait for. */
static bool script_is_guest(const char *type)
{
	return strcmp(type, "bluetooth") == 0;
}

/* Heard, or why it is not, as far as one knows after the first try. */
static int script_listens(struct script *s, const void *arg)
{
	const struct ff_command *c = arg;
	const struct ff_source *so = script_source_like(s, c);

	if (!so) {
		for (const char *line; (line = script_logged(s, 4));)
			CUT_COPY(s->why, line);
		return *s->why ? -1 : 0;
	}
	snprintf(s->why, sizeof(s->why), "%.60s: %.90s", so->name[0] ? so->name : so->device,
		 so->reason[0] ? so->reason : ff_state_name(so->state));
	if (so->state == FF_PLAYING || script_is_guest(so->type))
		return 1;
	return so->reason[0] ? -1 : 0;
}

/* The zone's only source listens to that from now on, or is there from now on. */
static int script_listen(struct script *s)
{
	struct ff_command c = { .verb = FF_ADD_SOURCE, .other = (uint32_t)getpid() };
	uint32_t zone = 0, n = 0;
	int r;

	script_split(s->argv[0], c.type, c.device);
	if (script_is_guest(c.type))
		for (char *at = c.device; *at; at++)
			*at = (char)toupper((unsigned char)*at);
	if (s->argc > 1 && script_zone(s, s->argv[1], &zone) != 0)
		return SCRIPT_FAILED;
	c.id = zone;
	for (uint32_t i = 0; i < s->now.sources_n; i++) {
		if (s->now.sources[i].zone != zone)
			continue;
		c.verb = FF_SET_SOURCE_DEVICE;
		c.id = s->now.sources[i].id;
		n++;
	}
	if (n > 1)
		return script_fail(
			"zone %s mixes %u sources: choose in the console (F5) which one "
			"is to change",
			s->now.zones[zone].name, n);
	r = script_submit(s, &c);
	if (r == 0)
		r = script_await(s, script_listens, &c, SCRIPT_SOON_MS);
	return script_kept(r, script_source_like(s, &c));
}

int script_source(struct script *s)
{
	char type[16], device[FF_PATH_MAX];
	int r;

	if (s->argc > 2)
		return script_misuse("source [TYPE:DEVICE [ZONE]]");
	if (s->argc && !script_split(s->argv[0], type, device))
		return script_misuse("\"%s\" is no source: alsa:hw:CARD=Device, pulse:, "
				     "fifo:/run/music, command:..., tone:tune, bluetooth:",
				     s->argv[0]);
	r = script_attach(s);
	if (r)
		return r;
	return s->argc ? script_listen(s) : script_sources(s);
}
