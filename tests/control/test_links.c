/* SPDX-License-Identifier: MIT */
/*
 * Tests of core/control/links.h with the whole core behind the door and a
 * scripted org.bluez on a private bus: what must happen when BlueZ answers
 * late, wrongly or not at all, which the real one does not do on request.
 */
#include "tests/bluez/rig.h"

#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/fanfare.h"
#include "core/io/rtp.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define PATIENCE_NS (30 * NS_PER_SEC)

static const uint8_t joint_53[4] = { 0x21, 0x15, 2, 53 };

static struct rig *rig;
static struct ff *ff;
static struct ff_snapshot now;
static char folder[64];
static struct fake_answer configured;

/* ---- the scripted bluetoothd: a speaker that does what it is asked ------------------------
 */

static const char *device_of(sd_bus_message *call)
{
	return strcmp(sd_bus_message_get_path(call), DEV1) == 0 ? DEV1 : DEV2;
}

static void does_pair(struct fake *f, sd_bus_message *call)
{
	fake_change(f, device_of(call), "org.bluez.Device1", 1, "Paired", "b", 1);
	sd_bus_reply_method_return(call, "");
}

static void does_set(struct fake *f, sd_bus_message *call)
{
	const char *interface, *name;
	uint16_t volume;

	sd_bus_message_read(call, "ss", &interface, &name);
	if (strcmp(name, "Volume") == 0 && sd_bus_message_read(call, "v", "q", &volume) > 0)
		fake_change(f, FD1, "org.bluez.MediaTransport1", 1, "Volume", "q", volume);
	if (strcmp(name, "Trusted") == 0)
		fake_change(f, device_of(call), "org.bluez.Device1", 1, "Trusted", "b", 1);
	sd_bus_reply_method_return(call, "");
}

static void add_transport(struct fake *f)
{
	fake_add(f, FD1, "org.bluez.MediaTransport1", 6, "Device", "o", DEV1, "UUID", "s",
		 BLUEZ_UUID_A2DP_SOURCE, "Codec", "y", 0, "State", "s", "idle", "Delay", "q",
		 1800, "Volume", "q", 90);
}

static void does_connect(struct fake *f, sd_bus_message *call)
{
	fake_change(f, DEV1, "org.bluez.Device1", 1, "Connected", "b", 1);
	fake_configure(f, 0, FD1, joint_53, sizeof(joint_53), &configured);
	add_transport(f);
	sd_bus_reply_method_return(call, "");
}

/* Known from a search, never paired. */
static void unpaired(struct fake *f)
{
	fake_put(f, DEV1, "org.bluez.Device1", 5, "Address", "s", DEV1A, "Alias", "s", "Patio",
		 "Paired", "b", 0, "Connected", "b", 0, "Class", "u", 0x240414);
}

static void willing(struct fake *f)
{
	fake_custom(f, "Pair", -1, does_pair);
	fake_custom(f, "Set", -1, does_set);
	fake_custom(f, "ConnectProfile", -1, does_connect);
}

/* ---- looking through the door -------------------------------------------------------------
 */

static const struct ff_speaker *patio(void)
{
	return &now.speakers[0];
}

static void turn(uint32_t ms)
{
	sd_event_run(rig->event, (uint64_t)ms * 1000);
	ff_snapshot(ff, &now);
}

#define WAIT_FOR(expr)                                                                \
	do {                                                                          \
		uint64_t end_ = clock_now() + PATIENCE_NS;                            \
		while (turn(20), !(expr))                                             \
			if (clock_now() > end_)                                       \
				fail_msg("never came true: %s (state %d: %s)", #expr, \
					 patio()->state, patio()->reason);            \
	} while (0)

static bool logged(const char *part)
{
	for (int i = 0; i < FF_LOG_LINES; i++) {
		if (strstr(now.log[i].text, part))
			return true;
	}
	return false;
}

/* Packets that lie at the speaker's end now; they are taken. */
static int packets(void)
{
	uint8_t packet[2048];
	int n = 0;

	while (rig->fake.far_fd >= 0 &&
	       recv(rig->fake.far_fd, packet, sizeof(packet), MSG_DONTWAIT) > 12)
		n++;
	return n;
}

static int setup(void **state)
{
	char path[128];
	FILE *f;

	if (rig_setup(state) != 0)
		return -1;
	rig = *state;
	snprintf(folder, sizeof(folder), "/tmp/fanfare-links-XXXXXX");
	assert_non_null(mkdtemp(folder));
	setenv("XDG_STATE_HOME", folder, 1);
	setenv("XDG_CONFIG_HOME", folder, 1);
	snprintf(path, sizeof(path), "%s/p.conf", folder);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f,
		"version = 1; zones = ( { name = \"Z\"; sources = ( { type = \"tone\"; tone = "
		"\"pink\"; } ); speakers = ( { name = \"Patio\"; output = \"bluetooth\"; "
		"address = \"%s\"; }, { name = \"Card\"; output = \"null\"; } ); } );",
		DEV1A);
	fclose(f);
	return 0;
}

static void open_profile(const char *name)
{
	char path[128], why[FF_TEXT_MAX * 4];
	const struct ff_options options = { .profile = path };

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (ff_open(&options, &ff, why) < 0)
		fail_msg("%s", why);
}

static void open_door(void)
{
	open_profile("p.conf");
}

static void submit(struct ff_command command)
{
	assert_int_equal(ff_submit(ff, &command), 0);
}

static int teardown(void **state)
{
	char command[128];

	ff_close(ff);
	ff = NULL;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	if (system(command) != 0)
		return -1;
	return rig_teardown(state);
}

/* ---- what can go wrong ------------------------------------------------------------------- */

static void no_bluetoothd_is_said_with_what_mends_it_and_it_is_waited_for(void **state)
{
	(void)state;
	fake_stop(&rig->fake);
	willing(&rig->fake);
	open_door();
	WAIT_FOR(patio()->state == FF_WAITING && strstr(patio()->reason, "systemctl start") &&
		 strstr(now.no_bluetooth, "systemctl start"));
	assert_int_equal(now.speakers[1].state, FF_PLAYING);
	fake_start(&rig->fake, rig->event);
	WAIT_FOR(patio()->state == FF_PLAYING);
	assert_string_equal(now.no_bluetooth, "");
}

static void a_refused_pairing_is_told_and_tried_again_later(void **state)
{
	(void)state;
	willing(&rig->fake);
	unpaired(&rig->fake);
	fake_rule(&rig->fake, "Pair", FAKE_ERROR, 1, "org.bluez.Error.AuthenticationRejected",
		  "Authentication Rejected");
	open_door();
	WAIT_FOR(patio()->state == FF_RETRYING);
	assert_true(patio()->reason[0]);
	assert_true(patio()->retry_ms > 0 && patio()->retry_ms <= 3000);
	WAIT_FOR(patio()->state == FF_RETRYING && patio()->tries == 1 && logged("Patio: "));
	fake_custom(&rig->fake, "Pair", -1, does_pair);
	WAIT_FOR(patio()->state == FF_PLAYING);
	assert_int_equal(patio()->tries, 0);
}

static void connects_the_third_time(struct fake *f, sd_bus_message *call)
{
	if (fake_count(f, DEV1 " ConnectProfile") < 3)
		sd_bus_reply_method_errorf(call, "org.bluez.Error.Failed",
					   "br-connection-page-timeout");
	else
		does_connect(f, call);
}

static void a_speaker_that_does_not_answer_is_paged_again(void **state)
{
	(void)state;
	willing(&rig->fake);
	fake_custom(&rig->fake, "ConnectProfile", -1, connects_the_third_time);
	open_door();
	WAIT_FOR(patio()->state == FF_RETRYING);
	WAIT_FOR(patio()->state == FF_PLAYING);
	assert_int_equal(fake_count(&rig->fake, DEV1 " ConnectProfile"), 3);
}

static void a_transport_held_by_another_program_is_said(void **state)
{
	(void)state;
	willing(&rig->fake);
	fake_rule(&rig->fake, "Acquire", FAKE_ERROR, -1, "org.bluez.Error.NotAuthorized",
		  "Operation Not Authorized");
	open_door();
	WAIT_FOR(patio()->state == FF_RETRYING);
	assert_true(strstr(patio()->reason, "another") || strstr(patio()->reason, "hold"));
	assert_int_equal(now.speakers[1].state, FF_PLAYING);
}

static void a_speaker_removed_while_it_is_being_connected_does_no_harm(void **state)
{
	struct ff_command gone = { .verb = FF_REMOVE_SPEAKER };

	(void)state;
	willing(&rig->fake);
	fake_rule(&rig->fake, "ConnectProfile", FAKE_SILENT, -1, "", "");
	open_door();
	WAIT_FOR(patio()->state == FF_CONNECTING);
	gone.id = patio()->id;
	assert_int_equal(ff_submit(ff, &gone), 0);
	WAIT_FOR(now.speakers_n == 1);
	rig_idle(rig, 300);
	WAIT_FOR(now.speakers[0].state == FF_PLAYING);
}

/* ---- and what goes right ------------------------------------------------------------------
 */

static void an_unpaired_speaker_is_paired_trusted_connected_and_plays(void **state)
{
	int got = 0;

	(void)state;
	willing(&rig->fake);
	unpaired(&rig->fake);
	open_door();
	WAIT_FOR(patio()->state == FF_PLAYING);
	assert_int_equal(fake_count(&rig->fake, DEV1 " Pair"), 1);
	assert_true(fake_count(&rig->fake, DEV1 " Set Trusted") >= 1);
	WAIT_FOR((got += packets()) > 20);
	/* reported by the transport: 1/10 ms */
	WAIT_FOR(patio()->latency_from == FF_LATENCY_REPORTED);
	assert_true(patio()->latency_ms == 180.0f);
	assert_int_equal(patio()->absolute, 90);
	assert_string_equal(patio()->codec, "SBC");
}

static void an_unknown_speaker_is_searched_for(void **state)
{
	(void)state;
	willing(&rig->fake);
	fake_remove(&rig->fake, DEV1, "org.bluez.Device1");
	open_door();
	WAIT_FOR(patio()->state == FF_SEARCHING &&
		 fake_count(&rig->fake, HCI0 " StartDiscovery") > 0);
	fake_add(&rig->fake, DEV1, "org.bluez.Device1", 5, "Address", "s", DEV1A, "Alias", "s",
		 "Patio", "Paired", "b", 0, "Connected", "b", 0, "Class", "u", 0x240414);
	WAIT_FOR(patio()->state == FF_PLAYING);
	assert_true(fake_count(&rig->fake, HCI0 " StopDiscovery") > 0);
}

/* The speaker is switched off. */
static void drops(struct fake *f)
{
	close(f->far_fd);
	f->far_fd = -1;
	fake_remove(f, FD1, "org.bluez.MediaTransport1");
	fake_change(f, DEV1, "org.bluez.Device1", 1, "Connected", "b", 0);
}

static void its_own_volume_is_kept_in_the_profile_and_set_again(void **state)
{
	(void)state;
	willing(&rig->fake);
	open_door();
	WAIT_FOR(patio()->state == FF_PLAYING && patio()->absolute == 90);
	submit((struct ff_command){ .verb = FF_SET_ABSOLUTE, .id = patio()->id, .value = 70 });
	WAIT_FOR(patio()->absolute == 70 && now.modified);
	submit((struct ff_command){ .verb = FF_SAVE_PROFILE, .text = "Kept" });
	WAIT_FOR(!now.modified && !strcmp(now.profile, "Kept"));
	/* turned over there */
	fake_change(&rig->fake, FD1, "org.bluez.MediaTransport1", 1, "Volume", "q", 75);
	WAIT_FOR(patio()->absolute == 75 && now.modified);
	ff_close(ff);
	ff = NULL;
	drops(&rig->fake);

	open_profile("fanfare/profiles/Kept.conf");
	WAIT_FOR(patio()->state == FF_PLAYING && patio()->absolute == 70);
	assert_false(now.modified);
}

static void a_lost_speaker_comes_back_by_itself_and_the_other_plays_on(void **state)
{
	uint64_t lost;

	(void)state;
	willing(&rig->fake);
	open_door();
	WAIT_FOR(patio()->state == FF_PLAYING && packets() > 0);
	lost = now.speakers[1].frames_lost;
	drops(&rig->fake);
	WAIT_FOR(patio()->state != FF_PLAYING);
	WAIT_FOR(patio()->state == FF_PLAYING && packets() > 0);
	assert_int_equal(now.speakers[1].frames_lost, lost);
	assert_int_equal(now.speakers[1].state, FF_PLAYING);
}

/* ---- what was measured --------------------------------------------------------------------
 */

/* The same speaker, measured before this run, when it was sent that stream. */
static void open_measured(const char *stream)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/m.conf", folder);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f,
		"version = 1; zones = ( { name = \"Z\"; sources = ( { type = \"tone\"; tone = "
		"\"pink\"; } ); speakers = ( { name = \"Patio\"; output = \"bluetooth\"; "
		"address = \"%s\"; latency_ms = 171.4; measured = \"2026-11-01 10:00\"; "
		"microphone = \"hw:CARD=Mic\"; reported_ms = 180.0; stream = \"%s\"; }, { name "
		"= "
		"\"Card\"; output = \"null\"; } ); } );",
		DEV1A, stream);
	fclose(f);
	willing(&rig->fake);
	open_profile("m.conf");
	WAIT_FOR(patio()->state == FF_PLAYING && patio()->reported_ms == 180.0f &&
		 *patio()->doubt);
}

/* What it reports is neither added to what was measured nor taken instead of it. */
static void is_as_measured(void)
{
	assert_int_equal(patio()->latency_from, FF_LATENCY_MEASURED);
	assert_float_equal(patio()->latency_ms, 171.4, 0.001);
	assert_float_equal(patio()->delay_ms, 0, 0.001);
	assert_float_equal(now.speakers[1].delay_ms, 171.4, 0.001);
	assert_string_equal(patio()->measured, "2026-11-01 10:00");
	assert_string_equal(patio()->microphone, "hw:CARD=Mic");
}

static void reports(uint16_t tenths)
{
	fake_change(&rig->fake, FD1, "org.bluez.MediaTransport1", 1, "Delay", "q", tenths);
}

static void another_report_puts_what_was_measured_in_doubt_and_changes_no_delay(void **state)
{
	struct ff_command put = { .verb = FF_SET_DOUBT };

	(void)state;
	open_measured("SBC stereo");
	assert_string_equal(patio()->doubt, "reconnected");
	put.id = patio()->id;
	submit(put);
	WAIT_FOR(!*patio()->doubt);
	reports(2500);
	WAIT_FOR(*patio()->doubt);
	assert_string_equal(patio()->doubt, "reports +70.0 ms");
	is_as_measured();
	assert_true(logged("Patio: in time? reports +70.0 ms (measured 2026-11-01"));
	reports(1803); /* as good as what it said before */
	WAIT_FOR(!*patio()->doubt);
	is_as_measured();
	assert_false(now.modified);
}

static void another_stream_puts_what_was_measured_in_doubt(void **state)
{
	(void)state;
	open_measured("SBC mono");
	assert_string_equal(patio()->doubt, "SBC stereo now");
	is_as_measured();
}

/* By how much a packet's place on the timeline is behind the time it came at, s; the latest. */
static bool packet_behind(double *ret)
{
	bool any = false;
	uint8_t packet[2048];
	struct rtp_head head;
	size_t at;
	ssize_t n;

	while (rig->fake.far_fd >= 0 &&
	       (n = recv(rig->fake.far_fd, packet, sizeof(packet), MSG_DONTWAIT)) > 12) {
		if (rtp_read(packet, (size_t)n, &head, &at) < 0)
			continue;
		*ret = (double)clock_now() / 1e9 - (double)head.stamp / 44100;
		any = true;
	}
	return any;
}

static void a_measured_speaker_comes_back_into_its_place_within_a_second(void **state)
{
	double before = 0, after = 0;
	uint64_t back;

	(void)state;
	open_measured("SBC stereo");
	WAIT_FOR(packet_behind(&before));
	submit((struct ff_command){ .verb = FF_SET_DOUBT, .id = patio()->id });
	WAIT_FOR(!*patio()->doubt);
	drops(&rig->fake);
	WAIT_FOR(patio()->state != FF_PLAYING);
	is_as_measured(); /* the other one waits for it where it was */
	WAIT_FOR(patio()->state == FF_PLAYING);
	back = clock_now();
	WAIT_FOR(packet_behind(&after));
	is_as_measured();
	assert_true(clock_now() - back < NS_PER_SEC);
	/* a frame's packet leaves at its time, give or take when we looked */
	assert_true(fabs(after - before) < 0.1);
	WAIT_FOR(*patio()->doubt); /* and a person learns that it may be otherwise */
	assert_string_equal(patio()->doubt, "reconnected");
	assert_false(now.modified);
}

static void a_speaker_that_is_not_wanted_stays_disconnected(void **state)
{
	struct ff_command off = { .verb = FF_DISCONNECT }, on = { .verb = FF_CONNECT };

	(void)state;
	willing(&rig->fake);
	open_door();
	WAIT_FOR(patio()->state == FF_PLAYING);
	off.id = on.id = patio()->id;
	assert_int_equal(ff_submit(ff, &off), 0);
	WAIT_FOR(patio()->state == FF_OFF && fake_count(&rig->fake, DEV1 " Disconnect") > 0);
	fake_remove(&rig->fake, FD1, "org.bluez.MediaTransport1");
	fake_change(&rig->fake, DEV1, "org.bluez.Device1", 1, "Connected", "b", 0);
	rig_idle(rig, 300);
	assert_int_equal(fake_count(&rig->fake, DEV1 " ConnectProfile"), 1);
	assert_int_equal(ff_submit(ff, &on), 0);
	WAIT_FOR(patio()->state == FF_PLAYING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
		TEST(no_bluetoothd_is_said_with_what_mends_it_and_it_is_waited_for),
		TEST(a_refused_pairing_is_told_and_tried_again_later),
		TEST(a_speaker_that_does_not_answer_is_paged_again),
		TEST(a_transport_held_by_another_program_is_said),
		TEST(a_speaker_removed_while_it_is_being_connected_does_no_harm),
		TEST(an_unpaired_speaker_is_paired_trusted_connected_and_plays),
		TEST(its_own_volume_is_kept_in_the_profile_and_set_again),
		TEST(an_unknown_speaker_is_searched_for),
		TEST(a_lost_speaker_comes_back_by_itself_and_the_other_plays_on),
		TEST(another_report_puts_what_was_measured_in_doubt_and_changes_no_delay),
		TEST(another_stream_puts_what_was_measured_in_doubt),
		TEST(a_measured_speaker_comes_back_into_its_place_within_a_second),
		TEST(a_speaker_that_is_not_wanted_stays_disconnected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
