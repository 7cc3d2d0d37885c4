/* SPDX-License-Identifier: MIT */
/* sweep - see sweep.h. */
#include "core/align/sweep.h"

#include <math.h>

#define TAU 6.283185307179586

double sweep_top(uint32_t rate_played, uint32_t rate_heard)
{
	double lower = rate_played < rate_heard ? rate_played : rate_heard;

	return fmin(SWEEP_TO, 0.45 * lower);
}

/* 0..1 over the first and the last fade seconds of length. */
static double faded(double t, double length, double fade)
{
	double edge = fmin(t, length - t);

	if (edge <= 0)
		return 0;
	return edge < fade ? 0.5 - 0.5 * cos(TAU / 2 * edge / fade) : 1;
}

double sweep_at(double t, double top)
{
	/* a lower top is reached earlier: the speed through the octaves is the same */
	double k = log(SWEEP_TO / SWEEP_FROM) / SWEEP_S;
	double length = log(top / SWEEP_FROM) / k;

	if (!(t > 0 && t < length))
		return 0;
	return faded(t, length, SWEEP_FADE_S) * sin(TAU * SWEEP_FROM / k * (exp(k * t) - 1));
}

uint32_t sweep_slots(uint32_t speakers)
{
	return 2 * speakers;
}

uint32_t sweep_turn(uint32_t speakers, uint32_t slot)
{
	return slot < speakers ? slot : 2 * speakers - 1 - slot;
}

double sweep_slot_at(const struct sweep_run *run, uint32_t slot)
{
	return SWEEP_LEAD_S + slot * run->slot;
}

double sweep_length(const struct sweep_run *run)
{
	return sweep_slot_at(run, sweep_slots(run->speakers)) + SWEEP_TAIL_S;
}

void sweep_render(const struct sweep_run *run, bool sweeps, uint32_t rate, uint64_t from,
		  float *out, uint32_t n)
{
	double length = sweep_length(run);
	uint32_t slots = sweep_slots(run->speakers);

	for (uint32_t i = 0; i < n; i++) {
		double t = (double)(from + i) / rate, since = t - SWEEP_LEAD_S, sweep = 0;
		double tone = sin(TAU * fmod(SWEEP_CARRIER * t, 1.0)) * faded(t, length, 0.1);

		if (sweeps && since > 0 && since < slots * run->slot)
			sweep = sweep_at(fmod(since, run->slot), run->top);
		out[i] = run->level * (float)sweep + SWEEP_QUIET * (float)tone;
	}
}
