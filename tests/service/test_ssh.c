/* SPDX-License-Identifier: MIT */
/*
 * The console over a real sshd, and the line dropped in every way a line drops: what plays is
 * recorded all the while on a speaker of each kind that can be recorded, and judged at the end.
 */
#include "core/base/clock.h"
#include "core/base/scope.h"
#include "tests/bluez/rig.h"
#include "tests/judged.h"
#include "tests/lab/sound.h"
#include "tests/service/far.h"
#include "tests/service/host.h"
#include "tests/tui/tape.h"

#include "core/io/tone.h"

#include <locale.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define SOON	 20000 /* ms a busy machine may take */
#define STOPPED	 10000 /* ms that a terminal is stopped for */
#define RATE	 44100
#define QUIET_S	 3	      /* before the first console comes */
#define TRIM	 (RATE / 100) /* frames of 10 ms */
#define SILENT	 1e-3f	      /* noise is hardly ever under it in both channels */
#define GRANTED	 0.005	      /* of the whole: so much silence at most, */
#define UNTOLD	 0.001	      /* and so much beyond what was counted as lost */
#define SPEAKERS 4

#define ATTACH_MS 200.0 /* to the first full picture; sanitizers cost time */
#define IDLE	  0.1	/* of one core: more is spinning */

static const char *const picture[] = { "4/4 up", "Patio",      "Porch",	  "Kitchen",
				       "Shed",	 "(attached)", "q leave", NULL };

static struct ff_snapshot before, now;
static struct ff *watcher;
static pid_t host;
static uint64_t began; /* ns; when all of it played */
static double attached_ms[32], whole_ms[32];
static size_t attached_n;

static bool all_play(const struct ff_snapshot *s, const void *arg)
{
	(void)arg;
	for (uint32_t i = 0; i < s->speakers_n; i++)
		if (s->speakers[i].state != FF_PLAYING)
			return false;
	return s->speakers_n == SPEAKERS && !s->lost;
}

static bool it_goes_on(const struct ff_snapshot *s, const void *cycles)
{
	return s->cycles > *(const uint64_t *)cycles + 50 || s->lost;
}

static bool shed_is_at_half(const struct ff_snapshot *s, const void *arg)
{
	(void)arg;
	return s->speakers[3].volume_db == -20.0f;
}

static bool patio_is_trimmed(const struct ff_snapshot *s, const void *ms)
{
	return s->speakers[0].trim_ms == *(const float *)ms;
}

/* Attach once more, and look what the music is like before whatever comes. */
static void attach(struct far *f)
{
	far_attach(f, host_program(), picture);
	print_message("attached in %.0f ms, ssh and all in %.0f ms\n", f->attach_ms,
		      f->whole_ms);
	assert_true(attached_n < ARRAY_SIZE(attached_ms));
	attached_ms[attached_n] = f->attach_ms;
	whole_ms[attached_n++] = f->whole_ms;
	ff_snapshot(watcher, &before);
}

/* Trim the first speaker by ten milliseconds with one key. */
static void trim(struct far *f, const char *key, float ms)
{
	terminal_send(f->line, "\033OS"); /* F4 */
	assert_true(terminal_shows(f->line, "10 ms", SOON));
	terminal_send(f->line, key);
	host_wait(watcher, &now, patio_is_trimmed, &ms, "the trim that was typed");
}

/* The line is down: the console has gone, the music has not. */
static void judge_drop(struct far *f)
{
	uint64_t cycles;

	if (!far_gone(f, SOON))
		fail_msg("the console is left behind: %d, %d", (int)f->waits, (int)f->draws);
	ff_snapshot(watcher, &now);
	cycles = now.cycles;
	host_wait(watcher, &now, it_goes_on, &cycles, "that it goes on");
	assert_true(all_play(&now, NULL));
	host_no_gap(&before, &now);
	far_free(f);
}

/* ms go by in which the console over there is not listened to. */
static void judge_stop(struct far *f, int ms)
{
	uint64_t start = clock_now();
	double computed = far_computed(f), took;

	poll(NULL, 0, ms);
	took = (double)(clock_now() - start) / (double)NS_PER_MS;
	computed = far_computed(f) - computed;
	print_message("not listened to for %.1f s, it computed %.0f ms\n", took / 1e3,
		      computed);
	assert_judged(computed < IDLE * took);
	ff_snapshot(watcher, &now);
	assert_true(all_play(&now, NULL));
	host_no_gap(&before, &now);
}

/* It is still there, and heeds keys. */
static void judge_awake(struct far *f)
{
	terminal_send(f->line, "?");
	assert_true(terminal_shows(f->line, "type to filter", SOON));
	terminal_send(f->line, "\033");
	assert_true(terminal_shows(f->line, "q leave", SOON));
}

/* ---- the line --------------------------------------------------------------------------- */

static void it_attaches_turns_trims_and_leaves(void **state)
{
	struct far f;

	(void)state;
	attach(&f);
	terminal_send(f.line, "jjj=50\r");
	host_wait(watcher, &now, shed_is_at_half, NULL, "the volume that was typed");
	trim(&f, "L", 10);
	terminal_send(f.line, "q");
	assert_true(terminal_shows(f.line, "Fanfare plays on", SOON));
	assert_int_equal(terminal_status(f.line, 0, SOON), 0);
	judge_drop(&f);
}

static void the_client_is_killed(void **state)
{
	struct far f;

	(void)state;
	attach(&f);
	kill(terminal_pid(f.line), SIGKILL);
	judge_drop(&f);
}

static void its_sshd_is_killed(void **state)
{
	struct far f;

	(void)state;
	attach(&f);
	kill(f.sshd, SIGKILL);
	judge_drop(&f);
}

static void it_is_told_to_hang_up(void **state)
{
	struct far f;

	(void)state;
	attach(&f);
	kill(-f.waits, SIGHUP); /* both of it, as the kernel does */
	judge_drop(&f);
}

static void the_window_is_closed_in_the_middle_of_a_trim(void **state)
{
	struct far f;

	(void)state;
	attach(&f);
	trim(&f, "H", 0);
	terminal_hang_up(f.line);
	judge_drop(&f);
}

static void the_reader_stops_reading(void **state)
{
	struct far f;

	(void)state;
	attach(&f);
	judge_stop(&f, STOPPED);
	judge_awake(&f);
	poll(NULL, 0, 1000); /* and does so again while it drops */
	terminal_hang_up(f.line);
	judge_drop(&f);
}

static void the_output_is_stopped_by_hand(void **state)
{
	struct far f;

	(void)state;
	attach(&f);
	terminal_send(f.line, "\023"); /* ^S is a key like others: nothing freezes */
	judge_awake(&f);
	terminal_stop(f.line, true);
	judge_stop(&f, STOPPED);
	terminal_stop(f.line, false);
	judge_awake(&f);
	terminal_stop(f.line, true);
	kill(terminal_pid(f.line), SIGKILL);
	judge_drop(&f);
}

static void the_client_is_stopped(void **state)
{
	struct far f;

	(void)state;
	attach(&f);
	kill(terminal_pid(f.line), SIGSTOP);
	judge_stop(&f, STOPPED);
	kill(terminal_pid(f.line), SIGCONT);
	judge_awake(&f);
	kill(terminal_pid(f.line), SIGSTOP);
	poll(NULL, 0, 1000);
	kill(terminal_pid(f.line), SIGKILL);
	judge_drop(&f);
}

/* ---- what came of it -------------------------------------------------------------------- */

static void attaching_again_is_quick(void **state)
{
	double again, ssh;

	(void)state;
	assert_true(attached_n >= 8);
	attached_n--; /* the first is no second time */
	print_message("the first time %.0f ms, ssh and all %.0f ms\n", attached_ms[0],
		      whole_ms[0]);
	again = figures_median(attached_ms + 1, attached_n); /* sorts them */
	ssh = figures_median(whole_ms + 1, attached_n);
	print_message("%zu times again: median %.0f ms, longest %.0f ms; ssh and all %.0f ms, "
		      "longest %.0f ms\n",
		      attached_n, again, attached_ms[attached_n], ssh, whole_ms[attached_n]);
	assert_judged(again < ATTACH_MS);
}

/*
 * A recorded speaker whose clock is not ours: resampled, so judged by its likeness. It waits
 * 0.1 s for a machine that stands still, where the tapes have half a second in hand: what is
 * lost beyond that is little, and counted.
 */
static void judge_resampled(const char *path, double least_seconds, uint64_t lost)
{
	struct sound heard = { .frames = NULL }, made = { .rate = RATE }, settled;
	struct match m;
	size_t silent = 0;

	assert_int_equal(sound_load(path, &heard), 0);
	/* at first it has to find out that it has no clock */
	assert_true(heard.count > QUIET_S * RATE);
	settled = (struct sound){ heard.frames + 2 * QUIET_S * RATE,
				  heard.count - QUIET_S * RATE, heard.rate };
	made.count = heard.count;
	made.frames = calloc(made.count, 2 * sizeof(float));
	assert_non_null(made.frames);
	tone_render(SOURCE_PINK, RATE, 0, made.frames, (uint32_t)made.count);
	assert_int_equal(figures_match(&made, &settled, &m), 0);
	print_message(
		"the card: %zu s alike to %.6f at worst, %zu missing, %zu jumps, lag %.2f to "
		"%.2f ms\n",
		m.windows, m.worst, m.missing, m.jumps, m.lag_first_ms, m.lag_last_ms);
	assert_true((double)m.windows > least_seconds - QUIET_S - 3);
	assert_int_equal(m.missing, 0);
	for (size_t i = 0; i < settled.count; i++)
		silent += fabsf(settled.frames[2 * i]) < SILENT &&
			  fabsf(settled.frames[2 * i + 1]) < SILENT;
	print_message("%.1f ms of it are silent, %.1f ms counted as lost\n",
		      (double)silent * 1e3 / RATE, (double)lost * 1e3 / RATE);
	assert_judged(m.jumps == 0 && m.worst > 0.9);
	assert_judged((double)silent < GRANTED * (double)settled.count);
	assert_judged((double)silent < (double)lost + UNTOLD * (double)settled.count);
	sound_done(&made);
	sound_done(&heard);
}

static void every_recording_is_whole(void **state)
{
	static const int moved[] = { TRIM, -TRIM };
	double seconds = (double)(clock_now() - began) / (double)NS_PER_SEC;

	(void)state;
	ff_snapshot(watcher, &now);
	ff_close(watcher);
	watcher = NULL;
	assert_int_equal(host_end(host, SIGTERM), 0);
	host = 0;
	print_message("%.1f s were played\n", seconds);
	tape_whole(host_path("patio.wav"), QUIET_S, seconds - 1, moved, ARRAY_SIZE(moved));
	tape_whole(host_path("porch.flac"), QUIET_S, seconds - 1, NULL, 0);
	judge_resampled(host_path("kitchen.wav"), seconds, now.speakers[2].frames_lost);
}

/* ---- before and after ------------------------------------------------------------------- */

/* A card whose sound lands in a file: no clock but ours, a buffer like any other. */
static void make_card(void)
{
	char sound[128];
	FILE *f;

	snprintf(sound, sizeof(sound), "%s", host_path("kitchen.wav"));
	f = fopen(host_path("asound.conf"), "we");
	assert_non_null(f);
	fprintf(f,
		"pcm.nothing { type null }\n"
		"pcm.card { type file slave.pcm nothing file %s format wav }\n",
		sound);
	assert_int_equal(fclose(f), 0);
	setenv("ALSA_CONFIG_PATH", host_path("asound.conf"), 1);
}

static int prepare(void **state)
{
	char patio[128], text[1024];

	host_prepare(state);
	far_prepare();
	make_card();
	snprintf(patio, sizeof(patio), "%s", host_path("patio.wav"));
	snprintf(text, sizeof(text),
		 "version = 1; zones = ( { name = \"House\";\n"
		 "sources = ( { type = \"tone\"; tone = \"pink\"; } ); speakers = (\n"
		 "{ name = \"Patio\"; output = \"file\"; path = \"%s\"; },\n"
		 "{ name = \"Porch\"; output = \"file\"; path = \"%s\"; },\n"
		 "{ name = \"Kitchen\"; output = \"alsa\"; device = \"card\"; },\n"
		 "{ name = \"Shed\"; output = \"simulated\"; simulated = { latency_ms = 260.0; "
		 "reported_ms = 260.0; }; } ); } );\n",
		 patio, host_path("porch.flac"));
	host = host_start_program(text);
	watcher = host_attach();
	host_wait(watcher, &now, all_play, NULL, "every speaker plays");
	began = clock_now();
	poll(NULL, 0, QUIET_S * 1000 + 500); /* it has settled, and is judged from here on */
	return 0;
}

static int clean(void **state)
{
	ff_close(watcher);
	if (host > 0)
		host_end(host, SIGTERM);
	far_clean();
	return host_clean(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_attaches_turns_trims_and_leaves),
		cmocka_unit_test(the_client_is_killed),
		cmocka_unit_test(its_sshd_is_killed),
		cmocka_unit_test(it_is_told_to_hang_up),
		cmocka_unit_test(the_window_is_closed_in_the_middle_of_a_trim),
		cmocka_unit_test(the_reader_stops_reading),
		cmocka_unit_test(the_output_is_stopped_by_hand),
		cmocka_unit_test(the_client_is_stopped),
		cmocka_unit_test(attaching_again_is_quick),
		cmocka_unit_test(every_recording_is_whole),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, prepare, clean);
}
