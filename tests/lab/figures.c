/* SPDX-License-Identifier: MIT */
/* figures - see figures.h. */
#include "tests/lab/figures.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/scope.h"
#include "tests/lab/fft.h"

#define COARSE	  16	/* the first look is at every 16th frame, averaged */
#define NEAR	  24	/* frames either side, from one look to the next */
#define FAR_LIMIT 32768 /* frames either side when the thread is lost */
#define TAPS	  6	/* two source channels at three frames each */
#define AUDIBLE	  1e-3	/* rms of a second that is worth comparing, -60 dBFS */
#define ALIKE	  0.8	/* below this correlation a window is looked for elsewhere */

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double figures_quantile(double *v, size_t n, double fraction)
{
	if (n == 0)
		return 0.0;
	qsort(v, n, sizeof(*v), ascending);
	return v[(size_t)lround(fraction * (double)(n - 1))];
}

double figures_median(double *v, size_t n)
{
	if (n == 0)
		return 0.0;
	qsort(v, n, sizeof(*v), ascending);
	return n % 2 ? v[n / 2] : 0.5 * (v[n / 2 - 1] + v[n / 2]);
}

double figures_middle(double *v, size_t n)
{
	size_t from = n / 10, to = n - n / 10;
	double sum = 0;

	if (n == 0)
		return 0.0;
	qsort(v, n, sizeof(*v), ascending);
	for (size_t i = from; i < to; i++)
		sum += v[i];
	return sum / (double)(to - from);
}

int figures_steady(const double *when, const double *v, size_t n, double *ret)
{
	SCOPED(freep) double *sorted = calloc(n + 1, sizeof(*sorted));
	double low, high, weights = 0, sum = 0;

	*ret = 0.0;
	if (n == 0)
		return 0;
	if (!sorted)
		return -ENOMEM;
	memcpy(sorted, v, n * sizeof(*v));
	low = figures_quantile(sorted, n, 0.1);
	high = figures_quantile(sorted, n, 0.9);
	for (size_t i = 0; i < n; i++) {
		double w = sin(M_PI * when[i]);

		if (v[i] < 2 * low - high || v[i] > 2 * high - low)
			continue;
		weights += w * w;
		sum += w * w * (v[i] - low);
	}
	*ret = weights > 0 ? low + sum / weights : 0.0;
	return 0;
}

double figures_db(double linear)
{
	return fabs(linear) < 1e-10 ? -200.0 : 20.0 * log10(fabs(linear));
}

/* ---- finding the lag ------------------------------------------------------------------ */

static size_t power_of_two(size_t n)
{
	size_t p = 2;

	while (p < n)
		p *= 2;
	return p;
}

int figures_lag(const float *a, size_t na, const float *b, size_t nb, long *ret)
{
	size_t n = power_of_two(na + nb);
	SCOPED(freep) float complex *x = calloc(n, sizeof(*x));
	SCOPED(freep) float complex *y = calloc(n, sizeof(*y));
	double power_a = 0.0, power_b = 0.0;
	size_t best = 0;
	float peak = -1.0f;

	if (!x || !y)
		return -ENOMEM;
	for (size_t i = 0; i < na; i++) {
		x[i] = a[i];
		power_a += (double)a[i] * (double)a[i];
	}
	for (size_t i = 0; i < nb; i++) {
		y[i] = b[i];
		power_b += (double)b[i] * (double)b[i];
	}
	if (power_a == 0.0 || power_b == 0.0)
		return -ENODATA;
	fft_forward(x, n);
	fft_forward(y, n);
	for (size_t i = 0; i < n; i++)
		x[i] = conjf(x[i]) * y[i];
	fft_inverse(x, n);
	for (size_t i = 0; i < n; i++) {
		if (crealf(x[i]) > peak) {
			peak = crealf(x[i]);
			best = i;
		}
	}
	*ret = best < nb ? (long)best : (long)best - (long)n;
	return 0;
}

/* One float a frame: both channels, averaged over every frames. *ret is the caller's. */
static int thin(const struct sound *s, size_t every, float **ret, size_t *ret_count)
{
	size_t count = s->count / every;
	float *out = calloc(count + 1, sizeof(*out));

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < count * every; i++)
		out[i / every] += s->frames[2 * i] + s->frames[2 * i + 1];
	*ret = out;
	*ret_count = count;
	return 0;
}

/* Correlation, -1..1, of n frames of a with b; either may be silent: 0. */
static double alike(const float *a, const float *b, size_t n)
{
	double ab = 0.0, aa = 0.0, bb = 0.0;

	for (size_t i = 0; i < n; i++) {
		ab += (double)(a[i] * b[i]);
		aa += (double)(a[i] * a[i]);
		bb += (double)(b[i] * b[i]);
	}
	return aa > 0.0 && bb > 0.0 ? ab / sqrt(aa * bb) : 0.0;
}

/* Both sounds as one channel, and a place in them. */
struct chase {
	const float *a, *b;
	size_t na, nb;
	size_t window; /* frames */
};

static double at(const struct chase *c, size_t start, long lag)
{
	long place = (long)start + lag;

	if (place < 0 || (size_t)place + c->window > c->nb)
		return 0.0;
	return alike(c->a + start, c->b + place, c->window);
}

/* The best lag within reach of guess; *ret_fine between the frames. Returns its correlation. */
static double look_near(const struct chase *c, size_t start, long guess, long reach,
			long *ret_lag, double *ret_fine)
{
	double best = -2.0, left, right, bend;
	long lag = guess;

	for (long l = guess - reach; l <= guess + reach; l++) {
		double r = at(c, start, l);

		if (r > best) {
			best = r;
			lag = l;
		}
	}
	left = at(c, start, lag - 1);
	right = at(c, start, lag + 1);
	bend = left - 2.0 * best + right;
	*ret_lag = lag;
	*ret_fine = (double)lag + (bend < 0.0 ? 0.5 * (left - right) / bend : 0.0);
	return best;
}

/* The same with no more than a vague guess. */
static double look_far(const struct chase *c, size_t start, long guess, long *ret_lag,
		       double *ret_fine)
{
	long from = (long)start + guess - FAR_LIMIT, to = (long)start + guess + FAR_LIMIT,
	     found;

	if (from < 0)
		from = 0;
	to += (long)c->window;
	if (to > (long)c->nb)
		to = (long)c->nb;
	if (to - from < (long)c->window || figures_lag(c->a + start, c->window, c->b + from,
						       (size_t)(to - from), &found) < 0) {
		*ret_lag = guess;
		*ret_fine = (double)guess;
		return 0.0;
	}
	return look_near(c, start, from + found - (long)start, NEAR, ret_lag, ret_fine);
}

/* ---- the fit -------------------------------------------------------------------------- */

/* Solve m w = v, m symmetric positive; false when it is singular. */
static bool solve(double m[TAPS][TAPS], double v[TAPS], double ret[TAPS])
{
	for (int c = 0; c < TAPS; c++) {
		if (fabs(m[c][c]) < 1e-12)
			return false;
		for (int r = c + 1; r < TAPS; r++) {
			double f = m[r][c] / m[c][c];

			for (int k = c; k < TAPS; k++)
				m[r][k] -= f * m[c][k];
			v[r] -= f * v[c];
		}
	}
	for (int r = TAPS - 1; r >= 0; r--) {
		ret[r] = v[r];
		for (int k = r + 1; k < TAPS; k++)
			ret[r] -= m[r][k] * ret[k];
		ret[r] /= m[r][r];
	}
	return true;
}

/*
 * Explain one recorded channel of a window by the source. Returns the share
 * explained as a correlation, 0..1; gain gets the weight of left and right.
 */
static double explain(const float *source, const float *recorded, size_t n, double gain[2])
{
	double m[TAPS][TAPS] = { 0 }, keep[TAPS], v[TAPS] = { 0 }, w[TAPS], power = 0.0,
	       got = 0.0;

	gain[0] = gain[1] = 0.0;
	for (size_t i = 1; i + 1 < n; i++) {
		const float *f = source + 2 * (i - 1); /* three frames, six samples */
		double r = (double)recorded[2 * i];

		for (int j = 0; j < TAPS; j++) {
			for (int k = j; k < TAPS; k++)
				m[j][k] += (double)(f[j] * f[k]);
			v[j] += (double)f[j] * r;
		}
		power += r * r;
	}
	for (int j = 0; j < TAPS; j++) {
		/* so that a source silent in one channel, or alike in both, still has an answer
		 */
		m[j][j] += 1e-6 * m[j][j] + 1e-9;
		for (int k = 0; k < j; k++)
			m[j][k] = m[k][j];
		keep[j] = v[j];
	}
	if (power <= 1e-9 * (double)n || !solve(m, v, w))
		return 0.0;
	for (int j = 0; j < TAPS; j++) {
		gain[j % 2] += w[j];
		got += w[j] * keep[j];
	}
	return sqrt(fmin(1.0, fmax(0.0, got / power)));
}

static double loudness(const float *x, size_t n)
{
	double sum = 0.0;

	for (size_t i = 0; i < n; i++)
		sum += (double)(x[i] * x[i]);
	return sqrt(sum / (double)n);
}

/* What the windows gave, one value each. */
struct tally {
	double *correlation, *lag, *gain[2][2];
	size_t count, room, missing, jumps;
	double first, last; /* lag, frames */
};

static void tally_done(struct tally *t)
{
	free(t->correlation);
	free(t->lag);
	for (int i = 0; i < 4; i++)
		free(t->gain[i / 2][i % 2]);
}

static int tally_init(struct tally *t, size_t room)
{
	t->room = room;
	t->correlation = calloc(room, sizeof(double));
	t->lag = calloc(room, sizeof(double));
	for (int i = 0; i < 4; i++)
		t->gain[i / 2][i % 2] = calloc(room, sizeof(double));
	for (int i = 0; i < 4; i++) {
		if (!t->gain[i / 2][i % 2])
			return -ENOMEM;
	}
	return t->correlation && t->lag ? 0 : -ENOMEM;
}

static void weigh(struct tally *t, const struct sound *source, const struct sound *recording,
		  size_t start, long lag, double fine)
{
	const float *s = source->frames + 2 * start;
	const float *r = recording->frames + 2 * ((long)start + lag);
	size_t i = t->count, n = source->rate;
	double least = 2.0;

	for (int c = 0; c < 2; c++) {
		double gain[2], x = explain(s, r + c, n, gain);

		t->gain[c][0][i] = gain[0];
		t->gain[c][1][i] = gain[1];
		/* a channel meant to be silent is no mismatch */
		if (loudness(r, 2 * n) > 0.0 && x < least)
			least = x;
	}
	if (i == 0)
		t->first = fine;
	else if (fabs(fine - t->last) > 1.0)
		t->jumps++;
	t->last = fine;
	t->lag[i] = fine;
	t->correlation[i] = least;
	t->count++;
}

static void conclude(struct tally *t, double rate, struct match *ret)
{
	struct match m = { .windows = t->count + t->missing, .missing = t->missing };

	m.jumps = t->jumps;
	m.lag_first_ms = 1e3 * t->first / rate;
	m.lag_last_ms = 1e3 * t->last / rate;
	m.lag_ms = 1e3 * figures_median(t->lag, t->count) / rate;
	m.correlation = figures_median(t->correlation, t->count);
	m.worst = t->missing ? 0.0 : t->correlation[0]; /* sorted by now */
	for (int i = 0; i < 4; i++)
		m.gain[i / 2][i % 2] = figures_median(t->gain[i / 2][i % 2], t->count);
	*ret = m;
}

/* Seconds that both have, from the first that begins within both to the last that ends there.
 */
static void overlap(const struct chase *c, long lag, size_t *ret_from, size_t *ret_to)
{
	long from = lag < 0 ? -lag : 0;
	long to = (long)c->nb - lag < (long)c->na ? (long)c->nb - lag : (long)c->na;

	*ret_from = (size_t)from + NEAR;
	*ret_to = to > (long)*ret_from ? (size_t)to : *ret_from;
}

int figures_match(const struct sound *source, const struct sound *recording, struct match *ret)
{
	SCOPED(tally_done) struct tally t = { 0 };
	SCOPED(freep) float *a = NULL, *b = NULL;
	struct chase c = { .window = source->rate };
	size_t from, to;
	long lag;
	int r;

	if (source->rate != recording->rate)
		return -EINVAL;
	r = thin(source, COARSE, &a, &c.na);
	if (r == 0)
		r = thin(recording, COARSE, &b, &c.nb);
	if (r == 0)
		r = figures_lag(a, c.na, b, c.nb, &lag);
	if (r < 0)
		return r;
	lag *= COARSE;
	free(TAKE(a));
	free(TAKE(b));
	r = thin(source, 1, &a, &c.na);
	if (r == 0)
		r = thin(recording, 1, &b, &c.nb);
	if (r < 0)
		return r;
	c.a = a;
	c.b = b;
	overlap(&c, lag, &from, &to);
	if (to < from + c.window + NEAR)
		return -ENODATA;
	r = tally_init(&t, (to - from) / c.window + 1);
	if (r < 0)
		return r;
	for (size_t start = from; start + c.window + NEAR <= to; start += c.window) {
		double fine;
		long found;

		if (loudness(c.a + start, c.window) < AUDIBLE)
			continue;
		if (look_near(&c, start, lag, NEAR, &found, &fine) < ALIKE &&
		    look_far(&c, start, lag, &found, &fine) < ALIKE / 2) {
			t.missing++;
			continue;
		}
		lag = found;
		weigh(&t, source, recording, start, lag, fine);
	}
	if (t.count == 0)
		return -ENODATA;
	conclude(&t, source->rate, ret);
	return 0;
}

/* ---- gaps ----------------------------------------------------------------------------- */

size_t figures_gaps(const struct sound *s, size_t least_frames, float level,
		    size_t *ret_longest)
{
	size_t run = 0, gaps = 0, longest = 0;
	bool begun = false;

	for (size_t i = 0; i < s->count; i++) {
		if (fabsf(s->frames[2 * i]) < level && fabsf(s->frames[2 * i + 1]) < level) {
			run++;
			continue;
		}
		if (begun && run >= least_frames)
			gaps++;
		if (begun && run > longest)
			longest = run;
		begun = true;
		run = 0;
	}
	if (ret_longest)
		*ret_longest = longest;
	return gaps;
}
