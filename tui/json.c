/* SPDX-License-Identifier: MIT */
/* json - see json.h. */
#include "tui/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "core/base/utf8.h"

static void json_string(struct json *j, const char *s)
{
	size_t n = strlen(s), step;

	fputc('"', j->to);
	for (size_t i = 0; i < n; i += step) {
		step = utf8_character(s + i, n - i);
		if (step == 0) {
			fputs("\\ufffd", j->to);
			step = 1;
		} else if (s[i] == '"' || s[i] == '\\') {
			fprintf(j->to, "\\%c", s[i]);
		} else if ((unsigned char)s[i] < 0x20) {
			fprintf(j->to, "\\u%04x", (unsigned)s[i]);
		} else {
			fwrite(s + i, 1, step, j->to);
		}
	}
	fputc('"', j->to);
}

static void json_name(struct json *j, const char *name)
{
	fprintf(j->to, "%s%s%*s", j->more ? "," : "", j->depth ? "\n" : "", 2 * j->depth, "");
	j->more = true;
	if (name) {
		json_string(j, name);
		fputs(": ", j->to);
	}
}

void json_open(struct json *j, const char *name, char open)
{
	json_name(j, name);
	fputc(open, j->to);
	j->depth++;
	j->more = false;
}

void json_close(struct json *j, char close)
{
	j->depth--;
	if (j->more)
		fprintf(j->to, "\n%*s", 2 * j->depth, "");
	fputc(close, j->to);
	if (j->depth == 0)
		fputc('\n', j->to);
	j->more = true;
}

void json_text(struct json *j, const char *name, const char *value)
{
	json_name(j, name);
	json_string(j, value);
}

void json_number(struct json *j, const char *name, double value)
{
	json_name(j, name);
	if (isfinite(value))
		fprintf(j->to, "%.6g", value);
	else
		fputs("null", j->to);
}

void json_count(struct json *j, const char *name, uint64_t value)
{
	json_name(j, name);
	fprintf(j->to, "%" PRIu64, value);
}

void json_bool(struct json *j, const char *name, bool value)
{
	json_name(j, name);
	fputs(value ? "true" : "false", j->to);
}
