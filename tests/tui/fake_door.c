/* SPDX-License-Identifier: MIT */
/* fake_door - see fake_door.h. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "tests/tui/fake_door.h"

static struct fake_door *fake;

struct fake_door *fake_door_new(void)
{
	if (!fake)
		fake = mmap(NULL, sizeof(*fake), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fake == MAP_FAILED)
		abort();
	if (fake->news > 0)
		close(fake->news);
	memset(fake, 0, sizeof(*fake));
	fake->news = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return fake;
}

void fake_door_news(struct fake_door *f)
{
	if (eventfd_write(f->news, 1) < 0)
		abort();
}

int ff_open(const struct ff_options *options, struct ff **ret, char why[FF_TEXT_MAX * 4])
{
	(void)options;
	if (fake->fail) {
		snprintf(why, FF_TEXT_MAX * 4, "party.conf:3: expected a number");
		return fake->fail;
	}
	fake->pid = getpid();
	*ret = (struct ff *)fake;
	return 0;
}

void ff_close(struct ff *ff)
{
	if (ff)
		fake->closed++;
}

static void put(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%.*s", (int)size - 1, text);
}

/* What changes a profile, as far as a screen shows it. */
static void obey_edit(const struct ff_command *c, struct ff_speaker *s, struct ff_source *in)
{
	struct ff_snapshot *snap = &fake->snap;

	if (c->verb == FF_RENAME_SPEAKER && s)
		put(s->name, sizeof(s->name), c->text);
	else if (c->verb == FF_MOVE_SPEAKER && s)
		s->zone = c->other;
	else if (c->verb == FF_REMOVE_SPEAKER && s)
		*s = snap->speakers[--snap->speakers_n];
	else if (c->verb == FF_RENAME_SOURCE && in)
		put(in->name, sizeof(in->name), c->text);
	else if (c->verb == FF_SET_SOURCE_GAIN && in)
		in->gain_db = c->value;
	else if (c->verb == FF_RENAME_ZONE && c->id < snap->zones_n)
		put(snap->zones[c->id].name, FF_NAME_MAX, c->text);
	else if (c->verb == FF_ADD_ZONE && snap->zones_n < FF_ZONES)
		put(snap->zones[snap->zones_n++].name, FF_NAME_MAX, c->text);
	if (c->verb == FF_SET_SOURCE_DEVICE && in) {
		put(in->type, sizeof(in->type), c->type);
		put(in->device, sizeof(in->device), c->device);
	} else if (c->verb == FF_NEW_PROFILE) {
		put(snap->profile, sizeof(snap->profile), c->text);
		snap->speakers_n = snap->sources_n = 0;
		snap->zones_n = 1;
		for (uint32_t i = 0; i < snap->profiles_n; i++)
			snap->profiles[i].loaded = false;
	}
}

static void add_speaker(struct ff_device *d, uint32_t ticket)
{
	struct ff_speaker *s = &fake->snap.speakers[fake->snap.speakers_n++];

	*s = (struct ff_speaker){ .id = 1000 + ticket,
				  .state = FF_CONNECTING,
				  .measured_ms = NAN,
				  .battery = -1,
				  .absolute = -1 };
	put(s->name, sizeof(s->name), d->name);
	put(s->address, sizeof(s->address), d->address);
	d->speaker = s->id;
}

/* What is done to Bluetooth devices: pairing begins, and goes on until somebody ends it. */
static void obey_device(const struct ff_command *c)
{
	struct ff_snapshot *snap = &fake->snap;
	struct ff_device *d = NULL;

	for (uint32_t i = 0; i < snap->devices_n; i++) {
		if (c->address[0] && strcmp(snap->devices[i].address, c->address) == 0)
			d = &snap->devices[i];
		else if (c->verb == FF_REMOVE_SPEAKER &&
			 snap->devices[i].speaker == 1000 + c->other)
			snap->devices[i].speaker = 0;
	}
	if (c->verb == FF_SCAN) {
		snap->adapters[0].scanning = c->flag;
		snap->adapters[0].scan_left_ms = c->flag ? 30000 : 0;
	} else if (c->verb == FF_ADMIT) {
		snap->admit.open = c->flag;
		snap->admit.left_ms = c->flag ? 118000 : 0;
	} else if (c->verb == FF_PAIR_REPLY) {
		snap->pairing.question = FF_ASK_NONE;
	} else if (c->verb == FF_CLICKS) {
		snap->clicks_speaker = c->flag ? c->id : 0;
		snap->clicks_reference = c->flag ? c->other : 0;
	}
	if (!d)
		return;
	if (c->verb == FF_PAIR || c->verb == FF_CANCEL)
		put(d->doing, sizeof(d->doing), c->verb == FF_PAIR ? "pairing" : "");
	else if (c->verb == FF_TRUST)
		d->trusted = c->flag;
	else if (c->verb == FF_RENAME_DEVICE)
		put(d->name, sizeof(d->name), c->text);
	else if (c->verb == FF_FORGET)
		*d = snap->devices[--snap->devices_n];
	else if (c->verb == FF_ADD_SPEAKER)
		add_speaker(d, c->other);
}

static void obey(const struct ff_command *c)
{
	struct ff_speaker *s = NULL;
	struct ff_source *in = NULL;

	for (uint32_t i = 0; i < fake->snap.speakers_n; i++)
		if (fake->snap.speakers[i].id == c->id)
			s = &fake->snap.speakers[i];
	for (uint32_t i = 0; i < fake->snap.sources_n; i++)
		if (fake->snap.sources[i].id == c->id)
			in = &fake->snap.sources[i];
	obey_edit(c, s, in);
	obey_device(c);
	if (c->verb == FF_SET_VOLUME && s)
		s->volume_db = c->value;
	else if (c->verb == FF_SET_MUTE && s)
		s->mute = c->flag;
	else if (c->verb == FF_SET_SOLO && s)
		s->solo = c->flag;
	else if (c->verb == FF_SET_MAP && s)
		s->map = c->map;
	else if (c->verb == FF_SET_TRIM && s)
		s->trim_ms = c->value;
	else if (c->verb == FF_MUTE_ALL)
		fake->snap.muted_all = c->flag;
	else if (c->verb == FF_SET_MASTER)
		fake->snap.zones[0].volume_db = c->value;
	fake->snap.change++;
}

int ff_submit(struct ff *ff, const struct ff_command *command)
{
	(void)ff;
	if (fake->commands < 64)
		fake->command[fake->commands] = *command;
	fake->commands++;
	obey(command);
	fake_door_news(fake);
	return 0;
}

/*
 * A beat twice a second over a level that wanders: the peaks of speech and
 * pop music jump by some 10 dB and fall again, differently on both sides.
 */
static float music(double t, double phase)
{
	double beat = fmod(t * 2 + phase, 1.0), wander = sin(t * 0.7 + phase * 5) * 4;

	return (float)(-6 - 14 * beat + wander + 3 * sin(t * 23 + phase * 40));
}

static void play(struct ff_level *l, double t, double phase)
{
	if (l->peak_db[0] <= FF_SILENT)
		return;
	l->peak_db[0] = music(t, phase);
	l->peak_db[1] = music(t, phase + 0.13);
}

void ff_snapshot(struct ff *ff, struct ff_snapshot *ret)
{
	double t = (double)clock_now() / 1e9;
	eventfd_t news;

	(void)ff;
	fake->snapshots++;
	*ret = fake->snap;
	if (eventfd_read(fake->news, &news) < 0 && errno != EAGAIN)
		abort();
	if (!fake->moving)
		return;
	for (uint32_t i = 0; i < ret->speakers_n; i++)
		play(&ret->speakers[i].level, t, i * 0.02);
	play(&ret->zones[0].level, t, 0);
	play(&ret->sources[0].level, t, 0);
}

int ff_stop(struct ff *ff)
{
	(void)ff;
	fake->stops++;
	return 0;
}

bool ff_running(char ret_who[FF_TEXT_MAX])
{
	(void)ret_who;
	return fake->snap.attached;
}

int ff_fd(struct ff *ff)
{
	(void)ff;
	return fake->news;
}
