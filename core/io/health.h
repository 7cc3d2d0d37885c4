/* SPDX-License-Identifier: MIT */
/*
 * health - how a device is, told by its own thread to control.
 *
 * A state, a reason in words and numbers for the screen. The thread that
 * serves the device writes; control reads whenever it likes, and is woken
 * through an eventfd when the state or reason changed.
 */
#ifndef FANFARE_IO_HEALTH_H
#define FANFARE_IO_HEALTH_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum health_state {
	HEALTH_STARTING, /* not tried yet */
	HEALTH_WAITING,	 /* not there, or nothing to hear yet; looked for again by itself */
	HEALTH_RUNNING,
	HEALTH_ENDED, /* came to its natural end (a file, stdin closed) */
};

struct health_report {
	enum health_state state;
	char reason[160];  /* "" while running well: what, and which device */
	uint64_t retry_at; /* ns; 0 = no try planned */
	uint32_t rate;	   /* frames/s at the device, 0 = unknown */
	double ppm;	   /* its clock against ours; 0 where it has none */
	double latency_ms; /* what the device says it adds; NAN = says nothing */
	double skew; /* s that its sound is later than it should be, as far as we see; NAN = not
			known */
	uint64_t sent;		       /* periods or packets */
	uint64_t drops;		       /* periods or packets that were lost */
	uint64_t drop_at;	       /* ns of the last one, 0 = never */
	uint64_t lost;		       /* frames of silence played where sound was due */
	uint32_t queue, queue_max;     /* packets waiting, and room for; A2DP only */
	uint32_t bitpool, bitpool_max; /* in use, and the most; A2DP only */
	uint32_t bitrate;	       /* bit/s, A2DP only */
	double slots;		       /* air slots per second its packets need, A2DP only */
	double slots_wanted;	       /* the same at bitpool_max */
};

struct health {
	pthread_mutex_t lock;
	struct health_report report; /* under lock */
	int notify_fd; /* eventfd of control, not owned; -1 = nobody; under lock */
};

void health_init(struct health *h, int notify_fd);
void health_done(struct health *h);

/* [io] State and reason (printf); wakes control only when either changed. */
void health_set(struct health *h, enum health_state state, uint64_t retry_at,
		const char *format, ...) __attribute__((format(printf, 4, 5)));

/* [io] Hold the lock to write numbers of h->report, without waking anyone. */
struct health_report *health_begin(struct health *h);
void health_end(struct health *h);

/* [ctl] Wake nobody from now on: the descriptor may soon be somebody else's. */
void health_mute(struct health *h);

/* [any] Copy the report out. */
void health_read(struct health *h, struct health_report *ret);

#endif
