/* SPDX-License-Identifier: MIT */
/*
 * Test of the real-time room on a busy machine: a busy loop on every processor
 * at normal priority, and nothing of the sound is lost. And of a machine that
 * stands still: it is told, and as nobody's error.
 */
#include "tests/control/house.h"
#include "tests/judged.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define BUSY_NS (8 * NS_PER_SEC)
#define LOOPS	64 /* processors at most */

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

static bool all_play(void)
{
	for (uint32_t i = 0; i < now.speakers_n; i++)
		if (now.speakers[i].state != FF_PLAYING ||
		    now.speakers[i].level.peak_db[0] < -60)
			return false;
	return now.speakers_n == 3;
}

static void write_profile(void)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "version = 1; zones = ( { name = \"Z\"; sources = ( { type = \"tone\"; tone = "
		 "\"pink\"; } ); speakers = ( { name = \"Tape\"; output = \"file\"; path = "
		 "\"%s\"; }, { name = \"A\"; output = \"null\"; }, { name = \"B\"; output = "
		 "\"simulated\"; simulated = { latency_ms = 100.0; }; } ); } );",
		 path_of("tape.wav"));
	write_file("busy.conf", text);
}

/* A loop at normal priority on each processor; look again after BUSY_NS of them. */
static void be_busy(struct ff *ff)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	pid_t loops[LOOPS];

	if (processors > LOOPS)
		processors = LOOPS;
	for (int i = 0; i < processors; i++)
		loops[i] = busy_loop(i);
	play_on(ff, BUSY_NS);
	for (int i = 0; i < processors; i++) {
		kill(loops[i], SIGKILL);
		waitpid(loops[i], NULL, 0);
	}
}

static void busy_loops_on_all_processors_cost_no_sound(void **state)
{
	sf_count_t frames = 0, silence;
	uint64_t before;
	struct ff *ff;

	(void)state;
	write_profile();
	ff = open_profile("busy.conf");
	wait_for(ff, all_play, "three speakers playing");
	before = now.late_cycles;
	be_busy(ff);
	print_message(
		"%s; %llu of %llu cycles late\n",
		now.realtime ? "real-time priority" : "NO real-time rights on this machine",
		(unsigned long long)(now.late_cycles - before), (unsigned long long)now.cycles);
	for (uint32_t i = 0; i < now.speakers_n; i++)
		assert_judged(now.speakers[i].frames_lost == 0);
	ff_close(ff);

	/* pink noise: not one frame of it is silent */
	silence = longest_silence(path_of("tape.wav"), &frames);
	assert_true(frames > 6 * RATE);
	assert_judged(silence == 0);
}

/* Stop this process, as a machine asleep would, long enough for sound to be given up. */
static void stand_still(void)
{
	pid_t us = getpid(), pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		kill(us, SIGSTOP);
		usleep(1500 * 1000);
		kill(us, SIGCONT);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static bool stood_still(void)
{
	return log_has("stood still");
}

/* Whoever waits for a command takes an error in the log for its failure. */
static void a_machine_that_stood_still_is_no_commands_error(void **state)
{
	struct ff *ff;

	(void)state;
	write_profile();
	ff = open_profile("busy.conf");
	wait_for(ff, all_play, "three speakers playing");
	stand_still();
	wait_for(ff, stood_still, "word of it in the log");
	for (uint64_t i = 0; i < now.log_count && i < FF_LOG_LINES; i++)
		assert_true(now.log[i].level > 3);
	ff_close(ff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(busy_loops_on_all_processors_cost_no_sound),
		cmocka_unit_test(a_machine_that_stood_still_is_no_commands_error),
	};

	return cmocka_run_group_tests(tests, house_begin, house_end);
}
