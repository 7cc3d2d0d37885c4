/* SPDX-License-Identifier: MIT */
/*
 * state - what was set by hand while a profile played and was not saved: it
 * outlives a power cut.
 *
 * A file of its own, state.conf where shelf.h says: libconfig, replaced whole.
 * It counts for one profile, as that was in its file then; what it says of a
 * zone, source or speaker names it by its place in that file.
 */
#ifndef FANFARE_STORE_STATE_H
#define FANFARE_STORE_STATE_H

#include "core/store/profile.h"
#include "core/store/shelf.h"

#define STATE_FILE     "state.conf"
#define STATE_VERSION  2
#define STATE_MARK_MAX 17 /* bytes of a mark, terminator included */

/* Place: the how manieth of its kind in the profile's file, from 1. */
struct state_zone {
	uint32_t place;
	double volume_db;
	bool mute;
};

struct state_source {
	uint32_t place;
	double gain_db;
};

struct state_speaker {
	uint32_t place;
	double volume_db, trim_ms;
	bool mute;
	uint32_t own_volume; /* as in struct profile_speaker, like all that follows */
	double latency_ms, reported_ms;
	char measured[PROFILE_DATE_MAX];
	char microphone[PROFILE_NAME_MAX];
	char stream[PROFILE_STREAM_MAX];
};

struct state {
	char profile[PROFILE_NAME_MAX];
	char mark[STATE_MARK_MAX]; /* of the profile's file: state_mark() */
	bool muted_all;
	uint32_t zones_n, sources_n, speakers_n;
	struct state_zone zones[PROFILE_ZONES];
	struct state_source sources[PROFILE_SOURCES];
	struct state_speaker speakers[PROFILE_SPEAKERS];
};

/* [any] A mark that differs when what a profile says differs. 0 or -ENOMEM. */
int state_mark(const struct profile *p, char ret[STATE_MARK_MAX]);

/* [any] The text of a file that says s. *ret is the caller's. -ENOMEM. */
int state_text(const struct state *s, char **ret, size_t *ret_len);

/*
 * [any] Read len bytes of text; name stands for the file in complaints.
 * -EBADMSG (torn, of another version, not ours: words in why), -ENOMEM; *ret
 * stays then.
 */
int state_parse(const char *text, size_t len, const char *name, struct state *ret,
		struct complaint *why);

/* [ctl] Read the file at path. As state_parse(), and -ENOENT …, words in why too. */
int state_load(const char *path, struct state *ret, struct complaint *why);

#endif
