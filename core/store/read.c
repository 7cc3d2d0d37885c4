/* SPDX-License-Identifier: MIT */
/*
 * read - a profile from text, through libconfig, by the rows of settings.h.
 */
#include "core/store/group.h"
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

static int read_sources(struct reader *r, config_setting_t *group, struct profile_zone *z)
{
	config_setting_t *list;
	uint32_t n = group_list(r->why, group, "sources", &list);

	for (uint32_t i = 0; i < n; i++) {
		config_setting_t *at = config_setting_get_elem(list, i);
		struct profile_source *s;

		if (!group_is(r->why, at))
			continue;
		s = profile_add_source(r->profile, z);
		if (!s) {
			complain(r->why, line_of(at), "more than %d sources", PROFILE_SOURCES);
			return -EBADMSG;
		}
		group_read(r->why, &settings_source, at, s);
	}
	return 0;
}

static void read_simulation(struct reader *r, config_setting_t *group,
			    struct profile_speaker *s)
{
	config_setting_t *at = config_setting_get_member(group, "simulated");

	if (at && s->output == OUTPUT_SIMULATED && group_is(r->why, at))
		group_read(r->why, &settings_simulation, at, &s->simulation);
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
	uint32_t n = group_list(r->why, group, "speakers", &list);

	for (uint32_t i = 0; i < n; i++) {
		config_setting_t *at = config_setting_get_elem(list, i);
		struct profile_speaker *s;

		if (!group_is(r->why, at))
			continue;
		s = profile_add_speaker(r->profile, z);
		if (!s) {
			complain(r->why, line_of(at), "more than %d speakers",
				 PROFILE_SPEAKERS);
			return -EBADMSG;
		}
		group_read(r->why, &settings_speaker, at, s);
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
	group_read(r->why, &settings_zone, at, z);
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
	uint32_t n = group_list(r->why, root, "zones", &list);

	if (!list || (n == 0 && config_setting_is_list(list)))
		complain(r->why, list ? line_of(list) : 0,
			 "a profile needs zones = ( { … } ), at least one");

	for (uint32_t i = 0; i < n; i++) {
		config_setting_t *at = config_setting_get_elem(list, i);

		if (group_is(r->why, at) && read_zone(r, at) < 0)
			return;
	}
}

static void read_profile(config_setting_t *root, void *arg)
{
	struct reader *r = arg;
	group_version(r->why, root, PROFILE_VERSION);
	group_read(r->why, &settings_profile, root, r->profile);
	read_zones(r, root);
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
	r = group_parse(copy, len + 1, &complaints, read_profile, &reader);
	complaints_done(&complaints);
	if (r < 0)
		return r;
	*ret = TAKE(p);
	return 0;
}
