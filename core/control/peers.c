/* SPDX-License-Identifier: MIT */
/* peers - see peers.h. */
#include "core/control/peers.h"

#include "core/base/clock.h"
#include "core/base/cut.h"
#include "core/base/log.h"
#include "core/control/admit.h"
#include "core/control/doubt.h"
#include "core/control/errands.h"
#include "core/control/guests.h"
#include "core/control/rfkill.h"
#include "core/io/a2dp_sbc.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool peers_is_mono(const uint8_t config[4])
{
	struct a2dp_sbc sbc;
	char why[A2DP_WHY_MAX];

	return a2dp_sbc_parse(config, A2DP_SBC_BYTES, &sbc, why) == 0 && sbc.mode == A2DP_MONO;
}

struct speaker *peers_speaker(const struct control *c, const char *address)
{
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		if (c->speakers[i]->conf.output == OUTPUT_BLUETOOTH &&
		    !strcmp(c->speakers[i]->conf.address, address))
			return c->speakers[i];
	}
	return NULL;
}

bool peers_paging(const struct control *c)
{
	if (c->pairing_by_hand)
		return true;
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		enum link_step step = c->speakers[i]->link.step;

		if (step == LINK_PAIR || step == LINK_CONNECT)
			return true;
	}
	return false;
}

bool peers_adapter_ready(const struct control *c, const char *adapter)
{
	const struct bluez_adapter *a = bluez_get_adapter(c->bluez, adapter);

	return a && a->powered && a->endpoints > 0;
}

static uint32_t speakers_on(const struct control *c, const char *adapter)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->speakers_n; i++) {
		const struct speaker *s = c->speakers[i];

		if (s->link.wanted && !strcmp(s->link.adapter, adapter))
			n++;
	}
	return n;
}

const struct bluez_adapter *peers_idlest_adapter(const struct control *c)
{
	const struct bluez_adapter *best = NULL, *a;
	uint32_t least = UINT32_MAX;

	for (size_t i = 0; (a = bluez_nth_adapter(c->bluez, i)) != NULL; i++) {
		uint32_t n = speakers_on(c, a->address);

		if (a->powered && n < least) {
			best = a;
			least = n;
		}
	}
	return best;
}

const struct bluez_adapter *peers_adapter_for(const struct control *c, const struct speaker *s)
{
	if (s->conf.adapter[0])
		return bluez_get_adapter(c->bluez, s->conf.adapter);
	return peers_idlest_adapter(c);
}

/* ---- what BlueZ tells ------------------------------------------------------------------ */

static void on_state(void *arg, enum bluez_state state, const char *words)
{
	struct control *c = arg;

	switch (state) {
	case BLUEZ_NO_BUS:
	case BLUEZ_NO_BLUETOOTHD:
		log_warning("Bluetooth: %s", words);
		break;
	case BLUEZ_READY:
		log_notice("Bluetooth: bluetoothd answers");
		break;
	}
	CUT_COPY(c->no_bluetooth, words);
	c->scan.adapter[0] = '\0';
	c->scan.next = 0;
	c->question.cookie = 0;
	for (uint32_t i = 0; i < c->speakers_n; i++)
		c->speakers[i]->link.retry_at = 0; /* a new start for all */
	control_changed(c);
}

static void powered(void *arg, int error, const char *words)
{
	(void)arg;
	if (error < 0 && error != -ECANCELED)
		log_warning("Bluetooth: %s", words);
}

static void on_adapter(void *arg, enum bluez_event event, const struct bluez_adapter *a)
{
	struct control *c = arg;

	switch (event) {
	case BLUEZ_ADDED:
		log_notice("adapter %s %s is there", a->name, a->address);
		/* Once, on sight: who switches it off later means it. */
		if (!a->powered)
			bluez_adapter_power(c->bluez, a->address, true, powered, c);
		break;
	case BLUEZ_REMOVED:
		log_warning("adapter %s %s is gone", a->name, a->address);
		if (!strcmp(c->scan.adapter, a->address))
			c->scan.adapter[0] = '\0';
		break;
	case BLUEZ_CHANGED:
		break;
	}
	control_changed(c);
}

static void on_device(void *arg, enum bluez_event event, const struct bluez_device *d)
{
	struct control *c = arg;
	struct speaker *s = peers_speaker(c, d->address);

	if (event == BLUEZ_REMOVED)
		errands_gone(c, d->address);
	else
		admit_told(c, d);
	/* Switched on again and it called us: no reason to wait any longer. */
	if (s && event == BLUEZ_CHANGED && d->connected && s->link.step == LINK_REST &&
	    s->link.tries <= 2)
		s->link.retry_at = 0;
	control_changed(c);
}

static void take_delay(struct speaker *s, const struct bluez_transport *t)
{
	if (t->delay >= 0)
		doubt_reported(s, t->delay / 10.0);
}

/* A volume that the profile keeps follows the speaker's own buttons. */
static void keep_volume(struct speaker *s)
{
	if (s->conf.own_volume == PROFILE_VOLUME_ITS)
		return;
	s->conf.own_volume = (uint32_t)s->absolute_wanted;
	control_edited(s->control);
}

/* Whether somebody plays to us over it. */
static bool is_theirs(const struct bluez_transport *t)
{
	return strcasecmp(t->uuid, BLUEZ_UUID_A2DP_SINK) == 0;
}

static void on_transport(void *arg, enum bluez_event event, const struct bluez_transport *t)
{
	struct control *c = arg;
	struct speaker *s = peers_speaker(c, t->address);

	if (is_theirs(t)) {
		guests_told(c, event, t);
	} else if (s && t->ours && event != BLUEZ_REMOVED) {
		take_delay(s, t);
		if (event == BLUEZ_CHANGED && s->absolute >= 0 && t->volume >= 0 &&
		    t->volume != s->absolute) {
			log_info("%s: its own volume is %d of 127", s->conf.name, t->volume);
			s->absolute_wanted = t->volume;
			keep_volume(s);
		}
		s->absolute = t->volume;
		if (event == BLUEZ_ADDED)
			s->link.retry_at = 0;
	}
	control_changed(c);
}

/* ---- what BlueZ asks ------------------------------------------------------------------- */

static bool wants_mono(const struct speaker *s)
{
	return s && s->conf.map != PROFILE_STEREO && s->conf.map != PROFILE_SWAPPED;
}

static struct speaker *being_connected(struct control *c)
{
	for (uint32_t i = 0; i < c->speakers_n; i++) {
		if (c->speakers[i]->link.step == LINK_CONNECT ||
		    c->speakers[i]->link.step == LINK_PAIR)
			return c->speakers[i];
	}
	return NULL;
}

static int on_select(void *arg, const char *uuid, const char *adapter, const char *address,
		     const uint8_t *caps, size_t len, uint8_t *ret_config, size_t *ret_len)
{
	bool heard = strcasecmp(uuid, BLUEZ_UUID_A2DP_SINK) == 0;
	struct control *c = arg;
	struct speaker *s = heard      ? NULL
			    : *address ? peers_speaker(c, address)
				       : being_connected(c);
	char why[A2DP_WHY_MAX];
	int r;

	(void)adapter;
	r = a2dp_sbc_select(caps, len, c->time.rate, wants_mono(s), ret_config, why);
	for (size_t i = 0; heard && r < 0 && i < 2; i++) /* what is heard may have another */
		r = a2dp_sbc_select(caps, len, i ? 48000 : 44100, false, ret_config, why);
	if (r < 0) {
		log_warning("%s: cannot agree on a codec: %s", s ? s->conf.name : address, why);
		return r;
	}
	*ret_len = A2DP_SBC_BYTES;
	return 0;
}

static int on_accept(void *arg, const struct bluez_transport *t)
{
	struct control *c = arg;
	struct speaker *s = peers_speaker(c, t->address);
	char why[A2DP_WHY_MAX];
	struct a2dp_sbc sbc;
	int r = a2dp_sbc_parse(t->config, t->config_len, &sbc, why);

	if (is_theirs(t)) {
		if (r == 0 && !guests_want(c, t->adapter, t->address)) {
			snprintf(why, sizeof(why), "no source here wants what it plays");
			r = -EINVAL;
		}
	} else if (r == 0 && sbc.rate != c->time.rate) {
		snprintf(why, sizeof(why), "%u Hz instead of %u", sbc.rate, c->time.rate);
		r = -EINVAL;
	}
	if (r < 0)
		log_warning("%s: its configuration is refused: %s",
			    s ? s->conf.name : t->address, why);
	return r;
}

/* Of a device of this profile that wants to be heard, or of one that is let in. */
static bool needs_no_word(struct control *c, const struct bluez_question *q)
{
	const struct bluez_device *d = bluez_get_device(c->bluez, q->adapter, q->address);
	struct speaker *s = peers_speaker(c, q->address);
	bool pairs = q->ask != BLUEZ_ASK_SERVICE &&
		     admit_knocks(c, q->adapter, q->address); /* who pairs is at the door */

	switch (q->ask) {
	case BLUEZ_ASK_SERVICE:
		return (s && s->link.wanted) || (d && d->paired && bluez_is_sound(q->uuid) &&
						 guests_want(c, q->adapter, q->address));
	case BLUEZ_ASK_PAIR:
		return (s && s->link.wanted) || pairs;
	case BLUEZ_ASK_CONFIRM:
	case BLUEZ_ASK_PASSKEY:
	case BLUEZ_ASK_PIN:
	case BLUEZ_SHOW_PASSKEY:
	case BLUEZ_SHOW_PIN:
		break;
	}
	return false;
}

static void on_question(void *arg, const struct bluez_question *q)
{
	struct control *c = arg;

	if (needs_no_word(c, q)) {
		bluez_answer(c->bluez, q->cookie, true, NULL);
		return;
	}
	if (c->question.cookie && c->question.cookie != q->cookie) {
		bluez_answer(c->bluez, q->cookie, false, NULL); /* one at a time */
		return;
	}
	c->question = *q;
	c->question_until = clock_now() + q->left_ms * NS_PER_MS;
	control_changed(c);
}

static void on_question_over(void *arg, uint32_t cookie)
{
	struct control *c = arg;

	if (c->question.cookie == cookie)
		c->question.cookie = 0;
	control_changed(c);
}

static void on_trouble(void *arg, int error, const char *words)
{
	(void)arg;
	(void)error;
	log_warning("Bluetooth: %s", words);
}

enum bluez_agent peers_agent(const struct control *c)
{
	return c->person ? BLUEZ_AGENT_KEYBOARD_DISPLAY : BLUEZ_AGENT_NOBODY;
}

int peers_start(struct control *c, bool person)
{
	uint8_t caps[A2DP_SBC_BYTES], hear_caps[A2DP_SBC_BYTES];

	const struct bluez_owner owner = {
		.codec = BLUEZ_CODEC_SBC,
		.caps = caps,
		.caps_len = sizeof(caps),
		.hear_caps = hear_caps,
		.hear_caps_len = sizeof(hear_caps),
		.agent = person ? BLUEZ_AGENT_KEYBOARD_DISPLAY : BLUEZ_AGENT_NOBODY,
		.state = on_state,
		.adapter = on_adapter,
		.device = on_device,
		.transport = on_transport,
		.select = on_select,
		.accept = on_accept,
		.question = on_question,
		.question_over = on_question_over,
		.trouble = on_trouble,
	};

	a2dp_sbc_offer(c->time.rate, caps);
	a2dp_sbc_hear(hear_caps);
	c->person = person;
	c->offered_rate = c->time.rate;
	return bluez_new(c->event, &owner, c, &c->bluez);
}

void peers_check_rate(struct control *c)
{
	if (!c->bluez || c->offered_rate == c->time.rate)
		return;
	log_notice("Bluetooth: offering %u Hz from now on", c->time.rate);
	peers_stop(c);
	if (peers_start(c, c->person) < 0)
		log_error("Bluetooth: out of memory");
}

void peers_stop(struct control *c)
{
	struct bluez *b = c->bluez;

	bluez_free(b); /* answers everything pending with -ECANCELED */
	c->bluez = NULL;
	errands_gone(c, "");
}

/* ---- what keeps adapters silent ---------------------------------------------------------- */

bool peers_blocked(const struct control *c, const struct bluez_adapter *a)
{
	const struct bluez_adapter *nth;

	for (uint32_t i = 0; i < FF_ADAPTERS && (nth = bluez_nth_adapter(c->bluez, i)); i++) {
		if (nth == a)
			return c->blocked & 1u << i;
	}
	return false;
}

void peers_watch(struct control *c)
{
	const struct bluez_adapter *a;
	uint32_t before = c->blocked;

	c->blocked = 0;
	for (uint32_t i = 0;
	     c->bluez && i < FF_ADAPTERS && (a = bluez_nth_adapter(c->bluez, i)); i++) {
		bool blocked = !a->powered && rfkill_blocks("/sys", a->name);

		c->blocked |= (uint32_t)blocked << i;
		if (blocked && !(before & 1u << i))
			log_warning("adapter %s is blocked (rfkill unblock bluetooth)",
				    a->name);
		else if (!blocked && !a->powered && before & 1u << i)
			bluez_adapter_power(c->bluez, a->address, true, powered, c);
	}
	if (c->blocked != before)
		control_changed(c);
}

/* One that may be used ("" = any) and is switched on; NULL = none, *ret_off one that is off. */
static const struct bluez_adapter *switched_on(const struct control *c, const char *adapter,
					       const struct bluez_adapter **ret_off)
{
	const struct bluez_adapter *a;

	for (size_t i = 0; (a = bluez_nth_adapter(c->bluez, i)) != NULL; i++) {
		if (*adapter && strcmp(adapter, a->address) != 0)
			continue;
		if (a->powered)
			return a;
		*ret_off = a;
	}
	return NULL;
}

void peers_missing(const struct control *c, const char *adapter, char *ret)
{
	const struct bluez_adapter *off = NULL;

	ret[0] = '\0';
	if (!c->bluez)
		snprintf(ret, FF_TEXT_MAX, "Bluetooth is switched off in this run");
	else if (bluez_get_state(c->bluez) == BLUEZ_NO_BUS)
		snprintf(ret, FF_TEXT_MAX, "D-Bus does not answer (systemctl start dbus)");
	else if (bluez_get_state(c->bluez) == BLUEZ_NO_BLUETOOTHD)
		snprintf(ret, FF_TEXT_MAX,
			 "bluetoothd does not run (systemctl start bluetooth)");
	else if (!bluez_nth_adapter(c->bluez, 0))
		snprintf(ret, FF_TEXT_MAX, "no Bluetooth adapter is plugged in");
	else if (*adapter && !bluez_get_adapter(c->bluez, adapter))
		snprintf(ret, FF_TEXT_MAX, "its adapter %s is not plugged in", adapter);
	else if (!switched_on(c, adapter, &off) && off)
		snprintf(ret, FF_TEXT_MAX,
			 peers_blocked(c, off) ? "%s is blocked (rfkill unblock bluetooth)"
					       : "%s is switched off (bluetoothctl power on)",
			 off->name);
}
