/* SPDX-License-Identifier: MIT */
/*
 * outlet - sound on its way from a branch's ring to a device with its own clock.
 *
 *	ring ─► edge (drift, resampler) ─► the device's format ─► device
 *
 * The base of the sinks that have a thread: sink, runner and edge in one body.
 */
#ifndef FANFARE_IO_OUTLET_H
#define FANFARE_IO_OUTLET_H

#include "core/base/clock.h"
#include "core/dsp/convert.h"
#include "core/dsp/edge.h"
#include "core/io/runner.h"
#include "core/io/sink_impl.h"

#define OUTLET_BLOCK 512u /* frames worked on at once */

/* A sink with a thread; a kind embeds it first. */
struct outlet {
	struct sink base;
	struct runner runner;
	struct edge_out *edge; /* NULL while the device is closed */
	uint64_t fed;	       /* zone frame to give the edge next */
	uint64_t opened;       /* ns */
	double ppm;	       /* of the device's clock, remembered over a reopening */
	bool sounded;	       /* the edge has given sound since the device was opened */
	uint32_t breaks;       /* of the edge, told of so far */
	uint64_t silent;       /* frames of it, likewise */
	enum sample_format format;
	uint32_t channels, rate; /* of the device */
	uint32_t dither;	 /* the noise's state */
};

struct outlet_setup {
	enum sample_format format;
	uint32_t channels; /* 1..8; two carry sound, one carries both */
	uint32_t rate;	   /* Hz, 8000..192000 */
	uint64_t latency;  /* ns, see edge_setup */
	enum drift_class class;
};

/*
 * [ctl] A body of size bytes that begins with an outlet, its thread running
 * run(body). -ENOMEM, -EAGAIN. *ret is the caller's.
 */
int outlet_new(const struct sink_args *args, size_t size, const char *thread, bool realtime,
	       void (*run)(void *body), struct sink **ret);

/* [io] The device is open. -ENOMEM. */
int outlet_open(struct outlet *o, const struct outlet_setup *setup);
void outlet_close(struct outlet *o);

/* [io] Give the edge all that the engine has made. -ECANCELED when stopping. */
int outlet_feed(struct outlet *o);

/* [io] The device plays: sound may come. -ECANCELED when stopping. */
int outlet_flow(struct outlet *o);

/* [io] The next frames for the device, in its format, at dst. */
void outlet_pull(struct outlet *o, void *dst, uint32_t frames);

/*
 * [io] The device plays; ppm and such to the health report. sent counts periods. Where the
 * edge broke off by itself, for want of sound, that is a drop like any other.
 */
void outlet_report(struct outlet *o, uint64_t latency);

/* [io] The device broke off; counts it as one drop and remembers. */
void outlet_gap(struct outlet *o);

#endif
