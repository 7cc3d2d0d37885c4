/* SPDX-License-Identifier: MIT */
/*
 * plan - all the engine is to do, as one value.
 *
 * Control writes a new one for every change, a volume key as much as a new
 * profile, and sends it by cmdq; the engine takes it up at the next cycle and
 * glides from where it is. A branch named in the old and the new plan plays
 * through without a gap. The old plan goes back to control, which frees it.
 */
#ifndef FANFARE_RT_PLAN_H
#define FANFARE_RT_PLAN_H

#include "core/rt/branch.h"

#define PLAN_ZONES    11 /* a profile's 8, one for what only a tuner plays, two for probes */
#define PLAN_FEEDS    18 /* a profile's 16, and those of clicks or of a measurement */
#define PLAN_BRANCHES 64

struct plan_feed {
	struct feed *feed;
	uint32_t zone;
	float gain; /* linear */
};

struct plan_branch {
	struct branch *branch;
	uint32_t zone; /* crossfaded over the first block when it is another one */
	uint32_t over; /* number of a mix that is added to it, from 1; 0 = none */
	enum channel_map map;
	float gain;	/* linear, 0 = silent: volume, mute, solo and masters together */
	uint32_t delay; /* frames, up to BRANCH_DELAY_MAX_MS */
	bool settle;	/* be at its delay at once: nothing sounds in its line now */
	bool flowing;	/* a sink takes the sound; else it is only metered */
};

struct plan {
	uint64_t serial; /* counts up */
	uint32_t feeds_n, branches_n, zones_n;
	struct plan_feed feeds[PLAN_FEEDS];
	struct plan_branch branches[PLAN_BRANCHES];
	struct level *zone_level[PLAN_ZONES]; /* control's, outlive every plan */
	struct ring
		*listener; /* control's, gets the mix of listened_zone; NULL = nobody listens */
	uint32_t listened_zone;
};

#endif
