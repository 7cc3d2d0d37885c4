/* SPDX-License-Identifier: MIT */
/*
 * sink_pulse - a speaker on a PulseAudio or PipeWire sink.
 *
 * libpulse-simple blocks, and for ever when the server hangs: see runner.h.
 * Frame n is heard at its time plus a constant that is longer than what the
 * server says it holds; a sink with more than we thought (a network, another
 * Bluetooth) makes it longer, once, and control is told through the report.
 */
#include "core/io/outlet.h"
#include "core/io/pulse.h"

#include <math.h>
#include <pulse/error.h>
#include <pulse/simple.h>
#include <stdio.h>

#define PIECE	  (20 * NS_PER_MS)
#define BUFFER	  (100 * NS_PER_MS) /* asked of the server */
#define LATENCY	  (170 * NS_PER_MS)
#define SLACK	  (45 * NS_PER_MS) /* of it that the server must not take */
#define MOST	  (3 * NS_PER_SEC)
#define JUMP	  0.01 /* s: beyond the noise of reports; it ran dry and began again */
#define JUMP_MOST 0.1  /* s: for a server whose reports are that noisy */
#define CALM	  (10 * NS_PER_SEC) /* without a jump: the noise is as it should be */
#define STALL	  (500 * NS_PER_MS) /* a piece that took so long: the server hung */
#define AGAIN	  (-1)		    /* no libpulse error: open it anew, at once */
#define SETTLE	  (400 * NS_PER_MS) /* before that its reports are of its own catching up */
#define JUMPED	  3u		    /* reports in a row that say so */

struct sink_pulse {
	struct outlet out;
	pa_simple *stream;
	uint8_t *bytes;
	uint32_t frames;     /* of a piece */
	uint64_t latency;    /* ns from due to heard */
	uint64_t long_since; /* ns; since when the server holds too much, 0 = it does not */
	bool placed;	     /* the next is known */
	double lead;	     /* s; of the device's position over the clock, smoothed */
	double jump;	     /* s; as noisy as its reports may be at present */
	uint64_t jumped_at;  /* ns; the latest */
	uint64_t settled;    /* ns; when reports may be believed again, 0 = from the first on */
	uint32_t odd;	     /* reports in a row that differ from it */
};

static int open_edge(struct sink_pulse *p)
{
	struct outlet_setup setup = {
		.format = SAMPLE_FLOAT,
		.channels = 2,
		.rate = p->out.base.time.rate,
		.latency = p->latency,
		.class = DRIFT_LOOSE,
	};

	p->placed = false;
	p->odd = 0;
	p->long_since = p->settled = 0;
	return outlet_open(&p->out, &setup);
}

/* 0 or a libpulse error. */
static int open_stream(struct sink_pulse *p)
{
	const struct sink *s = &p->out.base;
	pa_sample_spec spec = {
		.format = PA_SAMPLE_FLOAT32LE,
		.rate = p->out.rate,
		.channels = 2,
	};
	size_t second = pa_bytes_per_second(&spec);
	pa_buffer_attr attr = {
		.maxlength = (uint32_t)-1,
		.tlength = (uint32_t)(second * BUFFER / NS_PER_SEC),
		.prebuf = (uint32_t)-1,
		.minreq = (uint32_t)(second * PIECE / NS_PER_SEC),
		.fragsize = (uint32_t)-1,
	};
	int error = pulse_look_for(s->device, false);

	if (error != PA_OK)
		return error;
	p->frames = (uint32_t)(PIECE * p->out.rate / NS_PER_SEC);
	p->bytes = malloc(p->frames * pa_frame_size(&spec));
	if (!p->bytes)
		return PA_ERR_INTERNAL;
	p->stream = pa_simple_new(
		NULL, "Fanfare", PA_STREAM_PLAYBACK, s->device[0] ? s->device : NULL,
		s->name[0] ? s->name : "Fanfare plays", &spec, NULL, &attr, &error);
	return p->stream ? PA_OK : error ? error : PA_ERR_UNKNOWN;
}

static void close_stream(struct sink_pulse *p)
{
	outlet_close(&p->out);
	if (p->stream)
		pa_simple_free(p->stream);
	p->stream = NULL;
	free(p->bytes);
	p->bytes = NULL;
}

/*
 * Whether a report may be believed. A server that ran dry for a moment goes on
 * a step behind, and for the edge's loop that would be noise for seconds.
 */
static bool believable(struct sink_pulse *p, uint64_t now, double lead)
{
	double off = p->placed ? lead - p->lead : 0;

	if (!p->settled)
		p->settled = now + SETTLE;
	if (now < p->settled)
		return false;
	if (!p->placed || fabs(off) <= p->jump) {
		p->lead = p->placed ? p->lead + off / 16 : lead;
		p->placed = true;
		p->odd = 0;
		return true;
	}
	if (++p->odd < JUMPED)
		return false;
	/* one after the other are no jumps but noise: it must not silence us */
	p->jump = now - p->jumped_at > CALM ? JUMP : fmin(2 * p->jump, JUMP_MOST);
	p->jumped_at = now;
	p->placed = false;
	p->odd = 0;
	p->settled = now + SETTLE;
	outlet_gap(&p->out);
	return false;
}

/* At now the server holds held ns: tell the edge. PA_OK or an error. */
static int report(struct sink_pulse *p, uint64_t now, uint64_t held)
{
	double rate = p->out.rate;
	double at = (double)edge_out_position(p->out.edge) - (double)held * 1e-9 * rate;

	if (believable(p, now, at / rate - (double)(now - p->out.base.time.t0) * 1e-9))
		edge_out_report(p->out.edge, now, at);

	if (held + SLACK <= p->latency) {
		p->long_since = 0;
	} else if (!p->long_since) {
		p->long_since = now;
	} else if (now - p->long_since > NS_PER_SEC && held < MOST) {
		p->latency = held + 2 * SLACK;
		return open_edge(p) < 0 ? PA_ERR_INTERNAL : PA_OK;
	}
	return PA_OK;
}

/*
 * Until it breaks: the libpulse error, AGAIN, or PA_OK when stopping. After a
 * server hung, libpulse guesses its latency wrong for half a minute, by tens
 * of ms; only a new stream begins with a clean slate.
 */
static int play_on(struct sink_pulse *p)
{
	struct outlet *o = &p->out;
	uint64_t now = clock_now();
	int error = PA_OK;

	while (outlet_feed(o) >= 0) {
		uint64_t before = now;
		pa_usec_t usec;

		outlet_pull(o, p->bytes, p->frames);
		if (pa_simple_write(p->stream, p->bytes, p->frames * 2 * sizeof(float),
				    &error) < 0)
			return error;
		usec = pa_simple_get_latency(p->stream, &error);
		if (usec == (pa_usec_t)-1)
			return error;
		now = clock_now();
		runner_beat(&o->runner, now);
		if (now - before > STALL) {
			outlet_gap(o);
			return AGAIN;
		}
		if (usec > 0) { /* 0 = it has not begun to tell */
			error = report(p, now, usec * 1000);
			if (error != PA_OK)
				return error;
		}
		outlet_report(o, p->latency);
	}
	return PA_OK;
}

static void run(void *body)
{
	struct sink_pulse *p = body;
	struct sink *s = &p->out.base;
	struct backoff wait = { .first = NS_PER_SEC / 2, .most = 3 * NS_PER_SEC };
	char why[160];
	uint64_t retry;

	p->latency = LATENCY;
	p->jump = JUMP;
	do {
		int error = AGAIN;

		while (error == AGAIN) {
			error = open_edge(p) < 0 ? PA_ERR_INTERNAL : open_stream(p);
			if (error == PA_OK) {
				backoff_reset(&wait);
				runner_beat(&p->out.runner, clock_now());
				health_set(&s->health, HEALTH_RUNNING, 0, "%s", "");
				error = outlet_flow(&p->out) < 0 ? PA_OK : play_on(p);
			}
			close_stream(p);
		}
		if (runner_stopping(&p->out.runner))
			return;
		pulse_why(error, s->device, false, why, sizeof(why));
		retry = clock_now() + backoff_next(&wait);
		health_set(&s->health, HEALTH_WAITING, retry, "%s", why);
	} while (runner_sleep_until(&p->out.runner, retry));
}

int sink_pulse_new(const struct sink_args *args, struct sink **ret)
{
	return outlet_new(args, sizeof(struct sink_pulse), "ff-out-pulse", false, run, ret);
}
