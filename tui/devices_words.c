/* SPDX-License-Identifier: MIT */
/* devices_words - what is said of a device and of what keeps Bluetooth from working. */
#include <stdio.h>
#include <string.h>

#include "core/base/scope.h"
#include "tui/ui.h"
#include "tui/words.h"

const char *devices_type(const struct ff_device *d)
{
	/* BlueZ's names of icons, by the class a device tells */
	static const struct {
		const char *icon, *word;
	} types[] = {
		{ "audio-card", "speaker" },
		{ "audio-headphones", "headphones" },
		{ "audio-headset", "headset" },
		{ "camera-photo", "camera" },
		{ "camera-video", "camera" },
		{ "computer", "computer" },
		{ "input-gaming", "gamepad" },
		{ "input-keyboard", "keyboard" },
		{ "input-mouse", "mouse" },
		{ "input-tablet", "tablet" },
		{ "modem", "modem" },
		{ "multimedia-player", "player" },
		{ "network-wireless", "network" },
		{ "phone", "phone" },
		{ "printer", "printer" },
		{ "scanner", "scanner" },
		{ "video-display", "screen" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (strcmp(d->type, types[i].icon) == 0)
			return types[i].word;
	return d->type[0] ? d->type : d->audio_sink ? "speaker" : "";
}

/* On its own, without the profile. */
static const char *devices_alone(const struct ff_device *d)
{
	if (d->connected)
		return d->paired ? "connected" : "connected, not paired";
	if (d->paired)
		return d->trusted ? "not connected" : "not connected, not trusted";
	return d->audio_sink || d->rssi == 0 ? "not paired" : "not paired, no speaker";
}

/* Why it failed, without the name that the row begins with anyway. */
static const char *devices_failed(const struct ff_device *d)
{
	char label[FF_NAME_MAX + FF_ADDR_MAX + 4];
	size_t n;

	snprintf(label, sizeof(label), "%s (%s) ", d->name, d->address);
	n = strlen(label);
	if (strncmp(d->failed, label, n) == 0 && d->failed[n])
		return d->failed + n;
	n = strlen(d->address);
	return strncmp(d->failed, d->address, n) == 0 && d->failed[n] == ' ' ? d->failed + n + 1
									     : d->failed;
}

void devices_state(const struct ui *ui, const struct ff_device *d, char *ret, size_t size)
{
	const struct ff_speaker *s = d->speaker ? ui_speaker(ui, d->speaker) : NULL;
	char speaker[FF_TEXT_MAX + 48];

	if (s && s->state == FF_OFF && !s->reason[0]) {
		snprintf(ret, size, "off (Enter connects), in the profile");
	} else if (s) {
		words_state(s, speaker, sizeof(speaker));
		snprintf(ret, size, "%s%s, in the profile", speaker,
			 s->state == FF_PAIRING || s->state == FF_CONNECTING ? " (^X stops)"
									     : "");
	} else if (d->doing[0] || d->busy) {
		snprintf(ret, size, "%s (^X stops)", d->doing[0] ? d->doing : "working");
	} else {
		snprintf(ret, size, "%s", d->failed[0] ? devices_failed(d) : devices_alone(d));
	}
}

void devices_details(const struct ui *ui, const struct ff_device *d, char *ret, size_t size)
{
	const struct ff_speaker *s = d->speaker ? ui_speaker(ui, d->speaker) : NULL;
	const char *at = d->adapter;
	char state[FF_TEXT_MAX + 80];
	struct words w;

	for (uint32_t i = 0; i < ui->snap.adapters_n; i++)
		if (strcmp(ui->snap.adapters[i].address, d->adapter) == 0)
			at = ui->snap.adapters[i].name;
	devices_state(ui, d, state, sizeof(state));
	words_start(&w, (int)sizeof(w.text));
	words_add(&w, "%s", d->address);
	if (*at)
		words_add(&w, "at %s", at);
	if (*devices_type(d))
		words_add(&w, "%s", devices_type(d));
	words_add(&w, "%s",
		  d->audio_sink	    ? "plays sound"
		  : d->audio_source ? "can play to this computer"
				    : "tells of no sound it could play");
	words_add(&w, "%s", d->paired ? "paired" : "not paired");
	words_add(&w, "%s", d->trusted ? "trusted" : "not trusted");
	words_add(&w, "%s", d->connected ? "connected" : "not connected");
	if (d->rssi)
		words_add(&w, "signal %d dBm", d->rssi);
	if (d->battery >= 0)
		words_add(&w, "battery %d%%", d->battery);
	if (s)
		words_add(&w, "speaker %s", words_name(s->name, s->address));
	if (d->doing[0] || d->failed[0] || s)
		words_add(&w, "%s", state);
	snprintf(ret, size, "%s", w.text);
}

void devices_trouble(const struct ui *ui, char *ret, size_t size)
{
	const struct ff_snapshot *s = &ui->snap;
	bool powered = false, blocked = false;
	const char *what = "";

	for (uint32_t i = 0; i < s->adapters_n; i++) {
		powered |= devices_concerns(ui, &s->adapters[i]) && s->adapters[i].powered;
		blocked |= devices_concerns(ui, &s->adapters[i]) && s->adapters[i].blocked;
	}
	if (ui->no_bluetooth)
		what = "Bluetooth is left alone: this Fanfare was started with --no-bluetooth.";
	else if (!s->bus)
		what = "No D-Bus answers, so Bluetooth cannot be reached. Mend: sudo apt "
		       "install dbus; sudo systemctl start dbus";
	else if (!s->bluetoothd && s->no_bluetooth[0])
		what = s->no_bluetooth;
	else if (!s->bluetoothd)
		what = "The Bluetooth service does not run. Mend: sudo apt install bluez; sudo "
		       "systemctl start bluetooth";
	else if (s->adapters_n == 0)
		what = "No Bluetooth adapter is here. Plug one in; if there is one, try: sudo "
		       "rfkill unblock bluetooth";
	else if (!powered && blocked)
		what = "The Bluetooth adapter is blocked by rfkill. Mend: sudo rfkill unblock "
		       "bluetooth";
	else if (!powered)
		what = "The Bluetooth adapter is switched off. Mend: bluetoothctl power on";
	snprintf(ret, size, "%s", what);
}
