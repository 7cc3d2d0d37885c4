/* SPDX-License-Identifier: MIT */
/*
 * delay - see delay.h.
 *
 * The line is a ring, left and right apart, with its first taps repeated after
 * its end, so that the sinc reads on without wrapping. Only as much of the
 * memory is gone round in as the delay needs: 32 outputs of which each may be
 * delayed by 2 s must not cost 2 s of memory each. The ring grows at its end,
 * where the frames before it lie in order anyway.
 */
#include "core/dsp/delay.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/dsp/kernel.h"

#define PI     3.14159265358979323846
#define HALF   DELAY_SINC_HALF
#define TAPS   (2 * HALF)
#define PHASES 256
#define CUTOFF 0.96
#define BETA   10.0
#define CHUNK  1024	      /* frames worked on at a time */
#define SPARE  (CHUNK + TAPS) /* frames the ring has beyond the delay */
#define GRAIN  16384	      /* frames; the ring's length is a multiple, if it can be */

#define SLEW   500e-6 /* frames per frame */
#define SLEW_S 1e-3   /* the longest change that is slewed */
#define FADE_S 20e-3  /* of the crossfade for all others */

enum move { STEADY, SLEWING, FADING };

struct delay {
	struct resample_table *sinc;
	float *left, *right; /* size + TAPS frames each */
	uint32_t size;	     /* frames there is memory for */
	uint32_t lap;	     /* frames the ring has now, up to size */
	uint32_t held;	     /* frames before at that are the sound's, up to lap */
	uint32_t at;	     /* where the next frame goes, 0..lap */
	uint32_t max;	     /* frames, the longest delay */
	bool fresh;	     /* nothing has flowed yet */
	enum move move;
	uint32_t now;	 /* frames; the delay, the start of a slew or fade */
	uint32_t next;	 /* frames; where the present move ends */
	uint32_t wish;	 /* frames; what was asked for last */
	uint32_t rate;	 /* Hz */
	double slewed;	 /* frames; the delay while slewing */
	uint32_t faded;	 /* frames of the fade that are done */
	uint32_t fading; /* frames the fade takes */
};

struct delay *delay_new(uint32_t max_frames)
{
	struct delay *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->max = max_frames;
	d->size = max_frames + SPARE;
	d->sinc = kernel_new(TAPS, PHASES, CUTOFF, BETA);
	d->left = calloc(2 * ((size_t)d->size + TAPS), sizeof(float));
	if (!d->sinc || !d->left) {
		delay_free(d);
		return NULL;
	}
	d->right = d->left + d->size + TAPS;
	delay_reset(d);
	return d;
}

void delay_free(struct delay *d)
{
	if (!d)
		return;
	free(d->left);
	free(d->sinc);
	free(d);
}

/* How long the ring must be for a delay of frames. */
static uint32_t lap_for(const struct delay *d, uint32_t frames)
{
	uint32_t lap = (frames + SPARE + GRAIN - 1) / GRAIN * GRAIN;

	return lap < d->size ? lap : d->size;
}

/* Nothing but silence, in a ring that is long enough for the wish. */
static void empty(struct delay *d)
{
	d->lap = d->held = lap_for(d, d->wish);
	d->at = 0;
	memset(d->left, 0, ((size_t)d->lap + TAPS) * sizeof(float));
	memset(d->right, 0, ((size_t)d->lap + TAPS) * sizeof(float));
}

void delay_jump(struct delay *d, uint32_t frames)
{
	d->now = d->next = d->wish = frames < d->max ? frames : d->max;
	d->move = STEADY;
	if (d->wish + SPARE > d->held)
		empty(d);
}

void delay_reset(struct delay *d)
{
	d->fresh = true;
	d->now = d->next = d->wish;
	d->move = STEADY;
	empty(d);
}

/*
 * Begin the way from a whole delay to the wish, unless it reaches back beyond
 * what the ring holds yet: then it is tried again while the ring grows.
 */
static void begin_move(struct delay *d)
{
	uint32_t way = d->wish > d->now ? d->wish - d->now : d->now - d->wish;

	if (way == 0 || d->wish + SPARE > d->held)
		return;
	d->next = d->wish;
	if (d->now >= HALF && d->next >= HALF && way <= (uint32_t)(SLEW_S * d->rate)) {
		d->move = SLEWING;
		d->slewed = d->now;
	} else {
		d->move = FADING;
		d->faded = 0;
		d->fading = (uint32_t)(FADE_S * d->rate);
	}
}

static void end_move(struct delay *d)
{
	d->now = d->next;
	d->move = STEADY;
	begin_move(d);
}

void delay_set(struct delay *d, uint32_t frames, uint32_t rate)
{
	d->wish = frames < d->max ? frames : d->max;
	d->rate = rate;
	if (d->fresh) {
		delay_jump(d, frames);
		return;
	}

	switch (d->move) {
	case STEADY:
		begin_move(d);
		return;
	case SLEWING: /* stop at the next whole frame and look from there */
		d->next = (uint32_t)(d->next > d->now ? ceil(d->slewed) : floor(d->slewed));
		return;
	case FADING: /* ends first */
		return;
	}
}

bool delay_settled(const struct delay *d)
{
	return d->move == STEADY && d->now == d->wish;
}

double delay_now(const struct delay *d)
{
	switch (d->move) {
	case STEADY:
		return d->now;
	case SLEWING:
		return d->slewed;
	case FADING:
		return d->now + ((double)d->next - d->now) * d->faded / d->fading;
	}
	return 0.0;
}

/* The place of the frame that lies back frames (up to lap) before place. */
static uint32_t before(const struct delay *d, uint32_t place, uint32_t back)
{
	return place >= back ? place - back : place + d->lap - back;
}

/* Where the next frame goes: on round the ring, or on into a longer one. */
static void turn(struct delay *d)
{
	uint32_t longest = d->wish > d->next ? d->wish : d->next;

	if (d->at < d->lap)
		return;
	if (lap_for(d, longest) > d->lap)
		d->lap = lap_for(d, longest);
	else
		d->at = 0;
}

/* Append up to frames, as far as the ring goes on in one piece. */
static uint32_t take_in(struct delay *d, const float *buf, uint32_t frames)
{
	uint32_t place = d->at;
	uint32_t n = frames < d->lap - place ? frames : d->lap - place;
	float *restrict left = d->left + place;
	float *restrict right = d->right + place;

	for (uint32_t i = 0; i < n; i++) {
		left[i] = buf[2 * i];
		right[i] = buf[2 * i + 1];
	}
	if (place < TAPS) { /* what is repeated after the end */
		uint32_t copy = n < TAPS - place ? n : TAPS - place;

		memcpy(d->left + d->lap + place, left, copy * sizeof(float));
		memcpy(d->right + d->lap + place, right, copy * sizeof(float));
	}
	d->at += n;
	d->held = d->held + n < d->lap ? d->held + n : d->lap;
	return n;
}

/* The frames from back frames before place on, as they are. */
static void give_steady(const struct delay *d, uint32_t place, uint32_t back,
			float *restrict buf, uint32_t frames)
{
	uint32_t from = before(d, place, back);

	while (frames > 0) {
		uint32_t n = frames < d->lap - from ? frames : d->lap - from;
		const float *restrict left = d->left + from;
		const float *restrict right = d->right + from;

		for (uint32_t i = 0; i < n; i++) {
			buf[2 * i] = left[i];
			buf[2 * i + 1] = right[i];
		}
		from = 0;
		buf += 2 * n;
		frames -= n;
	}
}

/* From place on, the delay moving as it goes; returns how many until it lands. */
static uint32_t give_slewing(struct delay *d, uint32_t place, float *buf, uint32_t frames)
{
	bool longer = d->next > d->now;
	double step = longer ? SLEW : -SLEW;
	uint32_t i;

	for (i = 0; i < frames; i++) {
		double back, part;
		uint32_t tap;

		d->slewed += step;
		if (longer ? d->slewed >= d->next : d->slewed <= d->next)
			break;
		back = ceil(d->slewed);
		part = back - d->slewed; /* after the frame that is back frames old */
		tap = before(d, place + i, (uint32_t)back + HALF - 1);
		kernel_read(d->sinc, part, d->left + tap, d->right + tap, buf + 2 * i);
	}
	if (i < frames)
		end_move(d); /* this very frame is the first of the whole delay */
	return i;
}

/* From place on, from one tap to the other; returns how many until it is over. */
static uint32_t give_fading(struct delay *d, uint32_t place, float *buf, uint32_t frames)
{
	float other[2 * CHUNK];
	uint32_t n = d->fading - d->faded;

	n = n < frames ? n : frames;
	give_steady(d, place, d->now, buf, n);
	give_steady(d, place, d->next, other, n);
	for (uint32_t i = 0; i < n; i++) {
		float angle = (float)PI * (float)(d->faded + i + 1) / (float)(d->fading + 1);
		float mix = 0.5f - 0.5f * cosf(angle);

		buf[2 * i] += mix * (other[2 * i] - buf[2 * i]);
		buf[2 * i + 1] += mix * (other[2 * i + 1] - buf[2 * i + 1]);
	}
	d->faded += n;
	if (d->faded == d->fading)
		end_move(d);
	return n;
}

static uint32_t give(struct delay *d, uint32_t place, float *buf, uint32_t frames)
{
	switch (d->move) {
	case STEADY:
		give_steady(d, place, d->now, buf, frames);
		return frames;
	case SLEWING:
		return give_slewing(d, place, buf, frames);
	case FADING:
		return give_fading(d, place, buf, frames);
	}
	return frames;
}

void delay_apply(struct delay *d, float *buf, uint32_t frames)
{
	d->fresh = false;
	while (frames > 0) {
		uint32_t place, n;

		turn(d);
		place = d->at;
		n = take_in(d, buf, frames < CHUNK ? frames : CHUNK);
		if (d->move == STEADY)
			begin_move(d);
		if (d->move != STEADY || d->now > 0)
			for (uint32_t done = 0; done < n;)
				done += give(d, place + done, buf + 2 * done, n - done);
		buf += 2 * n;
		frames -= n;
	}
}
