/* SPDX-License-Identifier: MIT */
/* parlour - see parlour.h. */
#include "tests/control/parlour.h"

#include "core/base/clock.h"
#include "core/control/model.h"
#include "core/io/simulated.h"
#include "tests/control/house.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SOUND	 343.0
#define HEARD	 (8u * RATE) /* frames of the microphone, a ring */
#define BEHIND	 64	     /* frames of a speaker kept from the run before */
#define TAPS	 16
#define BLOCK	 512
#define CATCH_UP 16384u /* frames at once, after a moment without a processor */

/* What is left of a speaker's last run. */
struct cone {
	const struct parlour_speaker *is;
	float frames[BEHIND + BLOCK];
	int64_t next; /* frame of the microphone to hear next; 0 = none heard */
};

static struct parlour {
	struct parlour_setup setup;
	struct control *control;
	struct cone cone[PARLOUR_SPEAKERS];
	pthread_mutex_t lock; /* guards heard */
	double heard[HEARD];
	double begun; /* ns, of the microphone's frame 0 */
	double apart; /* ns between two of its frames */
	pthread_t thread;
	_Atomic bool stop;
	char fifo[256];
} hall;

/* ---- from a cone to the air ---------------------------------------------------------------
 */

static double sinc(double x)
{
	double w = 0.5 + 0.5 * cos(M_PI * x / (TAPS / 2 + 1));

	return fabs(x) < 1e-9 ? 1 : w * sin(M_PI * x) / (M_PI * x);
}

static double between(const float *frames, double at)
{
	int first = (int)floor(at) - TAPS / 2 + 1;
	double sum = 0;

	for (int k = first; k < first + TAPS; k++)
		sum += sinc(at - k) * (double)frames[k];
	return sum;
}

static void add(int64_t frame, double x, double straight)
{
	static const struct {
		int later; /* frames of the microphone */
		double gain;
	} ways[] = { { 0, 1 }, { 331, 0.45 }, { 1013, -0.3 } };

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		hall.heard[(frame + ways[i].later) % HEARD] +=
			(i == 0 ? straight : 1) * ways[i].gain * x;
}

/* A run of a speaker: what of it reaches the microphone between its own frames. */
static void hear(const struct simulated_sound *sound, void *arg)
{
	struct cone *c = arg;
	double late = c->is->away_m / SOUND * 1e9;

	for (uint32_t i = 0; i < sound->n && i < BLOCK; i++)
		c->frames[BEHIND + i] =
			0.5f * (sound->frames[2 * i] + sound->frames[2 * i + 1]);
	pthread_mutex_lock(&hall.lock);
	for (;;) {
		double t = hall.begun + (double)c->next * hall.apart;
		double at = (t - late - sound->at) / sound->apart + BEHIND;

		if (at < TAPS) { /* a first run, or a gap: go to where it is heard */
			c->next += (int64_t)((TAPS - at) * sound->apart / hall.apart) + 1;
			continue;
		}
		if (at > BEHIND + sound->n - TAPS)
			break;
		add(c->next++, (double)c->is->gain * between(c->frames, at),
		    1 - (double)c->is->held);
	}
	pthread_mutex_unlock(&hall.lock);
	memmove(c->frames, c->frames + sound->n, BEHIND * sizeof(c->frames[0]));
}

/* ---- the microphone -----------------------------------------------------------------------
 */

static int16_t digital(double x, uint32_t *random)
{
	*random = *random * 1664525u + 1013904223u;
	x += (double)hall.setup.noise * ((double)(*random >> 8) / 8388608.0 - 1) + 2e-5;
	return (int16_t)lrint(32767 * fmin(fmax(x * (double)hall.setup.mic_gain, -1), 1));
}

/*
 * As from any microphone, what nobody listens to is gone: a listener finds no old sound in the
 * pipe, which would come at once, faster than a microphone gives any.
 */
static void give(int *fd, const int16_t *pcm, uint32_t n)
{
	if (*fd < 0)
		*fd = open(hall.fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (*fd >= 0 && write(*fd, pcm, n * sizeof(pcm[0])) < 0 && errno == EPIPE)
		close(TAKE_FD(*fd));
}

static void *listen_and_write(void *arg)
{
	sigset_t pipe;
	int fd = -1;
	int64_t next = 0;
	uint32_t random = 1;

	(void)arg;
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, NULL);
	while (!hall.stop) {
		double until = ((double)clock_now() - hall.begun) / hall.apart;
		int16_t pcm[CATCH_UP];
		uint32_t n = 0;

		pthread_mutex_lock(&hall.lock);
		for (; (double)next < until && n < CATCH_UP; n++, next++) {
			pcm[n] = digital(hall.heard[next % HEARD], &random);
			hall.heard[next % HEARD] = 0;
		}
		pthread_mutex_unlock(&hall.lock);
		give(&fd, pcm, n);
		clock_sleep_until(clock_now() + 15 * NS_PER_MS);
	}
	closep(&fd);
	return NULL;
}

const char *parlour_microphone(void)
{
	return hall.fifo;
}

double parlour_skew_ms(const struct ff_snapshot *s)
{
	double least = INFINITY, most = -INFINITY;

	for (uint32_t i = 0; i < s->speakers_n; i++) {
		const struct parlour_speaker *p = &hall.setup.speaker[i];
		double at = (double)s->speakers[i].delay_ms + p->latency_ms +
			    p->away_m / SOUND * 1e3;

		least = fmin(least, at);
		most = fmax(most, at);
	}
	return most - least;
}

/* ---- all of it ----------------------------------------------------------------------------
 */

static void write_profile(const struct parlour_setup *setup)
{
	char text[4096], filed[160];
	int n = snprintf(text, sizeof(text),
			 "version = 1; zones = ( { name = \"Parlour\"; sources = ( { type = "
			 "\"tone\"; tone = \"tune\"; } ); speakers = (");

	for (uint32_t i = 0; i < setup->speakers; i++) {
		const struct parlour_speaker *s = &setup->speaker[i];

		filed[0] = '\0';
		if (s->filed_ms > 0)
			snprintf(filed, sizeof(filed),
				 "latency_ms = %.4f; measured = \"2026-11-01 10:00\"; "
				 "microphone = \"filed\"; reported_ms = %.1f;",
				 s->filed_ms, s->filed_report_ms);
		n += snprintf(text + n, sizeof(text) - (size_t)n,
			      "%s { name = \"%c\"; output = \"simulated\"; %s simulated = { "
			      "latency_ms = %.4f; reported_ms = %.1f; clock_ppm = %.2f; }; }",
			      i ? "," : "", (char)('A' + i), filed, s->latency_ms, s->report_ms,
			      s->ppm);
	}
	snprintf(text + n, sizeof(text) - (size_t)n, " ); } );");
	write_file("parlour.conf", text);
}

struct control *parlour_open(const struct parlour_setup *setup)
{
	const struct ff_options options = { .profile = path_of("parlour.conf"),
					    .resume = setup->resume,
					    .no_bluetooth = true };
	struct complaint why;

	memset(&hall, 0, sizeof(hall));
	hall.setup = *setup;
	pthread_mutex_init(&hall.lock, NULL);
	hall.apart = 1e9 / (RATE * (1 + setup->mic_ppm * 1e-6));
	hall.begun = (double)clock_now();
	snprintf(hall.fifo, sizeof(hall.fifo), "%s", path_of("microphone"));
	mkfifo(hall.fifo, 0600);
	write_profile(setup);
	assert_int_equal(control_new(&options, &hall.control, &why), 0);
	pthread_mutex_lock(&hall.control->lock);
	for (uint32_t i = 0; i < hall.control->speakers_n; i++) {
		struct sink *s = hall.control->speakers[i]->sink;

		hall.cone[i].is = &hall.setup.speaker[i];
		sender_remove(hall.control->sender, s);
		sink_simulated_record(s, hear, &hall.cone[i]);
		sender_add(hall.control->sender, s);
	}
	pthread_mutex_unlock(&hall.control->lock);
	assert_int_equal(pthread_create(&hall.thread, NULL, listen_and_write, NULL), 0);
	return hall.control;
}

void parlour_close(void)
{
	if (!hall.control)
		return;
	control_free(hall.control);
	hall.control = NULL;
	hall.stop = true;
	pthread_join(hall.thread, NULL);
	pthread_mutex_destroy(&hall.lock);
}
