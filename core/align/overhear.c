/* SPDX-License-Identifier: MIT */
/* overhear - see overhear.h. */
#include "core/align/overhear.h"

#include "core/align/clean.h"
#include "core/align/overhear_parts.h"
#include "core/align/peak.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TAU  6.283185307179586
#define LOW  300.0 /* Hz; less and less counts from FULL down to there … */
#define FULL 2000.0
#define EVEN 0.05 /* of the mean: tones of which less is known are not raised */

#define DULL_LOW  500.0 /* Hz; … and of the low tones alone, which pass what stands there: */
#define DULL_FROM 2000.0
#define DULL_TO	  4500.0
#define DULL_EVEN 0.3
#define DULL_S	  0.0007 /* a peak of low tones is that wide … */
#define BEAM_S	  0.0004 /* … to each side */
#define AFTER_S	  0.08	 /* so much later its ripples no longer matter */
#define CLEAN_DB  9.5	 /* over the noise: down to there they are taken away */
#define NEAR_S	  0.12	 /* so near before it what goes wrong with it is noise, too */

/* Paces are looked for so many steps to both sides; then nearer, by all tones. */
#define FAR    100
#define COARSE 3e-6
#define NEAR   8
#define MIDDLE 1.5e-6
#define NEXT   4 /* once more, when all the others are known, too */
#define FINE   0.4e-6

#define PPM_APART 90.0 /* no two speakers' clocks differ by more */

#define PLAYERS 5u /* at most are told apart by the pace at which they play the music */

#define HEARD_DB 17.0 /* what the highest peak must have over the noise … */
#define LOW_DB	 17.5 /* … and of the low tones */
#define SNR_GOOD 36.0 /* dB, surely enough */

/*
 * What stands in the way of the straight sound leaves a reflection to be taken for
 * it: a first peak far under the highest, or, of the low tones that it takes least,
 * something ahead that is no noise. That is then the straight sound. Where noise
 * would not leave it to be seen, the first peak is right to some ms only. All in
 * dB; found in 200 rooms of tests/align, where noise ahead reached 11 dB.
 */
#define UNDER_DB 8.0
#define AHEAD_DB 30.0 /* less than that under the loudest: it is the speaker's own */
#define SEEN_DB	 11.5 /* over the noise */
#define SURE_DB	 15.0
#define PROOF_DB 31.0 /* low tones over the noise: what is not seen then is not there */

#define BLOCKED_S 0.0005 /* what stands in the way passes little, and that late */
#define FAINT_S	  0.005	 /* a reflection that is taken for the straight sound */

/* Look for track t of sound in the rest from nearer, by all tones. */
static void look_nearer(struct ear *e, struct track *t, uint32_t steps, double step,
			const float *sound, double expected)
{
	double pace = t->pace, at = t->at;

	ear_seek(e, t, steps, step, true, &pace, &at);
	ear_place(e, t, sound, expected, pace, at);
}

/* Find the pace and place of sound in the rest, and add it as a track there. */
static int add_found(struct ear *e, const float *sound, double expected)
{
	double pace = 0, at = 0;
	struct track *t = &e->track[e->tracks];
	int r = ear_add(e, sound, expected, 0, 0);

	if (r < 0)
		return r;
	ear_seek(e, t, FAR, COARSE, false, &pace, &at);
	ear_place(e, t, sound, expected, pace, at);
	look_nearer(e, t, NEAR, MIDDLE, sound, expected);
	look_nearer(e, t, NEXT, FINE, sound, expected);
	return ear_stopped(e) ? -ECANCELED : 0;
}

/* With all else explained, track t may be seen better than when it was found. */
static void look_again(struct ear *e, struct track *t, bool wide, const float *sound,
		       double expected)
{
	ear_fit(e, 0, e->windows);
	memset(t->heard, 0, e->wide * sizeof(*t->heard));
	ear_explain(e);
	if (wide)
		look_nearer(e, t, NEAR, MIDDLE, sound, expected);
	look_nearer(e, t, NEXT, FINE, sound, expected);
}

static void take_again(struct ear *e, bool wide)
{
	const struct overhear_task *t = e->task;
	uint32_t each = t->music[1] ? 2 : 1;

	for (uint32_t i = 0; i < e->tracks && !ear_stopped(e); i += each) {
		struct track *mid = &e->track[i];

		look_again(e, mid, wide, t->music[0], t->expected[0]);
		if (each > 1)
			ear_place(e, mid + 1, t->music[1], t->expected[0], mid->pace, mid->at);
	}
	ear_fit(e, 0, e->windows);
	ear_explain(e);
}

/* All who play the music, each at a pace of its own; what one has left another may take. */
static int take_music(struct ear *e)
{
	const struct overhear_task *t = e->task;
	uint32_t players = t->players + 1 < PLAYERS ? t->players + 1 : PLAYERS;
	int r = 0;

	for (uint32_t i = 0; i < players && t->music[0]; i++) {
		r = add_found(e, t->music[0], t->expected[0]);
		if (r == 0 && t->music[1])
			r = ear_add(e, t->music[1], t->expected[0],
				    e->track[e->tracks - 1].pace, e->track[e->tracks - 1].at);
		if (r < 0)
			return r;
		take_again(e, i + 1 == players);
	}
	return 0;
}

/* ---- the response ------------------------------------------------------------------------ */

/* How much each tone of a track counts, into e->even; the sum of what they might. */
static double weigh_tones(struct ear *e, const struct track *t, bool dull)
{
	double top = (double)(e->from + e->wide) * e->bin, mean = 0, sum = 0;
	double even = dull ? DULL_EVEN : EVEN;

	for (size_t k = 0; k < e->wide; k++)
		mean += (double)t->firm[k] / (double)e->wide;
	for (size_t k = 0; k < e->wide; k++) {
		double hz = (double)(e->from + k) * e->bin, firm = (double)t->firm[k];
		double taper =
			dull ? peak_rise(hz, LOW, DULL_LOW) *
					(1 - peak_rise(hz, DULL_FROM, DULL_TO))
			     : peak_rise(hz, LOW, FULL) * (1 - peak_rise(hz, 0.6 * top, top));

		sum += taper;
		e->even[k] = (float)(taper * firm / (firm + even * mean));
	}
	return sum;
}

/* A track as it was fitted and weighed, in time, in e->response: its own place is at EARLY. */
static void respond(struct ear *e, const struct track *t)
{
	memset(e->spectrum, 0, e->n * sizeof(*e->spectrum));
	for (size_t k = 0; k < e->wide; k++) {
		double hz = (double)(e->from + k) * e->bin;
		double turn = -TAU * fmod(hz * OVERHEAR_EARLY_S, 1);
		float c = e->even[k] * (float)cos(turn), s = e->even[k] * (float)sin(turn);
		kiss_fft_cpx h = t->heard[k];

		e->spectrum[e->from + k] =
			(kiss_fft_cpx){ .r = h.r * c - h.i * s, .i = h.r * s + h.i * c };
	}
	kiss_fft(e->inverse, e->spectrum, e->response);
}

/* What those weights make of one echo, in e->beam. */
static void make_beam(struct ear *e)
{
	float sum = 0;

	memset(e->spectrum, 0, e->n * sizeof(*e->spectrum));
	for (size_t k = 0; k < e->wide; k++)
		sum += e->even[k];
	for (size_t k = 0; k < e->wide; k++)
		e->spectrum[e->from + k].r = e->even[k] / sum;
	kiss_fft(e->inverse, e->spectrum, e->beam);
}

/* The envelope of e->response, to e->time. */
static void envelope(struct ear *e, double size)
{
	for (size_t i = 0; i < e->n; i++)
		e->time[i] = hypotf(e->response[i].r, e->response[i].i) / (float)size;
}

/* What lies around there in it, a while before what is highest. */
static double noise_near(struct ear *e, size_t search, size_t highest)
{
	size_t near = (size_t)(NEAR_S * e->rate);

	if (highest < near)
		return peak_noise(e->time, search, highest, e->rate, e->sound);
	return peak_noise(e->time + highest - near, near + 1, near, e->rate, e->sound);
}

/* What an envelope shows. */
struct sight {
	size_t first, highest; /* peaks, frames */
	double late;	       /* s, as struct overheard has it */
	double snr_db, under_db, low_snr_db, ahead_db, ahead;
};

/* With a track as it was fitted: its first peak; points, where they are wanted, are drawn. */
static struct sight look_at(struct ear *e, const struct track *t, float *points)
{
	size_t search = (size_t)((OVERHEAR_EARLY_S + OVERHEAR_LATE_S) * e->rate);
	struct sight s = { 0 };
	double noise, size = weigh_tones(e, t, false);

	respond(e, t);
	envelope(e, size);
	s.highest = peak_highest(e->time, 0, search);
	noise = noise_near(e, search, s.highest);
	s.first = peak_first(e->time, s.highest, noise, e->rate);
	s.snr_db = peak_to_db((double)e->time[s.highest] / noise);
	s.under_db = peak_to_db((double)e->time[s.highest] / (double)e->time[s.first]);
	s.late = t->at - OVERHEAR_EARLY_S +
		 ((double)s.first + peak_between(e->time, s.first)) / e->rate;
	if (points)
		peak_draw(e->time, e->n, s.first, s.highest, ARRIVAL_POINT_S * e->rate,
			  ARRIVAL_AHEAD, points, ARRIVAL_POINTS);
	return s;
}

/* Of the low tones: what is loudest before the first peak, once no ripple hides it. */
static void look_ahead(struct ear *e, const struct track *t, struct sight *s)
{
	size_t search = (size_t)((OVERHEAR_EARLY_S + OVERHEAR_LATE_S) * e->rate);
	size_t lead = (size_t)(PEAK_LEAD_S * e->rate), wide = (size_t)(DULL_S * e->rate);
	size_t earliest = s->first > lead ? s->first - lead : 0, highest, from, to, at;
	double noise, most;

	weigh_tones(e, t, true);
	respond(e, t);
	envelope(e, 1);
	highest = peak_highest(e->time, 0, search);
	noise = noise_near(e, search, highest);
	most = (double)e->time[highest];
	from = highest < earliest ? highest : earliest;
	to = (highest > s->first ? highest : s->first) + (size_t)(AFTER_S * e->rate);
	make_beam(e);
	clean(e->response + from, to - from, e->beam, e->n, (size_t)(BEAM_S * e->rate),
	      (float)(noise * peak_from_db(CLEAN_DB)), e->spectrum, e->time + from);
	at = peak_highest(e->time, earliest, s->first > wide ? s->first - wide : 0);
	s->low_snr_db = peak_to_db(most / noise);
	s->ahead_db = peak_to_db(most / (double)e->time[at]);
	s->ahead = (double)(s->first - at) / e->rate;
}

/* What the noise leaves open of it, s. */
static double unsure_of(const struct sight *s, double seen, double differ)
{
	if (differ > SOLVE_REPEAT_S)
		return FAINT_S;
	if (seen > SURE_DB)
		return BLOCKED_S;
	if (seen > SEEN_DB || s->low_snr_db < PROOF_DB)
		return FAINT_S;
	return s->under_db > UNDER_DB ? BLOCKED_S : 0;
}

/* What came of one: the first peak, or what was surely seen ahead of it. */
static void conclude(const struct sight *s, double differ, struct overheard *ret)
{
	double seen = s->ahead_db < AHEAD_DB ? s->low_snr_db - s->ahead_db : 0;

	ret->late = s->late - (seen > SURE_DB ? s->ahead : 0);
	ret->unsure = unsure_of(s, seen, differ);
	ret->snr_db = s->snr_db;
	ret->under_db = s->under_db;
	ret->low_snr_db = s->low_snr_db;
	ret->ahead_db = s->ahead_db;
	ret->differ = differ;
	ret->refusal = s->snr_db < HEARD_DB || s->low_snr_db < LOW_DB ? REFUSAL_NOISY
		       : differ > FAINT_S			      ? REFUSAL_UNSTEADY
		       : ret->unsure > 0			      ? REFUSAL_BLOCKED
								      : REFUSAL_NONE;
}

/* Both probes, by all of the time; each half of it must say the same. */
static void judge(struct ear *e, struct track *const t[2], struct overheard *ret)
{
	struct sight all[2];
	double differ[2] = { 0, 0 };

	for (int i = 0; i < 2; i++) {
		all[i] = look_at(e, t[i], ret[i].points);
		look_ahead(e, t[i], &all[i]);
	}
	for (size_t h = 0; h < 2; h++) {
		ear_fit(e, h ? e->windows / 2 : 0, h ? e->windows : e->windows / 2);
		for (int i = 0; i < 2; i++)
			differ[i] = fmax(differ[i],
					 fabs(look_at(e, t[i], NULL).late - all[i].late));
	}
	for (int i = 0; i < 2; i++) {
		ret[i].ppm = t[i]->pace * 1e6;
		conclude(&all[i], differ[i], &ret[i]);
	}
}

static int listen_for_both(struct ear *e, struct overheard *ret)
{
	const struct overhear_task *t = e->task;
	struct track *probe[2];
	int r = take_music(e);

	for (int i = 0; r == 0 && i < 2; i++) {
		probe[i] = &e->track[e->tracks];
		r = add_found(e, t->sent[i], t->expected[i]);
	}
	if (r < 0)
		return r;
	for (int i = 0; i < 2; i++)
		look_again(e, probe[i], false, t->sent[i], t->expected[i]);
	ear_fit(e, 0, e->windows);
	ear_explain(e);
	ear_fit(e, 0, e->windows); /* with what is now known of the noise */
	judge(e, probe, ret);
	return ear_stopped(e) ? -ECANCELED : 0;
}

/* ---- both -------------------------------------------------------------------------------- */

static bool answered(const struct overheard *o)
{
	return o->refusal == REFUSAL_NONE || o->refusal == REFUSAL_BLOCKED;
}

static double share(double x, double none, double full)
{
	return fmin(fmax((x - none) / (full - none), 0), 1);
}

static enum solve_refusal refuse(const struct overhearing *o)
{
	const struct overheard *a = &o->of[0], *b = &o->of[1];

	if (a->refusal == REFUSAL_NOISY && b->refusal == REFUSAL_NOISY)
		return REFUSAL_NOISY;
	if (a->refusal == REFUSAL_NOISY || b->refusal == REFUSAL_NOISY)
		return REFUSAL_SILENT;
	if (!answered(a) || !answered(b) || fabs(a->ppm - b->ppm) > PPM_APART ||
	    fmax(fabs(a->ppm), fabs(b->ppm)) > SOLVE_PPM_MAX)
		return REFUSAL_UNSTEADY;
	return a->refusal == REFUSAL_BLOCKED ? REFUSAL_BLOCKED : b->refusal;
}

static double confidence(const struct overheard *a, const struct overheard *b)
{
	double snr = fmin(a->snr_db, b->snr_db), under = fmax(a->under_db, b->under_db);

	return (0.3 + 0.7 * share(snr, HEARD_DB, SNR_GOOD)) *
	       (0.3 + 0.7 * share(fmax(a->differ, b->differ), SOLVE_REPEAT_S, 0)) *
	       (0.6 + 0.4 * share(under, UNDER_DB, 2)) * (a->unsure + b->unsure > 0 ? 0.5 : 1);
}

int overhear(const struct overhear_task *t, struct overhearing *ret)
{
	struct overhearing o = { .refusal = REFUSAL_NONE };
	struct ear e;
	int r;

	if (t->record_rate < 8000 || t->record_rate > 192000 || t->sent_rate < 8000 ||
	    t->sent_rate > 192000 || (double)t->sent_frames < OVERHEAR_LEAST_S * t->sent_rate ||
	    (double)t->record_frames < OVERHEAR_LEAST_S * t->record_rate)
		return -EINVAL;
	r = ear_init(&e, t);
	if (r == 0)
		r = listen_for_both(&e, o.of);
	ear_done(&e);
	if (r < 0)
		return r;
	o.refusal = refuse(&o);
	o.offset = o.of[1].late - o.of[0].late;
	o.unsure = fmax(o.of[0].unsure, o.of[1].unsure);
	o.confidence = confidence(&o.of[0], &o.of[1]);
	*ret = o;
	return 0;
}
