/* SPDX-License-Identifier: MIT */
/*
 * names - what things are called: by people, and in the words of profiles.
 */
#ifndef FANFARE_CONTROL_NAMES_H
#define FANFARE_CONTROL_NAMES_H

#include "core/control/model.h"

/* [any] The word of a profile for it. */
const char *names_source_type(enum profile_source_type type);
const char *names_tone(enum profile_tone tone);
const char *names_output(enum profile_output output);
const char *names_map(enum profile_map map);

/* [any] And back: 0, or -EINVAL for a word that is none. */
int names_find_source_type(const char *word, enum profile_source_type *ret);
int names_find_tone(const char *word, enum profile_tone *ret);

/* [any] What a source is called by its device alone. Lives as long as s. */
const char *names_source_made(const struct profile_source *s);

/* [any] What a source is called: its name, else that. */
const char *names_source(const struct profile_source *s);

/* [any] What is written of its device: for a tone its name. */
const char *names_source_device(const struct profile_source *s);

/* [ctl] wish, or wish with a number when a speaker (zone) is called so; may be ret. */
void names_free_speaker(const struct control *c, const char *wish, char ret[PROFILE_NAME_MAX]);
void names_free_zone(const struct control *c, const char *wish, char ret[PROFILE_NAME_MAX]);

#endif
