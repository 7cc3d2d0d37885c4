/* SPDX-License-Identifier: MIT */
/* fuzz_caps - any bytes as a speaker's capabilities or configuration. */
#include "core/io/a2dp_sbc.h"
#include "core/io/bitpool.h"
#include "core/io/rtp.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was chosen must be a configuration, within what was offered, that can be sent. */
static void check_choice(const uint8_t *caps, const uint8_t choice[4], uint32_t rate)
{
	struct bitpool_stream stream = { .mtu = 672, .relaxed = 9, .edr = 2 };
	char why[A2DP_WHY_MAX];
	struct bitpool b;

	assert(a2dp_sbc_parse(choice, 4, &stream.config, why) == 0);
	assert((choice[0] & caps[0]) == choice[0] && (choice[1] & caps[1]) == choice[1]);
	assert(choice[2] >= 2 && choice[2] <= choice[3] && choice[3] <= 250);
	assert(choice[2] >= caps[2] && choice[3] <= caps[3]);
	assert(stream.config.rate == rate);
	assert(a2dp_sbc_top(&stream.config) == choice[3]);
	if (bitpool_init(&b, &stream, 0) < 0)
		return;
	assert(b.frames >= 1 && b.frames <= RTP_FRAMES_MAX);
	assert(b.slots > 0.0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t rates[] = { 16000, 32000, 44100, 48000 };
	struct a2dp_sbc c;
	uint8_t choice[4];

	for (int i = 0; i < 8; i++) {
		char why[A2DP_WHY_MAX];

		memset(why, 'x', sizeof(why));
		if (a2dp_sbc_select(data, size, rates[i / 2], i % 2, choice, why) == 0)
			check_choice(data, choice, rates[i / 2]);
		else
			assert(strnlen(why, sizeof(why)) < sizeof(why));
		a2dp_sbc_parse(data, size, &c, why);
	}
	return 0;
}
