/* SPDX-License-Identifier: MIT */
/*
 * agent - our side of a pairing: questions to a person, and their answers.
 *
 * BlueZ asks one thing at a time. With nobody there (or no question callback)
 * what needs no person is accepted where we began the pairing, everything else
 * is refused: nobody comes in who was not asked. Embedded in struct bluez.
 */
#ifndef FANFARE_BLUEZ_AGENT_H
#define FANFARE_BLUEZ_AGENT_H

#include <systemd/sd-bus.h>

#include "core/bluez/bluez.h"

struct agent {
	struct bluez *b;
	sd_bus_slot *object;
	sd_bus_slot *call; /* RegisterAgent or RequestDefaultAgent under way */

	struct bluez_question question;	  /* cookie 0 = none */
	char device_path[BLUEZ_PATH_MAX]; /* of the question */
	sd_bus_message *asked;		  /* the call to be answered; NULL = only shown */
	sd_event_source *timeout;
	uint32_t cookies; /* ever given out */
};

/* [ctl] -errno of sd-event. */
int agent_init(struct agent *a, struct bluez *b);
void agent_done(struct agent *a);

/* [ctl] bluetoothd is there: register with it; it went: forget what was asked. */
void agent_begin(struct agent *a);
void agent_clear(struct agent *a);

/* [ctl] The pairing of the device at that path ended: nothing to be shown any more. */
void agent_pairing_over(struct agent *a, const char *device_path);

#endif
