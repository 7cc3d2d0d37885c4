/* SPDX-License-Identifier: MIT */
/*
 * source_pulse - what a PulseAudio or PipeWire source, or a sink's monitor,
 * gives.
 *
 * libpulse-simple blocks, and for ever when the server hangs: see runner.h.
 * So we read in small pieces. The server's word on its latency is our only
 * position report, good to a few milliseconds.
 */
#include "core/io/pulse.h"
#include "core/io/intake.h"

#include <pulse/error.h>
#include <pulse/simple.h>
#include <stdio.h>

#define PIECE	  (10 * NS_PER_MS)
#define LATENCY	  (110 * NS_PER_MS)
#define EXTRA_MAX (300 * NS_PER_MS) /* more of it for servers that are slower */
#define STALL	  (500 * NS_PER_MS) /* a piece that took so long: the server hung */
#define AGAIN	  (-1)		    /* no libpulse error: open it anew, at once */
#define REPORTS	  4u		    /* pieces between two */

struct listener {
	struct source *source;
	struct intake in;
	pa_simple *stream;
	uint8_t *bytes;
	uint32_t frames; /* of a piece */
};

static int open_intake(struct listener *l)
{
	struct source *s = l->source;
	struct intake_setup setup = {
		.format = SAMPLE_FLOAT,
		.channels = s->config.channels ? s->config.channels : 2,
		.rate = s->config.rate ? s->config.rate : s->time.rate,
		.latency = source_ns(s, s->time.period) + LATENCY,
		.class = DRIFT_LOOSE,
		.spells = true,
	};

	return intake_open(&l->in, s, &setup, clock_now());
}

/* 0 or a libpulse error. */
static int open_stream(struct listener *l)
{
	struct source *s = l->source;
	pa_sample_spec spec = {
		.format = PA_SAMPLE_FLOAT32LE,
		.rate = l->in.rate,
		.channels = (uint8_t)l->in.channels,
	};
	pa_buffer_attr attr = {
		.maxlength = (uint32_t)-1,
		.tlength = (uint32_t)-1,
		.prebuf = (uint32_t)-1,
		.minreq = (uint32_t)-1,
	};
	int error = pulse_look_for(s->device, true);

	if (error != PA_OK)
		return error;
	l->frames = (uint32_t)(PIECE * l->in.rate / NS_PER_SEC);
	attr.fragsize = (uint32_t)(l->frames * pa_frame_size(&spec));
	l->bytes = malloc(attr.fragsize);
	if (!l->bytes)
		return PA_ERR_INTERNAL;
	l->stream = pa_simple_new(NULL, "Fanfare", PA_STREAM_RECORD,
				  s->device[0] ? s->device : NULL, "Fanfare listens", &spec,
				  NULL, &attr, &error);
	return l->stream ? PA_OK : error ? error : PA_ERR_UNKNOWN;
}

static void close_stream(struct listener *l)
{
	if (l->stream)
		pa_simple_free(l->stream);
	l->stream = NULL;
	free(l->bytes);
	l->bytes = NULL;
}

/*
 * Until it breaks: the libpulse error, AGAIN, or PA_OK when stopping. After a
 * server hung, libpulse guesses its latency wrong for half a minute, by tens
 * of ms; only a new stream begins with a clean slate.
 */
static int listen_on(struct listener *l)
{
	struct source *s = l->source;
	uint64_t now = clock_now();
	int error = PA_OK;

	for (uint32_t i = 0; !runner_stopping(&s->runner); i++) {
		uint64_t before = now;

		if (pa_simple_read(l->stream, l->bytes,
				   l->frames * sizeof(float) * l->in.channels, &error) < 0)
			return error;
		now = clock_now();
		runner_beat(&s->runner, now);
		if (i == 0)
			health_set(&s->health, HEALTH_RUNNING, 0, "%s", "");
		else if (now - before > STALL)
			return AGAIN;
		intake_push(&l->in, now, l->bytes, l->frames);
		if (i % REPORTS == 0) {
			pa_usec_t usec = pa_simple_get_latency(l->stream, &error);

			now = clock_now();
			if (usec != (pa_usec_t)-1)
				intake_report(&l->in, now,
					      (double)l->in.pushed +
						      (double)usec * 1e-6 * l->in.rate);
		}
		intake_pass(&l->in, now);
		intake_adapt(&l->in, now, EXTRA_MAX);
	}
	return PA_OK;
}

void source_pulse_run(struct source *s)
{
	struct backoff wait = { .first = NS_PER_SEC / 2, .most = 3 * NS_PER_SEC };
	struct listener l = { .source = s };
	char why[160];
	uint64_t retry;

	do {
		int error = AGAIN;

		while (error == AGAIN) {
			error = open_intake(&l) < 0 ? PA_ERR_INTERNAL : open_stream(&l);
			if (error == PA_OK) {
				backoff_reset(&wait);
				error = listen_on(&l);
			}
			close_stream(&l);
			intake_close(&l.in);
		}
		if (runner_stopping(&s->runner))
			return;
		pulse_why(error, s->device, true, why, sizeof(why));
		retry = clock_now() + backoff_next(&wait);
		health_set(&s->health, HEALTH_WAITING, retry, "%s", why);
	} while (runner_sleep_until(&s->runner, retry));
}
