/* SPDX-License-Identifier: MIT */
/*
 * alive - tells the service manager that Fanfare is ready, what it does, and
 * that it has not hung.
 *
 * Without a manager ($NOTIFY_SOCKET) all of it does nothing. The watchdog is
 * fed from control's own loop, and only while the clock thread gets on: a
 * hang of either ends in a restart.
 */
#ifndef FANFARE_CONTROL_ALIVE_H
#define FANFARE_CONTROL_ALIVE_H

#include <stdbool.h>
#include <stdint.h>

#define ALIVE_TEXT_MAX 160

struct alive {
	bool told;		   /* READY=1 was sent */
	uint64_t every;		   /* ns between two signs of life, 0 = nobody asks */
	uint64_t next;		   /* ns; when the next one is due */
	uint64_t cycles;	   /* of the clock thread at the last sign */
	char text[ALIVE_TEXT_MAX]; /* the status as told last */
};

/* [any] Find out what the manager asks for. */
void alive_init(struct alive *a);

/*
 * [ctl] Once a loop at time now (ns): ready at the first call, the status when
 * text is another, and a sign of life when one is due and cycles has moved
 * since the last. Returns when to call again at the latest (ns), UINT64_MAX =
 * whenever something changes.
 */
uint64_t alive_step(struct alive *a, uint64_t now, uint64_t cycles, const char *text);

/* [any] Fanfare ends, as it should. */
void alive_done(struct alive *a);

#endif
