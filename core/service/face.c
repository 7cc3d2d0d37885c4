/* SPDX-License-Identifier: MIT */
/* face - the object on D-Bus: methods, properties, signals. */
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/scope.h"
#include "core/base/utf8.h"
#include "core/service/private.h"

#include <signal.h>
#include <string.h>

/* ---- methods ---------------------------------------------------------------------------- */

static const char *caller(sd_bus_message *m)
{
	const char *name = sd_bus_message_get_sender(m);

	return name ? name : "direct"; /* without a daemon between us */
}

static int refuse_flood(sd_bus_error *error)
{
	return sd_bus_error_setf(error, SERVICE_BUSY,
				 "more than %d calls a second: try that again in a moment",
				 ALLOWANCE_RATE);
}

static int on_command(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	struct service *s = arg;
	const char *what = "arguments";
	struct ff_command command;
	int r;

	if (!allowance_take(&s->allowance, caller(m), clock_now()))
		return refuse_flood(error);
	r = verbs_read(m, &command, &what);
	if (r < 0)
		return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS,
					 "%s: %s is not valid", sd_bus_message_get_member(m),
					 what);
	r = control_submit(s->control, &command);
	if (r == -EAGAIN)
		return sd_bus_error_set(error, SERVICE_BUSY,
					"too many commands wait: try that again in a moment");
	if (r == -EINVAL)
		return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS,
					 "%s: a value out of range, or no address",
					 sd_bus_message_get_member(m));
	if (r < 0)
		return sd_bus_error_set_errno(error, r);
	return sd_bus_reply_method_return(m, NULL);
}

/* Versions are checked on both sides: here in words for who attaches, there by the memory. */
static int on_get_snapshot(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	SCOPED(closep) int bell = -EBADF;
	struct service *s = arg;
	const char *version;
	uint32_t layout;
	int r;

	if (!allowance_take(&s->allowance, caller(m), clock_now()))
		return refuse_flood(error);
	r = sd_bus_message_read(m, "su", &version, &layout);
	if (r < 0)
		return r;
	if (layout != memory_layout())
		return sd_bus_error_setf(error, SERVICE_OTHER,
					 "the Fanfare that plays is version %s (%08x), this "
					 "console %.32s (%08x): restart the older one",
					 FANFARE_VERSION, memory_layout(), version, layout);
	r = consoles_add(&s->consoles, caller(m), &bell);
	if (r == -EUSERS)
		return sd_bus_error_setf(error, SD_BUS_ERROR_LIMITS_EXCEEDED,
					 "%d consoles are attached: close one first",
					 CONSOLES_MAX);
	if (r < 0)
		return sd_bus_error_set_errno(error, r);
	service_refresh(s);
	service_attend(s);
	return sd_bus_reply_method_return(m, "shh", FANFARE_VERSION, s->memory.fd, bell);
}

/* The end is decided where signals are read. */
static int on_stop(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	(void)arg;
	(void)error;
	log_notice("asked over D-Bus to end");
	kill(getpid(), SIGTERM);
	return sd_bus_reply_method_return(m, NULL);
}

/* ---- properties ------------------------------------------------------------------------- */

/*
 * What is no UTF-8 would have the bus throw us out: a name from a file of long ago, a
 * reason that was cut. Several may stand in one call, so several are kept.
 */
static const char *clean(const char *text)
{
	static char kept[8][FF_PATH_MAX];
	static unsigned turn;
	char *to = kept[turn++ % ARRAY_SIZE(kept)];
	size_t n = strnlen(text, FF_PATH_MAX - 1), step;

	for (size_t i = 0; i < n; i += step) {
		step = utf8_character(text + i, n - i);
		if (step)
			memcpy(to + i, text + i, step);
		else
			to[i] = '?', step = 1;
	}
	to[n] = '\0';
	return to;
}

static int put_zones(sd_bus_message *m, const struct ff_snapshot *n)
{
	int r = sd_bus_message_open_container(m, 'a', "(sdb)");

	for (uint32_t i = 0; i < n->zones_n && r >= 0; i++)
		r = sd_bus_message_append(m, "(sdb)", clean(n->zones[i].name),
					  (double)n->zones[i].volume_db, n->zones[i].mute);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static bool same_zones(const struct ff_snapshot *a, const struct ff_snapshot *b)
{
	bool same = a->zones_n == b->zones_n;

	for (uint32_t i = 0; i < a->zones_n && same; i++)
		same = !strcmp(a->zones[i].name, b->zones[i].name) &&
		       a->zones[i].volume_db == b->zones[i].volume_db &&
		       a->zones[i].mute == b->zones[i].mute;
	return same;
}

static int put_sources(sd_bus_message *m, const struct ff_snapshot *n)
{
	int r = sd_bus_message_open_container(m, 'a', "(uusssssd)");

	for (uint32_t i = 0; i < n->sources_n && r >= 0; i++) {
		const struct ff_source *s = &n->sources[i];

		r = sd_bus_message_append(m, "(uusssssd)", s->id, s->zone, clean(s->name),
					  s->type, clean(s->device), ff_state_name(s->state),
					  clean(s->reason), (double)s->gain_db);
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static bool same_sources(const struct ff_snapshot *a, const struct ff_snapshot *b)
{
	bool same = a->sources_n == b->sources_n;

	for (uint32_t i = 0; i < a->sources_n && same; i++) {
		const struct ff_source *x = &a->sources[i], *y = &b->sources[i];

		same = x->id == y->id && x->zone == y->zone && x->state == y->state &&
		       x->gain_db == y->gain_db && !strcmp(x->name, y->name) &&
		       !strcmp(x->type, y->type) && !strcmp(x->device, y->device) &&
		       !strcmp(x->reason, y->reason);
	}
	return same;
}

static int put_speakers(sd_bus_message *m, const struct ff_snapshot *n)
{
	int r = sd_bus_message_open_container(m, 'a', "(uussssssdbbsd)");

	for (uint32_t i = 0; i < n->speakers_n && r >= 0; i++) {
		const struct ff_speaker *s = &n->speakers[i];

		r = sd_bus_message_append(m, "(uussssssdbbsd)", s->id, s->zone, clean(s->name),
					  ff_output_name(s->output), s->address,
					  clean(s->device), ff_state_name(s->state),
					  clean(s->reason), (double)s->volume_db, s->mute,
					  s->solo, ff_map_name(s->map), (double)s->trim_ms);
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static bool same_speakers(const struct ff_snapshot *a, const struct ff_snapshot *b)
{
	bool same = a->speakers_n == b->speakers_n;

	for (uint32_t i = 0; i < a->speakers_n && same; i++) {
		const struct ff_speaker *x = &a->speakers[i], *y = &b->speakers[i];

		same = x->id == y->id && x->zone == y->zone && x->output == y->output &&
		       x->state == y->state && x->volume_db == y->volume_db &&
		       x->mute == y->mute && x->solo == y->solo && x->map == y->map &&
		       x->trim_ms == y->trim_ms && !strcmp(x->name, y->name) &&
		       !strcmp(x->address, y->address) && !strcmp(x->device, y->device) &&
		       !strcmp(x->reason, y->reason);
	}
	return same;
}

/* What one field says; the lists have functions instead. */
struct property {
	const char *name;
	char type; /* s, b, u or a */
	size_t at; /* in struct ff_snapshot */
	int (*put)(sd_bus_message *m, const struct ff_snapshot *n);
	bool (*same)(const struct ff_snapshot *a, const struct ff_snapshot *b);
};

#define FIELD(name, type, field)                                            \
	{                                                                   \
		name, type, offsetof(struct ff_snapshot, field), NULL, NULL \
	}

static const struct property properties[] = {
	FIELD("Profile", 's', profile),
	FIELD("Modified", 'b', modified),
	FIELD("Notice", 's', notice),
	FIELD("MutedAll", 'b', muted_all),
	FIELD("Bluetoothd", 'b', bluetoothd),
	FIELD("Realtime", 'b', realtime),
	FIELD("Rate", 'u', rate),
	{ "Zones", 'a', 0, put_zones, same_zones },
	{ "Sources", 'a', 0, put_sources, same_sources },
	{ "Speakers", 'a', 0, put_speakers, same_speakers },
};

static int put(sd_bus_message *m, const struct property *p, const struct ff_snapshot *n)
{
	const void *field = (const char *)n + p->at;
	int flag;

	switch (p->type) {
	case 'b':
		flag = *(const bool *)field;
		return sd_bus_message_append_basic(m, 'b', &flag);
	case 'a':
		return p->put(m, n);
	case 's':
		return sd_bus_message_append_basic(m, 's', clean(field));
	default:
		return sd_bus_message_append_basic(m, p->type, field);
	}
}

static bool same(const struct property *p, const struct ff_snapshot *a,
		 const struct ff_snapshot *b)
{
	const char *x = (const char *)a + p->at, *y = (const char *)b + p->at;

	switch (p->type) {
	case 'b':
		return *(const bool *)x == *(const bool *)y;
	case 'u':
		return !memcmp(x, y, sizeof(uint32_t));
	case 's':
		return !strcmp(x, y);
	default:
		return p->same(a, b);
	}
}

static int on_get(sd_bus *bus, const char *path, const char *interface, const char *name,
		  sd_bus_message *reply, void *arg, sd_bus_error *error)
{
	struct service *s = arg;

	(void)bus;
	(void)path;
	(void)interface;
	(void)error;
	service_refresh(s);
	for (size_t i = 0; i < ARRAY_SIZE(properties); i++)
		if (!strcmp(properties[i].name, name))
			return put(reply, &properties[i], &s->now);
	return -ENOENT;
}

static int on_get_version(sd_bus *bus, const char *path, const char *interface,
			  const char *name, sd_bus_message *reply, void *arg,
			  sd_bus_error *error)
{
	(void)bus;
	(void)path;
	(void)interface;
	(void)name;
	(void)arg;
	(void)error;
	return sd_bus_message_append(reply, "s", FANFARE_VERSION);
}

/* ---- the object ------------------------------------------------------------------------- */

#define VERB_METHOD(verb, method, fields, types, names)                     \
	SD_BUS_METHOD_WITH_NAMES(#method, types, names, "", "", on_command, \
				 SD_BUS_VTABLE_UNPRIVILEGED),
#define LIVE(name, types) \
	SD_BUS_PROPERTY(name, types, on_get, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE)

/* Who may call is the bus policy's to say: where we are, everybody who reaches us may. */
static const sd_bus_vtable face[] = {
	SD_BUS_VTABLE_START(0),
	VERBS(VERB_METHOD) SD_BUS_METHOD_WITH_NAMES(
		"GetSnapshot", "su", SD_BUS_PARAM(version) SD_BUS_PARAM(layout), "shh",
		SD_BUS_PARAM(version) SD_BUS_PARAM(memory) SD_BUS_PARAM(bell), on_get_snapshot,
		SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Stop", "", "", on_stop, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_PROPERTY("Version", "s", on_get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	LIVE("Profile", "s"),
	LIVE("Modified", "b"),
	LIVE("Notice", "s"),
	LIVE("MutedAll", "b"),
	LIVE("Bluetoothd", "b"),
	LIVE("Realtime", "b"),
	LIVE("Rate", "u"),
	LIVE("Zones", "a(sdb)"),
	LIVE("Sources", "a(uusssssd)"),
	LIVE("Speakers", "a(uussssssdbbsd)"),
	SD_BUS_SIGNAL_WITH_NAMES(
		"Logged", "xis",
		SD_BUS_PARAM(milliseconds) SD_BUS_PARAM(priority) SD_BUS_PARAM(text), 0),
	SD_BUS_VTABLE_END,
};

int face_add(struct service *s, sd_bus *bus, sd_bus_slot **ret_slot)
{
	return sd_bus_add_object_vtable(bus, ret_slot, SERVICE_PATH, SERVICE_INTERFACE, face,
					s);
}

/* Lines that came too fast for the ring of them are in nobody's memory any more. */
static void tell_log(struct service *s)
{
	uint64_t from = s->was.log_count;

	if (s->now.log_count - from > FF_LOG_LINES)
		from = s->now.log_count - FF_LOG_LINES;
	for (uint64_t i = from; i < s->now.log_count; i++) {
		const struct ff_log_line *line = &s->now.log[i % FF_LOG_LINES];

		sd_bus_emit_signal(s->bus, SERVICE_PATH, SERVICE_INTERFACE, "Logged", "xis",
				   line->time_ms, line->level, clean(line->text));
	}
}

void face_tell(struct service *s)
{
	const char *changed[ARRAY_SIZE(properties) + 1];
	size_t n = 0;

	if (!s->served)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(properties); i++)
		if (!same(&properties[i], &s->now, &s->was))
			changed[n++] = properties[i].name;
	changed[n] = NULL;
	if (n)
		sd_bus_emit_properties_changed_strv(s->bus, SERVICE_PATH, SERVICE_INTERFACE,
						    (char **)(uintptr_t)changed);
	tell_log(s);
	s->was = s->now;
}
