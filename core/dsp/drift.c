/* SPDX-License-Identifier: MIT */
/*
 * drift - see drift.h.
 *
 * The loop predicts the position of each report from position, rate and bend
 * (the rate's rate), and gives each of the three a share of the error. How
 * large a share follows from the doubt about it, which grows with time and
 * shrinks with every report (Kalman's filter of a clock). Left alone it comes
 * to rest as a third-order Butterworth loop of the class's bandwidth.
 */
#include "core/dsp/drift.h"

#include <math.h>

#define START_CLAMP	5e-3 /* rate off the nominal one, */
#define SETTLE_S	30.0 /* for so long; then */
#define LATER_CLAMP	3e-4 /* rate off what it had settled at */
#define SILENT_S	5.0  /* without a report: the phase is taken anew */
#define BELIEVE_S	2.0  /* of rejected reports, and */
#define BELIEVE_EARLY_S 0.2  /* (while there have been fewer than EARLY others) */
#define EARLY		50
#define BELIEVE_COUNT	4    /* so many, are believed */
#define SPREAD_S	10.0 /* over which the errors' size is averaged */
#define LEAN_S		3.0  /* and the errors themselves */
#define REPORT_S	0.01 /* interval for which the bandwidths hold */

/*
 * Where a loop begins to follow, in radians per second for each Hz of its
 * bandwidth: chosen by measuring, for the least error with reports of ±5 ms
 * and crystals that wander by 0.5 to 1 ppm in ten minutes.
 */
#define CORNER 2.2

#define RATE_DOUBT  2e-4 /* of a crystal never seen */
#define KNOWN_DOUBT 2e-5 /* of one whose rate is remembered: warmer, colder */
#define BEND_DOUBT  1e-8 /* 1/s; a crystal warming up */
#define STEP_DOUBT  5e-4 /* when the loop has been left behind */

/* What the classes differ in; times in seconds. */
struct habit {
	double hz;    /* bandwidth in the end */
	double noise; /* of a report, RMS */
	double gate;  /* errors up to here are never spikes */
	double lean;  /* a mean error up to here may be an accident */
	double ready; /* doubt about the position that one may play with */
};

static const struct habit habits[] = {
	[DRIFT_ALSA] = { 0.05, 12e-6, 0.5e-3, 10e-6, 50e-6 },
	[DRIFT_USB] = { 0.01, 0.3e-3, 5e-3, 100e-6, 0.3e-3 },
	[DRIFT_LOOSE] = { 0.005, 2.9e-3, 30e-3, 500e-6, 1e-3 },
};

void drift_init(struct drift *d, double nominal_rate, double ppm_remembered,
		enum drift_class class)
{
	double doubt = ppm_remembered != 0.0 ? KNOWN_DOUBT : RATE_DOUBT;

	*d = (struct drift){
		.nominal = nominal_rate,
		.class = class,
		.rate = nominal_rate * (1.0 + ppm_remembered * 1e-6),
		.centre = ppm_remembered * 1e-6,
		.rr = doubt * doubt,
	};
}

void drift_hold(struct drift *d)
{
	d->anchored = false;
}

/* Be exactly where this report says, at the rate known so far. */
static void anchor(struct drift *d, uint64_t now, double position)
{
	double noise = habits[d->class].noise;

	d->at = now;
	d->whole = (int64_t)floor(position);
	d->part = position - floor(position);
	d->bend = 0.0;
	d->pp = noise * noise;
	d->pr = d->pb = d->rb = 0.0;
	d->bb = BEND_DOUBT * BEND_DOUBT;
	d->last = position;
	d->count = 1;
	d->spread = noise;
	d->lean = d->few = 0.0;
	d->odd = 0;
	d->anchored = true;
}

/*
 * Variance (s²) of a report: the class's, or what is seen when that is far worse. From the one
 * to the other on a ramp: the spread follows the errors, so with a step between them reports
 * that come early and late in turns could weigh four times as much whenever they are early.
 */
static double report_noise(const struct drift *d)
{
	double usual = habits[d->class].noise;
	double ramp =
		usual + 2.0 * (d->spread - 2.0 * usual); /* from two to three of the usual */
	double noise = fmax(usual, fmin(ramp, d->spread));

	return noise * noise;
}

/* Doubt grows by dt (s): of the position by the rate's, of the rate by the bend's. */
static void grow_doubt(struct drift *d, double dt)
{
	const struct habit *h = &habits[d->class];
	double corner = CORNER * h->hz;
	/* a bend that walks about so much brings the loop to rest at corner */
	double walk = pow(corner, 6.0) * h->noise * h->noise * REPORT_S;
	double half = 0.5 * dt * dt;

	d->pp += 2.0 * dt * d->pr + 2.0 * half * d->pb + dt * dt * d->rr +
		 2.0 * dt * half * d->rb + half * half * d->bb;
	d->pr += dt * d->pb + dt * d->rr + (dt * dt + half) * d->rb + dt * half * d->bb;
	d->pb += dt * d->rb + half * d->bb;
	d->rr += 2.0 * dt * d->rb + dt * dt * d->bb;
	d->rb += dt * d->bb;
	d->bb += walk * dt;
}

static void clamp_rate(struct drift *d)
{
	double off = d->rate / d->nominal - 1.0;
	bool early = d->age < SETTLE_S;
	double low = early ? -START_CLAMP : d->centre - LATER_CLAMP;
	double high = early ? START_CLAMP : d->centre + LATER_CLAMP;

	if (early)
		d->centre = off;
	if (off >= low && off <= high)
		return;
	off = off < low ? low : high;
	d->rate = d->nominal * (1.0 + off);
	d->bend = 0.0;
}

/* Move on by dt (s) and give each part its share of the error (s). */
static void correct(struct drift *d, double error, double dt)
{
	double all = d->pp + report_noise(d);
	double p = d->pp / all, r = d->pr / all, b = d->pb / all;

	d->part += d->rate * dt + 0.5 * d->bend * dt * dt + p * error * d->nominal;
	d->rate += d->bend * dt + r * error * d->nominal;
	d->bend += b * error * d->nominal;

	d->bb -= b * d->pb;
	d->rb -= r * d->pb;
	d->rr -= r * d->pr;
	d->pb -= p * d->pb;
	d->pr -= p * d->pr;
	d->pp -= p * d->pp;
	clamp_rate(d);
}

/* True when an error (s) is out of all proportion. */
static bool is_spike(const struct drift *d, double error)
{
	double gate = habits[d->class].gate;
	double doubt = 6.0 * sqrt(d->pp + report_noise(d));

	return fabs(error) > (gate > doubt ? gate : doubt);
}

/* Count a spike; true when there have been so many that they must be right. */
static bool believe(struct drift *d, uint64_t now)
{
	if (d->odd++ == 0)
		d->odd_at = now;
	return d->odd >= BELIEVE_COUNT &&
	       (double)(now - d->odd_at) * 1e-9 >=
		       (d->count < EARLY ? BELIEVE_EARLY_S : BELIEVE_S);
}

/*
 * Errors that keep to one side are no noise: the clock has changed more than
 * the loop thinks possible. Then its rate is in doubt again.
 */
static void watch(struct drift *d, double error, double dt)
{
	double share = dt < SPREAD_S ? dt / SPREAD_S : 1.0;
	double lately = dt < LEAN_S ? dt / LEAN_S : 1.0;
	double accident;

	d->spread += (fabs(error) - d->spread) * share;
	d->lean += (error - d->lean) * lately;
	/* the mean of errors in turn is smaller by the root of their number, come evenly or not
	 */
	d->few += lately * lately - d->few * lately * (2.0 - lately);
	accident = habits[d->class].lean + 6.0 * (d->spread * sqrt(d->few) + sqrt(d->pp));
	if (d->age < LEAN_S || fabs(d->lean) < accident)
		return;

	d->lean = d->few = 0.0;
	d->rr += STEP_DOUBT * STEP_DOUBT;
	if (d->age > SETTLE_S)
		d->age = LEAN_S; /* to the wider clamp */
}

bool drift_report(struct drift *d, uint64_t now_ns, double position_frames)
{
	double dt, error;

	if (!isfinite(position_frames))
		return false;
	if (d->count == 1 && position_frames == d->last) {
		/* it has not moved since its anchor: it has not started */
		drift_hold(d);
		return false;
	}
	if (d->anchored && now_ns > d->at && (double)(now_ns - d->at) * 1e-9 > SILENT_S)
		drift_hold(d);
	if (!d->anchored) {
		anchor(d, now_ns, position_frames);
		return true;
	}
	if (now_ns <= d->at || position_frames == d->last)
		return false;

	d->last = position_frames;
	dt = (double)(now_ns - d->at) * 1e-9;
	error = position_frames - (double)d->whole -
		(d->part + d->rate * dt + 0.5 * d->bend * dt * dt);
	error /= d->nominal;
	if (is_spike(d, error)) {
		if (!believe(d, now_ns))
			return false;
		anchor(d, now_ns, position_frames);
		return true;
	}
	grow_doubt(d, dt);
	correct(d, error, dt);
	d->odd = 0;
	d->at = now_ns;
	d->count++;
	d->age += dt;
	watch(d, error, dt);

	/* whole frames go where they are counted exactly */
	d->whole += (int64_t)floor(d->part);
	d->part -= floor(d->part);
	return true;
}

bool drift_locked(const struct drift *d)
{
	double ready = habits[d->class].ready;

	/* two: one alone may be of a device that has not started */
	return d->anchored && d->count >= 2 && d->pp <= ready * ready;
}

double drift_position_at(const struct drift *d, uint64_t t_ns)
{
	double dt = (double)(int64_t)(t_ns - d->at) * 1e-9;

	return (double)d->whole + (d->part + d->rate * dt);
}

double drift_ns_until(const struct drift *d, uint64_t origin_ns, double position)
{
	double frames = position - (double)d->whole - d->part;

	return (double)(int64_t)(d->at - origin_ns) + frames / d->rate * 1e9;
}

double drift_rate(const struct drift *d)
{
	return d->rate;
}

double drift_ppm(const struct drift *d)
{
	return (d->rate / d->nominal - 1.0) * 1e6;
}
