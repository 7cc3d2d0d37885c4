/* SPDX-License-Identifier: MIT */
/*
 * fanfare - the door into the core, and the only core header for tui/.
 *
 * What passes is plain data: commands are copied in, a snapshot is copied
 * out, no pointer into the core leaves it. The same door can therefore lead
 * into another process. Any number of threads may hold one door each; one
 * door is used by one thread at a time.
 *
 * Strings are UTF-8, always terminated, cut at a character when too long.
 * Levels are dBFS or dB, times are milliseconds unless the name says else.
 */
#ifndef FANFARE_H
#define FANFARE_H

#include <stdbool.h>
#include <stdint.h>

#define FF_NAME_MAX   64  /* bytes of a name, with its terminator */
#define FF_TEXT_MAX   160 /* bytes of a reason or message */
#define FF_PATH_MAX   256 /* bytes of a device, command or file name */
#define FF_ADDR_MAX   18  /* "00:11:22:33:44:55" */
#define FF_ZONES      8
#define FF_SOURCES    16
#define FF_SPEAKERS   64
#define FF_ADAPTERS   8
#define FF_DEVICES    128
#define FF_PROFILES   64
#define FF_LOG_LINES  64
#define FF_SOUNDS     64       /* sound devices of this computer */
#define FF_REFUSED    32       /* additions that were refused lately */
#define FF_EDITS      16       /* differences from the saved profile that are told */
#define FF_VOLUME_MIN (-60.0f) /* dB; at or under it a speaker is silent */
#define FF_VOLUME_MAX 12.0f
#define FF_SILENT     (-120.0f) /* dBFS shown for digital silence */

enum ff_map { FF_MAP_STEREO, FF_MAP_MONO, FF_MAP_LEFT, FF_MAP_RIGHT, FF_MAP_SWAPPED };

enum ff_output {
	FF_OUT_BLUETOOTH,
	FF_OUT_ALSA,
	FF_OUT_PULSE,
	FF_OUT_FILE,
	FF_OUT_SIMULATED,
	FF_OUT_NULL
};

/* Where a speaker or source stands; the reason beside it says why. */
enum ff_state {
	FF_OFF,	      /* not wanted: disconnected by the user */
	FF_WAITING,   /* something it needs is missing: adapter, bluetoothd, device */
	FF_SEARCHING, /* unknown so far, looked for by inquiry */
	FF_PAIRING,
	FF_CONNECTING,
	FF_CONNECTED, /* link up, no sound yet */
	FF_PLAYING,
	FF_RETRYING, /* failed, next try at retry_ms */
};

/* Where a speaker's latency figure comes from, best last. */
enum ff_latency_from { FF_LATENCY_ASSUMED, FF_LATENCY_REPORTED, FF_LATENCY_MEASURED };

struct ff_level {
	float peak_db[2]; /* dBFS of the sample peak lately, FF_SILENT at nothing */
	float rms_db[2];  /* dBFS */
	uint32_t clips;	  /* blocks with a sample at or above -0.1 dBFS so far */
};

struct ff_source {
	uint32_t id;   /* stays with this source while Fanfare runs; never 0 */
	uint32_t zone; /* index into zones */
	char name[FF_NAME_MAX];
	char type[16];		  /* "alsa", "pulse", "command", "fifo", "stdin", "tone", … */
	char device[FF_PATH_MAX]; /* what the profile names; of a tone its name: "tune" …;
				     of "bluetooth" who may play, "" = whoever is paired */
	enum ff_state state;
	char reason[FF_TEXT_MAX]; /* "" while all is well; of "bluetooth" also who plays */
	float gain_db;
	uint32_t rate; /* frames a second at the device, 0 = unknown yet */
	float ppm;     /* its clock against ours */
	uint32_t gaps; /* times it had nothing when it was due */
	struct ff_level level;
};

struct ff_speaker {
	uint32_t id; /* stays with this speaker while Fanfare runs; never 0 */
	uint32_t zone;
	char name[FF_NAME_MAX];
	enum ff_output output;
	char address[FF_ADDR_MAX]; /* Bluetooth only */
	char adapter[FF_ADDR_MAX]; /* the one that carries it, "" = none yet */
	char adapter_name[16];	   /* "hci0" */
	char device[FF_PATH_MAX];  /* ALSA, Pulse, file */

	enum ff_state state;
	char reason[FF_TEXT_MAX];
	uint32_t tries;	   /* this round */
	uint32_t retry_ms; /* to the next try; 0 = none planned */

	float volume_db; /* FF_VOLUME_MIN..MAX */
	bool mute, solo;
	bool audible; /* after mute, solo elsewhere, and volume */
	enum ff_map map;

	float latency_ms; /* the figure in use */
	enum ff_latency_from latency_from;
	float reported_ms;	      /* NAN = never reported */
	float measured_ms;	      /* NAN = never measured */
	char measured[17];	      /* when: "2026-11-21 14:02", "" = never, or by hand */
	char microphone[FF_NAME_MAX]; /* and by what */
	char doubt[FF_TEXT_MAX];      /* why that may hold no longer: "reconnected"; "" */
	float trim_ms;		      /* the user's, signed: more is later */
	float delay_ms;		      /* what our delay line adds so that all agree */
	float skew_us; /* later than the zone's clock wants it, in software; NAN = not known */

	char codec[16];	  /* "SBC", "" when nothing flows */
	uint32_t bitrate; /* bit/s on the air */
	uint32_t bitpool, bitpool_max;
	bool mono;		   /* one channel on the air */
	uint32_t mtu;		   /* bytes */
	uint32_t queue, queue_max; /* packets waiting in the kernel */
	uint64_t sent;		   /* packets */
	uint64_t drops;		   /* packets, here and in the adapter, in all */
	uint32_t drop_age_ms;	   /* since the last one; UINT32_MAX = never */
	uint64_t frames_lost;	   /* frames not played: its sink was late, or they were */
	float ppm;		   /* its clock against ours, where it has one */
	float air;		   /* share of its adapter's slots, 0..1 */
	int8_t battery;		   /* percent, -1 = not told */
	int8_t rssi_known;	   /* 1 = rssi holds */
	int16_t rssi;		   /* dBm */
	int16_t absolute;	   /* AVRCP absolute volume 0..127, -1 = not offered */
	struct ff_level level;
};

struct ff_zone {
	char name[FF_NAME_MAX];
	float volume_db; /* the zone's master */
	bool mute;
	float skew_us; /* between the earliest and the latest that plays, in software; NAN =
			  fewer than two */
	struct ff_level level; /* the mix, before any speaker */
};

struct ff_adapter {
	char name[16]; /* "hci0" */
	char address[FF_ADDR_MAX];
	char alias[FF_NAME_MAX];
	bool powered, scanning;
	bool hears;   /* offers itself as a loudspeaker, as the profile has such a source */
	bool blocked; /* by rfkill: no power until that is lifted */
	uint32_t scan_left_ms;
	uint32_t streams; /* speakers playing over it */
	float air;	  /* share of slots in use by our streams, 0..1 */
};

/* A Bluetooth device that BlueZ knows of. */
struct ff_device {
	char address[FF_ADDR_MAX];
	char adapter[FF_ADDR_MAX];
	char name[FF_NAME_MAX]; /* "" = no name told */
	bool paired, trusted, connected, audio_sink;
	bool audio_source; /* can play to us */
	bool busy;	   /* an operation is under way */
	char type[24];	   /* BlueZ's icon name, "audio-headset" …; "" = not told */
	char doing[24];	   /* the operation under way: "pairing", "connecting" …, "" = none */
	char failed[FF_TEXT_MAX]; /* why the last one a person asked for failed, "" = it did not
				   */
	int8_t battery;
	int16_t rssi;	  /* dBm, 0 = not heard in this scan */
	uint32_t speaker; /* id of the speaker it is, 0 = none */
};

/* A sound device of this computer that a source or a speaker can be made of. */
struct ff_sound {
	bool capture;		  /* gives sound: for a source; else takes it: for a speaker */
	char type[16];		  /* "alsa" or "pulse" */
	char device[FF_PATH_MAX]; /* as a profile names it: "hw:CARD=Device,DEV=0" */
	char name[FF_NAME_MAX];	  /* for people: "USB Audio Device" */
};

/* A question the other side of a pairing asks; answered by FF_PAIR_REPLY. */
enum ff_question {
	FF_ASK_NONE,
	FF_ASK_CONFIRM,
	FF_ASK_PASSKEY,
	FF_ASK_PIN,
	FF_SHOW_PASSKEY,
	FF_SHOW_PIN
};

struct ff_pairing {
	enum ff_question question;
	uint32_t cookie; /* to be given back with the answer */
	char address[FF_ADDR_MAX];
	char name[FF_NAME_MAX];
	char code[17]; /* what to compare or to type over there */
	uint32_t left_ms;
};

/* The door for a phone that has never been here, which is to play to us. */
struct ff_admit {
	bool open;		   /* it is found by whoever looks, and may pair */
	uint32_t left_ms;	   /* until it is shut */
	char adapter[FF_ADDR_MAX]; /* where; "" = wherever a source could be played to */
	uint32_t came;		   /* so many came in since Fanfare began */
	char name[FF_NAME_MAX];	   /* the last one */
};

/* How far a measurement has got. */
enum ff_measuring {
	FF_MEASURE_NONE,      /* none was asked for */
	FF_MEASURE_OPENING,   /* the microphone is being opened */
	FF_MEASURE_FADING,    /* the music goes */
	FF_MEASURE_SOUNDING,  /* each speaker has its two turns */
	FF_MEASURE_VERIFYING, /* and again, with the result in force */
	FF_MEASURE_VERIFIED,
	FF_MEASURE_UNVERIFIED, /* in force, but the second pass did not confirm it of all */
	FF_MEASURE_REFUSED,    /* nothing changed; words says why and what to do */
	FF_MEASURE_CANCELLED,
};

#define FF_RESPONSE 128 /* points of an impulse response, 0.25 ms apart */

struct ff_measured {
	uint32_t id;		       /* of the speaker */
	uint32_t turns;		       /* heard in this pass, 0..2 */
	bool sounding;		       /* it has its turn now */
	bool accepted;		       /* what follows holds */
	char words[FF_TEXT_MAX];       /* why not, or what is doubtful, and what to do; "" */
	float late_ms;		       /* against the others, before it was mended */
	float level_db;		       /* against the others, 500 to 2,000 Hz */
	float confidence;	       /* 0..1 */
	uint8_t response[FF_RESPONSE]; /* 0..255: -40..0 dB; the arrival is point 16 */
};

struct ff_measure {
	enum ff_measuring step;
	uint32_t runs; /* measurements asked for so far, refused ones too */
	uint32_t zone; /* index */
	uint32_t one;  /* id of the speaker that is checked beside another; 0 = all are measured
			*/
	uint32_t pass, tries; /* 1 measures, 2 verifies; tries of that pass, from 1 */
	float progress;	      /* 0..1 of this pass */
	char microphone[FF_PATH_MAX];
	char words[FF_TEXT_MAX]; /* what came of it, or is wrong and what to do; "" */
	float mic_ppm;		 /* its clock against ours */
	float skew_ms;		 /* what the second pass found, NAN = none yet */
	bool applied;		 /* the result is in force; else it was, or never */
	bool levelled;		 /* and so are the levels it offers */
	uint32_t speakers_n;
	struct ff_measured speakers[FF_SPEAKERS]; /* in the order of their turns */
};

/* How far a check under the music has got. */
enum ff_under_music {
	FF_UNDER_NONE,	    /* none was asked for */
	FF_UNDER_OPENING,   /* the microphone is being opened */
	FF_UNDER_SOUNDING,  /* two probes hide in the music, half a minute */
	FF_UNDER_RECKONING, /* what was heard is gone through */
	FF_UNDER_FOUND,
	FF_UNDER_REFUSED, /* words says why and what to do */
	FF_UNDER_CANCELLED,
};

/* One speaker timed against another while the music goes on. */
struct ff_music_check {
	enum ff_under_music step;
	uint32_t runs;		     /* checks asked for so far, refused ones too */
	uint32_t speaker, reference; /* ids */
	float progress;		     /* 0..1 of what sounds */
	char microphone[FF_PATH_MAX];
	char words[FF_TEXT_MAX]; /* what came of it, or is wrong and what to do; "" */
	float late_ms;	   /* FOUND: later than it should be against the reference, signed */
	float unsure_ms;   /* … and may be out by so much; 0 = by a fraction of a ms */
	float confidence;  /* 0..1 */
	float under_db[2]; /* how far the probes were under the music, as they were sent */
	bool applied;	   /* the speaker's latency is mended by it */
	uint8_t response[FF_RESPONSE]; /* of the speaker, as struct ff_measured has it */
};

struct ff_profile {
	char name[FF_NAME_MAX];
	char path[FF_PATH_MAX];
	bool loaded;   /* the one that plays */
	bool readonly; /* shipped or in /etc: saving makes a copy of one's own */
};

struct ff_log_line {
	int64_t time_ms; /* CLOCK_REALTIME */
	int level;	 /* syslog priority, 3 error … 7 debug */
	char text[FF_TEXT_MAX];
};

struct ff_snapshot {
	uint64_t change;    /* counts every change of anything but levels and times */
	uint64_t structure; /* counts changes of what zones, speakers, sources there are */
	uint64_t log_count; /* lines ever logged; the newest is log[(log_count-1) %
			       FF_LOG_LINES] */
	int64_t time_ms;    /* CLOCK_REALTIME of this snapshot */
	uint32_t looks;	    /* times that sound devices were looked for, to the end */
	uint32_t refused[FF_REFUSED]; /* tickets of additions that were refused, 0 = none */

	char profile[FF_NAME_MAX];
	bool modified;	       /* differs from the saved file */
	bool simulated;	       /* every speaker of it is simulated: shown as a demonstration */
	uint32_t rate, period; /* frames */
	bool realtime;	       /* the clock thread has SCHED_FIFO */
	char notice[FF_TEXT_MAX];     /* what the user should know, with what mends it */
	uint64_t cycles, late_cycles; /* of the clock thread; late = by over a period */
	float skew_us;		      /* the largest of any zone, NAN = not known */

	bool attached; /* it plays in another process, and goes on without this one */
	bool lost; /* that process is gone or silent: all of this is old; notice says more */

	bool bus; /* D-Bus answers */
	bool bluetoothd;
	char no_bluetooth[FF_TEXT_MAX]; /* why bluetoothd does not answer us, "" = it does */
	bool muted_all;

	/* the click train by ear: 0 = not on */
	uint32_t clicks_reference, clicks_speaker; /* ids of the two that sound */

	uint32_t edits_n; /* how many lines of edits hold; more may differ when FF_EDITS */
	char edits[FF_EDITS][FF_TEXT_MAX]; /* what differs from the file: "Patio: volume -6.0 →
					      -4.0 dB" */

	uint32_t zones_n, sources_n, speakers_n, adapters_n, devices_n, profiles_n, sounds_n;
	struct ff_zone zones[FF_ZONES];
	struct ff_source sources[FF_SOURCES]; /* those of the first zone first, and so on */
	struct ff_speaker speakers[FF_SPEAKERS];
	struct ff_adapter adapters[FF_ADAPTERS];
	struct ff_device devices[FF_DEVICES];
	struct ff_profile profiles[FF_PROFILES];
	struct ff_sound sounds[FF_SOUNDS];
	struct ff_pairing pairing;
	struct ff_admit admit;
	struct ff_measure measure;
	struct ff_music_check music_check;
	struct ff_log_line log[FF_LOG_LINES];
};

/*
 * What a verb asks for is done by the core as soon as it can; what cannot be
 * done is said in the log. Every change of sound or profile has a command that
 * takes it back, newest first:
 *	a value, a name, a device, a zone	the same verb with what it was
 *	FF_ADD_SPEAKER, FF_ADD_SOURCE		FF_REMOVE_… by the ticket
 *	FF_ADD_ZONE				FF_REMOVE_ZONE; id = what zones_n was
 *	FF_REMOVE_SPEAKER, FF_REMOVE_SOURCE	FF_RESTORE
 *	FF_REMOVE_ZONE				FF_RESTORE_ZONE
 *	FF_MEASURE, FF_MEASURE_ONE		FF_MEASURE_RESULT without flag
 *	FF_SET_DOUBT, FF_APPLY_UNDER_MUSIC	the same with the other flag
 * A ticket is a number of the asker's choice, 0 = none: whoever adds does not
 * know the id yet; ff_was_refused() says that of an addition that failed.
 * Loading a profile forgets what was removed from the last.
 */
enum ff_verb {
	/* id = speaker */
	FF_SET_VOLUME,	   /* value dB, clamped */
	FF_SET_MUTE,	   /* flag */
	FF_SET_SOLO,	   /* flag */
	FF_SET_MAP,	   /* map */
	FF_SET_TRIM,	   /* value ms, -500..500 */
	FF_SET_ABSOLUTE,   /* value 0..127: the speaker's own volume, where it offers one */
	FF_CLEAR_CLIP,	   /* id = speaker, 0 = all */
	FF_CONNECT,	   /* id = speaker; wanted again, at once */
	FF_DISCONNECT,	   /* id = speaker; off until asked for */
	FF_RENAME_SPEAKER, /* text */
	FF_REMOVE_SPEAKER, /* or id 0, other = the ticket it was added with */
	FF_MOVE_SPEAKER,   /* other = zone index */
	FF_SET_DOUBT,	   /* flag: in doubt again; else the doubt of now is put away */
	FF_CLICKS, /* flag; other = the reference's id: only these two sound, a click train */
	/* id = source */
	FF_SET_SOURCE_GAIN,   /* value dB */
	FF_SET_SOURCE_DEVICE, /* type, device */
	FF_RENAME_SOURCE,     /* text; "" = made from the device again */
	FF_REMOVE_SOURCE,     /* as FF_REMOVE_SPEAKER */
	/* id = speaker or source that was removed, or id 0, other = its ticket */
	FF_RESTORE, /* as it was, settings, place and id */
	/* id = zone index */
	FF_SET_MASTER,	  /* value dB */
	FF_SET_ZONE_MUTE, /* flag */
	FF_ADD_SPEAKER,	  /* output; Bluetooth: address, adapter optional; else device; text =
			     name, "" = made up; other = ticket */
	FF_ADD_SOURCE,	  /* type, device; text = name, "" = made from the device; other =
			     ticket */
	FF_ADD_ZONE,	  /* text = name; other = ticket; id is not used */
	FF_RENAME_ZONE,	  /* text */
	FF_REMOVE_ZONE,	  /* with its speakers and sources; the last zone stays */
	FF_RESTORE_ZONE, /* id = the index it had: the last one removed there, with all in it */
	/* everything */
	FF_MUTE_ALL,	   /* flag */
	FF_LOAD_PROFILE,   /* text = name or path */
	FF_SAVE_PROFILE,   /* text = name, "" = the loaded one's */
	FF_DELETE_PROFILE, /* text = name */
	FF_NEW_PROFILE,	   /* text = name: one empty zone, nothing on disk before it is saved */
	FF_RENAME_PROFILE, /* device = its name so far; text = the new one */
	FF_LIST_SOUNDS,	   /* look again what sound devices there are */
	FF_MEASURE,	/* id = zone index; type, device = microphone, as a source; type "" = as
			   last */
	FF_MEASURE_ONE, /* id = speaker, microphone as above: beside a measured one, in 4 s */
	FF_MEASURE_CANCEL,     /* at once; what was in force before stays */
	FF_MEASURE_RESULT,     /* flag: in force, or what was before it */
	FF_MEASURE_LEVELS,     /* flag: volumes by the levels it found, or those before */
	FF_CHECK_UNDER_MUSIC,  /* id = speaker; other = reference's id, 0 = one is chosen;
				  microphone as above */
	FF_CANCEL_UNDER_MUSIC, /* at once */
	FF_APPLY_UNDER_MUSIC,  /* flag: its latency as found, or as before */
	/* Bluetooth devices, by address (and adapter, "" = any) */
	FF_SCAN,	      /* flag; value = seconds, 0 = 30 */
	FF_PAIR,	      /* pair, trust and connect */
	FF_TRUST,	      /* flag */
	FF_DISCONNECT_DEVICE, /* a speaker of the profile: off until asked for */
	FF_FORGET,
	FF_RENAME_DEVICE, /* text; "" = its own name again */
	FF_CANCEL,	  /* what is under way for that device */
	FF_PAIR_REPLY,	  /* id = cookie; flag = yes; text = PIN or passkey */
	FF_ADMIT, /* flag; value = seconds, 0 = 120; adapter: let a phone in that is to play to
		     us, or nobody any more */
};

struct ff_command {
	enum ff_verb verb;
	uint32_t id;
	float value;
	bool flag;
	enum ff_map map;
	enum ff_output output;
	uint32_t other; /* a second id, an index or a ticket, as the verb says */
	char type[16];	/* of a source: "alsa", "pulse", "command", "fifo", "stdin", "tone",
			   "bluetooth" (device = an address or "") */
	char address[FF_ADDR_MAX];
	char adapter[FF_ADDR_MAX];
	char device[FF_PATH_MAX];
	char text[FF_PATH_MAX];
};

/* Where the core is that a door leads to. */
enum ff_where {
	FF_HERE,     /* in this process, whoever else plays */
	FF_ATTACHED, /* in the process that plays already */
	FF_ANYWHERE, /* there if one does, else here */
};

struct ff_options {
	/* of a core in this process */
	const char *profile; /* name or path; NULL = the last one, as it was left, else the
				demonstration */
	bool resume;	     /* that profile, too, as it was left */
	bool no_bluetooth;   /* leave org.bluez alone */
	bool log_to_stderr;  /* one line an event; else only in the snapshot */
	bool serve;	     /* let others attach to it over D-Bus, where there is one */

	enum ff_where where;
};

struct ff;

/*
 * [any] Start the core in this process, or attach to one that plays, and come
 * back with a door into it. A missing bus, bluetoothd, sound card or profile is
 * a state in the snapshot, not a failure; so is a process that goes away later:
 * it is waited for. Fails with -ENOMEM, -EAGAIN (no threads), what reading the
 * named profile gives (-ENOENT, -EBADMSG), or where one that plays is asked for:
 * -ENOTCONN (none does), -EACCES (not for this user), -EPROTONOSUPPORT (another
 * version), -ETIMEDOUT; with words in why (may be NULL). *ret is the caller's,
 * to be given to ff_close().
 */
int ff_open(const struct ff_options *options, struct ff **ret, char why[FF_TEXT_MAX * 4]);

/*
 * [any] Stop the sound and every thread, release all. NULL is fine. Where it is
 * attached, what plays goes on.
 */
void ff_close(struct ff *ff);

/*
 * [any] Copy one command in. -EAGAIN when the queue is full or too many came at
 * once, -EINVAL when malformed; attached also -ENOTCONN, -EACCES, -ETIMEDOUT (it
 * did not say within two seconds whether it took it).
 */
int ff_submit(struct ff *ff, const struct ff_command *command);

/*
 * [any] Attached: ask the process that plays to end. 0 or as ff_submit();
 * -EOPNOTSUPP when it is this one, whose end is its own affair.
 */
int ff_stop(struct ff *ff);

/*
 * [any] Whether another process plays that one can attach to, or that refuses
 * us: asked of D-Bus in a few milliseconds. Then ret_who (may be NULL) says who:
 * "process 77, as org.fanfare.Fanfare1 on the system bus".
 */
bool ff_running(char ret_who[FF_TEXT_MAX]);

/* [any] Copy the present state out. */
void ff_snapshot(struct ff *ff, struct ff_snapshot *ret);

/* [any] A descriptor, readable when something changed since the last ff_snapshot(). */
int ff_fd(struct ff *ff);

/* [any] Whether the addition with that ticket was one of the latest that were refused. */
bool ff_was_refused(const struct ff_snapshot *s, uint32_t ticket);

/* [any] The words of these values: "playing", "mono", "bluetooth"; NULL = there is none. */
const char *ff_state_name(uint32_t state);
const char *ff_map_name(uint32_t map);
const char *ff_output_name(uint32_t output);

/*
 * [any] Read and check the profile in file path without playing it. 0, or
 * -ENOENT, -EBADMSG …; *ret_text receives all complaints, one a line, warnings
 * too ("" when there are none), and is the caller's to free() in every case.
 */
int ff_check_profile(const char *path, char **ret_text);

enum ff_verdict { FF_GOOD, FF_DOUBTFUL, FF_BAD };

/* Something about this computer that matters to playing, as a person would check it. */
struct ff_finding {
	enum ff_verdict verdict;
	char what[FF_TEXT_MAX]; /* "hci0: Bluetooth 5.0, on" */
	char todo[FF_TEXT_MAX]; /* what mends it; "" when there is nothing to do */
};

/* [any] Look at this computer, for up to some seconds: fills up to max, returns how many. */
uint32_t ff_examine(struct ff_finding *ret, uint32_t max);

/*
 * [any] List the profiles there are, sorted by name, without opening a core:
 * fills up to max (1..FF_PROFILES) entries and returns how many. None of them
 * counts as loaded.
 */
uint32_t ff_list_profiles(struct ff_profile *ret, uint32_t max);

#endif
