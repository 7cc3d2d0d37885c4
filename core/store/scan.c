/* SPDX-License-Identifier: MIT */
/* scan - a look over a profile's text before libconfig reads it; see scan.h. */
#include "core/store/scan.h"
#include "core/base/utf8.h"

#include <ctype.h>
#include <string.h>

struct scan {
	char *at;
	char *end; /* the terminator */
	unsigned int line;
	uint32_t settings; /* '=' and ',' so far */
	char last;	   /* first byte of the previous token; 'a' = a word, '0' = a number */
	char *comma;	   /* the latest one */
	uint32_t depth;
	struct {
		char bracket;
		unsigned int line;
	} open[SCAN_DEPTH];
	struct complaints *why;
};

/* Not text at all, or text in another encoding: say where, once. */
static int check_characters(const char *text, size_t len, struct complaints *why)
{
	unsigned int line = 1;

	for (size_t n; len > 0; text += n, len -= n) {
		n = utf8_character(text, len);
		if (n == 0) {
			complain(why, line, "not UTF-8 text (byte 0x%02X)",
				 (unsigned char)*text);
			return -EBADMSG;
		}
		if (utf8_is_control(text) && !memchr("\t\n\r\f", *text, 4)) {
			complain(why, line, "not text (control character 0x%02X)",
				 (unsigned char)text[n - 1]);
			return -EBADMSG;
		}
		if (*text == '\n')
			line++;
	}
	return 0;
}

static int skip_comment(struct scan *s)
{
	unsigned int opened = s->line;

	for (s->at += 2; s->at < s->end; s->at++) {
		if (s->at[0] == '*' && s->at[1] == '/') {
			s->at += 2;
			return 0;
		}
		if (*s->at == '\n')
			s->line++;
	}
	complain(s->why, opened, "the comment that begins here with /* is never closed");
	return -EBADMSG;
}

static int skip_string(struct scan *s)
{
	const char *opened = s->at;

	for (s->at++; *s->at != '"'; s->at++) {
		if (*s->at == '\n' || *s->at == '\0') {
			complain(s->why, s->line, "a closing \" is missing after %s",
				 EXCERPT(opened));
			return -EBADMSG;
		}
		if (*s->at != '\\' || s->at[1] == '\0' || s->at[1] == '\n')
			continue;
		s->at++;
		if (strncasecmp(s->at, "x00", 3) == 0) {
			complain(s->why, s->line, "\\x00 cannot stand in a text");
			return -EBADMSG;
		}
	}
	s->at++;
	return 0;
}

static bool in_list(const struct scan *s)
{
	return s->depth > 0 && s->open[s->depth - 1].bracket != '{';
}

static int open_bracket(struct scan *s)
{
	if (s->depth == SCAN_DEPTH) {
		complain(s->why, s->line, "brackets within brackets, more than %d deep",
			 SCAN_DEPTH);
		return -EBADMSG;
	}
	if (in_list(s) && s->last == '}')
		complain(s->why, s->line, "a comma is missing between } and %c", *s->at);
	s->open[s->depth].bracket = *s->at;
	s->open[s->depth].line = s->line;
	s->depth++;
	s->at++;
	return 0;
}

static int close_bracket(struct scan *s)
{
	static const char pairs[] = "{}()[]";
	char found = *s->at, opened;

	if (s->depth == 0) {
		complain(s->why, s->line, "%c closes nothing", found);
		return -EBADMSG;
	}
	s->depth--;
	opened = s->open[s->depth].bracket;
	if (strchr(pairs, opened)[1] != found) {
		complain(s->why, s->line, "expected %c to close the %c of line %u, found %c",
			 strchr(pairs, opened)[1], opened, s->open[s->depth].line, found);
		return -EBADMSG;
	}
	if (opened != '{' && s->last == ',')
		*s->comma = ' ';
	s->at++;
	return 0;
}

/* A name of a setting, or where a value should stand true, false or a slip. */
static void skip_word(struct scan *s)
{
	const char *word = s->at;
	size_t n;

	while (isalnum((unsigned char)*s->at) || (*s->at != '\0' && strchr("-_*", *s->at)))
		s->at++;
	n = (size_t)(s->at - word);
	if (s->last != '=' && !in_list(s))
		return;
	if ((n == 4 && strncasecmp(word, "true", 4) == 0) ||
	    (n == 5 && strncasecmp(word, "false", 5) == 0))
		return;
	complain(s->why, s->line,
		 "expected a number, true, false or \"text in quotes\", found %s",
		 excerpt_of(&(struct excerpt){ "" }, word, n));
}

/* libconfig 1.5 wraps integers that do not fit; 1.7 reads 010 as eight. */
static void skip_number(struct scan *s)
{
	const char *number = s->at;
	uint64_t value = 0;
	unsigned int base = 10;

	if (strchr("+-", *s->at))
		s->at++;
	if (s->at[0] == '0' && (s->at[1] == 'x' || s->at[1] == 'X')) {
		base = 16;
		s->at += 2;
	}
	for (; base == 16 ? isxdigit((unsigned char)*s->at) : isdigit((unsigned char)*s->at);
	     s->at++) {
		unsigned int digit = isdigit((unsigned char)*s->at)
					     ? (unsigned int)(*s->at - '0')
					     : (unsigned int)((*s->at | 0x20) - 'a') + 10;

		if (value <= INT32_MAX)
			value = value * base + digit;
	}
	if (base == 10 && *s->at != '\0' && strchr(".eE", *s->at)) {
		while (isalnum((unsigned char)*s->at) || *s->at == '.' ||
		       (strchr("+-", *s->at) && *s->at && (s->at[-1] | 0x20) == 'e'))
			s->at++;
		return;
	}
	if (value > INT32_MAX)
		complain(s->why, s->line, "%s is too large a number",
			 excerpt_of(&(struct excerpt){ "" }, number, (size_t)(s->at - number)));
	else if (base == 10 && value > 0 && number[strspn(number, "+-")] == '0')
		complain(s->why, s->line, "write %s without the leading 0",
			 excerpt_of(&(struct excerpt){ "" }, number, (size_t)(s->at - number)));
}

static int count_setting(struct scan *s)
{
	if (*s->at == ',')
		s->comma = s->at;
	s->at++;
	if (++s->settings <= SCAN_SETTINGS)
		return 0;
	complain(s->why, s->line, "more than %d settings", SCAN_SETTINGS);
	return -EBADMSG;
}

static int scan_token(struct scan *s)
{
	char c = *s->at;
	char last = c;
	int r = 0;

	if (c == '"') {
		r = skip_string(s);
	} else if (c == '@') {
		complain(s->why, s->line, "@include is refused: a profile is one file");
		r = -EBADMSG;
	} else if (strchr("({[", c)) {
		r = open_bracket(s);
	} else if (strchr(")}]", c)) {
		r = close_bracket(s);
	} else if (strchr("=:,", c)) {
		r = count_setting(s);
		last = c == ',' ? ',' : '=';
	} else if (isalpha((unsigned char)c) || c == '*') {
		skip_word(s);
		last = 'a';
	} else if (isdigit((unsigned char)c) || strchr("+-.", c)) {
		char *from = s->at;

		skip_number(s);
		if (s->at == from)
			s->at++;
		last = '0';
	} else {
		s->at++; /* a semicolon, or a character for libconfig to name */
	}
	s->last = last;
	return r;
}

int scan_profile(char *text, size_t len, struct complaints *why)
{
	struct scan s = { .at = text, .end = text + len, .line = 1, .why = why };
	int r;

	r = check_characters(text, len, why);
	while (r == 0 && s.at < s.end) {
		if (*s.at == '\n') {
			s.line++;
			s.at++;
		} else if (strchr(" \t\r\f", *s.at)) {
			s.at++;
		} else if (*s.at == '#' || (s.at[0] == '/' && s.at[1] == '/')) {
			s.at += strcspn(s.at, "\n");
		} else if (s.at[0] == '/' && s.at[1] == '*') {
			r = skip_comment(&s);
		} else {
			r = scan_token(&s);
		}
	}
	if (r == 0 && s.depth > 0)
		complain(why, s.open[s.depth - 1].line, "the %c opened here is never closed",
			 s.open[s.depth - 1].bracket);
	return why->errors > 0 ? -EBADMSG : 0;
}
