/* SPDX-License-Identifier: MIT */
/* room - see room.h. */
#include "tests/align/room.h"

#include <kissfft/kiss_fftr.h>
#include <math.h>
#include <sbc/sbc.h>
#include <stdlib.h>
#include <string.h>

#define TAU	  6.283185307179586
#define SOUND	  343.0	 /* m/s */
#define PLAYED	  44100u /* Hz, at the speakers */
#define EARLY	  0.06	 /* s of single reflections; then the tail */
#define LEAD	  2048	 /* frames of silence around the sweep as it is played */
#define DRY	  (LEAD + PLAYED / 2 + LEAD)
#define SBC_DELAY 73 /* frames, of its filters with 8 bands: 10 * 8 - 7 */

/* ---- chance ------------------------------------------------------------------------------ */

static uint32_t next_random(struct room *r)
{
	r->random = r->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(r->random >> 33);
}

double room_random(struct room *r, double from, double to)
{
	return from + (to - from) * next_random(r) / 2147483648.0;
}

/* Nearly normal, of variance 1. */
static double normal(struct room *r)
{
	double sum = 0;

	for (int i = 0; i < 4; i++)
		sum += room_random(r, -1, 1);
	return sum * 0.8660254;
}

static double distance(const double *a, const double *b)
{
	return hypot(hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
}

static bool chance(struct room *r, double share)
{
	return room_random(r, 0, 1) < share;
}

/* ---- drawing it -------------------------------------------------------------------------- */

static void draw_place(struct room *r, double *place)
{
	do {
		for (int i = 0; i < 3; i++)
			place[i] = room_random(r, 0.3, r->size[i] - 0.3);
	} while (distance(place, r->mic) < 0.8 || distance(place, r->mic) > 5);
}

static void draw_speaker(struct room *r, struct room_speaker *s)
{
	bool blocked;

	*s = (struct room_speaker){ .latency = room_random(r, 0.08, 0.3) };
	draw_place(r, s->place);
	s->truth = s->latency + distance(s->place, r->mic) / SOUND;
	s->ppm = room_random(r, -30, 30);
	blocked = chance(r, 0.2);
	s->blocked_db = room_random(r, 3, 18) * blocked;
	s->blocked_hz = room_random(r, 1000, 6000);
	s->crossover = room_random(r, 1500, 4000) * chance(r, 0.7);
	s->low = room_random(r, 70, 250);
	s->high = room_random(r, 13000, 19000);
	s->gain = pow(10, room_random(r, -6, 6) / 20);
	s->lost = room_random(r, 0, 0.03) * chance(r, 0.6);
	s->sbc = chance(r, 0.8);
}

void room_draw(struct room *r, uint64_t seed, uint32_t speakers)
{
	static const uint32_t rates[] = { 44100, 48000, 48000, 32000 };
	double volume, wall, absorbed;

	/* neighbouring seeds are to have nothing in common */
	seed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9u + 0x9e3779b97f4a7c15u;
	*r = (struct room){ .random = (seed ^ seed >> 27) * 0x94d049bb133111ebu };
	for (int i = 0; i < 8; i++)
		next_random(r);
	r->size[0] = room_random(r, 3, 7);
	r->size[1] = room_random(r, 3, 6);
	r->size[2] = room_random(r, 2.3, 3);
	for (int i = 0; i < 3; i++)
		r->mic[i] = room_random(r, 0.5, r->size[i] - 0.5);
	r->rt60 = room_random(r, 0.2, 0.6);
	volume = r->size[0] * r->size[1] * r->size[2];
	wall = 2 *
	       (r->size[0] * r->size[1] + r->size[1] * r->size[2] + r->size[2] * r->size[0]);
	absorbed = 1 - exp(-0.161 * volume / (wall * r->rt60));
	r->reflect = sqrt(1 - absorbed);
	r->snr_db = room_random(r, -10, 30);
	r->mic_ppm = room_random(r, -100, 100);
	r->mic_rate = rates[next_random(r) % 4];
	r->run.speakers = speakers ? speakers : 2 + next_random(r) % 4;
	r->run.slot = SWEEP_SLOT_S;
	r->run.top = sweep_top(PLAYED, r->mic_rate);
	r->run.level = SWEEP_LEVEL;
	for (uint32_t i = 0; i < r->run.speakers; i++)
		draw_speaker(r, &r->speaker[i]);
}

/* ---- from a speaker to the microphone ---------------------------------------------------- */

#define TAPS   32
#define PHASES 512

/* A sinc under a cosine window, its middle between taps 15 and 16. */
static const float *sinc_row(double fraction)
{
	static float table[PHASES + 1][TAPS];
	static bool made;

	for (int p = 0; !made && p <= PHASES; p++) {
		for (int k = 0; k < TAPS; k++) {
			double x = k - (TAPS / 2 - 1) - (double)p / PHASES;
			double w = 0.5 + 0.5 * cos(TAU * x / (TAPS + 2));

			table[p][k] =
				(float)(fabs(x) < 1e-9 ? 1
						       : w * sin(TAU / 2 * x) / (TAU / 2 * x));
		}
	}
	made = true;
	return table[(int)(fraction * PHASES + 0.5)];
}

/* An impulse of that size at a time between frames. */
static void add_impulse(float *to, size_t n, double at, double size)
{
	double whole = floor(at);
	const float *row = sinc_row(at - whole);
	long first = (long)whole - (TAPS / 2 - 1);

	for (long k = 0; k < TAPS; k++)
		if (first + k >= 0 && first + k < (long)n)
			to[first + k] += (float)size * row[k];
}

struct biquad {
	double b[3], a[2];
};

static void filter(float *x, size_t n, const struct biquad *q)
{
	double s1 = 0, s2 = 0;

	for (size_t i = 0; i < n; i++) {
		double in = (double)x[i], out = q->b[0] * in + s1;

		s1 = q->b[1] * in - q->a[0] * out + s2;
		s2 = q->b[2] * in - q->a[1] * out;
		x[i] = (float)out;
	}
}

enum shape { LOW_PASS, HIGH_PASS, ALL_PASS };

static struct biquad biquad(enum shape shape, double hz, double rate)
{
	double w = TAU * fmin(hz, 0.45 * rate) / rate, c = cos(w), al = sin(w) / M_SQRT2;
	double norm = 1 + al;
	struct biquad q = { .a = { -2 * c / norm, (1 - al) / norm } };

	switch (shape) {
	case LOW_PASS:
		q.b[0] = q.b[2] = (1 - c) / 2 / norm;
		q.b[1] = (1 - c) / norm;
		break;
	case HIGH_PASS:
		q.b[0] = q.b[2] = (1 + c) / 2 / norm;
		q.b[1] = -(1 + c) / norm;
		break;
	case ALL_PASS:
		q.b[0] = q.a[1];
		q.b[1] = q.a[0];
		q.b[2] = 1;
		break;
	}
	return q;
}

/* The straight way, less what stands in it. */
static void add_straight(const struct room *r, const struct room_speaker *s, float *to,
			 size_t n)
{
	double way = distance(s->place, r->mic), rate = r->mic_rate;
	float here[4096] = { 0 };
	size_t first = (size_t)(way / SOUND * rate);
	double keep = 1 - exp(-TAU * s->blocked_hz / rate), state = 0;

	add_impulse(here, 4096, way / SOUND * rate - (double)first + TAPS, 1 / way);
	for (size_t i = 0; i < 4096 && s->blocked_db > 0; i++) {
		state += keep * ((double)here[i] - state);
		here[i] = (float)(state * pow(10, -s->blocked_db / 20));
	}
	for (size_t i = 0; i < 4096; i++)
		if (first + i >= TAPS && first + i - TAPS < n)
			to[first + i - TAPS] += here[i];
}

/* The images of the speaker in all walls, up to EARLY after the straight way. */
static void add_images(const struct room *r, const struct room_speaker *s, float *to, size_t n)
{
	double reach = distance(s->place, r->mic) + EARLY * SOUND;
	int most[3];

	for (int d = 0; d < 3; d++)
		most[d] = (int)(reach / (2 * r->size[d])) + 1;
	for (int i = 0; i < 8 * (2 * most[0] + 1) * (2 * most[1] + 1) * (2 * most[2] + 1);
	     i++) {
		int rest = i / 8, bounces = 0;
		double image[3], way;

		for (int d = 0; d < 3; d++) {
			int side = i >> d & 1, box = rest % (2 * most[d] + 1) - most[d];

			rest /= 2 * most[d] + 1;
			image[d] = 2 * box * r->size[d] + (side ? -1 : 1) * s->place[d];
			bounces += abs(2 * box - side);
		}
		way = distance(image, r->mic);
		if (bounces > 0 && way < reach)
			add_impulse(to, n, way / SOUND * r->mic_rate,
				    pow(r->reflect, bounces) / way);
	}
}

static void add_tail(struct room *r, const struct room_speaker *s, float *to, size_t n)
{
	double volume = r->size[0] * r->size[1] * r->size[2], rate = r->mic_rate;
	size_t from = (size_t)((distance(s->place, r->mic) / SOUND + EARLY) * rate);
	double power = 4 * M_PI * SOUND / volume / rate;

	for (size_t i = from; i < n; i++)
		to[i] += (float)(sqrt(power * exp(-13.8 * (double)i / rate / r->rt60)) *
				 normal(r));
}

void room_response(struct room *r, uint32_t speaker, float *to, size_t n)
{
	const struct room_speaker *s = &r->speaker[speaker];
	double rate = r->mic_rate;
	struct biquad q;

	memset(to, 0, n * sizeof(*to));
	add_straight(r, s, to, n);
	add_images(r, s, to, n);
	add_tail(r, s, to, n);
	if (s->crossover >
	    0) { /* two ways of the fourth order add up to all there is, turned */
		q = biquad(ALL_PASS, s->crossover, rate);
		filter(to, n, &q);
	}
	q = biquad(HIGH_PASS, s->low, rate);
	filter(to, n, &q);
	q = biquad(LOW_PASS, s->high, rate);
	filter(to, n, &q);
}

/* ---- what is played ---------------------------------------------------------------------- */

/* Through libsbc and back, in place, n frames; its delay is taken out. */
static void through_sbc(float *x, size_t n)
{
	sbc_t in, out;
	int16_t pcm[128];
	uint8_t packed[1024];
	size_t done = 0;

	sbc_init(&in, 0);
	sbc_init(&out, 0);
	in.frequency = SBC_FREQ_44100;
	in.blocks = SBC_BLK_16;
	in.subbands = SBC_SB_8;
	in.mode = SBC_MODE_MONO;
	in.allocation = SBC_AM_LOUDNESS;
	in.bitpool = 31;
	in.endian = SBC_LE;
	for (size_t at = 0; at + 128 <= n; at += 128) {
		ssize_t written = 0;
		size_t decoded = 0;

		for (int i = 0; i < 128; i++)
			pcm[i] = (int16_t)lrintf(x[at + (size_t)i] * 32767);
		sbc_encode(&in, pcm, sizeof(pcm), packed, sizeof(packed), &written);
		sbc_decode(&out, packed, (size_t)written, pcm, sizeof(pcm), &decoded);
		for (size_t i = 0; i < decoded / 2; i++, done++)
			if (done >= SBC_DELAY)
				x[done - SBC_DELAY] = (float)pcm[i] / 32767;
	}
	sbc_finish(&in);
	sbc_finish(&out);
}

/* DRY frames, the sweep beginning at LEAD. */
static void make_dry(const struct room *r, const struct room_speaker *s, float *dry)
{
	for (size_t i = 0; i < DRY; i++)
		dry[i] =
			r->run.level * (float)sweep_at(((double)i - LEAD) / PLAYED, r->run.top);
	if (s->sbc)
		through_sbc(dry, DRY);
}

static void lose(struct room *r, const struct room_speaker *s, float *dry, size_t frames)
{
	for (size_t at = 0; at < frames; at += PLAYED / 100)
		if (chance(r, s->lost))
			for (size_t i = at; i < at + PLAYED / 100 && i < frames; i++)
				dry[i] = 0;
}

/*
 * By the speaker's clock and the microphone's: n frames of the microphone's, frame
 * lead of the dry ones sounding begin frames after the first.
 */
static void play(const struct room *r, const struct room_speaker *s, const float *dry,
		 size_t frames, size_t lead, double begin, float *to, size_t n)
{
	double step = PLAYED * (1 + s->ppm * 1e-6) / (r->mic_rate * (1 + r->mic_ppm * 1e-6));

	for (size_t i = 0; i < n; i++) {
		double at = (double)lead + ((double)i - begin) * step, whole = floor(at),
		       sum = 0;
		const float *row = sinc_row(at - whole);
		long first = (long)whole - (TAPS / 2 - 1);

		if (first < 0 || first + TAPS > (long)frames)
			continue;
		for (int k = 0; k < TAPS; k++)
			sum += (double)(row[k] * dry[first + k]);
		to[i] = (float)(sum * s->gain);
	}
}

/* ---- all together ------------------------------------------------------------------------ */

struct workshop {
	size_t n, half;
	kiss_fftr_cfg forward, inverse;
	float *a;
	kiss_fft_cpx *room, *sound;
};

static void open_workshop(struct workshop *w, size_t n)
{
	w->n = (size_t)kiss_fftr_next_fast_size_real((int)n);
	w->half = w->n / 2 + 1;
	w->forward = kiss_fftr_alloc((int)w->n, 0, NULL, NULL);
	w->inverse = kiss_fftr_alloc((int)w->n, 1, NULL, NULL);
	w->a = calloc(w->n, sizeof(*w->a));
	w->room = calloc(w->half, sizeof(*w->room));
	w->sound = calloc(w->half, sizeof(*w->sound));
}

static void close_workshop(struct workshop *w)
{
	kiss_fftr_free(w->forward);
	kiss_fftr_free(w->inverse);
	free(w->a);
	free(w->room);
	free(w->sound);
}

/* Add w->a, heard in the room, to the recording from frame at on. */
static void hear(struct workshop *w, float *record, size_t frames, size_t at)
{
	kiss_fftr(w->forward, w->a, w->sound);
	for (size_t k = 0; k < w->half; k++) {
		kiss_fft_cpx x = w->sound[k], y = w->room[k];

		w->sound[k].r = x.r * y.r - x.i * y.i;
		w->sound[k].i = x.r * y.i + x.i * y.r;
	}
	kiss_fftri(w->inverse, w->sound, w->a);
	for (size_t i = 0; i < w->n && at + i < frames; i++)
		record[at + i] += w->a[i] / (float)w->n;
}

static void add_slot(struct room *r, struct workshop *w, uint32_t i, uint32_t slot,
		     const float *dry, float *record, size_t frames)
{
	const struct room_speaker *s = &r->speaker[i];
	double middle = (sweep_slot_at(&r->run, 0) +
			 sweep_slot_at(&r->run, sweep_slots(r->run.speakers) - 1)) /
			2;
	double t = sweep_slot_at(&r->run, slot), rate = r->mic_rate * (1 + r->mic_ppm * 1e-6);
	/* a clock that is ahead plays earlier and earlier; in the middle it is as it says */
	double begin = (t + s->latency - s->ppm * 1e-6 * (t - middle)) * rate - TAPS;
	size_t at = (size_t)begin;
	float *heard = calloc(DRY, sizeof(*heard));

	memcpy(heard, dry, DRY * sizeof(*heard));
	lose(r, s, heard, DRY);
	memset(w->a, 0, w->n * sizeof(*w->a));
	play(r, s, heard, DRY, LEAD, begin - (double)at + TAPS, w->a, (size_t)(0.52 * rate));
	hear(w, record, frames, at);
	free(heard);
}

/* So far (dB) under the mean power of sounding frames. */
static void add_noise(struct room *r, double under_db, double sounding, float *record,
		      size_t frames)
{
	double power = 0, pink = 0, rms, share = room_random(r, 0, 1);

	for (size_t i = 0; i < frames; i++)
		power += (double)(record[i] * record[i]);
	rms = sqrt(power / sounding) * pow(10, -under_db / 20);
	for (size_t i = 0; i < frames; i++) {
		pink += 0.06 * (normal(r) - pink); /* of a fan, or the street */
		record[i] +=
			(float)(rms * (sqrt(share) * normal(r) + sqrt(1 - share) * 5.6 * pink));
	}
}

static void leave_headroom(float *record, size_t frames)
{
	float most = 0;

	for (size_t i = 0; i < frames; i++)
		most = fmaxf(most, fabsf(record[i]));
	for (size_t i = 0; i < frames && most > 0; i++)
		record[i] *= 0.5f / most;
}

float *room_record(struct room *r, size_t *ret_frames)
{
	size_t frames = (size_t)((sweep_length(&r->run) + 1) * r->mic_rate);
	size_t tail = (size_t)((0.1 + r->rt60 * 0.8) * r->mic_rate);
	float *record = calloc(frames, sizeof(*record)), *dry = calloc(DRY, sizeof(*dry));
	struct workshop w;

	open_workshop(&w, tail + (size_t)(0.52 * r->mic_rate) + TAPS);
	for (uint32_t i = 0; i < r->run.speakers; i++) {
		const struct room_speaker *s = &r->speaker[i];

		memset(w.a, 0, w.n * sizeof(*w.a));
		room_response(r, i, w.a, tail);
		kiss_fftr(w.forward, w.a, w.room);
		make_dry(r, s, dry);
		add_slot(r, &w, i, i, dry, record, frames);
		add_slot(r, &w, i, sweep_slots(r->run.speakers) - 1 - i, dry, record, frames);
	}
	add_noise(r, r->snr_db, sweep_slots(r->run.speakers) * SWEEP_S * r->mic_rate, record,
		  frames);
	leave_headroom(record, frames);
	close_workshop(&w);
	free(dry);
	*ret_frames = frames;
	return record;
}

void room_hear(struct room *r, uint32_t i, const float *sent, size_t n, float *record,
	       size_t frames)
{
	const struct room_speaker *s = &r->speaker[i];
	double rate = r->mic_rate * (1 + r->mic_ppm * 1e-6), half = 0.5 * (double)n / PLAYED;
	double begin = (ROOM_LEAD + s->latency + s->ppm * 1e-6 * half) * rate;
	size_t tail = (size_t)((0.1 + r->rt60 * 0.8) * r->mic_rate);
	float *dry = calloc(n, sizeof(*dry));
	struct workshop w;

	open_workshop(&w, frames + tail);
	room_response(r, i, w.a, tail);
	memset(w.a + tail, 0, (w.n - tail) * sizeof(*w.a));
	kiss_fftr(w.forward, w.a, w.room);
	memcpy(dry, sent, n * sizeof(*dry));
	if (s->sbc)
		through_sbc(dry, n);
	lose(r, s, dry, n);
	memset(w.a, 0, w.n * sizeof(*w.a));
	play(r, s, dry, n, 0, begin, w.a, frames);
	hear(&w, record, frames, 0);
	close_workshop(&w);
	free(dry);
}

void room_noise(struct room *r, double under_db, float *record, size_t frames)
{
	add_noise(r, under_db, (double)frames, record, frames);
	leave_headroom(record, frames);
}
