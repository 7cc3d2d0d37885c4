/* SPDX-License-Identifier: MIT */
/*
 * The mirror under messages that no bluetoothd would send: the input decides
 * objects, interfaces, property names, types and values, and their order.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/scope.h"
#include "core/bluez/tree.h"
#include "core/bluez/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *at, *end;
};

static uint8_t byte(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

#define PICK(in, list) (list)[byte(in) % ARRAY_SIZE(list)]

static const char *const paths[] = { "/org/bluez/hci0",
				     "/org/bluez/hci1",
				     "/org/bluez/hci0/dev_1",
				     "/org/bluez/hci0/dev_2",
				     "/org/bluez/hci1/dev_1",
				     "/org/bluez/hci0/dev_1/fd0",
				     "/org/bluez/hci0/dev_2/sep1/fd1",
				     "/org/bluez/hci9/dev_1/fd0",
				     "/" };
static const char *const interfaces[] = { "org.bluez.Adapter1", "org.bluez.Device1",
					  "org.bluez.Battery1", "org.bluez.MediaTransport1",
					  "org.bluez.Other1" };
static const char *const names[] = { "Address",	  "Alias",	"Name",	  "Powered",
				     "Connected", "Paired",	"UUIDs",  "Class",
				     "RSSI",	  "Percentage", "State",  "Configuration",
				     "Codec",	  "Delay",	"Volume", "UUID",
				     "Icon",	  "Other" };
static const char *const texts[] = { "00:AA:01:01:00:11",
				     "00:aa:01:01:00:22",
				     "00:AA:01:01:00:1",
				     "",
				     "active",
				     "pending",
				     "\xe2\x99\xab\xe2\x99\xab\xe2\x99\xab",
				     BLUEZ_UUID_A2DP_SINK };

static void put_value(sd_bus_message *m, struct input *in)
{
	static const char types[] = "sboynqu";
	char type = types[byte(in) % (sizeof(types) - 1)];
	uint8_t small = byte(in);
	uint32_t big = small * 0x01010101u;
	char text[400], sig[2] = { type, '\0' };

	switch (small % 5) {
	case 0: /* long text, of whole characters */
		for (size_t i = 0; i < 99; i++)
			memcpy(text + 3 * i, "\xe2\x82\xac", 4);
		sd_bus_message_append(m, "v", "s", text);
		return;
	case 1:
		sd_bus_message_append(m, "v", "as", 2, PICK(in, texts), PICK(in, texts));
		return;
	case 2:
		sd_bus_message_open_container(m, 'v', "ay");
		sd_bus_message_append_array(m, 'y', text, 0);
		sd_bus_message_close_container(m);
		return;
	case 3:
		memset(text, small, sizeof(text));
		sd_bus_message_open_container(m, 'v', "ay");
		sd_bus_message_append_array(m, 'y', text, byte(in));
		sd_bus_message_close_container(m);
		return;
	default:
		break;
	}
	if (type == 's')
		sd_bus_message_append(m, "v", sig, PICK(in, texts));
	else if (type == 'o')
		sd_bus_message_append(m, "v", sig, PICK(in, paths));
	else
		sd_bus_message_append(m, "v", sig, big);
}

static void put_props(sd_bus_message *m, struct input *in)
{
	sd_bus_message_open_container(m, 'a', "{sv}");
	for (uint8_t n = byte(in) % 8; n > 0; n--) {
		sd_bus_message_open_container(m, 'e', "sv");
		sd_bus_message_append(m, "s", PICK(in, names));
		put_value(m, in);
		sd_bus_message_close_container(m);
	}
	sd_bus_message_close_container(m);
}

static void put_object(sd_bus_message *m, struct input *in)
{
	sd_bus_message_append(m, "o", PICK(in, paths));
	sd_bus_message_open_container(m, 'a', "{sa{sv}}");
	for (uint8_t n = byte(in) % 3; n > 0; n--) {
		sd_bus_message_open_container(m, 'e', "sa{sv}");
		sd_bus_message_append(m, "s", PICK(in, interfaces));
		put_props(m, in);
		sd_bus_message_close_container(m);
	}
	sd_bus_message_close_container(m);
}

static int shown[TREE_KINDS];

/* What is told must be whole, and an object told of must not vanish untold. */
static void on_change(void *arg, enum bluez_event event, const struct tree_node *n)
{
	char address[BLUEZ_ADDR_MAX];
	const struct tree *t = arg;

	shown[n->kind] += event == BLUEZ_ADDED ? 1 : event == BLUEZ_REMOVED ? -1 : 0;
	if (n->kind == TREE_DEVICE) {
		const struct bluez_device *d = &n->device.dev;

		if (words_address(d->address, address) < 0 || !d->alias[0] ||
		    (event == BLUEZ_ADDED && !tree_adapter(t, d->adapter)))
			abort();
	} else if (n->kind == TREE_TRANSPORT) {
		if (n->transport.config_len > BLUEZ_CONFIG_MAX || n->transport.volume > 127 ||
		    n->transport.delay == 0)
			abort();
	}
}

static void one_message(struct tree *t, sd_bus *bus, struct input *in)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	uint8_t what = byte(in);
	const char *path = PICK(in, paths), *on;

	if (sd_bus_message_new_signal(bus, &m, path, "x.y", "Z") < 0)
		abort();
	switch (what % 6) {
	case 0:
	case 1:
		put_object(m, in);
		sd_bus_message_seal(m, 1, 0);
		(void)tree_interfaces_added(t, m);
		break;
	case 2:
		sd_bus_message_append(m, "oas", path, 2, PICK(in, interfaces),
				      PICK(in, interfaces));
		sd_bus_message_seal(m, 1, 0);
		(void)tree_interfaces_removed(t, m);
		break;
	case 3:
		sd_bus_message_append(m, "s", PICK(in, interfaces));
		put_props(m, in);
		sd_bus_message_append(m, "as", 2, PICK(in, names), PICK(in, names));
		sd_bus_message_seal(m, 1, 0);
		(void)tree_properties_changed(t, m);
		break;
	case 4:
		put_props(m, in);
		sd_bus_message_seal(m, 1, 0);
		(void)tree_claim(t, path, "/org/fanfare/hci0/source0", m);
		break;
	default: /* the wrong kind of message for all of them */
		put_value(m, in);
		sd_bus_message_seal(m, 1, 0);
		(void)tree_interfaces_added(t, m);
		sd_bus_message_rewind(m, true);
		(void)tree_interfaces_removed(t, m);
		sd_bus_message_rewind(m, true);
		(void)tree_properties_changed(t, m);
		break;
	}
	on = PICK(in, texts);
	(void)tree_device(t, NULL, on);
}

static void load(struct tree *t, sd_bus *bus, struct input *in)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;

	if (sd_bus_message_new_signal(bus, &m, "/", "x.y", "Z") < 0)
		abort();
	sd_bus_message_open_container(m, 'a', "{oa{sa{sv}}}");
	for (uint8_t n = byte(in) % 6; n > 0; n--) {
		sd_bus_message_open_container(m, 'e', "oa{sa{sv}}");
		put_object(m, in);
		sd_bus_message_close_container(m);
	}
	sd_bus_message_close_container(m);
	sd_bus_message_seal(m, 1, 0);
	(void)tree_load(t, m);
	tree_announce(t);
}

/* Messages can be made only on a bus that was begun: half of a pair, never served. */
static sd_bus *new_bus(void)
{
	sd_bus *bus = NULL;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 ||
	    sd_bus_new(&bus) < 0 || sd_bus_set_fd(bus, pair[0], pair[0]) < 0 ||
	    sd_bus_start(bus) < 0)
		abort();
	return bus;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static sd_event *event;
	static sd_bus *bus;
	struct input in = { data, data + size };
	struct tree t;

	if (!bus) {
		bus = new_bus();
		if (sd_event_new(&event) < 0)
			abort();
	}
	memset(shown, 0, sizeof(shown));
	if (tree_init(&t, event, on_change, &t) < 0)
		abort();
	load(&t, bus, &in);
	while (in.at < in.end)
		one_message(&t, bus, &in);
	tree_clear(&t);
	for (int k = 0; k < TREE_KINDS; k++)
		if (shown[k] != 0)
			abort(); /* told of and then lost, or the other way round */
	tree_done(&t);
	return 0;
}
