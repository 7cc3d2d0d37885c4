/* SPDX-License-Identifier: MIT */
/* value - one setting out of libconfig's hands, checked; see value.h. */
#include "core/store/value.h"
#include "core/store/text.h"
#include "core/base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *type_name(const config_setting_t *at)
{
	switch (config_setting_type(at)) {
	case CONFIG_TYPE_GROUP:
		return "a group { }";
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return "a whole number";
	case CONFIG_TYPE_FLOAT:
		return "a number";
	case CONFIG_TYPE_STRING:
		return "a string";
	case CONFIG_TYPE_BOOL:
		return "a boolean";
	case CONFIG_TYPE_ARRAY:
		return "an array [ ]";
	case CONFIG_TYPE_LIST:
		return "a list ( )";
	default:
		return "nothing";
	}
}

void value_wrong_type(struct complaints *why, config_setting_t *at, const char *expected,
		      const char *example)
{
	const char *name = config_setting_name(at);
	const char *text = config_setting_type(at) == CONFIG_TYPE_STRING
				   ? EXCERPT(config_setting_get_string(at))
				   : NULL;
	const char *quote = text ? "\"" : "";

	if (!name) /* an item of a list */
		name = config_setting_name(config_setting_parent(at));
	complain(why, config_setting_source_line(at), "%s: expected %s%s, found %s%s%s%s%s",
		 name ? name : "list", expected, example, type_name(at), text ? " " : "", quote,
		 text ? text : "", quote);
}

static bool number_of(const config_setting_t *at, double *ret)
{
	switch (config_setting_type(at)) {
	case CONFIG_TYPE_FLOAT:
		*ret = config_setting_get_float(at);
		return true;
	case CONFIG_TYPE_INT:
		*ret = config_setting_get_int(at);
		return true;
	case CONFIG_TYPE_INT64:
		*ret = (double)config_setting_get_int64(at);
		return true;
	default:
		return false;
	}
}

/* Whether value is one of the few that row allows; else said which those are. */
static bool is_among(struct complaints *why, const struct setting *row, config_setting_t *at,
		     double value)
{
	char known[80] = "";

	for (const uint32_t *k = row->among; *k; k++) {
		if (value == *k)
			return true;
		snprintf(known + strlen(known), sizeof(known) - strlen(known), "%s%" PRIu32,
			 k == row->among ? "" : ", ", *k);
	}
	complain(why, config_setting_source_line(at), "%s: %.0f is none of %s", row->name,
		 value, known);
	return false;
}

static void read_number(struct complaints *why, const struct setting *row, config_setting_t *at,
			void *item)
{
	bool whole = row->kind == SETTING_WHOLE;
	char example[40];
	double value;

	snprintf(example, sizeof(example), " such as %s", row->example);
	if (!number_of(at, &value) || (whole && config_setting_type(at) == CONFIG_TYPE_FLOAT)) {
		value_wrong_type(why, at, whole ? "a whole number" : "a number", example);
		return;
	}
	if (row->among && !is_among(why, row, at, value))
		return;
	/* written so that NaN is out of range too */
	if (!(value >= row->min && value <= row->max)) {
		complain(why, config_setting_source_line(at),
			 "%s: %g is out of range, %g to %g", row->name, value, row->min,
			 row->max);
		return;
	}
	if (whole)
		*(uint32_t *)setting_at(row, item) = (uint32_t)value;
	else
		*(double *)setting_at(row, item) = value;
}

static const char *string_of(struct complaints *why, config_setting_t *at, const char *expected)
{
	const char *text;

	if (config_setting_type(at) != CONFIG_TYPE_STRING) {
		value_wrong_type(why, at, expected, "");
		return NULL;
	}
	text = config_setting_get_string(at);
	return text ? text : ""; /* libconfig's word for "" */
}

static void read_text(struct complaints *why, const struct setting *row, config_setting_t *at,
		      void *item)
{
	const char *text = string_of(why, at, "a text in quotes");

	if (!text)
		return;
	if (!utf8_is_clean(text))
		complain(why, config_setting_source_line(at),
			 "%s: \"%s\" has control characters or is not UTF-8", row->name,
			 EXCERPT(text));
	else if (strlen(text) >= row->size)
		complain(why, config_setting_source_line(at), "%s: longer than %zu bytes",
			 row->name, row->size - 1);
	else
		strcpy(setting_at(row, item), text);
}

static void read_address(struct complaints *why, const struct setting *row,
			 config_setting_t *at, void *item)
{
	const char *text = string_of(why, at, "an address in quotes");
	char upper[PROFILE_ADDR_MAX + 1]; /* one more, or what is too long would fit */

	if (!text)
		return;
	text_capitals(upper, sizeof(upper), text);
	if (text_is_address(upper))
		memcpy(setting_at(row, item), upper, PROFILE_ADDR_MAX);
	else
		complain(why, config_setting_source_line(at),
			 "%s: expected an address such as \"00:11:22:33:44:55\", found \"%s\"",
			 row->name, EXCERPT(text));
}

static void read_word(struct complaints *why, const struct setting *row, config_setting_t *at,
		      void *item)
{
	const char *text = string_of(why, at, "a word in quotes"), *meant;
	char known[128] = "";
	int i;

	if (!text)
		return;
	i = choices_find(&row->words, text);
	if (i >= 0) {
		*(unsigned int *)setting_at(row, item) = (unsigned int)i;
		return;
	}
	for (uint32_t k = 0; k < row->words.count; k++)
		snprintf(known + strlen(known), sizeof(known) - strlen(known), "%s%s",
			 k ? ", " : "", row->words.list[k]);
	meant = choices_nearest(&row->words, text);
	if (meant)
		complain(why, config_setting_source_line(at),
			 "%s: \"%s\" is not known, did you mean \"%s\"? (%s)", row->name,
			 EXCERPT(text), meant, known);
	else
		complain(why, config_setting_source_line(at),
			 "%s: \"%s\" is not known, expected one of %s", row->name,
			 EXCERPT(text), known);
}

void value_read(struct complaints *why, const struct setting *row, config_setting_t *at,
		void *item)
{
	switch (row->kind) {
	case SETTING_NUMBER:
	case SETTING_WHOLE:
		read_number(why, row, at, item);
		break;
	case SETTING_SWITCH:
		if (config_setting_type(at) == CONFIG_TYPE_BOOL)
			*(bool *)setting_at(row, item) = config_setting_get_bool(at);
		else
			value_wrong_type(why, at, "true or false", "");
		break;
	case SETTING_TEXT:
		read_text(why, row, at, item);
		break;
	case SETTING_ADDRESS:
		read_address(why, row, at, item);
		break;
	case SETTING_WORD:
		read_word(why, row, at, item);
		break;
	case SETTING_INNER:
		break;
	}
}
