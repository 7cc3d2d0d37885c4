/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/scope.h"
#include "core/bluez/private.h"
#include "core/bluez/words.h"

#define AGENT_PATH    "/org/fanfare/agent"
#define AGENT_MANAGER "org.bluez.AgentManager1"
#define BLUEZ_ROOT    "/org/bluez"

/* What a device that is paired may use unasked. */
bool bluez_is_sound(const char *uuid)
{
	static const char *const uuids[] = {
		BLUEZ_UUID_A2DP_SOURCE,
		BLUEZ_UUID_A2DP_SINK,
		"0000110d-0000-1000-8000-00805f9b34fb", /* what BlueZ asks for A2DP */
		"0000110c-0000-1000-8000-00805f9b34fb", /* AVRCP target */
		"0000110e-0000-1000-8000-00805f9b34fb", /* AVRCP controller */
	};

	for (size_t i = 0; i < ARRAY_SIZE(uuids); i++)
		if (strcasecmp(uuid, uuids[i]) == 0)
			return true;
	return false;
}

static bool nobody(const struct agent *a)
{
	return a->b->owner.agent == BLUEZ_AGENT_NOBODY || !a->b->owner.question;
}

/* The question is over; a call still waiting is answered with an error first. */
static void close_question(struct agent *a, const char *error_name)
{
	uint32_t cookie = a->question.cookie;

	if (a->asked && error_name)
		sd_bus_reply_method_errorf(a->asked, error_name, "no");
	a->asked = sd_bus_message_unref(a->asked);
	sd_event_source_set_enabled(a->timeout, SD_EVENT_OFF);
	a->question.cookie = 0;
	a->device_path[0] = '\0';
	if (cookie && a->b->owner.question_over)
		a->b->owner.question_over(a->b->arg, cookie);
}

static int on_timeout(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	close_question(arg, "org.bluez.Error.Canceled");
	return 0;
}

static int reject(sd_bus_error *ret_error, const char *why)
{
	return sd_bus_error_set(ret_error, "org.bluez.Error.Rejected", why);
}

/* The device a call is about, from the object path it begins with; NULL = unknown. */
static const struct bluez_device *read_device(struct agent *a, sd_bus_message *m)
{
	const struct tree_node *n;
	const char *path;

	if (!bus_is_from_bluez(&a->b->bus, m) || sd_bus_message_read_basic(m, 'o', &path) < 0)
		return NULL;
	n = tree_at(&a->b->tree, path);
	return n && n->kind == TREE_DEVICE ? &n->device.dev : NULL;
}

/* Put it to the owner; m is kept to be answered where an answer is wanted. */
static int put(struct agent *a, enum bluez_ask ask, const struct bluez_device *d,
	       sd_bus_message *m, const char *code, const char *uuid)
{
	struct bluez_question *q = &a->question;
	bool again = q->cookie && q->ask == ask && strcmp(a->device_path, d->path) == 0 &&
		     strcmp(q->code, code) == 0;
	bool shows = ask == BLUEZ_SHOW_PASSKEY || ask == BLUEZ_SHOW_PIN;

	if (shows && again) /* only another key was typed over there */
		return sd_bus_reply_method_return(m, "");
	close_question(a, "org.bluez.Error.Canceled");
	if (!++a->cookies)
		a->cookies++;
	*q = (struct bluez_question){ .ask = ask, .cookie = a->cookies };
	q->left_ms = a->b->times.question;
	words_copy(q->address, sizeof(q->address), d->address);
	words_copy(q->adapter, sizeof(q->adapter), d->adapter);
	words_copy(q->name, sizeof(q->name), d->alias);
	words_copy(q->code, sizeof(q->code), code);
	words_copy(q->uuid, sizeof(q->uuid), uuid);
	words_copy(a->device_path, sizeof(a->device_path), d->path);
	sd_event_source_set_time_relative(a->timeout, q->left_ms * 1000ull);
	sd_event_source_set_enabled(a->timeout, SD_EVENT_ONESHOT);
	if (!shows)
		a->asked = sd_bus_message_ref(m);
	else if (sd_bus_reply_method_return(m, "") < 0)
		return -EIO;
	a->b->owner.question(a->b->arg, q);
	return 1;
}

static int on_pin(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	const struct bluez_device *d = read_device(arg, m);

	if (!d || nobody(arg))
		return reject(ret_error, "nobody is here to type a PIN");
	return put(arg, BLUEZ_ASK_PIN, d, m, "", "");
}

static int on_passkey(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	const struct bluez_device *d = read_device(arg, m);

	if (!d || nobody(arg))
		return reject(ret_error, "nobody is here to type a passkey");
	return put(arg, BLUEZ_ASK_PASSKEY, d, m, "", "");
}

static int on_show_pin(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	const struct bluez_device *d = read_device(arg, m);
	const char *pin;

	if (!d || nobody(arg) || sd_bus_message_read_basic(m, 's', &pin) < 0)
		return reject(ret_error, "nobody is here to read a PIN");
	return put(arg, BLUEZ_SHOW_PIN, d, m, pin, "");
}

static int on_show_passkey(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	const struct bluez_device *d = read_device(arg, m);
	uint32_t passkey;
	char code[17];

	if (!d || nobody(arg) || sd_bus_message_read_basic(m, 'u', &passkey) < 0)
		return reject(ret_error, "nobody is here to read a passkey");
	snprintf(code, sizeof(code), "%06u", passkey);
	return put(arg, BLUEZ_SHOW_PASSKEY, d, m, code, "");
}

static int on_confirm(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	const struct bluez_device *d = read_device(arg, m);
	uint32_t passkey;
	char code[17];

	if (!d || nobody(arg) || sd_bus_message_read_basic(m, 'u', &passkey) < 0)
		return reject(ret_error, "nobody is here to compare numbers");
	snprintf(code, sizeof(code), "%06u", passkey);
	return put(arg, BLUEZ_ASK_CONFIRM, d, m, code, "");
}

/*
 * Whether we are pairing it ourselves just now: there, or from another adapter of
 * this computer, where one bluetoothd asks us for both ends.
 */
static bool pairs_with_us(const struct agent *a, const struct bluez_device *d)
{
	const struct tree_node *own = tree_adapter(&a->b->tree, d->address);

	if (op_find(a->b, OP_PAIR, d->path))
		return true;
	for (struct op *op = own ? a->b->ops : NULL; op; op = op->next)
		if (op->kind == OP_PAIR && !op->ending &&
		    strcmp(op->adapter_path, own->path) == 0)
			return true;
	return false;
}

/* Incoming pairing with nothing to compare. */
static int on_authorize(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	const struct bluez_device *d = read_device(arg, m);

	if (!d)
		return reject(ret_error, "not a device that is known here");
	if (!nobody(arg))
		return put(arg, BLUEZ_ASK_PAIR, d, m, "", "");
	if (!pairs_with_us(arg, d))
		return reject(ret_error, "nobody asked to let it in");
	return sd_bus_reply_method_return(m, "");
}

static int on_service(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	const struct bluez_device *d = read_device(arg, m);
	const char *uuid;

	if (!d || sd_bus_message_read_basic(m, 's', &uuid) < 0)
		return reject(ret_error, "not a device that is known here");
	if (!nobody(arg))
		return put(arg, BLUEZ_ASK_SERVICE, d, m, "", uuid);
	if (d->paired && bluez_is_sound(uuid))
		return sd_bus_reply_method_return(m, "");
	return reject(ret_error, "nobody is here to allow that");
}

static int on_cancel(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct agent *a = arg;

	if (!bus_is_from_bluez(&a->b->bus, m))
		return sd_bus_error_set(ret_error, SD_BUS_ERROR_ACCESS_DENIED, "not for you");
	close_question(a, "org.bluez.Error.Canceled");
	return sd_bus_reply_method_return(m, "");
}

/* Also what Release does: nothing is registered any more then. */
static const sd_bus_vtable agent_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("RequestPinCode", "o", "s", on_pin, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("DisplayPinCode", "os", "", on_show_pin, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RequestPasskey", "o", "u", on_passkey, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("DisplayPasskey", "ouq", "", on_show_passkey, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RequestConfirmation", "ou", "", on_confirm, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RequestAuthorization", "o", "", on_authorize,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("AuthorizeService", "os", "", on_service, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Cancel", "", "", on_cancel, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Release", "", "", on_cancel, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

int agent_init(struct agent *a, struct bluez *b)
{
	int r;

	*a = (struct agent){ .b = b };
	r = sd_event_add_time_relative(b->event, &a->timeout, CLOCK_MONOTONIC, 0, 0, on_timeout,
				       a);
	return r < 0 ? r : sd_event_source_set_enabled(a->timeout, SD_EVENT_OFF);
}

void agent_clear(struct agent *a)
{
	close_question(a, NULL);
	a->call = sd_bus_slot_unref(a->call);
	a->object = sd_bus_slot_unref(a->object);
}

void agent_done(struct agent *a)
{
	if (a->timeout)
		agent_clear(a);
	a->timeout = sd_event_source_disable_unref(a->timeout);
}

static int on_default(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct agent *a = arg;
	const sd_bus_error *e = sd_bus_message_get_error(m);

	(void)ret_error;
	a->call = sd_bus_slot_unref(a->call);
	if (e && !words_is_gone(e))
		bluez_trouble(a->b, -EIO, "another program answers pairing requests: %s",
			      e->message ? e->message : e->name);
	return 0;
}

static int on_registered(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	struct agent *a = arg;
	const sd_bus_error *e = sd_bus_message_get_error(m);

	(void)ret_error;
	a->call = sd_bus_slot_unref(a->call);
	if (e && words_is_gone(e))
		return 0;
	if (e) {
		bluez_trouble(a->b, -EIO, "BlueZ does not take our pairing agent: %s (%s)",
			      e->message ? e->message : "", e->name);
		return 0;
	}
	if (bus_new_call(&a->b->bus, BLUEZ_ROOT, AGENT_MANAGER, "RequestDefaultAgent", &call) >=
		    0 &&
	    sd_bus_message_append(call, "o", AGENT_PATH) >= 0)
		bus_send(&a->b->bus, call, a->b->times.call, on_default, a, &a->call);
	return 0;
}

static const char *capability(const struct agent *a)
{
	if (!a->b->owner.question)
		return "NoInputNoOutput";
	switch (a->b->owner.agent) {
	case BLUEZ_AGENT_NOBODY:
		return "NoInputNoOutput";
	case BLUEZ_AGENT_DISPLAY_YESNO:
		return "DisplayYesNo";
	case BLUEZ_AGENT_KEYBOARD_DISPLAY:
		return "KeyboardDisplay";
	}
	return "NoInputNoOutput";
}

void agent_begin(struct agent *a)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	struct bus *bus = &a->b->bus;
	int r = 0;

	/* exported first: bluetoothd may ask as soon as it knows of us */
	if (!a->object)
		r = sd_bus_add_object_vtable(bus->bus, &a->object, AGENT_PATH,
					     "org.bluez.Agent1", agent_vtable, a);
	if (r >= 0)
		r = bus_new_call(bus, BLUEZ_ROOT, AGENT_MANAGER, "RegisterAgent", &call);
	if (r >= 0)
		r = sd_bus_message_append(call, "os", AGENT_PATH, capability(a));
	a->call = sd_bus_slot_unref(a->call);
	if (r >= 0)
		r = bus_send(bus, call, a->b->times.call, on_registered, a, &a->call);
	if (r < 0)
		bluez_trouble(a->b, r, "no pairing agent: %s", strerror(-r));
}

void agent_pairing_over(struct agent *a, const char *device_path)
{
	if (a->question.cookie && strcmp(a->device_path, device_path) == 0)
		close_question(a, "org.bluez.Error.Canceled");
}

void bluez_set_agent(struct bluez *b, enum bluez_agent agent)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *call = NULL;

	if (b->owner.agent == agent)
		return;
	b->owner.agent = agent;
	if (b->state != BLUEZ_READY)
		return; /* registered with it when bluetoothd comes */
	/* answered in order: gone before it comes anew */
	if (bus_new_call(&b->bus, BLUEZ_ROOT, AGENT_MANAGER, "UnregisterAgent", &call) >= 0 &&
	    sd_bus_message_set_expect_reply(call, false) >= 0 &&
	    sd_bus_message_append(call, "o", AGENT_PATH) >= 0)
		sd_bus_send(b->bus.bus, call, NULL);
	agent_begin(&b->agent);
}

/* ---- answers -------------------------------------------------------------- */

static int answer_passkey(sd_bus_message *asked, const char *text)
{
	unsigned long v;
	char *end;

	if (!text || !*text || strlen(text) > 6 || strspn(text, "0123456789") != strlen(text))
		return -EINVAL;
	v = strtoul(text, &end, 10);
	return sd_bus_reply_method_return(asked, "u", (uint32_t)v) < 0 ? -EIO : 0;
}

static int answer_pin(sd_bus_message *asked, const char *text)
{
	if (!text || !*text || strlen(text) > 16)
		return -EINVAL;
	return sd_bus_reply_method_return(asked, "s", text) < 0 ? -EIO : 0;
}

static int answer_yes(struct agent *a, const char *text)
{
	switch (a->question.ask) {
	case BLUEZ_ASK_PASSKEY:
		return answer_passkey(a->asked, text);
	case BLUEZ_ASK_PIN:
		return answer_pin(a->asked, text);
	case BLUEZ_ASK_CONFIRM:
	case BLUEZ_ASK_PAIR:
	case BLUEZ_ASK_SERVICE:
		return sd_bus_reply_method_return(a->asked, "") < 0 ? -EIO : 0;
	case BLUEZ_SHOW_PASSKEY:
	case BLUEZ_SHOW_PIN:
		return 0;
	}
	return -EINVAL;
}

int bluez_answer(struct bluez *b, uint32_t cookie, bool yes, const char *text)
{
	struct agent *a = &b->agent;
	int r;

	if (cookie == 0 || a->question.cookie != cookie)
		return -ENOENT;
	if (yes) {
		r = answer_yes(a, text);
		if (r == -EINVAL)
			return r;
		if (!a->asked)
			return 0; /* seen; shown until the pairing is over */
		a->asked = sd_bus_message_unref(a->asked);
	} else if (!a->asked) {
		bus_tell(&b->bus, a->device_path, BLUEZ_DEVICE, "CancelPairing");
	}
	close_question(a, "org.bluez.Error.Rejected");
	return 0;
}
