/* SPDX-License-Identifier: MIT */
/* test_convert - every sample format there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "core/dsp/convert.h"

static void nonsense_becomes_silence_or_full_scale(void **state)
{
	const float src[] = { NAN, INFINITY, -INFINITY, 7.5f, -7.5f, 1.0f };
	const int16_t want[] = { 0, 32767, -32768, 32767, -32768, 32767 };
	int16_t s16[6];
	int32_t s32[6];
	uint8_t s24[18];
	float f[6];

	(void)state;
	convert_from_float(s16, src, SAMPLE_S16, 6);
	assert_memory_equal(s16, want, sizeof(want));
	convert_from_float(s32, src, SAMPLE_S32, 6);
	assert_int_equal(s32[0], 0);
	assert_int_equal(s32[1], INT32_MAX);
	assert_int_equal(s32[2], INT32_MIN);
	assert_int_equal(s32[5], INT32_MAX);
	convert_from_float(s32, src, SAMPLE_S24_32, 6);
	assert_int_equal(s32[0], 0);
	assert_int_equal(s32[3], 8388607);
	assert_int_equal(s32[4], -8388608);
	convert_from_float(s24, src, SAMPLE_S24, 6);
	assert_memory_equal(s24, ((uint8_t[]){ 0, 0, 0, 255, 255, 127, 0, 0, 128 }), 9);
	convert_to_float(f, src, SAMPLE_FLOAT, 6);
	assert_true(f[0] == 0.0f);
	assert_true(f[3] == 7.5f); /* floats are not clamped */
	convert_to_s16_dither(s16, src, 6, &(uint32_t){ 1 });
	assert_in_range(s16[0] + 1, 0, 2);
	assert_int_equal(s16[1], 32767);
	assert_int_equal(s16[2], -32768);
}

static void channels_that_cannot_be_give_silence(void **state)
{
	float src[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 }, dst[2] = { 5, 5 };

	(void)state;
	downmix_to_stereo(dst, src, 0, 1);
	assert_true(dst[0] == 0.0f && dst[1] == 0.0f);
	dst[0] = 5;
	downmix_to_stereo(dst, src, 9, 1);
	assert_true(dst[0] == 0.0f && dst[1] == 0.0f);
}

static void sizes_are_those_of_the_formats(void **state)
{
	(void)state;
	assert_int_equal(sample_size(SAMPLE_S16), 2);
	assert_int_equal(sample_size(SAMPLE_S24), 3);
	assert_int_equal(sample_size(SAMPLE_S24_32), 4);
	assert_int_equal(sample_size(SAMPLE_S32), 4);
	assert_int_equal(sample_size(SAMPLE_FLOAT), 4);
}

static void all_of_16_bits_come_back_unchanged(void **state)
{
	static int16_t src[65536], dst[65536];
	static float f[65536];

	(void)state;
	for (int i = 0; i < 65536; i++)
		src[i] = (int16_t)(i - 32768);
	convert_to_float(f, src, SAMPLE_S16, 65536);
	assert_true(f[0] == -1.0f);
	assert_true(f[32768] == 0.0f);
	assert_true(f[49152] == 0.5f);
	convert_from_float(dst, f, SAMPLE_S16, 65536);
	assert_memory_equal(src, dst, sizeof(src));
}

static void all_of_24_bits_come_back_unchanged(void **state)
{
	uint8_t src[3 * 256], dst[3 * 256];
	float f[256];

	(void)state;
	for (uint32_t top = 0; top < 65536; top++) {
		for (uint32_t low = 0; low < 256; low++) {
			src[3 * low] = (uint8_t)low;
			src[3 * low + 1] = (uint8_t)top;
			src[3 * low + 2] = (uint8_t)(top >> 8);
		}
		convert_to_float(f, src, SAMPLE_S24, 256);
		convert_from_float(dst, f, SAMPLE_S24, 256);
		assert_memory_equal(src, dst, sizeof(src));
	}
}

static void words_of_32_bits_come_back_to_the_float_they_fit_in(void **state)
{
	const int32_t src[] = { 0, 1 << 8, -(1 << 8), INT32_MIN, 0x40000000, 0x12345600 };
	int32_t dst[6];
	float f[6];

	(void)state;
	convert_to_float(f, src, SAMPLE_S32, 6);
	assert_true(f[3] == -1.0f);
	assert_true(f[4] == 0.5f);
	convert_from_float(dst, f, SAMPLE_S32, 6);
	assert_memory_equal(src, dst, sizeof(src));
}

static void the_top_byte_of_24_in_32_is_ignored(void **state)
{
	const uint32_t src[] = { 0xab400000, 0x00400000, 0x55c00000 };
	int32_t dst[3];
	float f[3];

	(void)state;
	convert_to_float(f, src, SAMPLE_S24_32, 3);
	assert_true(f[0] == 0.5f && f[1] == 0.5f && f[2] == -0.5f);
	convert_from_float(dst, f, SAMPLE_S24_32, 3);
	assert_int_equal(dst[2], -4194304); /* sign-extended */
}

static void samples_may_lie_anywhere(void **state)
{
	uint8_t bytes[1 + 4 * 3], back[1 + 4 * 3] = { 0 };
	float f[3];

	(void)state;
	for (int format = SAMPLE_S16; format <= SAMPLE_S32; format++) {
		size_t n = 3 * sample_size((enum sample_format)format);

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)(i & 3 ? i : 0);
		convert_to_float(f, bytes + 1, (enum sample_format)format, 3);
		convert_from_float(back + 1, f, (enum sample_format)format, 3);
		convert_to_float(f, back + 1, (enum sample_format)format, 3);
		if (format == SAMPLE_S16 || format == SAMPLE_S24)
			assert_memory_equal(bytes + 1, back + 1, n);
	}
}

static void rounding_is_to_the_nearest(void **state)
{
	float src[] = { 0.4f / 32768, 0.6f / 32768, -0.4f / 32768, -0.6f / 32768 };
	int16_t dst[4];

	(void)state;
	convert_from_float(dst, src, SAMPLE_S16, 4);
	assert_int_equal(dst[0], 0);
	assert_int_equal(dst[1], 1);
	assert_int_equal(dst[2], 0);
	assert_int_equal(dst[3], -1);
}

/* A value between two steps comes out as their right mixture, its error even. */
static void dither_keeps_what_rounding_would_lose(void **state)
{
	enum { N = 200000 };
	static float src[N];
	static int16_t dst[N];
	uint32_t seed = 42;
	double sum = 0, square = 0;

	(void)state;
	for (int i = 0; i < N; i++)
		src[i] = 0.3f / 32768;
	convert_to_s16_dither(dst, src, N, &seed);
	for (int i = 0; i < N; i++) {
		assert_in_range(dst[i] + 1, 0, 3);
		sum += dst[i];
		square += (dst[i] - 0.3) * (dst[i] - 0.3);
	}
	assert_true(fabs(sum / (double)N - 0.3) < 0.01);
	assert_true(fabs(square / (double)N - 0.25) <
		    0.01); /* a quarter step², whatever the value */
	assert_true(seed != 42);
}

static void downmix_never_clips_and_mono_goes_to_both(void **state)
{
	float src[8], dst[2];

	(void)state;
	for (unsigned int n = 1; n <= 8; n++) {
		for (unsigned int c = 0; c < n; c++)
			src[c] = 1.0f;
		downmix_to_stereo(dst, src, n, 1);
		assert_true(fabsf(dst[0] - 1.0f) < 1e-6f);
		assert_true(fabsf(dst[1] - 1.0f) < 1e-6f);
	}
	src[0] = 0.25f;
	downmix_to_stereo(dst, src, 1, 1);
	assert_true(dst[0] == 0.25f && dst[1] == 0.25f);
}

static void downmix_puts_each_channel_where_it_belongs(void **state)
{
	/* FL FR RL RR FC LFE SL SR: where each is heard of 8 */
	static const int left[8] = { 1, 0, 1, 0, 1, 0, 1, 0 };
	static const int right[8] = { 0, 1, 0, 1, 1, 0, 0, 1 };
	float dst[2];

	(void)state;
	for (int c = 0; c < 8; c++) {
		float src[8] = { 0 };

		src[c] = 1.0f;
		downmix_to_stereo(dst, src, 8, 1);
		assert_int_equal(dst[0] > 0, left[c]);
		assert_int_equal(dst[1] > 0, right[c]);
	}
	downmix_to_stereo(dst, (float[]){ 0.1f, 0.2f }, 2, 1);
	assert_true(dst[0] == 0.1f && dst[1] == 0.2f);
	/* centre lies 3 dB under a front channel */
	downmix_to_stereo(dst, (float[]){ 0, 0, 1 }, 3, 1);
	assert_true(fabsf(dst[0] - 0.41421356f) < 1e-6f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonsense_becomes_silence_or_full_scale),
		cmocka_unit_test(channels_that_cannot_be_give_silence),
		cmocka_unit_test(sizes_are_those_of_the_formats),
		cmocka_unit_test(all_of_16_bits_come_back_unchanged),
		cmocka_unit_test(all_of_24_bits_come_back_unchanged),
		cmocka_unit_test(words_of_32_bits_come_back_to_the_float_they_fit_in),
		cmocka_unit_test(the_top_byte_of_24_in_32_is_ignored),
		cmocka_unit_test(samples_may_lie_anywhere),
		cmocka_unit_test(rounding_is_to_the_nearest),
		cmocka_unit_test(dither_keeps_what_rounding_would_lose),
		cmocka_unit_test(downmix_never_clips_and_mono_goes_to_both),
		cmocka_unit_test(downmix_puts_each_channel_where_it_belongs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
