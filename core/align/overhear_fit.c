/* SPDX-License-Identifier: MIT */
/* overhear_fit - a recording taken apart into the sounds it is made of. */
#include "core/align/overhear_parts.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TAU	 6.283185307179586
#define LOW	 300.0 /* Hz; the same tones as of a sweep, where the music has them */
#define HIGH	 14000.0
#define SLOW	 3500.0 /* under it a wrong pace does less harm: there it is looked for first */
#define AROUND	 12	/* bins to both sides, of 0.7 Hz: so near the rest is equally loud */
#define EVEN	 0.05	/* of the mean: tones of which less came are not raised */
#define BEFORE_S 0.002
#define AFTER_S	 0.010
#define TAPS	 32
#define PHASES	 512

/* A sinc under a cosine window for each place between two frames; keep 0..1 of its band. */
static void make_sinc(float (*row)[TAPS], double keep)
{
	for (int p = 0; p <= PHASES; p++) {
		for (int k = 0; k < TAPS; k++) {
			double x = k - (TAPS / 2 - 1) - (double)p / PHASES;
			double w = 0.5 + 0.5 * cos(TAU * x / (TAPS + 2));
			double a = TAU / 2 * keep * x;

			row[p][k] = (float)(keep * w * (fabs(x) < 1e-9 ? 1 : sin(a) / a));
		}
	}
}

/* to[i] = from at i · step + start, silence outside of it. */
static void place(const struct ear *e, const float *from, size_t n, double start, double step,
		  float *to)
{
	for (size_t i = 0; i < e->frames; i++) {
		double at = start + step * (double)i, whole = floor(at);
		const float *taps = e->sinc[(int)((at - whole) * PHASES + 0.5)];
		long first = (long)whole - (TAPS / 2 - 1);
		float sum = 0;

		if (first >= 0 && first + TAPS <= (long)n)
			for (int k = 0; k < TAPS; k++)
				sum += taps[k] * from[first + k];
		to[i] = sum;
	}
}

/* The spectra of sound, window by window. */
static void look_at(struct ear *e, const float *sound, kiss_fft_cpx *rows)
{
	for (size_t w = 0; w < e->windows; w++) {
		const float *from = sound + w * (e->n / 2);

		for (size_t i = 0; i < e->n; i++)
			e->time[i] = from[i] * e->window[i];
		kiss_fftr(e->forward, e->time, e->bins);
		memcpy(rows + w * e->wide, e->bins + e->from, e->wide * sizeof(*rows));
	}
}

/* ---- the ear ----------------------------------------------------------------------------- */

static void set_sizes(struct ear *e)
{
	const struct overhear_task *t = e->task;
	double top = fmin(HIGH, 0.4 * (t->record_rate < e->rate ? t->record_rate : e->rate));

	e->frames = (size_t)((double)t->record_frames * e->rate / t->record_rate);
	e->n = 1024;
	while ((double)e->n < 1.2 * e->rate)
		e->n *= 2;
	e->windows = e->frames / (e->n / 2) - 1;
	e->bin = (double)e->rate / (double)e->n;
	e->from = (size_t)(LOW / e->bin);
	e->slow = (size_t)(SLOW / e->bin) - e->from;
	e->wide = (size_t)(top / e->bin) - e->from;
}

static void hear_record(struct ear *e)
{
	const struct overhear_task *t = e->task;

	make_sinc(e->sinc, fmin(1, 0.98 * e->rate / t->record_rate));
	place(e, t->record, t->record_frames, 0, (double)t->record_rate / e->rate, e->record);
	make_sinc(e->sinc, 1);
	for (size_t i = 0; i < e->n; i++)
		e->window[i] = (float)(0.5 - 0.5 * cos(TAU * ((double)i + 0.5) / (double)e->n));
	look_at(e, e->record, e->heard);
	ear_explain(e);
}

int ear_init(struct ear *e, const struct overhear_task *t)
{
	*e = (struct ear){ .task = t, .rate = t->sent_rate };
	set_sizes(e);
	e->forward = kiss_fftr_alloc((int)e->n, 0, NULL, NULL);
	e->inverse = kiss_fft_alloc((int)e->n, 1, NULL, NULL);
	e->rough = kiss_fft_alloc((int)e->n / 8, 1, NULL, NULL);
	e->sinc = calloc(PHASES + 1, sizeof(*e->sinc));
	e->window = calloc(e->n, sizeof(*e->window));
	e->record = calloc(e->frames, sizeof(*e->record));
	e->sound = calloc(e->frames, sizeof(*e->sound));
	e->time = calloc(e->n, sizeof(*e->time));
	e->sum = calloc(e->wide + 1, sizeof(*e->sum));
	e->even = calloc(e->wide, sizeof(*e->even));
	e->bins = calloc(e->n / 2 + 1, sizeof(*e->bins));
	e->spectrum = calloc(e->n, sizeof(*e->spectrum));
	e->response = calloc(e->n, sizeof(*e->response));
	e->beam = calloc(e->n, sizeof(*e->beam));
	e->heard = calloc(e->windows * e->wide, sizeof(*e->heard));
	e->rest = calloc(e->windows * e->wide, sizeof(*e->rest));
	e->match = calloc(e->windows * e->wide, sizeof(*e->match));
	e->weight = calloc(e->windows * e->wide, sizeof(*e->weight));
	if (!e->forward || !e->inverse || !e->rough || !e->sinc || !e->window || !e->record ||
	    !e->sound || !e->time || !e->sum || !e->even || !e->bins || !e->spectrum ||
	    !e->response || !e->beam || !e->heard || !e->rest || !e->match || !e->weight)
		return -ENOMEM;
	hear_record(e);
	return 0;
}

void ear_done(struct ear *e)
{
	while (e->tracks > 0)
		ear_drop(e);
	kiss_fftr_free(e->forward);
	kiss_fft_free(e->inverse);
	kiss_fft_free(e->rough);
	free(e->sinc);
	free(e->window);
	free(e->record);
	free(e->sound);
	free(e->time);
	free(e->sum);
	free(e->even);
	free(e->bins);
	free(e->spectrum);
	free(e->response);
	free(e->beam);
	free(e->heard);
	free(e->rest);
	free(e->match);
	free(e->weight);
}

bool ear_stopped(const struct ear *e)
{
	return e->task->stop && atomic_load_explicit(e->task->stop, memory_order_relaxed);
}

void ear_place(struct ear *e, struct track *t, const float *sound, double expected, double pace,
	       double at)
{
	double half = 0.5 * (double)e->task->sent_frames, step = 1 / (1 + pace);

	t->pace = pace;
	t->at = at;
	t->middle = expected + at + half / e->rate;
	place(e, sound, e->task->sent_frames, half - step * t->middle * e->rate, step,
	      e->sound);
	look_at(e, e->sound, t->rows);
}

int ear_add(struct ear *e, const float *sound, double expected, double pace, double at)
{
	struct track *t = &e->track[e->tracks];

	if (e->tracks == EAR_TRACKS)
		return -ENOSPC;
	*t = (struct track){ .pace = pace };
	e->tracks++;
	t->rows = calloc(e->windows * e->wide, sizeof(*t->rows));
	t->heard = calloc(e->wide, sizeof(*t->heard));
	t->firm = calloc(e->wide, sizeof(*t->firm));
	if (!t->rows || !t->heard || !t->firm)
		return -ENOMEM;
	ear_place(e, t, sound, expected, pace, at);
	return 0;
}

void ear_drop(struct ear *e)
{
	struct track *k = &e->track[--e->tracks];

	free(k->rows);
	free(k->heard);
	free(k->firm);
}

/* ---- the rest ---------------------------------------------------------------------------- */

/* From the rest's power around each tone to what that tone counts. */
static void weigh(struct ear *e, size_t w)
{
	const kiss_fft_cpx *rest = e->rest + w * e->wide;
	float *weight = e->weight + w * e->wide;

	for (size_t k = 0; k < e->wide; k++)
		e->sum[k + 1] =
			e->sum[k] + (double)(rest[k].r * rest[k].r + rest[k].i * rest[k].i);
	for (size_t k = 0; k < e->wide; k++) {
		size_t a = k > AROUND ? k - AROUND : 0;
		size_t b = k + AROUND + 1 < e->wide ? k + AROUND + 1 : e->wide;

		weight[k] = (float)((double)(b - a) / (e->sum[b] - e->sum[a] + 1e-12));
	}
}

void ear_explain(struct ear *e)
{
	memcpy(e->rest, e->heard, e->windows * e->wide * sizeof(*e->rest));
	for (size_t w = 0; w < e->windows; w++) {
		kiss_fft_cpx *rest = e->rest + w * e->wide;

		for (uint32_t i = 0; i < e->tracks; i++) {
			const kiss_fft_cpx *x = e->track[i].rows + w * e->wide;
			const kiss_fft_cpx *h = e->track[i].heard;

			for (size_t k = 0; k < e->wide; k++) {
				rest[k].r -= x[k].r * h[k].r - x[k].i * h[k].i;
				rest[k].i -= x[k].r * h[k].i + x[k].i * h[k].r;
			}
		}
		weigh(e, w);
	}
}

/* ---- pace -------------------------------------------------------------------------------- */

static void match(struct ear *e, const struct track *t)
{
	double mean = 0;

	memset(e->even, 0, e->wide * sizeof(*e->even));
	for (size_t i = 0; i < e->windows * e->wide; i++) {
		kiss_fft_cpx y = e->rest[i], x = t->rows[i];
		float by = e->weight[i];

		e->match[i] = (kiss_fft_cpx){ .r = by * (y.r * x.r + y.i * x.i),
					      .i = by * (y.i * x.r - y.r * x.i) };
		e->even[i % e->wide] += by * (x.r * x.r + x.i * x.i);
	}
	for (size_t k = 0; k < e->wide; k++)
		mean += (double)e->even[k] / (double)e->wide;
	for (size_t k = 0; k < e->wide; k++)
		e->even[k] = 1 / (e->even[k] + (float)(EVEN * mean));
}

/* All windows together, each turned back by what a pace off by p makes it late. */
static void add_up(struct ear *e, const struct track *t, double p, size_t tones)
{
	memset(e->spectrum, 0, e->n * sizeof(*e->spectrum));
	for (size_t w = 0; w < e->windows; w++) {
		double late = p * ((double)(w + 1) * (double)(e->n / 2) / e->rate - t->middle);
		double turn = TAU * e->bin * late;
		double start = TAU * fmod(late * e->bin * (double)e->from, 1);
		const kiss_fft_cpx *row = e->match + w * e->wide;
		kiss_fft_cpx *sum = e->spectrum + e->from;
		float c = (float)cos(turn), s = (float)sin(turn);
		float a = (float)cos(start), b = (float)sin(start), next;

		for (size_t k = 0; k < tones; k++) {
			sum[k].r += row[k].r * a - row[k].i * b;
			sum[k].i += row[k].r * b + row[k].i * a;
			next = a * c - b * s;
			b = a * s + b * c;
			a = next;
		}
	}
}

/*
 * How much of the sound came at about one moment, at that pace; *ret_at is where the
 * most came, s after the track's place. What followed soon counts with it: of two
 * sounds that cancel out each other, a wrong pace would make one.
 */
static double stands_out(struct ear *e, const struct track *t, double p, bool all,
			 double *ret_at)
{
	size_t n = all ? e->n : e->n / 8, best = 0;
	double rate = (double)e->rate * (double)n / (double)e->n, most = 0, sum = 0, near = 0;
	size_t late = (size_t)(OVERHEAR_LATE_S * rate),
	       early = (size_t)(OVERHEAR_EARLY_S * rate);
	size_t before = (size_t)(BEFORE_S * rate), after = (size_t)(AFTER_S * rate);
	float *power = e->time;

	add_up(e, t, p, all ? e->wide : e->slow);
	for (size_t k = 0; all && k < e->wide; k++) {
		e->spectrum[e->from + k].r *= e->even[k];
		e->spectrum[e->from + k].i *= e->even[k];
	}
	kiss_fft(all ? e->inverse : e->rough, e->spectrum, e->response);
	for (size_t i = 0; i < n; i++) {
		kiss_fft_cpx x = e->response[i];

		power[i] = x.r * x.r + x.i * x.i;
		sum += (double)power[i];
		if ((i < late || i >= n - early) && (double)power[i] > most) {
			most = (double)power[i];
			best = i;
		}
	}
	for (size_t i = 0; i < before + after; i++)
		near += (double)power[(best + n - before + i) % n];
	*ret_at = (best < late ? (double)best : (double)best - (double)n) / rate;
	return near * (double)n / (double)(before + after) / fmax(sum, 1e-30);
}

/* The place of the top between the middle one of three and its neighbours, -0.5..0.5. */
static double top_of(double a, double b, double c)
{
	double bend = a - 2 * b + c;

	return bend < 0 ? fmin(fmax(0.5 * (a - c) / bend, -0.5), 0.5) : 0;
}

double ear_seek(struct ear *e, const struct track *t, uint32_t steps, double step, bool all,
		double *ret_pace, double *ret_at)
{
	double out[3] = { 0, 0, 0 }, most = 0, at[2] = { 0, 0 };

	match(e, t);
	/* one more than asked for, as a neighbour of the last */
	for (uint32_t i = 0; i <= 2 * steps + 2 && !ear_stopped(e); i++) {
		double p = step * ((double)i - steps);

		out[0] = out[1], out[1] = out[2], at[0] = at[1];
		out[2] = stands_out(e, t, p, all, &at[1]);
		if (i < 1 || out[1] <= most)
			continue;
		most = out[1];
		*ret_pace = t->pace + p - step +
			    step * (i > 1 ? top_of(out[0], out[1], out[2]) : 0);
		*ret_at = t->at + at[0];
	}
	return most;
}

/* ---- taking it apart --------------------------------------------------------------------- */

struct normal {
	double re[EAR_TRACKS][EAR_TRACKS], im[EAR_TRACKS][EAR_TRACKS];
	double bre[EAR_TRACKS], bim[EAR_TRACKS];
};

/* What belongs to tone k: its equations over windows first..last-1. */
static void gather(const struct ear *e, size_t k, size_t first, size_t last, struct normal *m)
{
	memset(m, 0, sizeof(*m));
	for (size_t w = first; w < last; w++) {
		size_t at = w * e->wide + k;
		double by = (double)e->weight[at];

		for (uint32_t i = 0; i < e->tracks; i++) {
			kiss_fft_cpx x = e->track[i].rows[at], y = e->heard[at];

			m->bre[i] += by * (double)(x.r * y.r + x.i * y.i);
			m->bim[i] += by * (double)(x.r * y.i - x.i * y.r);
			for (uint32_t j = 0; j <= i; j++) {
				kiss_fft_cpx z = e->track[j].rows[at];

				m->re[i][j] += by * (double)(x.r * z.r + x.i * z.i);
				m->im[i][j] += by * (double)(x.r * z.i - x.i * z.r);
			}
		}
	}
}

/* Cholesky's L in place; a track that has nothing of this tone is left out. */
static void decompose(struct normal *m, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		double d = m->re[i][i] * 1.001 + 1e-20, floor = 1e-6 * d;

		for (uint32_t j = 0; j < i; j++) {
			double re = m->re[i][j], im = m->im[i][j];

			for (uint32_t k = 0; k < j; k++) {
				re -= m->re[i][k] * m->re[j][k] + m->im[i][k] * m->im[j][k];
				im -= m->im[i][k] * m->re[j][k] - m->re[i][k] * m->im[j][k];
			}
			m->re[i][j] = re / m->re[j][j];
			m->im[i][j] = im / m->re[j][j];
			d -= m->re[i][j] * m->re[i][j] + m->im[i][j] * m->im[i][j];
		}
		m->re[i][i] = sqrt(fmax(d, floor));
	}
}

/* L z = b, then L* x = z, in b. */
static void substitute(struct normal *m, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t j = 0; j < i; j++) {
			m->bre[i] -= m->re[i][j] * m->bre[j] - m->im[i][j] * m->bim[j];
			m->bim[i] -= m->re[i][j] * m->bim[j] + m->im[i][j] * m->bre[j];
		}
		m->bre[i] /= m->re[i][i];
		m->bim[i] /= m->re[i][i];
	}
	for (uint32_t i = n; i-- > 0;) {
		for (uint32_t j = i + 1; j < n; j++) {
			m->bre[i] -= m->re[j][i] * m->bre[j] + m->im[j][i] * m->bim[j];
			m->bim[i] -= m->re[j][i] * m->bim[j] - m->im[j][i] * m->bre[j];
		}
		m->bre[i] /= m->re[i][i];
		m->bim[i] /= m->re[i][i];
	}
}

/*
 * The last track's variance is 1 / L[n-1][n-1]²; of one before it what those after it
 * take away is little, as the tracks that matter are noises of their own.
 */
void ear_fit(struct ear *e, size_t first, size_t last)
{
	struct normal m;

	for (size_t k = 0; k < e->wide; k++) {
		gather(e, k, first, last, &m);
		decompose(&m, e->tracks);
		substitute(&m, e->tracks);
		for (uint32_t i = 0; i < e->tracks; i++) {
			e->track[i].heard[k] =
				(kiss_fft_cpx){ .r = (float)m.bre[i], .i = (float)m.bim[i] };
			e->track[i].firm[k] = (float)(m.re[i][i] * m.re[i][i]);
		}
	}
}
