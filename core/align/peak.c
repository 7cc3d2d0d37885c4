/* SPDX-License-Identifier: MIT */
/* peak - see peak.h. */
#include "core/align/peak.h"

#include <math.h>
#include <stdlib.h>

#define QUIET_S	  0.030 /* what lies so long before the direct sound can be is noise */
#define FIRST_DB  12.0	/* under the highest, at most, to be the direct sound */
#define STANDS_DB 14.0	/* over the noise, at least */

double peak_to_db(double x)
{
	return 20.0 * log10(fmax(x, 1e-9));
}

double peak_from_db(double db)
{
	return pow(10.0, db / 20.0);
}

double peak_rise(double f, double from, double to)
{
	double x = fmin(fmax((f - from) / (to - from), 0), 1);

	return 0.5 - 0.5 * cos(3.141592653589793 * x);
}

size_t peak_highest(const float *x, size_t from, size_t to)
{
	size_t at = from;

	for (size_t i = from; i < to; i++)
		if (x[i] > x[at])
			at = i;
	return at;
}

static int by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

double peak_noise(const float *env, size_t n, size_t highest, uint32_t rate, float *room)
{
	size_t quiet = (size_t)((PEAK_LEAD_S + QUIET_S) * rate), kept = 0;
	size_t end = highest > quiet + n / 10 ? highest - quiet : n;

	for (size_t i = 0; i < end; i += 8)
		room[kept++] = env[i];
	qsort(room, kept, sizeof(*room), by_size);
	return fmax((double)room[kept / 2], 1e-9);
}

size_t peak_first(const float *env, size_t highest, double noise, uint32_t rate)
{
	size_t lead = (size_t)(PEAK_LEAD_S * rate), i = highest > lead ? highest - lead : 0;
	float over = (float)fmax((double)env[highest] * peak_from_db(-FIRST_DB),
				 noise * peak_from_db(STANDS_DB));

	while (i < highest && env[i] < over)
		i++;
	while (i < highest && env[i + 1] > env[i])
		i++;
	return i;
}

/* A parabola through three logarithms. */
double peak_between(const float *env, size_t i)
{
	double a, b, c, bend;

	if (i == 0)
		return 0;
	a = log(fmax((double)env[i - 1], 1e-12));
	b = log(fmax((double)env[i], 1e-12));
	c = log(fmax((double)env[i + 1], 1e-12));
	bend = a - 2 * b + c;
	return bend < 0 ? fmin(fmax(0.5 * (a - c) / bend, -0.5), 0.5) : 0;
}

void peak_draw(const float *env, size_t n, size_t peak, size_t highest, double step, int ahead,
	       float *points, int points_n)
{
	for (int i = 0; i < points_n; i++) {
		double from = (double)peak + (i - ahead - 0.5) * step;
		size_t a = from > 0 ? (size_t)from : 0, b = a + (size_t)step + 1;
		size_t at = peak_highest(env, a, b < n ? b : n);
		double db = peak_to_db((double)env[at] / (double)env[highest]);

		points[i] = (float)fmin(fmax(1 + db / 40, 0), 1);
	}
}
