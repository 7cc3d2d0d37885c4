/* SPDX-License-Identifier: MIT */
/*
 * phone - an A2DP source on BlueZ that plays a file to whoever is a loudspeaker.
 *
 *	phone -a hci2|ADDRESS -t ADDRESS -i FILE [-n NAME] [-p PPM] [-m]
 *
 * Registers one SBC source end-point under NAME and then does as it is told by
 * signals. SIGUSR1: play to the loudspeaker at -t, looked for, paired and connected
 * first where that is not done yet, and again whenever the link was lost; SIGUSR2:
 * pause. Packets leave when their sound is due by a clock that is PPM off (-p), from
 * where the sound stopped; -m: mono is asked for.
 * Each event is one line on standard output, with CLOCK_MONOTONIC in seconds.
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

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/bluez/props.h"
#include "core/io/a2dp_sbc.h"
#include "tests/lab/peer.h"
#include "tests/lab/sound.h"
#include "tests/lab/stream.h"

#define SOURCE_PATH "/lab/source"
#define TRANSPORT   "org.bluez.MediaTransport1"
#define LOOK_USEC   500000u /* how often to look what is next */
#define SEND_USEC   20000u  /* how often packets leave, as from many a phone */
#define CALL_USEC   40000000u

struct phone {
	struct peer peer;
	const char *target; /* the loudspeaker's address */
	double ppm;
	bool mono;
	struct sound sound;
	sd_event_source *send;
	char device[96];	     /* object path of the loudspeaker */
	struct bluez_transport told; /* path "" while not configured */
	bool wanted;		     /* it is to play */
	bool looking;		     /* an inquiry runs */
	bool paired;
	bool calling;	       /* bluetoothd owes an answer */
	int fd;		       /* the stream's socket, or -EBADF */
	struct stream *stream; /* NULL: none */
	uint64_t at;	       /* frame of the sound to send next */
	uint64_t from;	       /* the one that the stream began with */
	uint64_t began;	       /* ns; when that was due */
	uint64_t packets;
};

/* ---- the stream ----------------------------------------------------------------------- */

static void stream_close(struct phone *p)
{
	if (p->fd < 0)
		return;
	sd_event_source_set_enabled(p->send, SD_EVENT_OFF);
	stream_free(p->stream);
	p->stream = NULL;
	close(p->fd);
	p->fd = -EBADF;
	peer_say("stopped after %llu packets", (unsigned long long)p->packets);
}

/* The next packet; false = the link is gone. */
static bool send_packet(struct phone *p)
{
	const uint8_t *packet;
	size_t n = stream_packet(p->stream, &p->sound, &p->at, &packet);

	p->packets++;
	return n > 0 && (write(p->fd, packet, n) >= 0 || errno == EAGAIN);
}

static int on_send(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct phone *p = userdata;
	double rate = stream_rate(p->stream) * (1.0 + p->ppm * 1e-6);
	uint64_t due = p->from + (uint64_t)((double)(clock_now() - p->began) * 1e-9 * rate);

	while (p->at < due && p->at < p->sound.count) {
		if (!send_packet(p)) {
			peer_say("the stream broke: %s", strerror(errno));
			stream_close(p);
			return 0;
		}
	}
	sd_event_source_set_time(source, usec + SEND_USEC);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int on_acquired(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct phone *p = userdata;
	uint16_t mtu_in, mtu_out;
	int fd;

	(void)error;
	p->calling = false;
	if (sd_bus_message_is_method_error(m, NULL)) {
		peer_say("not acquired: %s", sd_bus_message_get_error(m)->message);
		return 0;
	}
	if (sd_bus_message_read(m, "hqq", &fd, &mtu_in, &mtu_out) < 0 ||
	    stream_new(p->told.config, mtu_out, &p->stream) < 0)
		return sd_event_exit(p->peer.event, EXIT_FAILURE);
	p->fd = dup(fd); /* the message owns the other */
	p->from = p->at;
	p->began = clock_now();
	peer_say("plays from %.3f s, mtu %u", (double)p->at / stream_rate(p->stream), mtu_out);
	sd_event_source_set_time_relative(p->send, 0);
	return sd_event_source_set_enabled(p->send, SD_EVENT_ONESHOT);
}

/* ---- what is next: found, paired, connected, acquired ------------------------------------ */

static void call(struct phone *p, const char *path, const char *interface, const char *member,
		 sd_bus_message_handler_t fn, const char *argument)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r = sd_bus_message_new_method_call(p->peer.bus, &m, "org.bluez", path, interface,
					       member);

	if (r >= 0 && argument)
		r = sd_bus_message_append(m, "s", argument);
	if (r >= 0)
		r = sd_bus_call_async(p->peer.bus, NULL, m, fn, p, CALL_USEC);
	p->calling = r >= 0;
	peer_say("%s", member);
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct phone *p = userdata;
	const sd_bus_error *e = sd_bus_message_get_error(m);

	(void)error;
	p->calling = false;
	if (e)
		peer_say("refused: %s (%s)", e->message, e->name);
	return 0;
}

static bool has(const struct phone *p, const char *property)
{
	int yes = 0;

	return sd_bus_get_property_trivial(p->peer.bus, "org.bluez", p->device,
					   "org.bluez.Device1", property, NULL, 'b',
					   &yes) >= 0 &&
	       yes;
}

static bool is_found(const struct phone *p)
{
	SCOPED(freep) char *address = NULL;

	return sd_bus_get_property_string(p->peer.bus, "org.bluez", p->device,
					  "org.bluez.Device1", "Address", NULL, &address) >= 0;
}

static void step(struct phone *p)
{
	if (p->calling || !p->wanted || p->fd >= 0)
		return;
	if (p->told.path[0]) {
		call(p, p->told.path, TRANSPORT, "Acquire", on_acquired, NULL);
	} else if (!is_found(p)) {
		if (!p->looking)
			call(p, p->peer.adapter, "org.bluez.Adapter1", "StartDiscovery",
			     on_answer, NULL);
		p->looking = true;
	} else if (p->looking) {
		peer_say("found");
		p->looking = false;
		call(p, p->peer.adapter, "org.bluez.Adapter1", "StopDiscovery", on_answer,
		     NULL);
	} else if (!p->paired && !has(p, "Paired")) {
		call(p, p->device, "org.bluez.Device1", "Pair", on_answer, NULL);
	} else {
		if (!p->paired)
			peer_say("paired");
		p->paired = true;
		call(p, p->device, "org.bluez.Device1", "ConnectProfile", on_answer,
		     BLUEZ_UUID_A2DP_SINK);
	}
}

static int on_properties(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct phone *p = userdata;
	const char *interface;

	(void)error;
	if (strcmp(sd_bus_message_get_path(m), p->told.path) != 0 ||
	    sd_bus_message_read(m, "s", &interface) < 0 || strcmp(interface, TRANSPORT) != 0 ||
	    props_read(PROPS_TRANSPORT, &p->told, m) < 0)
		return 0;
	if (p->told.state == BLUEZ_IDLE)
		stream_close(p);
	return 0;
}

/* ---- the end-point -------------------------------------------------------------------- */

static int on_select(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct phone *p = userdata;
	char why[A2DP_WHY_MAX];
	const void *caps;
	uint8_t choice[4];
	size_t n;
	int r = sd_bus_message_read_array(m, 'y', &caps, &n);

	if (r < 0)
		return r;
	if (a2dp_sbc_select(caps, n, (uint32_t)p->sound.rate, p->mono, choice, why) < 0)
		return sd_bus_error_set(error, "org.bluez.Error.Rejected", why);
	r = sd_bus_message_new_method_return(m, &reply);
	if (r >= 0)
		r = sd_bus_message_append_array(reply, 'y', choice, sizeof(choice));
	return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

static int on_configured(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct phone *p = userdata;
	struct bluez_transport t;
	const char *path;

	(void)error;
	props_clear_transport(&t);
	if (sd_bus_message_read(m, "o", &path) < 0 || props_read(PROPS_TRANSPORT, &t, m) < 0 ||
	    t.config_len != 4)
		return -EBADMSG;
	snprintf(t.path, sizeof(t.path), "%s", path);
	p->told = t;
	peer_say("configured %02x %02x, bitpool %u to %u", t.config[0], t.config[1],
		 t.config[2], t.config[3]);
	return sd_bus_reply_method_return(m, "");
}

static void clear(struct phone *p)
{
	stream_close(p);
	p->told.path[0] = '\0';
}

static void lost(void *user)
{
	struct phone *p = user;

	clear(p);
	p->calling = p->looking = false;
}

static int on_cleared(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	(void)error;
	clear(userdata);
	peer_say("cleared");
	return sd_bus_reply_method_return(m, "");
}

static int on_released(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct phone *p = userdata;

	peer_again(&p->peer);
	return on_cleared(m, userdata, error);
}

static const sd_bus_vtable endpoint_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("SelectConfiguration", "ay", "ay", on_select, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("SetConfiguration", "oa{sv}", "", on_configured,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("ClearConfiguration", "o", "", on_cleared, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Release", "", "", on_released, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

/* The end-point, and where the loudspeaker will be found. */
static int serve(void *user, const char *adapter)
{
	struct phone *p = user;
	char address[18];

	snprintf(address, sizeof(address), "%s", p->target);
	for (char *c = address; *c; c++)
		*c = *c == ':' ? '_' : *c;
	snprintf(p->device, sizeof(p->device), "%s/dev_%s", adapter, address);
	return sd_bus_call_method(p->peer.bus, "org.bluez", adapter, "org.bluez.Media1",
				  "RegisterEndpoint", NULL, NULL, "oa{sv}", SOURCE_PATH, 3,
				  "UUID", "s", BLUEZ_UUID_A2DP_SOURCE, "Codec", "y", 0,
				  "Capabilities", "ay", 4, 0x3F, 0xFF, 2, 53);
}

static int on_look(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct phone *p = userdata;

	(void)usec;
	if (p->peer.adapter[0])
		step(p);
	sd_event_source_set_time_relative(source, LOOK_USEC);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int on_play(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	struct phone *p = userdata;

	(void)source;
	(void)info;
	peer_say("to play");
	p->wanted = true;
	return 0;
}

static int on_pause(sd_event_source *source, const struct signalfd_siginfo *info,
		    void *userdata)
{
	struct phone *p = userdata;

	(void)source;
	(void)info;
	peer_say("to pause");
	p->wanted = false;
	if (p->fd < 0)
		return 0;
	stream_close(p);
	call(p, p->told.path, TRANSPORT, "Release", on_answer, NULL);
	return 0;
}

/* ---- the program ---------------------------------------------------------------------- */

static int options(struct phone *p, int argc, char **argv)
{
	const char *in = NULL;
	int c;

	while ((c = getopt(argc, argv, "a:t:i:n:p:m")) != -1) {
		switch (c) {
		case 'a':
			p->peer.where = optarg;
			break;
		case 't':
			p->target = optarg;
			break;
		case 'i':
			in = optarg;
			break;
		case 'n':
			p->peer.name = optarg;
			break;
		case 'p':
			p->ppm = strtod(optarg, NULL);
			break;
		case 'm':
			p->mono = true;
			break;
		default:
			return -EINVAL;
		}
	}
	if (!p->peer.where || !p->target || !in)
		return -EINVAL;
	return sound_load(in, &p->sound);
}

static int start(struct phone *p)
{
	sigset_t words;
	int r;

	sigemptyset(&words);
	sigaddset(&words, SIGUSR1);
	sigaddset(&words, SIGUSR2);
	sigprocmask(SIG_BLOCK, &words, NULL);
	r = peer_open(&p->peer);
	if (r >= 0)
		r = sd_event_add_signal(p->peer.event, NULL, SIGUSR1, on_play, p);
	if (r >= 0)
		r = sd_event_add_signal(p->peer.event, NULL, SIGUSR2, on_pause, p);
	if (r >= 0)
		r = sd_event_add_time_relative(p->peer.event, &p->send, CLOCK_MONOTONIC, 0,
					       1000, on_send, p);
	if (r >= 0)
		r = sd_event_source_set_enabled(p->send, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_bus_add_object_vtable(p->peer.bus, NULL, SOURCE_PATH,
					     "org.bluez.MediaEndpoint1", endpoint_vtable, p);
	if (r >= 0)
		r = sd_bus_match_signal(p->peer.bus, NULL, "org.bluez", NULL,
					"org.freedesktop.DBus.Properties", "PropertiesChanged",
					on_properties, p);
	if (r >= 0)
		r = sd_event_add_time_relative(p->peer.event, NULL, CLOCK_MONOTONIC, 0, 1000,
					       on_look, p);
	return r;
}

int main(int argc, char **argv)
{
	struct phone p = { .fd = -EBADF, .peer = { .serve = serve, .lost = lost } };
	struct sched_param priority = { .sched_priority = 40 };
	int r;

	p.peer.user = &p;
	r = options(&p, argc, argv);

	if (r == -EINVAL) {
		fprintf(stderr, "usage: phone -a hciN|ADDRESS -t ADDRESS -i FILE [-n NAME] "
				"[-p PPM] [-m]\n");
		return 2;
	}
	/* packets leave when they are due, not when there is time; not needed to work */
	(void)sched_setscheduler(0, SCHED_FIFO, &priority);
	if (r == 0)
		r = start(&p);
	if (r >= 0)
		r = sd_event_loop(p.peer.event);
	if (r < 0)
		fprintf(stderr, "phone: %s\n", strerror(-r));
	stream_close(&p);
	sound_done(&p.sound);
	return r < 0 ? EXIT_FAILURE : r;
}
