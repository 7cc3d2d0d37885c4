/* SPDX-License-Identifier: MIT */
/*
 * test_hour - an hour of clocks that are off and wander: the devices stay in
 * time with each other, judged from every sample they play or give, against
 * true time, never by the loop's belief.
 *
 * It runs at 8 kHz, so that all of its samples can be carried and judged.
 * FANFARE_HOURS=24 makes it a day.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <math.h>

#include "tests/dsp/virtual.h"

#define SINKS 4
#define US    1e-6

/*
 * s; the hour, unless FANFARE_HOURS says otherwise. The noise of the start is
 * more than one in a hundred of anything shorter: then the bars do not hold.
 */
static double hour = 3600.0;

static const double crystals[SINKS] = { 200, -200, 73, -5 }; /* ppm */

/* Sizes of the differences between all pairs, in one array; the caller's to free. */
static double *skews(const struct judge *const *j, size_t sinks, size_t *ret_n)
{
	size_t windows = j[0]->count, n = 0;
	double *all;

	for (size_t i = 1; i < sinks; i++)
		windows = j[i]->count < windows ? j[i]->count : windows;
	all = calloc(windows * sinks * sinks, sizeof(*all));
	assert_non_null(all);
	for (size_t w = 0; w < windows; w++)
		for (size_t a = 0; a < sinks; a++)
			for (size_t b = 0; b < a; b++)
				if (!isnan(j[a]->late[w]) && !isnan(j[b]->late[w]))
					all[n++] = fabs(j[a]->late[w] - j[b]->late[w]);
	*ret_n = n;
	return all;
}

static void judge_hour(const char *what, const struct judge *const *j, size_t n, size_t class)
{
	size_t count, silent = 0;
	double *all = skews(j, n, &count);
	double p50 = percentile(all, count, 0.50), p99 = percentile(all, count, 0.99);
	double early = 0.0, late = 0.0;

	for (size_t i = 0; i < n; i++) {
		silent += judge_silent(j[i], 1.0, hour);
		early = fmax(early, judge_worst(j[i], hour / 60, hour / 2));
		late = fmax(late, judge_worst(j[i], hour / 2, hour));
	}
	print_message(
		"           %s %-5s P50 %6.1f us  P99 %6.1f us  (bar %3.0f)  worst off true "
		"time %6.1f us, 2nd half %6.1f us\n",
		what, virtual_name[class], p50 / US, p99 / US, virtual_bar[class] / US,
		early / US, late / US);
	free(all);
	assert_int_equal(silent, 0); /* once it plays, it never stops */
	assert_true(count > (size_t)(hour * 9.9) * n * (n - 1) / 2);
	if (hour >= 3600.0)
		assert_true(p99 < virtual_bar[class]);
	assert_true(late < 1.5 * early + virtual_bar[class]); /* nothing adds up */
}

static void an_hour_of_four_sinks_stays_in_time(void **state)
{
	static struct virtual_sink s[SINKS];
	const struct judge *j[SINKS];

	(void)state;
	for (size_t class = 0; class < 3; class ++) {
		struct edge_setup setup = virtual_setup(8000, 8000, (enum drift_class) class);

		for (size_t i = 0; i < SINKS; i++) {
			virtual_sink_init(&s[i], &setup, crystals[i], virtual_noise[class],
					  hour, i + 7);
			j[i] = &s[i].judge;
		}
		virtual_run(s, SINKS, 8000, 0, hour);
		judge_hour("sinks  ", j, SINKS, class);
		for (size_t i = 0; i < SINKS; i++)
			virtual_sink_done(&s[i]);
	}
}

static void an_hour_of_two_sources_stays_in_time(void **state)
{
	static struct virtual_source s[2];
	const struct judge *j[2] = { &s[0].judge, &s[1].judge };

	(void)state;
	for (size_t class = 0; class < 3; class ++) {
		struct edge_setup setup = virtual_setup(8000, 8000, (enum drift_class) class);

		for (size_t i = 0; i < 2; i++)
			virtual_source_init(&s[i], &setup, crystals[i], virtual_noise[class],
					    hour, i + 77);
		for (double t = 0; t < hour; t += VIRTUAL_TICK)
			for (size_t i = 0; i < 2; i++)
				virtual_source_tick(&s[i]);
		judge_hour("sources", j, 2, class);
		for (size_t i = 0; i < 2; i++)
			virtual_source_done(&s[i]);
	}
}

/* ---- an hour in which things happen --------------------------------------------------------
 */

#define TROUBLE	 300.0 /* s between two of them; they go round the sinks */
#define AFTER	 75.0  /* s until a sink is judged again */
#define TROUBLES 4

static void trouble(struct virtual_sink *s, size_t n, uint32_t nth, double *t)
{
	static const double lasts[TROUBLES] = { 0.05, 0.3, 10, 3 };
	struct virtual_sink *it = &s[nth % n];
	uint32_t kind = (uint32_t)(nth + nth / n) % TROUBLES; /* each meets another one */
	bool *what[TROUBLES] = {
		&it->stalled, /* a thread held up: what is buffered covers it */
		&it->stalled, /* longer, so that the device ran dry */
		&it->off,     /* it goes, and comes back */
		&it->stuck,   /* its reports stand still */
	};

	*what[kind] = true;
	virtual_run(s, n, 8000, *t, *t + lasts[kind]);
	*what[kind] = false;
	*t += lasts[kind];
	if (kind == 1 || kind == 2)
		virtual_sink_restart(it);
}

/* Whoever had no trouble lately is in time, and nobody is out of it for good. */
static double judge_calm(const struct judge *j, const double *at, uint32_t troubles, size_t i,
			 size_t n)
{
	double worst = judge_worst(j, AFTER, at[0] - 1);

	for (uint32_t k = 0; k < troubles; k++) {
		double from = at[k] + (k % n == i ? AFTER : 0), to = at[k + 1] - 1;

		worst = fmax(worst, judge_worst(j, from, to));
		assert_int_equal(judge_silent(j, from, to), 0);
	}
	return worst;
}

static void an_hour_with_stalls_losses_and_returns_ends_in_time(void **state)
{
	static struct virtual_sink s[SINKS];
	static const size_t classes[SINKS] = { 0, 0, 1, 2 };
	double at[32 * 24 + 1], t = TROUBLE;
	uint32_t n = 0, most = (uint32_t)(hour / TROUBLE) - 1;

	(void)state;
	if (hour < 2 * TROUBLE || most > 32 * 24)
		skip();
	for (size_t i = 0; i < SINKS; i++) {
		struct edge_setup setup =
			virtual_setup(8000, 8000, (enum drift_class)classes[i]);

		virtual_sink_init(&s[i], &setup, crystals[i], virtual_noise[classes[i]], hour,
				  i + 7);
		s[i].ahead = 0.06;
	}
	virtual_run(s, SINKS, 8000, 0, t);
	for (; n < most; n++) {
		at[n] = t;
		trouble(s, SINKS, n, &t);
		virtual_run(s, SINKS, 8000, t, at[n] + TROUBLE);
		t = at[n] + TROUBLE;
	}
	at[n] = t;
	for (size_t i = 0; i < SINKS; i++) {
		double worst = judge_calm(&s[i].judge, at, n, i, SINKS);

		print_message("           %-5s with %u troubles around it: worst off true time "
			      "%6.1f us\n",
			      virtual_name[classes[i]], n, worst / US);
		/* the bar is on P99; the worst of a whole hour may be half as much again */
		assert_true(worst < 1.5 * virtual_bar[classes[i]]);
		virtual_sink_done(&s[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_hour_of_four_sinks_stays_in_time),
		cmocka_unit_test(an_hour_of_two_sources_stays_in_time),
		cmocka_unit_test(an_hour_with_stalls_losses_and_returns_ends_in_time),
	};

	hour = 3600.0 * virtual_hours(0.1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
