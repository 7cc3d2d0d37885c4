/* SPDX-License-Identifier: MIT */
/*
 * consoles - the bells of the processes that are attached.
 *
 * Each has the reading end of a pipe of its own; a byte in it says that the
 * snapshot changed. A pipe, because it tells both sides when the other one is
 * gone, however it went, and because our end stays non-blocking whatever the
 * other process does with its own: one that is stopped fills its pipe, and
 * that is all.
 */
#ifndef FANFARE_SERVICE_CONSOLES_H
#define FANFARE_SERVICE_CONSOLES_H

#include <stdint.h>
#include <systemd/sd-event.h>

#define CONSOLES_MAX  32
#define CONSOLES_NAME 64 /* bytes of an owner's name, with its terminator */

struct console {
	struct consoles *all;
	int bell;		   /* the writing end; -EBADF = free */
	char owner[CONSOLES_NAME]; /* its unique name on the bus */
	sd_event_source *gone;	   /* its end was closed */
};

struct consoles {
	sd_event *event;
	uint32_t n;
	struct console at[CONSOLES_MAX];
};

/* [service] None yet; those that go away are noticed by event. */
void consoles_init(struct consoles *c, sd_event *event);
void consoles_done(struct consoles *c);

/*
 * [service] One more, of the process with that unique name; an earlier one of
 * the same name is given up. *ret_fd is the caller's, to be passed to it.
 * -EUSERS: CONSOLES_MAX are attached; or -errno.
 */
int consoles_add(struct consoles *c, const char *owner, int *ret_fd);

/* [service] Tell them all; whoever has not heard the last time is left as it is. */
void consoles_ring(struct consoles *c);

#endif
