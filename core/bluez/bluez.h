/* SPDX-License-Identifier: MIT */
/*
 * bluez - everything Fanfare asks of BlueZ, over D-Bus, without any audio.
 *
 * Owns one connection to the system bus and keeps it: a bus or a bluetoothd
 * that goes away is a state told to the owner, looked for again with back-off,
 * and everything of ours (end-points, agent) is put back when it returns. The
 * mirror of BlueZ's objects is told to the owner as it changes.
 *
 * All of it runs on the owner's sd_event, nothing blocks. Callbacks may call
 * anything here except bluez_free(); they come from sd_event, only
 * question_over() also from inside bluez_answer(). No logging: reasons go to callbacks in
 * words fit to be shown, naming the device or adapter.
 *
 * Adapters and devices are named by their address, in capitals
 * ("00:11:22:33:44:55"); hciN is for showing only, as it changes.
 */
#ifndef FANFARE_BLUEZ_BLUEZ_H
#define FANFARE_BLUEZ_BLUEZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#define BLUEZ_ADDR_MAX	 18 /* bytes of an address with its terminator */
#define BLUEZ_NAME_MAX	 64 /* of a name, cut at a character */
#define BLUEZ_PATH_MAX	 128
#define BLUEZ_CONFIG_MAX 64 /* of a codec's capabilities or configuration */
#define BLUEZ_WORDS_MAX	 256

#define BLUEZ_UUID_A2DP_SOURCE "0000110a-0000-1000-8000-00805f9b34fb"
#define BLUEZ_UUID_A2DP_SINK   "0000110b-0000-1000-8000-00805f9b34fb"

#define BLUEZ_CODEC_SBC 0x00

enum bluez_state {
	BLUEZ_NO_BUS,	     /* no connection to D-Bus, tried again by itself */
	BLUEZ_NO_BLUETOOTHD, /* D-Bus answers, nobody is org.bluez */
	BLUEZ_READY,	     /* the mirror holds what bluetoothd has */
};

enum bluez_event { BLUEZ_ADDED, BLUEZ_CHANGED, BLUEZ_REMOVED };

/* What the person in front of us can do, for the choice of pairing method. */
enum bluez_agent {
	BLUEZ_AGENT_NOBODY,	     /* NoInputNoOutput: what we pair just works, the rest is
					refused */
	BLUEZ_AGENT_DISPLAY_YESNO,   /* compares numbers */
	BLUEZ_AGENT_KEYBOARD_DISPLAY /* types PINs and passkeys as well */
};

struct bluez_adapter {
	char address[BLUEZ_ADDR_MAX];
	char path[BLUEZ_PATH_MAX]; /* D-Bus */
	char name[16];		   /* "hci0" */
	char alias[BLUEZ_NAME_MAX];
	bool powered, pairable, discoverable, discovering;
	uint32_t endpoints;	 /* to speakers, registered here; 0 = not (yet) */
	uint32_t endpoints_used; /* of those, the ones with a transport */
	bool hears;		 /* offers itself as a loudspeaker: bluez_hear() */
};

struct bluez_device {
	char address[BLUEZ_ADDR_MAX];
	char adapter[BLUEZ_ADDR_MAX]; /* the same device may be known to several */
	char path[BLUEZ_PATH_MAX];
	char name[BLUEZ_NAME_MAX];  /* its own; "" = not told yet */
	char alias[BLUEZ_NAME_MAX]; /* ours, or its name; never "" */
	char icon[32];		    /* "audio-headset"; "" = not told */
	uint32_t class;		    /* class of device, 0 = not told */
	bool paired, trusted, blocked, connected;
	bool services_resolved;
	bool audio_sink;     /* lists the A2DP sink UUID, or its class says loudspeaker or
				headphones while no UUIDs are known */
	bool audio_source;   /* lists the A2DP source UUID: it can play to us */
	bool legacy_pairing; /* pairs with a PIN */
	bool busy;	     /* an operation of ours is under way for it */
	int16_t rssi;	     /* dBm, 0 = not heard in this search */
	int8_t battery;	     /* percent, -1 = not told */
};

enum bluez_transport_state { BLUEZ_IDLE, BLUEZ_PENDING, BLUEZ_ACTIVE };

struct bluez_transport {
	char path[BLUEZ_PATH_MAX]; /* names it in calls */
	char address[BLUEZ_ADDR_MAX];
	char adapter[BLUEZ_ADDR_MAX];
	char uuid[37]; /* the profile of our side: BLUEZ_UUID_A2DP_SOURCE for a speaker,
			  BLUEZ_UUID_A2DP_SINK for who plays to us */
	enum bluez_transport_state state;
	bool ours; /* configured through an end-point of ours; else another daemon has it */
	uint8_t codec;
	uint8_t config[BLUEZ_CONFIG_MAX];
	size_t config_len; /* bytes */
	int32_t delay;	   /* 1/10 ms, 1..65535; -1 = not reported */
	int16_t volume;	   /* 0..127; -1 = no absolute volume */
};

enum bluez_ask {
	BLUEZ_ASK_CONFIRM,  /* is code what the other side shows? yes or no */
	BLUEZ_ASK_PASSKEY,  /* number 0..999999 shown over there, as text */
	BLUEZ_ASK_PIN,	    /* 1..16 characters, as text */
	BLUEZ_ASK_PAIR,	    /* a device wants to pair, nothing to compare: yes or no */
	BLUEZ_ASK_SERVICE,  /* a device that is not trusted wants to use uuid: yes or no */
	BLUEZ_SHOW_PASSKEY, /* type code over there; no answer wanted, "no" cancels */
	BLUEZ_SHOW_PIN,
};

struct bluez_question {
	enum bluez_ask ask;
	uint32_t cookie; /* for bluez_answer(); never 0 */
	char address[BLUEZ_ADDR_MAX];
	char adapter[BLUEZ_ADDR_MAX];
	char name[BLUEZ_NAME_MAX]; /* alias of the device */
	char code[17];		   /* to compare or to type over there, "" = none */
	char uuid[37];		   /* BLUEZ_ASK_SERVICE */
	uint32_t left_ms;	   /* until it is refused by itself */
};

/*
 * [ctl] Whoever uses this room. Copied by bluez_new(), both caps too. Any callback
 * may be NULL. What they are given is valid during the call only.
 */
struct bluez_owner {
	/* What our end-points offer: codec and its capabilities as in A2DP. */
	uint8_t codec;
	const uint8_t *caps;
	size_t caps_len; /* bytes, 1..BLUEZ_CONFIG_MAX; 0 = no end-points */
	/* The same of those that hear; see bluez_hear(). */
	const uint8_t *hear_caps;
	size_t hear_caps_len;
	enum bluez_agent agent;

	/* words: why, "" when READY. On leaving READY everything is REMOVED first. */
	void (*state)(void *arg, enum bluez_state state, const char *words);

	/* BLUEZ_REMOVED carries the last state; devices go before their adapter. */
	void (*adapter)(void *arg, enum bluez_event event, const struct bluez_adapter *adapter);
	void (*device)(void *arg, enum bluez_event event, const struct bluez_device *device);

	/* Every A2DP transport, also those of other daemons (ours = false). */
	void (*transport)(void *arg, enum bluez_event event,
			  const struct bluez_transport *transport);

	/*
	 * Choose a configuration within the device's capabilities (len bytes,
	 * unchecked: as the device sent them); uuid is the profile of our side, as
	 * in struct bluez_transport. BlueZ does not say which device it
	 * asks for; address is the one being connected there, "" when more than
	 * one could be meant. Write at most BLUEZ_CONFIG_MAX bytes to ret_config;
	 * return 0, or -errno to refuse.
	 */
	int (*select)(void *arg, const char *uuid, const char *adapter, const char *address,
		      const uint8_t *caps, size_t len, uint8_t *ret_config, size_t *ret_len);

	/*
	 * A configuration was set, perhaps by the device and not by select():
	 * 0 takes it, -errno refuses. NULL takes all.
	 */
	int (*accept)(void *arg, const struct bluez_transport *transport);

	/* Answer with bluez_answer(), at once or later. NULL = as BLUEZ_AGENT_NOBODY. */
	void (*question)(void *arg, const struct bluez_question *question);
	/* No answer is wanted any more: answered, cancelled over there, or too late. */
	void (*question_over)(void *arg, uint32_t cookie);

	/* Something went wrong that belongs to no operation; one line for the log. */
	void (*trouble)(void *arg, int error, const char *words);
};

/*
 * [ctl] The end of an operation: error 0 or -errno, words "" or a sentence.
 * Called exactly once for each operation that was begun with 0, never before
 * the call that began it returned; also when bluetoothd vanishes
 * (-ECONNRESET), when it takes too long (-ETIMEDOUT), when cancelled, and from
 * bluez_free() (-ECANCELED; nothing of bluez may be called then).
 *
 * Errors worth telling apart: -ENODEV device or adapter not there, -ENONET
 * adapter switched off, -EHOSTDOWN no answer from the device (off, out of
 * range), -EBUSY try again later, -EACCES pairing refused or keys rejected
 * (forget and pair again), -EPERM another daemon holds the transport,
 * -EPROTO malformed reply, -EOPNOTSUPP not offered by the device, -ECONNREFUSED
 * refused by it, -ERFKILL adapter blocked, -EIO other.
 */
typedef void (*bluez_done_fn)(void *arg, int error, const char *words);

/* [ctl] As bluez_done_fn; fd is the callee's, -1 on failure. MTUs in bytes. */
typedef void (*bluez_fd_fn)(void *arg, int error, const char *words, int fd, uint16_t read_mtu,
			    uint16_t write_mtu);

struct bluez;

/*
 * [ctl] Begin on event (referenced). Connects to $DBUS_SYSTEM_BUS_ADDRESS or
 * the system bus by and by; a missing bus is no failure. First callback:
 * state(), after this returned. -ENOMEM, -EINVAL (caps_len) or what sd-event
 * gives. *ret is the caller's.
 */
int bluez_new(sd_event *event, const struct bluez_owner *owner, void *arg, struct bluez **ret);

/* [ctl] Every operation ends with -ECANCELED first. Not from a callback. NULL is fine. */
void bluez_free(struct bluez *b);

/* [ctl] What we know, without asking. Pointers hold until control goes back to sd_event. */
enum bluez_state bluez_get_state(const struct bluez *b);
const struct bluez_adapter *bluez_nth_adapter(const struct bluez *b, size_t i);
const struct bluez_device *bluez_nth_device(const struct bluez *b, size_t i);
const struct bluez_transport *bluez_nth_transport(const struct bluez *b, size_t i);
const struct bluez_adapter *bluez_get_adapter(const struct bluez *b, const char *adapter);
/* adapter NULL or "": any, rather one where it is connected, then where it is paired. */
const struct bluez_device *bluez_get_device(const struct bluez *b, const char *adapter,
					    const char *address);
/* The A2DP transport to that speaker, rather ours; NULL = none. adapter as above. */
const struct bluez_transport *bluez_get_transport(const struct bluez *b, const char *adapter,
						  const char *address);

/*
 * [ctl] Write who else handles Bluetooth sound here ("PipeWire (wireplumber)",
 * "BlueALSA"), "" = nobody we could find. Reads /proc. At most len bytes.
 */
void bluez_rival(const struct bluez *b, char *ret, size_t len);

/*
 * [ctl] Operations. adapter NULL or "" is as in bluez_get_device(). Return 0
 * when done will be called, or -EINVAL (malformed address) or -ENOMEM. done
 * may be NULL.
 */

/*
 * Search for devices by inquiry (BR/EDR) on one adapter for 1..300 s; ends
 * with 0 after that time or on bluez_discover_stop(). Disturbs what plays
 * over that adapter.
 */
int bluez_discover(struct bluez *b, const char *adapter, uint32_t seconds, bluez_done_fn done,
		   void *arg);
int bluez_discover_stop(struct bluez *b, const char *adapter);

/* Pairing an already paired device is 0. May lead to question(). */
int bluez_pair(struct bluez *b, const char *adapter, const char *address, bluez_done_fn done,
	       void *arg);
int bluez_trust(struct bluez *b, const char *adapter, const char *address, bool trusted,
		bluez_done_fn done, void *arg);
/*
 * Connect its A2DP sink, or its source where it has no sink and its adapter
 * hears. 0 = connected: a transport of ours is there or
 * follows. Takes up to 40 s; a device that is blocked is unblocked. On failure
 * it is left disconnected, unless it had a stream before.
 */
int bluez_connect(struct bluez *b, const char *adapter, const char *address, bluez_done_fn done,
		  void *arg);
int bluez_disconnect(struct bluez *b, const char *adapter, const char *address,
		     bluez_done_fn done, void *arg);
/* Drop it with its keys; "not known" is 0. */
int bluez_forget(struct bluez *b, const char *adapter, const char *address, bluez_done_fn done,
		 void *arg);
/* alias "" = the device's own name again. */
int bluez_rename(struct bluez *b, const char *adapter, const char *address, const char *alias,
		 bluez_done_fn done, void *arg);
/*
 * End pairing or connecting of that device; they end with -ECANCELED, at once
 * or when it is disconnected. 0, -ENOENT = none.
 */
int bluez_cancel(struct bluez *b, const char *adapter, const char *address);

int bluez_adapter_power(struct bluez *b, const char *adapter, bool on, bluez_done_fn done,
			void *arg);
int bluez_adapter_pairable(struct bluez *b, const char *adapter, bool on, bluez_done_fn done,
			   void *arg);
/* Be found by whoever looks; bluetoothd ends that by itself, after 3 min unless told else. */
int bluez_adapter_discoverable(struct bluez *b, const char *adapter, bool on,
			       bluez_done_fn done, void *arg);
int bluez_adapter_rename(struct bluez *b, const char *adapter, const char *alias,
			 bluez_done_fn done, void *arg);

/*
 * Take the socket of a transport (bluez_transport.path). Waits for "idle" or
 * "pending", tries again within its 10 s while BlueZ is still setting the
 * stream up, and releases what was never answered. The descriptor is
 * non-blocking.
 */
int bluez_acquire(struct bluez *b, const char *transport, bluez_fd_fn done, void *arg);
/*
 * The same of one that somebody plays to us: not a moment before they do. Ends
 * with -EAGAIN when the transport is not pending (any more).
 */
int bluez_take_up(struct bluez *b, const char *transport, bluez_fd_fn done, void *arg);
/* Give it back (close the descriptor first) and wait until it is idle or gone. */
int bluez_release(struct bluez *b, const char *transport, bluez_done_fn done, void *arg);
/* Absolute volume 0..127. Not applied by BlueZ while idle: set it again once acquired. */
int bluez_set_volume(struct bluez *b, const char *transport, uint8_t volume, bluez_done_fn done,
		     void *arg);

/*
 * [ctl] Answer a question; text is the passkey or PIN, NULL where none was
 * asked. -ENOENT when it is over, -EINVAL when text does not fit (asked still).
 */
int bluez_answer(struct bluez *b, uint32_t cookie, bool yes, const char *text);

/*
 * [ctl] Offer an adapter as a loudspeaker, or no longer; nothing happens when it
 * is so already. Who plays to it then loses the stream. Forgotten with the
 * adapter and with bluetoothd: to be said again then.
 */
void bluez_hear(struct bluez *b, const char *adapter, bool on);

/* [any] Whether uuid is a profile of sound, or of the buttons that go with it. */
bool bluez_is_sound(const char *uuid);

/* [ctl] Somebody came or left: change what pairing may ask for. */
void bluez_set_agent(struct bluez *b, enum bluez_agent agent);

#endif
