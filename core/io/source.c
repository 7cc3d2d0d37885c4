/* SPDX-License-Identifier: MIT */
/* source - see source.h: making, freeing and what all kinds share. */
#include "core/io/source_impl.h"

#include <stdio.h>

/* Also the order of enum source_type. */
static const struct {
	const char *thread; /* its name */
	bool realtime;	    /* what comes too late is silence, on a busy machine, too */
	void (*run)(struct source *s);
} kinds[] = {
	[SOURCE_IS_ALSA] = { "ff-in-alsa", true, source_alsa_run },
	[SOURCE_IS_PULSE] = { "ff-in-pulse", false, source_pulse_run },
	[SOURCE_IS_COMMAND] = { "ff-in-command", true, source_command_run },
	[SOURCE_IS_FIFO] = { "ff-in-fifo", true, source_fifo_run },
	[SOURCE_IS_STDIN] = { "ff-in-stdin", true, source_stdin_run },
	[SOURCE_IS_TONE] = { "ff-in-tone", true, source_tone_run },
	[SOURCE_IS_A2DP] = { "ff-in-a2dp", true, source_a2dp_run },
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
	tap_free(s->tap);
	inlet_free(s->inlet);
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
	if (r == 0 && config->keep > 0)
		r = tap_new(config->keep, &s->tap);
	if (r == 0 && config->type == SOURCE_IS_A2DP)
		r = inlet_new(&s->inlet);
	if (r < 0) {
		tap_free(s->tap);
		ring_free(s->ring);
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

struct tap *source_tap(struct source *s)
{
	return s->tap;
}

#define HANGING (3 * NS_PER_SEC)

void source_health(struct source *s, struct health_report *ret)
{
	health_read(&s->health, ret);
	/* a call that does not return cannot say so itself */
	if (ret->state == HEALTH_RUNNING &&
	    runner_silent_for(&s->runner, clock_now()) > HANGING) {
		ret->state = HEALTH_WAITING;
		snprintf(ret->reason, sizeof(ret->reason),
			 "\"%.80s\" hangs: it does not answer and is waited for.",
			 s->device[0] ? s->device : "default");
	}
}

bool source_write(struct source *s, uint64_t at, const float *stereo, uint32_t frames)
{
	runner_beat(&s->runner, clock_now());
	return ring_write(s->ring, at, stereo, frames) == frames;
}
