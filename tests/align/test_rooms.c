/* SPDX-License-Identifier: MIT */
/*
 * Rooms by the hundred, drawn from a seed: what is measured in them against
 * what is true, each tried again louder as a measurement does it.
 * FANFARE_SEED=n draws others (0 = by the clock), FANFARE_ROOMS=n so many.
 */
#include "core/align/arrival.h"
#include "core/align/solve.h"
#include "tests/align/room.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define ROOMS	   240
#define SEED	   20261121
#define ERRORS_MAX 65536

struct tally {
	double error[ERRORS_MAX]; /* s, of pairs of speakers */
	size_t errors;
	uint32_t speakers, refused, flagged, flagged_wrong, wrong;
	uint32_t easy, easy_answered; /* nothing in the way, and over 0 dB */
};

static void listen_to(struct room *r, struct solution *ret)
{
	SCOPED(arrival_finder_freep) struct arrival_finder *f = NULL;
	struct arrival heard[2 * ROOM_SPEAKERS];
	size_t frames;
	float *record = room_record(r, &frames);

	assert_int_equal(arrival_finder_new(r->mic_rate, r->run.top, &f), 0);
	for (uint32_t i = 0; i < sweep_slots(r->run.speakers); i++)
		arrival_find(f, record, frames, sweep_slot_at(&r->run, i) + ROOM_EXPECTED,
			     r->run.level, &heard[i]);
	solve(&r->run, heard, ret);
	free(record);
}

/* How far apart a pair was found against how far apart it is, s. */
static double pair_error(const struct room *r, const struct solution *s, uint32_t a, uint32_t b)
{
	return fabs(s->speaker[a].late - s->speaker[b].late -
		    (r->speaker[a].truth - r->speaker[b].truth));
}

static bool answered(const struct solution *s, uint32_t i)
{
	return s->speaker[i].refusal == REFUSAL_NONE;
}

static void count(struct tally *t, const struct room *r, const struct solution *s)
{
	for (uint32_t i = 0; i < r->run.speakers; i++) {
		bool easy = r->snr_db > 0 && r->speaker[i].blocked_db <= 0;

		t->speakers++;
		t->flagged += s->speaker[i].refusal == REFUSAL_BLOCKED;
		t->refused += !answered(s, i) && s->speaker[i].refusal != REFUSAL_BLOCKED;
		t->easy += easy;
		t->easy_answered += easy && answered(s, i);
		for (uint32_t k = 0; k < r->run.speakers; k++) {
			if (s->speaker[i].refusal == REFUSAL_BLOCKED && answered(s, k) &&
			    pair_error(r, s, i, k) > 0.001)
				t->flagged_wrong++;
			if (k >= i || !answered(s, i) || !answered(s, k))
				continue;
			t->error[t->errors++] = pair_error(r, s, i, k);
			t->wrong += t->error[t->errors - 1] > 0.001;
		}
	}
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static uint64_t seed_of_run(void)
{
	const char *given = getenv("FANFARE_SEED");

	uint64_t seed = given ? strtoull(given, NULL, 10) : SEED;

	return seed ? seed : (uint64_t)time(NULL);
}

static int rooms_of_run(void)
{
	const char *given = getenv("FANFARE_ROOMS");

	return given ? atoi(given) : ROOMS;
}

/* Measure in so many rooms, from the seed on; each is tried again louder where that helps. */
static void survey(struct tally *t, int rooms, uint64_t seed, uint32_t speakers, double slot)
{
	for (int i = 0; i < rooms; i++) {
		struct solution s;
		struct room r;
		uint32_t wrong = t->wrong;

		room_draw(&r, seed + (uint64_t)i, speakers);
		r.run.slot = slot;
		listen_to(&r, &s);
		for (int try = 1; try < SOLVE_TRIES && s.louder; try++) {
			r.snr_db += 6;
			listen_to(&r, &s);
		}
		count(t, &r, &s);
		if (t->wrong > wrong)
			printf("wrong: seed %llu, one room: %.1f dB, RT60 %.2f s\n",
			       (unsigned long long)(seed + (uint64_t)i), r.snr_db, r.rt60);
	}
}

/* To the figures of alignment.md, and answered wherever that is easy. */
static void judge(struct tally *t, int rooms, uint64_t seed)
{
	double p50, p95;

	assert_true(t->errors > 0);
	qsort(t->error, t->errors, sizeof(t->error[0]), by_size);
	p50 = t->error[t->errors / 2];
	p95 = t->error[t->errors * 95 / 100];
	printf("%d rooms from seed %llu, %u speakers: P50 %.4f, P95 %.4f, most %.3f ms; "
	       "refused %u, flagged %u (%u of their pairs over 1 ms); answered in easy places "
	       "%u of %u\n",
	       rooms, (unsigned long long)seed, t->speakers, p50 * 1e3, p95 * 1e3,
	       t->error[t->errors - 1] * 1e3, t->refused, t->flagged, t->flagged_wrong,
	       t->easy_answered, t->easy);
	assert_true(p50 <= 0.03e-3);
	assert_true(p95 <= 0.1e-3);
	assert_int_equal(t->wrong, 0);
	/* who refuses everything is never wrong either */
	assert_true(t->easy_answered * 10 >= t->easy * 7);
}

static void measuring_tells_the_truth_or_says_that_it_may_not(void **state)
{
	static struct tally t;
	uint64_t seed = seed_of_run();
	int rooms = rooms_of_run();

	(void)state;
	survey(&t, rooms, seed, 0, SWEEP_SLOT_S);
	judge(&t, rooms, seed);
}

/* A reference and one more, their turns closer together: rooms of its own. */
static void so_does_the_check_of_one_speaker(void **state)
{
	static struct tally t;
	uint64_t seed = seed_of_run() + 1000000;
	int rooms = rooms_of_run();

	(void)state;
	survey(&t, rooms, seed, 2, SWEEP_BRIEF_S);
	judge(&t, rooms, seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(measuring_tells_the_truth_or_says_that_it_may_not),
		cmocka_unit_test(so_does_the_check_of_one_speaker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
