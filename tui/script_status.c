/* SPDX-License-Identifier: MIT */
/* script_status - what the console shows, as text for people and as JSON. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tui/json.h"
#include "tui/script.h"
#include "tui/text.h"
#include "tui/words.h"

/* ---- for people ------------------------------------------------------------------------- */

static void script_print_speaker(const struct ff_speaker *sp, int width)
{
	struct words w;
	char db[16], state[FF_TEXT_MAX];

	words_decibel(sp->volume_db, db, sizeof(db));
	words_state(sp, state, sizeof(state));
	printf("  %s%*s %7s%s  %-7s %+7.1f ms  %s%s", sp->name, width - text_width(sp->name),
	       "", db, strcmp(db, "silent") == 0 ? "   " : " dB", ff_map_name(sp->map),
	       (double)sp->trim_ms, state, sp->mute ? ", mute" : "");
	words_start(&w, 200);
	if (sp->state == FF_PLAYING)
		words_stream(sp, &w);
	printf("%s%s", *w.text ? "  " : "", w.text);
	if (sp->doubt[0])
		printf("  in time? %s", sp->doubt);
	putchar('\n');
}

static void script_print_zone(const struct ff_snapshot *n, uint32_t z)
{
	int width = 8;

	printf("zone %s\n", n->zones[z].name);
	for (uint32_t i = 0; i < n->sources_n; i++) {
		struct words w;

		if (n->sources[i].zone != z)
			continue;
		words_start(&w, 300);
		words_source(&n->sources[i], &w);
		printf("  from %s\n", w.text);
	}
	for (uint32_t i = 0; i < n->speakers_n; i++)
		if (n->speakers[i].zone == z && text_width(n->speakers[i].name) > width)
			width = text_width(n->speakers[i].name);
	for (uint32_t i = 0; i < n->speakers_n; i++)
		if (n->speakers[i].zone == z)
			script_print_speaker(&n->speakers[i], width);
}

static void script_print(const struct ff_snapshot *n)
{
	uint32_t up = 0;

	for (uint32_t i = 0; i < n->speakers_n; i++)
		up += n->speakers[i].state == FF_PLAYING;
	printf("profile %s%s, %u of %u speakers play%s\n", n->profile, n->modified ? "*" : "",
	       up, n->speakers_n, n->muted_all ? ", all is muted" : "");
	for (uint32_t z = 0; z < n->zones_n; z++)
		script_print_zone(n, z);
	for (uint32_t i = 0; i < n->adapters_n; i++)
		printf("adapter %s %s %s, %u streams, %.0f %% of its air\n",
		       n->adapters[i].name, n->adapters[i].address,
		       n->adapters[i].powered ? "on" : "off", n->adapters[i].streams,
		       (double)n->adapters[i].air * 100);
	if (!n->bluetoothd)
		printf("%s\n",
		       *n->no_bluetooth ? n->no_bluetooth : "bluetoothd does not answer");
	if (*n->notice)
		printf("%s\n", n->notice);
}

/* ---- for programs ----------------------------------------------------------------------- */

static void script_json_level(struct json *j, const struct ff_level *l)
{
	json_open(j, "peak_db", '[');
	json_number(j, NULL, l->peak_db[0]);
	json_number(j, NULL, l->peak_db[1]);
	json_close(j, ']');
	json_count(j, "clips", l->clips);
}

static void script_json_source(struct json *j, const struct ff_source *s)
{
	json_open(j, NULL, '{');
	json_count(j, "id", s->id);
	json_count(j, "zone", s->zone);
	json_text(j, "name", s->name);
	json_text(j, "type", s->type);
	json_text(j, "device", s->device);
	json_text(j, "state", ff_state_name(s->state));
	json_text(j, "reason", s->reason);
	json_number(j, "gain_db", s->gain_db);
	json_count(j, "rate", s->rate);
	json_number(j, "ppm", s->ppm);
	json_count(j, "gaps", s->gaps);
	script_json_level(j, &s->level);
	json_close(j, '}');
}

static const char *script_latency_word(enum ff_latency_from from)
{
	switch (from) {
	case FF_LATENCY_ASSUMED:
		return "assumed";
	case FF_LATENCY_REPORTED:
		return "reported";
	case FF_LATENCY_MEASURED:
		return "measured";
	}
	return "";
}

static void script_json_stream(struct json *j, const struct ff_speaker *s)
{
	json_open(j, "stream", '{');
	json_text(j, "codec", s->codec);
	json_count(j, "bitrate", s->bitrate);
	json_count(j, "bitpool", s->bitpool);
	json_count(j, "bitpool_max", s->bitpool_max);
	json_bool(j, "mono", s->mono);
	json_count(j, "mtu", s->mtu);
	json_count(j, "queue", s->queue);
	json_count(j, "queue_max", s->queue_max);
	json_number(j, "air", s->air);
	json_close(j, '}');
}

static void script_json_speaker(struct json *j, const struct ff_speaker *s)
{
	json_open(j, NULL, '{');
	json_count(j, "id", s->id);
	json_count(j, "zone", s->zone);
	json_text(j, "name", s->name);
	json_text(j, "output", ff_output_name(s->output));
	json_text(j, "address", s->address);
	json_text(j, "adapter", s->adapter);
	json_text(j, "device", s->device);
	json_text(j, "state", ff_state_name(s->state));
	json_text(j, "reason", s->reason);
	json_count(j, "tries", s->tries);
	json_count(j, "retry_ms", s->retry_ms);
	json_number(j, "volume_db", s->volume_db);
	json_bool(j, "mute", s->mute);
	json_bool(j, "solo", s->solo);
	json_bool(j, "audible", s->audible);
	json_text(j, "map", ff_map_name(s->map));
	json_number(j, "trim_ms", s->trim_ms);
	json_number(j, "latency_ms", s->latency_ms);
	json_text(j, "latency_from", script_latency_word(s->latency_from));
	json_number(j, "reported_ms", s->reported_ms);
	json_number(j, "measured_ms", s->measured_ms);
	json_text(j, "measured", s->measured);
	json_text(j, "microphone", s->microphone);
	json_text(j, "doubt", s->doubt);
	json_number(j, "delay_ms", s->delay_ms);
	json_number(j, "skew_us", s->skew_us);
	if (s->codec[0])
		script_json_stream(j, s);
	json_count(j, "sent", s->sent);
	json_count(j, "drops", s->drops);
	json_count(j, "frames_lost", s->frames_lost);
	json_number(j, "battery_percent", s->battery >= 0 ? (double)s->battery : (double)NAN);
	script_json_level(j, &s->level);
	json_close(j, '}');
}

static void script_json_zone(struct json *j, const struct ff_zone *z)
{
	json_open(j, NULL, '{');
	json_text(j, "name", z->name);
	json_number(j, "volume_db", z->volume_db);
	json_bool(j, "mute", z->mute);
	json_number(j, "skew_us", z->skew_us);
	script_json_level(j, &z->level);
	json_close(j, '}');
}

static void script_json_adapter(struct json *j, const struct ff_adapter *a)
{
	json_open(j, NULL, '{');
	json_text(j, "name", a->name);
	json_text(j, "address", a->address);
	json_bool(j, "powered", a->powered);
	json_bool(j, "blocked", a->blocked);
	json_bool(j, "scanning", a->scanning);
	json_count(j, "streams", a->streams);
	json_number(j, "air", a->air);
	json_close(j, '}');
}

static void script_json(const struct ff_snapshot *n)
{
	struct json j = { .to = stdout };

	json_open(&j, NULL, '{');
	json_text(&j, "version", FANFARE_VERSION);
	json_text(&j, "profile", n->profile);
	json_bool(&j, "modified", n->modified);
	json_bool(&j, "muted_all", n->muted_all);
	json_count(&j, "rate", n->rate);
	json_count(&j, "period", n->period);
	json_bool(&j, "realtime", n->realtime);
	json_bool(&j, "bluetoothd", n->bluetoothd);
	json_text(&j, "notice", n->notice);
	json_count(&j, "cycles", n->cycles);
	json_count(&j, "late_cycles", n->late_cycles);
	json_number(&j, "skew_us", n->skew_us);
	json_open(&j, "zones", '[');
	for (uint32_t i = 0; i < n->zones_n; i++)
		script_json_zone(&j, &n->zones[i]);
	json_close(&j, ']');
	json_open(&j, "sources", '[');
	for (uint32_t i = 0; i < n->sources_n; i++)
		script_json_source(&j, &n->sources[i]);
	json_close(&j, ']');
	json_open(&j, "speakers", '[');
	for (uint32_t i = 0; i < n->speakers_n; i++)
		script_json_speaker(&j, &n->speakers[i]);
	json_close(&j, ']');
	json_open(&j, "adapters", '[');
	for (uint32_t i = 0; i < n->adapters_n; i++)
		script_json_adapter(&j, &n->adapters[i]);
	json_close(&j, ']');
	json_close(&j, '}');
}

int script_status(struct script *s)
{
	int r;

	if (s->argc > 0)
		return script_misuse("status [--json]");
	r = script_attach(s);
	if (r)
		return r;
	if (s->json)
		script_json(&s->now);
	else
		script_print(&s->now);
	return 0;
}
