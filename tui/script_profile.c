/* SPDX-License-Identifier: MIT */
/* script_profile - profile list, show, check, load, save, delete. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/scope.h"
#include "tui/json.h"
#include "tui/script.h"

/* Needs nobody who plays; where one does, what is loaded is told as well. */
static int script_list(struct script *s)
{
	static struct ff_profile profiles[FF_PROFILES];
	const struct ff_options options = { .where = FF_ATTACHED };
	uint32_t n = ff_list_profiles(profiles, FF_PROFILES);
	struct json j = { .to = stdout };

	if (ff_open(&options, &s->ff, NULL) == 0) {
		ff_snapshot(s->ff, &s->now);
		n = s->now.profiles_n;
		memcpy(profiles, s->now.profiles, sizeof(profiles));
	}
	if (!s->json) {
		for (uint32_t i = 0; i < n; i++)
			printf("%s\t%s%s\n", profiles[i].name, profiles[i].path,
			       profiles[i].loaded ? "\tloaded" : "");
		return 0;
	}
	json_open(&j, NULL, '[');
	for (uint32_t i = 0; i < n; i++) {
		json_open(&j, NULL, '{');
		json_text(&j, "name", profiles[i].name);
		json_text(&j, "path", profiles[i].path);
		json_bool(&j, "loaded", profiles[i].loaded);
		json_bool(&j, "readonly", profiles[i].readonly);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	return 0;
}

static const struct ff_profile *script_find(const struct ff_profile *p, uint32_t n,
					    const char *name)
{
	for (uint32_t i = 0; i < n; i++)
		if (name ? !strcmp(p[i].name, name) : p[i].loaded)
			return &p[i];
	return NULL;
}

static int script_print_file(const char *path)
{
	char bytes[4096];
	FILE *f = fopen(path, "re");
	size_t n;
	int r = 0;

	if (!f)
		return script_fail("%s: %s", path, strerror(errno));
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		fwrite(bytes, 1, n, stdout);
	if (ferror(f))
		r = script_fail("%s: %s", path, strerror(errno));
	fclose(f);
	return r;
}

/* The file as it lies there; without a name the one that is loaded. */
static int script_show(struct script *s)
{
	static struct ff_profile profiles[FF_PROFILES];
	const char *name = s->argc > 1 ? s->argv[1] : NULL;
	const struct ff_profile *p;
	int r;

	if (!name) {
		r = script_attach(s);
		if (r)
			return r;
		p = script_find(s->now.profiles, s->now.profiles_n, NULL);
		if (!p)
			return script_fail("what plays (%s) is in no file", s->now.profile);
		if (s->now.modified)
			fprintf(stderr, "fanfare: what plays differs from this file\n");
		return script_print_file(p->path);
	}
	p = script_find(profiles, ff_list_profiles(profiles, FF_PROFILES), name);
	if (!p && strchr(name, '/'))
		return script_print_file(name);
	return p ? script_print_file(p->path)
		 : script_fail("no profile is called \"%s\"; fanfare profile list names them",
			       name);
}

static int script_check(struct script *s)
{
	SCOPED(freep) char *text = NULL;
	const char *path = s->argv[1];
	int r = ff_check_profile(path, &text);

	if (text && *text)
		fprintf(stderr, "%s%s", text, text[strlen(text) - 1] == '\n' ? "" : "\n");
	else if (r < 0)
		fprintf(stderr, "fanfare: %s: %s\n", path, strerror(-r));
	if (r == 0)
		printf("%s: good\n", path);
	return r < 0 ? SCRIPT_FAILED : 0;
}

/* ---- what changes something ------------------------------------------------------------- */

static int script_loaded(struct script *s, const void *arg)
{
	return s->now.structure != *(const uint64_t *)arg;
}

static int script_saved(struct script *s, const void *arg)
{
	const char *name = arg;

	return !s->now.modified && !strcmp(s->now.profile, name) &&
	       script_find(s->now.profiles, s->now.profiles_n, name);
}

static int script_deleted(struct script *s, const void *arg)
{
	const struct ff_profile *p = script_find(s->now.profiles, s->now.profiles_n, arg);

	return !p || p->readonly; /* a shipped one of that name shows again */
}

static int script_command(struct script *s, enum ff_verb verb, const char *text,
			  struct ff_command *ret)
{
	*ret = (struct ff_command){ .verb = verb };
	if (strlen(text) >= sizeof(ret->text))
		return script_misuse("profile %s: that name is too long", s->argv[0]);
	if (s->argc > 1 && !*text)
		return script_misuse("profile %s: that name is empty", s->argv[0]);
	if (verb != FF_LOAD_PROFILE && strchr(text, '/'))
		return script_misuse("profile %s: \"%s\" is no name, it has a slash",
				     s->argv[0], text);
	snprintf(ret->text, sizeof(ret->text), "%s", text);
	return script_attach(s);
}

static int script_load(struct script *s)
{
	/* a file from here, not from where that process runs */
	SCOPED(freep) char *path = strchr(s->argv[1], '/') ? realpath(s->argv[1], NULL) : NULL;
	struct ff_command c;
	uint64_t before;
	int r = script_command(s, FF_LOAD_PROFILE, path ? path : s->argv[1], &c);

	before = s->now.structure;
	if (r == 0)
		r = script_submit(s, &c);
	return r ? r : script_await(s, script_loaded, &before, SCRIPT_SOON_MS);
}

static int script_begun(struct script *s, const void *arg)
{
	return !strcmp(s->now.profile, arg);
}

static int script_new(struct script *s)
{
	struct ff_command c;
	int r = script_command(s, FF_NEW_PROFILE, s->argv[1], &c);

	if (r == 0 && script_begun(s, c.text))
		return script_fail("profile %s plays already", c.text);
	if (r == 0)
		r = script_submit(s, &c);
	return r ? r : script_await(s, script_begun, c.text, SCRIPT_SOON_MS);
}

static int script_save(struct script *s)
{
	struct ff_command c;
	int r = script_command(s, FF_SAVE_PROFILE, s->argc > 1 ? s->argv[1] : "", &c);

	if (r == 0 && !*c.text)
		snprintf(c.text, sizeof(c.text), "%s", s->now.profile);
	if (r == 0)
		r = script_submit(s, &c);
	return r ? r : script_await(s, script_saved, c.text, SCRIPT_SOON_MS);
}

static int script_delete(struct script *s)
{
	const struct ff_profile *p;
	struct ff_command c;
	int r = script_command(s, FF_DELETE_PROFILE, s->argv[1], &c);

	if (r)
		return r;
	p = script_find(s->now.profiles, s->now.profiles_n, s->argv[1]);
	if (!p)
		return script_fail("no profile is called \"%s\"", s->argv[1]);
	if (p->readonly)
		return script_fail("profile \"%s\" is shipped with Fanfare and stays", p->name);
	r = script_submit(s, &c);
	return r ? r : script_await(s, script_deleted, c.text, SCRIPT_SOON_MS);
}

int script_profile(struct script *s)
{
	static const struct {
		const char *name, *usage;
		int least, most; /* words, with its own */
		int (*run)(struct script *s);
	} kinds[] = {
		{ "list", "list [--json]", 1, 1, script_list },
		{ "show", "show [NAME]", 1, 2, script_show },
		{ "check", "check FILE", 2, 2, script_check },
		{ "new", "new NAME", 2, 2, script_new },
		{ "load", "load NAME|FILE", 2, 2, script_load },
		{ "save", "save [NAME]", 1, 2, script_save },
		{ "delete", "delete NAME", 2, 2, script_delete },
	};

	if (s->argc < 1)
		return script_misuse(
			"profile what? list, show, check, new, load, save or delete");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(s->argv[0], kinds[i].name) != 0)
			continue;
		if (s->argc < kinds[i].least || s->argc > kinds[i].most)
			return script_misuse("profile %s", kinds[i].usage);
		if (s->json && kinds[i].run != script_list)
			return script_misuse("profile %s has nothing to list for programs",
					     kinds[i].name);
		return kinds[i].run(s);
	}
	return script_misuse("unknown argument \"%s\"; fanfare --help lists what there is",
			     s->argv[0]);
}
