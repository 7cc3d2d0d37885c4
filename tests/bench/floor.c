/* SPDX-License-Identifier: MIT */
/* floor - see floor.h. */
#include "tests/bench/floor.h"

#include "core/base/scope.h"
#include "core/io/rtp.h"
#include "tests/bench/measure.h"

#include <fcntl.h>
#include <math.h>
#include <sbc/sbc.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define PERIOD BENCH_PERIOD

struct floor_output {
	float *line; /* 2 s */
	uint32_t at, delay;
	float peak, square;
	int fd, far;
	sbc_t sbc;
	uint8_t packet[672];
	uint32_t len; /* of the packet under way */
};

#define LINE (1u << 17)

static void floor_arithmetic(struct floor_output *o, const float *restrict in, int16_t *out)
{
	float peak = 0.0f, square = 0.0f;

	for (uint32_t i = 0; i < PERIOD; i++) {
		float *put = o->line + 2 * ((o->at + i) % LINE);
		const float *get = o->line + 2 * ((o->at + i - o->delay) % LINE);

		for (int c = 0; c < 2; c++) {
			float x = in[2 * i + (uint32_t)c] * 0.5f;

			put[c] = x;
			peak = fmaxf(peak, fabsf(x));
			square += x * x;
			out[2 * i + (uint32_t)c] = (int16_t)lrintf(get[c] * 32767.0f);
		}
	}
	o->at += PERIOD;
	o->peak = peak;
	o->square = square;
}

/* Four SBC frames a period, and nothing else. */
static void floor_encode(struct floor_output *o, const int16_t *pcm)
{
	ssize_t written;

	for (uint32_t i = 0; i < PERIOD; i += 128)
		if (sbc_encode(&o->sbc, pcm + 2 * i, 512, o->packet, 119, &written) < 0)
			die("sbc_encode");
}

/* The same out of floats, and every five frames a packet, which is sent. */
static void floor_stream(struct floor_output *o, const float *in)
{
	int16_t pcm[2 * 128];
	ssize_t written;

	for (uint32_t i = 0; i < PERIOD; i += 128) {
		for (uint32_t k = 0; k < 2 * 128; k++)
			pcm[k] = (int16_t)lrintf(in[2 * i + k] * 32767.0f);
		if (o->len == 0)
			o->len = RTP_HEADER_BYTES;
		if (sbc_encode(&o->sbc, pcm, 512, o->packet + o->len, 119, &written) < 0)
			die("sbc_encode");
		o->len += (uint32_t)written;
		if (o->len < RTP_HEADER_BYTES + 5 * 119)
			continue;
		if (send(o->fd, o->packet, o->len, MSG_DONTWAIT) < 0 && errno != EAGAIN)
			die("send");
		o->len = 0;
	}
}

static int floor_target(const char *kind, unsigned int i, const char *folder, int *ret_far)
{
	char path[256];
	int pair[2];

	if (strcmp(kind, "floor-a2dp") == 0) {
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
			die("socketpair");
		*ret_far = pair[1];
		return pair[0];
	}
	snprintf(path, sizeof(path), "%s/floor-%u.raw", folder, i);
	if (strcmp(kind, "floor-file") == 0)
		return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return open("/dev/null", O_WRONLY | O_CLOEXEC);
}

static void floor_open(struct floor_output *o, const char *kind, unsigned int i,
		       const char *folder)
{
	static const uint8_t joint[4] = { 0x21, 0x15, 2, 53 };

	memset(o, 0, sizeof(*o));
	o->delay = 1000 + 37 * i;
	o->line = calloc(2 * LINE, sizeof(float));
	o->fd = floor_target(kind, i, folder, &o->far);
	if (!o->line || o->fd < 0 || sbc_init_a2dp(&o->sbc, 0, joint, 4) < 0)
		die("floor");
	o->sbc.bitpool = 53;
}

/* One output's part of a period: n is its first frame, in the same as floats. */
static void floor_output(struct floor_output *o, const char *kind, uint64_t n, const float *in)
{
	int16_t out[2 * PERIOD];

	if (strcmp(kind, "floor-sbc") == 0) {
		floor_encode(o, bench_music(n + o->delay));
	} else if (strcmp(kind, "floor-a2dp") == 0) {
		floor_stream(o, in);
	} else {
		floor_arithmetic(o, in, out);
		if (write(o->fd, out, sizeof(out)) < 0)
			die("write");
	}
}

/* Windows of BENCH_WINDOW, the first of which begins when it is warm. */
static void floor_watch(struct windows *w, uint64_t *next, bool *warm)
{
	if (clock_now() < *next)
		return;
	if (*warm)
		windows_next(w);
	else
		windows_begin(w);
	*warm = true;
	*next += BENCH_WINDOW;
}

void floor_run(const char *kind, unsigned int outputs, unsigned int seconds, const char *folder)
{
	static struct floor_output o[BENCH_OUTPUTS];
	int far[BENCH_OUTPUTS];
	pid_t drainer = -1;
	float in[2 * PERIOD];
	struct windows w = { 0 };
	uint64_t t0 = clock_now(), n = 0, end = t0 + BENCH_WARM_UP + seconds * NS_PER_SEC;
	uint64_t next = t0 + BENCH_WARM_UP;
	bool warm = false;

	for (unsigned int i = 0; i < outputs; i++) {
		floor_open(&o[i], kind, i, folder);
		far[i] = o[i].far;
	}
	if (strcmp(kind, "floor-a2dp") == 0)
		drainer = drain_begin(far, outputs);
	while (clock_now() < end) {
		const int16_t *source = bench_music(n);

		floor_watch(&w, &next, &warm);
		for (uint32_t i = 0; i < 2 * PERIOD; i++)
			in[i] = (float)source[i] / 32768.0f;
		for (unsigned int i = 0; i < outputs; i++)
			floor_output(&o[i], kind, n, in);
		clock_sleep_until(clock_of_frame(t0, n += PERIOD, BENCH_RATE));
	}
	windows_next(&w);
	windows_report(&w, kind, outputs);
	drain_end(drainer);
}
