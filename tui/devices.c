/* SPDX-License-Identifier: MIT */
/*
 * devices - the Bluetooth devices as a list that holds still, and what keys
 * do to the one selected.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/keys.h"
#include "tui/pane.h"
#include "tui/text.h"
#include "tui/words.h"

const struct ff_device *devices_find(const struct ui *ui, const char *address)
{
	const struct ff_device *best = NULL;

	/* one device may be known to several adapters: the one that has most to do with it */
	for (uint32_t i = 0; i < ui->snap.devices_n; i++) {
		const struct ff_device *d = &ui->snap.devices[i];

		if (strcmp(d->address, address) == 0 &&
		    (!best ||
		     d->connected * 2 + d->paired > best->connected * 2 + best->paired))
			best = d;
	}
	return best;
}

static const struct ff_device *devices_selected(const struct ui *ui)
{
	const struct devices *d = &ui->devices;

	return d->list.selected < (int)d->order_n ? devices_find(ui, d->order[d->list.selected])
						  : NULL;
}

static bool devices_wanted(const struct ui *ui, const struct ff_device *d)
{
	if (devices_find(ui, d->address) != d)
		return false; /* another adapter's entry stands for it */
	return ui->devices.unnamed || d->paired || d->connected || d->speaker || d->name[0];
}

/* Connected ones first, then known, then by signal; names decide between equals. */
static int devices_rank(const struct ff_device *d)
{
	return d->connected ? 0 : d->paired ? 1 : d->audio_sink ? 2 : d->name[0] ? 3 : 4;
}

static int devices_compare(const void *a, const void *b)
{
	const struct ff_device *x = a, *y = b;
	int rank = devices_rank(x) - devices_rank(y);
	int signal = (y->rssi ? y->rssi : -200) - (x->rssi ? x->rssi : -200);

	if (rank != 0)
		return rank;
	if (devices_rank(x) >= 2 && signal != 0)
		return signal;
	return strcmp(x->name, y->name) != 0 ? strcmp(x->name, y->name)
					     : strcmp(x->address, y->address);
}

static void devices_list(struct ui *ui)
{
	struct ff_device sorted[FF_DEVICES];
	uint32_t n = 0;

	for (uint32_t i = 0; i < ui->snap.devices_n; i++)
		if (devices_wanted(ui, &ui->snap.devices[i]))
			sorted[n++] = ui->snap.devices[i];
	qsort(sorted, n, sizeof(sorted[0]), devices_compare);
	for (uint32_t i = 0; i < n; i++)
		memcpy(ui->devices.order[i], sorted[i].address, FF_ADDR_MAX);
	ui->devices.order_n = n;
}

/* Keep every line where it is: who has gone leaves, who is new comes last. */
static void devices_follow(struct ui *ui)
{
	struct devices *d = &ui->devices;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < d->order_n; i++) {
		const struct ff_device *old = devices_find(ui, d->order[i]);

		if (!old || !devices_wanted(ui, old)) {
			if ((int)kept < d->list.selected)
				d->list.selected--;
			continue;
		}
		memmove(d->order[kept++], d->order[i], FF_ADDR_MAX);
	}
	d->order_n = kept;
	for (uint32_t i = 0; i < ui->snap.devices_n; i++) {
		bool known = false;

		for (uint32_t k = 0; k < kept && !known; k++)
			known = strcmp(d->order[k], ui->snap.devices[i].address) == 0;
		if (!known && devices_wanted(ui, &ui->snap.devices[i]))
			memcpy(d->order[d->order_n++], ui->snap.devices[i].address,
			       FF_ADDR_MAX);
	}
}

/* The far side asks for digits or a PIN: open the line to type them, once. */
static void devices_pair_answer(struct ui *ui, const char *text)
{
	struct ff_command c = { .verb = FF_PAIR_REPLY, .id = ui->devices.asked, .flag = true };

	text_copy(c.text, sizeof(c.text), text);
	ui->devices.answered = c.id;
	ui_submit(ui, &c);
}

static void devices_pair_refuse(struct ui *ui, const char *unused)
{
	struct ff_command c = { .verb = FF_PAIR_REPLY, .id = ui->devices.asked };

	(void)unused;
	ui->devices.answered = c.id;
	ui_submit(ui, &c);
}

static void devices_question(struct ui *ui)
{
	const struct ff_pairing *p = &ui->snap.pairing;
	bool typed = p->question == FF_ASK_PASSKEY || p->question == FF_ASK_PIN;

	if (ui->prompt.open && ui->prompt.done == devices_pair_answer &&
	    (!typed || p->cookie != ui->devices.asked)) {
		ui->prompt.open = false;
		ui_say(ui, SAY_ERROR, "the other side no longer waits for that");
	}
	if (!typed || p->cookie == ui->devices.asked || ui->prompt.open)
		return;
	ui->devices.asked = p->cookie;
	ui->help.open = false;
	prompt_open(&ui->prompt, devices_pair_answer, "",
		    p->question == FF_ASK_PIN ? "PIN (often 0000 or 1234):"
					      : "Passkey, 6 digits:");
	ui->prompt.cancelled = devices_pair_refuse;
}

void devices_update(struct ui *ui)
{
	if (ui->pane == PANE_DEVICES && ui->devices.order_n > 0)
		devices_follow(ui);
	else
		devices_list(ui);
	list_move(&ui->devices.list, 0, (int)ui->devices.order_n);
	devices_question(ui);
}

void devices_enter(struct ui *ui)
{
	devices_list(ui);
	list_move(&ui->devices.list, 0, (int)ui->devices.order_n);
}

void devices_move(struct ui *ui, int rows)
{
	list_move(&ui->devices.list, rows, (int)ui->devices.order_n);
}

static void devices_start_scan(struct ui *ui)
{
	struct ff_command c = { .verb = FF_SCAN, .flag = true };

	if (ui_submit(ui, &c) == 0)
		ui_say(ui, SAY_FINE,
		       "looking for 30 s: switch the speaker's pairing mode on now");
}

void devices_scan(struct ui *ui, int unused)
{
	struct ff_command stop = { .verb = FF_SCAN, .flag = false };
	bool scanning = false, plays = false;

	(void)unused;
	for (uint32_t i = 0; i < ui->snap.adapters_n; i++)
		scanning = scanning || ui->snap.adapters[i].scanning;
	for (uint32_t i = 0; i < ui->snap.speakers_n; i++)
		plays = plays || (ui->snap.speakers[i].output == FF_OUT_BLUETOOTH &&
				  ui->snap.speakers[i].state == FF_PLAYING);
	if (scanning)
		ui_submit(ui, &stop);
	else if (ui->snap.adapters_n == 0)
		ui_say(ui, SAY_ERROR, "no Bluetooth adapter to look with");
	else if (plays)
		ui_ask(ui, devices_start_scan,
		       "Looking disturbs what plays over Bluetooth. Look?");
	else
		devices_start_scan(ui);
}

static void devices_send(struct ui *ui, enum ff_verb verb, bool flag, const char *text)
{
	struct ff_command c = { .verb = verb, .flag = flag };

	text_copy(c.address, sizeof(c.address), ui->devices.target);
	text_copy(c.text, sizeof(c.text), text);
	ui_submit(ui, &c);
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

static const char *devices_name(const struct ff_device *d)
{
	return words_name(d->name, d->address);
}

void devices_pair(struct ui *ui, int unused)
{
	const struct ff_device *d = devices_target(ui);

	(void)unused;
	if (!d)
		return;
	ui_say(ui, SAY_FINE, "%s: pairing, then trusted and connected (^X cancels)",
	       devices_name(d));
	devices_send(ui, FF_PAIR, true, "");
}

void devices_trust(struct ui *ui, int unused)
{
	const struct ff_device *d = devices_target(ui);

	(void)unused;
	if (d)
		devices_send(ui, FF_TRUST, !d->trusted, "");
}

static void devices_forget_yes(struct ui *ui)
{
	devices_send(ui, FF_FORGET, true, "");
}

void devices_forget(struct ui *ui, int unused)
{
	const struct ff_device *d = devices_target(ui);

	(void)unused;
	if (d)
		ui_ask(ui, devices_forget_yes, "Forget %s and its pairing?", devices_name(d));
}

static void devices_rename_done(struct ui *ui, const char *text)
{
	devices_send(ui, FF_RENAME_DEVICE, true, text);
}

void devices_rename(struct ui *ui, int unused)
{
	const struct ff_device *d = devices_target(ui);

	(void)unused;
	if (d)
		prompt_open(&ui->prompt, devices_rename_done, d->name, "Its name:");
}

void devices_unnamed(struct ui *ui, int unused)
{
	(void)unused;
	ui->devices.unnamed = !ui->devices.unnamed;
	devices_update(ui);
	ui_say(ui, SAY_FINE,
	       ui->devices.unnamed ? "devices without a name are shown too"
				   : "devices without a name are hidden");
}

void devices_add(struct ui *ui, int unused)
{
	const struct ff_device *d = devices_target(ui);

	(void)unused;
	if (!d)
		return;
	if (d->speaker) {
		ui_say(ui, SAY_FINE, "%s is in this profile already", devices_name(d));
		return;
	}
	devices_send(ui, FF_ADD_SPEAKER, true, devices_name(d));
	ui_say(ui, SAY_FINE, "%s is a speaker now; F2 shows it, w among F5 saves the profile",
	       devices_name(d));
}

void devices_toggle(struct ui *ui, int unused)
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
			       d->connected ? "disconnecting" : "connecting (^X cancels)");
	}
}

void devices_cancel(struct ui *ui, int unused)
{
	const struct ff_device *d = devices_target(ui);

	(void)unused;
	if (d)
		devices_send(ui, FF_CANCEL, true, "");
}

/* ---- the window in which the far side asks or tells ----------------------------------------
 */

bool pairing_open(const struct ui *ui)
{
	const struct ff_pairing *p = &ui->snap.pairing;

	return p->question != FF_ASK_NONE && p->cookie != ui->devices.answered;
}

void pairing_key(struct ui *ui, uint32_t key)
{
	const struct ff_pairing *p = &ui->snap.pairing;
	struct ff_command c = { .verb = FF_PAIR_REPLY, .id = p->cookie };

	if (key == KEYS_ESC || key == 'n' || key == 'N') {
		c.flag = false;
	} else if (p->question == FF_ASK_CONFIRM &&
		   (key == 'y' || key == 'Y' || key == KEYS_ENTER)) {
		c.flag = true;
	} else {
		return;
	}
	ui->devices.answered = p->cookie;
	ui_submit(ui, &c);
}
