/* SPDX-License-Identifier: MIT */
/* status - see status.h. */
#include "core/control/status.h"

#include "core/base/clock.h"
#include "core/base/cut.h"
#include "core/base/utf8.h"
#include "core/control/doubt.h"
#include "core/control/errands.h"
#include "core/control/graph.h"
#include "core/control/guests.h"
#include "core/control/links.h"
#include "core/control/listing.h"
#include "core/control/measure.h"
#include "core/control/measure_music.h"
#include "core/control/names.h"
#include "core/control/peers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define AIR_SLOTS_PER_S 1600.0

static float in_db(float linear)
{
	return linear > 1e-6f ? 20.0f * log10f(linear) : FF_SILENT;
}

static void write_level(const struct level *l, struct ff_level *ret)
{
	struct level_reading now;

	level_read(l, &now);
	for (int ch = 0; ch < 2; ch++) {
		ret->peak_db[ch] = in_db(now.peak[ch]);
		ret->rms_db[ch] = in_db(now.rms[ch]);
	}
	ret->clips = now.clips;
}

static uint32_t ms_until(uint64_t t, uint64_t now)
{
	return t > now ? (uint32_t)((t - now) / NS_PER_MS) : 0;
}

/* ---- sources ---------------------------------------------------------------------------- */

static enum ff_state state_of(const struct health_report *h)
{
	switch (h->state) {
	case HEALTH_STARTING:
		return FF_CONNECTING;
	case HEALTH_WAITING:
		return h->retry_at ? FF_RETRYING : FF_WAITING;
	case HEALTH_RUNNING:
		return FF_PLAYING;
	case HEALTH_ENDED:
		return FF_OFF;
	}
	return FF_OFF;
}

static void write_source(struct source_run *s, struct ff_source *ret)
{
	struct health_report h;

	source_health(s->source, &h);
	ret->id = s->is.id;
	ret->zone = s->zone;
	CUT_COPY(ret->name, names_source(&s->conf));
	CUT_COPY(ret->type, names_source_type(s->conf.type));
	CUT_COPY(ret->device, names_source_device(&s->conf));
	if (s->conf.type == SOURCE_BLUETOOTH) {
		ret->state = guests_state(s->control, s, ret->reason);
	} else {
		ret->state = state_of(&h);
		CUT_COPY(ret->reason, h.reason);
	}
	ret->gain_db = (float)s->conf.gain_db;
	ret->rate = h.rate;
	ret->ppm = (float)h.ppm;
	ret->gaps = s->gaps;
	write_level(&s->feed->level, &ret->level);
}

/* ---- speakers --------------------------------------------------------------------------- */

static void write_link(struct control *c, struct speaker *s, uint64_t now,
		       struct ff_speaker *ret)
{
	const struct bluez_adapter *a = NULL;
	const struct bluez_device *d = NULL;

	ret->state = links_state(s, ret->reason);
	ret->tries = s->link.tries;
	if (ret->state == FF_RETRYING)
		ret->retry_ms = ms_until(s->link.retry_at, now);
	if (!c->bluez)
		return;
	a = bluez_get_adapter(c->bluez, s->link.adapter);
	d = bluez_get_device(c->bluez, s->link.adapter, s->conf.address);
	if (a)
		CUT_COPY(ret->adapter_name, a->name);
	if (d) {
		ret->battery = d->battery;
		ret->rssi = d->rssi;
		ret->rssi_known = d->rssi != 0;
	}
}

static void write_stream(const struct speaker *s, const struct health_report *h,
			 struct ff_speaker *ret)
{
	if (s->conf.output != OUTPUT_BLUETOOTH || ret->state != FF_PLAYING)
		return;
	CUT_COPY(ret->codec, "SBC");
	ret->bitrate = h->bitrate;
	ret->bitpool = h->bitpool;
	ret->bitpool_max = h->bitpool_max;
	ret->mono = s->mono_air;
	ret->mtu = s->mtu;
	ret->queue = h->queue;
	ret->queue_max = h->queue_max;
	ret->air = (float)(h->slots / AIR_SLOTS_PER_S);
}

static void write_speaker(struct control *c, struct speaker *s, uint64_t now,
			  struct ff_speaker *ret)
{
	struct health_report h;

	sink_health(s->sink, &h);
	ret->id = s->is.id;
	ret->zone = s->zone;
	CUT_COPY(ret->name, s->conf.name);
	ret->output = (enum ff_output)s->conf.output;
	CUT_COPY(ret->address, s->conf.address);
	CUT_COPY(ret->adapter, s->link.adapter[0] ? s->link.adapter : s->conf.adapter);
	CUT_COPY(ret->device, s->conf.device);
	ret->battery = -1;
	if (s->conf.output == OUTPUT_BLUETOOTH) {
		write_link(c, s, now, ret);
	} else if (!s->link.wanted) {
		ret->state = FF_OFF;
	} else {
		ret->state = state_of(&h);
		CUT_COPY(ret->reason, h.reason);
		if (h.retry_at)
			ret->retry_ms = ms_until(h.retry_at, now);
	}
	ret->volume_db = (float)s->conf.volume_db;
	ret->mute = s->conf.mute;
	ret->solo = s->solo;
	ret->audible = ret->state == FF_PLAYING && graph_gain(c, s) > 0;
	ret->map = (enum ff_map)s->conf.map;
	ret->latency_ms = s->latency_ms;
	ret->latency_from = s->latency_from;
	ret->reported_ms = (float)s->reported_ms;
	ret->measured_ms = (float)s->conf.latency_ms;
	CUT_COPY(ret->measured, s->conf.measured);
	CUT_COPY(ret->microphone, s->conf.microphone);
	CUT_COPY(ret->doubt, doubt_words(s));
	ret->trim_ms = (float)s->conf.trim_ms;
	ret->delay_ms = s->delay_ms;
	ret->skew_us = ret->state == FF_PLAYING
			       ? (float)(1e6 * (h.skew + (double)s->delay / c->time.rate) -
					 1e3 * (double)s->delay_ms)
			       : NAN;
	ret->sent = h.sent;
	ret->drops = h.drops;
	ret->drop_age_ms = h.drop_at ? ms_until(now, h.drop_at) : UINT32_MAX;
	ret->frames_lost =
		h.lost + atomic_load_explicit(&s->branch->ring->lost, memory_order_relaxed);
	ret->ppm = (float)h.ppm;
	ret->absolute = s->absolute;
	write_stream(s, &h, ret);
	write_level(&s->branch->level, &ret->level);
}

/* ---- BlueZ ------------------------------------------------------------------------------ */

static void write_adapters(struct control *c, uint64_t now, struct ff_snapshot *ret)
{
	const struct bluez_adapter *a;

	for (size_t i = 0;
	     ret->adapters_n < FF_ADAPTERS && (a = bluez_nth_adapter(c->bluez, i)) != NULL;
	     i++) {
		struct ff_adapter *to = &ret->adapters[ret->adapters_n++];

		CUT_COPY(to->name, a->name);
		CUT_COPY(to->address, a->address);
		CUT_COPY(to->alias, a->alias);
		to->powered = a->powered;
		to->hears = a->hears;
		to->blocked = peers_blocked(c, a);
		to->scanning = !strcmp(c->scan.adapter, a->address);
		to->scan_left_ms = to->scanning ? ms_until(c->scan.until, now) : 0;
		for (uint32_t k = 0; k < ret->speakers_n; k++) {
			const struct ff_speaker *s = &ret->speakers[k];

			if (s->state == FF_PLAYING && !strcmp(s->adapter, a->address)) {
				to->streams++;
				to->air += s->air;
			}
		}
	}
}

/* Of a speaker of ours links.h knows, of what a person began errands.h. */
static void write_doing(struct control *c, const struct bluez_device *d, struct ff_device *ret)
{
	const struct speaker *s = peers_speaker(c, d->address);
	const char *doing, *failed;

	errands_of(c, d->adapter, d->address, &doing, &failed);
	if (s) {
		ret->speaker = s->is.id;
		if (!strcmp(s->link.adapter, d->adapter)) {
			doing = *doing ? doing : links_doing(s);
			failed = *failed ? failed : s->link.why;
		}
	}
	CUT_COPY(ret->doing, doing);
	CUT_COPY(ret->failed, failed);
}

static void write_devices(struct control *c, struct ff_snapshot *ret)
{
	const struct bluez_device *d;

	for (size_t i = 0;
	     ret->devices_n < FF_DEVICES && (d = bluez_nth_device(c->bluez, i)) != NULL; i++) {
		struct ff_device *to = &ret->devices[ret->devices_n++];

		CUT_COPY(to->address, d->address);
		CUT_COPY(to->adapter, d->adapter);
		CUT_COPY(to->name, d->name[0] ? d->alias : "");
		utf8_clean(to->name);
		to->paired = d->paired;
		to->trusted = d->trusted;
		to->connected = d->connected;
		to->audio_sink = d->audio_sink;
		to->audio_source = d->audio_source;
		to->busy = d->busy;
		to->battery = d->battery;
		to->rssi = d->rssi;
		CUT_COPY(to->type, d->icon);
		write_doing(c, d, to);
	}
}

static enum ff_question question_of(enum bluez_ask ask)
{
	switch (ask) {
	case BLUEZ_ASK_CONFIRM:
	case BLUEZ_ASK_PAIR:
	case BLUEZ_ASK_SERVICE:
		return FF_ASK_CONFIRM;
	case BLUEZ_ASK_PASSKEY:
		return FF_ASK_PASSKEY;
	case BLUEZ_ASK_PIN:
		return FF_ASK_PIN;
	case BLUEZ_SHOW_PASSKEY:
		return FF_SHOW_PASSKEY;
	case BLUEZ_SHOW_PIN:
		return FF_SHOW_PIN;
	}
	return FF_ASK_NONE;
}

static void write_bluez(struct control *c, uint64_t now, struct ff_snapshot *ret)
{
	if (!c->bluez)
		return;
	ret->bus = bluez_get_state(c->bluez) != BLUEZ_NO_BUS;
	ret->bluetoothd = bluez_get_state(c->bluez) == BLUEZ_READY;
	CUT_COPY(ret->no_bluetooth, c->no_bluetooth);
	write_adapters(c, now, ret);
	write_devices(c, ret);
	ret->admit.left_ms = ms_until(c->admit.until, now);
	ret->admit.open = c->admit.until != 0;
	CUT_COPY(ret->admit.adapter, c->admit.adapter);
	if (c->question.cookie) {
		ret->pairing.question = question_of(c->question.ask);
		ret->pairing.cookie = c->question.cookie;
		CUT_COPY(ret->pairing.address, c->question.address);
		CUT_COPY(ret->pairing.name, c->question.name);
		utf8_clean(ret->pairing.name);
		CUT_COPY(ret->pairing.code, c->question.code);
		ret->pairing.left_ms = ms_until(c->question_until, now);
	}
}

/* How far apart the speakers of each zone are, as far as software sees. */
static void write_skew(struct ff_snapshot *ret)
{
	ret->skew_us = NAN;
	for (uint32_t z = 0; z < ret->zones_n; z++) {
		float least = INFINITY, most = -INFINITY;
		uint32_t n = 0;

		for (uint32_t i = 0; i < ret->speakers_n; i++) {
			const struct ff_speaker *s = &ret->speakers[i];

			if (s->zone != z || isnan(s->skew_us))
				continue;
			least = fminf(least, s->skew_us);
			most = fmaxf(most, s->skew_us);
			n++;
		}
		ret->zones[z].skew_us = n >= 2 ? most - least : NAN;
		ret->skew_us = fmaxf(ret->skew_us, ret->zones[z].skew_us); /* NAN gives way */
	}
}

/* ---- all of it -------------------------------------------------------------------------- */

static void write_profiles(struct control *c, struct ff_snapshot *ret)
{
	for (uint32_t i = 0; i < c->shelf_n; i++) {
		struct ff_profile *to = &ret->profiles[ret->profiles_n++];

		CUT_COPY(to->name, c->shelf[i].name);
		CUT_COPY(to->path, c->shelf[i].path);
		to->readonly = c->shelf[i].readonly;
		to->loaded = !strcmp(c->shelf[i].name, c->name);
	}
}

static void write_log(struct control *c, struct ff_snapshot *ret)
{
	pthread_mutex_lock(&c->log_lock);
	memcpy(ret->log, c->log, sizeof(ret->log));
	ret->log_count = c->log_count;
	pthread_mutex_unlock(&c->log_lock);
}

void status_write(struct control *c, struct ff_snapshot *ret)
{
	uint64_t now = clock_now();
	struct timespec wall;

	memset(ret, 0, sizeof(*ret));
	clock_gettime(CLOCK_REALTIME, &wall);
	ret->time_ms = (int64_t)wall.tv_sec * 1000 + wall.tv_nsec / 1000000;
	memcpy(ret->refused, c->refused, sizeof(ret->refused));
	ret->change = c->change;
	ret->structure = c->structure;
	CUT_COPY(ret->profile, c->name);
	ret->modified = c->modified;
	ret->edits_n = c->edits_n;
	memcpy(ret->edits, c->edits, sizeof(ret->edits));
	ret->rate = c->time.rate;
	ret->period = c->time.period;
	ret->realtime = c->pacer && pacer_realtime(c->pacer);
	if (c->engine) {
		ret->cycles = atomic_load_explicit(&c->engine->cycles, memory_order_relaxed);
		ret->late_cycles = atomic_load_explicit(&c->engine->late, memory_order_relaxed);
	}
	ret->muted_all = c->muted_all;
	ret->clicks_reference = c->clicks.reference;
	ret->clicks_speaker = c->clicks.speaker;
	ret->simulated = c->speakers_n > 0;
	for (uint32_t i = 0; i < c->zones_n; i++) {
		struct ff_zone *to = &ret->zones[ret->zones_n++];

		CUT_COPY(to->name, c->zones[i].name);
		to->volume_db = (float)c->zones[i].volume_db;
		to->mute = c->zones[i].mute;
		write_level(&c->levels[c->zones[i].slot], &to->level);
	}
	for (uint32_t i = 0; i < c->sources_n; i++)
		write_source(c->sources[i], &ret->sources[ret->sources_n++]);
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		write_speaker(c, c->speakers[i], now, &ret->speakers[ret->speakers_n++]);
		ret->simulated &= c->speakers[i]->conf.output == OUTPUT_SIMULATED;
	}
	ret->admit.came = c->admit.came;
	CUT_COPY(ret->admit.name, c->admit.name);
	utf8_clean(ret->admit.name);
	write_skew(ret);
	measure_status(c, &ret->measure);
	measure_music_status(c, &ret->music_check);
	write_bluez(c, now, ret);
	write_profiles(c, ret);
	listing_write(c, ret);
	write_log(c, ret);
}
