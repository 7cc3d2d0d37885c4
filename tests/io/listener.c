/* SPDX-License-Identifier: MIT */
/* listener - see listener.h. */
#include "tests/io/listener.h"

#include "core/base/scope.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

void listener_reopen(struct listener *l, int *ret_fd)
{
	int pair[2];

	closep(&l->fd);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	l->fd = pair[0];
	*ret_fd = pair[1];
	if (l->sbc.priv)
		sbc_finish(&l->sbc);
	assert_int_equal(sbc_init_a2dp(&l->sbc, 0, l->config, sizeof(l->config)), 0);
}

void listener_init(struct listener *l, const uint8_t config[4], uint64_t room, int *ret_fd)
{
	memset(l, 0, sizeof(*l));
	memcpy(l->config, config, sizeof(l->config));
	l->fd = -EBADF;
	l->decode = true;
	l->room = room;
	l->heard = calloc(2 * room, sizeof(float));
	l->count = calloc(room, 1);
	assert_non_null(l->heard);
	assert_non_null(l->count);
	listener_reopen(l, ret_fd);
}

void listener_done(struct listener *l)
{
	closep(&l->fd);
	sbc_finish(&l->sbc);
	free(l->heard);
	free(l->count);
}

/* One SBC frame of n PCM frames to its place. */
static void place(struct listener *l, uint64_t at, const int16_t *pcm, uint32_t n, bool mono)
{
	if (at < l->base)
		return;
	at -= l->base;
	for (uint32_t i = 0; i < n && at + i < l->room; i++) {
		l->heard[2 * (at + i)] = (float)pcm[mono ? i : 2 * i] / 32768.0f;
		l->heard[2 * (at + i) + 1] = (float)pcm[mono ? i : 2 * i + 1] / 32768.0f;
		l->count[at + i]++;
	}
}

static void decode(struct listener *l, const uint8_t *sbc, size_t len, uint64_t at)
{
	int16_t pcm[2 * 128];
	bool mono = (l->config[0] & 0x08) != 0;

	while (len > 0) {
		size_t written = 0;
		ssize_t used = sbc_decode(&l->sbc, sbc, len, pcm, sizeof(pcm), &written);
		uint32_t n = (uint32_t)(written / (mono ? 2 : 4));

		if (used <= 0) {
			l->garbled++;
			return;
		}
		place(l, at, pcm, n, mono);
		at += n;
		sbc += used;
		len -= (size_t)used;
	}
}

uint32_t listener_take(struct listener *l, uint64_t now, uint32_t most)
{
	uint8_t buf[2048];
	uint32_t n = 0;

	while (n < most) {
		ssize_t len = recv(l->fd, buf, sizeof(buf), MSG_DONTWAIT);
		struct listened *p = &l->packet[l->packets];
		size_t at;

		if (len <= 0)
			break;
		n++;
		if (rtp_read(buf, (size_t)len, &p->head, &at) < 0 || at + 3 > (size_t)len) {
			l->garbled++;
			continue;
		}
		assert_true(l->packets < LISTENER_PACKETS - 1);
		p->len = (uint32_t)len;
		p->at = now;
		p->bitpool = buf[at + 2]; /* of the first SBC frame's header */
		l->packets++;
		if (l->decode)
			decode(l, buf + at, (size_t)len - at, p->head.stamp);
	}
	return n;
}

static double correlate_at(const float *a, const float *b, uint64_t n, int most, int shift)
{
	double ab = 0, aa = 0, bb = 0;

	for (uint64_t i = (uint64_t)most; i + (uint64_t)most < n; i++) {
		double x = a[2 * i], y = b[2 * (uint64_t)((int64_t)i + shift)];

		ab += x * y;
		aa += x * x;
		bb += y * y;
	}
	return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0.0;
}

double correlate(const float *a, const float *b, uint64_t n, int most, int *ret_shift)
{
	double best = -2.0;

	for (int shift = -most; shift <= most; shift++) {
		double c = correlate_at(a, b, n, most, shift);

		if (c > best) {
			best = c;
			*ret_shift = shift;
		}
	}
	return best;
}
