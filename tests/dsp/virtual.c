/* SPDX-License-Identifier: MIT */
/* virtual - see virtual.h. */
#include "tests/dsp/virtual.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TAU   6.28318530717958647692
#define CHUNK 4096

const double virtual_noise[3] = { 0.02e-3, 0.5e-3, 5e-3 };
const double virtual_bar[3] = { 10e-6, 50e-6, 200e-6 };
const char *const virtual_name[3] = { "alsa", "usb", "loose" };

static const double tones[2] = { 250.0, 20.0 }; /* Hz, left and right */

double virtual_hours(double watched)
{
	const char *asked = getenv("FANFARE_HOURS");

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return asked ? atof(asked) : watched;
#elif defined(__has_feature)
	if (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
		return asked ? atof(asked) : watched;
#endif
	(void)watched;
	return asked ? atof(asked) : 1.0;
}

double random_next(struct random *r)
{
	r->state ^= r->state << 13;
	r->state ^= r->state >> 7;
	r->state ^= r->state << 17;
	return (double)(r->state >> 11) / 4503599627370496.0 - 1.0;
}

void judge_init(struct judge *j, double latency, double seconds)
{
	*j = (struct judge){ .latency = latency };
	j->room = (size_t)(seconds / VIRTUAL_WINDOW) + 4;
	j->late = calloc(j->room, sizeof(*j->late));
	j->loud = calloc(j->room, sizeof(*j->loud));
}

void judge_done(struct judge *j)
{
	free(j->late);
	free(j->loud);
}

/* The window is over: the fine tone says how late, the coarse one by which period. */
static void close_window(struct judge *j)
{
	double fine = -atan2(j->im[0], j->re[0]) / (TAU * tones[0]);
	double coarse = -atan2(j->im[1], j->re[1]) / (TAU * tones[1]);
	double period = 1.0 / tones[0];
	double loud = j->weight > 0.0 ? 2.0 * hypot(j->re[0], j->im[0]) / j->weight : 0.0;

	if (j->count < j->room) {
		j->loud[j->count] = (float)loud;
		j->late[j->count] = NAN;
		if (loud > 0.9)
			j->late[j->count] = fine + period * round((coarse - fine) / period);
		j->count++;
	}
	j->weight = 0.0;
	memset(j->re, 0, sizeof(j->re));
	memset(j->im, 0, sizeof(j->im));
	j->window++;
}

void judge_listen(struct judge *j, const float *stereo, uint32_t frames, double t, double step)
{
	double complex at[2], turn[2], hann, hann_turn;

	for (int c = 0; c < 2; c++) {
		at[c] = cexp(-I * TAU * (fmod(tones[c] * (t - j->latency), 1.0) - 0.25));
		turn[c] = cexp(-I * TAU * tones[c] * step);
	}
	hann = cexp(I * TAU * t / VIRTUAL_WINDOW);
	hann_turn = cexp(I * TAU * step / VIRTUAL_WINDOW);

	for (uint32_t i = 0; i < frames; i++) {
		double w;

		while (t + step * i >= VIRTUAL_WINDOW * (double)(j->window + 1))
			close_window(j);
		w = 0.5 - 0.5 * creal(hann);
		j->weight += w;
		for (int c = 0; c < 2; c++) {
			double x = w * (double)stereo[2 * i + (uint32_t)c];
			float jump = fabsf(stereo[2 * i + (uint32_t)c] - j->last[c]);

			j->re[c] += x * creal(at[c]);
			j->im[c] += x * cimag(at[c]);
			at[c] *= turn[c];
			j->steepest = jump > j->steepest ? jump : j->steepest;
			j->last[c] = stereo[2 * i + (uint32_t)c];
		}
		hann *= hann_turn;
	}
}

void tone_make(float *stereo, uint32_t frames, double t, double step)
{
	double complex at[2], turn[2];

	for (int c = 0; c < 2; c++) {
		at[c] = cexp(I * TAU * fmod(tones[c] * t, 1.0));
		turn[c] = cexp(I * TAU * tones[c] * step);
	}
	for (uint32_t i = 0; i < frames; i++) {
		for (uint32_t c = 0; c < 2; c++) {
			stereo[2 * i + c] = (float)cimag(at[c]);
			at[c] *= turn[c];
		}
	}
}

void crystal_init(struct crystal *c, double nominal, double ppm, double noise, uint64_t seed)
{
	*c = (struct crystal){
		.nominal = nominal,
		.ppm = ppm,
		.wander = 0.5,
		.noise = noise,
		.random = { 0x9e3779b97f4a7c15ull * (seed + 1) },
	};
	c->rate = nominal * (1.0 + ppm * 1e-6);
}

void crystal_tick(struct crystal *c)
{
	double ppm;

	c->position += c->rate * VIRTUAL_TICK;
	/* not summed up: in a day that would be off by 7 us */
	c->t = VIRTUAL_TICK * (double)++c->ticks;
	/* a slow swing, as of a heating, and a random walk */
	c->walk += 5e-4 * c->wander * random_next(&c->random);
	ppm = c->ppm + c->walk + c->wander * sin(TAU * c->t / (600.0 + fabs(c->ppm)) + c->ppm);
	c->rate = c->nominal * (1.0 + ppm * 1e-6);
}

/* What the device says about itself now. */
static double crystal_report(struct crystal *c)
{
	double off = c->bias + c->noise * random_next(&c->random);

	return c->position + off * c->nominal;
}

static uint64_t now_ns(const struct crystal *c)
{
	return VIRTUAL_T0 + (uint64_t)llround(c->t * 1e9);
}

void virtual_sink_init(struct virtual_sink *s, const struct edge_setup *setup, double ppm,
		       double noise, double seconds, uint64_t seed)
{
	memset(s, 0, sizeof(*s));
	crystal_init(&s->crystal, setup->device_rate, ppm, noise, seed);
	judge_init(&s->judge, 1e-9 * (double)setup->latency, seconds);
	s->edge = edge_out_new(setup, NULL);
	s->ahead = 0.04;
}

void virtual_sink_done(struct virtual_sink *s)
{
	edge_out_free(s->edge);
	judge_done(&s->judge);
}

/* Frames from..to of the device's buffer are heard, from..to having been pulled. */
static void play(struct virtual_sink *s, double t, double position, double rate)
{
	uint64_t end = (uint64_t)ceil(s->crystal.position);
	float out[2 * CHUNK];
	uint32_t n = 0;
	double first = t + ((double)s->played - position) / rate;

	for (; s->played < end; s->played++, n++) {
		bool there = s->played < edge_out_position(s->edge);

		for (uint32_t c = 0; c < 2; c++)
			out[2 * n + c] =
				there ? s->fifo[2 * (s->played % VIRTUAL_FIFO) + c] : 0.0f;
	}
	judge_listen(&s->judge, out, n, first, 1.0 / rate);
}

static void refill(struct virtual_sink *s)
{
	uint64_t target = s->played + (uint64_t)(s->ahead * s->crystal.nominal);
	float block[2 * CHUNK];

	while (edge_out_position(s->edge) < target) {
		uint64_t at = edge_out_position(s->edge);
		uint32_t n = target - at < CHUNK ? (uint32_t)(target - at) : CHUNK;

		edge_out_pull(s->edge, block, n);
		for (uint32_t i = 0; i < n; i++)
			memcpy(&s->fifo[2 * ((at + i) % VIRTUAL_FIFO)], &block[2 * i],
			       2 * sizeof(float));
	}
}

void virtual_sink_push(struct virtual_sink *s, uint64_t zone_frame, const float *stereo,
		       uint32_t frames)
{
	float block[2 * CHUNK];

	if (s->delay) {
		memcpy(block, stereo, 2 * sizeof(float) * frames);
		delay_apply(s->delay, block, frames);
		stereo = block;
	}
	edge_out_push(s->edge, zone_frame, stereo, frames);
}

void virtual_sink_tick(struct virtual_sink *s)
{
	double t = s->crystal.t, position = s->crystal.position, rate = s->crystal.rate;

	crystal_tick(&s->crystal);
	play(s, t, position, rate);
	if (s->stalled || s->off)
		return;
	if (!s->stuck)
		s->reported = crystal_report(&s->crystal);
	edge_out_report(s->edge, now_ns(&s->crystal), s->reported);
	refill(s);
}

void virtual_sink_restart(struct virtual_sink *s)
{
	/* the device's count of played frames goes on from what it was given */
	s->crystal.position = (double)edge_out_position(s->edge);
	s->played = edge_out_position(s->edge);
	edge_out_gap(s->edge);
	refill(s); /* it starts with a full buffer; of silence, for want of reports */
	/* the break in its sound was the device's own */
	s->judge.steepest = 0.0f;
	s->judge.last[0] = s->judge.last[1] = 0.0f;
}

void virtual_source_init(struct virtual_source *s, const struct edge_setup *setup, double ppm,
			 double noise, double seconds, uint64_t seed)
{
	memset(s, 0, sizeof(*s));
	crystal_init(&s->crystal, setup->device_rate, ppm, noise, seed);
	judge_init(&s->judge, 1e-9 * (double)setup->latency, seconds);
	s->edge = edge_in_new(setup, NULL);
	s->zone_rate = setup->zone_rate;
}

void virtual_source_done(struct virtual_source *s)
{
	edge_in_free(s->edge);
	judge_done(&s->judge);
}

/* What the device heard in the tick from t on, at its own times. */
static void capture(struct virtual_source *s, double t, double position, double rate)
{
	double seen = s->crystal.position - s->missed;
	uint64_t end = (uint64_t)ceil(seen);
	uint32_t n = (uint32_t)(end - s->captured);

	if (s->broken) {
		s->missed += s->crystal.position - position;
		return;
	}
	tone_make(&s->held[2 * s->holding], n,
		  t + ((double)s->captured + s->missed - position) / rate, 1.0 / rate);
	s->holding += n;
	s->captured = end;
}

void virtual_source_tick(struct virtual_source *s)
{
	double t = s->crystal.t, position = s->crystal.position, rate = s->crystal.rate;
	uint64_t due;
	float block[2 * CHUNK];
	uint32_t n;

	crystal_tick(&s->crystal);
	capture(s, t, position, rate);
	if (!s->stalled && !s->broken) {
		edge_in_report(s->edge, now_ns(&s->crystal),
			       crystal_report(&s->crystal) - s->missed);
		edge_in_push(s->edge, now_ns(&s->crystal), s->held, s->holding);
		s->holding = 0;
	}
	/* the zone's engine: the frames that fall due until now */
	due = (uint64_t)llround(s->crystal.t * s->zone_rate);
	n = (uint32_t)(due - s->zone);
	edge_in_pull(s->edge, s->zone, block, n);
	judge_listen(&s->judge, block, n, (double)s->zone / s->zone_rate, 1.0 / s->zone_rate);
	s->zone = due;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	if (isnan(x) || isnan(y))
		return isnan(x) - isnan(y);
	return (x > y) - (x < y);
}

double percentile(double *values, size_t n, double share)
{
	qsort(values, n, sizeof(*values), compare);
	while (n > 0 && isnan(values[n - 1]))
		n--;
	return n ? values[(size_t)(share * (double)(n - 1))] : NAN;
}

struct edge_setup virtual_setup(double device, uint32_t zone, enum drift_class class)
{
	return (struct edge_setup){
		.device_rate = device,
		.zone_rate = zone,
		.t0 = VIRTUAL_T0,
		.latency = 100000000,
		.class = class,
	};
}

uint32_t virtual_zone_block(uint64_t tick, uint32_t rate, uint64_t *first, float *block)
{
	uint64_t from = (uint64_t)llround((double)tick * VIRTUAL_TICK * rate);
	uint64_t to = (uint64_t)llround((double)(tick + 1) * VIRTUAL_TICK * rate);

	*first = from;
	tone_make(block, (uint32_t)(to - from), (double)from / rate, 1.0 / rate);
	return (uint32_t)(to - from);
}

void virtual_run(struct virtual_sink *s, size_t n, uint32_t rate, double from, double to)
{
	uint64_t end = (uint64_t)llround(to / VIRTUAL_TICK);
	float block[2 * 1024];

	for (uint64_t k = (uint64_t)llround(from / VIRTUAL_TICK); k < end; k++) {
		uint64_t first;
		uint32_t frames = virtual_zone_block(k, rate, &first, block);

		for (size_t i = 0; i < n; i++) {
			virtual_sink_push(&s[i], first, block, frames);
			virtual_sink_tick(&s[i]);
		}
	}
}

size_t judge_silent(const struct judge *j, double from, double to)
{
	size_t n = 0;

	for (size_t w = (size_t)(from * 10); w < (size_t)(to * 10) && w < j->count; w++)
		n += isnan(j->late[w]) ? 1 : 0;
	return n;
}

double judge_worst(const struct judge *j, double from, double to)
{
	double max = 0.0;

	for (size_t w = (size_t)(from * 10); w < (size_t)(to * 10) && w < j->count; w++)
		if (!isnan(j->late[w]) && fabs(j->late[w]) > max)
			max = fabs(j->late[w]);
	return max;
}
