/* SPDX-License-Identifier: MIT */
/*
 * script - the commands for scripts: "fanfare volume Patio -12dB".
 *
 * Each goes through the door to the Fanfare that plays, waits until what it
 * asked for is so, or cannot be, and says the latter on standard error.
 */
#ifndef FANFARE_TUI_SCRIPT_H
#define FANFARE_TUI_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/fanfare.h"

enum { SCRIPT_FAILED = 1, SCRIPT_MISUSED = 2 }; /* exit statuses */

#define SCRIPT_SOON_MS	  5000	/* what the core does by itself */
#define SCRIPT_SPEAKER_MS 60000 /* what a speaker has to agree to */

struct script {
	const char *name; /* "volume", for messages */
	int argc;	  /* words after the name, options taken out */
	char **argv;
	bool json;
	struct ff *ff; /* NULL before script_attach() */
	struct ff_snapshot now;
	uint64_t heard; /* lines of the log that came before, or were read */
	char why[FF_TEXT_MAX];
};

/* [ui] Run the command in argv[0]; its exit status, or -1 = it is none. */
int script_run(int argc, char **argv);

/* [ui] The lines of --help about commands. */
extern const char script_help[];

/* ---- for the commands ------------------------------------------------------------------- */

/* Attach and look; 0, or the exit status after saying why not. */
int script_attach(struct script *s);

/* Say it on standard error, after "fanfare: ", and return the status. */
int script_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
int script_misuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The speaker that word means: its name, its beginning, or its address; NULL after saying. */
const struct ff_speaker *script_speaker(struct script *s, const char *word);

/* Attach, and find the speaker that word means; 0, or the exit status after saying why not. */
int script_attach_to(struct script *s, const char *word, const struct ff_speaker **ret);

/* Whether it is one, by any of these; nothing is said. */
bool script_is_speaker(const struct script *s, const char *word);

/* Of now, by id; NULL = it is gone. */
const struct ff_speaker *script_by_id(const struct script *s, uint32_t id);

/* The index of the zone of that name; 0, or the exit status after saying that there is none. */
int script_zone(const struct script *s, const char *name, uint32_t *ret);

/*
 * The Bluetooth device that word means: its address, its name or the beginning of that, into
 * ret. An address need not be known. 0, or the exit status after saying why not.
 */
int script_device(const struct script *s, const char *word, char ret[FF_ADDR_MAX]);

/* The known device with that address or whole name; NULL = none, and nothing is said. */
const struct ff_device *script_known(const struct script *s, const char *word);

/* Whether that device is disconnected. For script_await(). */
int script_is_away(struct script *s, const void *address);

/* The words before the first colon of "alsa:hw:0" and after it; false = none, or too long. */
bool script_split(const char *word, char ret_type[16], char ret_device[FF_PATH_MAX]);

/* Send it; 0, or the exit status after saying why not. */
int script_submit(struct script *s, const struct ff_command *command);

/*
 * Whether it is so: 1 yes, 0 not yet, -1 never, with words in s->why. Looked at
 * after each change, with s->now fresh.
 */
typedef int (*script_done_fn)(struct script *s, const void *arg);

/*
 * Wait for it up to ms. 0, or the exit status after saying why: what done() said, else the
 * error that was logged meanwhile, else that time is up.
 */
int script_await(struct script *s, script_done_fn done, const void *arg, int ms);

/* The next line of the log at priority level or worse that came since; NULL = none. */
const char *script_logged(struct script *s, int level);

/* Whether that speaker plays; -1 = not after some tries, and why. For script_await(). */
int script_plays(struct script *s, const void *id);

/* Put a question of a pairing to whoever sits here, each once. */
void script_answer(struct script *s);

int script_status(struct script *s);
int script_profile(struct script *s);
int script_volume(struct script *s);
int script_mute(struct script *s);
int script_trim(struct script *s);
int script_connect(struct script *s);
int script_disconnect(struct script *s);
int script_scan(struct script *s);
int script_devices(struct script *s);
int script_pair(struct script *s);
int script_forget(struct script *s);
int script_admit(struct script *s);
int script_measure(struct script *s);
int script_under_music(struct script *s);

/*
 * Attach, and set in *ret which speaker is to be heard and by what: "alsa:hw:CARD=Mic", or
 * NULL = the one it was measured by. 0, or the exit status after saying why not.
 */
int script_listener(struct script *s, const char *speaker, const char *microphone,
		    struct ff_command *ret);
int script_doctor(struct script *s);
int script_add(struct script *s);
int script_remove(struct script *s);
int script_source(struct script *s);

#endif
