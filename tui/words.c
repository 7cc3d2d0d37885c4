/* SPDX-License-Identifier: MIT */
/* words - see words.h. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tui/text.h"
#include "tui/words.h"

void words_start(struct words *w, int room)
{
	w->text[0] = '\0';
	w->room = room;
}

void words_add(struct words *w, const char *format, ...)
{
	size_t used = strlen(w->text);
	int gap = used ? 2 : 0;
	char piece[256];
	va_list args;

	va_start(args, format);
	vsnprintf(piece, sizeof(piece), format, args);
	va_end(args);
	if (text_width(w->text) + gap + text_width(piece) > w->room ||
	    used + (size_t)gap + strlen(piece) >= sizeof(w->text))
		return;
	snprintf(w->text + used, sizeof(w->text) - used, "%*s%s", gap, "", piece);
}

const char *words_name(const char *name, const char *address)
{
	if (text_width(name) > 0)
		return name;
	return address[0] ? address : "(no name)";
}

static const char *words_of_state(enum ff_state state)
{
	switch (state) {
	case FF_OFF:
		return "off (x connects)";
	case FF_WAITING:
		return "waiting";
	case FF_SEARCHING:
		return "looking for it";
	case FF_PAIRING:
		return "pairing";
	case FF_CONNECTING:
		return "connecting";
	case FF_CONNECTED:
		return "connected, no sound yet";
	case FF_PLAYING:
		return "playing";
	case FF_RETRYING:
		return "failed";
	}
	return "?";
}

void words_next(const struct ff_speaker *s, char *ret, size_t size)
{
	*ret = '\0';
	if (s->retry_ms > 0)
		snprintf(ret, size, ", next try in %u s", (s->retry_ms + 999) / 1000);
	else if (s->tries > 1 && s->state != FF_OFF)
		snprintf(ret, size, ", try %u", s->tries);
}

void words_state(const struct ff_speaker *s, char *ret, size_t size)
{
	const char *reason = s->reason[0] ? s->reason : words_of_state(s->state);
	size_t n = strlen(reason);
	char next[40];

	words_next(s, next, sizeof(next));
	if (*next && n > 0 && reason[n - 1] == '.')
		n--; /* the sentence goes on */
	snprintf(ret, size, "%.*s%s", (int)n, reason, next);
}

const char *words_output(enum ff_output output)
{
	switch (output) {
	case FF_OUT_BLUETOOTH:
		return "bt";
	case FF_OUT_ALSA:
		return "als";
	case FF_OUT_PULSE:
		return "pul";
	case FF_OUT_FILE:
		return "fil";
	case FF_OUT_SIMULATED:
		return "sim";
	case FF_OUT_NULL:
		return "nul";
	}
	return "?";
}

void words_decibel(float db, char *ret, size_t size)
{
	if (db <= FF_VOLUME_MIN)
		snprintf(ret, size, "silent");
	else if (fabsf(db) < 0.05f) /* neither +0.0 nor -0.0 */
		snprintf(ret, size, "0.0");
	else
		snprintf(ret, size, "%+.1f", (double)db);
}

void words_age(uint32_t ms, char *ret, size_t size)
{
	uint32_t s = ms / 1000;

	if (s < 60)
		snprintf(ret, size, "%us", s);
	else if (s < 3600)
		snprintf(ret, size, "%um", s / 60);
	else if (s < 86400)
		snprintf(ret, size, "%uh", s / 3600);
	else
		snprintf(ret, size, "%ud", s / 86400);
}

static void words_drops(const struct ff_speaker *s, struct words *w)
{
	char age[16];

	if (s->drops == 0) {
		words_add(w, "no drops");
		return;
	}
	words_age(s->drop_age_ms, age, sizeof(age));
	if (s->drop_age_ms == UINT32_MAX)
		words_add(w, "drops %llu", (unsigned long long)s->drops);
	else if (s->drop_age_ms < 3000)
		words_add(w, "drops %llu (just now)", (unsigned long long)s->drops);
	else
		words_add(w, "drops %llu (last %s ago)", (unsigned long long)s->drops, age);
}

void words_stream(const struct ff_speaker *s, struct words *w)
{
	if (s->output == FF_OUT_SIMULATED)
		words_add(w, "simulated: no sound leaves this machine");
	if (s->reason[0] && s->state == FF_PLAYING)
		words_add(w, "%s", s->reason);
	if (s->codec[0])
		words_add(w, "%s %uk %s", s->codec, (s->bitrate + 500) / 1000,
			  s->mono ? "mono" : "stereo");
	if (s->output == FF_OUT_BLUETOOTH) {
		if (s->queue_max)
			words_add(w, "queue %u/%u", s->queue, s->queue_max);
		if (s->codec[0] || s->drops)
			words_drops(s, w);
		if (s->codec[0] && s->adapter_name[0])
			words_add(w, "air %.0f%% of %s", (double)s->air * 100, s->adapter_name);
		if (s->battery >= 0)
			words_add(w, "batt %d%%%s", s->battery, s->battery <= 25 ? "!" : "");
		if (s->bitpool_max)
			words_add(w, "bitpool %u/%u", s->bitpool, s->bitpool_max);
	} else if (s->drops) {
		words_drops(s, w);
	}
	if (s->frames_lost)
		words_add(w, "lost %llu frames", (unsigned long long)s->frames_lost);
	if (s->rssi_known)
		words_add(w, "%d dBm", s->rssi);
	if (s->absolute >= 0 && s->output == FF_OUT_BLUETOOTH && s->state == FF_PLAYING)
		words_add(w, "its own volume %d/127", s->absolute);
}

void words_timing(const struct ff_speaker *s, struct words *w)
{
	static const char *const from[] = {
		[FF_LATENCY_ASSUMED] = "assumed",
		[FF_LATENCY_REPORTED] = "reported",
		[FF_LATENCY_MEASURED] = "measured",
	};

	words_add(w, "latency %.1f ms %s", (double)s->latency_ms, from[s->latency_from]);
	words_add(w, "delayed by %.1f ms", (double)s->delay_ms);
	if (isfinite(s->skew_us))
		words_add(w, "skew %+.0f µs", (double)s->skew_us);
	if (s->trim_ms != 0)
		words_add(w, "trim %+.1f ms", (double)s->trim_ms);
	if (isfinite(s->ppm) && fabsf(s->ppm) >= 0.05f)
		words_add(w, "clock %+.1f ppm", (double)s->ppm);
	if (s->address[0])
		words_add(w, "%s", s->address);
	if (s->device[0])
		words_add(w, "%s", s->device);
	if (s->mtu)
		words_add(w, "mtu %u", s->mtu);
}

void words_doubt(const struct ff_speaker *s, struct words *w)
{
	size_t before = strlen(w->text);

	if (!s->doubt[0])
		return;
	words_add(w, "in time? %s (v checks it, i: it is)", s->doubt);
	if (strlen(w->text) == before)
		words_add(w, "in time? %s", s->doubt);
}

void words_source(const struct ff_source *s, struct words *w)
{
	words_add(w, "%s", s->name[0] ? s->name : s->type);
	if (s->reason[0])
		words_add(w, "%s", s->reason);
	else if (s->state != FF_PLAYING)
		words_add(w, "%s", words_of_state(s->state));
	if (s->name[0])
		words_add(w, "%s", s->type);
	if (s->device[0])
		words_add(w, "%s", s->device);
	if (s->rate)
		words_add(w, "%u Hz", s->rate);
	if (s->gain_db != 0)
		words_add(w, "gain %+.1f dB", (double)s->gain_db);
	if (isfinite(s->ppm) && fabsf(s->ppm) >= 0.05f)
		words_add(w, "clock %+.1f ppm", (double)s->ppm);
	if (s->gaps)
		words_add(w, "%u gaps", s->gaps);
}
