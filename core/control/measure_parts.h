/* SPDX-License-Identifier: MIT */
/* measure_parts - what the files measure*.c have in common; for them only. */
#ifndef FANFARE_CONTROL_MEASURE_PARTS_H
#define FANFARE_CONTROL_MEASURE_PARTS_H

#include "core/align/solve.h"
#include "core/control/measure.h"

/* What a measurement changes of a speaker. */
struct measured_setting {
	double latency_ms, trim_ms;
	char measured[PROFILE_DATE_MAX];
	char microphone[PROFILE_NAME_MAX];
	double reported_ms;
	char stream[PROFILE_STREAM_MAX];
	uint32_t connection; /* it was measured in */
};

/* A speaker that is measured, in the order of the turns. */
struct measured {
	uint32_t id;
	double latency_ms;  /* it was reckoned with */
	double shift_ms;    /* of what it reports, since that was measured: a prior only */
	double expected_ms; /* from a frame's time to its sound, by both */
	struct measured_setting before, after;
	double volume_db; /* before its level was matched */
	double level_db;  /* to be added to its volume to be as loud as the others */
	bool accepted;	  /* in the first pass: after holds */
	bool levelled;	  /* volume_db holds */
};

struct measure {
	struct ff_measure shown; /* but for what measure_status() fills in */
	uint32_t zone_id;
	uint64_t structure; /* of control, when it began */
	struct measured speaker[FF_SPEAKERS];
	uint32_t speakers_n;

	struct source_config microphone;
	char device[FF_PATH_MAX]; /* microphone.device points here */
	char type[16];
	struct source *mic;	       /* open while it lasts */
	struct arrival_finder *finder; /* for its rate */
	uint64_t wait_until;	       /* ns: for the microphone, or for delays to settle */

	float music;	   /* 0..1, of the zone's */
	uint64_t faded_at; /* ns of the last step of a fade */

	/* the run under way */
	struct sweep_run run;
	uint64_t first;	      /* frame of the timeline at which it begins */
	uint64_t rendered[2]; /* frames of it, for each feed */
	uint64_t origin;      /* ns of the microphone's frame 0 */
	uint64_t breaks;      /* of its recording, at the beginning */
	uint64_t losses;      /* of all speakers in it, likewise */
	int32_t turn;	      /* whose it is, -1 = nobody's */
	uint32_t next_turn;   /* slots that had theirs */
	uint32_t next_slot;   /* slots looked at */
	struct arrival heard[2 * SWEEP_MOST];
	struct solution solution;
	struct solution best; /* of the first pass's tries, and how loud that was */
	float best_level;     /* 0: none of them was solved yet */

	/* what they play: the sweeps, and the quiet tone alone */
	struct ring *ring[2];
	struct feed *feed[2];
	float *record; /* one window */
};

/* [any] Whether it goes on: neither over nor never begun. */
static inline bool measure_is_under_way(const struct measure *m)
{
	return m &&
	       (m->shown.step == FF_MEASURE_OPENING || m->shown.step == FF_MEASURE_FADING ||
		m->shown.step == FF_MEASURE_SOUNDING || m->shown.step == FF_MEASURE_VERIFYING);
}

/* ---- measure_begin.c, measure.c ------------------------------------------------------------
 */

/* [ctl] FF_MEASURE, FF_MEASURE_ONE. */
void measure_begin(struct control *c, const struct ff_command *cmd);

/*
 * [ctl] The microphone that cmd names, with so many seconds kept; without a name that of
 * type and device, which are written, before. False: there is no such kind.
 */
bool measure_microphone(const struct ff_command *cmd, double keep_s, char *type, char *device,
			struct source_config *ret);

/* [ctl] It has come to that step, and whoever looks is told. */
void measure_show_step(struct control *c, enum ff_measuring step);

/* [ctl] The end: the microphone is let go, the music comes back; words say what came of it. */
__attribute__((format(printf, 3, 4))) void
measure_finish(struct control *c, enum ff_measuring step, const char *format, ...);

/*
 * [ctl] The run is of no use as it is: again, as loud; louder might overdrive the microphone
 * for those that were heard. True: it is.
 */
bool measure_try_again(struct control *c, struct measure *m);

/*
 * [ctl] A try of the first pass was solved: true when a louder one begins for the sake of
 * who was not heard. Else the solution is that of the try that heard most, and the second
 * pass will be as loud: a louder one may have overdriven the microphone for the others.
 */
bool measure_first_goes_on(struct control *c, struct measure *m);

/* [ctl] What was found is in force: the second pass is to confirm it. */
void measure_verify(struct control *c, struct measure *m);

/*
 * "Patio: it was not heard, though others were: see that …", of one that is refused: of one
 * whose result is in force already, if there is such. "" when none is refused.
 */
const char *measure_refused_words(const struct control *c, const struct measure *m, char *ret,
				  size_t size);

/* ---- measure_check.c: one speaker beside another -------------------------------------------
 */

/* [ctl] Who is measured, beside whom. False: it was refused in words. */
bool measure_check_choose(struct control *c, struct measure *m);

/* [ctl] A run of a check is over. */
void measure_checked(struct control *c, struct measure *m);

/* ---- measure_run.c: sound and listening ----------------------------------------------------
 */

/* [ctl] The two feeds, once a timeline. -ENOMEM. */
int measure_make_feeds(struct control *c, struct measure *m);

/* [ctl] Begin a run of all speakers at that level. 0, -ENODEV the microphone gives nothing. */
int measure_run_begin(struct control *c, struct measure *m, float level);

/*
 * [ctl] Go on with the run. 1 = it is over, and solved; 0 = it goes on; -EPIPE the
 * recording has a gap; -ENODATA it is over and solved, but a speaker had no sound for a
 * while: what was found of it may be less than it is.
 */
int measure_run_step(struct control *c, struct measure *m);

/* [ctl] Packets and frames that a speaker lost so far. */
uint64_t measure_losses(const struct speaker *s);

/* [any] Whether a run sounds. */
static inline bool measure_sounds(const struct measure *m)
{
	return m->shown.step == FF_MEASURE_SOUNDING || m->shown.step == FF_MEASURE_VERIFYING;
}

/* ---- measure_result.c ----------------------------------------------------------------------
 */

/* [ctl] From the solution of the first pass to what is to be in force. Speakers accepted. */
uint32_t measure_conclude(struct control *c, struct measure *m);

/* [ctl] The result in force, or what was before it. */
void measure_apply(struct control *c, struct measure *m, bool on);

/* [ctl] The volumes it offers, or those before. */
void measure_level(struct control *c, struct measure *m, bool on);

/* [ctl] Show what the latest run said of each speaker. */
void measure_show(struct measure *m);

/* [any] Whether its figures hold, perhaps with a warning. */
bool measure_holds(const struct measure *m, uint32_t i);

/* [any] How much later it sounded than the latency in force says, ms. */
double measure_late_ms(const struct measure *m, uint32_t i);

/* [ctl] Its settings as they are, and as of a measurement of now. */
void measure_read(const struct speaker *s, struct measured_setting *ret);
void measure_write(const struct measured_setting *from, struct speaker *s);
void measure_date(const struct speaker *s, const char *microphone, double latency_ms,
		  struct measured_setting *ret);
void measure_set_after(const struct speaker *s, const struct measure *m, struct measured *d,
		       double latency_ms);

#endif
