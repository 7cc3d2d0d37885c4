/* SPDX-License-Identifier: MIT */
/* outlet - see outlet.h. */
#include "core/io/outlet.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WORTH_KNOWING (30 * NS_PER_SEC) /* before that a clock's error is mostly noise */

static void release(void *body)
{
	struct outlet *o = body;

	edge_out_free(o->edge);
	sink_done(&o->base);
	free(o);
}

static void stop(struct sink *s)
{
	struct outlet *o = (struct outlet *)s;

	/* a thread that is left behind must not wake whoever has that descriptor next */
	health_mute(&s->health);
	runner_stop(&o->runner);
}

#define HANGING (3 * NS_PER_SEC)

static void look(struct sink *s, struct health_report *report)
{
	struct outlet *o = (struct outlet *)s;

	if (report->state != HEALTH_RUNNING ||
	    runner_silent_for(&o->runner, clock_now()) <= HANGING)
		return;
	report->state = HEALTH_WAITING;
	snprintf(report->reason, sizeof(report->reason),
		 "\"%.80s\" hangs: it does not answer and is waited for.",
		 s->device[0] ? s->device : "default");
}

static const struct sink_ops ops = { .free = stop, .look = look };

int outlet_new(const struct sink_args *args, size_t size, const char *thread, bool realtime,
	       void (*run)(void *body), struct sink **ret)
{
	struct outlet *o = calloc(1, size);
	int r;

	if (!o)
		return -ENOMEM;
	sink_init(&o->base, &ops, args);
	o->ppm = args->config->ppm;
	o->dither = 1;
	r = runner_start(&o->runner, thread, realtime, run, release, o);
	if (r < 0) {
		release(o);
		return -EAGAIN;
	}
	*ret = &o->base;
	return 0;
}

int outlet_open(struct outlet *o, const struct outlet_setup *setup)
{
	struct edge_setup e = {
		.device_rate = setup->rate,
		.zone_rate = o->base.time.rate,
		.t0 = o->base.time.t0,
		.latency = setup->latency,
		.class = setup->class,
		.ppm = o->ppm,
	};

	edge_out_free(o->edge);
	o->opened = clock_now();
	o->breaks = 0;
	o->silent = 0;
	o->edge = edge_out_new(&e, NULL);
	if (!o->edge)
		return -ENOMEM;
	o->format = setup->format;
	o->channels = setup->channels;
	o->rate = setup->rate;
	return 0;
}

void outlet_close(struct outlet *o)
{
	struct edge_status st;

	atomic_store_explicit(&o->base.flowing, false, memory_order_release);
	o->sounded = false;
	if (!o->edge)
		return;
	edge_out_status(o->edge, &st);
	if (clock_now() - o->opened > WORTH_KNOWING)
		o->ppm = st.ppm;
	edge_out_free(o->edge);
	o->edge = NULL;
}

int outlet_feed(struct outlet *o)
{
	struct sink *s = &o->base;
	float block[2 * OUTLET_BLOCK];
	uint64_t end;

	if (!runner_enter(&o->runner))
		return -ECANCELED;
	end = sink_frame_now(s);
	/* after a stall, or at the start: what is long over needs no playing */
	if (o->fed + s->time.rate / 2 < end || o->fed > end)
		o->fed = end > s->time.rate / 4 ? end - s->time.rate / 4 : 0;
	while (o->fed < end) {
		uint64_t left = end - o->fed;
		uint32_t n = left < OUTLET_BLOCK ? (uint32_t)left : OUTLET_BLOCK;

		sink_read(s, o->fed, block, n);
		edge_out_push(o->edge, o->fed, block, n);
		o->fed += n;
	}
	runner_leave(&o->runner);
	return 0;
}

int outlet_flow(struct outlet *o)
{
	if (!runner_enter(&o->runner))
		return -ECANCELED;
	sink_flow(&o->base);
	runner_leave(&o->runner);
	return 0;
}

/* n stereo frames into the device's channels: one carries both, more than two are silent. */
static void spread(float *dst, const float *stereo, uint32_t channels, uint32_t n)
{
	memset(dst, 0, sizeof(*dst) * channels * n);
	for (uint32_t i = 0; i < n; i++) {
		if (channels == 1) {
			dst[i] = 0.5f * (stereo[2 * i] + stereo[2 * i + 1]);
			continue;
		}
		dst[i * channels] = stereo[2 * i];
		dst[i * channels + 1] = stereo[2 * i + 1];
	}
}

void outlet_pull(struct outlet *o, void *dst, uint32_t frames)
{
	float stereo[2 * OUTLET_BLOCK], wide[8 * OUTLET_BLOCK];
	uint8_t *p = dst;

	while (frames) {
		uint32_t n = frames < OUTLET_BLOCK ? frames : OUTLET_BLOCK;
		const float *from = stereo;
		size_t samples = (size_t)n * o->channels;

		edge_out_pull(o->edge, stereo, n);
		if (o->channels != 2) {
			spread(wide, stereo, o->channels, n);
			from = wide;
		}
		if (o->format == SAMPLE_S16)
			convert_to_s16_dither((int16_t *)(void *)p, from, samples, &o->dither);
		else
			convert_from_float(p, from, o->format, samples);
		p += samples * sample_size(o->format);
		frames -= n;
	}
}

/* What the edge has not played since it last was asked; at first it waits for reports. */
static void count_losses(struct outlet *o, const struct edge_status *st,
			 struct health_report *h)
{
	if (o->sounded)
		h->lost += st->silent - o->silent;
	o->sounded |= st->playing;
	o->silent = st->silent;
	if (st->breaks == o->breaks)
		return;
	h->drops += st->breaks - o->breaks;
	h->drop_at = clock_now();
	o->breaks = st->breaks;
}

void outlet_report(struct outlet *o, uint64_t latency)
{
	struct edge_status st;
	struct health_report *h;

	edge_out_status(o->edge, &st);
	h = health_begin(&o->base.health);
	count_losses(o, &st, h);
	h->rate = o->rate;
	h->ppm = st.ppm;
	h->skew = st.playing ? st.error : (double)NAN;
	h->latency_ms = (double)latency / (double)NS_PER_MS;
	h->sent++;
	health_end(&o->base.health);
}

void outlet_gap(struct outlet *o)
{
	struct edge_status st;
	struct health_report *h;

	edge_out_gap(o->edge);
	edge_out_status(o->edge, &st);
	h = health_begin(&o->base.health);
	o->breaks = st.breaks; /* that one is this one */
	h->drops++;
	h->drop_at = clock_now();
	health_end(&o->base.health);
}
