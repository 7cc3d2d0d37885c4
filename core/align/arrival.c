/* SPDX-License-Identifier: MIT */
/* arrival - see arrival.h. */
#include "core/align/arrival.h"

#include "core/align/peak.h"
#include "core/align/sweep.h"

#include <errno.h>
#include <kissfft/kiss_fft.h>
#include <kissfft/kiss_fftr.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TAU 6.283185307179586

/*
 * What is analysed. A crossover turns the tones beneath it, and the peak with
 * them if they weigh as much as those above, which it leaves alone.
 */
#define LOW  300.0
#define FULL 4000.0
#define HIGH 14000.0
#define EVEN 1e-4 /* of the sweep's greatest power: less than that is not divided by */

#define HEARD_DB 18.0 /* what the highest peak must have over the noise */

/*
 * What stands in the way takes the high tones first. So in the low ones the
 * straight sound still shows, when among all tones only a reflection does.
 */
#define DULL_FROM 2000.0 /* Hz */
#define DULL_TO	  4500.0
#define DULL_S	  0.0007 /* a peak of low tones is that wide */

#define CLIPPED_AT     0.995f
#define CLIPPED_FRAMES 4
#define SILENT	       1e-6

struct arrival_finder {
	uint32_t rate;
	size_t n;	       /* of the transform */
	size_t window, search; /* frames of recording used; of response looked at */
	kiss_fftr_cfg forward;
	kiss_fft_cfg inverse;
	kiss_fft_cpx *kernel;	/* n / 2 + 1: what the spectrum is multiplied by */
	kiss_fft_cpx *spectrum; /* n, its upper half always 0 */
	kiss_fft_cpx *response; /* n, analytic */
	float *time;		/* n: the recording; then the envelope */
	float *sorted;		/* search */
	double unit;		/* what the transform of a response of gain 1 has at 1 kHz */
};

/* ---- what is divided by ------------------------------------------------------------------ */

static double weight(double f, double high)
{
	return peak_rise(f, LOW, FULL) * (1 - peak_rise(f, 0.6 * high, high));
}

/*
 * The kernel turns the sweep into one impulse whose envelope is 1 high, so that
 * what is heard of a speaker reads as its gain.
 */
static void make_kernel(struct arrival_finder *f, double top)
{
	double high = fmin(HIGH, 0.875 * top), most = 0, sum = 0;
	size_t half = f->n / 2 + 1;

	for (size_t i = 0; i < f->n; i++)
		f->time[i] = (float)sweep_at((double)i / f->rate, top);
	kiss_fftr(f->forward, f->time, f->kernel);
	for (size_t k = 0; k < half; k++) {
		const kiss_fft_cpx *x = &f->kernel[k];

		most = fmax(most, (double)(x->r * x->r + x->i * x->i));
		sum += 2 * weight((double)k * f->rate / (double)f->n, high);
	}
	for (size_t k = 0; k < half; k++) {
		kiss_fft_cpx *x = &f->kernel[k];
		double w = 2 * weight((double)k * f->rate / (double)f->n, high) / sum;
		float by = (float)(w / ((double)(x->r * x->r + x->i * x->i) + EVEN * most));

		*x = (kiss_fft_cpx){ .r = x->r * by, .i = -x->i * by };
	}
	f->unit = 2 * (double)f->n / sum;
}

int arrival_finder_new(uint32_t rate, double top, struct arrival_finder **ret)
{
	SCOPED(arrival_finder_freep) struct arrival_finder *f = NULL;

	if (rate < 8000 || rate > 192000 || !(top > 4 * LOW && top <= SWEEP_TO))
		return -EINVAL;
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->rate = rate;
	f->search = (size_t)((ARRIVAL_EARLY_S + ARRIVAL_LATE_S) * rate);
	f->window = f->search + (size_t)(SWEEP_S * rate);
	f->n = (size_t)kiss_fftr_next_fast_size_real((int)f->window);
	f->forward = kiss_fftr_alloc((int)f->n, 0, NULL, NULL);
	f->inverse = kiss_fft_alloc((int)f->n, 1, NULL, NULL);
	f->kernel = calloc(f->n / 2 + 1, sizeof(*f->kernel));
	f->spectrum = calloc(f->n, sizeof(*f->spectrum));
	f->response = calloc(f->n, sizeof(*f->response));
	f->time = calloc(f->n, sizeof(*f->time));
	f->sorted = calloc(f->search, sizeof(*f->sorted));
	if (!f->forward || !f->inverse || !f->kernel || !f->spectrum || !f->response ||
	    !f->time || !f->sorted)
		return -ENOMEM;
	make_kernel(f, top);
	*ret = TAKE(f);
	return 0;
}

void arrival_finder_free(struct arrival_finder *f)
{
	if (!f)
		return;
	kiss_fftr_free(f->forward);
	kiss_fft_free(f->inverse);
	free(f->kernel);
	free(f->spectrum);
	free(f->response);
	free(f->time);
	free(f->sorted);
	free(f);
}

/* ---- the response ------------------------------------------------------------------------ */

static void transform_back(struct arrival_finder *f)
{
	kiss_fft(f->inverse, f->spectrum, f->response);
	for (size_t i = 0; i < f->n; i++)
		f->time[i] = hypotf(f->response[i].r, f->response[i].i);
}

/* From the recording in f->time to the response and its envelope, in f->time. */
static void divide(struct arrival_finder *f, float level)
{
	kiss_fftr(f->forward, f->time, f->spectrum);
	for (size_t k = 0; k <= f->n / 2; k++) {
		kiss_fft_cpx a = f->spectrum[k], b = f->kernel[k];

		f->spectrum[k] = (kiss_fft_cpx){ .r = (a.r * b.r - a.i * b.i) / level,
						 .i = (a.r * b.i + a.i * b.r) / level };
	}
	transform_back(f);
}

/* The same of the low tones only; what there was is lost. */
static void keep_low(struct arrival_finder *f)
{
	for (size_t k = 0; k <= f->n / 2; k++) {
		double hz = (double)k * f->rate / (double)f->n;
		float w = (float)(1 - peak_rise(hz, DULL_FROM, DULL_TO));

		f->spectrum[k].r *= w;
		f->spectrum[k].i *= w;
	}
	transform_back(f);
}

static double noise_floor(struct arrival_finder *f, size_t highest)
{
	return peak_noise(f->time, f->search, highest, f->rate, f->sorted);
}

/* ---- what it looks like ------------------------------------------------------------------ */

#define TONES 16

/* Mean level of the response from 500 to 2,000 Hz, over the 20 ms from the peak on. */
static double middle_level(const struct arrival_finder *f, size_t peak)
{
	size_t ahead = f->rate / 1000, n = f->rate / 50;
	size_t from = peak > ahead ? peak - ahead : 0;
	double power = 0;

	for (int tone = 0; tone < TONES; tone++) {
		double hz = 500 * pow(4, (tone + 0.5) / TONES), w = TAU * hz / f->rate;
		double re = 0, im = 0;

		for (size_t i = 0; i < n && from + i < f->n; i++) {
			double edge = peak_rise((double)i, 0, (double)ahead / 2) *
				      (1 - peak_rise((double)i, (double)n / 2, (double)n));
			double c = edge * cos(w * (double)i), s = edge * sin(w * (double)i);

			re += c * (double)f->response[from + i].r +
			      s * (double)f->response[from + i].i;
			im += c * (double)f->response[from + i].i -
			      s * (double)f->response[from + i].r;
		}
		re /= weight(hz, HIGH); /* HIGH is far away, whatever the rate */
		im /= weight(hz, HIGH);
		power += (re * re + im * im) / TONES;
	}
	return peak_to_db(sqrt(power) / f->unit);
}

/* Of the low tones: what is loudest before the peak. */
static void look_ahead(struct arrival_finder *f, size_t peak, struct arrival *ret)
{
	size_t lead = (size_t)(PEAK_LEAD_S * f->rate), wide = (size_t)(DULL_S * f->rate);
	size_t highest = peak_highest(f->time, 0, f->search), at;

	ret->low_snr_db = peak_to_db((double)f->time[highest] / noise_floor(f, highest));
	at = peak_highest(f->time, peak > lead ? peak - lead : 0,
			  peak > wide ? peak - wide : 0);
	ret->ahead_db = peak_to_db((double)f->time[highest] / (double)f->time[at]);
	ret->ahead_by = (double)(peak - at) / f->rate;
}

/* ---- looking for it ---------------------------------------------------------------------- */

/* The recording from start on into f->time. False when it does not reach there. */
static bool cut_out(struct arrival_finder *f, const float *record, size_t frames, double start)
{
	if (start < 0 || start + (double)f->window > (double)frames)
		return false;
	memcpy(f->time, record + (size_t)start, f->window * sizeof(*f->time));
	memset(f->time + f->window, 0, (f->n - f->window) * sizeof(*f->time));
	return true;
}

static double rms(const float *x, size_t n)
{
	double mean = 0, power = 0;

	for (size_t i = 0; i < n; i++)
		mean += (double)x[i] / (double)n;
	for (size_t i = 0; i < n; i++)
		power += ((double)x[i] - mean) * ((double)x[i] - mean) / (double)n;
	return sqrt(power);
}

static bool is_clipped(const float *x, size_t n)
{
	size_t at_limit = 0;

	for (size_t i = 0; i < n; i++)
		at_limit += fabsf(x[i]) >= CLIPPED_AT;
	return at_limit >= CLIPPED_FRAMES;
}

/* With the envelope in f->time: what the direct sound is and what of it. */
static void judge(struct arrival_finder *f, struct arrival *ret)
{
	size_t highest = peak_highest(f->time, 0, f->search);
	double floor = noise_floor(f, highest);
	size_t first;

	ret->snr_db = peak_to_db((double)f->time[highest] / floor);
	if (ret->snr_db < HEARD_DB) {
		ret->verdict = ARRIVAL_MISSING;
		return;
	}
	first = peak_first(f->time, highest, floor, f->rate);
	ret->verdict = ARRIVAL_HEARD;
	ret->at = ((double)first + peak_between(f->time, first)) / f->rate;
	ret->under_db = peak_to_db((double)f->time[highest] / (double)f->time[first]);
	ret->level_db = middle_level(f, first);
	peak_draw(f->time, f->n, first, highest, ARRIVAL_POINT_S * f->rate, ARRIVAL_AHEAD,
		  ret->points, ARRIVAL_POINTS);
	keep_low(f);
	look_ahead(f, first, ret);
}

void arrival_find(struct arrival_finder *f, const float *record, size_t frames, double expected,
		  float level, struct arrival *ret)
{
	double start = floor((expected - ARRIVAL_EARLY_S) * f->rate);

	*ret = (struct arrival){ .verdict = ARRIVAL_OUTSIDE };
	if (!cut_out(f, record, frames, start))
		return;
	ret->noise_db = peak_to_db(rms(f->time, f->rate / 10));
	if (rms(f->time, f->window) < SILENT) {
		ret->verdict = ARRIVAL_DEAD;
		return;
	}
	if (is_clipped(f->time, f->window)) {
		ret->verdict = ARRIVAL_CLIPPED;
		return;
	}
	divide(f, level);
	judge(f, ret);
	ret->at += start / f->rate - expected;
}
