/* SPDX-License-Identifier: MIT */
/*
 * test_sink_alsa - playing on ALSA, on its plugins that need no card.
 *
 * "file" has no clock and takes any amount at once; "pulse" has a sound
 * server's, here one whose pipe sink tells when each sample comes out. Real
 * cards and their xruns are the lab's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/io/live.h"
#include "tests/io/pulse_server.h"

#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct pulse_server server;
static struct live l;

static _Atomic uint32_t held_up; /* ms; then the engine goes on, and makes up for it */

static void play_sine(uint64_t frame, float *out, uint32_t n)
{
	live_sleep(atomic_exchange(&held_up, 0) * 1e-3);
	for (uint32_t i = 0; i < n; i++) {
		double t = (double)((frame + i) % 44100) / 44100;

		out[2 * i] = out[2 * i + 1] = (float)(0.5 * sin(2 * M_PI * 997 * t));
	}
}

static struct sink *open_sink(const char *device)
{
	struct sink_config c = { .type = SINK_IS_ALSA, .device = device, .name = "Kitchen" };
	struct sink *s = NULL;

	assert_int_equal(sink_new(&c, &l.time, l.engine, l.ring, NULL, -1, &s), 0);
	return s;
}

static void a_card_that_is_not_there_is_named_and_waited_for(void **state)
{
	const char *const names[] = { "hw:CARD=Nowhere,DEV=0", "plughw:31", "no_such_pcm" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct sink *s = open_sink(names[i]);
		struct health_report h;
		uint64_t before;

		assert_true(live_wait_sink(s, HEALTH_WAITING, names[i], 5));
		sink_health(s, &h);
		assert_non_null(strstr(h.reason, "aplay -l"));
		assert_true(h.retry_at > 0);
		assert_false(sink_flowing(s));
		before = clock_now();
		sink_free(s);
		assert_true(clock_now() - before < 500 * NS_PER_MS);
	}
}

/* The sound that was kept in file, the caller's. */
static float *tape_read(const char *file, uint32_t *ret_n, int *ret_channels, int *ret_rate)
{
	SF_INFO info = { 0 };
	SNDFILE *f;
	float *raw, *x;

	f = sf_open(live_path(&l, file), SFM_READ, &info);
	assert_non_null(f);
	raw = malloc((size_t)info.frames * (size_t)info.channels * sizeof(*raw));
	x = calloc(2 * (size_t)info.frames, sizeof(*x));
	assert_non_null(raw);
	assert_non_null(x);
	*ret_n = (uint32_t)sf_readf_float(f, raw, info.frames);
	sf_close(f);
	for (uint32_t i = 0; i < *ret_n; i++) {
		x[2 * i] = raw[i * (uint32_t)info.channels];
		x[2 * i + 1] = raw[(i + 1) * (uint32_t)info.channels - 1];
	}
	free(raw);
	*ret_channels = info.channels;
	*ret_rate = info.samplerate;
	return x;
}

/* Play seconds on device, which keeps it in file; the sound of it, the caller's. */
static float *tape(const char *device, const char *file, double seconds, uint32_t *ret_n,
		   int *ret_channels, int *ret_rate)
{
	struct sink *s = open_sink(device);
	struct health_report h;

	assert_true(live_wait_sink(s, HEALTH_RUNNING, "", 5));
	assert_true(sink_flowing(s));
	live_sleep(seconds);
	sink_health(s, &h);
	print_message("%s: %.1f ms, %.2f ppm, %u drops\n", device, h.latency_ms, h.ppm,
		      (unsigned int)h.drops);
	assert_int_equal(h.state, HEALTH_RUNNING);
	assert_int_equal(h.drops, 0);
	sink_free(s);
	return tape_read(file, ret_n, ret_channels, ret_rate);
}

static void judge(const float *x, uint32_t n, double rate, double seconds)
{
	uint32_t start = onset_of(x, n, 0.3f) + (uint32_t)(0.1 * rate);
	struct evenness e;

	/* in real time, not as fast as it is taken */
	assert_in_range(n, (uint32_t)(seconds * rate), (uint32_t)((seconds + 1) * rate));
	assert_true(start < rate);
	e = evenness_of(x + 2 * start, n - start, 997, rate);
	assert_judged(fabs(e.hz / 997 - 1) < 1e-4);
	assert_judged(e.wander < 2e-4);
	assert_judged(e.rest < 0.05 && e.spoilt < LIVE_SPOILT);
}

static void a_device_without_a_clock_plays_in_real_time(void **state)
{
	int channels, rate;
	uint32_t n;
	float *x;

	(void)state;
	x = tape("tape", "tape.wav", 3, &n, &channels, &rate);
	assert_int_equal(channels, 2);
	assert_int_equal(rate, 44100);
	judge(x, n, rate, 3);
	free(x);
}

static void another_rate_one_channel_and_sixteen_bits(void **state)
{
	int channels, rate;
	uint32_t n;
	float *x;

	(void)state;
	x = tape("narrow", "narrow.wav", 2, &n, &channels, &rate);
	assert_int_equal(channels, 1);
	assert_int_equal(rate, 48000);
	judge(x, n, rate, 2);
	free(x);
}

/* Frames of silence after the sine began, in runs of 1 ms and more. */
static uint32_t holes_of(const float *x, uint32_t n)
{
	uint32_t run = 0, sum = 0;

	for (uint32_t i = onset_of(x, n, 0.3f); i < n; i++) {
		run = fabsf(x[2 * i]) < 1e-3f ? run + 1 : 0;
		sum += run == 44 ? 44 : run > 44;
	}
	return sum;
}

static void hold_engine_up(uint32_t ms)
{
	atomic_store(&held_up, ms);
	live_sleep(1 + ms * 1e-3);
}

/* The whole machine stands still now and then; what that costs is told to the frame. */
static void a_late_engine_is_waited_for_and_what_it_costs_is_counted(void **state)
{
	struct sink *s = open_sink("tape");
	struct health_report before, after;
	uint32_t n, holes, start;
	int channels, rate;
	struct evenness e;
	float *x;

	(void)state;
	assert_true(live_wait_sink(s, HEALTH_RUNNING, "", 5));
	live_sleep(1);
	sink_health(s, &before);
	hold_engine_up(60);
	hold_engine_up(70);
	sink_health(s, &after);
	assert_judged(after.drops == before.drops && after.lost == before.lost);
	hold_engine_up(400);
	sink_health(s, &after);
	sink_free(s);

	x = tape_read("tape.wav", &n, &channels, &rate);
	holes = holes_of(x, n);
	print_message("held up for 400 ms: %.1f ms of silence, %.1f ms counted, %u drops\n",
		      1e3 * holes / rate, 1e3 * (double)(after.lost - before.lost) / rate,
		      (unsigned)(after.drops - before.drops));
	assert_in_range(after.drops, before.drops + 1, before.drops + 3);
	assert_in_range(holes, rate / 10, rate / 2);
	/* at both ends a fade is silent to the ear before it is nothing */
	assert_judged(fabs((double)holes - (double)(after.lost - before.lost)) < 0.01 * rate);
	start = onset_of(x, n, 0.3f) + (uint32_t)(0.1 * rate);
	e = evenness_of(x + 2 * start, n - start, 997, rate);
	assert_judged(e.wander < 2e-4); /* in place before and after */
	free(x);
}

static void one_that_breaks_off_often_is_filled_further_ahead(void **state)
{
	struct sink *s = open_sink("tape");
	struct health_report h;

	(void)state;
	assert_true(live_wait_sink(s, HEALTH_RUNNING, "", 5));
	live_sleep(0.5);
	for (int i = 0; i < 3; i++)
		hold_engine_up(400);
	sink_health(s, &h);
	print_message("%.1f ms after %u drops\n", h.latency_ms, (unsigned)h.drops);
	assert_in_range(h.drops, 3, 6);
	assert_true(h.latency_ms > 98.9 && h.latency_ms < 99.1);
	assert_int_equal(h.state, HEALTH_RUNNING);
	sink_free(s);
}

/* When the sine begins to come out of the pipe, ns; 0 = never. */
static uint64_t sound_at(int fifo, double seconds)
{
	uint64_t end = live_in(seconds);

	while (clock_now() < end) {
		struct pollfd p = { .fd = fifo, .events = POLLIN };
		int16_t x[2 * 1024];
		ssize_t got;

		if (poll(&p, 1, 20) <= 0)
			continue;
		got = read(fifo, x, sizeof(x));
		if (got <= 0)
			live_sleep(0.01);
		for (ssize_t i = 0; i < got / 4; i++)
			if (x[2 * i] > 8000)
				return clock_now();
	}
	return 0;
}

static void a_server_behind_a_plugin_is_played_to_and_waited_for(void **state)
{
	struct sink *s = open_sink("server");
	int fifo;

	(void)state;
	assert_true(live_wait_sink(s, HEALTH_WAITING, "server", 5));
	for (int round = 0; round < 2; round++) {
		assert_true(pulse_server_start(&server));
		live_sleep(0.3);
		fifo = pulse_server_hear(&server);
		assert_true(fifo >= 0);
		assert_true(live_wait_sink(s, HEALTH_RUNNING, "", 10));
		assert_true(sound_at(fifo, 5) != 0);
		close(fifo);
		pulse_server_kill(&server);
		assert_true(live_wait_sink(s, HEALTH_WAITING, "server", 8));
		assert_false(sink_flowing(s));
	}
	sink_free(s);
}

static void write_config(void)
{
	FILE *f = fopen(live_path(&l, "asound.conf"), "w");

	assert_non_null(f);
	fprintf(f,
		"</usr/share/alsa/alsa.conf>\n" /* "hw" and all that, as everywhere */
		"pcm.nothing { type null }\n"
		"pcm.tape { type file slave.pcm nothing file %s/tape.wav format wav }\n"
		"pcm.thin { type file slave.pcm nothing file %s/narrow.wav format wav }\n"
		"pcm.narrow { type plug slave { pcm thin rate 48000 channels 1 format S16_LE } "
		"}\n"
		"pcm.server { type pulse device pipe }\n",
		l.folder, l.folder);
	fclose(f);
	setenv("ALSA_CONFIG_PATH", live_path(&l, "asound.conf"), 1);
}

static int set_up(void **state)
{
	(void)state;
	pulse_server_init(&server, false);
	live_init(&l, 44100);
	write_config();
	live_play(&l, play_sine);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pulse_server_done(&server);
	live_done(&l);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_card_that_is_not_there_is_named_and_waited_for),
		cmocka_unit_test(a_device_without_a_clock_plays_in_real_time),
		cmocka_unit_test(another_rate_one_channel_and_sixteen_bits),
		cmocka_unit_test(a_late_engine_is_waited_for_and_what_it_costs_is_counted),
		cmocka_unit_test(one_that_breaks_off_often_is_filled_further_ahead),
		cmocka_unit_test(a_server_behind_a_plugin_is_played_to_and_waited_for),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
