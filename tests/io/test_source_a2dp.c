/* SPDX-License-Identifier: MIT */
/* test_source_a2dp - hearing packets off a real socket, in real time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/base/scope.h"
#include "core/io/packer.h"
#include "tests/io/live.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#define HZ 997.0

static const uint8_t joint[4] = { 0x21, 0x15, 2, 53 };
static const uint8_t mono48[4] = { 0x18, 0x15, 2, 31 };

static struct live l;

/* A phone that plays a sine, by a clock of its own, as phones do: two packets at once. */
struct phone {
	uint8_t config[4];
	double ppm;
	uint32_t lose; /* every so manieth packet is lost, 0 = none */
	bool babble;   /* garbage in between */
	int fd, theirs;
	pthread_t thread;
	_Atomic bool stop;
};

static void send_two(struct phone *p, struct packer *packer, uint64_t *at)
{
	uint32_t pcm = a2dp_sbc_pcm_frames(&packer->config);
	static const uint8_t garbage[40] = { 0x80, 96, 0, 1 };

	for (int i = 0; i < 2; i++) {
		struct packet packet;
		int r = 0;

		packer_begin(packer, &packet, *at, 3, a2dp_sbc_top(&packer->config));
		while (r == 0) {
			float sound[2 * PACKER_PCM_MAX];

			for (uint32_t k = 0; k < 2 * pcm; k++)
				sound[k] = (float)(0.5 *
						   sin(2 * M_PI * HZ * (double)(*at + k / 2) /
						       packer->config.rate));
			r = packer_add(packer, &packet, sound);
			*at += pcm;
		}
		if (!p->lose || packer->sequence % p->lose)
			(void)!write(p->fd, packet.bytes, packet.len);
		if (p->babble)
			(void)!write(p->fd, garbage, sizeof(garbage));
	}
}

static void *play(void *arg)
{
	struct phone *p = arg;
	struct packer packer;
	uint64_t began = clock_now(), at = 0;
	double rate;

	assert_int_equal(packer_init(&packer, p->config, 1), 0);
	rate = packer.config.rate * (1 + p->ppm * 1e-6);
	while (!atomic_load(&p->stop)) {
		send_two(p, &packer, &at);
		clock_sleep_until(began + (uint64_t)((double)at / rate * 1e9));
	}
	packer_done(&packer);
	return NULL;
}

static void connect_to(struct phone *p, struct source *s)
{
	struct source_stream stream;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	p->fd = pair[0];
	stream.fd = pair[1];
	p->theirs = dup(pair[1]); /* as BlueZ keeps it, and no end of it closes the stream */
	memcpy(stream.config, p->config, sizeof(stream.config));
	assert_int_equal(source_attach(s, &stream), 0);
	atomic_store(&p->stop, false);
	assert_int_equal(pthread_create(&p->thread, NULL, play, p), 0);
}

static void fall_silent(struct phone *p)
{
	atomic_store(&p->stop, true);
	pthread_join(p->thread, NULL);
}

static void hang_up(struct phone *p)
{
	fall_silent(p);
	close(p->theirs);
	close(p->fd);
}

static struct source *open_source(void)
{
	struct source_config c = { .type = SOURCE_IS_A2DP, .device = "" };
	struct source *s = NULL;

	assert_int_equal(source_new(&c, &l.time, l.engine, -1, &s), 0);
	return s;
}

/* It runs evenly at HZ of a clock that is ppm off, by the best of some tries. */
static struct evenness even(struct source *s, double ppm)
{
	struct evenness e = { 0 };

	assert_true(live_wait_sound(&l, s, 0.1f, 8));
	live_listen(&l, s, 3);
	for (int try = 0; try < 5; try++) { /* a phone kept waiting leaves holes of its own */
		live_listen(&l, s, 2);
		e = evenness_of(l.heard, l.heard_n, HZ, l.time.rate);
		if (fabs(e.hz - HZ * (1 + ppm * 1e-6)) < 0.5 && e.spoilt < LIVE_SPOILT)
			break;
	}
	return e;
}

static void what_is_no_stream_is_refused(void **state)
{
	static const uint8_t bad[4] = { 0xff, 0xff, 2, 53 };
	struct source_config tone = { .type = SOURCE_IS_TONE };
	struct source_stream stream = { .fd = 0 };
	struct source *s = open_source(), *other = NULL;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	stream.fd = pair[0];
	memcpy(stream.config, bad, 4);
	assert_int_equal(source_attach(s, &stream), -EINVAL);
	memcpy(stream.config, joint, 4);
	assert_int_equal(source_new(&tone, &l.time, l.engine, -1, &other), 0);
	assert_int_equal(source_attach(other, &stream), -EINVAL);
	source_detach(other);
	source_free(other);
	close(pair[0]);
	assert_int_equal(source_attach(s, &stream), -EINVAL); /* closed */
	close(pair[1]);
	assert_true(live_wait_source(s, HEALTH_WAITING, "", 1));
	source_detach(s);
	source_free(s);
}

/* One phone from its first packet to its end: how even it was, and how it stood then. */
static struct evenness hear_one(struct phone *p, const uint8_t config[4],
				struct health_report *ret)
{
	struct source *s = open_source();
	struct evenness e;

	assert_true(live_wait_source(s, HEALTH_WAITING, "", 1));
	memcpy(p->config, config, 4);
	connect_to(p, s);
	e = even(s, p->ppm);
	source_health(s, ret);
	hang_up(p);
	source_free(s);
	assert_int_equal(ret->state, HEALTH_RUNNING);
	assert_judged(fabs(e.hz - HZ * (1 + p->ppm * 1e-6)) < 0.5);
	return e;
}

static void garbage_is_survived(void **state)
{
	struct phone p = { .babble = true };
	struct health_report h;
	struct evenness e = hear_one(&p, joint, &h);

	(void)state;
	assert_true(h.drops > 100);
	assert_judged(e.spoilt < LIVE_SPOILT);
}

static void a_phone_is_heard_evenly(void **state)
{
	struct phone p = { .ppm = 200 };
	struct health_report h;
	struct evenness e = hear_one(&p, joint, &h);

	(void)state;
	assert_int_equal(h.rate, 44100);
	assert_int_equal(h.bitpool, 53);
	assert_true(h.latency_ms > 100 && h.latency_ms < 330);
	assert_judged(e.wander < 2e-3);
	assert_judged(e.spoilt < LIVE_SPOILT);
}

static void another_rate_and_mono_are_heard_too(void **state)
{
	struct phone p = { 0 };
	struct health_report h;
	struct evenness e = hear_one(&p, mono48, &h);

	(void)state;
	assert_int_equal(h.rate, 48000);
	assert_judged(e.spoilt < LIVE_SPOILT);
}

/* What is lost is silence of its length: the sine goes on where it would have been. */
static void losses_shift_nothing(void **state)
{
	struct phone p = { .lose = 100 };
	struct health_report h;
	struct evenness e = hear_one(&p, joint, &h);

	(void)state;
	assert_true(h.drops > 0);
	assert_judged(e.wander < 2e-3); /* a packet that was not made up for: 8.7 ms */
}

static void a_pause_is_silence_and_the_next_stream_is_heard(void **state)
{
	struct phone p = { 0 }, first;
	struct source *s = open_source();

	(void)state;
	memcpy(p.config, joint, 4);
	connect_to(&p, s);
	assert_true(live_wait_sound(&l, s, 0.1f, 8));
	fall_silent(&p); /* before anybody says so */
	live_listen(&l, s, 0.6);
	live_listen(&l, s, 0.2);
	assert_float_equal(peak_of(l.heard, l.heard_n), 0, 0);
	source_detach(s);
	assert_true(live_wait_source(s, HEALTH_WAITING, "", 2));
	close(p.theirs);
	close(p.fd);
	/* another phone, and a third instead of it without a word */
	connect_to(&p, s);
	assert_true(live_wait_sound(&l, s, 0.1f, 8));
	first = p;
	fall_silent(&p);
	memcpy(p.config, mono48, 4);
	connect_to(&p, s);
	assert_true(live_wait_sound(&l, s, 0.1f, 8));
	close(first.theirs);
	close(first.fd);
	hang_up(&p);
	source_free(s);
}

static void one_that_breaks_off_is_over(void **state)
{
	struct phone p = { 0 };
	struct source *s = open_source();
	uint64_t before;

	(void)state;
	memcpy(p.config, joint, 4);
	connect_to(&p, s);
	assert_true(live_wait_source(s, HEALTH_RUNNING, "", 2));
	hang_up(&p);
	assert_true(live_wait_source(s, HEALTH_WAITING, "", 2));
	/* and one that is left with a stream goes at once */
	connect_to(&p, s);
	before = clock_now();
	source_free(s);
	assert_true(clock_now() - before < 500 * NS_PER_MS);
	hang_up(&p);
}

static int set_up(void **state)
{
	(void)state;
	live_init(&l, 44100);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	live_done(&l);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_stream_is_refused),
		cmocka_unit_test(garbage_is_survived),
		cmocka_unit_test(a_phone_is_heard_evenly),
		cmocka_unit_test(another_rate_and_mono_are_heard_too),
		cmocka_unit_test(losses_shift_nothing),
		cmocka_unit_test(a_pause_is_silence_and_the_next_stream_is_heard),
		cmocka_unit_test(one_that_breaks_off_is_over),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
