/* SPDX-License-Identifier: MIT */
/* measure - see measure.h. */
#include "tests/dsp/measure.h"

#include <math.h>

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

double measure_db(const float *x, size_t n, size_t stride)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)x[i * stride] * (double)x[i * stride];
	return 10 * log10(sum / (double)n + 1e-30);
}
