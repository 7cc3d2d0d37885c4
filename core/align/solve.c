/* SPDX-License-Identifier: MIT */
/* solve - see solve.h. */
#include "core/align/solve.h"

#include <math.h>
#include <stdbool.h>

/*
 * Over a long run a speaker's own clock may carry it away by more than what two
 * turns may differ by, and come back to it in their mean.
 */
#define SPEAKER_PPM 35.0

/*
 * What stands in the way of the sound leaves a reflection to be taken for it.
 * It shows as a first peak under the highest, or as something weaker ahead of
 * it in both turns, at the same place; noise must leave that to be seen.
 */
#define UNDER_DB 8.0
#define LOUD_DB	 23.0
#define AHEAD_DB 27.0
#define AHEAD_S	 0.0005 /* that near is the same place */
#define PROOF_DB 33.0	/* low tones over the noise, at least */

/* What is surely enough, and what is surely not, for confidence. */
#define SNR_GOOD 34.0 /* dB */
#define SNR_BAD	 16.0

/* ---- the turns --------------------------------------------------------------------------- */

struct turns {
	const struct arrival *there, *back;
	double apart; /* s between them */
};

static struct turns turns_of(const struct sweep_run *run, const struct arrival *heard,
			     uint32_t i)
{
	uint32_t back = sweep_slots(run->speakers) - 1 - i;

	return (struct turns){
		.there = &heard[i],
		.back = &heard[back],
		.apart = sweep_slot_at(run, back) - sweep_slot_at(run, i),
	};
}

static bool either(const struct turns *t, enum arrival_verdict v)
{
	return t->there->verdict == v || t->back->verdict == v;
}

static bool both_heard(const struct turns *t)
{
	return t->there->verdict == ARRIVAL_HEARD && t->back->verdict == ARRIVAL_HEARD;
}

static double tolerance(double apart)
{
	return fmax(SOLVE_REPEAT_S, 2 * SPEAKER_PPM * 1e-6 * apart);
}

/* ---- the microphone's clock -------------------------------------------------------------- */

/* How badly a clock off by p fits all who were heard twice; one bad turn counts little. */
static double misfit(const struct sweep_run *run, const struct arrival *heard, double p)
{
	double sum = 0;

	for (uint32_t i = 0; i < run->speakers; i++) {
		struct turns t = turns_of(run, heard, i);

		if (both_heard(&t))
			sum += fmin(fabs(t.back->at - t.there->at - p * t.apart),
				    2 * SOLVE_REPEAT_S);
	}
	return sum;
}

/* The slope among those the speakers have that fits the others best. False: none is sane. */
static bool fit_clock(const struct sweep_run *run, const struct arrival *heard, double *ret)
{
	double best = INFINITY;

	for (uint32_t i = 0; i < run->speakers; i++) {
		struct turns t = turns_of(run, heard, i);
		double p, bad;

		if (!both_heard(&t))
			continue;
		p = (t.back->at - t.there->at) / t.apart;
		bad = misfit(run, heard, p);
		if (fabs(p) <= SOLVE_PPM_MAX * 1e-6 && bad < best) {
			best = bad;
			*ret = p;
		}
	}
	return best < INFINITY;
}

/* Then the mean of all that lie on it: a line through one speaker has that one's clock in it.
 */
static double refine_clock(const struct sweep_run *run, const struct arrival *heard, double p)
{
	double over = 0, under = 0;

	for (uint32_t i = 0; i < run->speakers; i++) {
		struct turns t = turns_of(run, heard, i);
		double d = t.back->at - t.there->at;

		if (!both_heard(&t) || fabs(d - p * t.apart) > tolerance(t.apart))
			continue;
		over += d * t.apart;
		under += t.apart * t.apart;
	}
	return under > 0 ? over / under : p;
}

/* ---- each speaker ------------------------------------------------------------------------ */

static double share(double x, double none, double full)
{
	return fmin(fmax((x - none) / (full - none), 0), 1);
}

static bool is_blocked(const struct turns *t)
{
	const struct arrival *a = t->there, *b = t->back;

	double ahead = fmax(a->ahead_db, b->ahead_db);

	return fmax(a->under_db, b->under_db) > UNDER_DB || ahead < LOUD_DB ||
	       (ahead < AHEAD_DB && fabs(a->ahead_by - b->ahead_by) < AHEAD_S);
}

static double confidence(const struct turns *t, double differ)
{
	double snr = fmin(t->there->snr_db, t->back->snr_db);
	double under = fmax(t->there->under_db, t->back->under_db);

	return (0.3 + 0.7 * share(snr, SNR_BAD, SNR_GOOD)) *
	       (0.3 + 0.7 * share(differ, tolerance(t->apart), 0)) *
	       (0.6 + 0.4 * share(under, 12, 3));
}

static enum solve_refusal refuse(const struct turns *t, bool others)
{
	if (either(t, ARRIVAL_DEAD) || either(t, ARRIVAL_OUTSIDE))
		return REFUSAL_MICROPHONE;
	if (either(t, ARRIVAL_CLIPPED))
		return REFUSAL_CLIPPED;
	if (t->there->verdict == ARRIVAL_MISSING && t->back->verdict == ARRIVAL_MISSING)
		return others ? REFUSAL_SILENT : REFUSAL_NOISY;
	if (either(t, ARRIVAL_MISSING))
		return REFUSAL_UNSTEADY;
	return REFUSAL_NONE;
}

static void solve_speaker(const struct turns *t, double p, bool others,
			  struct solved_speaker *ret)
{
	double differ;

	*ret = (struct solved_speaker){ .refusal = refuse(t, others) };
	if (ret->refusal != REFUSAL_NONE)
		return;
	differ = fabs(t->back->at - t->there->at - p * t->apart);
	if (differ > tolerance(t->apart)) {
		ret->refusal = REFUSAL_UNSTEADY;
		return;
	}
	if (fmin(t->there->low_snr_db, t->back->low_snr_db) < PROOF_DB) {
		ret->refusal = REFUSAL_NOISY;
		return;
	}
	if (is_blocked(t))
		ret->refusal = REFUSAL_BLOCKED;
	ret->late = 0.5 * (t->there->at + t->back->at);
	/* a hole in a sweep takes level away, nothing adds to it */
	ret->level_db = fmax(t->there->level_db, t->back->level_db);
	ret->confidence = confidence(t, differ) * (ret->refusal == REFUSAL_BLOCKED ? 0.5 : 1);
}

static bool holds(const struct solved_speaker *s)
{
	return s->refusal == REFUSAL_NONE || s->refusal == REFUSAL_BLOCKED;
}

/* What to say of a run in which nobody was accepted: what most of them suffer from. */
static enum solve_refusal refuse_run(uint32_t speakers, const struct solution *s)
{
	uint32_t times[REFUSAL_UNSTEADY + 1] = { 0 };
	enum solve_refusal most = REFUSAL_NOISY;

	for (uint32_t i = 0; i < speakers; i++) {
		enum solve_refusal r = s->speaker[i].refusal;

		if (++times[r] > times[most])
			most = r;
	}
	return most;
}

void solve(const struct sweep_run *run, const struct arrival *heard, struct solution *ret)
{
	double p = 0;
	bool others = false, sane = fit_clock(run, heard, &p);

	*ret = (struct solution){ .refusal = REFUSAL_NONE };
	if (sane)
		p = refine_clock(run, heard, p);
	for (uint32_t i = 0; i < sweep_slots(run->speakers); i++)
		others |= heard[i].verdict == ARRIVAL_HEARD;
	for (uint32_t i = 0; i < run->speakers; i++) {
		struct turns t = turns_of(run, heard, i);
		struct solved_speaker *s = &ret->speaker[i];

		solve_speaker(&t, p, others, s);
		if (holds(s) && !sane)
			s->refusal = REFUSAL_UNSTEADY;
		ret->accepted += holds(s);
		ret->louder |= s->refusal == REFUSAL_NOISY || s->refusal == REFUSAL_SILENT ||
			       s->refusal == REFUSAL_UNSTEADY;
	}
	ret->ppm = p * 1e6;
	if (ret->accepted == 0)
		ret->refusal = refuse_run(run->speakers, ret);
}

double solve_skew(uint32_t speakers, const struct solution *s)
{
	double least = INFINITY, most = -INFINITY;

	for (uint32_t i = 0; i < speakers; i++) {
		if (!holds(&s->speaker[i]))
			continue;
		least = fmin(least, s->speaker[i].late);
		most = fmax(most, s->speaker[i].late);
	}
	return s->accepted >= 2 ? most - least : 0;
}

/* ---- in words ---------------------------------------------------------------------------- */

const char *refusal_words(enum solve_refusal r)
{
	switch (r) {
	case REFUSAL_NONE:
		return "";
	case REFUSAL_MICROPHONE:
		return "the microphone gives no sound";
	case REFUSAL_NOISY:
		return "nothing stands out of the noise";
	case REFUSAL_CLIPPED:
		return "the microphone is overdriven";
	case REFUSAL_BLOCKED:
		return "something may stand between it and the microphone";
	case REFUSAL_SILENT:
		return "it was not heard, though others were";
	case REFUSAL_UNSTEADY:
		return "its two turns do not agree";
	}
	return "";
}

const char *refusal_advice(enum solve_refusal r)
{
	switch (r) {
	case REFUSAL_NONE:
		return "";
	case REFUSAL_MICROPHONE:
		return "plug it in, choose another, or switch it on at its own switch";
	case REFUSAL_NOISY:
		return "turn the speakers up, move the microphone nearer, or wait for quiet";
	case REFUSAL_CLIPPED:
		return "turn the microphone down in alsamixer, or the speakers down";
	case REFUSAL_BLOCKED:
		return "clear the way, or put the microphone where it sees every speaker";
	case REFUSAL_SILENT:
		return "see that it is on, turned up, and near enough to be heard";
	case REFUSAL_UNSTEADY:
		return "keep still and quiet, bring its radio nearer, and measure again";
	}
	return "";
}
