/* SPDX-License-Identifier: MIT */
/*
 * test_mixed - a zone of Bluetooth, ALSA, USB and PulseAudio outputs stays in
 * time with itself, for an hour in which things happen to each of them. Judged
 * from all that is heard, against true time.
 *
 * The hour runs at 16 kHz, the least that SBC has, so that all of its samples
 * can be encoded, carried, decoded and judged; the scenes run at 44.1 kHz.
 * FANFARE_HOURS=24 makes it a day.
 */
#include "tests/io/block.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define US    1e-6
#define FRAME (1.0 / 44100) /* s; what is promised between two Bluetooth speakers */
#define N     BLOCK_DEVICES

static const char *const name[N] = { "mono speaker", "stereo speaker", "alsa", "usb", "loose" };

/* s; what the skew of two is promised to be, by the worse of them (P99). */
static const double promise[N] = { FRAME, FRAME, 10e-6, 50e-6, 200e-6 };

static double bar_of(uint32_t a, uint32_t b)
{
	if (a < BLOCK_CONES && b < BLOCK_CONES)
		return FRAME;
	if (a < BLOCK_CONES)
		return promise[b];
	return b < BLOCK_CONES ? promise[a] : fmax(promise[a], promise[b]);
}

static struct block block;

/* ---- what may happen ----------------------------------------------------------------------
 */

/* To a Bluetooth speaker, and to a device with a clock of its own. */
enum kind {
	HELD_UP, /* a thread does not get to run for 50 ms: all speakers' sender; its own */
	STARVED, /* out of range for 2 s; an xrun */
	AWAY,	 /* it goes and comes back after 5 s */
	STUCK,	 /* the whole machine, for 50 ms; the reports of a device, for 3 s */
	MOVED,	 /* another delay: a slew, or a crossfade; the next one takes it back */
	KINDS,
	BIASED = KINDS, /* its reports are 3 ms off for 1.5 s */
	STEPPED,	/* its clock is off by 500 ppm more from now on */
	ALL_KINDS,
};

static const char *const kind_name[ALL_KINDS] = { "held up", "starved", "away",	  "stuck",
						  "moved",   "biased",	"stepped" };

static void hold(struct block *b, bool *what, double seconds)
{
	*what = true;
	block_run(b, seconds);
	*what = false;
}

static void speaker_trouble(struct block *b, uint32_t i, enum kind kind)
{
	struct cone *c = &b->cone[i];

	switch (kind) {
	case HELD_UP:
		hold(b, &b->sender_held, 0.05);
		return;
	case STARVED:
		hold(b, &c->deaf, 2);
		return;
	case STUCK:
		hold(b, &b->machine_held, 0.05);
		return;
	case STEPPED:
		c->crystal.ppm += 500;
		return;
	case AWAY:
	case MOVED:
	case BIASED:
	case ALL_KINDS:
		return;
	}
}

static void edge_trouble(struct block *b, struct virtual_sink *s, enum kind kind)
{
	switch (kind) {
	case HELD_UP:
		hold(b, &s->stalled, 0.05);
		return;
	case STARVED:
		hold(b, &s->stalled, 0.3);
		virtual_sink_restart(s);
		return;
	case STUCK:
		hold(b, &s->stuck, 3);
		return;
	case BIASED:
		s->crystal.bias = 0.003;
		block_run(b, 1.5);
		s->crystal.bias = 0;
		return;
	case STEPPED:
		s->crystal.ppm += 500;
		return;
	case AWAY:
	case MOVED:
	case ALL_KINDS:
		return;
	}
}

static void trouble(struct block *b, uint32_t i, enum kind kind)
{
	if (kind == AWAY) {
		block_leave(b, i);
		block_run(b, 5);
		block_return(b, i);
	} else if (kind == MOVED) {
		block_set_delay(b, i, b->delay[i] ^ (i % 2 ? 0x200 : 0x8));
	} else if (i < BLOCK_CONES) {
		speaker_trouble(b, i, kind);
	} else {
		edge_trouble(b, &b->edge[i - BLOCK_CONES], kind);
	}
}

/* Whether trouble with i is trouble for k: the sender is of all speakers, the machine of all.
 */
static bool meant(uint32_t k, uint32_t i, enum kind kind)
{
	if (i < BLOCK_CONES && kind == STUCK)
		return true;
	return k == i || (i < BLOCK_CONES && k < BLOCK_CONES && kind == HELD_UP);
}

/* ---- one thing at a time ------------------------------------------------------------------
 */

#define BEFORE	10.0 /* s */
#define SCENE	20.0
#define WINDOWS 190 /* of 100 ms that are looked at */

/* What device k is judged by: a speaker's packets, for its own loop is its own matter. */
static const struct judge *judged(struct block *b, uint32_t k)
{
	return k < BLOCK_CONES ? &b->cone[k].air : block_heard(b, k);
}

/* Each window's lateness when nothing happens. */
static double calm_late[N][WINDOWS];

static void run_calmly(void)
{
	block_init(&block, 44100, SCENE + 1);
	block_run(&block, SCENE + 0.5);
	for (uint32_t k = 0; k < N; k++)
		memcpy(calm_late[k], judged(&block, k)->late, sizeof(calm_late[k]));
	block_done(&block);
}

/* Not a bit of what the others play is another. */
static void others_are_untouched(uint32_t i, enum kind kind)
{
	for (uint32_t k = 0; k < N; k++) {
		const struct judge *j = judged(&block, k);

		if (meant(k, i, kind))
			continue;
		for (size_t w = 0; w < WINDOWS; w++)
			assert_memory_equal(&j->late[w], &calm_late[k][w], sizeof(j->late[w]));
	}
}

/* It sounds again, and in its place, a second after the trouble is over. */
static void device_is_back(uint32_t i, enum kind kind, double over)
{
	/* s; a second after the return the noisier ones are still finding their place */
	static const double within[N] = { 1e-6, 1e-6, 20e-6, 500e-6, 4e-3 };
	const struct judge *j = judged(&block, i);
	/* a report that was wrong is believed for a while yet */
	double from = over + (kind == BIASED ? 3 : 1), back = SCENE;
	double worst = judge_worst(j, from, SCENE - 1);
	size_t silent = judge_silent(j, BEFORE - 1, SCENE - 1);

	for (size_t w = WINDOWS; w-- > 0 && fabs(j->late[w]) <= within[i];)
		back = (double)w / 10;
	print_message(
		"           %-14s %-8s silent %3.1f s, in place %4.1f s after it, then worst "
		"%8.2f us\n",
		name[i], kind_name[kind], 0.1 * (double)silent, fmax(back - over, 0),
		worst / US);
	if (kind == STEPPED && i >= BLOCK_CONES)
		return; /* how it follows is test_edge's */
	assert_int_equal(judge_silent(j, from, SCENE - 1), 0);
	assert_true(worst <= within[i]);
}

static void whatever_happens_to_one_the_others_do_not_hear_it(void **state)
{
	(void)state;
	run_calmly();
	for (uint32_t i = 0; i < N; i++) {
		for (enum kind kind = 0; kind < ALL_KINDS; kind++) {
			double over;

			if (kind == BIASED && i < BLOCK_CONES)
				continue; /* they report nothing */

			block_init(&block, 44100, SCENE + 1);
			block_run(&block, BEFORE);
			trouble(&block, i, kind);
			over = block_now(&block);
			block_run(&block, SCENE - over);
			others_are_untouched(i, kind);
			device_is_back(i, kind, over);
			block_done(&block);
		}
	}
}

/* ---- an hour ----------------------------------------------------------------------------- */

#define SETTLE	240.0 /* s; by then each speaker's own loop has found its clock */
#define TROUBLE 240.0 /* s between two of them; they go round the devices */
#define AFTER	160.0 /* s until that device is judged again */

static double hours;

/* Which windows of 100 ms are judged: not what is heard of a trouble. */
static bool *calm[N];
static size_t windows;

static void forget(uint32_t i, double from, double to)
{
	for (size_t w = (size_t)(from * 10); w < windows && w < (size_t)(to * 10); w++)
		calm[i][w] = false;
}

/* Let things happen until the end; returns how many did. */
static uint32_t live_through(struct block *b, double end)
{
	uint32_t n = 0;

	for (double t = block_now(b); t + TROUBLE <= end; t += TROUBLE, n++) {
		uint32_t i = n % N;
		enum kind kind = (enum kind)((n + n / N) % KINDS);

		trouble(b, i, kind);
		for (uint32_t k = 0; k < N; k++)
			if (meant(k, i, kind))
				forget(k, t - 1, block_now(b) + AFTER);
		block_run(b, t + TROUBLE - block_now(b));
	}
	return n;
}

/* P99 and the most of how far apart two are while both are calm; and in the second half. */
struct skew {
	double p99, most, late;
};

static struct skew skew_of(struct block *b, uint32_t x, uint32_t y)
{
	const double *a = block_heard(b, x)->late, *c = block_heard(b, y)->late;
	double *all = calloc(windows, sizeof(*all));
	struct skew s = { 0 };
	size_t n = 0;

	assert_non_null(all);
	for (size_t w = (size_t)(SETTLE * 10); w < windows; w++) {
		double d = fabs(a[w] - c[w]);

		if (!calm[x][w] || !calm[y][w])
			continue;
		assert_true(!isnan(d)); /* nobody is silent when nothing happens to him */
		all[n++] = d;
		s.most = fmax(s.most, d);
		if (w > windows / 2)
			s.late = fmax(s.late, d);
	}
	assert_true(n > 0);
	s.p99 = percentile(all, n, 0.99);
	free(all);
	return s;
}

/* What software answers for alone: each frame is in its packet, whatever happens to the others.
 */
static void judge_packets(struct block *b)
{
	for (uint32_t i = 0; i < BLOCK_CONES; i++) {
		struct cone *c = &b->cone[i];
		double worst = 0;

		for (size_t w = 10; w < windows; w++) {
			if (!calm[i][w])
				continue;
			assert_true(!isnan(c->air.late[w]));
			worst = fmax(worst, fabs(c->air.late[w]));
		}
		print_message(
			"           %-14s %u packets, its frames off by %.2f us at most\n",
			name[i], c->packets, worst / US);
		assert_int_equal(c->garbled, 0);
		assert_true(worst < 1 * US);
	}
}

static void an_hour_of_mixed_outputs_with_troubles_stays_in_time(void **state)
{
	double end = 3600.0 * hours;
	uint32_t n;

	(void)state;
	if (end < SETTLE + 2 * TROUBLE)
		skip();
	block_init(&block, 16000, end + 1);
	windows = (size_t)((end - 1) * 10);
	for (uint32_t i = 0; i < N; i++) {
		calm[i] = malloc(windows);
		assert_non_null(calm[i]);
		memset(calm[i], true, windows);
	}
	block_run(&block, SETTLE);
	for (uint32_t i = 0; i < BLOCK_CONES; i++)
		cone_measure(&block.cone[i], SETTLE - 60, SETTLE);
	n = live_through(&block, end - 2);
	block_run(&block, end + 0.5 - block_now(&block));
	print_message("           %.1f h, %u troubles\n", hours, n);
	judge_packets(&block);
	for (uint32_t x = 0; x < N; x++) {
		for (uint32_t y = 0; y < x; y++) {
			struct skew s = skew_of(&block, x, y);
			double bar = bar_of(x, y);

			print_message("           %-14s %-14s P99 %6.2f us (bar %5.1f)  most "
				      "%6.2f us, 2nd half %6.2f us\n",
				      name[y], name[x], s.p99 / US, bar / US, s.most / US,
				      s.late / US);
			assert_true(s.p99 < bar);
			assert_true(s.most < 1.5 * bar);
		}
	}
	for (uint32_t i = 0; i < N; i++)
		free(calm[i]);
	block_done(&block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_happens_to_one_the_others_do_not_hear_it),
		cmocka_unit_test(an_hour_of_mixed_outputs_with_troubles_stays_in_time),
	};

	hours = virtual_hours(0.2);
	return cmocka_run_group_tests_name("mixed", tests, NULL, NULL);
}
