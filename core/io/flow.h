/* SPDX-License-Identifier: MIT */
/*
 * flow - raw samples out of a descriptor, at the pace of the timeline.
 *
 * Two kinds of writers stand behind pipes, and each wants the opposite:
 *
 *	paced	writes as fast as it is read (sox, ffmpeg, cat, librespot). It
 *		has no clock: we read what the timeline needs and no more, and
 *		the full pipe holds it back. Not a sample is changed in time.
 *	live	writes as its own clock says (shairport-sync, a capture program).
 *		Holding it back would lose its sound: we read all at once, and
 *		the times of arrival tell its clock to a loose drift loop.
 *
 * Which it is shows in the first 150 ms: who has by then given 300 ms more than
 * real time is paced. A writer that pauses is looked at anew when it goes on,
 * so a wrong guess (a live one with a long head start) mends itself.
 */
#ifndef FANFARE_IO_FLOW_H
#define FANFARE_IO_FLOW_H

#include "core/dsp/resample.h"
#include "core/io/intake.h"

enum flow_mode {
	FLOW_QUIET, /* nothing comes */
	FLOW_PROBE, /* it has begun; paced or live? */
	FLOW_PACED,
	FLOW_LIVE,
};

struct flow {
	struct source *source;
	const char *quiet; /* the reason to give when nothing comes; not owned */
	int fd;		   /* not owned; non-blocking or not */
	bool file;	   /* paced in any case */
	enum flow_mode mode;
	enum sample_format format;
	uint32_t channels, rate;
	size_t frame_size;
	uint8_t *staged; /* bytes read and not yet used */
	size_t staged_n, staged_max;
	bool ended;		       /* no more bytes will come */
	uint64_t begun, last;	       /* ns; first and latest byte since it was quiet */
	uint64_t quiet_at;	       /* ns; since when it is quiet, 0 = never heard */
	uint64_t got;		       /* bytes since begun */
	struct resampler *rate_change; /* paced only; NULL at equal rates */
	uint64_t next;		       /* zone frame to write next; paced only */
	uint64_t wake;		       /* ns; when to look again; paced only */
	struct intake in;	       /* live only */
};

/*
 * [io] Begin on fd; file says that it is one; quiet is a sentence for the time
 * in which nothing comes. -ENOMEM, -EINVAL (a rate or channels we do not have).
 */
int flow_open(struct flow *f, struct source *s, int fd, bool file, const char *quiet);
void flow_close(struct flow *f);

/*
 * [io] Go on until about time until (ns), or sooner. 0 = call again, 1 = the
 * end of the stream, all of it is in the ring; -ECANCELED when stopping, else
 * -errno of reading. Sets the source's health when sound comes and stops.
 */
int flow_step(struct flow *f, uint64_t until);

#endif
