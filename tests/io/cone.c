/* SPDX-License-Identifier: MIT */
/* cone - see cone.h. */
#include "tests/io/cone.h"

#include "core/base/scope.h"
#include "core/io/rtp.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#define TAU	  6.28318530717958647692
#define LEAD	  0.15 /* s that it keeps in its buffer */
#define LOOP_FAST 0.05 /* Hz; its loop in the first seconds */
#define LOOP_SLOW 0.01 /* Hz; and later */
#define FAST_FOR  20.0 /* s */
#define SMOOTH	  1.0  /* s; over which arrivals are averaged */
#define ODD	  0.02 /* s; what comes at another time says nothing of the clock */
#define ODD_FOR	  200u /* packets; but then it does, and it begins anew */
#define PIECE	  2048

void cone_init(struct cone *c, const uint8_t config[4], uint32_t rate, double ppm,
	       double seconds, uint64_t seed)
{
	memset(c, 0, sizeof(*c));
	memcpy(c->config, config, sizeof(c->config));
	c->mono = (config[0] & 0x08) != 0;
	c->rate = rate;
	c->fd = -EBADF;
	c->least_age = INFINITY;
	judge_init(&c->air, CONE_CODEC / rate, seconds);
	judge_init(&c->sound, CONE_CODEC / rate + LEAD, seconds);
	crystal_init(&c->crystal, rate, ppm, 0, seed);
}

void cone_done(struct cone *c)
{
	cone_disconnect(c);
	judge_done(&c->air);
	judge_done(&c->sound);
}

int cone_connect(struct cone *c)
{
	int pair[2];

	cone_disconnect(c);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(sbc_init_a2dp(&c->sbc, 0, c->config, sizeof(c->config)), 0);
	c->fd = pair[0];
	c->connected = 0;
	return pair[1];
}

void cone_disconnect(struct cone *c)
{
	if (c->fd < 0)
		return;
	close(TAKE_FD(c->fd));
	sbc_finish(&c->sbc);
	c->playing = false;
}

void cone_expect_delay(struct cone *c, double delay)
{
	c->air.latency += delay - c->delay;
	c->sound.latency += delay - c->delay;
	c->delay = delay;
}

void cone_measure(struct cone *c, double from, double to)
{
	double sum = 0;
	size_t n = 0;

	for (size_t w = (size_t)(from * 10); w < (size_t)(to * 10) && w < c->sound.count; w++) {
		if (isnan(c->sound.late[w]))
			continue;
		sum += c->sound.late[w];
		n++;
	}
	assert_true(n > 0);
	c->sound.latency += sum / (double)n;
}

/* ---- what arrives ------------------------------------------------------------------------ */

static float *at(struct cone *c, uint64_t frame)
{
	return c->buffer + 2 * (frame % CONE_BUFFER);
}

/* n frames of PCM that begin with frame: into the buffer, and to be judged where they are. */
static void keep(struct cone *c, uint64_t frame, const int16_t *pcm, uint32_t n)
{
	float stereo[2 * 128];

	for (uint32_t i = 0; i < n; i++) {
		/* one channel carries both halved; together they are as before */
		stereo[2 * i] = (float)pcm[c->mono ? i : 2 * i] / (c->mono ? 16384 : 32768);
		stereo[2 * i + 1] =
			(float)pcm[c->mono ? i : 2 * i + 1] / (c->mono ? 16384 : 32768);
		memcpy(at(c, frame + i), stereo + 2 * i, 2 * sizeof(float));
	}
	judge_listen(&c->air, stereo, n, (double)frame / c->rate, 1.0 / c->rate);
}

static void decode(struct cone *c, const uint8_t *sbc, size_t len, uint64_t frame)
{
	int16_t pcm[2 * 128];

	for (; c->end < frame; c->end++) /* what was lost is silence */
		memset(at(c, c->end), 0, 2 * sizeof(float));
	while (len > 0) {
		size_t written = 0;
		ssize_t used = sbc_decode(&c->sbc, sbc, len, pcm, sizeof(pcm), &written);
		uint32_t n = (uint32_t)(written / (c->mono ? 2 : 4));

		if (used <= 0) {
			c->garbled++;
			return;
		}
		keep(c, c->end, pcm, n);
		c->end += n;
		sbc += used;
		len -= (size_t)used;
	}
}

/* Its loop: the packet of frame came just now. */
static void learn(struct cone *c, uint64_t frame, uint32_t frames)
{
	double takes = (double)frames / c->rate;
	double error = ((double)frame - c->place) / c->rate - LEAD;
	double fast = c->connected * VIRTUAL_TICK < FAST_FOR ? LOOP_FAST : LOOP_SLOW;

	c->odd = c->playing && fabs(error) > ODD ? c->odd + 1 : 0;
	if (!c->playing || c->odd > ODD_FOR) {
		c->place = (double)frame - LEAD * c->rate;
		c->playing = true;
		c->error = 0;
		c->odd = 0;
	} else if (c->odd == 0) {
		c->error += (error - c->error) * takes / SMOOTH;
		c->correct += TAU * fast * TAU * fast * c->error * takes;
	}
}

/* The number on the timeline whose low 32 bits the stamp has: near to what came last. */
static uint64_t whole(const struct cone *c, uint32_t stamp)
{
	return c->end + (uint64_t)(int64_t)(int32_t)(stamp - (uint32_t)c->end);
}

static void take(struct cone *c)
{
	uint8_t buf[2048];
	ssize_t len;

	while ((len = recv(c->fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		struct rtp_head head;
		size_t sbc;
		uint64_t frame;
		double age;

		if (rtp_read(buf, (size_t)len, &head, &sbc) < 0) {
			c->garbled++;
			continue;
		}
		frame = whole(c, head.stamp);
		if (frame < c->end) { /* the same frame twice, or one gone by */
			c->garbled++;
			continue;
		}
		age = c->crystal.t - (double)frame / c->rate;
		c->least_age = fmin(c->least_age, age);
		c->most_age = fmax(c->most_age, age);
		c->packets++;
		decode(c, buf + sbc, (size_t)len - sbc, frame);
		learn(c, frame, (uint32_t)(c->end - frame));
	}
}

/* ---- what is heard ----------------------------------------------------------------------- */

/* The frames of its buffer that its clock passes in this tick, which begins at t. */
static void play(struct cone *c, double t)
{
	double fast = c->connected * VIRTUAL_TICK < FAST_FOR ? LOOP_FAST : LOOP_SLOW;
	double speed = c->crystal.rate * (1 + c->correct + 2 * TAU * fast * c->error);
	double until = c->place + speed * VIRTUAL_TICK;
	float out[2 * PIECE];
	uint64_t first;
	uint32_t n = 0;

	first = c->place > 0 ? (uint64_t)ceil(c->place) : 0;
	for (uint64_t k = first; (double)k < until && n < PIECE; k++, n++) {
		bool there = k < c->end && k + CONE_BUFFER > c->end;

		for (uint32_t i = 0; i < 2; i++)
			out[2 * n + i] = there ? at(c, k)[i] : 0.0f;
	}
	judge_listen(&c->sound, out, n, t + ((double)first - c->place) / speed, 1.0 / speed);
	c->place = until;
}

void cone_tick(struct cone *c)
{
	double t = c->crystal.t;

	if (c->fd >= 0 && !c->deaf)
		take(c);
	if (c->playing)
		play(c, t);
	c->connected++;
	crystal_tick(&c->crystal);
}
