/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/scope.h"
#include "core/bluez/words.h"

enum about { ABOUT_DEVICE, ABOUT_ADAPTER, ABOUT_NOBODY };

struct meaning {
	const char *key; /* the error's name, or a part of its message */
	int error;
	enum about about;
	const char *says; /* goes on after the label */
};

/* Messages are looked at first: they tell more than the name that carries them. */
static const struct meaning messages[] = {
	{ "page-timeout", EHOSTDOWN, ABOUT_DEVICE,
	  "does not answer: is it switched on and in range?" },
	{ "Page Timeout", EHOSTDOWN, ABOUT_DEVICE,
	  "does not answer: is it switched on and in range?" },
	{ "Host is down", EHOSTDOWN, ABOUT_DEVICE,
	  "does not answer: is it switched on and in range?" },
	{ "connection-timeout", EHOSTDOWN, ABOUT_DEVICE, "stopped answering" },
	{ "connection-busy", EBUSY, ABOUT_DEVICE, "is still busy with the last connection" },
	{ "connection-canceled", EBUSY, ABOUT_DEVICE, "gave the connection up half-way" },
	{ "connection-refused", ECONNREFUSED, ABOUT_DEVICE,
	  "refuses the connection: perhaps a phone or another player has it" },
	{ "connection-aborted-by-remote", EBUSY, ABOUT_DEVICE, "broke the connection off" },
	{ "connection-aborted-by-local", EBUSY, ABOUT_DEVICE,
	  "was cut off by our side while connecting" },
	{ "connection-key-missing", EACCES, ABOUT_DEVICE,
	  "no longer knows us: forget it and pair it again" },
	{ "connection-adapter-not-powered", ENONET, ABOUT_ADAPTER, "is switched off" },
	{ "connection-concurrent-connection-limit", EBUSY, ABOUT_ADAPTER,
	  "has as many connections as it can hold" },
	{ "connection-profile-unavailable", EOPNOTSUPP, ABOUT_DEVICE,
	  "offers no A2DP sink that we could use" },
	{ "connection-not-supported", EOPNOTSUPP, ABOUT_DEVICE,
	  "cannot be connected as a speaker" },
	{ "connection-sdp-search", EIO, ABOUT_DEVICE, "does not tell what it can do" },
	{ "connection-create-socket", EIO, ABOUT_DEVICE,
	  "could not be connected: the link failed" },
	{ "connection-unknown", EIO, ABOUT_DEVICE,
	  "could not be connected, and BlueZ does not know why" },
	{ "Method call timed out", ETIMEDOUT, ABOUT_NOBODY, "bluetoothd does not answer" },
	{ "rfkill", ERFKILL, ABOUT_ADAPTER, "is blocked: run \"rfkill unblock bluetooth\"" },
};

static const struct meaning names[] = {
	{ "org.bluez.Error.NotReady", ENONET, ABOUT_ADAPTER, "is switched off" },
	{ "org.bluez.Error.Blocked", ERFKILL, ABOUT_ADAPTER,
	  "is blocked: run \"rfkill unblock bluetooth\"" },
	{ "org.bluez.Error.InProgress", EBUSY, ABOUT_DEVICE,
	  "is busy: BlueZ still works on something for it" },
	{ "org.bluez.Error.Busy", EBUSY, ABOUT_DEVICE,
	  "is busy: BlueZ still works on something for it" },
	{ "org.bluez.Error.NotAvailable", EOPNOTSUPP, ABOUT_DEVICE, "does not offer this now" },
	{ "org.bluez.Error.NotSupported", EOPNOTSUPP, ABOUT_DEVICE, "does not support this" },
	{ "org.bluez.Error.DoesNotExist", ENODEV, ABOUT_DEVICE, "is not known to BlueZ" },
	{ "org.bluez.Error.NotConnected", ENOTCONN, ABOUT_DEVICE, "is not connected" },
	{ "org.bluez.Error.AuthenticationFailed", EACCES, ABOUT_DEVICE,
	  "could not be paired: refused, wrong PIN, or not in pairing mode" },
	{ "org.bluez.Error.AuthenticationRejected", EACCES, ABOUT_DEVICE, "refuses to pair" },
	{ "org.bluez.Error.AuthenticationCanceled", EACCES, ABOUT_DEVICE,
	  "broke the pairing off" },
	{ "org.bluez.Error.AuthenticationTimeout", ETIMEDOUT, ABOUT_DEVICE,
	  "did not finish the pairing in time" },
	{ "org.bluez.Error.ConnectionAttemptFailed", EHOSTDOWN, ABOUT_DEVICE,
	  "does not answer: is it switched on and in range?" },
	{ "org.bluez.Error.NotAuthorized", EPERM, ABOUT_DEVICE,
	  "is in use by another program" },
	{ "org.bluez.Error.NotPermitted", EPERM, ABOUT_DEVICE, "does not permit this" },
	{ SD_BUS_ERROR_ACCESS_DENIED, EACCES, ABOUT_NOBODY,
	  "D-Bus does not let this user talk to BlueZ. Put it into the group bluetooth: "
	  "sudo adduser $USER bluetooth; then log in again" },
	{ SD_BUS_ERROR_UNKNOWN_OBJECT, ENODEV, ABOUT_DEVICE, "is no longer known to BlueZ" },
	{ SD_BUS_ERROR_UNKNOWN_METHOD, ENODEV, ABOUT_DEVICE, "is no longer known to BlueZ" },
	{ SD_BUS_ERROR_UNKNOWN_INTERFACE, ENODEV, ABOUT_DEVICE, "is no longer known to BlueZ" },
	{ SD_BUS_ERROR_NO_REPLY, ECONNRESET, ABOUT_NOBODY, "bluetoothd went away" },
	{ SD_BUS_ERROR_SERVICE_UNKNOWN, ECONNRESET, ABOUT_NOBODY, "bluetoothd is not running" },
	{ SD_BUS_ERROR_NAME_HAS_NO_OWNER, ECONNRESET, ABOUT_NOBODY,
	  "bluetoothd is not running" },
	{ SD_BUS_ERROR_DISCONNECTED, ECONNRESET, ABOUT_NOBODY, "D-Bus went away" },
	{ SD_BUS_ERROR_TIMEOUT, ETIMEDOUT, ABOUT_NOBODY, "bluetoothd does not answer" },
};

static const struct meaning *find(const sd_bus_error *error)
{
	for (size_t i = 0; error->message && i < ARRAY_SIZE(messages); i++)
		if (strstr(error->message, messages[i].key))
			return &messages[i];
	for (size_t i = 0; error->name && i < ARRAY_SIZE(names); i++)
		if (strcmp(error->name, names[i].key) == 0)
			return &names[i];
	return NULL;
}

/* Cut text that had to be shortened by printf before the broken character. */
static void mend_utf8(char *text)
{
	size_t n = strlen(text), back = 0;
	unsigned char c;
	size_t want;

	while (back < n && back < 3 && ((unsigned char)text[n - 1 - back] & 0xC0) == 0x80)
		back++;
	if (back == n)
		return;
	c = (unsigned char)text[n - 1 - back];
	want = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
	if (back < want)
		text[n - 1 - back] = '\0';
}

int words_of_error(const sd_bus_error *error, const char *device, const char *adapter,
		   char ret[BLUEZ_WORDS_MAX])
{
	const struct meaning *m = find(error);
	int r;

	if (!m) {
		r = snprintf(ret, BLUEZ_WORDS_MAX, "%s: BlueZ says \"%s\" (%s)",
			     *device ? device : adapter, error->message ? error->message : "",
			     error->name ? error->name : "no reason");
		if (r >= BLUEZ_WORDS_MAX)
			mend_utf8(ret);
		return -EIO;
	}
	switch (m->about) {
	case ABOUT_DEVICE:
		snprintf(ret, BLUEZ_WORDS_MAX, "%s %s", *device ? device : adapter, m->says);
		break;
	case ABOUT_ADAPTER:
		snprintf(ret, BLUEZ_WORDS_MAX, "%s %s", adapter, m->says);
		break;
	case ABOUT_NOBODY:
		snprintf(ret, BLUEZ_WORDS_MAX, "%s", m->says);
		break;
	}
	return -m->error;
}

bool words_is_gone(const sd_bus_error *error)
{
	const struct meaning *m = find(error);

	return m && m->error == ECONNRESET;
}

void words_label(char *ret, size_t len, const char *name, const char *address)
{
	char dashed[BLUEZ_ADDR_MAX];
	int r;

	/* BlueZ calls a device without a name by its address, with dashes */
	words_copy(dashed, sizeof(dashed), address);
	for (char *p = dashed; *p; p++)
		if (*p == ':')
			*p = '-';
	if (!*name || strcmp(name, dashed) == 0 || strcmp(name, address) == 0)
		r = snprintf(ret, len, "%s", address);
	else
		r = snprintf(ret, len, "%s (%s)", name, address);
	if (r >= 0 && (size_t)r >= len)
		mend_utf8(ret);
}

void words_copy(char *ret, size_t len, const char *src)
{
	int r = snprintf(ret, len, "%s", src);

	if (r >= 0 && (size_t)r >= len)
		mend_utf8(ret);
}

int words_address(const char *src, char ret[BLUEZ_ADDR_MAX])
{
	char a[BLUEZ_ADDR_MAX];
	size_t i;

	if (!src)
		return -EINVAL;
	for (i = 0; i < BLUEZ_ADDR_MAX - 1 && src[i]; i++) {
		char c = src[i];

		if (c >= 'a' && c <= 'f')
			c = (char)(c - 'a' + 'A');
		if (i % 3 == 2 ? c != ':' : !strchr("0123456789ABCDEF", c))
			return -EINVAL;
		a[i] = c;
	}
	if (i != BLUEZ_ADDR_MAX - 1 || src[i])
		return -EINVAL;
	a[i] = '\0';
	memcpy(ret, a, sizeof(a));
	return 0;
}

bool words_below(const char *path, const char *parent)
{
	size_t n = strlen(parent);

	return strncmp(path, parent, n) == 0 && path[n] == '/';
}
