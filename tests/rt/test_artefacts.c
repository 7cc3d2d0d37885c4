/* SPDX-License-Identifier: MIT */
/*
 * test_artefacts - what is heard of a change while it plays: nothing.
 *
 * A tone plays, something is changed, and what the sink was given is looked at
 * through a window that the tone does not leak out of: all that lies AWAY or
 * more from the tone is the change's own splash.
 */
#include "tests/dsp/measure.h"
#include "tests/rt/stage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define HZ    997.0
#define AWAY  1000.0 /* Hz */
#define LOUD  0.5
#define BAR   -80.0 /* dB under the tone */
#define CALM  20u   /* cycles before and after */
#define STEPS 10u   /* plans of a change that has several */
#define DELAY 1000u /* frames */

/* The two channels differ, so that a map is heard. */
static float tone(uint64_t n, int channel)
{
	double turn = 2 * M_PI * fmod(HZ / STAGE_RATE * (double)n, 1.0);

	return (float)(channel ? 0.2 * cos(turn) : LOUD * sin(turn));
}

/* The other source: what an A/B between two would be. */
static float other_tone(uint64_t n, int channel)
{
	return -tone(n + 11, 1 - channel);
}

/* Makes plan p, which is as at the start, what it is to be in step k of STEPS. */
typedef void (*change)(struct plan *p, uint32_t k);

static void slew(struct plan *p, uint32_t k)
{
	(void)k;
	p->branches[0].delay = DELAY + 44; /* 1 ms */
}

static void crossfade(struct plan *p, uint32_t k)
{
	(void)k;
	p->branches[0].delay = DELAY + 1000 + 22; /* half a wave besides */
}

/* Back and forth, as the key x of the tuner: each before the last has landed. */
static void compare_trims(struct plan *p, uint32_t k)
{
	p->branches[0].delay = DELAY + (k % 2 ? 0 : 485);
}

static void volume(struct plan *p, uint32_t k)
{
	(void)k;
	p->branches[0].gain = 0.1f;
}

/* A key held down: a decibel in every cycle or two. */
static void volume_key(struct plan *p, uint32_t k)
{
	p->branches[0].gain = db_to_linear(-(float)(k + 1));
}

static void mute(struct plan *p, uint32_t k)
{
	(void)k;
	p->branches[0].gain = 0;
}

static void unmute(struct plan *p, uint32_t k)
{
	p->branches[0].gain = k == 0 ? 0 : 1;
}

static void map_mono(struct plan *p, uint32_t k)
{
	(void)k;
	p->branches[0].map = MAP_MONO;
}

static void map_right(struct plan *p, uint32_t k)
{
	(void)k;
	p->branches[0].map = MAP_RIGHT;
}

static void map_each(struct plan *p, uint32_t k)
{
	p->branches[0].map = (enum channel_map)(k % 5);
}

static void another_zone(struct plan *p, uint32_t k)
{
	(void)k;
	p->branches[0].zone = 1;
}

static void source_gain(struct plan *p, uint32_t k)
{
	(void)k;
	p->feeds[0].gain = 0.25f;
}

/* As a measurement does: down by a tenth at a time. */
static void music_fades(struct plan *p, uint32_t k)
{
	p->feeds[0].gain = 1 - 0.1f * (float)(k + 1);
}

static void music_returns(struct plan *p, uint32_t k)
{
	p->feeds[0].gain = 0.1f * (float)k;
}

static void source_leaves(struct plan *p, uint32_t k)
{
	(void)k;
	p->feeds[0] = p->feeds[1];
	p->feeds_n = 1;
}

/* It was away until now. */
static void speaker_returns(struct plan *p, uint32_t k)
{
	(void)k;
	p->branches[0].flowing = true;
}

/* What a jump would be, to see that the measure sees. */
static void jump(struct plan *p, uint32_t k)
{
	(void)k;
	p->branches[0].delay = DELAY + 22;
	p->branches[0].settle = true;
}

static struct plan *as_at_the_start(struct stage *s)
{
	struct plan *p = stage_plan(s, 2, 1);

	p->branches[0].delay = DELAY;
	p->feeds[1].zone = 1;
	return p;
}

/* dB over the tone of what a change splashes at most, begun after calm cycles, every other one.
 */
static double splash_after(change what, uint32_t calm)
{
	struct stage s;
	struct plan *first;
	double worst = -INFINITY;

	stage_init(&s);
	s.wave[0] = tone;
	s.wave[1] = other_tone;
	first = as_at_the_start(&s);
	first->branches[0].flowing = what != speaker_returns;
	stage_send(&s, first);
	stage_run(&s, calm);
	for (uint32_t k = 0; k < STEPS; k++) {
		struct plan *p = as_at_the_start(&s);

		what(p, k);
		stage_send(&s, p);
		stage_run(&s, 2);
	}
	stage_run(&s, 5 * CALM);
	for (uint64_t n = CALM * STAGE_PERIOD / 2;
	     n + SPLASH_FRAMES < atomic_load(&s.engine->frame); n += SPLASH_FRAMES / 8)
		for (int c = 0; c < 2; c++)
			worst = fmax(worst, measure_splash(s.heard[0] + 2 * n + c, 2, HZ,
							   STAGE_RATE, AWAY, LOUD));
	stage_done(&s);
	return worst;
}

/* At several phases of the tone. */
static double splash_of(change what)
{
	double worst = -INFINITY;

	for (uint32_t i = 0; i < 4; i++)
		worst = fmax(worst, splash_after(what, CALM + i));
	return worst;
}

static void no_change_is_heard_but_for_what_it_changes(void **state)
{
	static const struct {
		const char *name;
		change what;
	} changes[] = {
		{ "delay by 1 ms (slew)", slew },
		{ "delay by 23 ms (crossfade)", crossfade },
		{ "two trims compared", compare_trims },
		{ "volume by 20 dB", volume },
		{ "volume key held down", volume_key },
		{ "mute, or another's solo", mute },
		{ "unmute", unmute },
		{ "map: stereo to mono", map_mono },
		{ "map: stereo to right", map_right },
		{ "map: one after the other", map_each },
		{ "to another zone", another_zone },
		{ "source gain", source_gain },
		{ "source taken away", source_leaves },
		{ "music fades for a measurement", music_fades },
		{ "music comes back after it", music_returns },
		{ "speaker returns", speaker_returns },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		double db = splash_of(changes[i].what);

		print_message("           %-32s %7.1f dB\n", changes[i].name, db);
		assert_true(db < BAR);
	}
	assert_true(splash_of(jump) > BAR + 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_change_is_heard_but_for_what_it_changes),
	};

	return cmocka_run_group_tests_name("artefacts", tests, NULL, NULL);
}
