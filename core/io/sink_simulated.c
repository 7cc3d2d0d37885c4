/* SPDX-License-Identifier: MIT */
/*
 * sink_simulated - a speaker that is not there, for the demonstration and for
 * tests: own latency, own wrong and wandering clock, own losses.
 *
 *	ring ─► edge (matches our clock to its) ─► buffer, 20 ms ─► losses ─► cone
 *
 * It behaves as a sound card does: it takes frames on its own clock, says
 * roughly where it is, and when nobody brings any it plays silence and goes
 * on. All time is passed in, so it runs on any clock. One whose clock is
 * right has no edge: it plays each frame of the ring at its time.
 */
#include "core/io/simulated.h"

#include "core/base/clock.h"
#include "core/dsp/edge.h"
#include "core/io/sink_impl.h"

#include <math.h>
#include <string.h>

#define BUFFER_MS     20u /* what it keeps ahead of its cone */
#define LATENCY_MS    40u /* the least it can do: buffer, one cycle and the resampler */
#define CHUNK	      512u
#define PACKET_FRAMES 640u  /* lost together, as on the air */
#define JITTER_NS     20000 /* of its reports, as from a good sound card */

/* The crystal wanders by this much, slowly, about its error; never quite periodic. */
#define WANDER_PPM 2.0
#define WANDER_S1  97.0
#define WANDER_S2  411.0

struct simulated {
	struct sink base;
	struct edge_out *edge; /* NULL: its clock is ours */
	double speed;	       /* its clock, 1 = right */
	double phase[2];       /* of its wander */
	uint64_t extra;	       /* ns from the edge's time to the cone */
	uint64_t began;	       /* ns; 0 = not yet */
	uint64_t next;	       /* zone frame to read next */
	double idle;	       /* frames of its clock that it played without ours */
	uint64_t played;       /* frames given to the cone */
	double loss;	       /* 0..1 of packets */
	uint64_t seed, noise;  /* of the losses; of the reports */
	bool losing;	       /* the packet under way is lost */
	uint64_t sent, drops;
	simulated_hear hear;
	void *hear_arg;
	float buf[2 * CHUNK];
};

/* Mixes all bits of x well enough for losses. */
static uint64_t scramble(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static double uniform(uint64_t x)
{
	return (double)(scramble(x) >> 11) * 0x1p-53;
}

/* ---- its clock: frames as a smooth function of true time ----------------------------- */

static double clock_frames(const struct simulated *m, double seconds)
{
	static const double period[2] = { WANDER_S1, WANDER_S2 };
	double t = seconds * m->speed;

	for (int i = 0; i < 2; i++) {
		double w = 2.0 * M_PI / period[i];

		/* the integral of a sine of WANDER_PPM / 2 */
		t += WANDER_PPM * 0.5e-6 / w *
		     (cos(m->phase[i]) - cos(w * seconds + m->phase[i]));
	}
	return t * m->base.time.rate;
}

/* The other way. The clock is so nearly straight that few steps are exact. */
static double clock_seconds(const struct simulated *m, double frames)
{
	double t = frames / m->base.time.rate;

	for (int i = 0; i < 4; i++)
		t += (frames - clock_frames(m, t)) / m->base.time.rate;
	return t;
}

/* ---- the cone ------------------------------------------------------------------------ */

static void count_drop(struct simulated *m, uint64_t now)
{
	struct health_report *h = health_begin(&m->base.health);

	m->drops++;
	h->drop_at = now;
	health_end(&m->base.health);
}

static void lose(struct simulated *m, float *frames, uint32_t n, uint64_t now)
{
	for (uint32_t i = 0; i < n; i++) {
		uint64_t at = m->played + i;

		if (at % PACKET_FRAMES == 0) {
			m->losing = uniform(m->seed ^ (at / PACKET_FRAMES + 1)) < m->loss;
			m->sent++;
			if (m->losing)
				count_drop(m, now);
		}
		if (m->losing)
			frames[2 * i] = frames[2 * i + 1] = 0.0f;
	}
}

/* n frames go out, the first at true time at (ns), each apart ns after the other. */
static void play(struct simulated *m, float *frames, uint32_t n, double at, double apart,
		 uint64_t now)
{
	lose(m, frames, n, now);
	m->played += n;
	if (m->hear) {
		struct simulated_sound sound = {
			.at = at + (double)m->extra,
			.apart = apart,
			.frames = frames,
			.n = n,
		};

		m->hear(&sound, m->hear_arg);
	}
}

/* ---- a clock of its own -------------------------------------------------------------- */

static void feed_edge(struct simulated *m, uint64_t until)
{
	while (m->next < until) {
		uint64_t left = until - m->next;
		uint32_t n = left < CHUNK ? (uint32_t)left : CHUNK;

		edge_out_push(m->edge, m->next, m->buf,
			      ring_read(m->base.ring, m->next, m->buf, n));
		m->next += n;
	}
}

static void drain_edge(struct simulated *m, uint64_t now)
{
	double at = clock_frames(m, (double)(now - m->began) * 1e-9);
	double ahead = (double)m->base.time.rate * BUFFER_MS / 1000;
	double noise = (uniform(m->noise++) - 0.5) * 2.0 * JITTER_NS * 1e-9;
	double pulled = (double)edge_out_position(m->edge);

	if (at - m->idle > pulled) { /* ran dry: silence meanwhile */
		m->idle = at - pulled;
		edge_out_gap(m->edge);
		count_drop(m, now);
	}
	edge_out_report(m->edge, now, at - m->idle + noise * m->base.time.rate);

	while ((double)edge_out_position(m->edge) < at - m->idle + ahead) {
		double first = (double)edge_out_position(m->edge) + m->idle;
		double from = clock_seconds(m, first);
		double to = clock_seconds(m, first + CHUNK);

		edge_out_pull(m->edge, m->buf, CHUNK);
		play(m, m->buf, CHUNK, (double)m->began + from * 1e9, (to - from) * 1e9 / CHUNK,
		     now);
	}
}

/* ---- our clock ----------------------------------------------------------------------- */

static void play_straight(struct simulated *m, uint64_t until, uint64_t now)
{
	const struct timeline *t = &m->base.time;

	while (m->next < until) {
		uint64_t left = until - m->next;
		uint32_t n = left < CHUNK ? (uint32_t)left : CHUNK;

		sink_read(&m->base, m->next, m->buf, n);
		play(m, m->buf, n,
		     (double)clock_of_frame(t->t0, m->next, t->rate) +
			     LATENCY_MS * (double)NS_PER_MS,
		     1e9 / t->rate, now);
		m->next += n;
	}
}

/* ---- as a sink ----------------------------------------------------------------------- */

static void simulated_prepare(struct sink *s, uint64_t now)
{
	struct simulated *m = (struct simulated *)s;
	uint64_t until = sink_frame_now(s);
	struct edge_status status = { 0 };
	struct health_report *h;

	if (m->began == 0) {
		m->began = now;
		m->next = until > s->time.period ? until - s->time.period : 0;
	}
	if (until - m->next > s->time.rate)
		m->next = until - s->time.rate; /* the engine gave these up */

	if (m->edge) {
		feed_edge(m, until);
		drain_edge(m, now);
		edge_out_status(m->edge, &status);
	} else {
		play_straight(m, until, now);
	}

	h = health_begin(&s->health);
	h->sent = m->sent;
	h->drops = m->drops;
	h->ppm = status.ppm;
	health_end(&s->health);
}

static void simulated_free(struct sink *s)
{
	struct simulated *m = (struct simulated *)s;

	edge_out_free(m->edge);
	sink_done(s);
	free(m);
}

static const struct sink_ops simulated_ops = {
	.free = simulated_free,
	.prepare = simulated_prepare,
};

/* What it was configured to be; a latency under LATENCY_MS it cannot reach. */
static int configure(struct simulated *m, const struct sink_config *c)
{
	struct edge_setup setup = {
		.device_rate = m->base.time.rate,
		.zone_rate = m->base.time.rate,
		.t0 = m->base.time.t0,
		.latency = LATENCY_MS * NS_PER_MS,
		.class = DRIFT_ALSA,
		.ppm = c->ppm,
	};

	m->speed = 1.0 + c->clock_ppm * 1e-6;
	m->seed = scramble(c->seed + 1);
	m->phase[0] = 2.0 * M_PI * uniform(m->seed + 1);
	m->phase[1] = 2.0 * M_PI * uniform(m->seed + 2);
	m->noise = m->seed;
	m->loss = c->loss_percent / 100.0;
	if (c->latency_ms > LATENCY_MS)
		m->extra = (uint64_t)((c->latency_ms - LATENCY_MS) * (double)NS_PER_MS);
	if (c->clock_ppm == 0.0)
		return 0;
	m->edge = edge_out_new(&setup, NULL);
	return m->edge ? 0 : -ENOMEM;
}

int sink_simulated_new(const struct sink_args *args, struct sink **ret)
{
	struct simulated *m = calloc(1, sizeof(*m));
	struct health_report *h;
	int r;

	if (!m)
		return -ENOMEM;
	sink_init(&m->base, &simulated_ops, args);
	r = configure(m, args->config);
	if (r < 0) {
		simulated_free(&m->base);
		return r;
	}
	h = health_begin(&m->base.health);
	h->rate = args->time->rate;
	h->latency_ms = args->config->reported_ms;
	health_end(&m->base.health);
	health_set(&m->base.health, HEALTH_RUNNING, 0, "%s", "");
	sink_flow(&m->base);

	*ret = &m->base;
	return 0;
}

void sink_simulated_record(struct sink *s, simulated_hear hear, void *arg)
{
	struct simulated *m = (struct simulated *)s;

	m->hear = hear;
	m->hear_arg = arg;
}
