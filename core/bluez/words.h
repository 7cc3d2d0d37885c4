/* SPDX-License-Identifier: MIT */
/*
 * words - what BlueZ and D-Bus answer, as an error number and a sentence.
 *
 * BlueZ packs the reason of a failed connection into the message of
 * org.bluez.Error.Failed ("br-connection-page-timeout"); a person is told
 * what it means and what to do. Also the small text work of this room:
 * addresses, names, object paths.
 */
#ifndef FANFARE_BLUEZ_WORDS_H
#define FANFARE_BLUEZ_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-bus.h>

#include "core/bluez/bluez.h"

/*
 * [any] The meaning of an error reply: -errno as bluez_done_fn tells them. ret
 * receives a sentence that begins with the device or, where it is the
 * adapter's fault, with the adapter (both ready-made labels).
 */
int words_of_error(const sd_bus_error *error, const char *device, const char *adapter,
		   char ret[BLUEZ_WORDS_MAX]);

/* [any] Does it say only that bluetoothd or the bus went away, which is told elsewhere? */
bool words_is_gone(const sd_bus_error *error);

/* [any] "Patio (00:11:22:33:44:55)", or the address alone where there is no name. */
void words_label(char *ret, size_t len, const char *name, const char *address);

/* [any] Copy src into ret (len > 0 bytes), cut at a UTF-8 character. */
void words_copy(char *ret, size_t len, const char *src);

/* [any] Check an address and put it into capitals; ret untouched on -EINVAL. */
int words_address(const char *src, char ret[BLUEZ_ADDR_MAX]);

/* [any] Is path below the object parent ("/a/b" is below "/a", "/ab" is not)? */
bool words_below(const char *path, const char *parent);

#endif
