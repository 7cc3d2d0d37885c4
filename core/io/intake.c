/* SPDX-License-Identifier: MIT */
/* intake - see intake.h. */
#include "core/io/intake.h"

#include <math.h>

#define WORTH_KNOWING (30 * NS_PER_SEC) /* before that a clock's error is mostly noise */
#define FADE	      (5 * NS_PER_MS)	/* the edge keeps one in hand, and begins with two */

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
		.spelled = setup->spells,
		.margin = intake_margin(setup->class, setup->rate),
		.opened = now,
		.next = source_frame_at(s, now),
	};
	if (s->tap)
		tap_break(s->tap);
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

/* Less than what the edge takes for one by itself; more than what holds packets up mostly. */
#define PAUSE (190 * NS_PER_MS)

void intake_push(struct intake *in, uint64_t now, const void *data, uint32_t frames)
{
	float stereo[2 * SOURCE_BLOCK];
	const uint8_t *p = data;
	size_t size = sample_size(in->format) * in->channels;

	/* the edge and our own reckoning must begin anew with the same report */
	if (in->pushed_at && now > in->pushed_at + clock_of_frame(0, frames, in->rate) + PAUSE)
		intake_gap(in);
	in->pushed_at = now;

	while (frames) {
		uint32_t n = frames < SOURCE_BLOCK ? frames : SOURCE_BLOCK;

		source_to_stereo(stereo, p, in->format, in->channels, n);
		edge_in_push(in->edge, now, stereo, n);
		if (in->source->tap) /* heard by now, but for what is left of data */
			tap_push(in->source->tap, now - clock_of_frame(0, frames - n, in->rate),
				 in->rate, stereo, n);
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
	if (in->source->tap)
		tap_break(in->source->tap);
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

#define LATE_IN	    (10 * NS_PER_SEC)
#define LATE_OFTEN  4u
#define SPELLS_IN   (120 * NS_PER_SEC)
#define SPELLS_MANY 2u
#define SPELL	    NS_PER_SEC
#define LATE_SLACK  (2 * NS_PER_MS)

static void count_late(struct lateness *l, uint64_t now, uint64_t span, bool another,
		       uint64_t by)
{
	if (l->times == 0 || now - l->since > span)
		*l = (struct lateness){ .since = now };
	l->times += another || l->times == 0;
	l->by = by > l->by ? by : l->by;
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
	count_late(&in->passes, now, LATE_IN, true, waking + sound);
	count_late(&in->spells, now, SPELLS_IN, now > in->late_at + SPELL, waking + sound);
	in->late_at = now;
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

static bool is_often(const struct lateness *l, uint64_t now, uint64_t span, uint32_t many)
{
	return l->times > many && now - l->since <= span;
}

bool intake_adapt(struct intake *in, uint64_t now, uint64_t most)
{
	const struct timeline *t = &in->source->time;
	uint64_t had = source_ns(in->source, in->shift), add;

	if (is_often(&in->passes, now, LATE_IN, LATE_OFTEN))
		add = in->passes.by + LATE_SLACK;
	else if (in->spelled && is_often(&in->spells, now, SPELLS_IN, SPELLS_MANY))
		add = in->spells.by + LATE_SLACK;
	else
		return false;
	if (had >= most)
		return false;
	if (had + add > most)
		add = most - had;
	in->shift += add * t->rate / NS_PER_SEC + 1;
	in->passes = in->spells = (struct lateness){ 0 };
	return true;
}
