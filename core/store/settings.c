/* SPDX-License-Identifier: MIT */
/* settings - the table of all a profile can say; see settings.h. */
#include "core/store/settings.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define WORDS(...)                                                    \
	{                                                             \
		(const char *const[]){ __VA_ARGS__ },                 \
			ARRAY_SIZE(((const char *[]){ __VA_ARGS__ })) \
	}
#define NUMBER(of_what, field, lo, hi, eg)                                            \
	.kind = SETTING_NUMBER, .offset = offsetof(struct of_what, field), .min = lo, \
	.max = hi, .example = eg
#define WHOLE(of_what, field, lo, hi, eg)                                            \
	.kind = SETTING_WHOLE, .offset = offsetof(struct of_what, field), .min = lo, \
	.max = hi, .example = eg
#define TEXT(of_what, field)                                             \
	.kind = SETTING_TEXT, .offset = offsetof(struct of_what, field), \
	.size = sizeof(((struct of_what *)NULL)->field)
#define ADDRESS(of_what, field) \
	.kind = SETTING_ADDRESS, .offset = offsetof(struct of_what, field)
#define WORD(of_what, field, ...)                                        \
	.kind = SETTING_WORD, .offset = offsetof(struct of_what, field), \
	.words = WORDS(__VA_ARGS__)
#define BIT(type) (1u << (type))

/* enums are read and written through this */
_Static_assert(sizeof(enum profile_map) == sizeof(unsigned int), "an enum is an unsigned int");

/* Hz; what A2DP and the sound cards of this world have in common */
static const uint32_t zone_rates[] = { 32000, 44100, 48000, 0 };

static const struct setting profile_rows[] = {
	{ "version", .kind = SETTING_INNER },
	{ "rate", WHOLE(profile, rate, 32000, 48000, "44100"), .among = zone_rates },
	{ "period", WHOLE(profile, period, 64, 4096, "512") },
	{ "zones", .kind = SETTING_INNER },
};

static const struct setting zone_rows[] = {
	{ "name", TEXT(profile_zone, name) },
	{ "volume_db", NUMBER(profile_zone, volume_db, -60, 12, "-6.0") },
	{ "sources", .kind = SETTING_INNER },
	{ "speakers", .kind = SETTING_INNER },
};

#define BYTES_OF (BIT(SOURCE_COMMAND) | BIT(SOURCE_FIFO) | BIT(SOURCE_STDIN))
#define RATED	 (BYTES_OF | BIT(SOURCE_ALSA) | BIT(SOURCE_PULSE))

static const struct setting source_rows[] = {
	{ "type",
	  WORD(profile_source, type, "alsa", "pulse", "command", "fifo", "stdin", "tone",
	       "bluetooth"),
	  .needed = SETTING_ANY },
	{ "name", TEXT(profile_source, name) },
	{ "device", TEXT(profile_source, device), .of = BIT(SOURCE_ALSA) | BIT(SOURCE_PULSE),
	  .needed = BIT(SOURCE_ALSA) },
	{ "command", TEXT(profile_source, device), .of = BIT(SOURCE_COMMAND),
	  .needed = BIT(SOURCE_COMMAND) },
	{ "path", TEXT(profile_source, device), .of = BIT(SOURCE_FIFO),
	  .needed = BIT(SOURCE_FIFO) },
	{ "address", ADDRESS(profile_source, address), .of = BIT(SOURCE_BLUETOOTH) },
	{ "adapter", ADDRESS(profile_source, adapter), .of = BIT(SOURCE_BLUETOOTH) },
	{ "tone", WORD(profile_source, tone, "tune", "clicks", "pink", "sweep", "silence"),
	  .of = BIT(SOURCE_TONE) },
	{ "format", WORD(profile_source, format, "s16", "s24", "s32", "float"),
	  .of = BYTES_OF },
	{ "rate", WHOLE(profile_source, rate, 8000, 192000, "48000"), .of = RATED },
	{ "channels", WHOLE(profile_source, channels, 1, 8, "2"), .of = RATED },
	{ "gain_db", NUMBER(profile_source, gain_db, -60, 24, "-6.0") },
};

#define BLUETOOTH BIT(OUTPUT_BLUETOOTH)

static const struct setting speaker_rows[] = {
	{ "name", TEXT(profile_speaker, name), .needed = SETTING_ANY },
	{ "output",
	  WORD(profile_speaker, output, "bluetooth", "alsa", "pulse", "file", "simulated",
	       "null"),
	  .needed = SETTING_ANY },
	{ "address", ADDRESS(profile_speaker, address), .of = BLUETOOTH, .needed = BLUETOOTH },
	{ "adapter", ADDRESS(profile_speaker, adapter), .of = BLUETOOTH },
	{ "device", TEXT(profile_speaker, device), .of = BIT(OUTPUT_ALSA) | BIT(OUTPUT_PULSE),
	  .needed = BIT(OUTPUT_ALSA) },
	{ "path", TEXT(profile_speaker, device), .of = BIT(OUTPUT_FILE),
	  .needed = BIT(OUTPUT_FILE) },
	{ "volume_db", NUMBER(profile_speaker, volume_db, -60, 12, "-6.0") },
	{ "mute", .kind = SETTING_SWITCH, .offset = offsetof(struct profile_speaker, mute) },
	{ "map", WORD(profile_speaker, map, "stereo", "mono", "left", "right", "swapped") },
	{ "latency_ms", NUMBER(profile_speaker, latency_ms, 0, 2000, "182.4") },
	{ "trim_ms", NUMBER(profile_speaker, trim_ms, -500, 500, "-2.5") },
	{ "measured", TEXT(profile_speaker, measured) },
	{ "microphone", TEXT(profile_speaker, microphone) },
	{ "reported_ms", NUMBER(profile_speaker, reported_ms, 0, 6553.5, "150.0") },
	{ "stream", TEXT(profile_speaker, stream) },
	{ "bitpool", WHOLE(profile_speaker, bitpool, 2, 250, "53"), .of = BLUETOOTH },
	{ "own_volume", WHOLE(profile_speaker, own_volume, 0, 127, "100"), .of = BLUETOOTH },
	{ "simulated", .kind = SETTING_INNER, .of = BIT(OUTPUT_SIMULATED) },
};

static const struct setting simulation_rows[] = {
	{ "latency_ms", NUMBER(profile_simulation, latency_ms, 0, 2000, "180.0") },
	{ "reported_ms", NUMBER(profile_simulation, reported_ms, 0, 2000, "150.0") },
	{ "clock_ppm", NUMBER(profile_simulation, clock_ppm, -500, 500, "-35.0") },
	{ "loss_percent", NUMBER(profile_simulation, loss_percent, 0, 100, "0.5") },
};

static const struct profile profile_defaults = { .rate = 44100, .period = 512 };
static const struct profile_zone zone_defaults;
static const struct profile_source source_defaults = { .channels = 2 };
static const struct profile_speaker speaker_defaults = {
	.latency_ms = NAN,
	.reported_ms = NAN,
	.own_volume = PROFILE_VOLUME_ITS,
	.simulation.reported_ms = NAN,
};

#define TABLE(name, rows, type_row)                                                  \
	{                                                                            \
		.what = name, .list = rows##_rows, .count = ARRAY_SIZE(rows##_rows), \
		.type = type_row, .defaults = &rows##_defaults                       \
	}

const struct settings settings_profile = TABLE("profile", profile, NULL);
const struct settings settings_zone = TABLE("zone", zone, NULL);
const struct settings settings_source = TABLE("source", source, &source_rows[0]);
const struct settings settings_speaker = TABLE("speaker", speaker, &speaker_rows[1]);
const struct settings settings_simulation = {
	.what = "simulated speaker",
	.list = simulation_rows,
	.count = ARRAY_SIZE(simulation_rows),
	.defaults = &speaker_defaults.simulation,
};

uint32_t settings_bit(const struct settings *s, const void *item)
{
	if (!s->type)
		return 1;
	return BIT(*(const unsigned int *)setting_of(s->type, item));
}

bool setting_applies(const struct setting *row, uint32_t bits)
{
	return row->of == 0 || (row->of & bits);
}

bool setting_same(const struct setting *row, const void *a, const void *b)
{
	const void *va = setting_of(row, a), *vb = setting_of(row, b);

	switch (row->kind) {
	case SETTING_NUMBER: {
		double x = *(const double *)va, y = *(const double *)vb;

		if (isnan(x) || isnan(y))
			return isnan(x) && isnan(y);
		/* as written: four decimals; a float's 6.1999998 is 6.2 */
		return round(x * 1e4) == round(y * 1e4);
	}
	case SETTING_WHOLE:
		return *(const uint32_t *)va == *(const uint32_t *)vb;
	case SETTING_SWITCH:
		return *(const bool *)va == *(const bool *)vb;
	case SETTING_TEXT:
	case SETTING_ADDRESS:
		return strcmp(va, vb) == 0;
	case SETTING_WORD:
		return *(const unsigned int *)va == *(const unsigned int *)vb;
	case SETTING_INNER:
		return true;
	}
	return false;
}

bool settings_same(const struct settings *s, const void *a, const void *b)
{
	uint32_t bit = settings_bit(s, a);

	if (bit != settings_bit(s, b))
		return false;
	for (uint32_t i = 0; i < s->count; i++)
		if (setting_applies(&s->list[i], bit) && !setting_same(&s->list[i], a, b))
			return false;
	return true;
}

const struct setting *settings_find(const struct settings *s, const char *name)
{
	for (uint32_t i = 0; i < s->count; i++)
		if (strcmp(s->list[i].name, name) == 0)
			return &s->list[i];
	return NULL;
}
