/* SPDX-License-Identifier: MIT */
/*
 * saver - changes and saves until the power is cut.
 *
 *	saver                        says what volume it found, then sets new ones, one after
 *	                             the other, and saves every second in the profile
 *	saver --check PROFILE STATE  whether two files are whole; STATE need not be there
 *
 * Volume number k is -k/10 dB; the numbers go round at 200. Lines are "up K PROFILE", "told K",
 * "saving K", "saved K", "wrong STATUS", each out before the next step begins.
 */
#include "core/base/scope.h"
#include "core/store/profile.h"
#include "core/store/state.h"
#include "tui/script.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define ROUND	    200
#define SAVER_TRIES 600 /* ten a second, until Fanfare is up */

static const char speaker[] = "Patio";

static int saver_number(const struct ff_snapshot *now)
{
	for (uint32_t i = 0; i < now->speakers_n; i++) {
		if (strcmp(now->speakers[i].name, speaker) == 0)
			return (int)lrintf(now->speakers[i].volume_db * -10);
	}
	return -1;
}

/* A line, and not before it has left the machine does anything else happen. */
static void saver_say(const char *word, int k, const char *more)
{
	printf("%s %d%s%s\n", word, k, *more ? " " : "", more);
	fflush(stdout);
	tcdrain(STDOUT_FILENO);
}

/* The volume is that one, and known to differ from the file's. */
static int saver_told(struct script *s, const void *arg)
{
	return saver_number(&s->now) == *(const int *)arg && s->now.modified;
}

static int saver_saved(struct script *s, const void *arg)
{
	(void)arg;
	return !s->now.modified;
}

static int saver_set(struct script *s, int k)
{
	struct ff_command c = { .verb = FF_SET_VOLUME, .value = (float)-k / 10 };
	const struct ff_speaker *sp = script_speaker(s, speaker);
	int r;

	if (!sp)
		return SCRIPT_FAILED;
	c.id = sp->id;
	r = script_submit(s, &c);
	return r ? r : script_await(s, saver_told, &k, SCRIPT_SPEAKER_MS);
}

static int saver_save(struct script *s)
{
	static const struct ff_command c = { .verb = FF_SAVE_PROFILE };
	int r = script_submit(s, &c);

	return r ? r : script_await(s, saver_saved, NULL, SCRIPT_SPEAKER_MS);
}

static int saver_run(void)
{
	static struct script s = { .name = "saver" };
	int k = 0, r = SCRIPT_FAILED;

	for (int tries = 0; r && tries < SAVER_TRIES; tries++) {
		r = script_attach(&s);
		if (r)
			poll(NULL, 0, 100);
	}
	if (r == 0) {
		k = saver_number(&s.now);
		saver_say("up", k, s.now.profile);
	}
	while (r == 0) {
		k = (k + 1) % ROUND;
		r = saver_set(&s, k);
		if (r)
			break;
		saver_say("told", k, "");
		if (k % 2)
			continue;
		saver_say("saving", k, "");
		r = saver_save(&s);
		if (r == 0)
			saver_say("saved", k, "");
	}
	saver_say("wrong", r, "");
	return r;
}

static int saver_check(const char *profile, const char *state)
{
	SCOPED(profile_freep) struct profile *p = NULL;
	struct complaint why = { "" };
	static struct state kept;
	int r;

	r = profile_load(profile, &p, &why);
	if (r == 0) {
		r = state_load(state, &kept, &why);
		r = r == -ENOENT ? 0 : r;
	}
	if (r < 0)
		fprintf(stderr, "%s\n", why.text);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--check") == 0)
		return saver_check(argv[2], argv[3]);
	return saver_run();
}
