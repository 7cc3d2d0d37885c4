/* SPDX-License-Identifier: MIT */
/*
 * edge - see edge.h.
 *
 * Both directions are the same machine: a stretch of input with its drift
 * estimate, and for each block to be given the place in the input where it
 * ought to begin and end. They differ in which side the device is on.
 */
#include "core/dsp/edge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/dsp/gain.h"

#define JUMP_S	 4e-3 /* further out than that is not pulled straight */
#define PULL_S	 0.5  /* time constant with which errors are */
#define PULL_MAX 1e-3 /* share of the step for it, at most */
#define FADE_S	 5e-3
#define PAUSE_NS (200 * NS_PER_MS)

/*
 * s; time constants with which errors are pulled straight. Noisy reports leave
 * the place itself trembling: slower is cleaner, and still fast for their loop.
 */
static const double pull_s[] = { [DRIFT_ALSA] = 0.5, [DRIFT_USB] = 1.0, [DRIFT_LOOSE] = 3.0 };

enum state {
	WAITING, /* silence, until the place is known and there is sound for it */
	PLAYING,
	LEAVING, /* fading out where it is, then waiting */
};

struct edge {
	struct edge_setup setup;
	struct drift drift;
	struct resampler *resampler;
	enum state state;
	struct gain fade;
	uint32_t fading; /* frames a fade takes, of the output */
	double in_rate;	 /* Hz, nominal, of the input */
	double out_rate; /* Hz, nominal, of the output */
	int64_t first;	 /* input frame from which on all is of one piece */
	double error;	 /* s; of the latest block */
	uint32_t breaks;
	uint64_t silent;
};

struct edge_in {
	struct edge edge;
	uint64_t pushed_at; /* ns; 0 = never */
};

struct edge_out {
	struct edge edge;
	int64_t zone;	 /* zone frame of input frame 0 */
	bool begun;	 /* zone is known */
	uint64_t pulled; /* frames */
};

static int edge_init(struct edge *e, const struct edge_setup *s,
		     const struct resample_table *table, double in_rate, double out_rate)
{
	double capacity = (2e-9 * (double)s->latency + 0.1) * in_rate;

	if (!(in_rate >= 8000 && in_rate <= 192000 && out_rate >= 8000 && out_rate <= 192000))
		return -1;
	e->setup = *s;
	e->in_rate = in_rate;
	e->out_rate = out_rate;
	e->fading = (uint32_t)(FADE_S * out_rate);
	e->resampler = resampler_new_shared(table, in_rate, out_rate, (uint32_t)capacity);
	if (!e->resampler)
		return -1;
	drift_init(&e->drift, s->device_rate, s->ppm, s->class);
	gain_init(&e->fade, 0.0f);
	return 0;
}

static void edge_status(const struct edge *e, struct edge_status *ret)
{
	*ret = (struct edge_status){
		.playing = e->state == PLAYING,
		.ppm = drift_ppm(&e->drift),
		.error = e->error,
		.breaks = e->breaks,
		.silent = e->silent,
	};
}

/* Make room for frames of input by forgetting the oldest, whoever may want them. */
static void make_room(struct edge *e, uint32_t frames)
{
	uint32_t space = resampler_space(e->resampler);
	double least;

	if (space >= frames)
		return;
	/* nobody has pulled for long: it cannot be heard that this is no fade */
	least = (double)(frames - space) + 0.05 * e->in_rate;
	resampler_seek(e->resampler, resampler_position(e->resampler) + least);
	e->state = WAITING;
}

/* Append frames of input (NULL: silence), in pieces that fit for certain. */
static void append(struct edge *e, const float *stereo, uint64_t frames)
{
	while (frames > 0) {
		uint32_t n = frames < 1024 ? (uint32_t)frames : 1024;

		make_room(e, n);
		if (stereo)
			n = resampler_push(e->resampler, stereo, n);
		else
			n = resampler_push_silence(e->resampler, n);
		if (n == 0)
			return; /* cannot be: there is room for more than 1024 */
		stereo = stereo ? stereo + 2 * (size_t)n : NULL;
		frames -= n;
	}
}

static void silence(struct edge *e, float *out, uint32_t frames)
{
	memset(out, 0, 2 * sizeof(float) * frames);
	e->silent += frames;
}

static void leave(struct edge *e)
{
	e->state = LEAVING;
	e->breaks++;
	gain_glide(&e->fade, 0.0f, e->fading);
}

/* Frames of output there is input for when it is to begin at place. */
static double lasting(const struct edge *e, double place)
{
	double last =
		(double)resampler_pushed(e->resampler) - resampler_latency(e->resampler) - 1.0;

	return (last - place) * e->out_rate / e->in_rate;
}

/* Begin at place if all is there; PLAYING then. */
static void begin(struct edge *e, double place, uint32_t frames)
{
	if (place < (double)e->first || lasting(e, place) < (double)(frames + 2 * e->fading))
		return;
	if (!resampler_seek(e->resampler, place))
		return;
	gain_init(&e->fade, 0.0f);
	gain_glide(&e->fade, 1.0f, e->fading);
	e->state = PLAYING;
}

/* Fade out of what there is; returns the frames of sound. */
static uint32_t give_rest(struct edge *e, float *out, uint32_t frames)
{
	uint32_t n = e->fade.left < frames ? e->fade.left : frames;

	n = resampler_pull(e->resampler, out, n, 0.0);
	gain_apply(&e->fade, out, n);
	silence(e, out + 2 * n, frames - n);
	if (n < frames || e->fade.left == 0)
		e->state = WAITING;
	return n;
}

/* The step that follows the way from..to and takes some of the error away. */
static double steer(const struct edge *e, double from, double to, uint32_t frames)
{
	double step = (to - from) / (double)frames;
	double pull = e->error / pull_s[e->setup.class];

	pull = pull > PULL_MAX ? PULL_MAX : pull < -PULL_MAX ? -PULL_MAX : pull;
	return step * (1.0 + pull);
}

/*
 * Give frames that ought to lie at from..to in the input; known = that is
 * certain, otherwise go on as before. Returns the frames of sound.
 */
static uint32_t give(struct edge *e, bool known, double from, double to, float *out,
		     uint32_t frames)
{
	double place = resampler_position(e->resampler);
	uint32_t n;

	if (frames == 0)
		return 0;
	if (e->state == WAITING && known) {
		begin(e, from, frames);
		place = resampler_position(e->resampler);
	}
	if (e->state == PLAYING) {
		e->error = known ? (from - place) / e->in_rate : 0.0;
		if (fabs(e->error) > JUMP_S || lasting(e, place) < (double)(frames + e->fading))
			leave(e);
	}
	if (e->state == LEAVING)
		return give_rest(e, out, frames);
	if (e->state == WAITING) {
		silence(e, out, frames);
		return 0;
	}
	n = resampler_pull(e->resampler, out, frames, steer(e, from, to, frames));
	gain_apply(&e->fade, out, n);
	silence(e, out + 2 * n, frames - n);
	return n;
}

struct edge_in *edge_in_new(const struct edge_setup *setup, const struct resample_table *table)
{
	struct edge_in *e = calloc(1, sizeof(*e));

	if (e && edge_init(&e->edge, setup, table, setup->device_rate, setup->zone_rate) < 0) {
		edge_in_free(e);
		return NULL;
	}
	return e;
}

void edge_in_free(struct edge_in *e)
{
	if (e)
		resampler_free(e->edge.resampler);
	free(e);
}

void edge_in_push(struct edge_in *e, uint64_t now, const float *stereo, uint32_t frames)
{
	uint64_t takes = (uint64_t)((double)frames * 1e9 / e->edge.in_rate);

	if (e->pushed_at != 0 && now > e->pushed_at + takes + PAUSE_NS)
		edge_in_gap(e);
	e->pushed_at = now;
	append(&e->edge, stereo, frames);
}

bool edge_in_report(struct edge_in *e, uint64_t now, double position)
{
	return drift_report(&e->edge.drift, now, position);
}

void edge_in_gap(struct edge_in *e)
{
	drift_hold(&e->edge.drift);
	e->edge.first = (int64_t)resampler_pushed(e->edge.resampler);
	if (e->edge.state == PLAYING)
		leave(&e->edge);
}

uint32_t edge_in_pull(struct edge_in *e, uint64_t zone_frame, float *out, uint32_t frames)
{
	const struct edge_setup *s = &e->edge.setup;
	uint64_t from = clock_of_frame(s->t0, zone_frame, s->zone_rate) - s->latency;
	uint64_t to = clock_of_frame(s->t0, zone_frame + frames, s->zone_rate) - s->latency;

	return give(&e->edge, drift_locked(&e->edge.drift),
		    drift_position_at(&e->edge.drift, from),
		    drift_position_at(&e->edge.drift, to), out, frames);
}

uint64_t edge_in_reach(const struct edge_in *e)
{
	const struct edge *g = &e->edge;
	const struct edge_setup *s = &g->setup;
	uint32_t hand = (g->state == PLAYING ? 1 : 2) * g->fading;
	double last = (double)resampler_pushed(g->resampler) - resampler_latency(g->resampler) -
		      1.0 - hand * g->in_rate / g->out_rate;
	double frame;

	if (!drift_locked(&g->drift))
		return 0;
	/* it may stand a little further on than it ought to */
	last -= fabs(g->error) * g->in_rate + 1.0;
	frame = (drift_ns_until(&g->drift, s->t0, last) + (double)s->latency) * 1e-9 *
		s->zone_rate;
	return frame > 0.0 ? (uint64_t)frame : 0;
}

void edge_in_status(const struct edge_in *e, struct edge_status *ret)
{
	edge_status(&e->edge, ret);
}

struct edge_out *edge_out_new(const struct edge_setup *setup,
			      const struct resample_table *table)
{
	struct edge_out *e = calloc(1, sizeof(*e));

	if (e && edge_init(&e->edge, setup, table, setup->zone_rate, setup->device_rate) < 0) {
		edge_out_free(e);
		return NULL;
	}
	return e;
}

void edge_out_free(struct edge_out *e)
{
	if (e)
		resampler_free(e->edge.resampler);
	free(e);
}

void edge_out_push(struct edge_out *e, uint64_t zone_frame, const float *stereo,
		   uint32_t frames)
{
	int64_t next = e->zone + (int64_t)resampler_pushed(e->edge.resampler);
	int64_t missing = (int64_t)zone_frame - next;

	if (!e->begun || missing > (int64_t)e->edge.setup.zone_rate) {
		/* the first ever, or too long ago for the rest to matter */
		resampler_reset(e->edge.resampler);
		e->zone = (int64_t)zone_frame;
		e->begun = true;
		e->edge.state = WAITING;
		missing = 0;
	}
	if (missing > 0)
		append(&e->edge, NULL, (uint64_t)missing);
	if (missing + (int64_t)frames <= 0)
		return;
	if (missing < 0) {
		stereo -= 2 * missing;
		frames -= (uint32_t)-missing;
	}
	append(&e->edge, stereo, frames);
}

bool edge_out_report(struct edge_out *e, uint64_t now, double position)
{
	return drift_report(&e->edge.drift, now, position);
}

void edge_out_gap(struct edge_out *e)
{
	drift_hold(&e->edge.drift);
	if (e->edge.state != WAITING)
		e->edge.breaks++;
	e->edge.state = WAITING; /* what a fade would save is lost already */
}

/* The input place that the device will be at when it plays position. */
static double place_of(const struct edge_out *e, uint64_t position)
{
	const struct edge_setup *s = &e->edge.setup;
	double ns = drift_ns_until(&e->edge.drift, s->t0 + s->latency, (double)position);

	return ns * 1e-9 * s->zone_rate - (double)e->zone;
}

uint32_t edge_out_pull(struct edge_out *e, float *out, uint32_t frames)
{
	double from = place_of(e, e->pulled);

	e->pulled += frames;
	return give(&e->edge, e->begun && drift_locked(&e->edge.drift), from,
		    place_of(e, e->pulled), out, frames);
}

uint64_t edge_out_position(const struct edge_out *e)
{
	return e->pulled;
}

uint64_t edge_out_needs(const struct edge_out *e, uint32_t frames)
{
	double end;

	if (!e->begun || !drift_locked(&e->edge.drift))
		return 0;
	end = place_of(e, e->pulled + frames + 2 * e->edge.fading) + (double)e->zone +
	      resampler_latency(e->edge.resampler) + 2.0;
	return end > 0.0 ? (uint64_t)ceil(end) : 0;
}

void edge_out_status(const struct edge_out *e, struct edge_status *ret)
{
	edge_status(&e->edge, ret);
}
