/* SPDX-License-Identifier: MIT */
/*
 * private - struct bluez, shared by the files of this room and by no other.
 */
#ifndef FANFARE_BLUEZ_PRIVATE_H
#define FANFARE_BLUEZ_PRIVATE_H

#include "core/bluez/agent.h"
#include "core/bluez/bluez.h"
#include "core/bluez/bus.h"
#include "core/bluez/media.h"
#include "core/bluez/op.h"
#include "core/bluez/tree.h"

#define BLUEZ_ADAPTER	"org.bluez.Adapter1"
#define BLUEZ_DEVICE	"org.bluez.Device1"
#define BLUEZ_TRANSPORT "org.bluez.MediaTransport1"
#define DBUS_PROPERTIES "org.freedesktop.DBus.Properties"

/* How long things may take, in ms; variables so that tests need not wait. */
struct times {
	uint32_t call;	  /* an answer bluetoothd gives by itself */
	uint32_t pair;	  /* with a person typing */
	uint32_t connect; /* page, SDP, AVDTP, and another try while BlueZ is busy */
	uint32_t acquire; /* AVDTP START, and more tries during set-up */
	uint32_t release;
	uint32_t question; /* radios give up after 30 s, bluetoothd itself after 60 */
	uint32_t again;	   /* the first wait before one more try; doubles */
	uint32_t reload;   /* after GetManagedObjects failed */
};

struct bluez {
	sd_event *event;
	struct bluez_owner owner;
	uint8_t caps[BLUEZ_CONFIG_MAX]; /* owner.caps points here */
	uint8_t hear_caps[BLUEZ_CONFIG_MAX];
	void *arg;

	enum bluez_state state;
	bool said; /* the owner was told a state: */
	enum bluez_state told;
	char words[BLUEZ_WORDS_MAX]; /* with which words */
	struct bus bus;
	struct tree tree;
	struct media media;
	struct agent agent;
	struct op *ops;
	struct times times;

	sd_bus_slot *loading;	 /* GetManagedObjects under way */
	sd_bus_slot *follows[3]; /* the matches of the mirror */
	sd_event_source *reload;
};

/* [ctl] One line for the log of whoever owns us. */
void bluez_trouble(struct bluez *b, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
