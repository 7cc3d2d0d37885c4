/* SPDX-License-Identifier: MIT */
/*
 * sink_alsa - a speaker on an ALSA device.
 *
 * The device's buffer is kept filled to 40 ms, looked at every 13 ms by the
 * clock; to 80 ms where the thread is no real-time one, or the device ran dry
 * again and again. Frame n is heard at its time plus a constant: that fill, a
 * wake-up, and what the edge needs. After an xrun or a reopening the edge finds
 * the place on the timeline again; what was due meanwhile is lost.
 */
#include "core/io/alsa_pcm.h"
#include "core/io/alsa_words.h"
#include "core/io/outlet.h"

#include <stdio.h>

#define FILL	  (40 * NS_PER_MS)
#define FILL_MORE (80 * NS_PER_MS)
#define EVERY	  (13 * NS_PER_MS)
#define SLACK	  (6 * NS_PER_MS)
#define PATIENCE  (100 * NS_PER_MS) /* for the engine, by a device that cannot run dry */
#define STALL	  (2 * NS_PER_SEC)  /* no frame taken for so long: it hangs */
#define OFTEN	  3u		    /* breaks within */
#define OFTEN_IN  (60 * NS_PER_SEC) /* that need a longer fill */

struct sink_alsa {
	struct outlet out;
	struct alsa_pcm pcm;
	uint8_t *bytes;	   /* OUTLET_BLOCK frames in the device's format */
	uint32_t pending;  /* frames of it that the device has not taken yet */
	uint32_t from;	   /* the first of them */
	uint32_t fill;	   /* frames to be kept in the device */
	uint64_t latency;  /* ns from due to heard */
	uint64_t taken_at; /* ns; when it last took frames */
	bool more;	   /* it is to have FILL_MORE */
	uint32_t broken;   /* breaks told of so far, */
	uint64_t calm_at;  /* since then (ns) */
};

static uint32_t device_frames(const struct alsa_pcm *p, uint64_t ns)
{
	return (uint32_t)(ns * p->rate / NS_PER_SEC);
}

static int open_edge(struct sink_alsa *a)
{
	const struct alsa_pcm *p = &a->pcm;
	struct outlet_setup setup = {
		.format = p->format,
		.channels = p->channels,
		.rate = p->rate,
		.class = p->class,
	};

	if (!atomic_load_explicit(&a->out.runner.realtime, memory_order_relaxed))
		a->more = true;
	a->fill = device_frames(p, a->more ? FILL_MORE : FILL);
	/* two periods at least: one is being played while we write the other */
	if (a->fill < 2 * p->period)
		a->fill = 2 * p->period;
	if (a->fill > p->buffer)
		a->fill = p->buffer;
	setup.latency = clock_of_frame(0, a->fill, p->rate) + EVERY + SLACK;
	if (p->class == DRIFT_USB)
		setup.latency += 3 * NS_PER_MS;
	setup.latency += p->grain;
	if (p->server) /* its own buffers come on top */
		setup.latency += 60 * NS_PER_MS;
	a->latency = setup.latency;
	return outlet_open(&a->out, &setup);
}

static int open_device(struct sink_alsa *a, char why[ALSA_WHY])
{
	const struct sink *s = &a->out.base;
	struct alsa_want want = {
		.device = s->device,
		.rate = s->time.rate,
		.channels = 2,
		.period = s->time.rate / 100,
		.buffer = s->time.rate / 10,
	};
	int r = alsa_pcm_open(&a->pcm, &want, why);

	if (r < 0)
		return r;
	a->bytes = malloc(a->pcm.frame_size * OUTLET_BLOCK);
	a->pending = 0;
	if (!a->bytes || open_edge(a) < 0) {
		snprintf(why, ALSA_WHY, "Out of memory for the sound output \"%.60s\".",
			 s->device);
		return -ENOMEM;
	}
	return 0;
}

static void close_device(struct sink_alsa *a)
{
	outlet_close(&a->out);
	alsa_pcm_close(&a->pcm);
	free(a->bytes);
	a->bytes = NULL;
}

/* It broke off so many times just now; true when a longer fill is to mend that. */
static bool breaks_often(struct sink_alsa *a, uint32_t times, uint64_t now)
{
	if (a->broken == 0 || now > a->calm_at + OFTEN_IN) {
		a->calm_at = now;
		a->broken = 0;
	}
	a->broken += times;
	if (a->more || a->broken < OFTEN)
		return false;
	a->more = true;
	return true;
}

/* Write up to frames; 0 or -errno. */
static int write_on(struct sink_alsa *a, int64_t frames)
{
	while (frames > 0 || a->pending) {
		int64_t n;

		if (!a->pending) {
			a->from = 0;
			a->pending = frames < OUTLET_BLOCK ? (uint32_t)frames : OUTLET_BLOCK;
			outlet_pull(&a->out, a->bytes, a->pending);
			frames -= a->pending;
		}
		n = alsa_pcm_write(&a->pcm, a->bytes + a->from * a->pcm.frame_size, a->pending);
		if (n < 0)
			return (int)n;
		if (n == 0)
			return 0;
		a->from += (uint32_t)n;
		a->pending -= (uint32_t)n;
		a->taken_at = clock_now();
	}
	return 0;
}

/* Fill it up and let it run: at the start and after an xrun. */
static int begin(struct sink_alsa *a)
{
	int r = outlet_feed(&a->out);

	if (r >= 0)
		r = write_on(a, a->fill);
	if (r >= 0)
		r = alsa_pcm_start(&a->pcm, clock_now());
	if (r >= 0)
		r = outlet_flow(&a->out);
	if (r < 0)
		return r;
	runner_beat(&a->out.runner, clock_now());
	health_set(&a->out.base.health, HEALTH_RUNNING, 0, "%s", "");
	return 0;
}

/*
 * The engine may be late when the whole machine is; then it is waited for, as
 * long as the device has sound for twice that time. One without a clock only
 * has to have all of it in the end.
 */
static int wait_for_engine(struct sink_alsa *a, int64_t delay, int64_t want)
{
	uint64_t until = clock_now() +
			 (delay > 0 ? clock_of_frame(0, (uint64_t)delay, a->pcm.rate) / 2 : 0);

	if (a->pcm.clockless)
		until = clock_now() + PATIENCE;

	while (want > 0 && edge_out_needs(a->out.edge, (uint32_t)want) > a->out.fed) {
		uint64_t next = clock_now() + 2 * NS_PER_MS;

		if (next > until)
			return 0;
		if (!runner_sleep_until(&a->out.runner, next) || outlet_feed(&a->out) < 0)
			return -ECANCELED;
	}
	return 0;
}

static int play(struct sink_alsa *a, uint64_t now)
{
	struct alsa_place at;
	bool had_clock = !a->pcm.clockless;
	uint32_t breaks = a->out.breaks;
	int64_t want;
	int r = outlet_feed(&a->out);

	if (r >= 0)
		r = alsa_pcm_place(&a->pcm, now, &at);
	if (r < 0)
		return r;

	edge_out_report(a->out.edge, at.at,
			(double)edge_out_position(a->out.edge) - a->pending - (double)at.delay);
	want = (int64_t)a->fill - at.delay - a->pending;
	if (want > at.avail)
		want = at.avail;
	r = wait_for_engine(a, at.delay, want);
	if (r >= 0)
		r = write_on(a, want);
	if (r < 0)
		return r;
	outlet_report(&a->out, a->latency);
	if (breaks_often(a, a->out.breaks - breaks, now) ||
	    (had_clock && a->pcm.clockless)) { /* found out just now: begin anew */
		a->pending = 0;
		return open_edge(a);
	}
	return now > a->taken_at + STALL ? -EIO : 0;
}

/* After an error: 0 = goes on. */
static int mend(struct sink_alsa *a, int error)
{
	struct sink *s = &a->out.base;
	int r;

	while ((r = alsa_pcm_recover(&a->pcm, error)) == -EAGAIN) {
		health_set(&s->health, HEALTH_WAITING, 0,
			   "The sound output \"%.60s\" is asleep with the computer.",
			   s->device);
		if (!runner_sleep_until(&a->out.runner, clock_now() + 200 * NS_PER_MS))
			return -ECANCELED;
	}
	if (r < 0)
		return r;
	a->pending = 0;
	outlet_gap(&a->out);
	if (breaks_often(a, 1, clock_now()) && open_edge(a) < 0)
		return -ENOMEM;
	return begin(a);
}

static int play_on(struct sink_alsa *a)
{
	uint64_t now = clock_now();
	int r = begin(a);

	a->taken_at = now;
	while (r >= 0) {
		if (!runner_sleep_until(&a->out.runner, now + EVERY))
			return -ECANCELED;
		now = clock_now();
		runner_beat(&a->out.runner, now);
		r = play(a, now);
		if (r == -EPIPE || r == -ESTRPIPE)
			r = mend(a, r);
	}
	return r;
}

static void run(void *body)
{
	struct sink_alsa *a = body;
	struct sink *s = &a->out.base;
	struct backoff wait = { .first = NS_PER_SEC / 2, .most = 3 * NS_PER_SEC };
	char why[ALSA_WHY];
	uint64_t retry;

	do {
		int r = open_device(a, why);

		if (r >= 0) {
			backoff_reset(&wait);
			r = play_on(a);
			alsa_words_lost(s->device[0] ? s->device : "default", r, why);
		}
		close_device(a);
		if (runner_stopping(&a->out.runner))
			return;
		retry = clock_now() + backoff_next(&wait);
		health_set(&s->health, HEALTH_WAITING, retry, "%s", why);
	} while (runner_sleep_until(&a->out.runner, retry));
}

int sink_alsa_new(const struct sink_args *args, struct sink **ret)
{
	return outlet_new(args, sizeof(struct sink_alsa), "ff-out-alsa", true, run, ret);
}
