/* SPDX-License-Identifier: MIT */
/* source - see source.h: making, freeing and what all kinds share. */
#include "core/io/source_impl.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Also the order of enum source_type. */
static const struct {
	const char *thread; /* its name */
	bool realtime;	    /* short periods: a late wake-up is heard */
	void (*run)(struct source *s);
} kinds[] = {
	[SOURCE_IS_ALSA] = { "ff-in-alsa", true, source_alsa_run },
	[SOURCE_IS_PULSE] = { "ff-in-pulse", false, source_pulse_run },
	[SOURCE_IS_COMMAND] = { "ff-in-command", false, source_command_run },
	[SOURCE_IS_FIFO] = { "ff-in-fifo", false, source_fifo_run },
	[SOURCE_IS_STDIN] = { "ff-in-stdin", false, source_stdin_run },
	[SOURCE_IS_TONE] = { "ff-in-tone", false, source_tone_run },
};

static void run(void *body)
{
	struct source *s = body;

	kinds[s->config.type].run(s);
}

static void release(void *body)
{
	struct source *s = body;

	health_done(&s->health);
	ring_free(s->ring);
	free(s);
}

int source_new(const struct source_config *config, const struct timeline *time,
	       const struct engine *engine, int notify_fd, struct source **ret)
{
	struct source *s = calloc(1, sizeof(*s));
	int r;

	(void)engine; /* sources go by the clock alone */
	if (!s)
		return -ENOMEM;

	s->config = *config;
	snprintf(s->device, sizeof(s->device), "%s", config->device ? config->device : "");
	s->config.device = s->device;
	s->time = *time;
	/* half a second: room for the longest latency and a late engine */
	r = ring_new(time->rate / 2 + 2 * time->period, &s->ring);
	if (r < 0) {
		free(s);
		return r;
	}
	ring_start(s->ring, source_frame_at(s, clock_now()));
	health_init(&s->health, notify_fd);

	r = runner_start(&s->runner, kinds[config->type].thread, kinds[config->type].realtime,
			 run, release, s);
	if (r < 0) {
		release(s);
		return -EAGAIN;
	}
	*ret = s;
	return 0;
}

void source_free(struct source *s)
{
	if (!s)
		return;

	/* a thread that is left behind must not wake whoever has that descriptor next */
	health_mute(&s->health);
	runner_stop(&s->runner);
}

struct ring *source_ring(struct source *s)
{
	return s->ring;
}

#define WORTH_KNOWING (30 * NS_PER_SEC) /* before that a clock's error is mostly noise */
#define HANGING	      (3 * NS_PER_SEC)

void source_health(struct source *s, struct health_report *ret)
{
	health_read(&s->health, ret);
	/* a call that does not return cannot say so itself */
	if (ret->state == HEALTH_RUNNING &&
	    runner_silent_for(&s->runner, clock_now()) > HANGING) {
		ret->state = HEALTH_WAITING;
		snprintf(ret->reason, sizeof(ret->reason),
			 "%.80s hangs: it does not answer and is waited for.",
			 s->device[0] ? s->device : "The device");
	}
}

bool source_write(struct source *s, uint64_t at, const float *stereo, uint32_t frames)
{
	runner_beat(&s->runner, clock_now());
	return ring_write(s->ring, at, stereo, frames) == frames;
}

#define FADE (5 * NS_PER_MS) /* the edge keeps one in hand, and begins with two */

uint64_t intake_margin(enum drift_class class, uint32_t rate)
{
	uint64_t hand = 36 * NS_PER_SEC / rate + FADE; /* half of 64 taps, rounding, a fade */

	/* and as far as the edge may be off its place before it is back there */
	switch (class) {
	case DRIFT_ALSA:
		return hand + NS_PER_MS / 2;
	case DRIFT_USB:
		return hand + 3 * NS_PER_MS / 2;
	case DRIFT_LOOSE:
		return hand + 4 * NS_PER_MS;
	}
	return hand;
}

int intake_open(struct intake *in, struct source *s, const struct intake_setup *setup,
		uint64_t now)
{
	struct edge_setup e = {
		.device_rate = setup->rate,
		.zone_rate = s->time.rate,
		.t0 = s->time.t0,
		.latency = setup->latency,
		.class = setup->class,
		.ppm = s->config.ppm,
	};

	if (setup->channels < 1 || setup->channels > 8 || setup->rate < 8000 ||
	    setup->rate > 192000)
		return -EINVAL;

	*in = (struct intake){
		.source = s,
		.format = setup->format,
		.channels = setup->channels,
		.rate = setup->rate,
		.latency = setup->latency,
		.margin = intake_margin(setup->class, setup->rate),
		.opened = now,
		.next = source_frame_at(s, now),
	};
	/* the ring of an earlier opening may have got further */
	if (in->next < ring_head(s->ring))
		in->next = ring_head(s->ring);
	drift_init(&in->clock, setup->rate, e.ppm, setup->class);
	in->edge = edge_in_new(&e, NULL);
	return in->edge ? 0 : -ENOMEM;
}

void intake_close(struct intake *in)
{
	if (in->edge && clock_now() - in->opened > WORTH_KNOWING) {
		struct edge_status st;

		edge_in_status(in->edge, &st);
		in->source->config.ppm = st.ppm; /* to begin with when it comes back */
	}
	edge_in_free(in->edge);
	in->edge = NULL;
}

void source_to_stereo(float *stereo, const void *raw, enum sample_format format,
		      uint32_t channels, uint32_t frames)
{
	float wide[8 * SOURCE_BLOCK];
	float *to = channels == 2 ? stereo : wide;
	size_t samples = (size_t)frames * channels;

	convert_to_float(to, raw, format, samples);
	if (format == SAMPLE_FLOAT)
		for (size_t i = 0; i < samples; i++)
			to[i] = fminf(fmaxf(to[i], -4.0f), 4.0f);
	if (channels != 2)
		downmix_to_stereo(stereo, wide, channels, frames);
}

void intake_push(struct intake *in, uint64_t now, const void *data, uint32_t frames)
{
	float stereo[2 * SOURCE_BLOCK];
	const uint8_t *p = data;
	size_t size = sample_size(in->format) * in->channels;

	while (frames) {
		uint32_t n = frames < SOURCE_BLOCK ? frames : SOURCE_BLOCK;

		source_to_stereo(stereo, p, in->format, in->channels, n);
		edge_in_push(in->edge, now, stereo, n);
		p += n * size;
		in->pushed += n;
		frames -= n;
	}
}

void intake_report(struct intake *in, uint64_t now, double position)
{
	edge_in_report(in->edge, now, position);
	drift_report(&in->clock, now, position);
}

void intake_gap(struct intake *in)
{
	edge_in_gap(in->edge);
	drift_hold(&in->clock);
}

static void report(struct intake *in, const struct edge_status *st)
{
	struct health_report *h = health_begin(&in->source->health);

	h->ppm = st->ppm;
	h->rate = in->rate;
	h->latency_ms =
		(double)(in->latency + source_ns(in->source, in->shift)) / (double)NS_PER_MS;
	h->sent++;
	health_end(&in->source->health);
}

/*
 * The frame of the timeline up to which the edge can give sound. The edge goes
 * by what the reports say, not by the clock on the wall, and so do we.
 */
static uint64_t reach(const struct intake *in, bool playing)
{
	const struct source *s = in->source;
	double heard = drift_ns_until(&in->clock, s->time.t0, (double)in->pushed);
	double hand = (double)in->margin + (playing ? 0.0 : (double)FADE);
	double at = (heard + (double)in->latency - hand) * 1e-9 * s->time.rate;

	return at > 0 ? (uint64_t)at + in->shift : 0;
}

/*
 * The engine took a whole period when its first frame, begun, was due: note
 * by how much we missed that, in waking up or in sound.
 */
static void note_lateness(struct intake *in, uint64_t now, uint64_t begun, uint64_t end)
{
	const struct source *s = in->source;
	uint64_t taken = begun + s->time.period;
	uint64_t waking, sound;

	if (in->next >= taken)
		return;
	waking = now - clock_of_frame(s->time.t0, begun, s->time.rate);
	sound = end < taken ? source_ns(s, taken - end) : 0;
	in->late++;
	if (in->late_by < waking + sound)
		in->late_by = waking + sound;
}

void intake_pass(struct intake *in, uint64_t now)
{
	struct source *s = in->source;
	float out[2 * SOURCE_BLOCK];
	struct edge_status st;
	uint64_t begun = source_frame_at(s, now) / s->time.period * s->time.period, end;

	if (!drift_locked(&in->clock))
		return; /* nothing in the ring is silence, too */
	edge_in_status(in->edge, &st);
	end = reach(in, st.playing);
	if (st.playing)
		note_lateness(in, now, begun, end);
	/* what is over needs no pulling, unless the sound is in the middle of it */
	if (in->next + (st.playing ? s->time.rate / 4 : 0) < begun)
		in->next = begun;
	while (in->next < end) {
		uint64_t left = end - in->next;
		uint32_t n = left < SOURCE_BLOCK ? (uint32_t)left : SOURCE_BLOCK;

		edge_in_pull(in->edge, in->next - in->shift, out, n);
		source_write(s, in->next, out, n);
		in->next += n;
	}
	report(in, &st);
}

#define LATE_IN	   (10 * NS_PER_SEC)
#define LATE_OFTEN 4u
#define LATE_SLACK (2 * NS_PER_MS)

bool intake_adapt(struct intake *in, uint64_t now, uint64_t most)
{
	const struct timeline *t = &in->source->time;
	uint64_t had = source_ns(in->source, in->shift), add;

	if (in->late == 0 || now - in->late_at > LATE_IN) {
		in->late_at = now;
		in->late = 0;
		in->late_by = 0;
	}
	if (in->late <= LATE_OFTEN || had >= most)
		return false;
	add = in->late_by + LATE_SLACK;
	if (had + add > most)
		add = most - had;
	in->shift += add * t->rate / NS_PER_SEC + 1;
	in->late = 0;
	in->late_by = 0;
	return true;
}
