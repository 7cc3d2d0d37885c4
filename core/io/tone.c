/* SPDX-License-Identifier: MIT */
/* tone - see tone.h. */
#include "core/io/tone.h"

#include <math.h>
#include <string.h>

#define TAU 6.283185307179586

/* ---- the tune ---------------------------------------------------------------------------- */

/*
 * A rocking eight-bar tune in D major over plucked chords, in sixteenths of
 * 0.15 s. Each note is three partials that die away, like a kalimba's.
 */
#define SIXTEENTHS 128u /* of the loop */
#define RING_FOR   14u	/* sixteenths after which a note is taken as silent */
#define CHUNK	   64u	/* frames between exact oscillator positions */

struct note {
	uint8_t at;   /* sixteenths */
	uint8_t key;  /* MIDI */
	uint8_t loud; /* 1..10 */
};

static const struct note tune[] = {
	/* bass */
	{ 0, 38, 7 },
	{ 16, 35, 7 },
	{ 32, 43, 7 },
	{ 48, 45, 7 },
	{ 64, 38, 7 },
	{ 80, 42, 6 },
	{ 96, 40, 7 },
	{ 104, 45, 7 },
	{ 112, 38, 8 },
	{ 10, 45, 4 },
	{ 26, 42, 4 },
	{ 42, 50, 4 },
	{ 58, 52, 4 },
	{ 74, 45, 4 },
	{ 90, 49, 4 },
	{ 122, 45, 4 },
	/* chords, broken */
	{ 2, 57, 3 },
	{ 4, 62, 3 },
	{ 6, 66, 3 },
	{ 12, 62, 3 },
	{ 18, 54, 3 },
	{ 20, 59, 3 },
	{ 22, 62, 3 },
	{ 28, 59, 3 },
	{ 34, 55, 3 },
	{ 36, 59, 3 },
	{ 38, 62, 3 },
	{ 44, 59, 3 },
	{ 50, 57, 3 },
	{ 52, 61, 3 },
	{ 54, 64, 3 },
	{ 60, 61, 3 },
	{ 66, 57, 3 },
	{ 68, 62, 3 },
	{ 70, 66, 3 },
	{ 76, 62, 3 },
	{ 82, 54, 3 },
	{ 84, 57, 3 },
	{ 86, 61, 3 },
	{ 92, 57, 3 },
	{ 98, 55, 3 },
	{ 100, 59, 3 },
	{ 102, 64, 3 },
	{ 108, 61, 3 },
	{ 114, 57, 3 },
	{ 116, 62, 3 },
	{ 118, 66, 3 },
	{ 124, 69, 2 },
	/* melody */
	{ 0, 74, 8 },
	{ 6, 76, 6 },
	{ 8, 78, 8 },
	{ 14, 76, 5 },
	{ 16, 74, 7 },
	{ 22, 71, 6 },
	{ 24, 69, 8 },
	{ 32, 71, 8 },
	{ 36, 74, 6 },
	{ 40, 79, 8 },
	{ 44, 78, 6 },
	{ 48, 76, 8 },
	{ 56, 73, 6 },
	{ 60, 76, 6 },
	{ 64, 78, 8 },
	{ 70, 79, 6 },
	{ 72, 81, 9 },
	{ 78, 78, 6 },
	{ 80, 76, 7 },
	{ 84, 73, 6 },
	{ 88, 69, 7 },
	{ 96, 71, 7 },
	{ 100, 73, 6 },
	{ 102, 74, 6 },
	{ 104, 76, 8 },
	{ 108, 73, 6 },
	{ 112, 74, 9 },
	{ 120, 69, 5 },
	{ 124, 66, 4 },
};

/* How a note's partials sound: multiple, level, and seconds to fall by 8.7 dB. */
static const struct {
	double multiple;
	float level, decay;
} partials[] = { { 1.0, 1.0f, 0.50f }, { 2.0, 0.30f, 0.28f }, { 4.0, 0.12f, 0.10f } };

static uint64_t sixteenth(uint32_t n, uint32_t rate)
{
	return (uint64_t)n * rate * 15 / 100;
}

/* One partial over one chunk, by turning a pointer: an exact start, then products only. */
static void add_partial(float *out, double hz, double level, double decay, double t,
			uint32_t rate, uint32_t frames)
{
	double turn = TAU * hz / rate, phase = TAU * fmod(hz * t, 1.0);
	double fall = exp(-1.0 / (decay * rate));
	double re = cos(phase), im = sin(phase), c = cos(turn) * fall, d = sin(turn) * fall;
	double a = level * exp(-t / decay);

	re *= a;
	im *= a;
	for (uint32_t i = 0; i < frames; i++) {
		double r = re * c - im * d;

		out[i] += (float)im;
		im = re * d + im * c;
		re = r;
	}
}

/* The note's frames from number from (since it was struck) on, faded in and out. */
static void add_note(float *left, float *right, const struct note *n, uint64_t from,
		     uint64_t life, double pan, uint32_t rate)
{
	double hz = 440.0 * exp2((n->key - 69) / 12.0), t = (double)from / rate;
	double attack = 0.004 * rate, out = 0.05 * rate;
	float mono[CHUNK] = { 0 };
	float gl = (float)cos(pan * TAU / 4), gr = (float)sin(pan * TAU / 4);

	for (size_t p = 0; p < sizeof(partials) / sizeof(partials[0]); p++)
		if (hz * partials[p].multiple < 0.45 * rate)
			add_partial(mono, hz * partials[p].multiple,
				    0.022 * n->loud * (double)partials[p].level,
				    (double)partials[p].decay, t, rate, CHUNK);

	for (uint32_t i = 0; i < CHUNK && from + i < life; i++) {
		double age = (double)(from + i), rest = (double)(life - from - i);
		float env = 1;

		if (age < attack)
			env = (float)(0.5 - 0.5 * cos(TAU / 2 * age / attack));
		if (rest < out)
			env *= (float)(rest / out);
		left[i] += mono[i] * env * gl;
		right[i] += mono[i] * env * gr;
	}
}

/* A whole chunk: frames [at, at + CHUNK), at a multiple of CHUNK. */
static void tune_chunk(uint32_t rate, uint64_t at, float *left, float *right)
{
	uint64_t loop = sixteenth(SIXTEENTHS, rate), life = sixteenth(RING_FOR, rate);

	memset(left, 0, CHUNK * sizeof(*left));
	memset(right, 0, CHUNK * sizeof(*right));
	for (size_t i = 0; i < sizeof(tune) / sizeof(tune[0]); i++) {
		const struct note *n = &tune[i];
		uint64_t struck = sixteenth(n->at, rate);
		/* its place within the loop, and the end of the loop before */
		uint64_t age = (at + loop - struck) % loop;
		/* low notes stay in the middle, high ones go from side to side */
		double side = n->key < 54 ? 0.1 : 0.35;
		double pan = 0.5 + side * sin(TAU * n->at / 32.0 + n->key);

		if (age < life) {
			add_note(left, right, n, age, life, pan, rate);
		} else if (age + CHUNK > loop) { /* struck within this chunk */
			uint32_t skip = (uint32_t)(loop - age);
			float l[CHUNK] = { 0 }, r[CHUNK] = { 0 };

			add_note(l, r, n, 0, life, pan, rate);
			for (uint32_t k = skip; k < CHUNK; k++) {
				left[k] += l[k - skip];
				right[k] += r[k - skip];
			}
		}
	}
}

static void render_tune(uint32_t rate, uint64_t at, float *out, uint32_t frames)
{
	float left[CHUNK], right[CHUNK];

	while (frames) {
		uint32_t skip = (uint32_t)(at % CHUNK);
		uint32_t n = CHUNK - skip < frames ? CHUNK - skip : frames;

		tune_chunk(rate, at - skip, left, right);
		for (uint32_t i = 0; i < n; i++) {
			*out++ = left[skip + i];
			*out++ = right[skip + i];
		}
		at += n;
		frames -= n;
	}
}

/* ---- the others -------------------------------------------------------------------------- */

/* The second derivative of a bell: one clear peak, no energy at 0 Hz, little beyond 6 kHz. */
static float click(double seconds)
{
	double x = TAU / 2 * 2000.0 * seconds, x2 = x * x;

	return x2 > 40.0 ? 0.0f : (float)(0.5 * (1 - 2 * x2) * exp(-x2));
}

static void render_clicks(uint32_t rate, uint64_t at, float *out, uint32_t frames)
{
	for (uint32_t i = 0; i < frames; i++) {
		uint32_t p = (uint32_t)((at + i) % rate);
		uint32_t away = p < rate - p ? p : rate - p;

		out[2 * i] = out[2 * i + 1] = click((double)away / rate);
	}
}

#define OCTAVES 16u

/* White noise, -1..1, a function of its number: each bit of n turns over half of the result. */
static float noise(uint64_t n)
{
	n += 0x9e3779b97f4a7c15u;
	n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9u;
	n = (n ^ (n >> 27)) * 0x94d049bb133111ebu;
	return (float)(int32_t)(uint32_t)((n ^ (n >> 31)) >> 32) * 0x1p-31f;
}

/* Row k holds a value for 2^k frames; they change at different times so as not to tick. */
static float row(uint64_t frame, uint32_t k, uint32_t channel)
{
	uint64_t turn = (frame + (0x5bd1u >> (OCTAVES - k))) >> k;

	return noise(turn << 8 | k << 1 | channel);
}

/* Noise rows of one octave each add up to equal power in each (after Voss). */
static void render_pink(uint64_t at, float *out, uint32_t frames)
{
	const float scale = 0.1f / 2.3094f; /* 16 rows of variance 1/3, to 0.1 RMS */

	for (uint32_t c = 0; c < 2; c++) {
		float rows[OCTAVES], sum;

		for (uint32_t k = 0; k < OCTAVES; k++)
			rows[k] = row(at, k, c);
		for (uint32_t i = 0; i < frames; i++) {
			sum = 0;
			for (uint32_t k = 0; k < OCTAVES; k++) {
				uint64_t moved = at + i + (0x5bd1u >> (OCTAVES - k));

				if ((moved & ((1u << k) - 1)) == 0)
					rows[k] = row(at + i, k, c);
				sum += rows[k];
			}
			out[2 * i + c] = sum * scale;
		}
	}
}

#define SWEEP_FROM 150.0
#define SWEEP_TO   16000.0
#define SWEEP_S	   4u
#define SWEEP_GAP  1u /* s */

static void render_sweep(uint32_t rate, uint64_t at, float *out, uint32_t frames)
{
	/* a low rate ends below its half, at the same speed through the octaves */
	double k = log(SWEEP_TO / SWEEP_FROM) / SWEEP_S;
	double top = 0.45 * rate < SWEEP_TO ? 0.45 * rate : SWEEP_TO;
	double length = log(top / SWEEP_FROM) / k, fade = 0.01;

	for (uint32_t i = 0; i < frames; i++) {
		double t = (double)((at + i) % ((SWEEP_S + SWEEP_GAP) * (uint64_t)rate)) / rate;
		double rest = length - t, v = 0;

		if (rest > 0)
			v = 0.25 * sin(TAU * SWEEP_FROM / k * (exp(k * t) - 1));
		if (t < fade)
			v *= 0.5 - 0.5 * cos(TAU / 2 * t / fade);
		if (rest > 0 && rest < fade)
			v *= 0.5 - 0.5 * cos(TAU / 2 * rest / fade);
		out[2 * i] = out[2 * i + 1] = (float)v;
	}
}

void tone_render(enum source_tone tone, uint32_t rate, uint64_t at, float *out, uint32_t frames)
{
	switch (tone) {
	case SOURCE_TUNE:
		render_tune(rate, at, out, frames);
		return;
	case SOURCE_CLICKS:
		render_clicks(rate, at, out, frames);
		return;
	case SOURCE_PINK:
		render_pink(at, out, frames);
		return;
	case SOURCE_SWEEP:
		render_sweep(rate, at, out, frames);
		return;
	case SOURCE_SILENCE:
		memset(out, 0, 2 * sizeof(*out) * frames);
		return;
	}
}
