/* SPDX-License-Identifier: MIT */
/*
 * Test of the real-time room on a busy machine: a busy loop on every processor
 * at normal priority, and nothing of the sound is lost.
 */
#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/fanfare.h"

#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#define BUSY_NS (8 * NS_PER_SEC)

/* A sanitizer's build is there for memory and threads: it is too slow for real time. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define JUDGED false
#else
#define JUDGED true
#endif

static char folder[64];
static struct ff_snapshot now;

static pid_t busy_loop(int processor)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET((size_t)processor, &set);
		sched_setaffinity(0, sizeof(set), &set);
		alarm(60); /* in case nobody ends it */
		for (volatile unsigned x = 0;;)
			x++;
	}
	return pid;
}

/* Frames that are exactly zero between the first and the last that are not. */
static sf_count_t silent_frames(const char *path, sf_count_t *ret_heard)
{
	SF_INFO info = { 0 };
	SNDFILE *f = sf_open(path, SFM_READ, &info);
	sf_count_t silent = 0, pending = 0, heard = 0;
	float frame[2];

	assert_non_null(f);
	while (sf_readf_float(f, frame, 1) == 1) {
		if (frame[0] == 0.0f && frame[1] == 0.0f) {
			pending += heard > 0;
			continue;
		}
		heard++;
		silent += pending;
		pending = 0;
	}
	sf_close(f);
	*ret_heard = heard;
	return silent;
}

static bool all_play(struct ff *ff)
{
	ff_snapshot(ff, &now);
	for (uint32_t i = 0; i < now.speakers_n; i++) {
		if (now.speakers[i].state != FF_PLAYING ||
		    now.speakers[i].level.peak_db[0] < -60)
			return false;
	}
	return now.speakers_n > 0;
}

static void busy_loops_on_all_processors_cost_no_sound(void **state)
{
	struct ff_options options = { .no_bluetooth = true };
	char profile[128], tape[128], why[FF_TEXT_MAX * 4];
	uint64_t end = clock_now() + 20 * NS_PER_SEC, before;
	sf_count_t heard = 0, silent;
	struct ff *ff = NULL;
	pid_t loops[64];
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	FILE *f;

	(void)state;
	snprintf(profile, sizeof(profile), "%s/p.conf", folder);
	snprintf(tape, sizeof(tape), "%s/tape.wav", folder);
	f = fopen(profile, "w");
	assert_non_null(f);
	fprintf(f,
		"version = 1; zones = ( { name = \"Z\"; sources = ( { type = \"tone\"; tone = "
		"\"pink\"; } ); speakers = ( { name = \"Tape\"; output = \"file\"; path = "
		"\"%s\"; },"
		" { name = \"A\"; output = \"null\"; }, { name = \"B\"; output = "
		"\"simulated\"; "
		"simulated = { latency_ms = 100.0; }; } ); } );",
		tape);
	assert_int_equal(fclose(f), 0);
	options.profile = profile;
	assert_int_equal(ff_open(&options, &ff, why), 0);
	while (!all_play(ff)) {
		assert_true(clock_now() < end);
		clock_sleep_until(clock_now() + 20 * NS_PER_MS);
	}
	before = now.late_cycles;

	if (processors > 64)
		processors = 64;
	for (int i = 0; i < processors; i++)
		loops[i] = busy_loop(i);
	clock_sleep_until(clock_now() + BUSY_NS);
	ff_snapshot(ff, &now);
	for (int i = 0; i < processors; i++) {
		kill(loops[i], SIGKILL);
		waitpid(loops[i], NULL, 0);
	}

	print_message(
		"%s; %llu of %llu cycles late\n",
		now.realtime ? "real-time priority" : "NO real-time rights on this machine",
		(unsigned long long)(now.late_cycles - before), (unsigned long long)now.cycles);
	for (uint32_t i = 0; i < now.speakers_n; i++)
		assert_true(!JUDGED || now.speakers[i].frames_lost == 0);
	ff_close(ff);
	silent = silent_frames(tape, &heard);
	assert_true(heard > 44100 * 6);
	assert_true(!JUDGED || silent == 0);
}

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/fanfare-busy-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	setenv("XDG_CONFIG_HOME", folder, 1);
	setenv("XDG_STATE_HOME", folder, 1);
	return 0;
}

static int remove_folder(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(busy_loops_on_all_processors_cost_no_sound),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
