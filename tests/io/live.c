/* SPDX-License-Identifier: MIT */
/* live - see live.h. */
#include "tests/io/live.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PERIOD 512u

void live_init(struct live *l, uint32_t rate)
{
	*l = (struct live){
		.time = { .t0 = clock_now(), .rate = rate, .period = PERIOD },
		.folder = "/tmp/fanfare-io-XXXXXX",
	};
	if (engine_new(&l->time, &l->engine) < 0 || ring_new(rate / 2, &l->ring) < 0)
		abort();
	l->heard_max = 60 * rate;
	l->heard = calloc(2 * (size_t)l->heard_max, sizeof(float));
	if (!l->heard || !mkdtemp(l->folder))
		abort();
}

void live_done(struct live *l)
{
	char command[64];

	live_quiet(l);
	engine_free(l->engine);
	ring_free(l->ring);
	free(l->heard);
	snprintf(command, sizeof(command), "rm -r %s", l->folder);
	if (system(command) != 0)
		fprintf(stderr, "%s is left behind\n", l->folder);
}

const char *live_path(struct live *l, const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", l->folder, name);
	return path;
}

uint64_t live_in(double seconds)
{
	return clock_now() + (uint64_t)(seconds * 1e9);
}

void live_sleep(double seconds)
{
	clock_sleep_until(live_in(seconds));
}

/* ---- a source ---------------------------------------------------------------------------- */

struct source *live_pipe(struct live *l, enum source_type type, const char *device,
			 enum sample_format format, uint32_t rate, uint32_t channels)
{
	struct source_config c = {
		.type = type,
		.device = device,
		.format = format,
		.rate = rate,
		.channels = channels,
	};
	struct source *s;

	if (source_new(&c, &l->time, l->engine, -1, &s) < 0)
		abort();
	return s;
}

/* One cycle at its time: frames n to n + PERIOD, when frame n is due. */
static void hear(struct live *l, struct ring *ring, uint64_t n)
{
	float *to = l->heard + 2 * (size_t)l->heard_n;
	uint32_t got;

	clock_sleep_until(clock_of_frame(l->time.t0, n, l->time.rate));
	got = ring_read(ring, n, to, PERIOD);
	memset(to + 2 * got, 0, 2 * sizeof(float) * (PERIOD - got));
	l->missing += PERIOD - got;
	l->heard_n += PERIOD;
}

static uint64_t next_cycle(const struct live *l)
{
	uint64_t now = clock_to_frame(l->time.t0, clock_now(), l->time.rate);

	return (now / PERIOD + 1) * PERIOD;
}

void live_listen(struct live *l, struct source *s, double seconds)
{
	uint64_t n = next_cycle(l), end = n + (uint64_t)(seconds * l->time.rate);

	l->first = n;
	l->heard_n = l->missing = 0;
	for (; n < end && l->heard_n + PERIOD <= l->heard_max; n += PERIOD)
		hear(l, source_ring(s), n);
}

bool live_wait_sound(struct live *l, struct source *s, float level, double seconds)
{
	uint64_t n = next_cycle(l), end = n + (uint64_t)(seconds * l->time.rate);

	for (; n < end; n += PERIOD) {
		l->heard_n = 0;
		hear(l, source_ring(s), n);
		if (peak_of(l->heard, PERIOD) >= level)
			return true;
	}
	return false;
}

/* ---- a sink ------------------------------------------------------------------------------ */

static void *play_on(void *arg)
{
	struct live *l = arg;
	float block[2 * PERIOD] = { 0 };
	struct sched_param p = { .sched_priority = 40 };
	uint64_t n = next_cycle(l);

	/* as the engine's own thread does, and as little harm done where it may not */
	pthread_setschedparam(pthread_self(), SCHED_FIFO, &p);
	ring_start(l->ring, n);
	while (!atomic_load(&l->stop)) {
		clock_sleep_until(clock_of_frame(l->time.t0, n, l->time.rate));
		if (l->play)
			l->play(n, block, PERIOD);
		ring_write(l->ring, n, block, PERIOD);
		n += PERIOD;
		atomic_store_explicit(&l->engine->frame, n, memory_order_release);
	}
	return NULL;
}

void live_play(struct live *l, void (*play)(uint64_t frame, float *out, uint32_t n))
{
	l->play = play;
	atomic_store(&l->stop, false);
	if (pthread_create(&l->thread, NULL, play_on, l) != 0)
		abort();
}

void live_quiet(struct live *l)
{
	if (!l->thread)
		return;
	atomic_store(&l->stop, true);
	pthread_join(l->thread, NULL);
	l->thread = 0;
}

/* ---- states ------------------------------------------------------------------------------ */

static bool as_asked(const struct health_report *h, enum health_state state, const char *words)
{
	return h->state == state && strstr(h->reason, words);
}

static void show(const struct health_report *h)
{
	printf("state is %d: \"%s\"\n", (int)h->state, h->reason);
}

bool live_wait_source(struct source *s, enum health_state state, const char *words,
		      double seconds)
{
	uint64_t end = live_in(seconds);
	struct health_report h;

	do {
		source_health(s, &h);
		if (as_asked(&h, state, words))
			return true;
		live_sleep(0.01);
	} while (clock_now() < end);
	show(&h);
	return false;
}

bool live_wait_sink(struct sink *s, enum health_state state, const char *words, double seconds)
{
	uint64_t end = live_in(seconds);
	struct health_report h;

	do {
		sink_health(s, &h);
		if (as_asked(&h, state, words))
			return true;
		live_sleep(0.01);
	} while (clock_now() < end);
	show(&h);
	return false;
}

/* ---- judging ----------------------------------------------------------------------------- */

float peak_of(const float *x, uint32_t n)
{
	float peak = 0;

	for (uint32_t i = 0; i < n; i++)
		peak = fmaxf(peak, fabsf(x[2 * i]));
	return peak;
}

double rms_of(const float *x, uint32_t n)
{
	double sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += (double)x[2 * i] * (double)x[2 * i];
	return sqrt(sum / n);
}

uint32_t onset_of(const float *x, uint32_t n, float level)
{
	uint32_t i = 0;

	while (i < n && fabsf(x[2 * i]) < level)
		i++;
	return i;
}

struct fit fit_sine(const float *x, uint32_t n, double hz, double rate)
{
	double w = 2 * M_PI * hz / rate, ss = 0, sc = 0, cc = 0, xs = 0, xc = 0, rest = 0;
	double det, a, b;

	for (uint32_t i = 0; i < n; i++) {
		double s = sin(w * i), c = cos(w * i), v = (double)x[2 * i];

		ss += s * s;
		sc += s * c;
		cc += c * c;
		xs += v * s;
		xc += v * c;
	}
	det = ss * cc - sc * sc;
	a = (xs * cc - xc * sc) / det;
	b = (xc * ss - xs * sc) / det;
	for (uint32_t i = 0; i < n; i++) {
		double e = (double)x[2 * i] - a * sin(w * i) - b * cos(w * i);

		rest += e * e;
	}
	return (struct fit){ hypot(a, b), atan2(b, a), sqrt(rest / n) };
}

/* The same at the frequency the block itself has, near hz: a drift matched is no flaw. */
static struct fit fit_own_sine(const float *x, uint32_t n, double hz, double rate,
			       double *ret_hz)
{
	uint32_t half = n / 2;
	struct fit a = fit_sine(x, half, hz, rate);
	struct fit b = fit_sine(x + 2 * (size_t)half, half, hz, rate);
	double turn = b.phase - a.phase - fmod(2 * M_PI * hz / rate * half, 2 * M_PI);

	turn -= 2 * M_PI * round(turn / (2 * M_PI));
	*ret_hz = hz + turn / (2 * M_PI) * rate / half;
	return fit_sine(x, n, *ret_hz, rate);
}

struct evenness evenness_of(const float *x, uint32_t n, double hz, double rate)
{
	uint32_t block = (uint32_t)(rate * 0.05), blocks = n / block, good = 0;
	double *at = calloc(blocks, sizeof(double)), *phase = calloc(blocks, sizeof(double));
	double last = 0, slope, mean, st = 0, sp = 0, stt = 0, stp = 0;
	struct evenness e = { 0 };

	if (!at || !phase || blocks < 4)
		abort();
	for (uint32_t k = 0; k < blocks; k++) {
		double own;
		struct fit f = fit_own_sine(x + 2 * (size_t)k * block, block, hz, rate, &own);
		/* of its middle, against a sine of hz that runs on from the first block */
		double p = f.phase + fmod(M_PI * own / rate * block, 2 * M_PI) -
			   fmod(2 * M_PI * hz / rate * (k + 0.5) * block, 2 * M_PI);

		if (!(f.rest < 0.05 * f.amplitude))
			continue;
		p += 2 * M_PI * round((last - p) / (2 * M_PI));
		at[good] = k;
		phase[good++] = last = p;
		e.rest = fmax(e.rest, f.rest / f.amplitude);
		st += k;
		sp += p;
		stt += (double)k * k;
		stp += k * p;
	}
	slope = (good * stp - st * sp) / (good * stt - st * st);
	mean = (sp - slope * st) / good;
	for (uint32_t k = 0; k < good; k++)
		e.wander = fmax(e.wander, fabs(phase[k] - mean - slope * at[k]));
	e.wander /= 2 * M_PI * hz;
	e.hz = hz + slope / (2 * M_PI) * rate / block;
	e.spoilt = 1 - (double)good / blocks;
	free(at);
	free(phase);
	printf("%.4f Hz, wanders %.2f us, rest %.1f dB, %.0f %% spoilt\n", e.hz, e.wander * 1e6,
	       20 * log10(e.rest), 100 * e.spoilt);
	return e;
}
