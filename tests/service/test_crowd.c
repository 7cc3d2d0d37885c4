/* SPDX-License-Identifier: MIT */
/*
 * Ten consoles that are used, and a script that sends 1,000 commands a second: what is played
 * meanwhile is recorded, what is answered is held to its word, what is kept is measured.
 */
#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/service/verbs.h"
#include "tests/bluez/rig.h"
#include "tests/judged.h"
#include "tests/service/host.h"
#include "tests/tui/tape.h"
#include "tests/tui/terminal.h"

#include <locale.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#define SOON	 20000 /* ms a busy machine may take */
#define CONSOLES 10
#define FLOOD	 3000 /* commands, one a millisecond */

/* Sanitizers keep what was freed; they find by themselves what is never freed. */
#define GROWTH_KB (JUDGED ? 1024 : 1 << 20)

static struct ff_snapshot now;

/* ---- consoles --------------------------------------------------------------------------- */

static int run(void *arg)
{
	char *const argv[] = { (char[]){ "fanfare" }, NULL };

	(void)arg;
	setenv("TERM", "xterm-256color", 1);
	execv(host_program(), argv);
	return 127;
}

/* A person at a terminal who turns the first speaker up and down; killed, the line drops. */
static pid_t start_console(void)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);

	struct terminal *t = terminal_new(24, 80, run, NULL);

	for (int i = 0;; i++) {
		terminal_pump(t, 100);
		terminal_send(t, i % 2 ? "l" : "h");
	}
}

/* ---- the script ------------------------------------------------------------------------- */

/* What it turns: all in another zone, so that the recorded one keeps its level and time. */
enum knob { VOLUME, TRIM, GAIN, KNOBS };

static const char *const methods[KNOBS] = { "SetVolume", "SetTrim", "SetSourceGain" };

struct script {
	sd_bus *bus;
	uint32_t id[KNOBS];
	uint32_t sent, taken, refused, other; /* commands; replies of each kind */
	float held[KNOBS];		      /* what was taken last */
};

struct asked {
	struct script *by;
	enum knob knob;
	float value;
};

static struct asked asked[FLOOD];

static int on_reply(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	const struct asked *a = arg;

	(void)ret_error;
	if (!sd_bus_message_is_method_error(m, NULL)) {
		a->by->taken++;
		a->by->held[a->knob] = a->value;
	} else if (sd_bus_message_is_method_error(m, SERVICE_BUSY) ||
		   /* the bus itself: over 128 calls that were not answered yet */
		   sd_bus_message_is_method_error(m, SD_BUS_ERROR_LIMITS_EXCEEDED)) {
		a->by->refused++;
	} else {
		print_message("%s\n", sd_bus_message_get_error(m)->message);
		a->by->other++;
	}
	return 0;
}

/* Hear replies until then. */
static void hear_until(struct script *s, uint64_t t)
{
	for (;;) {
		uint64_t at = clock_now();
		int r = sd_bus_process(s->bus, NULL);

		assert_return_code(r, 0);
		if (at >= t)
			return;
		if (r == 0)
			assert_return_code(sd_bus_wait(s->bus, (t - at) / 1000 + 1), 0);
	}
}

static void flood(struct script *s)
{
	uint64_t began = clock_now(), end;

	s->sent = s->taken = s->refused = s->other = 0;
	for (; s->sent < FLOOD; s->sent++) {
		struct asked *a = &asked[s->sent];

		*a = (struct asked){ s, s->sent % KNOBS, -(float)(s->sent / KNOBS % 40) };
		assert_return_code(sd_bus_call_method_async(s->bus, NULL, SERVICE_NAME,
							    SERVICE_PATH, SERVICE_INTERFACE,
							    methods[a->knob], on_reply, a, "ud",
							    s->id[a->knob], (double)a->value),
				   0);
		hear_until(s, began + (s->sent + 1) * NS_PER_MS);
	}
	print_message("%u sent in %.2f s", s->sent, (double)(clock_now() - began) / 1e9);
	end = clock_now() + SOON * NS_PER_MS;
	while (s->taken + s->refused + s->other < s->sent && clock_now() < end)
		hear_until(s, clock_now() + 10 * NS_PER_MS);
	print_message(": %u taken, %u refused\n", s->taken, s->refused);
	assert_int_equal(s->taken + s->refused, s->sent); /* each is answered, none otherwise */
	assert_true(s->taken >= FLOOD / 10);
}

static bool it_holds(const struct ff_snapshot *s, const void *arg)
{
	const struct script *script = arg;

	return s->speakers[2].volume_db == script->held[VOLUME] &&
	       s->speakers[2].trim_ms == script->held[TRIM] &&
	       s->sources[1].gain_db == script->held[GAIN];
}

/* ---- all of them ------------------------------------------------------------------------ */

static bool all_play(const struct ff_snapshot *s, const void *arg)
{
	(void)arg;
	for (uint32_t i = 0; i < s->speakers_n; i++)
		if (s->speakers[i].state != FF_PLAYING)
			return false;
	return s->speakers_n == 3 && !s->lost;
}

/* Consoles move the first speaker: they are all there and used. */
static bool first_is_turned(const struct ff_snapshot *s, const void *db)
{
	return s->speakers[0].volume_db != *(const float *)db;
}

static pid_t start_recorded(void)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "version = 1; zones = (\n"
		 "{ name = \"House\"; sources = ( { type = \"tone\"; tone = \"pink\"; } ); "
		 "speakers = (\n"
		 "  { name = \"Patio\"; output = \"null\"; },\n"
		 "  { name = \"Tape\"; output = \"file\"; path = \"%s\"; } ); },\n"
		 "{ name = \"Shed\"; sources = ( { type = \"tone\"; tone = \"tune\"; } ); "
		 "speakers = (\n"
		 "  { name = \"Bench\"; output = \"null\"; } ); } );\n",
		 host_path("tape.wav"));
	return host_start_program(text);
}

static void ten_consoles_and_a_flood_are_not_heard(void **state)
{
	struct script s = { .bus = NULL };
	static struct ff_snapshot quiet;
	pid_t host = start_recorded(), consoles[CONSOLES];
	uint64_t began;
	long before, after;
	struct ff *ff = host_attach();
	int fds;

	(void)state;
	host_wait(ff, &now, all_play, NULL, "every speaker plays");
	began = clock_now();
	assert_return_code(sd_bus_open_system(&s.bus), 0);
	s.id[VOLUME] = s.id[TRIM] = now.speakers[2].id;
	s.id[GAIN] = now.sources[1].id;
	for (int i = 0; i < CONSOLES; i++)
		consoles[i] = start_console();
	flood(&s); /* until everything has grown to its size */
	ff_snapshot(ff, &quiet);
	host_wait(ff, &now, first_is_turned, &quiet.speakers[0].volume_db, "a console's turn");
	before = host_memory(host);
	fds = host_descriptors(host);
	/* a line that is stopped, one that drops, the others at work */
	kill(consoles[0], SIGSTOP);
	host_end(consoles[1], SIGKILL);
	flood(&s);
	host_wait(ff, &now, it_holds, &s, "what was taken last");
	flood(&s);
	host_wait(ff, &now, it_holds, &s, "what was taken last");
	after = host_memory(host);
	print_message("memory: %ld kB before, %ld kB after\n", before, after);
	assert_true(after - before < GROWTH_KB);
	assert_true(host_descriptors(host) <= fds);
	assert_true(now.cycles > quiet.cycles + 100);
	host_no_gap(&quiet, &now);
	for (int i = 0; i < CONSOLES; i++)
		if (i != 1)
			host_end(consoles[i], SIGKILL);
	ff_close(ff);
	sd_bus_flush_close_unref(s.bus);
	assert_int_equal(host_end(host, SIGTERM), 0);
	tape_whole(host_path("tape.wav"), 1, (double)(clock_now() - began) / 1e9 - 2, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ten_consoles_and_a_flood_are_not_heard),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, host_prepare, host_clean);
}
