/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/base/scope.h"
#include "core/bluez/props.h"
#include "core/bluez/words.h"

/* Store the value where m stands, already known to be of the right type; m NULL: gone. */
typedef void (*props_set_fn)(void *object, void *field, size_t size, sd_bus_message *m);

struct prop {
	const char *name;
	const char *type; /* D-Bus signature */
	props_set_fn set;
	size_t offset, size; /* of the field */
};

static void set_bool(void *object, void *field, size_t size, sd_bus_message *m)
{
	int v = 0;

	(void)object;
	(void)size;
	if (!m || sd_bus_message_read_basic(m, 'b', &v) >= 0)
		*(bool *)field = v != 0;
}

static void set_text(void *object, void *field, size_t size, sd_bus_message *m)
{
	const char *v = "";

	(void)object;
	if (!m || sd_bus_message_read_basic(m, 's', &v) >= 0)
		words_copy(field, size, v);
}

static void set_address(void *object, void *field, size_t size, sd_bus_message *m)
{
	const char *v;

	(void)object;
	(void)size;
	if (m && sd_bus_message_read_basic(m, 's', &v) >= 0)
		(void)words_address(v, field); /* a malformed one is as good as none */
}

static void set_u32(void *object, void *field, size_t size, sd_bus_message *m)
{
	uint32_t v = 0;

	(void)object;
	(void)size;
	if (!m || sd_bus_message_read_basic(m, 'u', &v) >= 0)
		*(uint32_t *)field = v;
}

static void set_rssi(void *object, void *field, size_t size, sd_bus_message *m)
{
	int16_t v = 0;

	(void)object;
	(void)size;
	if (!m || sd_bus_message_read_basic(m, 'n', &v) >= 0)
		*(int16_t *)field = v;
}

static void set_percent(void *object, void *field, size_t size, sd_bus_message *m)
{
	uint8_t v = UINT8_MAX;

	(void)object;
	(void)size;
	if (!m || sd_bus_message_read_basic(m, 'y', &v) >= 0)
		*(int8_t *)field = v <= 100 ? (int8_t)v : -1;
}

static void set_byte(void *object, void *field, size_t size, sd_bus_message *m)
{
	uint8_t v = 0;

	(void)object;
	(void)size;
	if (!m || sd_bus_message_read_basic(m, 'y', &v) >= 0)
		*(uint8_t *)field = v;
}

static void set_state(void *object, void *field, size_t size, sd_bus_message *m)
{
	enum bluez_transport_state *state = field;
	const char *v = "idle";

	(void)object;
	(void)size;
	if (m && sd_bus_message_read_basic(m, 's', &v) < 0)
		return;
	if (strcmp(v, "active") == 0)
		*state = BLUEZ_ACTIVE;
	else
		*state = strcmp(v, "pending") == 0 ? BLUEZ_PENDING : BLUEZ_IDLE;
}

static void set_config(void *object, void *field, size_t size, sd_bus_message *m)
{
	struct bluez_transport *t = object;
	const void *v = NULL;
	size_t n = 0;

	if (m && sd_bus_message_read_array(m, 'y', &v, &n) < 0)
		return;
	if (n > size)
		n = 0; /* no codec has one that long: as good as none */
	memset(field, 0, size);
	if (n > 0)
		memcpy(field, v, n);
	t->config_len = n;
}

static void set_delay(void *object, void *field, size_t size, sd_bus_message *m)
{
	uint16_t v = 0;

	(void)object;
	(void)size;
	/* BlueZ shows 0 from the beginning, before the speaker reported anything */
	if (!m || sd_bus_message_read_basic(m, 'q', &v) >= 0)
		*(int32_t *)field = v > 0 ? v : -1;
}

static void set_volume(void *object, void *field, size_t size, sd_bus_message *m)
{
	uint16_t v = UINT16_MAX;

	(void)object;
	(void)size;
	if (!m || sd_bus_message_read_basic(m, 'q', &v) >= 0)
		*(int16_t *)field = v <= 127 ? (int16_t)v : -1;
}

/* Audio/video, rendering, and a minor class that plays: loudspeaker, headphones, hi-fi … */
static bool class_plays(uint32_t class)
{
	const uint32_t players = 1u << 1 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 10;
	uint32_t major = class >> 8 & 0x1F, minor = class >> 2 & 0x3F;
	bool renders = class & 1u << 18;

	return major == 0x04 && renders && minor < 32 && (players & 1u << minor);
}

static void judge_sink(struct props_device *d)
{
	d->dev.audio_sink = d->uuids_known ? d->lists_a2dp : class_plays(d->dev.class);
}

static void set_class(void *object, void *field, size_t size, sd_bus_message *m)
{
	set_u32(object, field, size, m);
	judge_sink(object);
}

static void set_uuids(void *object, void *field, size_t size, sd_bus_message *m)
{
	struct props_device *d = object;
	const char *uuid;

	(void)field;
	(void)size;
	d->uuids_known = d->lists_a2dp = d->dev.audio_source = false;
	if (m && sd_bus_message_enter_container(m, 'a', "s") >= 0) {
		while (sd_bus_message_read_basic(m, 's', &uuid) > 0) {
			d->uuids_known = true;
			if (strcasecmp(uuid, BLUEZ_UUID_A2DP_SINK) == 0)
				d->lists_a2dp = true;
			else if (strcasecmp(uuid, BLUEZ_UUID_A2DP_SOURCE) == 0)
				d->dev.audio_source = true;
		}
		sd_bus_message_exit_container(m);
	}
	judge_sink(d);
}

#define A(field) \
	offsetof(struct bluez_adapter, field), sizeof(((struct bluez_adapter *)0)->field)
#define D(field) \
	offsetof(struct props_device, dev.field), sizeof(((struct props_device *)0)->dev.field)
#define T(field) \
	offsetof(struct bluez_transport, field), sizeof(((struct bluez_transport *)0)->field)

static const struct prop adapter_props[] = {
	{ "Address", "s", set_address, A(address) },
	{ "Alias", "s", set_text, A(alias) },
	{ "Powered", "b", set_bool, A(powered) },
	{ "Pairable", "b", set_bool, A(pairable) },
	{ "Discoverable", "b", set_bool, A(discoverable) },
	{ "Discovering", "b", set_bool, A(discovering) },
};

static const struct prop device_props[] = {
	{ "Address", "s", set_address, D(address) },
	{ "Name", "s", set_text, D(name) },
	{ "Alias", "s", set_text, D(alias) },
	{ "Icon", "s", set_text, D(icon) },
	{ "Class", "u", set_class, D(class) },
	{ "Paired", "b", set_bool, D(paired) },
	{ "Trusted", "b", set_bool, D(trusted) },
	{ "Blocked", "b", set_bool, D(blocked) },
	{ "Connected", "b", set_bool, D(connected) },
	{ "ServicesResolved", "b", set_bool, D(services_resolved) },
	{ "LegacyPairing", "b", set_bool, D(legacy_pairing) },
	{ "RSSI", "n", set_rssi, D(rssi) },
	{ "UUIDs", "as", set_uuids, D(audio_sink) },
};

static const struct prop battery_props[] = {
	{ "Percentage", "y", set_percent, D(battery) },
};

static const struct prop transport_props[] = {
	{ "UUID", "s", set_text, T(uuid) },    { "State", "s", set_state, T(state) },
	{ "Codec", "y", set_byte, T(codec) },  { "Configuration", "ay", set_config, T(config) },
	{ "Delay", "q", set_delay, T(delay) }, { "Volume", "q", set_volume, T(volume) },
};

static const struct {
	const char *interface;
	const struct prop *props;
	size_t n;
} tables[PROPS_OTHER] = {
	[PROPS_ADAPTER] = { "org.bluez.Adapter1", adapter_props, ARRAY_SIZE(adapter_props) },
	[PROPS_DEVICE] = { "org.bluez.Device1", device_props, ARRAY_SIZE(device_props) },
	[PROPS_BATTERY] = { "org.bluez.Battery1", battery_props, ARRAY_SIZE(battery_props) },
	[PROPS_TRANSPORT] = { "org.bluez.MediaTransport1", transport_props,
			      ARRAY_SIZE(transport_props) },
};

enum props_interface props_of(const char *interface)
{
	for (enum props_interface i = PROPS_ADAPTER; i < PROPS_OTHER; i++)
		if (strcmp(interface, tables[i].interface) == 0)
			return i;
	return PROPS_OTHER;
}

void props_clear_adapter(struct bluez_adapter *a)
{
	memset(a, 0, sizeof(*a));
}

void props_clear_device(struct props_device *d)
{
	memset(d, 0, sizeof(*d));
	d->dev.battery = -1;
}

void props_clear_transport(struct bluez_transport *t)
{
	memset(t, 0, sizeof(*t));
	t->delay = -1;
	t->volume = -1;
}

static const struct prop *find(enum props_interface which, const char *name)
{
	if (which == PROPS_OTHER)
		return NULL;
	for (size_t i = 0; i < tables[which].n; i++)
		if (strcmp(tables[which].props[i].name, name) == 0)
			return &tables[which].props[i];
	return NULL;
}

/* One value, where m stands in front of its variant. */
static int read_value(const struct prop *p, void *object, sd_bus_message *m)
{
	const char *type;
	char kind;
	int r;

	r = sd_bus_message_peek_type(m, &kind, &type);
	if (r <= 0 || kind != SD_BUS_TYPE_VARIANT)
		return -EPROTO;
	if (!p || !object || strcmp(type, p->type) != 0)
		return sd_bus_message_skip(m, "v");
	r = sd_bus_message_enter_container(m, 'v', type);
	if (r < 0)
		return r;
	p->set(object, (char *)object + p->offset, p->size, m);
	return sd_bus_message_exit_container(m);
}

int props_read(enum props_interface which, void *object, sd_bus_message *m)
{
	const char *name;
	int r;

	if (sd_bus_message_enter_container(m, 'a', "{sv}") <= 0)
		return -EPROTO;
	while ((r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		r = sd_bus_message_read_basic(m, 's', &name);
		if (r < 0)
			return -EPROTO;
		r = read_value(find(which, name), object, m);
		if (r < 0)
			return -EPROTO;
		r = sd_bus_message_exit_container(m);
		if (r < 0)
			return -EPROTO;
	}
	if (r < 0 || sd_bus_message_exit_container(m) < 0)
		return -EPROTO;
	return 0;
}

int props_invalidate(enum props_interface which, void *object, sd_bus_message *m)
{
	const char *name;

	if (sd_bus_message_enter_container(m, 'a', "s") <= 0)
		return -EPROTO;
	while (sd_bus_message_read_basic(m, 's', &name) > 0) {
		const struct prop *p = find(which, name);

		if (p && object)
			p->set(object, (char *)object + p->offset, p->size, NULL);
	}
	return sd_bus_message_exit_container(m) < 0 ? -EPROTO : 0;
}
