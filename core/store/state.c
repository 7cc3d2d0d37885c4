/* SPDX-License-Identifier: MIT */
/* state - see state.h. */
#include "core/store/state.h"
#include "core/store/group.h"
#include "core/store/whole_file.h"
#include "core/store/write.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define STATE_BYTES (64u << 10) /* the largest has some 10 kB */

/* ---- all it can say --------------------------------------------------------------------- */

#define ROW(of_what, field, of_kind)                                  \
	.kind = (of_kind), .offset = offsetof(struct of_what, field), \
	.size = sizeof(((struct of_what *)NULL)->field)
#define RANGE(lo, hi, eg) .min = (lo), .max = (hi), .example = (eg)

static const struct setting head_rows[] = {
	{ "version", .kind = SETTING_INNER },
	{ "profile", ROW(state, profile, SETTING_TEXT), .needed = 1 },
	{ "mark", ROW(state, mark, SETTING_TEXT), .needed = 1 },
	{ "muted_all", ROW(state, muted_all, SETTING_SWITCH) },
	{ "zones", .kind = SETTING_INNER },
	{ "sources", .kind = SETTING_INNER },
	{ "speakers", .kind = SETTING_INNER },
	{ "end", .kind = SETTING_INNER, .needed = 1 }, /* the last: it was written whole */
};

static const struct setting zone_rows[] = {
	{ "place", ROW(state_zone, place, SETTING_WHOLE), RANGE(1, PROFILE_ZONES, "1"),
	  .needed = 1 },
	{ "volume_db", ROW(state_zone, volume_db, SETTING_NUMBER), RANGE(-60, 12, "-6.0") },
	{ "mute", ROW(state_zone, mute, SETTING_SWITCH) },
};

static const struct setting source_rows[] = {
	{ "place", ROW(state_source, place, SETTING_WHOLE), RANGE(1, PROFILE_SOURCES, "1"),
	  .needed = 1 },
	{ "gain_db", ROW(state_source, gain_db, SETTING_NUMBER), RANGE(-60, 24, "-6.0") },
};

static const struct setting speaker_rows[] = {
	{ "place", ROW(state_speaker, place, SETTING_WHOLE), RANGE(1, PROFILE_SPEAKERS, "1"),
	  .needed = 1 },
	{ "volume_db", ROW(state_speaker, volume_db, SETTING_NUMBER), RANGE(-60, 12, "-6.0") },
	{ "mute", ROW(state_speaker, mute, SETTING_SWITCH) },
	{ "trim_ms", ROW(state_speaker, trim_ms, SETTING_NUMBER), RANGE(-500, 500, "-2.5") },
	{ "own_volume", ROW(state_speaker, own_volume, SETTING_WHOLE), RANGE(0, 127, "100") },
	{ "latency_ms", ROW(state_speaker, latency_ms, SETTING_NUMBER),
	  RANGE(0, 2000, "180.0") },
	{ "measured", ROW(state_speaker, measured, SETTING_TEXT) },
	{ "microphone", ROW(state_speaker, microphone, SETTING_TEXT) },
	{ "reported_ms", ROW(state_speaker, reported_ms, SETTING_NUMBER),
	  RANGE(0, 6553.5, "150.0") },
	{ "stream", ROW(state_speaker, stream, SETTING_TEXT) },
};

static const struct state head_defaults;
static const struct state_zone zone_defaults;
static const struct state_source source_defaults;
static const struct state_speaker speaker_defaults = {
	.own_volume = PROFILE_VOLUME_ITS,
	.latency_ms = NAN,
	.reported_ms = NAN,
};

#define TABLE(words, rows)                                                            \
	{                                                                             \
		.what = words, .list = rows##_rows, .count = ARRAY_SIZE(rows##_rows), \
		.defaults = &rows##_defaults                                          \
	}

static const struct settings head = TABLE("state", head);
static const struct settings zone = TABLE("zone", zone);
static const struct settings source = TABLE("source", source);
static const struct settings speaker = TABLE("speaker", speaker);

/* A list of items of one kind, in struct state. */
struct kind {
	const char *name;
	const struct settings *settings;
	size_t count_at, items_at, size;
	uint32_t most;
};

static const struct kind kinds[] = {
	{ "zones", &zone, offsetof(struct state, zones_n), offsetof(struct state, zones),
	  sizeof(struct state_zone), PROFILE_ZONES },
	{ "sources", &source, offsetof(struct state, sources_n),
	  offsetof(struct state, sources), sizeof(struct state_source), PROFILE_SOURCES },
	{ "speakers", &speaker, offsetof(struct state, speakers_n),
	  offsetof(struct state, speakers), sizeof(struct state_speaker), PROFILE_SPEAKERS },
};

/* ---- out -------------------------------------------------------------------------------- */

static void write_state(FILE *f, const void *what)
{
	fprintf(f,
		"# Written by Fanfare: what was set by hand and not saved in the profile.\n"
		"version = %d;\n",
		STATE_VERSION);
	write_settings(f, &head, what, "");
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		const char *base = what, *item = base + kinds[k].items_at;
		uint32_t n = *(const uint32_t *)(base + kinds[k].count_at);

		fprintf(f, "%s = (", kinds[k].name);
		for (uint32_t i = 0; i < n; i++, item += kinds[k].size) {
			fputs(i ? ",\n  {\n" : "\n  {\n", f);
			write_settings(f, kinds[k].settings, item, "    ");
			fputs("  }", f);
		}
		fputs(" );\n", f);
	}
	fputs("end = true;\n", f);
}

int state_text(const struct state *s, char **ret, size_t *ret_len)
{
	return write_text(write_state, s, ret, ret_len);
}

int state_mark(const struct profile *p, char ret[STATE_MARK_MAX])
{
	SCOPED(freep) char *text = NULL;
	uint64_t mark = 0xcbf29ce484222325u; /* FNV-1a */
	size_t len;
	int r = write_profile(p, &text, &len);

	if (r < 0)
		return r;
	for (size_t i = 0; i < len; i++)
		mark = (mark ^ (unsigned char)text[i]) * 0x100000001b3u;
	snprintf(ret, STATE_MARK_MAX, "%016" PRIx64, mark);
	return 0;
}

/* ---- and in ----------------------------------------------------------------------------- */

struct reading {
	struct state state;
	struct complaints why;
};

static void read_kind(struct reading *r, config_setting_t *root, const struct kind *k)
{
	char *base = (char *)&r->state, *item = base + k->items_at;
	uint32_t *count = (uint32_t *)(base + k->count_at);
	config_setting_t *list;
	uint32_t n = group_list(&r->why, root, k->name, &list);

	if (n > k->most) {
		complain(&r->why, config_setting_source_line(list), "more than %u %s", k->most,
			 k->name);
		return;
	}
	for (uint32_t i = 0; i < n; i++, item += k->size) {
		config_setting_t *at = config_setting_get_elem(list, i);

		if (!group_is(&r->why, at))
			return;
		memcpy(item, k->settings->defaults, k->size);
		group_read(&r->why, k->settings, at, item);
	}
	*count = n;
}

static void read_state(config_setting_t *root, void *arg)
{
	struct reading *r = arg;

	group_version(&r->why, root, STATE_VERSION);
	group_read(&r->why, &head, root, &r->state);
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
		read_kind(r, root, &kinds[k]);
}

int state_parse(const char *text, size_t len, const char *name, struct state *ret,
		struct complaint *why)
{
	SCOPED(freep) struct reading *reading = calloc(1, sizeof(*reading));
	SCOPED(freep) char *copy = malloc(len + 2);
	int r;

	if (!reading || !copy)
		return -ENOMEM;
	memcpy(copy, text, len);
	memcpy(copy + len, "\n", 2);
	complaints_init(&reading->why, why, name);
	r = group_parse(copy, len + 1, &reading->why, read_state, reading);
	complaints_done(&reading->why);
	if (r < 0)
		return r;
	*ret = reading->state;
	return 0;
}

int state_load(const char *path, struct state *ret, struct complaint *why)
{
	SCOPED(freep) char *text = NULL;
	size_t len;
	int r = whole_file_read(path, STATE_BYTES, &text, &len);

	if (r < 0) {
		snprintf(why->text, sizeof(why->text), "%.512s: cannot be read: %s", path,
			 strerror(-r));
		return r;
	}
	return state_parse(text, len, path, ret, why);
}
