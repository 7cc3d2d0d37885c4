/* SPDX-License-Identifier: MIT */
/*
 * media - our A2DP end-points: sources on every adapter, for speakers; sinks
 * on those that hear, for phones that play to us.
 *
 * BlueZ before 5.83 carries one stream per end-point, so each adapter gets as
 * many as it has speakers plus a few spare, and another when one is taken; of
 * sinks one more than play to it.
 * Each is exported before it is registered. Embedded in struct bluez.
 */
#ifndef FANFARE_BLUEZ_MEDIA_H
#define FANFARE_BLUEZ_MEDIA_H

#include <systemd/sd-bus.h>

#include "core/bluez/bluez.h"

#define MEDIA_SPARE 2
#define MEDIA_MOST  9 /* per adapter: 7 a piconet holds, and the spare ones */
#define MEDIA_EARS  4 /* the same for sinks, one of them spare */

struct endpoint;

struct media {
	struct bluez *b;
	struct endpoint *first;
	sd_event_source *retry;
	uint32_t retry_ms; /* doubles while registering fails */
	uint32_t count;	   /* ever made; makes their paths unique */
	bool no_delay;	   /* bluetoothd does not take DelayReporting */
	bool complained;
};

/* [ctl] -errno of sd-event. */
int media_init(struct media *m, struct bluez *b);
void media_done(struct media *m);

/* [ctl] An adapter is there, or its transports changed: make what is missing. */
void media_balance(struct media *m, const char *adapter_path);
/* [ctl] The sinks of an adapter that begins to hear, or no longer does. */
void media_hear(struct media *m, const char *adapter_path, bool on);
/* [ctl] An adapter went; or bluetoothd did, with all that was registered. */
void media_adapter_removed(struct media *m, const char *adapter_path);
void media_clear(struct media *m);

#endif
