/* SPDX-License-Identifier: MIT */
/*
 * model - what control knows: the profile as it plays now, with a running
 * part for everything in it.
 *
 * One control thread changes it and holds control.lock whenever it is not
 * asleep; a door takes the lock to copy a snapshot out. Nothing of it is seen
 * by the real-time thread, which gets plans.
 *
 *	commands.c  what a person or script asks for:     │
 *	verbs_*.c   by subject                           ─┐
 *	links.c     Bluetooth speakers, step by step      ├─► model ─► graph.c ─► engine
 *	loading.c   profiles in and out                  ─┘          └► status.c ─► door
 */
#ifndef FANFARE_CONTROL_MODEL_H
#define FANFARE_CONTROL_MODEL_H

#include "core/bluez/bluez.h"
#include "core/fanfare.h"
#include "core/io/sender.h"
#include "core/io/sink.h"
#include "core/io/sounds.h"
#include "core/io/source.h"
#include "core/rt/engine.h"
#include "core/store/profile.h"
#include "core/store/shelf.h"
#include "core/store/state.h"

#include <pthread.h>
#include <systemd/sd-event.h>

#define CONTROL_COMMANDS 1024u /* that may wait; a power of two */
#define SOURCE_MEMORY	 8     /* settings of earlier devices of a source, for going back */

/* What one Bluetooth speaker is waiting for. */
enum link_step {
	LINK_REST, /* nothing under way */
	LINK_PAIR,
	LINK_TRUST,
	LINK_CONNECT,
	LINK_AWAIT, /* connected, BlueZ is about to tell of the transport */
	LINK_ACQUIRE,
	LINK_FLOW,  /* the socket is ours, sound flows */
	LINK_LEAVE, /* disconnecting or releasing */
};

struct link {
	enum link_step step;
	bool wanted;	      /* false after the user said disconnect */
	bool pending;	      /* BlueZ owes an answer that names this speaker */
	bool gone;	      /* left the profile; freed once nothing is pending */
	bool remake;	      /* the configuration no longer fits: reconnect when free */
	uint32_t tries;	      /* failed since it last played or was asked for */
	uint64_t down_since;  /* ns; since when it is wanted and silent, 0 = it plays */
	uint64_t retry_at;    /* ns; 0 = whenever its turn comes */
	uint64_t await_until; /* ns; LINK_AWAIT gives up then */
	char transport[BLUEZ_PATH_MAX];
	char adapter[BLUEZ_ADDR_MAX]; /* that carries or is to carry it */
	char why[FF_TEXT_MAX];	      /* what went wrong last, "" = nothing */
};

/* Whether the measured latency of a speaker still holds; see doubt.h. */
struct doubt {
	uint32_t connection;	     /* the how manieth of this run it has, or had */
	uint32_t measured_in;	     /* the one it was measured in */
	bool flowed;		     /* it has, in this run */
	char words[FF_TEXT_MAX];     /* why it may not hold; "" = it does, or never did */
	char dismissed[FF_TEXT_MAX]; /* the words that a person has put away */
};

/* Who plays to a Bluetooth source; see guests.h. */
struct guest {
	char transport[BLUEZ_PATH_MAX]; /* being taken up, or heard */
	bool pending;			/* BlueZ owes its descriptor */
	bool flows;			/* the source has it */
	bool over;			/* it does not play any more */
	bool gone;		/* the source left the profile; freed once nothing is pending */
	uint64_t retry_at;	/* ns; 0 = at once */
	int16_t volume;		/* as set over there, 0..127; -1 = it sets none */
	char what[FF_NAME_MAX]; /* "44.1 kHz joint stereo" */
	char why[FF_TEXT_MAX];	/* what went wrong last, "" = nothing */
};

/* What a speaker or source keeps when it is taken out and put back. */
struct standing {
	uint32_t id;	 /* never 0, never another's */
	uint32_t ticket; /* of whoever added it, 0 = none */
	uint32_t filed; /* the how manieth of its kind it is in the saved file; 0 = not there */
	uint64_t rank;	/* its place: in a zone the lower stands first */
};

/* News of what its adapter drops; see airloss.h. */
struct airloss {
	sd_event_source *source; /* NULL = none */
	uint16_t handle;	 /* of the link, among those of the adapter */
};

struct speaker {
	struct control *control; /* for callbacks that carry only the speaker */
	struct standing is;
	uint32_t zone;		     /* index */
	struct profile_speaker conf; /* as it plays; a save writes this */
	bool solo;
	struct branch *branch;
	struct sink *sink;
	double reported_ms;	 /* NAN = not reported; kept while it is away */
	int16_t absolute;	 /* its own volume 0..127, -1 = not offered */
	int16_t absolute_wanted; /* as last set here or over there; sent again when it returns
				  */
	bool mono_air;		 /* one channel was agreed with it */
	uint16_t mtu;
	float delay_ms;	  /* as reckoned; in the latest plan, or soon between two clicks */
	uint32_t delay;	  /* frames, in the latest plan */
	float latency_ms; /* the figure in use */
	enum ff_latency_from latency_from;
	bool flowing;		/* in the latest plan */
	enum health_state told; /* last state put into the log */
	char told_why[FF_TEXT_MAX];
	struct doubt doubt;
	struct link link;
	struct airloss airloss;
	struct speaker *next_gone; /* in the graveyard */
	uint64_t gone_serial;
};

struct source_run {
	struct control *control; /* for callbacks that carry only the source */
	struct standing is;
	uint32_t zone; /* index */
	struct profile_source conf;
	struct profile_source had[SOURCE_MEMORY]; /* devices before this one, newest first */
	uint32_t had_n;
	struct source *source;
	struct feed *feed;
	struct guest guest; /* type bluetooth */
	uint32_t gaps;
	enum health_state told;
	char told_why[FF_TEXT_MAX];
	struct source_run *next_gone;
	uint64_t gone_serial;
};

struct zone {
	uint32_t id;	/* as of speakers; an index may become another's */
	uint32_t slot;	/* its mix in plans, 0..FF_ZONES-1, while it lives: nobody who plays
			   in it moves when a zone before it goes */
	uint32_t filed; /* as in struct standing */
	char name[PROFILE_NAME_MAX];
	double volume_db;
	bool mute;
};

/* One inquiry at a time on one adapter. */
struct scan {
	char adapter[BLUEZ_ADDR_MAX]; /* "" = none runs */
	uint64_t started, until;      /* ns */
	bool asked;		      /* by a person, not by an unknown speaker */
	uint64_t next;		      /* ns; not before this for unknown speakers */
	uint32_t rounds;	      /* without finding all */
};

/* Letting a phone in; see admit.h. */
struct admit {
	uint64_t until;		      /* ns; 0 = nobody is let in */
	char adapter[BLUEZ_ADDR_MAX]; /* where; "" = all that hear */
	uint32_t found, pairs;	      /* bit n: the n-th adapter was so already */
	uint64_t ask_at;	      /* ns; not told again before this what is wanted */
	char address[BLUEZ_ADDR_MAX]; /* who is at the door, "" = nobody */
	uint32_t came;		      /* let in, ever */
	char name[FF_NAME_MAX];	      /* of the last one */
};

/* Two speakers that play clicks, for whoever aligns them by ear. */
struct clicks {
	uint32_t reference, speaker; /* ids; 0 = not on */
	struct source_run *run;	     /* what they play; NULL = not on */
	uint64_t begun;		     /* frame; the lines may hold music from before */
};

/* What is kept for the next start; see recall.h. */
struct recall {
	bool due;      /* something changed since it was gathered */
	uint64_t next; /* ns; not written before this */
	char *text;    /* as written last, or being written; owned */
	char path[SHELF_PATH_MAX];
	bool writing; /* thread runs */
	pthread_t thread;
	int notify_fd;	      /* the loop's, for the thread */
	int result;	      /* the thread's: 0 or -errno */
	_Atomic bool written; /* publishes result */
	bool failed;	      /* the last time, and the log was told */
};

/* What was refused last, so that a flood of the same is told once a second. */
struct refusal {
	char text[FF_TEXT_MAX];
	uint64_t at; /* ns */
};

/* How often the clock thread was late since it was last told. */
struct lateness {
	uint32_t times;
	uint64_t worst; /* ns */
	uint64_t next;	/* ns; not told again before this */
};

struct control {
	pthread_t thread;
	pthread_mutex_t lock; /* guards all below but the command queue */
	sd_event *event;
	_Atomic bool stop; /* set by the last door */
	bool threaded;	   /* thread runs */
	uint64_t wake_at;  /* ns; when the loop looks again at the latest */

	pthread_mutex_t inbox_lock;
	struct ff_command inbox[CONTROL_COMMANDS];
	uint32_t inbox_head, inbox_tail;
	int inbox_fd;  /* eventfd: commands wait, or stop */
	int health_fd; /* eventfd: a device changed its state */
	int change_fd; /* eventfd: the door's, readable after a change */
	int news_fd;   /* eventfd: the same for other processes' doors */
	sd_event_source *timer;

	struct timeline time;
	struct engine *engine;
	struct pacer *pacer;
	struct sender *sender;
	uint64_t serial; /* of the latest plan sent */
	bool dirty;	 /* a new plan is wanted */

	struct bluez *bluez;
	char no_bluetooth[BLUEZ_WORDS_MAX]; /* why BlueZ is not ready, "" = it is */
	uint32_t offered_rate;		    /* what our end-points were registered with */
	bool flush_refused;		    /* told that no flush timeout could be set */
	bool person;			    /* somebody sits at the console */
	struct scan scan;
	uint32_t pairing_by_hand;	/* of errands, those that pair or connect */
	struct errand *errands;		/* under way, and failed ones that are shown */
	uint32_t blocked;		/* bit n: the n-th adapter is, by rfkill */
	struct bluez_question question; /* cookie 0 = none */
	uint64_t question_until;

	struct profile *saved; /* as in the file, NULL = never saved */
	char name[PROFILE_NAME_MAX];
	char path[SHELF_PATH_MAX];
	bool edited;   /* changed since modified was found out */
	bool modified; /* differs from saved */
	uint32_t edits_n;
	char edits[FF_EDITS][FF_TEXT_MAX]; /* in words, what differs */
	uint32_t zones_n, speakers_n, sources_n;
	struct zone zones[FF_ZONES];
	struct level levels[FF_ZONES];		/* by slot: plans name them */
	struct speaker *speakers[FF_SPEAKERS];	/* by zone, then rank */
	struct source_run *sources[FF_SOURCES]; /* likewise */
	struct removed *removed;		/* newest first */
	struct speaker *gone_speakers;
	struct source_run *gone_sources;
	bool muted_all;
	uint32_t next_id;
	uint64_t next_rank;
	struct refusal refusal;
	struct admit admit;
	struct clicks clicks;
	struct recall recall;
	struct measure *measure;	 /* NULL = nobody measured on this timeline */
	struct music_check *music_check; /* NULL = none was asked for on it */

	struct sounds_look *look; /* for sound devices; NULL = none under way */
	bool look_again;	  /* asked for meanwhile */
	struct sounds sounds;	  /* as found last */
	uint32_t looks;		  /* that came to an end */
	struct shelf_entry shelf[FF_PROFILES];
	uint32_t shelf_n;
	struct lateness late;
	uint64_t change, structure;
	uint32_t refused[FF_REFUSED]; /* tickets of additions that were refused, 0 = none */
	uint32_t refused_n;	      /* ever; the next one's place is that % FF_REFUSED */
	uint64_t told;		      /* the change the doors know of */

	pthread_mutex_t log_lock; /* guards the two below: any thread logs */
	struct ff_log_line log[FF_LOG_LINES];
	uint64_t log_count;
	bool log_to_stderr;
};

/* [ctl] Something that a snapshot shows is different now. */
void control_changed(struct control *c);

/* [ctl] A setting of the profile is different now: a new plan is wanted. */
void control_edited(struct control *c);

/* [ctl] By id, NULL = none. */
struct speaker *control_speaker(struct control *c, uint32_t id);
struct source_run *control_source(struct control *c, uint32_t id);

/* [ctl] Wake up no later than t (ns). */
void control_wake_at(struct control *c, uint64_t t);

#endif
