/* SPDX-License-Identifier: MIT */
/* write - a profile as the text of its file; see write.h. */
#include "core/store/write.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/*
 * Four decimals: a tenth of a microsecond, and no trace of the float that a
 * value went through. At least one, as people write it: -6.0.
 */
static void write_number(FILE *f, double value)
{
	char text[400];
	size_t len;

	snprintf(text, sizeof(text), "%.4f", value);
	len = strlen(text);
	while (text[len - 1] == '0' && text[len - 2] != '.')
		text[--len] = '\0';
	fputs(strcmp(text, "-0.0") == 0 ? "0.0" : text, f);
}

static void write_string(FILE *f, const char *text)
{
	fputc('"', f);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', f);
		fputc(*text, f);
	}
	fputc('"', f);
}

static void write_value(FILE *f, const struct setting *row, const void *item)
{
	const void *value = setting_of(row, item);

	switch (row->kind) {
	case SETTING_NUMBER:
		write_number(f, *(const double *)value);
		break;
	case SETTING_WHOLE:
		fprintf(f, "%" PRIu32, *(const uint32_t *)value);
		break;
	case SETTING_SWITCH:
		fputs(*(const bool *)value ? "true" : "false", f);
		break;
	case SETTING_TEXT:
	case SETTING_ADDRESS:
		write_string(f, value);
		break;
	case SETTING_WORD:
		write_string(f, row->words.list[*(const unsigned int *)value]);
		break;
	case SETTING_INNER:
		break;
	}
}

void write_settings(FILE *f, const struct settings *s, const void *item, const char *indent)
{
	uint32_t bit = settings_bit(s, item);

	for (uint32_t i = 0; i < s->count; i++) {
		const struct setting *row = &s->list[i];

		if (row->kind == SETTING_INNER || !setting_applies(row, bit))
			continue;
		if (!(row->needed & bit) && setting_same(row, item, s->defaults))
			continue;
		fprintf(f, "%s%s = ", indent, row->name);
		write_value(f, row, item);
		fputs(";\n", f);
	}
}

static void write_speaker(FILE *f, const struct profile_speaker *s)
{
	write_settings(f, &settings_speaker, s, "        ");
	if (s->output != OUTPUT_SIMULATED ||
	    settings_same(&settings_simulation, &s->simulation, settings_simulation.defaults))
		return;
	fputs("        simulated = {\n", f);
	write_settings(f, &settings_simulation, &s->simulation, "          ");
	fputs("        };\n", f);
}

static void write_zone(FILE *f, const struct profile_zone *z)
{
	write_settings(f, &settings_zone, z, "    ");
	if (z->sources_n > 0) {
		fputs("    sources = (\n", f);
		for (uint32_t i = 0; i < z->sources_n; i++) {
			fputs("      {\n", f);
			write_settings(f, &settings_source, &z->sources[i], "        ");
			fputs(i + 1 < z->sources_n ? "      },\n" : "      }\n", f);
		}
		fputs("    );\n", f);
	}
	if (z->speakers_n > 0) {
		fputs("    speakers = (\n", f);
		for (uint32_t i = 0; i < z->speakers_n; i++) {
			fputs("      {\n", f);
			write_speaker(f, &z->speakers[i]);
			fputs(i + 1 < z->speakers_n ? "      },\n" : "      }\n", f);
		}
		fputs("    );\n", f);
	}
}

static void write_all(FILE *f, const void *what)
{
	const struct profile *p = what;

	fputs("# Written by Fanfare. When it saves again, comments in this file are lost.\n",
	      f);
	fprintf(f, "version = %d;\n", PROFILE_VERSION);
	write_settings(f, &settings_profile, p, "");
	fputs("zones = (\n", f);
	for (uint32_t i = 0; i < p->zones_n; i++) {
		fputs("  {\n", f);
		write_zone(f, &p->zones[i]);
		fputs(i + 1 < p->zones_n ? "  },\n" : "  }\n", f);
	}
	fputs(");\n", f);
}

int write_text(void (*fn)(FILE *f, const void *what), const void *what, char **ret,
	       size_t *ret_len)
{
	locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0), before;
	char *text = NULL;
	size_t len = 0;
	FILE *f = plain ? open_memstream(&text, &len) : NULL;
	bool ok = f != NULL;

	if (ok) {
		before = uselocale(plain);
		fn(f, what);
		uselocale(before);
		ok = !ferror(f);
		ok = fclose(f) == 0 && ok;
	}
	if (plain)
		freelocale(plain);
	if (!ok) {
		free(text);
		return -ENOMEM;
	}
	*ret = text;
	*ret_len = len;
	return 0;
}

int write_profile(const struct profile *p, char **ret, size_t *ret_len)
{
	return write_text(write_all, p, ret, ret_len);
}
