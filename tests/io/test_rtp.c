/* SPDX-License-Identifier: MIT */
/* rtp and airtime - the head of a packet, and what packets cost. */
#include "core/io/a2dp_sbc.h"
#include "core/io/airtime.h"
#include "core/io/rtp.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct rtp_head sample = {
	.sequence = 0xfffe,
	.stamp = 0x89abcdef,
	.source = 0x01020304,
	.marker = true,
	.frames = 15,
};

static void what_is_no_rtp_with_sbc_is_refused(void **state)
{
	uint8_t packet[64] = { 0 };
	struct rtp_head head = { .frames = 9 };
	size_t at = 77;

	(void)state;
	rtp_write(packet, &sample);
	assert_int_equal(rtp_read(packet, 0, &head, &at), -EINVAL);
	assert_int_equal(rtp_read(packet, 12, &head, &at), -EINVAL);
	packet[0] = 0x40; /* version 1 */
	assert_int_equal(rtp_read(packet, 64, &head, &at), -EINVAL);
	packet[0] = 0x8f; /* 15 contributing sources: 72 bytes */
	assert_int_equal(rtp_read(packet, 64, &head, &at), -EINVAL);
	packet[0] = 0x90; /* an extension longer than the packet */
	packet[15] = 0xff;
	assert_int_equal(rtp_read(packet, 64, &head, &at), -EINVAL);
	packet[0] = 0x80;
	packet[12] = 0x81; /* a fragment */
	assert_int_equal(rtp_read(packet, 64, &head, &at), -EINVAL);
	packet[12] = 0x00; /* no frames */
	assert_int_equal(rtp_read(packet, 64, &head, &at), -EINVAL);
	assert_int_equal(head.frames, 9);
	assert_int_equal(at, 77);
}

static void a_head_is_written_byte_for_byte_as_rtp_says(void **state)
{
	static const uint8_t expected[RTP_HEADER_BYTES] = { 0x80, 0xe0, 0xff, 0xfe, 0x89,
							    0xab, 0xcd, 0xef, 0x01, 0x02,
							    0x03, 0x04, 0x0f };
	uint8_t packet[RTP_HEADER_BYTES];

	(void)state;
	rtp_write(packet, &sample);
	assert_memory_equal(packet, expected, sizeof(expected));
}

static void a_head_with_an_extension_is_read(void **state)
{
	uint8_t plain[RTP_HEADER_BYTES], packet[12 + 4 + 8 + 1];
	struct rtp_head head;
	size_t at;

	(void)state;
	rtp_write(plain, &sample);
	memset(packet, 0, sizeof(packet));
	memcpy(packet, plain, 12);
	packet[0] |= 0x10;
	packet[15] = 2; /* words */
	packet[24] = 15;
	assert_int_equal(rtp_read(packet, sizeof(packet), &head, &at), 0);
	assert_int_equal(at, 25);
	assert_int_equal(head.sequence, sample.sequence);
	assert_int_equal(head.stamp, sample.stamp);
	assert_int_equal(head.source, sample.source);
	assert_int_equal(head.frames, sample.frames);
	assert_true(head.marker);
}

static void a_packet_costs_the_slots_of_the_smallest_type_it_fits(void **state)
{
	static const struct {
		uint32_t bytes;
		uint8_t edr;
		uint32_t slots;
	} cost[] = {
		{ 50, 2, 2 },  { 51, 2, 4 },	{ 363, 2, 4 },	{ 364, 2, 6 }, { 675, 2, 6 },
		{ 676, 2, 8 }, { 1005, 2, 10 }, { 79, 3, 2 },	{ 80, 3, 4 },  { 548, 3, 4 },
		{ 549, 3, 6 }, { 1017, 3, 6 },	{ 1018, 3, 8 }, { 608, 0, 6 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cost) / sizeof(cost[0]); i++)
		assert_int_equal(air_slots(cost[i].bytes, cost[i].edr), cost[i].slots);
}

static void the_number_of_frames_is_the_cheapest_on_the_air(void **state)
{
	(void)state;
	/* joint stereo 53: all that fit */
	assert_int_equal(air_best_frames(13, 119, 5, 2), 5);
	assert_int_equal(air_best_frames(13, 119, 8, 3), 8);
	/* mono 31: with 14 allowed all of them, with 9 only 7, which 3 slots hold */
	assert_int_equal(air_best_frames(13, 70, 14, 3), 14);
	assert_int_equal(air_best_frames(13, 70, 9, 3), 7);
	assert_int_equal(air_best_frames(13, 70, 1, 3), 1);
}

/* Share of an adapter's slots, in tenths of a percent, with packets as full as can be. */
static uint32_t share(const uint8_t config[4], uint32_t bitpool, uint32_t mtu, uint8_t edr)
{
	char why[A2DP_WHY_MAX];
	struct a2dp_sbc c;
	uint32_t bytes, n;

	assert_int_equal(a2dp_sbc_parse(config, 4, &c, why), 0);
	bytes = a2dp_sbc_frame_bytes(&c, bitpool);
	n = (mtu - RTP_HEADER_BYTES) / bytes;
	n = n < RTP_FRAMES_MAX ? n : RTP_FRAMES_MAX;
	return (uint32_t)(44100.0 / (128.0 * n) * air_slots(RTP_HEADER_BYTES + n * bytes, edr) *
				  1000.0 / AIR_SLOTS_PER_SECOND +
			  0.5);
}

static void streams_need_the_air_that_was_reckoned_for_them(void **state)
{
	static const uint8_t joint[4] = { 0x21, 0x15, 2, 53 }, mono[4] = { 0x28, 0x15, 2, 31 };
	static const struct {
		const uint8_t *config;
		uint32_t bitpool, at_2_mbit, at_3_mbit; /* tenths of a percent */
	} table[] = {
		{ joint, 53, 258, 161 }, { joint, 35, 185, 117 }, { joint, 29, 144, 99 },
		{ mono, 31, 144, 92 },	 { mono, 19, 92, 86 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		uint32_t slow = share(table[i].config, table[i].bitpool, 672, 2);
		uint32_t fast = share(table[i].config, table[i].bitpool, 1005, 3);

		assert_in_range(slow, table[i].at_2_mbit - 1, table[i].at_2_mbit + 1);
		assert_in_range(fast, table[i].at_3_mbit - 1, table[i].at_3_mbit + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_rtp_with_sbc_is_refused),
		cmocka_unit_test(a_head_is_written_byte_for_byte_as_rtp_says),
		cmocka_unit_test(a_head_with_an_extension_is_read),
		cmocka_unit_test(a_packet_costs_the_slots_of_the_smallest_type_it_fits),
		cmocka_unit_test(streams_need_the_air_that_was_reckoned_for_them),
		cmocka_unit_test(the_number_of_frames_is_the_cheapest_on_the_air),
	};

	return cmocka_run_group_tests_name("rtp", tests, NULL, NULL);
}
