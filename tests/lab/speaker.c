/* SPDX-License-Identifier: MIT */
/*
 * speaker - an A2DP speaker on BlueZ that writes down what it is sent.
 *
 *	speaker -a hci1|ADDRESS -o FILE [-n NAME] [-b BITPOOL] [-m] [-d MS] [-t FIFO]
 *
 * Registers one SBC sink end-point with its adapter, which it makes ready under NAME
 * (peer.h), takes every stream that is started and records its packets to FILE
 * (capture.h), with the time each was read. -b: highest bitpool it claims to take
 * (default 53); -m: mono only; -d: the delay it reports in ms, where its BlueZ lets a
 * sink say so (5.79 and on); -t: as a capture to a FIFO as well, at once, for a room to
 * hear (microphone.c). SIGUSR1 begins the capture anew: what was before is not to be
 * judged. Each event is one line on standard output, with CLOCK_MONOTONIC in seconds.
 */
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/scope.h"
#include "tests/lab/capture.h"
#include "tests/lab/peer.h"

#define SINK_UUID   "0000110b-0000-1000-8000-00805f9b34fb"
#define SINK_PATH   "/lab/sink"
#define TRANSPORT   "org.bluez.MediaTransport1"
#define BITPOOL_MIN 2u

struct speaker {
	struct peer peer;
	uint8_t bitpool; /* highest, 2..250 */
	bool mono;
	uint16_t delay; /* 1/10 ms; 0: do not report */
	FILE *out;
	FILE *tee;	     /* NULL: nobody hears it */
	char transport[128]; /* object path while configured, else empty */
	sd_event_source *stream;
	int fd; /* the stream's socket, or -EBADF */
	uint64_t packets;
};

/* ---- the stream ----------------------------------------------------------------------- */

static void stream_close(struct speaker *s)
{
	s->stream = sd_event_source_disable_unref(s->stream);
	if (s->fd >= 0) {
		close(s->fd);
		s->fd = -EBADF;
		fflush(s->out);
		peer_say("stopped after %llu packets", (unsigned long long)s->packets);
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
		at = (int64_t)clock_now();
		if (capture_add(s->out, at, data, (uint32_t)n) < 0) {
			peer_say("cannot write the capture");
			return sd_event_exit(s->peer.event, EXIT_FAILURE);
		}
		if (s->tee &&
		    (capture_add(s->tee, at, data, (uint32_t)n) < 0 || fflush(s->tee) != 0)) {
			peer_say("nobody hears it any more");
			fclose(s->tee);
			s->tee = NULL;
		}
		if (s->packets++ == 0)
			peer_say("first packet, %zd bytes", n);
	}
}

static int on_delay_set(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	(void)userdata;
	(void)error;
	if (sd_bus_message_is_method_error(m, NULL))
		peer_say("delay not reported: %s", sd_bus_message_get_error(m)->message);
	return 0;
}

static int on_acquired(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct speaker *s = userdata;
	uint16_t mtu_in, mtu_out;
	int fd, r;

	(void)error;
	if (sd_bus_message_is_method_error(m, NULL)) {
		peer_say("not acquired: %s", sd_bus_message_get_error(m)->message);
		return 0;
	}
	r = sd_bus_message_read(m, "hqq", &fd, &mtu_in, &mtu_out);
	if (r < 0)
		return r;
	stream_close(s);
	s->fd = dup(fd); /* the message owns the other */
	if (s->fd < 0)
		return -errno;
	peer_say("acquired, mtu %u", mtu_in);
	r = sd_event_add_io(s->peer.event, &s->stream, s->fd, EPOLLIN, on_packet, s);
	if (r < 0)
		return r;
	if (s->delay == 0)
		return 0;
	return sd_bus_call_method_async(s->peer.bus, NULL, "org.bluez", s->transport,
					"org.freedesktop.DBus.Properties", "Set", on_delay_set,
					s, "ssv", TRANSPORT, "Delay", "q", s->delay);
}

static void acquire(struct speaker *s)
{
	int r = sd_bus_call_method_async(s->peer.bus, NULL, "org.bluez", s->transport,
					 TRANSPORT, "Acquire", on_acquired, s, NULL);

	if (r < 0)
		peer_say("cannot ask for the stream: %s", strerror(-r));
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
			peer_say("state %s", state);
			if (strcmp(state, "pending") == 0)
				acquire(s);
			else if (strcmp(state, "idle") == 0)
				stream_close(s);
		} else if (strcmp(key, "Volume") == 0 || strcmp(key, "Delay") == 0) {
			r = sd_bus_message_read(m, "v", "q", &number);
			if (r < 0)
				return r;
			peer_say("%s %u", key, number);
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
		peer_say("properties nobody can read: %s", strerror(-r));
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
			peer_say("configured %02x %02x, bitpool %u to %u", c[0], c[1], c[2],
				 c[3]);
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
	peer_say("cleared");
	return sd_bus_reply_method_return(m, "");
}

static int on_released(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct speaker *s = userdata;

	(void)error;
	stream_close(s);
	peer_again(&s->peer);
	peer_say("end-point released");
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

static int serve(void *userdata, const char *path)
{
	struct speaker *s = userdata;
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	uint8_t caps[4];
	int r;

	capabilities(s, caps);
	r = sd_bus_message_new_method_call(s->peer.bus, &m, "org.bluez", path,
					   "org.bluez.Media1", "RegisterEndpoint");
	if (r < 0)
		return r;
	r = sd_bus_message_append(m, "oa{sv}", SINK_PATH, 4, "UUID", "s", SINK_UUID, "Codec",
				  "y", 0, "DelayReporting", "b", s->delay != 0, "Capabilities",
				  "ay", 4, caps[0], caps[1], caps[2], caps[3]);
	if (r < 0)
		return r;
	return sd_bus_call(s->peer.bus, m, 0, NULL, NULL);
}

static void lost(void *userdata)
{
	struct speaker *s = userdata;

	stream_close(s);
	s->transport[0] = '\0';
}

/* ---- the program ---------------------------------------------------------------------- */

static int options(struct speaker *s, int argc, char **argv)
{
	const char *out = NULL, *tee = NULL;
	int c;

	while ((c = getopt(argc, argv, "a:o:n:b:d:mt:")) != -1) {
		switch (c) {
		case 'a':
			s->peer.where = optarg;
			break;
		case 'o':
			out = optarg;
			break;
		case 'n':
			s->peer.name = optarg;
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
	if (!s->peer.where || !out || s->bitpool < BITPOOL_MIN || s->bitpool > 250)
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
		return sd_event_exit(s->peer.event, EXIT_FAILURE);
	s->packets = 0;
	peer_say("anew");
	return 0;
}

static int start(struct speaker *s)
{
	sigset_t anew;
	int r;

	sigemptyset(&anew);
	sigaddset(&anew, SIGUSR1);
	sigprocmask(SIG_BLOCK, &anew, NULL);
	s->peer.serve = serve;
	s->peer.lost = lost;
	s->peer.user = s;
	r = peer_open(&s->peer);
	if (r < 0)
		return r;
	r = sd_event_add_signal(s->peer.event, NULL, SIGUSR1, on_anew, s);
	if (r < 0)
		return r;
	r = sd_bus_add_object_vtable(s->peer.bus, NULL, SINK_PATH, "org.bluez.MediaEndpoint1",
				     endpoint_vtable, s);
	if (r < 0)
		return r;
	r = sd_bus_match_signal(s->peer.bus, NULL, "org.bluez", NULL,
				"org.freedesktop.DBus.Properties", "PropertiesChanged",
				on_properties, s);
	return r < 0 ? r : 0; /* systemd 252 gives a number for a match */
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
		r = sd_event_loop(s.peer.event);
	if (r < 0)
		fprintf(stderr, "speaker: %s\n", strerror(-r));
	stream_close(&s);
	if (s.out)
		fclose(s.out);
	if (s.tee)
		fclose(s.tee);
	return r < 0 ? EXIT_FAILURE : r;
}
