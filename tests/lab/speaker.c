/* SPDX-License-Identifier: MIT */
/*
 * speaker - an A2DP speaker on BlueZ that writes down what it is sent.
 *
 *	speaker -a hci1|ADDRESS -o FILE [-n NAME] [-b BITPOOL] [-m] [-d MS] [-t FIFO]
 *
 * Registers one SBC sink end-point and an agent that agrees to everything, makes
 * its adapter powered, discoverable and pairable under NAME, takes every stream
 * that is started and records its packets to FILE (capture.h), with the time each
 * was read. -b: highest bitpool it claims to take (default 53); -m: mono only;
 * -d: the delay it reports in ms, where its BlueZ lets a sink say so (5.79 and on);
 * -t: as a capture to a FIFO as well, at once, for a room to hear (microphone.c).
 * SIGUSR1 begins the capture anew: what was before is not to be judged.
 * Outlives bluetoothd and its adapter, and serves them again when they return.
 * Each event is one line on standard output, with CLOCK_MONOTONIC in seconds.
 */
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "core/base/scope.h"
#include "tests/lab/capture.h"

#define SINK_UUID   "0000110b-0000-1000-8000-00805f9b34fb"
#define SINK_PATH   "/lab/sink"
#define AGENT_PATH  "/lab/agent"
#define TRANSPORT   "org.bluez.MediaTransport1"
#define LOOK_USEC   500000u /* how often to look for an adapter that is missing */
#define BITPOOL_MIN 2u

struct speaker {
	const char *where; /* hciN or an address */
	const char *name;  /* alias to take; NULL: leave */
	uint8_t bitpool;   /* highest, 2..250 */
	bool mono;
	uint16_t delay; /* 1/10 ms; 0: do not report */
	FILE *out;
	FILE *tee; /* NULL: nobody hears it */
	sd_bus *bus;
	sd_event *event;
	char adapter[64];    /* object path while registered, else empty */
	char transport[128]; /* object path while configured, else empty */
	sd_event_source *stream;
	int fd; /* the stream's socket, or -EBADF */
	uint64_t packets;
	int refused; /* -errno of the last try to serve, so that it is said once */
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	va_list args;

	printf("%.6f ", (double)now_ns() / 1e9);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

/* ---- the stream ----------------------------------------------------------------------- */

static void stream_close(struct speaker *s)
{
	s->stream = sd_event_source_disable_unref(s->stream);
	if (s->fd >= 0) {
		close(s->fd);
		s->fd = -EBADF;
		fflush(s->out);
		say("stopped after %llu packets", (unsigned long long)s->packets);
	}
}

static int on_packet(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct speaker *s = userdata;
	uint8_t data[CAPTURE_PACKET_MAX];

	(void)source;
	(void)revents;
	for (;;) {
		ssize_t n = read(fd, data, sizeof(data));
		int64_t at;

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (n <= 0) {
			stream_close(s);
			return 0;
		}
		at = now_ns();
		if (capture_add(s->out, at, data, (uint32_t)n) < 0) {
			say("cannot write the capture");
			return sd_event_exit(s->event, EXIT_FAILURE);
		}
		if (s->tee &&
		    (capture_add(s->tee, at, data, (uint32_t)n) < 0 || fflush(s->tee) != 0)) {
			say("nobody hears it any more");
			fclose(s->tee);
			s->tee = NULL;
		}
		if (s->packets++ == 0)
			say("first packet, %zd bytes", n);
	}
}

static int on_delay_set(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	(void)userdata;
	(void)error;
	if (sd_bus_message_is_method_error(m, NULL))
		say("delay not reported: %s", sd_bus_message_get_error(m)->message);
	return 0;
}

static int on_acquired(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct speaker *s = userdata;
	uint16_t mtu_in, mtu_out;
	int fd, r;

	(void)error;
	if (sd_bus_message_is_method_error(m, NULL)) {
		say("not acquired: %s", sd_bus_message_get_error(m)->message);
		return 0;
	}
	r = sd_bus_message_read(m, "hqq", &fd, &mtu_in, &mtu_out);
	if (r < 0)
		return r;
	stream_close(s);
	s->fd = dup(fd); /* the message owns the other */
	if (s->fd < 0)
		return -errno;
	say("acquired, mtu %u", mtu_in);
	r = sd_event_add_io(s->event, &s->stream, s->fd, EPOLLIN, on_packet, s);
	if (r < 0)
		return r;
	if (s->delay == 0)
		return 0;
	return sd_bus_call_method_async(s->bus, NULL, "org.bluez", s->transport,
					"org.freedesktop.DBus.Properties", "Set", on_delay_set,
					s, "ssv", TRANSPORT, "Delay", "q", s->delay);
}

static void acquire(struct speaker *s)
{
	int r = sd_bus_call_method_async(s->bus, NULL, "org.bluez", s->transport, TRANSPORT,
					 "Acquire", on_acquired, s, NULL);

	if (r < 0)
		say("cannot ask for the stream: %s", strerror(-r));
}

/* Walks a{sv}; acts on State and Volume. */
static int transport_changed(struct speaker *s, sd_bus_message *m)
{
	int r = sd_bus_message_enter_container(m, 'a', "{sv}");

	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		const char *key, *state;
		uint16_t number;

		r = sd_bus_message_read(m, "s", &key);
		if (r < 0)
			return r;
		if (strcmp(key, "State") == 0) {
			r = sd_bus_message_read(m, "v", "s", &state);
			if (r < 0)
				return r;
			say("state %s", state);
			if (strcmp(state, "pending") == 0)
				acquire(s);
			else if (strcmp(state, "idle") == 0)
				stream_close(s);
		} else if (strcmp(key, "Volume") == 0 || strcmp(key, "Delay") == 0) {
			r = sd_bus_message_read(m, "v", "q", &number);
			if (r < 0)
				return r;
			say("%s %u", key, number);
		} else {
			sd_bus_message_skip(m, "v");
		}
		r = sd_bus_message_exit_container(m);
	}
	return r < 0 ? r : 0;
}

static int on_properties(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct speaker *s = userdata;
	const char *interface;
	int r;

	(void)error;
	if (strcmp(sd_bus_message_get_path(m), s->transport) != 0)
		return 0;
	r = sd_bus_message_read(m, "s", &interface);
	if (r < 0 || strcmp(interface, TRANSPORT) != 0)
		return 0;
	r = transport_changed(s, m);
	if (r < 0)
		say("properties nobody can read: %s", strerror(-r));
	return 0;
}

/* ---- the end-point -------------------------------------------------------------------- */

/* The four bytes of A2DP's SBC element. */
static void capabilities(const struct speaker *s, uint8_t ret[4])
{
	ret[0] = 0x20 | 0x10 | (s->mono ? 0x08 : 0x0F); /* 44.1 and 48 kHz */
	ret[1] = 0xFF;
	ret[2] = BITPOOL_MIN;
	ret[3] = s->bitpool;
}

static int on_set_configuration(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct speaker *s = userdata;
	const char *path, *key;
	int r;

	(void)error;
	r = sd_bus_message_read(m, "o", &path);
	if (r < 0)
		return r;
	snprintf(s->transport, sizeof(s->transport), "%s", path);
	r = sd_bus_message_enter_container(m, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		const uint8_t *c;
		size_t n;

		r = sd_bus_message_read(m, "s", &key);
		if (r < 0)
			return r;
		if (strcmp(key, "Configuration") != 0) {
			sd_bus_message_skip(m, "v");
		} else {
			r = sd_bus_message_enter_container(m, 'v', "ay");
			if (r < 0)
				return r;
			r = sd_bus_message_read_array(m, 'y', (const void **)&c, &n);
			if (r < 0 || n != 4)
				return -EBADMSG;
			say("configured %02x %02x, bitpool %u to %u", c[0], c[1], c[2], c[3]);
			sd_bus_message_exit_container(m);
		}
		r = sd_bus_message_exit_container(m);
	}
	return sd_bus_reply_method_return(m, "");
}

/* Asked only when this side starts the stream, which it never does. */
static int on_select_configuration(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	(void)m;
	(void)userdata;
	return sd_bus_error_set_const(error, "org.bluez.Error.Rejected", "a speaker waits");
}

static int on_clear(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct speaker *s = userdata;

	(void)error;
	stream_close(s);
	s->transport[0] = '\0';
	say("cleared");
	return sd_bus_reply_method_return(m, "");
}

static int on_released(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct speaker *s = userdata;

	(void)error;
	stream_close(s);
	s->adapter[0] = '\0';
	say("end-point released");
	return sd_bus_reply_method_return(m, "");
}

static const sd_bus_vtable endpoint_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("SetConfiguration", "oa{sv}", "", on_set_configuration,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("SelectConfiguration", "ay", "ay", on_select_configuration,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("ClearConfiguration", "o", "", on_clear, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Release", "", "", on_released, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

/* ---- the agent: a speaker without buttons agrees --------------------------------------- */

static int on_agree(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	(void)userdata;
	(void)error;
	say("agreed to %s", sd_bus_message_get_member(m));
	return sd_bus_reply_method_return(m, "");
}

static const sd_bus_vtable agent_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Release", "", "", on_agree, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RequestConfirmation", "ou", "", on_agree, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RequestAuthorization", "o", "", on_agree, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("AuthorizeService", "os", "", on_agree, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Cancel", "", "", on_agree, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

/* ---- the adapter ---------------------------------------------------------------------- */

static int set_adapter(struct speaker *s, const char *path, const char *key, const char *type,
		       ...)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	va_list args;
	int r;

	r = sd_bus_message_new_method_call(s->bus, &m, "org.bluez", path,
					   "org.freedesktop.DBus.Properties", "Set");
	if (r < 0)
		return r;
	r = sd_bus_message_append(m, "ss", "org.bluez.Adapter1", key);
	if (r < 0)
		return r;
	r = sd_bus_message_open_container(m, 'v', type);
	if (r < 0)
		return r;
	va_start(args, type);
	r = sd_bus_message_appendv(m, type, args);
	va_end(args);
	if (r < 0)
		return r;
	r = sd_bus_message_close_container(m);
	if (r < 0)
		return r;
	return sd_bus_call(s->bus, m, 0, NULL, NULL);
}

/* 0 and its object path (at most size - 1 bytes), -ENODEV, or -errno. */
static int find_adapter(struct speaker *s, char *ret_path, size_t size)
{
	for (int i = 0; i < 16; i++) {
		char path[64], address[18] = "";
		SCOPED(freep) char *found = NULL;

		snprintf(path, sizeof(path), "/org/bluez/hci%d", i);
		if (sd_bus_get_property_string(s->bus, "org.bluez", path, "org.bluez.Adapter1",
					       "Address", NULL, &found) < 0)
			continue;
		snprintf(address, sizeof(address), "%s", found);
		if (strcasecmp(s->where, address) != 0 &&
		    strcmp(s->where, path + strlen("/org/bluez/")) != 0)
			continue;
		snprintf(ret_path, size, "%s", path);
		return 0;
	}
	return -ENODEV;
}

static int register_endpoint(struct speaker *s, const char *path)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	uint8_t caps[4];
	int r;

	capabilities(s, caps);
	r = sd_bus_message_new_method_call(s->bus, &m, "org.bluez", path, "org.bluez.Media1",
					   "RegisterEndpoint");
	if (r < 0)
		return r;
	r = sd_bus_message_append(m, "oa{sv}", SINK_PATH, 4, "UUID", "s", SINK_UUID, "Codec",
				  "y", 0, "DelayReporting", "b", s->delay != 0, "Capabilities",
				  "ay", 4, caps[0], caps[1], caps[2], caps[3]);
	if (r < 0)
		return r;
	return sd_bus_call(s->bus, m, 0, NULL, NULL);
}

/* Everything a speaker needs of bluetoothd; tried until it holds. */
static int serve(struct speaker *s)
{
	char path[64];
	int r;

	r = find_adapter(s, path, sizeof(path));
	if (r < 0)
		return r;
	r = set_adapter(s, path, "Powered", "b", 1);
	if (r < 0)
		return r;
	r = register_endpoint(s, path);
	if (r < 0)
		return r;
	/* refused when a bluetoothd that stayed knows it already */
	(void)sd_bus_call_method(s->bus, "org.bluez", "/org/bluez", "org.bluez.AgentManager1",
				 "RegisterAgent", NULL, NULL, "os", AGENT_PATH,
				 "NoInputNoOutput");
	(void)sd_bus_call_method(s->bus, "org.bluez", "/org/bluez", "org.bluez.AgentManager1",
				 "RequestDefaultAgent", NULL, NULL, "o", AGENT_PATH);
	if (s->name)
		(void)set_adapter(s, path, "Alias", "s", s->name);
	(void)set_adapter(s, path, "DiscoverableTimeout", "u", 0u);
	(void)set_adapter(s, path, "Pairable", "b", 1);
	r = set_adapter(s, path, "Discoverable", "b", 1);
	if (r < 0)
		return r;
	snprintf(s->adapter, sizeof(s->adapter), "%s", path);
	say("ready on %s", path);
	return 0;
}

static int on_look(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct speaker *s = userdata;

	(void)usec;
	if (s->adapter[0] == '\0') {
		int r = serve(s);

		if (r < 0 && r != s->refused)
			say("not ready: %s", strerror(-r));
		s->refused = r;
	}
	sd_event_source_set_time_relative(source, LOOK_USEC);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int on_owner(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct speaker *s = userdata;

	(void)m;
	(void)error;
	stream_close(s);
	s->adapter[0] = s->transport[0] = '\0';
	say("bluetoothd came or went");
	return 0;
}

static int on_removed(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct speaker *s = userdata;
	const char *path;

	(void)error;
	if (sd_bus_message_read(m, "o", &path) >= 0 && strcmp(path, s->adapter) == 0) {
		stream_close(s);
		s->adapter[0] = s->transport[0] = '\0';
		say("adapter gone");
	}
	return 0;
}

/* ---- the program ---------------------------------------------------------------------- */

static int options(struct speaker *s, int argc, char **argv)
{
	const char *out = NULL, *tee = NULL;
	int c;

	while ((c = getopt(argc, argv, "a:o:n:b:d:mt:")) != -1) {
		switch (c) {
		case 'a':
			s->where = optarg;
			break;
		case 'o':
			out = optarg;
			break;
		case 'n':
			s->name = optarg;
			break;
		case 'b':
			s->bitpool = (uint8_t)strtoul(optarg, NULL, 10);
			break;
		case 'd':
			s->delay = (uint16_t)(strtod(optarg, NULL) * 10.0);
			break;
		case 'm':
			s->mono = true;
			break;
		case 't':
			tee = optarg;
			break;
		default:
			return -EINVAL;
		}
	}
	if (!s->where || !out || s->bitpool < BITPOOL_MIN || s->bitpool > 250)
		return -EINVAL;
	s->out = fopen(out, "wbe");
	if (!s->out)
		return -errno;
	if (tee) {
		s->tee = fopen(tee, "wbe"); /* waits for its reader */
		if (!s->tee || capture_begin(s->tee) < 0)
			return -errno;
	}
	return capture_begin(s->out);
}

static int on_anew(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	struct speaker *s = userdata;

	(void)source;
	(void)info;
	rewind(s->out);
	if (ftruncate(fileno(s->out), 0) < 0 || capture_begin(s->out) < 0)
		return sd_event_exit(s->event, EXIT_FAILURE);
	s->packets = 0;
	say("anew");
	return 0;
}

static int start(struct speaker *s)
{
	sigset_t anew;
	int r;

	r = sd_event_default(&s->event);
	if (r < 0)
		return r;
	sigemptyset(&anew);
	sigaddset(&anew, SIGUSR1);
	sigprocmask(SIG_BLOCK, &anew, NULL);
	r = sd_event_add_signal(s->event, NULL, SIGUSR1, on_anew, s);
	if (r < 0)
		return r;
	r = sd_bus_open_system(&s->bus);
	if (r < 0)
		return r;
	r = sd_bus_attach_event(s->bus, s->event, 0);
	if (r < 0)
		return r;
	r = sd_bus_add_object_vtable(s->bus, NULL, SINK_PATH, "org.bluez.MediaEndpoint1",
				     endpoint_vtable, s);
	if (r < 0)
		return r;
	r = sd_bus_add_object_vtable(s->bus, NULL, AGENT_PATH, "org.bluez.Agent1", agent_vtable,
				     s);
	if (r < 0)
		return r;
	r = sd_bus_match_signal(s->bus, NULL, "org.bluez", NULL,
				"org.freedesktop.DBus.Properties", "PropertiesChanged",
				on_properties, s);
	if (r < 0)
		return r;
	r = sd_bus_match_signal(s->bus, NULL, "org.bluez", "/",
				"org.freedesktop.DBus.ObjectManager", "InterfacesRemoved",
				on_removed, s);
	if (r < 0)
		return r;
	r = sd_bus_add_match(s->bus, NULL,
			     "type='signal',sender='org.freedesktop.DBus',"
			     "member='NameOwnerChanged',arg0='org.bluez'",
			     on_owner, s);
	if (r < 0)
		return r;
	return sd_event_add_time_relative(s->event, NULL, CLOCK_MONOTONIC, 0, 1000, on_look, s);
}

int main(int argc, char **argv)
{
	struct speaker s = { .bitpool = 53, .fd = -EBADF };
	struct sched_param priority = { .sched_priority = 40 };
	int r;

	r = options(&s, argc, argv);
	if (r == -EINVAL) {
		fprintf(stderr,
			"usage: speaker -a hciN|ADDRESS -o FILE [-n NAME] [-b BITPOOL] [-m] "
			"[-d MS] [-t FIFO]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN); /* of a FIFO without a reader */
	/* the time of arrival is to be the packet's, not the scheduler's; not needed to work */
	(void)sched_setscheduler(0, SCHED_FIFO, &priority);
	if (r == 0)
		r = start(&s);
	if (r == 0)
		r = sd_event_loop(s.event);
	if (r < 0)
		fprintf(stderr, "speaker: %s\n", strerror(-r));
	stream_close(&s);
	if (s.out)
		fclose(s.out);
	if (s.tee)
		fclose(s.tee);
	return r < 0 ? EXIT_FAILURE : r;
}
