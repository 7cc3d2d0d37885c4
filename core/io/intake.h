/* SPDX-License-Identifier: MIT */
/*
 * intake - sound of a device with its own clock on its way to a source's ring.
 *
 *	device ─► floats, two channels ─► edge (drift, resampler) ─► ring
 *
 * Embedded in a source's thread, which alone uses it.
 */
#ifndef FANFARE_IO_INTAKE_H
#define FANFARE_IO_INTAKE_H

#include "core/dsp/edge.h"
#include "core/io/source_impl.h"

/*
 * [io] frames (1..SOURCE_BLOCK) of raw samples, interleaved, to two channels of
 * float. Floats from outside may be anything: beyond +12 dB they are cut.
 */
void source_to_stereo(float *stereo, const void *raw, enum sample_format format,
		      uint32_t channels, uint32_t frames);

/* Times that the engine had been there first. */
struct lateness {
	uint32_t times;
	uint64_t since; /* ns */
	uint64_t by;	/* ns at most */
};

struct intake {
	struct source *source;
	struct edge_in *edge;
	struct drift clock; /* what the edge knows, for us to know how far it can reach */
	enum sample_format format;
	uint32_t channels, rate; /* of the device */
	uint64_t latency;	 /* ns from heard to due */
	bool spelled;		 /* its sound is held up now and then */
	uint64_t margin;	 /* ns the edge may be behind its place */
	uint64_t next;		 /* frame of the zone to pull next */
	uint64_t pushed;	 /* device frames so far */
	uint64_t pushed_at;	 /* ns; 0 = never */
	uint64_t opened;	 /* ns */
	uint64_t shift;		 /* zone frames of latency added because it was not enough */
	struct lateness passes;	 /* each of them, */
	struct lateness spells;	 /* and together what came within a second */
	uint64_t late_at;	 /* ns; the latest, 0 = never */
};

struct intake_setup {
	enum sample_format format;
	uint32_t channels; /* 1..8 */
	uint32_t rate;	   /* Hz, 8000..192000 */
	uint64_t latency;  /* ns, see edge_setup */
	enum drift_class class;
	bool spells; /* its sound is held up now and then, by a busy air or server */
};

/*
 * [any] ns that the latest sound must be ahead of what is asked of an intake:
 * its latency is at least that, an engine's period, and the time from a look
 * at the device to the cycle that needs it.
 */
uint64_t intake_margin(enum drift_class class, uint32_t rate);

/* [io] Begin at now. -ENOMEM, -EINVAL (a rate that no edge can have). */
int intake_open(struct intake *in, struct source *s, const struct intake_setup *setup,
		uint64_t now);
void intake_close(struct intake *in);

/* [io] frames interleaved frames in the device's format were read at now (ns). */
void intake_push(struct intake *in, uint64_t now, const void *data, uint32_t frames);

/*
 * [io] At time now (ns) the device had heard position frames: those pushed and
 * those it still has.
 */
void intake_report(struct intake *in, uint64_t now, double position);

/* [io] What will be pushed next does not continue what was. */
void intake_gap(struct intake *in);

/* [io] At time now (ns) bring to the ring all that is there; fill in the health report. */
void intake_pass(struct intake *in, uint64_t now);

/*
 * [io] When the engine has been there first more than a few times in 10 s, or
 * of one that has spells in three places of 2 min, lengthen the latency by what was lacking, up
 * to most (ns) in all; true then. A machine that is too slow, or a sender on a busy air, thus
 * has a few gaps at the start, not for ever.
 */
bool intake_adapt(struct intake *in, uint64_t now, uint64_t most);

#endif
