/* SPDX-License-Identifier: MIT */
/*
 * Tests of phones that play to this computer, with the whole core and a
 * scripted org.bluez: the loudspeaker that is offered, who is let in, what
 * plays, pauses and goes.
 */
#include "tests/bluez/rig.h"

#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/fanfare.h"
#include "core/io/packer.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_NS (30 * NS_PER_SEC)
#define AGENT	    "/org/fanfare/agent"
#define TRANSPORT   "org.bluez.MediaTransport1"
#define REJECTED    "org.bluez.Error.Rejected"

static const uint8_t joint[4] = { 0x21, 0x15, 2, 53 };

static struct rig *rig;
static struct ff *ff;
static struct ff_snapshot now;
static char folder[64];
static struct packer packer;
static uint64_t sent_until; /* ns; packets are due up to then */

/* What of the phone's sound is due goes to who took the stream up. */
static void play_on(void)
{
	uint64_t frame = 0;

	for (; rig->fake.far_fd >= 0 && sent_until < clock_now(); sent_until += 8707483) {
		struct packet packet;
		int r = 0;

		packer_begin(&packer, &packet, frame, 3, 53);
		while (r == 0) {
			float sound[2 * PACKER_PCM_MAX];

			for (int k = 0; k < 256; k++)
				sound[k] = 0.5f * sinf((float)(k / 2) * 0.39269908f);
			r = packer_add(&packer, &packet, sound);
		}
		(void)!write(rig->fake.far_fd, packet.bytes, packet.len);
	}
}

static bool phone_plays; /* it sends */

static void turn(uint32_t ms)
{
	sd_event_run(rig->event, (uint64_t)ms * 1000);
	if (phone_plays)
		play_on();
	ff_snapshot(ff, &now);
}

#define WAIT_FOR(expr)                                                                      \
	do {                                                                                \
		uint64_t end_ = clock_now() + PATIENCE_NS;                                  \
		while (turn(10), !(expr))                                                   \
			if (clock_now() > end_)                                             \
				fail_msg("never came true: %s (\"%s\")", #expr,             \
					 now.sources_n ? now.sources[0].reason : "nobody"); \
	} while (0)

static void idle(uint32_t ms)
{
	uint64_t end = clock_now() + ms * NS_PER_MS;

	while (clock_now() < end)
		turn(10);
}

static bool says(const char *part)
{
	return now.sources_n == 1 && strstr(now.sources[0].reason, part);
}

static bool logged(const char *part)
{
	for (int i = 0; i < FF_LOG_LINES; i++) {
		if (strstr(now.log[i].text, part))
			return true;
	}
	return false;
}

/* A transport's or adapter's own properties follow what is set. */
static void does_set(struct fake *f, sd_bus_message *call)
{
	const char *path = sd_bus_message_get_path(call), *interface, *name;
	int yes = 0;

	sd_bus_message_read(call, "ss", &interface, &name);
	sd_bus_message_read(call, "v", "b", &yes);
	fake_change(f, path, interface, 1, name, "b", yes);
	sd_bus_reply_method_return(call, "");
}

static size_t ears(void)
{
	size_t n = 0;

	for (size_t i = 0; i < rig->fake.endpoints_n; i++)
		n += strstr(rig->fake.endpoints[i], "/sink") != NULL;
	return n;
}

static size_t an_ear(void)
{
	for (size_t i = rig->fake.endpoints_n; i-- > 0;)
		if (strstr(rig->fake.endpoints[i], "/sink"))
			return i;
	fail_msg("it does not hear");
	return 0;
}

static void open_with(void **state, const char *source)
{
	char path[128], why[FF_TEXT_MAX * 4];
	const struct ff_options options = { .profile = path, .log_to_stderr = true };
	FILE *f;

	rig = *state;
	snprintf(path, sizeof(path), "%s/p.conf", folder);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f,
		"version = 1; zones = ( { name = \"Z\"; sources = ( { type = %s } );"
		" speakers = ( { name = \"Nowhere\"; output = \"null\"; } ); } );",
		source);
	fclose(f);
	fake_custom(&rig->fake, "Set", -1, does_set);
	if (ff_open(&options, &ff, why) < 0)
		fail_msg("%s", why);
	WAIT_FOR(now.devices_n == 2);
}

static void configure(const char *transport, const char *error)
{
	struct fake_answer a;

	fake_configure_as(&rig->fake, an_ear(), BLUEZ_UUID_A2DP_SINK, transport, joint,
			  sizeof(joint), &a);
	WAIT_FOR(a.there);
	assert_string_equal(a.error, error);
}

/* DEV1 "Patio", which is paired, is the phone. */
static void begin_to_play(void)
{
	WAIT_FOR(ears() > 0);
	fake_add(&rig->fake, FD1, TRANSPORT, 2, "State", "s", "idle", "UUID", "s",
		 BLUEZ_UUID_A2DP_SINK);
	configure(FD1, "");
	WAIT_FOR(says("Patio is connected and does not play"));
	assert_int_equal(now.sources[0].state, FF_CONNECTED);
	fake_change(&rig->fake, FD1, TRANSPORT, 1, "State", "s", "pending");
	WAIT_FOR(says("Patio plays"));
	fake_change(&rig->fake, FD1, TRANSPORT, 1, "State", "s", "active");
	sent_until = clock_now();
	phone_plays = true;
}

static int setup(void **state)
{
	if (rig_setup(state) != 0)
		return -1;
	snprintf(folder, sizeof(folder), "/tmp/fanfare-guests-XXXXXX");
	assert_non_null(mkdtemp(folder));
	setenv("XDG_STATE_HOME", folder, 1);
	setenv("XDG_CONFIG_HOME", folder, 1);
	phone_plays = false;
	return packer_init(&packer, joint, 1);
}

static int teardown(void **state)
{
	char command[128];

	/* who looks for sound devices may leave something in the folder until it is done */
	WAIT_FOR(now.looks > 0);
	ff_close(ff);
	ff = NULL;
	packer_done(&packer);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	if (system(command) != 0)
		return -1;
	return rig_teardown(state);
}

/* ---- who may ------------------------------------------------------------------------------
 */

static void without_such_a_source_it_is_no_loudspeaker(void **state)
{
	const struct ff_command add = { .verb = FF_ADD_SOURCE, .type = "bluetooth" };
	const struct ff_command door = { .verb = FF_ADMIT, .flag = true };
	struct ff_command away = { .verb = FF_REMOVE_SOURCE };

	open_with(state, "\"tone\";");
	WAIT_FOR(now.adapters_n == 1 && rig->fake.endpoints_n >= 2);
	assert_int_equal(ff_submit(ff, &door), 0);
	WAIT_FOR(logged("has no source bluetooth"));
	assert_false(now.admit.open);
	assert_int_equal(ears(), 0);
	assert_int_equal(fake_count(&rig->fake, HCI0 " Set Discoverable"), 0);
	/* it is one as soon as there is, and as long */
	assert_int_equal(ff_submit(ff, &add), 0);
	WAIT_FOR(ears() == 1 && now.adapters[0].hears && now.sources_n == 2);
	assert_string_equal(now.sources[1].name, "bluetooth");
	away.id = now.sources[1].id;
	assert_int_equal(ff_submit(ff, &away), 0);
	WAIT_FOR(fake_count(&rig->fake, HCI0 " UnregisterEndpoint") == 1 &&
		 !now.adapters[0].hears);
}

static void a_phone_that_is_not_meant_is_refused(void **state)
{
	open_with(state, "\"bluetooth\"; address = \"" DEV2A "\";");
	WAIT_FOR(says("waiting for " DEV2A " to play") || says("waiting for Kitchen to play"));
	WAIT_FOR(ears() == 1);
	configure(FD1, REJECTED);
	configure(FD2, "");
	WAIT_FOR(says("Kitchen is connected and does not play"));
}

static void nobody_comes_in_before_the_door_is_open(void **state)
{
	const struct ff_command open = { .verb = FF_ADMIT, .flag = true, .value = 60 };
	struct fake_answer a;

	open_with(state, "\"bluetooth\";");
	WAIT_FOR(ears() == 1);
	assert_string_equal(rig->fake.capability, "NoInputNoOutput");
	fake_call(&rig->fake, AGENT, "org.bluez.Agent1", "RequestAuthorization", &a, "o", DEV2);
	WAIT_FOR(a.there);
	assert_string_equal(a.error, REJECTED);
	idle(100);
	assert_int_equal(fake_count(&rig->fake, HCI0 " Set Discoverable"), 0);

	assert_int_equal(ff_submit(ff, &open), 0);
	WAIT_FOR(now.admit.open && now.admit.left_ms > 50000);
	WAIT_FOR(fake_count(&rig->fake, HCI0 " Set Discoverable") == 1);
	WAIT_FOR(!strcmp(rig->fake.capability, "KeyboardDisplay"));
	fake_call(&rig->fake, AGENT, "org.bluez.Agent1", "RequestAuthorization", &a, "o", DEV2);
	WAIT_FOR(a.there);
	assert_string_equal(a.error, "");
	fake_change(&rig->fake, DEV2, "org.bluez.Device1", 1, "Paired", "b", 1);
	/* it is trusted, and the door is shut behind it */
	WAIT_FOR(now.admit.came == 1 && !now.admit.open);
	assert_string_equal(now.admit.name, "Kitchen");
	assert_int_equal(fake_count(&rig->fake, DEV2 " Set Trusted"), 1);
	WAIT_FOR(fake_count(&rig->fake, HCI0 " Set Discoverable") == 2);
	WAIT_FOR(!strcmp(rig->fake.capability, "NoInputNoOutput"));
	fake_call(&rig->fake, AGENT, "org.bluez.Agent1", "RequestAuthorization", &a, "o", DEV1);
	WAIT_FOR(a.there);
	assert_string_equal(a.error, REJECTED);
}

static void numbers_are_compared_by_who_opened_it(void **state)
{
	const struct ff_command open = { .verb = FF_ADMIT, .flag = true };
	struct ff_command yes = { .verb = FF_PAIR_REPLY, .flag = true };
	const struct ff_command shut = { .verb = FF_ADMIT };
	struct fake_answer a;

	open_with(state, "\"bluetooth\";");
	WAIT_FOR(ears() == 1);
	assert_int_equal(ff_submit(ff, &open), 0);
	WAIT_FOR(!strcmp(rig->fake.capability, "KeyboardDisplay"));
	fake_call(&rig->fake, AGENT, "org.bluez.Agent1", "RequestConfirmation", &a, "ou", DEV2,
		  4711);
	WAIT_FOR(now.pairing.question == FF_ASK_CONFIRM);
	assert_string_equal(now.pairing.code, "004711");
	assert_string_equal(now.pairing.name, "Kitchen");
	assert_false(a.there);
	yes.id = now.pairing.cookie;
	assert_int_equal(ff_submit(ff, &yes), 0);
	WAIT_FOR(a.there);
	assert_string_equal(a.error, "");
	fake_change(&rig->fake, DEV2, "org.bluez.Device1", 1, "Paired", "b", 1);
	WAIT_FOR(now.admit.came == 1 && !now.admit.open);
	/* opened and shut again by hand */
	assert_int_equal(ff_submit(ff, &open), 0);
	WAIT_FOR(now.admit.open);
	assert_int_equal(ff_submit(ff, &shut), 0);
	WAIT_FOR(!now.admit.open);
	assert_int_equal(now.admit.came, 1);
}

static void one_that_is_paired_needs_no_leave_for_sound(void **state)
{
	struct fake_answer a;

	open_with(state, "\"bluetooth\";");
	WAIT_FOR(ears() == 1);
	fake_call(&rig->fake, AGENT, "org.bluez.Agent1", "AuthorizeService", &a, "os", DEV1,
		  "0000110d-0000-1000-8000-00805f9b34fb");
	WAIT_FOR(a.there);
	assert_string_equal(a.error, "");
	fake_call(&rig->fake, AGENT, "org.bluez.Agent1", "AuthorizeService", &a, "os", DEV1,
		  "00001105-0000-1000-8000-00805f9b34fb");
	WAIT_FOR(a.there);
	assert_string_equal(a.error, REJECTED);
	fake_call(&rig->fake, AGENT, "org.bluez.Agent1", "AuthorizeService", &a, "os", DEV2,
		  "0000110d-0000-1000-8000-00805f9b34fb");
	WAIT_FOR(a.there);
	assert_string_equal(a.error, REJECTED);
}

/* ---- what is heard ------------------------------------------------------------------------
 */

static bool loud(float least)
{
	return now.zones[0].level.peak_db[0] > least;
}

static void what_plays_is_heard_until_it_pauses(void **state)
{
	open_with(state, "\"bluetooth\";");
	WAIT_FOR(says("waiting for a phone; \"fanfare admit\" lets one in"));
	assert_int_equal(now.sources[0].state, FF_WAITING);
	fake_change(&rig->fake, DEV1, "org.bluez.Device1", 1, "UUIDs", "as",
		    BLUEZ_UUID_A2DP_SOURCE);
	WAIT_FOR(says("waiting for a phone to play"));
	begin_to_play();
	WAIT_FOR(loud(-8));
	WAIT_FOR(says("Patio plays, SBC 44.1 kHz joint stereo, bitpool 53, heard 1"));
	assert_int_equal(now.sources[0].state, FF_PLAYING);
	assert_int_equal(now.sources[0].rate, 44100);
	assert_int_equal(fake_count(&rig->fake, FD1 " Acquire"), 0);

	/* its volume keys */
	fake_change(&rig->fake, FD1, TRANSPORT, 1, "Volume", "q", 64);
	WAIT_FOR(!loud(-20) && loud(-30));
	fake_change(&rig->fake, FD1, TRANSPORT, 1, "Volume", "q", 127);
	WAIT_FOR(loud(-8));

	/* a pause, and on */
	phone_plays = false;
	fake_change(&rig->fake, FD1, TRANSPORT, 1, "State", "s", "idle");
	WAIT_FOR(says("Patio is connected and does not play"));
	WAIT_FOR(!loud(-60));
	fake_change(&rig->fake, FD1, TRANSPORT, 1, "State", "s", "pending");
	WAIT_FOR(says("Patio plays"));
	assert_int_equal(fake_count(&rig->fake, FD1 " TryAcquire"), 2);
	sent_until = clock_now();
	phone_plays = true;
	WAIT_FOR(loud(-8));

	/* gone, without a word */
	phone_plays = false;
	fake_remove(&rig->fake, FD1, TRANSPORT);
	WAIT_FOR(says("waiting for a phone to play"));
	WAIT_FOR(!loud(-60));
}

static void one_that_plays_to_another_program_is_told_of(void **state)
{
	open_with(state, "\"bluetooth\";");
	WAIT_FOR(ears() > 0);
	fake_add(&rig->fake, FD1, TRANSPORT, 2, "State", "s", "active", "UUID", "s",
		 BLUEZ_UUID_A2DP_SINK);
	WAIT_FOR(says("Patio plays to another sound program here"));
	assert_int_equal(now.sources[0].state, FF_WAITING);
	assert_int_equal(fake_count(&rig->fake, FD1 " TryAcquire"), 0);
}

static void a_source_that_is_taken_out_lets_go(void **state)
{
	struct ff_command away = { .verb = FF_REMOVE_SOURCE };

	open_with(state, "\"bluetooth\";");
	begin_to_play();
	WAIT_FOR(loud(-8));
	away.id = now.sources[0].id;
	assert_int_equal(ff_submit(ff, &away), 0);
	WAIT_FOR(now.sources_n == 0 && !loud(-60));
	WAIT_FOR(fake_count(&rig->fake, FD1 " Release") == 1);
	WAIT_FOR(fake_count(&rig->fake, HCI0 " UnregisterEndpoint") > 0);
}

static void one_that_leaves_while_it_is_being_taken_up_does_no_harm(void **state)
{
	struct ff_command away = { .verb = FF_REMOVE_SOURCE };

	open_with(state, "\"bluetooth\";");
	WAIT_FOR(ears() > 0);
	fake_rule(&rig->fake, "TryAcquire", FAKE_SILENT, 1, "", "");
	fake_add(&rig->fake, FD1, TRANSPORT, 2, "State", "s", "idle", "UUID", "s",
		 BLUEZ_UUID_A2DP_SINK);
	configure(FD1, "");
	fake_change(&rig->fake, FD1, TRANSPORT, 1, "State", "s", "pending");
	WAIT_FOR(fake_count(&rig->fake, FD1 " TryAcquire") == 1);
	away.id = now.sources[0].id;
	assert_int_equal(ff_submit(ff, &away), 0);
	WAIT_FOR(now.sources_n == 0);
	idle(100);
	fake_remove(&rig->fake, FD1, TRANSPORT); /* ends what was asked */
	idle(100);
}

static void one_that_cannot_be_taken_up_says_why_and_is_tried_again(void **state)
{
	open_with(state, "\"bluetooth\";");
	WAIT_FOR(ears() > 0);
	fake_rule(&rig->fake, "TryAcquire", FAKE_ERROR, 6, "org.bluez.Error.NotAuthorized",
		  "Operation Not Authorized");
	fake_add(&rig->fake, FD1, TRANSPORT, 2, "State", "s", "idle", "UUID", "s",
		 BLUEZ_UUID_A2DP_SINK);
	configure(FD1, "");
	fake_change(&rig->fake, FD1, TRANSPORT, 1, "State", "s", "pending");
	WAIT_FOR(says("is held by another sound program"));
	assert_int_equal(now.sources[0].state, FF_RETRYING);
	WAIT_FOR(says("Patio plays"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_such_a_source_it_is_no_loudspeaker),
		TEST(a_phone_that_is_not_meant_is_refused),
		TEST(nobody_comes_in_before_the_door_is_open),
		TEST(numbers_are_compared_by_who_opened_it),
		TEST(one_that_is_paired_needs_no_leave_for_sound),
		TEST(what_plays_is_heard_until_it_pauses),
		TEST(one_that_plays_to_another_program_is_told_of),
		TEST(a_source_that_is_taken_out_lets_go),
		TEST(one_that_leaves_while_it_is_being_taken_up_does_no_harm),
		TEST(one_that_cannot_be_taken_up_says_why_and_is_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
