/* SPDX-License-Identifier: MIT */
/* devices - see devices.h. */
#include <stdlib.h>
#include <string.h>

#include "tui/pane.h"
#include "tui/text.h"
#include "tui/words.h"

const struct ff_device *devices_find(const struct ui *ui, const char *address)
{
	const char *adapter = ui->devices.adapter;
	const struct ff_device *best = NULL;

	/* one device may be known to several adapters: the one that has most to do with it */
	for (uint32_t i = 0; i < ui->snap.devices_n; i++) {
		const struct ff_device *d = &ui->snap.devices[i];

		if (strcmp(d->address, address) == 0 &&
		    (!*adapter || strcmp(d->adapter, adapter) == 0) &&
		    (!best ||
		     d->connected * 2 + d->paired > best->connected * 2 + best->paired))
			best = d;
	}
	return best;
}

const struct ff_device *devices_selected(const struct ui *ui)
{
	const struct devices *d = &ui->devices;

	return d->list.selected < (int)d->order_n ? devices_find(ui, d->order[d->list.selected])
						  : NULL;
}

const char *devices_name(const struct ff_device *d)
{
	return words_name(d->name, d->address);
}

bool devices_concerns(const struct ui *ui, const struct ff_adapter *a)
{
	return !ui->devices.adapter[0] || strcmp(a->address, ui->devices.adapter) == 0;
}

static bool devices_wanted(const struct ui *ui, const struct ff_device *d)
{
	if (devices_find(ui, d->address) != d)
		return false; /* another adapter's entry stands for it */
	if (!pane_shows(ui, PANE_DEVICES, devices_name(d)))
		return false;
	return ui->devices.unnamed || d->paired || d->connected || d->speaker || d->name[0];
}

static enum devices_group devices_group_of(const struct ff_device *d)
{
	return d->connected		 ? DEVICES_CONNECTED
	       : d->paired || d->speaker ? DEVICES_KNOWN
					 : DEVICES_NEW;
}

/* New ones that play first, then who has a name, then who is near; else by name. */
static int devices_compare(const void *a, const void *b)
{
	const struct ff_device *x = a, *y = b;
	int group = (int)devices_group_of(x) - (int)devices_group_of(y);
	int kind = (y->audio_sink * 2 + !!y->name[0]) - (x->audio_sink * 2 + !!x->name[0]);
	int signal = (y->rssi ? y->rssi : -200) - (x->rssi ? x->rssi : -200);

	if (group != 0)
		return group;
	if (devices_group_of(x) == DEVICES_NEW && (kind != 0 || signal != 0))
		return kind != 0 ? kind : signal;
	return strcmp(x->name, y->name) != 0 ? strcmp(x->name, y->name)
					     : strcmp(x->address, y->address);
}

void devices_sort(struct ui *ui)
{
	struct devices *v = &ui->devices;
	struct ff_device sorted[FF_DEVICES];
	char selected[FF_ADDR_MAX] = "";
	uint32_t n = 0;

	if (v->list.selected < (int)v->order_n)
		memcpy(selected, v->order[v->list.selected], FF_ADDR_MAX);
	for (uint32_t i = 0; i < ui->snap.devices_n; i++)
		if (devices_wanted(ui, &ui->snap.devices[i]))
			sorted[n++] = ui->snap.devices[i];
	qsort(sorted, n, sizeof(sorted[0]), devices_compare);
	for (uint32_t i = 0; i < n; i++) {
		memcpy(v->order[i], sorted[i].address, FF_ADDR_MAX);
		v->group[i] = (uint8_t)devices_group_of(&sorted[i]);
		if (strcmp(sorted[i].address, selected) == 0)
			v->list.selected = (int)i;
	}
	v->order_n = n;
	text_copy(v->sorted_for, sizeof(v->sorted_for), ui->filter[PANE_DEVICES]);
}

/* A device that was not there before goes last in its group. */
static void devices_insert(struct devices *v, const struct ff_device *d)
{
	uint8_t group = (uint8_t)devices_group_of(d);
	uint32_t at = v->order_n;

	if (v->order_n == FF_DEVICES)
		return;
	while (at > 0 && v->group[at - 1] > group)
		at--;
	memmove(v->order[at + 1], v->order[at], (v->order_n - at) * FF_ADDR_MAX);
	memmove(v->group + at + 1, v->group + at, v->order_n - at);
	memcpy(v->order[at], d->address, FF_ADDR_MAX);
	v->group[at] = group;
	if (v->order_n++ > 0 && (int)at <= v->list.selected)
		v->list.selected++; /* the cursor stays on its device */
}

/* Keep every line where it is: only who has gone leaves. */
static void devices_follow(struct ui *ui)
{
	struct devices *v = &ui->devices;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < v->order_n; i++) {
		const struct ff_device *old = devices_find(ui, v->order[i]);

		if (!old || !devices_wanted(ui, old)) {
			if ((int)kept < v->list.selected)
				v->list.selected--;
			continue;
		}
		v->group[kept] = v->group[i];
		memmove(v->order[kept++], v->order[i], FF_ADDR_MAX);
	}
	v->order_n = kept;
	for (uint32_t i = 0; i < ui->snap.devices_n; i++) {
		const struct ff_device *d = &ui->snap.devices[i];
		bool known = false;

		for (uint32_t k = 0; k < v->order_n && !known; k++)
			known = strcmp(v->order[k], d->address) == 0;
		if (!known && devices_wanted(ui, d))
			devices_insert(v, d);
	}
}

/* The chosen adapter was unplugged: back to all of them. */
static void devices_check_adapter(struct ui *ui)
{
	for (uint32_t i = 0; i < ui->snap.adapters_n; i++)
		if (strcmp(ui->snap.adapters[i].address, ui->devices.adapter) == 0)
			return;
	ui->devices.adapter[0] = '\0';
}

void devices_renew(struct ui *ui)
{
	struct devices *v = &ui->devices;

	devices_check_adapter(ui);
	if (ui->pane == PANE_DEVICES && v->order_n > 0 &&
	    strcmp(v->sorted_for, ui->filter[PANE_DEVICES]) == 0)
		devices_follow(ui);
	else
		devices_sort(ui);
	list_move(&v->list, 0, (int)v->order_n);
	v->change = ui->snap.change;
	v->made = true;
}

void devices_update(struct ui *ui)
{
	/* levels come twenty times a second, devices hardly ever */
	if (!ui->devices.made || ui->devices.change != ui->snap.change ||
	    strcmp(ui->devices.sorted_for, ui->filter[PANE_DEVICES]) != 0)
		devices_renew(ui);
	pairing_update(ui);
}

void devices_enter(struct ui *ui)
{
	devices_sort(ui);
	list_move(&ui->devices.list, 0, (int)ui->devices.order_n);
}
