/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a profile: they are read or refused, with words when refused;
 * what is read can be written, and reads and writes the same again.
 */
#include "core/store/profile.h"
#include "core/base/utf8.h"
#include "core/store/write.h"

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/*
 * libconfig 1.5 forgets a text it has just read when a syntax error follows;
 * nothing of ours is allocated from within that library.
 */
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

static void must(bool so, const char *what)
{
	if (so)
		return;
	fprintf(stderr, "not so: %s\n", what);
	abort();
}

/* Lines of clean text, "file:" at the start of each but the last, which may count. */
static void check_words(const struct complaint *why)
{
	char line[sizeof(why->text)];
	const char *at = why->text;

	must(strlen(at) < sizeof(why->text), "complaints end");
	while (*at) {
		size_t n = strcspn(at, "\n");

		must(at[n] == '\n', "each complaint is a line");
		memcpy(line, at, n);
		line[n] = '\0';
		must(utf8_is_clean(line), "complaints are clean text");
		must(strncmp(line, "fuzz.conf:", 10) == 0 || strncmp(line, "and ", 4) == 0,
		     "complaints name the file");
		at += n + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(profile_freep) struct profile *p = NULL, *again = NULL, *copy = NULL;
	SCOPED(freep) char *text = NULL;
	SCOPED(freep) char *text2 = NULL;
	struct complaint why;
	size_t len, len2;
	int r;

	r = profile_parse((const char *)data, size, "fuzz.conf", &p, &why);
	check_words(&why);
	if (r < 0) {
		must(!p && why.text[0], "a refusal has words and gives nothing");
		return 0;
	}
	must(write_profile(p, &text, &len) == 0, "what was read is written");
	r = profile_parse(text, len, "fuzz.conf", &again, &why);
	if (r < 0)
		fprintf(stderr, "%s%s", text, why.text);
	must(r == 0, "what was written is read");
	must(profile_equal(p, again), "and says the same");
	must(write_profile(again, &text2, &len2) == 0 && len == len2 &&
		     !memcmp(text, text2, len),
	     "and is written the same");
	copy = profile_copy(p);
	must(copy && profile_equal(p, copy), "a copy says the same");
	return 0;
}
