/* SPDX-License-Identifier: MIT */
/*
 * profile - what plays where: zones, their sources and their speakers.
 *
 * A plain value read from one libconfig file and written back to it. Reading
 * is all or nothing: a profile with an error is refused whole, with file,
 * line and what was expected; a setting nobody knows is a warning with its
 * line.
 */
#ifndef FANFARE_STORE_PROFILE_H
#define FANFARE_STORE_PROFILE_H

#include "core/base/scope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROFILE_VERSION	   1
#define PROFILE_NAME_MAX   64  /* bytes, terminator included; as FF_NAME_MAX */
#define PROFILE_DEVICE_MAX 256 /* bytes; as FF_PATH_MAX */
#define PROFILE_ADDR_MAX   18
#define PROFILE_DATE_MAX   17
#define PROFILE_STREAM_MAX 24
#define PROFILE_ZONES	   8
#define PROFILE_SOURCES	   16 /* of all zones together */
#define PROFILE_SPEAKERS   64 /* of all zones together */

enum profile_source_type {
	SOURCE_ALSA,	  /* device: ALSA PCM name */
	SOURCE_PULSE,	  /* device: source or monitor name, "" = the server's default */
	SOURCE_COMMAND,	  /* command: a line for the shell, its standard output is heard */
	SOURCE_FIFO,	  /* path */
	SOURCE_STDIN,	  /* Fanfare's own standard input */
	SOURCE_TONE,	  /* tone: tune, clicks, pink, sweep, silence */
	SOURCE_BLUETOOTH, /* address, adapter: a phone or an Echo that plays to us */
};

enum profile_format { FORMAT_S16, FORMAT_S24, FORMAT_S32, FORMAT_FLOAT };

enum profile_tone { TONE_TUNE, TONE_CLICKS, TONE_PINK, TONE_SWEEP, TONE_SILENCE };

/* In the order of FF_OUT_… */
enum profile_output {
	OUTPUT_BLUETOOTH, /* address, adapter */
	OUTPUT_ALSA,	  /* device */
	OUTPUT_PULSE,	  /* device: sink name, "" = the server's default */
	OUTPUT_FILE,	  /* path, .wav or .flac */
	OUTPUT_SIMULATED, /* simulated = { … } */
	OUTPUT_NULL,	  /* taken and thrown away */
};

/* In the order of enum channel_map and FF_MAP_… */
enum profile_map { PROFILE_STEREO, PROFILE_MONO, PROFILE_LEFT, PROFILE_RIGHT, PROFILE_SWAPPED };

struct profile_source {
	enum profile_source_type type;
	char name[PROFILE_NAME_MAX];	 /* "" = made up from type and device */
	char device[PROFILE_DEVICE_MAX]; /* ALSA or Pulse name, command line, path */
	char address[PROFILE_ADDR_MAX];	 /* who may play, upper case; "" = whoever is paired */
	char adapter[PROFILE_ADDR_MAX];	 /* where; "" = any */
	enum profile_tone tone;
	enum profile_format format; /* of command, fifo, stdin; default s16 */
	uint32_t rate;		    /* 8000..192000; 0 = the zone's, or the device's own */
	uint32_t channels;	    /* 1..8, default 2 */
	double gain_db;		    /* -60..+24 */
};

struct profile_simulation {
	double latency_ms;   /* 0..2000, what it really takes */
	double reported_ms;  /* what it says it takes; NAN = says nothing */
	double clock_ppm;    /* -500..500 */
	double loss_percent; /* 0..100, of its packets */
};

#define PROFILE_VOLUME_ITS UINT32_MAX

struct profile_speaker {
	char name[PROFILE_NAME_MAX]; /* unique in the profile */
	enum profile_output output;
	char address[PROFILE_ADDR_MAX]; /* upper case; unique in the profile */
	char adapter[PROFILE_ADDR_MAX]; /* "" = any */
	char device[PROFILE_DEVICE_MAX];
	double volume_db; /* -60..+12 */
	bool mute;
	enum profile_map map;
	double latency_ms;		   /* 0..2000 measured; NAN = not measured */
	double trim_ms;			   /* -500..+500; more is later */
	char measured[PROFILE_DATE_MAX];   /* when latency_ms was: "2026-11-21 14:02" */
	char microphone[PROFILE_NAME_MAX]; /* and by what; "" = not, or by hand */
	double reported_ms;		   /* what it reported then, NAN = nothing */
	char stream[PROFILE_STREAM_MAX];   /* and what flowed to it: "SBC mono"; "" = unknown */
	uint32_t own_volume; /* the speaker's own, 0..127; PROFILE_VOLUME_ITS = left to it */
	uint32_t bitpool;    /* most to be asked for, 2..250; 0 = the standard's high quality */
	struct profile_simulation simulation;
};

struct profile_zone {
	char name[PROFILE_NAME_MAX];
	double volume_db; /* -60..+12 */
	uint32_t sources_n, speakers_n;
	struct profile_source *sources;
	struct profile_speaker *speakers;
};

struct profile {
	char name[PROFILE_NAME_MAX]; /* the file's name without directory and ".conf" */
	uint32_t rate;		     /* 32000, 44100 or 48000; default 44100 */
	uint32_t period;	     /* frames a cycle, 64..4096; default 512 */
	uint32_t zones_n;
	struct profile_zone zones[PROFILE_ZONES];
};

/* What is wrong, or merely odd, with a file: "FILE:LINE: words", one a line. */
struct complaint {
	char text[2048]; /* "" = nothing; cut when too much is wrong */
};

/* [any] Release a profile and all in it. NULL is fine. */
void profile_free(struct profile *p);
SCOPED_FN(struct profile, profile_free)

/* [any] An empty profile of that name: one zone, no source, no speaker. NULL = no memory. */
struct profile *profile_new(const char *name);

/*
 * [ctl] Read and validate one file. On success *ret is the caller's, to be
 * given to profile_free(), and why holds warnings or "". Fails with -ENOENT,
 * -EACCES, -EISDIR, -EFBIG (over 1 MiB), -EBADMSG (malformed; why tells file,
 * line and reason) or -ENOMEM, leaving *ret alone.
 */
int profile_load(const char *path, struct profile **ret, struct complaint *why);

/*
 * [any] The same from len bytes of text; name stands for the file in complaints
 * and gives the profile its name. why may be NULL here and above.
 */
int profile_parse(const char *text, size_t len, const char *name, struct profile **ret,
		  struct complaint *why);

/*
 * [ctl] Write p to path: new file, fsync, the previous one kept as path.bak,
 * rename, fsync of the folder. A power cut leaves the old or the new one whole.
 * A file that says the same already is left alone, with its comments. Returns
 * 0 or -errno (-EINVAL: p holds what no file can say, such as a name twice);
 * what was there stays on failure.
 */
int profile_save(const struct profile *p, const char *path);

/* [any] A copy of its own, NULL = no memory. */
struct profile *profile_copy(const struct profile *p);

/* [any] Whether both have the same name and say the same, as far as a file can tell. */
bool profile_equal(const struct profile *a, const struct profile *b);

/* [any] Append a zeroed item with the defaults set; NULL when full or no memory. */
struct profile_source *profile_add_source(struct profile *p, struct profile_zone *z);
struct profile_speaker *profile_add_speaker(struct profile *p, struct profile_zone *z);

/* [any] Take speaker i out of z. */
void profile_remove_speaker(struct profile_zone *z, uint32_t i);

#endif
