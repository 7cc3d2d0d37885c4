/* SPDX-License-Identifier: MIT */
/*
 * rig - a private D-Bus, a scripted org.bluez on it, and our bluez room, all
 * on one event loop of the test.
 *
 * The scripted one (fake) is there for what the real bluetoothd never does on
 * request: malformed, late, missing and wrong answers, and races.
 */
#ifndef TESTS_BLUEZ_RIG_H
#define TESTS_BLUEZ_RIG_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "core/bluez/private.h"

/* ---- the bus daemon ------------------------------------------------------- */

/* A folder of its own with a configuration; DBUS_SYSTEM_BUS_ADDRESS names its socket. */
void daemon_prepare(void);
void daemon_start(void);
void daemon_kill(void);
void daemon_clean(void); /* kill it, remove the folder */

/* ---- org.bluez ------------------------------------------------------------ */

enum fake_mode { FAKE_OK, FAKE_ERROR, FAKE_SILENT, FAKE_CUSTOM };

struct fake;
typedef void (*fake_fn)(struct fake *f, sd_bus_message *call);

#define FAKE_RULES   16
#define FAKE_OBJECTS 48
#define FAKE_CALLS   256

struct fake_rule {
	char member[48];
	enum fake_mode mode;
	char name[64], message[80]; /* FAKE_ERROR */
	fake_fn fn;		    /* FAKE_CUSTOM */
	int times;		    /* left; -1 = always */
};

struct fake_object {
	char path[128], interface[64];
	sd_bus_message *props; /* holds one a{sv} */
};

struct fake {
	sd_event *event;
	sd_bus *bus;
	struct fake_rule rules[FAKE_RULES];
	struct fake_object objects[FAKE_OBJECTS];
	char calls[FAKE_CALLS][160]; /* "path member argument" */
	size_t calls_n;
	char client[64];	/* who registered with us last */
	char endpoints[32][96]; /* paths registered, in order */
	char capability[32];	/* of the agent */
	size_t endpoints_n;
	size_t with_delay;	 /* registrations that had DelayReporting */
	sd_bus_message *held[8]; /* calls that were not answered (FAKE_SILENT) */
	size_t held_n;
	int far_fd;   /* the speaker's end of what Acquire handed out last */
	bool garbage; /* GetManagedObjects answers nonsense */
};

void fake_start(struct fake *f, sd_event *event); /* connects and is org.bluez */
void fake_stop(struct fake *f);			  /* leaves the bus; objects are kept */
void fake_done(struct fake *f);

/* What a method does from now on, so many times (-1 = always). */
void fake_rule(struct fake *f, const char *member, enum fake_mode mode, int times,
	       const char *name, const char *message);
void fake_custom(struct fake *f, const char *member, int times, fake_fn fn);

/* Objects: then a{sv} as for sd_bus_message_append: count, name, type, value … */
void fake_put(struct fake *f, const char *path, const char *interface, int count, ...);
void fake_add(struct fake *f, const char *path, const char *interface, int count,
	      ...);							   /* + signal */
void fake_remove(struct fake *f, const char *path, const char *interface); /* + signal */
void fake_change(struct fake *f, const char *path, const char *interface, int count, ...);
void fake_invalidate(struct fake *f, const char *path, const char *interface,
		     const char *property);

/* A usual adapter, device, transport. */
#define HCI0  "/org/bluez/hci0"
#define HCI1  "/org/bluez/hci1"
#define HCI0A "00:AA:01:00:00:00"
#define HCI1A "00:AA:01:00:00:01"
#define DEV1  "/org/bluez/hci0/dev_00_AA_01_01_00_11"
#define DEV1A "00:AA:01:01:00:11"
#define DEV2  "/org/bluez/hci0/dev_00_AA_01_01_00_22"
#define DEV2A "00:AA:01:01:00:22"
#define FD1   DEV1 "/fd0"
#define FD2   DEV2 "/fd1"
void fake_usual(struct fake *f); /* HCI0 with DEV1 "Patio" and DEV2 "Kitchen", put */

/* Call something of ours; the answer's error name ("" = fine) and bytes, if any. */
struct fake_answer {
	bool there;
	char error[64];
	char text[64];
	uint32_t number;
	uint8_t bytes[64];
	size_t len;
};
void fake_call(struct fake *f, const char *path, const char *interface, const char *member,
	       struct fake_answer *ret, const char *types, ...);
/* SetConfiguration at end-point i with the usual properties and this blob. */
void fake_configure(struct fake *f, size_t i, const char *transport, const void *config,
		    size_t len, struct fake_answer *ret);

/* The same of another role: the profile of our side. */
void fake_configure_as(struct fake *f, size_t i, const char *uuid, const char *transport,
		       const void *config, size_t len, struct fake_answer *ret);

size_t fake_count(const struct fake *f, const char *call); /* calls that begin so */

/* ---- ours ----------------------------------------------------------------- */

struct seen {
	enum bluez_state state;
	int states;
	char state_words[256];
	int adapters, devices, transports; /* there now */
	int adapter_events, device_events, transport_events;
	struct bluez_adapter adapter; /* the last one told */
	struct bluez_device device;
	struct bluez_transport transport;
	char order[512]; /* A+ D+ T+ A- …, as they came */

	struct bluez_question question;
	int questions;
	uint32_t over; /* cookie */
	int troubles;
	char trouble[256];

	int selects;
	char select_uuid[37], select_adapter[18], select_address[18];
	size_t select_len;
	int select_result, accept_result;
};

struct ended {
	int times;
	int error;
	char words[256];
	int fd;
	uint16_t read_mtu, write_mtu;
};

struct rig {
	sd_event *event;
	struct fake fake;
	struct bluez *bluez;
	struct seen seen;
};

extern const uint8_t rig_caps[4];

/* A bus, a fake with the usual objects, nothing of ours yet. */
int rig_setup(void **state);
int rig_teardown(void **state);
/* Begin ours; waits for READY. The owner may be changed before. */
void rig_owner(struct rig *r, struct bluez_owner *ret);
void rig_open(struct rig *r);
void rig_open_with(struct rig *r, const struct bluez_owner *owner);

void rig_done(void *ended, int error, const char *words);
void rig_done_fd(void *ended, int error, const char *words, int fd, uint16_t r, uint16_t w);

/* End ours now, while what its operations report to is still there. */
void rig_close(struct rig *r);

/* Run the loop until the expression holds; the test fails after 20 s. */
bool rig_turn(struct rig *r, uint64_t *deadline);
#define RUN_UNTIL(r, expr)                                              \
	do {                                                            \
		uint64_t until_ = 0;                                    \
		while (!(expr))                                         \
			if (!rig_turn(r, &until_))                      \
				fail_msg("never came true: %s", #expr); \
	} while (0)
/* Run it for so long, for what must not happen. */
void rig_idle(struct rig *r, uint32_t ms);

#endif
