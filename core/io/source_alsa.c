/* SPDX-License-Identifier: MIT */
/*
 * source_alsa - what an ALSA device captures: the aux output of an Echo, a
 * record player, a loopback card.
 *
 * The thread wakes a moment before each cycle of the engine and takes what is
 * there; how the device's interrupts lie does not matter. Its latency is what
 * that needs and no more: the engine's period, that moment, and what the edge
 * has to have in hand. Where wake-ups keep coming too late for that it is
 * lengthened by what was lacking.
 */
#include "core/io/alsa_pcm.h"
#include "core/io/alsa_words.h"
#include "core/io/intake.h"

#include <stdio.h>

#define PERIOD	  256u		    /* frames asked of the device */
#define MOMENT	  (2 * NS_PER_MS)   /* before a cycle: our work, and a late wake-up */
#define EXTRA_MAX (60 * NS_PER_MS)  /* more latency on a machine that needs it */
#define SERVER	  (100 * NS_PER_MS) /* what a plugin's sound server holds back */
#define STALL	  (2 * NS_PER_SEC)  /* no frame for so long: it hangs */

struct listener {
	struct source *source;
	struct alsa_pcm pcm;
	struct intake in;
	uint8_t *bytes;	   /* one buffer of the device */
	uint64_t sound_at; /* ns; when it last gave frames */
};

static uint64_t device_ns(const struct alsa_pcm *p, uint64_t frames)
{
	return clock_of_frame(0, frames, p->rate);
}

static int open_intake(struct listener *l, uint64_t now)
{
	struct source *s = l->source;
	const struct alsa_pcm *p = &l->pcm;
	struct intake_setup setup = {
		.format = p->format,
		.channels = p->channels,
		.rate = p->rate,
		.class = p->class,
	};

	setup.latency =
		source_ns(s, s->time.period) + MOMENT + intake_margin(p->class, p->rate);
	/* one that gives whole periods only is late by up to one */
	if (p->period > PERIOD)
		setup.latency += device_ns(p, p->period - PERIOD);
	setup.latency += p->grain;
	if (p->server)
		setup.latency += SERVER;
	return intake_open(&l->in, s, &setup, now);
}

static int open_device(struct listener *l, char why[ALSA_WHY])
{
	const struct source_config *c = &l->source->config;
	struct alsa_want want = {
		.device = c->device,
		.capture = true,
		.rate = c->rate ? c->rate : l->source->time.rate,
		.channels = c->channels ? c->channels : 2,
		.period = PERIOD,
		.buffer = l->source->time.rate / 5, /* a thread held up loses nothing */
	};
	int r = alsa_pcm_open(&l->pcm, &want, why);

	if (r < 0)
		return r;
	l->bytes = malloc(l->pcm.frame_size * l->pcm.buffer);
	if (!l->bytes || open_intake(l, clock_now()) < 0) {
		snprintf(why, ALSA_WHY, "Out of memory for the sound input \"%.60s\".",
			 c->device);
		return -ENOMEM;
	}
	return 0;
}

static void close_device(struct listener *l)
{
	intake_close(&l->in);
	alsa_pcm_close(&l->pcm);
	free(l->bytes);
	l->bytes = NULL;
}

/* Read all there is at now; 0 or -errno. */
static int take(struct listener *l, uint64_t now)
{
	struct alsa_place at;
	uint64_t before = l->in.pushed;
	int r = alsa_pcm_place(&l->pcm, now, &at);

	if (r < 0)
		return r;
	intake_report(&l->in, at.at, (double)l->in.pushed + (double)at.delay);
	while (at.avail > 0) {
		uint32_t want = at.avail < l->pcm.buffer ? (uint32_t)at.avail : l->pcm.buffer;
		bool had_clock = !l->pcm.clockless;
		int64_t n = alsa_pcm_read(&l->pcm, l->bytes, want);

		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		intake_push(&l->in, now, l->bytes, (uint32_t)n);
		at.avail -= n;
		if (had_clock && l->pcm.clockless) { /* found out just now: begin anew */
			intake_close(&l->in);
			l->sound_at = now;
			return open_intake(l, now);
		}
	}
	if (l->in.pushed != before)
		l->sound_at = now;
	intake_pass(&l->in, now);
	return now - l->sound_at > STALL ? -EIO : 0;
}

/* After an error: 0 = goes on. */
static int mend(struct listener *l, int error)
{
	struct source *s = l->source;
	struct health_report *h;
	int r;

	while ((r = alsa_pcm_recover(&l->pcm, error)) == -EAGAIN) {
		health_set(&s->health, HEALTH_WAITING, 0,
			   "The sound input \"%.60s\" is asleep with the computer.", s->device);
		if (!runner_sleep_until(&s->runner, clock_now() + 200 * NS_PER_MS))
			return -ECANCELED;
	}
	if (r < 0)
		return r;
	intake_gap(&l->in);
	h = health_begin(&s->health);
	h->drops++;
	h->drop_at = clock_now();
	health_end(&s->health);
	r = alsa_pcm_start(&l->pcm, clock_now());
	if (r >= 0)
		health_set(&s->health, HEALTH_RUNNING, 0, "%s", "");
	return r;
}

/* A moment before the next cycle of the engine that is not quite here yet. */
static uint64_t next_look(const struct listener *l, uint64_t now)
{
	const struct timeline *t = &l->source->time;
	uint64_t n = source_frame_at(l->source, now + MOMENT + NS_PER_MS) / t->period + 1;

	return clock_of_frame(t->t0, n * t->period, t->rate) - MOMENT;
}

static int listen_on(struct listener *l)
{
	struct source *s = l->source;
	uint64_t now = clock_now();
	int r = alsa_pcm_start(&l->pcm, now);

	l->sound_at = now;
	runner_beat(&s->runner, now);
	if (r >= 0)
		health_set(&s->health, HEALTH_RUNNING, 0, "%s", "");
	while (r >= 0) {
		if (!runner_sleep_until(&s->runner, next_look(l, now)))
			return -ECANCELED;
		now = clock_now();
		runner_beat(&s->runner, now);
		r = take(l, now);
		if (r == -EPIPE || r == -ESTRPIPE)
			r = mend(l, r);
		if (r >= 0)
			intake_adapt(&l->in, now, EXTRA_MAX);
	}
	return r;
}

void source_alsa_run(struct source *s)
{
	struct backoff wait = { .first = NS_PER_SEC / 2, .most = 3 * NS_PER_SEC };
	struct listener l = { .source = s };
	char why[ALSA_WHY];
	uint64_t retry;

	do {
		int r = open_device(&l, why);

		if (r >= 0) {
			backoff_reset(&wait);
			r = listen_on(&l);
			alsa_words_lost(s->device[0] ? s->device : "default", r, why);
		}
		close_device(&l);
		if (runner_stopping(&s->runner))
			return;
		retry = clock_now() + backoff_next(&wait);
		health_set(&s->health, HEALTH_WAITING, retry, "%s", why);
	} while (runner_sleep_until(&s->runner, retry));
}
