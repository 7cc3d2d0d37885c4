/* SPDX-License-Identifier: MIT */
/* names - see names.h. */
#include "core/control/names.h"

#include "core/base/cut.h"

#include <stdio.h>
#include <string.h>

static const char *const source_types[] = {
	[SOURCE_ALSA] = "alsa",		  [SOURCE_PULSE] = "pulse",
	[SOURCE_COMMAND] = "command",	  [SOURCE_FIFO] = "fifo",
	[SOURCE_STDIN] = "stdin",	  [SOURCE_TONE] = "tone",
	[SOURCE_BLUETOOTH] = "bluetooth",
};

static const char *const tones[] = {
	[TONE_TUNE] = "tune",	[TONE_CLICKS] = "clicks",   [TONE_PINK] = "pink",
	[TONE_SWEEP] = "sweep", [TONE_SILENCE] = "silence",
};

static const char *const outputs[] = {
	[OUTPUT_BLUETOOTH] = "bluetooth", [OUTPUT_ALSA] = "alsa",
	[OUTPUT_PULSE] = "pulse",	  [OUTPUT_FILE] = "file",
	[OUTPUT_SIMULATED] = "simulated", [OUTPUT_NULL] = "null",
};

static const char *const maps[] = {
	[PROFILE_STEREO] = "stereo", [PROFILE_MONO] = "mono",	    [PROFILE_LEFT] = "left",
	[PROFILE_RIGHT] = "right",   [PROFILE_SWAPPED] = "swapped",
};

const char *names_source_type(enum profile_source_type type)
{
	return source_types[type];
}

const char *names_tone(enum profile_tone tone)
{
	return tones[tone];
}

const char *names_output(enum profile_output output)
{
	return outputs[output];
}

const char *names_map(enum profile_map map)
{
	return maps[map];
}

static int find(const char *const *words, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(words[i], word))
			return (int)i;
	}
	return -EINVAL;
}

int names_find_source_type(const char *word, enum profile_source_type *ret)
{
	int i = find(source_types, ARRAY_SIZE(source_types), word);

	if (i < 0)
		return i;
	*ret = (enum profile_source_type)i;
	return 0;
}

int names_find_tone(const char *word, enum profile_tone *ret)
{
	int i = find(tones, ARRAY_SIZE(tones), word);

	if (i < 0)
		return i;
	*ret = (enum profile_tone)i;
	return 0;
}

const char *names_source_device(const struct profile_source *s)
{
	switch (s->type) {
	case SOURCE_TONE:
		return tones[s->tone];
	case SOURCE_BLUETOOTH:
		return s->address;
	case SOURCE_ALSA:
	case SOURCE_PULSE:
	case SOURCE_COMMAND:
	case SOURCE_FIFO:
	case SOURCE_STDIN:
		break;
	}
	return s->device;
}

const char *names_source_made(const struct profile_source *s)
{
	const char *device = names_source_device(s);

	return *device ? device : source_types[s->type];
}

const char *names_source(const struct profile_source *s)
{
	return s->name[0] ? s->name : names_source_made(s);
}

static bool speaker_has(const struct control *c, const char *name)
{
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		if (!strcmp(c->speakers[i]->conf.name, name))
			return true;
	}
	return false;
}

static bool zone_has(const struct control *c, const char *name)
{
	for (uint32_t i = 0; i < c->zones_n; i++) {
		if (!strcmp(c->zones[i].name, name))
			return true;
	}
	return false;
}

static void free_name(const struct control *c, const char *wish, char *ret,
		      bool (*has)(const struct control *, const char *))
{
	char stem[PROFILE_NAME_MAX - 10]; /* room for a space and a number */
	char name[PROFILE_NAME_MAX];

	CUT_COPY(stem, wish);
	CUT_COPY(name, wish);
	for (unsigned int n = 2; has(c, name); n++)
		snprintf(name, sizeof(name), "%s %u", stem, n);
	cut_copy(ret, PROFILE_NAME_MAX, name);
}

void names_free_speaker(const struct control *c, const char *wish, char ret[PROFILE_NAME_MAX])
{
	free_name(c, wish, ret, speaker_has);
}

void names_free_zone(const struct control *c, const char *wish, char ret[PROFILE_NAME_MAX])
{
	free_name(c, wish, ret, zone_has);
}
