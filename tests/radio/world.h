/* SPDX-License-Identifier: MIT */
/*
 * world - every controller, every link, and the one clock they share.
 *
 * The model lies here in plain sight: a controller is what a host talks to, a
 * link joins two of them and has two ends, an end is one controller's view of
 * it (its own handle, its own queues). The other rooms act on it:
 *
 *	command   what a host orders        page     finding and calling others
 *	link      links and their messages  pairing  keys, association, encryption
 *	air       slots: who sends when     script   what a test changes
 *
 * One thread; time is nanoseconds handed in by the caller. Nothing here opens
 * a file: packets leave through the send function.
 */
#ifndef RADIO_WORLD_H
#define RADIO_WORLD_H

#include "baseband.h"
#include "deadline.h"
#include "hci.h"

#define CONTROLLERS_MAX 16
#define ACTIVE_MAX	7 /* links of one controller: three-bit addresses in a piconet */
#define LINKS_MAX	(CONTROLLERS_MAX * ACTIVE_MAX)
#define PAGES_MAX	8
#define IAC_MAX		2

#define RADIO_VERSION	   0x08	  /* 4.2: the last before features this one does not have */
#define RADIO_MANUFACTURER 0x05f1 /* the Linux Foundation's; virtual controllers use it */

#define MS_NS	  UINT64_C(1000000)
#define SECOND_NS UINT64_C(1000000000)

/* How far behind real time the air may run before slots count as missed. */
#define CATCH_UP_NS (100 * MS_NS)

#define LOSS_WHOLE 1000000u /* loss is counted in millionths */

struct world;
struct controller;
struct link;

/* One HCI packet, or one message between link managers, waiting for the air. */
struct chunk {
	struct chunk *next;
	uint64_t at;	  /* ns when it was queued */
	uint16_t len;	  /* bytes of data */
	uint16_t heard;	  /* bytes that have arrived */
	uint16_t sent;	  /* bytes of these whose arrival the sender knows of */
	uint8_t boundary; /* HCI_PB_* as the host sent it */
	uint8_t data[];
};

struct queue {
	struct chunk *first, *last;
	unsigned count;
};

/* Slots in the second under way and in the one before. */
struct rate {
	uint64_t second;
	uint32_t now, before;
};

struct traffic {
	uint64_t packets;	  /* HCI packets delivered whole */
	uint64_t bytes;		  /* of their data */
	uint64_t air_packets;	  /* packets on the air, repeated ones included */
	uint64_t retransmissions; /* of these, the repeated ones */
	uint64_t flushed;	  /* HCI packets given up */
	uint64_t slots;		  /* slots spent for this direction, answers included */
};

/* What one side knows of the pairing under way. */
struct pairing {
	enum pairing_state {
		PAIR_IDLE,
		PAIR_KEY_ASKED,	  /* own host was asked for a link key */
		PAIR_CHALLENGED,  /* the other side checks our key */
		PAIR_IO_ASKED,	  /* own host was asked for its capabilities */
		PAIR_IO_SENT,	  /* first side only: waiting for the other's */
		PAIR_NUMBER_SENT, /* halves of the number are being exchanged */
		PAIR_ASSOCIATING, /* people are comparing or typing */
		PAIR_KEY_AGREED,  /* first side only: the key is on its way */
	} state;
	bool first;		     /* started it */
	bool authenticating;	     /* own host waits for Authentication Complete */
	bool challenged;	     /* the other side waits for us to know their key */
	bool own_done, other_done;   /* association stage: said yes */
	bool own_typed, other_typed; /* a passkey was entered there */
	uint8_t own_io, own_oob, own_auth;
	uint8_t other_io, other_oob, other_auth;
	uint32_t own_half;	       /* our part of the six-digit number */
	uint32_t number;	       /* 0..999999 */
	uint32_t own_pass, other_pass; /* as typed */
	uint8_t key[HCI_KEY_SIZE];     /* as given by own host, or new */
	uint8_t their_key[HCI_KEY_SIZE];
};

struct end {
	struct link *link;
	struct controller *ctl;
	uint16_t handle; /* what this host calls the link, 1..0xeff */
	enum end_state {
		END_CALLING,  /* has paged, waits to be accepted */
		END_CALLED,   /* was paged; own host knows nothing, or nothing any more */
		END_ASKED,    /* own host was asked to accept */
		END_ACCEPTED, /* own host did; waits for the caller */
		END_OPEN,     /* own host has had Connection Complete */
		END_GONE,     /* own host has had the end of it */
	} state;
	uint16_t hci_types; /* packet types as own host allows them */
	bb_set types;	    /* the same, after what both radios can do */
	uint16_t policy;    /* link policy: bit 0 role switch, 2 sniff */
	uint16_t flush;	    /* slots until flushable data is given up, 0 = never */
	bool may_switch;    /* the caller lets the called become master */
	bool switched;	    /* and it did */
	bool detaching;	    /* own host has ended it, the other side has not confirmed */
	bool flushing;	    /* the rest of a flushed message goes too */
	struct queue lmp, acl;
	struct queue inbox;	  /* data on its way to own host */
	struct deadline delivery; /* when the first of it gets there */
	struct deadline stale;	  /* when the first of acl may be given up */
	struct queue *flying;	  /* whose first chunk is in the slots under way, or NULL */
	uint16_t flight;	  /* bytes of it */
	struct traffic sum;
	struct rate rate;
	struct pairing pairing;
};

struct link {
	struct world *world;
	uint64_t serial;      /* 0 = this entry is free; never used twice */
	uint64_t place;	      /* in the line of those that have something to send, 0 = none */
	struct end end[2];    /* 0 called */
	unsigned master;      /* which end is */
	uint16_t supervision; /* slots */
	struct deadline lost; /* supervision, while the ends do not hear each other */
	struct deadline patience; /* for an answer of a host or of the other side */
	bool keyed;		  /* authenticated in its life */
	bool encrypted;
	uint8_t key[HCI_KEY_SIZE];
	uint16_t sniff; /* slots, 0 = active */
};

/* What the host has set, as it stands in the commands. Reset restores it. */
struct settings {
	uint8_t name[HCI_NAME_SIZE];
	uint8_t eir[1 + HCI_EIR_SIZE]; /* FEC byte, then data */
	uint8_t device_class[3];
	uint8_t scan_enable;			    /* bit 0 inquiry, bit 1 page */
	uint8_t page_timeout[2], accept_timeout[2]; /* slots */
	uint8_t page_scan[4], inquiry_scan[4];	    /* interval, window; slots */
	uint8_t page_scan_type, inquiry_scan_type;  /* 1 = interlaced */
	uint8_t auth_enable, inquiry_mode, ssp_mode, afh_assessment;
	uint8_t voice[2], default_policy[2];
	uint8_t event_mask[8];
	uint8_t iac_count;
	uint8_t iac[3 * IAC_MAX];
};

struct inquiry {
	bool on;
	uint8_t lap[3];
	uint8_t wanted; /* answers, 0 = any number */
	uint8_t found;
	uint64_t end;			  /* ns */
	uint64_t answer[CONTROLLERS_MAX]; /* ns of each one's next chance, or NEVER */
	struct deadline timer;
};

struct page {
	struct bdaddr to;
	bool for_name; /* else to connect */
	uint16_t hci_types;
	bool may_switch;
};

struct pager {
	struct page queue[PAGES_MAX]; /* [0] is being paged */
	unsigned count;
	bool answered; /* for a name: it is being read */
	uint64_t end;  /* ns when [0] is given up */
	struct deadline timer;
};

/* What a controller's radio is doing, as master of its piconet. */
struct air {
	struct link *link;	  /* whose packets fill the slots under way; NULL = idle */
	bool out_lost, back_lost; /* the master's packet, the answer */
	bool settling; /* that exchange is over and its packets are being handed out */
	struct controller *claim; /* a master that waits for this radio, and is next */
	uint64_t free_at;	  /* ns; also taken by other piconets it is part of */
	struct deadline timer;
	uint64_t slots;	     /* in which it sent or received data */
	uint64_t scan_slots; /* taken by inquiry and paging */
	uint64_t scan_since; /* ns, while scanning */
	struct rate rate;
};

struct controller {
	struct world *world;
	unsigned index;
	int hci; /* the kernel's number for it, -1 unknown */
	struct bdaddr addr;
	unsigned rate;		/* 2 or 3 Mbit/s */
	bool plugged;		/* a host is attached */
	bool powered;		/* its radio has power */
	bool in_range;		/* of all others */
	bool central;		/* keeps a master's role it has: joins no other's piconet */
	uint64_t stalled_until; /* ns; ACL data waits until then */
	uint64_t latency;	/* ns from the air to its host, for data: a slow chip or bus */
	uint16_t opcode;	/* of the command being answered */
	struct settings set;
	struct inquiry inquiry;
	struct pager pager;
	struct air air;
	struct deadline stall;
	uint64_t since; /* ns when it was made */
};

struct world {
	uint64_t now; /* ns */
	uint64_t random;
	uint64_t serial;
	uint64_t places; /* given out in the lines of links */
	uint64_t missed; /* slots that went by unused because this process did not run */
	unsigned count;
	struct controller controller[CONTROLLERS_MAX];
	struct link link[LINKS_MAX];
	uint32_t loss[CONTROLLERS_MAX][CONTROLLERS_MAX]; /* millionths, from, to */
	bool apart[CONTROLLERS_MAX][CONTROLLERS_MAX];	 /* out of range of each other */
	uint16_t supervision;				 /* slots, of a new link */
	struct deadlines deadlines;
	bool trace;
	void (*send)(void *user, struct controller *c, const uint8_t *packet, size_t n);
	void (*log)(void *user, const char *line);
	void (*plug)(void *user, struct controller *c, bool in);
	void *user;
};

/* [io] An empty world at now (ns) with a seed for its chances. Functions are set by the caller.
 */
void world_init(struct world *w, uint64_t now, uint64_t seed);

/* [io] Free what waits in queues. */
void world_done(struct world *w);

/* [io] One more controller, plugged and powered; NULL when CONTROLLERS_MAX are there. */
struct controller *world_add(struct world *w, struct bdaddr addr, unsigned rate);

/* [io] Let everything happen that is due at now (ns, never backwards). */
void world_run(struct world *w, uint64_t now);

/* [io] When world_run() is wanted next (ns), or DEADLINE_NEVER. */
uint64_t world_next(const struct world *w);

/* [io] Who has that address, or NULL. */
struct controller *world_find(struct world *w, struct bdaddr addr);

/* [io] Do these two hear each other at all? */
bool world_hears(const struct world *w, const struct controller *a, const struct controller *b);

/* [io] Does a packet from a to b get lost? Draws a chance. */
bool world_loses(struct world *w, const struct controller *a, const struct controller *b);

/* [io] A number 0..below-1, from the seed. */
uint32_t world_draw(struct world *w, uint32_t below);

/* [io] A line for the log, always; or only while tracing. */
void world_log(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
void world_trace(struct world *w, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* [io] What a host sent, type byte in front. */
void controller_packet(struct controller *c, const uint8_t *packet, size_t n);

/* [io] Hand an event to the host, if its event mask lets it through. */
void controller_event(struct controller *c, const struct hci_packet *event);

/* [io] As HCI Reset: every link is dropped without a word, settings are as new. */
void controller_reset(struct controller *c);

/* [any] Eight bytes of LMP features, page 0..1; zeros above. */
void controller_features(const struct controller *c, unsigned page, uint8_t ret[8]);

/* [any] Count n slots at now (ns). */
void rate_add(struct rate *r, uint64_t now, uint32_t n);

/* [any] Slots in the last whole second before now (ns). */
uint32_t rate_read(const struct rate *r, uint64_t now);

#endif
