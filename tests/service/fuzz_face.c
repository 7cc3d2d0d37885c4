/* SPDX-License-Identifier: MIT */
/*
 * The service's methods under calls that no console would send, with a whole
 * core behind them: the input decides method, signature and arguments. What
 * D-Bus itself does not let pass is the bus daemon's affair.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/scope.h"
#include "core/service/private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *at, *end;
};

static struct control *control;
static struct service *service;
static sd_bus *server, *client;

static uint8_t byte(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

#define PICK(in, list) (list)[byte(in) % ARRAY_SIZE(list)]

static const char *const words[] = { "",
				     "00:11:22:33:44:55",
				     "00:11:22:33:44:5",
				     "stereo",
				     "bluetooth",
				     "null",
				     "tone",
				     "pink",
				     "Nowhere",
				     "/dev/null",
				     "../x",
				     "command",
				     "org.fanfare",
				     "\xe2\x99\xab" };
static const double numbers[] = { 0, -1, 1, 1e300, -1e300, 1.0 / 3, -60, 500.5, 4e9 };

/* What changes files of this machine, or ends this process, is left out. */
static bool harmless(const char *method)
{
	static const char *const not [] = { "Stop", "SaveProfile", "DeleteProfile",
					    "RenameProfile" };

	for (size_t i = 0; i < ARRAY_SIZE(not ); i++)
		if (!strcmp(not [i], method))
			return false;
	return true;
}

static void append(sd_bus_message *m, struct input *in, char type)
{
	char text[600];

	switch (type) {
	case 'u':
		sd_bus_message_append(m, "u",
				      (uint32_t)byte(in) * (byte(in) ? 1u : 0x1010101u));
		break;
	case 'd':
		sd_bus_message_append(m, "d", PICK(in, numbers) * (double)byte(in) / 16);
		break;
	case 'b':
		sd_bus_message_append(m, "b", byte(in) & 1);
		break;
	default:
		if (byte(in) % 4) {
			sd_bus_message_append(m, "s", PICK(in, words));
			break;
		}
		memset(text, 'x', sizeof(text));
		text[(size_t)byte(in) * 2 + byte(in) % 80] = '\0';
		sd_bus_message_append(m, "s", text);
	}
}

/* Mostly as the method wants it, so that more than the check of signatures is tried. */
static void one_call(struct input *in)
{
	static const char *const types[] = {
#define TYPES(verb, method, fields, kinds, names) kinds,
		VERBS(TYPES) "su", "", "ss", "a{sv}"
	};
	static const char *const others[] = { "GetSnapshot", "Stop", "Explode", "GetAll" };
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	size_t i = byte(in) % ARRAY_SIZE(types);
	const char *method =
		i <= FF_ADMIT ? verbs_method((enum ff_verb)i) : others[i - FF_ADMIT - 1];
	const char *kinds = byte(in) % 8 ? types[i] : PICK(in, types);

	if (!harmless(method) || sd_bus_message_new_method_call(
					 client, &m, NULL, SERVICE_PATH,
					 byte(in) % 16 ? SERVICE_INTERFACE : NULL, method) < 0)
		return;
	for (; *kinds && strchr("udbs", *kinds); kinds++)
		append(m, in, *kinds);
	sd_bus_message_set_expect_reply(m, byte(in) % 4 != 0);
	sd_bus_send(client, m, NULL);
}

static void begin(void)
{
	const struct ff_options options = { .no_bluetooth = true };
	static struct complaint why;
	sd_bus_slot *slot;
	int pair[2];

	setenv("XDG_STATE_HOME", "/nonexistent", 1); /* keeps nothing of this */
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	signal(SIGPIPE, SIG_IGN);
	/* the service's thread is this one: no bus, no loop, its object alone */
	service = calloc(1, sizeof(*service));
	if (!service || control_new(&options, &control, &why) < 0)
		abort();
	service->control = control;
	if (sd_event_new(&service->event) < 0 || memory_make(&service->memory) < 0 ||
	    sd_event_add_time(service->event, &service->timer, CLOCK_MONOTONIC, UINT64_MAX, 0,
			      NULL, NULL) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		abort();
	consoles_init(&service->consoles, service->event);
	if (sd_bus_new(&server) < 0 || sd_bus_set_fd(server, pair[0], pair[0]) < 0 ||
	    sd_bus_set_server(server, true, SD_ID128_NULL) < 0 ||
	    sd_bus_negotiate_fds(server, true) < 0 || face_add(service, server, &slot) < 0 ||
	    sd_bus_start(server) < 0)
		abort();
	if (sd_bus_new(&client) < 0 || sd_bus_set_fd(client, pair[1], pair[1]) < 0 ||
	    sd_bus_negotiate_fds(client, true) < 0 || sd_bus_start(client) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, data + size };

	if (!control)
		begin();
	for (int i = 0; i < 8 && in.at < in.end; i++)
		one_call(&in);
	/* the allowance of one caller would hide nearly all of it */
	memset(&service->allowance, 0, sizeof(service->allowance));
	for (int idle = 0; idle < 2;) {
		int r = sd_bus_process(server, NULL), s = sd_bus_process(client, NULL);

		if (r < 0 || s < 0)
			abort();
		idle = r > 0 || s > 0 ? 0 : idle + 1;
	}
	return 0;
}
