/* SPDX-License-Identifier: MIT */
/*
 * post - where the service stands on D-Bus: which bus, and its name there.
 *
 * The system bus where the policy lets us have the name, else the session bus.
 * Nothing here waits for an answer: a bus that hangs holds up nobody. What is
 * lost is looked for again, by and by.
 */
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/scope.h"
#include "core/service/private.h"

#include <string.h>

#define FIRST_WAIT_NS	(250 * NS_PER_MS)
#define LONGEST_WAIT_NS (30 * NS_PER_SEC)

static void wake_in(struct service *s, uint64_t ns)
{
	if (sd_event_source_set_time_relative(s->post, ns / 1000) >= 0)
		sd_event_source_set_enabled(s->post, SD_EVENT_ONESHOT);
}

static void leave(struct service *s)
{
	s->served = false;
	s->face = sd_bus_slot_unref(s->face);
	s->disconnected = sd_bus_slot_unref(s->disconnected);
	s->naming = sd_bus_slot_unref(s->naming);
	s->name_won = sd_bus_slot_unref(s->name_won);
	if (s->bus)
		sd_bus_detach_event(s->bus);
	s->bus = sd_bus_close_unref(s->bus);
}

static void try_later(struct service *s)
{
	wake_in(s, s->wait_ns);
	s->wait_ns = s->wait_ns * 2 < LONGEST_WAIT_NS ? s->wait_ns * 2 : LONGEST_WAIT_NS;
}

static void found(struct service *s, bool served)
{
	if (served && !s->served)
		log_info("consoles and scripts attach over the %s bus",
			 s->session ? "session" : "system");
	s->served = served;
	s->told = false;
	s->wait_ns = FIRST_WAIT_NS;
}

/* We waited behind another one that had the name, and now have it. */
static int on_name_won(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	const char *name;

	(void)ret_error;
	if (sd_bus_message_read(m, "s", &name) >= 0 && !strcmp(name, SERVICE_NAME))
		found(arg, true);
	return 0;
}

static int on_disconnected(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	(void)m;
	(void)ret_error;
	wake_in(arg, 0); /* cleared away from outside of its own dispatch */
	return 0;
}

static int on_named(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	enum { OWNER = 1, IN_QUEUE = 2 };
	struct service *s = arg;
	uint32_t answer = 0;

	(void)ret_error;
	if (sd_bus_message_is_method_error(m, NULL) ||
	    sd_bus_message_read(m, "u", &answer) < 0) {
		wake_in(s, 0); /* not here: the timer looks elsewhere */
		return 0;
	}
	found(s, answer == OWNER);
	if (answer == IN_QUEUE)
		log_warning("another Fanfare is on the %s bus: consoles attach to that one",
			    s->session ? "session" : "system");
	return 0;
}

static int open_bus(struct service *s)
{
	int r = s->session ? sd_bus_open_user(&s->bus) : sd_bus_open_system(&s->bus);

	if (r >= 0)
		r = sd_bus_match_signal_async(
			s->bus, &s->disconnected, "org.freedesktop.DBus.Local",
			"/org/freedesktop/DBus/Local", "org.freedesktop.DBus.Local",
			"Disconnected", on_disconnected, NULL, s);
	if (r >= 0)
		r = sd_bus_match_signal_async(s->bus, &s->name_won, "org.freedesktop.DBus",
					      "/org/freedesktop/DBus", "org.freedesktop.DBus",
					      "NameAcquired", on_name_won, NULL, s);
	if (r >= 0)
		r = face_add(s, s->bus, &s->face);
	if (r >= 0)
		r = sd_bus_request_name_async(s->bus, &s->naming, SERVICE_NAME,
					      SD_BUS_NAME_QUEUE, on_named, s);
	if (r >= 0)
		r = sd_bus_attach_event(s->bus, s->event, SD_EVENT_PRIORITY_NORMAL);
	return r;
}

/* The session bus comes after the system bus, and after that a rest. */
static void elsewhere(struct service *s)
{
	s->session = !s->session;
	if (s->session) {
		wake_in(s, 0);
		return;
	}
	if (!s->told)
		log_info("no D-Bus that lets us be " SERVICE_NAME
			 ": consoles and scripts cannot attach");
	s->told = true;
	try_later(s);
}

/* Either what is no use has to be cleared away, or it is time for the next try. */
static int on_post(sd_event_source *source, uint64_t usec, void *arg)
{
	struct service *s = arg;
	bool had = s->bus != NULL, served = s->served;

	(void)source;
	(void)usec;
	if (!had && open_bus(s) >= 0)
		return 0;
	leave(s);
	if (served) { /* the bus went away */
		s->session = false;
		try_later(s);
	} else {
		elsewhere(s);
	}
	return 0;
}

int post_init(struct service *s)
{
	s->wait_ns = FIRST_WAIT_NS;
	return sd_event_add_time_relative(s->event, &s->post, CLOCK_MONOTONIC, 0, 0, on_post,
					  s);
}

void post_done(struct service *s)
{
	leave(s);
	s->post = sd_event_source_disable_unref(s->post);
}
