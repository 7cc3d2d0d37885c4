/* SPDX-License-Identifier: MIT */
/* Captured packets: bad files first, then sound back in its place on the clock. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sbc/sbc.h>

#include "core/base/scope.h"
#include "tests/lab/capture.h"
#include "tests/lab/sound.h"

#define assert_near(a, b, within) assert_true(fabs((double)(a) - (double)(b)) <= (within))

#define RATE   44100u
#define FRAMES 128u /* of one SBC frame here */
#define EACH   5u   /* SBC frames a packet */

SCOPED_FN(struct capture, capture_free)

static char path[] = "/tmp/fanfare-capture-XXXXXX";

static FILE *fresh(void)
{
	return fopen(path, "wb");
}

static int make_path(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int drop_path(void **state)
{
	(void)state;
	return unlink(path);
}

static void what_is_no_capture_is_refused(void **state)
{
	struct capture *c = NULL;
	uint32_t length = CAPTURE_PACKET_MAX + 1;
	int64_t when = 1;
	FILE *f;

	(void)state;
	assert_int_equal(capture_load("/nowhere/at/all", &c), -ENOENT);
	f = fresh();
	fputs("RIFF....", f);
	fclose(f);
	assert_int_equal(capture_load(path, &c), -EBADMSG);
	f = fresh();
	assert_int_equal(capture_begin(f), 0);
	fwrite(&when, sizeof(when), 1, f);
	fwrite(&length, sizeof(length), 1, f);
	fclose(f);
	assert_int_equal(capture_load(path, &c), -EBADMSG);
	assert_null(c);
}

static void headers_that_lie_do_not_parse(void **state)
{
	uint8_t d[17] = { 0x80, 0x60, 0, 7, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0x9C, 0xBD, 53, 0 };
	struct packet p = { .data = d, .length = sizeof(d) };

	(void)state;
	assert_int_equal(packet_parse(&p), 0);
	assert_int_equal(p.rtp_seq, 7);
	assert_int_equal(p.rtp_time, 256);
	assert_int_equal(p.bitpool, 53);
	assert_int_equal(p.mode, SBC_MODE_JOINT_STEREO);
	p.length = 16;
	assert_int_equal(packet_parse(&p), -EBADMSG);
	p.length = sizeof(d);
	d[13] = 0x9D;
	assert_int_equal(packet_parse(&p), -EBADMSG);
	d[13] = 0x9C;
	d[12] = 0x10; /* no frame at all */
	assert_int_equal(packet_parse(&p), -EBADMSG);
	d[12] = 1;
	d[0] = 0x90; /* an extension nobody sends */
	assert_int_equal(packet_parse(&p), -EBADMSG);
}

static void a_record_cut_short_ends_the_file(void **state)
{
	SCOPED(capture_freep) struct capture *c = NULL;
	const uint8_t junk[40] = { 1, 2, 3 };
	FILE *f = fresh();

	(void)state;
	assert_int_equal(capture_begin(f), 0);
	assert_int_equal(capture_add(f, 1, junk, 0), -EMSGSIZE);
	assert_int_equal(capture_add(f, 10, junk, sizeof(junk)), 0);
	assert_int_equal(capture_add(f, 20, junk, sizeof(junk)), 0);
	fclose(f);
	assert_int_equal(truncate(path, 8 + 52 + 30), 0);
	assert_int_equal(capture_load(path, &c), 0);
	assert_int_equal(c->count, 1);
	assert_int_equal(c->packets[0].sbc_frames, 0); /* kept, and known to be junk */
}

static void a_record_is_read_when_all_of_it_is_there(void **state)
{
	uint8_t d[17] = { 0x80, 0x60, 0, 7, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0x9C, 0xBD, 53, 0 };
	uint8_t file[64];
	struct packet p = { 0 };
	FILE *f = fresh();
	size_t n;

	(void)state;
	assert_int_equal(capture_begin(f), 0);
	assert_int_equal(capture_add(f, 99, d, sizeof(d)), 0);
	fclose(f);
	f = fopen(path, "rb");
	n = fread(file, 1, sizeof(file), f);
	fclose(f);
	assert_int_equal(n, CAPTURE_HEAD + 12 + sizeof(d));
	n -= CAPTURE_HEAD;
	for (size_t k = 0; k < n; k++)
		assert_int_equal(capture_next(file + CAPTURE_HEAD, k, &p), 0);
	assert_int_equal(capture_next(file + CAPTURE_HEAD, n, &p), n);
	assert_int_equal(p.arrival_ns, 99);
	assert_int_equal(p.rtp_seq, 7);
	assert_int_equal(p.sbc_frames, 1);
	assert_memory_equal(p.data, d, sizeof(d));
	file[CAPTURE_HEAD + 8 + 3] = 1; /* 16 MB and more */
	assert_int_equal(capture_next(file + CAPTURE_HEAD, n, &p), -EBADMSG);
}

/* Encode s into packets; every packet for which left_out() says so is not written. */
static void write_stream(FILE *f, const struct sound *s, int64_t begin_ns, uint32_t rtp,
			 int (*left_out)(unsigned), int64_t (*jitter)(unsigned))
{
	size_t packets = s->count / (FRAMES * EACH);
	int16_t pcm[2 * FRAMES];
	sbc_t sbc;

	assert_int_equal(sbc_init(&sbc, 0), 0);
	sbc.frequency = SBC_FREQ_44100;
	sbc.mode = SBC_MODE_JOINT_STEREO;
	sbc.blocks = SBC_BLK_16;
	sbc.subbands = SBC_SB_8;
	sbc.bitpool = 53;
	sbc.endian = SBC_LE;
	for (unsigned i = 0; i < packets; i++) {
		uint8_t d[1024] = { 0x80, 0x60, (uint8_t)(i >> 8), (uint8_t)i };
		uint32_t t = rtp + i * FRAMES * EACH;
		size_t at = 13;

		d[4] = (uint8_t)(t >> 24);
		d[5] = (uint8_t)(t >> 16);
		d[6] = (uint8_t)(t >> 8);
		d[7] = (uint8_t)t;
		d[12] = EACH;
		for (unsigned k = 0; k < EACH; k++) {
			const float *in = s->frames + (size_t)2 * FRAMES * (i * EACH + k);
			ssize_t n;

			for (unsigned j = 0; j < 2 * FRAMES; j++)
				pcm[j] = (int16_t)lrintf(32767.0f * in[j]);
			assert_int_equal(
				sbc_encode(&sbc, pcm, sizeof(pcm), d + at, sizeof(d) - at, &n),
				sizeof(pcm));
			at += (size_t)n;
		}
		if (left_out && left_out(i))
			continue;
		assert_int_equal(
			capture_add(f,
				    begin_ns + (int64_t)i * FRAMES * EACH * 1000000000 / RATE +
					    (jitter ? jitter(i) : 0),
				    d, (uint32_t)at),
			0);
	}
	sbc_finish(&sbc);
}

static int some_lost(unsigned i)
{
	return i >= 100 && i < 104;
}

static int64_t uneven(unsigned i)
{
	return (int64_t)(i * 7919 % 13) * 300000 - 1800000; /* -1.8..1.8 ms about 0 */
}

static void sound_keeps_its_place_when_packets_are_lost(void **state)
{
	SCOPED(capture_freep) struct capture *c = NULL;
	SCOPED(sound_done) struct sound s = { 0 };
	SCOPED(placed_done) struct placed p = { 0 };
	struct match m;
	size_t longest = 0;
	FILE *f = fresh();

	(void)state;
	assert_int_equal(sound_programme(6, &s), 0);
	assert_int_equal(capture_begin(f), 0);
	/* the RTP time wraps on the way */
	write_stream(f, &s, 5000000000, 0xFFFFF000u, some_lost, uneven);
	fclose(f);
	assert_int_equal(capture_load(path, &c), 0);
	assert_int_equal(sound_decode(c, RATE, 0, &p), 0);
	assert_int_equal(p.count, 1);
	assert_true(llabs(p.origin_ns - 5000000000) < 400000);
	assert_int_equal(figures_gaps(&p.sound, 132, 1e-4f, &longest), 1);
	assert_in_range(longest, 4 * EACH * FRAMES - 200, 4 * EACH * FRAMES + 20);
	assert_int_equal(figures_match(&s, &p.sound, &m), 0);
	assert_int_equal(m.jumps, 0);
	assert_true(m.correlation > 0.99);
	/* the codec's own delay, 73 frames, and nothing else */
	assert_near(m.lag_ms * 44.1, 73.0, 1.0);
}

static void a_stream_that_begins_anew_is_placed_by_its_arrival(void **state)
{
	SCOPED(capture_freep) struct capture *c = NULL;
	SCOPED(sound_done) struct sound s = { 0 };
	SCOPED(placed_done) struct placed p = { 0 };
	FILE *f = fresh();

	(void)state;
	assert_int_equal(sound_programme(3, &s), 0);
	assert_int_equal(capture_begin(f), 0);
	write_stream(f, &s, 1000000000, 700000, NULL, NULL);
	write_stream(f, &s, 6000000000, 0, NULL, NULL);
	fclose(f);
	assert_int_equal(capture_load(path, &c), 0);
	assert_int_equal(sound_decode(c, RATE, 1000000000, &p), 0);
	assert_int_equal(p.count, 2);
	assert_true(llabs(p.stretches[1].anchor_ns - 6000000000) < 1000);
	assert_in_range(p.sound.count, 8 * RATE - FRAMES * EACH, 8 * RATE + 15 * 128);
}

static void nothing_that_plays_is_no_sound(void **state)
{
	SCOPED(capture_freep) struct capture *c = NULL;
	struct placed p = { 0 };
	FILE *f = fresh();

	(void)state;
	assert_int_equal(capture_begin(f), 0);
	fclose(f);
	assert_int_equal(capture_load(path, &c), 0);
	assert_int_equal(sound_decode(c, RATE, 0, &p), -ENODATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_capture_is_refused),
		cmocka_unit_test(headers_that_lie_do_not_parse),
		cmocka_unit_test(a_record_cut_short_ends_the_file),
		cmocka_unit_test(a_record_is_read_when_all_of_it_is_there),
		cmocka_unit_test(nothing_that_plays_is_no_sound),
		cmocka_unit_test(sound_keeps_its_place_when_packets_are_lost),
		cmocka_unit_test(a_stream_that_begins_anew_is_placed_by_its_arrival),
	};

	return cmocka_run_group_tests(tests, make_path, drop_path);
}
