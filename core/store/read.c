/* SPDX-License-Identifier: MIT */
/*
 * read - a profile from text, through libconfig, by the rows of settings.h.
 *
 * Goes on after an error, so that one look tells all that is wrong.
 */
#include "core/store/scan.h"
#include "core/store/text.h"
#include "core/store/value.h"

#include <stdio.h>
#include <string.h>

/* What must not stand twice in a file, and where it stood first. */
struct taken {
	char name[PROFILE_NAME_MAX];
	char address[PROFILE_ADDR_MAX];
	unsigned int name_line, address_line;
};

struct reader {
	struct profile *profile;
	struct complaints *why;
	struct taken taken[PROFILE_SPEAKERS];
	uint32_t taken_n;
	unsigned int zone_line[PROFILE_ZONES];
};

static unsigned int line_of(const config_setting_t *at)
{
	return config_setting_source_line(at);
}

/* ---- one group of values --------------------------------------------------------------- */

static void unknown_setting(struct reader *r, const struct settings *s, config_setting_t *at)
{
	const char *name = config_setting_name(at);
	const char *meant = settings_nearest(s, name);

	if (meant)
		remark(r->why, line_of(at), "unknown setting %s, did you mean %s?",
		       EXCERPT(name), meant);
	else
		remark(r->why, line_of(at), "unknown setting %s of a %s", EXCERPT(name),
		       s->what);
}

/* The type that the file gives, or all of them while it gives none that is known. */
static uint32_t type_bits(const struct settings *s, config_setting_t *group, void *item,
			  const char **ret_word)
{
	config_setting_t *at;
	const char *text = NULL;
	int i;

	*ret_word = "";
	if (!s->type)
		return 1;
	at = config_setting_get_member(group, s->type->name);
	if (at && config_setting_type(at) == CONFIG_TYPE_STRING)
		text = config_setting_get_string(at);
	i = text ? choices_find(&s->type->words, text) : -1;
	if (i < 0)
		return SETTING_ANY;
	*(unsigned int *)setting_at(s->type, item) = (unsigned int)i;
	*ret_word = s->type->words.list[i];
	return 1u << i;
}

static void check_needed(struct reader *r, const struct settings *s, config_setting_t *group,
			 uint32_t bits, const char *type)
{
	for (uint32_t i = 0; i < s->count; i++) {
		const struct setting *row = &s->list[i];
		const config_setting_t *at = config_setting_get_member(group, row->name);
		const char *text;

		if ((row->needed & bits) != bits)
			continue;
		if (!at) {
			complain(r->why, line_of(group), "this %s%s%s needs a setting %s",
				 row->of ? type : "", row->of ? " " : "", s->what, row->name);
			continue;
		}
		if (row->kind != SETTING_TEXT || config_setting_type(at) != CONFIG_TYPE_STRING)
			continue;
		text = config_setting_get_string(at);
		if (!text || text[0] == '\0')
			complain(r->why, line_of(at), "%s is empty", row->name);
	}
}

static void read_settings(struct reader *r, const struct settings *s, config_setting_t *group,
			  void *item)
{
	const char *type;
	uint32_t bits = type_bits(s, group, item, &type);

	for (int i = 0; i < config_setting_length(group); i++) {
		config_setting_t *at = config_setting_get_elem(group, (unsigned int)i);
		const struct setting *row = settings_find(s, config_setting_name(at));

		if (!row)
			unknown_setting(r, s, at);
		else if (!setting_applies(row, bits))
			remark(r->why, line_of(at), "%s means nothing where %s is \"%s\"",
			       row->name, s->type->name, type);
		else
			value_read(r->why, row, at, item);
	}
	check_needed(r, s, group, bits, type);
}

/* ---- the lists ------------------------------------------------------------------------- */

static bool is_group(struct reader *r, config_setting_t *at)
{
	if (config_setting_is_group(at))
		return true;
	value_wrong_type(r->why, at, "a group { … }", "");
	return false;
}

/* How many items the list called name in group has; 0 without one. */
static uint32_t list_of(struct reader *r, config_setting_t *group, const char *name,
			config_setting_t **ret)
{
	*ret = config_setting_get_member(group, name);
	if (!*ret)
		return 0;
	if (config_setting_type(*ret) != CONFIG_TYPE_LIST) {
		value_wrong_type(r->why, *ret, "a list ( { … }, … )", "");
		return 0;
	}
	return (uint32_t)config_setting_length(*ret);
}

static int read_sources(struct reader *r, config_setting_t *group, struct profile_zone *z)
{
	config_setting_t *list;
	uint32_t n = list_of(r, group, "sources", &list);

	for (uint32_t i = 0; i < n; i++) {
		config_setting_t *at = config_setting_get_elem(list, i);
		struct profile_source *s;

		if (!is_group(r, at))
			continue;
		s = profile_add_source(r->profile, z);
		if (!s) {
			complain(r->why, line_of(at), "more than %d sources", PROFILE_SOURCES);
			return -EBADMSG;
		}
		read_settings(r, &settings_source, at, s);
	}
	return 0;
}

static void read_simulation(struct reader *r, config_setting_t *group,
			    struct profile_speaker *s)
{
	config_setting_t *at = config_setting_get_member(group, "simulated");

	if (at && s->output == OUTPUT_SIMULATED && is_group(r, at))
		read_settings(r, &settings_simulation, at, &s->simulation);
}

static unsigned int line_of_member(config_setting_t *group, const char *name)
{
	config_setting_t *at = config_setting_get_member(group, name);

	return at ? line_of(at) : line_of(group);
}

static void check_speaker_unique(struct reader *r, config_setting_t *group,
				 const struct profile_speaker *s)
{
	struct taken *here = &r->taken[r->taken_n];

	memcpy(here->name, s->name, sizeof(here->name));
	memcpy(here->address, s->address, sizeof(here->address));
	here->name_line = line_of_member(group, "name");
	here->address_line = line_of_member(group, "address");

	for (const struct taken *t = r->taken; t < here; t++) {
		if (s->name[0] && strcmp(t->name, s->name) == 0)
			complain(r->why, here->name_line,
				 "the speaker name \"%s\" is taken by line %u", s->name,
				 t->name_line);
		if (s->address[0] && strcmp(t->address, s->address) == 0)
			complain(r->why, here->address_line,
				 "the address %s is taken by line %u", s->address,
				 t->address_line);
	}
	r->taken_n++;
}

static int read_speakers(struct reader *r, config_setting_t *group, struct profile_zone *z)
{
	config_setting_t *list;
	uint32_t n = list_of(r, group, "speakers", &list);

	for (uint32_t i = 0; i < n; i++) {
		config_setting_t *at = config_setting_get_elem(list, i);
		struct profile_speaker *s;

		if (!is_group(r, at))
			continue;
		s = profile_add_speaker(r->profile, z);
		if (!s) {
			complain(r->why, line_of(at), "more than %d speakers",
				 PROFILE_SPEAKERS);
			return -EBADMSG;
		}
		read_settings(r, &settings_speaker, at, s);
		read_simulation(r, at, s);
		check_speaker_unique(r, at, s);
	}
	return 0;
}

static int read_zone(struct reader *r, config_setting_t *at)
{
	struct profile *p = r->profile;
	struct profile_zone *z = &p->zones[p->zones_n];

	if (p->zones_n == PROFILE_ZONES) {
		complain(r->why, line_of(at), "more than %d zones", PROFILE_ZONES);
		return -EBADMSG;
	}
	r->zone_line[p->zones_n++] = line_of(at);
	memcpy(z, settings_zone.defaults, sizeof(*z));
	read_settings(r, &settings_zone, at, z);
	if (z->name[0] == '\0')
		snprintf(z->name, sizeof(z->name), "Zone %u", p->zones_n);

	for (uint32_t i = 0; i < p->zones_n - 1; i++)
		if (strcmp(p->zones[i].name, z->name) == 0)
			complain(r->why, line_of_member(at, "name"),
				 "the zone name \"%s\" is taken by line %u", z->name,
				 r->zone_line[i]);

	if (read_sources(r, at, z) < 0 || read_speakers(r, at, z) < 0)
		return -EBADMSG;
	if (z->sources_n == 0 && r->why->errors == 0)
		remark(r->why, line_of(at), "zone \"%s\" has no sources", z->name);
	if (z->speakers_n == 0 && r->why->errors == 0)
		remark(r->why, line_of(at), "zone \"%s\" has no speakers", z->name);
	return 0;
}

static void read_zones(struct reader *r, config_setting_t *root)
{
	config_setting_t *list;
	uint32_t n = list_of(r, root, "zones", &list);

	if (!list || (n == 0 && config_setting_is_list(list)))
		complain(r->why, list ? line_of(list) : 0,
			 "a profile needs zones = ( { … } ), at least one");

	for (uint32_t i = 0; i < n; i++) {
		config_setting_t *at = config_setting_get_elem(list, i);

		if (is_group(r, at) && read_zone(r, at) < 0)
			return;
	}
}

static void read_profile(struct reader *r, config_setting_t *root)
{
	config_setting_t *version = config_setting_get_member(root, "version");

	if (!version)
		remark(r->why, 0, "no version given, taken as %d", PROFILE_VERSION);
	else if (config_setting_type(version) != CONFIG_TYPE_INT)
		value_wrong_type(r->why, version, "a whole number", " such as 1");
	else if (config_setting_get_int(version) != PROFILE_VERSION)
		complain(r->why, line_of(version),
			 "version %d is not known, this Fanfare reads version %d",
			 config_setting_get_int(version), PROFILE_VERSION);

	read_settings(r, &settings_profile, root, r->profile);
	read_zones(r, root);
}

/* ---- the text -------------------------------------------------------------------------- */

static void config_donep(config_t *c)
{
	config_destroy(c);
}

/* Quote the line that libconfig stumbled over. */
static void syntax_error(struct complaints *why, const config_t *config, const char *text)
{
	unsigned int line = (unsigned int)config_error_line(config);
	const char *words = config_error_text(config), *at = text;

	for (unsigned int i = 1; i < line && strchr(at, '\n'); i++)
		at = strchr(at, '\n') + 1;
	at += strspn(at, " \t");
	complain(why, line, "%s%s%s", words ? words : "syntax error",
		 *at && *at != '\n' ? ", at or before: " : "", EXCERPT(at));
}

static int read_text(struct reader *r, char *text, size_t len)
{
	SCOPED(config_donep) config_t config;

	config_init(&config);
	if (scan_profile(text, len, r->why) < 0)
		return -EBADMSG;
	if (config_read_string(&config, text) != CONFIG_TRUE) {
		syntax_error(r->why, &config, text);
		return -EBADMSG;
	}
	read_profile(r, config_root_setting(&config));
	return r->why->errors > 0 ? -EBADMSG : 0;
}

/* "/etc/fanfare/profiles/Party.conf" is called "Party". */
static void name_from_file(char name[PROFILE_NAME_MAX], const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *base = slash ? slash + 1 : file;
	size_t len = strlen(base);
	struct excerpt e;

	if (len > 5 && strcmp(base + len - 5, ".conf") == 0)
		len -= 5;
	snprintf(name, PROFILE_NAME_MAX, "%s", excerpt_of(&e, base, len));
}

int profile_parse(const char *text, size_t len, const char *name, struct profile **ret,
		  struct complaint *why)
{
	SCOPED(profile_freep) struct profile *p = NULL;
	SCOPED(freep) char *copy = NULL;
	struct complaints complaints;
	struct reader reader = { .why = &complaints };
	int r;

	complaints_init(&complaints, why, name);
	if (len > SCAN_BYTES) {
		complain(&complaints, 0, "larger than %u bytes, this is no profile",
			 SCAN_BYTES);
		return -EFBIG;
	}
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* some editors begin so */
		text += 3;
		len -= 3;
	}
	p = profile_new("");
	copy = malloc(len + 2);
	if (!p || !copy)
		return -ENOMEM;
	/* libconfig wants a newline after a last line that is a comment */
	memcpy(copy, text, len);
	memcpy(copy + len, "\n", 2);
	p->zones_n = 0;
	name_from_file(p->name, name);

	reader.profile = p;
	r = read_text(&reader, copy, len + 1);
	complaints_done(&complaints);
	if (r < 0)
		return r;
	*ret = TAKE(p);
	return 0;
}
