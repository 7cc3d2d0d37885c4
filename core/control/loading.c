/* SPDX-License-Identifier: MIT */
/* loading - see loading.h. */
#include "core/control/loading.h"

#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/control/cast.h"
#include "core/control/edits.h"
#include "core/control/recall.h"
#include "core/control/removed.h"
#include "core/control/swap.h"
#include "core/store/text.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void loading_unload(struct control *c)
{
	removed_forget(c);
	cast_dismiss(c);
	profile_free(c->saved);
	c->saved = NULL;
}

void loading_tell(enum log_level level, const char *what, const struct complaint *why)
{
	for (const char *line = why->text; *line;) {
		int n = (int)strcspn(line, "\n");

		if (n > 0)
			log_event(level, "%s%s%.*s", what, *what ? ": " : "", n, line);
		line += n;
		line += *line == '\n';
		what = "";
	}
}

int loading_load(struct control *c, const char *text, struct complaint *why)
{
	SCOPED(profile_freep) struct profile *p = NULL;
	char path[SHELF_PATH_MAX];
	int r;

	why->text[0] = '\0';
	r = shelf_find(text, path);
	if (r < 0) {
		snprintf(why->text, sizeof(why->text),
			 strchr(text, '/') ? "there is no file \"%s\""
					   : "no profile is called \"%s\"",
			 text);
		return r;
	}
	r = profile_load(path, &p, why);
	if (r < 0)
		return r;
	loading_tell(LOG_LEVEL_WARNING, "", why);
	r = swap_to(c, TAKE(p), path);
	if (r < 0) {
		snprintf(why->text, sizeof(why->text), "%s: cannot start: %s", path,
			 strerror(-r));
		return r;
	}
	shelf_set_last(c->name); /* a state folder that cannot be written costs only this */
	log_notice("profile %s: %u speaker%s, %u source%s", c->name, c->speakers_n,
		   c->speakers_n == 1 ? "" : "s", c->sources_n, c->sources_n == 1 ? "" : "s");
	return 0;
}

static bool machine_has_adapter(void)
{
	glob_t found = { 0 };
	bool has = glob("/sys/class/bluetooth/hci*", 0, NULL, &found) == 0;

	globfree(&found);
	return has;
}

/* Something to hear as soon as the first speaker is there: the tune. */
static int begin_empty(struct control *c)
{
	struct profile *p = profile_new("My speakers");
	struct profile_source *tune = p ? profile_add_source(p, &p->zones[0]) : NULL;

	if (!tune) {
		profile_free(p);
		return -ENOMEM;
	}
	tune->type = SOURCE_TONE;
	tune->tone = TONE_TUNE;
	log_notice("no speakers yet: the console finds them");
	return swap_to(c, p, "");
}

int loading_first(struct control *c, struct complaint *why)
{
	char last[PROFILE_NAME_MAX];

	if (shelf_last(last) == 0) {
		if (loading_load(c, last, why) == 0) {
			recall_take_up(c);
			return 0;
		}
		loading_tell(LOG_LEVEL_WARNING, "the last profile cannot be played", why);
	}
	if (machine_has_adapter())
		return begin_empty(c);
	if (loading_load(c, "Demo", why) == 0)
		return 0;
	loading_tell(LOG_LEVEL_WARNING, "the demonstration cannot be played", why);
	return begin_empty(c);
}

/* ---- out again -------------------------------------------------------------------------- */

struct profile *loading_current(const struct control *c)
{
	struct profile *p = profile_new(c->name);

	if (!p)
		return NULL;
	p->rate = c->time.rate;
	p->period = c->time.period;
	p->zones_n = c->zones_n;
	for (uint32_t z = 0; z < c->zones_n; z++) {
		CUT_COPY(p->zones[z].name, c->zones[z].name);
		p->zones[z].volume_db = c->zones[z].volume_db;
	}
	for (uint32_t i = 0; i < c->sources_n; i++) {
		struct profile_source *s =
			profile_add_source(p, &p->zones[c->sources[i]->zone]);

		if (!s)
			goto no_memory;
		*s = c->sources[i]->conf;
	}
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		struct profile_speaker *s =
			profile_add_speaker(p, &p->zones[c->speakers[i]->zone]);

		if (!s)
			goto no_memory;
		*s = c->speakers[i]->conf;
	}
	return p;

no_memory:
	profile_free(p);
	return NULL;
}

int loading_save(struct control *c, const char *name, struct complaint *why)
{
	SCOPED(profile_freep) struct profile *p = NULL;
	char path[SHELF_PATH_MAX];
	const char *as = *name ? name : c->name;
	int r;

	r = shelf_own_path(as, path);
	if (r < 0) {
		snprintf(why->text, sizeof(why->text), "\"%s\" cannot be a profile's name: %s",
			 as,
			 strlen(as) >= PROFILE_NAME_MAX ? "it is longer than 63 bytes"
			 : r == -EINVAL ? "no \"/\" in it, and no \".\" before it"
					: strerror(-r));
		return r;
	}
	p = loading_current(c);
	if (!p)
		return -ENOMEM;
	CUT_COPY(p->name, as);
	r = profile_save(p, path);
	if (r < 0) {
		snprintf(why->text, sizeof(why->text), "%s: cannot be written: %s", path,
			 strerror(-r));
		return r;
	}
	CUT_COPY(c->name, as);
	CUT_COPY(c->path, path);
	profile_free(c->saved);
	c->saved = TAKE(p);
	edits_filed(c);
	c->recall.due = true;
	shelf_set_last(c->name);
	log_notice("profile %s saved in %s", c->name, path);
	loading_list(c);
	control_changed(c);
	return 0;
}

/* ---- names ------------------------------------------------------------------------------ */

/* Whether a profile may be called so from now on; words in why where not. */
static int free_name(const char *name, struct complaint *why)
{
	char path[SHELF_PATH_MAX];

	if (!text_is_file_name(name)) {
		snprintf(why->text, sizeof(why->text),
			 "\"%s\" cannot be a profile's name: 1 to %d bytes, no \"/\", no \".\" "
			 "in front",
			 name, PROFILE_NAME_MAX - 1);
		return -EINVAL;
	}
	if (shelf_find(name, path) == 0) {
		snprintf(why->text, sizeof(why->text), "there is a profile \"%s\" already",
			 name);
		return -EEXIST;
	}
	return 0;
}

int loading_new(struct control *c, const char *name, struct complaint *why)
{
	struct profile *p;
	int r = free_name(name, why);

	if (r < 0)
		return r;
	p = profile_new(name);
	if (!p)
		return -ENOMEM;
	r = swap_to(c, p, "");
	if (r < 0)
		return r;
	profile_free(c->saved);
	c->saved = NULL;
	edits_compare(c);
	log_notice("profile %s: new, not saved yet", c->name);
	return 0;
}

/* What plays is called name from now on. */
static void call(struct control *c, const char *name)
{
	CUT_COPY(c->name, name);
	if (c->saved)
		CUT_COPY(c->saved->name, name);
	edits_compare(c);
	c->recall.due = true;
	c->structure++;
}

int loading_rename(struct control *c, const char *from, const char *to, struct complaint *why)
{
	bool loaded = !strcmp(from, c->name);
	char path[SHELF_PATH_MAX];
	int r;

	if (!strcmp(from, to))
		return 0;
	r = free_name(to, why);
	if (r < 0)
		return r;
	if (!loaded || c->path[0]) {
		r = shelf_rename(from, to, path);
		if (r < 0) {
			snprintf(why->text, sizeof(why->text),
				 "profile \"%s\" cannot be renamed: %s", from,
				 r == -EROFS	? "it is shipped with Fanfare and stays"
				 : r == -ENOENT ? "it is not among your own"
						: strerror(-r));
			return r;
		}
		if (loaded) {
			CUT_COPY(c->path, path);
			shelf_set_last(to);
		}
	}
	if (loaded)
		call(c, to);
	log_notice("profile %s is called %s now", from, to);
	loading_list(c);
	return 0;
}

int loading_delete(struct control *c, const char *name, struct complaint *why)
{
	int r = shelf_delete(name);

	if (r < 0)
		snprintf(why->text, sizeof(why->text), "profile \"%s\": %s", name,
			 r == -EROFS ? "is shipped with Fanfare and stays" : strerror(-r));
	else
		log_notice("profile %s deleted", name);
	/* what plays is in no file any more: as a new one, it is not saved yet */
	if (r == 0 && c->path[0] && access(c->path, F_OK) < 0) {
		c->path[0] = '\0';
		profile_free(c->saved);
		c->saved = NULL;
		edits_compare(c);
	}
	loading_list(c);
	return r;
}

void loading_list(struct control *c)
{
	size_t n = shelf_list(c->shelf, FF_PROFILES);

	c->shelf_n = (uint32_t)(n < FF_PROFILES ? n : FF_PROFILES);
	control_changed(c);
}
