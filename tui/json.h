/* SPDX-License-Identifier: MIT */
/*
 * json - writes JSON to a stream, indented by two, a value a line.
 *
 * A value: start with { .to = stdout }. Names are NULL inside lists. What is no
 * UTF-8 becomes U+FFFD, what is no number null.
 */
#ifndef FANFARE_TUI_JSON_H
#define FANFARE_TUI_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *to;
	int depth;
	bool more; /* something stands before, at this depth */
};

/* [ui] Open and close what holds other values; open is '{' or '['. */
void json_open(struct json *j, const char *name, char open);
void json_close(struct json *j, char close);

void json_text(struct json *j, const char *name, const char *value);
void json_number(struct json *j, const char *name, double value);
void json_count(struct json *j, const char *name, uint64_t value);
void json_bool(struct json *j, const char *name, bool value);

#endif
