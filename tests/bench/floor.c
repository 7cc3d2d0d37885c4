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

/* Four SBC frames a period; with to_socket every five make a packet, and are sent. */
static void floor_encode(struct floor_output *o, const int16_t *pcm, bool to_socket)
{
	for (uint32_t i = 0; i < PERIOD; i += 128) {
		ssize_t written;

		if (o->len == 0 || !to_socket)
			o->len = RTP_HEADER_BYTES;
		if (sbc_encode(&o->sbc, pcm + 2 * i, 512, o->packet + o->len, 119, &written) <
		    0)
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

void floor_run(const char *kind, unsigned int outputs, unsigned int seconds, const char *folder)
{
	static struct floor_output o[BENCH_OUTPUTS];
	bool to_socket = strcmp(kind, "floor-a2dp") == 0;
	bool sbc = to_socket || strcmp(kind, "floor-sbc") == 0;
	int far[BENCH_OUTPUTS];
	pid_t drainer = -1;
	int16_t source[2 * PERIOD], out[2 * PERIOD];
	float in[2 * PERIOD];
	struct windows w;
	uint64_t t0 = clock_now(), n = 0, end = t0 + BENCH_WARM_UP + seconds * NS_PER_SEC;
	uint64_t next = t0 + BENCH_WARM_UP;

	for (unsigned int i = 0; i < outputs; i++) {
		floor_open(&o[i], kind, i, folder);
		far[i] = o[i].far;
	}
	if (to_socket)
		drainer = drain_begin(far, outputs);
	for (uint32_t i = 0; i < 2 * PERIOD; i++)
		source[i] = (int16_t)(8000.0 * sin(0.05 * i) + 3000.0 * sin(0.41 * i));
	windows_begin(&w);
	while (clock_now() < end) {
		if (clock_now() >= next) {
			if (next == t0 + BENCH_WARM_UP)
				windows_begin(&w);
			else
				windows_next(&w);
			next += BENCH_WINDOW;
		}
		for (uint32_t i = 0; !sbc && i < 2 * PERIOD; i++)
			in[i] = (float)source[i] / 32768.0f;
		for (unsigned int i = 0; i < outputs; i++) {
			if (sbc) {
				floor_encode(&o[i], source, to_socket);
				continue;
			}
			floor_arithmetic(&o[i], in, out);
			if (write(o[i].fd, out, sizeof(out)) < 0)
				die("write");
		}
		clock_sleep_until(clock_of_frame(t0, n += PERIOD, BENCH_RATE));
	}
	windows_next(&w);
	windows_report(&w, kind, outputs);
	drain_end(drainer);
}
