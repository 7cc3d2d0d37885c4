/* SPDX-License-Identifier: MIT */
/* links - see links.h. */
#include "core/control/links.h"

#include "core/base/clock.h"
#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/control/airloss.h"
#include "core/control/doubt.h"
#include "core/control/peers.h"
#include "core/control/retry.h"
#include "core/control/search.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* BlueZ tells of a transport within a second of connecting; then something is wrong. */
#define AWAIT_NS (8 * NS_PER_SEC)
/* From here on a packet that long only fits 3 Mbit/s: the reckoning of air follows. */
#define EDR3_MTU 680

static void failed(struct speaker *s, const char *words)
{
	struct link *l = &s->link;
	uint64_t now = clock_now();
	uint64_t wait;

	l->step = LINK_REST;
	l->tries++;
	if (!l->down_since)
		l->down_since = now;
	wait = retry_wait(l->tries, now - l->down_since);
	l->retry_at = now + wait;
	if (strcmp(l->why, words) != 0 || l->tries == 1) /* the same again is no news */
		log_warning("%s: %s; next try in %llu s", s->conf.name, words,
			    (unsigned long long)(wait / NS_PER_SEC));
	CUT_COPY(l->why, words);
	control_changed(s->control);
}

/* What every answer from BlueZ begins with; false when the speaker is no longer played. */
static bool answered(struct speaker *s, int error, const char *words)
{
	s->link.pending = false;
	if (s->link.gone || atomic_load_explicit(&s->control->stop, memory_order_relaxed))
		return false;
	if (error == 0)
		return true;
	if (!s->link.wanted) { /* cancelled by a person: no failure */
		s->link.step = LINK_REST;
		control_changed(s->control);
		return false;
	}
	failed(s, *words ? words : strerror(-error));
	return false;
}

static void paired(void *arg, int error, const char *words)
{
	struct speaker *s = arg;

	if (!answered(s, error, words))
		return;
	log_notice("%s: paired", s->conf.name);
	s->link.step = LINK_REST;
	control_changed(s->control);
}

static void trusted(void *arg, int error, const char *words)
{
	struct speaker *s = arg;

	if (!answered(s, error, words))
		return;
	s->link.step = LINK_REST;
	control_changed(s->control);
}

static void connected(void *arg, int error, const char *words)
{
	struct speaker *s = arg;

	if (!answered(s, error, words))
		return;
	s->link.step = LINK_AWAIT;
	s->link.await_until = clock_now() + AWAIT_NS;
	control_wake_at(s->control, s->link.await_until);
	control_changed(s->control);
}

static void released(void *arg, int error, const char *words)
{
	struct speaker *s = arg;

	(void)error;
	(void)words;
	s->link.pending = false;
	s->link.step = LINK_REST;
	control_changed(s->control);
}

void links_send_volume(struct speaker *s)
{
	struct bluez *b = s->control->bluez;
	const struct bluez_transport *t =
		b ? bluez_get_transport(b, s->link.adapter, s->conf.address) : NULL;

	if (t && t->volume >= 0 && s->absolute_wanted >= 0)
		bluez_set_volume(b, t->path, (uint8_t)s->absolute_wanted, NULL, NULL);
}

static void flow(struct speaker *s, int fd, uint16_t mtu)
{
	struct control *c = s->control;
	const struct bluez_adapter *a = bluez_get_adapter(c->bluez, s->link.adapter);
	const struct bluez_transport *t =
		bluez_get_transport(c->bluez, s->link.adapter, s->conf.address);
	struct a2dp_stream stream = {
		.fd = fd,
		.mtu = mtu,
		.bitpool = s->conf.bitpool,
		.edr = mtu >= EDR3_MTU ? 3 : 2,
	};
	int r;

	if (!t || t->config_len != sizeof(stream.config)) {
		close(fd);
		failed(s, "the stream was gone before it could play");
		return;
	}
	memcpy(stream.config, t->config, sizeof(stream.config));
	airloss_begin(s, fd, a);
	r = sink_attach(s->sink, &stream);
	if (r < 0) {
		struct health_report h;

		airloss_end(s);
		close(fd);
		sink_health(s->sink, &h);
		failed(s, *h.reason ? h.reason : strerror(-r));
		return;
	}
	s->mono_air = peers_is_mono(stream.config);
	s->mtu = mtu;
	s->link.step = LINK_FLOW;
	s->link.tries = 0;
	s->link.down_since = 0;
	s->link.retry_at = 0;
	s->link.why[0] = '\0';
	doubt_connected(s);
	c->dirty = true;
	/* What was set while it was idle, BlueZ does not apply. */
	links_send_volume(s);
	log_notice("%s: playing over %s, SBC %s, MTU %u", s->conf.name,
		   a ? a->name : s->link.adapter, s->mono_air ? "mono" : "stereo", mtu);
	control_changed(c);
}

static void acquired(void *arg, int error, const char *words, int fd, uint16_t read_mtu,
		     uint16_t write_mtu)
{
	struct speaker *s = arg;

	(void)read_mtu;
	if (!answered(s, error, words)) {
		if (fd >= 0)
			close(fd);
		return;
	}
	flow(s, fd, write_mtu);
}

/* Remember that BlueZ has something to do for s; failing to ask is a failure as any other. */
static void begin(struct speaker *s, enum link_step step, int r)
{
	if (r < 0) {
		failed(s, strerror(-r));
		return;
	}
	s->link.step = step;
	s->link.pending = true;
	control_changed(s->control);
}

static void acquire(struct speaker *s, const struct bluez_transport *t)
{
	CUT_COPY(s->link.transport, t->path);
	CUT_COPY(s->link.adapter, t->adapter);
	begin(s, LINK_ACQUIRE, bluez_acquire(s->control->bluez, t->path, acquired, s));
}

/* The socket is of no use any more. */
static void stop_flow(struct speaker *s)
{
	airloss_end(s);
	sink_detach(s->sink);
	s->control->dirty = true;
	s->mtu = 0;
}

static void lost(struct speaker *s, const char *words)
{
	stop_flow(s);
	s->link.tries = 0;
	s->link.why[0] = '\0';
	failed(s, words);
}

/* A speaker nobody asks for: give back what is held, and rest. */
static void unwanted(struct speaker *s)
{
	struct control *c = s->control;

	if (s->link.step != LINK_FLOW && s->link.step != LINK_AWAIT)
		return;
	if (s->link.step == LINK_FLOW)
		stop_flow(s);
	begin(s, LINK_LEAVE,
	      bluez_disconnect(c->bluez, s->link.adapter, s->conf.address, released, s));
}

static void step_flowing(struct speaker *s)
{
	struct control *c = s->control;
	const struct bluez_transport *t =
		bluez_get_transport(c->bluez, s->link.adapter, s->conf.address);

	if (!t || strcmp(t->path, s->link.transport) != 0) {
		lost(s, "connection lost");
	} else if (!sink_flowing(s->sink)) {
		lost(s, "its stream was closed");
	} else if (s->link.remake) {
		s->link.remake = false;
		stop_flow(s);
		begin(s, LINK_LEAVE,
		      bluez_disconnect(c->bluez, s->link.adapter, s->conf.address, released,
				       s));
	}
}

static void step_awaiting(struct speaker *s, uint64_t now)
{
	struct control *c = s->control;
	const struct bluez_device *d =
		bluez_get_device(c->bluez, s->link.adapter, s->conf.address);
	const struct bluez_transport *t =
		bluez_get_transport(c->bluez, s->link.adapter, s->conf.address);

	if (t && t->ours) {
		acquire(s, t);
	} else if (!d || !d->connected) {
		failed(s, "it disconnected again at once");
	} else if (now >= s->link.await_until) {
		char rival[64];

		bluez_rival(c->bluez, rival, sizeof(rival));
		if (t || *rival) {
			char words[FF_TEXT_MAX];

			snprintf(words, sizeof(words),
				 "%s holds its sound; stop that, or use its sink",
				 *rival ? rival : "another program");
			failed(s, words);
		} else {
			failed(s, "connected, but it offers no stream");
		}
	} else {
		control_wake_at(c, s->link.await_until);
	}
}

/* Known, wanted, at rest, its time has come: the next thing BlueZ is to do. */
static void advance(struct speaker *s, const struct bluez_device *d)
{
	struct control *c = s->control;
	struct bluez *b = c->bluez;

	CUT_COPY(s->link.adapter, d->adapter);
	if (!d->paired)
		begin(s, LINK_PAIR, bluez_pair(b, d->adapter, d->address, paired, s));
	else if (!d->trusted)
		begin(s, LINK_TRUST, bluez_trust(b, d->adapter, d->address, true, trusted, s));
	else
		begin(s, LINK_CONNECT, bluez_connect(b, d->adapter, d->address, connected, s));
}

static void step_resting(struct speaker *s, uint64_t now)
{
	struct control *c = s->control;
	const struct bluez_device *d;
	const struct bluez_transport *t;

	if (now < s->link.retry_at) {
		control_wake_at(c, s->link.retry_at);
		return;
	}
	d = bluez_get_device(c->bluez, s->conf.adapter, s->conf.address);
	if (!d)
		return; /* search.c looks for it */
	t = bluez_get_transport(c->bluez, s->conf.adapter, s->conf.address);
	if (t && t->ours && d->connected) {
		acquire(s, t); /* it came by itself */
		return;
	}
	if (peers_paging(c) || !peers_adapter_ready(c, d->adapter))
		return;
	if (search_holds_paging(c, d->adapter, now))
		return;
	advance(s, d);
}

static void step_one(struct speaker *s, uint64_t now)
{
	if (s->conf.output != OUTPUT_BLUETOOTH || s->link.pending)
		return;
	if (!s->link.wanted) {
		unwanted(s);
		return;
	}
	switch (s->link.step) {
	case LINK_FLOW:
		step_flowing(s);
		break;
	case LINK_AWAIT:
		step_awaiting(s, now);
		break;
	case LINK_REST:
		step_resting(s, now);
		break;
	case LINK_PAIR:
	case LINK_TRUST:
	case LINK_CONNECT:
	case LINK_ACQUIRE:
	case LINK_LEAVE:
		break; /* BlueZ has the word */
	}
}

void links_step(struct control *c)
{
	uint64_t now = clock_now();
	uint32_t first = 0;

	if (!c->bluez || bluez_get_state(c->bluez) != BLUEZ_READY)
		return;
	/* Whoever has waited longest goes first, so that one that never answers holds up none.
	 */
	for (uint32_t i = 1; i < c->speakers_n; i++) {
		if (c->speakers[i]->link.retry_at < c->speakers[first]->link.retry_at)
			first = i;
	}
	for (uint32_t i = 0; i < c->speakers_n; i++)
		step_one(c->speakers[(first + i) % c->speakers_n], now);
	search_step(c, now);
}

void links_want(struct speaker *s, bool wanted)
{
	s->link.wanted = wanted;
	s->link.tries = 0;
	s->link.retry_at = 0;
	s->link.down_since = wanted ? clock_now() : 0;
	s->link.why[0] = '\0';
	if (!wanted && s->link.pending && s->control->bluez)
		bluez_cancel(s->control->bluez, s->link.adapter, s->conf.address);
	control_changed(s->control);
}

void links_leave(struct speaker *s)
{
	struct control *c = s->control;
	bool held = s->link.step == LINK_FLOW || s->link.step == LINK_AWAIT ||
		    s->link.step == LINK_ACQUIRE;

	s->link.wanted = false;
	s->link.gone = true;
	airloss_end(s);
	if (s->conf.output != OUTPUT_BLUETOOTH || !c->bluez)
		return;
	if (s->link.pending)
		bluez_cancel(c->bluez, s->link.adapter, s->conf.address);
	if (held)
		bluez_disconnect(c->bluez, s->link.adapter, s->conf.address, NULL, NULL);
}

void links_map_changed(struct speaker *s)
{
	bool apart = s->conf.map == PROFILE_STEREO || s->conf.map == PROFILE_SWAPPED;

	if (s->link.step == LINK_FLOW && s->mono_air && apart)
		s->link.remake = true;
}

const char *links_doing(const struct speaker *s)
{
	switch (s->link.step) {
	case LINK_PAIR:
		return "pairing";
	case LINK_TRUST:
		return "trusting";
	case LINK_CONNECT:
	case LINK_AWAIT:
	case LINK_ACQUIRE:
		return "connecting";
	case LINK_LEAVE:
		return "disconnecting";
	case LINK_REST:
	case LINK_FLOW:
		return "";
	}
	return "";
}

enum ff_state links_state(const struct speaker *s, char *ret_reason)
{
	const struct link *l = &s->link;

	ret_reason[0] = '\0';
	if (!l->wanted)
		return FF_OFF;
	peers_missing(s->control, s->conf.adapter, ret_reason);
	if (ret_reason[0])
		return FF_WAITING;
	switch (l->step) {
	case LINK_FLOW:
		return FF_PLAYING;
	case LINK_PAIR:
		return FF_PAIRING;
	case LINK_TRUST:
	case LINK_CONNECT:
		return FF_CONNECTING;
	case LINK_AWAIT:
	case LINK_ACQUIRE:
	case LINK_LEAVE:
		return FF_CONNECTED;
	case LINK_REST:
		break;
	}
	if (!bluez_get_device(s->control->bluez, s->conf.adapter, s->conf.address)) {
		snprintf(ret_reason, FF_TEXT_MAX,
			 "not seen yet; switch it on, in pairing mode");
		return FF_SEARCHING;
	}
	if (l->why[0]) {
		cut_copy(ret_reason, FF_TEXT_MAX, l->why);
		return FF_RETRYING;
	}
	snprintf(ret_reason, FF_TEXT_MAX, "waiting for its turn");
	return FF_WAITING;
}
