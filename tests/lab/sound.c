/* SPDX-License-Identifier: MIT */
/* sound - see sound.h. */
#include "tests/lab/sound.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sbc/sbc.h>
#include <sndfile.h>

#include "core/base/scope.h"
#include "core/dsp/resample.h"

#define RTP_HEADER   12u
#define BREAK_FRAMES 441000 /* an RTP time further off than this begins a new stretch */
#define PCM_MAX	     4096   /* bytes of one decoded SBC frame, at most 16*8*2*2 */

static void sf_closep(SNDFILE **f)
{
	if (*f)
		sf_close(*f);
}

static void sbc_finishp(sbc_t *s)
{
	sbc_finish(s);
}

void sound_done(struct sound *s)
{
	free(s->frames);
	*s = (struct sound){ 0 };
}

int sound_load(const char *path, struct sound *ret)
{
	SF_INFO info = { 0 };
	SCOPED(sf_closep) SNDFILE *f = sf_open(path, SFM_READ, &info);
	SCOPED(sound_done) struct sound s = { 0 };
	size_t count;

	if (!f || info.channels < 1 || info.channels > 2)
		return -EBADMSG;
	/* a recorder that was killed leaves a header that promises more, or less */
	count = (size_t)info.frames;
	s.frames = calloc(count + 1, 2 * sizeof(float));
	if (!s.frames)
		return -ENOMEM;
	s.rate = (unsigned)info.samplerate;
	s.count = (size_t)sf_readf_float(f, s.frames, (sf_count_t)count);
	if (info.channels == 1) {
		for (size_t i = s.count; i-- > 0;)
			s.frames[2 * i] = s.frames[2 * i + 1] = s.frames[i];
	}
	*ret = s;
	s.frames = NULL;
	return 0;
}

int sound_save(const char *path, const struct sound *s)
{
	SF_INFO info = { .samplerate = (int)s->rate,
			 .channels = 2,
			 .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };
	SCOPED(sf_closep) SNDFILE *f = sf_open(path, SFM_WRITE, &info);

	if (!f)
		return -EIO;
	return sf_writef_float(f, s->frames, (sf_count_t)s->count) == (sf_count_t)s->count
		       ? 0
		       : -EIO;
}

/* ---- the programme -------------------------------------------------------------------- */

struct dice {
	uint64_t state;
};

/* 0..1 */
static double roll(struct dice *d)
{
	d->state = d->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (double)(d->state >> 40) / (double)(1 << 24);
}

struct voice {
	double phase, step; /* turns, turns a frame */
	double level;	    /* 0..1, falling */
};

static void play_channel(struct sound *s, unsigned channel, struct dice *d)
{
	struct voice voices[4] = { 0 };
	double soft = 0.0;
	size_t next = 0;
	unsigned turn = 0;

	for (size_t i = 0; i < s->count; i++) {
		double sum = 0.0;

		if (i == next) {
			struct voice *v = &voices[turn++ % 4];

			v->step = 110.0 * exp2(floor(roll(d) * 37.0) / 12.0) / s->rate;
			v->level = 0.12 + 0.1 * roll(d);
			next = i + (size_t)((0.08 + 0.25 * roll(d)) * s->rate);
		}
		for (int k = 0; k < 4; k++) {
			struct voice *v = &voices[k];

			v->phase += v->step;
			v->phase -= floor(v->phase);
			v->level *= 0.99997;
			sum += v->level *
			       (sin(2.0 * M_PI * v->phase) + 0.3 * sin(4.0 * M_PI * v->phase));
		}
		soft += 0.15 * (roll(d) - 0.5 - soft);
		s->frames[2 * i + channel] = (float)(sum + 0.05 * soft);
	}
}

int sound_programme(unsigned seconds, struct sound *ret)
{
	struct sound s = { .rate = 44100, .count = (size_t)seconds * 44100 };
	struct dice left = { 1 }, right = { 2 };

	s.frames = calloc(s.count, 2 * sizeof(float));
	if (!s.frames)
		return -ENOMEM;
	play_channel(&s, 0, &left);
	play_channel(&s, 1, &right);
	*ret = s;
	return 0;
}

SCOPED_FN(struct resampler, resampler_free)

int sound_resample(const struct sound *s, unsigned rate, struct sound *ret)
{
	SCOPED(resampler_freep) struct resampler *r = resampler_new(s->rate, rate);
	SCOPED(sound_done) struct sound to = { .rate = rate };
	size_t taken = 0, room = s->count * rate / s->rate + 1;
	uint32_t used, got;

	to.frames = calloc(room, 2 * sizeof(float));
	if (!r || !to.frames)
		return -ENOMEM;
	do {
		size_t left = s->count - taken, most = room - to.count;

		got = resampler_process(
			r, s->frames + 2 * taken, (uint32_t)(left < 4096 ? left : 4096), &used,
			to.frames + 2 * to.count, (uint32_t)(most < 4096 ? most : 4096), 0);
		taken += used;
		to.count += got;
	} while (used > 0 || got > 0);
	*ret = to;
	to.frames = NULL;
	return 0;
}

/* ---- captured packets ----------------------------------------------------------------- */

void placed_done(struct placed *p)
{
	sound_done(&p->sound);
	free(p->stretches);
	*p = (struct placed){ 0 };
}

/* When RTP time 0 of the stretch would have arrived, by the middle of its packets. */
static int anchor(const struct capture *c, unsigned rate, struct stretch *s)
{
	SCOPED(freep) double *v = calloc(s->count, sizeof(*v));
	int64_t first = c->packets[s->first].arrival_ns;
	size_t n = 0;

	if (!v)
		return -ENOMEM;
	for (size_t i = s->first; i < s->first + s->count; i++) {
		const struct packet *p = &c->packets[i];

		if (p->sbc_frames > 0)
			v[n++] = (double)(p->arrival_ns - first) -
				 1e9 * (double)(int32_t)(p->rtp_time - s->base) / rate;
	}
	s->anchor_ns = first + llround(figures_middle(v, n));
	return 0;
}

static int find_stretches(const struct capture *c, unsigned rate, struct placed *p)
{
	uint32_t last = 0;
	int r;

	for (size_t i = 0; i < c->count; i++) {
		const struct packet *k = &c->packets[i];
		int32_t ahead = (int32_t)(k->rtp_time - last);

		if (k->sbc_frames == 0)
			continue;
		if (p->count == 0 || ahead < 0 || ahead > BREAK_FRAMES) {
			struct stretch *more =
				realloc(p->stretches, (p->count + 1) * sizeof(*more));

			if (!more)
				return -ENOMEM;
			p->stretches = more;
			more[p->count++] = (struct stretch){ .first = i, .base = k->rtp_time };
		}
		p->stretches[p->count - 1].count = i - p->stretches[p->count - 1].first + 1;
		last = k->rtp_time;
	}
	if (p->count == 0)
		return -ENODATA;
	for (size_t i = 0; i < p->count; i++) {
		r = anchor(c, rate, &p->stretches[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Where in the sound a packet's first frame belongs; may lie outside. */
static int64_t place(const struct placed *p, const struct stretch *s, const struct packet *k)
{
	double anchor = (double)(s->anchor_ns - p->origin_ns) * 1e-9 * p->sound.rate;

	return llround(anchor) + (int32_t)(k->rtp_time - s->base);
}

int sound_packet(sbc_t *sbc, const struct packet *k, float ret[2 * PACKET_FRAMES])
{
	const uint8_t *d = k->data + RTP_HEADER + 1;
	size_t left = k->length - RTP_HEADER - 1, frames = 0;
	unsigned channels = k->mode == SBC_MODE_MONO ? 1 : 2;
	int16_t pcm[PCM_MAX / sizeof(int16_t)];

	for (unsigned i = 0; i < k->sbc_frames && left > 0; i++) {
		size_t written = 0;
		ssize_t n = sbc_decode(sbc, d, left, pcm, sizeof(pcm), &written);

		if (n <= 0)
			return -EBADMSG;
		written /= channels * sizeof(int16_t);
		for (size_t f = 0; f < written && frames < PACKET_FRAMES; f++, frames++) {
			ret[2 * frames] = (float)pcm[f * channels] / 32768.0f;
			ret[2 * frames + 1] =
				(float)pcm[f * channels + channels - 1] / 32768.0f;
		}
		d += n;
		left -= (size_t)n;
	}
	return (int)frames;
}

static int decode_packet(sbc_t *sbc, const struct packet *k, int64_t at, struct placed *p)
{
	float stereo[2 * PACKET_FRAMES];
	int n = sound_packet(sbc, k, stereo);

	for (int i = 0; i < n; i++) {
		int64_t f = at + i;

		if (f < 0 || f >= (int64_t)p->sound.count)
			continue;
		p->sound.frames[2 * f] = stereo[2 * i];
		p->sound.frames[2 * f + 1] = stereo[2 * i + 1];
	}
	return n < 0 ? n : 0;
}

/* A stream may change its channel mode only where a stretch begins, so does the decoder. */
static int decode_stretch(const struct capture *c, const struct stretch *s, struct placed *p)
{
	SCOPED(sbc_finishp) sbc_t sbc;
	int r;

	r = sbc_init(&sbc, 0);
	if (r < 0)
		return r;
	sbc.endian = SBC_LE;
	for (size_t i = s->first; i < s->first + s->count; i++) {
		const struct packet *k = &c->packets[i];

		if (k->sbc_frames == 0)
			continue;
		r = decode_packet(&sbc, k, place(p, s, k), p);
		if (r < 0)
			return r;
	}
	return 0;
}

int sound_decode(const struct capture *c, unsigned rate, int64_t origin_ns, struct placed *ret)
{
	SCOPED(placed_done) struct placed p = { .sound.rate = rate };
	const struct stretch *last;
	int64_t end;
	int r;

	r = find_stretches(c, rate, &p);
	if (r < 0)
		return r;
	p.origin_ns = origin_ns ? origin_ns : p.stretches[0].anchor_ns;
	last = &p.stretches[p.count - 1];
	end = place(&p, last, &c->packets[last->first + last->count - 1]) + PACKET_FRAMES;
	p.sound.count = end > 0 ? (size_t)end : 0;
	p.sound.frames = calloc(p.sound.count + 1, 2 * sizeof(float));
	if (!p.sound.frames)
		return -ENOMEM;
	for (size_t i = 0; i < p.count; i++) {
		r = decode_stretch(c, &p.stretches[i], &p);
		if (r < 0)
			return r;
	}
	*ret = p;
	p = (struct placed){ 0 };
	return 0;
}
