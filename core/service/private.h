/* SPDX-License-Identifier: MIT */
/* private - what the files of this room share: the service itself. */
#ifndef FANFARE_SERVICE_PRIVATE_H
#define FANFARE_SERVICE_PRIVATE_H

#include "core/service/allowance.h"
#include "core/service/consoles.h"
#include "core/service/memory.h"
#include "core/service/service.h"
#include "core/service/verbs.h"

#include <pthread.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

/* The service's thread owns all of it. */
struct service {
	struct control *control;
	pthread_t thread;
	bool threaded;
	sd_event *event;
	int stop_fd; /* eventfd: the end */

	sd_bus *bus;	       /* NULL = none that lets us in, for now */
	bool session;	       /* it is the session bus */
	bool served;	       /* consoles can find us there */
	bool told;	       /* that none lets us in */
	uint64_t wait_ns;      /* before the next try */
	sd_event_source *post; /* next try, or the clearing away of a lost connection */
	sd_bus_slot *face, *disconnected, *naming, *name_won;

	struct memory memory;
	struct consoles consoles;
	struct allowance allowance;

	sd_event_source *timer; /* next look */
	uint64_t looked;	/* ns of the last one */
	uint64_t rung;		/* ns of the last one that was told */
	bool news;		/* something changed since the last one that was told */
	struct ff_snapshot now; /* as looked at */
	struct ff_snapshot was; /* as signals told it last */
};

/* [service] Look at the core anew unless that was a moment ago; tells nobody. */
void service_refresh(struct service *s);

/* [service] More consoles than before: they want levels. */
void service_attend(struct service *s);

/* [any] Connect as soon as the loop runs, and stay connected. 0 or -errno. */
int post_init(struct service *s);
void post_done(struct service *s);

/* [service] Put our object on a bus; *ret_slot takes it off again. */
int face_add(struct service *s, sd_bus *bus, sd_bus_slot **ret_slot);

/* [service] Signal what is another now than it was. */
void face_tell(struct service *s);

#endif
