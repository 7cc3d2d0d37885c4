/* SPDX-License-Identifier: MIT */
/* music - see music.h. */
#include "tests/align/music.h"

#include <math.h>
#include <string.h>

#define RATE 44100.0
#define TAU  6.283185307179586

struct band {
	uint64_t random;
	float *to;
	size_t n;
};

static double chance(struct band *b, double from, double to)
{
	b->random = b->random * 6364136223846793005u + 1442695040888963407u;
	return from + (to - from) * (double)(b->random >> 33) / 2147483648.0;
}

/* A plucked or blown tone with its harmonics, the high ones weaker and sooner gone. */
static void play_note(struct band *b, double at, double hz, double length, double loud)
{
	size_t from = (size_t)(at * RATE), frames = (size_t)(length * RATE);
	double attack = chance(b, 0.003, 0.04), dark = chance(b, 0.9, 1.6);

	for (int h = 1; h <= 12 && h * hz < 12000; h++) {
		double size = loud / pow(h, dark), w = TAU * h * hz / RATE;
		double phase = chance(b, 0, TAU), decay = 1 + 0.4 * h;

		for (size_t i = 0; i < frames && from + i < b->n; i++) {
			double t = (double)i / RATE;
			double shape = fmin(t / attack, 1) * exp(-decay * t) *
				       fmin((length - t) / 0.02, 1);

			b->to[from + i] += (float)(size * shape * sin(phase + w * (double)i));
		}
	}
}

/* Noise that dies away: a high one for cymbals, a low one for drums. */
static void beat(struct band *b, double at, double decay, double keep, double loud)
{
	size_t from = (size_t)(at * RATE), frames = (size_t)(5 * decay * RATE);
	double low = 0;

	for (size_t i = 0; i < frames && from + i < b->n; i++) {
		double x = chance(b, -1, 1) * exp(-(double)i / RATE / decay);

		low += 0.2 * (x - low);
		b->to[from + i] += (float)(loud * (keep * low * 3 + (1 - keep) * (x - low)));
	}
}

static void play_bar(struct band *b, double at, double quarter, double root)
{
	static const int chords[][3] = {
		{ 0, 4, 7 }, { 5, 9, 12 }, { 7, 11, 14 }, { 9, 12, 16 }
	};
	const int *chord = chords[(int)chance(b, 0, 3.999)];

	for (int k = 0; k < 3; k++)
		play_note(b, at, root * pow(2, chord[k] / 12.0), 3.8 * quarter, 0.1);
	for (int q = 0; q < 4; q++) {
		double t = at + q * quarter;

		play_note(b, t, root / 4 * pow(2, chord[0] / 12.0), 0.9 * quarter, 0.25);
		play_note(b, t, root * 2 * pow(2, chord[(int)chance(b, 0, 2.999)] / 12.0),
			  chance(b, 0.4, 1) * quarter, chance(b, 0, 0.2));
		beat(b, t, 0.08, q % 2 ? 0.5 : 0.95, chance(b, 0.2, 0.5));
		beat(b, t, 0.02, 0, 0.12);
		beat(b, t + quarter / 2, 0.015, 0, chance(b, 0.03, 0.1));
	}
}

void music_make(uint64_t seed, float *to, size_t n)
{
	struct band b = { .random = seed * 0x9e3779b97f4a7c15u + 12345, .to = to, .n = n };
	double quarter = 60 / chance(&b, 80, 140), root = 220 * pow(2, chance(&b, -0.5, 0.5));
	float most = 0;

	memset(to, 0, n * sizeof(*to));
	for (double at = 0; at * RATE < (double)n; at += 4 * quarter)
		play_bar(&b, at, quarter, root);
	for (size_t i = 0; i < n; i++)
		most = fmaxf(most, fabsf(to[i]));
	for (size_t i = 0; i < n; i++)
		to[i] *= 0.5f / most;
}
