/* SPDX-License-Identifier: MIT */
/*
 * test_edge - devices on clocks of their own stay in time: judged from the
 * samples they play or give, against true time, never by the loop's belief.
 *
 * The hour runs at 8 kHz, so that every sample of it can be carried and
 * judged; the scenes run at 44.1 and 48 kHz.
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

#define SINKS 4
#define MS    1e-3
#define US    1e-6

/*
 * s; the hour, unless FANFARE_HOURS says otherwise. The noise of the start is
 * more than one in a hundred of anything shorter: then the bars do not hold.
 */
static double hour = 3600.0;

static const double crystals[SINKS] = { 200, -200, 73, -5 }; /* ppm */
static const double noises[] = { 0.02 * MS, 0.5 * MS, 5 * MS };
static const double bars[] = { 10 * US, 50 * US, 200 * US };
static const double cleans[] = { -105, -90, -80 }; /* dB */
static const char *const names[] = { "alsa", "usb", "loose" };

static struct edge_setup setup_for(double device, uint32_t zone, enum drift_class class)
{
	return (struct edge_setup){
		.device_rate = device,
		.zone_rate = zone,
		.t0 = VIRTUAL_T0,
		.latency = 100000000,
		.class = class,
	};
}

/* The zone's frames that fall due within a tick. */
static uint32_t zone_block(uint64_t tick, uint32_t rate, uint64_t *first, float *block)
{
	uint64_t from = (uint64_t)llround((double)tick * VIRTUAL_TICK * rate);
	uint64_t to = (uint64_t)llround((double)(tick + 1) * VIRTUAL_TICK * rate);

	*first = from;
	tone_make(block, (uint32_t)(to - from), (double)from / rate, 1.0 / rate);
	return (uint32_t)(to - from);
}

/* Run sinks from tick from to tick to on one zone. */
static void run_sinks(struct virtual_sink *s, size_t n, uint32_t rate, double from, double to)
{
	uint64_t end = (uint64_t)llround(to / VIRTUAL_TICK);
	float block[2 * 1024];

	for (uint64_t k = (uint64_t)llround(from / VIRTUAL_TICK); k < end; k++) {
		uint64_t first;
		uint32_t frames = zone_block(k, rate, &first, block);

		for (size_t i = 0; i < n; i++) {
			virtual_sink_push(&s[i], first, block, frames);
			virtual_sink_tick(&s[i]);
		}
	}
}

/* Windows (of 100 ms) in from..to (s) that are silent or broken. */
static size_t silent_windows(const struct judge *j, double from, double to)
{
	size_t n = 0;

	for (size_t w = (size_t)(from * 10); w < (size_t)(to * 10) && w < j->count; w++)
		n += isnan(j->late[w]) ? 1 : 0;
	return n;
}

/* The largest error (s) of a window in from..to (s). */
static double worst(const struct judge *j, double from, double to)
{
	double max = 0.0;

	for (size_t w = (size_t)(from * 10); w < (size_t)(to * 10) && w < j->count; w++)
		if (!isnan(j->late[w]) && fabs(j->late[w]) > max)
			max = fabs(j->late[w]);
	return max;
}

/* Sizes of the differences between all pairs, in one array; the caller's to free. */
static double *skews(const struct judge *const *j, size_t sinks, size_t *ret_n)
{
	size_t windows = j[0]->count, n = 0;
	double *all;

	for (size_t i = 1; i < sinks; i++)
		windows = j[i]->count < windows ? j[i]->count : windows;
	all = calloc(windows * sinks * sinks, sizeof(*all));
	assert_non_null(all);
	for (size_t w = 0; w < windows; w++)
		for (size_t a = 0; a < sinks; a++)
			for (size_t b = 0; b < a; b++)
				if (!isnan(j[a]->late[w]) && !isnan(j[b]->late[w]))
					all[n++] = fabs(j[a]->late[w] - j[b]->late[w]);
	*ret_n = n;
	return all;
}

static void judge_hour(const char *what, const struct judge *const *j, size_t n, size_t class)
{
	size_t count, silent = 0;
	double *all = skews(j, n, &count);
	double p50 = percentile(all, count, 0.50), p99 = percentile(all, count, 0.99);
	double early = 0.0, late = 0.0;

	for (size_t i = 0; i < n; i++) {
		silent += silent_windows(j[i], 1.0, hour);
		early = fmax(early, worst(j[i], hour / 60, hour / 2));
		late = fmax(late, worst(j[i], hour / 2, hour));
	}
	print_message(
		"           %s %-5s P50 %6.1f us  P99 %6.1f us  (bar %3.0f)  worst off true "
		"time %6.1f us, 2nd half %6.1f us\n",
		what, names[class], p50 / US, p99 / US, bars[class] / US, early / US,
		late / US);
	free(all);
	assert_int_equal(silent, 0); /* once it plays, it never stops */
	assert_true(count > (size_t)(hour * 9.9) * n * (n - 1) / 2);
	if (hour >= 3600.0)
		assert_true(p99 < bars[class]);
	assert_true(late < 1.5 * early + bars[class]); /* nothing adds up */
}

static void an_hour_of_four_sinks_stays_in_time(void **state)
{
	static struct virtual_sink s[SINKS];
	const struct judge *j[SINKS];

	(void)state;
	for (size_t class = 0; class < 3; class ++) {
		struct edge_setup setup = setup_for(8000, 8000, (enum drift_class) class);

		for (size_t i = 0; i < SINKS; i++) {
			virtual_sink_init(&s[i], &setup, crystals[i], noises[class], hour,
					  i + 7);
			j[i] = &s[i].judge;
		}
		run_sinks(s, SINKS, 8000, 0, hour);
		judge_hour("sinks  ", j, SINKS, class);
		for (size_t i = 0; i < SINKS; i++)
			virtual_sink_done(&s[i]);
	}
}

static void an_hour_of_two_sources_stays_in_time(void **state)
{
	static struct virtual_source s[2];
	const struct judge *j[2] = { &s[0].judge, &s[1].judge };

	(void)state;
	for (size_t class = 0; class < 3; class ++) {
		struct edge_setup setup = setup_for(8000, 8000, (enum drift_class) class);

		for (size_t i = 0; i < 2; i++)
			virtual_source_init(&s[i], &setup, crystals[i], noises[class], hour,
					    i + 77);
		for (double t = 0; t < hour; t += VIRTUAL_TICK)
			for (size_t i = 0; i < 2; i++)
				virtual_source_tick(&s[i]);
		judge_hour("sources", j, 2, class);
		for (size_t i = 0; i < 2; i++)
			virtual_source_done(&s[i]);
	}
}

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
			setup_for(devices[i], 44100, (enum drift_class) class);

		virtual_sink_init(&x->s[i], &setup, i ? -200 : 200, noises[class], seconds,
				  i + 21);
		x->s[i].ahead = 0.06;
	}
}

static void scene_run(struct scene *x, double seconds)
{
	run_sinks(x->s, 2, 44100, x->t, x->t + seconds);
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
		      what, back, 0.1 * (double)silent, worst(j, 2, x->t) / US,
		      worst(j, from, x->t) / US);
	assert_int_equal(silent_windows(&x->s[0].judge, 1, x->t), 0);
	assert_true(worst(&x->s[0].judge, 5, x->t) < 2 * bars[x->class]);
	assert_int_equal(silent_windows(j, from, x->t), 0);
	assert_true(worst(j, from, x->t) <= error);
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
		uint32_t n = zone_block(k, 44100, &first, block);

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
	struct edge_setup setup = setup_for(7999, 44100, DRIFT_ALSA);

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
			      names[class], t.rest);
		assert_true(fabs(t.level) < 0.01);
		assert_true(t.rest < cleans[class]);
		for (size_t i = 0; i < 2; i++)
			virtual_sink_done(&scene.s[i]);
	}
}

static struct virtual_source source;

static void source_begin(double device, size_t class, double seconds)
{
	struct edge_setup setup = setup_for(device, 44100, (enum drift_class) class);

	virtual_source_init(&source, &setup, 150, noises[class], seconds, 5);
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
	double quiet = 0.1 * (double)silent_windows(j, 1, seconds);

	print_message("           %-40s %4.1f s silent, worst after %.1f us\n", what, quiet,
		      worst(j, from, seconds) / US);
	assert_true(quiet <= silent);
	assert_int_equal(silent_windows(j, from, seconds), 0);
	assert_true(worst(j, from, seconds) <= error);
	assert_true(j->steepest < 0.045f);
	virtual_source_done(&source);
}

static void any_rate_is_in_time(void **state)
{
	static const double rates[] = { 8000, 11025, 32000, 44100, 96000, 192000 };
	static struct virtual_sink sink;

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct edge_setup setup = setup_for(rates[i], 44100, DRIFT_ALSA);

		virtual_sink_init(&sink, &setup, 90, noises[0], 10, i);
		run_sinks(&sink, 1, 44100, 0, 10);
		assert_int_equal(silent_windows(&sink.judge, 1, 10), 0);
		assert_true(worst(&sink.judge, 2, 10) < 10 * US);
		virtual_sink_done(&sink);

		source_begin(rates[i], DRIFT_ALSA, 10);
		source_run(10);
		assert_int_equal(silent_windows(&source.judge, 1, 10), 0);
		assert_true(worst(&source.judge, 2, 10) < 10 * US);
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
	struct edge_setup setup = setup_for(44100, 44100, DRIFT_ALSA);
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

/* A sanitizer looks for other things than time, and takes ten times as long. */
static double default_hours(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return 0.1;
#elif defined(__has_feature)
	return __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ? 0.1 : 1.0;
#else
	return 1.0;
#endif
}

int main(void)
{
	const char *hours = getenv("FANFARE_HOURS");

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
		cmocka_unit_test(any_rate_is_in_time),
		cmocka_unit_test(a_source_read_late_is_not_heard),
		cmocka_unit_test(a_source_that_pauses_comes_back_in_place_without_a_pop),
		cmocka_unit_test(a_source_with_an_xrun_fades_and_goes_on),
		cmocka_unit_test(an_hour_of_four_sinks_stays_in_time),
		cmocka_unit_test(an_hour_of_two_sources_stays_in_time),
	};

	hour = 3600.0 * (hours ? atof(hours) : default_hours());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
