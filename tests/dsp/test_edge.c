/* SPDX-License-Identifier: MIT */
/*
 * test_edge - what may happen to a device, judged from the samples it plays or
 * gives, against true time. test_hour has the long run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "tests/dsp/measure.h"
#include "tests/dsp/virtual.h"

#define US 1e-6

static const double cleans[] = { -105, -90, -80 }; /* dB */

/* Two sinks at real rates, the second of which things happen to. */
struct scene {
	struct virtual_sink s[2];
	size_t class;
	double t; /* s */
};

static void scene_begin(struct scene *x, size_t class, double seconds)
{
	static const double devices[2] = { 44100, 48000 };

	memset(x, 0, sizeof(*x));
	x->class = class;
	for (size_t i = 0; i < 2; i++) {
		struct edge_setup setup =
			virtual_setup(devices[i], 44100, (enum drift_class) class);

		virtual_sink_init(&x->s[i], &setup, i ? -200 : 200, virtual_noise[class],
				  seconds, i + 21);
		x->s[i].ahead = 0.06;
	}
}

static void scene_run(struct scene *x, double seconds)
{
	virtual_run(x->s, 2, 44100, x->t, x->t + seconds);
	x->t += seconds;
}

/*
 * The first sink has been in time all along, as if nothing had happened; the
 * second is within error (s) from `from` (s) on, without a break.
 */
static void scene_end(struct scene *x, const char *what, double from, double error)
{
	const struct judge *j = &x->s[1].judge;
	size_t silent = 0;
	double back = x->t;

	for (size_t w = j->count; w-- > 0 && fabs(j->late[w]) <= error;)
		back = (double)w / 10;
	for (size_t w = 0; w < j->count; w++)
		silent += isnan(j->late[w]) ? 1 : 0;
	print_message("           %-36s in place from %5.1f s, silent %4.1f s, worst %6.0f us, "
		      "after %5.1f us\n",
		      what, back, 0.1 * (double)silent, judge_worst(j, 2, x->t) / US,
		      judge_worst(j, from, x->t) / US);
	assert_int_equal(judge_silent(&x->s[0].judge, 1, x->t), 0);
	assert_true(judge_worst(&x->s[0].judge, 5, x->t) < 2 * virtual_bar[x->class]);
	assert_int_equal(judge_silent(j, from, x->t), 0);
	assert_true(judge_worst(j, from, x->t) <= error);
	/* no step between two frames: the tone's own slope and that of a 5 ms fade */
	assert_true(j->steepest < 0.045f);
	assert_true(x->s[0].judge.steepest < 0.045f);
	for (size_t i = 0; i < 2; i++)
		virtual_sink_done(&x->s[i]);
}

static struct scene scene;

static void a_sink_without_reports_stays_silent(void **state)
{
	(void)state;
	scene_begin(&scene, DRIFT_ALSA, 5);
	for (uint64_t k = 0; k < 100; k++) {
		float block[2 * 1024], out[2 * 480];
		uint64_t first;
		uint32_t n = virtual_zone_block(k, 44100, &first, block);

		edge_out_push(scene.s[1].edge, first, block, n);
		assert_int_equal(edge_out_pull(scene.s[1].edge, out, 480), 0);
		for (size_t i = 0; i < 960; i++)
			assert_true(out[i] == 0.0f);
	}
	assert_int_equal(edge_out_needs(scene.s[1].edge, 480), 0);
	for (size_t i = 0; i < 2; i++)
		virtual_sink_done(&scene.s[i]);
}

static void rates_out_of_range_are_refused(void **state)
{
	struct edge_setup setup = virtual_setup(7999, 44100, DRIFT_ALSA);

	(void)state;
	assert_null(edge_in_new(&setup, NULL));
	setup.device_rate = NAN;
	assert_null(edge_out_new(&setup, NULL));
	edge_in_free(NULL);
	edge_out_free(NULL);
}

static void nonsense_reports_change_nothing(void **state)
{
	(void)state;
	scene_begin(&scene, DRIFT_ALSA, 30);
	scene_run(&scene, 10);
	for (int i = 0; i < 100; i++) {
		edge_out_report(scene.s[1].edge, VIRTUAL_T0 + 10000000001, NAN);
		edge_out_report(scene.s[1].edge, VIRTUAL_T0 + 10000000001, -INFINITY);
		edge_out_report(scene.s[1].edge, VIRTUAL_T0 + 10000000001, 1e18);
		edge_out_report(scene.s[1].edge, 1, 480000);
		scene_run(&scene, 0.1);
	}
	scene_end(&scene, "nonsense among the reports", 2, 20 * US);
}

static void a_step_of_500_ppm_is_caught_up_with(void **state)
{
	(void)state;
	scene_begin(&scene, DRIFT_ALSA, 60);
	scene_run(&scene, 20);
	scene.s[1].crystal.ppm += 500;
	scene_run(&scene, 40);
	scene_end(&scene, "500 ppm step at 20 s, alsa", 26, 20 * US);

	scene_begin(&scene, DRIFT_USB, 90);
	scene_run(&scene, 40);
	scene.s[1].crystal.ppm += 500;
	scene_run(&scene, 50);
	scene_end(&scene, "500 ppm step at 40 s, usb", 60, 100 * US);
}

static void a_scheduling_stall_of_50_ms_is_not_heard(void **state)
{
	(void)state;
	scene_begin(&scene, DRIFT_ALSA, 30);
	scene_run(&scene, 15);
	scene.s[1].stalled = true;
	scene_run(&scene, 0.05);
	scene.s[1].stalled = false;
	scene_run(&scene, 14.95);
	scene_end(&scene, "50 ms stall at 15 s", 2, 20 * US);
}

static void after_an_xrun_it_is_back_in_place_within_a_second(void **state)
{
	(void)state;
	scene_begin(&scene, DRIFT_ALSA, 30);
	scene_run(&scene, 15);
	scene.s[1].stalled = true;
	scene_run(&scene, 0.3);
	scene.s[1].stalled = false;
	virtual_sink_restart(&scene.s[1]);
	scene_run(&scene, 14.7);
	scene_end(&scene, "xrun at 15.0..15.3 s", 16, 20 * US);
}

static void stuck_reports_do_no_harm(void **state)
{
	(void)state;
	scene_begin(&scene, DRIFT_ALSA, 40);
	scene_run(&scene, 15);
	scene.s[1].stuck = true;
	scene_run(&scene, 3);
	scene.s[1].stuck = false;
	scene_run(&scene, 22);
	scene_end(&scene, "reports stuck from 15 to 18 s", 2, 20 * US);
}

static void biased_reports_are_ignored_for_two_seconds_then_believed(void **state)
{
	(void)state;
	scene_begin(&scene, DRIFT_ALSA, 40);
	scene_run(&scene, 15);
	scene.s[1].crystal.bias = 0.003;
	scene_run(&scene, 1.5);
	scene.s[1].crystal.bias = 0;
	scene_run(&scene, 13.5);
	scene_end(&scene, "reports 3 ms off from 15 to 16.5 s", 2, 20 * US);

	scene_begin(&scene, DRIFT_ALSA, 50);
	scene_run(&scene, 15);
	scene.s[1].crystal.bias = 0.003;
	scene_run(&scene, 10);
	scene.s[1].crystal.bias = 0;
	scene_run(&scene, 25);
	scene_end(&scene, "reports 3 ms off from 15 to 25 s", 33, 20 * US);
}

static void a_sink_that_goes_for_ten_seconds_comes_back_in_place(void **state)
{
	(void)state;
	scene_begin(&scene, DRIFT_ALSA, 40);
	scene_run(&scene, 15);
	scene.s[1].off = true;
	scene_run(&scene, 10);
	scene.s[1].off = false;
	virtual_sink_restart(&scene.s[1]);
	scene_run(&scene, 15);
	scene_end(&scene, "away from 15 to 25 s", 25.6, 20 * US);
}

static void a_delay_changed_mid_stream_is_only_that(void **state)
{
	struct judge *j = &scene.s[1].judge;

	(void)state;
	scene_begin(&scene, DRIFT_ALSA, 40);
	scene.s[1].delay = delay_new(44100);
	delay_jump(scene.s[1].delay, 100);
	scene_run(&scene, 15);
	assert_true(fabs(j->late[140] - 100 / 44100.0) < 10 * US);
	delay_set(scene.s[1].delay, 120, 44100); /* a slew */
	scene_run(&scene, 5);
	assert_true(fabs(j->late[190] - 120 / 44100.0) < 10 * US);
	delay_set(scene.s[1].delay, 441, 44100); /* a crossfade */
	scene_run(&scene, 5);
	assert_true(fabs(j->late[240] - 0.01) < 10 * US);
	delay_set(scene.s[1].delay, 0, 44100);
	scene_run(&scene, 5);
	scene_end(&scene, "delays of 100, 120, 441, 0 frames", 26, 20 * US);
	delay_free(scene.s[1].delay);
}

/* The tone among frames of the left channel, its frequency (Hz at rate) fitted too. */
static struct tone fit_tone(const float *x, size_t frames, double hz, double rate)
{
	double low = hz * 0.9999, high = hz * 1.0001;
	double turn = 6.28318530717958647692 / rate;

	while (high - low > hz * 1e-9) {
		double a = low + (high - low) / 3, b = high - (high - low) / 3;

		if (measure_tone(x, frames, 2, turn * a).rest <
		    measure_tone(x, frames, 2, turn * b).rest)
			high = b;
		else
			low = a;
	}
	return measure_tone(x, frames, 2, turn * low);
}

/* Following a clock is not heard: no sidebands, no steps of the ratio. */
static void a_tone_through_an_edge_stays_clean(void **state)
{
	static float played[2 * 8192];

	(void)state;
	for (size_t class = 0; class < 3; class ++) {
		const struct virtual_sink *s = &scene.s[0];
		struct tone t;

		scene_begin(&scene, class, 90);
		scene_run(&scene, 90);
		for (uint64_t i = 0; i < 8192; i++)
			memcpy(played + 2 * i,
			       s->fifo + 2 * ((s->played - 8192 + i) % VIRTUAL_FIFO),
			       2 * sizeof(float));
		t = fit_tone(played, 8192, 250, s->crystal.rate);
		print_message("           %-5s THD+N of a tone through it %.1f dB\n",
			      virtual_name[class], t.rest);
		assert_true(fabs(t.level) < 0.01);
		assert_true(t.rest < cleans[class]);
		for (size_t i = 0; i < 2; i++)
			virtual_sink_done(&scene.s[i]);
	}
}

static struct virtual_source source;

static void source_begin(double device, size_t class, double seconds)
{
	struct edge_setup setup = virtual_setup(device, 44100, (enum drift_class) class);

	virtual_source_init(&source, &setup, 150, virtual_noise[class], seconds, 5);
}

static void source_run(double seconds)
{
	for (long n = lround(seconds / VIRTUAL_TICK); n > 0; n--)
		virtual_source_tick(&source);
}

/* In time from `from` (s) on, within error (s), silent for at most silent (s) in all. */
static void source_end(const char *what, double from, double error, double silent)
{
	const struct judge *j = &source.judge;
	double seconds = 0.1 * (double)j->count;
	double quiet = 0.1 * (double)judge_silent(j, 1, seconds);

	print_message("           %-40s %4.1f s silent, worst after %.1f us\n", what, quiet,
		      judge_worst(j, from, seconds) / US);
	assert_true(quiet <= silent);
	assert_int_equal(judge_silent(j, from, seconds), 0);
	assert_true(judge_worst(j, from, seconds) <= error);
	assert_true(j->steepest < 0.045f);
	virtual_source_done(&source);
}

static void what_is_in_reach_is_all_sound_and_not_much_more_is(void **state)
{
	struct edge_setup setup = virtual_setup(48000, 44100, DRIFT_USB);
	struct edge_in *e = edge_in_new(&setup, NULL);
	float block[2 * 480], out[2 * 1024];
	struct edge_status status;
	uint64_t next = 0, sound = 0;
	struct random random = { 8 };

	(void)state;
	assert_int_equal(edge_in_reach(e), 0);
	for (uint64_t k = 1; k <= 3000; k++) {
		uint64_t now = VIRTUAL_T0 + k * 10000000, reach;
		double noise = 24.0 * random_next(&random);

		tone_make(block, 480, (double)(k - 1) / 100, 1 / 48000.0);
		edge_in_report(e, now, 480.0 * (double)k + noise);
		edge_in_push(e, now, block, 480);
		reach = edge_in_reach(e);
		if (k == 100)
			next = reach - 441;
		for (; k >= 100 && next < reach;) {
			uint32_t n = reach - next < 1024 ? (uint32_t)(reach - next) : 1024;

			assert_int_equal(edge_in_pull(e, next, out, n), n);
			next += n;
			sound += n;
		}
		/* the device's last frame belongs to now + latency: 7 ms are kept in hand */
		if (k >= 100)
			assert_true((double)reach > 441.0 * ((double)k + 10.0 - 1.0) - 60);
	}
	edge_in_status(e, &status);
	assert_int_equal(status.breaks, 0);
	assert_true(sound > 2890 * 441);
	edge_in_free(e);
}

static void any_rate_is_in_time(void **state)
{
	static const double rates[] = { 8000, 11025, 32000, 44100, 96000, 192000 };
	static struct virtual_sink sink;

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct edge_setup setup = virtual_setup(rates[i], 44100, DRIFT_ALSA);

		virtual_sink_init(&sink, &setup, 90, virtual_noise[0], 10, i);
		virtual_run(&sink, 1, 44100, 0, 10);
		assert_int_equal(judge_silent(&sink.judge, 1, 10), 0);
		assert_true(judge_worst(&sink.judge, 2, 10) < 10 * US);
		virtual_sink_done(&sink);

		source_begin(rates[i], DRIFT_ALSA, 10);
		source_run(10);
		assert_int_equal(judge_silent(&source.judge, 1, 10), 0);
		assert_true(judge_worst(&source.judge, 2, 10) < 10 * US);
		virtual_source_done(&source);
	}
}

static void a_source_read_late_is_not_heard(void **state)
{
	(void)state;
	source_begin(48000, DRIFT_ALSA, 20);
	source_run(10);
	source.stalled = true;
	source_run(0.05);
	source.stalled = false;
	source_run(9.95);
	source_end("source read 50 ms late at 10 s", 1, 20 * US, 0);
}

static void a_source_that_pauses_comes_back_in_place_without_a_pop(void **state)
{
	(void)state;
	source_begin(48000, DRIFT_ALSA, 30);
	source_run(10);
	source.broken = true; /* nobody tells the edge */
	source_run(3);
	source.broken = false;
	source_run(17);
	source_end("source pauses from 10 to 13 s", 13.5, 20 * US, 3.5);
}

static void a_source_with_an_xrun_fades_and_goes_on(void **state)
{
	(void)state;
	source_begin(44100, DRIFT_ALSA, 20);
	source_run(10);
	source.broken = true;
	source_run(0.03);
	source.broken = false;
	edge_in_gap(source.edge);
	source_run(9.97);
	source_end("source loses 30 ms at 10 s", 10.5, 20 * US, 0.4);
}

static void a_source_nobody_pulls_forgets_the_oldest(void **state)
{
	float block[2 * 441] = { 0 }, out[2 * 441];
	struct edge_setup setup = virtual_setup(44100, 44100, DRIFT_ALSA);
	struct edge_in *e = edge_in_new(&setup, NULL);
	uint64_t now = VIRTUAL_T0;
	uint32_t sound = 0;

	(void)state;
	for (uint32_t k = 1; k <= 3000; k++) {
		now += 10000000;
		for (size_t i = 0; i < 882; i++)
			block[i] = 0.5f;
		edge_in_report(e, now, 441.0 * k);
		edge_in_push(e, now, block, 441);
	}
	for (uint32_t k = 3000; k < 3010; k++)
		sound += edge_in_pull(e, 441ull * k, out, 441);
	assert_true(sound > 5 * 441); /* what is due now is there */
	edge_in_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_out_of_range_are_refused),
		cmocka_unit_test(a_sink_without_reports_stays_silent),
		cmocka_unit_test(nonsense_reports_change_nothing),
		cmocka_unit_test(a_step_of_500_ppm_is_caught_up_with),
		cmocka_unit_test(a_scheduling_stall_of_50_ms_is_not_heard),
		cmocka_unit_test(after_an_xrun_it_is_back_in_place_within_a_second),
		cmocka_unit_test(stuck_reports_do_no_harm),
		cmocka_unit_test(biased_reports_are_ignored_for_two_seconds_then_believed),
		cmocka_unit_test(a_sink_that_goes_for_ten_seconds_comes_back_in_place),
		cmocka_unit_test(a_delay_changed_mid_stream_is_only_that),
		cmocka_unit_test(a_tone_through_an_edge_stays_clean),
		cmocka_unit_test(a_source_nobody_pulls_forgets_the_oldest),
		cmocka_unit_test(what_is_in_reach_is_all_sound_and_not_much_more_is),
		cmocka_unit_test(any_rate_is_in_time),
		cmocka_unit_test(a_source_read_late_is_not_heard),
		cmocka_unit_test(a_source_that_pauses_comes_back_in_place_without_a_pop),
		cmocka_unit_test(a_source_with_an_xrun_fades_and_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
