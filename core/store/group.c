/* SPDX-License-Identifier: MIT */
/* group - see group.h. */
#include "core/store/group.h"
#include "core/store/scan.h"
#include "core/store/value.h"

#include <string.h>

static unsigned int line_of(const config_setting_t *at)
{
	return config_setting_source_line(at);
}

/* ---- one group of values --------------------------------------------------------------- */

static void unknown_setting(struct complaints *why, const struct settings *s,
			    config_setting_t *at)
{
	const char *name = config_setting_name(at);
	const char *meant = settings_nearest(s, name);

	if (meant)
		remark(why, line_of(at), "unknown setting %s, did you mean %s?", EXCERPT(name),
		       meant);
	else
		remark(why, line_of(at), "unknown setting %s of a %s", EXCERPT(name), s->what);
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

static void check_needed(struct complaints *why, const struct settings *s,
			 config_setting_t *group, uint32_t bits, const char *type)
{
	for (uint32_t i = 0; i < s->count; i++) {
		const struct setting *row = &s->list[i];
		const config_setting_t *at = config_setting_get_member(group, row->name);
		const char *text;

		if ((row->needed & bits) != bits)
			continue;
		if (!at) {
			complain(why, line_of(group), "this %s%s%s needs a setting %s",
				 row->of ? type : "", row->of ? " " : "", s->what, row->name);
			continue;
		}
		if (row->kind != SETTING_TEXT || config_setting_type(at) != CONFIG_TYPE_STRING)
			continue;
		text = config_setting_get_string(at);
		if (!text || text[0] == '\0')
			complain(why, line_of(at), "%s is empty", row->name);
	}
}

void group_read(struct complaints *why, const struct settings *s, config_setting_t *group,
		void *item)
{
	const char *type;
	uint32_t bits = type_bits(s, group, item, &type);

	for (int i = 0; i < config_setting_length(group); i++) {
		config_setting_t *at = config_setting_get_elem(group, (unsigned int)i);
		const struct setting *row = settings_find(s, config_setting_name(at));

		if (!row)
			unknown_setting(why, s, at);
		else if (!setting_applies(row, bits))
			remark(why, line_of(at), "%s means nothing where %s is \"%s\"",
			       row->name, s->type->name, type);
		else
			value_read(why, row, at, item);
	}
	check_needed(why, s, group, bits, type);
}

/* ---- the lists ------------------------------------------------------------------------- */

bool group_is(struct complaints *why, config_setting_t *at)
{
	if (config_setting_is_group(at))
		return true;
	value_wrong_type(why, at, "a group { … }", "");
	return false;
}

uint32_t group_list(struct complaints *why, config_setting_t *group, const char *name,
		    config_setting_t **ret)
{
	*ret = config_setting_get_member(group, name);
	if (!*ret)
		return 0;
	if (config_setting_type(*ret) != CONFIG_TYPE_LIST) {
		value_wrong_type(why, *ret, "a list ( { … }, … )", "");
		return 0;
	}
	return (uint32_t)config_setting_length(*ret);
}

void group_version(struct complaints *why, config_setting_t *root, int known)
{
	config_setting_t *version = config_setting_get_member(root, "version");

	if (!version)
		remark(why, 0, "no version given, taken as %d", known);
	else if (config_setting_type(version) != CONFIG_TYPE_INT)
		value_wrong_type(why, version, "a whole number", " such as 1");
	else if (config_setting_get_int(version) != known)
		complain(why, line_of(version),
			 "version %d is not known, this Fanfare reads version %d",
			 config_setting_get_int(version), known);
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

int group_parse(char *text, size_t len, struct complaints *why, group_fn fn, void *arg)
{
	SCOPED(config_donep) config_t config;

	config_init(&config);
	if (scan_profile(text, len, why) < 0)
		return -EBADMSG;
	if (config_read_string(&config, text) != CONFIG_TRUE) {
		syntax_error(why, &config, text);
		return -EBADMSG;
	}
	fn(config_root_setting(&config), arg);
	return why->errors > 0 ? -EBADMSG : 0;
}
