/* SPDX-License-Identifier: MIT */
/* measure - see measure.h. */
#include "tests/dsp/measure.h"

#include <kissfft/kiss_fft.h>
#include <kissfft/kiss_fftr.h>
#include <math.h>
#include <stdlib.h>

#define TAU 6.28318530717958647692

struct tone measure_tone(const float *x, size_t n, size_t stride, double radians)
{
	double cc = 0, ss = 0, cs = 0, xc = 0, xs = 0, det, a, b, tone = 0, rest = 0;

	for (size_t i = 0; i < n; i++) {
		double c = cos(radians * (double)i), s = sin(radians * (double)i);
		double y = (double)x[i * stride];

		cc += c * c;
		ss += s * s;
		cs += c * s;
		xc += y * c;
		xs += y * s;
	}
	det = cc * ss - cs * cs;
	a = (xc * ss - xs * cs) / det;
	b = (xs * cc - xc * cs) / det;
	for (size_t i = 0; i < n; i++) {
		double y = a * cos(radians * (double)i) + b * sin(radians * (double)i);
		double e = (double)x[i * stride] - y;

		tone += y * y;
		rest += e * e;
	}
	return (struct tone){ 10 * log10(a * a + b * b), 10 * log10(rest / tone + 1e-30) };
}

double measure_splash(const float *x, size_t stride, double hz, double rate, double away,
		      double level)
{
	static kiss_fft_scalar in[SPLASH_FRAMES];
	static kiss_fft_cpx out[SPLASH_FRAMES / 2 + 1];
	kiss_fftr_cfg fft = kiss_fftr_alloc(SPLASH_FRAMES, 0, NULL, NULL);
	double worst = 0;

	for (size_t i = 0; i < SPLASH_FRAMES; i++) {
		double t = TAU * (double)i / SPLASH_FRAMES;
		/* Blackman and Harris's window: -92 dB, falling */
		double w = 0.35875 - 0.48829 * cos(t) + 0.14128 * cos(2 * t) -
			   0.01168 * cos(3 * t);

		in[i] = (float)(w * (double)x[i * stride]);
	}
	kiss_fftr(fft, in, out);
	kiss_fftr_free(fft);
	for (size_t k = 0; k <= SPLASH_FRAMES / 2; k++)
		if (fabs((double)k * rate / SPLASH_FRAMES - hz) >= away)
			worst = fmax(worst, hypot((double)out[k].r, (double)out[k].i));
	return 20 * log10(2 * worst / (0.35875 * SPLASH_FRAMES) / level);
}

double measure_db(const float *x, size_t n, size_t stride)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)x[i * stride] * (double)x[i * stride];
	return 10 * log10(sum / (double)n + 1e-30);
}
