/* SPDX-License-Identifier: MIT */
/*
 * The two sides of the door over a real bus daemon: a Fanfare in another
 * process, consoles and scripts that use it, well and badly.
 */
#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/service/memory.h"
#include "core/service/verbs.h"
#include "tests/bluez/rig.h"
#include "tests/service/host.h"

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/*
 * What one attach may take, and how much memory may grow. Sanitizers cost time, and keep
 * what was freed; they find by themselves what is never freed.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ATTACH_NS (2 * NS_PER_SEC)
#define GROWTH_KB (1 << 20)
#else
#define ATTACH_NS (200 * NS_PER_MS)
#define GROWTH_KB 1024
#endif

static struct ff_snapshot now;
static pid_t host;

static int setup(void **state)
{
	(void)state;
	host = host_start();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	int r = host > 0 ? host_end(host, SIGTERM) : 0; /* leaks are looked for at its end */

	host = 0;
	return r;
}

static bool both_play(const struct ff_snapshot *s, const void *arg)
{
	(void)arg;
	return s->speakers_n == 2 && s->speakers[0].state == FF_PLAYING &&
	       s->speakers[1].state == FF_PLAYING && !s->lost;
}

static bool volume_is(const struct ff_snapshot *s, const void *db)
{
	return s->speakers_n == 2 && s->speakers[0].volume_db == *(const float *)db;
}

static bool is_lost(const struct ff_snapshot *s, const void *arg)
{
	(void)arg;
	return s->lost;
}

static bool it_sounds(const struct ff_snapshot *s, const void *arg)
{
	(void)arg;
	return s->zones[0].level.peak_db[0] > FF_SILENT;
}

static struct ff *attach_to_music(void)
{
	struct ff *ff = host_attach();

	host_wait(ff, &now, both_play, NULL, "both speakers play");
	return ff;
}

static struct ff_command volume(float db)
{
	return (struct ff_command){ .verb = FF_SET_VOLUME,
				    .id = now.speakers[0].id,
				    .value = db };
}

/* ---- attaching -------------------------------------------------------------------------- */

static void attaching_is_quick_and_shows_what_plays(void **state)
{
	const struct ff_options options = { .where = FF_ATTACHED };
	uint64_t best = UINT64_MAX;
	struct ff *ff = attach_to_music();

	(void)state;
	assert_true(now.attached);
	assert_false(now.lost);
	assert_string_equal(now.profile, "two");
	host_wait(ff, &now, it_sounds, NULL, "levels"); /* of which no bell tells */
	ff_close(ff);
	/* the best of three: other work on this machine is not ours to judge */
	for (int i = 0; i < 3; i++) {
		uint64_t began = clock_now();

		assert_int_equal(ff_open(&options, &ff, NULL), 0);
		ff_snapshot(ff, &now);
		began = clock_now() - began;
		best = began < best ? began : best;
		assert_int_equal(now.speakers_n, 2);
		ff_close(ff);
	}
	assert_true(best < ATTACH_NS);
}

static void a_console_attaches_where_one_plays_and_else_plays_itself(void **state)
{
	const struct ff_options options = { .no_bluetooth = true, .where = FF_ANYWHERE };
	char who[FF_TEXT_MAX], wanted[FF_TEXT_MAX];
	struct ff *ff = host_attach();

	(void)state;
	ff_close(ff);
	assert_true(ff_running(who));
	snprintf(wanted, sizeof(wanted), "process %d, as " SERVICE_NAME " on the system bus",
		 (int)host);
	assert_string_equal(who, wanted);
	assert_int_equal(ff_open(&options, &ff, NULL), 0);
	ff_snapshot(ff, &now);
	assert_true(now.attached);
	assert_int_equal(ff_stop(ff), 0);
	ff_close(ff);
	assert_int_equal(waitpid(host, NULL, 0), host);
	host = 0;

	assert_false(ff_running(NULL));
	assert_int_equal(ff_open(&options, &ff, NULL), 0);
	ff_snapshot(ff, &now);
	assert_false(now.attached);
	assert_int_equal(ff_stop(ff), -EOPNOTSUPP);
	ff_close(ff);
}

static void with_nobody_there_attaching_fails_with_words(void **state)
{
	const struct ff_options options = { .where = FF_ATTACHED };
	char why[FF_TEXT_MAX * 4];
	struct ff *ff = NULL;

	(void)state;
	assert_int_equal(ff_open(&options, &ff, why), -ENOTCONN);
	assert_non_null(strstr(why, "no Fanfare plays"));
	assert_null(ff);
	daemon_kill(); /* without any bus, too */
	assert_int_equal(ff_open(&options, &ff, why), -ENOTCONN);
	daemon_start();
}

static void each_change_is_seen_by_all_consoles(void **state)
{
	struct ff *all[5];
	float db = -7.5f;
	struct ff_command c;

	(void)state;
	all[0] = attach_to_music();
	for (size_t i = 1; i < ARRAY_SIZE(all); i++)
		all[i] = host_attach();
	for (size_t i = 0; i < ARRAY_SIZE(all); i++, db -= 1) {
		c = volume(db);
		assert_int_equal(ff_submit(all[i], &c), 0);
		for (size_t k = 0; k < ARRAY_SIZE(all); k++)
			host_wait(all[k], &now, volume_is, &db, "the volume another one set");
	}
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		ff_close(all[i]);
}

/* ---- calls, good and bad ---------------------------------------------------------------- */

static sd_bus *script(void)
{
	sd_bus *bus = NULL;

	assert_return_code(sd_bus_open_system(&bus), 0);
	return bus;
}

/* Call it with these arguments; the name of the error, "" = none. */
static const char *outcome(sd_bus *bus, const char *method, const char *types, ...)
{
	static char name[128];
	sd_bus_error e = SD_BUS_ERROR_NULL;
	SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	va_list args;

	assert_return_code(sd_bus_message_new_method_call(bus, &m, SERVICE_NAME, SERVICE_PATH,
							  SERVICE_INTERFACE, method),
			   0);
	va_start(args, types);
	assert_return_code(sd_bus_message_appendv(m, types, args), 0);
	va_end(args);
	name[0] = '\0';
	if (sd_bus_call(bus, m, 20000000, &e, NULL) < 0)
		snprintf(name, sizeof(name), "%s", e.name ? e.name : "no name");
	sd_bus_error_free(&e);
	return name;
}

static void every_verb_arrives_as_it_was_sent(void **state)
{
	SCOPED(sd_bus_flush_close_unrefp) sd_bus *bus = script();
	struct ff_command sent = {
		.id = 7,
		.value = -2.5f,
		.flag = true,
		.map = FF_MAP_SWAPPED,
		.output = FF_OUT_ALSA,
		.other = 9,
		.type = "alsa",
		.address = "00:11:22:33:44:55",
		.adapter = "AA:BB:CC:00:11:22",
		.device = "hw:CARD=X",
		.text = "Küche",
	};

	(void)state;
	for (int v = 0; v <= FF_ADMIT; v++) {
		SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL, *again = NULL;
		struct ff_command got;
		const char *why = NULL;

		sent.verb = (enum ff_verb)v;
		assert_non_null(verbs_method(sent.verb));
		assert_return_code(sd_bus_message_new_method_call(
					   bus, &m, SERVICE_NAME, SERVICE_PATH,
					   SERVICE_INTERFACE, verbs_method(sent.verb)),
				   0);
		assert_int_equal(verbs_write(m, &sent), 0);
		assert_return_code(sd_bus_message_seal(m, 1, 0), 0);
		assert_int_equal(verbs_read(m, &got, &why), 0);
		assert_true(sd_bus_message_at_end(m, true));
		assert_int_equal(got.verb, sent.verb);
		/* what was read, written again, is the same message */
		assert_return_code(sd_bus_message_new_method_call(
					   bus, &again, SERVICE_NAME, SERVICE_PATH,
					   SERVICE_INTERFACE, verbs_method(got.verb)),
				   0);
		assert_int_equal(verbs_write(again, &got), 0);
		assert_string_equal(sd_bus_message_get_signature(m, true),
				    sd_bus_message_get_signature(again, true));
	}
	sent.verb = (enum ff_verb)(FF_ADMIT + 1);
	assert_null(verbs_method(sent.verb));
}

static void malformed_and_oversized_calls_are_refused(void **state)
{
	SCOPED(sd_bus_flush_close_unrefp) sd_bus *bus = script();
	struct ff *ff = attach_to_music();
	uint32_t id = now.speakers[0].id;
	static struct ff_snapshot quiet;
	size_t big = 20 << 20;
	char *endless = malloc(big);
	long before = host_memory(host);

	(void)state;
	quiet = now;
	assert_string_equal(outcome(bus, "SetVolume", "ud", id, -3.0), "");
	assert_string_equal(outcome(bus, "Explode", ""), SD_BUS_ERROR_UNKNOWN_METHOD);
	assert_string_equal(outcome(bus, "SetVolume", "s", "loud"), SD_BUS_ERROR_INVALID_ARGS);
	assert_string_equal(outcome(bus, "SetVolume", "u", id), SD_BUS_ERROR_INVALID_ARGS);
	assert_string_equal(outcome(bus, "SetVolume", "udu", id, -3.0, 1),
			    SD_BUS_ERROR_INVALID_ARGS);
	assert_string_equal(outcome(bus, "SetVolume", "ud", id, (double)NAN),
			    SD_BUS_ERROR_INVALID_ARGS);
	assert_string_equal(outcome(bus, "SetVolume", "ud", id, 1e300),
			    SD_BUS_ERROR_INVALID_ARGS);
	assert_string_equal(outcome(bus, "SetMap", "us", id, "quadro"),
			    SD_BUS_ERROR_INVALID_ARGS);
	assert_string_equal(outcome(bus, "Pair", "ss", "00:11:22", ""),
			    SD_BUS_ERROR_INVALID_ARGS);
	assert_non_null(endless);
	memset(endless, 'x', big - 1);
	endless[big - 1] = '\0';
	for (int i = 0; i < 5; i++)
		assert_string_equal(outcome(bus, "LoadProfile", "s", endless),
				    SD_BUS_ERROR_INVALID_ARGS);
	assert_string_equal(outcome(bus, "LoadProfile", "s", "No-Such-Profile"), "");
	assert_string_equal(outcome(bus, "GetSnapshot", "su", "9.9", memory_layout() + 1),
			    SERVICE_OTHER);
	free(endless);
	/* it plays on, nothing of that is kept but what the allocator has not given back */
	assert_true(host_memory(host) - before < (64 << 10) + GROWTH_KB);
	host_wait(ff, &now, both_play, NULL, "the music still");
	host_no_gap(&quiet, &now);
	ff_close(ff);
}

/* Sixteen descriptors along with a call, for every method; none of them may stay there. */
static void descriptors_that_come_with_a_call_are_not_kept(void **state)
{
	SCOPED(sd_bus_flush_close_unrefp) sd_bus *bus = script();
	struct ff *ff = attach_to_music();
	int before, wrong = 0;

	(void)state;
	assert_string_equal(outcome(bus, "MuteAll", "b", 0), "");
	before = host_descriptors(host);
	for (int i = 0; i < 200; i++) {
		SCOPED(sd_bus_message_unrefp) sd_bus_message *m = NULL;
		const char *method = verbs_method((enum ff_verb)(i % (FF_ADMIT + 1)));
		sd_bus_error e = SD_BUS_ERROR_NULL;

		assert_return_code(sd_bus_message_new_method_call(bus, &m, SERVICE_NAME,
								  SERVICE_PATH,
								  SERVICE_INTERFACE, method),
				   0);
		for (int k = 0; k < 16; k++)
			assert_return_code(sd_bus_message_append(m, "h", STDIN_FILENO), 0);
		wrong += sd_bus_call(bus, m, 20000000, &e, NULL) < 0 &&
			 !strcmp(e.name, SD_BUS_ERROR_INVALID_ARGS);
		sd_bus_error_free(&e);
	}
	assert_int_equal(wrong, 200);
	/* for a moment it may have a file of its own open */
	for (int i = 0; i < 500 && host_descriptors(host) > before; i++)
		usleep(10000);
	assert_true(host_descriptors(host) <= before);
	ff_close(ff);
}

struct heard {
	int changed;
	bool speakers;
	char log[FF_TEXT_MAX];
};

static int on_changed(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	struct heard *h = arg;
	const char *interface, *name;

	(void)error;
	assert_return_code(sd_bus_message_read(m, "s", &interface), 0);
	assert_string_equal(interface, SERVICE_INTERFACE);
	assert_return_code(sd_bus_message_enter_container(m, 'a', "{sv}"), 0);
	while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
		assert_return_code(sd_bus_message_read(m, "s", &name), 0);
		h->speakers |= !strcmp(name, "Speakers");
		assert_return_code(sd_bus_message_skip(m, "v"), 0);
		assert_return_code(sd_bus_message_exit_container(m), 0);
	}
	h->changed++;
	return 0;
}

static int on_logged(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	struct heard *h = arg;
	const char *text;
	int64_t time;
	int level;

	(void)error;
	assert_return_code(sd_bus_message_read(m, "xis", &time, &level, &text), 0);
	if (level <= 4)
		snprintf(h->log, sizeof(h->log), "%s", text);
	return 0;
}

static void changes_and_log_lines_are_signalled_and_properties_tell_them(void **state)
{
	SCOPED(sd_bus_flush_close_unrefp) sd_bus *bus = script();
	SCOPED(sd_bus_message_unrefp) sd_bus_message *all = NULL;
	struct ff *ff = attach_to_music();
	struct heard h = { 0 };
	uint64_t end = clock_now() + 20 * NS_PER_SEC;

	(void)state;
	assert_return_code(sd_bus_match_signal(bus, NULL, SERVICE_NAME, SERVICE_PATH,
					       "org.freedesktop.DBus.Properties",
					       "PropertiesChanged", on_changed, &h),
			   0);
	assert_return_code(sd_bus_match_signal(bus, NULL, SERVICE_NAME, SERVICE_PATH,
					       SERVICE_INTERFACE, "Logged", on_logged, &h),
			   0);
	assert_string_equal(outcome(bus, "SetTrim", "ud", now.speakers[1].id, 12.5), "");
	assert_string_equal(outcome(bus, "LoadProfile", "s", "No-Such-Profile"), "");
	while (!h.speakers || !strstr(h.log, "No-Such-Profile")) {
		assert_true(clock_now() < end);
		if (sd_bus_process(bus, NULL) == 0)
			sd_bus_wait(bus, 100000);
	}
	assert_return_code(sd_bus_call_method(bus, SERVICE_NAME, SERVICE_PATH,
					      "org.freedesktop.DBus.Properties", "GetAll", NULL,
					      &all, "s", SERVICE_INTERFACE),
			   0);
	assert_return_code(sd_bus_message_skip(all, "a{sv}"), 0);
	ff_close(ff);
}

/* ---- consoles, many ---------------------------------------------------------------------- */

static void more_consoles_than_there_is_room_for_are_refused_by_name(void **state)
{
	const struct ff_options options = { .where = FF_ATTACHED };
	struct ff *all[40] = { NULL };
	char why[FF_TEXT_MAX * 4];
	size_t n = 0;
	int r = 0;

	(void)state;
	all[n++] = host_attach();
	while (n < ARRAY_SIZE(all) && (r = ff_open(&options, &all[n], why)) == 0)
		n++;
	assert_int_equal(r, -EUSERS);
	assert_int_equal(n, 32);
	assert_non_null(strstr(why, "close one"));
	for (size_t i = 0; i < n; i++)
		ff_close(all[i]);
	all[0] = host_attach(); /* who left made room */
	ff_close(all[0]);
}

/* ---- what comes and goes ---------------------------------------------------------------- */

static void a_service_that_ends_is_shown_and_waited_for(void **state)
{
	struct ff *ff = attach_to_music();
	struct ff_command c = volume(-4);
	float db = -4;

	(void)state;
	for (int i = 0; i < 2; i++) { /* once in good order, once not */
		assert_int_equal(host_end(host, i ? SIGKILL : SIGTERM), i ? -SIGKILL : 0);
		host = 0;
		host_wait(ff, &now, is_lost, NULL, "that it is gone");
		assert_true(now.attached);
		assert_int_equal(now.speakers_n, 2); /* what was shown stays, without levels */
		assert_true(now.zones[0].level.peak_db[0] <= FF_SILENT);
		assert_non_null(strstr(now.notice, "waiting for it"));
		assert_int_equal(ff_submit(ff, &c), -ENOTCONN);
		host = host_start();
		host_wait(ff, &now, both_play, NULL, "that it is back");
		c = volume(-4);
		assert_int_equal(ff_submit(ff, &c), 0);
		host_wait(ff, &now, volume_is, &db, "its volume");
	}
	ff_close(ff);
}

static void without_a_bus_it_plays_and_is_served_once_one_is_there(void **state)
{
	struct ff *ff;

	(void)state;
	daemon_kill();
	teardown(NULL);
	setup(NULL);
	poll(NULL, 0, 300);
	assert_int_equal(waitpid(host, NULL, WNOHANG), 0); /* it plays */
	daemon_start();
	ff = attach_to_music();
	daemon_kill();
	poll(NULL, 0, 100);
	ff_snapshot(ff, &now);
	assert_true(both_play(&now, NULL)); /* what is shown needs no bus */
	daemon_start();

	struct ff_command c = volume(-9);
	uint64_t end = clock_now() + 30 * NS_PER_SEC;

	while (ff_submit(ff, &c) != 0) {
		assert_true(clock_now() < end);
		poll(NULL, 0, 100);
		ff_snapshot(ff, &now);
	}
	ff_close(ff);
}

#define HOSTED(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_nobody_there_attaching_fails_with_words),
		cmocka_unit_test(every_verb_arrives_as_it_was_sent),
		HOSTED(malformed_and_oversized_calls_are_refused),
		HOSTED(descriptors_that_come_with_a_call_are_not_kept),
		HOSTED(attaching_is_quick_and_shows_what_plays),
		HOSTED(each_change_is_seen_by_all_consoles),
		HOSTED(changes_and_log_lines_are_signalled_and_properties_tell_them),
		HOSTED(more_consoles_than_there_is_room_for_are_refused_by_name),
		HOSTED(a_service_that_ends_is_shown_and_waited_for),
		HOSTED(without_a_bus_it_plays_and_is_served_once_one_is_there),
		HOSTED(a_console_attaches_where_one_plays_and_else_plays_itself),
	};

	return cmocka_run_group_tests(tests, host_prepare, host_clean);
}
