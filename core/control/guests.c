/* SPDX-License-Identifier: MIT */
/* guests - see guests.h. */
#include "core/control/guests.h"

#include "core/base/clock.h"
#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/base/utf8.h"
#include "core/control/names.h"
#include "core/control/peers.h"
#include "core/io/a2dp_sbc.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define AGAIN_NS (2 * NS_PER_SEC) /* after a stream that could not be taken up */

/* ---- whose it is ------------------------------------------------------------------------- */

/* Whether somebody plays to this computer over it; ours: and not to another program. */
static bool is_guest(const struct bluez_transport *t, bool ours)
{
	return t->ours == ours && strcasecmp(t->uuid, BLUEZ_UUID_A2DP_SINK) == 0;
}

static bool may_play(const struct source_run *s, const char *adapter, const char *address)
{
	const struct profile_source *conf = &s->conf;

	return conf->type == SOURCE_BLUETOOTH &&
	       (!conf->adapter[0] || !*adapter || !strcmp(conf->adapter, adapter)) &&
	       (!conf->address[0] || !*address || !strcmp(conf->address, address));
}

bool guests_hear(const struct control *c, const char *adapter)
{
	return guests_want(c, adapter, "");
}

bool guests_want(const struct control *c, const char *adapter, const char *address)
{
	for (uint32_t i = 0; i < c->sources_n; i++) {
		if (may_play(c->sources[i], adapter, address))
			return true;
	}
	return false;
}

static const struct bluez_transport *transport_at(const struct control *c, const char *path)
{
	const struct bluez_transport *t;

	for (size_t i = 0; *path && (t = bluez_nth_transport(c->bluez, i)) != NULL; i++) {
		if (!strcmp(t->path, path))
			return t;
	}
	return NULL;
}

static bool is_heard(const struct control *c, const struct bluez_transport *t)
{
	for (uint32_t i = 0; i < c->sources_n; i++) {
		const struct guest *g = &c->sources[i]->guest;

		if ((g->pending || g->flows) && !strcmp(g->transport, t->path))
			return true;
	}
	return false;
}

/* What the device is called, for people; its address when nobody knows. */
static void name_of(const struct control *c, const char *adapter, const char *address,
		    char ret[FF_NAME_MAX])
{
	const struct bluez_device *d = bluez_get_device(c->bluez, adapter, address);

	cut_copy(ret, FF_NAME_MAX, d ? d->alias : address);
	utf8_clean(ret);
}

/* ---- taking up, letting go --------------------------------------------------------------- */

static void describe(const struct bluez_transport *t, char ret[FF_NAME_MAX])
{
	static const char *const modes[] = {
		[A2DP_MONO] = "mono",
		[A2DP_DUAL] = "dual channel",
		[A2DP_STEREO] = "stereo",
		[A2DP_JOINT] = "joint stereo",
	};
	char why[A2DP_WHY_MAX];
	struct a2dp_sbc sbc;

	ret[0] = '\0';
	if (a2dp_sbc_parse(t->config, t->config_len, &sbc, why) == 0)
		snprintf(ret, FF_NAME_MAX, "%g kHz %s", sbc.rate / 1e3, modes[sbc.mode]);
}

static void failed(struct source_run *s, const char *words)
{
	struct guest *g = &s->guest;

	g->retry_at = clock_now() + AGAIN_NS;
	if (strcmp(g->why, words) != 0)
		log_warning("%s: cannot be played to: %s", names_source(&s->conf), words);
	CUT_COPY(g->why, words);
	control_changed(s->control);
}

static void flow(struct source_run *s, int fd)
{
	struct control *c = s->control;
	struct guest *g = &s->guest;
	const struct bluez_transport *t = transport_at(c, g->transport);
	struct source_stream stream = { .fd = fd };
	char name[FF_NAME_MAX];

	if (!t || t->config_len != sizeof(stream.config)) {
		close(fd);
		failed(s, "the stream was gone before it was heard");
		return;
	}
	memcpy(stream.config, t->config, sizeof(stream.config));
	if (source_attach(s->source, &stream) < 0) {
		close(fd);
		failed(s, "what was agreed cannot be decoded");
		return;
	}
	describe(t, g->what);
	g->flows = true;
	g->volume = t->volume;
	g->why[0] = '\0';
	g->retry_at = 0;
	c->dirty = true;
	name_of(c, t->adapter, t->address, name);
	log_notice("%s: %s plays, SBC %s", names_source(&s->conf), name, g->what);
	control_changed(c);
}

static void taken_up(void *arg, int error, const char *words, int fd, uint16_t read_mtu,
		     uint16_t write_mtu)
{
	struct source_run *s = arg;
	struct control *c = s->control;
	bool leaves = s->guest.gone || atomic_load_explicit(&c->stop, memory_order_relaxed);

	(void)read_mtu;
	(void)write_mtu;
	s->guest.pending = false;
	if (leaves && fd >= 0) {
		close(fd);
		if (s->guest.gone)
			bluez_release(c->bluez, s->guest.transport, NULL, NULL);
	} else if (fd >= 0) {
		flow(s, fd);
	} else if (error == -EAGAIN) { /* it paused again meanwhile, which we will be told */
		s->guest.retry_at = clock_now() + AGAIN_NS;
	} else if (!leaves) {
		failed(s, *words ? words : strerror(-error));
	}
	control_changed(c);
}

static void let_go(struct control *c, struct source_run *s)
{
	source_detach(s->source);
	s->guest.flows = false;
	c->dirty = true;
	log_notice("%s: nobody plays any more", names_source(&s->conf));
	control_changed(c);
}

static void look_for_one(struct control *c, struct source_run *s, uint64_t now)
{
	struct guest *g = &s->guest;
	const struct bluez_transport *t;

	if (now < g->retry_at) {
		control_wake_at(c, g->retry_at);
		return;
	}
	for (size_t i = 0; (t = bluez_nth_transport(c->bluez, i)) != NULL; i++) {
		if (!is_guest(t, true) || t->state != BLUEZ_PENDING || is_heard(c, t) ||
		    !may_play(s, t->adapter, t->address))
			continue;
		CUT_COPY(g->transport, t->path);
		g->over = false;
		g->pending = bluez_take_up(c->bluez, t->path, taken_up, s) == 0;
		return;
	}
}

void guests_step(struct control *c)
{
	bool ready = c->bluez && bluez_get_state(c->bluez) == BLUEZ_READY;
	const struct bluez_adapter *a;
	uint64_t now = clock_now();

	for (size_t i = 0; ready && (a = bluez_nth_adapter(c->bluez, i)) != NULL; i++)
		bluez_hear(c->bluez, a->address, guests_hear(c, a->address));
	for (uint32_t i = 0; i < c->sources_n; i++) {
		struct source_run *s = c->sources[i];
		struct guest *g = &s->guest;

		if (s->conf.type != SOURCE_BLUETOOTH || g->pending)
			continue;
		if (g->flows && (!ready || g->over || !transport_at(c, g->transport)))
			let_go(c, s);
		if (ready && !g->flows)
			look_for_one(c, s, now);
	}
}

void guests_told(struct control *c, enum bluez_event event, const struct bluez_transport *t)
{
	for (uint32_t i = 0; i < c->sources_n; i++) {
		struct guest *g = &c->sources[i]->guest;

		if (strcmp(g->transport, t->path) != 0 || !is_guest(t, true))
			continue;
		/* told before it has flowed it is of no matter: BlueZ says so itself then */
		if (event == BLUEZ_REMOVED || (g->flows && t->state == BLUEZ_IDLE))
			g->over = true;
		if (event == BLUEZ_CHANGED && g->volume != t->volume) {
			g->volume = t->volume;
			c->dirty = true;
		}
		g->retry_at = 0;
	}
}

void guests_leave(struct control *c, struct source_run *s)
{
	struct guest *g = &s->guest;

	g->gone = true;
	if (!g->flows)
		return;
	g->flows = false;
	source_detach(s->source);
	if (c->bluez)
		bluez_release(c->bluez, g->transport, NULL, NULL);
}

/* ---- what is shown and heard of it ------------------------------------------------------- */

float guests_gain(const struct source_run *s)
{
	float v;

	if (s->conf.type != SOURCE_BLUETOOTH || !s->guest.flows || s->guest.volume < 0)
		return 1;
	v = (float)s->guest.volume / 127;
	return v * v * v; /* a cube is felt as even steps */
}

/* One that is there and may play, and is not heard. */
static const struct bluez_transport *unheard(const struct control *c,
					     const struct source_run *s, bool ours)
{
	const struct bluez_transport *t;

	for (size_t i = 0; (t = bluez_nth_transport(c->bluez, i)) != NULL; i++) {
		if (is_guest(t, ours) && may_play(s, t->adapter, t->address) && !is_heard(c, t))
			return t;
	}
	return NULL;
}

/* Whether anybody who could play has ever come in. */
static bool knows_one(const struct control *c)
{
	const struct bluez_device *d;

	for (size_t i = 0; (d = bluez_nth_device(c->bluez, i)) != NULL; i++) {
		if (d->paired && d->audio_source)
			return true;
	}
	return false;
}

enum ff_state guests_state(const struct control *c, const struct source_run *s,
			   char *ret_reason)
{
	const struct guest *g = &s->guest;
	const struct bluez_transport *t;
	char name[FF_NAME_MAX] = "a phone";
	struct health_report h;

	peers_missing(c, s->conf.adapter, ret_reason);
	if (ret_reason[0])
		return FF_WAITING;
	t = g->flows ? transport_at(c, g->transport) : NULL;
	if (t) {
		source_health(s->source, &h);
		name_of(c, t->adapter, t->address, name);
		snprintf(ret_reason, FF_TEXT_MAX,
			 "%s plays, SBC %.30s, bitpool %u, heard %u ms later", name, g->what,
			 h.bitpool, h.latency_ms > 0 ? (uint32_t)h.latency_ms : 0);
		return FF_PLAYING;
	}
	if (g->why[0]) {
		cut_copy(ret_reason, FF_TEXT_MAX, g->why);
		return FF_RETRYING;
	}
	t = unheard(c, s, true);
	if (t) {
		name_of(c, t->adapter, t->address, name);
		snprintf(ret_reason, FF_TEXT_MAX, "%s is connected and does not play", name);
		return FF_CONNECTED;
	}
	t = unheard(c, s, false);
	if (t) {
		name_of(c, t->adapter, t->address, name);
		snprintf(ret_reason, FF_TEXT_MAX, "%s plays to another sound program here",
			 name);
		return FF_WAITING;
	}
	if (s->conf.address[0])
		name_of(c, s->conf.adapter, s->conf.address, name);
	if (s->conf.address[0] || knows_one(c))
		snprintf(ret_reason, FF_TEXT_MAX, "waiting for %s to play", name);
	else
		snprintf(ret_reason, FF_TEXT_MAX,
			 "waiting for a phone; \"fanfare admit\" lets one in");
	return FF_WAITING;
}
