/* SPDX-License-Identifier: MIT */
/* a2dp_sbc - what speakers say of themselves, right and wrong, and what we choose. */
#include "core/io/a2dp_sbc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <sbc/sbc.h>

static const uint8_t everything[4] = { 0xff, 0xff, 2, 53 };

/* Expect a refusal whose words contain part, and an untouched choice. */
static void assert_refused(const uint8_t *caps, size_t len, const char *part)
{
	uint8_t choice[4] = { 1, 2, 3, 4 };
	char why[A2DP_WHY_MAX] = "";

	assert_int_equal(a2dp_sbc_select(caps, len, 44100, false, choice, why), -EINVAL);
	if (!strstr(why, part))
		fail_msg("\"%s\" does not mention \"%s\"", why, part);
	assert_memory_equal(choice, ((uint8_t[]){ 1, 2, 3, 4 }), 4);
}

static void malformed_capabilities_are_refused_with_words(void **state)
{
	static const struct {
		uint8_t blob[4];
		const char *part;
	} bad[] = {
		{ { 0x0f, 0xff, 2, 53 }, "sampling frequency" },
		{ { 0xf0, 0xff, 2, 53 }, "channel mode" },
		{ { 0xff, 0x0f, 2, 53 }, "block length" },
		{ { 0xff, 0xf3, 2, 53 }, "sub-bands" },
		{ { 0xff, 0xfc, 2, 53 }, "allocation" },
		{ { 0xff, 0xff, 54, 53 }, "54 down to 53" },
		{ { 0xff, 0xff, 0, 0 }, "outside" },
		{ { 0xff, 0xff, 251, 255 }, "outside" },
		{ { 0xdf, 0xff, 2, 53 }, "44100 Hz" },	     /* has all but ours */
		{ { 0xff, 0xff, 200, 250 }, "bitpool 200" }, /* far over 512 kbit/s */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused(bad[i].blob, 4, bad[i].part);
	assert_refused(everything, 0, "0 bytes");
	assert_refused(everything, 3, "3 bytes");
	assert_refused((uint8_t[]){ 0xff, 0xff, 2, 53, 0 }, 5, "5 bytes");
}

static void malformed_configurations_are_refused_with_words(void **state)
{
	struct a2dp_sbc c = { .rate = 7 };
	char why[A2DP_WHY_MAX];

	(void)state;
	assert_int_equal(a2dp_sbc_parse(everything, 4, &c, why), -EINVAL);
	assert_non_null(strstr(why, "leaves a choice open"));
	assert_int_equal(a2dp_sbc_parse((uint8_t[]){ 0x21, 0x15, 2 }, 3, &c, why), -EINVAL);
	assert_non_null(strstr(why, "3 bytes"));
	assert_int_equal(a2dp_sbc_parse((uint8_t[]){ 0x21, 0x05, 2, 53 }, 4, &c, why), -EINVAL);
	assert_non_null(strstr(why, "block length"));
	assert_int_equal(c.rate, 7);
}

static void a_rate_that_sbc_does_not_know_is_refused(void **state)
{
	uint8_t choice[4];
	char why[A2DP_WHY_MAX];

	(void)state;
	assert_int_equal(a2dp_sbc_select(everything, 4, 96000, false, choice, why), -EINVAL);
	assert_non_null(strstr(why, "96000 Hz"));
}

/* Choose out of caps and compare with the four bytes expected. */
static void assert_chosen(const uint8_t caps[4], uint32_t rate, bool mono,
			  const uint8_t expected[4])
{
	uint8_t choice[4];
	char why[A2DP_WHY_MAX];

	assert_int_equal(a2dp_sbc_select(caps, 4, rate, mono, choice, why), 0);
	assert_memory_equal(choice, expected, 4);
}

static void out_of_everything_the_best_is_chosen(void **state)
{
	(void)state;
	assert_chosen(everything, 44100, false, (uint8_t[]){ 0x21, 0x15, 2, 53 });
	assert_chosen(everything, 48000, false, (uint8_t[]){ 0x11, 0x15, 2, 51 });
	assert_chosen(everything, 44100, true, (uint8_t[]){ 0x28, 0x15, 2, 31 });
	assert_chosen(everything, 48000, true, (uint8_t[]){ 0x18, 0x15, 2, 29 });
}

static void out_of_less_the_nearest_is_chosen(void **state)
{
	(void)state;
	/* no joint stereo; no mono for the mono speaker; 12 blocks, 4 bands, by SNR */
	assert_chosen((uint8_t[]){ 0x2e, 0xff, 2, 53 }, 44100, false,
		      (uint8_t[]){ 0x22, 0x15, 2, 53 });
	assert_chosen((uint8_t[]){ 0x21, 0xff, 2, 53 }, 44100, true,
		      (uint8_t[]){ 0x21, 0x15, 2, 53 });
	assert_chosen((uint8_t[]){ 0x21, 0x2a, 2, 35 }, 44100, false,
		      (uint8_t[]){ 0x21, 0x2a, 2, 35 });
	/* its own limits, with those outside of SBC's cut */
	assert_chosen((uint8_t[]){ 0xff, 0xff, 0, 255 }, 44100, false,
		      (uint8_t[]){ 0x21, 0x15, 2, 53 });
	assert_chosen((uint8_t[]){ 0xff, 0xff, 10, 32 }, 44100, false,
		      (uint8_t[]){ 0x21, 0x15, 10, 32 });
}

static void no_choice_breaks_the_profiles_bit_rates(void **state)
{
	(void)state;
	for (unsigned int byte0 = 0; byte0 < 256; byte0++)
		for (unsigned int byte1 = 0; byte1 < 256; byte1++) {
			uint8_t config[4] = { (uint8_t)byte0, (uint8_t)byte1, 2, 250 };
			struct a2dp_sbc c;
			char why[A2DP_WHY_MAX];

			if (a2dp_sbc_parse(config, 4, &c, why) < 0)
				continue;
			assert_true(a2dp_sbc_bitrate(&c, a2dp_sbc_top(&c)) <=
				    (c.mode == A2DP_MONO ? 320000u : 512000u));
			assert_in_range(a2dp_sbc_bottom(&c), 2, a2dp_sbc_top(&c));
		}
}

static void frame_lengths_are_those_of_libsbc(void **state)
{
	static const uint8_t modes[] = { 0x08, 0x04, 0x02, 0x01 };
	static const uint8_t blocks[] = { 0x80, 0x40, 0x20, 0x10 };
	static const uint8_t bands[] = { 0x08, 0x04 };

	(void)state;
	for (int m = 0; m < 4; m++)
		for (int b = 0; b < 4; b++)
			for (int s = 0; s < 2; s++) {
				uint8_t config[4] = { (uint8_t)(0x20 | modes[m]),
						      (uint8_t)(blocks[b] | bands[s] | 1), 2,
						      31 };
				struct a2dp_sbc c;
				char why[A2DP_WHY_MAX];
				sbc_t sbc;

				assert_int_equal(a2dp_sbc_parse(config, 4, &c, why), 0);
				assert_int_equal(sbc_init_a2dp(&sbc, 0, config, 4), 0);
				sbc.bitpool = 31;
				assert_int_equal(a2dp_sbc_frame_bytes(&c, 31),
						 sbc_get_frame_length(&sbc));
				assert_int_equal(a2dp_sbc_pcm_frames(&c) *
							 a2dp_sbc_channels(&c) * 2,
						 sbc_get_codesize(&sbc));
				sbc_finish(&sbc);
			}
}

static void figures_are_those_of_the_profile(void **state)
{
	struct a2dp_sbc c;
	char why[A2DP_WHY_MAX];

	(void)state;
	assert_int_equal(a2dp_sbc_parse((uint8_t[]){ 0x21, 0x15, 2, 53 }, 4, &c, why), 0);
	assert_int_equal(a2dp_sbc_frame_bytes(&c, 53), 119);
	assert_int_equal(a2dp_sbc_bitrate(&c, 53) / 1000, 327);
	assert_int_equal(a2dp_sbc_parse((uint8_t[]){ 0x28, 0x15, 2, 31 }, 4, &c, why), 0);
	assert_int_equal(a2dp_sbc_frame_bytes(&c, 31), 70);
	assert_int_equal(a2dp_sbc_bitrate(&c, 31) / 1000, 192);
}

static void our_offer_is_one_we_would_accept(void **state)
{
	static const uint32_t rates[] = { 44100, 48000 };
	uint8_t offer[4], both[4];

	(void)state;
	a2dp_sbc_offer(0, both);
	for (int i = 0; i < 2; i++) {
		uint8_t choice[4];
		char why[A2DP_WHY_MAX];

		a2dp_sbc_offer(rates[i], offer);
		assert_int_equal(a2dp_sbc_select(offer, 4, rates[i], false, choice, why), 0);
		assert_int_equal(a2dp_sbc_select(both, 4, rates[i], true, choice, why), 0);
		assert_int_equal(a2dp_sbc_select(offer, 4, rates[1 - i], false, choice, why),
				 -EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_capabilities_are_refused_with_words),
		cmocka_unit_test(malformed_configurations_are_refused_with_words),
		cmocka_unit_test(a_rate_that_sbc_does_not_know_is_refused),
		cmocka_unit_test(out_of_everything_the_best_is_chosen),
		cmocka_unit_test(out_of_less_the_nearest_is_chosen),
		cmocka_unit_test(no_choice_breaks_the_profiles_bit_rates),
		cmocka_unit_test(frame_lengths_are_those_of_libsbc),
		cmocka_unit_test(figures_are_those_of_the_profile),
		cmocka_unit_test(our_offer_is_one_we_would_accept),
	};

	return cmocka_run_group_tests_name("a2dp_caps", tests, NULL, NULL);
}
