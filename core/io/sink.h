/* SPDX-License-Identifier: MIT */
/*
 * sink - something that plays: it takes a branch's ring to a device.
 *
 * Two kinds. Those that can block (ALSA, PulseAudio, files) run a thread of
 * their own in their own longer periods. Those that never block (A2DP sockets,
 * simulated, null) are served by the one sender after every cycle. Either way
 * frame n is played at its time plus a constant, or lost; it never shifts.
 */
#ifndef FANFARE_IO_SINK_H
#define FANFARE_IO_SINK_H

#include "core/io/health.h"
#include "core/rt/engine.h"

enum sink_type {
	SINK_IS_A2DP,
	SINK_IS_ALSA,
	SINK_IS_PULSE,
	SINK_IS_FILE,
	SINK_IS_SIMULATED,
	SINK_IS_NULL,
};

/* All of it is copied by sink_new(). */
struct sink_config {
	enum sink_type type;
	const char *device; /* ALSA or Pulse name, or a path; "" = default */
	const char *name;   /* the speaker's, for words and for stream names */
	double ppm;	    /* remembered clock error, 0 = none */
	/* simulated only */
	double latency_ms, reported_ms /* NAN = silent about it */, clock_ppm, loss_percent;
	uint64_t seed; /* of its losses and wander */
};

struct sender; /* core/io/sender.h */
struct sink;

/*
 * [ctl] Begin to play ring on the timeline. sender serves those that never
 * block. Fails only with -ENOMEM or -EAGAIN: a device that is not there is a
 * state. *ret is the caller's; ring must outlive it.
 */
int sink_new(const struct sink_config *config, const struct timeline *time,
	     const struct engine *engine, struct ring *ring, struct sender *sender,
	     int notify_fd, struct sink **ret);

/* [ctl] Stop and release, within 0.5 s also when the device hangs. NULL is fine. */
void sink_free(struct sink *s);

/* [ctl] Whether it takes frames now: what plan_branch.flowing is to say. */
bool sink_flowing(struct sink *s);

/* [any] */
void sink_health(struct sink *s, struct health_report *ret);

/* What was agreed with one A2DP sink. */
struct a2dp_stream {
	int fd;		   /* the sink's from now on; SOCK_SEQPACKET, set non-blocking by it */
	uint16_t mtu;	   /* bytes a write may have */
	uint8_t config[4]; /* SBC configuration as agreed */
	uint32_t bitpool;  /* most to use, 0 = what the configuration allows */
	uint8_t edr;	   /* 2 or 3 Mbit/s on the air, for the reckoning of slots */
	uint8_t rank; /* of packets that leave together over one adapter, lower ones go first */
};

/*
 * [ctl] A2DP only: sound may flow over fd from the next cycle on. -EINVAL for
 * a bad configuration, -errno for what is not a socket: the descriptor then
 * stays the caller's, and the reason stands in the health.
 */
int sink_attach(struct sink *s, const struct a2dp_stream *stream);

/* [ctl] A2DP only: stop using the descriptor and close it. */
void sink_detach(struct sink *s);

/* [ctl] A2DP only: n packets that were sent were dropped on the way; now in ns. */
void sink_dropped(struct sink *s, uint32_t n, uint64_t now);

/* [ctl] A2DP only: another ceiling for the bitpool, from the next packet on. */
void sink_set_bitpool(struct sink *s, uint32_t bitpool);

/* [ctl] A2DP only: the slots a second that are its share of the air (> 0), likewise. */
void sink_set_share(struct sink *s, double slots);

#endif
