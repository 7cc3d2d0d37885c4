/* SPDX-License-Identifier: MIT */
/* verbs - see verbs.h. */
#include "core/service/verbs.h"

#include <errno.h>
#include <string.h>

struct verb {
	enum ff_verb verb;
	const char *method, *fields;
};

#define VERB_ROW(verb, method, fields, types, names) { verb, #method, fields },
static const struct verb verbs[] = { VERBS(VERB_ROW) };

/* A verb without a method does not compile: -Wswitch-enum. */
#define VERB_CASE(verb, method, fields, types, names) case verb:
static bool known(enum ff_verb verb)
{
	switch (verb) {
		VERBS(VERB_CASE)
		return true;
	}
	return false;
}

static const struct verb *find(enum ff_verb verb)
{
	for (size_t i = 0; known(verb) && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (verbs[i].verb == verb)
			return &verbs[i];
	return NULL;
}

const char *verbs_method(enum ff_verb verb)
{
	const struct verb *v = find(verb);

	return v ? v->method : NULL;
}

/* ---- one argument ----------------------------------------------------------------------- */

struct field {
	char type;	  /* of D-Bus: u, d, b or s */
	const char *name; /* for people */
	void *at;
	size_t size; /* of a text */
};

static struct field field_of(struct ff_command *c, char letter)
{
	switch (letter) {
	case 'i':
		return (struct field){ 'u', "id", &c->id, 0 };
	case 'x':
		return (struct field){ 'u', "other", &c->other, 0 };
	case 'v':
		return (struct field){ 'd', "value", &c->value, 0 };
	case 'f':
		return (struct field){ 'b', "flag", &c->flag, 0 };
	case 'm':
		return (struct field){ 'm', "map", &c->map, 0 };
	case 'o':
		return (struct field){ 'o', "output", &c->output, 0 };
	case 't':
		return (struct field){ 's', "type", c->type, sizeof(c->type) };
	case 'a':
		return (struct field){ 's', "address", c->address, sizeof(c->address) };
	case 'd':
		return (struct field){ 's', "adapter", c->adapter, sizeof(c->adapter) };
	case 'D':
		return (struct field){ 's', "device", c->device, sizeof(c->device) };
	default:
		return (struct field){ 's', "text", c->text, sizeof(c->text) };
	}
}

static int word_index(const char *word, const char *(*name)(uint32_t))
{
	for (uint32_t i = 0; name(i); i++)
		if (!strcmp(name(i), word))
			return (int)i;
	return -EINVAL;
}

static int read_text(sd_bus_message *m, const struct field *f, struct ff_command *c)
{
	const char *text;
	int r = sd_bus_message_read_basic(m, 's', &text);

	if (r < 0)
		return r;
	if (f->type == 's') {
		if (strlen(text) >= f->size)
			return -EINVAL;
		memcpy(f->at, text, strlen(text) + 1);
		return 0;
	}
	r = word_index(text, f->type == 'm' ? ff_map_name : ff_output_name);
	if (r < 0)
		return r;
	if (f->type == 'm')
		c->map = (enum ff_map)r;
	else
		c->output = (enum ff_output)r;
	return 0;
}

static int read_field(sd_bus_message *m, const struct field *f, struct ff_command *c)
{
	double number;
	int flag, r;

	switch (f->type) {
	case 'u':
		return sd_bus_message_read_basic(m, 'u', f->at);
	case 'd':
		r = sd_bus_message_read_basic(m, 'd', &number);
		if (r >= 0)
			c->value = (float)number;
		return r;
	case 'b':
		r = sd_bus_message_read_basic(m, 'b', &flag);
		if (r >= 0)
			c->flag = flag != 0;
		return r;
	default:
		return read_text(m, f, c);
	}
}

static int write_field(sd_bus_message *m, const struct field *f, const struct ff_command *c)
{
	double number = (double)c->value;
	const char *word = f->type == 'm' ? ff_map_name(c->map) : ff_output_name(c->output);
	int flag = c->flag;

	switch (f->type) {
	case 'u':
		return sd_bus_message_append_basic(m, 'u', f->at);
	case 'd':
		return sd_bus_message_append_basic(m, 'd', &number);
	case 'b':
		return sd_bus_message_append_basic(m, 'b', &flag);
	case 's':
		return memchr(f->at, '\0', f->size) ? sd_bus_message_append_basic(m, 's', f->at)
						    : -EINVAL;
	default:
		return word ? sd_bus_message_append_basic(m, 's', word) : -EINVAL;
	}
}

/* ---- a whole call ----------------------------------------------------------------------- */

int verbs_read(sd_bus_message *m, struct ff_command *ret, const char **ret_why)
{
	const char *method = sd_bus_message_get_member(m);
	const struct verb *v = NULL;
	struct ff_command c = { 0 };

	for (size_t i = 0; method && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(verbs[i].method, method))
			v = &verbs[i];
	if (!v)
		return -ENOENT;
	c.verb = v->verb;
	for (const char *at = v->fields; *at; at++) {
		struct field f = field_of(&c, *at);
		int r = read_field(m, &f, &c);

		if (r < 0) {
			*ret_why = f.name;
			return r;
		}
	}
	*ret = c;
	return 0;
}

int verbs_write(sd_bus_message *m, const struct ff_command *command)
{
	const struct verb *v = find(command->verb);
	struct ff_command c = *command;
	int r = v ? 0 : -EINVAL;

	for (const char *at = v ? v->fields : ""; *at && r >= 0; at++) {
		struct field f = field_of(&c, *at);

		r = write_field(m, &f, &c);
	}
	return r < 0 ? r : 0;
}
