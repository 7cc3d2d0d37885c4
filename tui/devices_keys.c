/* SPDX-License-Identifier: MIT */
/*
 * devices_keys - the devices as a pane: its keys, its names, what is typed.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/base/scope.h"
#include "tui/pane.h"
#include "tui/text.h"
#include "tui/words.h"

static void devices_move(struct ui *ui, int rows)
{
	list_move(&ui->devices.list, rows, (int)ui->devices.order_n);
}

static void devices_pick(struct ui *ui, int row)
{
	devices_move(ui, row - ui->devices.list.selected);
}

/* The selected device becomes what keys, prompts and questions are about. */
static const struct ff_device *devices_target(struct ui *ui)
{
	const struct ff_device *d = devices_selected(ui);

	if (d)
		memcpy(ui->devices.target, d->address, FF_ADDR_MAX);
	else
		ui_say(ui, SAY_ERROR, "no device is selected: s looks for some");
	return d;
}

/* A command about the target, at the adapter that knows it. */
static struct ff_command devices_command(const struct ui *ui, enum ff_verb verb, bool flag)
{
	const struct ff_device *d = devices_find(ui, ui->devices.target);
	struct ff_command c = { .verb = verb, .flag = flag };

	text_copy(c.address, sizeof(c.address), ui->devices.target);
	if (d)
		text_copy(c.adapter, sizeof(c.adapter), d->adapter);
	return c;
}

/* ---- looking for them -----------------------------------------------------------------------
 */

static void devices_start_scan(struct ui *ui)
{
	struct ff_command c = { .verb = FF_SCAN, .flag = true };

	text_copy(c.adapter, sizeof(c.adapter), ui->devices.adapter);
	devices_sort(ui);
	if (ui_submit(ui, &c) == 0)
		ui_say(ui, SAY_FINE,
		       "looking for 30 s: switch the speaker's pairing mode on now");
}

static void devices_stop_scan(struct ui *ui)
{
	struct ff_command c = { .verb = FF_SCAN };

	text_copy(c.adapter, sizeof(c.adapter), ui->devices.adapter);
	ui_submit(ui, &c);
}

static void devices_scan(struct ui *ui, int unused)
{
	bool scanning = false, idle = false;
	uint32_t powered = 0;

	(void)unused;
	for (uint32_t i = 0; i < ui->snap.adapters_n; i++) {
		const struct ff_adapter *a = &ui->snap.adapters[i];

		if (!devices_concerns(ui, a))
			continue;
		scanning |= a->scanning;
		powered += a->powered;
		idle |= a->powered && a->streams == 0; /* the core looks with the idlest */
	}
	if (scanning)
		devices_stop_scan(ui);
	else if (powered == 0)
		ui_say(ui, SAY_ERROR, "no Bluetooth adapter to look with");
	else if (!idle)
		ui_ask(ui, devices_start_scan,
		       "Looking disturbs what plays over Bluetooth. Look?");
	else
		devices_start_scan(ui);
}

/* A phone that is to play to this computer, for some minutes; or nobody any more. */
static void devices_admit(struct ui *ui, int unused)
{
	struct ff_command c = { .verb = FF_ADMIT, .flag = !ui->snap.admit.open };
	bool hears = false;

	(void)unused;
	for (uint32_t i = 0; i < ui->snap.adapters_n; i++) {
		const struct ff_adapter *a = &ui->snap.adapters[i];

		hears |= devices_concerns(ui, a) && a->powered && a->hears;
	}
	if (c.flag && !hears) {
		ui_say(ui, SAY_ERROR,
		       "nobody would hear it: add the source \"a phone or an Echo\" first "
		       "(F5)");
		return;
	}
	text_copy(c.adapter, sizeof(c.adapter), ui->devices.adapter);
	if (ui_submit(ui, &c) == 0)
		ui_say(ui, SAY_FINE,
		       c.flag ? "a phone may come in: look for this computer on it now"
			      : "nobody is let in any more");
}

static void devices_adapter_fill(struct ui *ui)
{
	picker_add(ui, "all adapters", "each device at the one that knows it best", "");
	for (uint32_t i = 0; i < ui->snap.adapters_n; i++) {
		const struct ff_adapter *a = &ui->snap.adapters[i];
		char text[FF_NAME_MAX], note[FF_TEXT_MAX];

		snprintf(text, sizeof(text), "%s %.40s", a->name, a->alias);
		snprintf(note, sizeof(note), "%s, %s", a->address,
			 a->blocked    ? "blocked by rfkill"
			 : !a->powered ? "switched off"
			 : a->streams  ? "in use"
				       : "free");
		picker_add(ui, text, note, a->address);
	}
}

static void devices_adapter_set(struct ui *ui, const struct picker_item *item)
{
	text_copy(ui->devices.adapter, sizeof(ui->devices.adapter), item->value);
	devices_enter(ui);
}

static void devices_adapter(struct ui *ui, int unused)
{
	(void)unused;
	picker_open(ui, devices_adapter_fill, devices_adapter_set, "Adapter",
		    "no Bluetooth adapter is here");
	picker_point(ui, ui->devices.adapter);
}

static void devices_adapter_typed(struct ui *ui, const char *text)
{
	struct picker_item item = { .value = "" };
	bool found = strcasecmp(text, "all") == 0;

	for (uint32_t i = 0; i < ui->snap.adapters_n && !found; i++) {
		found = strcasecmp(text, ui->snap.adapters[i].name) == 0 ||
			strcasecmp(text, ui->snap.adapters[i].address) == 0;
		if (found)
			text_copy(item.value, sizeof(item.value), ui->snap.adapters[i].address);
	}
	if (found)
		devices_adapter_set(ui, &item);
	else
		ui_say(ui, SAY_ERROR, "\"%s\" is no adapter that is here", text);
}

static void devices_adapter_values(const struct ui *ui, struct choices *ret)
{
	choices_add(ret, "all");
	for (uint32_t i = 0; i < ui->snap.adapters_n; i++)
		choices_add(ret, ui->snap.adapters[i].name);
}

static void devices_unnamed(struct ui *ui, int unused)
{
	(void)unused;
	ui->devices.unnamed = !ui->devices.unnamed;
	devices_renew(ui);
	ui_say(ui, SAY_FINE,
	       ui->devices.unnamed ? "devices without a name are shown too"
				   : "devices without a name are hidden");
}

/* ---- what is done to one --------------------------------------------------------------------
 */

static void devices_pair(struct ui *ui, int unused)
{
	const struct ff_device *d = devices_target(ui);
	struct ff_command c;

	(void)unused;
	if (!d)
		return;
	if (d->paired && d->trusted && d->connected) {
		ui_say(ui, SAY_FINE, "%s is paired, trusted and connected already",
		       devices_name(d));
		return;
	}
	c = devices_command(ui, FF_PAIR, true);
	if (ui_submit(ui, &c) == 0)
		ui_say(ui, SAY_FINE, "%s: pairing, then trusted and connected (^X stops)",
		       devices_name(d));
}

static void devices_trust(struct ui *ui, int unused)
{
	const struct ff_device *d = devices_target(ui);
	struct ff_command before, after;
	char what[FF_TEXT_MAX];

	(void)unused;
	if (!d)
		return;
	before = devices_command(ui, FF_TRUST, d->trusted);
	after = devices_command(ui, FF_TRUST, !d->trusted);
	snprintf(what, sizeof(what), "%s is %s", devices_name(d),
		 d->trusted ? "not trusted any more" : "trusted: it may connect by itself");
	history_tell_do(ui, &before, &after, what);
}

static void devices_disconnect(struct ui *ui, int unused)
{
	const struct ff_device *d = devices_target(ui);
	struct ff_command c;

	(void)unused;
	if (!d)
		return;
	if (!d->connected) {
		ui_say(ui, SAY_FINE, "%s is not connected", devices_name(d));
		return;
	}
	c = devices_command(ui, FF_DISCONNECT_DEVICE, true);
	if (ui_submit(ui, &c) == 0)
		ui_say(ui, SAY_FINE, "%s: disconnecting", devices_name(d));
}

static void devices_forget_yes(struct ui *ui)
{
	struct ff_command c = devices_command(ui, FF_FORGET, true);

	ui_submit(ui, &c);
}

static void devices_forget(struct ui *ui, int unused)
{
	const struct ff_device *d = devices_target(ui);

	(void)unused;
	if (d)
		ui_ask(ui, devices_forget_yes, "Forget %s and its pairing?", devices_name(d));
}

static void devices_rename_done(struct ui *ui, const char *text)
{
	const struct ff_device *d = devices_find(ui, ui->devices.target);
	struct ff_command before = devices_command(ui, FF_RENAME_DEVICE, true), after = before;
	char what[FF_TEXT_MAX];

	if (!d)
		return;
	text_copy(before.text, sizeof(before.text), d->name);
	text_copy(after.text, sizeof(after.text), text);
	if (*text)
		snprintf(what, sizeof(what), "%.64s is called %.64s now", devices_name(d),
			 text);
	else
		snprintf(what, sizeof(what), "%.64s has its own name again", devices_name(d));
	history_tell_do(ui, &before, &after, what);
}

static void devices_rename(struct ui *ui, int unused)
{
	const struct ff_device *d = devices_target(ui);

	(void)unused;
	if (d)
		prompt_open(&ui->prompt, devices_rename_done, d->name,
			    "Name (empty = its own):");
}

static void devices_rename_typed(struct ui *ui, const char *text)
{
	if (devices_target(ui))
		devices_rename_done(ui, text);
}

static void devices_add(struct ui *ui, int unused)
{
	const struct ff_device *d = devices_target(ui);
	struct ff_command c;
	char what[FF_TEXT_MAX];

	(void)unused;
	if (!d)
		return;
	if (d->speaker) {
		ui_say(ui, SAY_FINE, "%s is in this profile already", devices_name(d));
		return;
	}
	if (d->audio_source && !d->audio_sink) {
		ui_say(ui, SAY_ERROR, "%s plays and is no speaker; F5, s hears it",
		       devices_name(d));
		return;
	}
	profiles_leave_demo(ui);
	c = devices_command(ui, FF_ADD_SPEAKER, true);
	/* which adapter carries it is the core's to choose, unless one was chosen here */
	text_copy(c.adapter, sizeof(c.adapter), ui->devices.adapter);
	text_copy(c.text, sizeof(c.text), devices_name(d));
	snprintf(what, sizeof(what), "%s is a speaker now", devices_name(d));
	history_add(ui, &c, what);
}

static void devices_toggle(struct ui *ui, int unused)
{
	const struct ff_device *d = devices_target(ui);
	struct ff_command c = { .verb = FF_CONNECT };

	if (!d)
		return;
	if (!d->speaker && !d->audio_sink) {
		devices_pair(ui, unused);
	} else if (!d->speaker) {
		/* the core pairs, trusts and connects whoever is in its profile */
		devices_add(ui, unused);
	} else {
		c.id = d->speaker;
		c.verb = d->connected ? FF_DISCONNECT : FF_CONNECT;
		if (ui_submit(ui, &c) == 0)
			ui_say(ui, SAY_FINE, "%s: %s", devices_name(d),
			       d->connected ? "disconnecting" : "connecting (^X stops)");
	}
}

/* A speaker on its way is left alone, or the core would try again; else what is under way ends.
 */
static void devices_cancel(struct ui *ui, int unused)
{
	const struct ff_device *d = devices_target(ui);
	const struct ff_speaker *s = d && d->speaker ? ui_speaker(ui, d->speaker) : NULL;
	struct ff_command c;

	(void)unused;
	if (!d)
		return;
	if (s && s->state != FF_PLAYING && s->state != FF_OFF) {
		c = (struct ff_command){ .verb = FF_DISCONNECT, .id = s->id };
		if (ui_submit(ui, &c) == 0)
			ui_say(ui, SAY_FINE, "%s: stopped trying (Enter connects it again)",
			       devices_name(d));
	} else if (d->busy || d->doing[0]) {
		c = devices_command(ui, FF_CANCEL, true);
		if (ui_submit(ui, &c) == 0)
			ui_say(ui, SAY_FINE, "%s: cancelled", devices_name(d));
	} else {
		ui_say(ui, SAY_FINE, "nothing is under way for %s", devices_name(d));
	}
}

static void devices_info(struct ui *ui, int unused)
{
	(void)unused;
	ui->devices.details = !ui->devices.details;
}

/* ---- the command line -----------------------------------------------------------------------
 */

static void devices_names(const struct ui *ui, struct choices *ret)
{
	for (uint32_t i = 0; i < ui->devices.order_n; i++) {
		const struct ff_device *d = devices_find(ui, ui->devices.order[i]);

		if (d)
			choices_add(ret, devices_name(d));
	}
}

static bool devices_select(struct ui *ui, const char *name)
{
	for (uint32_t i = 0; i < ui->devices.order_n; i++) {
		const struct ff_device *d = devices_find(ui, ui->devices.order[i]);

		if (d && (strcasecmp(devices_name(d), name) == 0 ||
			  strcasecmp(d->address, name) == 0)) {
			devices_pick(ui, (int)i);
			return true;
		}
	}
	return false;
}

/* clang-format off */
static const struct binding keys[] = {
	{ "Up k", "up", devices_move, -1, "↑↓|jk|select", "select the device above" },
	{ "Down j", "down", devices_move, 1, NULL, "select the device below" },
	{ "PgUp", "page-up", devices_move, -10, NULL, "ten up" },
	{ "PgDn", "page-down", devices_move, 10, NULL, "ten down" },
	{ "Home", "first", devices_move, -FF_DEVICES, NULL, "select the first device" },
	{ "End", "last", devices_move, FF_DEVICES, NULL, "select the last device" },
	{ "s", "scan", devices_scan, 0, "s|s|scan", "look for devices for 30 s, or stop looking" },
	{ "Enter", "connect", devices_toggle, 0, "Enter|Enter|connect", "pair, trust, connect: a speaker here; or disconnect" },
	{ "p", "pair", devices_pair, 0, "p|p|pair only", "pair, trust and connect, the profile as it is" },
	{ "l", "let-in", devices_admit, 0, NULL, "let a phone in to play here, for 2 min; or no longer" },
	{ "x", "disconnect", devices_disconnect, 0, NULL, "disconnect it, a speaker of this profile or not" },
	{ "^X", "cancel", devices_cancel, 0, NULL, "cancel what is under way for it" },
	{ "+", "add", devices_add, 0, NULL, "put it into the profile" },
	{ "i", "info", devices_info, 0, "i|i|info", "all that is known of it, or the list alone" },
	{ "e", "rename", devices_rename, 0, "e|e|rename", "give it another name; an empty one is its own again" },
	{ "d Del", "forget", devices_forget, 0, "d|d|forget", "forget it, and its pairing" },
	{ "t", "trust", devices_trust, 0, NULL, "let it connect by itself (trust), or no longer" },
	{ "a", "adapter", devices_adapter, 0, "a|a|adapter", "choose the adapter to look and pair with" },
	{ "v", "unnamed", devices_unnamed, 0, NULL, "show devices without a name too, or hide them" },
};
/* clang-format on */

static const struct typed typed[] = {
	{ "adapter", devices_adapter_typed, devices_adapter_values },
	{ "rename", devices_rename_typed, NULL },
};

const struct pane_kind pane_devices = {
	.name = "devices",
	.tab = "F3 Devices",
	.draw = pane_devices_draw,
	.update = devices_update,
	.enter = devices_enter,
	.move = devices_move,
	.pick = devices_pick,
	.names = devices_names,
	.select = devices_select,
	.keys = keys,
	.keys_n = ARRAY_SIZE(keys),
	.typed = typed,
	.typed_n = ARRAY_SIZE(typed),
};
