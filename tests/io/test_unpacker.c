/* SPDX-License-Identifier: MIT */
/* unpacker - packets that packer made, and what is left when they are lost or spoilt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/io/packer.h"
#include "core/io/unpacker.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define PACKETS 200u

static const uint8_t joint[4] = { 0x21, 0x15, 2, 53 };

static struct packet made[PACKETS];
static struct unpacked got;

/* PACKETS packets with fit SBC frames each of a sine of 441 Hz; returns frames in each. */
static uint32_t make(const uint8_t config[4], uint32_t fit)
{
	struct packer p;
	uint32_t pcm;
	uint64_t at = 0;

	assert_int_equal(packer_init(&p, config, 7), 0);
	pcm = a2dp_sbc_pcm_frames(&p.config);
	p.sequence = 65500; /* over its end */
	for (uint32_t i = 0; i < PACKETS; i++) {
		int r = 0;

		packer_begin(&p, &made[i], 0xfffff000u + at, fit, a2dp_sbc_top(&p.config));
		while (r == 0) {
			float sound[2 * PACKER_PCM_MAX];

			for (uint32_t k = 0; k < 2 * pcm; k++)
				sound[k] =
					0.5f * sinf(6.2831853f * 441.0f * (float)(at + k / 2) /
						    (float)p.config.rate);
			r = packer_add(&p, &made[i], sound);
			at += pcm;
		}
		assert_int_equal(r, 1);
	}
	packer_done(&p);
	return fit * pcm;
}

static int take(struct unpacker *u, const struct packet *p)
{
	memset(&got, 0x55, sizeof(got));
	return unpacker_take(u, p->bytes, p->len, &got);
}

static double rms(uint32_t from, uint32_t to, uint32_t channels)
{
	double sum = 0;

	for (uint32_t i = from * channels; i < to * channels; i++)
		sum += (double)got.pcm[i] * got.pcm[i] / 32768.0 / 32768.0;
	return to > from ? sqrt(sum / ((to - from) * channels)) : 0;
}

static void no_configuration_is_refused(void **state)
{
	static const uint8_t bad[][4] = { { 0, 0, 0, 0 },
					  { 0x3f, 0xff, 2, 53 },
					  { 0x21, 0x15, 53, 2 } };
	struct unpacker u;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(unpacker_init(&u, bad[i]) < 0);
}

static void garbage_is_no_packet_and_does_no_harm(void **state)
{
	uint8_t noise[1000];
	struct unpacker u;
	uint32_t x = 1;

	(void)state;
	assert_int_equal(unpacker_init(&u, joint), 0);
	assert_int_equal(unpacker_take(&u, noise, 0, &got), -EINVAL);
	for (uint32_t i = 0; i < 20000; i++) {
		size_t len = i % sizeof(noise);

		for (size_t k = 0; k < len; k++)
			noise[k] = (uint8_t)((x = x * 1664525u + 1013904223u) >> 24);
		if (i % 2 && len > 1) /* every other one has at least a head */
			noise[0] = 0x80;
		if (unpacker_take(&u, noise, len, &got) == 0)
			assert_true(got.frames <= UNPACKER_PCM_MAX && got.frames > 0);
	}
	unpacker_done(&u);
}

static void all_that_was_packed_comes_out(void **state)
{
	/* joint 44.1, mono 44.1, stereo 48, dual 48 with 4 sub-bands and 4 blocks by SNR */
	static const uint8_t configs[][4] = { { 0x21, 0x15, 2, 53 },
					      { 0x28, 0x15, 2, 31 },
					      { 0x12, 0x15, 2, 51 },
					      { 0x14, 0x8a, 2, 30 } };

	(void)state;
	for (size_t c = 0; c < sizeof(configs) / sizeof(configs[0]); c++) {
		uint32_t frames = make(configs[c], 5), channels;
		struct unpacker u;
		double loud = 0;

		assert_int_equal(unpacker_init(&u, configs[c]), 0);
		channels = a2dp_sbc_channels(&u.config);
		for (uint32_t i = 0; i < PACKETS; i++) {
			assert_int_equal(take(&u, &made[i]), 0);
			assert_int_equal(got.frames, frames);
			assert_int_equal(got.hole, 0);
			assert_false(got.anew);
			loud += pow(rms(0, frames, channels), 2) / PACKETS;
		}
		assert_float_equal(sqrt(loud), 0.3535, 0.02);
		assert_int_equal(u.lost + u.spoilt, 0);
		assert_int_equal(u.bitpool, made[0].bitpool);
		unpacker_done(&u);
	}
}

static void lost_packets_leave_a_hole_of_their_length(void **state)
{
	uint32_t frames = make(joint, 5), seen = 0, skipped = 0, lost = 0;
	struct unpacker u;

	(void)state;
	assert_int_equal(unpacker_init(&u, joint), 0);
	for (uint32_t i = 0; i < PACKETS; i++) {
		/* one, two on end, and over the number's end at 36 */
		if (i % 7 == 3 || i % 7 == 4 || i == 36 || i == 47) {
			skipped++;
			continue;
		}
		assert_int_equal(take(&u, &made[i]), 0);
		assert_int_equal(got.hole % frames, 0);
		seen += got.hole + got.frames;
		assert_int_equal(seen, (i + 1) * frames);
		lost = skipped;
	}
	assert_true(lost > 50);
	assert_int_equal(u.lost, lost);
	unpacker_done(&u);
}

/* Some count bytes or packets in the time stamp, some nothing at all. */
static void a_time_stamp_that_means_nothing_is_not_believed(void **state)
{
	uint32_t frames = make(joint, 5);
	struct unpacker u;

	(void)state;
	for (uint32_t i = 0; i < PACKETS; i++)
		memset(made[i].bytes + 4, i % 2 ? 0xab : 0, 4);
	assert_int_equal(unpacker_init(&u, joint), 0);
	assert_int_equal(take(&u, &made[0]), 0);
	assert_int_equal(take(&u, &made[4]), 0);
	assert_int_equal(got.hole, 3 * frames);
	assert_int_equal(take(&u, &made[5]), 0);
	assert_int_equal(got.hole, 0);
	unpacker_done(&u);
}

static void another_beginning_is_no_loss(void **state)
{
	uint32_t frames = make(joint, 5);
	struct unpacker u;

	(void)state;
	assert_int_equal(unpacker_init(&u, joint), 0);
	assert_int_equal(take(&u, &made[0]), 0);
	assert_int_equal(take(&u, &made[150]), 0);
	assert_true(got.anew);
	assert_int_equal(got.hole, 0);
	assert_int_equal(got.frames, frames);
	assert_int_equal(take(&u, &made[3]), 0); /* back again */
	assert_true(got.anew);
	assert_int_equal(u.lost, 0);
	unpacker_done(&u);
}

static void what_cannot_be_read_is_silence_of_its_length(void **state)
{
	uint32_t frames = make(joint, 5), one = frames / 5;
	uint32_t bytes = (made[0].len - RTP_HEADER_BYTES) / 5;
	struct unpacker u;
	struct packet bad;

	(void)state;
	assert_int_equal(unpacker_init(&u, joint), 0);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(take(&u, &made[i]), 0);
	/* cut off in its third frame */
	bad = made[3];
	bad.len = RTP_HEADER_BYTES + 2 * bytes + 10;
	assert_int_equal(take(&u, &bad), 0);
	assert_int_equal(got.frames, frames);
	assert_true(rms(0, 2 * one, 2) > 0.3);
	assert_float_equal(rms(2 * one, frames, 2), 0, 0);
	/* a frame of another rate, of other blocks, in mono: none of what was agreed */
	for (uint32_t way = 0; way < 3; way++) {
		static const uint8_t heads[] = { 0xfd, 0xad, 0xb1 };

		bad = made[4 + way];
		assert_int_equal(bad.bytes[RTP_HEADER_BYTES + 1], 0xbd);
		bad.bytes[RTP_HEADER_BYTES + 1] = heads[way];
		assert_int_equal(take(&u, &bad), 0);
		assert_float_equal(rms(0, frames, 2), 0, 0);
	}
	/* a spoilt bit that the check sum finds */
	bad = made[7];
	bad.bytes[RTP_HEADER_BYTES + bytes + 4] ^= 0x10;
	assert_int_equal(take(&u, &bad), 0);
	assert_true(rms(0, one, 2) > 0.3);
	assert_float_equal(rms(one, frames, 2), 0, 0);
	assert_int_equal(u.spoilt, 5);
	/* and on it goes */
	assert_int_equal(take(&u, &made[8]), 0);
	assert_int_equal(got.hole, 0);
	assert_true(rms(0, frames, 2) > 0.3);
	unpacker_done(&u);
}

/* The bitpool may change with any frame, and dual, stereo and joint are all two channels. */
static void bitpool_and_coding_may_change_midway(void **state)
{
	static const uint8_t stereo[4] = { 0x22, 0x15, 2, 35 };
	uint32_t frames = make(joint, 5);
	struct unpacker u;

	(void)state;
	assert_int_equal(unpacker_init(&u, joint), 0);
	assert_int_equal(take(&u, &made[0]), 0);
	assert_int_equal(u.bitpool, 53);
	assert_int_equal(make(stereo, 5), frames);
	for (uint32_t i = 1; i < 4; i++)
		assert_int_equal(take(&u, &made[i]), 0);
	assert_int_equal(u.bitpool, 35);
	assert_true(rms(0, frames, 2) > 0.3);
	assert_int_equal(u.spoilt, 0);
	unpacker_done(&u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_configuration_is_refused),
		cmocka_unit_test(garbage_is_no_packet_and_does_no_harm),
		cmocka_unit_test(what_cannot_be_read_is_silence_of_its_length),
		cmocka_unit_test(all_that_was_packed_comes_out),
		cmocka_unit_test(lost_packets_leave_a_hole_of_their_length),
		cmocka_unit_test(a_time_stamp_that_means_nothing_is_not_believed),
		cmocka_unit_test(another_beginning_is_no_loss),
		cmocka_unit_test(bitpool_and_coding_may_change_midway),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
