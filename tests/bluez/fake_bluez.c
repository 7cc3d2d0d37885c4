/* SPDX-License-Identifier: MIT */
/*
 * A scripted org.bluez. Answers every call by rules; what no rule names is
 * answered as the real one would, with an empty success.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/scope.h"
#include "tests/bluez/rig.h"

static struct fake_rule *rule_of(struct fake *f, const char *member)
{
	for (size_t i = 0; i < FAKE_RULES; i++)
		if (f->rules[i].times != 0 && strcmp(f->rules[i].member, member) == 0)
			return &f->rules[i];
	return NULL;
}

static struct fake_rule *new_rule(struct fake *f, const char *member)
{
	struct fake_rule *r = rule_of(f, member);

	for (size_t i = 0; !r && i < FAKE_RULES; i++)
		if (f->rules[i].times == 0)
			r = &f->rules[i];
	assert_non_null(r);
	memset(r, 0, sizeof(*r));
	snprintf(r->member, sizeof(r->member), "%s", member);
	return r;
}

void fake_rule(struct fake *f, const char *member, enum fake_mode mode, int times,
	       const char *name, const char *message)
{
	struct fake_rule *r = new_rule(f, member);

	r->mode = mode;
	r->times = times;
	snprintf(r->name, sizeof(r->name), "%s", name ? name : "");
	snprintf(r->message, sizeof(r->message), "%s", message ? message : "");
}

void fake_custom(struct fake *f, const char *member, int times, fake_fn fn)
{
	struct fake_rule *r = new_rule(f, member);

	r->mode = FAKE_CUSTOM;
	r->times = times;
	r->fn = fn;
}

/* ---- objects -------------------------------------------------------------- */

static struct fake_object *object_of(struct fake *f, const char *path, const char *interface)
{
	for (size_t i = 0; i < FAKE_OBJECTS; i++)
		if (f->objects[i].props && strcmp(f->objects[i].path, path) == 0 &&
		    strcmp(f->objects[i].interface, interface) == 0)
			return &f->objects[i];
	return NULL;
}

static void put(struct fake *f, const char *path, const char *interface, int count,
		va_list args)
{
	struct fake_object *o = object_of(f, path, interface);
	sd_bus_message *m = NULL;

	for (size_t i = 0; !o && i < FAKE_OBJECTS; i++)
		if (!f->objects[i].props)
			o = &f->objects[i];
	assert_non_null(o);
	sd_bus_message_unref(o->props);
	assert_return_code(sd_bus_message_new_signal(f->bus, &m, "/x", "x.y", "Z"), 0);
	assert_return_code(sd_bus_message_open_container(m, 'a', "{sv}"), 0);
	for (int i = 0; i < count; i++) {
		/* count, then entries: one entry at a time keeps the varargs in step */
		const char *name = va_arg(args, const char *);
		const char *type = va_arg(args, const char *);

		assert_return_code(sd_bus_message_open_container(m, 'e', "sv"), 0);
		assert_return_code(sd_bus_message_append(m, "s", name), 0);
		assert_return_code(sd_bus_message_open_container(m, 'v', type), 0);
		if (strcmp(type, "ay") == 0) {
			size_t n = (size_t)va_arg(args, int);
			const void *bytes = va_arg(args, const void *);

			assert_return_code(sd_bus_message_append_array(m, 'y', bytes, n), 0);
		} else if (strcmp(type, "as") == 0) {
			const char *one = va_arg(args, const char *);

			assert_return_code(*one ? sd_bus_message_append(m, "as", 1, one)
						: sd_bus_message_append(m, "as", 0),
					   0);
		} else if (strcmp(type, "s") == 0 || strcmp(type, "o") == 0) {
			assert_return_code(
				sd_bus_message_append(m, type, va_arg(args, const char *)), 0);
		} else {
			assert_return_code(sd_bus_message_append(m, type, va_arg(args, int)),
					   0);
		}
		assert_return_code(sd_bus_message_close_container(m), 0);
		assert_return_code(sd_bus_message_close_container(m), 0);
	}
	assert_return_code(sd_bus_message_close_container(m), 0);
	assert_return_code(sd_bus_message_seal(m, 1, 0), 0);
	snprintf(o->path, sizeof(o->path), "%s", path);
	snprintf(o->interface, sizeof(o->interface), "%s", interface);
	o->props = m;
}

static void copy_props(sd_bus_message *to, struct fake_object *o)
{
	assert_return_code(sd_bus_message_rewind(o->props, true), 0);
	assert_return_code(sd_bus_message_copy(to, o->props, true), 0);
}

void fake_put(struct fake *f, const char *path, const char *interface, int count, ...)
{
	va_list args;

	va_start(args, count);
	put(f, path, interface, count, args);
	va_end(args);
}

void fake_add(struct fake *f, const char *path, const char *interface, int count, ...)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	va_list args;

	va_start(args, count);
	put(f, path, interface, count, args);
	va_end(args);
	assert_return_code(sd_bus_message_new_signal(f->bus, &m, "/",
						     "org.freedesktop.DBus.ObjectManager",
						     "InterfacesAdded"),
			   0);
	sd_bus_message_append(m, "o", path);
	sd_bus_message_open_container(m, 'a', "{sa{sv}}");
	sd_bus_message_open_container(m, 'e', "sa{sv}");
	sd_bus_message_append(m, "s", interface);
	copy_props(m, object_of(f, path, interface));
	sd_bus_message_close_container(m);
	sd_bus_message_close_container(m);
	assert_return_code(sd_bus_send(f->bus, m, NULL), 0);
}

void fake_remove(struct fake *f, const char *path, const char *interface)
{
	struct fake_object *o = object_of(f, path, interface);

	if (o)
		o->props = sd_bus_message_unref(o->props);
	assert_return_code(sd_bus_emit_signal(f->bus, "/", "org.freedesktop.DBus.ObjectManager",
					      "InterfacesRemoved", "oas", path, 1, interface),
			   0);
}

void fake_change(struct fake *f, const char *path, const char *interface, int count, ...)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	va_list args;

	/* a scratch object holds the values while they are copied */
	va_start(args, count);
	put(f, "/scratch", "scratch", count, args);
	va_end(args);
	assert_return_code(sd_bus_message_new_signal(f->bus, &m, path,
						     "org.freedesktop.DBus.Properties",
						     "PropertiesChanged"),
			   0);
	sd_bus_message_append(m, "s", interface);
	copy_props(m, object_of(f, "/scratch", "scratch"));
	sd_bus_message_append(m, "as", 0);
	assert_return_code(sd_bus_send(f->bus, m, NULL), 0);
	object_of(f, "/scratch", "scratch")->props =
		sd_bus_message_unref(object_of(f, "/scratch", "scratch")->props);
}

void fake_invalidate(struct fake *f, const char *path, const char *interface,
		     const char *property)
{
	assert_return_code(sd_bus_emit_signal(f->bus, path, "org.freedesktop.DBus.Properties",
					      "PropertiesChanged", "sa{sv}as", interface, 0, 1,
					      property),
			   0);
}

void fake_usual(struct fake *f)
{
	fake_put(f, DEV1, "org.bluez.Device1", 7, "Address", "s", DEV1A, "Name", "s", "Patio",
		 "Alias", "s", "Patio", "Paired", "b", 1, "Connected", "b", 0, "UUIDs", "as",
		 "0000110B-0000-1000-8000-00805F9B34FB", "Class", "u", 0x240414);
	fake_put(f, DEV2, "org.bluez.Device1", 4, "Address", "s", DEV2A, "Alias", "s",
		 "Kitchen", "Class", "u", 0x240414, "RSSI", "n", -60);
	fake_put(f, HCI0, "org.bluez.Adapter1", 3, "Address", "s", HCI0A, "Alias", "s", "Pi",
		 "Powered", "b", 1);
	fake_put(f, HCI0, "org.bluez.Media1", 0);
}

/* ---- answering ------------------------------------------------------------ */

static void answer_objects(struct fake *f, sd_bus_message *call)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;

	assert_return_code(sd_bus_message_new_method_return(call, &m), 0);
	if (f->garbage) {
		sd_bus_message_append(m, "as", 1, "none of your business");
		sd_bus_send(f->bus, m, NULL);
		return;
	}
	sd_bus_message_open_container(m, 'a', "{oa{sa{sv}}}");
	for (size_t i = 0; i < FAKE_OBJECTS; i++) {
		struct fake_object *o = &f->objects[i];

		if (!o->props)
			continue;
		sd_bus_message_open_container(m, 'e', "oa{sa{sv}}");
		sd_bus_message_append(m, "o", o->path);
		sd_bus_message_open_container(m, 'a', "{sa{sv}}");
		sd_bus_message_open_container(m, 'e', "sa{sv}");
		sd_bus_message_append(m, "s", o->interface);
		copy_props(m, o);
		sd_bus_message_close_container(m);
		sd_bus_message_close_container(m);
		sd_bus_message_close_container(m);
	}
	sd_bus_message_close_container(m);
	assert_return_code(sd_bus_send(f->bus, m, NULL), 0);
}

static void answer_acquire(struct fake *f, sd_bus_message *call)
{
	int pair[2];

	assert_return_code(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	sd_bus_reply_method_return(call, "hqq", pair[0], 895, 672);
	close(pair[0]);
	if (f->far_fd >= 0)
		close(f->far_fd);
	f->far_fd = pair[1];
}

static void note_endpoint(struct fake *f, sd_bus_message *call)
{
	const char *path, *name;

	sd_bus_message_read(call, "o", &path);
	assert_true(f->endpoints_n < ARRAY_SIZE(f->endpoints));
	snprintf(f->endpoints[f->endpoints_n++], sizeof(f->endpoints[0]), "%s", path);
	sd_bus_message_enter_container(call, 'a', "{sv}");
	while (sd_bus_message_enter_container(call, 'e', "sv") > 0) {
		sd_bus_message_read(call, "s", &name);
		if (strcmp(name, "DelayReporting") == 0)
			f->with_delay++;
		sd_bus_message_skip(call, "v");
		sd_bus_message_exit_container(call);
	}
}

/* The line in the record of calls: path, member, and what tells them apart. */
static void record(struct fake *f, sd_bus_message *call, const char *member)
{
	const char *a = "", *b = "", *sig = sd_bus_message_get_signature(call, true);

	if (strcmp(sig, "ssv") == 0)
		sd_bus_message_read(call, "ss", &b, &a);
	else if (strcmp(sig, "s") == 0 || strcmp(sig, "o") == 0)
		sd_bus_message_read(call, sig, &a);
	else if (strcmp(sig, "os") == 0)
		sd_bus_message_read(call, "os", &b, &a);
	if (strcmp(member, "RegisterAgent") == 0)
		snprintf(f->capability, sizeof(f->capability), "%s", a);
	assert_true(f->calls_n < FAKE_CALLS);
	snprintf(f->calls[f->calls_n++], sizeof(f->calls[0]), "%s %s %s",
		 sd_bus_message_get_path(call), member, a);
	sd_bus_message_rewind(call, true);
	snprintf(f->client, sizeof(f->client), "%s", sd_bus_message_get_sender(call));
}

static void answer_usual(struct fake *f, sd_bus_message *call, const char *member)
{
	if (strcmp(member, "GetManagedObjects") == 0) {
		answer_objects(f, call);
	} else if (strcmp(member, "Acquire") == 0 || strcmp(member, "TryAcquire") == 0) {
		answer_acquire(f, call);
	} else {
		if (strcmp(member, "RegisterEndpoint") == 0)
			note_endpoint(f, call);
		sd_bus_reply_method_return(call, "");
	}
}

static int on_message(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	const char *member = sd_bus_message_get_member(m);
	struct fake *f = arg;
	struct fake_rule *r;
	uint8_t type;

	(void)ret_error;
	sd_bus_message_get_type(m, &type);
	if (type != SD_BUS_MESSAGE_METHOD_CALL || !sd_bus_message_get_path(m))
		return 0;
	record(f, m, member);
	r = rule_of(f, member);
	if (!r) {
		answer_usual(f, m, member);
		return 1;
	}
	if (r->times > 0)
		r->times--;
	switch (r->mode) {
	case FAKE_OK:
		answer_usual(f, m, member);
		break;
	case FAKE_ERROR:
		sd_bus_reply_method_errorf(m, r->name, "%s", r->message);
		break;
	case FAKE_SILENT:
		assert_true(f->held_n < ARRAY_SIZE(f->held));
		f->held[f->held_n++] = sd_bus_message_ref(m);
		break;
	case FAKE_CUSTOM:
		r->fn(f, m);
		break;
	}
	return 1;
}

void fake_start(struct fake *f, sd_event *event)
{
	f->event = event;
	assert_return_code(sd_bus_open_system(&f->bus), 0);
	assert_return_code(sd_bus_add_filter(f->bus, NULL, on_message, f), 0);
	assert_return_code(sd_bus_attach_event(f->bus, event, 0), 0);
	assert_return_code(sd_bus_request_name(f->bus, "org.bluez", 0), 0);
}

void fake_stop(struct fake *f)
{
	for (size_t i = 0; i < f->held_n; i++)
		sd_bus_message_unref(f->held[i]);
	f->held_n = 0;
	if (f->bus) {
		sd_bus_detach_event(f->bus);
		f->bus = sd_bus_flush_close_unref(f->bus);
	}
	f->endpoints_n = 0;
	f->with_delay = 0;
}

void fake_done(struct fake *f)
{
	for (size_t i = 0; i < FAKE_OBJECTS; i++)
		sd_bus_message_unref(f->objects[i].props);
	fake_stop(f);
	if (f->far_fd >= 0)
		close(f->far_fd);
}

/* ---- calling -------------------------------------------------------------- */

static int on_answer(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct fake_answer *a = arg;
	const sd_bus_error *e = sd_bus_message_get_error(m);
	const char *text;
	const void *bytes;

	(void)ret_error;
	a->there = true;
	if (e) {
		snprintf(a->error, sizeof(a->error), "%s", e->name);
	} else if (sd_bus_message_has_signature(m, "ay")) {
		sd_bus_message_read_array(m, 'y', &bytes, &a->len);
		memcpy(a->bytes, bytes, a->len < 64 ? a->len : 64);
	} else if (sd_bus_message_has_signature(m, "s")) {
		sd_bus_message_read(m, "s", &text);
		snprintf(a->text, sizeof(a->text), "%s", text);
	} else if (sd_bus_message_has_signature(m, "u")) {
		sd_bus_message_read(m, "u", &a->number);
	}
	return 0;
}

static sd_bus_message *new_call(struct fake *f, const char *path, const char *interface,
				const char *member)
{
	sd_bus_message *m = NULL;

	assert_return_code(
		sd_bus_message_new_method_call(f->bus, &m, f->client, path, interface, member),
		0);
	return m;
}

void fake_call(struct fake *f, const char *path, const char *interface, const char *member,
	       struct fake_answer *ret, const char *types, ...)
{
	SCOPED(sd_bus_message_unrefp)
	sd_bus_message *m = new_call(f, path, interface, member);
	va_list args;

	memset(ret, 0, sizeof(*ret));
	va_start(args, types);
	if (strcmp(types, "ay") == 0) {
		size_t n = (size_t)va_arg(args, int);

		sd_bus_message_append_array(m, 'y', va_arg(args, const void *), n);
	} else if (*types) {
		assert_return_code(sd_bus_message_appendv(m, types, args), 0);
	}
	va_end(args);
	assert_return_code(sd_bus_call_async(f->bus, NULL, m, on_answer, ret, 0), 0);
}

void fake_configure(struct fake *f, size_t i, const char *transport, const void *config,
		    size_t len, struct fake_answer *ret)
{
	fake_configure_as(f, i, BLUEZ_UUID_A2DP_SOURCE, transport, config, len, ret);
}

void fake_configure_as(struct fake *f, size_t i, const char *uuid, const char *transport,
		       const void *config, size_t len, struct fake_answer *ret)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;

	assert_true(i < f->endpoints_n);
	m = new_call(f, f->endpoints[i], "org.bluez.MediaEndpoint1", "SetConfiguration");
	memset(ret, 0, sizeof(*ret));
	sd_bus_message_append(m, "o", transport);
	sd_bus_message_open_container(m, 'a', "{sv}");
	sd_bus_message_append(m, "{sv}{sv}{sv}{sv}", "UUID", "s", uuid, "Codec", "y", 0,
			      "State", "s", "idle", "Delay", "q", 1500);
	sd_bus_message_open_container(m, 'e', "sv");
	sd_bus_message_append(m, "s", "Configuration");
	sd_bus_message_open_container(m, 'v', "ay");
	sd_bus_message_append_array(m, 'y', config, len);
	sd_bus_message_close_container(m);
	sd_bus_message_close_container(m);
	assert_return_code(sd_bus_message_close_container(m), 0);
	assert_return_code(sd_bus_call_async(f->bus, NULL, m, on_answer, ret, 0), 0);
}

size_t fake_count(const struct fake *f, const char *call)
{
	size_t n = 0;

	for (size_t i = 0; i < f->calls_n; i++)
		n += strncmp(f->calls[i], call, strlen(call)) == 0;
	return n;
}
