/* SPDX-License-Identifier: MIT */
/* a2dp_sbc - see a2dp_sbc.h. */
#include "core/io/a2dp_sbc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* Byte 0 */
#define RATES	    0xf0u
#define RATE_16000  0x80u
#define RATE_32000  0x40u
#define RATE_44100  0x20u
#define RATE_48000  0x10u
#define MODES	    0x0fu
#define MODE_MONO   0x08u
#define MODE_DUAL   0x04u
#define MODE_STEREO 0x02u
#define MODE_JOINT  0x01u
/* Byte 1 */
#define BLOCKS	    0xf0u
#define BLOCKS_4    0x80u
#define BLOCKS_8    0x40u
#define BLOCKS_12   0x20u
#define BLOCKS_16   0x10u
#define SUBBANDS    0x0cu
#define SUBBANDS_4  0x08u
#define SUBBANDS_8  0x04u
#define ALLOCATION  0x03u
#define BY_SNR	    0x02u
#define BY_LOUDNESS 0x01u

#define BITPOOL_MIN 2u
#define BITPOOL_MAX 250u

/* The profile's limits, bit/s. */
#define RATE_MAX_MONO	320000u
#define RATE_MAX_STEREO 512000u

static int complain(char why[A2DP_WHY_MAX], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int complain(char why[A2DP_WHY_MAX], const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, A2DP_WHY_MAX, format, ap);
	va_end(ap);
	return -EINVAL;
}

static uint8_t rate_bit(uint32_t rate)
{
	return rate == 44100   ? RATE_44100
	       : rate == 48000 ? RATE_48000
	       : rate == 32000 ? RATE_32000
	       : rate == 16000 ? RATE_16000
			       : 0;
}

void a2dp_sbc_offer(uint32_t rate, uint8_t ret[A2DP_SBC_BYTES])
{
	uint8_t bit = rate_bit(rate);

	ret[0] = (uint8_t)((bit ? bit : RATE_44100 | RATE_48000) | MODES);
	ret[1] = BLOCKS | SUBBANDS | ALLOCATION;
	ret[2] = BITPOOL_MIN;
	ret[3] = rate == 48000 ? 51 : 53;
}

void a2dp_sbc_hear(uint8_t ret[A2DP_SBC_BYTES])
{
	a2dp_sbc_offer(0, ret);
}

/* ---- reading ------------------------------------------------------------------------- */

/* What is wrong with every blob alike, capabilities or configuration. */
static int check(const uint8_t *blob, size_t len, const char *what, char why[A2DP_WHY_MAX])
{
	if (len != A2DP_SBC_BYTES)
		return complain(why, "SBC %s of %zu bytes instead of %u", what, len,
				A2DP_SBC_BYTES);
	if (!(blob[0] & RATES))
		return complain(why, "SBC %s without a sampling frequency", what);
	if (!(blob[0] & MODES))
		return complain(why, "SBC %s without a channel mode", what);
	if (!(blob[1] & BLOCKS))
		return complain(why, "SBC %s without a block length", what);
	if (!(blob[1] & SUBBANDS))
		return complain(why, "SBC %s without a number of sub-bands", what);
	if (!(blob[1] & ALLOCATION))
		return complain(why, "SBC %s without an allocation method", what);
	if (blob[2] > blob[3])
		return complain(why, "SBC %s with bitpools from %u down to %u", what, blob[2],
				blob[3]);
	if (blob[3] < BITPOOL_MIN || blob[2] > BITPOOL_MAX)
		return complain(why, "SBC %s with bitpools %u to %u, outside 2 to 250", what,
				blob[2], blob[3]);
	return 0;
}

static bool one_bit(uint8_t field)
{
	return field && !(field & (field - 1));
}

static uint32_t rate_of(uint8_t byte)
{
	return byte & RATE_44100   ? 44100
	       : byte & RATE_48000 ? 48000
	       : byte & RATE_32000 ? 32000
				   : 16000;
}

static enum a2dp_mode mode_of(uint8_t byte)
{
	return byte & MODE_JOINT    ? A2DP_JOINT
	       : byte & MODE_STEREO ? A2DP_STEREO
	       : byte & MODE_DUAL   ? A2DP_DUAL
				    : A2DP_MONO;
}

int a2dp_sbc_parse(const uint8_t *config, size_t len, struct a2dp_sbc *ret,
		   char why[A2DP_WHY_MAX])
{
	struct a2dp_sbc c;
	int r = check(config, len, "configuration", why);

	if (r < 0)
		return r;
	if (!one_bit(config[0] & RATES) || !one_bit(config[0] & MODES) ||
	    !one_bit(config[1] & BLOCKS) || !one_bit(config[1] & SUBBANDS) ||
	    !one_bit(config[1] & ALLOCATION))
		return complain(why, "SBC configuration %02x %02x leaves a choice open",
				config[0], config[1]);

	c.rate = rate_of(config[0]);
	c.mode = mode_of(config[0]);
	c.blocks = config[1] & BLOCKS_16   ? 16
		   : config[1] & BLOCKS_12 ? 12
		   : config[1] & BLOCKS_8  ? 8
					   : 4;
	c.subbands = config[1] & SUBBANDS_8 ? 8 : 4;
	c.snr = (config[1] & BY_SNR) != 0;
	c.bitpool_min = config[2] < BITPOOL_MIN ? BITPOOL_MIN : config[2];
	c.bitpool_max = config[3] > BITPOOL_MAX ? BITPOOL_MAX : config[3];
	if (a2dp_sbc_top(&c) < c.bitpool_min)
		return complain(why, "SBC bitpool %u is more than A2DP allows at %u Hz",
				c.bitpool_min, c.rate);
	*ret = c;
	return 0;
}

/* ---- arithmetic ---------------------------------------------------------------------- */

uint32_t a2dp_sbc_channels(const struct a2dp_sbc *c)
{
	return c->mode == A2DP_MONO ? 1 : 2;
}

uint32_t a2dp_sbc_pcm_frames(const struct a2dp_sbc *c)
{
	return (uint32_t)c->blocks * c->subbands;
}

uint32_t a2dp_sbc_frame_bytes(const struct a2dp_sbc *c, uint32_t bitpool)
{
	uint32_t scale = 4u * c->subbands * a2dp_sbc_channels(c) / 8;
	uint32_t bits = c->blocks * bitpool;

	if (c->mode == A2DP_DUAL)
		bits *= 2; /* each channel has a bitpool of its own */
	if (c->mode == A2DP_JOINT)
		bits += c->subbands;
	return 4 + scale + (bits + 7) / 8;
}

uint32_t a2dp_sbc_bitrate(const struct a2dp_sbc *c, uint32_t bitpool)
{
	return (uint32_t)((uint64_t)a2dp_sbc_frame_bytes(c, bitpool) * 8 * c->rate /
			  a2dp_sbc_pcm_frames(c));
}

/* A2DP's table of recommended settings, high quality; per channel in dual mode. */
static uint32_t high_quality(const struct a2dp_sbc *c)
{
	bool at_48k = c->rate == 48000;

	switch (c->mode) {
	case A2DP_MONO:
	case A2DP_DUAL:
		return at_48k ? 29 : 31;
	case A2DP_STEREO:
	case A2DP_JOINT:
		return at_48k ? 51 : 53;
	}
	return BITPOOL_MIN;
}

uint32_t a2dp_sbc_top(const struct a2dp_sbc *c)
{
	uint32_t rate_max = c->mode == A2DP_MONO ? RATE_MAX_MONO : RATE_MAX_STEREO;
	uint32_t per_band = c->mode == A2DP_MONO || c->mode == A2DP_DUAL ? 16 : 32;
	uint32_t top = high_quality(c);

	if (top < c->bitpool_min)
		top = c->bitpool_min; /* it accepts nothing less */
	if (top > c->bitpool_max)
		top = c->bitpool_max;
	if (top > per_band * c->subbands)
		top = per_band * c->subbands;
	while (top > BITPOOL_MIN && a2dp_sbc_bitrate(c, top) > rate_max)
		top--;
	return top;
}

uint32_t a2dp_sbc_bottom(const struct a2dp_sbc *c)
{
	uint32_t bottom = a2dp_sbc_channels(c) == 2 && c->mode != A2DP_DUAL ? 18 : 11;
	uint32_t top = a2dp_sbc_top(c);

	if (bottom < c->bitpool_min)
		bottom = c->bitpool_min;
	return bottom < top ? bottom : top;
}

/* ---- choosing ------------------------------------------------------------------------ */

/* The first of wishes (ending in 0) that is in field. */
static uint8_t first_of(uint8_t field, const uint8_t *wishes)
{
	while (*wishes && !(field & *wishes))
		wishes++;
	return *wishes;
}

int a2dp_sbc_select(const uint8_t *caps, size_t len, uint32_t rate, bool mono,
		    uint8_t ret[A2DP_SBC_BYTES], char why[A2DP_WHY_MAX])
{
	static const uint8_t one[] = { MODE_MONO, MODE_JOINT, MODE_STEREO, MODE_DUAL, 0 };
	static const uint8_t two[] = { MODE_JOINT, MODE_STEREO, MODE_DUAL, MODE_MONO, 0 };
	static const uint8_t blocks[] = { BLOCKS_16, BLOCKS_12, BLOCKS_8, BLOCKS_4, 0 };
	static const uint8_t bands[] = { SUBBANDS_8, SUBBANDS_4, 0 };
	static const uint8_t method[] = { BY_LOUDNESS, BY_SNR, 0 };
	uint8_t choice[A2DP_SBC_BYTES];
	struct a2dp_sbc c;
	int r = check(caps, len, "capabilities", why);

	if (r < 0)
		return r;
	if (!(caps[0] & rate_bit(rate)))
		return complain(why, "the speaker does not take SBC at %u Hz", rate);

	choice[0] = (uint8_t)(rate_bit(rate) | first_of(caps[0], mono ? one : two));
	choice[1] = (uint8_t)(first_of(caps[1], blocks) | first_of(caps[1], bands) |
			      first_of(caps[1], method));
	choice[2] = caps[2] < BITPOOL_MIN ? BITPOOL_MIN : caps[2];
	choice[3] = caps[3] > BITPOOL_MAX ? BITPOOL_MAX : caps[3];
	r = a2dp_sbc_parse(choice, sizeof(choice), &c, why);
	if (r < 0)
		return r;
	choice[3] = (uint8_t)a2dp_sbc_top(&c);
	for (unsigned int i = 0; i < A2DP_SBC_BYTES; i++)
		ret[i] = choice[i];
	return 0;
}
