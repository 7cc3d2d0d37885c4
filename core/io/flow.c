/* SPDX-License-Identifier: MIT */
/* flow - see flow.h. */
#include "core/io/flow.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>

#define PROBE	     (150 * NS_PER_MS)
#define HEAD_START   (300 * NS_PER_MS) /* beyond real time: nobody live gives that */
#define FLOOD	     (500 * NS_PER_MS) /* the same of one taken for live */
#define QUIET	     (300 * NS_PER_MS) /* without a byte: it has paused */
#define SAY_QUIET    NS_PER_SEC	       /* a pause between two songs is nobody's business */
#define LIVE_LATENCY (200 * NS_PER_MS)
#define LIVE_MORE    (150 * NS_PER_MS) /* for writers in larger pieces */
#define EVERY	     (40 * NS_PER_MS)  /* paced: between two looks */
#define AHEAD	     (250 * NS_PER_MS) /* paced: written before it is due */

int flow_open(struct flow *f, struct source *s, int fd, bool file, const char *quiet)
{
	const struct source_config *c = &s->config;

	*f = (struct flow){
		.source = s,
		.quiet = quiet,
		.fd = fd,
		.file = file,
		.format = c->format,
		.channels = c->channels ? c->channels : 2,
		.rate = c->rate ? c->rate : s->time.rate,
	};
	if (f->channels > 8 || f->rate < 8000 || f->rate > 192000)
		return -EINVAL;
	f->frame_size = sample_size(f->format) * f->channels;
	f->staged_max = f->rate * f->frame_size; /* one second */
	f->staged = malloc(f->staged_max);
	if (!f->staged)
		return -ENOMEM;
	/* a pipe that holds less than 300 ms would starve us between two looks */
	if (!file && f->staged_max / 3 > 65536)
		fcntl(fd, F_SETPIPE_SZ, 1 << 20);
	return 0;
}

/* Forget where we were: what comes next is a new beginning. */
static void be_quiet(struct flow *f)
{
	if (f->mode == FLOW_LIVE)
		intake_close(&f->in);
	resampler_free(f->rate_change);
	f->rate_change = NULL;
	f->mode = FLOW_QUIET;
	f->quiet_at = clock_now();
	f->got = 0;
}

void flow_close(struct flow *f)
{
	be_quiet(f);
	free(f->staged);
	f->staged = NULL;
}

static uint32_t staged_frames(const struct flow *f)
{
	return (uint32_t)(f->staged_n / f->frame_size);
}

/* Read until there are bytes of it staged, or no more to be had now. 0 or -errno. */
static int fill(struct flow *f, size_t bytes)
{
	if (bytes > f->staged_max)
		bytes = f->staged_max;
	while (f->staged_n < bytes && !f->ended) {
		/* the descriptor may be a blocking one that others hold, too */
		struct pollfd p = { .fd = f->fd, .events = POLLIN };
		ssize_t n;

		if (!f->file && poll(&p, 1, 0) <= 0)
			return 0;
		n = read(f->fd, f->staged + f->staged_n, bytes - f->staged_n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		if (n == 0)
			f->ended = true;
		f->staged_n += (size_t)n;
		f->got += (uint64_t)n;
		if (n > 0)
			f->last = clock_now();
	}
	return 0;
}

static void drop_staged(struct flow *f, uint32_t frames)
{
	size_t n = frames * f->frame_size;

	/* at most a second's worth, mostly a few bytes: moving beats a ring here */
	memmove(f->staged, f->staged + n, f->staged_n - n);
	f->staged_n -= n;
}

/* ---- paced ------------------------------------------------------------------------------- */

/* The first frame of the timeline that the engine has not taken for certain. */
static uint64_t first_free(const struct source *s, uint64_t now)
{
	uint64_t next = source_frame_at(s, now) + 2 * s->time.period;

	return next > ring_head(s->ring) ? next : ring_head(s->ring);
}

static int begin_paced(struct flow *f)
{
	struct source *s = f->source;
	uint64_t now = clock_now();
	struct health_report *h;

	f->next = first_free(s, now);
	if (f->rate != s->time.rate) {
		f->rate_change = resampler_new(f->rate, s->time.rate);
		if (!f->rate_change)
			return -ENOMEM;
	}
	f->wake = now;
	f->mode = FLOW_PACED;
	h = health_begin(&s->health);
	h->rate = f->rate;
	h->ppm = 0; /* it has no clock */
	h->latency_ms = (double)AHEAD / (double)NS_PER_MS;
	health_end(&s->health);
	health_set(&s->health, HEALTH_RUNNING, 0, "%s", "");
	return 0;
}

/* Up to n frames of the zone from what is staged; returns how many. */
static uint32_t make(struct flow *f, float *out, uint32_t n)
{
	float in[2 * SOURCE_BLOCK];
	uint32_t have = staged_frames(f), take;

	if (!f->rate_change) {
		take = have < n ? have : n;
		source_to_stereo(out, f->staged, f->format, f->channels, take);
		drop_staged(f, take);
		return take;
	}
	take = have < SOURCE_BLOCK ? have : SOURCE_BLOCK;
	if (resampler_ready(f->rate_change) >= n)
		take = 0; /* what is not needed yet stays in the pipe */
	if (take > resampler_space(f->rate_change))
		take = resampler_space(f->rate_change);
	source_to_stereo(in, f->staged, f->format, f->channels, take);
	resampler_push(f->rate_change, in, take);
	drop_staged(f, take);
	if (f->ended && staged_frames(f) == 0) /* let its last frames out */
		resampler_push_silence(f->rate_change, resampler_latency(f->rate_change));
	return resampler_pull(f->rate_change, out, n, 0);
}

static int step_paced(struct flow *f, uint64_t until)
{
	struct source *s = f->source;
	float out[2 * SOURCE_BLOCK];
	uint64_t now, end, from;
	bool late;
	int r;

	if (!runner_sleep_until(&s->runner, f->wake < until ? f->wake : until))
		return -ECANCELED;
	now = clock_now();
	runner_beat(&s->runner, now);
	if (now < f->wake)
		return 0;
	f->wake = now + EVERY;

	/* this thread was held up: what it has comes later, none of it is lost */
	late = f->next < source_frame_at(s, now);
	if (late)
		f->next = first_free(s, now);
	from = f->next;
	end = source_frame_at(s, now + AHEAD) + s->time.period;
	while (f->next < end) {
		uint64_t left = end - f->next;
		uint32_t n = left < SOURCE_BLOCK ? (uint32_t)left : SOURCE_BLOCK, made;

		r = fill(f, SOURCE_BLOCK * f->frame_size);
		if (r < 0)
			return r;
		made = make(f, out, n);
		if (made)
			source_write(s, f->next, out, made);
		f->next += made;
		if (!made && f->ended)
			return 1;
		if (!made && staged_frames(f) == 0)
			break;
	}
	/* run dry: the engine has been where we were, and there is no more to come */
	if (late && f->next == from)
		be_quiet(f);
	return 0;
}

/* ---- live -------------------------------------------------------------------------------- */

static int begin_live(struct flow *f)
{
	struct source *s = f->source;
	struct intake_setup setup = {
		.format = f->format,
		.channels = f->channels,
		.rate = f->rate,
		.latency = source_ns(s, s->time.period) + LIVE_LATENCY,
		.class = DRIFT_LOOSE,
	};
	int r = intake_open(&f->in, s, &setup, clock_now());

	if (r < 0)
		return r;
	f->mode = FLOW_LIVE;
	health_set(&s->health, HEALTH_RUNNING, 0, "%s", "");
	return 0;
}

/* How many ns of sound more than real time have come since it began. */
static int64_t head_start(const struct flow *f, uint64_t now)
{
	return (int64_t)clock_of_frame(0, f->got / f->frame_size, f->rate) -
	       (int64_t)(now - f->begun);
}

static void hand_over(struct flow *f, uint64_t now)
{
	uint32_t n = staged_frames(f);

	intake_push(&f->in, now, f->staged, n);
	drop_staged(f, n);
	intake_report(&f->in, now, (double)f->in.pushed);
	intake_pass(&f->in, now);
	intake_adapt(&f->in, now, LIVE_MORE);
}

static int step_live(struct flow *f, uint64_t until)
{
	struct source *s = f->source;
	uint64_t now;
	int r = runner_poll(&s->runner, f->fd, POLLIN, until);

	if (r < 0)
		return r;
	now = clock_now();
	runner_beat(&s->runner, now);
	if (r > 0) {
		r = fill(f, f->staged_max);
		if (r < 0)
			return r;
		hand_over(f, now);
	}
	if (f->ended)
		return 1;
	if (now > f->last + QUIET)
		be_quiet(f);
	else if (!s->tap && head_start(f, now) > (int64_t)FLOOD)
		be_quiet(f); /* looked at anew, and found to be paced */
	return 0;
}

/* ---- which ------------------------------------------------------------------------------- */

static int step_quiet(struct flow *f, uint64_t until)
{
	struct source *s = f->source;
	int r = runner_poll(&s->runner, f->fd, POLLIN, until);
	uint64_t now = clock_now();

	runner_beat(&s->runner, now);
	if (r == 0 && now > f->quiet_at + SAY_QUIET)
		health_set(&s->health, HEALTH_WAITING, 0, "%s", f->quiet);
	if (r <= 0)
		return r;
	r = fill(f, f->staged_max);
	if (r < 0)
		return r;
	if (f->got) {
		f->begun = f->last;
		f->mode = FLOW_PROBE;
	}
	return f->ended && !f->got ? 1 : 0;
}

static int step_probe(struct flow *f, uint64_t until)
{
	struct source *s = f->source;
	uint64_t end = f->begun + PROBE, now;
	/* readable again, or the end of the time; a full stage is enough, too */
	int r = runner_poll(&s->runner, f->fd, POLLIN, end < until ? end : until);

	if (r < 0)
		return r;
	r = fill(f, f->staged_max);
	if (r < 0)
		return r;
	now = clock_now();
	runner_beat(&s->runner, now);
	/* what is kept is a microphone's, which has a clock, however late its first comes */
	if (f->ended || (!s->tap && head_start(f, now) > (int64_t)HEAD_START))
		return begin_paced(f);
	return now >= end ? begin_live(f) : 0;
}

int flow_step(struct flow *f, uint64_t until)
{
	switch (f->mode) {
	case FLOW_QUIET:
		return f->file ? begin_paced(f) : step_quiet(f, until);
	case FLOW_PROBE:
		return step_probe(f, until);
	case FLOW_PACED:
		return step_paced(f, until);
	case FLOW_LIVE:
		return step_live(f, until);
	}
	return -EINVAL;
}
