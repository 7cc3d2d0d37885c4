/* SPDX-License-Identifier: MIT */
/* sink_a2dp - over real sockets, decoded by libsbc, on a clock of the test's own. */
#include "tests/io/hall.h"
#include "tests/io/listener.h"

#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/io/sink_impl.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static const uint8_t joint[4] = { 0x21, 0x15, 2, 53 };
static const uint8_t mono[4] = { 0x28, 0x15, 2, 31 };

#define SECONDS(s) ((uint32_t)((s)*HALL_RATE / HALL_PERIOD))
#define LAG_MAX	   400 /* frames that an SBC encoder and decoder may delay together */

static const struct sink_config a2dp = { .type = SINK_IS_A2DP, .name = "Patio" };

/* A hall with one A2DP sink, attached to a listener. */
struct scene {
	struct hall hall;
	struct listener *listener;
};

static void attach(struct scene *s, int fd, const uint8_t config[4], uint16_t mtu, uint8_t edr)
{
	struct a2dp_stream stream = { .fd = fd, .mtu = mtu, .edr = edr };

	memcpy(stream.config, config, 4);
	assert_int_equal(sink_attach(s->hall.sink[0], &stream), 0);
}

static void begin(struct scene *s, hall_wave wave, const uint8_t config[4], uint16_t mtu,
		  uint8_t edr)
{
	int fd;

	hall_init(&s->hall, wave);
	hall_add(&s->hall, &a2dp);
	s->listener = malloc(sizeof(*s->listener));
	assert_non_null(s->listener);
	listener_init(s->listener, config, 20 * HALL_RATE, &fd);
	attach(s, fd, config, mtu, edr);
}

static void end(struct scene *s)
{
	hall_done(&s->hall);
	listener_done(s->listener);
	free(s->listener);
}

static void run(struct scene *s, uint32_t cycles, bool listening)
{
	for (uint32_t i = 0; i < cycles; i++) {
		uint64_t now = hall_now(&s->hall);

		hall_cycle(&s->hall);
		if (listening)
			listener_take(s->listener, now, 100);
	}
}

/* Correlation of what was heard in [from, to) with the source, channel as played left. */
static double likeness(const struct scene *s, uint64_t from, uint64_t to, hall_wave wave,
		       int *ret_shift)
{
	float *source = malloc(2 * (to - from) * sizeof(float));
	double best;

	assert_non_null(source);
	for (uint64_t n = from; n < to; n++)
		for (int c = 0; c < 2; c++)
			source[2 * (n - from) + (uint64_t)c] = wave(n, c);
	best = correlate(source, s->listener->heard + 2 * from, to - from, LAG_MAX, ret_shift);
	free(source);
	return best;
}

/* ---- what it refuses -------------------------------------------------------------------- */

static void assert_attach_refused(struct hall *h, const struct a2dp_stream *stream,
				  const char *part)
{
	struct health_report report;

	assert_true(sink_attach(h->sink[0], stream) < 0);
	sink_health(h->sink[0], &report);
	assert_int_equal(report.state, HEALTH_WAITING);
	if (!strstr(report.reason, part))
		fail_msg("\"%s\" does not mention \"%s\"", report.reason, part);
	assert_false(sink_flowing(h->sink[0]));
}

static void bad_streams_are_refused_and_left_to_their_owner(void **state)
{
	struct hall h;
	int pair[2], pipes[2];
	struct a2dp_stream s = { .mtu = 672, .config = { 0x21, 0x15, 2, 53 }, .edr = 2 };

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(pipe(pipes), 0);
	hall_init(&h, hall_music);
	hall_add(&h, &a2dp);

	s.fd = pair[0];
	s.config[0] = 0x31;
	assert_attach_refused(&h, &s, "leaves a choice open");
	s.config[0] = 0x11;
	assert_attach_refused(&h, &s, "48000 Hz");
	s.config[0] = 0x21;
	s.mtu = 23;
	assert_attach_refused(&h, &s, "23 bytes");
	s.mtu = 672;
	s.fd = pipes[1];
	assert_attach_refused(&h, &s, "no socket");
	s.fd = -1;
	assert_attach_refused(&h, &s, "no socket");

	for (int i = 0; i < 2; i++) { /* both still open, and so ours */
		assert_int_equal(close(pair[i]), 0);
		assert_int_equal(close(pipes[i]), 0);
	}
	hall_done(&h);
}

static void a_sink_of_another_kind_cannot_be_attached(void **state)
{
	static const struct sink_config null = { .type = SINK_IS_NULL, .name = "Nowhere" };
	struct a2dp_stream s = { .fd = -1, .mtu = 672, .config = { 0x21, 0x15, 2, 53 } };
	struct hall h;

	(void)state;
	hall_init(&h, hall_music);
	hall_add(&h, &null);
	assert_int_equal(sink_attach(h.sink[0], &s), -EINVAL);
	sink_detach(h.sink[0]);
	sink_dropped(h.sink[0], 1, 0);
	sink_set_bitpool(h.sink[0], 20);
	hall_done(&h);
}

/* ---- sound --------------------------------------------------------------------------------
 */

static void decoded_sound_is_the_source(void **state)
{
	struct scene s;
	int shift;

	(void)state;
	begin(&s, hall_music, joint, 672, 2);
	run(&s, SECONDS(3), true);
	assert_int_equal(s.listener->garbled, 0);
	assert_true(likeness(&s, 10000, 3 * HALL_RATE - 10000, hall_music, &shift) >= 0.99);
	assert_in_range(shift, 0, 100); /* what SBC itself delays: 73 frames */
	end(&s);
}

static float music_mid(uint64_t n, int channel)
{
	(void)channel;
	return 0.5f * (hall_music(n, 0) + hall_music(n, 1));
}

static void mono_is_both_channels_in_one(void **state)
{
	struct scene s;
	int shift;

	(void)state;
	begin(&s, hall_music, mono, 672, 2);
	run(&s, SECONDS(3), true);
	assert_true(likeness(&s, 10000, 3 * HALL_RATE - 10000, music_mid, &shift) >= 0.99);
	end(&s);
}

static void silence_is_a_whisper_that_keeps_speakers_awake(void **state)
{
	struct scene s;
	double sum = 0.0;
	float db;

	(void)state;
	begin(&s, hall_silence, joint, 672, 2);
	run(&s, SECONDS(2), true);
	for (uint64_t n = HALL_RATE / 2; n < HALL_RATE; n++)
		sum += (double)s.listener->heard[2 * n] * s.listener->heard[2 * n];
	db = 10.0f * log10f((float)(sum / (HALL_RATE / 2)));
	if (!(db > -105.0f && db < -85.0f))
		fail_msg("silence is heard at %.1f dBFS", (double)db);
	end(&s);
}

/* ---- packets --------------------------------------------------------------------------------
 */

static void packets_follow_each_other_on_one_grid(void **state)
{
	struct scene s;
	const struct listened *p;

	(void)state;
	begin(&s, hall_music, joint, 672, 2);
	run(&s, SECONDS(2), true);
	p = s.listener->packet;
	assert_true(s.listener->packets > 130);
	assert_true(p[0].head.marker);
	for (uint32_t i = 0; i < s.listener->packets; i++) {
		assert_int_equal(p[i].head.stamp % 128, 0);
		assert_int_equal(p[i].head.frames, 5); /* as many as 672 bytes hold */
		assert_int_equal(p[i].len, 13 + 5 * 119);
		assert_int_equal(p[i].head.source, p[0].head.source);
		if (i == 0)
			continue;
		assert_int_equal(p[i].head.sequence, (uint16_t)(p[i - 1].head.sequence + 1));
		assert_int_equal(p[i].head.stamp, p[i - 1].head.stamp + 640);
		assert_false(p[i].head.marker);
	}
	end(&s);
}

static void every_frame_leaves_within_25_ms_of_its_cycle(void **state)
{
	static const struct {
		const uint8_t *config;
		uint16_t mtu;
		uint8_t edr;
	} links[] = { { joint, 672, 2 }, { joint, 895, 3 },  { joint, 1005, 3 },
		      { mono, 672, 2 },	 { mono, 1005, 3 },  { mono, 65535, 3 },
		      { joint, 200, 2 }, { joint, 65535, 3 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		struct scene s;

		begin(&s, hall_music, links[i].config, links[i].mtu, links[i].edr);
		s.listener->decode = false;
		run(&s, SECONDS(2), true);
		assert_true(s.listener->packets > 40);
		for (uint32_t k = 0; k < s.listener->packets; k++) {
			const struct listened *p = &s.listener->packet[k];
			/* the cycle that took the packet's first frame in */
			uint64_t cycle = p->head.stamp / HALL_PERIOD * HALL_PERIOD;
			uint64_t began = clock_of_frame(HALL_T0, cycle, HALL_RATE);

			assert_true(p->at - began <= 25 * NS_PER_MS);
		}
		end(&s);
	}
}

static void a_ceiling_for_the_bitpool_holds_from_the_next_packet_on(void **state)
{
	struct scene s;
	struct health_report report;
	uint32_t before;

	(void)state;
	begin(&s, hall_music, joint, 672, 2);
	run(&s, SECONDS(1), true);
	before = s.listener->packets;
	sink_set_bitpool(s.hall.sink[0], 35);
	run(&s, SECONDS(1), true);
	assert_int_equal(s.listener->packet[before - 1].bitpool, 53);
	assert_int_equal(s.listener->packet[before + 1].bitpool, 35);
	sink_health(s.hall.sink[0], &report);
	assert_int_equal(report.bitpool, 35);
	assert_int_equal(report.bitpool_max, 35);
	assert_int_equal(report.bitrate / 1000, 228);
	sink_set_bitpool(s.hall.sink[0], 0);
	run(&s, SECONDS(1), true);
	assert_int_equal(s.listener->packet[s.listener->packets - 1].bitpool, 53);
	end(&s);
}

/* ---- trouble
 * --------------------------------------------------------------------------------- */

static void a_full_socket_drops_packets_and_shifts_nothing(void **state)
{
	struct scene s;
	struct health_report report;
	uint64_t back;
	int shift;

	(void)state;
	begin(&s, hall_music, joint, 672, 2);
	run(&s, SECONDS(1), true);
	run(&s, SECONDS(3), false);
	sink_health(s.hall.sink[0], &report);
	assert_true(report.drops > 150); /* of about 175; the kernel keeps 5 */
	assert_int_equal(report.queue, report.queue_max);
	assert_true(report.drop_at > HALL_T0 + 3 * NS_PER_SEC);
	assert_non_null(strstr(report.reason, "takes no packets"));
	assert_true(sink_flowing(s.hall.sink[0]));

	back = hall_frame(&s.hall);
	run(&s, SECONDS(3), true);
	assert_true(likeness(&s, back + 5000, back + 2 * HALL_RATE, hall_music, &shift) >=
		    0.99);
	assert_in_range(shift, 0, 100);
	for (uint32_t i = 1; i < s.listener->packets; i++) {
		const struct listened *p = &s.listener->packet[i];
		uint16_t missed = (uint16_t)(p->head.sequence - p[-1].head.sequence - 1);

		/* what is missing is missing in stamps and numbers alike; once the
		 * bitpool gave way a packet may hold more than 5 frames of 128 */
		assert_in_range(p->head.stamp - p[-1].head.stamp, (missed + 1u) * 640,
				(missed + 1u) * 768);
	}
	sink_health(s.hall.sink[0], &report);
	assert_string_equal(report.reason, "");
	end(&s);
}

static void a_link_that_stood_still_comes_back_with_its_bitpool(void **state)
{
	struct scene s;
	struct health_report report;

	(void)state;
	begin(&s, hall_music, joint, 672, 2);
	run(&s, SECONDS(1), true);
	run(&s, SECONDS(10), false);
	run(&s, SECONDS(1), true);
	sink_health(s.hall.sink[0], &report);
	assert_true(report.bitpool >= 46); /* one step at most, not to the bottom */
	end(&s);
}

static void a_lost_connection_is_told_and_a_new_one_rejoins_the_timeline(void **state)
{
	struct scene s;
	struct health_report report;
	uint32_t first;
	uint64_t back, sent;
	int fd, shift;

	(void)state;
	begin(&s, hall_music, joint, 672, 2);
	run(&s, SECONDS(1), true);
	closep(&s.listener->fd);
	s.listener->fd = -EBADF;
	run(&s, 4, false);
	assert_false(sink_flowing(s.hall.sink[0]));
	sink_health(s.hall.sink[0], &report);
	assert_int_equal(report.state, HEALTH_WAITING);
	assert_non_null(strstr(report.reason, "connection lost"));
	sent = report.sent;
	run(&s, SECONDS(2), false);

	first = s.listener->packets;
	listener_reopen(s.listener, &fd);
	back = hall_frame(&s.hall);
	attach(&s, fd, joint, 672, 2);
	assert_true(sink_flowing(s.hall.sink[0]));
	run(&s, SECONDS(2), true);
	assert_int_equal(s.listener->packet[first].head.stamp, (back + 127) / 128 * 128);
	assert_true(s.listener->packet[first].head.marker);
	assert_true(likeness(&s, back + 1000, back + HALL_RATE, hall_music, &shift) >= 0.99);
	sink_health(s.hall.sink[0], &report);
	assert_int_equal(report.state, HEALTH_RUNNING);
	assert_string_equal(report.reason, "");
	assert_true(report.sent > sent);
	end(&s);
}

static void what_was_before_a_stream_is_not_lost(void **state)
{
	struct scene s;
	int fd;

	(void)state;
	begin(&s, hall_music, joint, 672, 2);
	sink_detach(s.hall.sink[0]);
	run(&s, SECONDS(2), false); /* more than the ring holds */
	assert_true(hall_frame(&s.hall) > HALL_RING);
	for (int i = 0; i < 2; i++) {
		listener_reopen(s.listener, &fd);
		attach(&s, fd, joint, 672, 2);
		run(&s, SECONDS(1), true);
		assert_int_equal(atomic_load(&s.hall.ring[0]->lost), 0);
		sink_detach(s.hall.sink[0]);
		run(&s, SECONDS(1), false);
	}
	end(&s);
}

static void detached_it_closes_the_socket_and_waits(void **state)
{
	struct scene s;
	char byte;

	(void)state;
	begin(&s, hall_music, joint, 672, 2);
	run(&s, 20, true);
	sink_detach(s.hall.sink[0]);
	assert_false(sink_flowing(s.hall.sink[0]));
	assert_int_equal(recv(s.listener->fd, &byte, 1, 0), 0); /* end of file */
	run(&s, 20, false);
	end(&s);
}

static void a_sender_that_slept_gives_up_what_is_late(void **state)
{
	struct scene s;
	struct health_report report;
	uint32_t before;
	const struct listened *p;

	(void)state;
	begin(&s, hall_music, joint, 672, 2);
	run(&s, SECONDS(1), true);
	before = s.listener->packets;
	for (uint32_t i = 0; i < 20; i++) /* 232 ms, 16 packets */
		hall_play(&s.hall);
	run(&s, SECONDS(1), true);
	p = &s.listener->packet[before];
	assert_true(p->head.marker);
	assert_true(p->head.stamp > p[-1].head.stamp + 15 * HALL_PERIOD);
	/* and at once as current as ever */
	assert_true(p->at - clock_of_frame(HALL_T0, p->head.stamp, HALL_RATE) <=
		    25 * NS_PER_MS);
	sink_health(s.hall.sink[0], &report);
	assert_in_range(report.drops, 13, 18);
	end(&s);
}

/* More at once than the socket holds says that we slept, and nothing of the air. */
static void a_burst_after_sleep_costs_packets_and_no_bitpool(void **state)
{
	struct scene s;
	struct health_report report;

	(void)state;
	begin(&s, hall_music, joint, 672, 2);
	run(&s, SECONDS(1), true);
	for (uint32_t i = 0; i < 5; i++) {
		for (uint32_t k = 0; k < 8; k++) /* 93 ms, 6 to 7 packets */
			hall_play(&s.hall);
		run(&s, SECONDS(0.5), true);
	}
	sink_health(s.hall.sink[0], &report);
	assert_in_range(report.drops, 5, 20);
	assert_int_equal(report.bitpool, 53);
	end(&s);
}

static void a_sender_that_slept_50_ms_loses_nothing(void **state)
{
	struct scene s;
	struct health_report report;

	(void)state;
	begin(&s, hall_music, joint, 672, 2);
	run(&s, SECONDS(1), true);
	for (uint32_t i = 0; i < 4; i++)
		hall_play(&s.hall);
	run(&s, SECONDS(1), true);
	sink_health(s.hall.sink[0], &report);
	assert_int_equal(report.drops, 0);
	assert_int_equal(report.bitpool, 53);
	for (uint64_t n = 128; n < hall_frame(&s.hall) - 2048; n++)
		assert_int_equal(s.listener->count[n], 1);
	end(&s);
}

/* The adapter gave some up: told to the sink, and gone from its own count of what it sent. */
static void packets_dropped_on_the_air_are_counted_while_there_is_a_stream(void **state)
{
	struct scene s;
	struct health_report report;

	(void)state;
	begin(&s, hall_music, joint, 672, 2);
	run(&s, SECONDS(1), true);
	sink_dropped(s.hall.sink[0], 3, HALL_T0 + NS_PER_SEC);
	sink_health(s.hall.sink[0], &report);
	assert_int_equal(report.drops, 3);
	assert_int_equal(report.drop_at, HALL_T0 + NS_PER_SEC);
	sink_detach(s.hall.sink[0]);
	sink_dropped(s.hall.sink[0], 3, HALL_T0 + 2 * NS_PER_SEC);
	sink_health(s.hall.sink[0], &report);
	assert_int_equal(report.drops, 3);
	end(&s);
}

/* ---- two speakers ---------------------------------------------------------------------------
 */

static void two_speakers_play_the_same_frame_at_the_same_stamp(void **state)
{
	struct scene s;
	struct listener *other = malloc(sizeof(*other));
	struct a2dp_stream stream = { .mtu = 1005, .config = { 0x21, 0x15, 2, 53 }, .edr = 3 };
	uint64_t from;
	int shift;

	(void)state;
	assert_non_null(other);
	begin(&s, hall_music, joint, 672, 2);
	hall_add(&s.hall, &a2dp);
	listener_init(other, joint, 20 * HALL_RATE, &stream.fd);
	run(&s, 77, true); /* the second one comes later, and with another packet length */
	from = hall_frame(&s.hall);
	assert_int_equal(sink_attach(s.hall.sink[1], &stream), 0);
	for (uint32_t i = 0; i < SECONDS(3); i++) {
		run(&s, 1, true);
		listener_take(other, 0, 100);
	}
	from += 2000;
	assert_true(correlate(s.listener->heard + 2 * from, other->heard + 2 * from,
			      2 * HALL_RATE, LAG_MAX, &shift) > 0.999);
	assert_int_equal(shift, 0);
	end(&s);
	listener_done(other);
	free(other);
}

/* 6 is the most that everybody may have. */
static void the_priority_falls_with_the_turn(void **state)
{
	static const int wanted[][2] = { { 0, 6 }, { 1, 5 }, { 6, 0 }, { 30, 0 }, { 2, 4 } };
	struct a2dp_stream stream = { .mtu = 672, .config = { 0x21, 0x15, 2, 53 }, .edr = 2 };
	struct scene s;
	socklen_t len = sizeof(int);
	int seen, fd;

	(void)state;
	begin(&s, hall_music, joint, 672, 2);
	listener_done(s.listener);
	listener_init(s.listener, joint, 20 * HALL_RATE, &stream.fd);
	fd = dup(stream.fd);
	assert_int_equal(sink_attach(s.hall.sink[0], &stream), 0);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		s.hall.sink[0]->turn = (uint32_t)wanted[i][0];
		run(&s, SECONDS(1) / 10, true);
		assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_PRIORITY, &seen, &len), 0);
		assert_int_equal(seen, wanted[i][1]);
	}
	close(fd);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_streams_are_refused_and_left_to_their_owner),
		cmocka_unit_test(a_sink_of_another_kind_cannot_be_attached),
		cmocka_unit_test(decoded_sound_is_the_source),
		cmocka_unit_test(mono_is_both_channels_in_one),
		cmocka_unit_test(silence_is_a_whisper_that_keeps_speakers_awake),
		cmocka_unit_test(packets_follow_each_other_on_one_grid),
		cmocka_unit_test(every_frame_leaves_within_25_ms_of_its_cycle),
		cmocka_unit_test(a_ceiling_for_the_bitpool_holds_from_the_next_packet_on),
		cmocka_unit_test(a_full_socket_drops_packets_and_shifts_nothing),
		cmocka_unit_test(a_link_that_stood_still_comes_back_with_its_bitpool),
		cmocka_unit_test(a_lost_connection_is_told_and_a_new_one_rejoins_the_timeline),
		cmocka_unit_test(what_was_before_a_stream_is_not_lost),
		cmocka_unit_test(detached_it_closes_the_socket_and_waits),
		cmocka_unit_test(a_sender_that_slept_gives_up_what_is_late),
		cmocka_unit_test(a_burst_after_sleep_costs_packets_and_no_bitpool),
		cmocka_unit_test(
			packets_dropped_on_the_air_are_counted_while_there_is_a_stream),
		cmocka_unit_test(a_sender_that_slept_50_ms_loses_nothing),
		cmocka_unit_test(two_speakers_play_the_same_frame_at_the_same_stamp),
		cmocka_unit_test(the_priority_falls_with_the_turn),
	};

	return cmocka_run_group_tests_name("a2dp", tests, NULL, NULL);
}
