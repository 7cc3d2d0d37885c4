/* SPDX-License-Identifier: MIT */
/*
 * Two speakers timed while music plays on: that the probe stays 20 dB under it,
 * and in rooms drawn from a seed what is found against what is true.
 * FANFARE_SEED=n draws others (0 = by the clock), FANFARE_MUSIC_ROOMS=n so many.
 */
#include "core/align/overhear.h"
#include "core/align/probe.h"
#include "tests/align/music.h"
#include "tests/align/room.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define ROOMS  5
#define SEED   20261121
#define RATE   44100u
#define FRAMES (30 * RATE / PROBE_HOP * PROBE_HOP)
#define LATE   4 /* pieces: what the engine has played is known here so much later */
#define MOST   4096

static float music[FRAMES], probe[2][FRAMES], both[FRAMES];

/* A probe as it hides in the music, each piece shaped by what was heard a moment before. */
static void make_probe(uint64_t seed, float *to)
{
	SCOPED(probe_freep) struct probe *p = NULL;
	static const float silence[PROBE_BLOCK];

	assert_int_equal(probe_new(RATE, seed, &p), 0);
	for (size_t at = 0; at < FRAMES; at += PROBE_HOP)
		probe_next(p,
			   at + PROBE_HOP == FRAMES ? NULL
			   : at < LATE * PROBE_HOP  ? silence
						    : music + at - LATE * PROBE_HOP,
			   to + at);
}

/* ---- what it sounds like ----------------------------------------------------------------- */

static double power(const float *x, size_t from, size_t n)
{
	double sum = 0;

	for (size_t i = from; i < from + n; i++)
		sum += (double)(x[i] * x[i]);
	return sum;
}

/* What is left of x in an octave around hz, two resonances on end, in both. */
static void keep_octave(const float *x, double hz)
{
	double r = 1 - 0.7 * 3.14159 * hz / RATE, c = 2 * r * cos(6.2831853 * hz / RATE);
	double a[2] = { 0, 0 }, b[2] = { 0, 0 };

	for (size_t i = 0; i < FRAMES; i++) {
		double y = (double)x[i] + c * a[0] - r * r * a[1];
		double z = y + c * b[0] - r * r * b[1];

		a[1] = a[0], a[0] = y, b[1] = b[0], b[0] = z;
		both[i] = (float)(z * 1e-3);
	}
}

static void a_probe_is_20_db_under_the_music_in_every_octave(void **state)
{
	double worst = -100, all;

	(void)state;
	music_make(7, music, FRAMES);
	make_probe(1, probe[0]);
	all = 10 * log10(power(probe[0], 0, FRAMES) / power(music, 0, FRAMES));
	for (double hz = 200; hz < 10000; hz *= 2) {
		double under;

		keep_octave(probe[0], hz);
		under = power(both, 0, FRAMES);
		keep_octave(music, hz);
		worst = fmax(worst, 10 * log10(under / power(both, 0, FRAMES)));
	}
	printf("the probe is %.1f dB under the music, in no octave less than "
	       "%.1f\n",
	       -all, -worst);
	assert_true(all < -19.5 && all > -25);
	assert_true(worst < -19);
}

static void a_probe_fades_in_and_out_and_knows_no_other(void **state)
{
	double cross = 0;

	(void)state;
	music_make(7, music, FRAMES);
	make_probe(1, probe[0]);
	make_probe(2, probe[1]);
	assert_true(power(probe[0], 0, LATE * PROBE_HOP) == 0);
	for (size_t i = 0; i < FRAMES; i++)
		cross += (double)(probe[0][i] * probe[1][i]);
	assert_true(fabs(cross) < 0.01 * power(probe[0], 0, FRAMES));
	/* no sample of it is far from its neighbour: at the ends, too, it is faded */
	assert_true(fabsf(probe[0][LATE * PROBE_HOP]) < 1e-4f);
	assert_true(fabsf(probe[0][FRAMES - 1]) < 1e-4f);
	assert_true(power(probe[0], FRAMES - 64, 64) <
		    0.01 * power(probe[0], FRAMES - PROBE_HOP, 64));
}

static void under_silence_it_is_silent(void **state)
{
	(void)state;
	for (size_t i = 0; i < FRAMES; i++)
		music[i] = 0;
	make_probe(1, probe[0]);
	assert_true(power(probe[0], 0, FRAMES) == 0);
}

/* ---- what it finds ----------------------------------------------------------------------- */

static void too_little_to_go_by_is_refused(void **state)
{
	struct overhear_task t = {
		.record = both,
		.record_frames = FRAMES,
		.record_rate = RATE,
		.sent = { probe[0], probe[1] },
		.sent_frames = FRAMES,
		.sent_rate = RATE,
	};
	struct overhearing o = { .offset = 7 };
	_Atomic bool stop = true;

	(void)state;
	t.sent_frames = RATE;
	assert_int_equal(overhear(&t, &o), -EINVAL);
	t.sent_frames = FRAMES;
	t.record_rate = 7999;
	assert_int_equal(overhear(&t, &o), -EINVAL);
	t.record_rate = RATE;
	t.stop = &stop;
	assert_int_equal(overhear(&t, &o), -ECANCELED);
	assert_true(o.offset == 7);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct tally {
	double error[MOST]; /* s, of those that were answered for sure */
	size_t errors;
	uint32_t refused[REFUSAL_UNSTEADY + 1];
	uint32_t wrong, warned_wrong; /* by over 1 ms; by more than they say they may be */
	uint32_t easy, easy_sure, easy_told; /* nothing in the way, and 15 dB over the noise */
};

/* What a microphone in the room hears of music in all speakers, and probes in the first two. */
static float *play_in(struct room *r, double noise_db, size_t *ret_frames)
{
	size_t frames = (size_t)((FRAMES / RATE + 3) * r->mic_rate);
	float *record = calloc(frames, sizeof(*record));

	for (uint32_t i = 0; i < r->run.speakers; i++) {
		for (size_t k = 0; k < FRAMES; k++)
			both[k] = music[k] + (i < 2 ? probe[i][k] : 0);
		room_hear(r, i, both, FRAMES, record, frames);
	}
	room_noise(r, noise_db, record, frames);
	*ret_frames = frames;
	return record;
}

static void count(struct tally *t, const struct room *r, const struct overhearing *o,
		  double noise_db)
{
	const struct room_speaker *a = &r->speaker[0], *b = &r->speaker[1];
	double error = fabs(o->offset - (b->truth - a->truth));
	bool easy = noise_db > 15 && a->blocked_db <= 0 && b->blocked_db <= 0;

	t->easy += easy;
	t->easy_sure += easy && o->refusal == REFUSAL_NONE;
	t->easy_told += easy && (o->refusal == REFUSAL_NONE || o->refusal == REFUSAL_BLOCKED);
	t->refused[o->refusal]++;
	t->warned_wrong += o->refusal == REFUSAL_BLOCKED && error > o->unsure;
	t->wrong += o->refusal == REFUSAL_NONE && error > 0.001;
	if (o->refusal == REFUSAL_NONE)
		t->error[t->errors++] = error;
	if (!getenv("FANFARE_TELL"))
		return;
	printf("%u speakers, noise %.0f dB, RT60 %.2f s, blocked %.0f %.0f dB: %.3f ms out of "
	       "%.1f, %s\n",
	       r->run.speakers, noise_db, r->rt60, a->blocked_db, b->blocked_db, 1e3 * error,
	       1e3 * o->unsure, o->refusal ? refusal_words(o->refusal) : "answered");
	for (int i = 0; i < 2; i++)
		printf("\tppm %.1f (%.1f), SNR %.1f, low %.1f, under %.1f, ahead %.1f, "
		       "halves %.3f\n",
		       o->of[i].ppm, r->mic_ppm - r->speaker[i].ppm, o->of[i].snr_db,
		       o->of[i].low_snr_db, o->of[i].under_db, o->of[i].ahead_db,
		       1e3 * o->of[i].differ);
	fflush(stdout);
}

static void try_room(struct tally *t, uint64_t seed)
{
	struct overhear_task task = {
		.music = { music, NULL },
		.sent = { probe[0], probe[1] },
		.sent_frames = FRAMES,
		.sent_rate = RATE,
		.expected = { ROOM_LEAD + ROOM_EXPECTED, ROOM_LEAD + ROOM_EXPECTED },
	};
	struct overhearing o;
	struct room r;
	double noise_db;
	float *record;

	room_draw(&r, seed, 0);
	noise_db = room_random(&r, 5, 35);
	music_make(seed, music, FRAMES);
	make_probe(2 * seed, probe[0]);
	make_probe(2 * seed + 1, probe[1]);
	record = play_in(&r, noise_db, &task.record_frames);
	task.record = record;
	task.record_rate = r.mic_rate;
	task.players = r.run.speakers;
	assert_int_equal(overhear(&task, &o), 0);
	free(record);
	count(t, &r, &o, noise_db);
}

static void under_music_it_tells_the_truth_or_refuses(void **state)
{
	static struct tally t;
	const char *given = getenv("FANFARE_SEED"), *many = getenv("FANFARE_MUSIC_ROOMS");
	uint64_t seed = given ? strtoull(given, NULL, 10) : SEED;
	int rooms = many ? atoi(many) : ROOMS;
	double p95;

	(void)state;
	if (seed == 0)
		seed = (uint64_t)time(NULL);
	for (int i = 0; i < rooms; i++)
		try_room(&t, seed + (uint64_t)i);
	assert_true(t.errors + t.refused[REFUSAL_BLOCKED] > 0);
	assert_true(rooms < 5 || t.errors > 0);
	t.errors += t.errors == 0; /* none: as one without an error */
	qsort(t.error, t.errors, sizeof(t.error[0]), by_size);
	p95 = t.error[t.errors * 95 / 100];
	printf("%d rooms from seed %llu: %zu answered for sure, P50 %.3f, P95 %.3f, most "
	       "%.3f ms; %u with a warning; refused as noisy %u, unheard %u, unsteady %u; in "
	       "easy places %u for sure, %u at all of %u\n",
	       rooms, (unsigned long long)seed, t.errors, 1e3 * t.error[t.errors / 2],
	       1e3 * p95, 1e3 * t.error[t.errors - 1], t.refused[REFUSAL_BLOCKED],
	       t.refused[REFUSAL_NOISY], t.refused[REFUSAL_SILENT], t.refused[REFUSAL_UNSTEADY],
	       t.easy_sure, t.easy_told, t.easy);
	assert_true(p95 <= 0.1e-3);
	assert_int_equal(t.wrong, 0);
	assert_int_equal(t.warned_wrong, 0);
	if (rooms < 20)
		return; /* a share of few says nothing */
	assert_true(t.easy_sure * 4 >= t.easy);
	assert_true(t.easy_told * 5 >= t.easy * 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_probe_is_20_db_under_the_music_in_every_octave),
		cmocka_unit_test(a_probe_fades_in_and_out_and_knows_no_other),
		cmocka_unit_test(under_silence_it_is_silent),
		cmocka_unit_test(too_little_to_go_by_is_refused),
		cmocka_unit_test(under_music_it_tells_the_truth_or_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
