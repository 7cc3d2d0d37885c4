/* SPDX-License-Identifier: MIT */
/* scene - see scene.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/scope.h"
#include "tests/tui/scene.h"
#include "tui/keys.h"

static void name_speaker(struct ff_speaker *s, uint32_t i)
{
	static const char *const names[] = { "Kitchen", "Den left", "Patio", "Bath",
					     "Garage",	"Loft",	    "Hall",  "Cellar" };

	if (i < ARRAY_SIZE(names))
		snprintf(s->name, sizeof(s->name), "%s", names[i]);
	else
		snprintf(s->name, sizeof(s->name), "Room %u", i + 1);
	snprintf(s->address, sizeof(s->address), "00:11:22:33:44:%02X", i);
}

static struct ff_speaker *add_speaker(struct ff_snapshot *s)
{
	uint32_t i = s->speakers_n++;
	struct ff_speaker *p = &s->speakers[i];

	*p = (struct ff_speaker){
		.id = i + 1,
		.output = FF_OUT_BLUETOOTH,
		.adapter_name = "hci0",
		.state = FF_PLAYING,
		.audible = true,
		.latency_ms = 150.0f + (float)i,
		.latency_from = FF_LATENCY_REPORTED,
		.reported_ms = 150.0f + (float)i,
		.measured_ms = NAN,
		.delay_ms = 20.0f - (float)(i % 20),
		.skew_us = 7.0f - 3.0f * (float)(i % 6),
		.codec = "SBC",
		.bitrate = 328000,
		.bitpool = 53,
		.bitpool_max = 53,
		.mtu = 672,
		.queue = 1,
		.queue_max = 3,
		.drop_age_ms = UINT32_MAX,
		.air = 0.25f,
		.battery = (int8_t)(87 - 7 * (int)(i % 10)),
		.rssi_known = 1,
		.rssi = (int16_t)(-50 - 9 * (int)(i % 4)),
		.absolute = -1,
		.volume_db = -2.0f * (float)(i % 8),
		.level = { .peak_db = { -9.0f - (float)(i % 12), -7.5f - (float)(i % 12) } },
	};
	name_speaker(p, i);
	return p;
}

static void silence(struct ff_speaker *p, enum ff_state state, const char *reason)
{
	p->state = state;
	snprintf(p->reason, sizeof(p->reason), "%s", reason);
	p->level.peak_db[0] = p->level.peak_db[1] = FF_SILENT;
	p->skew_us = NAN;
	p->codec[0] = '\0';
	p->rssi_known = 0;
	p->battery = -1;
}

void scene_party(struct ff_snapshot *s, uint32_t speakers)
{
	*s = (struct ff_snapshot){
		.time_ms = 1700000000000,
		.profile = "Party",
		.modified = true,
		.rate = 44100,
		.period = 512,
		.realtime = true,
		.skew_us = speakers > 1 ? 11.0f : NAN,
		.bus = true,
		.bluetoothd = true,
		.zones_n = 1,
		.zones[0] = { .name = "House",
			      .volume_db = -8,
			      .skew_us = speakers > 1 ? 11.0f : NAN,
			      .level.peak_db = { -3.4f, -3.0f } },
		.sources_n = 1,
		.sources[0] = { .id = 1,
				.name = "line-in",
				.type = "alsa",
				.device = "hw:CARD=Device",
				.state = FF_PLAYING,
				.rate = 48000,
				.ppm = 12.3f,
				.level.peak_db = { -9.0f, -8.1f } },
		.adapters_n = 1,
		.adapters[0] = { .name = "hci0",
				 .address = "AA:BB:CC:00:11:22",
				 .powered = true,
				 .streams = speakers < 4 ? speakers : 4,
				 .air = speakers ? 0.62f : 0 },
	};
	for (uint32_t i = 0; i < speakers; i++) {
		struct ff_speaker *p = add_speaker(s);

		if (i == 2) {
			p->trim_ms = 48;
			p->drops = 2;
			p->drop_age_ms = 185000;
			p->battery = 22;
			p->level.peak_db[1] = -1.2f;
			p->latency_from = FF_LATENCY_MEASURED;
			p->measured_ms = p->latency_ms = 171.4f;
		} else if (i == 3) {
			p->mute = true;
			p->audible = false;
			p->trim_ms = -6.5f;
		} else if (i == 4) {
			silence(p, FF_CONNECTING, "");
			p->tries = 2;
		} else if (i == 5) {
			silence(p, FF_RETRYING, "out of range");
			p->retry_ms = 19600;
		}
	}
}

void scene_demo(struct ff_snapshot *s)
{
	scene_party(s, 3);
	s->simulated = true;
	s->modified = false;
	s->adapters_n = 0;
	s->bluetoothd = false;
	snprintf(s->profile, FF_NAME_MAX, "Demo");
	for (int i = 0; i < 3; i++) {
		struct ff_log_line *l = &s->log[s->log_count++];

		*l = (struct ff_log_line){ .time_ms = s->time_ms + i * 1000, .level = 5 - i };
		snprintf(l->text, FF_TEXT_MAX, "something happened, %d of 3", i + 1);
	}
	snprintf(s->sources[0].name, FF_NAME_MAX, "Tune");
	snprintf(s->sources[0].type, sizeof(s->sources[0].type), "tone");
	for (uint32_t i = 0; i < 3; i++) {
		s->speakers[i].output = FF_OUT_SIMULATED;
		s->speakers[i].address[0] = s->speakers[i].adapter_name[0] = '\0';
		s->speakers[i].codec[0] = '\0';
		s->speakers[i].rssi_known = 0;
		s->speakers[i].battery = -1;
		s->speakers[i].queue_max = 0;
		s->speakers[i].ppm = 35.5f;
	}
}

static void add_device(struct ff_snapshot *s, const char *name, int16_t rssi, bool paired,
		       bool connected, uint32_t speaker)
{
	uint32_t i = s->devices_n++;

	s->devices[i] = (struct ff_device){
		.paired = paired,
		.trusted = paired,
		.connected = connected,
		.audio_sink = strcmp(name, "Heart rate belt") != 0,
		.battery = connected ? 64 : -1,
		.rssi = rssi,
		.speaker = speaker,
	};
	snprintf(s->devices[i].name, FF_NAME_MAX, "%s", name);
	snprintf(s->devices[i].address, FF_ADDR_MAX, "00:11:22:33:44:%02X", i);
}

void scene_devices(struct ff_snapshot *s)
{
	scene_party(s, 1);
	s->adapters[0].scanning = true;
	s->adapters[0].scan_left_ms = 11800;
	add_device(s, "Kitchen", -50, true, true, 1);
	add_device(s, "Patio", -71, true, false, 0);
	add_device(s, "SoundBar 500", -62, false, false, 0);
	add_device(s, "Heart rate belt", -80, false, false, 0);
	add_device(s, "", -88, false, false, 0);
	s->devices[2].busy = true;
}

static void add_profiles(struct ff_snapshot *s)
{
	static const char *const names[] = { "Demo", "Party", "Patio-Backyard-Kitchen",
					     "Quiet" };

	for (uint32_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct ff_profile *p = &s->profiles[s->profiles_n++];

		snprintf(p->name, FF_NAME_MAX, "%s", names[i]);
		snprintf(p->path, FF_PATH_MAX, "/etc/fanfare/profiles/%s.conf", names[i]);
		p->loaded = i == 1;
		p->readonly = i == 0 || i == 2;
	}
}

void scene_profiles(struct ff_snapshot *s)
{
	scene_party(s, 2);
	add_profiles(s);
}

void scene_house(struct ff_snapshot *s, uint32_t speakers)
{
	scene_party(s, speakers);
	for (uint32_t i = 0; i < speakers; i++) {
		const struct ff_speaker *p = &s->speakers[i];

		add_device(s, p->name, p->rssi_known ? p->rssi : 0, true,
			   p->state == FF_PLAYING, p->id);
	}
	add_device(s, "SoundBar 500", -62, false, false, 0);
	add_device(s, "", -88, false, false, 0);
	add_profiles(s);
}

void scene_hostile(struct ff_snapshot *s)
{
	static const char *const names[] = {
		"\033[2J\033[1;31mred\007", /* a terminal's own commands */
		"\xE2\x80\xAE"
		"evil\xE2\x80\xAC", /* turned writing */
		"\xE5\x8F\xB0\xE6\x89\x80\xE3\x81\xAE\xE3\x82\xB9\xE3\x83\x94\xE3\x83"
		"\xBC",							   /* wide */
		"e\xCC\x81\xCC\x82\xCC\x83\xCC\x84\xCC\x85\xCC\x86 stack", /* many marks
									    */
		"\xFF\xFE\xC0\x80 no utf8",
		"\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91"
		"\xA7 family",
		"",
		"a name that is very much longer than any column will ever be wide",
	};

	scene_house(s, 8);
	for (uint32_t i = 0; i < ARRAY_SIZE(names); i++)
		snprintf(s->speakers[i].name, FF_NAME_MAX, "%.63s", names[i]);
	for (uint32_t i = 0; i < s->devices_n; i++)
		snprintf(s->devices[i].name, FF_NAME_MAX, "%.63s",
			 names[i % ARRAY_SIZE(names)]);
	for (uint32_t i = 0; i < s->profiles_n; i++)
		snprintf(s->profiles[i].name, FF_NAME_MAX, "%.63s", names[i]);
	snprintf(s->speakers[5].reason, FF_TEXT_MAX,
		 "\033]0;owned\007 %%s%%n \xC2\x9B"
		 "2J");
	snprintf(s->profile, FF_NAME_MAX, "\r\nprofile\t\b");
	snprintf(s->notice, FF_TEXT_MAX, "notice with \033[5m blinking");
}

void scene_sounds(struct ff_snapshot *s)
{
	static const struct ff_sound sounds[] = {
		{ true, "alsa", "hw:CARD=Device,DEV=0", "USB Audio Device" },
		{ false, "alsa", "hw:CARD=HDMI,DEV=3", "HDMI 0" },
		{ true, "pulse", "alsa_output.pci.monitor", "Monitor of the desktop" },
		{ false, "pulse", "alsa_output.pci", "The desktop" },
	};

	s->sounds_n = ARRAY_SIZE(sounds);
	memcpy(s->sounds, sounds, sizeof(sounds));
}

int scene_submit(void *arg, const struct ff_command *command)
{
	struct scene_sent *sent = arg;

	if (sent->fail)
		return sent->fail;
	if (sent->n < (int)ARRAY_SIZE(sent->command))
		sent->command[sent->n++] = *command;
	return 0;
}

struct ui *scene_ui(const struct ff_snapshot *s, struct scene_sent *sent)
{
	struct ui *ui = malloc(sizeof(*ui));

	if (!ui)
		abort();
	*sent = (struct scene_sent){ .n = 0 };
	ui_init(ui, scene_submit, sent);
	ui->given = true; /* tests choose their pane */
	snprintf(ui->host, sizeof(ui->host), "den");
	for (uint64_t now = 9500; now <= 10000; now += 250) {
		ui->snap = *s;
		ui_update(ui, now);
	}
	return ui;
}

void scene_type(struct ui *ui, const char *keys)
{
	for (; *keys; keys++)
		ui_key(ui, *keys == '\n' ? KEYS_ENTER : (uint32_t)*keys, ui->now_ms + 1);
}

struct ui *scene_shelf(struct ff_snapshot *s, struct scene_sent *sent)
{
	struct ui *ui;

	scene_profiles(s);
	scene_sounds(s);
	ui = scene_ui(s, sent);
	ui_key(ui, KEYS_F1 + 4, 10001);
	return ui;
}

void scene_answer(struct ui *ui, struct ff_snapshot *s, uint64_t now)
{
	s->change++;
	ui->snap = *s;
	ui_update(ui, now);
}

const struct ff_command *scene_last(const struct scene_sent *sent)
{
	return sent->n > 0 ? &sent->command[sent->n - 1] : NULL;
}
