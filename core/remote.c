/* SPDX-License-Identifier: MIT */
/* remote - see remote.h. */
#include "core/remote.h"

#include "core/base/clock.h"
#include "core/base/cut.h"
#include "core/base/scope.h"
#include "core/service/memory.h"
#include "core/service/verbs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

/* A service that is up answers in a millisecond; a person waits no longer than this. */
#define ANSWER_US (2 * 1000 * 1000ull)
#define AGAIN_NS  (500 * NS_PER_MS)

#define WAITING "Fanfare has stopped or starts anew: waiting for it (systemctl status fanfare)"

struct remote {
	sd_bus *bus; /* NULL = lost, to be opened anew */
	struct memory memory;
	int bell;	/* the service's; -EBADF = it is gone */
	int all;	/* epoll of the ones below, and the bell */
	int timer;	/* the next try to find it again */
	uint64_t tried; /* ns; the latest one */
	char why[FF_TEXT_MAX];
};

/* ---- calls ------------------------------------------------------------------------------ */

/* What an error on the bus means to whoever uses the door. */
static int errno_of(const sd_bus_error *e, int r)
{
	static const struct {
		const char *name;
		int code;
	} known[] = {
		{ SERVICE_BUSY, -EAGAIN },
		{ SERVICE_OTHER, -EPROTONOSUPPORT },
		{ SD_BUS_ERROR_INVALID_ARGS, -EINVAL },
		{ SD_BUS_ERROR_ACCESS_DENIED, -EACCES },
		{ SD_BUS_ERROR_LIMITS_EXCEEDED, -EUSERS },
		{ SD_BUS_ERROR_UNKNOWN_METHOD, -EPROTONOSUPPORT },
		{ SD_BUS_ERROR_SERVICE_UNKNOWN, -ENOTCONN },
		{ SD_BUS_ERROR_NAME_HAS_NO_OWNER, -ENOTCONN },
		{ SD_BUS_ERROR_DISCONNECTED, -ENOTCONN },
		{ SD_BUS_ERROR_NO_REPLY, -ETIMEDOUT },
	};

	for (size_t i = 0; e->name && i < ARRAY_SIZE(known); i++)
		if (!strcmp(e->name, known[i].name))
			return known[i].code;
	return r == -ECONNRESET || r == -ENOTCONN || r == -EPIPE ? -ENOTCONN : r;
}

static int new_call(sd_bus *bus, const char *method, sd_bus_message **ret)
{
	int r = sd_bus_message_new_method_call(bus, ret, SERVICE_NAME, SERVICE_PATH,
					       SERVICE_INTERFACE, method);

	if (r >= 0)
		r = sd_bus_message_set_auto_start(*ret, false);
	return r;
}

static int call(sd_bus *bus, sd_bus_message *m, sd_bus_message **ret_reply,
		char why[FF_TEXT_MAX])
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	int r = sd_bus_call(bus, m, ANSWER_US, &e, ret_reply);

	if (r < 0) {
		r = errno_of(&e, r);
		if (why)
			cut_copy(why, FF_TEXT_MAX, e.message ? e.message : strerror(-r));
	}
	sd_bus_error_free(&e);
	return r;
}

/* ---- attaching -------------------------------------------------------------------------- */

static void drop_bell(struct remote *r)
{
	closep(&r->bell); /* leaves the epoll by that */
	r->bell = -EBADF;
}

/* The memory stays mapped: it is what is shown until there is a new one. */
static void drop_bus(struct remote *r)
{
	r->bus = sd_bus_close_unref(r->bus);
}

static int watch(struct remote *r, int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(r->all, EPOLL_CTL_ADD, fd, &e) < 0 ? -errno : 0;
}

static int ask_for_snapshot(sd_bus *bus, sd_bus_message **ret_reply, char why[FF_TEXT_MAX])
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r = new_call(bus, "GetSnapshot", &m);

	if (r >= 0)
		r = sd_bus_message_append(m, "su", FANFARE_VERSION, memory_layout());
	return r < 0 ? r : call(bus, m, ret_reply, why);
}

/* Take over what the service handed out; the message keeps its own descriptors. */
static int take(struct remote *r, sd_bus_message *reply)
{
	struct memory memory;
	const char *version;
	int fd, bell, e;

	e = sd_bus_message_read(reply, "shh", &version, &fd, &bell);
	if (e < 0)
		return e;
	bell = fcntl(bell, F_DUPFD_CLOEXEC, 3);
	if (bell < 0)
		return -errno;
	e = memory_map(&memory, fd);
	if (e < 0 && e != -EPROTONOSUPPORT)
		snprintf(r->why, sizeof(r->why), "its memory is of no use: %s", strerror(-e));
	else if (e < 0)
		snprintf(r->why, sizeof(r->why),
			 "the Fanfare that plays is version %.32s, this one %s: restart the "
			 "older one",
			 version, FANFARE_VERSION);
	if (e < 0) {
		close(bell);
		return e;
	}
	drop_bell(r);
	memory_done(&r->memory);
	r->memory = memory;
	r->bell = bell;
	return watch(r, bell);
}

static int attach(struct remote *r)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int e = ask_for_snapshot(r->bus, &reply, r->why);

	return e < 0 ? e : take(r, reply);
}

static int open_bus(int session, sd_bus **ret)
{
	int r = session ? sd_bus_open_user(ret) : sd_bus_open_system(ret);

	return r < 0 ? r : sd_bus_set_method_call_timeout(*ret, ANSWER_US);
}

/* The system's Fanfare before one of our own session. */
static int look_for(struct remote *r)
{
	int e = -ENOTCONN;

	for (int session = 0; session <= 1; session++) {
		drop_bus(r);
		r->tried = clock_now();
		e = open_bus(session, &r->bus);
		if (e >= 0)
			e = attach(r);
		if (e >= 0)
			return watch(r, sd_bus_get_fd(r->bus));
		if (e == -EACCES || e == -EPROTONOSUPPORT || e == -ETIMEDOUT || e == -EUSERS)
			break; /* it is there, and there is no way in */
		e = -ENOTCONN;
	}
	drop_bus(r);
	return e;
}

static void try_again_later(struct remote *r)
{
	struct itimerspec t = { .it_value.tv_nsec = AGAIN_NS };

	timerfd_settime(r->timer, 0, &t, NULL);
}

int remote_new(struct remote **ret, char why[FF_TEXT_MAX * 4])
{
	SCOPED(freep) struct remote *r = calloc(1, sizeof(*r));
	int e;

	if (!r)
		return -ENOMEM;
	r->bell = -EBADF;
	r->all = epoll_create1(EPOLL_CLOEXEC);
	r->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	e = r->all < 0 || r->timer < 0 ? -errno : watch(r, r->timer);
	if (e == 0)
		e = look_for(r);
	if (e >= 0) {
		*ret = TAKE(r);
		return 0;
	}
	if (e == -EACCES)
		cut_copy(why, FF_TEXT_MAX * 4,
			 "Fanfare plays as a service, which only members of the group fanfare "
			 "may use: sudo adduser NAME fanfare, then log in again");
	else if (e == -ENOTCONN)
		cut_copy(why, FF_TEXT_MAX * 4, "no Fanfare plays that one could attach to");
	else
		snprintf(why, FF_TEXT_MAX * 4, "cannot attach: %s",
			 *r->why ? r->why : strerror(-e));
	remote_free(TAKE(r));
	return e;
}

void remote_free(struct remote *r)
{
	if (!r)
		return;
	drop_bell(r);
	drop_bus(r);
	memory_done(&r->memory);
	closep(&r->timer);
	closep(&r->all);
	free(r);
}

/* ---- the door --------------------------------------------------------------------------- */

static int send_call(struct remote *r, const char *method, const struct ff_command *command)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int e;

	if (!r->bus || r->bell < 0)
		return -ENOTCONN;
	e = new_call(r->bus, method, &m);
	if (e >= 0 && command)
		e = verbs_write(m, command);
	if (e >= 0)
		e = call(r->bus, m, NULL, NULL);
	if (e == -ENOTCONN)
		try_again_later(r); /* the bus may be gone while the memory goes on */
	return e < 0 ? e : 0;
}

int remote_submit(struct remote *r, const struct ff_command *command)
{
	const char *method = verbs_method(command->verb);

	return method ? send_call(r, method, command) : -EINVAL;
}

int remote_stop(struct remote *r)
{
	return send_call(r, "Stop", NULL);
}

/* Hear what there is to hear, without waiting for anything. */
static void listen_to_all(struct remote *r)
{
	char bytes[256];
	uint64_t times;
	ssize_t n = -1;
	int e = 0;

	if (read(r->timer, &times, sizeof(times)) < 0)
		times = 0;
	while (r->bell >= 0 && (n = read(r->bell, bytes, sizeof(bytes))) > 0)
		;
	if (r->bell >= 0 && n == 0)
		drop_bell(r);
	while (r->bus && (e = sd_bus_process(r->bus, NULL)) > 0)
		;
	if (e < 0)
		drop_bus(r);
}

void remote_snapshot(struct remote *r, struct ff_snapshot *ret)
{
	listen_to_all(r);
	if (!r->bus || r->bell < 0) {
		if (clock_now() - r->tried > AGAIN_NS / 2)
			look_for(r);
		if (!r->bus || r->bell < 0)
			try_again_later(r);
	}
	memory_read(&r->memory, ret);
	ret->attached = true;
	ret->lost = r->bell < 0;
	if (!ret->lost)
		return;
	cut_copy(ret->notice, sizeof(ret->notice), WAITING);
	for (uint32_t i = 0; i < ret->speakers_n; i++)
		ret->speakers[i].level = (struct ff_level){ { FF_SILENT, FF_SILENT },
							    { FF_SILENT, FF_SILENT },
							    0 };
	for (uint32_t i = 0; i < ret->zones_n; i++)
		ret->zones[i].level = (struct ff_level){ { FF_SILENT, FF_SILENT },
							 { FF_SILENT, FF_SILENT },
							 0 };
}

int remote_fd(struct remote *r)
{
	return r->all;
}

bool remote_running(char ret_who[FF_TEXT_MAX])
{
	for (int session = 0; session <= 1; session++) {
		SCOPED(sd_bus_close_unrefp) sd_bus *bus = NULL;
		SCOPED(sd_bus_creds_unrefp) sd_bus_creds *owner = NULL;
		pid_t pid = 0;

		if (open_bus(session, &bus) < 0 ||
		    sd_bus_get_name_creds(bus, SERVICE_NAME, SD_BUS_CREDS_PID, &owner) < 0)
			continue;
		sd_bus_creds_get_pid(owner, &pid);
		if (ret_who)
			snprintf(ret_who, FF_TEXT_MAX, "process %d, as %s on the %s bus",
				 (int)pid, SERVICE_NAME, session ? "session" : "system");
		return true;
	}
	return false;
}
